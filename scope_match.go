package offtake

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Matches reports whether the scope covers what the facts state, dimension by
// dimension, without asking a calendar.
//
// A dimension the scope leaves out covers everything. In one it bounds, a fact
// that is unknown or has no value is not covered: a caller that must tell
// "unknown" from "outside" asks the compiled terms instead. Of several purposes
// one inside the scope is enough.
//
// Durations of different units compare by their length counted from Monday
// 2001-01-01, a business day being any Monday to Friday. Dates and instants
// compare with a date taken as its start in UTC.
func (s Scope) Matches(f Facts) bool {
	return anyOf(s.Purposes, f.Purposes) &&
		oneOf(s.Products, f.Product) &&
		oneOf(s.Assets, f.Asset) &&
		oneOf(s.Providers, f.Provider) &&
		oneOf(s.Accelerators, f.Accelerator) &&
		RegionIn(f.Region, s.Regions) &&
		oneOf(s.Sites, f.Site) &&
		oneOf(s.Customers, f.Customer) &&
		(s.Capacity == "" || s.Capacity == f.Capacity) &&
		(s.Route == "" || s.Route == f.Route) &&
		s.Quantity.cover(f.Quantity) &&
		s.Term.cover(f.Term) &&
		s.Start.covers(f.Start)
}

// RegionIn reports whether one of the patterns names the region: in full, or
// by a prefix that ends in *. No pattern at all names every region.
func RegionIn(r Region, patterns []Region) bool {
	if patterns == nil {
		return true
	}
	return r != "" && slices.ContainsFunc(patterns, func(p Region) bool {
		prefix, wild := strings.CutSuffix(string(p), "*")
		return p == r || wild && strings.HasPrefix(string(r), prefix)
	})
}

func oneOf[T ~string](allowed []T, v T) bool {
	return allowed == nil || v != "" && slices.Contains(allowed, v)
}

func anyOf[T ~string](allowed, vs []T) bool {
	return allowed == nil || slices.ContainsFunc(vs, func(v T) bool { return oneOf(allowed, v) })
}

// cover reports whether n, of which 0 is unknown, lies inside the bounds.
func (b Bounds) cover(n int64) bool {
	return b == Bounds{} || n > 0 && n >= b.AtLeast && (b.AtMost == 0 || n <= b.AtMost)
}

func (b DurationBounds) cover(d Duration) bool {
	switch {
	case b == DurationBounds{}:
		return true
	case d.IsZero():
		return false
	}
	return (b.AtLeast.IsZero() || CompareDurations(d, b.AtLeast) >= 0) &&
		(b.AtMost.IsZero() || CompareDurations(d, b.AtMost) <= 0)
}

func (p Period) covers(w When) bool {
	switch {
	case p.IsZero():
		return true
	case w.IsZero():
		return false
	}
	return (p.From.IsZero() || w.compare(p.From) >= 0) && (p.Until.IsZero() || w.compare(p.Until) < 0)
}

// compare orders two times, taking a date as its start in UTC.
func (w When) compare(v When) int {
	if w.Instant.IsZero() && v.Instant.IsZero() {
		return w.Date.Compare(v.Date)
	}
	return w.inUTC().Compare(v.inUTC())
}

func (w When) inUTC() time.Time {
	if w.Date.IsZero() {
		return w.Instant
	}
	return time.Date(w.Date.Year, w.Date.Month, w.Date.Day, 0, 0, 0, 0, time.UTC)
}

// CompareDurations orders durations by their length from Monday 2001-01-01,
// where years are not leap and a business day is any Monday to Friday.
func CompareDurations(d, e Duration) int { return cmp.Compare(d.seconds(), e.seconds()) }

// durationEpoch is the day from which durations are measured to be compared.
var durationEpoch = Date{2001, time.January, 1}

func (d Duration) seconds() int64 {
	n := d.Count
	end := durationEpoch
	switch d.Unit {
	case Elapsed:
		return int64(d.Time / time.Second)
	case Days:
		end = end.AddDays(n)
	case Weeks:
		end = end.AddDays(7 * n)
	case BusinessDays:
		end = end.AddDays(n/5*7 + n%5)
	case Months:
		end = end.AddMonths(n)
	case Years:
		end = end.AddMonths(12 * n)
	}
	return When{Date: end}.inUTC().Unix() - When{Date: durationEpoch}.inUTC().Unix()
}

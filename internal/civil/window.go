package civil

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// A Window is a length of legal time that somebody has, from a notice or from
// another act, less the time it is tolled. The zero Length ends where it starts.
type Window struct {
	Rules
	Notice bool      // From is the receipt of a notice, which may be too late for its day
	From   time.Time // the instant of the receipt or the act
	Length offtake.Duration
	Tolls  []Toll // in any order; they may overlap
}

// Deadline gives the last instant that is in time, in UTC: an act at t is in
// time if and only if t ≤ deadline. While a toll that has not ended keeps the
// window from ending, no deadline is known; nor is one after the year 9999,
// which no book and no output can write.
func (w Window) Deadline() (deadline time.Time, known bool) { return w.walk(nil) }

// writable reports whether an instant can be written, in UTC and by the clocks
// of the calendar.
func (w Window) writable(t time.Time) bool {
	if t.Unix() < surelyWritable {
		return true
	}
	return t.UTC().Year() <= lastYear && w.Calendar.Local(t).Year() <= lastYear
}

const lastYear = 9999

// surelyWritable is some days before the last year ends, in seconds since 1970.
var surelyWritable = time.Date(lastYear, 12, 25, 0, 0, 0, 0, time.UTC).Unix()

// Tolled gives the window with one more toll.
func (w Window) Tolled(t Toll) Window {
	w.Tolls = append(w.Tolls[:len(w.Tolls):len(w.Tolls)], t)
	return w
}

// walk finds the deadline and writes down in c, where it is not nil, what it
// met on its way.
func (w Window) walk(c *Count) (time.Time, bool) {
	at, known := w.end(c)
	if known && !w.writable(at) {
		c.beyond()
		return time.Time{}, false
	}
	return at, known
}

func (w Window) end(c *Count) (time.Time, bool) {
	start, late := w.startDay()
	if c != nil {
		c.Start = start.date()
	}
	if w.Length.Unit == offtake.Elapsed || w.Length.Unit == offtake.NoUnit {
		return w.run(w.startRunning(start, late), c)
	}
	days := w.days(start)
	end, ok := days.end(c)
	if !ok {
		return time.Time{}, false
	}
	if c != nil {
		c.Last = end.date()
	}
	return w.closing(end).UTC(), true
}

// startDay gives the day the count starts from and whether a notice was too
// late for the day it came on.
func (w Window) startDay() (d day, late bool) {
	if w.Notice {
		return w.received(w.From)
	}
	return w.Calendar.day(w.From), false
}

// startRunning gives the instant at which elapsed time starts: that of the
// act, but for a late notice the opening of the day it counts for.
func (w Window) startRunning(start day, late bool) time.Time {
	if late {
		return w.Calendar.opening(start)
	}
	return w.From
}

// run gives the instant at which all of the elapsed time has run untolled.
func (w Window) run(at time.Time, c *Count) (time.Time, bool) {
	if c != nil {
		c.Runs = at.UTC()
	}
	left := w.Length.Time
	for _, t := range running(w.Tolls) {
		if free := t.From.Sub(at); free > 0 {
			if left <= free {
				break
			}
			left -= free
		} else if !t.open() && !t.Until.After(at) {
			continue
		}
		c.stopped(t)
		if t.open() {
			return time.Time{}, false
		}
		at = t.Until
	}
	return at.Add(left).UTC(), true
}

// A dayCount is what remains to be done once it is clear which days are counted.
type dayCount struct {
	rules    Rules
	n        int  // how many days are to be counted
	business bool // only business days count
	first    day  // the first day that may count
	tolled   []span
}

// days says which days the window counts. Months and years are first laid on
// the calendar: what they count, and keep through a toll, are the civil days
// up to the day they would end on.
func (w Window) days(start day) dayCount {
	n := w.Length.Count
	c := dayCount{rules: w.Rules, n: n, first: start + 1, tolled: w.tolledDays(w.Tolls)}
	if w.CountFirst || n == 0 {
		c.first = start
	}
	switch w.Length.Unit {
	case offtake.BusinessDays:
		c.business = true
	case offtake.Weeks:
		c.n = 7 * n
	case offtake.Months:
		c.n = w.monthDays(start, n)
	case offtake.Years:
		c.n = w.monthDays(start, 12*n)
	}
	return c
}

// monthDays gives how many civil days n months from start are. Without the
// first day they end on the day of the same number, or the month's last; with
// it on the day before that, but never before the month's last day for want of
// the number.
func (w Window) monthDays(start day, n int) int {
	end, clamped := start.addMonths(n)
	if w.CountFirst && clamped {
		end++
	}
	return int(end - start)
}

// end gives the last day of the count, rolled where the rules say so.
func (d dayCount) end(c *Count) (day, bool) {
	at, ok := d.nth(c)
	cal := d.rules.Calendar
	if !ok || d.business || d.rules.Roll != offtake.RollFollowing || cal.business(at) {
		return at, ok
	}
	before := 0
	if c != nil {
		before = len(c.Skipped)
	}
	d.first, d.n, d.business = at, 1, true
	to, ok := d.nth(c)
	c.rolled(at, before)
	return to, ok
}

// nth gives the nth day from first that counts; a count of none ends on the
// first day that would count. A deadline never falls on a tolled day.
func (d dayCount) nth(c *Count) (day, bool) {
	at, left, tolled := d.first, max(d.n, 1), d.tolled
	for {
		tolled = notBefore(tolled, at)
		switch {
		case len(tolled) > 0 && tolled[0].first <= at:
			c.skip(at, tolled[0].last, "tolled")
			if tolled[0].last == never {
				return 0, false
			}
			at = tolled[0].last + 1
		case !d.business:
			c.counts(at)
			free := left
			if len(tolled) > 0 {
				free = min(left, int(tolled[0].first-at))
			}
			at, left = at+day(free), left-free
			if left == 0 {
				return at - 1, true
			}
		case d.rules.Calendar.business(at):
			c.counts(at)
			if left--; left == 0 {
				return at, true
			}
			at++
		default:
			c.closed(d.rules.Calendar, at)
			at++
		}
	}
}

// notBefore drops the spans that lie wholly before at.
func notBefore(tolled []span, at day) []span {
	for len(tolled) > 0 && tolled[0].last < at {
		tolled = tolled[1:]
	}
	return tolled
}

// counted gives how many of the n days have counted before until.
func (d dayCount) counted(until day) int {
	n, tolled := 0, d.tolled
	if !d.business {
		n = int(max(until-d.first, 0))
		for _, s := range tolled {
			n -= int(max(min(s.last, until-1)-max(s.first, d.first)+1, 0))
		}
		return min(n, d.n)
	}
	for at := d.first; at < until && n < d.n; at++ {
		tolled = notBefore(tolled, at)
		if d.rules.Calendar.business(at) && (len(tolled) == 0 || at < tolled[0].first) {
			n++
		}
	}
	return n
}

// Left gives what is left of the window at an instant, as a duration that can
// be counted anew. The day of at counts as left if at came before its cut-off.
// Business days stay business days, days, weeks, months and years are left as
// civil days, and elapsed time as elapsed time, to the nanosecond.
func (w Window) Left(at time.Time) offtake.Duration {
	start, late := w.startDay()
	if w.Length.Unit == offtake.Elapsed {
		run := w.elapsed(w.startRunning(start, late), at)
		return offtake.Duration{Unit: offtake.Elapsed, Time: max(w.Length.Time-run, 0)}
	}
	days := w.days(start)
	out := offtake.Duration{Unit: offtake.Days}
	if days.business {
		out.Unit = offtake.BusinessDays
	}
	if w.Length.Count > 0 {
		until := w.Calendar.day(at)
		if w.passed(until, at) {
			until++
		}
		out.Count = days.n - days.counted(until)
	}
	return out
}

// elapsed gives the time between two instants that was not tolled.
func (w Window) elapsed(from, until time.Time) time.Duration {
	total := max(until.Sub(from), 0)
	for _, t := range running(w.Tolls) {
		a, b := t.From, t.Until
		if a.Before(from) {
			a = from
		}
		if t.open() || b.After(until) {
			b = until
		}
		total -= max(b.Sub(a), 0)
	}
	return max(total, 0)
}

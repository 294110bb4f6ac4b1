package refusaltest

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// Days are a calendar in its plainest form, and how a clause counts in it.
type Days struct {
	Zone       *time.Location
	Holidays   []offtake.Date
	Cutoff     offtake.TimeOfDay // both must be set
	Opens      offtake.TimeOfDay
	CountFirst bool
	Roll       bool // a civil deadline moves to the next business day
}

// A span is time that stood still, up to and not including its end. The zero
// end is still to come.
type span struct{ from, until time.Time }

// A clock is a deadline and what it is counted from.
type clock struct {
	from   time.Time
	length offtake.Duration
	notice bool // from is a receipt, which may be too late for its day
	stops  []span
	floor  time.Time // never earlier than this
	by     time.Time // zero: unknown
}

func (c *clock) running() bool { return c != nil && !c.by.IsZero() && !c.stopped() }

func (c *clock) stopped() bool {
	return len(c.stops) > 0 && c.stops[len(c.stops)-1].until.IsZero()
}

// day is the local day of an instant.
func (d Days) day(at time.Time) offtake.Date { return offtake.DateOf(at.In(d.Zone)) }

func (d Days) at(day offtake.Date, clock offtake.TimeOfDay) time.Time {
	return time.Date(day.Year, day.Month, day.Day, clock.Minutes/60, clock.Minutes%60, 0, 0, d.Zone).UTC()
}

func (d Days) business(day offtake.Date) bool {
	weekday := day.Weekday()
	return weekday != time.Saturday && weekday != time.Sunday && !slices.Contains(d.Holidays, day)
}

// tolled reports whether time stood still in any part of a day's hours.
func (d Days) tolled(day offtake.Date, stops []span) bool {
	opens, closes := d.at(day, d.Opens), d.at(day, d.Cutoff)
	for _, s := range stops {
		over := s.until.IsZero() || s.until.After(opens)
		if over && s.from.Before(closes) && !s.from.Equal(s.until) {
			return true
		}
	}
	return false
}

// received gives the day for which a notice counts, and whether it came too
// late for its own.
func (d Days) received(at time.Time) (day offtake.Date, late bool) {
	day = d.day(at)
	if d.business(day) && !at.After(d.at(day, d.Cutoff)) {
		return day, false
	}
	for day = day.AddDays(1); !d.business(day); {
		day = day.AddDays(1)
	}
	return day, true
}

// start gives the day a clock starts from and, for hours, the instant.
func (d Days) start(c *clock) (day offtake.Date, from time.Time) {
	day, from = d.day(c.from), c.from
	if c.notice {
		var late bool
		if day, late = d.received(c.from); late {
			from = d.at(day, d.Opens)
		}
	}
	return day, from
}

// count finds a clock's deadline by walking.
func (d Days) count(c *clock) {
	day, from := d.start(c)
	if c.length.Unit == offtake.Elapsed {
		c.by = hours(from, c.length.Time, c.stops)
	} else {
		c.by = d.walk(day, c)
	}
	if !c.by.IsZero() && c.by.Before(c.floor) {
		c.by = c.floor
	}
}

// hours lets elapsed time run, and stand still where it stood.
func hours(from time.Time, left time.Duration, stops []span) time.Time {
	now := from
	for _, s := range stops {
		if !now.Add(left).After(s.from) {
			return now.Add(left)
		}
		if s.from.After(now) {
			left -= s.from.Sub(now)
			now = s.from
		}
		if s.until.IsZero() {
			return time.Time{}
		}
		if s.until.After(now) {
			now = s.until
		}
	}
	return now.Add(left)
}

// units gives how many days a civil length counts from a day.
func (d Days) units(day offtake.Date, length offtake.Duration) int {
	months := 0
	switch length.Unit {
	case offtake.Weeks:
		return 7 * length.Count
	case offtake.Months:
		months = length.Count
	case offtake.Years:
		months = 12 * length.Count
	default:
		return length.Count
	}
	end, n := day.AddMonths(months), 0
	for x := day; x.Before(end); x = x.AddDays(1) {
		n++
	}
	if d.CountFirst && end.Day < day.Day {
		n++ // the month has no such day: its last one counts
	}
	return n
}

// counts reports whether a day counts towards a clock.
func (d Days) counts(day offtake.Date, c *clock) bool {
	return !d.tolled(day, c.stops) && (c.length.Unit != offtake.BusinessDays || d.business(day))
}

// far is how many days a walk goes before a deadline counts as unknown.
const far = 4000

func (d Days) walk(day offtake.Date, c *clock) time.Time {
	left := d.units(day, c.length)
	if !d.CountFirst && left > 0 {
		day = day.AddDays(1)
	}
	for n := 0; n < far; n++ {
		if d.counts(day, c) {
			left--
		}
		if left <= 0 && d.mayEnd(day, c) {
			return d.at(day, d.Cutoff)
		}
		day = day.AddDays(1)
	}
	return time.Time{}
}

// mayEnd reports whether a deadline may fall on a day once its units are over.
func (d Days) mayEnd(day offtake.Date, c *clock) bool {
	if d.tolled(day, c.stops) || c.length.Unit == offtake.BusinessDays && !d.business(day) {
		return false
	}
	return !d.Roll || d.business(day)
}

// left gives what an instant leaves of a clock's units. The day of the instant
// is among them if its cut-off is still to come.
func (d Days) left(c *clock, at time.Time) offtake.Duration {
	day, from := d.start(c)
	if c.length.Unit == offtake.Elapsed {
		return offtake.Duration{Unit: offtake.Elapsed, Time: hoursLeft(from, at, c)}
	}
	unit := offtake.Days
	if c.length.Unit == offtake.BusinessDays {
		unit = offtake.BusinessDays
	}
	left := d.units(day, c.length)
	if !d.CountFirst {
		day = day.AddDays(1)
	}
	for ; left > 0 && !d.at(day, d.Cutoff).After(at); day = day.AddDays(1) {
		if d.counts(day, c) {
			left--
		}
	}
	return offtake.Duration{Unit: unit, Count: left}
}

// hoursLeft counts second by second where it must, and a broken second whole.
func hoursLeft(from, at time.Time, c *clock) time.Duration {
	left, now := c.length.Time, from
	for _, s := range c.stops {
		if s.from.Before(at) && s.from.After(now) {
			left, now = left-s.from.Sub(now), s.from
		}
		if !s.until.IsZero() && s.until.Before(at) && s.until.After(now) {
			now = s.until
		}
		if s.until.IsZero() || !s.until.Before(at) {
			if s.from.Before(at) {
				now = at
			}
		}
	}
	if at.After(now) {
		left -= at.Sub(now)
	}
	whole := left.Truncate(time.Second)
	if whole < left {
		whole += time.Second
	}
	return max(whole, 0)
}

package civil

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Calendar is a place, its business days and its hours. It never changes.
type Calendar struct {
	name    offtake.CalendarName
	zone    string
	loc     *time.Location
	clocks  *clocks
	cutoff  offtake.TimeOfDay
	opens   offtake.TimeOfDay
	federal *federalTable // nil where the calendar has no federal holidays
	listed  []day         // sorted holidays of its own
	combine offtake.Combine
	of      []*Calendar // what it is combined of; empty for a plain one
	weight  int         // how many calendars must be asked about a day
}

// Name gives the name it was declared under.
func (c *Calendar) Name() offtake.CalendarName { return c.name }

// Zone gives the IANA name of its time zone.
func (c *Calendar) Zone() string { return c.zone }

// Location gives its time zone, for display.
func (c *Calendar) Location() *time.Location { return c.loc }

// Cutoff gives the time of day after which a notice counts for the next
// business day, and at which deadlines fall; unset where the day's end is meant.
func (c *Calendar) Cutoff() offtake.TimeOfDay { return c.cutoff }

// Opens gives the time of day at which elapsed time starts for a late notice;
// unset where that is the start of the day.
func (c *Calendar) Opens() offtake.TimeOfDay { return c.opens }

// Local gives t as the clocks of the calendar show it.
func (c *Calendar) Local(t time.Time) time.Time { return t.In(c.loc) }

// Day gives the civil day that the clocks of the calendar show at t.
func (c *Calendar) Day(t time.Time) offtake.Date { return c.day(t).date() }

func (c *Calendar) day(t time.Time) day { return c.clocks.wall(t).day() }

// IsBusinessDay reports whether d is one. Saturdays and Sundays never are,
// wherever the calendar is.
func (c *Calendar) IsBusinessDay(d offtake.Date) bool { return c.business(dayOf(d)) }

func (c *Calendar) business(d day) bool {
	if d.weekend() {
		return false
	}
	switch c.combine {
	case offtake.All:
		for _, m := range c.of {
			if !m.business(d) {
				return false
			}
		}
		return true
	case offtake.Any:
		for _, m := range c.of {
			if m.business(d) {
				return true
			}
		}
		return false
	}
	if c.federal != nil && c.federal.holiday(d) {
		return false
	}
	_, listed := slices.BinarySearch(c.listed, d)
	return !listed
}

// Closed says why d is no business day: "Saturday", "Juneteenth", "listed
// holiday". It is "" for a business day.
func (c *Calendar) Closed(d offtake.Date) string { return c.closed(dayOf(d)) }

func (c *Calendar) closed(d day) string {
	switch {
	case c.business(d):
		return ""
	case d.weekend():
		return d.weekday().String()
	}
	for _, m := range c.of {
		if why := m.closed(d); why != "" {
			return why + " in " + string(m.name)
		}
	}
	if c.federal != nil && c.federal.holiday(d) {
		return c.federal.name(d)
	}
	return "listed holiday"
}

// NextBusinessDay gives the first business day after d.
func (c *Calendar) NextBusinessDay(d offtake.Date) offtake.Date {
	return c.businessFrom(dayOf(d) + 1).date()
}

// businessFrom gives the first business day from d on. There always is one:
// holidays beyond the weekends are either a finite list or eleven a year.
func (c *Calendar) businessFrom(d day) day {
	for !c.business(d) {
		d++
	}
	return d
}

// Start gives the instant at which d begins: its first instant, which is not
// midnight where a clock change skips midnight. Every day ends where the next
// begins; a day that a zone skipped altogether is empty.
func (c *Calendar) Start(d offtake.Date) time.Time { return c.clocks.begin(dayOf(d).midnight()) }

// At gives the instant at which the clocks show t on d. A time that they skip
// is the first instant after the gap, one that they show twice the later.
func (c *Calendar) At(d offtake.Date, t offtake.TimeOfDay) time.Time {
	at, _ := c.clocks.last(dayOf(d).at(t))
	return at
}

// EndOfDay gives the last nanosecond of d.
func (c *Calendar) EndOfDay(d offtake.Date) time.Time { return c.endOfDay(dayOf(d)) }

func (c *Calendar) endOfDay(d day) time.Time {
	second, shown := c.clocks.last((d + 1).midnight() - 1)
	if !shown {
		return second
	}
	return second.Add(time.Second - 1)
}

// CutoffOf gives the cut-off of d: the last instant at which something is
// still done on d. Without a cut-off it is the day's end.
func (c *Calendar) CutoffOf(d offtake.Date) time.Time { return c.closing(dayOf(d), c.cutoff) }

func (c *Calendar) closing(d day, cutoff offtake.TimeOfDay) time.Time {
	if !cutoff.Set {
		return c.endOfDay(d)
	}
	at, _ := c.clocks.last(d.at(cutoff))
	return at
}

// opening gives the instant at which d opens for business.
func (c *Calendar) opening(d day) time.Time {
	if !c.opens.Set {
		return c.clocks.begin(d.midnight())
	}
	at, _ := c.clocks.last(d.at(c.opens))
	return at
}

// Resolve gives the instant that a book means: the instant it wrote, or the
// start of the day it wrote. The zero When gives the zero Time.
func (c *Calendar) Resolve(w offtake.When) time.Time {
	if w.Date.IsZero() {
		return w.Instant
	}
	return c.Start(w.Date).UTC()
}

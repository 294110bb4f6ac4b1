package civil

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// Rules are how a clause counts its time.
type Rules struct {
	Calendar   *Calendar
	CountFirst bool // the first day is counted; otherwise the day after it is the first
	Roll       offtake.Roll
	Cutoff     offtake.TimeOfDay // wins over the calendar's
}

// Rules gives the rules that a clause chose, with byDefault as the calendar
// where it named none. A calendar that is not declared is refused, and so is a
// cut-off that leaves the calendar's day without any time.
func (cs *Calendars) Rules(t offtake.TimeRules, byDefault offtake.CalendarName) (Rules, error) {
	name := t.Calendar
	if name == "" {
		name = byDefault
	}
	c, ok := cs.Get(name)
	if !ok {
		return Rules{}, offtake.Refuse(offtake.NotFound, "calendar %.60q is not declared", name)
	}
	if !ordered(c.opens, t.Cutoff) {
		return Rules{}, offtake.Refuse(offtake.Invalid, "cut-off %s is not after %s, when calendar %q opens", t.Cutoff, c.opens, name)
	}
	return Rules{Calendar: c, CountFirst: t.CountFirst, Roll: t.Roll, Cutoff: t.Cutoff}, nil
}

// Notice gives the window of that length that starts with a notice received
// at the instant. A later rank or round starts in the same way.
func (r Rules) Notice(received time.Time, length offtake.Duration) Window {
	return Window{Rules: r, Notice: true, From: received, Length: length}
}

// After gives the window of that length that starts with any other act. It
// counts from the local day of the act, whatever day and hour that was.
func (r Rules) After(act time.Time, length offtake.Duration) Window {
	return Window{Rules: r, From: act, Length: length}
}

// CutoffOf gives the instant until which something is done on d.
func (r Rules) CutoffOf(d offtake.Date) time.Time { return r.closing(dayOf(d)) }

func (r Rules) cutoff() offtake.TimeOfDay {
	if r.Cutoff.Set {
		return r.Cutoff
	}
	return r.Calendar.cutoff
}

func (r Rules) closing(d day) time.Time { return r.Calendar.closing(d, r.cutoff()) }

// passed reports whether the cut-off of d has come by t: at the cut-off
// itself d is over. Without a cut-off that is where the next day begins.
func (r Rules) passed(d day, t time.Time) bool { return !t.Before(r.shut(d)) }

// shut gives the end, exclusive, of the part of d that can be used.
func (r Rules) shut(d day) time.Time {
	if cutoff := r.cutoff(); cutoff.Set {
		return r.Calendar.closing(d, cutoff)
	}
	return r.Calendar.clocks.begin((d + 1).midnight())
}

// Received gives the day on which a notice counts as received: the local day
// of its receipt, or the next business day if it came after the cut-off or on
// a day that is none. At the cut-off itself it is in time.
func (r Rules) Received(t time.Time) (on offtake.Date, late bool) {
	d, late := r.received(t)
	return d.date(), late
}

func (r Rules) received(t time.Time) (d day, late bool) {
	d = r.Calendar.day(t)
	if r.Calendar.business(d) && !t.After(r.closing(d)) {
		return d, false
	}
	return r.Calendar.businessFrom(d + 1), true
}

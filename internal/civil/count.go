package civil

import (
	"fmt"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Count is a deadline explained: the days on the way to it and why each was
// counted or not. It is written by the walk that finds the deadline.
type Count struct {
	Window     Window
	Late       string       // why a notice counts for a later day: "after the cut-off at 17:00", "on a Saturday"; "" where it was in time
	Start      offtake.Date // the day from which the count starts: of receipt, as it counts, or of the act
	First      offtake.Date // the first day counted; zero for elapsed time
	Last       offtake.Date // the day of the deadline; zero for elapsed time, and while not known
	Skipped    []Skip       // the days between that did not count, in order; of civil days those are the tolled ones
	RolledFrom offtake.Date // where the last day would have been; zero where it did not roll
	RolledOver []Skip       // the days it rolled over
	Runs       time.Time    // when elapsed time starts, UTC; zero for days
	Stopped    []Toll       // when elapsed time stood still
	Deadline   time.Time    // UTC; zero while not known
	Known      bool         // false while a toll that has not ended keeps the window from ending, and where Beyond
	Beyond     bool         // the deadline is after the year 9999; the days on the way are left out
}

// A Skip is a run of days that did not count.
type Skip struct {
	From, To offtake.Date // both included; To is zero where no end is known
	Why      string       // "weekend", "tolled", or the holiday's name
}

// Count explains the deadline of the window.
func (w Window) Count() Count {
	c := Count{Window: w}
	if _, late := w.startDay(); late {
		c.Late = w.whyLate()
	}
	c.Deadline, c.Known = w.walk(&c)
	return c
}

func (w Window) whyLate() string {
	d := w.Calendar.day(w.From)
	switch why := w.Calendar.closed(d); {
	case why == "":
		return "after the cut-off at " + w.cutoff().String()
	case d.weekend():
		return "on a " + why
	default:
		return "on a holiday, " + why
	}
}

// closed records that the calendar is closed on d. A nil Count records nothing.
func (c *Count) closed(cal *Calendar, d day) {
	switch {
	case c == nil:
	case d.weekend():
		c.skip(d, d, "weekend")
	default:
		c.skip(d, d, cal.closed(d))
	}
}

func (c *Count) skip(from, to day, why string) {
	if c == nil {
		return
	}
	s := Skip{From: from.date(), Why: why}
	if to != never {
		s.To = to.date()
	}
	if n := len(c.Skipped); n > 0 && c.Skipped[n-1].Why == why && c.Skipped[n-1].To.AddDays(1) == s.From {
		c.Skipped[n-1].To = s.To
		return
	}
	c.Skipped = append(c.Skipped, s)
}

// counts records the first day that counts.
func (c *Count) counts(d day) {
	if c != nil && c.First.IsZero() {
		c.First = d.date()
	}
}

// rolled records that the last day would have been at, and that what was
// skipped since then was rolled over.
func (c *Count) rolled(at day, since int) {
	if c != nil {
		c.RolledFrom, c.RolledOver, c.Skipped = at.date(), c.Skipped[since:], c.Skipped[:since:since]
	}
}

// beyond forgets the days of a count that ends on one that cannot be written.
func (c *Count) beyond() {
	if c != nil {
		*c = Count{Window: c.Window, Beyond: true}
	}
}

// Unknown says why there is no deadline; "" where there is one.
func (c Count) Unknown() string {
	switch {
	case c.Known:
		return ""
	case c.Beyond:
		return fmt.Sprintf("after the year %d, the last that can be written", lastYear)
	}
	return "not known while tolled"
}

// stopped records that elapsed time stood still.
func (c *Count) stopped(t Toll) {
	if c != nil {
		c.Stopped = append(c.Stopped, t)
	}
}

// Lines explains the count in plain language, a sentence a line.
func (c Count) Lines() []string {
	started := "starts "
	if c.Window.Notice {
		started = "received "
	}
	out := []string{started + c.moment(c.Window.From)}
	if c.Beyond {
		return append(out, c.Window.Length.Words(), c.ends())
	}
	if c.Late != "" {
		out = append(out, fmt.Sprintf("that is %s, so it counts as received on %s", c.Late, long(c.Start)))
	}
	if c.Runs.IsZero() {
		out = append(out, c.days()...)
	} else {
		out = append(out, c.Window.Length.Words()+" of elapsed time from "+c.moment(c.Runs))
	}
	for _, t := range c.Stopped {
		line := "stands still from " + c.moment(t.From)
		if !t.open() {
			line += " to " + c.moment(t.Until)
		}
		out = append(out, line)
	}
	return append(out, c.ends())
}

func (c Count) days() []string {
	first := fmt.Sprintf(", not counting %s", long(c.Start))
	switch {
	case c.Window.Length.Count == 0:
		first = ""
	case c.Window.CountFirst:
		first = fmt.Sprintf(", counting from %s", long(c.Start))
	}
	if !c.First.IsZero() {
		first += ": the first is " + long(c.First)
	}
	out := []string{c.Window.Length.Words() + first}
	if len(c.Skipped) > 0 {
		out = append(out, "not counted: "+sum(c.Skipped))
	}
	if !c.RolledFrom.IsZero() {
		line := fmt.Sprintf("the last day would be %s and rolls over %s", long(c.RolledFrom), sum(c.RolledOver))
		if c.Known {
			line += " to " + long(c.Last)
		}
		out = append(out, line)
	}
	return out
}

func (c Count) ends() string {
	switch {
	case !c.Known:
		return "deadline: " + c.Unknown()
	case !c.Runs.IsZero():
		return "deadline: " + c.moment(c.Deadline)
	case !c.Window.cutoff().Set:
		return "deadline: " + c.moment(c.Deadline) + ", the end of the day"
	}
	return "deadline: " + c.moment(c.Deadline) + ", the cut-off"
}

// mostNamed is how many holidays an explanation names one by one.
const mostNamed = 12

// sum sums up days that did not count: weekends by number, the rest by name.
func sum(skipped []Skip) string { return strings.Join(summed(skipped), "; ") }

func summed(skipped []Skip) (parts []string) {
	weekends, unnamed := 0, 0
	for _, s := range skipped {
		switch {
		case s.Why == "weekend":
			weekends++
		case len(parts) == mostNamed:
			unnamed++
		default:
			parts = append(parts, s.String())
		}
	}
	switch {
	case weekends == 1:
		parts = append([]string{"1 weekend"}, parts...)
	case weekends > 1:
		parts = append([]string{fmt.Sprintf("%d weekends", weekends)}, parts...)
	}
	if unnamed > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", unnamed))
	}
	return parts
}

// String gives "2025-06-19 (Juneteenth)" or "2025-06-20 to 2025-06-24 (tolled)".
func (s Skip) String() string {
	switch s.To {
	case s.From:
		return fmt.Sprintf("%s (%s)", s.From, s.Why)
	case offtake.Date{}:
		return fmt.Sprintf("from %s (%s)", s.From, s.Why)
	}
	return fmt.Sprintf("%s to %s (%s)", s.From, s.To, s.Why)
}

// moment gives an instant as the calendar's clocks show it and in UTC.
func (c Count) moment(t time.Time) string {
	local, layout := c.Window.Calendar.Local(t), "Monday 2006-01-02 15:04"
	if local.Second() != 0 || local.Nanosecond() != 0 {
		layout += ":05.999999999"
	}
	return local.Format(layout+" MST") + " (" + offtake.Stamp(t) + ")"
}

func long(d offtake.Date) string { return d.Weekday().String() + " " + d.String() }

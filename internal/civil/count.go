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
	First      offtake.Date // the first day that may count; zero for elapsed time
	Last       offtake.Date // the day of the deadline; zero for elapsed time, and while not known
	RolledFrom offtake.Date // where the last day would have been; zero where it did not roll
	Runs       time.Time    // when elapsed time starts, UTC; zero for days
	Skipped    []Skip       // what was not counted, in order; of civil days only the tolled ones and those rolled over
	Deadline   time.Time    // UTC; zero while not known
	Known      bool         // false while a toll that has not ended keeps the window from ending
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

// stopped records that elapsed time stood still.
func (c *Count) stopped(t Toll) {
	if c == nil {
		return
	}
	s := Skip{From: c.Window.Calendar.Day(t.From), Why: "tolled"}
	if !t.open() {
		s.To = c.Window.Calendar.Day(t.Until)
	}
	c.Skipped = append(c.Skipped, s)
}

// Lines explains the count in plain language, a sentence a line.
func (c Count) Lines() []string {
	out := []string{c.received()}
	if c.Late != "" {
		out = append(out, fmt.Sprintf("that is %s, so it counts as received on %s", c.Late, long(c.Start)))
	}
	if c.First.IsZero() {
		out = append(out, fmt.Sprintf("%s of elapsed time run from %s", c.Window.Length.Words(), c.moment(c.Runs)))
	} else {
		out = append(out, c.counted())
	}
	if s := c.skipped(); s != "" {
		out = append(out, "not counted: "+s)
	}
	if !c.RolledFrom.IsZero() && c.Known {
		out = append(out, fmt.Sprintf("the last day would be %s, which is no business day (%s), and rolls to %s",
			long(c.RolledFrom), c.Window.Calendar.Closed(c.RolledFrom), long(c.Last)))
	}
	return append(out, c.ends())
}

func (c Count) received() string {
	what := "starts"
	if c.Window.Notice {
		what = "received"
	}
	return what + " " + c.moment(c.Window.From)
}

func (c Count) counted() string {
	first := "is not counted, the first day is "
	if c.First == c.Start {
		first = "is the first day, "
	}
	return fmt.Sprintf("%s: the day it starts from %s%s", c.Window.Length.Words(), first, long(c.First))
}

func (c Count) ends() string {
	switch {
	case !c.Known:
		return "deadline: not known while tolled"
	case c.Last.IsZero():
		return "deadline: " + c.moment(c.Deadline)
	case !c.Window.cutoff().Set:
		return fmt.Sprintf("deadline: the end of %s, %s", long(c.Last), c.moment(c.Deadline))
	}
	return fmt.Sprintf("deadline: the cut-off of %s, %s", long(c.Last), c.moment(c.Deadline))
}

// mostNamed is how many holidays an explanation names one by one.
const mostNamed = 12

// skipped sums up what did not count: weekends by number, the rest by name.
func (c Count) skipped() string {
	var parts []string
	weekends, unnamed := 0, 0
	for _, s := range c.Skipped {
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
	return strings.Join(parts, "; ")
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
	return c.Window.Calendar.Local(t).Format("Monday 2006-01-02 15:04:05.999999999 MST") + " (" + offtake.Stamp(t) + ")"
}

func long(d offtake.Date) string { return d.Weekday().String() + " " + d.String() }

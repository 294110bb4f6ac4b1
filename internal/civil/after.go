package civil

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// After gives the instant at which a duration from another ends: at the same time of
// day for civil units, the last day of a month where there is no such day.
func (c *Calendar) After(from time.Time, term offtake.Duration) time.Time {
	day := c.Day(from)
	into := from.Sub(c.Start(day))
	switch term.Unit {
	case offtake.Elapsed:
		return from.Add(term.Time)
	case offtake.Weeks:
		day = day.AddDays(7 * term.Count)
	case offtake.Months:
		day = day.AddMonths(term.Count)
	case offtake.Years:
		day = day.AddMonths(12 * term.Count)
	case offtake.BusinessDays:
		for range term.Count {
			day = c.NextBusinessDay(day)
		}
	default:
		day = day.AddDays(term.Count)
	}
	return c.Start(day).Add(into).UTC()
}

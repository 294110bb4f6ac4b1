package civil

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// A day is a civil day as a number, counted from 1970-01-01, so that counting
// is adding.
type day int32

const secondsPerDay = 24 * 60 * 60

func dayOf(d offtake.Date) day {
	return day(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

func (d day) date() offtake.Date {
	return offtake.DateOf(time.Unix(int64(d)*secondsPerDay, 0).UTC())
}

// addMonths gives the same day n months later and whether it had to be clamped
// to the month's last day.
func (d day) addMonths(n int) (to day, clamped bool) {
	from := d.date()
	out := from.AddMonths(n)
	return dayOf(out), out.Day != from.Day
}

// weekday counts from Sunday = 0; 1970-01-01 was a Thursday.
func (d day) weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) }

func (d day) weekend() bool {
	w := d.weekday()
	return w == time.Saturday || w == time.Sunday
}

// midnight is the wall time at which the day begins.
func (d day) midnight() wall { return wall(d) * secondsPerDay }

// at is the wall time of t on the day.
func (d day) at(t offtake.TimeOfDay) wall { return d.midnight() + wall(t.Minutes)*60 }

// day gives the day on which the clock shows w.
func (w wall) day() day {
	if w < 0 {
		w -= secondsPerDay - 1
	}
	return day(w / secondsPerDay)
}

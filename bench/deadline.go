package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// businessDays is the length of the windows measured: P15BD.
const businessDays = 15

// Deadline measures the deadline of a notice: P15BD in the calendar
// us-business, for a thousand instants of receipt over ten years. The reference
// looks at one day after the other, as one would write it without a library of
// legal time; TestTheWalkAgrees holds it to the same deadlines.
func Deadline() ([]Row, error) {
	calendar, ok := civil.Builtin("us-business")
	if !ok {
		return nil, fmt.Errorf("calendar %q is not built in", "us-business")
	}
	rules := civil.Rules{Calendar: calendar}
	length := offtake.Duration{Unit: offtake.BusinessDays, Count: businessDays}
	received := receipts(1_024)
	ours := testing.Benchmark(func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			rules.Notice(received[i%len(received)], length).Deadline()
		}
	})
	allocations := testing.AllocsPerRun(10, func() {
		for _, t := range received {
			rules.Notice(t, length).Deadline()
		}
	})
	walk := testing.Benchmark(func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			walked(calendar.Location(), received[i%len(received)], businessDays)
		}
	})
	return []Row{
		Below("deadline, P15BD in us-business", nanoseconds(ours), "ns", 2_000).Beside("a walk from day to day", nanoseconds(walk)),
		AtMost("deadline, P15BD in us-business, each of 1,024 receipts once", allocations, "allocations", 0),
	}, nil
}

// receipts gives n instants, at all hours and on all days of ten years.
func receipts(n int) (out []time.Time) {
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for range n {
		out = append(out, at)
		at = at.Add(85*time.Hour + 37*time.Minute)
	}
	return out
}

// walked counts n business days from the receipt of a notice, day by day, and
// gives 17:00 of the last. A notice at or after 17:00, or on a day off, counts
// as received on the next business day.
func walked(zone *time.Location, received time.Time, n int) time.Time {
	local := received.In(zone)
	d := time.Date(local.Year(), local.Month(), local.Day(), 12, 0, 0, 0, time.UTC)
	if local.Hour() >= 17 || dayOff(d) {
		n++
	}
	for n > 0 {
		d = d.AddDate(0, 0, 1)
		if !dayOff(d) {
			n--
		}
	}
	return time.Date(d.Year(), d.Month(), d.Day(), 17, 0, 0, 0, zone).UTC()
}

// dayOff reports a weekend or a federal holiday, observed on the Friday before
// a Saturday and on the Monday after a Sunday.
func dayOff(d time.Time) bool {
	switch d.Weekday() {
	case time.Saturday, time.Sunday:
		return true
	case time.Friday:
		return holiday(d) || fixedHoliday(d.AddDate(0, 0, 1))
	case time.Monday:
		return holiday(d) || fixedHoliday(d.AddDate(0, 0, -1))
	}
	return holiday(d)
}

func holiday(d time.Time) bool {
	nth := (d.Day() + 6) / 7
	switch {
	case d.Weekday() == time.Monday && d.Month() == time.January && nth == 3,
		d.Weekday() == time.Monday && d.Month() == time.February && nth == 3,
		d.Weekday() == time.Monday && d.Month() == time.May && d.Day() > 24,
		d.Weekday() == time.Monday && d.Month() == time.September && nth == 1,
		d.Weekday() == time.Monday && d.Month() == time.October && nth == 2,
		d.Weekday() == time.Thursday && d.Month() == time.November && nth == 4:
		return true
	}
	return fixedHoliday(d)
}

func fixedHoliday(d time.Time) bool {
	switch d.Month() {
	case time.January:
		return d.Day() == 1
	case time.June:
		return d.Day() == 19
	case time.July:
		return d.Day() == 4
	case time.November:
		return d.Day() == 11
	case time.December:
		return d.Day() == 25
	}
	return false
}

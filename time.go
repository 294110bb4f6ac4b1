package offtake

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// A Date is a civil day, without a place. The zero Date is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads 2025-01-21. Years run from 1900 to 9999.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	switch {
	case err != nil || len(s) != len(time.DateOnly):
		return Date{}, Refuse(Invalid, "date %q is not a day written as 2025-01-21", clip(s))
	case t.Year() < 1900:
		return Date{}, Refuse(Invalid, "date %q is out of range; years run from 1900 to 9999", clip(s))
	}
	y, m, d := t.Date()
	return Date{y, m, d}, nil
}

// DateOf gives the civil day of t in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// AddDays gives the day n days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// AddMonths gives the same day n months later, clamped to that month's last day.
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date{first.Year(), first.Month(), min(d.Day, last)}
}

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()
}

// Compare orders days: negative if d is before e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// IsZero reports whether no date was given.
func (d Date) IsZero() bool { return d == Date{} }

// String gives 2025-01-21.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// A When is a point in time as a book writes it: an instant, or a date, which
// means the start of that day in the calendar that governs. The zero When is
// no time at all.
type When struct {
	Instant time.Time // UTC; zero where a date was written
	Date    Date
}

// ParseWhen reads an RFC 3339 instant or a date.
func ParseWhen(s string) (When, error) {
	if len(s) == len(time.DateOnly) {
		d, err := ParseDate(s)
		return When{Date: d}, err
	}
	t, err := ParseInstant(s)
	return When{Instant: t}, err
}

// ParseInstant reads an RFC 3339 instant with its offset and gives it in UTC.
func ParseInstant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	switch t = t.UTC(); {
	case err != nil || !strictly(s):
		return time.Time{}, Refuse(Invalid, "instant %q is not written as 2025-03-01T08:00:00Z", clip(s))
	case t.Year() < 1900 || t.Year() > 9999:
		return time.Time{}, Refuse(Invalid, "instant %q is out of range; years run from 1900 to 9999 in UTC", clip(s))
	}
	return t, nil
}

// strictly reports whether an instant that could be read is written as RFC 3339
// has it, with no more of a second than is kept. The library reads a comma for the
// point, and an hour of one digit.
func strictly(s string) bool {
	_, fraction, _ := strings.Cut(s, ".")
	return s[13] == ':' && !strings.Contains(s, ",") && strings.IndexAny(fraction, "Z+-") <= 9
}

// IsZero reports whether no time was given.
func (w When) IsZero() bool { return w == When{} }

// String gives the time as it was written, or "" for none.
func (w When) String() string {
	switch {
	case !w.Date.IsZero():
		return w.Date.String()
	case !w.Instant.IsZero():
		return Stamp(w.Instant)
	}
	return ""
}

// Stamp prints an instant the way every output of Offtake does: RFC 3339 in
// UTC, with a fraction only where there is one.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// A TimeOfDay is a local time on a 24-hour clock, in minutes from midnight.
type TimeOfDay struct {
	Minutes int
	Set     bool // false: no time of day was given
}

// ParseTimeOfDay reads "17:00", from 00:00 to 23:59.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		return TimeOfDay{}, Refuse(Invalid, "time of day %q is not written as \"17:00\"", clip(s))
	}
	return TimeOfDay{Minutes: t.Hour()*60 + t.Minute(), Set: true}, nil
}

// String gives 17:00, or "" where none was given.
func (t TimeOfDay) String() string {
	if !t.Set {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", t.Minutes/60, t.Minutes%60)
}

// A Period runs from From to Until, which is not inside it. A zero bound is open.
type Period struct {
	From  When
	Until When
}

// IsZero reports whether the period has no bound at all.
func (p Period) IsZero() bool { return p.From.IsZero() && p.Until.IsZero() }

// Combine says how a calendar made of others decides whether a day is a
// business day.
type Combine uint8

// The ways to make a calendar.
const (
	Plain Combine = iota // of its own
	All                  // a business day is one in all the calendars named
	Any                  // a business day is one in any of the calendars named
)

// A Calendar says which days count and until what time of day. Saturdays and
// Sundays never do.
type Calendar struct {
	Name       CalendarName
	Combine    Combine
	Of         []CalendarName // for All and Any; the rest is then theirs
	Timezone   string         // an IANA name
	HolidaySet string         // "us-federal", or "" where Holidays lists them or there are none
	Holidays   []Date
	Cutoff     TimeOfDay // a notice later than this counts for the next business day
	Opens      TimeOfDay // where elapsed time starts for a notice that came too late
	Pos        Pos
	Places     CalendarPlaces
	Partial    bool // some of it could not be read, so what combines it is not judged
}

// CalendarPlaces say where in the text a calendar's values stand; the zero Pos
// is one that was not written.
type CalendarPlaces struct {
	Timezone, Holidays, Cutoff, Opens Pos
	Of                                []Pos // as in Calendar.Of
}

// Roll says what becomes of a deadline that falls on a day that is no business day.
type Roll uint8

// The ways to roll.
const (
	RollNone      Roll = iota // it stays where it falls
	RollFollowing             // it moves to the next business day
)

// TimeRules are the choices by which a clause counts its time. The zero value
// counts as most contracts do: the day of receipt is excluded, a deadline
// stays where it falls, and the calendar's own cut-off ends a day.
type TimeRules struct {
	Calendar   CalendarName // "" for the agreement's
	CountFirst bool         // the day of receipt is the first day counted
	Roll       Roll
	Cutoff     TimeOfDay // wins over the calendar's
}

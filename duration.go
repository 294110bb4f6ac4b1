package offtake

import (
	"strconv"
	"strings"
	"time"
)

// A Unit is what a Duration counts. One is never turned into another: ten
// days, ten business days and 240 hours end at different instants.
type Unit uint8

// The units of a duration.
const (
	NoUnit       Unit = iota
	Days              // P10D: civil days
	Weeks             // P2W: fourteen civil days
	BusinessDays      // P15BD
	Months            // P3M: civil months, clamped at a month's end
	Years             // P5Y: twelve civil months each
	Elapsed           // PT48H: time as a clock measures it
)

// A Duration is a length of legal time: a number of civil units, or elapsed
// time. The zero Duration is no duration at all.
type Duration struct {
	Unit  Unit
	Count int           // of the civil unit; 0 for Elapsed
	Time  time.Duration // for Elapsed only; whole seconds
}

// The longest durations that can be written.
const (
	maxCount   = 100_000          // of any civil unit: P100000D is 273 years
	maxElapsed = 1_000_000 * 3600 // seconds: PT1000000H is 114 years
)

// IsZero reports whether no duration was given.
func (d Duration) IsZero() bool { return d == Duration{} }

// ParseDuration reads a duration as the contract language writes it: P10D,
// P2W, P15BD, P3M, P5Y, or PT with hours, minutes and seconds (PT48H, PT1H30M).
// Civil units do not combine and counts are whole, from 0 to 100,000 (PT: up to 1,000,000 hours).
func ParseDuration(s string) (Duration, error) {
	if rest, ok := strings.CutPrefix(s, "PT"); ok {
		return parseElapsed(s, rest)
	}
	rest, ok := strings.CutPrefix(s, "P")
	if !ok {
		return Duration{}, badDuration(s)
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	unit, ok := civilUnits[rest[digits:]]
	if !ok || digits == 0 {
		return Duration{}, badDuration(s)
	}
	n, err := strconv.Atoi(rest[:digits])
	if err != nil || n > maxCount {
		return Duration{}, Refuse(Invalid, "duration %q is longer than %d units", clip(s), maxCount)
	}
	return Duration{Unit: unit, Count: n}, nil
}

var civilUnits = map[string]Unit{"D": Days, "W": Weeks, "BD": BusinessDays, "M": Months, "Y": Years}

func parseElapsed(s, rest string) (Duration, error) {
	var total int64
	units := "HMS"
	if rest == "" {
		return Duration{}, badDuration(s)
	}
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 || digits == len(rest) {
			return Duration{}, badDuration(s)
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		at := strings.IndexByte(units, rest[digits])
		if at < 0 {
			return Duration{}, badDuration(s)
		}
		each := map[byte]int64{'H': 3600, 'M': 60, 'S': 1}[units[at]]
		if err != nil || n > maxElapsed/each || total+n*each > maxElapsed {
			return Duration{}, Refuse(Invalid, "duration %q is longer than PT%dH", clip(s), maxElapsed/3600)
		}
		total += n * each
		units, rest = units[at+1:], rest[digits+1:]
	}
	return Duration{Unit: Elapsed, Time: time.Duration(total) * time.Second}, nil
}

func badDuration(s string) error {
	return Refuse(Invalid, "duration %q is not P10D, P2W, P15BD, P3M, P5Y or PT48H", clip(s))
}

// String gives the duration as the contract language writes it, or "" for the
// zero Duration.
func (d Duration) String() string {
	n := strconv.Itoa(d.Count)
	switch d.Unit {
	case Days:
		return "P" + n + "D"
	case Weeks:
		return "P" + n + "W"
	case BusinessDays:
		return "P" + n + "BD"
	case Months:
		return "P" + n + "M"
	case Years:
		return "P" + n + "Y"
	case Elapsed:
		return elapsedString(int64(d.Time / time.Second))
	}
	return ""
}

func elapsedString(sec int64) string {
	h, m, s := sec/3600, sec/60%60, sec%60
	out := "PT"
	if h > 0 || sec == 0 {
		out += strconv.FormatInt(h, 10) + "H"
	}
	if m > 0 {
		out += strconv.FormatInt(m, 10) + "M"
	}
	if s > 0 {
		out += strconv.FormatInt(s, 10) + "S"
	}
	return out
}

// Words gives the duration as a person says it: "15 business days".
func (d Duration) Words() string {
	if d.Unit == Elapsed {
		sec := int64(d.Time / time.Second)
		switch {
		case sec%3600 == 0:
			return plural(int(sec/3600), "hour")
		case sec%60 == 0:
			return plural(int(sec/60), "minute")
		}
		return plural(int(sec), "second")
	}
	names := [...]string{Days: "day", Weeks: "week", BusinessDays: "business day", Months: "month", Years: "year"}
	if d.Unit == NoUnit {
		return "no time"
	}
	return plural(d.Count, names[d.Unit])
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// clip shortens hostile input for an error message.
func clip(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}

package report

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

var sizes = []struct {
	size   float64
	suffix string
}{{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "k"}}

// short gives a number to three digits with a suffix: 12.3M.
func short(v float64) string {
	for _, s := range sizes {
		if math.Abs(v) >= s.size*0.9995 {
			return digits(v/s.size) + s.suffix
		}
	}
	return digits(v)
}

// summed gives a number to four digits, so that parts and their sum still
// agree to the eye: 837.1M.
func summed(v float64) string {
	for _, s := range sizes {
		if a := math.Abs(v) / s.size; a >= 0.99995 {
			places := 3 - min(int(math.Log10(a*1.00005)), 3)
			return strconv.FormatFloat(v/s.size, 'f', places, 64) + s.suffix
		}
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// digits keeps three digits, and no zeros after the point.
func digits(v float64) string {
	places := 2
	switch a := math.Abs(v); {
	case a >= 99.95:
		places = 0
	case a >= 9.995:
		places = 1
	}
	s := strconv.FormatFloat(v, 'f', places, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// grouped gives a whole number with commas: 32,211.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// percent gives a part of one with one place: 61.2%.
func percent(part float64) string { return strconv.FormatFloat(100*part, 'f', 1, 64) + "%" }

// waited gives seconds in the unit a person would use.
func waited(seconds int64) string {
	switch s := float64(seconds); {
	case seconds < 60:
		return strconv.FormatInt(seconds, 10) + " s"
	case seconds < 3600:
		return digits(s/60) + " min"
	case seconds < 2*86400:
		return digits(s/3600) + " h"
	default:
		return digits(s/86400) + " d"
	}
}

// money gives an amount to three digits with its currency: USD 4.21B.
func money(m offtake.Money) string {
	if m.Currency() == "" {
		return short(amount(m))
	}
	return string(m.Currency()) + " " + short(amount(m))
}

// amount gives money as a number, for charts.
func amount(m offtake.Money) float64 { return m.Ratio(offtake.MoneyOf(m.Currency(), 1)) }

// signed gives a difference with its sign, and none to one too small to show.
func signed(s string, positive bool) string {
	if positive && strings.ContainsAny(s, "123456789") {
		return "+" + s
	}
	return s
}

// day prints an instant as its day in UTC.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// part gives a/b, and 0 where b is 0.
func part(a, b int64) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

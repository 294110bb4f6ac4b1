package offtake

import (
	"strconv"
	"strings"
)

// A Percent is a part of a whole, in millionths: 2% is 20,000.
type Percent int64

// A Factor is an exact multiple in millionths: 2.5 is 2,500,000.
type Factor int64

// One is the factor 1, and as a Percent 100%.
const One = 1_000_000

// ParsePercent reads "2%" or "0.25%": at most four decimals, from 0% to 1000%.
func ParsePercent(s string) (Percent, error) {
	num, ok := strings.CutSuffix(s, "%")
	n, good := parseFixed(num, 4)
	if !ok || !good || n > 10*One {
		return 0, Refuse(Invalid, "percentage %q is not written as 2%% or 0.25%%, from 0%% to 1000%%", clip(s))
	}
	return Percent(n), nil
}

// String gives 2%.
func (p Percent) String() string { return fixedString(int64(p), 4) + "%" }

// ParseFactor reads "2.5": positive, at most six decimals, below a million.
func ParseFactor(s string) (Factor, error) {
	n, ok := parseFixed(s, 6)
	if !ok || n == 0 || n >= One*One {
		return 0, Refuse(Invalid, "number %q is not a positive decimal with at most six places, written as 2.5", clip(s))
	}
	return Factor(n), nil
}

// String gives 2.5.
func (f Factor) String() string { return fixedString(int64(f), 6) }

// parseFixed reads a non-negative decimal with at most the given number of places.
func parseFixed(s string, places int) (int64, bool) {
	whole, frac, point := strings.Cut(s, ".")
	if whole == "" || point && frac == "" || len(frac) > places || len(whole) > 9 {
		return 0, false
	}
	for _, c := range whole + frac {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", places-len(frac)), 10, 64)
	return n, err == nil
}

func fixedString(n int64, places int) string {
	s := strconv.FormatInt(n, 10)
	if len(s) <= places {
		s = strings.Repeat("0", places-len(s)+1) + s
	}
	whole, frac := s[:len(s)-places], strings.TrimRight(s[len(s)-places:], "0")
	if frac == "" {
		return whole
	}
	return whole + "." + frac
}

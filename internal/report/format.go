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

// A quantity is a number in the unit it is shown in: USD 12.3M.
type quantity struct {
	before string // the sign stands before it
	n      float64
	after  string
	digits int  // that count
	full   bool // keep zeros at the end
}

// dust is what is left of zero after arithmetic in floating point.
const dust = 1e-9

// places gives how many places after the point it takes to show q's digits.
func (q quantity) places() int {
	if math.Abs(q.n) < dust {
		return 0
	}
	mantissa, e, _ := strings.Cut(strconv.FormatFloat(math.Abs(q.n), 'e', q.digits-1, 64), "e")
	exponent, _ := strconv.Atoi(e)
	places := q.digits - 1 - exponent
	if !q.full {
		places -= len(mantissa) - len(strings.TrimRight(mantissa, "0"))
	}
	return max(places, 0)
}

// text shows q with that many places, or with more where it would read as
// nothing though it is something.
func (q quantity) text(places int) string {
	s := strconv.FormatFloat(math.Abs(q.n), 'f', places, 64)
	some := strings.ContainsAny(s, "123456789")
	if !some && math.Abs(q.n) >= dust {
		return q.text(q.places())
	}
	if some && q.n < 0 {
		return "-" + q.before + s + q.after
	}
	return q.before + s + q.after
}

// even shows quantities that stand beside each other: those in one unit with
// as many places each, 5.0 d beside 82.9 d. The largest is kept to four digits
// where it needs no more itself.
func even(qs []quantity) []string {
	places, largest := map[string]int{}, map[string]quantity{}
	for _, q := range qs {
		places[q.after] = max(places[q.after], q.places())
		if math.Abs(q.n) >= math.Abs(largest[q.after].n) {
			largest[q.after] = q
		}
	}
	var out []string
	for _, q := range qs {
		top := largest[q.after]
		whole := len(strconv.FormatFloat(math.Floor(math.Abs(top.n)), 'f', 0, 64))
		out = append(out, q.text(min(places[q.after], max(top.places(), 4-whole))))
	}
	return out
}

// alone shows one quantity.
func alone(q quantity) string { return q.text(q.places()) }

// sized gives a number with the suffix of its size.
func sized(v float64, smallest float64) quantity {
	for _, s := range sizes {
		if math.Abs(v) >= s.size*smallest {
			return quantity{n: v / s.size, after: s.suffix, digits: 3}
		}
	}
	return quantity{n: v, digits: 3}
}

// short gives a number to three digits with a suffix: 12.3M.
func short(v float64) string { return alone(sized(v, 0.9995)) }

// summed gives a number to four digits, so that parts and their sum still
// agree to the eye: 837.1M.
func summed(v float64) quantity {
	q := sized(v, 0.99995)
	q.digits, q.full = 4, q.after != ""
	return q
}

// in gives a number with the unit that follows it: 12.3 d.
func in(unit string) func(float64) quantity {
	return func(v float64) quantity { return quantity{n: v, after: " " + unit, digits: 3} }
}

// digits keeps three digits, and no zeros after the point.
func digits(v float64) string { return alone(quantity{n: v, digits: 3}) }

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

// percent gives a part of one: 61.2%.
func percent(part float64) string { return percents([]float64{part})[0] }

// percents gives parts of one with one place, or with two where a part would
// read as all or as nothing and is neither: 100.0% is all, 0.0% is none.
func percents(parts []float64) []string {
	places := 1
	for _, p := range parts {
		if most, least := nearly(p, 1); most || least {
			places = 2
		}
	}
	var out []string
	for _, p := range parts {
		switch most, least := nearly(p, places); {
		case most:
			out = append(out, ">99.99%")
		case least:
			out = append(out, "<0.01%")
		default:
			out = append(out, strconv.FormatFloat(100*p, 'f', places, 64)+"%")
		}
	}
	return out
}

// nearly reports whether a part reads as all, or as nothing, and is not.
func nearly(part float64, places int) (most, least bool) {
	edge := 0.5 * math.Pow(10, float64(-places))
	return part < 1 && 100*part >= 100-edge, part > 0 && 100*part <= edge
}

// waited gives seconds in the unit a person would use.
func waited(seconds float64) quantity {
	switch s := math.Abs(seconds); {
	case s < 60:
		return in("s")(seconds)
	case s < 3600:
		return in("min")(seconds / 60)
	case s < 2*86400:
		return in("h")(seconds / 3600)
	default:
		return in("d")(seconds / 86400)
	}
}

// priced gives money of a currency to three digits: USD 4.21B.
func priced(currency string) func(float64) quantity {
	return func(v float64) quantity {
		q := sized(v, 0.9995)
		if currency != "" {
			q.before = currency + " "
		}
		return q
	}
}

// amount gives money as a number, for charts.
func amount(m offtake.Money) float64 { return m.Ratio(offtake.MoneyOf(m.Currency(), 1)) }

// A shower shows the figures of a row.
type shower func([]float64) []string

// evenly shows figures as quantities, with even places.
func evenly(of func(float64) quantity) shower {
	return func(vs []float64) []string {
		var qs []quantity
		for _, v := range vs {
			qs = append(qs, of(v))
		}
		return even(qs)
	}
}

// counted shows whole numbers.
func counted(vs []float64) []string {
	var out []string
	for _, v := range vs {
		out = append(out, grouped(int64(v)))
	}
	return out
}

// apart shows differences of parts.
func apart(parts []float64) []string {
	return evenly(func(d float64) quantity { return in("pt")(100 * d) })(parts)
}

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

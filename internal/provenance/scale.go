package provenance

import (
	"strconv"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// Scaled gives the number times num/den, written as the book writes it, or
// false where that cannot be done: dates and times of day have no half, and
// a count that rounds to nothing or to itself is no change. Counts round half
// up; decimals keep six places.
func (n Number) Scaled(num, den int64) (string, bool) {
	text := n.Text
	if strings.ContainsAny(text, ":") || strings.Count(text, "-") == 2 {
		return "", false
	}
	if d, err := offtake.ParseDuration(text); err == nil {
		return scaledDuration(d, num, den)
	}
	digits := strings.TrimRight(text, "%KMBT")
	suffix := text[len(digits):]
	out, ok := scaledDecimal(digits, num, den, suffix == "" && !strings.Contains(digits, ".") && !n.decimal())
	return out + suffix, ok && out+suffix != text
}

// decimal reports whether the number may have places though none are written:
// it follows a currency, or is a speed or factor.
func (n Number) decimal() bool {
	return strings.Contains(n.Path, "price") || strings.Contains(n.Path, "accelerator.") || n.Key() == "per_day"
}

func scaledDuration(d offtake.Duration, num, den int64) (string, bool) {
	was := d
	if d.Unit == offtake.Elapsed {
		sec := (int64(d.Time.Seconds())*num*2 + den) / (2 * den)
		d.Time = time.Duration(sec) * time.Second
		return d.String(), sec > 0
	}
	d.Count = int((int64(d.Count)*num*2 + den) / (2 * den))
	return d.String(), d.Count > 0 && d != was
}

// scaledDecimal multiplies a plain decimal. Six places are kept, or none for a count.
func scaledDecimal(s string, num, den int64, count bool) (string, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) > 6 || len(whole) > 11 {
		return "", false
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", 6-len(frac)), 10, 64)
	if err != nil || n == 0 {
		return "", false
	}
	unit := int64(1)
	if count {
		unit = 1_000_000
	}
	n = (n*num*2 + den*unit) / (2 * den * unit) * unit
	out := strconv.FormatInt(n/1_000_000, 10)
	if rest := n % 1_000_000; rest > 0 {
		out += "." + strings.TrimRight(strconv.FormatInt(1_000_000+rest, 10)[1:], "0")
	}
	return out, n > 0
}

package offtake

import (
	"fmt"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// A Currency is an ISO 4217 code of three capital letters.
type Currency string

// Money is an exact decimal amount of one currency. Adding and multiplying
// never rounds; only Round and Split do, and they say what was left over.
//
// The zero Money is zero of no currency and adds to any.
type Money struct {
	amount   apd.Decimal // never changed after it is made, so copies may share it
	currency Currency
}

// exact is the context of all arithmetic: precision 0 means nothing is rounded.
var exact = apd.Context{MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent}

// maxDigits bounds what is read, so that hostile input cannot make arithmetic slow.
const maxDigits = 40

var moneySuffixes = map[byte]int32{'K': 3, 'M': 6, 'B': 9, 'T': 12}

// MarshalBinary writes the Money exactly, also one of no currency, for UnmarshalBinary
// to read back.
func (m Money) MarshalBinary() ([]byte, error) {
	return []byte(string(m.currency) + " " + m.amount.String()), nil
}

// UnmarshalBinary reads what MarshalBinary writes.
func (m *Money) UnmarshalBinary(text []byte) error {
	code, num, ok := strings.Cut(string(text), " ")
	d, _, err := apd.NewFromString(num)
	if !ok || err != nil || d.Form != apd.Finite {
		return badMoney(string(text))
	}
	*m = Money{amount: *d, currency: Currency(code)}
	return nil
}

// ParseMoney reads "USD 250B", "USD 98.32" or "USD 0.60": a currency, one
// space, and a number of at most 40 characters, also once its K, M, B or T is
// written out. It may be negative. There is no exponent and no digit grouping.
func ParseMoney(s string) (Money, error) {
	code, num, ok := strings.Cut(s, " ")
	if !ok || !isCurrency(code) {
		return Money{}, badMoney(s)
	}
	var shift int32
	if n := len(num); n > 0 {
		if e, ok := moneySuffixes[num[n-1]]; ok {
			shift, num = e, num[:n-1]
		}
	}
	if !isPlainNumber(num) || writtenOut(num, int(shift)) > maxDigits { // it must still read
		return Money{}, badMoney(s)
	}
	d, _, err := apd.NewFromString(num)
	if err != nil {
		return Money{}, badMoney(s)
	}
	return Money{amount: *shifted(d, shift), currency: Currency(code)}, nil
}

// shifted multiplies d by ten to the e, keeping whole amounts without a positive exponent.
func shifted(d *apd.Decimal, e int32) *apd.Decimal {
	d.Exponent += e
	if d.Exponent > 0 {
		coeff := new(apd.BigInt).Exp(apd.NewBigInt(10), apd.NewBigInt(int64(d.Exponent)), nil)
		d.Coeff.Mul(&d.Coeff, coeff)
		d.Exponent = 0
	}
	return d
}

func badMoney(s string) error {
	return Refuse(Invalid, "money %q is not a currency and an amount, written as USD 98.32 or USD 250B", clip(s))
}

func isCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for _, c := range s {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// writtenOut gives the length of a plain number times ten to the shift, with
// room for a point.
func writtenOut(num string, shift int) int {
	whole, frac, _ := strings.Cut(strings.TrimPrefix(num, "-"), ".")
	return len(whole) + shift + max(len(frac)-shift, 0) + 1
}

// isPlainNumber reports whether s is digits with an optional sign and one point.
func isPlainNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, frac, point := strings.Cut(s, ".")
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	return whole != "" && digits(whole) && digits(frac) && (!point || frac != "") && len(s) <= 2*maxDigits
}

// ParseAmount reads a bare number as an amount of the given currency, as price
// lists write it. An exponent is refused.
func ParseAmount(c Currency, s string) (Money, error) {
	return ParseMoney(string(c) + " " + s)
}

// MoneyOf makes an amount of whole currency units.
func MoneyOf(c Currency, units int64) Money {
	return Money{amount: *apd.New(units, 0), currency: c}
}

// Currency gives the currency, or "" for the zero Money.
func (m Money) Currency() Currency { return m.currency }

// IsZero reports whether the amount is zero, of whatever currency.
func (m Money) IsZero() bool { return m.amount.IsZero() }

// Sign gives -1, 0 or 1.
func (m Money) Sign() int { return m.amount.Sign() }

// Add gives m + n. Both must be of one currency, or of none.
func (m Money) Add(n Money) Money {
	out := Money{currency: sameCurrency(m, n)}
	must(exact.Add(&out.amount, &m.amount, &n.amount))
	return out
}

// Sub gives m - n. Both must be of one currency, or of none.
func (m Money) Sub(n Money) Money { return m.Add(n.Neg()) }

// Neg gives -m.
func (m Money) Neg() Money {
	out := Money{currency: m.currency}
	must(exact.Neg(&out.amount, &m.amount))
	return out
}

// Times gives m × n.
func (m Money) Times(n int64) Money {
	out := Money{currency: m.currency}
	must(exact.Mul(&out.amount, &m.amount, apd.New(n, 0)))
	return out
}

// Scaled gives m times ten to a power.
func (m Money) Scaled(power int) Money {
	out := Money{currency: m.currency}
	must(exact.Mul(&out.amount, &m.amount, apd.New(1, int32(power))))
	return out
}

// Share gives the exact part p of m: 2% of USD 1.00 is USD 0.02.
func (m Money) Share(p Percent) Money { return m.millionths(int64(p)) }

// Scale gives m × f, exactly.
func (m Money) Scale(f Factor) Money { return m.millionths(int64(f)) }

func (m Money) millionths(n int64) Money {
	by := apd.New(n, -6)
	by.Reduce(by)
	out := Money{currency: m.currency}
	must(exact.Mul(&out.amount, &m.amount, by))
	return out
}

// Cmp compares amounts: -1 if m < n. Both must be of one currency, or of none.
func (m Money) Cmp(n Money) int {
	sameCurrency(m, n)
	return m.amount.Cmp(&n.amount)
}

// alike reports whether two amounts are written alike.
func (m Money) alike(n Money) bool {
	return m.currency == n.currency && m.amount.Exponent == n.amount.Exponent && m.amount.Cmp(&n.amount) == 0
}

// Split divides m by n, a positive number, rounds half-even to the currency's
// minor unit, and gives the residue still undivided: m = rounded × n + residue.
// It is the only rounding there is; a statement line does it once.
func (m Money) Split(n int64) (rounded, residue Money) {
	ctx := exact
	ctx.Precision = uint32(max(m.amount.NumDigits(), 1)) + 60
	ctx.Rounding = apd.RoundHalfEven
	places := minorUnits(m.currency)
	// Doubling and comparing avoids rounding twice: q is the quotient cut to
	// the minor unit, and the exact remainder decides which way it goes.
	unit := apd.New(n, -places)
	var q, back, rem, twice apd.Decimal
	must(ctx.QuoInteger(&q, &m.amount, unit))
	must(exact.Mul(&back, &q, unit))
	must(exact.Sub(&rem, &m.amount, &back))
	must(exact.Mul(&twice, apd.New(2, 0), &rem))
	twice.Negative = false
	if c := twice.Cmp(unit); c > 0 || c == 0 && odd(&q) {
		must(exact.Add(&q, &q, apd.New(int64(m.amount.Sign()), 0)))
	}
	rounded = Money{currency: m.currency}
	must(exact.Mul(&rounded.amount, &q, apd.New(1, -places)))
	return rounded, m.Sub(rounded.Times(n))
}

// Round gives m to the currency's minor unit, half-even, and what was cut off.
func (m Money) Round() (rounded, residue Money) { return m.Split(1) }

// Quotient gives m ÷ n for showing only, rounded half-even to the given number
// of decimal places. It never feeds a sum.
func (m Money) Quotient(n int64, places int32) Money {
	ctx := exact
	ctx.Precision = uint32(max(m.amount.NumDigits(), 1)) + 60
	ctx.Rounding = apd.RoundHalfEven
	out := Money{currency: m.currency}
	var q apd.Decimal
	_, _ = ctx.Quo(&q, &m.amount, apd.New(n, 0))
	_, _ = ctx.Quantize(&out.amount, &q, -places)
	return out
}

// Ratio gives m ÷ n as a float, for charts and percentages only. It is 0 where n is zero.
func (m Money) Ratio(n Money) float64 {
	if n.IsZero() {
		return 0
	}
	a, _ := m.amount.Float64()
	b, _ := n.amount.Float64()
	return a / b
}

func odd(d *apd.Decimal) bool {
	var r apd.Decimal
	ctx := exact
	ctx.Precision = uint32(max(d.NumDigits(), 1)) + 4
	must(ctx.Rem(&r, d, apd.New(2, 0)))
	return !r.IsZero()
}

// minorUnits gives the number of decimal places of a currency's smallest coin
// (ISO 4217); two where the table says nothing.
func minorUnits(c Currency) int32 {
	switch c {
	case "JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF", "XPF", "RWF", "GNF", "KMF", "DJF", "BIF", "VUV":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}

// String gives "USD 98.32": every digit, no suffix.
func (m Money) String() string {
	if m.currency == "" {
		return m.amount.Text('f')
	}
	return string(m.currency) + " " + m.amount.Text('f')
}

// Number gives the amount alone, every digit.
func (m Money) Number() string { return m.amount.Text('f') }

// Short gives the amount as a book writes it: whole thousands, millions,
// billions and trillions with their suffix and nothing lost. An amount written
// with decimal places keeps them.
func (m Money) Short() string {
	if m.amount.Exponent < 0 {
		return m.String()
	}
	var r apd.Decimal
	r.Reduce(&m.amount)
	for _, s := range []struct {
		exp  int32
		name string
	}{{12, "T"}, {9, "B"}, {6, "M"}, {3, "K"}} {
		// "USD 1.5B" is short; "USD 1.234567B" is not.
		if !r.IsZero() && r.NumDigits()+int64(r.Exponent) > int64(s.exp) && r.Exponent >= s.exp-2 {
			r.Exponent -= s.exp
			return strings.TrimSpace(string(m.currency) + " " + r.Text('f') + s.name)
		}
	}
	return m.String()
}

func sameCurrency(m, n Money) Currency {
	switch {
	case m.currency == n.currency || n.currency == "":
		return m.currency
	case m.currency == "":
		return n.currency
	}
	panic(fmt.Sprintf("offtake: %s and %s do not add; a door let two currencies in", m.currency, n.currency))
}

// must turns a failed exact operation into a panic: it can fail only where an
// exponent leaves the range that reading allows.
func must(_ apd.Condition, err error) {
	if err != nil {
		panic("offtake: money out of range: " + err.Error())
	}
}

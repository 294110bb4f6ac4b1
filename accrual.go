package offtake

import "strings"

// secondsPerHour turns a price per hour into one per second.
const secondsPerHour = 3600

// An Accrual is money that grows by the second: a price per accelerator-hour
// times accelerator-seconds. The division by 3,600 is never made inside, so a
// million jobs of a few seconds each add up to exactly what one long job costs.
// Only Round divides, once, and says what is left.
//
// The price may also be a bare number of no currency: an Accrual of one an hour
// is an exact count of accelerator-hours.
//
// The zero Accrual is nothing of no currency and adds to any.
type Accrual struct {
	undivided Money // 3,600 times the amount
}

// Accrue gives what so many accelerator-seconds cost at a price per accelerator-hour.
func Accrue(perHour Money, acceleratorSeconds int64) Accrual {
	return Accrual{perHour.Times(acceleratorSeconds)}
}

// Accrued gives an amount that is already whole as an Accrual.
func Accrued(m Money) Accrual { return Accrual{m.Times(secondsPerHour)} }

// Undivided gives 3,600 times the amount.
func (a Accrual) Undivided() Money { return a.undivided }

// Exact gives the amount as a fraction that ParseAccrual reads back, for
// records: "USD 44244.00/3600".
func (a Accrual) Exact() string { return a.undivided.String() + perHourSuffix }

const perHourSuffix = "/3600"

// ParseAccrual reads what Exact gives. The currency is left out of a bare number.
func ParseAccrual(s string) (Accrual, error) {
	num, ok := strings.CutSuffix(s, perHourSuffix)
	bare := isPlainNumber(num)
	if bare {
		num = "XXX " + num // ISO 4217 for no currency
	}
	m, err := ParseMoney(num)
	if !ok || err != nil || !bare && m.currency == "XXX" {
		return Accrual{}, Refuse(Invalid, "accrual %q is not 3,600 times an amount, written as USD 44244.00/3600", clip(s))
	}
	if bare {
		m.currency = ""
	}
	return Accrual{m}, nil
}

// MarshalBinary writes the Accrual exactly, for UnmarshalBinary to read back.
func (a Accrual) MarshalBinary() ([]byte, error) { return a.undivided.MarshalBinary() }

// UnmarshalBinary reads what MarshalBinary writes.
func (a *Accrual) UnmarshalBinary(text []byte) error { return a.undivided.UnmarshalBinary(text) }

// Currency gives the currency, or "" for the zero Accrual and for bare numbers.
func (a Accrual) Currency() Currency { return a.undivided.currency }

// Sign gives -1, 0 or 1.
func (a Accrual) Sign() int { return a.undivided.Sign() }

// IsZero reports whether nothing has accrued, in whatever currency.
func (a Accrual) IsZero() bool { return a.undivided.IsZero() }

// Add gives a + b. Both must be of one currency, or of none.
func (a Accrual) Add(b Accrual) Accrual { return Accrual{a.undivided.Add(b.undivided)} }

// Sub gives a - b. Both must be of one currency, or of none.
func (a Accrual) Sub(b Accrual) Accrual { return Accrual{a.undivided.Sub(b.undivided)} }

// Cmp compares amounts: -1 if a < b. Both must be of one currency, or of none.
func (a Accrual) Cmp(b Accrual) int { return a.undivided.Cmp(b.undivided) }

// Share gives the exact part p of a, as an unused charge is of a price.
func (a Accrual) Share(p Percent) Accrual { return Accrual{a.undivided.Share(p)} }

// Round gives the amount to the currency's minor unit, half-even, and what was
// cut off: a = rounded + residue, exactly.
func (a Accrual) Round() (rounded Money, residue Accrual) {
	rounded, rest := a.undivided.Split(secondsPerHour)
	return rounded, Accrual{rest}
}

// Ratio gives a ÷ b as a float, for charts and percentages only. It is 0 where b is zero.
func (a Accrual) Ratio(b Accrual) float64 { return a.undivided.Ratio(b.undivided) }

// String gives the amount to six decimal places, for people. It never feeds a sum.
func (a Accrual) String() string { return a.undivided.Quotient(secondsPerHour, 6).String() }

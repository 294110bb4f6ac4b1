package usage

import (
	"strings"

	"github.com/offtake-dev/offtake"
)

// An amount is money as it is written in a record: digits, and how many of them follow
// the point. One that is too long for that is kept as it is.
type amount struct {
	said     bool
	digits   int64
	places   uint8
	currency offtake.Currency
	long     offtake.Money
}

// mostPlaces bounds the digits that are kept apart.
const mostPlaces = 17

// money reads "USD 12.50", or a bare number of the book's currency.
func (r *Reader) money(s string) (a amount, err error) {
	if s == "" {
		return a, nil
	}
	a.said, a.currency = true, r.Currency
	number := s
	if code, after, ok := strings.Cut(s, " "); ok {
		number = after
		if offtake.Currency(code) != r.Currency {
			return amount{}, offtake.Refuse(offtake.Invalid, "cost %.60s is not in %s, the book's currency", s, r.Currency)
		}
	}
	point := false
	for i, c := range []byte(number) {
		switch {
		case c == '.' && !point && i > 0 && i < len(number)-1:
			point = true
		case c >= '0' && c <= '9' && i < mostPlaces:
			a.digits = 10*a.digits + int64(c-'0')
			if point {
				a.places++
			}
		default:
			a.long, err = offtake.ParseAmount(a.currency, number)
			if err != nil {
				return amount{}, offtake.Refuse(offtake.Invalid, "cost %.60q is no amount as 12.50 or %s 12.50", s, r.Currency)
			}
			return a, nil
		}
	}
	if number == "" {
		return amount{}, offtake.Refuse(offtake.Invalid, "cost %.60q is no amount as 12.50 or %s 12.50", s, r.Currency)
	}
	return a, nil
}

// sign gives -1, 0 or 1.
func (a *amount) sign() int {
	switch {
	case a.long.Currency() != "":
		return a.long.Sign()
	case a.digits > 0:
		return 1
	}
	return 0
}

// exact gives the amount as money.
func (a *amount) exact() offtake.Money {
	if a.long.Currency() != "" || !a.said {
		return a.long
	}
	return moneyOf(a.currency, a.digits, int(a.places))
}

func moneyOf(c offtake.Currency, digits int64, places int) offtake.Money {
	return offtake.MoneyOf(c, digits).Scaled(-places)
}

// A Sum adds amounts of one currency exactly.
type Sum struct {
	by   [mostPlaces + 1]int64 // by places, each far from what does not fit
	rest offtake.Money
}

func (s *Sum) add(a *amount) {
	switch {
	case !a.said:
	case a.long.Currency() != "":
		s.rest = s.rest.Add(a.long)
	default:
		n := &s.by[a.places]
		if *n > 1<<62 {
			s.rest, *n = s.rest.Add(moneyOf(a.currency, *n, int(a.places))), 0
		}
		*n += a.digits
	}
}

// Money gives the sum, and no currency where nothing was added.
func (s *Sum) Money(c offtake.Currency) offtake.Money {
	sum := s.rest
	for places, digits := range s.by {
		if digits != 0 {
			sum = sum.Add(moneyOf(c, digits, places))
		}
	}
	return sum
}

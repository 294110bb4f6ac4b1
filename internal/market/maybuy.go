package market

import (
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/rights"
)

// MayBuy says whether the book permits a purchase on these terms at an instant,
// by the terms in force and by what consents have left. Conditional means that a
// right must be cleared first. It changes nothing.
func (s *State) MayBuy(at time.Time, t offtake.OfferTerms) (rights.Ruling, error) {
	q, err := s.law.Rights.Question(offtake.Procure, s.purchase(t))
	if err != nil {
		return rights.Ruling{}, err
	}
	return s.law.At(at).Ask(q.Given(s.measured(at, at, t))), nil
}

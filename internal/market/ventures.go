package market

import (
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/venture"
)

// Ventures gives what has become of ventures. They must not be changed.
func (s *State) Ventures() *venture.Ventures { return s.ventures }

// ventureOf finds a venture in force, for a step that is its operator's or the buyer's.
func (s *State) ventureOf(a offtake.Act, ref offtake.ClauseRef) (venture.Clause, error) {
	clause, ok := s.law.Rights.Clause(ref, s.law.When(a.At))
	body, is := clause.Body.(offtake.Venture)
	switch {
	case !ok || !is:
		return venture.Clause{}, offtake.Refuse(offtake.NotFound, "clause %s is no venture in force", ref)
	case a.By != body.Operator && a.By != s.law.Book.Buyer:
		return venture.Clause{}, offtake.Refuse(offtake.Forbidden, "%q is not %q, the operator of %s", a.By, body.Operator, ref)
	}
	return venture.Clause{Ref: ref, Terms: body, Resolve: s.law.Dates(ref.Agreement).Resolve}, nil
}

func (s *State) online(a offtake.Act, d offtake.PhaseOnline) ([]offtake.Event, error) {
	c, err := s.ventureOf(a, d.Venture)
	if err != nil {
		return nil, err
	}
	return s.ventures.Online(c, d)
}

func (s *State) call(a offtake.Act, d offtake.CapitalCall) ([]offtake.Event, error) {
	c, err := s.ventureOf(a, d.Venture)
	if err != nil {
		return nil, err
	}
	return s.ventures.Call(c, a.At, d)
}

// pay takes a partner's payment; each pays for itself.
func (s *State) pay(a offtake.Act, d offtake.CapitalPay) ([]offtake.Event, error) {
	as := a
	as.By = s.law.Book.Buyer
	c, err := s.ventureOf(as, d.Venture)
	if err != nil {
		return nil, err
	}
	return s.ventures.Pay(c, a.By, d)
}

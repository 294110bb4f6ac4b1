// Package venture keeps what has become of ventures: the phases that are online, and
// the capital that was called, paid and is owed.
//
// Capital is called by the operator and owed by each partner for its part, which is
// its share, or its amount as a part of all that the venture may spend. Parts are
// whole minor units, the largest rests first, so that they add up to what the shares
// come to. Partners that the clause does not name owe nothing here.
package venture

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// Ventures are all of a market. See New.
type Ventures struct {
	opened map[phase]time.Time
	calls  []*Call
}

type phase struct {
	venture offtake.ClauseRef
	number  int64
}

// A Call is capital called of the partners of a venture, all of one phase and due
// instant together.
type Call struct {
	Venture offtake.ClauseRef
	Phase   int64
	At      time.Time
	Due     time.Time
	Parts   []Part
}

// A Part is what one partner was called for, and what it has paid of it.
type Part struct {
	Party        offtake.PartyName
	Called, Paid offtake.Money
}

// New makes ventures of which nothing has happened.
func New() *Ventures { return &Ventures{opened: map[phase]time.Time{}} }

// Opened gives when a phase went online.
func (s *Ventures) Opened(ref offtake.ClauseRef, number int64) (time.Time, bool) {
	at, ok := s.opened[phase{ref, number}]
	return at, ok
}

// Calls gives what was called of a venture, in that order. They must not be changed.
func (s *Ventures) Calls(ref offtake.ClauseRef) (calls []*Call) {
	for _, c := range s.calls {
		if c.Venture == ref {
			calls = append(calls, c)
		}
	}
	return calls
}

// A Clause is a venture in force.
type Clause struct {
	Ref     offtake.ClauseRef
	Terms   offtake.Venture
	Resolve func(offtake.When) time.Time
}

// Online says what follows from a phase being online.
func (s *Ventures) Online(c Clause, d offtake.PhaseOnline) ([]offtake.Event, error) {
	if d.Phase < 1 || d.Phase > int64(len(c.Terms.Phases)) {
		return nil, offtake.Refuse(offtake.NotFound, "venture %s has no phase %d; its phases are 1 to %d", c.Ref, d.Phase, len(c.Terms.Phases))
	}
	if _, open := s.Opened(c.Ref, d.Phase); open {
		return nil, nil
	}
	return []offtake.Event{offtake.PhaseOpened{Venture: c.Ref, Phase: d.Phase, Planned: c.Resolve(c.Terms.Phases[d.Phase-1].Online)}}, nil
}

// Call says what partners owe when capital is called.
func (s *Ventures) Call(c Clause, at time.Time, d offtake.CapitalCall) ([]offtake.Event, error) {
	due := c.Resolve(d.Due)
	switch {
	case d.Phase < 0 || d.Phase > int64(len(c.Terms.Phases)):
		return nil, offtake.Refuse(offtake.NotFound, "venture %s has no phase %d; its phases are 1 to %d", c.Ref, d.Phase, len(c.Terms.Phases))
	case d.Amount.Currency() != c.Terms.UpTo.Currency() || d.Amount.Sign() <= 0:
		return nil, offtake.Refuse(offtake.Invalid, "capital called, %s, is no amount of %s above zero", d.Amount, c.Terms.UpTo.Currency())
	case d.Due.IsZero() || due.Before(at):
		return nil, offtake.Refuse(offtake.Invalid, "capital is due at %s, and was called at %s; say when it is due", d.Due, offtake.Stamp(at))
	}
	parts := Parts(c.Terms, d.Amount)
	called := s.Called(c.Ref)
	for _, p := range parts {
		called = called.Add(p.Amount)
	}
	if called.Cmp(c.Terms.UpTo) > 0 {
		return nil, offtake.Refuse(offtake.Forbidden, "venture %s may spend up to %s, and %s would be called of its partners", c.Ref, c.Terms.UpTo, called)
	}
	return []offtake.Event{offtake.CapitalCalled{Venture: c.Ref, Phase: d.Phase, Due: due, Parts: parts}}, nil
}

// Called gives what was called of a venture's partners.
func (s *Ventures) Called(ref offtake.ClauseRef) (sum offtake.Money) {
	for _, c := range s.Calls(ref) {
		for _, p := range c.Parts {
			sum = sum.Add(p.Called)
		}
	}
	return sum
}

// Parts divides capital among partners.
func Parts(v offtake.Venture, amount offtake.Money) (parts []offtake.CapitalPart) {
	unit := minorUnit(amount)
	whole := ratio(amount, unit) // minor units
	var rests []*big.Rat
	total, given := new(big.Rat), new(big.Int)
	for _, p := range v.Partners {
		share := big.NewRat(int64(p.Share), int64(offtake.One))
		if p.Amount.Currency() != "" {
			share = ratio(p.Amount, v.UpTo)
		}
		exact := new(big.Rat).Mul(whole, share)
		units := new(big.Int).Quo(exact.Num(), exact.Denom())
		total.Add(total, exact)
		given.Add(given, units)
		rests = append(rests, exact.Sub(exact, new(big.Rat).SetInt(units)))
		parts = append(parts, offtake.CapitalPart{Party: p.Party, Amount: times(unit, units)})
	}
	left := new(big.Int).Quo(total.Num(), total.Denom())
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(rests[b].Cmp(rests[a]), cmp.Compare(parts[a].Party, parts[b].Party))
	})
	for n, i := left.Sub(left, given).Int64(), 0; n > 0 && i < len(order); n, i = n-1, i+1 {
		parts[order[i]].Amount = parts[order[i]].Amount.Add(unit)
	}
	return parts
}

// minorUnit gives the smallest coin of an amount's currency.
func minorUnit(m offtake.Money) offtake.Money {
	for _, coin := range []string{"0.001", "0.01", "1"} {
		unit, _ := offtake.ParseAmount(m.Currency(), coin)
		if rounded, _ := unit.Round(); rounded.Cmp(unit) == 0 {
			return unit
		}
	}
	return offtake.MoneyOf(m.Currency(), 1)
}

func ratio(a, b offtake.Money) *big.Rat {
	n, _ := new(big.Rat).SetString(a.Number())
	d, _ := new(big.Rat).SetString(b.Number())
	return n.Quo(n, d)
}

func times(unit offtake.Money, n *big.Int) offtake.Money {
	u, _ := new(big.Rat).SetString(unit.Number())
	m, _ := offtake.ParseAmount(unit.Currency(), u.Mul(u, new(big.Rat).SetInt(n)).FloatString(3))
	rounded, _ := m.Round()
	return rounded
}

// Pay says what follows from a partner's payment.
func (s *Ventures) Pay(c Clause, by offtake.PartyName, d offtake.CapitalPay) ([]offtake.Event, error) {
	owed := s.Owed(c.Ref, d.Phase, by)
	switch {
	case d.Amount.Sign() <= 0 || d.Amount.Currency() != c.Terms.UpTo.Currency():
		return nil, offtake.Refuse(offtake.Invalid, "payment %s is no amount of %s above zero", d.Amount, c.Terms.UpTo.Currency())
	case owed.Sign() <= 0:
		return nil, offtake.Refuse(offtake.Conflict, "%q owes venture %s nothing for phase %d", by, c.Ref, d.Phase)
	case d.Amount.Cmp(owed) > 0:
		return nil, offtake.Refuse(offtake.Invalid, "payment %s is more than the %s that %q owes venture %s for phase %d", d.Amount, owed, by, c.Ref, d.Phase)
	}
	return []offtake.Event{offtake.CapitalPaid{Venture: c.Ref, Phase: d.Phase, Party: by, Amount: d.Amount}}, nil
}

// Owed gives what a partner was called for a phase and has not paid.
func (s *Ventures) Owed(ref offtake.ClauseRef, number int64, by offtake.PartyName) (owed offtake.Money) {
	for _, c := range s.calls {
		if c.Venture != ref || c.Phase != number {
			continue
		}
		for _, p := range c.Parts {
			if p.Party == by {
				owed = owed.Add(p.Called).Sub(p.Paid)
			}
		}
	}
	return owed
}

// Apply folds an event. Events about other things change nothing.
func (s *Ventures) Apply(at time.Time, e offtake.Event) {
	switch e := e.(type) {
	case offtake.PhaseOpened:
		s.opened[phase{e.Venture, e.Phase}] = at
	case offtake.CapitalCalled:
		call := &Call{Venture: e.Venture, Phase: e.Phase, At: at, Due: e.Due}
		for _, p := range e.Parts {
			call.Parts = append(call.Parts, Part{Party: p.Party, Called: p.Amount})
		}
		s.calls = append(s.calls, call)
	case offtake.CapitalPaid:
		s.paid(e)
	}
}

// paid pays what was called first first.
func (s *Ventures) paid(e offtake.CapitalPaid) {
	left := e.Amount
	for _, c := range s.calls {
		for i := range c.Parts {
			p := &c.Parts[i]
			owed := p.Called.Sub(p.Paid)
			if c.Venture != e.Venture || c.Phase != e.Phase || p.Party != e.Party || left.Sign() <= 0 || owed.Sign() <= 0 {
				continue
			}
			if left.Cmp(owed) < 0 {
				owed = left
			}
			p.Paid, left = p.Paid.Add(owed), left.Sub(owed)
		}
	}
}

// A Snapshot is what Ventures are restored from.
type Snapshot struct {
	Opened []OpenedSnapshot
	Calls  []Call
}

// An OpenedSnapshot is a phase that is online.
type OpenedSnapshot struct {
	Venture offtake.ClauseRef
	Phase   int64
	At      time.Time
}

// Snapshot gives what the Ventures are restored from.
func (s *Ventures) Snapshot() (out Snapshot) {
	for p, at := range s.opened {
		out.Opened = append(out.Opened, OpenedSnapshot{p.venture, p.number, at})
	}
	for _, c := range s.calls {
		call := *c
		call.Parts = slices.Clone(c.Parts)
		out.Calls = append(out.Calls, call)
	}
	return out
}

// Restore makes Ventures of a snapshot.
func Restore(from Snapshot) *Ventures {
	s := New()
	for _, p := range from.Opened {
		s.opened[phase{p.Venture, p.Phase}] = p.At
	}
	for _, c := range from.Calls {
		s.calls = append(s.calls, &c)
	}
	return s
}

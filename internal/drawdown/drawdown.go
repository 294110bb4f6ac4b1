// Package drawdown decides which commitment a charge draws on and how each
// commitment then stands.
//
// A charge draws on one commitment or on none: the one with the lowest order
// among those in force whose provider, period and eligible scope cover it. What
// has been drawn before plays no part in the choice, so it does not matter in
// which order charges arrive, and a commitment that is full goes on being drawn:
// what lies beyond the promised amount is counted apart and is not passed on to
// another commitment.
//
// Everything is exact. Money is an Accrual; under gpu_hours the Accrual is a bare
// number of accelerator-hours, counted in whole seconds, of whatever accelerator
// was used. At any instant
//
//	drawn + remaining = committed, and drawn + beyond = everything charged.
//
// A milestone is read plainly: what was due by an instant, and what charges dated
// before that instant had drawn. What a shortfall costs, what is carried from
// one interval to the next, caps, prepayments and cancellation are not decided
// here yet; Supported refuses the clauses that would need it.
//
// The package knows no calendars: the caller says what instant a date means.
package drawdown

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Commitment is a commitment clause in force, with its dates resolved.
type Commitment struct {
	Clause offtake.ClauseRef
	Terms  offtake.Commitment
	from   time.Time
	until  time.Time   // not inside; zero: no end
	due    []time.Time // by milestone
}

// New reads a commitment clause. Resolve gives the instant a date means.
func New(ref offtake.ClauseRef, terms offtake.Commitment, resolve func(offtake.When) time.Time) Commitment {
	c := Commitment{Clause: ref, Terms: terms}
	if !terms.Period.From.IsZero() {
		c.from = resolve(terms.Period.From)
	}
	if !terms.Period.Until.IsZero() {
		c.until = resolve(terms.Period.Until)
	}
	for _, m := range terms.Milestones {
		c.due = append(c.due, resolve(m.By))
	}
	return c
}

// Covers reports whether a charge for computing with these facts, dated at, is
// eligible. The facts must name the provider. Where the commitment names
// services, compute must be among them.
func (c *Commitment) Covers(f offtake.Facts, at time.Time) bool {
	return f.Provider == c.Terms.Provider &&
		!at.Before(c.from) && (c.until.IsZero() || at.Before(c.until)) &&
		(len(c.Terms.Services) == 0 || slices.Contains(c.Terms.Services, compute)) &&
		c.Terms.Eligible.Matches(f)
}

// compute is the service that accelerators are.
const compute = "compute"

// Amount gives what a charge draws on the commitment: its cost, or its
// accelerator-hours where the commitment counts those.
func (c *Commitment) Amount(cost offtake.Accrual, acceleratorSeconds int64) offtake.Accrual {
	if c.Terms.Measure == offtake.GPUHours {
		return offtake.Accrue(hour, acceleratorSeconds)
	}
	return cost
}

// hour is one accelerator-hour, a number of no currency.
var hour = offtake.MoneyOf("", 1)

// measured gives an amount of the clause in the commitment's measure.
func (c *Commitment) measured(a offtake.Amount) offtake.Accrual {
	if c.Terms.Measure == offtake.GPUHours {
		return offtake.Accrued(offtake.MoneyOf("", a.Quantity))
	}
	return offtake.Accrued(a.Money)
}

// A Set is the commitments in force under one version of the terms. It is never
// changed, so any number may read it at once.
type Set struct{ all []Commitment }

// NewSet puts commitments in the order in which they are drawn.
func NewSet(inForce []Commitment) *Set {
	all := slices.Clone(inForce)
	slices.SortStableFunc(all, func(a, b Commitment) int {
		return cmp.Or(cmp.Compare(a.Terms.Order, b.Terms.Order), cmp.Compare(a.Clause.String(), b.Clause.String()))
	})
	return &Set{all}
}

// All gives the commitments in the order in which they are drawn.
func (s *Set) All() []Commitment { return s.all }

// Draws gives the one commitment that a charge with these facts, dated at, draws
// on, or nil where it draws on none.
func (s *Set) Draws(f offtake.Facts, at time.Time) *Commitment {
	for i := range s.all {
		if s.all[i].Covers(f, at) {
			return &s.all[i]
		}
	}
	return nil
}

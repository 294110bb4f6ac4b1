// Package drawdown decides which commitment a charge draws on and how each
// commitment then stands.
//
// What was charged of one kind with one date is a line. A line draws on one
// commitment or on none: of those that cover it, the one of the lowest order that
// has room left when the lines dated before it have drawn. What goes beyond the
// room stays with that commitment and is counted apart, so that a line is always
// in one place. Where none has room it goes beyond the first. Only dates decide:
// it does not matter in which order charges arrive, and what arrives late or is
// corrected is placed anew together with all that was dated after it.
//
// Everything is exact. Money is an Accrual; under gpu_hours and capacity the
// Accrual is a bare number of accelerator-hours, counted in whole seconds. At any
// instant
//
//	drawn + remaining = committed, and
//	drawn + beyond + carried + over caps + paid ahead = everything charged.
//
// A capacity commitment of 100 accelerators is one of 100 accelerator-hours for
// each hour of an interval, taken by holding them.
//
// The package knows calendars only by what it asks of them.
package drawdown

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Calendar says what instants the dates and durations of an agreement mean.
type Calendar interface {
	Resolve(offtake.When) time.Time
	After(time.Time, offtake.Duration) time.Time
}

// A Commitment is a commitment clause in force, with its dates resolved.
type Commitment struct {
	Clause offtake.ClauseRef
	Terms  offtake.Commitment
	from   time.Time
	until  time.Time   // not inside; zero: no end
	due    []time.Time // by milestone
	ahead  time.Time   // by when the prepayment is due
	cal    Calendar
}

// New reads a commitment clause.
func New(ref offtake.ClauseRef, terms offtake.Commitment, cal Calendar) Commitment {
	c := Commitment{Clause: ref, Terms: terms, cal: cal}
	if !terms.Period.From.IsZero() {
		c.from = cal.Resolve(terms.Period.From)
	}
	if !terms.Period.Until.IsZero() {
		c.until = cal.Resolve(terms.Period.Until)
	}
	if !terms.Prepayment.IsZero() {
		c.ahead = cal.Resolve(terms.Prepayment.By)
	}
	for _, m := range terms.Milestones {
		c.due = append(c.due, cal.Resolve(m.By))
	}
	return c
}

// Period gives when the commitment runs. Until is not inside, and zero where it
// has no end; what is left then may be taken until extended, which is zero where
// there is no extension.
func (c *Commitment) Period() (from, until, extended time.Time) {
	return c.from, c.until, c.extended()
}

// extended gives when an extension ends: the rest of the last interval may be
// taken in one more of its length.
func (c *Commitment) extended() time.Time {
	if c.Terms.Carry.Rule != "extend" || c.until.IsZero() {
		return time.Time{}
	}
	if c.Terms.Interval.IsZero() {
		return c.until.Add(c.until.Sub(c.from))
	}
	return c.cal.After(c.until, c.Terms.Interval)
}

// Services of charges.
const (
	Compute     = "compute" // what accelerators are; a charge that names no service
	Storage     = "storage"
	Network     = "network"
	Marketplace = "marketplace"
)

// service names the service of a charge that names none.
func service(of string) string { return cmp.Or(of, Compute) }

// A Charge is what decides which commitments cover it.
type Charge struct {
	Kind     offtake.ChargeKind
	Service  string            // "": compute
	Facts    offtake.Facts     // name the provider
	At       time.Time         // when it was used, or bought
	Invoiced time.Time         // zero: not yet
	For      offtake.ClauseRef // the commitment that a prepayment is for
}

// Counted gives the instant at which the commitment counts a charge; false where
// it never does.
func (c *Commitment) Counted(ch *Charge) (time.Time, bool) {
	if ch.Kind == offtake.ForPrepayment {
		return ch.At, ch.For == c.Clause
	}
	switch kind := ch.Kind; {
	case kind == offtake.ForTax, ch.Facts.Provider != c.Terms.Provider:
		return time.Time{}, false
	case c.Terms.Counts == offtake.OnInvoice:
		return ch.Invoiced, !ch.Invoiced.IsZero()
	case c.Terms.Counts == offtake.OnPurchase:
		return ch.At, kind == offtake.ForPurchase
	default:
		return ch.At, kind != offtake.ForPurchase
	}
}

// Covers reports whether a charge is eligible, and whether only because the
// commitment is extended.
func (c *Commitment) Covers(ch *Charge) (covers, extension bool) {
	at, counts := c.Counted(ch)
	if !counts || at.Before(c.from) || !c.inTime(at) && !at.Before(c.extended()) {
		return false, false
	}
	if ch.Kind != offtake.ForPrepayment {
		if len(c.Terms.Services) > 0 && !slices.Contains(c.Terms.Services, service(ch.Service)) || !c.Terms.Eligible.Matches(ch.Facts) {
			return false, false
		}
	}
	return true, !c.inTime(at)
}

func (c *Commitment) inTime(at time.Time) bool { return c.until.IsZero() || at.Before(c.until) }

// hour is one accelerator-hour, a number of no currency.
var hour = offtake.MoneyOf("", 1)

// measured gives an amount of the clause in the commitment's measure, for an
// interval from one instant to another.
func (c *Commitment) measured(a offtake.Amount, from, until time.Time) offtake.Accrual {
	switch c.Terms.Measure {
	case offtake.GPUHours:
		return offtake.Accrued(offtake.MoneyOf("", a.Quantity))
	case offtake.CapacityTaken:
		return offtake.Accrue(offtake.MoneyOf("", a.Quantity), int64(until.Sub(from)/time.Second))
	}
	return offtake.Accrued(a.Money)
}

// InHours reports whether the commitment counts accelerator-hours, not money.
func (c *Commitment) InHours() bool { return InHours(c.Terms.Measure) }

// InHours reports whether a measure counts accelerator-hours, not money.
func InHours(m offtake.Measure) bool { return m != offtake.Spend }

// Amount gives what a line draws on the commitment: its cost, its
// accelerator-hours, or the accelerator-hours that were held.
func (c *Commitment) Amount(e *Entry) offtake.Accrual {
	switch c.Terms.Measure {
	case offtake.GPUHours:
		return offtake.Accrue(hour, e.Used)
	case offtake.CapacityTaken:
		return offtake.Accrue(hour, e.Used+e.Unused)
	}
	return e.Cost
}

// A Set is the commitments in force under one version of the terms. It is never
// changed, so any number may read it at once.
type Set struct{ all []Commitment }

// NewSet puts commitments in the order in which they are drawn.
func NewSet(inForce []Commitment) *Set {
	all := slices.Clone(inForce)
	slices.SortStableFunc(all, func(a, b Commitment) int { return inOrder(&a, &b) })
	return &Set{all}
}

func inOrder(a, b *Commitment) int {
	return cmp.Or(cmp.Compare(a.Terms.Order, b.Terms.Order), cmp.Compare(a.Clause.String(), b.Clause.String()))
}

// All gives the commitments in the order in which they are drawn.
func (s *Set) All() []Commitment { return s.all }

// Find gives a commitment by its clause, or nil.
func (s *Set) Find(ref offtake.ClauseRef) *Commitment {
	for i := range s.all {
		if s.all[i].Clause == ref {
			return &s.all[i]
		}
	}
	return nil
}

// Draws gives the one commitment that a charge draws on, or nil where it draws on
// none. Full says of a commitment whether it has no room left; nil: none is full.
func (s *Set) Draws(ch *Charge, full func(*Commitment) bool) *Commitment {
	var first *Commitment
	for i := range s.all {
		c := &s.all[i]
		covers, extension := c.Covers(ch)
		switch {
		case !covers:
		case full == nil && !extension, full != nil && !full(c):
			return c
		case first == nil && !extension:
			first = c
		}
	}
	return first
}

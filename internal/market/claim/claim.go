// Package claim keeps the prices that others were given and what they give a right to,
// where a clause promises somebody the best price.
//
// Every new price that is better is held against what is held at another price, once:
// a claim is for the difference to the best price that was known before, so that claims
// on one reservation never overlap. A claim changes no price, so that two such clauses
// do not chase each other.
//
// Better is lower for who buys. For a provider's party it is higher: what the buyer
// pays to others.
package claim

import (
	"fmt"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// Claims are all of a market. The zero Claims are none.
type Claims struct {
	raised []offtake.ClaimRaised
	prices []offtake.PriceReported
}

// All gives what was claimed, in that order. They must not be changed.
func (s *Claims) All() []offtake.ClaimRaised { return s.raised }

// Prices gives what was reported, in that order. They must not be changed.
func (s *Claims) Prices() []offtake.PriceReported { return s.prices }

// Apply folds an event. Events about other things change nothing.
func (s *Claims) Apply(e offtake.Event) {
	switch e := e.(type) {
	case offtake.ClaimRaised:
		s.raised = append(s.raised, e)
	case offtake.PriceReported:
		s.prices = append(s.prices, e)
	}
}

// A Promise is a clause that promises the best price.
type Promise struct {
	Clause  offtake.ClauseRef
	By      offtake.PartyName // who may claim
	Against offtake.PartyName
	Higher  bool // what is better
}

// Held is what costs a price, for a time.
type Held struct {
	Reservation offtake.ReservationID
	Price       offtake.Money
	Quantity    int64
	From, Until time.Time
}

// Against gives the claim that a price from an instant on gives on what is held;
// false where it gives none.
func (s *Claims) Against(p Promise, h Held, price offtake.Money, from time.Time) (offtake.ClaimRaised, bool) {
	if from.Before(h.From) {
		from = h.From
	}
	c := offtake.ClaimRaised{
		Claim: fmt.Sprintf("%s %s %s", p.Clause, h.Reservation, price), Clause: p.Clause, By: p.By, Against: p.Against,
		Reservation: h.Reservation, Price: price, Was: h.Price, From: from, Until: h.Until,
	}
	var before []offtake.ClaimRaised
	at := []time.Time{from}
	for _, r := range s.raised {
		if r.Clause == p.Clause && r.Reservation == h.Reservation {
			before = append(before, r)
			if r.From.After(from) && r.From.Before(h.Until) {
				at = append(at, r.From)
			}
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	for i, begins := range at {
		ends := h.Until
		if i+1 < len(at) {
			ends = at[i+1]
		}
		best := h.Price
		for _, r := range before {
			if !r.From.After(begins) && p.better(r.Price, best) {
				best = r.Price
			}
		}
		if p.better(price, best) && ends.After(begins) {
			difference := best.Sub(price)
			if p.Higher {
				difference = price.Sub(best)
			}
			c.Was = best
			c.Amount = c.Amount.Add(offtake.Accrue(difference, h.Quantity*int64(ends.Sub(begins)/time.Second)))
		}
	}
	return c, c.Amount.Sign() > 0
}

func (p Promise) better(a, b offtake.Money) bool {
	if p.Higher {
		return a.Cmp(b) > 0
	}
	return a.Cmp(b) < 0
}

// A Snapshot is what Claims are restored from.
type Snapshot struct {
	Raised []offtake.ClaimRaised
	Prices []offtake.PriceReported
}

// Snapshot gives what the Claims are restored from.
func (s *Claims) Snapshot() Snapshot { return Snapshot{slices.Clone(s.raised), slices.Clone(s.prices)} }

// Restore makes Claims of a snapshot.
func Restore(from Snapshot) Claims { return Claims{from.Raised, from.Prices} }

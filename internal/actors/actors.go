// Package actors are the counterparties where no person acts: holders of a
// first refusal that answer a notice, and providers that sell, as a Scenario
// says.
//
// A provider sells from its supply. What is left of each offer is kept here;
// capacity sold comes back to its offer when the reservation ends. An offer
// without a quantity is a price only and sells nothing.
//
// Who is not in the Scenario: a provider sells at once what it offers, and a
// holder is silent, because a right must not be lost or used by a guess.
package actors

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// An OfferKey names an offer of the book: a supply and the offer's place in it.
type OfferKey struct {
	Supply offtake.SupplyName
	Index  int
}

// A Stage holds the actors of one replay.
type Stage struct {
	book    *offtake.Book
	resolve func(offtake.When) time.Time
	holders map[offtake.PartyName]offtake.Actor
	sellers map[offtake.ProviderName]offtake.Actor
	left    map[OfferKey]int64
}

// New sets the stage. The zero Scenario has no actors. Resolve gives the
// instant a date means.
func New(b *offtake.Book, s offtake.Scenario, resolve func(offtake.When) time.Time) *Stage {
	st := &Stage{
		book: b, resolve: resolve, holders: map[offtake.PartyName]offtake.Actor{}, sellers: map[offtake.ProviderName]offtake.Actor{},
		left: map[OfferKey]int64{},
	}
	for _, a := range s.Actors {
		if a.Provider != "" {
			st.sellers[a.Provider] = a
		} else {
			st.holders[a.Party] = a
		}
	}
	for _, s := range b.Supplies {
		for i, o := range s.Offers {
			st.left[OfferKey{s.Name, i}] = o.Quantity
		}
	}
	return st
}

// Left gives how many accelerators of an offer are unsold.
func (s *Stage) Left(k OfferKey) int64 { return s.left[k] }

// Sell takes accelerators from an offer, as far as there are any, and gives
// how many it took.
func (s *Stage) Sell(k OfferKey, n int64) int64 {
	n = min(n, s.left[k])
	s.left[k] -= n
	return n
}

// Return puts accelerators back.
func (s *Stage) Return(k OfferKey, n int64) { s.left[k] += n }

// A Part is a number of accelerators of one offer.
type Part struct {
	Offer    OfferKey
	Quantity int64
}

// Draw takes accelerators of a kind from whatever a provider has on sale, its
// offers in book order, and gives what it took: up to n in all.
func (s *Stage) Draw(at time.Time, p offtake.ProviderName, a offtake.Accelerator, n int64) []Part {
	var out []Part
	s.each(at, p, a, func(k OfferKey) {
		if took := s.Sell(k, n); took > 0 {
			out = append(out, Part{k, took})
			n -= took
		}
	})
	return out
}

// unsold counts the accelerators of a kind that a provider has on sale.
func (s *Stage) unsold(at time.Time, p offtake.ProviderName, a offtake.Accelerator) (n int64) {
	s.each(at, p, a, func(k OfferKey) { n += s.left[k] })
	return n
}

func (s *Stage) each(at time.Time, p offtake.ProviderName, a offtake.Accelerator, do func(OfferKey)) {
	for _, supply := range s.book.Supplies {
		if supply.Provider != p {
			continue
		}
		for i, o := range supply.Offers {
			if o.Accelerator == a && s.onSale(o, at) {
				do(OfferKey{supply.Name, i})
			}
		}
	}
}

// onSale reports whether an offer has begun, and has neither ended nor lapsed.
func (s *Stage) onSale(o offtake.SupplyOffer, at time.Time) bool {
	over := func(w offtake.When) bool { return !w.IsZero() && !at.Before(s.resolve(w)) }
	return (o.From.IsZero() || over(o.From)) && !over(o.Until) && !over(o.Expires)
}

// An Answer is what somebody says, and how long it takes them. A silent one
// never comes.
type Answer struct {
	Silent bool
	Yes    bool
	Reason string           // of a no: "unable" or "unwilling"
	After  offtake.Duration // zero: at once
}

// Holder answers a notice for capacity that the holder would supply from
// its provider. One that matches while it has capacity asks what is on sale and
// unsold at the moment of the notice.
func (s *Stage) Holder(at time.Time, h offtake.Holder, a offtake.Accelerator, quantity int64) Answer {
	actor, ok := s.holders[h.Party]
	if !ok {
		return Answer{Silent: true}
	}
	return s.answer(actor, s.unsold(at, h.Provider, a) >= quantity)
}

// Seller answers an order that a provider's offer was asked for.
func (s *Stage) Seller(p offtake.ProviderName, a offtake.Accelerator) Answer {
	actor, ok := s.sellers[p]
	if !ok {
		return Answer{Yes: true}
	}
	return s.answer(actor, true)
}

func (s *Stage) answer(a offtake.Actor, able bool) Answer {
	out := Answer{After: a.After}
	switch a.Answers {
	case offtake.Matches:
		out.Yes = true
	case offtake.MatchesWhileCapacity:
		out.Yes = able
		if !able {
			out.Reason = "unable"
		}
	case offtake.Passes:
		out.Reason = "unwilling"
	default:
		out.Silent = true
	}
	return out
}

package market

import (
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/tenure"
)

// What statements ask of a market beside what its parts keep.

// InForce gives the clauses in force at an instant. They must not be changed.
func (s *State) InForce(at time.Time) []rights.Standing { return s.law.InForce(at) }

// Dates gives what the dates and durations of an agreement mean.
func (s *State) Dates(of offtake.AgreementName) tenure.Calendar { return s.law.Dates(of) }

// Before gives the last instant from which a duration of an agreement ends no later
// than another.
func (s *State) Before(of offtake.AgreementName, t time.Time, d offtake.Duration) time.Time {
	return tenure.Before(t, d, s.law.Dates(of))
}

// Late tells since when a reservation's capacity should be there, where it is not.
func (s *State) Late(id offtake.ReservationID) (due time.Time, late bool) {
	due, late = s.tenures.late[id]
	return due, late
}

// HeldUntil gives the accelerator-seconds that a reservation has held by an instant.
func (s *State) HeldUntil(id offtake.ReservationID, at time.Time) int64 {
	r := s.reservation(id)
	if r == nil {
		return 0
	}
	return s.capacity(r, time.Time{}, at)
}

// Given gives what was given up of a reservation's clause, and what of its capacity was
// delivered late.
func (s *State) Given(id offtake.ReservationID) (cancelled []tenure.Cancellation, late []offtake.CapacityDelivered) {
	if ref, ok := clauseOf(id); ok {
		cancelled = s.tenures.cancelled[ref.String()]
	}
	for _, part := range s.held.Parts(id) {
		if d, ok := s.tenures.delivered[part.Reservation]; ok {
			late = append(late, d)
		}
	}
	return cancelled, late
}

// Sold reports whether an offer of supply stands at an instant.
func (s *State) Sold(o offtake.SupplyOffer, at time.Time) bool {
	begun := o.From.IsZero() || !at.Before(s.resolved(o.From))
	return begun && (o.Until.IsZero() || at.Before(s.resolved(o.Until))) && (o.Expires.IsZero() || at.Before(s.resolved(o.Expires)))
}

// ListPrice gives what an accelerator-hour of a provider costs, by what was agreed or
// by its list, and false where nothing says.
func (s *State) ListPrice(p offtake.ProviderName, a offtake.Accelerator, at time.Time) (offtake.Money, bool) {
	card := s.law.Rates(at)
	f := offtake.Facts{Provider: p, Accelerator: a, Capacity: offtake.NewCapacity}
	for _, kind := range []offtake.OfferKind{offtake.OnDemand, offtake.Reserved, offtake.Block} {
		if price, ok := card.Price(f, kind, at); ok {
			return price.PerHour, true
		}
	}
	if offers := card.Offers(nil, f, at); len(offers) > 0 {
		return offers[0].PerHour, true
	}
	return offtake.Money{}, false
}

// AgreementPeriod gives from when and, zero where it has no end, until when an agreement
// holds.
func (s *State) AgreementPeriod(name offtake.AgreementName) (from, until time.Time) {
	for _, a := range s.law.Book.Agreements {
		if a.Name == name {
			from = s.law.Rights.Resolve(name, a.Effective)
			if !a.Until.IsZero() {
				until = s.law.Rights.Resolve(name, a.Until)
			}
		}
	}
	return from, until
}

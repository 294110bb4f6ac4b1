package market

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/claim"
	"github.com/offtake-dev/offtake/internal/market/holding"
)

// Claims gives what was claimed of prices. They must not be changed.
func (s *State) Claims() *claim.Claims { return &s.claims }

// priced takes a price that a provider gave to somebody else.
func (s *State) priced(a offtake.Act, d offtake.PriceReport) ([]offtake.Event, error) {
	provider, ok := s.law.Book.Provider(d.Provider)
	_, known := s.law.Book.Party(d.To)
	switch {
	case !ok:
		return nil, offtake.Refuse(offtake.NotFound, "provider %.60q is not declared in the book", d.Provider)
	case !known:
		return nil, offtake.Refuse(offtake.NotFound, "party %.60q is not declared in the book", d.To)
	case a.By != s.law.Book.Buyer && a.By != provider.Party:
		return nil, offtake.Refuse(offtake.Forbidden, "%q is neither %q, who buys, nor %q, whose price it is", a.By, s.law.Book.Buyer, provider.Party)
	case d.Price.Currency() != s.law.Book.Currency || d.Price.Sign() < 0:
		return nil, offtake.Refuse(offtake.Invalid, "price %s is no amount of %s", d.Price, s.law.Book.Currency)
	case d.Accelerator == "":
		return nil, offtake.Refuse(offtake.Invalid, "price is of no accelerator")
	}
	if _, err := s.law.Rights.Question(offtake.Procure, offtake.Facts{Provider: d.Provider, Accelerator: d.Accelerator, Region: d.Region}); err != nil {
		return nil, err
	}
	if d.From.IsZero() {
		d.From = offtake.When{Instant: a.At}
	}
	if slices.Contains(s.claims.Prices(), offtake.PriceReported(d)) {
		return nil, nil
	}
	events := []offtake.Event{offtake.PriceReported(d)}
	for _, r := range s.held.All() {
		if r.Provider == d.Provider && r.Accelerator == d.Accelerator && (d.Region == "" || r.Region == d.Region) && r.Until.After(a.At) {
			events = append(events, s.cheaper(a.At, d, r)...)
		}
	}
	return events, nil
}

// cheaper gives the claims that a price given to another buyer gives on what is held.
func (s *State) cheaper(at time.Time, d offtake.PriceReport, r *holding.Held) (events []offtake.Event) {
	provider, _ := s.law.Book.Provider(d.Provider)
	for _, p := range s.promises(at, s.law.Book.Buyer, d.To) {
		if p.Against == provider.Party {
			events = s.claim(events, p, r, d.Price, s.resolved(d.From))
		}
	}
	return events
}

// dearer gives the claims that a purchase gives others on what they supply, and those
// that prices known before give on it.
func (s *State) dearer(at time.Time, e offtake.CapacityReserved) (events []offtake.Event) {
	seller, _ := s.law.Book.Provider(e.Provider)
	for _, r := range s.held.All() {
		supplier, _ := s.law.Book.Provider(r.Provider)
		if r.Accelerator != e.Accelerator || !r.Until.After(at) || supplier.Party == seller.Party {
			continue
		}
		for _, p := range s.promises(at, supplier.Party, seller.Party) {
			p.Higher = true
			events = s.claim(events, p, r, e.Price, e.From)
		}
	}
	for _, d := range s.claims.Prices() {
		if d.Provider == e.Provider && d.Accelerator == e.Accelerator && (d.Region == "" || d.Region == e.Region) {
			events = append(events, s.cheaper(at, offtake.PriceReport(d), &holding.Held{CapacityReserved: e})...)
		}
	}
	return events
}

// claim adds what a price gives on a reservation and each of its parts.
func (s *State) claim(events []offtake.Event, p claim.Promise, r *holding.Held, price offtake.Money, from time.Time) []offtake.Event {
	parts := s.held.Parts(r.Reservation)
	if len(parts) == 0 {
		parts = []*holding.Held{r}
	}
	for _, part := range parts {
		if part.From.Equal(holding.Never) {
			continue
		}
		h := claim.Held{Reservation: part.Reservation, Price: part.Price, Quantity: part.Quantity, From: part.From, Until: part.Until}
		if c, ok := s.claims.Against(p, h, price, from); ok {
			events = append(events, c)
		}
	}
	return events
}

// promises gives the clauses in force that promise a party prices as good as another's.
func (s *State) promises(at time.Time, to, as offtake.PartyName) (all []claim.Promise) {
	for _, c := range s.law.InForce(at) {
		f, ok := c.Clause.Body.(offtake.MostFavoured)
		if !ok || f.Beneficiary != to || !slices.Contains(f.ComparedWith, as) {
			continue
		}
		for _, a := range s.law.Book.Agreements {
			if a.Name != c.Ref.Agreement {
				continue
			}
			for _, party := range a.Parties {
				if party != to {
					all = append(all, claim.Promise{Clause: c.Ref, By: to, Against: party})
				}
			}
		}
	}
	return all
}

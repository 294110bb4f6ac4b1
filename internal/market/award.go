package market

import (
	"reflect"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/tenure"
)

// award takes the third party's offer: it signs and closes in every process
// the offer met and holds the capacity. It is refused wherever a right is not
// cleared, so that a breach can be recorded but never done here.
func (s *State) award(a offtake.Act, d offtake.Award) ([]offtake.Event, error) {
	o, ok := s.deals.Opportunity(a.Opportunity)
	switch {
	case !ok || !o.Offered:
		return nil, offtake.Refuse(offtake.NotFound, "opportunity %q has no offer", a.Opportunity)
	case a.By != s.law.Book.Buyer:
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the buyer who awards", a.By, s.law.Book.Buyer)
	case !a.Clause.IsZero():
		return nil, offtake.Refuse(offtake.Invalid, "award names clause %s, and an award must clear all of them", a.Clause)
	case o.Withdrawn:
		return nil, offtake.Refuse(offtake.Conflict, "offer of opportunity %q was withdrawn", o.ID)
	case d.Quantity < 0:
		return nil, offtake.Refuse(offtake.Invalid, "quantity %d is not above zero", d.Quantity)
	}
	if gone := s.law.Rights.Resolve("", o.Terms.Expires); !o.Terms.Expires.IsZero() && gone.Before(a.At) {
		return nil, offtake.Refuse(offtake.TooLate, "offer of opportunity %q expired at %s", o.ID, offtake.Stamp(gone))
	}
	quantity, err := s.toAward(o, d.Quantity)
	if err != nil {
		return nil, err
	}
	events, err := s.cleared(a, o, quantity)
	if err != nil {
		return nil, err
	}
	terms := *o.Terms
	terms.Quantity = quantity
	return s.take(a, o, terms, events)
}

// toAward gives how much an award takes: what it says, or all that is left and,
// where a right was run, released.
func (s *State) toAward(o *deal.Opportunity, asked int64) (int64, error) {
	most := o.Left()
	for _, p := range s.deals.Of(o.ID) {
		if free := p.Released(); free > 0 {
			most = min(most, free)
		}
	}
	switch {
	case most == 0:
		return 0, offtake.Refuse(offtake.Conflict, "offer of opportunity %q was taken", o.ID)
	case asked > most:
		return 0, offtake.Refuse(offtake.Invalid, "quantity %d is more than the %d left of opportunity %q", asked, most, o.ID)
	case asked != 0 && asked < o.Terms.Quantity && o.Terms.AllOrNone.Yes():
		return 0, offtake.Refuse(offtake.Invalid, "offer of opportunity %q is all or nothing, and %d is a part of %d", o.ID, asked, o.Terms.Quantity)
	case asked == 0:
		return most, nil
	}
	return asked, nil
}

// cleared asks every process of the opportunity whether it stands in the way,
// and gives what the signature and the closing do to those that do not.
func (s *State) cleared(a offtake.Act, o *deal.Opportunity, quantity int64) ([]offtake.Event, error) {
	var events []offtake.Event
	sign := a
	for _, p := range s.deals.Of(o.ID) {
		why := p.Clear(a.At, *o.Terms, quantity)
		switch {
		case why != "":
			return nil, offtake.Refuse(offtake.Forbidden, "award of %q: process %q under %s stands in the way: %s", o.ID, p.ID, p.Contract.Ref, why)
		case !p.Live():
			continue
		}
		if p.Contract.First != nil { // its own terms are those of what is needed
			all := *o.Terms
			all.Quantity = quantity
			sign.Deed = offtake.ThirdPartySign{Terms: all}
		} else {
			sign.Deed = offtake.ThirdPartySign{Terms: offtake.OfferTerms{Quantity: quantity}}
		}
		signed, err := refusal.Decide(*p, sign, "")
		if err != nil {
			return nil, err
		}
		events = append(append(events, signed...), offtake.ThirdPartyClosed{Process: p.ID})
	}
	return events, nil
}

// bought adds the capacity that what was decided makes the buyer's: a bound
// holder's on its signature, a third party's when its agreement takes effect.
func (s *State) bought(a offtake.Act, events []offtake.Event) ([]offtake.Event, error) {
	for _, e := range events {
		p, ok := s.deals.Process(refusal.ProcessOf(e))
		if !ok {
			continue
		}
		o, _ := s.deals.Opportunity(p.Opportunity)
		switch e := e.(type) {
		case offtake.ThirdPartySigned:
			if left := o.Left() - p.Signed(); !e.Conditional && a.By != "" && e.Quantity > left {
				return nil, offtake.Refuse(offtake.Invalid, "signature for %d is for more than the %d left of opportunity %q; revise its offer first", e.Quantity, left, o.ID)
			}
		case offtake.Fulfilled:
			terms := *p.Parts[e.Part-1].Terms
			terms.Quantity, terms.Provider, terms.Party = e.Quantity, p.Supplier(e.Party), e.Party
			return s.hold(a, o, terms, events)
		case offtake.ThirdPartyClosed:
			terms, quantity, err := signedTerms(p)
			if err != nil {
				return nil, err
			}
			terms.Quantity = quantity
			return s.take(a, o, terms, events)
		}
	}
	return events, nil
}

// signedTerms gives the terms of the third party's agreements that now take
// effect, and how much they are for together. They become one reservation, so
// that they must not differ.
func signedTerms(p refusal.Process) (terms offtake.OfferTerms, quantity int64, err error) {
	for _, part := range p.Parts {
		if part.State != offtake.InTail || part.Signed == nil {
			continue
		}
		signed := *part.Signed.Terms
		signed.Quantity = 0
		if quantity > 0 && !reflect.DeepEqual(signed, terms) {
			return terms, 0, offtake.Refuse(offtake.NotSupported, "closing of process %q: agreements on different terms that take effect at once are not supported yet", p.ID)
		}
		terms, quantity = signed, quantity+part.Quantity
	}
	return terms, quantity, nil
}

// take adds an award and the capacity it gives.
func (s *State) take(a offtake.Act, o *deal.Opportunity, t offtake.OfferTerms, events []offtake.Event) ([]offtake.Event, error) {
	return s.hold(a, o, t, append(events, offtake.Awarded{Opportunity: o.ID, Quantity: t.Quantity}))
}

// hold adds the reservation of what is bought, if the book permits to buy it
// now.
func (s *State) hold(a offtake.Act, o *deal.Opportunity, t offtake.OfferTerms, events []offtake.Event) ([]offtake.Event, error) {
	r, err := s.reserve(a.At, o, t)
	if err != nil {
		return nil, err
	}
	if r.Until, err = s.sold(a.At, r); err != nil {
		return nil, err
	}
	r.Consents, err = s.mayBuy(a.At, o, t, cost(r))
	if err != nil {
		return nil, err
	}
	return append(append(events, r), s.dearer(a.At, r)...), nil
}

// sold refuses a purchase that is no product of its provider: where the book's supply
// has rules for all that it sells of the kind, one of them must fit. It gives when the
// purchase ends, which a product may have at a time of day.
func (s *State) sold(at time.Time, r offtake.CapacityReserved) (until time.Time, err error) {
	for _, supply := range s.law.Book.Supplies {
		for _, o := range supply.Offers {
			if supply.Provider != r.Provider || o.Accelerator != r.Accelerator || o.Kind != r.Kind || o.Region != "" && r.Region != "" && o.Region != r.Region {
				continue
			}
			p := tenure.Purchase{Quantity: r.Quantity, From: r.From, Until: tenure.Snapped(r.Until, o.EndsAt)}
			why := tenure.Sells(&o, p, at, s.law.Dates(""))
			if why == nil {
				return p.Until, nil
			}
			if err == nil {
				err = offtake.Refuse(offtake.Invalid, "%s of %q is not sold so by %q: %w", r.Kind, r.Accelerator, supply.Name, why)
			}
		}
	}
	return r.Until, err
}

// mayBuy refuses a purchase that the book does not permit at an instant, or
// only after a step that no process of the opportunity has taken. It gives the
// consents that the purchase relies on.
func (s *State) mayBuy(at time.Time, o *deal.Opportunity, t offtake.OfferTerms, cost offtake.Money) ([]offtake.ClauseRef, error) {
	q, err := s.law.Rights.Question(offtake.Procure, s.purchase(t))
	if err != nil {
		return nil, err
	}
	q = q.Given(s.consents.measured(s.law, at, at, cost, built{Site: t.Site, Accelerator: t.Accelerator}))
	terms := s.law.At(at)
	ruling := terms.Ask(q)
	switch ruling.Verdict {
	case offtake.Prohibited:
		return nil, offtake.Refuse(offtake.Forbidden, "purchase from %q: clause %s forbids it at %s", t.Provider, ruling.Clause, offtake.Stamp(at))
	case offtake.Undetermined:
		return nil, offtake.Refuse(offtake.Forbidden, "purchase from %q is undetermined at %s: %s", t.Provider, offtake.Stamp(at), missing(terms.Explain(q)))
	}
	var relied []offtake.ClauseRef
	for _, e := range terms.Effects(q, nil) {
		switch {
		case !e.Consent.IsZero():
			relied = append(relied, e.Consent)
		case !s.met(o, t, e.Clause):
			return nil, offtake.Refuse(offtake.Forbidden, "purchase from %q: clause %s has its holder offered it first, and opportunity %q never met it as the offer of a third party; receive the offer again", t.Provider, e.Clause, o.ID)
		}
	}
	return sortedRefs(append(relied, s.lifting(at, o, t)...)), nil
}

// lifting gives the consents by which processes of the opportunity were not
// triggered: a purchase relies on them even when the book has lost them since.
func (s *State) lifting(at time.Time, o *deal.Opportunity, t offtake.OfferTerms) (refs []offtake.ClauseRef) {
	for _, p := range s.deals.Of(o.ID) {
		if p.State() != offtake.NotTriggered {
			continue
		}
		if cover := p.Contract.Covers(at, t); !cover.Consent.IsZero() {
			refs = append(refs, cover.Consent)
		}
	}
	return refs
}

func missing(a offtake.Answer) string {
	if len(a.Missing) == 0 {
		return "a fact is missing"
	}
	return "it is not known " + a.Missing[0]
}

// met reports whether a process of the opportunity ran the clause over what is
// bought. One in which the holder was itself the seller did not: whoever sells
// it, the capacity is that of its provider.
func (s *State) met(o *deal.Opportunity, t offtake.OfferTerms, ref offtake.ClauseRef) bool {
	for _, p := range s.deals.Of(o.ID) {
		if p.Contract.Ref == ref && p.Contract.OwnOffer(t) == "" {
			return true
		}
	}
	return false
}

// reserve gives the capacity that a purchase on these terms makes. It is held
// from its delivery, or from the purchase where that is later, for its term.
func (s *State) reserve(at time.Time, o *deal.Opportunity, t offtake.OfferTerms) (offtake.CapacityReserved, error) {
	cal := s.law.Rights.Calendar("")
	from := cal.Resolve(t.Delivery)
	if from.Before(at) {
		from = at
	}
	switch {
	case t.Price.Currency() == "":
		return offtake.CapacityReserved{}, offtake.Refuse(offtake.Invalid, "offer of opportunity %q has no price", o.ID)
	case t.Term.IsZero():
		return offtake.CapacityReserved{}, offtake.Refuse(offtake.Invalid, "offer of opportunity %q has no term", o.ID)
	}
	return offtake.CapacityReserved{
		Reservation: s.nameOf(o), Provider: t.Provider, Accelerator: t.Accelerator, Region: t.Region, Site: t.Site,
		Quantity: t.Quantity, From: from, Until: cal.After(from, t.Term), Price: t.Price, Kind: kindOf(t),
		UnusedCharge: unusedCharge(t), Opportunity: o.ID, Purposes: t.Purposes,
	}, nil
}

// nameOf gives the next free name for a reservation of an opportunity.
func (s *State) nameOf(o *deal.Opportunity) offtake.ReservationID {
	id := offtake.ReservationID(o.ID)
	for n := 2; s.reservation(id) != nil; n++ {
		id = offtake.ReservationID(string(o.ID) + "/" + strconv.Itoa(n))
	}
	return id
}

func kindOf(t offtake.OfferTerms) offtake.OfferKind {
	if t.Kind == "" {
		return offtake.Reserved
	}
	return t.Kind
}

// unusedCharge gives the part of the price that is owed for what is held and
// not used: the take-or-pay percentage where the offer has one; otherwise
// nothing of what is sold by use, and all of what is sold by the block.
func unusedCharge(t offtake.OfferTerms) offtake.Percent {
	if f, ok := t.Find(offtake.TermTakeOrPay); ok && f.Is == offtake.PercentFigure {
		return f.Percent
	}
	switch t.Kind {
	case offtake.OnDemand, offtake.Spot:
		return 0
	}
	return offtake.One
}

// cost gives what a reservation comes to if all of it is used, to the hour.
func cost(r offtake.CapacityReserved) offtake.Money {
	hours := int64(r.Until.Sub(r.From) / time.Hour)
	return r.Price.Times(r.Quantity).Times(hours)
}

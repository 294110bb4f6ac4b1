package refusal

import (
	"cmp"
	"time"

	"github.com/offtake-dev/offtake"
)

// bound gives the part of a bound holder that an act is about: of the party it
// names, else of the holder that acts, else of the only one that is bound.
func (s *step) bound(party offtake.PartyName, quantity int64) (int, error) {
	p := s.p
	holder := p.seat(s.a.By) >= 0 || p.former(s.a.By)
	if party != "" && party != s.a.By && holder {
		return -1, offtake.Refuse(offtake.Forbidden, "%s for %.60q is no step of %q, another holder", s.a.Deed.Name(), party, s.a.By)
	}
	mine := func(q Part) bool { return q.State == offtake.Contracting && (party == "" || q.Party == party) }
	if party == "" && holder {
		mine = func(q Part) bool { return q.State == offtake.Contracting && q.Party == s.a.By }
	}
	i := p.find(mine)
	switch {
	case i < 0 && party != "":
		return -1, offtake.Refuse(offtake.Invalid, "party %.60q is not bound in process %q", party, p.ID)
	case i < 0 && p.any(func(q Part) bool { return q.accepted() && q.Paused != "" }):
		return -1, p.wrongState("time stands still, and with it what a holder is bound to")
	case i < 0:
		return -1, p.wrongState("no holder is bound")
	case quantity < 0 || quantity > p.Parts[i].Quantity:
		return -1, offtake.Refuse(offtake.Invalid, "quantity %d is not between 1 and the %d that %q is bound to", quantity, p.Parts[i].Quantity, p.Parts[i].Party)
	case quantity != 0 && quantity != p.Parts[i].Quantity && p.Contract.Right.Partial != offtake.InLots:
		return -1, offtake.Refuse(offtake.Invalid, "quantity %d is not the %d that %q is bound to, and nothing is taken in part", quantity, p.Parts[i].Quantity, p.Parts[i].Party)
	case quantity%p.lot() != 0 && quantity != p.Parts[i].Quantity:
		return -1, offtake.Refuse(offtake.Invalid, "quantity %d is not in lots of %d", quantity, p.lot())
	}
	others := 0
	for _, q := range p.Parts {
		if mine(q) && q.Party != p.Parts[i].Party {
			others++
		}
	}
	if others > 0 {
		return -1, offtake.Refuse(offtake.Invalid, "%s names no party, and several are bound in process %q", s.a.Deed.Name(), p.ID)
	}
	return i, nil
}

// definitive makes the bound holder's agreement effective; or, where delivery
// is what counts, lets the time to deliver run.
func (s *step) definitive(d offtake.DefinitiveSign) error {
	i, err := s.bound(d.Party, d.Quantity)
	if err != nil {
		return err
	}
	p := s.p
	q := p.Parts[i]
	if !p.Contract.Right.DeliveryGate {
		s.fulfil(i, d.Quantity)
		return nil
	}
	switch {
	case q.Agreed:
		return p.wrongState("it is signed, and waits for delivery")
	case d.Quantity != 0 && d.Quantity != q.Quantity:
		return offtake.Refuse(offtake.Invalid, "quantity %d is not the %d that %q is bound to, and what waits for delivery is signed as a whole", d.Quantity, q.Quantity, q.Party)
	}
	from, by := p.deliverBy(q, s.a.At)
	s.follow(offtake.DefinitiveSigned{Process: p.ID, Part: int64(i + 1), Party: q.Party, From: from, Deliver: by})
	return nil
}

// deliverBy gives from when and until when a bound holder that signs now must have delivered:
// the grace runs from the noticed delivery; where that would be over already,
// from the signature. It is zero where the offer names no day.
func (p *Process) deliverBy(q Part, signed time.Time) (from, by time.Time) {
	if q.Terms.Delivery.IsZero() {
		return signed, time.Time{}
	}
	from = p.Contract.Dates.Resolve(q.Terms.Delivery)
	if by = p.Contract.after(from, p.Contract.Right.DeliveryGrace); fell(by, signed) {
		from, by = signed, p.Contract.after(signed, p.Contract.Right.DeliveryGrace)
	}
	return from, by
}

func (s *step) deliver(d offtake.Deliver) error {
	i, err := s.bound(d.Party, d.Quantity)
	if err == nil {
		s.fulfil(i, d.Quantity)
	}
	return err
}

// fulfil ends so much of a bound part, or all of it.
func (s *step) fulfil(i int, quantity int64) {
	q := s.p.Parts[i]
	s.follow(offtake.Fulfilled{Process: s.p.ID, Part: int64(i + 1), Party: q.Party, Quantity: cmp.Or(quantity, q.Quantity)})
}

// fail: a bound holder will not perform.
func (s *step) fail(party offtake.PartyName, quantity int64, why string) error {
	i, err := s.bound(party, quantity)
	if err == nil {
		s.lapse(i, quantity, "was bound and "+why)
	}
	return err
}

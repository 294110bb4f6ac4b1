package refusal

import (
	"slices"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
)

// accept takes some or all of what a holder is offered. Anything else it
// writes makes an answer that does not conform, and the clause says what that
// does.
func (s *step) accept(d offtake.Accept) error {
	i, err := s.p.mayAnswer(s.a)
	if err != nil {
		return err
	}
	p := s.p
	offered := p.Parts[i].left()
	if d.Quantity == 0 { // a quantity among the terms is the answer's
		d.Quantity = d.Terms.Quantity
	}
	if d.Quantity < 0 || d.Quantity > offered {
		return offtake.Refuse(offtake.Invalid, "quantity %d is not between 1 and the %d offered", d.Quantity, offered)
	}
	if why := p.nonconforming(s.a.By, d, offered); why != "" {
		ends := p.Contract.Right.Nonconforming == offtake.NonconformingTerminates
		s.follow(offtake.AnsweredOffTerms{Process: p.ID, By: s.a.By, Why: why, Passed: ends})
		s.answered(i)
		return nil
	}
	quantity := d.Quantity
	if quantity == 0 {
		quantity = offered
	}
	s.follow(offtake.Accepted{Process: p.ID, By: s.a.By, Quantity: quantity, Extras: p.leftOut(d)})
	s.answered(i)
	return nil
}

// leftOut gives the extras that an acceptance leaves out of the package.
func (p *Process) leftOut(d offtake.Accept) (names []string) {
	if d.Extras == nil {
		return nil
	}
	for _, x := range p.Noticed.Extras {
		if !slices.Contains(d.Extras, x.Name) {
			names = append(names, x.Name)
		}
	}
	return names
}

func (s *step) decline(d offtake.Decline) error {
	i, err := s.p.mayAnswer(s.a)
	switch {
	case err != nil:
		return err
	case d.Reason != "" && d.Reason != "unable" && d.Reason != "unwilling":
		return offtake.Refuse(offtake.Invalid, "reason %.60q is not unable or unwilling", d.Reason)
	}
	s.follow(offtake.Declined{Process: s.p.ID, By: s.a.By, Reason: d.Reason})
	s.answered(i)
	return nil
}

// answered ends the round of a part where that answer was the last it waits for.
func (s *step) answered(i int) {
	if r := s.p.Parts[i].Offer; s.p.complete(r) {
		s.closeRank(i)
	}
}

// askedOf gives the part of which a party is asked and has not answered, or -1.
// A withdrawal of the very instant does not stand in an acceptance's way: that
// is taken first.
func (p *Process) askedOf(at time.Time, by offtake.PartyName, accepts bool) int {
	return p.find(func(q Part) bool {
		if q.Offer == nil || !slices.Contains(q.Offer.Asked, by) {
			return false
		}
		if _, answered := q.Offer.answerOf(by); answered {
			return false
		}
		offered := in(offtake.Open, offtake.Allocating)
		return offered(q) || accepts && q.State == offtake.IsWithdrawn && offered(Part{State: q.Was}) && q.Since.Equal(at)
	})
}

// mayAnswer gives the part that an answer is about, or says why there is none.
func (p *Process) mayAnswer(a offtake.Act) (int, error) {
	_, accepts := a.Deed.(offtake.Accept)
	i := p.askedOf(a.At, a.By, accepts)
	seat := p.Seats[p.seat(a.By)]
	switch {
	case i >= 0 && passed(p.Parts[i].Clock.By, a.At):
		return -1, offtake.Refuse(offtake.TooLate, "window of process %q closed at %s", p.ID, offtake.Stamp(p.Parts[i].Clock.By))
	case i >= 0:
		return i, nil
	case p.Served.IsZero():
		return -1, p.wrongState("no complete notice has been served, so there is nothing to answer")
	case p.any(in(offtake.IsTolled, offtake.IsUndetermined)):
		return -1, p.wrongState("time stands still, and with it the window")
	case !seat.Asked:
		return -1, p.wrongState("the rank of " + string(a.By) + " is not asked yet")
	case p.any(func(q Part) bool { return q.offered() && slices.Contains(q.Offer.Asked, a.By) }):
		return -1, p.wrongState(string(a.By) + " has answered")
	case p.any(in(offtake.Allocating)):
		return -1, p.wrongState(string(a.By) + " did not take its full share, and what is left is not offered to it")
	case p.any(in(offtake.Contracting)) && p.any(func(q Part) bool { return q.Party == a.By }):
		return -1, p.wrongState("the answer has been given")
	}
	if passed(seat.Until, a.At) {
		return -1, offtake.Refuse(offtake.TooLate, "window of process %q closed at %s", p.ID, offtake.Stamp(seat.Until))
	}
	return -1, p.wrongState("the window is not open")
}

// nonconforming says in what an acceptance departs from the notice; "" if in
// nothing that the clause minds.
func (p *Process) nonconforming(by offtake.PartyName, d offtake.Accept, offered int64) string {
	if len(d.Conditions) > 0 {
		return "it has a condition"
	}
	if written := d.Terms.Quantity; written != 0 && written != d.Quantity {
		return "it takes " + strconv.FormatInt(d.Quantity, 10) + " and writes " + strconv.FormatInt(written, 10)
	}
	if d.Quantity != 0 && d.Quantity != offered {
		takes := "it takes " + strconv.FormatInt(d.Quantity, 10) + " of " + strconv.FormatInt(offered, 10)
		switch lot := p.lot(); {
		case p.Contract.Right.Partial == offtake.NoPartial && p.Round < 2:
			return takes + ", and nothing may be taken in part"
		case p.Noticed.AllOrNone.Yes():
			return takes + ", and the offer is all or nothing"
		case d.Quantity%lot != 0:
			return takes + ", which is not in lots of " + strconv.FormatInt(lot, 10)
		case offered-d.Quantity < lot:
			return takes + ", which leaves less than a lot of " + strconv.FormatInt(lot, 10)
		}
	}
	for _, name := range d.Extras {
		if !slices.ContainsFunc(p.Noticed.Extras, func(x offtake.Extra) bool { return x.Name == name }) {
			return "it takes " + name + ", which is not offered"
		}
	}
	for _, name := range p.leftOut(d) {
		if !p.mayLeaveOut(name) {
			return "it leaves " + name + " out of the package"
		}
	}
	return p.differs(by, d.Terms)
}

// mayLeaveOut reports whether a holder need not take an extra: one that is not
// burdened, out of a package that may be split; and where the clause says so,
// what is no money, or is paid for in money.
func (p *Process) mayLeaveOut(name string) bool {
	i := slices.IndexFunc(p.Noticed.Extras, func(x offtake.Extra) bool { return x.Name == name })
	x := p.Noticed.Extras[i]
	severable := p.Contract.Right.Package == offtake.SeverablePackage && x.Burdened == offtake.StatedNo
	valued := x.Value.Currency() != ""
	return valued && (severable || p.Contract.Right.NonCash == offtake.CashEquivalent) || p.Contract.Right.NonCash == offtake.NonCashExcluded
}

// unvalued names an extra that would have to be paid for in money and has no
// value; "" if there is none.
func (p *Process) unvalued() string {
	if p.Contract.Right.NonCash != offtake.CashEquivalent {
		return ""
	}
	for _, x := range p.Noticed.Extras {
		if x.Value.Currency() == "" {
			return "what " + x.Name + " is worth in money was not said"
		}
	}
	return ""
}

// differs names the first term that the holder writes otherwise than noticed.
// That it would supply itself, from its own provider, is the right and no
// difference. Under a material match a difference inside the tolerance is none.
func (p *Process) differs(by offtake.PartyName, written offtake.OfferTerms) string {
	seat := p.Seats[p.seat(by)]
	if written.Provider == seat.Provider {
		written.Provider = ""
	}
	if written.Party == seat.Party {
		written.Party = ""
	}
	written.Quantity = 0 // is looked at by itself
	for _, c := range p.Contract.compare(*p.Noticed, p.Noticed.Revised(written)) {
		if c.beyond || p.Contract.Right.Match == offtake.ExactMatch {
			return "its " + c.key + " is not as noticed"
		}
	}
	return ""
}

package refusal

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// thirdPartySign records that the third party's agreement was signed. A
// signature without clearance is a fact too: it breaches.
func (s *step) thirdPartySign(d offtake.ThirdPartySign) error {
	p := s.p
	terms := p.Offered().Revised(d.Terms)
	quantity := d.Terms.Quantity
	if quantity < 0 {
		return offtake.Refuse(offtake.Invalid, "quantity %d is not above zero", quantity)
	}
	if err := p.Contract.amounts("signature", d.Terms); err != nil {
		return err
	}
	if done, err := s.afterTheEnd(d.Conditional, false); done {
		return err
	}
	terms.Quantity = cmp.Or(quantity, p.stillOffered())
	switch {
	case quantity == 0 && p.Released() > 0 && terms.Quantity <= 0:
		return p.wrongState("nothing is offered any more")
	case quantity == 0 && p.Released() == 0 && !d.Conditional:
		terms.Quantity = p.Quantity()
	}
	why, key := p.unclear(terms)
	switch {
	case why != "" && !d.Conditional:
		s.breached("a third party was signed: " + why)
	case d.Conditional: // it takes the place of one that waits
		terms.Quantity = quantity
		s.follow(offtake.ThirdPartySigned{Process: p.ID, Quantity: quantity, Terms: terms, Conditional: true})
		s.effect()
	case key != "":
		s.follow(offtake.ThirdPartySigned{Process: p.ID, Quantity: quantity, Terms: terms, Conditional: true, Asked: true})
		s.doubt(key, nil)
	default:
		s.signed(terms, offtake.ThirdPartySigned{})
	}
	return nil
}

// stillOffered gives what a signature that names no quantity is for: everything
// released, as far as a revision has left it.
func (p *Process) stillOffered() int64 { return min(p.Released(), p.Terms.Quantity-p.taken()) }

// thirdPartyClose records that the third party's agreement took effect.
func (s *step) thirdPartyClose() error {
	p := s.p
	if done, err := s.afterTheEnd(false, true); done {
		return err
	}
	switch {
	case !p.any(Part.signed):
		s.breached("a third party's agreement took effect: nothing was signed while released")
	case p.any(func(q Part) bool { return q.signed() && (q.Signed.Overdue || passed(q.Clock.By, s.a.At)) }):
		s.breached("a third party's agreement took effect after the time to close")
	default:
		s.follow(offtake.ThirdPartyClosed{Process: p.ID})
	}
	return nil
}

// afterTheEnd says what a third party's act does to a process without live
// parts. It has no effect on a right that was not triggered, waived or spent;
// it breaches one whose offer was withdrawn, or whose right had revived.
func (s *step) afterTheEnd(conditional, closes bool) (done bool, err error) {
	p := s.p
	switch {
	case p.any(in(offtake.IsDisputed)):
		return true, p.wrongState("its outcome is in dispute")
	case p.Live():
		return false, nil
	}
	oneShot := p.Contract.Right.Survival == offtake.OneShot
	reopened := p.any(in(offtake.IsWithdrawn)) || p.any(p.revived)
	switch {
	case reopened && !conditional && p.any(in(offtake.IsWithdrawn)):
		s.breached("a third party was bound by an offer that had been withdrawn")
	case reopened && !conditional:
		s.breached("a third party was bound after the tail")
	case reopened, p.any(in(offtake.NotTriggered, offtake.IsWaived, offtake.IsSuperseded, offtake.IsTailExpired)),
		oneShot && p.any(in(offtake.ClosedThirdParty)):
		s.follow(offtake.ThirdPartyNoted{Process: p.ID, Closed: closes})
	default:
		return true, p.wrongState("nothing is left for a third party")
	}
	return true, nil
}

func (s *step) breached(why string) { s.follow(offtake.Breached{Process: s.p.ID, Why: why}) }

// unclear says why a third party may not be signed on these terms now, or which
// term only the determiner can judge; neither if it may.
func (p *Process) unclear(t offtake.OfferTerms) (why, key string) {
	switch {
	case p.Released() > 0:
	case p.any(p.revived):
		return "the time to sign for what was released is over", ""
	case p.any(Part.signed):
		return "what was released is signed for", ""
	default:
		return "the right of " + p.holders() + " is " + string(p.State()), ""
	}
	changes := p.changes(t)
	if why := p.tooGood(t.Quantity, changes); why != "" {
		return why, ""
	}
	if p.Contract.First != nil {
		if why := p.belowFloor(t); why != "" {
			return why, ""
		}
	}
	return "", p.unknown(changes, t)
}

// unknown gives the first term whose change only the determiner can judge, and
// has not; "" if there is none.
func (p *Process) unknown(changes []change, t offtake.OfferTerms) string {
	for _, c := range changes {
		if c.sign == unknown && !p.settled(c.key, t) {
			return c.key
		}
	}
	return ""
}

// settled reports whether a term was found for the grantor as it is.
func (p *Process) settled(key string, t offtake.OfferTerms) bool {
	return slices.ContainsFunc(p.Settled, func(was *offtake.OfferTerms) bool {
		return !slices.ContainsFunc(p.Contract.compare(*was, t), func(c change) bool { return c.key == key })
	})
}

func (p *Process) holders() string {
	var names []string
	for _, s := range p.Seats {
		names = append(names, string(s.Party))
	}
	return listed(names)
}

// changes gives in what terms differ from those noticed, save the quantity.
func (p *Process) changes(t offtake.OfferTerms) []change {
	if p.Contract.First != nil {
		return p.offerChanges(t)
	}
	t.Quantity = p.Baseline.Quantity
	return p.Contract.compare(*p.Baseline, t)
}

// tooGood says in what terms are better for the third party than those noticed,
// beyond tolerance; "" if in nothing. Quantity is measured against what is or
// will be released.
func (p *Process) tooGood(quantity int64, changes []change) string {
	if free := p.sum(func(q Part) bool { return q.live() && q.Signed == nil }); quantity > free || p.Released() > 0 && quantity > p.Released() {
		return "the quantity is more than was released"
	}
	for _, c := range changes {
		switch {
		case c.beyond && c.sign == better:
			return "the " + c.key + " is better for it than " + p.measure()
		case c.beyond && c.sign == different:
			return "the " + c.key + " is another than " + p.measure()
		}
	}
	return ""
}

// Clear says why the third party's offer may not be taken at an instant for so
// much, on the offer's terms; "" if this process does not stand in its way. A right that was not
// triggered is looked at again: a consent that lifted it may have been used up.
func (p *Process) Clear(at time.Time, offer offtake.OfferTerms, quantity int64) string {
	if !p.Live() {
		switch p.State() {
		case offtake.NotTriggered:
			if state, why := p.Contract.assess(at, *p.Terms); state != offtake.NotTriggered {
				return "it was not triggered and now would be: " + why
			}
			return ""
		case offtake.IsWaived:
			return ""
		case offtake.IsTailExpired:
			if p.Contract.Right.Survival == offtake.OneShot {
				return ""
			}
		}
		return "it is " + string(p.State())
	}
	if p.any(Part.signed) {
		return "the third party has signed, and that agreement must close first"
	}
	t := *p.Terms
	if p.Contract.First != nil {
		t = offer // its own terms are those of what is needed
	}
	t.Quantity = quantity
	why, key := p.unclear(t)
	if key != "" {
		return "whether its " + key + " is better for it only the determiner can say"
	}
	return why
}

// Spent reports whether the process has used up a right that is given once.
func (p *Process) Spent() bool {
	return p.Contract.Right.Survival == offtake.OneShot && !p.Live() &&
		slices.Contains([]offtake.ProcessState{offtake.IsTailExpired, offtake.ClosedThirdParty}, p.State())
}

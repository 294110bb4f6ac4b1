package refusal

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// thirdPartySign records that the third party's agreement was signed. A
// signature without clearance is a fact too: it breaches.
func (p *Process) thirdPartySign(a offtake.Act, d offtake.ThirdPartySign) ([]offtake.Event, error) {
	terms := p.Terms.Revised(d.Terms)
	quantity := d.Terms.Quantity
	switch {
	case quantity < 0:
		return nil, offtake.Refuse(offtake.Invalid, "quantity %d is not above zero", quantity)
	case quantity == 0 && p.Released() > 0:
		quantity = min(p.Released(), p.Terms.Quantity-p.ended()) // a revision may have left less
	case quantity == 0:
		quantity = p.Quantity()
	}
	terms.Quantity = quantity
	if events, done, err := p.afterTheEnd(d.Conditional); done {
		return events, err
	}
	why, err := p.unclear(terms)
	switch {
	case err != nil:
		return nil, err
	case why == "":
		return []offtake.Event{offtake.ThirdPartySigned{
			Process: p.ID, Quantity: quantity, Terms: terms,
			CloseBy: p.Contract.after(a.At, p.Contract.Right.Tail.CloseBy),
		}}, nil
	case d.Conditional:
		return []offtake.Event{offtake.ThirdPartySigned{Process: p.ID, Quantity: quantity, Terms: terms, Conditional: true}}, nil
	}
	return []offtake.Event{offtake.Breached{Process: p.ID, Why: "a third party was signed: " + why}}, nil
}

// thirdPartyClose records that the third party's agreement took effect.
func (p *Process) thirdPartyClose(a offtake.Act) ([]offtake.Event, error) {
	if events, done, err := p.afterTheEnd(false); done {
		return events, err
	}
	why := ""
	switch {
	case !p.any(Part.signed):
		why = "a third party's agreement took effect: nothing was signed while released"
	case p.any(func(q Part) bool { return q.signed() && (q.Signed.Overdue || passed(q.Signed.CloseBy, a.At)) }):
		why = "a third party's agreement took effect after the time to close"
	default:
		return []offtake.Event{offtake.ThirdPartyClosed{Process: p.ID}}, nil
	}
	return []offtake.Event{offtake.Breached{Process: p.ID, Why: why}}, nil
}

// afterTheEnd says what a third party's act does to a process without live
// parts. It has no effect on a right that was not triggered, waived or spent;
// it breaches one whose offer was withdrawn, or whose right had revived.
func (p *Process) afterTheEnd(conditional bool) (events []offtake.Event, done bool, err error) {
	if p.Live() {
		return nil, false, nil
	}
	switch p.State() {
	case offtake.NotTriggered, offtake.IsWaived, offtake.IsSuperseded:
		return p.noted(), true, nil
	case offtake.IsTailExpired:
		if conditional || p.Contract.Right.Survival == offtake.OneShot {
			return p.noted(), true, nil
		}
		return p.breached("a third party was bound after the tail"), true, nil
	case offtake.IsWithdrawn:
		if conditional {
			return p.noted(), true, nil
		}
		return p.breached("a third party was bound by an offer that had been withdrawn"), true, nil
	}
	return nil, true, p.wrongState("nothing is left for a third party")
}

func (p *Process) noted() []offtake.Event {
	return []offtake.Event{offtake.ThirdPartyNoted{Process: p.ID}}
}

func (p *Process) breached(why string) []offtake.Event {
	return []offtake.Event{offtake.Breached{Process: p.ID, Why: why}}
}

// unclear says why a third party may not be signed on these terms now; "" if
// it may.
func (p *Process) unclear(t offtake.OfferTerms) (string, error) {
	released := p.Released()
	if released == 0 {
		return "the right of " + string(p.Contract.holder().Party) + " is " + string(p.State()), nil
	}
	for _, c := range p.Contract.compare(p.Baseline, t) {
		if c.sign == unknown {
			return "", p.Contract.undetermined(c.key)
		}
	}
	return p.better(t), nil
}

// better says in what terms are better for the third party than those noticed,
// beyond tolerance; "" if in nothing. Quantity is measured against what is or
// will be released.
func (p *Process) better(t offtake.OfferTerms) string {
	if free := p.Released() + p.sum(in(offtake.Open, offtake.Contracting)); t.Quantity > free {
		return "the quantity is more than was released"
	}
	base := p.Baseline
	base.Quantity, t.Quantity = 1, 1
	for _, c := range p.Contract.compare(base, t) {
		if c.beyond && c.sign != worse {
			return "the " + c.key + " is better for it than was noticed"
		}
	}
	return ""
}

// Clear says why the third party's offer may not be taken at an instant for so
// much; "" if this process does not stand in its way. A right that was not
// triggered is looked at again: a consent that lifted it may have been used up.
func (p *Process) Clear(at time.Time, quantity int64) (string, error) {
	if !p.Live() {
		switch p.State() {
		case offtake.NotTriggered:
			if state, why := p.Contract.assess(at, p.Terms); state != offtake.NotTriggered {
				return "it was not triggered and now would be: " + why, nil
			}
			return "", nil
		case offtake.IsWaived:
			return "", nil
		case offtake.IsTailExpired:
			if p.Contract.Right.Survival == offtake.OneShot {
				return "", nil
			}
		}
		return "it is " + string(p.State()), nil
	}
	if p.any(Part.signed) {
		return "the third party has signed, and that agreement must close first", nil
	}
	t := p.Terms
	t.Quantity = quantity
	return p.unclear(t)
}

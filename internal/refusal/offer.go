package refusal

import (
	"github.com/offtake-dev/offtake"
)

// revise takes a changed offer. Before a notice it only replaces the terms;
// while the holder answers, and after release, it is measured against what was
// noticed first, so that small steps add up.
func (p *Process) revise(a offtake.Act, d offtake.OfferRevise, next offtake.ProcessID) ([]offtake.Event, error) {
	terms := p.Terms.Revised(d.Terms)
	if err := p.Contract.admit(a.At, terms); err != nil {
		return nil, err
	}
	switch p.State() {
	case offtake.Assessing, offtake.NotifyDue, offtake.Deficient:
		return p.reassess(a, terms), nil
	case offtake.NotTriggered:
		return p.retrigger(a, terms, next), nil
	case offtake.Open:
		return p.reviseOpen(a, terms, next)
	case offtake.InTail:
		return p.reviseReleased(a, terms, next)
	}
	return nil, p.wrongState("its offer is not open to revision")
}

// reassess judges the new terms as if they had come first. What was owed stays
// owed by the same deadline.
func (p *Process) reassess(a offtake.Act, terms offtake.OfferTerms) []offtake.Event {
	state, why := p.Contract.assess(a.At, terms)
	e := offtake.TermsReplaced{Process: p.ID, Terms: terms, State: state, Why: why}
	if state == offtake.NotifyDue {
		e.NotifyBy = p.NotifyBy
		if p.Triggered.IsZero() {
			e.NotifyBy = p.Contract.after(a.At, p.Contract.Right.NotifyWithin)
		}
		if p.State() == offtake.Deficient {
			e.State = offtake.Deficient
		}
	}
	return []offtake.Event{e}
}

// retrigger opens a successor where a revised offer reaches a right that the
// first one did not: otherwise an offer could be brought below a threshold,
// and over it again once the right had been judged.
func (p *Process) retrigger(a offtake.Act, terms offtake.OfferTerms, next offtake.ProcessID) []offtake.Event {
	e := p.Contract.opened(next, a, terms)
	if e.State == offtake.NotTriggered {
		return []offtake.Event{offtake.TermsReplaced{Process: p.ID, Terms: terms, State: e.State, Why: e.Why}}
	}
	return []offtake.Event{e}
}

func (p *Process) reviseOpen(a offtake.Act, terms offtake.OfferTerms, next offtake.ProcessID) ([]offtake.Event, error) {
	for _, c := range p.Contract.compare(p.Baseline, terms) {
		switch {
		case c.sign == unknown:
			return nil, p.Contract.undetermined(c.key)
		case c.beyond && p.Contract.requires(c.key):
			return p.superseded(a, terms, next, p.left(a.At), c), nil
		}
	}
	return []offtake.Event{offtake.NoticeCorrected{Process: p.ID, Terms: terms}}, nil
}

func (p *Process) reviseReleased(a offtake.Act, terms offtake.OfferTerms, next offtake.ProcessID) ([]offtake.Event, error) {
	if p.any(Part.signed) {
		return nil, p.wrongState("its terms are signed")
	}
	if gone := p.ended(); terms.Quantity <= gone {
		return nil, offtake.Refuse(offtake.Invalid, "offer quantity %d is not above the %d that are gone from it", terms.Quantity, gone)
	}
	for _, c := range p.Contract.compare(p.Baseline, terms) {
		switch {
		case c.sign == unknown:
			return nil, p.Contract.undetermined(c.key)
		case c.beyond && c.sign != worse:
			return p.superseded(a, terms, next, offtake.Duration{}, c), nil
		}
	}
	return []offtake.Event{offtake.TermsReplaced{Process: p.ID, Terms: terms, State: offtake.InTail}}, nil
}

// ended gives what has ended of what was offered: a successor covers the rest.
func (p *Process) ended() int64 { return p.sum(func(q Part) bool { return Final(q.State) }) }

// superseded ends the process and opens its successor, which owes a notice.
func (p *Process) superseded(a offtake.Act, terms offtake.OfferTerms, next offtake.ProcessID, left offtake.Duration, c change) []offtake.Event {
	terms.Quantity -= p.ended()
	why := c.key + " changed from what was noticed, beyond tolerance"
	return []offtake.Event{
		offtake.Superseded{Process: p.ID, Successor: next, Why: why},
		offtake.ProcessOpened{
			Process: next, Opportunity: p.Opportunity, Clause: p.Contract.Ref, Version: p.Contract.Version,
			State: offtake.NotifyDue, Why: why, Terms: terms, After: p.ID, Left: left,
			NotifyBy: p.Contract.after(a.At, p.Contract.Right.NotifyWithin),
		},
	}
}

// withdrawn gives the offer up, unless somebody is bound by it.
func (p *Process) withdrawn(a offtake.Act) ([]offtake.Event, error) {
	switch {
	case !p.Live():
		return nil, p.wrongState("there is no offer left to withdraw")
	case p.any(in(offtake.Contracting)):
		return nil, p.wrongState("the offer was accepted and cannot be withdrawn")
	case p.any(func(q Part) bool { return q.signed() && !q.Signed.Overdue }):
		return nil, p.wrongState("the third party has signed")
	case p.any(in(offtake.Open)) && p.Contract.Right.OfferRevocable == offtake.Irrevocable:
		return nil, offtake.Refuse(offtake.Forbidden, "offer of process %q is irrevocable until its window ends at %s", p.ID, offtake.Stamp(p.Answer))
	}
	return []offtake.Event{offtake.Withdrawn{Process: p.ID, Why: "the offer was withdrawn"}}, nil
}

package refusaltest

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// thirdSigns records that a third party has signed: a fact, whatever it means.
func (p *process) thirdSigns(a offtake.Act, deed offtake.ThirdPartySign) Outcome {
	terms := p.terms.Revised(deed.Terms)
	switch {
	case a.By != p.t.right.Grantor:
		return Rejected
	case p.harmless():
		return Taken
	case p.nothingLeft():
		return Rejected
	}
	if deed.Terms.Quantity == 0 && p.free() > 0 && p.signedFor(0) <= 0 {
		return Rejected // nothing is offered any more
	}
	p.everBy = true
	if deed.Conditional {
		p.waiting = &signature{at: a.At, terms: terms, quantity: deed.Terms.Quantity}
		p.takeEffect(a.At)
		return Taken
	}
	n := p.signedFor(deed.Terms.Quantity)
	verdict := p.permitted(terms, n)
	switch {
	case p.free() == 0 || verdict == better:
		p.breach(a.At)
	case verdict == unclear:
		p.signing, p.waits = &deed, false
		p.ask(p.unclearKey(terms), a.At)
	default:
		p.effective(deed, terms, a.At)
	}
	return Taken
}

// harmless: the right was not triggered, is waived or spent, and stands in
// nobody's way.
func (p *process) harmless() bool {
	switch s := p.state(); s {
	case offtake.NotTriggered, offtake.IsWaived:
		return true
	}
	if p.t.right.Survival != offtake.OneShot || p.live() {
		return false
	}
	return slices.ContainsFunc(p.parts, func(q *part) bool {
		return q.state == offtake.IsTailExpired || q.state == offtake.ClosedThirdParty
	}) && !slices.ContainsFunc(p.parts, func(q *part) bool { return q.state == offtake.IsWithdrawn })
}

// nothingLeft: what was taken, closed or breached has ended, and no part is
// left that a signature could be for.
func (p *process) nothingLeft() bool {
	return !slices.ContainsFunc(p.parts, p.exposed)
}

// exposed reports whether a third party's agreement can still concern a part.
func (p *process) exposed(q *part) bool {
	switch q.state {
	case offtake.IsWithdrawn:
		return true
	case offtake.IsTailExpired:
		return p.t.right.Survival == offtake.Continuing
	}
	return !final(q.state)
}

// free gives what is released and not signed for.
func (p *process) free() (n int64) {
	for _, q := range p.parts {
		if p.shown(q) == offtake.InTail && q.signed == nil {
			n += q.quantity
		}
	}
	return n
}

// signedFor gives what a signature is for: everything released, as far as it is
// still offered.
func (p *process) signedFor(n int64) int64 {
	if n > 0 {
		return n
	}
	fixed := int64(0)
	for _, q := range p.parts {
		held := q.state == offtake.Contracting || q.state == offtake.IsFulfilled || q.state == offtake.ClosedThirdParty
		if held || q.state == offtake.InTail && q.signed != nil {
			fixed += q.quantity
		}
	}
	return min(p.free(), p.terms.Quantity-fixed)
}

// permitted holds a signature against what was noticed and released.
func (p *process) permitted(terms offtake.OfferTerms, n int64) comparison {
	if n > p.free() {
		return better
	}
	terms.Quantity = p.quantity()
	return p.against(terms, true)
}

// effective lets a signature stand: for less than was released it splits the part.
func (p *process) effective(deed offtake.ThirdPartySign, terms offtake.OfferTerms, at time.Time) {
	p.signReleased(&signature{at: at, terms: terms, quantity: p.signedFor(deed.Terms.Quantity)}, at)
}

func (p *process) signReleased(s *signature, at time.Time) {
	left := s.quantity
	for _, q := range slices.Clone(p.parts) {
		if left == 0 || q.state != offtake.InTail || q.signed != nil {
			continue
		}
		n := min(left, q.quantity)
		if n < q.quantity {
			p.split(q, q.quantity-n)
		}
		left -= n
		one := *s
		one.quantity = n
		q.signed = &one
		p.run(q, offtake.DueCloseBy, p.t.right.Tail.CloseBy, at, false)
		one.closeBy = q.clock.by
	}
}

// takeEffect lets what was signed on the condition of a release stand, where
// there is one and the terms are permitted.
func (p *process) takeEffect(at time.Time) {
	if p.waiting == nil || p.free() == 0 {
		return
	}
	n := p.signedFor(p.waiting.quantity)
	switch p.permitted(p.waiting.terms, n) {
	case within:
		s := *p.waiting
		s.quantity, p.waiting = n, nil
		p.signReleased(&s, at)
	case unclear:
		p.signing = &offtake.ThirdPartySign{Terms: p.waiting.terms}
		p.signing.Terms.Quantity, p.waits = p.waiting.quantity, true
		p.ask(p.unclearKey(p.waiting.terms), at)
	}
}

// thirdCloses: what was signed takes effect, in time or as a breach.
func (p *process) thirdCloses(a offtake.Act) Outcome {
	switch {
	case a.By != p.t.right.Grantor:
		return Rejected
	case p.harmless():
		return Taken
	case p.nothingLeft():
		return Rejected
	}
	closed := false
	for _, q := range p.parts {
		if p.shown(q) != offtake.InTail || q.signed == nil {
			continue
		}
		if q.signed.overdue {
			p.breach(a.At)
			return Taken
		}
		closed = true
	}
	if !closed {
		p.breach(a.At)
		return Taken
	}
	for _, q := range p.parts {
		if p.shown(q) == offtake.InTail && q.signed != nil {
			q.move(offtake.ClosedThirdParty, a.At)
		}
	}
	return Taken
}

// breach ends the released parts; where all that was released is signed for and not
// late, what had expired and revived before these; where none is released every live
// part; and where none lives those that were withdrawn.
func (p *process) breach(at time.Time) {
	p.everBy = true
	released := func(q *part) bool { return p.shown(q) == offtake.InTail }
	of := []func(q *part) bool{released, func(q *part) bool { return !final(q.state) }, p.exposed}
	open := slices.ContainsFunc(p.parts, func(q *part) bool { return released(q) && (q.signed == nil || q.signed.overdue) })
	if !open {
		of = slices.Insert(of, 0, func(q *part) bool { return q.state == offtake.IsTailExpired && p.exposed(q) })
	}
	for _, which := range of {
		if !slices.ContainsFunc(p.parts, which) {
			continue
		}
		for _, q := range p.parts {
			if which(q) {
				q.move(offtake.IsBreached, at)
			}
		}
		break
	}
	p.before = nil
	if !p.live() {
		p.doubt, p.signing, p.revised = "", nil, nil
	}
}

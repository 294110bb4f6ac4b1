package refusal

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// revise takes a changed offer. Before a notice it only replaces the terms;
// while holders answer, and after release, it is measured against what was
// noticed first, so that small steps add up.
func (s *step) revise(d offtake.OfferRevise) error {
	p := s.p
	terms := p.Offered().Revised(d.Terms)
	if err := p.Contract.admit(s.a.At, terms); err != nil {
		return err
	}
	i := p.find(Part.unbound)
	if p.any(in(offtake.IsDisputed)) {
		return p.wrongState("nothing changes until its outcome is decided")
	}
	if i < 0 {
		if p.State() == offtake.NotTriggered {
			s.retrigger(terms)
			return nil
		}
		return p.wrongState("its offer is not open to revision")
	}
	if p.any(Part.pledged) {
		return p.wrongState("its terms are signed")
	}
	if gone := p.taken(); terms.Quantity <= gone {
		return offtake.Refuse(offtake.Invalid, "offer quantity %d is not above the %d that are gone from it", terms.Quantity, gone)
	}
	asked := p.any(func(q Part) bool { return q.under() == offtake.Open || q.under() == offtake.Allocating })
	if asked || p.any(func(q Part) bool { return q.under() == offtake.InTail }) {
		s.reviseNoticed(terms, asked)
		return nil
	}
	s.reassess(terms)
	return nil
}

// reassess judges the new terms as if they had come first. What was owed stays
// owed by the same deadline.
func (s *step) reassess(terms offtake.OfferTerms) {
	p := s.p
	state, why := p.Contract.assess(s.a.At, terms)
	e := offtake.TermsReplaced{Process: p.ID, Terms: terms, State: state, Why: why}
	if state == offtake.NotifyDue {
		e.NotifyBy = p.Notify.By
		if p.Triggered.IsZero() {
			e.NotifyBy = p.Contract.after(s.a.At, p.Contract.Right.NotifyWithin)
		}
		if now := p.Parts[p.find(Part.unbound)].under(); now != offtake.Assessing {
			e.State = now // a notice is owed, or was and is not good enough
		}
	}
	s.follow(e)
}

// retrigger opens a successor where a revised offer reaches a right that the
// first one did not: otherwise an offer could be brought below a threshold,
// and over it again once the right had been judged.
func (s *step) retrigger(terms offtake.OfferTerms) {
	e := s.p.Contract.opened(s.next, s.a, terms)
	if e.State == offtake.NotTriggered {
		s.follow(offtake.TermsReplaced{Process: s.p.ID, Terms: terms, State: e.State, Why: e.Why})
		return
	}
	s.events = append(s.events, e)
}

// Offered gives the terms of the offer as last revised, whether or not they have
// taken effect.
func (p *Process) Offered() *offtake.OfferTerms { return cmp.Or(p.Proposed, p.Terms) }

// reviseNoticed measures a change against what was noticed first: while holders
// are asked in what the notice must disclose, either way; and, while they are or once
// something is released, in what is better for the third party or another offer,
// which no release would let be signed.
func (s *step) reviseNoticed(terms offtake.OfferTerms, asked bool) {
	p := s.p
	changes := p.Contract.compare(*p.Baseline, terms)
	for _, c := range changes {
		disclosed := asked && c.sign != unknown && p.Contract.requires(c.key)
		gains := c.sign == better || c.sign == different
		if c.beyond && (disclosed || gains) {
			s.supersede(terms, c)
			return
		}
	}
	switch key := p.unknown(changes, terms); {
	case key != "":
		s.doubt(key, &terms)
	case asked:
		s.follow(offtake.NoticeCorrected{Process: p.ID, Terms: terms})
	default:
		s.follow(offtake.TermsReplaced{Process: p.ID, Terms: terms, State: offtake.InTail})
	}
}

// doubt asks the determiner what a change is that the table of signs has not;
// terms are those of the revision that makes it, if one does.
func (s *step) doubt(key string, terms *offtake.OfferTerms) {
	e := offtake.QuestionRaised{Process: s.p.ID, Question: offtake.Doubt(key), Why: "for whom a change of " + key + " is better, only the determiner can say"}
	if s.p.Doubt != "" {
		if terms == nil {
			return
		}
		e.Question, e.Why = s.p.Doubt, s.p.Why // what is asked stays; the answer is about the latest revision too
	}
	if terms != nil {
		e.Terms = *terms
	}
	s.follow(e)
}

// gone gives what of the offer has ended or is bound: a successor covers the rest.
func (p *Process) gone() int64 { return p.sum(func(q Part) bool { return !q.unbound() }) }

// taken gives what of the offer a holder or the third party has: it cannot be
// revised away.
func (p *Process) taken() int64 {
	return p.sum(func(q Part) bool {
		return q.live() && q.Party != "" || q.pledged() || q.State == offtake.IsFulfilled || q.State == offtake.ClosedThirdParty
	})
}

// supersede ends what nobody is bound to and opens the successor for it, which
// owes a notice.
func (s *step) supersede(terms offtake.OfferTerms, c change) {
	p := s.p
	if terms.Quantity > p.gone() {
		terms.Quantity -= p.gone()
	} else { // of what is left no more than is still offered
		terms.Quantity = min(p.sum(Part.unbound), terms.Quantity-p.taken())
	}
	why := c.key + " changed from what was noticed, beyond tolerance"
	if p.Contract.First != nil {
		why = c.key + " changed from what was asked for"
	}
	left, rank := p.leftOfWindow(s.a)
	s.follow(offtake.Superseded{Process: p.ID, Successor: s.next, Why: why})
	e := offtake.ProcessOpened{
		Process: s.next, Opportunity: p.Opportunity, Clause: p.Contract.Ref, Version: p.Contract.Version,
		State: offtake.NotifyDue, Why: why, Terms: terms, After: p.ID, Left: left, LeftRank: rank,
		NotifyBy: p.Contract.after(s.a.At, p.Contract.Right.NotifyWithin),
	}
	if slices.ContainsFunc(p.Seats, func(s Seat) bool { return s.Party != s.Named }) {
		e.Holders = p.sitting()
	}
	if h := p.Contract.OwnOffer(terms); h != "" {
		e.State, e.NotifyBy = offtake.NotTriggered, time.Time{}
		e.Why = string(p.Contract.ThirdParty(terms)) + " is the holder " + string(h) + " or affiliated with it: no third party"
	}
	s.events = append(s.events, e)
}

// sitting gives who sits in the seats, in their order.
func (p *Process) sitting() (parties []offtake.PartyName) {
	for _, seat := range p.Seats {
		parties = append(parties, seat.Party)
	}
	return parties
}

// leftOfWindow gives what is left of the window that runs and whose it is. All
// ranks before it were asked, and after a release all there are.
func (p *Process) leftOfWindow(a offtake.Act) (offtake.Duration, int64) {
	i := p.find(func(q Part) bool {
		return q.Offer != nil && (q.offered() || in(offtake.Open, offtake.Allocating)(Part{State: q.Paused}))
	})
	if i < 0 {
		return offtake.Duration{}, math.MaxInt32
	}
	return p.Parts[i].Clock.left(p.Contract.Rules, a.At), p.Parts[i].Offer.Rank
}

// withdraw gives the offer up, unless somebody is bound by it.
func (s *step) withdraw() error {
	p := s.p
	late := p.any(func(q Part) bool { return q.pledged() && q.Signed.Overdue })
	switch {
	case !p.Live():
		return p.wrongState("there is no offer left to withdraw")
	case p.any(in(offtake.IsDisputed)):
		return p.wrongState("nothing changes until its outcome is decided")
	case p.any(Part.accepted) && !late:
		return p.wrongState("the offer was accepted and cannot be withdrawn")
	case p.any(func(q Part) bool { return q.pledged() && !q.Signed.Overdue }):
		return p.wrongState("the third party has signed")
	case p.Contract.Right.OfferRevocable == offtake.Irrevocable && p.any(func(q Part) bool { return q.offered() || q.Paused == offtake.Open || q.Paused == offtake.Allocating }):
		return offtake.Refuse(offtake.Forbidden, "offer of process %q is irrevocable until its window ends", p.ID)
	}
	s.follow(offtake.Withdrawn{Process: p.ID, Why: "the offer was withdrawn"})
	return nil
}

package refusal

import (
	"github.com/offtake-dev/offtake"
)

// Open says what follows for one right when an offer is received: a process,
// in whatever state the offer puts it. The act's deed is an OfferReceive.
func Open(c *Contract, id offtake.ProcessID, a offtake.Act) ([]offtake.Event, error) {
	offer, ok := a.Deed.(offtake.OfferReceive)
	if !ok {
		return nil, offtake.Refuse(offtake.Invalid, "act %q is %s and opens no process", a.ID, a.Deed.Name())
	}
	if a.By != c.Right.Grantor {
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the grantor of %s", a.By, c.Right.Grantor, c.Ref)
	}
	if err := c.admit(a.At, offer.Terms); err != nil {
		return nil, err
	}
	return []offtake.Event{c.opened(id, a, offer.Terms)}, nil
}

func (c *Contract) opened(id offtake.ProcessID, a offtake.Act, t offtake.OfferTerms) offtake.ProcessOpened {
	state, why := c.assess(a.At, t)
	e := offtake.ProcessOpened{
		Process: id, Opportunity: a.Opportunity, Clause: c.Ref, Version: c.Version,
		State: state, Why: why, Terms: t,
	}
	if state == offtake.NotifyDue {
		e.NotifyBy = c.after(a.At, c.Right.NotifyWithin)
	}
	return e
}

// Decide says what follows from an act for a process, or refuses the act. Next
// is the name of the successor, should the act open one.
//
// Whether the act is meant for this process is the caller's to know, and so
// are acts it has seen before.
func Decide(p Process, a offtake.Act, next offtake.ProcessID) ([]offtake.Event, error) {
	if err := p.mayAct(a); err != nil {
		return nil, err
	}
	switch deed := a.Deed.(type) {
	case offtake.OfferReceive:
		return nil, offtake.Refuse(offtake.Conflict, "opportunity %q already has an offer; revise it", p.Opportunity)
	case offtake.OfferRevise:
		return p.revise(a, deed, next)
	case offtake.OfferWithdraw:
		return p.withdrawn(a)
	case offtake.NoticeServe:
		return p.notice(a, deed)
	case offtake.Accept:
		return p.accept(a, deed)
	case offtake.Decline:
		return p.decline(a, deed)
	case offtake.DefinitiveSign:
		return p.definitive(a, deed)
	case offtake.ThirdPartySign:
		return p.thirdPartySign(a, deed)
	case offtake.ThirdPartyClose:
		return p.thirdPartyClose(a)
	case offtake.Deadline:
		return p.deadline(a, deed)
	}
	return nil, offtake.Refuse(offtake.Invalid, "act %q is %s, which is no step of process %q", a.ID, a.Deed.Name(), p.ID)
}

// Steps reports whether a deed is a step of the party in a process under c.
func (c *Contract) Steps(by offtake.PartyName, d offtake.Deed) bool {
	grantor, holder := by == c.Right.Grantor, c.holds(by)
	switch d.(type) {
	case offtake.OfferReceive, offtake.OfferRevise, offtake.OfferWithdraw, offtake.NoticeServe,
		offtake.ThirdPartySign, offtake.ThirdPartyClose:
		return grantor
	case offtake.Accept, offtake.Decline:
		return holder
	case offtake.DefinitiveSign, offtake.Amend:
		return grantor || holder
	case offtake.Deadline:
		return by == ""
	}
	return false
}

func (p *Process) mayAct(a offtake.Act) error {
	if p.Contract.Steps(a.By, a.Deed) {
		return nil
	}
	if _, ok := a.Deed.(offtake.Deadline); ok {
		return offtake.Refuse(offtake.Forbidden, "deadline of process %q passes by itself; nobody may make it pass", p.ID)
	}
	return offtake.Refuse(offtake.Forbidden, "%s is no step of %q in process %q under %s", a.Deed.Name(), a.By, p.ID, p.Contract.Ref)
}

// wrongState refuses an act that the state has no place for.
func (p *Process) wrongState(rule string) error {
	return offtake.Refuse(offtake.Conflict, "process %q is %s: %s", p.ID, p.State(), rule)
}

// notice judges a notice by what it discloses. A complete one starts the
// window; an incomplete one starts nothing.
func (p *Process) notice(a offtake.Act, d offtake.NoticeServe) ([]offtake.Event, error) {
	if !p.any(in(offtake.NotifyDue, offtake.Deficient)) {
		return nil, p.wrongState("no notice is owed")
	}
	to := d.To
	if to == nil {
		to = []offtake.PartyName{p.Contract.holder().Party}
	}
	if err := p.addressed(to); err != nil {
		return nil, err
	}
	if missing := p.missing(d.Contents); len(missing) > 0 {
		return []offtake.Event{offtake.NoticeFoundDeficient{Process: p.ID, Missing: missing}}, nil
	}
	length, answer := p.Contract.window(a.At, p)
	return []offtake.Event{offtake.NoticeServed{Process: p.ID, To: to, Window: length, Answer: answer}}, nil
}

// addressed refuses a notice that misses a holder, or is sent to a stranger.
func (p *Process) addressed(to []offtake.PartyName) error {
	named := map[offtake.PartyName]bool{}
	for _, t := range to {
		if !p.Contract.holds(t) {
			return offtake.Refuse(offtake.Invalid, "notice to %q, who holds no right under %s", t, p.Contract.Ref)
		}
		named[t] = true
	}
	for _, h := range p.Contract.Right.Holders {
		if !named[h.Party] {
			return offtake.Refuse(offtake.Invalid, "notice of process %q misses the holder %q", p.ID, h.Party)
		}
	}
	return nil
}

// missing gives the required contents that a notice lacks, in the clause's order.
func (p *Process) missing(contents []offtake.Content) (lacks []offtake.Content) {
	has := map[offtake.Content]bool{}
	for _, c := range contents {
		has[c] = true
	}
	for _, c := range p.Contract.Right.Notice.Contents {
		if !has[c] {
			lacks = append(lacks, c)
		}
	}
	return lacks
}

// deadline takes only the deadline that is next and at its own instant.
func (p *Process) deadline(a offtake.Act, d offtake.Deadline) ([]offtake.Event, error) {
	at, due, ok := Due(*p)
	if !ok || due.Deed != offtake.Deed(d) || !at.Equal(a.At) {
		return nil, offtake.Refuse(offtake.Conflict, "deadline %s of process %q at %s is not the next to fall", d.Of, p.ID, offtake.Stamp(a.At))
	}
	switch d.Of {
	case offtake.DueNotify:
		return []offtake.Event{offtake.NotifyMissed{Process: p.ID}}, nil
	case offtake.DueAnswer:
		return p.released(a), nil
	case offtake.DueDefinitive:
		return append([]offtake.Event{offtake.Lapsed{Process: p.ID, Party: p.bound()}}, p.released(a)...), nil
	case offtake.DueSignBy:
		return []offtake.Event{offtake.TailExpired{Process: p.ID}}, nil
	case offtake.DueCloseBy:
		return []offtake.Event{offtake.CloseOverdue{Process: p.ID}}, nil
	}
	return []offtake.Event{offtake.Withdrawn{Process: p.ID, Why: "the offer expired"}}, nil
}

// bound gives the holder that is bound, or "".
func (p *Process) bound() offtake.PartyName {
	for _, q := range p.Parts {
		if q.State == offtake.Contracting {
			return q.Party
		}
	}
	return ""
}

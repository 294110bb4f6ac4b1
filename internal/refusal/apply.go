package refusal

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// New gives the process that an opening makes, under its contract.
func New(c *Contract, at time.Time, e offtake.ProcessOpened) Process {
	p := Process{
		ID: e.Process, Opportunity: e.Opportunity, Contract: c, After: e.After, Left: e.Left,
		Terms: e.Terms, Why: e.Why, Opened: at, NotifyBy: e.NotifyBy,
		Parts: []Part{{Quantity: e.Terms.Quantity, State: e.State, Since: at}},
	}
	if e.State == offtake.NotifyDue {
		p.Triggered = at
	}
	return p
}

// Apply folds one event of the process that happened at an instant. Events of
// other processes and other kinds change nothing.
func Apply(p Process, at time.Time, e offtake.Event) Process {
	p.Parts = slices.Clone(p.Parts)
	switch e := e.(type) {
	case offtake.TermsReplaced:
		p.replaceTerms(at, e)
	case offtake.NotifyMissed:
		p.Missed = true
	case offtake.NoticeFoundDeficient:
		p.move(at, offtake.Deficient, in(offtake.NotifyDue, offtake.Deficient))
	case offtake.NoticeServed:
		p.serve(at, e)
	case offtake.NoticeCorrected:
		p.Terms, p.Noticed = e.Terms, e.Terms
		p.resize()
	case offtake.Accepted:
		p.bind(at, e)
	case offtake.AnsweredOffTerms:
		p.Why = "the answer of " + string(e.By) + " did not conform: " + e.Why
	case offtake.Declined:
		p.Why = string(e.By) + " passed"
	case offtake.Lapsed:
		p.Why = string(e.Party) + " was bound and did not sign in time"
	case offtake.Released:
		p.release(at, e)
	case offtake.Fulfilled:
		p.move(at, offtake.IsFulfilled, in(offtake.Contracting))
	case offtake.Superseded:
		p.move(at, offtake.IsSuperseded, in(offtake.Open, offtake.InTail))
		p.Why = e.Why
	case offtake.Withdrawn:
		p.withdraw(at, e)
	case offtake.ThirdPartySigned:
		p.sign(at, e)
	case offtake.ThirdPartyClosed:
		p.move(at, offtake.ClosedThirdParty, Part.signed)
	case offtake.CloseOverdue:
		p.overdue(at)
	case offtake.TailExpired:
		p.move(at, offtake.IsTailExpired, func(q Part) bool { return q.free() && fell(q.SignBy, at) })
	case offtake.Waived:
		p.move(at, offtake.IsWaived, func(q Part) bool { return !Final(q.State) })
		p.Why = e.Why
	case offtake.ClauseReplaced:
		p.replaceClause(e)
	case offtake.Breached:
		p.breach(at, e)
	}
	return p
}

// Under gives the process under another contract, as an amendment puts it.
func (p Process) Under(c *Contract) Process {
	p.Contract = c
	return p
}

// move puts the parts that qualify into a state.
func (p *Process) move(at time.Time, to offtake.ProcessState, which func(Part) bool) {
	for i, q := range p.Parts {
		if which(q) {
			p.Parts[i].Was, p.Parts[i].State, p.Parts[i].Since = q.State, to, at
		}
	}
}

// resize lets the single part before release follow the quantity of the terms.
func (p *Process) resize() {
	if len(p.Parts) == 1 {
		p.Parts[0].Quantity = p.Terms.Quantity
	}
}

func (p *Process) replaceTerms(at time.Time, e offtake.TermsReplaced) {
	p.Terms = e.Terms
	if p.any(in(offtake.InTail)) {
		return // worse for the third party: what was released stays released
	}
	p.Why, p.NotifyBy = e.Why, e.NotifyBy
	if e.State == offtake.NotifyDue && p.Triggered.IsZero() {
		p.Triggered = at
	}
	p.resize()
	if p.Parts[0].State != e.State {
		p.move(at, e.State, func(Part) bool { return true })
	}
}

func (p *Process) serve(at time.Time, e offtake.NoticeServed) {
	p.Served, p.Answer, p.Noticed, p.Baseline = at, e.Answer, p.Terms, p.Terms
	p.Window, p.Rules = e.Window, p.Contract.Rules
	p.Why = ""
	p.move(at, offtake.Open, in(offtake.NotifyDue, offtake.Deficient))
}

// bind also undoes a withdrawal of the same instant: an acceptance comes first.
func (p *Process) bind(at time.Time, e offtake.Accepted) {
	p.move(at, offtake.Contracting, in(offtake.Open, offtake.IsWithdrawn))
	for i := range p.Parts {
		p.Parts[i].Party, p.Parts[i].Definitive = e.By, e.Definitive
	}
	p.Why = string(e.By) + " accepted the noticed terms"
}

func (p *Process) release(at time.Time, e offtake.Released) {
	p.move(at, offtake.InTail, in(offtake.Open, offtake.Contracting))
	for i := range p.Parts {
		if p.Parts[i].State == offtake.InTail {
			p.Parts[i].Party, p.Parts[i].Definitive, p.Parts[i].SignBy = "", time.Time{}, e.SignBy
		}
	}
}

func (p *Process) withdraw(at time.Time, e offtake.Withdrawn) {
	p.move(at, offtake.IsTailExpired, func(q Part) bool { return q.signed() && q.Signed.Overdue })
	p.move(at, offtake.IsWithdrawn, func(q Part) bool { return !Final(q.State) })
	p.Why = e.Why
}

// sign gives so much of the released quantity to the third party; what is left
// of a part stays behind it as a part of its own.
func (p *Process) sign(at time.Time, e offtake.ThirdPartySigned) {
	signed := ThirdParty{At: at, Terms: e.Terms, Quantity: e.Quantity, CloseBy: e.CloseBy}
	if e.Conditional {
		p.Waiting = &signed
		return
	}
	p.Waiting = nil
	left := e.Quantity
	for i := 0; i < len(p.Parts) && left > 0; i++ {
		q := p.Parts[i]
		if !q.free() {
			continue
		}
		if q.Quantity > left {
			rest := q
			rest.Quantity = q.Quantity - left
			p.Parts = slices.Insert(p.Parts, i+1, rest)
			p.Parts[i].Quantity = left
		}
		left -= p.Parts[i].Quantity
		mine := signed
		p.Parts[i].Signed = &mine
	}
}

func (p *Process) overdue(at time.Time) {
	for i, q := range p.Parts {
		if q.signed() && fell(q.Signed.CloseBy, at) {
			late := *q.Signed
			late.Overdue = true
			p.Parts[i].Signed = &late
		}
	}
}

// breach ends the released parts; where none is, every live one; and where
// none is live, what was withdrawn or had expired under a right that revives.
func (p *Process) breach(at time.Time, e offtake.Breached) {
	p.Why = e.Why
	for _, which := range []func(Part) bool{
		in(offtake.InTail),
		func(q Part) bool { return !Final(q.State) },
		func(q Part) bool {
			revived := q.State == offtake.IsTailExpired && p.Contract.Right.Survival == offtake.Continuing
			return revived || q.State == offtake.IsWithdrawn
		},
	} {
		if p.any(which) {
			p.move(at, offtake.IsBreached, which)
			return
		}
	}
}

func (p *Process) replaceClause(e offtake.ClauseReplaced) {
	p.Missed = p.Missed && !e.NotifyBy.After(p.NotifyBy)
	p.NotifyBy, p.Answer = e.NotifyBy, e.Answer
	if !e.Window.IsZero() {
		p.Window, p.Rules = e.Window, p.Contract.Rules
	}
	for _, d := range e.Parts {
		q := &p.Parts[d.Part-1]
		switch {
		case q.State == offtake.Contracting:
			q.Definitive = d.By
		case q.free():
			q.SignBy = d.By
		case q.signed():
			signed := *q.Signed
			signed.CloseBy = d.By
			q.Signed = &signed
		}
	}
}

package refusal

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// An Amendment is what a change of the agreement means for a running process.
type Amendment struct {
	Applies bool      // to open processes, and every holder signed it
	To      *Contract // nil: the clause is removed
	Name    offtake.AmendmentName
}

// Amended says what follows for a process when an amendment takes hold. One
// that does not apply leaves the process under the version it opened with,
// which still binds its own opportunity.
func Amended(p Process, a offtake.Act, m Amendment) ([]offtake.Event, error) {
	switch {
	case !p.Contract.Steps(a.By, a.Deed):
		return nil, p.mayAct(a)
	case !p.Live() || !m.Applies:
		return nil, nil
	case m.To == nil:
		return []offtake.Event{offtake.Waived{Process: p.ID, Why: "amendment " + string(m.Name) + " removed the clause, and its holder signed"}}, nil
	}
	return []offtake.Event{p.under(m.To)}, nil
}

// under counts every deadline that runs again from where it started. None
// becomes earlier than it was.
func (p *Process) under(to *Contract) offtake.ClauseReplaced {
	e := offtake.ClauseReplaced{Process: p.ID, Version: to.Version, NotifyBy: p.NotifyBy, Answer: p.Answer}
	if !p.Triggered.IsZero() && p.Served.IsZero() && !p.NotifyBy.IsZero() {
		e.NotifyBy = later(p.NotifyBy, to.after(p.Triggered, to.Right.NotifyWithin))
	}
	if p.any(in(offtake.Open)) {
		e.Answer = later(p.Answer, to.window(p.Served, p))
	}
	for _, q := range p.Parts {
		switch {
		case q.State == offtake.Contracting:
			e.Definitive = later(q.Definitive, to.after(q.Since, to.Right.Definitive))
		case q.free():
			e.SignBy = later(q.SignBy, to.after(q.Since, to.Right.Tail.SignBy))
		case q.signed():
			e.CloseBy = later(later(e.CloseBy, q.Signed.CloseBy), to.after(q.Signed.At, to.Right.Tail.CloseBy))
		}
	}
	return e
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

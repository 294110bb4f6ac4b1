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
		length, answer := to.window(p.Served, p)
		if later(p.Answer, answer) != p.Answer {
			e.Window, e.Answer = length, answer
		}
	}
	for i, q := range p.Parts {
		by := time.Time{}
		switch {
		case q.State == offtake.Contracting:
			by = later(q.Definitive, to.after(q.Since, to.Right.Definitive))
		case q.free():
			by = later(q.SignBy, to.after(q.Since, to.Right.Tail.SignBy))
		case q.signed():
			by = later(q.Signed.CloseBy, to.after(q.Signed.At, to.Right.Tail.CloseBy))
		default:
			continue
		}
		e.Parts = append(e.Parts, offtake.PartDeadline{Part: int64(i + 1), By: by})
	}
	return e
}

// later gives the later of two deadlines. The zero one never falls.
func later(a, b time.Time) time.Time {
	if a.IsZero() || b.IsZero() {
		return time.Time{}
	}
	if b.After(a) {
		return b
	}
	return a
}

package refusal

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// Time stands still for a part while the process is tolled for a cause or, as
// long as nobody is bound to it, while a question is open. Its clock keeps when
// it stopped, and is counted anew when time runs again.

// pause stops the clocks of the parts that qualify and puts them into a state.
// A part that stands still already keeps the state it interrupts; an open
// question outweighs a toll.
func (p *Process) pause(at time.Time, to offtake.ProcessState, which func(Part) bool) {
	if !p.stopped() {
		p.timed(p.Notify.stopped(at), p.Object.stopped(at))
	}
	for i, q := range p.Parts {
		switch {
		case !which(q) || q.State == offtake.IsUndetermined || q.State == offtake.IsDisputed:
		case q.Paused != "":
			p.Parts[i].State = to
		default:
			p.Parts[i].Was, p.Parts[i].State, p.Parts[i].Since, p.Parts[i].Paused = q.State, to, at, q.State
			p.Parts[i].run(q.Of, q.Clock.stopped(at))
		}
	}
}

// timed gives the process its own two clocks.
func (p *Process) timed(notify, object Clock) { p.Notify, p.Object = &notify, &object }

// hold lets a part that nobody is bound to any more stand still, if time does for
// the others.
func (p *Process) hold(at time.Time, i int) {
	if !p.stopped() || p.Parts[i].Paused != "" {
		return
	}
	q := &p.Parts[i]
	q.Paused, q.State = q.State, offtake.IsTolled
	if p.Doubt != "" {
		q.State = offtake.IsUndetermined
	}
	q.run(q.Of, q.Clock.stopped(at))
}

// dispute stops everything, what has ended included.
func (p *Process) dispute(at time.Time) {
	if !p.stopped() {
		p.timed(p.Notify.stopped(at), p.Object.stopped(at))
	}
	for i, q := range p.Parts {
		if q.Paused == "" {
			p.Parts[i].Paused = q.State
			p.Parts[i].run(q.Of, q.Clock.stopped(at))
		}
		p.Parts[i].Was, p.Parts[i].State, p.Parts[i].Since = q.State, offtake.IsDisputed, at
	}
}

// awaitsAnswer reports whether the part stands still while a question is open.
func (q Part) awaitsAnswer() bool { return q.unbound() || q.State == offtake.IsDisputed }

// resume lets time run again for the parts that qualify and that nothing stops
// any more.
func (p *Process) resume(at time.Time, notifyBy, objectBy time.Time, deadlines []offtake.PartDeadline, which func(Part) bool) {
	if !p.stopped() {
		notify, object := p.Notify.running(at), p.Object.running(at)
		notify.By, object.By = notifyBy, objectBy
		p.timed(notify, object)
	}
	for i, q := range p.Parts {
		if q.Paused == "" || !which(q) {
			continue
		}
		switch {
		case p.Doubt != "" && q.State == offtake.IsDisputed:
		case p.Doubt != "" && q.unbound():
			p.Parts[i].State = offtake.IsUndetermined
		case len(p.Causes) > 0 && !Final(q.Paused):
			p.Parts[i].State = offtake.IsTolled
		default:
			p.Parts[i].Was, p.Parts[i].State, p.Parts[i].Since, p.Parts[i].Paused = q.State, q.Paused, at, ""
			p.Parts[i].run(q.Of, q.Clock.running(at))
		}
	}
	p.postpone(deadlines)
}

// postpone gives parts their deadlines.
func (p *Process) postpone(deadlines []offtake.PartDeadline) {
	for _, d := range deadlines {
		q := &p.Parts[d.Part-1]
		c := *q.Clock
		c.By = d.By
		if !d.Length.IsZero() {
			c.Length = d.Length
		}
		if c.Floor.Before(d.By) {
			c.Floor = d.By
		}
		q.run(q.Of, c)
		switch {
		case q.Of == offtake.DueAnswer:
			p.Seats = slices.Clone(p.Seats)
			for n := range p.Seats {
				if slices.Contains(q.Offer.Asked, p.Seats[n].Party) {
					p.Seats[n].Until = d.By
				}
			}
		case q.Of == offtake.DueSignBy:
			q.SignBy = d.By
		case q.Signed != nil:
			signed := *q.Signed
			signed.CloseBy = d.By
			q.Signed = &signed
		}
	}
}

// assign puts another party into a seat, wherever it has a part.
func (p *Process) assign(e offtake.Assigned) {
	p.Seats = slices.Clone(p.Seats)
	for i := range p.Seats {
		if p.Seats[i].Party == e.From {
			p.Seats[i].Party = e.To
		}
	}
	for i, q := range p.Parts {
		if q.Party == e.From && q.live() {
			p.Parts[i].Party = e.To
		}
		if q.Offer != nil {
			round := q.Offer.assigned(e)
			p.Parts[i].Offer = &round
		}
	}
}

func (r Round) assigned(e offtake.Assigned) Round {
	r.Asked, r.Answers, r.Kept = slices.Clone(r.Asked), slices.Clone(r.Answers), slices.Clone(r.Kept)
	for i := range r.Asked {
		if r.Asked[i] == e.From {
			r.Asked[i] = e.To
		}
	}
	for i := range r.Answers {
		if r.Answers[i].By == e.From {
			r.Answers[i].By = e.To
		}
	}
	for i := range r.Kept {
		if r.Kept[i].Party == e.From {
			r.Kept[i].Party = e.To
		}
	}
	return r
}

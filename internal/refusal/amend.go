package refusal

import (
	"slices"
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
// which still binds its own opportunity. Whose step it was is the caller's to know.
func Amended(p *Process, at time.Time, m Amendment) []offtake.Event {
	switch {
	case !p.Live() || !m.Applies:
		return nil
	case m.To == nil || m.To.Kind() != p.Contract.Kind():
		return []offtake.Event{offtake.Waived{Process: p.ID, Why: "amendment " + string(m.Name) + " removed the clause, and its holder signed"}}
	}
	events := []offtake.Event{p.under(at, m.To)}
	if p.asksOthers(m.To) {
		events = append(events, offtake.NoticeFoundDeficient{Process: p.ID, Why: "amendment " + string(m.Name) + " changed who holds the right"})
	}
	return events
}

// asksOthers reports whether a clause gives what holders are asked about to others
// than those who were told of it: in the rank that is asked, or in one before it.
// Who comes later is asked when its turn comes.
func (p *Process) asksOthers(to *Contract) bool {
	i := p.find(func(q Part) bool { return q.offered() || in(offtake.Open, offtake.Allocating)(Part{State: q.Paused}) })
	if i < 0 || p.Served.IsZero() || p.Contract.First != nil {
		return false
	}
	asked := func(seats []Seat) (names []offtake.PartyName) {
		for _, s := range seats {
			if to.concurrent() || int64(s.Rank) <= p.Parts[i].Offer.Rank {
				names = append(names, s.Named)
			}
		}
		return names
	}
	return !slices.Equal(asked(p.Seats), asked(to.seats(*p.Terms)))
}

// under counts every deadline that runs again from where it started. None
// becomes earlier than it was. One that stands still is counted when it runs.
func (p *Process) under(at time.Time, to *Contract) offtake.ClauseReplaced {
	e := offtake.ClauseReplaced{Process: p.ID, Version: to.Version, NotifyBy: p.Notify.By}
	if p.any(in(offtake.NotifyDue, offtake.Deficient)) && !p.Notify.By.IsZero() {
		e.NotifyBy = later(p.Notify.By, to.after(p.Triggered, to.Right.NotifyWithin))
	}
	for i, q := range p.Parts {
		if q.Of == "" || q.Of == offtake.DueDelivery {
			continue
		}
		now := *q.Clock
		now.Length = to.lengthOf(p, q)
		d := offtake.PartDeadline{Part: int64(i + 1), By: q.Clock.By}
		if q.Paused != "" { // it is counted when time runs again, with the longer of the two
			if was, is := q.Clock.running(at).counted(p.Contract.Rules), now.running(at).counted(to.Rules); later(was, is) != was {
				d.Length = now.Length
			}
			e.Deadlines = append(e.Deadlines, d)
			continue
		}
		if by := now.counted(to.Rules); later(d.By, by) != d.By {
			d.By, d.Length = by, now.Length
		}
		e.Deadlines = append(e.Deadlines, d)
	}
	return e
}

// lengthOf gives what a clause allows for what is next to be done with a part.
func (c *Contract) lengthOf(p *Process, q Part) offtake.Duration {
	switch q.Of {
	case offtake.DueAnswer:
		if q.Offer.N == 2 {
			return c.Right.Undersubscribed
		}
		if p.After != "" {
			return q.Clock.Length // what a predecessor had left is not the clause's to change
		}
		return c.Right.WindowOf(int(q.Offer.Rank))
	case offtake.DueHeadStart:
		return c.Placement.HeadStart
	case offtake.DueDefinitive:
		return c.Right.Definitive
	case offtake.DueSignBy:
		return c.Right.Tail.SignBy
	}
	return c.Right.Tail.CloseBy
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

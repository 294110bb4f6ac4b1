package refusaltest

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// clocks gives those of what is live, with the parts they are of; nil is the
// process itself.
func (p *process) clocks(each func(c *clock, q *part)) {
	for _, c := range []*clock{p.notify, p.objects} {
		if c != nil {
			each(c, nil)
		}
	}
	for _, q := range p.parts {
		if q.clock != nil && !final(q.state) {
			each(q.clock, q)
		}
	}
}

// still reports whether time stands still for a clock's part, or for what
// nobody is bound to.
func (p *process) still(q *part) bool {
	if q == nil {
		return len(p.causes) > 0 || p.doubt != ""
	}
	return p.stands(q)
}

// stop lets time stand still, for everything that it now stands still for.
func (p *process) stop(at time.Time) {
	p.clocks(func(c *clock, q *part) {
		if p.still(q) && !c.stopped() {
			c.stops = append(c.stops, span{from: at})
		}
	})
}

// start lets time run again where nothing stops it any more, and counts anew.
func (p *process) start(at time.Time) {
	p.ran = at
	p.clocks(func(c *clock, q *part) {
		if p.still(q) || !c.stopped() {
			return
		}
		c.stops[len(c.stops)-1].until = at
		if c.by.Before(at) && (q != nil || !p.missed) {
			c.floor = at
		}
		p.t.days.count(c)
		if q != nil && q.of == offtake.DueSignBy {
			q.signBy = c.by
		}
		if q != nil && q.of == offtake.DueCloseBy {
			q.signed.closeBy = c.by
		}
	})
}

func (p *process) toll(a offtake.Act, deed offtake.Toll) Outcome {
	if !p.eitherSide(a.By) || !p.live() || !slices.Contains(p.t.right.Tolling, deed.Cause) || slices.Contains(p.causes, deed.Cause) {
		return Rejected
	}
	p.causes = append(p.causes, deed.Cause)
	p.stop(a.At)
	return Taken
}

func (p *process) resume(a offtake.Act, deed offtake.Resume) Outcome {
	if !p.eitherSide(a.By) || !p.live() || len(p.causes) == 0 || deed.Cause != "" && !slices.Contains(p.causes, deed.Cause) {
		return Rejected
	}
	p.causes = slices.DeleteFunc(p.causes, func(c string) bool { return deed.Cause == "" || c == deed.Cause })
	p.start(a.At)
	p.signWhatWaited(a.At) // while time stood still
	return Taken
}

// extend moves a deadline later, with the signature of whom it served.
func (p *process) extend(a offtake.Act, deed offtake.ExtendDeadline) Outcome {
	if !p.eitherSide(a.By) || !p.extensionSigned(deed) {
		return Rejected
	}
	until := deed.Until.Instant
	if !deed.Until.Date.IsZero() {
		until = p.t.days.at(deed.Until.Date, p.t.days.Cutoff)
	}
	var moved []func()
	for _, q := range p.parts {
		if q.of == deed.Deadline && q.clock.running() && !p.stands(q) {
			if !until.After(q.clock.by) {
				continue // parts have deadlines of their own
			}
			moved = append(moved, func() { p.later(q, until) })
		}
	}
	if deed.Deadline == offtake.DueNotify && p.owed() != nil && p.notify != nil && until.After(p.notify.by) && until.After(a.At) {
		moved = append(moved, func() {
			p.t.days.prolong(p.notify, until)
			p.missed = false // whom it served has forgiven
		})
	}
	for _, m := range moved {
		m()
	}
	if len(moved) == 0 {
		return Rejected
	}
	return Taken
}

func (p *process) later(q *part, until time.Time) {
	p.t.days.prolong(q.clock, until)
	switch q.of {
	case offtake.DueSignBy:
		q.signBy = q.clock.by
	case offtake.DueCloseBy:
		q.signed.closeBy = q.clock.by
	}
}

// prolong gives a clock as many units as end by an instant, and lets it end there.
func (d Days) prolong(c *clock, until time.Time) {
	if c.length.Unit == offtake.Elapsed {
		c.length.Time += until.Sub(c.by)
	} else {
		if c.length.Unit != offtake.BusinessDays {
			day, _ := d.start(c)
			c.length = offtake.Duration{Unit: offtake.Days, Count: d.units(day, c.length)}
		}
		for {
			longer := *c
			longer.length.Count++
			d.count(&longer)
			if longer.by.After(until) {
				break
			}
			c.length = longer.length
		}
	}
	c.floor = until
	d.count(c)
}

// extensionSigned: the grantor's time is served by a deadline to answer or to
// deliver, the holders' by every other.
func (p *process) extensionSigned(deed offtake.ExtendDeadline) bool {
	switch deed.Deadline {
	case offtake.DueAnswer, offtake.DueDelivery:
		return slices.Contains(deed.SignedBy, p.t.right.Grantor)
	}
	return !slices.ContainsFunc(p.seats, func(s *seat) bool { return !slices.Contains(deed.SignedBy, s.Party) })
}

// assign gives a seat to another party, with whatever belongs to it.
func (p *process) assign(a offtake.Act, deed offtake.Assign) Outcome {
	s := p.seat(a.By)
	if s == nil || !p.live() || deed.To == "" || deed.To == p.t.right.Grantor || p.seat(deed.To) != nil {
		return Rejected
	}
	if p.t.related(p.t.third(p.terms), deed.To) {
		return Rejected // it would be asked about its own offer
	}
	switch s.Assignable {
	case "free":
	case "affiliates":
		if !p.t.related(a.By, deed.To) {
			return Rejected
		}
	default:
		return Rejected
	}
	s.Party = deed.To
	for _, q := range p.parts {
		if q.party == a.By && !final(q.state) {
			q.party = deed.To
		}
		if q.round != nil {
			q.round.reseat(a.By, deed.To)
		}
	}
	return Taken
}

func (r *round) reseat(from, to offtake.PartyName) {
	for i, by := range r.asked {
		if by == from {
			r.asked[i] = to
		}
	}
	if n, ok := r.answers[from]; ok {
		delete(r.answers, from)
		r.answers[to] = n
	}
	if n, ok := r.kept[from]; ok {
		delete(r.kept, from)
		r.kept[to] = n
	}
}

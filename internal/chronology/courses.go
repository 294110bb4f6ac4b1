package chronology

import (
	"slices"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// courses follow the deadlines of a case. After every event what stands in the
// process is held against what stood before.
type courses struct {
	all     []*Deadline
	named   map[string]*Deadline
	open    map[offtake.ProcessID]map[clockKey]*Deadline // that have stood; also those that ended, for some stand again
	times   map[string]int                               // how often one was set
	objects []*Deadline                                  // those that pass in silence, while they stand
	touched map[*Deadline]int                            // in the entry that is being told: how many moves there were before it
}

// A clockKey tells the clocks of a process apart: a clock keeps what it was
// counted from, through tolls, extensions and amendments.
type clockKey struct {
	of    offtake.DeadlineName
	from  time.Time
	whose string // the rank and round, or the bound holder
}

func newCourses() *courses {
	return &courses{
		named: map[string]*Deadline{}, open: map[offtake.ProcessID]map[clockKey]*Deadline{}, times: map[string]int{},
		touched: map[*Deadline]int{},
	}
}

// standing is a deadline as the process has it, with all the parts it is of.
type standing struct {
	refusal.Standing
	key   clockKey
	parts []int
}

// standings gives the deadlines that stand, those of several parts once.
func standings(p *refusal.Process) (all []standing) {
	for _, s := range p.Standing() {
		n := standing{Standing: s, key: keyOf(p, s)}
		i := slices.IndexFunc(all, func(o standing) bool { return o.key == n.key })
		if i < 0 {
			i = len(all)
			all = append(all, n)
		}
		if s.Part >= 0 {
			all[i].parts = append(all[i].parts, s.Part)
		}
	}
	return all
}

func keyOf(p *refusal.Process, s refusal.Standing) clockKey {
	k := clockKey{of: s.Of, from: s.Clock.From}
	switch {
	case s.Of == offtake.DueNotify || s.Of == offtake.DueExpires:
		k.from = time.Time{} // one for the whole process
	case s.Of == offtake.DueAnswer:
		q := p.Parts[s.Part].Offer
		k.whose = "rank-" + number(q.Rank) + "/round-" + number(q.N)
	case s.Of == offtake.DueDefinitive || s.Of == offtake.DueDelivery:
		k.whose = string(p.Parts[s.Part].Party)
	}
	return k
}

// follow holds the deadlines of a process against those before an event.
func (c *courses) follow(s step, ev offtake.Event) {
	if e, ok := ev.(offtake.Assigned); ok {
		c.assigned(e)
	}
	now := standings(s.is)
	for _, n := range now {
		c.stands(s, n, ev)
	}
	for k, d := range c.open[s.is.ID] {
		if d.Stands() && !slices.ContainsFunc(now, func(n standing) bool { return n.key == k }) {
			c.ended(s, d, ev)
		}
	}
}

// stands takes in a deadline that stands.
func (c *courses) stands(s step, n standing, ev offtake.Event) {
	d, known := c.open[s.is.ID][n.key]
	if !known {
		d = c.name(s.is, n)
	}
	if len(d.Course) == 0 || !d.Stands() {
		d.Who, d.Does, d.till = task(s.is, n.Of, n.parts)
	}
	m := Move{At: s.act.At, By: n.Clock.By}
	switch {
	case len(d.Course) == 0:
		m.What = Set
	case n.Still && d.Still(), !n.Still && d.Stands() && !d.Still() && d.By().Equal(m.By):
		return
	case n.Still:
		m.What, m.By = Stopped, d.By() // no date is known; what it was is kept
	case !d.By().Equal(m.By):
		m.What = Moved
	case d.Stands() || d.last().What == Stopped:
		m.What = Runs
	default:
		m.What = Set // it stands again
	}
	if m.What == Stopped {
		m.Why = s.stopped()
	} else {
		m.Why = s.basis(n, ev)
		d.Basis = m.Why
	}
	c.move(d, m)
}

// restate says anew whose the deadlines of a process are and for how much, once
// an act is wholly told: one that ended by it keeps the words it had.
func (c *courses) restate(p *refusal.Process, at time.Time) {
	for _, n := range standings(p) {
		d := c.open[p.ID][n.key]
		if d == nil {
			continue
		}
		who, does, till := task(p, n.Of, n.parts)
		if d.Does != does || !slices.Equal(d.Who, who) {
			d.Changed = at
		}
		d.Who, d.Does, d.till = who, does, till
	}
}

// move adds to the course of a deadline.
func (c *courses) move(d *Deadline, m Move) {
	if _, known := c.touched[d]; !known {
		c.touched[d] = len(d.Course)
	}
	d.Course = append(d.Course, m)
	d.Changed = m.At
}

// begin begins an entry.
func (c *courses) begin() { clear(c.touched) }

// settle keeps of what an entry did to each deadline the outcome alone: in the
// middle of an act a deadline may seem to end that stands when all is told.
func (c *courses) settle() {
	for d, before := range c.touched {
		if before == 0 || len(d.Course) <= before+1 || !d.Stands() {
			continue
		}
		was, last := d.Course[before-1], d.last()
		if same := was.By.Equal(last.By) && was.What != Stopped && last.What != Stopped; same && !ended(was.What) {
			d.Course = d.Course[:before]
			continue
		}
		if last.What == Set && !ended(was.What) {
			last.What = Moved
		}
		d.Course = append(d.Course[:before], last)
	}
}

// changed reports whether a deadline was set or moved in this entry.
func (c *courses) changed(d *Deadline) bool {
	before, touched := c.touched[d]
	return touched && len(d.Course) > before && d.Stands()
}

func ended(w What) bool { return w == Met || w == Moot || w == Fell }

// name makes a deadline of a clock that was not seen before. Its name says
// whose it is, and the how manieth where there was one before.
func (c *courses) name(p *refusal.Process, n standing) *Deadline {
	id := string(p.ID) + "/" + string(n.Of)
	if n.key.whose != "" {
		id += "/" + n.key.whose
	}
	c.times[id]++
	if times := c.times[id]; times > 1 {
		id += "/" + strconv.Itoa(times)
	}
	d := c.named[id] // a log that was played anew may set again what it had struck
	if d == nil {
		d = &Deadline{ID: id, Process: p.ID, Opportunity: p.Opportunity, Clause: p.Contract.Ref, Name: n.Of, zone: zoneOf(p)}
		c.named[id] = d
		c.all = append(c.all, d)
	}
	if c.open[p.ID] == nil {
		c.open[p.ID] = map[clockKey]*Deadline{}
	}
	c.open[p.ID][n.key] = d
	if n.Of == refusal.DueObjection {
		c.objects = append(c.objects, d)
	}
	return d
}

// assigned keeps the clock of a bound holder whose seat goes over.
func (c *courses) assigned(e offtake.Assigned) {
	mine := c.open[e.Process]
	for k, d := range mine {
		if k.whose == string(e.From) {
			delete(mine, k)
			k.whose = string(e.To)
			mine[k] = d
		}
	}
}

// ended says how a deadline that no longer stands ended.
func (c *courses) ended(s step, d *Deadline, ev offtake.Event) {
	m := Move{At: s.act.At, By: d.By(), What: Moot, Why: s.words(ev)}
	due, passed := s.act.Deed.(offtake.Deadline)
	switch {
	case passed && due.Of == d.Name && !d.By().After(s.act.At), d.By().Before(s.act.At) && !d.Still():
		m.What, m.At = Fell, d.By()
	case meets(d.Name, ev), d.Name == offtake.DueAnswer && !passed && answersOffer(s.is, ev):
		m.What = Met
	}
	if m.What == Met && d.Name == offtake.DueNotify {
		m.Why = "a notice was served that starts a window"
	}
	c.move(d, m)
	d.Changed = s.act.At
}

// meets reports whether an event is what a deadline was for.
func meets(of offtake.DeadlineName, ev offtake.Event) bool {
	switch ev.(type) {
	case offtake.RankOpened:
		return of == offtake.DueNotify
	case offtake.RankClosed:
		return of == offtake.DueAnswer
	case offtake.DefinitiveSigned:
		return of == offtake.DueDefinitive
	case offtake.Fulfilled:
		return of == offtake.DueDefinitive || of == offtake.DueDelivery
	case offtake.ThirdPartySigned:
		return of == offtake.DueSignBy
	case offtake.ThirdPartyClosed:
		return of == offtake.DueCloseBy
	}
	return false
}

// answersOffer reports whether an event ends the time to make a first offer
// because somebody has answered: the holder by passing, or the buyer to its offer.
func answersOffer(p *refusal.Process, ev offtake.Event) bool {
	if p.Contract.First == nil {
		return false
	}
	switch ev.(type) {
	case offtake.Bound, offtake.Released:
		return true
	}
	return false
}

// lapse lets the deadlines that pass in silence fall, before an instant.
func (c *courses) lapse(before time.Time) {
	c.objects = slices.DeleteFunc(c.objects, func(d *Deadline) bool {
		if d.Stands() && !d.Still() && d.By().Before(before) {
			c.move(d, Move{At: d.By(), What: Fell, By: d.By(), Why: "nobody objected in time"})
		}
		return ended(d.last().What)
	})
}

// replayed takes over the deadlines of a log that was played anew. Each goes on
// under its name with what is different; those that are no more are moot.
func (c *courses) replayed(at time.Time, anew *courses) {
	for _, d := range c.all {
		if anew.named[d.ID] == nil && d.Stands() {
			c.move(d, Move{At: at, What: Moot, By: d.By(), Why: "the log was played anew, and it was never set"})
		}
	}
	for _, n := range anew.all { // in the order in which they were set
		d := c.named[n.ID]
		if d == nil {
			c.all, c.named[n.ID] = append(c.all, n), n
			c.touched[n] = 0
			n.Changed = at
			continue
		}
		d.Who, d.Does, d.Basis, d.till = n.Who, n.Does, n.Basis, n.till
		was, last := d.last(), n.last()
		last.At = at
		if was.What == last.What && was.By.Equal(last.By) || d.Stands() && n.Stands() && was.By.Equal(last.By) && d.Still() == n.Still() {
			continue
		}
		if n.Stands() && !n.Still() && !was.By.Equal(last.By) {
			last.What = Moved
		}
		c.move(d, last)
	}
	for _, mine := range anew.open {
		for k, n := range mine {
			mine[k] = c.named[n.ID]
		}
	}
	for i, n := range anew.objects {
		anew.objects[i] = c.named[n.ID]
	}
	c.open, c.times, c.objects = anew.open, anew.times, anew.objects
}

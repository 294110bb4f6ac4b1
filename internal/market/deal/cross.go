package deal

import (
	"cmp"
	"slices"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// What the rights over one opportunity do to each other: what a holder of one
// is bound to is withdrawn from the others, and a right that is subject to
// another waits until that one is cleared.

// across gives the events of an act with those that follow in the processes
// beside the ones it reached.
func (d *Deals) across(a offtake.Act, events []offtake.Event) []offtake.Event {
	if !d.touchesOthers(events) {
		return events
	}
	v := view{d: d, now: map[offtake.ProcessID]*refusal.Process{}}
	events = v.holdBack(a, events)
	v = view{d: d, now: map[offtake.ProcessID]*refusal.Process{}}
	for i := 0; i < len(events); i++ {
		v.fold(a, events[i])
		switch e := events[i].(type) {
		case offtake.Bound:
			events = append(events, v.takenElsewhere(e)...)
		case offtake.Released:
			events = append(events, v.givenBack(a, e)...)
		}
		if i == len(events)-1 {
			events = append(events, v.cleared(a, events)...)
		}
	}
	return events
}

// touchesOthers reports whether events can matter to a process they are not
// about: a right that is subject to another opened one or has done so over the
// opportunity, or a holder was bound where there are others.
func (d *Deals) touchesOthers(events []offtake.Event) bool {
	return slices.ContainsFunc(events, func(e offtake.Event) bool {
		switch e := e.(type) {
		case offtake.ProcessOpened:
			c, err := d.law.Contract(e.Clause, e.Version)
			return err == nil && !c.Right.SubjectTo.IsZero()
		case offtake.Bound:
			p, known := d.processes[e.Process]
			return !known || len(p.over.processes) > 1
		case offtake.Released:
			p, known := d.processes[e.Process]
			return known && len(p.over.processes) > 1
		}
		p, known := d.processes[refusal.ProcessOf(e)]
		return known && p.over.subject
	})
}

// A view is how processes stand once some events have been folded.
type view struct {
	d      *Deals
	now    map[offtake.ProcessID]*refusal.Process
	opened []offtake.ProcessID
}

func (v *view) get(id offtake.ProcessID) *refusal.Process {
	if p, ok := v.now[id]; ok {
		return p
	}
	if k, ok := v.d.processes[id]; ok {
		copied := k.shown()
		v.now[id] = &copied
		return &copied
	}
	return nil
}

func (v *view) fold(a offtake.Act, e offtake.Event) {
	if e, ok := e.(offtake.ProcessOpened); ok {
		c, err := v.d.law.Contract(e.Clause, e.Version)
		if err != nil {
			return
		}
		p := refusal.New(c, a.At, e)
		v.now[e.Process], v.opened = &p, append(v.opened, e.Process)
		return
	}
	if p := v.get(refusal.ProcessOf(e)); p != nil {
		p.Fold(a.At, e)
	}
}

// of gives the processes of an opportunity, those just opened among them.
func (v *view) of(id offtake.OpportunityID) (ps []*refusal.Process) {
	if o, ok := v.d.opportunities[id]; ok {
		for _, k := range o.processes {
			ps = append(ps, v.get(k.ID))
		}
	}
	for _, pid := range v.opened {
		if p := v.now[pid]; p.Opportunity == id {
			ps = append(ps, p)
		}
	}
	return ps
}

// undecided reports whether a right that another is subject to may still take
// some of an opportunity.
func (v *view) undecided(id offtake.OpportunityID, ref offtake.ClauseRef) bool {
	return slices.ContainsFunc(v.of(id), func(p *refusal.Process) bool { return p.Contract.Ref == ref && p.Undecided() })
}

// holdBack lets a process that would owe a notice wait, as long as the right
// that its own is subject to is undecided.
func (v *view) holdBack(a offtake.Act, events []offtake.Event) []offtake.Event {
	for _, e := range events {
		v.fold(a, e)
	}
	out := slices.Clone(events)
	for i, e := range out {
		p := v.get(refusal.ProcessOf(e))
		if p == nil || p.Contract.Right.SubjectTo.IsZero() || !v.undecided(p.Opportunity, p.Contract.Right.SubjectTo) {
			continue
		}
		out[i] = p.HeldBack(e)
	}
	return out
}

// takenElsewhere withdraws from the other processes of an opportunity what a
// holder was bound to in one.
func (v *view) takenElsewhere(e offtake.Bound) (events []offtake.Event) {
	mine := v.get(e.Process)
	for _, p := range v.of(mine.Opportunity) {
		if p.Contract.Ref == mine.Contract.Ref {
			continue
		}
		for _, t := range e.Takings {
			if n := min(t.Quantity, p.Untaken()); n > 0 {
				events = append(events, offtake.Withdrawn{Process: p.ID, Quantity: n, Under: mine.Contract.Ref, Why: string(t.Party) + " took it under " + mine.Contract.Ref.String()})
			}
		}
	}
	return events
}

// givenBack restores to the other rights over an opportunity what was withdrawn from
// them for holders of one, as far as that one has let it go.
func (v *view) givenBack(a offtake.Act, e offtake.Released) (events []offtake.Event) {
	mine := v.get(e.Process)
	var held int64
	for _, p := range v.of(mine.Opportunity) {
		if p.Contract.Ref == mine.Contract.Ref {
			held += p.Held()
		}
	}
	for _, p := range v.of(mine.Opportunity) {
		if over := p.Gone(mine.Contract.Ref) - held; over > 0 && p.Contract.Ref != mine.Contract.Ref {
			events = append(events, p.Restore(a, mine.Contract.Ref, over)...)
		}
	}
	return events
}

// cleared opens what waited for another right over an opportunity that the events
// are about, for what was not taken there.
func (v *view) cleared(a offtake.Act, about []offtake.Event) (events []offtake.Event) {
	for _, p := range v.waiting(about) {
		ref := p.Contract.Right.SubjectTo
		if ref.IsZero() || p.State() != offtake.Assessing || v.undecided(p.Opportunity, ref) {
			continue
		}
		if e, ok := p.Cleared(a); ok {
			events = append(events, e)
		}
	}
	return events
}

// waiting gives the processes that may wait for another right over the
// opportunities that the events are about, as they opened.
func (v *view) waiting(about []offtake.Event) (ps []*refusal.Process) {
	var ks []*kept
	for _, e := range about {
		k, known := v.d.processes[refusal.ProcessOf(e)]
		if !known || !k.over.subject || slices.Contains(ks, k.over.processes[0]) {
			continue
		}
		ks = append(ks, k.over.processes...)
	}
	slices.SortFunc(ks, func(k, l *kept) int { return cmp.Compare(k.order, l.order) })
	for _, k := range ks {
		ps = append(ps, v.get(k.ID))
	}
	for _, id := range v.opened {
		ps = append(ps, v.now[id])
	}
	return ps
}

// meant gives an act as it concerns one process: a notice to the holders of
// several rights reaches each right's own; and a first offer, which is about what
// is needed, takes what a signature leaves out from what is offered.
func (d *Deals) meant(o *Opportunity, p *kept, a offtake.Act) offtake.Act {
	if sign, ok := a.Deed.(offtake.ThirdPartySign); ok && p.Contract.First != nil && o.Offered {
		quantity := sign.Terms.Quantity
		sign.Terms = o.Terms.Revised(sign.Terms)
		sign.Terms.Quantity = quantity
		a.Deed = sign
		return a
	}
	serve, ok := a.Deed.(offtake.NoticeServe)
	if !ok || !slices.ContainsFunc(serve.To, func(to offtake.PartyName) bool { return !p.Holds(to) }) {
		return a
	}
	var mine []offtake.PartyName
	for _, to := range serve.To {
		switch {
		case p.Holds(to):
			mine = append(mine, to)
		case !slices.ContainsFunc(d.Of(o.ID), func(q *refusal.Process) bool { return q.Holds(to) }):
			return a // a stranger: the process says so
		}
	}
	serve.To = mine
	if mine == nil {
		serve.To = []offtake.PartyName{}
	}
	a.Deed = serve
	return a
}

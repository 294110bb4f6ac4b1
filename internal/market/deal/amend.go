package deal

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// amend lets an amendment take hold of the open processes of its agreement: at
// once or, where it is sent before it holds, at its instant. It is a step of whoever
// has one in a process that it can reach; where none is open, of the agreement's
// parties.
func (d *Deals) amend(a offtake.Act, deed offtake.Amend) ([]offtake.Event, error) {
	if awaited := d.awaits(a, deed); awaited != nil && awaited.From.Equal(a.At) {
		return append(d.amended(a, deed), offtake.AmendmentHeld{
			Agreement: deed.Agreement, Amendment: deed.Amendment, Opportunity: a.Opportunity, Clause: a.Clause,
		}), nil
	}
	parties, from, err := d.law.Amends(deed)
	_, known := d.opportunities[a.Opportunity]
	switch {
	case err != nil:
		return nil, err
	case a.Opportunity != "" && !known:
		return nil, offtake.Refuse(offtake.NotFound, "opportunity %q has no offer", a.Opportunity)
	case !a.Clause.IsZero() && a.Clause.Agreement != deed.Agreement:
		return nil, offtake.Refuse(offtake.Invalid, "%s of %q names clause %s, which is of another agreement", a.Deed.Name(), deed.Agreement, a.Clause)
	}
	reached := d.amendable(a, deed)
	steps := slices.ContainsFunc(reached, func(p *refusal.Process) bool { return p.Steps(a) })
	switch {
	case len(reached) > 0 && !steps:
		return nil, offtake.Refuse(offtake.Forbidden, "%s is no step of %q in process %q under %s", a.Deed.Name(), a.By, reached[0].ID, reached[0].Contract.Ref)
	case len(reached) == 0 && !slices.Contains(parties, a.By):
		return nil, offtake.Refuse(offtake.Forbidden, "%s is no step of %q, who is no party of %q", a.Deed.Name(), a.By, deed.Agreement)
	case a.At.Before(from) && d.awaits(a, deed) != nil:
		return nil, nil // as it was sent before
	case a.At.Before(from):
		return []offtake.Event{offtake.AmendmentAwaited{
			Agreement: deed.Agreement, Amendment: deed.Amendment, Opportunity: a.Opportunity, Clause: a.Clause, By: a.By, From: from,
		}}, nil
	}
	return d.amended(a, deed), nil
}

// awaits gives the amendment of an act that was sent before it holds; nil where none was.
func (d *Deals) awaits(a offtake.Act, deed offtake.Amend) *offtake.AmendmentAwaited {
	i := slices.IndexFunc(d.awaited, func(w offtake.AmendmentAwaited) bool {
		return w.Agreement == deed.Agreement && w.Amendment == deed.Amendment && w.Opportunity == a.Opportunity && w.Clause == a.Clause
	})
	if i < 0 {
		return nil
	}
	return &d.awaited[i]
}

// held forgets an amendment that has taken hold.
func (d *Deals) held(e offtake.AmendmentHeld) {
	d.awaited = slices.DeleteFunc(d.awaited, func(w offtake.AmendmentAwaited) bool {
		return w.Agreement == e.Agreement && w.Amendment == e.Amendment && w.Opportunity == e.Opportunity && w.Clause == e.Clause
	})
}

// amendable gives the open processes that an amendment can reach.
func (d *Deals) amendable(a offtake.Act, deed offtake.Amend) (ps []*refusal.Process) {
	for _, k := range d.order {
		ref := k.Contract.Ref
		if k.Live() && ref.Agreement == deed.Agreement && (a.Clause.IsZero() || a.Clause == ref) && (a.Opportunity == "" || a.Opportunity == k.Opportunity) {
			ps = append(ps, &k.Process)
		}
	}
	return ps
}

// amended gives what follows where an amendment holds.
func (d *Deals) amended(a offtake.Act, deed offtake.Amend) (events []offtake.Event) {
	for _, p := range d.amendable(a, deed) {
		m, from, err := d.law.Amendment(p.Contract.Ref, deed)
		// One that opened under the amendment, or was put under it or a later
		// one, has nothing to be amended.
		if err != nil || !from.After(p.Contract.Version) {
			continue
		}
		events = append(events, refusal.Amended(p, a.At, m)...)
	}
	return events
}

// amendmentDue gives the act by which the amendment that is awaited next takes hold.
func amendmentDue(w offtake.AmendmentAwaited) offtake.Act {
	name := "due:" + string(w.Agreement) + ":" + string(w.Amendment) + ":" + offtake.Stamp(w.From)
	if w.Opportunity != "" {
		name += ":" + string(w.Opportunity)
	}
	if !w.Clause.IsZero() {
		name += ":" + w.Clause.String()
	}
	return offtake.Act{
		ID: offtake.ActID(name), At: w.From, By: w.By, Opportunity: w.Opportunity, Clause: w.Clause,
		Deed: offtake.Amend{Agreement: w.Agreement, Amendment: w.Amendment},
	}
}

// soonest gives the amendment that is awaited first, of those of one instant the one sent first.
func soonest(awaited []offtake.AmendmentAwaited) (first offtake.AmendmentAwaited, at time.Time) {
	for _, w := range awaited {
		if at.IsZero() || w.From.Before(at) {
			first, at = w, w.From
		}
	}
	return first, at
}

package deal

import (
	"cmp"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// Upset gives the processes whose outcome evidence may upset, as they opened: of
// those in which bringing it is a step of its party, and the act that it is about
// one of that act's, those that are decided. Playing a log anew is for who keeps it.
func (d *Deals) Upset(a, about offtake.Act) (upset []*refusal.Process, err error) {
	o, known := d.opportunities[a.Opportunity]
	switch deed := a.Deed.(offtake.Evidence); {
	case !known:
		return nil, offtake.Refuse(offtake.NotFound, "opportunity %q has no offer", a.Opportunity)
	case about.Opportunity != "" && about.Opportunity != a.Opportunity:
		return nil, offtake.Refuse(offtake.Invalid, "act %.60q is about opportunity %.60q, and the evidence about %.60q", about.ID, about.Opportunity, a.Opportunity)
	case !a.Clause.IsZero() && !about.Clause.IsZero() && a.Clause != about.Clause:
		return nil, offtake.Refuse(offtake.Invalid, "act %.60q is about %s, and the evidence about %s", about.ID, about.Clause, a.Clause)
	case !begins(about.Deed) && len(o.processes) > 0 && deed.Received.Before(o.processes[0].Opened):
		return nil, offtake.Refuse(offtake.Invalid, "evidence says that %.60q was received at %s, before there was anything to act on in opportunity %q", about.ID, offtake.Stamp(deed.Received), o.ID)
	}
	var refused error
	for _, k := range d.standing(o) {
		p := &k.Process
		switch {
		case !a.Clause.IsZero() && a.Clause != p.Contract.Ref || !about.Clause.IsZero() && about.Clause != p.Contract.Ref:
		case !p.Steps(a):
			refused = cmp.Or(refused, offtake.Refuse(offtake.Forbidden, "%s is no step of %q in process %q under %s", a.Deed.Name(), a.By, p.ID, p.Contract.Ref))
		case !p.Steps(about):
			refused = cmp.Or(refused, offtake.Refuse(offtake.Conflict, "%s was no step of %q in process %q: when it came changes nothing", about.Deed.Name(), about.By, p.ID))
		case !p.Decided():
			refused = offtake.Refuse(offtake.Conflict, "process %q is %s: nothing has been decided that evidence could upset", p.ID, p.State())
		default:
			upset = append(upset, p)
		}
	}
	if upset == nil {
		return nil, cmp.Or(refused, offtake.Refuse(offtake.NotFound, "opportunity %q has no process under %q", o.ID, cmp.Or(a.Clause, about.Clause)))
	}
	return upset, nil
}

// begins reports whether an act makes an opportunity.
func begins(d offtake.Deed) bool {
	switch d.(type) {
	case offtake.OfferReceive, offtake.OfferInvite, offtake.ProductAnnounce:
		return true
	}
	return false
}

// Flipped gives the processes of which something that somebody has relied on is
// otherwise in other deals, as they opened.
func (d *Deals) Flipped(others *Deals) (flipped []*refusal.Process) {
	for _, k := range d.order {
		if now, still := others.processes[k.ID]; k.Relied && (!still || k.Flips(&now.Process)) {
			flipped = append(flipped, &k.Process)
		}
	}
	return flipped
}

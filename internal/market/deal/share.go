package deal

import (
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// A reading of what was bought under a consent is about one opportunity, and what it
// says is about the consent: a broken share brings the right back for everything
// that is open under it, and for every offer that is received later.

// A measured share is how a consent stood when it was last measured.
type measured struct {
	windowEnd time.Time
	broken    bool
}

// Broken gives the consents whose share is broken.
func (d *Deals) Broken() (refs []offtake.ClauseRef) {
	for ref, m := range d.shares {
		if m.broken {
			refs = append(refs, ref)
		}
	}
	return refs
}

// measure keeps the reading of the window that ended last.
func (d *Deals) measure(e offtake.ShareMeasured) {
	if was, before := d.shares[e.Consent]; !before || !e.WindowEnd.Before(was.windowEnd) {
		d.shares[e.Consent] = measured{e.WindowEnd, e.Broken}
	}
}

// reading brings a reading to the opportunity it is about and, where a share is broken,
// to whatever else is open under the same consent.
func (d *Deals) reading(o *Opportunity, a offtake.Act, deed offtake.PurposeReading) ([]offtake.Event, error) {
	events, err := d.reach(o, a)
	if err != nil {
		return nil, err
	}
	said := map[offtake.ClauseRef]bool{}
	for _, k := range d.standing(o) {
		consent, share, lifted := k.LiftedBy()
		if !lifted || said[consent] || !a.Clause.IsZero() && a.Clause != k.Contract.Ref {
			continue
		}
		said[consent] = true
		_, broken := refusal.Measure(share, deed)
		events = append(events, offtake.ShareMeasured{Consent: consent, WindowEnd: k.Contract.Dates.Resolve(deed.WindowEnd), Broken: broken})
		if !broken {
			continue
		}
		for _, other := range d.order {
			if other.over == o || other.Closed || !other.Steps(a) {
				continue
			}
			if same, _, lifted := other.LiftedBy(); !lifted || same != consent {
				continue
			}
			got, err := refusal.Decide(other.Process, a, "")
			if err != nil {
				return nil, err
			}
			events = append(events, got...)
		}
	}
	return events, nil
}

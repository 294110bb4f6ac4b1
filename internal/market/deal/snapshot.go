package deal

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// A Snapshot is what Deals are restored from.
type Snapshot struct {
	Opportunities []OpportunitySnapshot
	Processes     []ProcessSnapshot // as they opened
	Received      int
	Spent         []SpentSnapshot
	Awaited       []offtake.AmendmentAwaited
	Placed        []Placed
	Shares        []ShareSnapshot
}

// An OpportunitySnapshot is an opportunity.
type OpportunitySnapshot struct {
	Opportunity Opportunity
	Subject     bool
	Number      int
}

// A ProcessSnapshot is a process without its contract, and where that is found.
type ProcessSnapshot struct {
	Process refusal.Process
	Law     int // which
	Clause  offtake.ClauseRef
	Version time.Time
}

// A SpentSnapshot is a right that is used up.
type SpentSnapshot struct {
	Clause offtake.ClauseRef
	Since  time.Time
}

// A ShareSnapshot is how a consent stood when it was measured.
type ShareSnapshot struct {
	Consent   offtake.ClauseRef
	WindowEnd time.Time
	Broken    bool
}

// Snapshot gives what the Deals are restored from. It shares with them what it may, so
// that it is of no use once more is folded. Law says of which law a contract is.
func (d *Deals) Snapshot(law func(*refusal.Contract) int) Snapshot {
	s := Snapshot{Received: d.received, Awaited: d.awaited, Placed: d.placed}
	for _, o := range d.opportunities {
		s.Opportunities = append(s.Opportunities, OpportunitySnapshot{*o, o.subject, o.number})
	}
	for _, k := range d.order {
		p := ProcessSnapshot{k.Process, law(k.Contract), k.Contract.Ref, k.Contract.Version}
		p.Process.Contract = nil
		s.Processes = append(s.Processes, p)
	}
	for ref, since := range d.spent {
		s.Spent = append(s.Spent, SpentSnapshot{ref, since})
	}
	for ref, m := range d.shares {
		s.Shares = append(s.Shares, ShareSnapshot{ref, m.windowEnd, m.broken})
	}
	return s
}

// Restore makes Deals of a snapshot. Laws are those that were in force one after the
// other, the last of them now.
func Restore(s Snapshot, laws []Law) (*Deals, error) {
	d := New(laws[len(laws)-1])
	d.received, d.awaited, d.placed = s.Received, s.Awaited, s.Placed
	slices.SortFunc(s.Opportunities, func(a, b OpportunitySnapshot) int { return cmp.Compare(a.Number, b.Number) })
	for i := range s.Opportunities {
		o := s.Opportunities[i].Opportunity
		o.subject, o.number = s.Opportunities[i].Subject, s.Opportunities[i].Number
		d.opportunities[o.ID] = &o
		d.changed(&o)
	}
	for i := range s.Processes {
		p := &s.Processes[i]
		o, known := d.opportunities[p.Process.Opportunity]
		if !known || p.Law < 0 || p.Law >= len(laws) {
			return nil, offtake.Refuse(offtake.Internal, "snapshot has process %q without its opportunity or its law", p.Process.ID)
		}
		c, err := laws[p.Law].Contract(p.Clause, p.Version)
		if err != nil {
			return nil, err
		}
		k := &kept{Process: p.Process, over: o, order: len(d.order)}
		k.Contract = c
		d.processes[k.ID] = k
		o.processes = append(o.processes, k)
		d.order = append(d.order, k)
		d.agenda.touch(k)
	}
	for _, r := range s.Spent {
		d.spent[r.Clause] = r.Since
	}
	for _, r := range s.Shares {
		d.shares[r.Consent] = measured{r.WindowEnd, r.Broken}
	}
	return d, nil
}

package refusal

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// What a process is to those that run beside it on the same opportunity.

// Holds reports whether a party sits in one of the seats.
func (p *Process) Holds(party offtake.PartyName) bool { return p.seat(party) >= 0 }

// Accepted reports whether a holder's acceptance stands, and is not fulfilled yet.
func (p *Process) Accepted() bool { return p.any(Part.accepted) }

// Undecided reports whether holders may still take some of what was offered.
func (p *Process) Undecided() bool {
	return p.any(func(q Part) bool {
		state := q.State
		if q.Paused != "" {
			state = q.Paused
		}
		return slices.Contains([]offtake.ProcessState{offtake.Assessing, offtake.NotifyDue, offtake.Deficient, offtake.Open, offtake.Allocating, offtake.IsOffered, offtake.IsAnnounced}, state)
	})
}

// Untaken gives what of the live quantity no holder has taken.
func (p *Process) Untaken() (n int64) {
	for _, q := range p.Parts {
		if q.unbound() && q.Signed == nil {
			n += q.left()
		}
	}
	return n
}

// HeldBack gives an event that would make a notice due as it is while another
// right comes first: nothing is owed yet.
func (p *Process) HeldBack(e offtake.Event) offtake.Event {
	why := "it waits until " + p.Contract.Right.SubjectTo.String() + " is cleared"
	switch e := e.(type) {
	case offtake.ProcessOpened:
		if e.State == offtake.NotifyDue {
			e.State, e.Why, e.NotifyBy = offtake.Assessing, why, time.Time{}
		}
		return e
	case offtake.TermsReplaced:
		if e.State == offtake.NotifyDue {
			e.State, e.Why, e.NotifyBy = offtake.Assessing, why, time.Time{}
		}
		return e
	}
	return e
}

// Cleared gives what follows when the right that came first is cleared: the
// process is assessed anew for what was not taken there.
func (p *Process) Cleared(a offtake.Act) (offtake.Event, bool) {
	state, why := p.Contract.assess(a.At, *p.Terms)
	if state == offtake.Assessing {
		return nil, false
	}
	e := offtake.TermsReplaced{Process: p.ID, Terms: *p.Terms, State: state, Why: why}
	if state == offtake.NotifyDue {
		e.NotifyBy = p.Contract.after(a.At, p.Contract.Right.NotifyWithin)
	}
	return e, true
}

// Together reports whether offers of two third parties count as one: they are the
// same or, where the clause says so, affiliates.
func (c *Contract) Together(one, other offtake.PartyName) bool {
	return one == other || c.Right.Aggregation.Affiliates && c.Book.Affiliated(one, other)
}

// CountsStill reports whether an offer counts with one of an instant: that is
// inside the window that began with the offer.
func (c *Contract) CountsStill(received, at time.Time) bool {
	return !passed(c.after(received, c.Right.Aggregation.Window), at)
}

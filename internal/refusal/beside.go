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

// WithdrawnAt reports whether the offer was given up at an instant.
func (p *Process) WithdrawnAt(at time.Time) bool {
	return p.any(func(q Part) bool { return q.State == offtake.IsWithdrawn && q.Since.Equal(at) && q.Under == nil })
}

// Gone gives how much is withdrawn because holders of another right took it.
func (p *Process) Gone(under offtake.ClauseRef) int64 {
	return p.sum(func(q Part) bool { return q.Under != nil && *q.Under == under })
}

// Held gives how much holders have taken, or may still take.
func (p *Process) Held() int64 {
	return p.sum(func(q Part) bool { return q.Party != "" || q.live() && q.under() != offtake.InTail })
}

// Restore says what follows when so much of what had been withdrawn under another right
// is there again: what had been released is once more, with a new time to sign; of
// what holders could still take they are asked again; and what waited for a notice
// waits again.
func (p *Process) Restore(a offtake.Act, under offtake.ClauseRef, quantity int64) []offtake.Event {
	own := *p
	own.Parts = slices.Clone(p.Parts)
	s := &step{p: &own, a: a}
	for i := 0; i < len(own.Parts) && quantity > 0; i++ {
		q := own.Parts[i]
		if q.Under == nil || *q.Under != under {
			continue
		}
		n := min(quantity, q.Quantity)
		quantity -= n
		was := len(own.Parts)
		e := offtake.Restored{Process: p.ID, Part: int64(i + 1), Quantity: n, State: q.Was, Why: "what was taken under " + under.String() + " is there again"}
		released := q.Was == offtake.InTail
		switch {
		case released || !own.Served.IsZero(): // a notice that was served meanwhile is good for it too
			e.State = offtake.Open
		case q.Was == offtake.NotifyDue:
			e.NotifyBy = own.Contract.after(a.At, own.Contract.Right.NotifyWithin)
		}
		s.follow(e)
		if e.State != offtake.Open {
			i -= was - len(own.Parts) // it is one with the rest now
			continue
		}
		if n < q.Quantity {
			i++ // behind what stays withdrawn
		}
		if released || !s.openNext(i) {
			s.release(i, "")
		}
	}
	return s.events
}

// waits begins the reason why a process is held back.
const waits = "it waits until "

// HeldBack gives an event that would make a notice due as it is while another
// right comes first: nothing is owed yet.
func (p *Process) HeldBack(e offtake.Event) offtake.Event {
	why := waits + p.Contract.Right.SubjectTo.String() + " is cleared"
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

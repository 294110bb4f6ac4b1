package refusal

import (
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
)

// Due gives the next deadline of the process as an act that nobody does. Acts
// received at its instant come before it.
func Due(p Process) (time.Time, offtake.Act, bool) {
	at, of := p.Next()
	if at.IsZero() {
		return time.Time{}, offtake.Act{}, false
	}
	name := "due:" + string(p.ID) + ":" + string(of) + ":" + offtake.Stamp(at)
	if i := p.find(func(q Part) bool { return q.Of == of && q.Paused == "" && q.Clock.By.Equal(at) }); i >= 0 {
		name += p.Parts[i].whose()
		if !at.After(p.Parts[i].Clock.From) { // over as soon as it ran, and so maybe more than once
			name += ":" + strconv.FormatInt(p.Folded, 10)
		}
	}
	return at, offtake.Act{
		ID: offtake.ActID(name),
		At: at, Clause: p.Contract.Ref, Opportunity: p.Opportunity,
		Deed: offtake.Deadline{Process: p.ID, Of: of},
	}, true
}

// whose tells apart deadlines of one kind that fall together: by the holder that
// is bound, or by the rank that is asked.
func (q Part) whose() string {
	switch {
	case q.Party != "":
		return ":" + string(q.Party)
	case q.offered():
		return ":rank-" + strconv.FormatInt(q.Offer.Rank, 10) + ":round-" + strconv.FormatInt(q.Offer.N, 10)
	}
	return ""
}

// passed reports whether a deadline is over at an instant. The zero one, which
// lies beyond what can be written, never is.
func passed(deadline, at time.Time) bool { return !deadline.IsZero() && at.After(deadline) }

// fell reports whether a deadline has fallen by an instant, its own included.
func fell(deadline, by time.Time) bool { return !deadline.IsZero() && !deadline.After(by) }

// Next gives the deadline that falls next; the zero time where none runs. Of
// those that fall together the first goes first: a window ends before the offer
// behind it expires.
func (p *Process) Next() (at time.Time, of offtake.DeadlineName) {
	sooner := func(name offtake.DeadlineName, by time.Time) {
		if !by.IsZero() && (at.IsZero() || by.Before(at)) {
			at, of = by, name
		}
	}
	if !p.Missed && !p.stopped() && p.any(in(offtake.NotifyDue, offtake.Deficient)) {
		sooner(offtake.DueNotify, p.Notify.By)
	}
	for _, q := range p.Parts {
		if q.Of != "" && q.Paused == "" {
			sooner(q.Of, q.Clock.By)
		}
	}
	sooner(offtake.DueExpires, p.expires())
	return at, of
}

// expires gives when the third party's offer is gone: not once somebody is
// bound by it, and under an irrevocable offer not before the window ends.
func (p *Process) expires() time.Time {
	if p.any(in(offtake.IsOffered)) { // the holder's own, which nobody who waits or is bound puts off
		if p.Noticed.Expires.IsZero() || p.stopped() {
			return time.Time{}
		}
		return p.Contract.Dates.Resolve(p.Noticed.Expires)
	}
	if p.Terms.Expires.IsZero() || p.Engaged || !p.Live() || p.any(Part.accepted) || p.stopped() {
		return time.Time{}
	}
	at := p.Contract.Dates.Resolve(p.Terms.Expires)
	for _, q := range p.Parts {
		switch {
		case Final(q.State):
			continue
		case q.offered() && p.Contract.Right.OfferRevocable == offtake.Irrevocable && q.Clock.By.IsZero():
			return time.Time{} // the window does not end
		case q.offered() && p.Contract.Right.OfferRevocable == offtake.Irrevocable && at.Before(q.Clock.By):
			at = q.Clock.By
		}
		if at.Before(q.Since) {
			at = q.Since // it had gone while a holder was bound
		}
	}
	return at
}

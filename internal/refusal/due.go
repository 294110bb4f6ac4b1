package refusal

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// Due gives the next deadline of the process as an act that nobody does. Acts
// received at its instant come before it.
func Due(p Process) (time.Time, offtake.Act, bool) {
	var at time.Time
	var of offtake.DeadlineName
	for _, d := range p.deadlines() {
		if !d.at.IsZero() && (at.IsZero() || d.at.Before(at)) {
			at, of = d.at, d.of
		}
	}
	if at.IsZero() {
		return time.Time{}, offtake.Act{}, false
	}
	return at, offtake.Act{
		ID: offtake.ActID("due:" + string(p.ID) + ":" + string(of) + ":" + offtake.Stamp(at)),
		At: at, Clause: p.Contract.Ref, Opportunity: p.Opportunity,
		Deed: offtake.Deadline{Process: p.ID, Of: of},
	}, true
}

// passed reports whether a deadline is over at an instant. The zero one, which
// lies beyond what can be written, never is.
func passed(deadline, at time.Time) bool { return !deadline.IsZero() && at.After(deadline) }

// fell reports whether a deadline has fallen by an instant, its own included.
func fell(deadline, by time.Time) bool { return !deadline.IsZero() && !deadline.After(by) }

type deadline struct {
	of offtake.DeadlineName
	at time.Time
}

// deadlines gives what runs now. Of those that fall together the first goes
// first: a window ends before the offer behind it expires.
func (p *Process) deadlines() []deadline {
	var ds []deadline
	if !p.Missed && p.any(in(offtake.NotifyDue, offtake.Deficient)) {
		ds = append(ds, deadline{offtake.DueNotify, p.NotifyBy})
	}
	if p.any(in(offtake.Open)) {
		ds = append(ds, deadline{offtake.DueAnswer, p.Answer})
	}
	for _, q := range p.Parts {
		switch {
		case q.State == offtake.Contracting:
			ds = append(ds, deadline{offtake.DueDefinitive, q.Definitive})
		case q.free():
			ds = append(ds, deadline{offtake.DueSignBy, q.SignBy})
		case q.signed() && !q.Signed.Overdue:
			ds = append(ds, deadline{offtake.DueCloseBy, q.Signed.CloseBy})
		}
	}
	return append(ds, deadline{offtake.DueExpires, p.expires()})
}

// expires gives when the third party's offer is gone: not once somebody is
// bound by it, and under an irrevocable offer not before the window ends.
func (p *Process) expires() time.Time {
	if p.Terms.Expires.IsZero() || p.Waiting != nil || p.any(Part.signed) {
		return time.Time{}
	}
	at := p.Contract.Dates.Resolve(p.Terms.Expires)
	for _, q := range p.Parts {
		switch {
		case q.State == offtake.Contracting || Final(q.State):
			return time.Time{}
		case q.State == offtake.Open && p.Contract.Right.OfferRevocable == offtake.Irrevocable && p.Answer.IsZero():
			return time.Time{} // the window does not end
		case q.State == offtake.Open && p.Contract.Right.OfferRevocable == offtake.Irrevocable && at.Before(p.Answer):
			at = p.Answer
		}
		if at.Before(q.Since) {
			at = q.Since // it had gone while a holder was bound
		}
	}
	return at
}

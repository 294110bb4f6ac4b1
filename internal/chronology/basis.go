package chronology

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// basis says what a deadline rests on: what the clause allows, and by which
// count of days it comes to that instant. The count is civil's own; where it
// does not give the deadline as it stands, what made it so is said instead.
func (s step) basis(n standing, ev offtake.Event) string {
	if n.Of == offtake.DueExpires {
		return s.expiry()
	}
	key, w := s.counted(n)
	words := w.Length.String() + " (" + key + " in " + s.is.Contract.Ref.String() + ")"
	if n.Of == offtake.DueDelivery {
		words += s.graceFrom(n)
	}
	count := w.Count()
	if _, ok := ev.(offtake.Extended); ok {
		return s.extended(n, words, count)
	}
	if count.Deadline.Equal(n.Clock.By) {
		return words + ", " + count.Sentence()
	}
	switch ev.(type) {
	case offtake.ClauseReplaced:
		return "kept as it was before the amendment, since " + words + " would end earlier"
	case offtake.Resumed, offtake.Determined:
		if n.Clock.Floor.Equal(n.Clock.By) {
			return words + ", kept no earlier than it was"
		}
	}
	return words
}

// extended says by whose consent a deadline was moved, and what it counts now.
func (s step) extended(n standing, words string, count civil.Count) string {
	by := ""
	if d, ok := s.act.Deed.(offtake.ExtendDeadline); ok && len(d.SignedBy) > 0 {
		by = " with the consent of " + list(d.SignedBy)
	}
	if count.Deadline.Equal(n.Clock.By) {
		return "extended" + by + " to " + words + ", " + count.Sentence()
	}
	return "extended" + by + ", beyond " + words
}

// graceFrom says what the time to deliver counts from.
func (s step) graceFrom(n standing) string {
	p := s.is
	if noticed := p.Contract.Dates.Resolve(p.Parts[n.Part].Terms.Delivery); n.Clock.From.Equal(noticed) {
		return " after the noticed delivery"
	}
	return " after the signature, since after the noticed delivery it was over"
}

// counted gives the clause's own key of what a deadline counts, and the window
// that counts it.
func (s step) counted(n standing) (key string, w civil.Window) {
	p := s.is
	w = p.Window(n.Clock)
	switch n.Of {
	case offtake.DueNotify:
		return "notify_within", w
	case refusal.DueObjection:
		w.Notice = true // it is counted from the receipt of the notice
		return "notice.objection_within", w
	case offtake.DueAnswer:
		return s.windowKey(n), w
	case offtake.DueDefinitive:
		return "definitive_within", w
	case offtake.DueDelivery:
		return "delivery_grace", w
	case offtake.DueSignBy:
		return "tail.sign_by", w
	case offtake.DueCloseBy:
		return "tail.close_by", w
	case offtake.DueHeadStart:
		return "head_start", w
	}
	return string(n.Of), w
}

// windowKey says which window of the clause the holders of a rank have.
func (s step) windowKey(n standing) string {
	p := s.is
	r := p.Parts[n.Part].Offer
	switch {
	case p.Contract.First != nil:
		return "window" // a successor has all of it again
	case r.N == 2:
		return "undersubscription"
	case p.After != "" && r.Rank <= p.LeftRank && n.Clock.Length == p.Left && p.Left != p.Contract.Right.Retrigger:
		return "what was left of the window of " + Shown(p.After)
	case p.After != "" && r.Rank <= p.LeftRank && !p.Contract.Right.Retrigger.IsZero():
		return "retrigger_window"
	case p.Contract.Right.WindowByRank != nil && p.Contract.Right.Ranks.Mode == "concurrent":
		return "the longest window of all ranks"
	case p.Contract.Right.WindowByRank != nil:
		return "window of rank " + number(r.Rank)
	}
	return "window"
}

// expiry says why the third party's offer is gone at that instant.
func (s step) expiry() string {
	p := s.is
	expires := p.Terms.Expires
	if p.State() == offtake.IsOffered {
		expires = p.Noticed.Expires // the holder's own
	}
	words := "the offer says " + expires.String()
	at := p.Contract.Dates.Resolve(expires)
	open := slices.ContainsFunc(p.Parts, func(q refusal.Part) bool {
		return under(q) == offtake.Open || under(q) == offtake.Allocating
	})
	switch {
	case p.Contract.Right.OfferRevocable == offtake.Irrevocable && open && answerBy(p).After(at):
		return words + ", and it is irrevocable until the window ends"
	case at.Before(s.act.At):
		return words + ", which passed while it could not expire"
	}
	return words
}

// answerBy gives the latest end of a window that is open.
func answerBy(p *refusal.Process) (at time.Time) {
	for _, q := range p.Parts {
		if q.Of == offtake.DueAnswer && q.Clock.By.After(at) {
			at = q.Clock.By
		}
	}
	return at
}

// stopped says for what time stands still.
func (s step) stopped() string {
	if s.is.Doubt != "" {
		return "time stands still until the question of " + Shown(s.is.Doubt) + " is answered"
	}
	return "time stands still for " + list(s.is.Causes)
}

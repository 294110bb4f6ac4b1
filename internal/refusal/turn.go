package refusal

import (
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// listed gives names as they are listed in a sentence.
func listed(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// SignBy gives until when a third party may be signed for what was released,
// the earliest where that differs; zero where nothing is.
func (p *Process) SignBy() time.Time {
	return p.earliest(func(q Part) time.Time { return q.SignBy })
}

// CloseBy gives until when what the third party signed must take effect, the
// earliest where that differs; zero where nothing is signed.
func (p *Process) CloseBy() time.Time {
	return p.earliest(func(q Part) time.Time {
		if q.Signed == nil {
			return time.Time{}
		}
		return q.Signed.CloseBy
	})
}

func (p *Process) earliest(of func(Part) time.Time) (at time.Time) {
	for _, q := range p.Parts {
		if by := of(q); q.State == offtake.InTail && !by.IsZero() && (at.IsZero() || by.Before(at)) {
			at = by
		}
	}
	return at
}

// Turn says who must or may do what next with a part, and until when; "" where
// nobody has to.
func (p *Process) Turn(q Part) string {
	grantor := string(p.Contract.Right.Grantor)
	until := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return " until " + offtake.Stamp(at)
	}
	switch q.State {
	case offtake.NotifyDue, offtake.Deficient:
		if p.Contract.First != nil {
			return grantor + " owes " + p.holders() + " an invitation" + until(p.Notify.By)
		}
	case offtake.Open:
		if p.Contract.First != nil {
			return p.holders() + " may make its offer" + until(q.Clock.By)
		}
	}
	switch q.State {
	case offtake.Assessing:
		if strings.HasPrefix(p.Why, waits) {
			return p.Why
		}
		return grantor + " says what the offer left open"
	case offtake.NotifyDue, offtake.Deficient:
		if p.Missed {
			return grantor + " owes a notice, and is late since " + offtake.Stamp(p.Notify.By)
		}
		return grantor + " owes a notice" + until(p.Notify.By)
	case offtake.Open, offtake.Allocating:
		var open []string
		for _, by := range q.Offer.Asked {
			if _, answered := q.Offer.answerOf(by); !answered {
				open = append(open, string(by))
			}
		}
		if len(open) == 0 {
			return "all have answered, and the next rank waits" + until(q.Clock.By)
		}
		return listed(open) + " may answer" + until(q.Clock.By)
	case offtake.IsOffered:
		better := ""
		if q.Of == offtake.DueAnswer {
			better = ", and " + p.holders() + " may make a better one" + until(q.Clock.By)
		}
		return grantor + " takes the offer of " + p.holders() + " or turns it down" + better
	case offtake.IsAnnounced:
		return grantor + " ships it on " + string(p.Contract.Placement.Provider) + " first"
	case offtake.InHeadStart:
		return "it stays on " + string(p.Contract.Placement.Provider) + " alone" + until(q.Clock.By)
	case offtake.IsTolled:
		return "time stands still for " + listed(p.Causes)
	case offtake.IsUndetermined, offtake.IsDisputed:
		who := "the grantor and every holder answer"
		if d := p.Contract.Right.Determiner; d != "" {
			who = string(d) + " answers"
		}
		return who + " the question of " + string(p.Doubt)
	case offtake.Contracting:
		if q.Agreed {
			return string(q.Party) + " delivers" + until(q.Clock.By)
		}
		return string(q.Party) + " and " + grantor + " sign" + until(q.Clock.By)
	case offtake.InTail:
		switch {
		case q.Signed == nil:
			return "a third party may be signed" + until(q.Clock.By)
		case q.Signed.Overdue:
			return "the third party's agreement is overdue since " + offtake.Stamp(q.Signed.CloseBy)
		}
		return "the third party's agreement takes effect" + until(q.Signed.CloseBy)
	}
	return ""
}

package refusal

import (
	"slices"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
)

// How a process stands for one of its holders, which need not know more.

// A HolderStanding is how an offer stands for a holder.
type HolderStanding struct {
	State    string    // waiting, open, answered, bound, fulfilled or over
	Quantity int64     // what it may take, is bound to or has delivered
	By       time.Time // until when it must act; zero: it need not
	Answer   string    // what it answered; "": nothing
}

// Lot gives in how many accelerators at a time an offer is taken.
func (p *Process) Lot() int64 { return p.lot() }

// Stands gives how the process stands for a holder.
func (p *Process) Stands(holder offtake.PartyName) (h HolderStanding) {
	h.State = "over"
	for _, q := range p.Parts {
		switch {
		case q.Party == holder && q.State == offtake.IsFulfilled:
			h.add("fulfilled", q.Quantity, time.Time{})
		case q.Party == holder && q.live():
			h.add("bound", q.Quantity, q.Clock.By)
		case q.Offer == nil || !q.live():
		default:
			p.asked(q, holder, &h)
		}
	}
	if i := p.seat(holder); h.State == "over" && i >= 0 && !p.Seats[i].Asked && p.Undecided() && !p.Served.IsZero() {
		h.State = "waiting" // its rank is not asked yet
	}
	return h
}

// add keeps what says most: what is bound before what is fulfilled.
func (h *HolderStanding) add(state string, quantity int64, by time.Time) {
	if h.State == state || h.State == "over" || h.State == "fulfilled" {
		if h.State != state {
			h.Quantity = 0
		}
		h.State, h.Quantity = state, h.Quantity+quantity
		if h.By.IsZero() {
			h.By = by
		}
	}
}

// asked tells of a part that is offered, or would be if time did not stand still.
func (p *Process) asked(q Part, holder offtake.PartyName, h *HolderStanding) {
	offered := q.offered() || in(offtake.Open, offtake.Allocating)(Part{State: q.Paused})
	a, answered := q.Offer.answerOf(holder)
	if answered {
		h.Answer = "refuse"
		if a.Quantity > 0 {
			h.Answer = "accept " + strconv.FormatInt(a.Quantity, 10)
		}
	}
	switch {
	case h.State != "over" || !offered || !slices.Contains(q.Offer.Asked, holder):
	case answered:
		h.State, h.Quantity = "answered", a.Quantity
	default:
		h.State, h.Quantity = "open", q.left()
		if q.offered() {
			h.By = q.Clock.By
		}
	}
}

package refusal_test

import (
	"cmp"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/refusal/refusaltest"
)

// standingsOf tells the laws how processes stand.
func standingsOf(ps []refusal.Process) []refusaltest.Standing {
	out := make([]refusaltest.Standing, 0, len(ps))
	for i := range ps {
		out = append(out, standingOf(&ps[i]))
	}
	return out
}

func standingOf(p *refusal.Process) refusaltest.Standing {
	due, _, _ := refusal.Due(*p)
	s := refusaltest.Standing{
		ID: p.ID, Clause: p.Contract.Ref, After: p.After, Left: p.Left, LeftRank: p.LeftRank, State: p.State(),
		Terms: p.Terms, Noticed: p.Noticed, Baseline: p.Baseline, Served: p.Served, NotifyBy: p.Notify.By, Due: due,
		Doubt: p.Doubt, Causes: p.Causes, Because: p.Why,
	}
	for _, seat := range p.Seats {
		s.Seats = append(s.Seats, refusaltest.SeatStanding{Party: seat.Party, Rank: seat.Rank, Asked: seat.Asked})
	}
	for _, q := range p.Parts {
		s.Parts = append(s.Parts, partStanding(q))
		s.Turns = append(s.Turns, p.Turn(q))
	}
	return s
}

func partStanding(q refusal.Part) refusaltest.PartStanding {
	s := refusaltest.PartStanding{
		Quantity: q.Quantity, State: q.State, Since: q.Since, Paused: q.Paused, Of: q.Of, From: q.Clock.From, By: q.Clock.By, Party: q.Party, SignBy: q.SignBy,
	}
	if q.Offer != nil {
		s.Asked, s.Kept = q.Offer.Asked, q.Offer.Kept
		for _, a := range q.Offer.Answers {
			s.Answers = append(s.Answers, offtake.Taking{Party: a.By, Quantity: a.Quantity})
		}
	}
	if q.Signed != nil {
		s.Signed, s.CloseBy, s.Overdue = q.Signed.Terms, q.Signed.CloseBy, q.Signed.Overdue
	}
	return s
}

// A board is a set of processes of one right over one offer, as they stand. It
// is a value: what follows from an act makes another.
type board struct {
	contract *refusal.Contract
	ps       []refusal.Process
	gone     bool // the offer was withdrawn
	now      time.Time
}

// due gives the next deadline of any process.
func (b *board) due() (at time.Time, act offtake.Act, ok bool) {
	for _, p := range b.ps {
		if t, a, some := refusal.Due(p); some && (!ok || t.Before(at)) {
			at, act, ok = t, a, true
		}
	}
	return at, act, ok
}

// decide brings an act to the processes that it reaches: of a revision and a
// withdrawal all that stand for the offer must take it, of anything else one.
func (b *board) decide(a offtake.Act) (events []offtake.Event, err error) {
	next := offtake.ProcessID("o#" + string(rune('1'+len(b.ps))))
	d, falls := a.Deed.(offtake.Deadline)
	if len(b.ps) == 0 {
		return refusal.Open(b.contract, next, a, 0)
	}
	var refused error
	taken := false
	for i := range b.ps {
		p := &b.ps[i]
		if falls && p.ID != d.Process || !p.Live() && i < len(b.ps)-1 || !b.concerns(i, a) {
			continue
		}
		got, err := b.decideIn(p, a, next)
		if err != nil {
			refused = cmp.Or(refused, err)
			continue
		}
		taken, events = true, append(events, got...)
	}
	if whole := deedIs[offtake.OfferRevise](a) || deedIs[offtake.OfferWithdraw](a); !taken || whole && refused != nil {
		return nil, refused
	}
	return events, nil
}

// concerns: a revision is of the last process that lives, and what a third party
// does of the last in which something is released.
func (b *board) concerns(i int, a offtake.Act) bool {
	last := len(b.ps) - 1
	switch {
	case deedIs[offtake.OfferRevise](a):
		return i == last || !b.ps[last].Live()
	case deedIs[offtake.ThirdPartySign](a) || deedIs[offtake.ThirdPartyClose](a):
		for n := last; n >= 0; n-- {
			if b.ps[n].Released()+b.ps[n].Signed() > 0 {
				return i == n
			}
		}
		return i == last
	}
	return true
}

func (b *board) decideIn(p *refusal.Process, a offtake.Act, next offtake.ProcessID) ([]offtake.Event, error) {
	if b.gone && (deedIs[offtake.OfferRevise](a) || deedIs[offtake.OfferWithdraw](a)) {
		return nil, offtake.Refuse(offtake.Conflict, "the offer was withdrawn")
	}
	return refusal.Decide(*p, a, next)
}

func deedIs[D offtake.Deed](a offtake.Act) bool {
	_, ok := a.Deed.(D)
	return ok
}

// after gives the board with what followed from an act.
func (b *board) after(a offtake.Act, events []offtake.Event) board {
	next := *b
	next.ps = append([]refusal.Process(nil), b.ps...)
	next.now = a.At
	for _, e := range events {
		switch e := e.(type) {
		case offtake.ProcessOpened:
			next.ps = append(next.ps, refusal.New(b.contract, a.At, e))
			continue
		case offtake.Withdrawn:
			next.gone = true
		case offtake.Accepted:
			next.gone = false
		}
		for i := range next.ps {
			if next.ps[i].ID == refusal.ProcessOf(e) {
				next.ps[i] = refusal.Apply(next.ps[i], a.At, e)
			}
		}
	}
	return next
}

package broker

import (
	"iter"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/wire"
)

// An act may have been received before the record has it: evidence says so, or it is
// written down late on another's behalf. As long as nobody has relied on the outcome,
// what is about opportunities is played anew with the act at its true instant; what was
// told, bought and placed stays. Where somebody has relied, in a process that the act is
// about or in any other whose outcome would change, nothing flips, and what is at stake
// is disputed.

// A Recall gives every entry that a State has folded, in order.
type Recall func() iter.Seq2[wire.Entry, error]

// Recalls says where the State finds what it has folded. Evidence is refused where it
// does not know.
func (s *State) Recalls(r Recall) { s.recall = r }

// DecideLate decides an act that was received before the last one, and is written down
// now by somebody else. Where nothing has been decided since that it could upset, it is
// decided as if it had come now.
func (s *State) DecideLate(a offtake.Act, received time.Time, recorder offtake.PartyName) ([]offtake.Event, error) {
	if s.market == nil || received.IsZero() || !received.Before(s.now) {
		return s.Decide(a)
	}
	about := a
	about.At = received
	evidence := offtake.Act{ID: a.ID, At: a.At, By: recorder, Clause: a.Clause, Opportunity: a.Opportunity, Deed: offtake.Evidence{Of: a.ID, Received: received}}
	upset, err := s.market.Deals().Upset(evidence, about)
	if err != nil {
		return s.Decide(a)
	}
	past, err := s.past()
	if err != nil {
		return nil, err
	}
	return s.anew(a, insert(past, dealt{act: about}), upset)
}

// evidence decides an act of evidence.
func (s *State) evidence(a offtake.Act, e offtake.Evidence) ([]offtake.Event, error) {
	switch {
	case e.Received.IsZero():
		return nil, offtake.Refuse(offtake.Invalid, "evidence does not say when the act was received")
	case e.Received.After(a.At):
		return nil, offtake.Refuse(offtake.Invalid, "evidence says that %.60q was received at %s, which is still to come", e.Of, offtake.Stamp(e.Received))
	}
	past, err := s.past()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(past, func(d dealt) bool { return d.act.ID == e.Of && !d.fixed })
	switch {
	case i < 0:
		return nil, offtake.Refuse(offtake.NotFound, "act %.60q is none that was taken about an opportunity; record one that was refused with when it was received", e.Of)
	case e.Received.Equal(past[i].act.At):
		return nil, offtake.Refuse(offtake.Invalid, "evidence says that %.60q was received at %s, which is when it stands in the record", e.Of, offtake.Stamp(e.Received))
	}
	upset, err := s.market.Deals().Upset(a, past[i].act)
	if err != nil {
		return nil, err
	}
	return s.anew(a, move(past, i, e.Received), upset)
}

// anew gives what follows from an act that counts as received where it stands in what
// was dealt, and from which processes may be upset by that.
func (s *State) anew(a offtake.Act, past []dealt, upset []*refusal.Process) ([]offtake.Event, error) {
	was := s.market.Deals()
	relied := slices.ContainsFunc(upset, func(p *refusal.Process) bool { return p.Relied })
	var log []offtake.Dated
	if !relied {
		again, played, err := replay(past, a.At)
		if err != nil {
			return nil, err
		}
		flipped := was.Flipped(again.market.Deals())
		if len(flipped) == 0 && !sameAwards(was, again.market.Deals()) {
			return nil, offtake.Refuse(offtake.Conflict, "act %.60q counts as received at %s only if an award had not been made", a.ID, offtake.Stamp(moved(a, past)))
		}
		for _, p := range flipped {
			if !slices.ContainsFunc(upset, func(u *refusal.Process) bool { return u.ID == p.ID }) {
				upset = append(upset, p)
			}
		}
		relied, log = len(flipped) > 0, played
	}
	if !relied {
		of := a.ID
		if e, is := a.Deed.(offtake.Evidence); is {
			of = e.Of
		}
		return []offtake.Event{offtake.PlayedAnew{Of: of, Received: moved(a, past), Log: log}}, nil
	}
	events := make([]offtake.Event, 0, len(upset))
	for _, p := range upset {
		events = append(events, p.Dispute())
	}
	return events, nil
}

// moved gives when an act counts as received.
func moved(a offtake.Act, past []dealt) time.Time {
	if e, is := a.Deed.(offtake.Evidence); is {
		return e.Received
	}
	i := slices.IndexFunc(past, func(d dealt) bool { return d.act.ID == a.ID })
	return past[i].act.At
}

// sameAwards reports whether as much of every opportunity was awarded in both.
func sameAwards(a, b *deal.Deals) bool {
	for _, o := range a.Opportunities() {
		other, ok := b.Opportunity(o.ID)
		if !ok || other.Awarded != o.Awarded || other.Taken != o.Taken {
			return false
		}
	}
	return true
}

// dealt is an entry that what is about opportunities depends on.
type dealt struct {
	act    offtake.Act
	fixed  bool // what followed stands, else it is decided anew
	events []offtake.Event
}

// past gives what was dealt, with every act where it counts as received. What passes by
// itself is left out: it will pass again.
func (s *State) past() ([]dealt, error) {
	if s.recall == nil {
		return nil, offtake.Refuse(offtake.NotSupported, "evidence is decided by playing the record anew, and here it is not at hand")
	}
	var all []dealt
	for e, err := range s.recall() {
		if err != nil {
			return nil, err
		}
		switch e.Act.Deed.(type) {
		case offtake.PlaceJob, offtake.FinishJob, offtake.SubmitJob, offtake.CancelJob, offtake.ClockDoubt, offtake.ClockConfirm, offtake.Deadline:
			continue
		case offtake.BookPush, offtake.BookSign, offtake.BookDrop, offtake.UsageReport, offtake.Quote, offtake.QuoteWithdraw,
			offtake.CommitmentCancel, offtake.ReservationCancel, offtake.ReservationExtend, offtake.CapacityLate, offtake.CapacityDeliver,
			offtake.PhaseOnline, offtake.CapitalCall, offtake.CapitalPay, offtake.PriceReport:
			all = append(all, dealt{e.Act, true, e.Events})
			continue
		}
		all = after(all, e)
	}
	return all, nil
}

// after gives what was dealt with an entry about an opportunity.
func after(all []dealt, e wire.Entry) []dealt {
	if e.Act.By == "" { // an amendment that took hold by itself
		return all
	}
	if len(e.Events) > 0 {
		switch first := e.Events[0].(type) {
		case offtake.PlayedAnew:
			if i := slices.IndexFunc(all, func(d dealt) bool { return d.act.ID == first.Of && !d.fixed }); i >= 0 {
				return move(all, i, first.Received)
			}
			late := e.Act
			late.At = first.Received
			return insert(all, dealt{act: late})
		case offtake.DisputeRaised: // outlives what is played anew
			return append(all, dealt{e.Act, true, e.Events})
		}
	}
	return append(all, dealt{act: e.Act})
}

// insert puts an act after those that were received by its instant.
func insert(all []dealt, d dealt) []dealt {
	to := slices.IndexFunc(all, func(other dealt) bool { return other.act.At.After(d.act.At) })
	if to < 0 {
		to = len(all)
	}
	return slices.Insert(slices.Clone(all), to, d)
}

func move(all []dealt, i int, received time.Time) []dealt {
	d := all[i]
	d.act.At = received
	return insert(slices.Delete(slices.Clone(all), i, i+1), d)
}

// replay plays what was dealt up to an instant. What is refused now is left out.
func replay(past []dealt, until time.Time) (*State, []offtake.Dated, error) {
	s := New()
	var log []offtake.Dated
	fold := func(a offtake.Act, events []offtake.Event) error {
		if of := ofDeals(a.Deed, events); of != nil {
			log = append(log, offtake.Dated{At: a.At, Events: of})
		}
		return s.Fold(&wire.Entry{Act: a, Events: events})
	}
	pass := func(before time.Time) error {
		for a, due := s.DueBefore(before); due; a, due = s.DueBefore(before) {
			events, err := s.Decide(a)
			if err != nil {
				return err
			}
			if err := fold(a, events); err != nil {
				return err
			}
		}
		return nil
	}
	for _, d := range past {
		if err := pass(d.act.At); err != nil {
			return nil, nil, err
		}
		events := d.events
		if !d.fixed {
			var err error
			if events, err = s.Decide(d.act); err != nil {
				continue
			}
		}
		if err := fold(d.act, events); err != nil {
			return nil, nil, err
		}
	}
	return s, log, pass(until)
}

// ofDeals gives of events those that deals are folded from, and of those of the book that
// a version was adopted.
func ofDeals(d offtake.Deed, events []offtake.Event) []offtake.Event {
	switch d.(type) {
	case offtake.BookPush, offtake.BookSign:
		i := slices.IndexFunc(events, func(e offtake.Event) bool { _, is := e.(offtake.BookAdopted); return is })
		if i < 0 {
			return nil
		}
		return events[i : i+1]
	case offtake.BookDrop, offtake.UsageReport, offtake.Quote, offtake.QuoteWithdraw,
		offtake.CommitmentCancel, offtake.ReservationCancel, offtake.ReservationExtend, offtake.CapacityLate, offtake.CapacityDeliver,
		offtake.PhaseOnline, offtake.CapitalCall, offtake.CapitalPay, offtake.PriceReport:
		return nil
	}
	return events
}

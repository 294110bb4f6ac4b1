package market

import (
	"slices"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/holding"
	"github.com/offtake-dev/offtake/internal/tenure"
)

// tenures are what has become of reservations and commitments since they were made.
type tenures struct {
	cancelled map[string][]tenure.Cancellation // by clause
	late      map[offtake.ReservationID]time.Time
	delivered map[offtake.ReservationID]offtake.CapacityDelivered
}

func newTenures() tenures {
	return tenures{map[string][]tenure.Cancellation{}, map[offtake.ReservationID]time.Time{}, map[offtake.ReservationID]offtake.CapacityDelivered{}}
}

func (t *tenures) apply(at time.Time, e offtake.Event) {
	cancelled := func(of string, value, fee offtake.Money) {
		if value.Currency() != "" {
			t.cancelled[of] = append(t.cancelled[of], tenure.Cancellation{At: at, Value: value, Fee: fee})
		}
	}
	switch e := e.(type) {
	case offtake.CommitmentReduced:
		cancelled(e.Commitment.String(), e.Cancelled, e.Fee)
	case offtake.ReservationReduced:
		ref, _ := clauseOf(e.Reservation)
		cancelled(ref.String(), e.Cancelled, e.Fee)
	case offtake.CapacityDelayed:
		t.late[e.Reservation] = e.Due
	case offtake.CapacityDelivered:
		delete(t.late, e.Reservation)
		t.delivered[e.Reservation] = e
	}
}

// clauseOf gives the clause by which the book itself holds a reservation.
func clauseOf(id offtake.ReservationID) (offtake.ClauseRef, bool) {
	parts := strings.Split(string(id), "/")
	if len(parts) < 2 {
		return offtake.ClauseRef{}, false
	}
	clause, _, _ := strings.Cut(parts[1], "#")
	clause, _, _ = strings.Cut(clause, "~")
	return offtake.ClauseRef{Agreement: offtake.AgreementName(parts[0]), Clause: offtake.ClauseName(clause)}, true
}

// reserved finds a reservation that the book holds, with its clause as of an instant,
// for a step that is the buyer's or its provider's.
func (s *State) reserved(a offtake.Act, id offtake.ReservationID, providers bool) (*holding.Held, offtake.ClauseRef, offtake.Reservation, error) {
	r, ok := s.held.Reservation(id)
	var body offtake.Reservation
	if !ok {
		return nil, offtake.ClauseRef{}, body, offtake.Refuse(offtake.NotFound, "reservation %q is not held", id)
	}
	p, _ := s.law.Book.Provider(r.Provider)
	if a.By != s.law.Book.Buyer && !(providers && a.By == p.Party) {
		return nil, offtake.ClauseRef{}, body, offtake.Refuse(offtake.Forbidden, "%q is not %q, whose reservation %q is", a.By, s.law.Book.Buyer, id)
	}
	ref, named := clauseOf(id)
	clause, inForce := s.law.Rights.Clause(ref, s.law.When(a.At))
	body, isOne := clause.Body.(offtake.Reservation)
	if !named || !inForce || !isOne || !slices.Contains(s.byBook, r.Reservation) && r.Of == "" {
		return nil, ref, body, offtake.Refuse(offtake.NotFound, "reservation %q is not held by a clause in force, whose terms would say how", id)
	}
	return r, ref, body, nil
}

// late says that what a reservation should hold is not there.
func (s *State) late(a offtake.Act, d offtake.CapacityLate) ([]offtake.Event, error) {
	r, _, _, err := s.reserved(a, d.Reservation, true)
	if err != nil {
		return nil, err
	}
	if _, late := s.tenures.late[d.Reservation]; late {
		return nil, nil
	}
	if _, delivered := s.tenures.delivered[d.Reservation]; delivered || s.accounts.Metered(d.Reservation) {
		return nil, offtake.Refuse(offtake.Conflict, "capacity of %q is there: it was delivered, or used", d.Reservation)
	}
	if err := s.held.GiveUp(d.Reservation, r.Quantity); err != nil {
		return nil, err
	}
	return []offtake.Event{offtake.CapacityDelayed{Reservation: d.Reservation, Due: r.From}}, nil
}

// deliver says that what was late is there.
func (s *State) deliver(a offtake.Act, d offtake.CapacityDeliver) ([]offtake.Event, error) {
	r, ref, body, err := s.reserved(a, d.Reservation, true)
	if err != nil {
		return nil, err
	}
	due, late := s.tenures.late[d.Reservation]
	switch {
	case !late:
		return nil, offtake.Refuse(offtake.Conflict, "capacity of %q is not late", d.Reservation)
	case !a.At.Before(r.Until):
		return nil, offtake.Refuse(offtake.TooLate, "reservation %q has ended at %s", d.Reservation, offtake.Stamp(r.Until))
	}
	days, damages := tenure.Delay(&body.Delivery, due, a.At, s.law.Dates(ref.Agreement))
	return []offtake.Event{offtake.CapacityDelivered{Reservation: d.Reservation, Due: due, Days: days, Damages: damages}}, nil
}

// extend prolongs a reservation by the steps of its clause.
func (s *State) extend(a offtake.Act, d offtake.ReservationExtend) ([]offtake.Event, error) {
	r, ref, body, err := s.reserved(a, d.Reservation, false)
	switch {
	case err != nil:
		return nil, err
	case body.Extend.Step.IsZero():
		return nil, offtake.Refuse(offtake.Forbidden, "reservation %q has no right to be prolonged", d.Reservation)
	case d.Steps < 0 || d.Steps > 1000:
		return nil, offtake.Refuse(offtake.Invalid, "%d steps are not from 1 to 1000", d.Steps)
	}
	until, notice := tenure.Extended(&body, r.Until, max(d.Steps, 1), s.law.Dates(ref.Agreement))
	if a.At.After(notice) {
		return nil, offtake.Refuse(offtake.TooLate, "reservation %q ends at %s, and notice of %s to prolong it was due by %s",
			d.Reservation, offtake.Stamp(r.Until), body.Extend.Notice, offtake.Stamp(notice))
	}
	return []offtake.Event{offtake.ReservationExtended{Reservation: d.Reservation, Until: until}}, nil
}

// cancelReservation gives up capacity, and with it what of a commitment stood for it.
func (s *State) cancelReservation(a offtake.Act, d offtake.ReservationCancel) ([]offtake.Event, error) {
	r, ref, body, err := s.reserved(a, d.Reservation, false)
	if err != nil {
		return nil, err
	}
	quantity := d.Quantity
	if quantity == 0 {
		quantity = r.Quantity
	}
	if quantity < 0 || !r.Until.After(a.At) {
		return nil, offtake.Refuse(offtake.Invalid, "reservation %q has ended, or %d is below zero", d.Reservation, quantity)
	}
	if err := s.held.GiveUp(d.Reservation, quantity); err != nil {
		return nil, err
	}
	cal := s.law.Dates(ref.Agreement)
	due, late := s.tenures.late[d.Reservation]
	stop := body.Delivery.LongStop
	e := offtake.ReservationReduced{Reservation: d.Reservation, Quantity: quantity, From: a.At}
	if late && !stop.IsZero() && !a.At.Before(cal.Resolve(stop)) {
		e.LongStop = true
		return append([]offtake.Event{e}, s.fallen(a.At, ref, body, quantity, due, r.Until)...), nil
	}
	// What it is worth follows from when it takes effect, and that from the notice alone.
	from, _, err := tenure.Cancel(&offtake.Cancel{Allowed: body.Cancel.Allowed, Notice: body.Cancel.Notice}, offtake.Money{}, a.At, nil, cal)
	if err != nil {
		return nil, offtake.Refuse(offtake.Forbidden, "reservation %q cannot be cancelled: %w", d.Reservation, err)
	}
	if !late && from.Before(r.From) {
		from = r.From
	}
	if !from.Before(r.Until) {
		return nil, offtake.Refuse(offtake.TooLate, "reservation %q ends at %s, before a cancellation would take effect", d.Reservation, offtake.Stamp(r.Until))
	}
	e.From, e.Cancelled = from, offtake.MoneyOf(s.law.Book.Currency, 0).Add(hours(body.Price, quantity, from, r.Until))
	if _, e.Fee, err = tenure.Cancel(&body.Cancel, e.Cancelled, a.At, s.tenures.cancelled[ref.String()], cal); err != nil {
		return nil, offtake.Refuse(offtake.Forbidden, "reservation %q cannot be cancelled: %w", d.Reservation, err)
	}
	return append([]offtake.Event{e}, s.fallen(from, ref, body, quantity, from, r.Until)...), nil
}

// hours gives what accelerators come to between two instants, by whole hours.
func hours(price offtake.Money, quantity int64, from, until time.Time) offtake.Money {
	return price.Times(quantity).Times(max(int64(until.Sub(from)/time.Hour), 0))
}

// fallen gives what falls of the commitments that stand for a reservation.
func (s *State) fallen(at time.Time, ref offtake.ClauseRef, body offtake.Reservation, quantity int64, from, until time.Time) (events []offtake.Event) {
	set := s.law.CommitmentsAt(at)
	for i := range set.All() {
		c := &set.All()[i]
		if c.Clause.Agreement != ref.Agreement || !slices.Contains(c.Terms.For, ref.Clause) {
			continue
		}
		var falls offtake.Accrual
		seconds := max(int64(until.Sub(from)/time.Second), 0)
		switch c.Terms.Measure {
		case offtake.Spend:
			falls = offtake.Accrue(body.Price, quantity*seconds)
		default:
			falls = offtake.Accrue(offtake.MoneyOf("", 1), quantity*seconds)
		}
		standing := c.Standing(s.accounts.Ledger(), at)
		if left := standing.ToTake(); falls.Cmp(left) > 0 {
			falls = left
		}
		if falls.Sign() > 0 {
			events = append(events, offtake.CommitmentReduced{Commitment: c.Clause, From: at, Measured: falls, For: offtake.ReservationID(ref.String())})
		}
	}
	return events
}

// cancelCommitment gives up a part of a commitment.
func (s *State) cancelCommitment(a offtake.Act, d offtake.CommitmentCancel) ([]offtake.Event, error) {
	if a.By != s.law.Book.Buyer {
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, whose commitments these are", a.By, s.law.Book.Buyer)
	}
	c := s.law.CommitmentsAt(a.At).Find(d.Commitment)
	if c == nil {
		return nil, offtake.Refuse(offtake.NotFound, "commitment %s is not in force", d.Commitment)
	}
	spend := c.Terms.Measure == offtake.Spend
	switch {
	case spend && (d.Amount.Currency() != s.law.Book.Currency || d.Amount.Sign() <= 0 || d.Quantity != 0):
		return nil, offtake.Refuse(offtake.Invalid, "commitment %s counts spend; say an amount of %s above zero to cancel", d.Commitment, s.law.Book.Currency)
	case !spend && (d.Quantity <= 0 || d.Amount.Currency() != ""):
		return nil, offtake.Refuse(offtake.Invalid, "commitment %s counts %s; say a quantity above zero to cancel", d.Commitment, c.Terms.Measure)
	}
	cal := s.law.Dates(d.Commitment.Agreement)
	from, fee, err := tenure.Cancel(&c.Terms.Cancel, d.Amount, a.At, s.tenures.cancelled[d.Commitment.String()], cal)
	if err != nil {
		return nil, offtake.Refuse(offtake.Forbidden, "commitment %s cannot be cancelled: %w", d.Commitment, err)
	}
	measured, most := c.Cancelled(s.accounts.Ledger(), offtake.Amount{Money: d.Amount, Quantity: d.Quantity}, a.At, from)
	if measured.Cmp(most) > 0 {
		return nil, offtake.Refuse(offtake.Invalid, "commitment %s has no more than %s left to cancel", d.Commitment, most)
	}
	return []offtake.Event{offtake.CommitmentReduced{Commitment: d.Commitment, From: from, Measured: measured, Cancelled: d.Amount, Fee: fee}}, nil
}

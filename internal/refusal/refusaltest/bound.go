package refusaltest

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// bind makes a part of each holder that got something, behind what is left.
// Where only the whole counts, less is nothing.
func (p *process) bind(q *part, kept map[offtake.PartyName]int64, left int64, at time.Time) {
	if p.t.right.AllOrNone && left > 0 {
		kept, left = nil, q.quantity
	}
	i := slices.Index(p.parts, q)
	var bound []*part
	for _, s := range p.seats {
		if n := kept[s.Party]; n > 0 {
			b := &part{quantity: n, state: offtake.Contracting, since: at, party: s.Party, delivery: p.noticed.Delivery}
			p.run(b, offtake.DueDefinitive, p.t.right.Definitive, at, false)
			bound = append(bound, b)
		}
	}
	q.quantity = left
	if left == 0 {
		p.parts = slices.Concat(p.parts[:i], bound, p.parts[i+1:])
	} else {
		p.parts = append(p.parts, bound...)
		p.release(q, at)
	}
	p.gather()
}

// release lets the third party be signed for a part. What it signed on that
// condition takes effect.
func (p *process) release(q *part, at time.Time) {
	q.move(offtake.InTail, at)
	q.signed = nil
	p.run(q, offtake.DueSignBy, p.t.right.Tail.SignBy, at, false)
	q.signBy = q.clock.by
	p.gather()
	p.takeEffect(at)
}

// bound gives the part of a holder that is bound: of the one named, or the only
// one. A holder acts for itself.
func (p *process) bound(by, party offtake.PartyName) *part {
	if p.seat(by) != nil {
		if party != "" && party != by {
			return nil
		}
		party = by
	}
	var found *part
	for _, q := range p.parts {
		if p.shown(q) != offtake.Contracting || party != "" && q.party != party {
			continue
		}
		if found != nil {
			return nil
		}
		found = q
	}
	return found
}

// some gives so much of a bound part; 0 is all of it.
func (p *process) some(q *part, n int64) *part {
	switch {
	case q == nil || n > q.quantity || n < 0:
		return nil
	case n == 0:
		return q
	case n < q.quantity && (p.t.right.Partial != offtake.InLots || n%p.lot() != 0):
		return nil
	}
	return p.split(q, n)
}

func (p *process) sign(a offtake.Act, party offtake.PartyName, n int64) Outcome {
	q := p.bound(a.By, party)
	if !p.eitherSide(a.By) || q == nil || q.agreed {
		return Rejected
	}
	if p.t.right.DeliveryGate && n != 0 && n != q.quantity {
		return Rejected // what waits for delivery is signed as a whole
	}
	if q = p.some(q, n); q == nil {
		return Rejected
	}
	if !p.t.right.DeliveryGate {
		p.fulfil(q, a.At)
		return Taken
	}
	q.agreed = true
	q.clock, q.of = nil, ""
	if !q.delivery.IsZero() {
		p.run(q, offtake.DueDelivery, p.t.right.DeliveryGrace, p.t.dates.when(q.delivery), false)
		if !q.clock.by.IsZero() && !q.clock.by.After(a.At) { // over before it signed: from the signature
			p.run(q, offtake.DueDelivery, p.t.right.DeliveryGrace, a.At, false)
		}
	}
	return Taken
}

func (p *process) deliver(a offtake.Act, party offtake.PartyName, n int64) Outcome {
	q := p.bound(a.By, party)
	if !p.eitherSide(a.By) || q == nil {
		return Rejected
	}
	if q = p.some(q, n); q == nil {
		return Rejected
	}
	p.fulfil(q, a.At)
	return Taken
}

func (p *process) fulfil(q *part, at time.Time) {
	q.move(offtake.IsFulfilled, at)
	q.agreed = false
	p.gather()
}

// fail: the holder or a regulator says that it will not be.
func (p *process) fail(a offtake.Act, party offtake.PartyName, n int64, theirs bool) Outcome {
	q := p.bound(a.By, party)
	if !theirs || q == nil {
		return Rejected
	}
	if q = p.some(q, n); q == nil {
		return Rejected
	}
	p.lapse(q, a.At)
	return Taken
}

// lapse: the first junior rank never asked opens for the part; with none it is
// released with a tail of its own.
func (p *process) lapse(q *part, at time.Time) {
	rank := int64(p.seat(q.party).Rank)
	q.party, q.agreed = "", false
	if !p.based { // a new notice is owed for the rest, and so for this
		q.state = offtake.Open
		p.deficient(at)
		return
	}
	if next := p.nextRank(&round{rank: rank}); next > 0 {
		p.openRank(q, next, at, nil, true)
		return
	}
	p.release(q, at)
}

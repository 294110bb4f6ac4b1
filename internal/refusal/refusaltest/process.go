package refusaltest

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// A process is one right's course over the offer.
type process struct {
	t  *Twin
	id string

	terms    offtake.OfferTerms
	noticed  offtake.OfferTerms // what the holders may take
	baseline offtake.OfferTerms // of the first complete notice
	based    bool

	notify  *clock // nil: no deadline
	missed  bool
	missing []offtake.Content
	objects *clock // until when what is missing may be objected to
	seats   []*seat

	rank, round int64
	after       bool             // it succeeds another
	left        offtake.Duration // of the window that ran when the other was superseded
	leftRank    int64            // whose window that was
	asked       int64            // the last rank that the one before it asked

	causes  []string
	doubt   offtake.Doubt
	revised *offtake.OfferTerms // that the doubt is about
	signing *offtake.ThirdPartySign
	waiting *signature              // signed on the condition of a release
	everBy  bool                    // a third party has signed
	waits   bool                    // what is asked about had waited for a release
	pending *offtake.ThirdPartySign // asked about and found for the grantor, while a toll stops it
	settled []offtake.OfferTerms    // found for the grantor, and not asked again
	parts   []*part

	ran       time.Time // when time ran again last
	before    []*part   // as the parts were when the offer was withdrawn
	withdrawn time.Time
}

type seat struct {
	offtake.Holder
	place int // among the holders of the clause
	asked bool
}

// A part is a quantity and its state, whatever stands still.
type part struct {
	quantity int64
	state    offtake.ProcessState
	since    time.Time
	clock    *clock
	of       offtake.DeadlineName
	round    *round
	party    offtake.PartyName // that is bound
	delivery offtake.When      // that was noticed to it
	agreed   bool              // it has signed, and must deliver
	signBy   time.Time
	signed   *signature
}

type signature struct {
	at       time.Time
	terms    offtake.OfferTerms
	quantity int64
	closeBy  time.Time
	overdue  bool
}

// A round is what holders are asked about a part.
type round struct {
	rank    int64
	further bool
	lapsed  bool // the part comes from a holder that failed
	asked   []offtake.PartyName
	answers map[offtake.PartyName]int64 // 0: passed
	kept    map[offtake.PartyName]int64 // by those asked before
}

func final(s offtake.ProcessState) bool {
	switch s {
	case offtake.NotTriggered, offtake.IsSuperseded, offtake.IsWithdrawn, offtake.IsFulfilled,
		offtake.ClosedThirdParty, offtake.IsTailExpired, offtake.IsWaived, offtake.IsBreached:
		return true
	}
	return false
}

func (p *process) live() bool {
	return slices.ContainsFunc(p.parts, func(q *part) bool { return !final(q.state) })
}

// stands reports whether time stands still for a part: a toll stops
// everything, a doubt what no holder is bound to.
func (p *process) stands(q *part) bool {
	return !final(q.state) && (len(p.causes) > 0 || p.doubt != "" && q.state != offtake.Contracting)
}

// shown gives the state a part shows.
func (p *process) shown(q *part) offtake.ProcessState {
	switch {
	case !p.stands(q):
		return q.state
	case p.doubt != "" && q.state != offtake.Contracting:
		return offtake.IsUndetermined
	}
	return offtake.IsTolled
}

// state gives the state of the whole: contracting if any part is, else a live
// one before released, else released, else that of the part that ended last.
func (p *process) state() (s offtake.ProcessState) {
	var since time.Time
	for _, q := range p.parts {
		if p.shown(q) == offtake.Contracting {
			return offtake.Contracting
		}
	}
	for _, q := range p.parts {
		shown := p.shown(q)
		if !final(shown) && shown != offtake.InTail && s != offtake.IsUndetermined { // a question outweighs a toll
			s = shown
		}
	}
	for _, q := range p.parts {
		if s == "" && p.shown(q) == offtake.InTail {
			s = offtake.InTail
		}
	}
	if s != "" {
		return s
	}
	for _, q := range p.parts {
		if !q.since.Before(since) && (s != offtake.IsBreached || q.since.After(since)) { // a breach outweighs what ended with it
			s, since = q.state, q.since
		}
	}
	return s
}

// move puts a part into a state, without what belonged to the one before.
func (q *part) move(s offtake.ProcessState, at time.Time) {
	q.state, q.since = s, at
	q.clock, q.of, q.round = nil, "", nil
}

// run starts the clock of a part. Where time stands still, so does it.
func (p *process) run(q *part, of offtake.DeadlineName, length offtake.Duration, from time.Time, notice bool) {
	q.of = of
	q.clock = &clock{from: from, length: length, notice: notice}
	p.t.days.count(q.clock)
	if p.stands(q) {
		q.clock.stops = append(q.clock.stops, span{from: p.t.now})
	}
}

// split takes so much off a part into a part of its own, behind it.
func (p *process) split(q *part, n int64) *part {
	if n == q.quantity {
		return q
	}
	q.quantity -= n
	off := *q
	off.quantity = n
	if q.clock != nil {
		c := *q.clock
		c.stops = slices.Clone(c.stops)
		off.clock = &c
	}
	i := slices.Index(p.parts, q)
	p.parts = slices.Insert(p.parts, i+1, &off)
	return &off
}

// gather makes one part of a holder's parts in one state, and of what was
// released at one instant with one time to sign.
func (p *process) gather() {
	for i := 0; i < len(p.parts); i++ {
		for j := i + 1; j < len(p.parts); j++ {
			a, b := p.parts[i], p.parts[j]
			bound := a.party != "" && a.party == b.party && a.agreed == b.agreed
			tail := a.state == offtake.InTail && a.signed == nil && b.signed == nil && a.since.Equal(b.since) && a.signBy.Equal(b.signBy)
			if a.state == b.state && (bound || tail) {
				a.quantity += b.quantity
				p.parts = slices.Delete(p.parts, j, j+1)
				j--
			}
		}
	}
}

func (p *process) seat(by offtake.PartyName) *seat {
	for _, s := range p.seats {
		if s.Party == by {
			return s
		}
	}
	return nil
}

// eitherSide: the grantor, or a holder.
func (p *process) eitherSide(by offtake.PartyName) bool {
	return by == p.t.right.Grantor || p.seat(by) != nil
}

// accepted reports whether any acceptance stands.
func (p *process) accepted() bool {
	for _, q := range p.parts {
		if q.state == offtake.Contracting {
			return true
		}
		if q.round == nil {
			continue
		}
		for _, n := range q.round.answers {
			if n > 0 {
				return true
			}
		}
		if len(q.round.kept) > 0 {
			return true
		}
	}
	return false
}

// A fall is a deadline that falls: of a part, or of the process.
type fall struct {
	of offtake.DeadlineName
	q  *part
}

// next gives the deadline that falls next.
func (p *process) next() (first time.Time, what fall) {
	sooner := func(at time.Time, f fall) {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first, what = at, f
		}
	}
	for _, q := range p.parts {
		owed := q.state == offtake.NotifyDue || q.state == offtake.Deficient
		if owed && !p.missed && p.notify.running() && !p.stands(q) {
			sooner(p.notify.by, fall{of: offtake.DueNotify})
		}
	}
	for _, q := range p.parts {
		if q.clock.running() && !p.stands(q) && q.of != "" {
			sooner(q.clock.by, fall{q.of, q})
		}
	}
	sooner(p.expires(), fall{of: offtake.DueExpires})
	return first, what
}

// expires gives when the third party's offer is gone: never once it is signed,
// or while an acceptance stands, and under an irrevocable offer not before the
// window is over.
func (p *process) expires() time.Time {
	if p.terms.Expires.IsZero() || !p.live() || p.everBy || p.accepted() || len(p.causes) > 0 || p.doubt != "" {
		return time.Time{}
	}
	at := p.t.dates.when(p.terms.Expires)
	for _, q := range p.parts {
		asked := q.state == offtake.Open || q.state == offtake.Allocating
		if asked && p.t.right.OfferRevocable == offtake.Irrevocable && q.clock.by.After(at) {
			at = q.clock.by
		}
		if q.since.After(at) && !final(q.state) {
			at = q.since // it had gone while a holder was bound
		}
	}
	if p.ran.After(at) {
		return p.ran // or while time stood still
	}
	return at
}

// when gives the instant a time stands for; a date is the start of its day.
func (d Days) when(w offtake.When) time.Time {
	if w.Date.IsZero() {
		return w.Instant
	}
	return d.at(w.Date, offtake.TimeOfDay{})
}

// fall lets a deadline fall.
func (p *process) fall(at time.Time, f fall) {
	switch f.of {
	case offtake.DueNotify:
		p.missed = true
	case offtake.DueAnswer:
		p.endRound(f.q, at)
	case offtake.DueDefinitive, offtake.DueDelivery:
		p.lapse(f.q, at)
	case offtake.DueSignBy:
		f.q.move(offtake.IsTailExpired, at)
	case offtake.DueCloseBy:
		f.q.signed.overdue = true
		f.q.of = ""
	case offtake.DueExpires:
		p.giveUp(at)
	}
}

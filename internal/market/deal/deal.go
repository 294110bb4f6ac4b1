// Package deal keeps opportunities: what was offered, the first-refusal
// processes each offer met, and how much of it was taken.
//
// An opportunity exists as soon as its offer is received, or what is needed is
// said, or a product is announced, whether or not a right is touched. Every right
// in force meets it in a process of its own: first refusals and first offers an
// offer, first offers a need, and first placements a launch. An act reaches the processes in which its
// party has that step; it is taken if any takes it. A revision or a withdrawal
// is of the one offer, so all live processes must take it, or none does.
//
// The package refuses to know what a clause covers, what may be bought, and
// what capacity is held: it asks a [Law] and tells the market.
package deal

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// A Law gives the contracts under which processes run. It is the same at every
// call for the same arguments.
type Law interface {
	// Refusals gives the clauses of the first refusals in force at an instant
	// that a party gave, in the book's order.
	Refusals(by offtake.PartyName, at time.Time) []offtake.ClauseRef
	// Ships reports whether the book has a product.
	Ships(p offtake.Product) bool
	// Receives reports whether receiving offers is a party's step.
	Receives(by offtake.PartyName) bool
	// FirstOffers and Placements give, likewise, those of the first offers and the
	// first placements in force that bind a party.
	FirstOffers(by offtake.PartyName, at time.Time) []offtake.ClauseRef
	Placements(by offtake.PartyName, at time.Time) []offtake.ClauseRef
	// Contract gives the version of a clause in force at an instant, or why it
	// cannot be carried out. The same version is the same pointer.
	Contract(ref offtake.ClauseRef, at time.Time) (*refusal.Contract, error)
	// Amends gives the parties of the agreement that an amendment is of, and from
	// when it holds.
	Amends(d offtake.Amend) (parties []offtake.PartyName, from time.Time, err error)
	// Amendment gives what an amendment means for processes of a clause and
	// from when it holds.
	Amendment(ref offtake.ClauseRef, d offtake.Amend) (refusal.Amendment, time.Time, error)
}

// An Opportunity is an offer and what became of it.
type Opportunity struct {
	ID        offtake.OpportunityID
	By        offtake.PartyName // who received the offer and grants rights over it
	Received  time.Time
	Terms     *offtake.OfferTerms // as last revised; what it points to never changes; what is needed, as long as nobody has offered it
	Invited   bool                // it began with what was needed
	Offered   bool                // a third party has offered it
	Product   offtake.Product     // that is to ship, where it is a launch and no offer
	Withdrawn bool
	Awarded   int64   // to the third party
	Taken     int64   // by a holder
	processes []*kept // as they opened

	subject bool    // a process over it is subject to another right
	number  int     // of the offers, by when they were received
	stale   bool    // what it counts for in split may have changed
	counted splitOf // where; zero: nowhere yet
}

// Left gives what nobody has taken.
func (o *Opportunity) Left() int64 { return max(o.Terms.Quantity-o.Awarded-o.Taken, 0) }

// Deals are all opportunities of a market. The zero Deals is of no use; see New.
type Deals struct {
	law           Law
	opportunities map[offtake.OpportunityID]*Opportunity
	processes     map[offtake.ProcessID]*kept
	received      int // offers, so far
	split         map[splitOf]*sums
	stale         []*Opportunity // whose count in split may have changed
	order         []*kept        // as they opened
	spent         map[offtake.ClauseRef]time.Time
	agenda        agenda
	awaited       []offtake.AmendmentAwaited // amendments that hold from later on
	ahead         ahead
	placed        []Placed
	shares        map[offtake.ClauseRef]measured
}

// A Placed product is free of a first placement: its head start is over, or it
// was excused.
type Placed struct {
	Clause  offtake.ClauseRef
	Product offtake.Product
}

// Placed gives what is free of a first placement, in the order it came to be.
func (d *Deals) Placed() []Placed { return d.placed }

// What was decided last is mostly what is folded next: the process that the
// decision has made already is kept, so that it is not made twice.
type ahead struct {
	of     *kept
	then   refusal.Process
	parts  []refusal.Part // where those of then are written
	events []offtake.Event
}

// step decides an act for a process, which stays as it was.
func (d *Deals) step(k *kept, a offtake.Act, next offtake.ProcessID) ([]offtake.Event, error) {
	h := &d.ahead
	h.of, h.then = k, k.Process
	h.then.Parts = append(h.parts[:0], k.Parts...)
	events, err := h.then.Step(a, next)
	h.parts, h.events = h.then.Parts, events
	return events, err
}

// foresaw reports whether events are just those decided last, of one process.
func (h *ahead) foresaw(events []offtake.Event) bool {
	return len(events) > 0 && len(events) == len(h.events) && &events[0] == &h.events[0] &&
		!slices.ContainsFunc(events, func(e offtake.Event) bool { return refusal.ProcessOf(e) != h.of.ID })
}

// New makes a market's deals, of which there are none yet.
func New(law Law) *Deals {
	return &Deals{
		law:           law,
		opportunities: map[offtake.OpportunityID]*Opportunity{},
		processes:     map[offtake.ProcessID]*kept{},
		spent:         map[offtake.ClauseRef]time.Time{},
		split:         map[splitOf]*sums{},
		shares:        map[offtake.ClauseRef]measured{},
	}
}

// Adopt puts another law in force. Processes keep the contracts that they have.
func (d *Deals) Adopt(law Law) { d.law, d.ahead.events = law, nil }

// Opportunity finds an opportunity. It must not be changed.
func (d *Deals) Opportunity(id offtake.OpportunityID) (*Opportunity, bool) {
	o, ok := d.opportunities[id]
	return o, ok
}

// Opportunities gives all opportunities in the order in which they were made. They
// must not be changed.
func (d *Deals) Opportunities() []*Opportunity {
	return slices.SortedFunc(maps.Values(d.opportunities), func(a, b *Opportunity) int {
		return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.ID, b.ID))
	})
}

// All gives all processes of an opportunity, as they opened. They are live: they
// must not be changed or kept.
func (d *Deals) All(id offtake.OpportunityID) (ps []*refusal.Process) {
	if o, ok := d.opportunities[id]; ok {
		for _, k := range o.processes {
			ps = append(ps, &k.Process)
		}
	}
	return ps
}

// Processes gives all processes in the order they opened, a successor after
// its predecessor.
func (d *Deals) Processes() []refusal.Process {
	out := make([]refusal.Process, 0, len(d.order))
	for _, k := range d.order {
		out = append(out, k.shown())
	}
	return out
}

// Standing gives all processes like Processes. As long as nothing more is folded
// they need not be copied, of which the caller makes sure.
func (d *Deals) Standing(still bool) []*refusal.Process {
	out := make([]*refusal.Process, 0, len(d.order))
	for _, k := range d.order {
		if p := &k.Process; still {
			out = append(out, p)
		} else {
			shown := k.shown()
			out = append(out, &shown)
		}
	}
	return out
}

// shown gives the process as it stands, whatever becomes of it later.
func (k *kept) shown() refusal.Process {
	p := k.Process
	p.Parts = slices.Clone(p.Parts)
	return p
}

// Process finds a process.
func (d *Deals) Process(id offtake.ProcessID) (refusal.Process, bool) {
	k, ok := d.processes[id]
	if !ok {
		return refusal.Process{}, false
	}
	return k.shown(), true
}

// Of gives the processes of an opportunity that stand for its offer: of each
// right the last, and before it those in which a holder is still bound. They are live:
// they must not be changed or kept.
func (d *Deals) Of(id offtake.OpportunityID) (ps []*refusal.Process) {
	o, ok := d.opportunities[id]
	if !ok {
		return nil
	}
	for _, k := range d.standing(o) {
		ps = append(ps, &k.Process)
	}
	return ps
}

func (d *Deals) standing(o *Opportunity) []*kept {
	if len(o.processes) == 1 {
		return o.processes
	}
	var ks []*kept
	for i, k := range o.processes {
		succeeded := slices.ContainsFunc(o.processes[i+1:], func(after *kept) bool { return after.Contract.Ref == k.Contract.Ref })
		if !succeeded || k.Live() {
			ks = append(ks, k)
		}
	}
	return ks
}

// Spent gives since when a right is spent.
func (d *Deals) Spent(ref offtake.ClauseRef) (since time.Time, spent bool) {
	since, spent = d.spent[ref]
	return since, spent
}

// Due gives the next deadline of any process, the one that opened first where
// several fall together.
func (d *Deals) Due() (at time.Time, act offtake.Act, ok bool) {
	k := d.agenda.next()
	if ok = k != nil; ok {
		at, act = k.at, d.agenda.deadline(k)
	}
	if next, from := soonest(d.awaited); !from.IsZero() && (!ok || !from.After(at)) {
		return from, amendmentDue(next), true
	}
	return at, act, ok
}

// Comes reports whether what is due at an instant comes before the acts that
// were received at another: deadlines come after the acts of their instant, and
// an amendment takes hold before them.
func Comes(due time.Time, act offtake.Act, before time.Time) bool {
	_, amends := act.Deed.(offtake.Amend)
	return due.Before(before) || amends && due.Equal(before)
}

// Fold folds the events of an act.
func (d *Deals) Fold(at time.Time, events []offtake.Event) {
	if !d.ahead.foresaw(events) {
		for _, e := range events {
			d.Apply(at, e)
		}
		return
	}
	k := d.ahead.of
	own := k.Parts
	k.Process, d.ahead.events = d.ahead.then, nil
	k.Parts = append(own[:0], d.ahead.then.Parts...)
	clear(own[min(len(k.Parts), len(own)):]) // nothing is kept alive by what is gone
	for _, e := range events {
		d.follow(at, k, e)
	}
}

// Apply folds an event. Events about other things change nothing.
func (d *Deals) Apply(at time.Time, e offtake.Event) {
	d.ahead.events = nil
	switch e := e.(type) {
	case offtake.OfferReceived:
		o := d.opportunities[e.Opportunity]
		if o == nil {
			o = &Opportunity{ID: e.Opportunity, By: e.By}
			d.opportunities[e.Opportunity] = o
		}
		terms := e.Terms // alone: the event need not be kept for them
		d.received++
		o.Received, o.Terms, o.Offered, o.number = at, &terms, true, d.received
		d.changed(o)
	case offtake.OfferInvited:
		d.opportunities[e.Opportunity] = &Opportunity{ID: e.Opportunity, By: e.By, Received: at, Terms: &e.Terms, Invited: true}
	case offtake.ProductAnnounced:
		d.opportunities[e.Opportunity] = &Opportunity{ID: e.Opportunity, By: e.By, Received: at, Terms: &offtake.OfferTerms{}, Product: e.Product}
	case offtake.OfferRevised:
		o := d.opportunities[e.Opportunity]
		o.Terms = &e.Terms
		d.changed(o)
	case offtake.OfferWithdrawn:
		o := d.opportunities[e.Opportunity]
		o.Withdrawn = true
		d.changed(o)
	case offtake.Awarded:
		d.opportunities[e.Opportunity].Awarded += e.Quantity
	case offtake.ProcessOpened:
		d.open(at, e)
	case offtake.AmendmentAwaited:
		d.awaited = append(d.awaited, e)
	case offtake.ShareMeasured:
		d.measure(e)
	case offtake.AmendmentHeld:
		d.held(e)
	default:
		d.applyTo(at, refusal.ProcessOf(e), e)
	}
}

func (d *Deals) open(at time.Time, e offtake.ProcessOpened) {
	c, err := d.law.Contract(e.Clause, e.Version)
	if err != nil {
		return // the book is not the one the event was decided under
	}
	o := d.opportunities[e.Opportunity]
	k := &kept{Process: refusal.New(c, at, e), over: o, order: len(d.order)}
	if k.Terms.Quantity == o.Terms.Quantity && k.Terms.SameBut(o.Terms) {
		k.Terms = o.Terms // kept once
	}
	d.processes[k.ID] = k
	o.processes = append(o.processes, k)
	d.order = append(d.order, k)
	if !c.Right.SubjectTo.IsZero() {
		o.subject = true
	}
	d.agenda.touch(k)
}

func (d *Deals) applyTo(at time.Time, id offtake.ProcessID, e offtake.Event) {
	p, ok := d.processes[id]
	if !ok {
		return
	}
	if r, ok := e.(offtake.ClauseReplaced); ok {
		if c, err := d.law.Contract(p.Contract.Ref, r.Version); err == nil {
			p.Process = p.Under(c)
		}
	}
	p.Fold(at, e)
	d.follow(at, p, e)
}

// follow keeps what else there is in step with a process that an event has changed.
func (d *Deals) follow(at time.Time, p *kept, e offtake.Event) {
	o := p.over
	switch e := e.(type) {
	case offtake.HeadStartOver:
		d.placed = append(d.placed, Placed{p.Contract.Ref, p.Product})
	case offtake.Waived:
		if p.Contract.Placement != nil {
			d.placed = append(d.placed, Placed{p.Contract.Ref, p.Product})
		}
	case offtake.Fulfilled:
		o.Taken += e.Quantity
	case offtake.Accepted:
		if o.Withdrawn { // an acceptance of the same instant came first
			o.Withdrawn = false
			d.changed(o)
		}
	case offtake.Withdrawn:
		if e.Quantity == 0 && !p.Live() {
			o.Withdrawn = true
			d.changed(o)
		}
	}
	if state := p.State(); p.Contract.Right.Survival == offtake.OneShot && (state == offtake.IsTailExpired || state == offtake.ClosedThirdParty) {
		if _, before := d.spent[p.Contract.Ref]; !before {
			d.spent[p.Contract.Ref] = at
		}
	}
	d.agenda.touch(p)
}

// name gives the nth next name of a process of an opportunity.
func (o *Opportunity) name(n int) offtake.ProcessID {
	return offtake.ProcessID(string(o.ID) + "#" + strconv.Itoa(len(o.processes)+n))
}

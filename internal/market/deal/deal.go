// Package deal keeps opportunities: what was offered, the first-refusal
// processes each offer met, and how much of it was taken.
//
// An opportunity exists as soon as its offer is received, whether or not a
// right is touched. Every first refusal in force that the buyer gave meets the
// offer in a process of its own. An act reaches the processes in which its
// party has that step; it is taken if any takes it. A revision or a withdrawal
// is of the one offer, so all live processes must take it, or none does.
//
// The package refuses to know what a clause covers, what may be bought, and
// what capacity is held: it asks a [Law] and tells the market.
package deal

import (
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
	// Contract gives the version of a clause in force at an instant, or why it
	// cannot be carried out. The same version is the same pointer.
	Contract(ref offtake.ClauseRef, at time.Time) (*refusal.Contract, error)
	// Amendment gives what an amendment means for processes of a clause and
	// from when it holds.
	Amendment(ref offtake.ClauseRef, d offtake.Amend) (refusal.Amendment, time.Time, error)
}

// An Opportunity is an offer and what became of it.
type Opportunity struct {
	ID        offtake.OpportunityID
	By        offtake.PartyName // who received the offer and grants rights over it
	Received  time.Time
	Terms     offtake.OfferTerms // as last revised
	Withdrawn bool
	Awarded   int64 // to the third party
	Taken     int64 // by a holder
	Processes []offtake.ProcessID
}

// Left gives what nobody has taken.
func (o *Opportunity) Left() int64 { return max(o.Terms.Quantity-o.Awarded-o.Taken, 0) }

// Deals are all opportunities of a market. The zero Deals is of no use; see New.
type Deals struct {
	law           Law
	opportunities map[offtake.OpportunityID]*Opportunity
	processes     map[offtake.ProcessID]*refusal.Process
	received      []offtake.OpportunityID // in the order they came
	order         []offtake.ProcessID     // as they opened
	waiting       []offtake.ProcessID     // for another right, maybe
	spent         map[offtake.ClauseRef]time.Time
	agenda        agenda
	awaited       []offtake.AmendmentAwaited // amendments that hold from later on
}

// New makes a market's deals, of which there are none yet.
func New(law Law) *Deals {
	return &Deals{
		law:           law,
		opportunities: map[offtake.OpportunityID]*Opportunity{},
		processes:     map[offtake.ProcessID]*refusal.Process{},
		spent:         map[offtake.ClauseRef]time.Time{},
	}
}

// Opportunity finds an opportunity. It must not be changed.
func (d *Deals) Opportunity(id offtake.OpportunityID) (*Opportunity, bool) {
	o, ok := d.opportunities[id]
	return o, ok
}

// Processes gives all processes in the order they opened, a successor after
// its predecessor.
func (d *Deals) Processes() []refusal.Process {
	out := make([]refusal.Process, 0, len(d.order))
	for _, id := range d.order {
		out = append(out, *d.processes[id])
	}
	return out
}

// Process finds a process.
func (d *Deals) Process(id offtake.ProcessID) (refusal.Process, bool) {
	p, ok := d.processes[id]
	if !ok {
		return refusal.Process{}, false
	}
	return *p, true
}

// Of gives the processes of an opportunity that stand for its offer: of each
// right the last, and before it those in which a holder is still bound.
func (d *Deals) Of(id offtake.OpportunityID) (ps []*refusal.Process) {
	o, ok := d.opportunities[id]
	if !ok {
		return nil
	}
	last := map[offtake.ClauseRef]offtake.ProcessID{}
	for _, pid := range o.Processes {
		last[d.processes[pid].Contract.Ref] = pid
	}
	for _, pid := range o.Processes {
		if p := d.processes[pid]; last[p.Contract.Ref] == pid || p.Live() {
			ps = append(ps, p)
		}
	}
	return ps
}

// Spent gives since when a right is spent.
func (d *Deals) Spent(ref offtake.ClauseRef) (since time.Time, spent bool) {
	since, spent = d.spent[ref]
	return since, spent
}

// Due gives the next deadline of any process, the one that opened first where
// several fall together.
func (d *Deals) Due() (time.Time, offtake.Act, bool) {
	at, act, ok := d.agenda.next()
	for _, a := range d.awaited {
		if !ok || !a.From.After(at) {
			at, ok = a.From, true
			act = offtake.Act{
				ID: offtake.ActID("due:" + string(a.Agreement) + ":" + string(a.Amendment) + ":" + offtake.Stamp(a.From)),
				At: a.From, By: a.By, Opportunity: a.Opportunity, Deed: offtake.Amend{Agreement: a.Agreement, Amendment: a.Amendment},
			}
		}
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

// Apply folds an event. Events about other things change nothing.
func (d *Deals) Apply(at time.Time, e offtake.Event) {
	switch e := e.(type) {
	case offtake.OfferReceived:
		d.received = append(d.received, e.Opportunity)
		d.opportunities[e.Opportunity] = &Opportunity{ID: e.Opportunity, By: e.By, Received: at, Terms: e.Terms}
	case offtake.OfferRevised:
		d.opportunities[e.Opportunity].Terms = e.Terms
	case offtake.OfferWithdrawn:
		d.opportunities[e.Opportunity].Withdrawn = true
	case offtake.Awarded:
		d.opportunities[e.Opportunity].Awarded += e.Quantity
	case offtake.ProcessOpened:
		d.open(at, e)
	case offtake.AmendmentAwaited:
		d.awaited = append(d.awaited, e)
	case offtake.AmendmentHeld:
		d.awaited = slices.DeleteFunc(d.awaited, func(a offtake.AmendmentAwaited) bool {
			return a.Agreement == e.Agreement && a.Amendment == e.Amendment && a.From.Equal(at)
		})
	default:
		d.applyTo(at, refusal.ProcessOf(e), e)
	}
}

func (d *Deals) open(at time.Time, e offtake.ProcessOpened) {
	c, err := d.law.Contract(e.Clause, e.Version)
	if err != nil {
		return // the book is not the one the event was decided under
	}
	p := refusal.New(c, at, e)
	d.processes[p.ID] = &p
	o := d.opportunities[e.Opportunity]
	o.Processes = append(o.Processes, p.ID)
	d.order = append(d.order, p.ID)
	d.agenda.opened(p.ID, len(d.order))
	if !c.Right.SubjectTo.IsZero() {
		d.waiting = append(d.waiting, p.ID)
	}
	d.agenda.put(&p)
}

func (d *Deals) applyTo(at time.Time, id offtake.ProcessID, e offtake.Event) {
	p, ok := d.processes[id]
	if !ok {
		return
	}
	if r, ok := e.(offtake.ClauseReplaced); ok {
		if c, err := d.law.Contract(p.Contract.Ref, r.Version); err == nil {
			*p = p.Under(c)
		}
	}
	*p = refusal.Apply(*p, at, e)
	o := d.opportunities[p.Opportunity]
	switch e := e.(type) {
	case offtake.Fulfilled:
		o.Taken += e.Quantity
	case offtake.Accepted:
		o.Withdrawn = false // an acceptance of the same instant came first
	case offtake.Withdrawn:
		o.Withdrawn = o.Withdrawn || e.Quantity == 0
	}
	if state := p.State(); p.Contract.Right.Survival == offtake.OneShot && (state == offtake.IsTailExpired || state == offtake.ClosedThirdParty) {
		if _, before := d.spent[p.Contract.Ref]; !before {
			d.spent[p.Contract.Ref] = at
		}
	}
	d.agenda.put(p)
}

// name gives the nth next name of a process of an opportunity.
func (o *Opportunity) name(n int) offtake.ProcessID {
	return offtake.ProcessID(string(o.ID) + "#" + strconv.Itoa(len(o.Processes)+n))
}

package drawdown

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// An Entry is what was charged to a commitment of one kind and service with one
// date.
type Entry struct {
	At      time.Time // when the commitment counts it
	Kind    offtake.ChargeKind
	Service string          // "": compute
	Cost    offtake.Accrual // below zero for a credit
	Used    int64           // accelerator-seconds
	Unused  int64
}

// IsZero reports whether nothing is charged.
func (e *Entry) IsZero() bool { return e.Cost.IsZero() && e.Used == 0 && e.Unused == 0 }

func (e *Entry) before(o *Entry) int { return cmp.Or(e.At.Compare(o.At), e.alike(o)) }

// alike orders entries of one date. What is bought ahead pays for what is dated alike.
func (e *Entry) alike(o *Entry) int {
	ahead := func(e *Entry) int {
		if e.Kind == offtake.ForPrepayment {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(ahead(e), ahead(o)), cmp.Compare(e.Kind, o.Kind), cmp.Compare(service(e.Service), service(o.Service)))
}

// A Ledger keeps what was charged to each commitment, by date. Its size grows with
// the number of different dates, not of charges. The zero Ledger is empty. A
// commitment that is replaced under its own name goes on from what it had drawn.
type Ledger struct {
	accounts   map[offtake.ClauseRef][]Entry // in order, each date, kind and service once
	reductions map[offtake.ClauseRef][]Reduction
	sums       map[offtake.ClauseRef]Entry // of what was charged, without credits
}

// Draw charges an entry to a commitment; one below zero takes back what was charged.
func (l *Ledger) Draw(ref offtake.ClauseRef, e Entry) {
	if l.accounts == nil {
		l.accounts, l.sums = map[offtake.ClauseRef][]Entry{}, map[offtake.ClauseRef]Entry{}
	}
	if e.Kind != offtake.ForCredit {
		sum := l.sums[ref]
		sum.Cost, sum.Used, sum.Unused = sum.Cost.Add(e.Cost), sum.Used+e.Used, sum.Unused+e.Unused
		l.sums[ref] = sum
	}
	es := l.accounts[ref]
	i, found := len(es), false
	if i > 0 && es[i-1].before(&e) >= 0 { // most come in order
		i, found = slices.BinarySearchFunc(es, e, func(a, b Entry) int { return a.before(&b) })
	}
	if !found {
		l.accounts[ref] = slices.Insert(es, i, e)
		return
	}
	es[i].Cost = es[i].Cost.Add(e.Cost)
	es[i].Used += e.Used
	es[i].Unused += e.Unused
	if es[i].IsZero() {
		l.accounts[ref] = slices.Delete(es, i, i+1)
	}
}

// Clone gives a Ledger of its own with the same content.
func (l *Ledger) Clone() Ledger {
	out := Ledger{accounts: map[offtake.ClauseRef][]Entry{}, reductions: maps.Clone(l.reductions), sums: map[offtake.ClauseRef]Entry{}}
	for ref, es := range l.accounts {
		out.accounts[ref] = slices.Clone(es)
	}
	maps.Copy(out.sums, l.sums)
	return out
}

// Reduce takes off what is committed.
func (l *Ledger) Reduce(ref offtake.ClauseRef, r Reduction) {
	if l.reductions == nil {
		l.reductions = map[offtake.ClauseRef][]Reduction{}
	}
	rs := l.reductions[ref]
	i, _ := slices.BinarySearchFunc(rs, r, func(a, b Reduction) int { return cmp.Or(a.At.Compare(b.At), -1) })
	l.reductions[ref] = slices.Insert(rs, i, r)
}

// Entries gives what was charged to a commitment, in order. They must not be changed.
func (l *Ledger) Entries(ref offtake.ClauseRef) []Entry { return l.accounts[ref] }

// A Standing says how a commitment stands at an instant: money, or
// accelerator-hours where it counts those.
//
//	Drawn + Remaining = Committed
//	Drawn + Beyond + Carried + OverCaps + PaidAhead = Charged
type Standing struct {
	Clause     offtake.ClauseRef
	Measure    offtake.Measure
	Committed  offtake.Accrual // over the whole period, less what was cancelled
	Drawn      offtake.Accrual
	Remaining  offtake.Accrual
	Beyond     offtake.Accrual // charged beyond what was promised
	Carried    offtake.Accrual // forward, and not drawn yet
	OverCaps   offtake.Accrual // of a service more than it may draw
	PaidAhead  offtake.Accrual // paid from a prepayment or a credit, whose purchase counted
	Charged    offtake.Accrual // everything
	Settled    offtake.Accrual // of Remaining: billed or lost because it was not taken in time
	Balance    offtake.Accrual // prepaid, or credit, and not used
	Prepaid    offtake.Accrual // bought as prepayment
	Ahead      time.Time       // by when the prepayment is due; zero: there is none
	Owed       offtake.Accrual // the prepayment
	Milestones []Reached
	Missed     []Missed
	Intervals  []Interval // as far as begun
}

// ToTake gives what is still to be taken.
func (s *Standing) ToTake() offtake.Accrual { return excess(s.Remaining, s.Settled) }

// A Reached milestone is what was due by an instant against what was drawn. Up
// to that instant Drawn and Short are what they are so far.
type Reached struct {
	By        time.Time
	Passed    bool
	Due       offtake.Accrual
	Drawn     offtake.Accrual // by charges dated before By
	Settled   offtake.Accrual // at milestones before
	Short     offtake.Accrual // what is missing; never negative
	Shortfall offtake.Shortfall
}

// Standing reads the ledger as of an instant, with what was cancelled by then.
func (c *Commitment) Standing(l *Ledger, at time.Time) Standing {
	return c.with(l, l.accounts[c.Clause], at)
}

// with is Standing with other entries.
func (c *Commitment) with(l *Ledger, entries []Entry, at time.Time) Standing {
	return c.counted(l, entries, at).standing(c.reducedBy(l, at), at)
}

func (c *Commitment) counted(l *Ledger, entries []Entry, at time.Time) *count {
	n := newCount(c, c.reducedBy(l, at))
	for i := range entries[:firstAfter(entries, func(e *Entry) time.Time { return e.At }, at)] {
		n.take(&entries[i])
	}
	n.until(at)
	return n
}

func (c *Commitment) reducedBy(l *Ledger, at time.Time) []Reduction {
	all := l.reductions[c.Clause]
	return all[:firstAfter(all, func(r *Reduction) time.Time { return r.At }, at)]
}

// Open reports whether a charge dated at an instant would draw.
func (c *Commitment) Open(l *Ledger, at time.Time) bool {
	return c.counted(l, l.accounts[c.Clause], at).room(at, "")
}

func firstAfter[T any](all []T, dated func(*T) time.Time, at time.Time) int {
	i, _ := slices.BinarySearchFunc(all, at, func(v T, at time.Time) int {
		if dated(&v).After(at) {
			return 1
		}
		return -1
	})
	return i
}

func (n *count) standing(reductions []Reduction, at time.Time) Standing {
	s := Standing{
		Clause: n.c.Clause, Measure: n.c.Terms.Measure,
		Committed: n.c.committed(reductions, at), Drawn: n.drawn(),
		OverCaps: n.overCaps, PaidAhead: n.paidAhead, Charged: n.charged, Settled: n.settled,
		Balance: n.balance, Prepaid: n.bought, Ahead: n.c.ahead, Milestones: n.reached, Missed: n.missed,
	}
	if !n.c.ahead.IsZero() {
		s.Owed = offtake.Accrued(n.c.Terms.Prepayment.Amount)
	}
	for i := range n.intervals {
		v := &n.intervals[i]
		if !v.Ended {
			v.Out, v.Beyond = n.c.surplus(v)
			v.Short = excess(v.open(), offtake.Accrual{})
		}
		s.Beyond = s.Beyond.Add(v.Beyond)
	}
	if v := n.current(); n.c.Terms.Carry.Rule == "forward" {
		s.Carried = v.Out
	}
	s.Remaining = s.Committed.Sub(s.Drawn)
	for i := n.milestone; i < len(n.c.due); i++ {
		m := n.c.Terms.Milestones[i]
		r := Reached{By: n.c.due[i], Due: n.c.measured(m.Amount, n.c.from, n.c.due[i]), Drawn: s.Drawn, Settled: s.Settled, Shortfall: m.Shortfall}
		r.Short = excess(r.Due, r.Drawn.Add(r.Settled))
		s.Milestones = append(s.Milestones, r)
	}
	s.Intervals = n.intervals
	return s
}

// committed gives what is promised over the whole period; where that has no end,
// in the intervals that have begun.
func (c *Commitment) committed(reductions []Reduction, at time.Time) (sum offtake.Accrual) {
	if c.Terms.Interval.IsZero() {
		sum = c.measured(c.Terms.Amount, c.from, c.until)
		for _, r := range reductions {
			sum = sum.Sub(r.Amount)
		}
		return sum
	}
	var reduced offtake.Accrual
	for i, from := 0, c.from; c.inTime(from) && (!c.until.IsZero() || i == 0 || !from.After(at)); i++ {
		next := c.starts(i + 1)
		if !c.until.IsZero() && c.until.Before(next) {
			next = c.until
		}
		for len(reductions) > 0 && !reductions[0].At.After(from) {
			reduced = reduced.Add(reductions[0].Amount)
			reductions = reductions[1:]
		}
		sum = sum.Add(c.measured(c.Terms.Amount, from, next)).Sub(reduced)
		from = next
	}
	return sum
}

// Cancelled gives an amount in the commitment's measure, and the most that may be
// cancelled: what is still to be taken of the whole, or the least that is left of an
// interval to come.
func (c *Commitment) Cancelled(l *Ledger, a offtake.Amount, at, from time.Time) (measured, most offtake.Accrual) {
	if c.Terms.Interval.IsZero() {
		s := c.Standing(l, at)
		return c.measured(a, from, c.until), s.ToTake()
	}
	next := c.from
	for i := 0; next.Before(from); i++ {
		next = c.starts(i + 1)
	}
	end := c.cal.After(next, c.Terms.Interval)
	most = c.measured(c.Terms.Amount, next, end)
	for _, r := range l.reductions[c.Clause] {
		most = most.Sub(r.Amount)
	}
	if !c.inTime(next) {
		most = offtake.Accrual{}
	}
	return c.measured(a, next, end), most
}

package drawdown

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Ledger keeps what was charged to each commitment, by the date of the charge.
// Its size grows with the number of different dates, not of charges: usage comes
// in batches by the day. The zero Ledger is empty. A commitment that is replaced
// under its own name goes on from what it had drawn.
type Ledger struct {
	accounts map[offtake.ClauseRef][]entry // by date, each once
}

type entry struct {
	at     time.Time
	amount offtake.Accrual
}

// Draw charges an amount, as Commitment.Amount gives it, to a commitment.
func (l *Ledger) Draw(ref offtake.ClauseRef, at time.Time, amount offtake.Accrual) {
	if l.accounts == nil {
		l.accounts = map[offtake.ClauseRef][]entry{}
	}
	es := l.accounts[ref]
	i, found := find(es, at)
	if found {
		es[i].amount = es[i].amount.Add(amount)
		return
	}
	l.accounts[ref] = slices.Insert(es, i, entry{at, amount})
}

func find(es []entry, at time.Time) (int, bool) {
	return slices.BinarySearchFunc(es, at, func(e entry, t time.Time) int { return e.at.Compare(t) })
}

// before gives what charges dated before t came to.
func (l *Ledger) before(ref offtake.ClauseRef, t time.Time) offtake.Accrual {
	es := l.accounts[ref]
	i, _ := find(es, t)
	return total(es[:i])
}

// upTo gives what charges dated t or before came to.
func (l *Ledger) upTo(ref offtake.ClauseRef, t time.Time) offtake.Accrual {
	es := l.accounts[ref]
	i, found := find(es, t)
	if found {
		i++
	}
	return total(es[:i])
}

func total(es []entry) (sum offtake.Accrual) {
	for _, e := range es {
		sum = sum.Add(e.amount)
	}
	return sum
}

// A Standing says how a commitment stands at an instant: money, or
// accelerator-hours where it counts those. Drawn + Remaining = Committed, and
// Drawn + Beyond is everything charged to it.
type Standing struct {
	Clause     offtake.ClauseRef
	Measure    offtake.Measure
	Committed  offtake.Accrual
	Drawn      offtake.Accrual
	Remaining  offtake.Accrual
	Beyond     offtake.Accrual
	Milestones []Reached
}

// A Reached milestone is what was due by an instant against what was drawn. Up
// to that instant Drawn and Short are what they are so far.
type Reached struct {
	By        time.Time
	Passed    bool
	Due       offtake.Accrual
	Drawn     offtake.Accrual // by charges dated before By
	Short     offtake.Accrual // what is missing; never negative
	Shortfall offtake.Shortfall
}

// Standing reads the ledger as of an instant.
func (c *Commitment) Standing(l *Ledger, at time.Time) Standing {
	charged := l.upTo(c.Clause, at)
	s := Standing{
		Clause:    c.Clause,
		Measure:   c.Terms.Measure,
		Committed: c.measured(c.Terms.Amount),
	}
	s.Beyond = excess(charged, s.Committed)
	s.Drawn = charged.Sub(s.Beyond)
	s.Remaining = s.Committed.Sub(s.Drawn)
	for i, m := range c.Terms.Milestones {
		s.Milestones = append(s.Milestones, c.reached(l, m, c.due[i], at))
	}
	return s
}

func (c *Commitment) reached(l *Ledger, m offtake.Milestone, by, at time.Time) Reached {
	r := Reached{By: by, Passed: !at.Before(by), Due: c.measured(m.Amount), Shortfall: m.Shortfall}
	if r.Passed {
		r.Drawn = l.before(c.Clause, by)
	} else {
		r.Drawn = l.upTo(c.Clause, at)
	}
	r.Short = excess(r.Due, r.Drawn)
	return r
}

// excess gives how much a is more than b, or zero.
func excess(a, b offtake.Accrual) offtake.Accrual {
	if d := a.Sub(b); d.Sign() > 0 {
		return d
	}
	return offtake.Accrual{}
}

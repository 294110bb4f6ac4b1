package drawdown

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// An Interval is a part of a commitment's period for which an amount is owed: all
// of it, a year, a month or an hour.
type Interval struct {
	From, Until time.Time       // Until is not inside; zero: no end
	Amount      offtake.Accrual // owed, less what was cancelled, and with what an extension left of the one before
	In          offtake.Accrual // carried into it
	Counted     offtake.Accrual // of what was charged in it: not over a cap, not paid ahead
	Settled     offtake.Accrual // of its amount: billed or lost at milestones within it
	Short       offtake.Accrual // missing at its end; never negative
	Out         offtake.Accrual // carried out of it
	Beyond      offtake.Accrual
	Ended       bool
}

// Drawn gives what was drawn of the interval's amount.
func (v *Interval) Drawn() offtake.Accrual { return least(v.Counted.Add(v.In), v.Amount) }

// open gives what must still be taken, below zero where more was.
func (v *Interval) open() offtake.Accrual {
	return v.Amount.Sub(v.In).Sub(v.Settled).Sub(v.Counted)
}

// A count follows one commitment through time. What falls due at an instant comes
// before what is dated at it, and after what is dated before.
type count struct {
	c          *Commitment
	reductions []Reduction
	reduced    offtake.Accrual // of the amount of each interval to come

	now       time.Time
	intervals []Interval // as far as begun
	services  map[string]offtake.Accrual
	milestone int // the next

	charged, overCaps, paidAhead, balance offtake.Accrual
	bought                                offtake.Accrual // prepayments
	drawnEnded                            offtake.Accrual // of intervals that have ended
	settled                               offtake.Accrual
	missed                                []Missed
	reached                               []Reached
}

// A Missed amount is what was promised and not taken by an instant.
type Missed struct {
	At        time.Time
	Milestone bool // of a milestone, not of an interval's end
	Amount    offtake.Accrual
	As        offtake.Shortfall
}

// A Reduction takes off what is committed: it was cancelled, or fell with what it
// was for. Of a commitment with intervals it is off each that begins from At on.
type Reduction struct {
	At     time.Time
	Amount offtake.Accrual // in the commitment's measure
}

func newCount(c *Commitment, reductions []Reduction) *count {
	n := &count{c: c, reductions: reductions, services: map[string]offtake.Accrual{}}
	n.begin(c.from)
	return n
}

// begin begins the next interval.
func (n *count) begin(from time.Time) {
	v := Interval{From: from, Until: n.end(len(n.intervals), from)}
	for len(n.reductions) > 0 && !n.c.Terms.Interval.IsZero() && !n.reductions[0].At.After(from) {
		n.reduced = n.reduced.Add(n.reductions[0].Amount)
		n.reductions = n.reductions[1:]
	}
	if n.c.inTime(from) {
		v.Amount = n.c.measured(n.c.Terms.Amount, v.From, v.Until).Sub(n.reduced)
	}
	if len(n.intervals) > 0 {
		was := &n.intervals[len(n.intervals)-1]
		v.In = was.Out
		if n.c.Terms.Carry.Rule == "extend" {
			v.Amount = v.Amount.Add(was.Short)
		}
	}
	clear(n.services)
	n.intervals = append(n.intervals, v)
}

// end gives when the interval that begins at an instant ends.
func (n *count) end(index int, from time.Time) time.Time {
	until := n.c.until
	switch {
	case !n.c.inTime(from):
		return n.c.extended()
	case n.c.Terms.Interval.IsZero():
		return until
	}
	if end := n.c.starts(index + 1); until.IsZero() || end.Before(until) {
		return end
	}
	return until
}

// starts gives when an interval begins, counted from the period's beginning so
// that months do not drift.
func (c *Commitment) starts(index int) time.Time {
	d := c.Terms.Interval
	if d.Unit == offtake.Elapsed {
		return c.from.Add(time.Duration(index) * d.Time)
	}
	d.Count *= index
	return c.cal.After(c.from, d)
}

func (n *count) current() *Interval { return &n.intervals[len(n.intervals)-1] }

// until lets pass what falls due by an instant.
func (n *count) until(at time.Time) {
	for {
		due, what := n.next()
		if what == nil || due.After(at) {
			break
		}
		what()
	}
	if at.After(n.now) {
		n.now = at
	}
}

// next gives what falls due next; of what falls due together a milestone comes first.
func (n *count) next() (due time.Time, what func()) {
	if n.milestone < len(n.c.due) {
		due, what = n.c.due[n.milestone], n.pass
	}
	if v := n.current(); !v.Until.IsZero() && !v.Ended && (what == nil || v.Until.Before(due)) {
		due, what = v.Until, n.finish
	}
	if len(n.reductions) > 0 && n.c.Terms.Interval.IsZero() && (what == nil || n.reductions[0].At.Before(due)) {
		due, what = n.reductions[0].At, n.reduce
	}
	return due, what
}

// reduce takes off what is cancelled. What is left of it in the one interval
// cannot be more than that.
func (n *count) reduce() {
	v := n.current()
	v.Amount = v.Amount.Sub(n.reductions[0].Amount)
	n.reductions = n.reductions[1:]
}

// pass lets a milestone pass.
func (n *count) pass() {
	m := n.c.Terms.Milestones[n.milestone]
	r := Reached{
		By: n.c.due[n.milestone], Passed: true, Due: n.c.measured(m.Amount, n.c.from, n.c.due[n.milestone]),
		Drawn: n.drawn(), Settled: n.settled, Shortfall: m.Shortfall,
	}
	r.Short = excess(r.Due, r.Drawn.Add(r.Settled))
	n.reached = append(n.reached, r)
	n.milestone++
	if m.Shortfall != "" && r.Short.Sign() > 0 {
		n.miss(r.By, r.Short, m.Shortfall, true)
		v := n.current()
		v.Settled = v.Settled.Add(r.Short)
	}
}

// miss writes down what was not taken, and what becomes of it.
func (n *count) miss(at time.Time, short offtake.Accrual, as offtake.Shortfall, milestone bool) {
	n.missed = append(n.missed, Missed{At: at, Milestone: milestone, Amount: short, As: as})
	n.settled = n.settled.Add(short)
	if as == offtake.PrepayCredit {
		n.balance = n.balance.Add(short)
	}
}

// finish ends an interval and begins the next one.
func (n *count) finish() {
	v := n.current()
	v.Ended = true
	v.Short = excess(v.open(), offtake.Accrual{})
	v.Out, v.Beyond = n.c.surplus(v)
	n.drawnEnded = n.drawnEnded.Add(v.Drawn())
	extends := n.c.Terms.Carry.Rule == "extend" && n.c.inTime(v.From)
	if v.Short.Sign() > 0 && !extends {
		n.miss(v.Until, v.Short, n.c.Terms.Shortfall, false)
	}
	if extends && v.Short.Sign() > 0 || n.c.inTime(v.Until) {
		n.begin(v.Until)
	}
}

// surplus gives what an interval carries forward, and what is beyond that.
func (c *Commitment) surplus(v *Interval) (out, beyond offtake.Accrual) {
	beyond = excess(v.Counted.Add(v.In), v.Amount)
	if c.Terms.Carry.Rule == "forward" {
		out = least(beyond, c.mostForward(v))
	}
	return out, beyond.Sub(out)
}

// mostForward gives the most that may be carried out of an interval.
func (c *Commitment) mostForward(v *Interval) offtake.Accrual {
	return c.measured(c.Terms.Amount, v.From, v.Until).Share(c.Terms.Carry.Cap)
}

// take counts a line dated at or after all that was counted before.
func (n *count) take(e *Entry) {
	n.until(e.At)
	amount := n.c.Amount(e)
	n.charged = n.charged.Add(amount)
	v := n.current()
	switch {
	case e.Kind == offtake.ForPrepayment:
		n.bought, n.balance = n.bought.Add(amount), n.balance.Add(amount)
	case n.balance.Sign() > 0 && amount.Sign() > 0:
		paid := least(amount, n.balance)
		n.balance, n.paidAhead = n.balance.Sub(paid), n.paidAhead.Add(paid)
		amount = amount.Sub(paid)
	}
	over := n.overCap(v, e, amount)
	n.overCaps = n.overCaps.Add(over)
	v.Counted = v.Counted.Add(amount.Sub(over))
}

// overCap gives what of an amount is more than its service may draw in the
// interval, and counts the rest against that.
func (n *count) overCap(v *Interval, e *Entry, amount offtake.Accrual) offtake.Accrual {
	most, capped := n.c.cap(v, e.Service)
	if !capped || e.Kind == offtake.ForPrepayment {
		return offtake.Accrual{}
	}
	was := n.services[service(e.Service)]
	n.services[service(e.Service)] = was.Add(amount)
	return excess(was.Add(amount), most).Sub(excess(was, most))
}

// cap gives the most that a service may draw of an interval.
func (c *Commitment) cap(v *Interval, of string) (offtake.Accrual, bool) {
	for _, k := range c.Terms.Caps {
		if k.Service == service(of) {
			return c.measured(c.Terms.Amount, v.From, v.Until).Share(k.AtMost), true
		}
	}
	return offtake.Accrual{}, false
}

// room reports whether a charge of a service, dated at an instant no earlier than
// what was counted, would draw.
func (n *count) room(at time.Time, of string) bool {
	n.until(at)
	v := n.current()
	switch {
	case v.Ended:
		return false
	case n.balance.Sign() > 0:
		return true
	}
	if most, capped := n.c.cap(v, of); capped && n.services[service(of)].Cmp(most) >= 0 {
		return false
	}
	open := v.open()
	if n.c.Terms.Carry.Rule == "forward" {
		open = open.Add(n.c.mostForward(v))
	}
	return open.Sign() > 0
}

// drawn gives what was drawn of the whole.
func (n *count) drawn() offtake.Accrual {
	if v := n.current(); !v.Ended {
		return n.drawnEnded.Add(v.Drawn())
	}
	return n.drawnEnded
}

func least(a, b offtake.Accrual) offtake.Accrual {
	if a.Cmp(b) <= 0 {
		return a
	}
	return b
}

// excess gives how much a is more than b, or zero.
func excess(a, b offtake.Accrual) offtake.Accrual {
	if d := a.Sub(b); d.Sign() > 0 {
		return d
	}
	return offtake.Accrual{}
}

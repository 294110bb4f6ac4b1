package drawdown

import (
	"maps"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// day is what a pace counts by.
const day = 24 * time.Hour

// Daily gives what was charged to a commitment on each of the days that end with the
// one that an instant ends, the first first: money or accelerator-hours.
func (c *Commitment) Daily(l *Ledger, at time.Time, days int) []offtake.Accrual {
	out := make([]offtake.Accrual, days)
	from := at.Add(-time.Duration(days) * day)
	for _, e := range l.accounts[c.Clause] {
		if e.At.Before(from) || !e.At.Before(at) || e.Kind == offtake.ForPrepayment {
			continue
		}
		i := int(e.At.Sub(from) / day)
		out[i] = out[i].Add(c.Amount(&e))
	}
	return out
}

// Pace is how charges go on: what is charged on the day that begins at an instant.
type Pace func(from time.Time) offtake.Accrual

// present is how many days the present pace is taken over.
const present = 28

// Present goes on as in the last 28 days, or in those there were.
func Present(daily []offtake.Accrual) Pace {
	daily = begun(daily)
	daily = daily[max(0, len(daily)-present):]
	var sum offtake.Accrual
	for _, d := range daily {
		sum = sum.Add(d)
	}
	each := sum.Share(offtake.Percent(int64(offtake.One) / max(1, int64(len(daily)))))
	return func(time.Time) offtake.Accrual { return each }
}

// Seasonal goes on by weekdays: each as on average in the last eight weeks. Daily ends
// with the day that an instant ends.
func Seasonal(daily []offtake.Accrual, at time.Time) Pace {
	daily = begun(daily)
	var sums [7]offtake.Accrual
	var n [7]int64
	for i := range min(len(daily), 56) {
		weekday := at.Add(-time.Duration(i+1) * day).UTC().Weekday()
		sums[weekday] = sums[weekday].Add(daily[len(daily)-1-i])
		n[weekday]++
	}
	for d := range sums {
		sums[d] = sums[d].Share(offtake.Percent(int64(offtake.One) / max(1, n[d])))
	}
	return func(from time.Time) offtake.Accrual { return sums[from.UTC().Weekday()] }
}

// begun leaves out the days before the first charge.
func begun(daily []offtake.Accrual) []offtake.Accrual {
	i := slices.IndexFunc(daily, func(a offtake.Accrual) bool { return !a.IsZero() })
	if i < 0 {
		return nil
	}
	return daily[i:]
}

// A Forecast is what a commitment comes to at a pace.
type Forecast struct {
	End   Standing
	Met   time.Time // zero: it is not met
	Level []Drawn   // at the instants that were asked for
}

// Drawn is how much was drawn by an instant.
type Drawn struct {
	At     time.Time
	Amount offtake.Accrual
}

// A Projection goes on from how a commitment stands at an instant.
type Projection struct {
	Standing Standing
	base     *count
	ledger   *Ledger
	at       time.Time
}

// Project reads the ledger once, to go on from there in several ways.
func (c *Commitment) Project(l *Ledger, at time.Time) *Projection {
	n := c.counted(l, l.accounts[c.Clause], at)
	return &Projection{n.clone().standing(c.reducedBy(l, at), at), n, l, at}
}

// clone gives a count that goes on by itself.
func (n *count) clone() *count {
	out := *n
	out.intervals, out.services = slices.Clone(n.intervals), maps.Clone(n.services)
	out.missed, out.reached = slices.Clip(n.missed), slices.Clip(n.reached)
	return &out
}

// Forecast goes on from an instant to the end of the commitment at a pace. Levels are
// given at instants, in order.
func (c *Commitment) Forecast(l *Ledger, at time.Time, pace Pace, levels []time.Time) Forecast {
	return c.Project(l, at).Forecast(pace, levels)
}

// Forecast goes on to the end of the commitment at a pace. Levels are given at
// instants, in order.
func (p *Projection) Forecast(pace Pace, levels []time.Time) (f Forecast) {
	n, l, at := p.base.clone(), p.ledger, p.at
	c := n.c
	end := c.until
	if x := c.extended(); !x.IsZero() {
		end = x
	}
	if end.IsZero() {
		end = at.AddDate(1, 0, 0)
	}
	whole := c.committed(c.reducedBy(l, at), at)
	met := func(t time.Time) {
		if f.Met.IsZero() && n.drawn().Cmp(whole) >= 0 {
			f.Met = t
		}
	}
	met(at)
	for from := at; from.Before(end); from = from.Add(day) {
		ends := from.Add(day)
		if ends.After(end) {
			ends = end
		}
		for len(levels) > 0 && levels[0].Before(ends) {
			f.Level = append(f.Level, Drawn{levels[0], n.drawn()})
			levels = levels[1:]
		}
		charge := pace(from)
		if ends.Sub(from) < day {
			charge = charge.Share(offtake.Percent(int64(offtake.One) * int64(ends.Sub(from)/time.Second) / int64(day/time.Second)))
		}
		e := Entry{At: ends.Add(-1), Cost: charge}
		if c.InHours() {
			e = Entry{At: ends.Add(-1), Used: int64(charge.Ratio(offtake.Accrue(hour, 1)))}
		}
		n.take(&e)
		met(ends)
	}
	n.until(end)
	f.End = n.standing(c.reducedBy(l, at), at)
	for _, t := range levels {
		f.Level = append(f.Level, Drawn{t, n.drawn()})
	}
	return f
}

// Series gives how much was drawn by each of several instants, in order.
func (c *Commitment) Series(l *Ledger, at []time.Time) (out []Drawn) {
	if len(at) == 0 {
		return nil
	}
	n := newCount(c, c.reducedBy(l, at[len(at)-1]))
	entries := l.accounts[c.Clause]
	for _, t := range at {
		for len(entries) > 0 && !entries[0].At.After(t) {
			n.take(&entries[0])
			entries = entries[1:]
		}
		n.until(t)
		out = append(out, Drawn{t, n.drawn()})
	}
	return out
}

// LastDay gives the last instant from which what is still to be taken can be, drawing
// no more than so much a day from then on, and at a pace until then; false where it
// cannot even from an instant on.
func (c *Commitment) LastDay(l *Ledger, at time.Time, pace Pace, most offtake.Accrual) (time.Time, bool) {
	return c.Project(l, at).LastDay(pace, most)
}

// LastDay is that of the commitment.
func (p *Projection) LastDay(pace Pace, most offtake.Accrual) (time.Time, bool) {
	c, at := p.base.c, p.at
	if c.until.IsZero() || !c.until.After(at) {
		return time.Time{}, false
	}
	left := p.Standing.ToTake()
	days := int64(c.until.Sub(at) / day)
	fits := func(left offtake.Accrual, n int64) bool { return least(left, Times(most, n)).Cmp(left) == 0 }
	if !fits(left, days) {
		return time.Time{}, false
	}
	last := at
	for from := at; from.Before(c.until); from = from.Add(day) {
		left = left.Sub(pace(from))
		if left.Sign() <= 0 {
			return c.until, true
		}
		if days--; !fits(left, days) {
			break
		}
		last = from.Add(day)
	}
	return last, true
}

// Times gives a times n, which is not below zero.
func Times(a offtake.Accrual, n int64) (sum offtake.Accrual) {
	for bit := int64(1) << 40; bit > 0; bit >>= 1 {
		sum = sum.Add(sum)
		if n&bit != 0 {
			sum = sum.Add(a)
		}
	}
	return sum
}

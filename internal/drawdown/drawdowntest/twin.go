// Package drawdowntest has the dumb twin of package drawdown: days and whole numbers
// of cents or accelerator-seconds, one charge after the other, everything gone through
// again for each question. It knows the words and nothing else.
package drawdowntest

import (
	"cmp"
	"slices"

	"github.com/offtake-dev/offtake"
)

// A Charge is dated on a day from 0.
type Charge struct {
	ID       string // orders charges of one day, kind and service
	Day      int
	Invoiced int // -1: not
	Kind     offtake.ChargeKind
	Service  string
	Provider offtake.ProviderName
	Purpose  offtake.Purpose
	For      offtake.ClauseRef
	Amount   int64 // in the one measure of all commitments; below zero for a credit
}

// A Commitment is one whose dates are days from 0.
type Commitment struct {
	Clause      offtake.ClauseRef
	Terms       offtake.Commitment
	From, Until int
	Length      int // of an interval; 0: the whole period
	Due         []int
	Amount      int64
	Milestones  []int64
}

// A Standing is how a commitment stands.
type Standing struct {
	Committed, Drawn, Beyond, Carried, OverCaps, PaidAhead, Settled, Balance int64
	Missed                                                                   []Missed
}

// A Missed amount is what was not taken by a day.
type Missed struct {
	Day    int
	Amount int64
}

// Stand gives how commitments stand at the end of a day, with all charges dated by
// then.
func Stand(all []Commitment, charges []Charge, day int) map[offtake.ClauseRef]Standing {
	t := twin{}
	for _, c := range all {
		t.of = append(t.of, &following{Commitment: c, services: map[string]int64{}})
	}
	slices.SortFunc(t.of, func(a, b *following) int {
		return cmp.Or(cmp.Compare(a.Terms.Order, b.Terms.Order), cmp.Compare(a.Clause.String(), b.Clause.String()))
	})
	for d := 0; d <= day; d++ {
		for _, f := range t.of {
			f.dawn(d)
		}
		for _, c := range t.today(charges, d) {
			t.charge(c, d)
		}
	}
	out := map[offtake.ClauseRef]Standing{}
	for _, f := range t.of {
		out[f.Clause] = f.standing(day)
	}
	return out
}

// today gives the charges of a day; what is bought ahead pays for the rest, and of those
// alike what only one commitment covers comes first.
func (t *twin) today(charges []Charge, d int) (out []Charge) {
	contested := func(c Charge) int {
		n := 0
		for _, f := range t.of {
			if f.covers(c, d) {
				n++
				if d >= f.Until {
					n++
				}
			}
		}
		if n > 1 {
			return 1
		}
		return 0
	}
	for _, c := range charges {
		if c.Day == d {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Charge) int {
		first := func(c Charge) int {
			if c.Kind == offtake.ForPrepayment {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(cmp.Or(a.Service, "compute"), cmp.Or(b.Service, "compute")), cmp.Compare(contested(a), contested(b)), cmp.Compare(a.ID, b.ID))
	})
	return out
}

type twin struct{ of []*following }

// charge puts a charge with the first that has room, or with the first.
func (t *twin) charge(c Charge, d int) {
	var first *following
	for _, f := range t.of {
		if !f.covers(c, d) {
			continue
		}
		if f.room(c) {
			f.take(c)
			return
		}
		if first == nil && d < f.Until {
			first = f
		}
	}
	if first != nil {
		first.take(c)
	}
}

// following is a commitment on its way through the days.
type following struct {
	Commitment
	begun                                  bool
	index                                  int // of the interval
	amount, in, counted, settledIn         int64
	services                               map[string]int64
	ended                                  bool
	drawn, beyond, overCaps, paid, balance int64 // of intervals that ended
	settled                                int64
	missed                                 []Missed
}

func (f *following) start() int { return f.From + f.index*f.length() }

func (f *following) length() int {
	if f.Length == 0 {
		return f.Until - f.From
	}
	return f.Length
}

// end gives the day after the interval's last.
func (f *following) end() int {
	if f.start() >= f.Until || f.extending() {
		return f.Until + f.length()
	}
	return min(f.start()+f.length(), f.Until)
}

func (f *following) extending() bool { return f.index >= f.count() }

func (f *following) count() int { return (f.Until - f.From + f.length() - 1) / f.length() }

func (f *following) dawn(d int) {
	if !f.begun && d >= 0 {
		f.begun, f.amount = true, f.Amount
	}
	for i, due := range f.Due {
		if due == d && !(f.end() < d && !f.ended) {
			f.milestone(i, d)
		}
	}
	if !f.ended && d == f.end() {
		f.close(d)
	}
}

func (f *following) milestone(i, d int) {
	short := f.Milestones[i] - f.drawn - f.settled
	if !f.ended {
		short -= min(f.counted+f.in, f.amount)
	}
	as := f.Terms.Milestones[i].Shortfall
	if short > 0 && as != "" {
		f.miss(d, short, as)
		f.settledIn += short
	}
}

func (f *following) miss(d int, short int64, as offtake.Shortfall) {
	f.missed = append(f.missed, Missed{d, short})
	f.settled += short
	if as == offtake.PrepayCredit {
		f.balance += short
	}
}

func (f *following) close(d int) {
	short := max(f.amount-f.in-f.settledIn-f.counted, 0)
	over := max(f.counted+f.in-f.amount, 0)
	var out int64
	if f.Terms.Carry.Rule == "forward" {
		out = min(over, f.Amount*int64(f.Terms.Carry.Cap)/1_000_000)
	}
	f.drawn += min(f.counted+f.in, f.amount)
	f.beyond += over - out
	extends := f.Terms.Carry.Rule == "extend" && !f.extending()
	if short > 0 && !extends {
		f.miss(d, short, f.Terms.Shortfall)
	}
	f.index++
	f.in, f.counted, f.settledIn, f.services = out, 0, 0, map[string]int64{}
	f.amount = 0
	if !f.extending() {
		f.amount = f.Amount
	}
	if extends {
		f.amount += short
	}
	f.ended = f.extending() && !(extends && short > 0)
}

func (f *following) covers(c Charge, d int) bool {
	if c.Kind == offtake.ForPrepayment {
		return c.For == f.Clause && d >= f.From && d < f.last()
	}
	eligible := f.Terms.Eligible.Purposes == nil || slices.Contains(f.Terms.Eligible.Purposes, c.Purpose)
	services := f.Terms.Services == nil || slices.Contains(f.Terms.Services, cmp.Or(c.Service, "compute"))
	kind := c.Kind == offtake.ForUsage || c.Kind == offtake.ForCredit
	return kind && eligible && services && c.Provider == f.Terms.Provider && d >= f.From && d < f.last()
}

func (f *following) last() int {
	if f.Terms.Carry.Rule == "extend" {
		return f.Until + f.length()
	}
	return f.Until
}

// capOf gives what a service may draw of an interval; false where it may draw all.
func (f *following) capOf(service string) (int64, bool) {
	for _, c := range f.Terms.Caps {
		if c.Service == cmp.Or(service, "compute") {
			return f.Amount * int64(c.AtMost) / 1_000_000, true
		}
	}
	return 0, false
}

func (f *following) room(c Charge) bool {
	if f.ended {
		return false
	}
	if f.balance > 0 {
		return true
	}
	if most, ok := f.capOf(c.Service); ok && f.services[cmp.Or(c.Service, "compute")] >= most {
		return false
	}
	open := f.amount - f.in - f.settledIn - f.counted
	if f.Terms.Carry.Rule == "forward" {
		open += f.Amount * int64(f.Terms.Carry.Cap) / 1_000_000
	}
	return open > 0
}

func (f *following) take(c Charge) {
	amount := c.Amount
	if c.Kind == offtake.ForPrepayment {
		f.balance += amount
		f.counted += amount
		return
	}
	if f.balance > 0 && amount > 0 {
		paid := min(amount, f.balance)
		f.balance, f.paid, amount = f.balance-paid, f.paid+paid, amount-paid
	}
	if most, ok := f.capOf(c.Service); ok {
		name := cmp.Or(c.Service, "compute")
		was := f.services[name]
		f.services[name] = was + amount
		over := max(was+amount-most, 0) - max(was-most, 0)
		f.overCaps, amount = f.overCaps+over, amount-over
	}
	f.counted += amount
}

func (f *following) standing(day int) Standing {
	s := Standing{
		Committed: f.Amount * int64(f.count()), Drawn: f.drawn, Beyond: f.beyond, OverCaps: f.overCaps,
		PaidAhead: f.paid, Settled: f.settled, Balance: f.balance, Missed: f.missed,
	}
	if f.ended {
		s.Carried = f.in
		return s
	}
	s.Drawn += min(f.counted+f.in, f.amount)
	over := max(f.counted+f.in-f.amount, 0)
	if f.Terms.Carry.Rule == "forward" {
		s.Carried = min(over, f.Amount*int64(f.Terms.Carry.Cap)/1_000_000)
	}
	s.Beyond += over - s.Carried
	return s
}

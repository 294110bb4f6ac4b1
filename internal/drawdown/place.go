package drawdown

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Line is what was charged of one kind with one date, and what may cover it.
type Line struct {
	ID      string // orders lines of one date, kind and service
	At      time.Time
	Chain   []Claim // the commitments that cover it, in their order
	Amount  Entry   // its date is of no account
	Draws   offtake.ClauseRef
	DrawnAt time.Time
}

// A Claim is a commitment that covers a line.
type Claim struct {
	Commitment *Commitment
	At         time.Time // when it counts the line
	Extension  bool      // only because it is extended
}

// Chain gives the commitments that cover a charge, in their order. InForce gives
// those in force at an instant.
func Chain(ch *Charge, inForce func(time.Time) *Set) (chain []Claim) {
	add := func(at time.Time, invoiced bool) {
		if at.IsZero() {
			return
		}
		set := inForce(at)
		for i := range set.all {
			c := &set.all[i]
			if invoiced != (c.Terms.Counts == offtake.OnInvoice && ch.Kind != offtake.ForPrepayment) {
				continue
			}
			if covers, extension := c.Covers(ch); covers {
				counted, _ := c.Counted(ch)
				chain = append(chain, Claim{c, counted, extension})
			}
		}
	}
	add(ch.At, false)
	add(ch.Invoiced, true)
	if len(chain) > 1 {
		slices.SortStableFunc(chain, func(a, b Claim) int { return inOrder(a.Commitment, b.Commitment) })
	}
	return chain
}

// Contested reports whether it takes the other lines to tell where one draws.
func Contested(chain []Claim) bool {
	return len(chain) > 1 || len(chain) == 1 && chain[0].Extension
}

// Place says of contested lines where each draws, beside what the ledger has without
// them. It puts the lines in order: by date, kind and service, and of those alike what is
// not contested first.
func Place(lines []*Line, beside *Ledger) {
	slices.SortFunc(lines, func(a, b *Line) int {
		return cmp.Or(a.At.Compare(b.At), a.Amount.alike(&b.Amount), after(Contested(a.Chain), Contested(b.Chain)), cmp.Compare(a.ID, b.ID))
	})
	p := placing{counts: map[offtake.ClauseRef]*placed{}}
	for _, l := range lines {
		for _, claim := range l.Chain {
			ref := claim.Commitment.Clause
			if p.counts[ref] == nil {
				p.counts[ref] = &placed{newCount(claim.Commitment, beside.reductions[ref]), beside.accounts[ref]}
			}
		}
	}
	for _, l := range lines {
		p.place(l)
	}
}

func after(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

type placing struct{ counts map[offtake.ClauseRef]*placed }

// placed is a commitment on the way through the lines.
type placed struct {
	*count
	settled []Entry // not counted yet
}

// upTo counts what is not contested and comes before an entry, or is like it.
func (p *placed) upTo(e *Entry) {
	for len(p.settled) > 0 && p.settled[0].before(e) <= 0 {
		p.take(&p.settled[0])
		p.settled = p.settled[1:]
	}
}

func (p *placing) place(l *Line) {
	choice := -1
	for i, claim := range l.Chain {
		on := p.counts[claim.Commitment.Clause]
		e := l.Amount
		e.At = claim.At
		on.upTo(&e)
		if on.room(claim.At, l.Amount.Service) {
			choice = i
			break
		}
		if choice < 0 && !claim.Extension {
			choice = i
		}
	}
	l.Draws, l.DrawnAt = offtake.ClauseRef{}, time.Time{}
	if choice < 0 {
		return
	}
	claim := l.Chain[choice]
	l.Draws, l.DrawnAt = claim.Commitment.Clause, claim.At
	e := l.Amount
	e.At = claim.At
	p.counts[l.Draws].take(&e)
}

// Roomy reports whether a commitment cannot be full whatever the dates, even if
// everything drew on it that draws on any, and more.
func (c *Commitment) Roomy(l *Ledger, more *Entry) bool {
	if c.Terms.Carry.Rule == "extend" && !c.until.IsZero() || len(c.Terms.Caps) > 0 || len(l.reductions[c.Clause]) > 0 {
		return false
	}
	first := c.until
	if !c.Terms.Interval.IsZero() {
		first = c.starts(1)
	}
	sum := *more
	for _, s := range l.sums {
		sum.Cost, sum.Used, sum.Unused = sum.Cost.Add(s.Cost), sum.Used+s.Used, sum.Unused+s.Unused
	}
	return c.Amount(&sum).Cmp(c.measured(c.Terms.Amount, c.from, first)) < 0
}

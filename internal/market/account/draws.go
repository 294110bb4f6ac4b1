package account

import (
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
)

// draw says of each charge what its line draws on, with everything charged so far,
// and gives the other lines that draw on another commitment because of it.
func (s *Accounts) draw(at time.Time, charges []offtake.Charge, ids []offtake.Hash, b Book) []offtake.Redrawn {
	p := placing{Accounts: s, at: at, book: b, charges: charges, ids: ids, chains: make([][]drawdown.Claim, len(charges))}
	contested := false
	var more drawdown.Entry
	for i := range charges {
		c := &charges[i]
		p.chains[i] = s.chain(c, at, b)
		c.Draws, c.DrawnAt = first(p.chains[i])
		if c.Kind != offtake.ForCredit {
			more.Cost, more.Used, more.Unused = more.Cost.Add(c.Amount()), more.Used+c.Used, more.Unused+c.Unused
		}
		if date := Date(&c.UsageTotal); i == 0 || date.Before(p.from) {
			p.from = date
		}
		if drawdown.Contested(p.chains[i]) {
			contested = true
			s.firsts.add(p.chains[i])
		}
	}
	if len(charges) == 0 || s.firsts.known && (!contested && len(s.firsts.all) == 0 || s.firsts.roomy(&s.ledger, &more)) {
		return nil
	}
	return p.place()
}

// firsts are the commitments that are the first to cover a line that others cover
// too. As long as none of them can be full, every line draws on the first that covers
// it. They are found in the lines, and never written down.
type firsts struct {
	known bool // that there are no others
	all   map[offtake.ClauseRef]*drawdown.Commitment

	displaced bool // a line draws on another, or is covered by an extension only
}

// Adopt says that other commitments may be in force from now on.
func (s *Accounts) Adopt() { s.firsts = firsts{} }

func (f *firsts) add(chain []drawdown.Claim) {
	if f.all == nil {
		f.all = map[offtake.ClauseRef]*drawdown.Commitment{}
	}
	c := chain[0].Commitment
	f.all[c.Clause] = c
	f.displaced = f.displaced || chain[0].Extension
}

func (f *firsts) roomy(l *drawdown.Ledger, more *drawdown.Entry) bool {
	for _, c := range f.all {
		if !c.Roomy(l, more) {
			return false
		}
	}
	return !f.displaced
}

func first(chain []drawdown.Claim) (offtake.ClauseRef, time.Time) {
	for _, c := range chain {
		if !c.Extension {
			return c.Commitment.Clause, c.At
		}
	}
	return offtake.ClauseRef{}, time.Time{}
}

// placing goes through what is dated at or after the first of the charges. What is
// dated before does not move.
type placing struct {
	*Accounts
	at      time.Time
	book    Book
	from    time.Time
	charges []offtake.Charge
	ids     []offtake.Hash
	chains  [][]drawdown.Claim // by charge

	settled   drawdown.Ledger // what does not move
	contested map[offtake.Hash]*drawdown.Line
}

func (p *placing) place() (moved []offtake.Redrawn) {
	p.settled, p.contested = p.ledger.Clone(), map[offtake.Hash]*drawdown.Line{}
	p.others()
	fresh := map[offtake.Hash]bool{}
	for i := range p.charges {
		p.add(&p.charges[i], p.ids[i], p.chains[i])
		fresh[p.ids[i]] = true
	}
	lines := make([]*drawdown.Line, 0, len(p.contested))
	for _, l := range p.contested {
		lines = append(lines, l)
	}
	drawdown.Place(lines, &p.settled)
	for _, l := range lines {
		p.firsts.displaced = p.firsts.displaced || l.Draws != l.Chain[0].Commitment.Clause
	}
	for i := range p.charges {
		if l := p.contested[p.ids[i]]; l != nil {
			p.charges[i].Draws, p.charges[i].DrawnAt = l.Draws, l.DrawnAt
		}
	}
	for _, l := range lines {
		id := offtake.Hash(l.ID)
		if was := p.lines[id]; !fresh[id] && (was.Draws != l.Draws || !was.DrawnAt.Equal(l.DrawnAt)) {
			moved = append(moved, offtake.Redrawn{Line: id, From: was.Draws, To: l.Draws, DrawnAt: l.DrawnAt})
		}
	}
	return moved
}

// others finds the contested lines that may move.
func (p *placing) others() {
	for id, l := range p.lines {
		if l.At.Before(p.from) && p.firsts.known {
			continue
		}
		c := offtake.Charge{UsageTotal: l.Of}
		chain := p.chain(&c, p.at, p.book)
		if !drawdown.Contested(chain) {
			continue
		}
		p.firsts.add(chain)
		p.firsts.displaced = p.firsts.displaced || l.Draws != chain[0].Commitment.Clause
		if l.At.Before(p.from) {
			continue
		}
		if e := l.entry(); !l.Draws.IsZero() && !e.IsZero() {
			p.settled.Draw(l.Draws, less(e))
		}
		p.contested[id] = &drawdown.Line{ID: string(id), At: l.At, Chain: chain, Amount: l.entry()}
	}
	p.firsts.known = true
}

// add adds a charge to what is placed, or to what does not move.
func (p *placing) add(c *offtake.Charge, id offtake.Hash, chain []drawdown.Claim) {
	e := drawdown.Entry{At: c.DrawnAt, Kind: c.Kind, Service: c.Service, Cost: c.Amount(), Used: c.Used, Unused: c.Unused}
	if !drawdown.Contested(chain) {
		if !c.Draws.IsZero() {
			p.settled.Draw(c.Draws, e)
		}
		return
	}
	l := p.contested[id]
	if l == nil {
		l = &drawdown.Line{ID: string(id), At: Date(&c.UsageTotal), Amount: drawdown.Entry{Kind: c.Kind, Service: c.Service}}
		p.contested[id] = l
	}
	l.Chain = chain
	l.Amount.Cost, l.Amount.Used, l.Amount.Unused = l.Amount.Cost.Add(e.Cost), l.Amount.Used+e.Used, l.Amount.Unused+e.Unused
}

// chain gives the commitments that cover a charge.
func (s *Accounts) chain(c *offtake.Charge, at time.Time, b Book) []drawdown.Claim {
	t := &c.UsageTotal
	var r *offtake.CapacityReserved
	if t.Reservation != "" {
		r = b.Held(t.Reservation)
	}
	ch := drawdown.Charge{Kind: t.Kind, Service: t.Service, Facts: facts(c, r), At: Dated(t, at), For: t.For}
	if !t.Invoiced.IsZero() {
		ch.Invoiced = dated(t.Invoiced)
	}
	chain := drawdown.Chain(&ch, b.InForce)
	for i := range chain {
		if chain[i].At.Equal(ch.At) {
			chain[i].At = Date(t)
		}
	}
	return chain
}

// facts describe a charge to a commitment. What was used by nobody counts for
// what it was bought for.
func facts(c *offtake.Charge, r *offtake.CapacityReserved) offtake.Facts {
	f := offtake.Facts{
		Provider: c.Provider, Product: c.Product, Accelerator: c.Accelerator, Region: c.Region, Site: c.Site,
		Asset: c.Asset, Customer: c.Customer, Capacity: offtake.HeldCapacity, Route: offtake.Cloud,
	}
	if r != nil {
		f.Route = ""
		f.Accelerator, f.Quantity, f.Region, f.Site = r.Accelerator, r.Quantity, r.Region, r.Site
		f.Start = offtake.When{Instant: r.From}
		f.Term = offtake.Duration{Unit: offtake.Elapsed, Time: r.Until.Sub(r.From)}
		f.Purposes = r.Purposes
	}
	if c.Purpose != "" {
		f.Purposes = []offtake.Purpose{c.Purpose}
	}
	return f
}

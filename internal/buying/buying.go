// Package buying decides when to ask the market for capacity, and for how much.
// It proposes; what may be bought, the market says.
//
// At each look the buyer adds up what is short. Work that has waited too long,
// and dated work that begins soon, is set, oldest first, against capacity that
// is free or on order; the same capacity serves one of them only. For what
// remains it asks the offers that could serve it, cheapest per unit of work
// first:
//
//   - offers the terms forbid, for buying or for placing the work there, are
//     passed over, and the clause that did it is reported; so are those for
//     which a question is open, with the clause that asks it;
//   - a gang needs all its accelerators in one pool, so an offer too small to
//     complete one is passed over too;
//   - quantities are whole lots, inside the offer's and the policy's bounds for
//     one purchase; on-demand and spot capacity is bought lot by lot and so knows
//     no least quantity;
//   - it buys for the policy's term, or for as long as the work runs where that
//     is longer, in the steps in which the offer is sold, and no longer than to
//     the offer's until; on-demand and spot capacity, whose until ends a price
//     list, may outlast it;
//   - it is delivered after the offer's lead, counted from when it is signed at
//     the latest: when the order reaches the market and the window of every first
//     refusal in its way has ended. A notice states one delivery, so it must be
//     one that can be kept. Where it is sold so far ahead at least or at most,
//     it begins inside those bounds.
//
// Capacity on order counts as capacity, so that nothing is asked for twice.
package buying

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/rates"
	"github.com/offtake-dev/offtake/internal/rights"
)

// A Need is work for which capacity may be short: Count gangs alike.
type Need struct {
	Facts        func(provider offtake.ProviderName, a offtake.Accelerator, region offtake.Region, site offtake.Site) offtake.Facts // of placing it
	Accelerators []offtake.Speed
	Regions      []offtake.Region
	Purpose      offtake.Purpose
	Quantity     int64         // accelerators in one gang
	Count        int64         // gangs
	Run          time.Duration // of the longest, at speed one
	Start        time.Time     // when it wants to begin; the past for what waits
	Deadline     time.Time     // when it must have ended; zero: none
	Since        time.Time     // oldest first
}

// Capacity is room in a pool: free now, or on order.
type Capacity struct {
	Provider    offtake.ProviderName
	Accelerator offtake.Accelerator
	Region      offtake.Region
	Site        offtake.Site
	Quantity    int64
	From        time.Time // zero: now
	Until       time.Time
}

// A Proposal is a purchase to ask the market for.
type Proposal struct {
	Terms    offtake.OfferTerms
	Supply   offtake.SupplyName
	Index    int
	Delivery time.Time
	Until    time.Time
}

// A Refused offer is one that the terms did not let the buyer take.
type Refused struct {
	Provider    offtake.ProviderName
	Accelerator offtake.Accelerator
	Purpose     offtake.Purpose
	Quantity    int64
	Question    offtake.Ask
	Clause      offtake.ClauseRef
	Missing     string // where the answer is open: the fact, or the question nobody has answered
}

// Sellers are what a buyer knows of those who sell.
type Sellers interface {
	Left(supply offtake.SupplyName, index int) int64                             // unsold of an offer
	Reached(p offtake.ProviderName, a offtake.Accelerator) time.Time             // when an order placed now has its offer
	MayBuy(terms offtake.OfferTerms) (offtake.Verdict, offtake.ClauseRef, error) // as far as consents are used up now
}

// A Calendar adds durations, as the book's own calendar counts them.
type Calendar func(from time.Time, d offtake.Duration) time.Time

// A Buyer carries out a Scenario's policy. Terms may be held or move; the
// caller says which.
type Buyer struct {
	book  *offtake.Book
	law   *rights.Law
	list  *rates.List
	add   Calendar
	rules offtake.Buying

	marks     []string // that first refusals ask of an offer; a supplier's own offer bears them all
	card      *rates.Card
	cardTerms int
}

// New makes a buyer.
func New(b *offtake.Book, law *rights.Law, rules offtake.Buying, add Calendar) *Buyer {
	list := rates.NewList(b.Supplies, func(w offtake.When) time.Time { return law.Resolve("", w) })
	return &Buyer{book: b, law: law, list: list, add: add, rules: rules, marks: bonaFide(b), cardTerms: -1}
}

// bonaFide gives every mark that a first refusal of the book asks of an offer.
func bonaFide(b *offtake.Book) (marks []string) {
	add := func(clauses []offtake.Clause) {
		for _, c := range clauses {
			if f, ok := c.Body.(offtake.FirstRefusal); ok {
				marks = append(marks, f.BonaFide...)
			}
		}
	}
	for _, a := range b.Agreements {
		add(a.Clauses)
		for _, m := range a.Amendments {
			add(m.Clauses)
		}
	}
	slices.Sort(marks)
	return slices.Compact(marks)
}

// Buys reports whether there is a policy at all.
func (b *Buyer) Buys() bool { return !b.rules.Every.IsZero() }

// Next gives the look after one at t.
func (b *Buyer) Next(t time.Time) time.Time { return b.add(t, b.rules.Every) }

// Patience gives the instant since when work must have waited at t to be asked for.
func (b *Buyer) Patience(t time.Time) time.Time { return t.Add(t.Sub(b.add(t, b.rules.Waiting))) }

// Horizon gives the instant up to which dated work is asked for at t.
func (b *Buyer) Horizon(t time.Time) time.Time { return b.add(t, b.rules.Ahead) }

// cardAt gives the prices under the terms in force at an instant.
func (b *Buyer) cardAt(at time.Time) *rates.Card {
	if v := b.law.Version(at); v != b.cardTerms {
		var terms []rates.Term
		for _, s := range b.law.InForce(at) {
			if r, ok := s.Clause.Body.(offtake.Rate); ok {
				terms = append(terms, rates.Term{Clause: s.Ref, Rate: r})
			}
		}
		b.card, b.cardTerms = b.list.Card(terms), v
	}
	return b.card
}

// A look is one pass over what is short.
type look struct {
	*Buyer
	now      time.Time
	at       time.Time // whose terms hold
	terms    *rights.Terms
	card     *rates.Card
	capacity []Capacity
	sellers  Sellers
	taken    map[offerKey]int64
	out      []Proposal
	refused  []Refused
}

type offerKey struct {
	supply offtake.SupplyName
	index  int
}

// Look proposes purchases at now under the terms of an instant (the same, or
// the one whose terms are held).
func (b *Buyer) Look(now, terms time.Time, needs []Need, capacity []Capacity, sellers Sellers) ([]Proposal, []Refused) {
	l := look{
		Buyer: b, now: now, at: terms, terms: b.law.At(terms), card: b.cardAt(terms),
		capacity: slices.Clone(capacity), sellers: sellers, taken: map[offerKey]int64{},
	}
	slices.SortStableFunc(needs, func(x, y Need) int { return x.Since.Compare(y.Since) })
	for _, n := range needs {
		if short := n.Count - l.served(n); short > 0 {
			l.buy(n, short)
		}
	}
	return l.out, l.refused
}

// served sets a need against capacity and gives how many gangs it serves.
func (l *look) served(n Need) (gangs int64) {
	for i := range l.capacity {
		same := l.alike(n, l.capacity[i].pool())
		var room int64
		for _, j := range same {
			room += l.capacity[j].Quantity
		}
		fit := min(room/n.Quantity, n.Count-gangs)
		l.take(same, fit*n.Quantity)
		if gangs += fit; gangs == n.Count {
			break
		}
	}
	return gangs
}

func (l *look) take(from []int, n int64) {
	for _, j := range from {
		t := min(n, l.capacity[j].Quantity)
		l.capacity[j].Quantity -= t
		n -= t
	}
}

type poolKey struct {
	provider    offtake.ProviderName
	accelerator offtake.Accelerator
	region      offtake.Region
	site        offtake.Site
}

func (c Capacity) pool() poolKey { return poolKey{c.Provider, c.Accelerator, c.Region, c.Site} }

// serves reports whether the need's work may run there, to its end.
func (l *look) serves(n Need, c Capacity) bool {
	speed, ok := speedOn(n.Accelerators, c.Accelerator)
	if !ok || c.Quantity == 0 || !offtake.RegionIn(c.Region, n.Regions) {
		return false
	}
	begin := latest(latest(l.now, n.Start), c.From)
	if c.Until.Before(begin.Add(runAt(n.Run, speed))) {
		return false
	}
	ok, _ = l.placeable(n, c.pool())
	return ok
}

func (l *look) placeable(n Need, p poolKey) (bool, offtake.ClauseRef) {
	q, err := l.law.Question(offtake.Place, n.Facts(p.provider, p.accelerator, p.region, p.site))
	if err != nil {
		return false, offtake.ClauseRef{}
	}
	r := l.terms.Ask(q)
	return r.Verdict == offtake.Permitted || r.Verdict == offtake.Undetermined, r.Clause
}

func speedOn(ss []offtake.Speed, a offtake.Accelerator) (offtake.Factor, bool) {
	for _, s := range ss {
		if s.Accelerator == a {
			return s.Factor, true
		}
	}
	return 0, false
}

// runAt gives how long work of so much time at speed one runs, rounded up to
// the second.
func runAt(d time.Duration, speed offtake.Factor) time.Duration {
	return time.Duration(RunSeconds(int64(d/time.Second), speed)) * time.Second
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// offered is an offer that could serve a need.
type offered struct {
	rates.Price
	speed offtake.Factor
}

// offers gives what is on sale for a need, cheapest per unit of work first.
func (l *look) offers(n Need) (out []offered) {
	for _, p := range l.book.Providers {
		for _, s := range n.Accelerators {
			f := n.Facts(p.Name, s.Accelerator, "", "")
			f.Region, f.Site, f.Absent, f.Capacity = "", "", nil, offtake.NewCapacity
			for _, price := range l.card.Offers(nil, f, l.now) {
				if offtake.RegionIn(price.Offer.Region, n.Regions) {
					out = append(out, offered{price, s.Factor})
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b offered) int {
		return a.PerHour.Scale(b.speed).Cmp(b.PerHour.Scale(a.speed))
	})
	return out
}

// buy proposes purchases for so many gangs of a need.
func (l *look) buy(n Need, gangs int64) {
	cover := cmp.Or(l.rules.Cover, offtake.One)
	want := (gangs*n.Quantity*int64(cover) + offtake.One - 1) / offtake.One
	want = max(want, n.Quantity)
	for _, o := range l.offers(n) {
		if want <= 0 {
			return
		}
		want -= l.ask(n, o, want)
	}
}

// ask proposes what an offer can give of a need, and gives how much that is.
func (l *look) ask(n Need, o offered, want int64) int64 {
	key := offerKey{o.Offer.Supply, o.Offer.Index}
	left := l.sellers.Left(key.supply, key.index) - l.taken[key]
	pool := poolKey{o.Offer.Provider, o.Offer.Accelerator, o.Offer.Region, o.Offer.Site}
	begins, ok := l.begins(n, o)
	if !ok {
		return 0
	}
	until, ok := l.until(n, o, begins)
	if !ok || !n.Deadline.IsZero() && begins.Add(runAt(n.Run, o.speed)).After(n.Deadline) {
		return 0
	}
	bounds := l.bounds(o, left)
	spare := l.spare(n, pool)
	total := bounds.whole(max(want-spare, 1), left)
	if total == 0 || total+spare < n.Quantity {
		return 0
	}
	if ok, clause := l.placeable(n, pool); !ok {
		l.refuse(n, o, Refused{Quantity: total, Question: offtake.Place, Clause: clause})
		return 0
	}
	var got int64
	for got < total {
		q := min(total-got, bounds.atMost)
		if q < bounds.atLeast { // a remainder too small for an order of its own
			break
		}
		terms := l.offerTerms(n, o, q, begins, until)
		if why, ok := l.procurable(terms); !ok {
			l.refuse(n, o, why)
			return got
		}
		l.out = append(l.out, Proposal{Terms: terms, Supply: key.supply, Index: key.index, Delivery: begins, Until: until})
		l.taken[key] += q
		got += q
	}
	if spare > 0 && got > 0 {
		l.take(l.alike(n, pool), spare)
		got += spare
	}
	if got > want { // headroom serves whoever comes next
		l.capacity = append(l.capacity, Capacity{
			Provider: pool.provider, Accelerator: pool.accelerator, Region: pool.region, Site: pool.site,
			Quantity: got - want, From: begins, Until: until,
		})
	}
	return got
}

// alike gives the capacity of a pool that could serve the need.
func (l *look) alike(n Need, p poolKey) (out []int) {
	for i, c := range l.capacity {
		if c.pool() == p && l.serves(n, c) {
			out = append(out, i)
		}
	}
	return out
}

// spare gives room in the pool that no gang of the need fills alone, but that
// completes one.
func (l *look) spare(n Need, p poolKey) (room int64) {
	for _, i := range l.alike(n, p) {
		room += l.capacity[i].Quantity
	}
	return min(room, n.Quantity-1)
}

// refuse notes once a look that an offer was passed over.
func (l *look) refuse(n Need, o offered, r Refused) {
	r.Provider, r.Accelerator, r.Purpose = o.Offer.Provider, o.Offer.Accelerator, n.Purpose
	for _, was := range l.refused {
		was.Quantity = r.Quantity
		if was == r {
			return
		}
	}
	l.refused = append(l.refused, r)
}

// procurable asks whether the purchase may be made, at once or after what must
// be done first, and says why not. Capacity is bought for a purpose, and not for
// one product, asset or customer.
func (l *look) procurable(t offtake.OfferTerms) (Refused, bool) {
	why := Refused{Quantity: t.Quantity, Question: offtake.Procure}
	verdict, clause, err := l.sellers.MayBuy(t)
	if err != nil {
		return why, false
	}
	why.Clause = clause
	if verdict == offtake.Undetermined {
		l.open(t, &why)
	}
	return why, verdict == offtake.Permitted || verdict == offtake.Conditional
}

// open names what a purchase waits to be known: the clause that asks a question
// nobody has answered, or else the fact that is missing.
func (l *look) open(t offtake.OfferTerms, why *Refused) {
	q, err := l.purchase(t)
	if err != nil {
		return
	}
	answer := l.terms.Explain(q)
	if len(answer.Missing) > 0 {
		why.Missing = answer.Missing[0]
	}
	for _, b := range answer.Because {
		clause, _ := l.law.Clause(b.Clause, l.at)
		if _, asks := clause.Body.(offtake.Determination); asks {
			why.Clause = b.Clause
			return
		}
	}
}

// purchase puts the purchase of an offer as a question.
func (l *look) purchase(t offtake.OfferTerms) (rights.Question, error) {
	return l.law.Question(offtake.Procure, offtake.Facts{
		Provider: t.Provider, Accelerator: t.Accelerator, Quantity: t.Quantity, Region: t.Region, Site: t.Site,
		Term: t.Term, Start: t.Delivery, Purposes: t.Purposes, Capacity: offtake.NewCapacity,
		Absent: []offtake.Dimension{offtake.DimProduct, offtake.DimAsset, offtake.DimCustomer},
	})
}

package buying

import (
	"cmp"
	"math"
	"math/bits"
	"time"

	"github.com/offtake-dev/offtake"
)

// RunSeconds gives how long work of so many seconds at speed one runs at
// another speed: rounded up, and MaxInt64/2 where that is beyond all bounds.
func RunSeconds(seconds int64, speed offtake.Factor) int64 {
	if speed == offtake.One {
		return seconds
	}
	hi, lo := bits.Mul64(uint64(seconds), offtake.One)
	if speed <= 0 || hi >= uint64(speed) {
		return math.MaxInt64 / 2
	}
	q, r := bits.Div64(hi, lo, uint64(speed))
	if r > 0 {
		q++
	}
	return int64(min(q, math.MaxInt64/2))
}

// begins gives when an order placed now would be delivered: after the offer's
// lead, and so far ahead as it is sold, counted from when it can be signed, and
// not before the work wants to begin. It is false where that is further ahead
// than the offer is sold.
func (l *look) begins(n Need, o offered) (time.Time, bool) {
	reached := l.sellers.Reached(o.Offer.Provider, o.Offer.Accelerator)
	signed := l.signable(n, o, reached)
	at := latest(signed, n.Start)
	for _, d := range []offtake.Duration{o.Offer.Lead, o.Offer.OrderAhead.AtLeast} {
		if !d.IsZero() {
			at = latest(at, l.add(signed, d))
		}
	}
	most := o.Offer.OrderAhead.AtMost
	return at, most.IsZero() || !at.After(l.add(reached, most))
}

// signable gives when a purchase can be signed at the latest if its offer is
// there at an instant and nobody answers early: once the window of every first
// refusal in its way has ended.
func (l *look) signable(n Need, o offered, reached time.Time) time.Time {
	q, err := l.purchase(l.offerTerms(n, o, n.Quantity, reached, l.add(reached, l.rules.Term)))
	if err != nil {
		return reached
	}
	at := reached
	for _, e := range l.terms.Effects(q, nil) {
		clause, _ := l.law.Clause(e.Clause, l.at)
		refusal, ok := clause.Body.(offtake.FirstRefusal)
		if !ok || !e.Consent.IsZero() {
			continue
		}
		rules, err := l.law.Calendars().Rules(refusal.Time, l.law.Calendar(e.Clause.Agreement).Name())
		if err != nil {
			continue
		}
		if end, known := rules.Notice(reached, refusal.WindowOf(1)).Deadline(); known {
			at = latest(at, end)
		}
	}
	return at
}

// until gives the end of what would be bought: the policy's term, or the
// work's own length where that is longer, in the steps of the offer, as far as
// it can be had. It is false where the offer does not last that long.
func (l *look) until(n Need, o offered, begins time.Time) (time.Time, bool) {
	need := begins.Add(runAt(n.Run, o.speed))
	want := latest(l.add(begins, l.rules.Term), need)
	end := o.Offer.Until
	if byUse(o.Offer.Kind) {
		end = time.Time{}
	}
	if !end.IsZero() && want.After(end) {
		want = end
	}
	if want.Before(need) || !begins.Before(want) {
		return time.Time{}, false
	}
	if len(o.Offer.Lasts) == 0 {
		return want, true
	}
	if at, ok := l.stepped(o.Offer.Lasts, begins, want); ok && (end.IsZero() || !at.After(end)) {
		return at, true
	}
	at := l.longestStep(o.Offer.Lasts, begins, want)
	return at, !at.Before(need) && begins.Before(at)
}

// longestStep gives the last end at or before an instant that the offer's
// steps allow; where there is none, the beginning.
func (l *look) longestStep(lasts []offtake.LengthStep, begins, most time.Time) time.Time {
	last := begins
	for _, step := range lasts {
		limit := l.add(begins, step.Until)
		for end := l.add(begins, step.Step); !end.After(limit) && !end.After(most); {
			last = latest(last, end)
			next := l.add(end, step.Step)
			if !next.After(end) {
				break
			}
			end = next
		}
	}
	return last
}

// byUse reports whether capacity of a kind is sold from a running list.
func byUse(k offtake.OfferKind) bool { return k == offtake.OnDemand || k == offtake.Spot }

// stepped gives the first end at or after want that the offer's steps allow;
// where it is sold for less time than want, none.
func (l *look) stepped(lasts []offtake.LengthStep, begins, want time.Time) (time.Time, bool) {
	for _, step := range lasts {
		limit := l.add(begins, step.Until)
		for end := l.add(begins, step.Step); !end.After(limit); {
			if !end.Before(want) {
				return end, true
			}
			next := l.add(end, step.Step)
			if !next.After(end) {
				break
			}
			end = next
		}
	}
	return time.Time{}, false
}

// orderBounds are the bounds of one purchase, in whole lots.
type orderBounds struct {
	lot, atLeast, atMost int64
	all                  bool // the whole offer or nothing
}

func (l *look) bounds(o offered, left int64) orderBounds {
	decl, _ := l.book.Accelerator(o.Offer.Accelerator)
	b := orderBounds{lot: decl.LotSize(), atMost: math.MaxInt64 / 2, all: o.Offer.AllOrNone}
	for _, most := range []int64{l.rules.AtMost, o.Offer.PerOrder.AtMost} {
		if most > 0 {
			b.atMost = min(b.atMost, most)
		}
	}
	b.atMost = max(b.atMost/b.lot, 1) * b.lot
	b.atLeast = o.Offer.PerOrder.AtLeast
	if !byUse(o.Offer.Kind) {
		b.atLeast = max(b.atLeast, l.rules.AtLeast)
	}
	b.atLeast = min((b.atLeast+b.lot-1)/b.lot*b.lot, b.atMost)
	if b.all {
		b.atLeast, b.atMost = left, max(left, 1)
	}
	return b
}

// whole gives what is asked for so much: whole lots, at least one purchase's
// least, at most what is left; nothing where that cannot be.
func (b orderBounds) whole(want, left int64) int64 {
	if b.all {
		return left
	}
	lots := (max(want, b.atLeast) + b.lot - 1) / b.lot * b.lot
	lots = min(lots, left/b.lot*b.lot)
	if lots < max(b.atLeast, 1) {
		return 0
	}
	return lots
}

// offerTerms puts the purchase into the words of an offer.
func (l *look) offerTerms(n Need, o offered, quantity int64, begins, until time.Time) offtake.OfferTerms {
	t := offtake.OfferTerms{
		Provider: o.Offer.Provider, Accelerator: o.Offer.Accelerator, Quantity: quantity,
		Region: o.Offer.Region, Site: o.Offer.Site, Price: o.PerHour, Kind: o.Offer.Kind,
		Term: l.term(begins, until), Delivery: offtake.When{Instant: begins},
		AllOrNone: offtake.State(o.Offer.AllOrNone), BonaFide: l.marks,
		Expires: o.Offer.Expires,
	}
	if n.Purpose != "" {
		t.Purposes = []offtake.Purpose{n.Purpose}
	}
	return t
}

// term says the length in the policy's words where it is that, and in elapsed
// time otherwise.
func (l *look) term(begins, until time.Time) offtake.Duration {
	if l.add(begins, l.rules.Term).Equal(until) {
		return l.rules.Term
	}
	return offtake.Duration{Unit: offtake.Elapsed, Time: cmp.Or(until.Sub(begins).Truncate(time.Second), time.Second)}
}

// Reach is what could ever be bought in one pool.
type Reach struct {
	Provider    offtake.ProviderName
	Accelerator offtake.Accelerator
	Region      offtake.Region
	Site        offtake.Site
	Speed       offtake.Factor
	Quantity    int64         // of all offers together
	Longest     time.Duration // that capacity is sold for; 0: no bound
	Gone        time.Time     // when the last offer ends; zero: never
}

// Reach gives the most that a need's work could ever get, pool by pool: all
// that is on sale at any time from an instant on, where the terms of some
// instant up to until permit to place the work and do not forbid to buy. A zero
// until means the terms of the first instant throughout. Where there is
// nothing, it names a clause that stands in the way, if one does.
func (b *Buyer) Reach(from, until time.Time, n Need) (out []Reach, clause offtake.ClauseRef) {
	at := []time.Time{from}
	for _, t := range b.law.Changes() {
		if t.After(from) && t.Before(until) {
			at = append(at, t)
		}
	}
	for _, s := range b.book.Supplies {
		for _, o := range s.Offers {
			speed, ok := speedOn(n.Accelerators, o.Accelerator)
			if !ok || o.Quantity == 0 || !offtake.RegionIn(o.Region, n.Regions) {
				continue
			}
			may, by := b.ever(at, n, poolKey{s.Provider, o.Accelerator, o.Region, o.Site})
			if !may {
				clause = cmp.Or(clause, by)
				continue
			}
			out = b.extend(out, Reach{
				Provider: s.Provider, Accelerator: o.Accelerator, Region: o.Region, Site: o.Site,
				Speed: speed, Quantity: o.Quantity, Longest: b.longest(o, from), Gone: b.gone(o),
			})
		}
	}
	return out, clause
}

// extend adds what an offer gives to what others of its pool do.
func (b *Buyer) extend(out []Reach, r Reach) []Reach {
	for i := range out {
		have := &out[i]
		if have.Provider != r.Provider || have.Accelerator != r.Accelerator || have.Region != r.Region || have.Site != r.Site {
			continue
		}
		have.Quantity += r.Quantity
		if have.Longest != 0 && r.Longest != 0 {
			have.Longest = max(have.Longest, r.Longest)
		} else {
			have.Longest = 0
		}
		if !have.Gone.IsZero() && !r.Gone.IsZero() {
			have.Gone = latest(have.Gone, r.Gone)
		} else {
			have.Gone = time.Time{}
		}
		return out
	}
	return append(out, r)
}

func (b *Buyer) gone(o offtake.SupplyOffer) time.Time {
	var at time.Time
	for _, w := range []offtake.When{o.Until, o.Expires} {
		if t := b.law.Resolve("", w); !w.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at
}

// longest gives for how long an offer is sold, with a day to spare for clock
// changes; 0 where nothing says.
func (b *Buyer) longest(o offtake.SupplyOffer, from time.Time) (d time.Duration) {
	for _, s := range o.Lasts {
		d = max(d, b.add(from, s.Until).Sub(from)+24*time.Hour)
	}
	return d
}

// ever reports whether work may at one of the instants be placed in a pool and
// the pool be bought.
func (b *Buyer) ever(at []time.Time, n Need, p poolKey) (may bool, clause offtake.ClauseRef) {
	place, err := b.law.Question(offtake.Place, n.Facts(p.provider, p.accelerator, p.region, p.site))
	if err != nil {
		return false, clause
	}
	f := offtake.Facts{Provider: p.provider, Accelerator: p.accelerator, Region: p.region, Site: p.site, Capacity: offtake.NewCapacity}
	if n.Purpose != "" {
		f.Purposes = []offtake.Purpose{n.Purpose}
	}
	procure, err := b.law.Question(offtake.Procure, f)
	if err != nil {
		return false, clause
	}
	placed, bought := false, false
	for _, t := range at {
		terms := b.law.At(t)
		if r := terms.Ask(place); r.Verdict == offtake.Permitted || r.Verdict == offtake.Undetermined {
			placed = true
		} else {
			clause = cmp.Or(clause, r.Clause)
		}
		if r := terms.Ask(procure); r.Verdict != offtake.Prohibited {
			bought = true
		} else {
			clause = cmp.Or(clause, r.Clause)
		}
	}
	return placed && bought, clause
}

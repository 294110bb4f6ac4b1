package deal

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// Offers of one third party that are split to stay under a threshold count as
// one. How much was offered within a window is asked at every offer, so that
// quantities are kept as sums.

// aggregated gives what other offers of the same third party count together
// with one.
func (d *Deals) aggregated(c *refusal.Contract, a offtake.Act, t offtake.OfferTerms) (others int64) {
	if c.Right.Aggregation.Window.IsZero() {
		return 0
	}
	d.recount(c)
	for of, s := range d.split {
		if of.by == a.By && c.Together(of.third, c.ThirdParty(t)) {
			others += s.since(func(received time.Time) bool { return c.CountsStill(received, a.At) })
		}
	}
	return others
}

// splitOf is whose offers may be split: who receives them, and from whom.
type splitOf struct{ by, third offtake.PartyName }

// changed says that what an offer counts for may have changed. It is counted
// again when somebody next wants to know.
func (d *Deals) changed(o *Opportunity) {
	if !o.stale && o.Offered {
		o.stale = true
		d.stale = append(d.stale, o)
	}
}

func (d *Deals) recount(c *refusal.Contract) {
	for _, o := range d.stale {
		o.stale = false
		of, counts := splitOf{o.By, c.ThirdParty(*o.Terms)}, o.Terms.Quantity
		if o.Withdrawn {
			counts = 0
		}
		if was := d.split[o.counted]; was != nil && o.counted != of {
			was.set(o, 0)
		}
		if d.split[of] == nil {
			d.split[of] = &sums{}
		}
		d.split[of].set(o, counts)
		o.counted = of
	}
	d.stale = d.stale[:0]
}

// sums are the quantities of offers in the order they were received, kept so
// that what came since an instant is found, and one changed, in a few steps: a
// Fenwick tree. The zero sums are of nothing.
type sums struct {
	offers []*Opportunity
	counts []int64
	tree   []int64 // n holds the sum of the counts from n-low(n+1)+1 to n
}

func low(n int) int { return n & -n }

// set makes an offer count for so much.
func (s *sums) set(o *Opportunity, count int64) {
	at, there := slices.BinarySearchFunc(s.offers, o, func(p, q *Opportunity) int { return cmp.Compare(p.number, q.number) })
	switch {
	case there:
		for n := at + 1; n <= len(s.tree); n += low(n) {
			s.tree[n-1] += count - s.counts[at]
		}
		s.counts[at] = count
	case at == len(s.offers):
		s.push(o, count)
	default: // it is another party's now, which has made offers since
		later, counts := slices.Clone(s.offers[at:]), slices.Clone(s.counts[at:])
		s.offers, s.counts, s.tree = s.offers[:at], s.counts[:at], s.tree[:at]
		s.push(o, count)
		for i, o := range later {
			s.push(o, counts[i])
		}
	}
}

func (s *sums) push(o *Opportunity, count int64) {
	s.offers, s.counts = append(s.offers, o), append(s.counts, count)
	n, sum := len(s.offers), count
	for below := n - 1; below > n-low(n); below -= low(below) {
		sum += s.tree[below-1]
	}
	s.tree = append(s.tree, sum)
}

// since gives the sum of the offers from the first on that counts.
func (s *sums) since(counts func(received time.Time) bool) (sum int64) {
	first := sort.Search(len(s.offers), func(i int) bool { return counts(s.offers[i].Received) })
	return s.upTo(len(s.offers)) - s.upTo(first)
}

func (s *sums) upTo(n int) (sum int64) {
	for ; n > 0; n -= low(n) {
		sum += s.tree[n-1]
	}
	return sum
}

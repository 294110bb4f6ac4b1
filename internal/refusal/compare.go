package refusal

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/offtake-dev/offtake"
)

// A sign says for whom a change is.
type sign uint8

const (
	unknown   sign = iota // only the determiner could say
	different             // neither better nor worse: another thing
	better
	worse
)

// A change is one term in which two offers differ.
type change struct {
	key    string
	sign   sign // seen from the third party
	beyond bool // the tolerance; its bound is inside
}

// up says of each dimension of the table of signs whether more of it is better
// for a third party that sells. For one that buys all are turned round, save
// quantity and equity.
var up = map[string]bool{
	offtake.TermPrice: true, offtake.TermTakeOrPay: true, offtake.TermMinimum: true,
	offtake.TermTerm: true, offtake.TermPrepayment: true, offtake.TermQuantity: true,
	offtake.TermDelivery: true, offtake.TermSubstitution: true, offtake.TermRelocation: true,
	offtake.TermEquity:       true,
	offtake.TermServiceLevel: false, offtake.TermCredits: false, offtake.TermDamages: false, offtake.TermLiability: false,
}

// measurable reports whether a percentage of a dimension means something.
func measurable(key string) bool {
	_, known := up[key]
	return known && key != offtake.TermDelivery
}

// compare gives every term in which b differs from a, in a fixed order. The
// terms whose change has no consequence (expires, bona_fide) are left out.
func (c *Contract) compare(a, b offtake.OfferTerms) (changes []change) {
	differ := func(key string, differs bool, s sign) {
		if differs {
			changes = append(changes, change{key: key, sign: s, beyond: true})
		}
	}
	differ(offtake.TermProvider, a.Provider != b.Provider, different)
	differ(offtake.TermParty, c.ThirdParty(a) != c.ThirdParty(b), different)
	differ(offtake.TermAccelerator, a.Accelerator != b.Accelerator, different)
	differ(offtake.TermRegion, a.Region != b.Region, different)
	differ(offtake.TermSite, a.Site != b.Site, different)
	differ(offtake.TermPurpose, !sameSet(a.Purposes, b.Purposes), different)
	differ(offtake.TermKind, a.Kind != b.Kind, unknown)
	differ(offtake.TermAllOrNone, a.AllOrNone.Yes() != b.AllOrNone.Yes(), unknown)
	differ(offtake.TermExtras, !sameExtras(a.Extras, b.Extras), unknown)
	if a.Quantity != b.Quantity {
		changes = c.measure(changes, offtake.TermQuantity, whole(a.Quantity), whole(b.Quantity))
	}
	switch {
	case otherCurrency(a.Price, b.Price):
		differ(offtake.TermPrice, true, different)
	case a.Price.Currency() != b.Price.Currency() || a.Price.Cmp(b.Price) != 0:
		changes = c.measure(changes, offtake.TermPrice, amount(a.Price), amount(b.Price))
	}
	if a.Term != b.Term {
		changes = c.measure(changes, offtake.TermTerm, whole(a.Term.Length()), whole(b.Term.Length()))
	}
	if a.Delivery != b.Delivery {
		changes = c.measure(changes, offtake.TermDelivery, c.instant(a.Delivery), c.instant(b.Delivery))
	}
	return c.others(changes, a, b)
}

// otherCurrency reports whether two amounts that were both given cannot be compared.
func otherCurrency(a, b offtake.Money) bool {
	return a.Currency() != "" && b.Currency() != "" && a.Currency() != b.Currency()
}

func sameSet[T cmp.Ordered](a, b []T) bool {
	sorted := func(s []T) []T { return slices.Compact(slices.Sorted(slices.Values(s))) }
	return slices.Equal(a, b) || slices.Equal(sorted(a), sorted(b))
}

func sameExtras(a, b []offtake.Extra) bool {
	return slices.EqualFunc(a, b, func(x, y offtake.Extra) bool {
		return x.Name == y.Name && x.Burdened == y.Burdened && x.Value.Currency() == y.Value.Currency() && x.Value.Cmp(y.Value) == 0
	})
}

// others compares the terms without a field. An amount that is absent is zero;
// a figure of another kind, or under a key the table of signs does not have,
// is a question for the determiner.
func (c *Contract) others(changes []change, a, b offtake.OfferTerms) []change {
	if len(a.Other) == 0 && len(b.Other) == 0 {
		return changes
	}
	var keys []string
	for _, o := range slices.Concat(a.Other, b.Other) {
		keys = append(keys, o.Key)
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		was, _ := a.Find(key)
		now, _ := b.Find(key)
		_, known := up[key]
		switch {
		case !known || was.Is != now.Is && was.Is != offtake.NoFigure && now.Is != offtake.NoFigure,
			otherCurrency(was.Money, now.Money):
			if was.String() != now.String() {
				changes = append(changes, change{key: key, sign: unknown, beyond: true})
			}
		default:
			changes = c.measure(changes, key, figure(was), figure(now))
		}
	}
	return changes
}

// measure adds the change of one dimension, with its sign by the clause's
// direction and whether it leaves the tolerance.
func (c *Contract) measure(changes []change, key string, was, now *big.Rat) []change {
	order := now.Cmp(was)
	if order == 0 {
		return changes
	}
	isUp := up[key]
	if c.Right.Direction == offtake.DemandSide && key != offtake.TermQuantity && key != offtake.TermEquity {
		isUp = !isUp
	}
	s := worse
	if (order > 0) == isUp {
		s = better
	}
	by := new(big.Rat).Sub(now, was)
	bound := new(big.Rat).Mul(was, big.NewRat(int64(c.tolerance(key)), offtake.One))
	return append(changes, change{key: key, sign: s, beyond: by.Abs(by).Cmp(bound.Abs(bound)) > 0})
}

func (c *Contract) tolerance(key string) offtake.Percent {
	for _, t := range c.Right.Tolerance {
		if t.Dimension == key {
			return t.Within
		}
	}
	return 0
}

// requires reports whether a notice must disclose a term, so that its change
// is a change of the notice.
func (c *Contract) requires(key string) bool {
	return slices.Contains(c.Right.Notice.Contents, offtake.Content(key))
}

func whole(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func amount(m offtake.Money) *big.Rat {
	r, ok := new(big.Rat).SetString(m.Number())
	if !ok {
		return new(big.Rat)
	}
	return r
}

func (c *Contract) instant(w offtake.When) *big.Rat {
	if w.IsZero() {
		return new(big.Rat)
	}
	return new(big.Rat).SetInt64(c.Dates.Resolve(w).Unix())
}

func figure(f offtake.Figure) *big.Rat {
	switch f.Is {
	case offtake.MoneyFigure:
		return amount(f.Money)
	case offtake.PercentFigure:
		return whole(int64(f.Percent))
	case offtake.DurationFigure:
		return whole(f.Duration.Length())
	case offtake.NumberFigure:
		return whole(int64(f.Number))
	}
	return new(big.Rat)
}

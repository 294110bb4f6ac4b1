package refusaltest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/offtake-dev/offtake"
)

// How terms stand against those noticed first.
type comparison int

const (
	within  comparison = iota
	unclear            // only the determiner can say
	better             // for the third party, or another offer
)

// against holds terms against the baseline. What is better for the third party
// always counts, and in a window what the notice had to disclose and is worse.
func (p *process) against(now offtake.OfferTerms, released bool) comparison {
	worst := within
	see := func(c comparison) { worst = max(worst, c) }
	base := p.baseline
	if p.otherOffer(now, released) {
		see(better)
	}
	measured := p.measure(base, now)
	for _, m := range measured {
		gains := (m.now > m.was) == p.upIsBetter(m.key)
		if m.now != m.was && m.beyond && (gains || !released && p.required(m.key)) {
			see(better)
		}
	}
	if p.unclearKey(now) != "" {
		see(unclear)
	}
	return worst
}

// unclearKey gives the term that only the determiner can judge.
func (p *process) unclearKey(now offtake.OfferTerms) offtake.Doubt {
	for _, o := range slices.Concat(now.Other, p.baseline.Other) {
		was, _ := p.baseline.Find(o.Key)
		is, _ := now.Find(o.Key)
		if is != was && !slices.Contains(knownKeys, o.Key) && !p.decided(o.Key, is) {
			return offtake.Doubt(o.Key)
		}
	}
	return ""
}

// decided reports whether a value of a term was found for the grantor before.
func (p *process) decided(key string, is offtake.Figure) bool {
	return slices.ContainsFunc(p.settled, func(t offtake.OfferTerms) bool {
		was, _ := t.Find(key)
		return was == is
	})
}

// quantity gives what the process is about in all.
func (p *process) quantity() (n int64) {
	for _, q := range p.parts {
		n += q.quantity
	}
	return n
}

var knownKeys = strings.Fields("take_or_pay minimum prepayment service_level credits damages liability_cap substitution relocation equity")

func (p *process) required(key string) bool {
	return slices.Contains(p.t.right.Notice.Contents, offtake.Content(key))
}

// otherOffer: a change of who sells what where is another offer.
func (p *process) otherOffer(now offtake.OfferTerms, released bool) bool {
	base := p.baseline
	if now.Provider != base.Provider || now.Accelerator != base.Accelerator || now.Region != base.Region || now.Site != base.Site || !slices.Equal(now.Purposes, base.Purposes) {
		return true
	}
	return p.t.third(now) != p.t.third(base) || !slices.Equal(now.Extras, base.Extras) && (released || p.required("extras"))
}

// A measured dimension: two numbers that can be put in order, and whether they
// differ by more than is tolerated.
type measured struct {
	key      string
	was, now int64
	beyond   bool
}

func (p *process) measure(base, now offtake.OfferTerms) (ms []measured) {
	add := func(key string, was, is int64) {
		ms = append(ms, measured{key, was, is, p.beyond(key, was, is)})
	}
	add("price", hundredths(base.Price), hundredths(now.Price))
	add("term", base.Term.Length(), now.Term.Length())
	add("delivery", p.t.dates.when(base.Delivery).Unix(), p.t.dates.when(now.Delivery).Unix())
	add("quantity", p.quantity(), now.Quantity)
	for _, key := range knownKeys {
		was, _ := base.Find(key)
		is, _ := now.Find(key)
		add(key, figure(was), figure(is))
	}
	return ms
}

func (p *process) beyond(key string, was, is int64) bool {
	for _, t := range p.t.right.Tolerance {
		if t.Dimension == key {
			return max(is-was, was-is)*offtake.One > was*int64(t.Within)
		}
	}
	return was != is
}

// hundredths gives money in its smallest coin; the prices here have no smaller part.
func hundredths(m offtake.Money) int64 {
	whole, frac, _ := strings.Cut(m.Number(), ".")
	n, err := strconv.ParseInt(whole+(frac + "00")[:2], 10, 64)
	if err != nil {
		panic("no amount of cents: " + m.String())
	}
	return n
}

func figure(f offtake.Figure) int64 {
	switch f.Is {
	case offtake.MoneyFigure:
		return hundredths(f.Money)
	case offtake.PercentFigure:
		return int64(f.Percent)
	case offtake.DurationFigure:
		return f.Duration.Length()
	case offtake.NumberFigure:
		return int64(f.Number)
	}
	return 0
}

// upIsBetter says what is better for the third party; which side it is on turns
// the sign of all but three.
func (p *process) upIsBetter(key string) bool {
	sells := p.t.right.Direction == offtake.SupplySide
	switch key {
	case "quantity", "equity":
		return true
	case "service_level", "credits", "damages", "liability_cap":
		return !sells
	}
	return sells
}

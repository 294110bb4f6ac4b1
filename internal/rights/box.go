package rights

import (
	"iter"
	"math"
	"time"

	"github.com/offtake-dev/offtake"
)

// A box is what a scope covers, as a set of cells in every dimension.
type box [dims]set

// meets reports whether some request is in both boxes.
func (b *box) meets(c *box) bool {
	for d := range b {
		if (b[d].bounded || c[d].bounded) && !b[d].meets(c[d]) {
			return false
		}
	}
	return true
}

// and gives what is in both boxes.
func (b *box) and(c *box) box {
	out := *b
	for d := range out {
		out[d] = out[d].and(c[d])
	}
	return out
}

// empty reports whether no request can be in the box.
func (b *box) empty() bool {
	for d := range b {
		if b[d].empty() {
			return true
		}
	}
	return false
}

// vocabularies are those of a book, by dimension.
type vocabularies [dims]*vocabulary

// size counts the words and bounds of all dimensions.
func (v *vocabularies) size() (n int) {
	for _, one := range v {
		n += int(one.size)
	}
	return n
}

// readVocabularies gathers the words a book declares, the free ones its
// clauses use, and the bounds they set. Clauses of amendments that do not hold
// are among them, so that the cells are the same whatever becomes of those.
func readVocabularies(b *offtake.Book, deals []*deal) *vocabularies {
	var used struct {
		regions, sites, assets, customers []string
		quantities, lengths               []int64
		starts                            []time.Time
	}
	scoped := func(d *deal, s offtake.Scope) {
		used.regions = appendWords(used.regions, s.Regions)
		used.sites = appendWords(used.sites, s.Sites)
		used.assets = appendWords(used.assets, s.Assets)
		used.customers = appendWords(used.customers, s.Customers)
		used.quantities = appendBounds(used.quantities, s.Quantity.AtLeast, s.Quantity.AtMost)
		used.lengths = appendLengths(used.lengths, s.Term)
		for _, w := range []offtake.When{s.Start.From, s.Start.Until} {
			if !w.IsZero() {
				used.starts = append(used.starts, d.resolve(w))
			}
		}
	}
	for _, d := range deals {
		for c := range d.clauses() {
			scoped(d, scopeOf(c.Body))
			switch body := c.Body.(type) {
			case offtake.Consent:
				used.quantities = appendBounds(used.quantities, 0, body.Limit.Quantity)
			case offtake.Licence:
				used.assets = appendWords(used.assets, body.Assets)
			}
		}
	}
	return &vocabularies{
		provider: closed(namesOf(b.Providers, func(p offtake.Provider) offtake.ProviderName { return p.Name })),
		party:    closed(namesOf(b.Parties, func(p offtake.Party) offtake.PartyName { return p.Name })),
		purpose:  closed(b.Purposes),
		product:  closed(namesOf(b.Products, func(p offtake.ProductDecl) offtake.Product { return p.Name })),
		accelerator: closed(namesOf(b.Accelerators, func(a offtake.AcceleratorDecl) offtake.Accelerator {
			return a.Name
		})),
		quantity: numbers(used.quantities, 1),
		region:   declaredOr(namesOf(b.Regions, func(r offtake.RegionDecl) offtake.Region { return r.Name }), used.regions),
		site:     declaredOr(b.Sites, used.sites),
		term:     numbers(used.lengths, 0),
		start:    instants(used.starts),
		capacity: closed([]offtake.Capacity{offtake.NewCapacity, offtake.HeldCapacity}),
		asset:    declaredOr(b.Assets, used.assets),
		customer: declaredOr(b.Customers, used.customers),
	}
}

// clauses gives every clause of an agreement and of its amendments.
func (d *deal) clauses() iter.Seq[*offtake.Clause] {
	return func(yield func(*offtake.Clause) bool) {
		for i := range d.agreement.Clauses {
			if !yield(&d.agreement.Clauses[i]) {
				return
			}
		}
		for i := range d.agreement.Amendments {
			for j := range d.agreement.Amendments[i].Clauses {
				if !yield(&d.agreement.Amendments[i].Clauses[j]) {
					return
				}
			}
		}
	}
}

func namesOf[D any, N ~string](decls []D, name func(D) N) []N {
	if decls == nil {
		return nil
	}
	out := make([]N, 0, len(decls))
	for _, d := range decls {
		out = append(out, name(d))
	}
	return out
}

func declaredOr[T ~string](declared []T, used []string) *vocabulary {
	if declared != nil {
		return closed(declared)
	}
	return free(used)
}

func appendWords[T ~string](to []string, words []T) []string {
	for _, w := range words {
		to = append(to, string(w))
	}
	return to
}

// appendBounds adds where the cells begin that inclusive bounds cut.
func appendBounds(to []int64, atLeast, atMost int64) []int64 {
	if atLeast > 0 {
		to = append(to, atLeast)
	}
	if atMost > 0 && atMost < math.MaxInt64 {
		to = append(to, atMost+1)
	}
	return to
}

func appendLengths(to []int64, b offtake.DurationBounds) []int64 {
	if !b.AtLeast.IsZero() {
		to = append(to, lengthOf(b.AtLeast))
	}
	if !b.AtMost.IsZero() {
		to = append(to, lengthOf(b.AtMost)+1)
	}
	return to
}

// scopeOf gives the scope of a clause's body; one without a scope covers everything.
func scopeOf(body offtake.Body) offtake.Scope {
	switch b := body.(type) {
	case offtake.Exclusivity:
		return b.Scope
	case offtake.FirstRefusal:
		return b.Scope
	case offtake.FirstOffer:
		return b.Scope
	case offtake.FirstPlacement:
		return b.Scope
	case offtake.Consent:
		return b.Scope
	case offtake.Commitment:
		return b.Eligible
	case offtake.Rate:
		return b.Scope
	case offtake.Licence:
		return b.Scope
	}
	return offtake.Scope{}
}

// boxOf compiles a scope of one of the agreement's clauses.
func (l *Law) boxOf(d *deal, s offtake.Scope) box {
	v := l.words
	b := box{
		provider:    wordSet(v[provider], s.Providers),
		purpose:     wordSet(v[purpose], s.Purposes),
		product:     wordSet(v[product], s.Products),
		accelerator: wordSet(v[accelerator], s.Accelerators),
		region:      wordSet(v[region], s.Regions),
		site:        wordSet(v[site], s.Sites),
		asset:       wordSet(v[asset], s.Assets),
		customer:    wordSet(v[customer], s.Customers),
		quantity:    span(v[quantity], s.Quantity),
	}
	if s.Capacity != "" {
		b[capacity] = wordSet(v[capacity], []offtake.Capacity{s.Capacity})
	}
	if s.Route != "" {
		b[provider] = b[provider].and(l.routes[s.Route])
	}
	if !s.Term.AtLeast.IsZero() || !s.Term.AtMost.IsZero() {
		b[term] = set{bounded: true, hi: v[term].size}
		if !s.Term.AtLeast.IsZero() {
			b[term].lo = v[term].number(lengthOf(s.Term.AtLeast))
		}
		if !s.Term.AtMost.IsZero() {
			b[term].hi = v[term].number(lengthOf(s.Term.AtMost)) + 1
		}
	}
	if !s.Start.IsZero() {
		b[start] = set{bounded: true, hi: v[start].size}
		if !s.Start.From.IsZero() {
			b[start].lo = v[start].instant(d.resolve(s.Start.From))
		}
		if !s.Start.Until.IsZero() {
			b[start].hi = v[start].instant(d.resolve(s.Start.Until))
		}
	}
	return b
}

// span gives the cells between inclusive bounds.
func span(v *vocabulary, b offtake.Bounds) set {
	if b == (offtake.Bounds{}) {
		return set{}
	}
	s := set{bounded: true, hi: v.size}
	if b.AtLeast > 0 {
		s.lo = v.number(b.AtLeast)
	}
	if b.AtMost > 0 {
		s.hi = v.number(b.AtMost) + 1
	}
	return s
}

package rights

import (
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
)

// A Question is one of the four questions with its facts, its words turned
// into cells once. It may be asked of the Terms of any instant of its Law.
type Question struct {
	ask       offtake.Ask
	cells     [dims]cell
	purposes  []cell // all of them, where there are several
	quantity  int64
	suppliers set  // where the provider is not stated: those it may be
	byProduct bool // a `use` by whoever the unstated product belongs to
	facts     *offtake.Facts
	measured  Measured
	lifted    *clauseTerm // taken as lifted, to see what that would change
}

// Measured says what has been measured of consents, and of first placements: a
// consent that is not in it has been used for nothing, and its share is met.
type Measured map[offtake.ClauseRef]Left

// Left is what a consent, or a first placement, has left.
type Left struct {
	Broken   bool  // its share is not met
	Limited  bool  // Quantity bounds what is asked for
	Quantity int64 // accelerators left under its limit
	Over     bool  // of a first placement: its head start is over for the product
}

// off reports whether a restriction does not count for the question.
func (q *Question) off(r *row) bool {
	return r.term == q.lifted || q.measured != nil && q.measured[r.reason.Clause].Over
}

// Given returns the question with what has been measured. The map is kept.
func (q Question) Given(m Measured) Question {
	q.measured = m
	return q
}

// Question turns the facts of a question into cells. Words that the book does
// not declare are an error, as are facts that contradict each other: a route
// that is not the provider's.
//
// Facts that follow from others need not be stated. The provider gives the
// route; a product gives the purpose where none is stated, and whose it is;
// `procure` is about new capacity and `place` and `serve` about held, unless
// stated otherwise.
func (l *Law) Question(ask offtake.Ask, f offtake.Facts) (Question, error) {
	q := Question{ask: ask, quantity: f.Quantity, facts: &f}
	switch ask {
	case offtake.Procure, offtake.Place, offtake.Serve, offtake.Use:
	default:
		return q, offtake.Refuse(offtake.Invalid, "question %q is not procure, place, serve or use", ask)
	}
	if f.Quantity < 0 {
		return q, offtake.Refuse(offtake.Invalid, "quantity %d is negative, and accelerators are counted from 1", f.Quantity)
	}
	r := reader{law: l, q: &q}
	for d := range q.cells {
		q.cells[d] = unknown
	}
	r.word(provider, string(f.Provider))
	r.word(product, string(f.Product))
	r.word(accelerator, string(f.Accelerator))
	r.word(region, string(f.Region))
	r.word(site, string(f.Site))
	r.word(asset, string(f.Asset))
	r.word(customer, string(f.Customer))
	r.word(capacity, string(capacityOf(ask, f)))
	r.purposes(f)
	r.actor(f)
	r.measures(f)
	r.route(f)
	r.absent(f.Absent)
	return q, r.err
}

func capacityOf(ask offtake.Ask, f offtake.Facts) offtake.Capacity {
	switch {
	case f.Capacity != "":
		return f.Capacity
	case ask == offtake.Procure:
		return offtake.NewCapacity
	case ask == offtake.Use:
		return ""
	}
	return offtake.HeldCapacity
}

// A reader fills a question's cells, up to the first error.
type reader struct {
	law *Law
	q   *Question
	err error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// lookup gives the cell of a word.
func (r *reader) lookup(d dim, what offtake.Dimension, w string) cell {
	c, ok := r.law.words[d].word(w)
	if !ok {
		r.fail(offtake.Refuse(offtake.NotFound, "%s %q is not declared in the book%s", what, w, meant(w, r.law.words[d].names)))
		return unknown
	}
	return c
}

func (r *reader) word(d dim, w string) {
	if w != "" {
		r.q.cells[d] = r.lookup(d, dimNames[d], w)
	} else if r.law.words[d].size == 0 {
		r.q.cells[d] = r.law.words[d].none()
	}
}

func (r *reader) purposes(f offtake.Facts) {
	words := f.Purposes
	if len(words) == 0 {
		decl, _ := r.law.book.Product(f.Product)
		if f.Product == "" || decl.Purpose == "" {
			r.word(purpose, "")
			return
		}
		words = []offtake.Purpose{decl.Purpose}
	}
	var cells []cell
	for _, w := range words {
		if c := r.lookup(purpose, offtake.DimPurpose, string(w)); !slices.Contains(cells, c) {
			cells = append(cells, c)
		}
	}
	r.q.cells[purpose] = cells[0]
	if len(cells) > 1 {
		r.q.purposes = cells
	}
}

// actor finds who buys or uses: the party stated, for a use the licensee or
// else whose product it is, the buyer otherwise.
func (r *reader) actor(f offtake.Facts) {
	who, what := f.Party, offtake.DimParty
	if r.q.ask == offtake.Use && f.Licensee != "" {
		who, what = f.Licensee, offtake.DimLicensee
	}
	if who == "" && r.q.ask == offtake.Use {
		decl, _ := r.law.book.Product(f.Product)
		who = decl.Party
		if f.Product == "" && r.law.words[product].size > 0 && !slices.Contains(f.Absent, offtake.DimProduct) {
			r.q.byProduct = true
			return
		}
	}
	if who == "" {
		who = r.law.book.Buyer
	}
	r.q.cells[party] = r.lookup(party, what, string(who))
}

func (r *reader) measures(f offtake.Facts) {
	v := r.law.words
	if f.Quantity > 0 {
		r.q.cells[quantity] = v[quantity].number(f.Quantity)
	}
	if !f.Term.IsZero() {
		r.q.cells[term] = v[term].number(lengthOf(f.Term))
	}
	if !f.Start.IsZero() {
		r.q.cells[start] = v[start].instant(r.law.Resolve("", f.Start))
	}
}

// route holds a stated route against the provider, or against those it may be.
func (r *reader) route(f offtake.Facts) {
	if f.Route == "" {
		return
	}
	by, ok := r.law.routes[f.Route]
	if !ok {
		r.fail(offtake.Refuse(offtake.Invalid, "route %q is not cloud or build", f.Route))
		return
	}
	c := r.q.cells[provider]
	if c != unknown && c != r.law.words[provider].none() && !by.has(c) {
		p, _ := r.law.book.Provider(f.Provider)
		r.fail(offtake.Refuse(offtake.Invalid, "route %q contradicts provider %q, whose route is %q", f.Route, f.Provider, routeOf(p)))
	}
	if c == unknown {
		r.q.suppliers = by
		switch {
		case by.empty() && r.q.ask == offtake.Use:
			r.q.cells[provider] = r.law.words[provider].none()
		case by.empty():
			r.fail(offtake.Refuse(offtake.NotFound, "route %q is no provider's of the book, and somebody has to supply", f.Route))
		}
	}
}

func (r *reader) absent(absent []offtake.Dimension) {
	for _, name := range absent {
		d := slices.Index(dimNames[:], name)
		switch {
		case d < 0 && (name == offtake.DimRoute || name == offtake.DimLicensee):
		case d < 0:
			r.fail(offtake.Refuse(offtake.Invalid, "fact %q is not a dimension of a question", name))
		case dim(d) == party:
		case stated(*r.q.facts, name):
			r.fail(offtake.Refuse(offtake.Invalid, "fact %q is stated and said to have no value, and it can be only one of them", name))
		case dim(d) == provider && r.q.ask != offtake.Use: // somebody has to supply, so it is only not known who
		default:
			r.q.cells[d] = r.law.words[d].none()
			if dim(d) == purpose {
				r.q.purposes = nil
			}
		}
	}
}

func stated(f offtake.Facts, d offtake.Dimension) bool {
	switch d {
	case offtake.DimProvider:
		return f.Provider != ""
	case offtake.DimPurpose:
		return len(f.Purposes) > 0
	case offtake.DimProduct:
		return f.Product != ""
	case offtake.DimAccelerator:
		return f.Accelerator != ""
	case offtake.DimQuantity:
		return f.Quantity != 0
	case offtake.DimRegion:
		return f.Region != ""
	case offtake.DimSite:
		return f.Site != ""
	case offtake.DimTerm:
		return !f.Term.IsZero()
	case offtake.DimStart:
		return !f.Start.IsZero()
	case offtake.DimCapacity:
		return f.Capacity != ""
	case offtake.DimAsset:
		return f.Asset != ""
	case offtake.DimCustomer:
		return f.Customer != ""
	}
	return false
}

// meant names the nearest declared word, as the end of an error.
func meant(w string, names []string) string {
	best, at := "", 1+max(1, len(w)/3)
	for _, n := range names {
		if d := distance(strings.ToLower(w), strings.ToLower(n)); n != "" && d < at {
			best, at = n, d
		}
	}
	if best != "" {
		return sprintf(", did you mean %q?", best)
	}
	return ""
}

// distance counts the letters to insert, drop or change to get from a to b.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		corner := row[0]
		row[0] = i + 1
		for j := range b {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

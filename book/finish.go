package book

import (
	"fmt"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
)

// finish settles what can be known only when all is read: names, defaults that
// come from the Book, and clauses that refer to one another.
func (r *reader) finish() (*offtake.Book, []offtake.Finding) {
	r.clause, r.agreement = "", ""
	switch {
	case len(r.books) == 0 && !r.broken:
		r.mistake(offtake.Pos{File: "."}, "no-book", "the folder has no document of kind: Book; expected exactly one")
	case len(r.books) > 1:
		for _, p := range r.books[1:] {
			r.mistake(p, "second-book", "kind: Book occurs twice, the first at %s; expected exactly one", r.books[0])
		}
	}
	if len(r.books) > 0 {
		r.fill()
		r.settleNames()
	}
	if !r.broken {
		r.settleClauses()
	}
	if r.dropped > 0 {
		r.findings = append(r.findings, offtake.Finding{Pos: offtake.Pos{File: "."}, Code: "too-many-findings",
			Message: fmt.Sprintf("%d more mistakes are not listed", r.dropped)})
	}
	if worst, any := offtake.Worst(r.findings); !any || worst != offtake.Mistake {
		r.notes()
	} else {
		r.leaveOut()
	}
	if r.noted > maxFindings {
		r.report(offtake.Finding{Severity: offtake.Note, Pos: offtake.Pos{File: "."}, Code: "too-many-findings",
			Message: fmt.Sprintf("%d more notes are not listed", r.noted-maxFindings)})
	}
	offtake.SortFindings(r.findings)
	if len(r.books) == 0 {
		return nil, r.findings
	}
	return &r.book, r.findings
}

// fill puts in what a document left to the Book to say.
func (r *reader) fill() {
	b := &r.book
	if b.Calendar == "" && len(b.Calendars) == 1 {
		b.Calendar = b.Calendars[0].Name
	}
	if b.Calendar == "" && len(b.Calendars) > 1 {
		r.report(offtake.Finding{Pos: b.Pos, Code: "missing-field",
			Message: fmt.Sprintf("Book lacks %q, which is required where several calendars are declared: one of %s", "calendar", listed(r.names(calendar), 10))})
	}
	if len(b.Calendars) == 0 && r.dated.Line > 0 {
		r.mistake(r.dated, "no-calendar", "a date or a number of business days means nothing here, because the book declares no calendar")
	}
	for i := range b.Agreements {
		if b.Agreements[i].Calendar == "" {
			b.Agreements[i].Calendar = b.Calendar
		}
	}
	for i := range b.Products {
		if b.Products[i].Party == "" {
			b.Products[i].Party = b.Buyer
		}
	}
}

// names gives what the book declares of a vocabulary, in the order written.
func (r *reader) names(of vocabulary) []string {
	b := &r.book
	switch of {
	case party:
		return namesOf(b.Parties, func(v offtake.Party) string { return string(v.Name) })
	case provider:
		return namesOf(b.Providers, func(v offtake.Provider) string { return string(v.Name) })
	case purpose:
		return namesOf(b.Purposes, func(v offtake.Purpose) string { return string(v) })
	case product:
		return namesOf(b.Products, func(v offtake.ProductDecl) string { return string(v.Name) })
	case accelerator:
		return namesOf(b.Accelerators, func(v offtake.AcceleratorDecl) string { return string(v.Name) })
	case calendar:
		return namesOf(b.Calendars, func(v offtake.Calendar) string { return string(v.Name) })
	case asset:
		return namesOf(b.Assets, func(v offtake.Asset) string { return string(v) })
	case region:
		return namesOf(b.Regions, func(v offtake.RegionDecl) string { return string(v.Name) })
	case site:
		return namesOf(b.Sites, func(v offtake.Site) string { return string(v) })
	case customer:
		return namesOf(b.Customers, func(v offtake.Customer) string { return string(v) })
	case currency:
		return []string{string(b.Currency)}
	}
	return nil
}

func namesOf[T any](items []T, name func(T) string) []string {
	out := make([]string, len(items))
	for i, x := range items {
		out[i] = name(x)
	}
	return out
}

// settleNames refuses names that nobody declared.
func (r *reader) settleNames() {
	var known [vocabularies][]string
	var is [vocabularies]map[string]bool
	for v := range vocabularies {
		known[v] = r.names(v)
		is[v] = make(map[string]bool, len(known[v]))
		for _, name := range known[v] {
			is[v][name] = true
		}
	}
	for _, u := range r.uses {
		r.agreement, r.clause = u.in.Agreement, u.in.Clause
		switch {
		case is[u.of][u.name] || u.of.mayBeFree() && len(known[u.of]) == 0:
		case u.of == region && r.anyRegion(u.name):
		case u.of == currency && r.book.Currency == "":
		case u.of == currency:
			r.mistake(u.pos, "wrong-currency", "currency %s is not the book's, %s", clip(u.name), r.book.Currency)
		default:
			r.undeclared(u, known[u.of])
		}
	}
	r.agreement, r.clause = "", ""
}

func (r *reader) undeclared(u use, known []string) {
	if r.full() {
		return
	}
	w := vocabularyWords[u.of]
	f := offtake.Finding{Pos: u.pos, Code: "undeclared", Hint: didYouMean(u.name, known),
		Message: fmt.Sprintf("%q is not %s the book declares; expected one of %s", clip(u.name), w.one, listed(known, 20))}
	if len(known) == 0 {
		f.Message = fmt.Sprintf("%q is not %s the book declares; it declares no %s", clip(u.name), w.one, w.many)
	}
	r.report(f)
}

// anyRegion reports whether a name with a trailing * covers a declared region.
func (r *reader) anyRegion(name string) bool {
	head, ok := strings.CutSuffix(name, "*")
	return ok && slices.ContainsFunc(r.book.Regions, func(d offtake.RegionDecl) bool { return strings.HasPrefix(string(d.Name), head) })
}

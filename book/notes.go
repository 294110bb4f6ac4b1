package book

import (
	"fmt"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
)

// notes adds what is worth knowing once the book loads.
func (r *reader) notes() {
	r.noteUnused()
	r.noteParties()
}

// noteUnused tells which declared names nothing uses.
func (r *reader) noteUnused() {
	used := make(map[use]bool)
	var beginnings []string
	for _, u := range r.uses {
		used[use{of: u.of, name: u.name}] = true
		if head, ok := strings.CutSuffix(u.name, "*"); ok && u.of == region {
			beginnings = append(beginnings, head)
		}
	}
	for _, d := range r.declarations() {
		if used[use{of: d.of, name: d.name}] || d.of == calendar && d.name == string(r.book.Calendar) || d.of == region && begins(d.name, beginnings) {
			continue
		}
		r.note(d.pos, "unused-name", "%q is declared among the %s and used nowhere", d.name, vocabularyWords[d.of].many)
	}
}

func begins(name string, beginnings []string) bool {
	for _, b := range beginnings {
		if strings.HasPrefix(name, b) {
			return true
		}
	}
	return false
}

// declarations gives every name the Book declares, with its place.
func (r *reader) declarations() []use {
	out := r.listed
	b := &r.book
	for _, v := range b.Parties {
		out = append(out, use{of: party, name: string(v.Name), pos: v.Pos})
	}
	for _, v := range b.Providers {
		out = append(out, use{of: provider, name: string(v.Name), pos: v.Pos})
	}
	for _, v := range b.Products {
		out = append(out, use{of: product, name: string(v.Name), pos: v.Pos})
	}
	for _, v := range b.Regions {
		out = append(out, use{of: region, name: string(v.Name), pos: v.Pos})
	}
	for _, v := range b.Accelerators {
		out = append(out, use{of: accelerator, name: string(v.Name), pos: v.Pos})
	}
	for _, v := range b.Calendars {
		out = append(out, use{of: calendar, name: string(v.Name), pos: v.Pos})
	}
	return out
}

// noteParties tells of clauses that give or ask something of somebody whom
// their agreement does not bind, and of holders that would supply from somebody
// else's provider.
func (r *reader) noteParties() {
	for _, a := range r.book.Agreements {
		for _, c := range a.Clauses {
			r.noteClause(a, a.Parties, c)
		}
		for _, m := range a.Amendments {
			for _, c := range m.Clauses {
				r.noteClause(a, slices.Concat(a.Parties, m.SignedBy), c)
			}
		}
	}
	r.agreement, r.clause = "", ""
}

func (r *reader) noteClause(a offtake.Agreement, bound []offtake.PartyName, c offtake.Clause) {
	r.agreement, r.clause = a.Name, c.Name
	for _, p := range r.concerned(c.Body) {
		if !slices.ContainsFunc(bound, func(b offtake.PartyName) bool { return r.book.Affiliated(b, p.party) }) {
			r.note(c.Pos, "not-a-party", "%s is no party of agreement %q", p.as, a.Name)
		}
	}
	if f, ok := c.Body.(offtake.FirstRefusal); ok {
		for _, h := range f.Holders {
			if p, ok := r.book.Provider(h.Provider); ok && !r.book.Affiliated(p.Party, h.Party) {
				r.note(c.Pos, "provider-of-another", "holder %q would supply from provider %q, which belongs to %q", h.Party, h.Provider, p.Party)
			}
		}
	}
}

// A role is a party in what it is to a clause, and how a note calls it.
type role struct {
	as    string
	party offtake.PartyName
}

func as(what string, p offtake.PartyName) role { return role{fmt.Sprintf("%s %q", what, p), p} }

// concerned gives those whose right or duty a clause is.
func (r *reader) concerned(body offtake.Body) []role {
	switch b := body.(type) {
	case offtake.Exclusivity:
		return r.supplier(b.Provider)
	case offtake.FirstRefusal:
		out := []role{as("grantor", b.Grantor)}
		for _, h := range b.Holders {
			out = append(out, as("holder", h.Party))
		}
		return out
	case offtake.FirstOffer:
		return []role{as("holder", b.Holder)}
	case offtake.FirstPlacement:
		return r.supplier(b.Provider)
	case offtake.Commitment:
		return r.supplier(b.Provider)
	case offtake.Reservation:
		return r.supplier(b.Provider)
	case offtake.Rate:
		return r.supplier(b.Provider)
	case offtake.Licence:
		return []role{as("licensor", b.Licensor), as("licensee", b.Licensee)}
	}
	return nil
}

func (r *reader) supplier(name offtake.ProviderName) []role {
	p, _ := r.book.Provider(name)
	return []role{{fmt.Sprintf("provider %q belongs to %q, which", name, p.Party), p.Party}}
}

package book

import (
	"strings"

	"github.com/offtake-dev/offtake"
)

// notes adds what is worth knowing once the book loads.
func (r *reader) notes() {
	r.noteUnused()
	r.noteHolders()
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

// noteHolders tells of holders that would supply from somebody else's provider.
func (r *reader) noteHolders() {
	for _, a := range r.book.Agreements {
		all := a.Clauses
		for _, m := range a.Amendments {
			all = append(all[:len(all):len(all)], m.Clauses...)
		}
		for _, c := range all {
			f, ok := c.Body.(offtake.FirstRefusal)
			if !ok {
				continue
			}
			for _, h := range f.Holders {
				if p, ok := r.book.Provider(h.Provider); ok && !r.book.Affiliated(p.Party, h.Party) {
					r.agreement, r.clause = a.Name, c.Name
					r.note(c.Pos, "provider-of-another", "holder %q would supply from provider %q, which belongs to %q", h.Party, h.Provider, p.Party)
				}
			}
		}
	}
	r.agreement, r.clause = "", ""
}

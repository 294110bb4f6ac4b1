package book

import (
	"slices"

	"github.com/offtake-dev/offtake"
)

// leaveOut takes out of a book that does not load what could make more seem
// wrong than is: clauses and agreements with a mistake. What stays is as it
// would be without them, so whatever contradicts there does contradict.
func (r *reader) leaveOut() {
	b := &r.book
	if r.dropped > 0 {
		b.Agreements = nil // which of them have a mistake is not known
	}
	unheard := r.broken || r.faulty[offtake.ClauseRef{}]
	b.Agreements = slices.DeleteFunc(b.Agreements, func(a offtake.Agreement) bool {
		return a.Name == "" || r.faulty[offtake.ClauseRef{Agreement: a.Name}] || r.unclear(a, unheard)
	})
	for i := range b.Agreements {
		a := &b.Agreements[i]
		a.Clauses = slices.DeleteFunc(a.Clauses, func(c offtake.Clause) bool {
			return r.faulty[offtake.ClauseRef{Agreement: a.Name, Clause: c.Name}]
		})
	}
}

// unclear reports whether it cannot be told when the clauses of an agreement
// are in force: one with a mistake may decide whose signature an amendment
// lacks, and an answer that was not read may end another.
func (r *reader) unclear(a offtake.Agreement, unheard bool) bool {
	all := slices.Clone(a.Clauses)
	for _, m := range a.Amendments {
		all = append(all, m.Clauses...)
	}
	return slices.ContainsFunc(all, func(c offtake.Clause) bool {
		fault := r.faulty[offtake.ClauseRef{Agreement: a.Name, Clause: c.Name}]
		return fault && len(a.Amendments) > 0 || r.hangs(c.Until, a.Name, unheard)
	})
}

// hangs reports whether an answer that may not have been read ends a clause.
func (r *reader) hangs(u offtake.Until, in offtake.AgreementName, unheard bool) bool {
	elsewhere := u.Determined.Agreement != in && len(r.faulty) > 0
	if !u.Determined.IsZero() && (unheard || elsewhere || r.faulty[u.Determined]) {
		return true
	}
	return slices.ContainsFunc(u.FirstOf, func(u offtake.Until) bool { return r.hangs(u, in, unheard) })
}

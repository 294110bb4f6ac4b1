package book

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
)

// A life is a clause from the version of its agreement that brings it to the
// one that removes or replaces it.
type life struct {
	clause    *offtake.Clause
	amendment int   // index of the amendment that brings it; -1 with the agreement
	from, end int64 // seconds; end is MaxInt64 while nothing ends it
	ended     *offtake.Amendment
}

type lives map[offtake.ClauseRef][]life

// settleClauses refuses references to clauses that are not there, at the
// version of the terms where the reference stands, and amendments that change
// nothing or do not say what they must.
func (r *reader) settleClauses() {
	all := make(lives)
	for i := range r.book.Agreements {
		r.live(&r.book.Agreements[i], all)
	}
	for _, ref := range r.refs {
		r.settleRef(ref, all)
	}
	r.clause, r.agreement = "", ""
}

// live follows an agreement through its amendments, in the order they take hold.
func (r *reader) live(a *offtake.Agreement, all lives) {
	r.agreement, r.clause = a.Name, ""
	start := about(a.Effective).Unix()
	current := make(map[offtake.ClauseName]int)
	bring := func(c *offtake.Clause, amendment int, at int64) {
		ref := offtake.ClauseRef{Agreement: a.Name, Clause: c.Name}
		all[ref] = append(all[ref], life{c, amendment, at, math.MaxInt64, nil})
		current[c.Name] = len(all[ref]) - 1
	}
	for i := range a.Clauses {
		bring(&a.Clauses[i], -1, start)
	}
	for _, i := range inOrder(a.Amendments) {
		m := &a.Amendments[i]
		// One that somebody has not signed may come to nothing: what it would
		// remove goes on for what follows, and what it would add is there.
		draft := slices.ContainsFunc(a.Parties, func(p offtake.PartyName) bool { return !slices.Contains(m.SignedBy, p) })
		at := max(about(m.Effective).Unix(), start)
		var touched []offtake.ClauseName
		end := func(name offtake.ClauseName) {
			l := &all[offtake.ClauseRef{Agreement: a.Name, Clause: name}][current[name]]
			if hasSteps(l.clause.Body) {
				touched = append(touched, name)
			}
			if draft {
				return
			}
			l.end, l.ended = at, m
			delete(current, name)
		}
		for _, name := range m.Remove {
			if _, ok := current[name]; !ok {
				r.unknownRemoval(a, i, name, current)
				continue
			}
			end(name)
		}
		for j := range m.Clauses {
			c := &m.Clauses[j]
			if _, ok := current[c.Name]; ok {
				end(c.Name)
			}
			bring(c, i, at)
		}
		if len(touched) > 0 && m.OpenProcesses == "" {
			r.report(offtake.Finding{Pos: m.Pos, Code: "missing-choice",
				Message: fmt.Sprintf("amendment %q lacks %q, which has no default: one of continue, apply", m.Name, "open_processes"),
				Hint: fmt.Sprintf("it removes or replaces %q, a right with steps in time; processes already running go on under the terms they began with (continue) or under the new ones (apply)",
					touched[0])})
		}
	}
}

// inOrder gives the amendments by the time they take hold, then as written.
func inOrder(as []offtake.Amendment) []int {
	out := make([]int, len(as))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(i, j int) int { return about(as[i].Effective).Compare(about(as[j].Effective)) })
	return out
}

func hasSteps(b offtake.Body) bool {
	switch b.(type) {
	case offtake.FirstRefusal, offtake.FirstOffer, offtake.FirstPlacement:
		return true
	}
	return false
}

func (r *reader) unknownRemoval(a *offtake.Agreement, amendment int, name offtake.ClauseName, current map[offtake.ClauseName]int) {
	if r.full() {
		return
	}
	known := make([]string, 0, len(current))
	for c := range current {
		known = append(known, string(c))
	}
	slices.Sort(known)
	pos := a.Amendments[amendment].Pos
	for _, m := range r.removals {
		if m.agreement == a.Name && m.amendment == amendment && m.clause == name {
			pos = m.pos
		}
	}
	r.report(offtake.Finding{Pos: pos, Code: "unknown-clause", Hint: didYouMean(string(name), known),
		Message: fmt.Sprintf("amendment %q removes clause %q, which is not in force then%s", a.Amendments[amendment].Name, name, among(known))})
}

// settleRef refuses a reference to nothing, to a clause of the wrong kind, or
// to one that is removed while the reference stands.
func (r *reader) settleRef(u clauseUse, all lives) {
	r.agreement, r.clause = u.in, u.clause
	targets, ok := all[u.ref]
	if !ok {
		r.unknownRef(u, all)
		return
	}
	for _, t := range targets {
		if u.kinds != nil && t.clause.Body != nil && !slices.Contains(u.kinds, t.clause.Body.Kind()) {
			r.mistake(u.pos, "wrong-clause", "clause %q is of kind %s; expected %s", u.ref, t.clause.Body.Kind(), strings.Join(u.kinds, " or "))
			return
		}
	}
	if u.clause == "" {
		return // a statement stands outside all versions
	}
	at := slices.IndexFunc(all[r.here()], func(l life) bool { return l.amendment == u.amendment })
	if at < 0 {
		return
	}
	r.covers(u, all[r.here()][at], targets)
}

// covers refuses a reference whose target is not there for all the time that
// the clause it stands in is.
func (r *reader) covers(u clauseUse, from life, targets []life) {
	targets = slices.Clone(targets)
	slices.SortStableFunc(targets, func(a, b life) int { return cmp.Compare(a.from, b.from) })
	at := from.from
	if u.ref.Agreement != u.in {
		at = max(at, targets[0].from) // another agreement may begin later
	}
	var last *offtake.Amendment
	for _, t := range targets {
		if t.from <= at {
			if t.end > at || last == nil {
				last = t.ended
			}
			at = max(at, t.end)
		}
	}
	switch {
	case at >= from.end && at > from.from, at == math.MaxInt64:
	case last == nil:
		r.mistake(u.pos, "unknown-clause", "clause %q comes only later than the clause that refers to it", u.ref)
	default:
		r.mistake(u.pos, "removed-clause", "clause %q is removed by amendment %q while %q refers to it", u.ref, last.Name, r.here())
	}
}

func (r *reader) unknownRef(u clauseUse, all lives) {
	if r.full() {
		return
	}
	var known []string
	for ref := range all {
		if ref.Agreement == u.in {
			known = append(known, string(ref.Clause))
		}
		known = append(known, ref.String())
	}
	slices.Sort(known)
	r.report(offtake.Finding{Pos: u.pos, Code: "unknown-clause", Hint: didYouMean(u.ref.String(), known),
		Message: fmt.Sprintf("clause %q does not exist", u.ref)})
}

// among ends a sentence about a clause with those there are.
func among(known []string) string {
	if len(known) == 0 {
		return "; no clause is"
	}
	return "; expected one of " + listed(known, 20)
}

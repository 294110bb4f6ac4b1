package market

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/rights"
)

// A law reads the book's law for the market: which terms hold at an instant,
// and the contracts under which processes run. What it keeps it could find
// again; none of it is state.
type law struct {
	book    *offtake.Book
	rights  *rights.Law
	pinned  time.Time // terms of this instant hold throughout; zero: as they change
	covers  func(c *refusal.Contract, at time.Time, t offtake.OfferTerms) refusal.Cover
	changes []time.Time

	terms       [2]kept // the last two instants asked about tend to be asked again
	contracts   map[contractKey]*refusal.Contract
	commitments map[int]*drawdown.Set
}

// kept is a version of the terms and the time it holds.
type kept struct {
	from, until time.Time
	terms       *rights.Terms
}

type contractKey struct {
	ref     offtake.ClauseRef
	version int
}

func newLaw(s Setup) *law {
	return &law{
		book: s.Book, rights: s.Law, pinned: s.TermsAt, changes: s.Law.Changes(),
		contracts: map[contractKey]*refusal.Contract{}, commitments: map[int]*drawdown.Set{},
	}
}

// when gives the instant whose terms hold at an instant.
func (l *law) when(at time.Time) time.Time {
	if !l.pinned.IsZero() {
		return l.pinned
	}
	return at
}

// at gives the terms in force.
func (l *law) at(at time.Time) *rights.Terms {
	at = l.when(at)
	for i := range l.terms {
		k := &l.terms[i]
		if k.terms != nil && !at.Before(k.from) && (k.until.IsZero() || at.Before(k.until)) {
			return k.terms
		}
	}
	k := kept{terms: l.rights.At(at)}
	n := l.rights.Version(at)
	if n > 0 {
		k.from = l.changes[n-1]
	}
	if n < len(l.changes) {
		k.until = l.changes[n]
	}
	l.terms[1], l.terms[0] = l.terms[0], k
	return k.terms
}

func (l *law) version(at time.Time) int { return l.rights.Version(l.when(at)) }

func (l *law) inForce(at time.Time) []rights.Standing { return l.rights.InForce(l.when(at)) }

// Refusals gives the first refusals in force that the buyer gave.
func (l *law) Refusals(at time.Time) (refs []offtake.ClauseRef) {
	for _, s := range l.inForce(at) {
		if _, ok := s.Clause.Body.(offtake.FirstRefusal); ok {
			refs = append(refs, s.Ref)
		}
	}
	return refs
}

// Contract gives the version of a first refusal in force at an instant.
func (l *law) Contract(ref offtake.ClauseRef, at time.Time) (*refusal.Contract, error) {
	at = l.when(at)
	key := contractKey{ref, l.rights.Version(at)}
	if c, ok := l.contracts[key]; ok {
		return c, nil
	}
	clause, ok := l.rights.Clause(ref, at)
	right, isRefusal := clause.Body.(offtake.FirstRefusal)
	if !ok || !isRefusal {
		return nil, offtake.Refuse(offtake.NotFound, "clause %s is no first refusal in force at %s", ref, offtake.Stamp(at))
	}
	if err := supportedRefusal(l.book, ref, clause, right); err != nil {
		return nil, err
	}
	rules, err := l.rights.Calendars().Rules(right.Time, l.rights.Calendar(ref.Agreement).Name())
	if err != nil {
		return nil, err
	}
	c := &refusal.Contract{
		Ref: ref, Version: l.changes[key.version-1], Right: right, Rules: rules, Book: l.book,
		Dates: cmp.Or(l.rights.Calendar(""), rules.Calendar),
	}
	c.Covers = func(at time.Time, t offtake.OfferTerms) refusal.Cover { return l.covers(c, at, t) }
	l.contracts[key] = c
	return c, nil
}

// Amendment gives what an amendment means for the processes of a clause.
func (l *law) Amendment(ref offtake.ClauseRef, d offtake.Amend) (m refusal.Amendment, from time.Time, err error) {
	from, signed, _ := l.rights.Effective(d.Agreement, d.Amendment)
	declared, ok := l.amendment(d)
	if !ok {
		return m, from, offtake.Refuse(offtake.NotFound, "amendment %q of %q does not exist", d.Amendment, d.Agreement)
	}
	replaced := slices.ContainsFunc(declared.Clauses, func(c offtake.Clause) bool { return c.Name == ref.Clause })
	removed := slices.Contains(declared.Remove, ref.Clause) && !replaced
	m = refusal.Amendment{
		Name:    d.Amendment,
		Applies: signed && declared.OpenProcesses == offtake.ApplyToProcesses && (removed || replaced),
	}
	if !m.Applies || removed {
		return m, from, nil
	}
	if clause, ok := l.rights.Clause(ref, from); ok && clause.Body.Kind() != (offtake.FirstRefusal{}).Kind() {
		return m, from, nil // replaced by something else: the right is removed
	}
	m.To, err = l.Contract(ref, from)
	return m, from, err
}

func (l *law) amendment(d offtake.Amend) (offtake.Amendment, bool) {
	for _, a := range l.book.Agreements {
		for _, m := range a.Amendments {
			if a.Name == d.Agreement && m.Name == d.Amendment {
				return m, true
			}
		}
	}
	return offtake.Amendment{}, false
}

// commitmentsAt gives the commitments in force at an instant.
func (l *law) commitmentsAt(at time.Time) *drawdown.Set {
	n := l.version(at)
	if s, ok := l.commitments[n]; ok {
		return s
	}
	var all []drawdown.Commitment
	for _, s := range l.inForce(at) {
		if c, ok := s.Clause.Body.(offtake.Commitment); ok {
			all = append(all, drawdown.New(s.Ref, c, func(w offtake.When) time.Time {
				return l.rights.Resolve(s.Ref.Agreement, w)
			}))
		}
	}
	l.commitments[n] = drawdown.NewSet(all)
	return l.commitments[n]
}

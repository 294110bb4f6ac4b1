package rights

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// A claim is a clause with the space of the requests it covers.
type claim[B offtake.Body] struct {
	*clauseTerm
	space
	body B
}

// claims gives the clauses of one body that are ever in force and cover
// anything, with what their scopes cover.
func claims[B offtake.Body](l *Law, narrow func(B, *box)) (out []claim[B]) {
	for _, t := range l.terms {
		if body, ok := t.clause.Body.(B); ok {
			c := claim[B]{t, l.space(t, l.boxOf(t.deal, scopeOf(t.clause.Body))), body}
			if narrow != nil {
				narrow(body, &c.box)
			}
			if !c.space.empty() {
				out = append(out, c)
			}
		}
	}
	return out
}

// A clash is two claims that meet where they must not: the one found, the
// first other of the book it meets, and how many more there are.
type clash[B offtake.Body] struct {
	one, other *claim[B]
	more       int
}

// Comparing clauses pair by pair ends after so many clashes, or so much
// looking; whether two bodies may meet at all is a small part of a look.
const (
	clashesListed = 1_000
	looks         = 200_000_000
	looksOfBoxes  = 16
)

// clashes gives, for each claim that meets another it must not meet, the first
// of those after it, and how many claims were not compared any more. Two
// versions of one clause never meet: one ends where the other begins.
func clashes[B offtake.Body](cs []claim[B], wrong func(a, b *claim[B]) bool) (out []clash[B], unseen int) {
	budget := looks
	for i := range cs {
		if budget < 0 || len(out) == clashesListed {
			return out, len(cs) - i
		}
		c := clash[B]{one: &cs[i]}
		for j := i + 1; j < len(cs) && budget >= 0; j++ {
			a, b := &cs[i], &cs[j]
			if budget--; !wrong(a, b) {
				continue
			}
			budget -= looksOfBoxes
			switch {
			case !a.space.meets(&b.space):
			case c.other == nil:
				c.other = b
			default:
				c.more++
			}
		}
		if c.other != nil {
			out = append(out, c)
		}
	}
	return out, 0
}

// uncompared says that comparing ended before all was compared.
func uncompared[B offtake.Body](s offtake.Severity, cs []claim[B], unseen int) []offtake.Finding {
	if unseen == 0 {
		return nil
	}
	t := cs[len(cs)-unseen]
	return []offtake.Finding{t.finding(s, "too-many-to-compare", "mend what is listed, or split the book",
		"from %s %q on, %d of %d were not compared with each other: a book is compared up to %d clashes and %d pairs",
		t.clause.Body.Kind(), t.ref, unseen, len(cs), clashesListed, looks/looksOfBoxes)}
}

// others says how many more there are.
func (c *clash[B]) others() string {
	if c.more == 0 {
		return ""
	}
	return sprintf(", and %d more", c.more)
}

// at completes a finding with the place of one of the two clauses and with a
// request that both cover.
func (c *clash[B]) at(l *Law, t *clauseTerm, f offtake.Finding) offtake.Finding {
	both := c.one.space.and(&c.other.space)
	f.Pos, f.Clause, f.Witness = t.clause.Pos, t.ref, l.witness(&both, l.instantOf(int(both.from)))
	return f
}

// contradictions finds exclusivities of different providers that can cover one
// request. That a consent may lift one of them there is no excuse: its limits
// and its share can run out, and its agreement can end.
func (l *Law) contradictions() (out []offtake.Finding) {
	exclusive := claims[offtake.Exclusivity](l, nil)
	found, unseen := clashes(exclusive, func(a, b *claim[offtake.Exclusivity]) bool { return a.body.Provider != b.body.Provider })
	for _, c := range found {
		out = append(out, c.at(l, c.other.clauseTerm, offtake.Finding{
			Severity: offtake.Mistake, Code: "exclusivities-contradict",
			Message: sprintf("exclusivity %q for %q contradicts %q for %q%s: no request may be covered by exclusivities of two providers",
				c.other.ref, c.other.body.Provider, c.one.ref, c.one.body.Provider, c.others()),
			Hint: "narrow one of the scopes, or end one before the other begins",
		}))
	}
	return append(out, uncompared(offtake.Mistake, exclusive, unseen)...)
}

// commitmentOrder finds commitments to one provider that can draw the same
// charge and do not say which of them does.
func (l *Law) commitmentOrder() (out []offtake.Finding) {
	commitments := claims(l, func(c offtake.Commitment, b *box) { b[provider] = b[provider].and(l.supplies(c.Provider)) })
	found, unseen := clashes(commitments, func(a, b *claim[offtake.Commitment]) bool {
		ordered := a.body.HasOrder && b.body.HasOrder && a.body.Order != b.body.Order
		return !ordered && a.body.Provider == b.body.Provider && !together(a, b).never()
	})
	for _, c := range found {
		lacks := c.other
		if !c.one.body.HasOrder {
			lacks = c.one
		}
		f := c.at(l, lacks.clauseTerm, offtake.Finding{
			Severity: offtake.Mistake, Code: "order-required",
			Message: sprintf("commitments %q and %q%s can draw the same charge, and each needs an order of its own: the lower is drawn first, a charge draws one only",
				c.one.ref, c.other.ref, c.others()),
			Hint: "add order: 1 and order: 2",
		})
		both := c.one.space.and(&c.other.space)
		f.Witness = l.witness(&both, together(c.one, c.other).from)
		out = append(out, f)
	}
	return append(out, uncompared(offtake.Mistake, commitments, unseen)...)
}

// together gives the time during which two commitments both run: each while
// its clause is in force and its period lasts.
func together(a, b *claim[offtake.Commitment]) life {
	both := life{from: latest(a.life.from, b.life.from)}
	for _, c := range []*claim[offtake.Commitment]{a, b} {
		both.from = latest(both.from, c.deal.resolve(c.body.Period.From))
		for _, until := range []time.Time{c.life.until, c.deal.resolve(c.body.Period.Until)} {
			if !until.IsZero() {
				both.end(until)
			}
		}
	}
	return both
}

// refusalsMeet finds first refusals of one grantor that can cover one request,
// unless one of them waits for the other.
func (l *Law) refusalsMeet() (out []offtake.Finding) {
	rights := claims[offtake.FirstRefusal](l, nil)
	after := map[offtake.ClauseRef][]offtake.ClauseRef{}
	for _, r := range rights {
		if to := r.body.SubjectTo; !to.IsZero() {
			after[r.ref] = append(after[r.ref], to)
		}
	}
	found, unseen := clashes(rights, func(a, b *claim[offtake.FirstRefusal]) bool {
		return a.body.Grantor == b.body.Grantor && !waits(after, a.ref, b.ref) && !waits(after, b.ref, a.ref)
	})
	for _, c := range found {
		out = append(out, c.at(l, c.other.clauseTerm, offtake.Finding{
			Severity: offtake.Lint, Code: "refusals-meet",
			Message: sprintf("first refusals %q and %q%s, both granted by %q, can cover one request: only one holder can match it",
				c.one.ref, c.other.ref, c.others(), c.one.body.Grantor),
			Hint: "make one subject_to the other, or their scopes apart",
		}))
	}
	return append(out, uncompared(offtake.Lint, rights, unseen)...)
}

// waits reports whether a opens only after b, through whatever lies between.
func waits(after map[offtake.ClauseRef][]offtake.ClauseRef, a, b offtake.ClauseRef) bool {
	if len(after) == 0 {
		return false
	}
	next, seen := slices.Clone(after[a]), []offtake.ClauseRef{a}
	for len(next) > 0 {
		one := next[0]
		next = next[1:]
		if one == b {
			return true
		}
		if !slices.Contains(seen, one) {
			seen = append(seen, one)
			next = append(next, after[one]...)
		}
	}
	return false
}

// licencesShutOut finds licences for what another licence gives exclusively to
// somebody else.
func (l *Law) licencesShutOut() (out []offtake.Finding) {
	licences := claims(l, func(c offtake.Licence, b *box) {
		b[asset] = b[asset].and(wordSet(l.words[asset], c.Assets))
	})
	found, unseen := clashes(licences, func(a, b *claim[offtake.Licence]) bool {
		return (a.body.Exclusive || b.body.Exclusive) && a.body.Licensee != b.body.Licensee &&
			a.body.Licensee != b.body.Licensor && b.body.Licensee != a.body.Licensor
	})
	for _, c := range found {
		exclusive, shut := c.one, c.other
		if !exclusive.body.Exclusive {
			exclusive, shut = c.other, c.one
		}
		out = append(out, c.at(l, shut.clauseTerm, offtake.Finding{
			Severity: offtake.Lint, Code: "licence-shut-out",
			Message: sprintf("licence %q%s permits nothing where %q is exclusive to %q: an exclusive licence leaves no other licensee",
				shut.ref, c.others(), exclusive.ref, exclusive.body.Licensee),
			Hint: "narrow one of the scopes, or make the licence not exclusive",
		}))
	}
	return append(out, uncompared(offtake.Lint, licences, unseen)...)
}

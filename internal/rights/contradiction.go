package rights

import (
	"slices"

	"github.com/offtake-dev/offtake"
)

// A claim is a clause with the space of the requests it covers.
type claim struct {
	*clauseTerm
	space
}

// claims gives the clauses of one body that are ever in force and cover
// anything, with what their scopes cover.
func claims[B offtake.Body](l *Law, narrow func(B, *box)) (out []claim) {
	for _, t := range l.terms {
		if body, ok := t.clause.Body.(B); ok {
			c := claim{t, l.space(t, l.boxOf(t.deal, scopeOf(t.clause.Body)))}
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
type clash struct {
	one, other claim
	more       int
}

// clashes gives, for each claim that meets another it must not meet, the first
// of those after it. A clause is not compared with later versions of itself.
func clashes(cs []claim, wrong func(a, b *claim) bool) (out []clash) {
	for i := range cs {
		c := clash{one: cs[i]}
		for j := i + 1; j < len(cs); j++ {
			a, b := &cs[i], &cs[j]
			if a.ref == b.ref || !wrong(a, b) || !a.space.meets(&b.space) {
				continue
			}
			if c.other.clauseTerm == nil {
				c.other = *b
			} else {
				c.more++
			}
		}
		if c.other.clauseTerm != nil {
			out = append(out, c)
		}
	}
	return out
}

func (c clash) andMore() string {
	if c.more == 0 {
		return ""
	}
	return sprintf(", and %d more", c.more)
}

func (l *Law) clashFinding(c clash, f offtake.Finding) offtake.Finding {
	both := c.one.space.and(&c.other.space)
	f.Pos, f.Clause, f.Witness = c.other.clause.Pos, c.other.ref, l.witness(&both)
	return f
}

// contradictions finds exclusivities of different providers that can cover one
// request. That a consent may lift one of them there is no excuse: its limits
// and its share can run out, and its agreement can end.
func (l *Law) contradictions() (out []offtake.Finding) {
	exclusive := claims[offtake.Exclusivity](l, nil)
	for _, c := range clashes(exclusive, func(a, b *claim) bool {
		return a.clause.Body.(offtake.Exclusivity).Provider != b.clause.Body.(offtake.Exclusivity).Provider
	}) {
		one, other := c.one.clause.Body.(offtake.Exclusivity), c.other.clause.Body.(offtake.Exclusivity)
		out = append(out, l.clashFinding(c, offtake.Finding{
			Severity: offtake.Mistake, Code: "exclusivities-contradict",
			Message: sprintf("exclusivity %q for %q contradicts %q for %q%s: no request may be covered by exclusivities of two providers",
				c.other.ref, other.Provider, c.one.ref, one.Provider, c.andMore()),
			Hint: "narrow one of the scopes, or end one before the other begins",
		}))
	}
	return out
}

// commitmentOrder finds commitments to one provider that can draw the same
// charge and do not say which of them does.
func (l *Law) commitmentOrder() (out []offtake.Finding) {
	commitments := claims[offtake.Commitment](l, nil)
	for i := range commitments {
		c := &commitments[i]
		body := c.clause.Body.(offtake.Commitment)
		at := l.words[provider].cells[string(body.Provider)]
		c.box[provider] = c.box[provider].and(listed(l.words[provider].size, at))
	}
	for _, c := range clashes(commitments, func(a, b *claim) bool {
		one, other := a.clause.Body.(offtake.Commitment), b.clause.Body.(offtake.Commitment)
		ordered := one.HasOrder && other.HasOrder && one.Order != other.Order
		return !ordered && one.Provider == other.Provider && a.periodsMeet(b)
	}) {
		lacks := c.other
		if one := c.one.clause.Body.(offtake.Commitment); !one.HasOrder {
			lacks = c.one
		}
		f := l.clashFinding(c, offtake.Finding{
			Severity: offtake.Mistake, Code: "order-required",
			Message: sprintf("commitments %q and %q%s can draw the same charge, and each needs an order of its own: the lower is drawn first, a charge draws one only",
				c.one.ref, c.other.ref, c.andMore()),
			Hint: "add order: 1 and order: 2",
		})
		f.Pos, f.Clause = lacks.clause.Pos, lacks.ref
		out = append(out, f)
	}
	return out
}

// periodsMeet reports whether two commitments run at the same time.
func (c *claim) periodsMeet(d *claim) bool {
	a, b := c.clause.Body.(offtake.Commitment).Period, d.clause.Body.(offtake.Commitment).Period
	before := func(x *claim, until offtake.When, y *claim, from offtake.When) bool {
		return !until.IsZero() && !from.IsZero() && !y.deal.resolve(from).Before(x.deal.resolve(until))
	}
	return !before(c, a.Until, d, b.From) && !before(d, b.Until, c, a.From)
}

// refusalsMeet finds first refusals of one grantor that can cover one request,
// unless one of them waits for the other.
func (l *Law) refusalsMeet() (out []offtake.Finding) {
	rights := claims[offtake.FirstRefusal](l, nil)
	after := map[offtake.ClauseRef][]offtake.ClauseRef{}
	for _, r := range rights {
		if to := r.clause.Body.(offtake.FirstRefusal).SubjectTo; !to.IsZero() {
			after[r.ref] = append(after[r.ref], to)
		}
	}
	for _, c := range clashes(rights, func(a, b *claim) bool {
		same := a.clause.Body.(offtake.FirstRefusal).Grantor == b.clause.Body.(offtake.FirstRefusal).Grantor
		return same && !waits(after, a.ref, b.ref) && !waits(after, b.ref, a.ref)
	}) {
		out = append(out, l.clashFinding(c, offtake.Finding{
			Severity: offtake.Lint, Code: "refusals-meet",
			Message: sprintf("first refusals %q and %q%s, both granted by %q, can cover one request: only one holder can match it",
				c.one.ref, c.other.ref, c.andMore(), c.one.clause.Body.(offtake.FirstRefusal).Grantor),
			Hint: "make one subject_to the other, or their scopes apart",
		}))
	}
	return out
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
	for _, c := range clashes(licences, func(a, b *claim) bool {
		one, other := a.clause.Body.(offtake.Licence), b.clause.Body.(offtake.Licence)
		return (one.Exclusive || other.Exclusive) && one.Licensee != other.Licensee &&
			one.Licensee != other.Licensor && other.Licensee != one.Licensor
	}) {
		exclusive, shut := c.one, c.other
		if !c.one.clause.Body.(offtake.Licence).Exclusive {
			exclusive, shut = c.other, c.one
		}
		f := l.clashFinding(c, offtake.Finding{
			Severity: offtake.Lint, Code: "licence-shut-out",
			Message: sprintf("licence %q%s permits nothing where %q is exclusive to %q: an exclusive licence leaves no other licensee",
				shut.ref, c.andMore(), exclusive.ref, exclusive.clause.Body.(offtake.Licence).Licensee),
			Hint: "narrow one of the scopes, or make the licence not exclusive",
		})
		f.Pos, f.Clause = shut.clause.Pos, shut.ref
		out = append(out, f)
	}
	return out
}

package rights

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// wouldPermit finds the single changes that turn an answer into `permitted`,
// each tried by asking again: another provider, in the book's order; the next
// instant of change from which it is permitted; the one clause that a consent
// would have to lift.
func (t *Terms) wouldPermit(q Question, a *offtake.Answer) {
	if q.ask != offtake.Use {
		t.otherProviders(q, a)
	}
	if at, ok := t.laterInstant(&q); ok {
		a.WouldPermit = append(a.WouldPermit, offtake.Change{What: "at", Value: offtake.Stamp(at)})
	}
	if ref, ok := t.onlyBar(q); ok {
		a.WouldPermit = append(a.WouldPermit, offtake.Change{What: "consent", Value: ref.String()})
	}
}

func (t *Terms) otherProviders(q Question, a *offtake.Answer) {
	own := q.cells[provider]
	if own == unknown {
		return // the answer is the same for every provider
	}
	for i, p := range t.law.book.Providers {
		c := cell(i)
		if c == own || q.facts.Route != "" && q.facts.Route != routeOf(p) {
			continue
		}
		q.cells[provider] = c
		if t.Ask(q).Verdict == offtake.Permitted {
			a.WouldPermit = append(a.WouldPermit, offtake.Change{What: "provider", Value: string(p.Name)})
		}
	}
}

// hops bounds how many instants of change are tried.
const hops = 64

// laterInstant finds the next instant of change at which the question is
// permitted. As long as a clause stands in the way nothing can change before
// it ends or a consent that lifts it begins, so that is where it looks next.
func (t *Terms) laterInstant(q *Question) (time.Time, bool) {
	terms, n := t, t.law.Version(t.at)
	for range hops {
		r, sure := terms.bar(q)
		next := n + 1
		if sure {
			next = t.law.nextChance(r, n)
		}
		if next >= len(t.law.versions) {
			return time.Time{}, false
		}
		n = next
		terms = t.law.At(t.law.instantOf(n))
		if terms.Ask(*q).Verdict == offtake.Permitted {
			return terms.at, true
		}
	}
	return time.Time{}, false
}

// bar gives the row that stands in the way of a question, where there is one
// that does so whatever is not known.
func (t *Terms) bar(q *Question) (*row, bool) {
	if q.ask == offtake.Use {
		return nil, false
	}
	s := t.search(q)
	r, _ := s.unlifted(bans)
	if r == nil {
		r, _ = s.unlifted(rightsOf(q))
	}
	return r, r != nil
}

// nextChance gives the first version after n in which a row is gone, or a
// consent that may lift it has come.
func (l *Law) nextChance(r *row, n int) int {
	next := int(r.until)
	for _, c := range r.lifts {
		if from := int(l.tables[buying].rows[c].from); from > n {
			next = min(next, from)
		}
	}
	return next
}

// onlyBar gives the clause that alone stands in the way: the first that does,
// if the question is permitted once a consent lifts it.
func (t *Terms) onlyBar(q Question) (ref offtake.ClauseRef, ok bool) {
	r, ok := t.bar(&q)
	if !ok {
		return ref, false
	}
	q.lifted = r.term
	return r.term.ref, t.Ask(q).Verdict == offtake.Permitted
}

// allowed gives the places that may serve, of those there are.
func (t *Terms) allowed(q Question) []offtake.Allowed {
	out := []offtake.Allowed{}
	for _, place := range t.places(&q) {
		one := q
		one.cells[provider] = t.law.words[provider].cells[string(place.Provider)]
		if place.Region != "" && q.cells[region] == unknown {
			c, ok := t.law.words[region].word(string(place.Region))
			if !ok {
				continue
			}
			one.cells[region] = c
		}
		if t.Ask(one).Verdict == offtake.Permitted {
			out = append(out, place)
		}
	}
	return out
}

// places gives where a question about serving may be answered: where the book
// has deployments, at theirs, of the asset in question if that is stated; or
// else at each provider, in the regions in which it has a name, or in the region
// asked about.
func (t *Terms) places(q *Question) (out []offtake.Allowed) {
	stated := q.cells[region] != unknown && q.cells[region] != t.law.words[region].none()
	add := func(p offtake.ProviderName, r offtake.Region) {
		place := offtake.Allowed{Provider: p, Region: r}
		c, ok := t.law.words[provider].cells[string(p)]
		if ok && q.suppliers.has(c) && (!stated || r == q.facts.Region) && !slices.Contains(out, place) {
			out = append(out, place)
		}
	}
	deployed := false
	for _, s := range t.law.book.Servings {
		for _, d := range s.Deployments {
			deployed = true
			if q.facts.Asset == "" || q.facts.Asset == d.Asset {
				add(d.Provider, d.Region)
			}
		}
	}
	if deployed {
		return out
	}
	for _, p := range t.law.book.Providers {
		if t.law.book.Regions == nil || q.cells[region] == t.law.words[region].none() {
			add(p.Name, q.facts.Region)
			continue
		}
		for _, r := range t.law.book.Regions {
			if slices.ContainsFunc(r.Names, func(n offtake.RegionName) bool { return n.Provider == p.Name }) {
				add(p.Name, r.Name)
			}
		}
	}
	return out
}

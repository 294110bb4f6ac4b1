package rights

import (
	"math/bits"
	"slices"

	"github.com/offtake-dev/offtake"
)

// unreachable finds clauses whose scope no request of this book can be in: a
// region none of the declared ones matches, a route no provider has, bounds
// that leave nothing between them.
func (l *Law) unreachable() (out []offtake.Finding) {
	for _, t := range l.terms {
		b := l.boxOf(t.deal, scopeOf(t.clause.Body))
		switch body := t.clause.Body.(type) {
		case offtake.Rate:
			b[provider] = b[provider].and(l.supplies(body.Provider))
		case offtake.Commitment:
			b[provider] = b[provider].and(l.supplies(body.Provider))
		case offtake.Licence:
			b[asset] = b[asset].and(wordSet(l.words[asset], body.Assets))
		case offtake.Exclusivity:
			b[provider] = l.others(b[provider], body.Scope, body.Provider)
		case offtake.FirstPlacement:
			b[provider] = l.others(b[provider], body.Scope, body.Provider)
		case offtake.FirstRefusal:
			if !l.hasThird(body) {
				b[provider] = listed(l.words[provider].size)
			}
		case offtake.FirstOffer:
			if body.Scope.Providers != nil {
				b[provider] = b[provider].and(l.suppliers(func(p offtake.Provider) bool { return !l.book.Affiliated(p.Party, body.Holder) }))
			}
		}
		for d := range dims {
			if b[d].empty() {
				out = append(out, t.finding(offtake.Lint, "clause-unreachable", "look at what its scope says of "+string(dimNames[d]),
					"clause %q covers no request: no %s of this book is in its scope", t.ref, dimNames[d]))
				break
			}
		}
	}
	return out
}

// others gives, of the providers a scope names, those that are not the
// clause's own: a restriction to one provider touches only the others. A scope
// that names none may have been written before there were others.
func (l *Law) others(by set, s offtake.Scope, own offtake.ProviderName) set {
	if s.Providers == nil {
		return by
	}
	return by.and(l.suppliers(func(p offtake.Provider) bool { return p.Name != own }))
}

// hasThird reports whether any deal can be a third party's for a refusal.
func (l *Law) hasThird(f offtake.FirstRefusal) bool {
	if slices.ContainsFunc(l.book.Providers, func(p offtake.Provider) bool { return p.Party == f.Grantor }) {
		return true
	}
	return slices.ContainsFunc(l.book.Providers, func(p offtake.Provider) bool { return len(l.seniors(f, p.Party)) > 0 })
}

// searchEffort bounds one search for a request that no ban covers.
const searchEffort = 300

// bansMeeting gives the exclusivities that meet a space and that no consent
// may lift.
func (l *Law) bansMeeting(s *space) []*space {
	return l.bansThat(s, func(r *row) bool { return len(r.lifts) == 0 })
}

// bansLeft gives those too that consents may lift, but nowhere in the space.
func (l *Law) bansLeft(s *space) []*space {
	return l.bansThat(s, func(r *row) bool {
		return !slices.ContainsFunc(r.lifts, func(c int32) bool {
			consent := &l.tables[running].rows[c].space
			if !consent.meets(&r.space) || !consent.meets(s) {
				return false
			}
			both := s.and(&r.space)
			return consent.meets(&both)
		})
	})
}

func (l *Law) bansThat(s *space, hold func(*row) bool) (out []*space) {
	for _, i := range l.tables[bans].meeting(s, l.words) {
		if r := &l.tables[bans].rows[i]; hold(r) {
			out = append(out, &r.space)
		}
	}
	return out
}

// shadowed finds rights of first refusal, offer and placement that never come
// to speak, because everything they cover is forbidden by exclusivities.
func (l *Law) shadowed() (out []offtake.Finding) {
	for _, table := range []int{refusals, placements} {
		rows := l.tables[table].rows
		for i := 0; i < len(rows); {
			t, n := rows[i].term, i
			for i < len(rows) && rows[i].term == t {
				i++
			}
			if f, ok := l.shadow(t, rows[n:i]); ok {
				out = append(out, f)
			}
		}
	}
	return out
}

// free reports whether the one plainest request of a space meets no ban: then
// there is no need to look for another.
func (l *Law) free(s *space) bool {
	if s.empty() {
		return true
	}
	tb := &l.tables[bans]
	q := Question{}
	for d := range dims {
		q.cells[d] = s.box[d].first(0, l.words[d].size)
		if q.cells[d] < 0 {
			q.cells[d] = l.words[d].none()
		}
	}
	p := tb.probe(&q, false)
	for w := range tb.words {
		for m := p.word(tb, tb.all, w); m != 0; m &= m - 1 {
			r := &tb.rows[w<<6+bits.TrailingZeros64(m)]
			if r.from < s.until && s.from < r.until {
				return false
			}
		}
	}
	return true
}

// unusableRates finds negotiated prices for what exclusivities of others forbid
// for as long as the price holds.
func (l *Law) unusableRates() (out []offtake.Finding) {
	for _, t := range l.terms {
		body, ok := t.clause.Body.(offtake.Rate)
		if !ok {
			continue
		}
		b := l.boxOf(t.deal, body.Scope)
		b[provider] = b[provider].and(l.supplies(body.Provider))
		s, budget := l.space(t, b), searchEffort
		if l.free(&s) {
			continue
		}
		if !s.empty() && !l.uncovered(&s, l.bansMeeting(&s), &budget) {
			out = append(out, t.finding(offtake.Lint, "clause-shadowed", "narrow the exclusivity, or leave the clause out",
				"rate %q is of no use: exclusivities of others forbid everything it covers", t.ref))
		}
	}
	return out
}

// shadow holds the rows of one clause against the bans, first for its whole
// life and then for each stretch of it between two changes of the bans.
func (l *Law) shadow(t *clauseTerm, rows []row) (offtake.Finding, bool) {
	var covers [][]*space
	from, until := l.versionsOf(t.life)
	cuts := []int32{from, until}
	for i := range rows {
		meeting := l.bansMeeting(&rows[i].space)
		covers = append(covers, meeting)
		for _, c := range meeting {
			cuts = append(cuts, min(max(c.from, from), until), min(max(c.until, from), until))
		}
	}
	// A clause that has nothing to say in a stretch of time, as after a
	// statement that excuses from it, is not kept from saying it.
	reached := func(from, until int32) bool {
		says := false
		for i := range rows {
			s, budget := rows[i].space, searchEffort
			s.from, s.until = max(s.from, from), min(s.until, until)
			says = says || !s.empty()
			if !s.empty() && l.uncovered(&s, covers[i], &budget) {
				return true
			}
		}
		return !says
	}
	if !reached(from, until) {
		return t.finding(offtake.Lint, "clause-shadowed", "narrow the exclusivity, or leave the clause out",
			"%s %q never comes to speak: exclusivities forbid everything it covers", t.clause.Body.Kind(), t.ref), true
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for i := range min(len(cuts)-1, 16) {
		if len(cuts) == 2 || reached(cuts[i], cuts[i+1]) {
			continue
		}
		end := ""
		if int(cuts[i+1]) < len(l.versions) {
			end = " until " + t.deal.stampDay(l.instantOf(int(cuts[i+1])))
		}
		return t.finding(offtake.Note, "clause-shadowed-for-a-time", "",
			"%s %q does not come to speak from %s%s: exclusivities forbid everything it covers",
			t.clause.Body.Kind(), t.ref, t.deal.stampDay(l.instantOf(int(cuts[i]))), end), true
	}
	return offtake.Finding{}, false
}

// idleConsents finds consents that never lift anything: what they name is not
// a restriction, or is never in force where and while they are.
func (l *Law) idleConsents() (out []offtake.Finding) {
	busy := map[*clauseTerm]bool{}
	for _, table := range []int{bans, refusals, placements} {
		consents := running
		if table == refusals { // read by `procure` alone
			consents = buying
		}
		for i := range l.tables[table].rows {
			r := &l.tables[table].rows[i]
			for _, c := range r.lifts {
				by := &l.tables[consents].rows[c]
				busy[by.term] = busy[by.term] || by.space.meets(&r.space)
			}
		}
	}
	for _, t := range l.terms {
		if c, ok := t.clause.Body.(offtake.Consent); ok && !busy[t] && !t.life.never() {
			out = append(out, t.finding(offtake.Lint, "consent-lifts-nothing", "look at lifts, at both scopes and at when they are in force",
				"consent %q lifts %s nowhere: it covers no request that they restrict while both are in force", t.ref, refs(c.Lifts)))
		}
	}
	return out
}

// emptiedCommitments finds commitments all of whose eligible spend is
// forbidden, for at least one stretch of their time on to its end.
func (l *Law) emptiedCommitments() (out []offtake.Finding) {
	for _, c := range claims(l, func(c offtake.Commitment, b *box) { b[provider] = b[provider].and(l.supplies(c.Provider)) }) {
		body, s := c.body, c.space
		if !body.Period.From.IsZero() {
			s.from = max(s.from, int32(l.Version(c.deal.resolve(body.Period.From))))
		}
		if !body.Period.Until.IsZero() {
			s.until = min(s.until, int32(l.Version(c.deal.resolve(body.Period.Until)))+1)
		}
		budget := searchEffort
		if !s.empty() && !l.uncovered(&s, l.bansLeft(&s), &budget) {
			out = append(out, c.finding(offtake.Lint, "commitment-emptied", "widen what is eligible, or narrow the exclusivity",
				"commitment %q to %q cannot be met: exclusivities of others forbid everything that is eligible", c.ref, body.Provider))
		}
	}
	return out
}

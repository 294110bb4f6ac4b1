package rights

import (
	"math/bits"

	"github.com/offtake-dev/offtake"
)

// A Ruling is an answer without its reasons.
type Ruling struct {
	Verdict offtake.Verdict
	Clause  offtake.ClauseRef // the first clause that decided it; zero where no clause speaks
}

// Ask answers a question in one word, the same that Explain gives reasons for.
// It allocates nothing as long as the facts that matter are stated.
func (t *Terms) Ask(q Question) Ruling {
	if r, ok := t.rule(&q); ok {
		return r
	}
	return t.weighQuickly(q)
}

// rule answers without weighing cases against each other; false where that is
// not possible, because a fact or answer that may matter is not known.
func (t *Terms) rule(q *Question) (Ruling, bool) {
	if q.ask == offtake.Use {
		return t.ruleUse(q)
	}
	s := t.search(q)
	row, unsure := s.unlifted(bans)
	switch {
	case row != nil:
		return ruling(offtake.Prohibited, row), true
	case unsure:
		return Ruling{}, false
	}
	row, unsure = s.unlifted(rightsOf(q))
	switch {
	case unsure:
		return Ruling{}, false
	case row != nil:
		return ruling(offtake.Conditional, row), true
	}
	return Ruling{Verdict: offtake.Permitted}, true
}

func ruling(v offtake.Verdict, r *row) Ruling { return Ruling{v, r.reason.Clause} }

// rightsOf gives the table of the rights a question reads after the bans.
func rightsOf(q *Question) int {
	if q.ask == offtake.Procure {
		return refusals
	}
	return placements
}

// A search looks for the restrictions of one question and for the consents
// that lift them.
type search struct {
	t        *Terms
	q        *Question
	consents int // the table of those that count
	lifting  probe
}

func (t *Terms) search(q *Question) search {
	consents := running
	if q.ask == offtake.Procure {
		consents = buying
	}
	return search{t: t, q: q, consents: consents, lifting: t.law.tables[consents].probe(q, whole(consents))}
}

// unlifted gives the first row of a table that surely holds the question and
// that no consent may lift. It reports whether there are others that may hold
// it, or that a consent may lift; for a ban that is sure they are not sought.
func (s *search) unlifted(table int) (first *row, unsure bool) {
	tb := &s.t.law.tables[table]
	may := tb.probe(s.q, whole(table))
	live, settled := s.t.live[table], s.t.sure[table]
	exact := !may.unknown && !s.lifting.unknown && len(s.t.open) == 0
	for w := range live {
		for m := may.word(tb, live, w); m != 0; m &= m - 1 {
			i := int32(w<<6 + bits.TrailingZeros64(m))
			r := &tb.rows[i]
			switch {
			case s.q.off(r) || len(r.lifts) > 0 && s.lifter(r, true) >= 0:
				continue
			case !exact && (!settled.has(i) || may.unknown && !tb.surely(s.q, i) || s.lifter(r, false) >= 0):
				unsure = true
				continue
			case first == nil:
				first = r
			}
			if exact || table == bans {
				return first, false
			}
		}
	}
	return first, unsure
}

// lifter gives the first consent that lifts a row, or -1: with sure one that
// does whatever is unknown, else one that may.
func (s *search) lifter(r *row, sure bool) int32 {
	tb, live := &s.t.law.tables[s.consents], s.t.live[s.consents]
	for _, c := range r.lifts {
		if !s.lifting.holds(tb, live, c) || !s.q.leaves(&tb.rows[c]) {
			continue
		}
		if !sure || s.t.sure[s.consents].has(c) && (!s.lifting.unknown || tb.surely(s.q, c)) {
			return c
		}
	}
	return -1
}

// surely reports whether a row that may hold a question does so whatever is
// not stated.
func (tb *table) surely(q *Question, i int32) bool {
	for _, d := range tb.used {
		if q.cells[d] == unknown && !tb.covers(d, i) && !(d == provider && q.suppliers.within(tb.rows[i].box[provider])) {
			return false
		}
	}
	return true
}

// leaves reports whether a consent is inside its limits, by what is measured
// and by what is asked for.
func (q *Question) leaves(r *row) bool {
	if r.limit > 0 && q.quantity > r.limit {
		return false
	}
	if q.measured == nil {
		return true
	}
	left, ok := q.measured[r.reason.Clause]
	return !ok || !left.Broken && (!left.Limited || left.Quantity > 0 && q.quantity <= left.Quantity)
}

// ruleUse answers whether a licence allows a use.
func (t *Terms) ruleUse(q *Question) (Ruling, bool) {
	if row, sure := t.firstUse(q, owners); row != nil || !sure {
		return ruleIf(sure, offtake.Permitted, row)
	}
	if q.cells[party] == unknown {
		return Ruling{}, false
	}
	buyer := t.law.words[party].cells[string(t.law.book.Buyer)]
	if q.cells[party] == buyer {
		row, sure := t.firstUse(q, foreigns)
		if !sure {
			return Ruling{}, false
		}
		if row == nil {
			return Ruling{Verdict: offtake.Permitted}, true
		}
	}
	if row, sure := t.firstUse(q, shutouts); row != nil || !sure {
		return ruleIf(sure, offtake.Prohibited, row)
	}
	row, sure := t.firstUse(q, grants)
	if row == nil && sure {
		return Ruling{Verdict: offtake.Prohibited}, true
	}
	return ruleIf(sure, offtake.Permitted, row)
}

func ruleIf(sure bool, v offtake.Verdict, r *row) (Ruling, bool) {
	if !sure {
		return Ruling{}, false
	}
	return ruling(v, r), true
}

// firstUse gives the first row of a table that holds the question; sure is
// false where the table cannot say.
func (t *Terms) firstUse(q *Question, table int) (first *row, sure bool) {
	tb := &t.law.tables[table]
	p := tb.probe(q, whole(table))
	live, settled := t.live[table], t.sure[table]
	for w := range live {
		if m := p.word(tb, live, w); m != 0 {
			i := int32(w<<6 + bits.TrailingZeros64(m))
			return &tb.rows[i], !p.unknown && settled.has(i)
		}
	}
	return nil, true
}

package rights

import (
	"math"
	"math/bits"
	"slices"

	"github.com/offtake-dev/offtake"
)

// Explain answers a question with its reasons: the chain of clauses that led
// to the answer, strongest first; the duties; what is missing; and which
// single change would permit what was asked. The verdict is that of Ask.
func (t *Terms) Explain(q Question) offtake.Answer {
	a := offtake.Answer{Question: q.ask, At: offtake.When{Instant: t.at}}
	if r, ok := t.rule(&q); ok {
		a.Verdict = r.Verdict
		t.because(&q, &a)
	} else {
		t.weighed(q, &a)
	}
	if (q.ask == offtake.Place || q.ask == offtake.Serve) && a.Verdict != offtake.Prohibited {
		t.excused(&q, &a)
	}
	if a.Verdict == offtake.Prohibited || a.Verdict == offtake.Conditional {
		t.wouldPermit(q, &a)
	}
	if q.ask == offtake.Serve && q.cells[provider] == unknown {
		a.Allowed = t.allowed(q)
	}
	return a
}

// because gives the reasons of an answer that needed no weighing: the consents
// that lift something, then the restrictions that stand.
func (t *Terms) because(q *Question, a *offtake.Answer) {
	if q.ask == offtake.Use {
		t.becauseOfUse(q, a)
		return
	}
	s := t.search(q)
	var standingRows [64]*row
	var lifting [16]int32
	forbidden := a.Verdict == offtake.Prohibited
	standing, lifters := s.standing(standingRows[:0], lifting[:0], bans, enough, !forbidden)
	if !forbidden {
		standing, lifters = s.standing(standing, lifters, rightsOf(q), math.MaxInt, true)
	}
	a.Because = make([]offtake.Reason, 0, len(lifters)+len(standing))
	for _, c := range lifters {
		a.Because = append(a.Because, t.law.tables[s.consents].rows[c].reason)
	}
	s.spent(standing, a)
	duties := 0
	for _, r := range standing {
		a.Because = append(a.Because, r.reason)
		duties += len(r.duties)
	}
	if duties > 0 {
		a.Duties = make([]offtake.Duty, 0, duties)
	}
	for _, r := range standing {
		a.Duties = append(a.Duties, r.duties...)
	}
}

// excused adds the first placements that would bind the product, had not those
// who may excuse from them said so.
func (t *Terms) excused(q *Question, a *offtake.Answer) {
	s := t.search(q)
	s.each(excuses, func(r *row, sure bool) bool {
		if sure && !q.off(r) {
			a.Because = append(a.Because, r.reason)
		}
		return len(a.Because) < enough
	})
}

// enough is how many clauses an answer names where each of them alone is the
// whole reason, as an exclusivity is: the first ones of the book.
const enough = 16

// standing appends the rows of a table that hold the question and that no
// consent lifts, until there are as many as given, and the consents that lift
// the others. With possible, those that lift rows which may hold it are among
// them: they are why it does not matter whether those do.
func (s *search) standing(rows []*row, lifters []int32, table, most int, possible bool) ([]*row, []int32) {
	s.each(table, func(r *row, sure bool) bool {
		if s.q.off(r) {
			return true
		}
		by := int32(-1)
		if sure || possible {
			by = s.lifter(r, true)
		}
		switch {
		case by >= 0 && !slices.Contains(lifters, by):
			lifters = append(lifters, by)
		case by < 0 && sure:
			rows = append(rows, r)
		}
		return len(rows) < most
	})
	return rows, lifters
}

// each calls f with the rows of a table that hold the question, or may, as
// long as it says to go on, and tells it whether they surely do.
func (s *search) each(table int, f func(r *row, sure bool) bool) {
	tb := &s.t.law.tables[table]
	may := tb.probe(s.q, whole(table))
	live, settled := s.t.live[table], s.t.sure[table]
	for w := range live {
		for m := may.word(tb, live, w); m != 0; m &= m - 1 {
			i := int32(w<<6 + bits.TrailingZeros64(m))
			r := &tb.rows[i]
			sure := settled.has(i) && (!may.unknown || tb.surely(s.q, i))
			if (sure || r.box[provider].meets(s.q.suppliers)) && !f(r, sure) {
				return
			}
		}
	}
}

// spent adds the consents that would lift one of these rows and do not, because
// of what is left of them, and says so.
func (s *search) spent(rows []*row, a *offtake.Answer) {
	tb, live := &s.t.law.tables[running], s.t.sure[running] // its boxes know no limit
	p := tb.probe(s.q, true)
	for _, r := range rows {
		for _, c := range r.lifts {
			consent := &tb.rows[c]
			why := s.q.exceeds(consent)
			if why == "" || !p.holds(tb, live, c) || p.unknown && !tb.surely(s.q, c) {
				continue
			}
			one := consent.reason
			if one.Says += ": " + why; !slices.Contains(a.Because, one) && len(a.Because) < enough {
				a.Because = append(a.Because, one)
			}
		}
	}
}

// exceeds says why a consent does not lift what is asked for, "" where it does.
func (q *Question) exceeds(r *row) string {
	left, ok := q.measured[r.reason.Clause]
	switch {
	case r.limit > 0 && q.quantity > r.limit:
		return sprintf("it does not lift for %d accelerators, its limit is %d", q.quantity, r.limit)
	case ok && left.Broken:
		return "it does not lift while its share is not met"
	case ok && left.Limited && (left.Quantity <= 0 || q.quantity > left.Quantity):
		return sprintf("it does not lift for more than the %d accelerators left under its limit", max(0, left.Quantity))
	}
	return ""
}

// becauseOfUse gives the licences that decide a use: where it is forbidden,
// those that shut it out; or else those that would grant it and have ended or
// not begun; or else those that say whose the asset is.
func (t *Terms) becauseOfUse(q *Question, a *offtake.Answer) {
	s := t.search(q)
	add := func(r *row, sure bool) bool {
		if sure {
			a.Because = append(a.Because, t.reason(r))
		}
		return len(a.Because) < enough
	}
	owner, _ := t.firstUse(q, owners)
	switch foreign, _ := t.firstUse(q, foreigns); {
	case a.Verdict == offtake.Permitted && owner != nil:
		s.each(owners, add)
	case a.Verdict == offtake.Permitted && foreign == nil && q.cells[party] == t.buyer():
	case a.Verdict == offtake.Permitted:
		s.each(grants, add)
	default:
		if s.each(shutouts, add); len(a.Because) == 0 {
			t.unlicensed(*q, a)
		}
	}
}

// unlicensed names, for a use that no licence permits, the licences that do at
// another time; where there are none, those that say whose the asset is.
func (t *Terms) unlicensed(q Question, a *offtake.Answer) {
	add := func(r *row) bool {
		if one := t.reason(r); !slices.Contains(a.Because, one) {
			a.Because = append(a.Because, one)
		}
		return len(a.Because) < enough
	}
	s := t.search(&q)
	s.ever(grants, add)
	if len(a.Because) > 0 {
		return
	}
	for c := range t.law.words[party].size {
		q.cells[party] = c
		s.ever(owners, add)
	}
}

// ever calls f with the rows of a table that hold the question at any time, as
// long as it says to go on.
func (s *search) ever(table int, f func(*row) bool) {
	tb := &s.t.law.tables[table]
	may := tb.probe(s.q, whole(table))
	for w := range tb.words {
		for m := may.word(tb, tb.all, w); m != 0; m &= m - 1 {
			i := int32(w<<6 + bits.TrailingZeros64(m))
			if (!may.unknown || tb.surely(s.q, i)) && !f(&tb.rows[i]) {
				return
			}
		}
	}
}

// reason gives what a row says, and of a clause not in force that it is not.
func (t *Terms) reason(r *row) offtake.Reason {
	out := r.reason
	switch life := r.term.life; {
	case t.at.Before(life.from):
		out.Says += ": it has not begun"
	case !life.holds(t.at):
		out.Says += ": it has ended"
	}
	return out
}

func (t *Terms) buyer() cell { return t.law.words[party].cells[string(t.law.book.Buyer)] }

// weighed answers by weighing cases, and names what is missing.
func (t *Terms) weighed(q Question, a *offtake.Answer) {
	w := t.weigh(&q, false)
	v, out := w.verdict()
	a.Verdict = v
	if v == offtake.Conditional {
		for _, i := range out.rows {
			a.Duties = append(a.Duties, w.items[i].row.duties...)
		}
	}
	if v == offtake.Undetermined {
		for _, m := range w.missing() {
			a.Missing = append(a.Missing, m.name())
			if m.open != nil {
				a.Because = append(a.Because, openReason(m.open))
			}
		}
	}
	if v == offtake.Permitted || v == offtake.Conditional {
		t.surelyLifted(&q, a)
	}
	decisive := make([]bool, len(w.items))
	for _, c := range w.cases {
		for _, i := range append(slices.Clone(c.lifts), c.rows...) {
			decisive[i] = true
		}
	}
	if q.ask != offtake.Use {
		s := t.search(&q)
		var standing []*row
		for i := range w.consentsFrom() {
			if decisive[i] {
				standing = append(standing, w.items[i].row)
			}
		}
		s.spent(standing, a)
	}
	order := append(indices(w.consentsFrom(), len(w.items)), indices(0, w.consentsFrom())...)
	for _, i := range order {
		if row := w.items[i].row; decisive[i] && !slices.Contains(a.Because, t.reason(row)) {
			a.Because = append(a.Because, t.reason(row))
		}
	}
	if q.ask == offtake.Use && v == offtake.Prohibited && len(a.Because) == 0 {
		t.unlicensed(q, a)
	}
}

// surelyLifted names the consents that lift a restriction whatever the unstated
// facts are; a weighing leaves those restrictions out.
func (t *Terms) surelyLifted(q *Question, a *offtake.Answer) {
	if q.ask == offtake.Use {
		return
	}
	s := t.search(q)
	_, lifters := s.standing(nil, nil, bans, math.MaxInt, true)
	_, lifters = s.standing(nil, lifters, rightsOf(q), math.MaxInt, true)
	for _, c := range lifters {
		a.Because = append(a.Because, t.law.tables[s.consents].rows[c].reason)
	}
}

// consentsFrom gives where the consents begin among the items.
func (w *weighing) consentsFrom() int {
	if w.q.ask == offtake.Use {
		return len(w.items)
	}
	return w.first[2]
}

func indices(from, to int) (out []int) {
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

// name gives what an answer calls a variable that is missing: the fact's flag,
// or the clause whose question is open.
func (v variable) name() string {
	if v.open != nil {
		return v.open.ref.String()
	}
	return string(dimNames[v.dim])
}

func openReason(t *clauseTerm) offtake.Reason {
	body := t.clause.Body.(offtake.Determination)
	return offtake.Reason{Clause: t.ref, Pos: t.clause.Pos,
		Says: sprintf("whether %q only %s may answer, and has not: things hold meanwhile", body.Question, body.DecidedBy)}
}

// An Effect is a restriction that covers a request, and the consent that lifts
// it, if one does.
type Effect struct {
	Clause  offtake.ClauseRef
	Kind    string            // the body's word: "first_refusal"
	Consent offtake.ClauseRef // zero: it stands
}

// Effects appends the restrictions that cover a `procure`, `place` or `serve`
// to a slice, strongest first, each with the first consent that lifts it. What
// counts against a consent's limits is what was done under it. Only clauses
// that cover the request whatever its unstated facts are appear.
func (t *Terms) Effects(q Question, to []Effect) []Effect {
	s := t.search(&q)
	for _, table := range [...]int{bans, rightsOf(&q)} {
		from := len(to)
		s.each(table, func(r *row, sure bool) bool {
			if !sure || q.off(r) {
				return true
			}
			e := Effect{Clause: r.term.ref, Kind: r.term.clause.Body.Kind()}
			if c := s.lifter(r, true); c >= 0 {
				e.Consent = t.law.tables[s.consents].rows[c].term.ref
			}
			if !slices.Contains(to[from:], e) {
				to = append(to, e)
			}
			return true
		})
	}
	return to
}

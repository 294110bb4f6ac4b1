package rights

import (
	"math/bits"
	"slices"

	"github.com/offtake-dev/offtake"
)

// A weighing answers a question of which something is not known, by taking it
// apart into cases: boxes of the values that unstated facts may have, and of
// the answers that open questions may get. A case is split only by a clause
// whose say in it is not settled, so there are as few as the clauses demand.
//
// Every case has one outcome. If all agree, that is the answer whatever the
// facts are; otherwise a fact matters where two cases of different outcome
// differ in nothing else.
type weighing struct {
	t       *Terms
	q       *Question
	vars    []variable
	items   []item
	first   [5]int // where each group of items begins: see gather and gatherUse
	quick   bool   // stop at the second outcome
	cases   []outcome
	boxes   [][]mask // of each case, by variable
	budget  int
	overrun bool
	touched mask // variables that some case was split by
}

// A variable is something not known.
type variable struct {
	dim  dim
	open *clauseTerm // or an open question: its cells are 0 for no, 1 for yes
	size cell
}

// An item is a row that may hold the question.
type item struct {
	row      *row
	sets     []mask // by variable; nil where the row covers every value
	consents []int  // items that may lift it
}

// An outcome is the answer in one case.
type outcome struct {
	verdict offtake.Verdict
	rows    []int // the items that decide it, in order
	lifts   []int // the consents that lift others
}

func (o outcome) same(p outcome) bool {
	return o.verdict == p.verdict && (o.verdict != offtake.Conditional || slices.Equal(o.rows, p.rows))
}

// effort bounds how many rows are looked at in all cases together. Where it
// does not suffice the answer is undetermined.
const effort = 1_000_000

// weighQuickly takes the question by value, so that only a weighing allocates.
func (t *Terms) weighQuickly(q Question) Ruling {
	w := t.weigh(&q, true)
	v, out := w.verdict()
	r := Ruling{Verdict: v}
	if len(out.rows) > 0 {
		r.Clause = w.items[out.rows[0]].row.term.ref
	}
	return r
}

func (t *Terms) weigh(q *Question, quick bool) *weighing {
	w := &weighing{t: t, q: q, quick: quick, budget: effort}
	w.findVariables()
	if q.ask == offtake.Use {
		w.gatherUse()
	} else {
		w.gather()
	}
	w.touched = make(mask, wordsFor(len(w.vars)))
	root := make([]mask, len(w.vars))
	for i, v := range w.vars {
		root[i] = set{}.mask(v.size)
		switch {
		case v.open != nil:
		case v.dim == provider:
			root[i] = slices.Clone(q.suppliers.mask(v.size))
		case v.dim.lacking(q.ask == offtake.Use):
			root[i][v.size>>6] |= 1 << (v.size & 63)
		}
	}
	w.walk(root)
	return w
}

func (w *weighing) findVariables() {
	for d := dim(0); d < dims; d++ {
		if w.q.cells[d] == unknown && !(d == party && w.q.byProduct) {
			w.vars = append(w.vars, variable{dim: d, size: w.t.law.words[d].size})
		}
	}
	for _, o := range w.t.open {
		w.vars = append(w.vars, variable{open: o, size: 2})
	}
}

// gather collects the bans and rights that may hold the question and are not
// lifted whatever the facts are, and after them the consents that may lift one.
func (w *weighing) gather() {
	s := w.t.search(w.q)
	for g, table := range []int{bans, rightsOf(w.q)} {
		w.first[g] = len(w.items)
		w.possible(table, func(r *row) bool { return s.lifter(r, true) < 0 && !w.q.off(r) })
	}
	w.first[2] = len(w.items)
	at := map[int32]int{}
	consents := &w.t.law.tables[s.consents]
	for i := range w.items[:w.first[2]] {
		for _, c := range w.items[i].row.lifts {
			r := &consents.rows[c]
			if !s.lifting.holds(consents, w.t.live[s.consents], c) || !w.q.leaves(r) {
				continue
			}
			if _, ok := at[c]; !ok {
				at[c] = len(w.items)
				w.items = append(w.items, item{row: r, sets: w.sets(r)})
			}
			w.items[i].consents = append(w.items[i].consents, at[c])
		}
	}
}

// gatherUse collects the licences that may speak about a use, and in front of
// the foreign ones the buyer's own standing.
func (w *weighing) gatherUse() {
	always := func(*row) bool { return true }
	for g, table := range []int{owners, foreigns, shutouts, grants} {
		w.first[g] = len(w.items)
		if table == foreigns {
			self := &row{}
			self.box[party] = w.t.law.only(w.t.law.book.Buyer)
			if c := w.q.cells[party]; c != unknown && !self.box[party].has(c) {
				continue
			}
			w.items = append(w.items, item{row: self, sets: w.sets(self)})
		}
		w.possible(table, always)
	}
	w.first[4] = len(w.items)
}

func (w *weighing) possible(table int, wanted func(*row) bool) {
	tb, live := &w.t.law.tables[table], w.t.live[table]
	may := tb.probe(w.q, whole(table))
	for n := range live {
		for m := may.word(tb, live, n); m != 0; m &= m - 1 {
			r := &tb.rows[n<<6+bits.TrailingZeros64(m)]
			if wanted(r) {
				w.items = append(w.items, item{row: r, sets: w.sets(r)})
			}
		}
	}
}

// sets gives which values of each variable a row covers.
func (w *weighing) sets(r *row) []mask {
	out := make([]mask, len(w.vars))
	for i, v := range w.vars {
		switch {
		case v.open != nil:
			if r.term != nil && !r.always && slices.Contains(r.term.hangs, v.open.ref) {
				out[i] = mask{1}
			}
		case v.dim == product && w.q.byProduct:
			out[i] = w.productsOf(r)
		case r.box[v.dim].bounded:
			out[i] = r.box[v.dim].mask(v.size)
		}
	}
	return out
}

// productsOf gives the products a row covers where whose product it is says
// who uses: those of the parties that the row covers.
func (w *weighing) productsOf(r *row) mask {
	law := w.t.law
	out := listed(law.words[product].size)
	for c, decl := range law.book.Products {
		who := decl.Party
		if who == "" {
			who = law.book.Buyer
		}
		p, ok := law.words[party].cells[string(who)]
		if ok && r.box[party].has(p) && r.box[product].has(cell(c)) {
			out.bits[c>>6] |= 1 << (c & 63)
		}
	}
	if none := law.words[product].none(); r.box[party].has(law.words[party].cells[string(law.book.Buyer)]) && !r.box[product].bounded {
		out.bits[none>>6] |= 1 << (none & 63) // for no product it is the buyer who uses
	}
	return out.bits
}

// state says whether a row holds every request of a case (in), none (out), or
// else which variable leaves it open.
func (it *item) state(box []mask) (in, out bool, open int) {
	in, open = true, -1
	for v, s := range it.sets {
		if s == nil {
			continue
		}
		some, all := false, true
		for i, b := range box[v] {
			some = some || b&s[i] != 0
			all = all && b&^s[i] == 0
		}
		if !some {
			return false, true, -1
		}
		if !all && open < 0 {
			in, open = false, v
		}
	}
	return in, false, open
}

// walk takes a case apart until it has one outcome.
func (w *weighing) walk(box []mask) {
	w.budget -= len(w.items) + 1
	if w.budget < 0 {
		w.overrun = true
		return
	}
	out, by, v := w.judge(box)
	if by < 0 {
		w.keep(out, box)
		return
	}
	w.touched[v>>6] |= 1 << (v & 63)
	for _, inside := range []bool{true, false} {
		if w.quick && len(w.cases) > 1 {
			return
		}
		part := slices.Clone(box)
		part[v] = slices.Clone(box[v])
		for i, s := range w.items[by].sets[v] {
			if inside {
				part[v][i] &= s
			} else {
				part[v][i] &^= s
			}
		}
		w.walk(part)
	}
}

// keep records a case. A quick weighing keeps only outcomes that differ.
func (w *weighing) keep(out outcome, box []mask) {
	if w.quick && slices.ContainsFunc(w.cases, out.same) {
		return
	}
	w.cases = append(w.cases, out)
	w.boxes = append(w.boxes, box)
}

// judge gives the outcome of a case, or the item and the variable by which it
// has to be split first.
func (w *weighing) judge(box []mask) (out outcome, by, v int) {
	if w.q.ask == offtake.Use {
		return w.judgeUse(box)
	}
	for i := range w.items[:w.first[1]] { // a ban that is sure settles it
		if in, lifted, open, _, _ := w.standing(i, box); in && !lifted && open < 0 {
			return outcome{verdict: offtake.Prohibited, rows: []int{i}}, -1, -1
		}
	}
	out = outcome{verdict: offtake.Permitted}
	for i := range w.items[:w.first[2]] {
		in, lifted, open, who, consent := w.standing(i, box)
		switch {
		case open >= 0:
			return out, who, open
		case lifted:
			out.lifts = append(out.lifts, consent)
		case in:
			out.verdict = offtake.Conditional
			out.rows = append(out.rows, i)
		}
	}
	return out, -1, -1
}

// standing says of a restriction whether it holds a case and whether a consent
// lifts it there, or which item (who) leaves that open by which variable.
func (w *weighing) standing(i int, box []mask) (in, lifted bool, open, who, consent int) {
	in, out, open := w.items[i].state(box)
	who = i
	if out {
		return false, false, -1, -1, -1
	}
	for _, c := range w.items[i].consents {
		cin, cout, copen := w.items[c].state(box)
		switch {
		case cin: // lifted wherever the row holds
			return in, true, -1, -1, c
		case !cout && open < 0:
			open, who = copen, c
		}
	}
	return in, false, open, who, -1
}

// judgeUse: the licensor may use; so may the buyer what nobody else licenses;
// an exclusive licence shuts out all others; a licence permits.
func (w *weighing) judgeUse(box []mask) (out outcome, by, v int) {
	verdicts := [...]offtake.Verdict{offtake.Permitted, offtake.Permitted, offtake.Prohibited, offtake.Permitted}
	for g, verdict := range verdicts {
		from, to := w.first[g], w.first[g+1]
		if g == 1 {
			if from == to {
				continue
			}
			in, _, open := w.items[from].state(box)
			if open >= 0 {
				return out, from, open
			}
			found, by, v := w.anyIn(from+1, to, box)
			switch {
			case !in:
			case by >= 0:
				return out, by, v
			case found < 0:
				return outcome{verdict: verdict}, -1, -1
			}
			continue
		}
		found, by, v := w.anyIn(from, to, box)
		switch {
		case found >= 0:
			return outcome{verdict: verdict, rows: []int{found}}, -1, -1
		case by >= 0:
			return out, by, v
		}
	}
	return outcome{verdict: offtake.Prohibited}, -1, -1
}

// anyIn gives an item that holds every request of a case, or one that may.
func (w *weighing) anyIn(from, to int, box []mask) (found, by, v int) {
	by = -1
	for i := from; i < to; i++ {
		in, _, open := w.items[i].state(box)
		if in {
			return i, -1, -1
		}
		if open >= 0 && by < 0 {
			by, v = i, open
		}
	}
	return -1, by, v
}

// verdict gives the outcome that all cases share, or undetermined.
func (w *weighing) verdict() (offtake.Verdict, outcome) {
	if w.overrun || len(w.cases) == 0 {
		return offtake.Undetermined, outcome{}
	}
	for _, c := range w.cases[1:] {
		if !c.same(w.cases[0]) {
			return offtake.Undetermined, outcome{}
		}
	}
	return w.cases[0].verdict, w.cases[0]
}

// comparableCases bounds how many cases are compared pair by pair.
const comparableCases = 600

// missing gives the variables that matter: a change of that one alone changes
// the outcome somewhere. With too many cases to compare, those that some
// clause asked about are given.
func (w *weighing) missing() (out []variable) {
	matters := slices.Clone(w.touched)
	if !w.overrun && len(w.cases) <= comparableCases {
		clear(matters)
		for i := range w.cases {
			for j := range i {
				if v := w.onlyDiffer(i, j); v >= 0 {
					matters[v>>6] |= 1 << (v & 63)
				}
			}
		}
	}
	for i, v := range w.vars {
		if matters[i>>6]&(1<<(i&63)) != 0 {
			out = append(out, v)
		}
	}
	return out
}

// onlyDiffer gives the one variable in which two cases of different outcome
// have no value in common, or -1.
func (w *weighing) onlyDiffer(i, j int) int {
	if w.cases[i].same(w.cases[j]) {
		return -1
	}
	found := -1
	for v := range w.vars {
		if meets(w.boxes[i][v], w.boxes[j][v]) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = v
	}
	return found
}

func meets(a, b mask) bool {
	for i, w := range a {
		if w&b[i] != 0 {
			return true
		}
	}
	return false
}

package rights

import (
	"math/bits"
	"slices"

	"github.com/offtake-dev/offtake"
)

// A row is one box of a clause in one of the tables, and what follows for a
// request inside it. A clause can have several: a right with ranks of holders
// has one for each set of seniors that must be asked.
type row struct {
	lifts  []int32 // bans and rights: the consents that may lift it
	term   *clauseTerm
	reason offtake.Reason
	duties []offtake.Duty
	limit  int64 // consents: accelerators in all; 0 where nothing bounds them
	always bool  // it counts before its clause is in force, and after
	space
}

// The tables, each with rows of one meaning.
const (
	bans       = iota // exclusivity: any other provider's supply
	refusals          // first refusal and first offer: a third party's supply being bought
	placements        // first placement: a product on another provider
	buying            // consents, as they count for `procure`
	running           // consents, as they count for `place` and `serve`
	excuses           // first placements, for the products that statements excuse from them
	owners            // licences, for the licensor and its assets, at any time
	foreigns          // licences, for assets of which the buyer is not the licensor, at any time
	shutouts          // exclusive licences, for everyone but the licensee
	grants            // licences, for the licensee
	tables            // how many there are
)

// whole says of a table that a request with several purposes is in a row only
// if all of them are; in the others one purpose is enough.
func whole(table int) bool { return table == buying || table == running || table == grants }

// A table answers which rows hold a request: it keeps, for each cell of each
// dimension, the rows that cover it as a bit mask. A request's rows are the
// masks of its cells, and-ed.
type table struct {
	rows    []row
	words   int      // of one mask
	all     mask     // every row
	masks   []uint64 // all of them, one after the other
	columns [dims]column
	used    []dim // dimensions that some row bounds
}

// A column says where the masks of one dimension begin: that of the rows which
// cover every value that an unstated fact may have, then one for each cell, the last for having no value.
type column struct{ sure, cells int32 }

func (tb *table) build(v *vocabularies, use bool) {
	tb.words = wordsFor(len(tb.rows))
	tb.all = make(mask, tb.words)
	for i := range tb.rows {
		tb.all[i>>6] |= 1 << (i & 63)
	}
	for d := range dims {
		bounded := false
		for i := range tb.rows {
			bounded = bounded || tb.rows[i].box[d].bounded
		}
		if bounded {
			tb.used = append(tb.used, d)
			tb.fill(d, v[d].size, use)
		}
	}
}

// fill writes the masks of one dimension, cell by cell: where a row bounds an
// ordered dimension it is toggled at both ends of its interval.
func (tb *table) fill(d dim, size cell, use bool) {
	at := len(tb.masks)
	tb.masks = append(tb.masks, make([]uint64, (int(size)+2)*tb.words)...)
	tb.columns[d] = column{sure: int32(at), cells: int32(at + tb.words)}
	mask := func(c cell) []uint64 { return tb.masks[at+(int(c)+1)*tb.words:][:tb.words] }
	for i := range tb.rows {
		s, bit, w := tb.rows[i].box[d], uint64(1)<<(i&63), i>>6
		if !s.bounded || s.count(size) == int(size) && !d.lacking(use) {
			tb.masks[at+w] |= bit
		}
		switch {
		case s.bounded && s.bits == nil:
			mask(s.lo)[w] ^= bit
			mask(s.hi)[w] ^= bit
		case s.bounded:
			for c := range size {
				if s.has(c) {
					mask(c)[w] |= bit
				}
			}
		default:
			mask(0)[w] |= bit
			if s.bits == nil && tb.ordered(d) {
				continue
			}
			for c := range size {
				mask(c + 1)[w] |= bit
			}
		}
	}
	if tb.ordered(d) {
		for c := range size {
			for w, m := range mask(c) {
				mask(c + 1)[w] ^= m
			}
		}
	}
}

// ordered reports whether a dimension has intervals for sets.
func (tb *table) ordered(d dim) bool { return d == quantity || d == term || d == start }

// mask gives the rows that cover a cell.
func (tb *table) mask(d dim, c cell) []uint64 {
	return tb.masks[int(tb.columns[d].cells)+int(c)*tb.words:][:tb.words]
}

// A probe holds where the masks are that a request meets in one table.
type probe struct {
	n        int
	at       [dims]int32
	purposes []cell // several of them: the request has to do with each
	whole    bool   // a row holds it only with all of them
	unknown  bool   // some dimension that rows bound is not stated
}

// probe gathers the masks of a question. What is not stated does not narrow
// the rows, so that those left may hold the request.
func (tb *table) probe(q *Question, whole bool) (p probe) {
	for _, d := range tb.used {
		switch v := q.cells[d]; {
		case v == unknown:
			p.unknown = true
		case d == purpose && len(q.purposes) > 1:
			p.purposes, p.whole = q.purposes, whole
		default:
			p.at[p.n] = tb.columns[d].cells + v*int32(tb.words)
			p.n++
		}
	}
	return p
}

// word gives 64 rows' worth of answer.
func (p *probe) word(tb *table, live mask, w int) uint64 {
	m := live[w]
	for _, at := range p.at[:p.n] {
		if m == 0 {
			return 0
		}
		m &= tb.masks[int(at)+w]
	}
	if p.purposes == nil || m == 0 {
		return m
	}
	some, all := uint64(0), ^uint64(0)
	for _, c := range p.purposes {
		one := tb.mask(purpose, c)[w]
		some, all = some|one, all&one
	}
	if p.whole {
		return m & all
	}
	return m & some
}

// holds reports whether one row is among the answer.
func (p *probe) holds(tb *table, live mask, row int32) bool {
	return live.has(row) && p.word(tb, live, int(row>>6))&(1<<(row&63)) != 0
}

// covers reports whether a row covers every value of a dimension.
func (tb *table) covers(d dim, row int32) bool {
	return tb.masks[tb.columns[d].sure+row>>6]&(1<<(row&63)) != 0
}

// meeting gives the rows that have a request in common with a box while both
// count. The words of the box narrow them down before they are compared.
func (tb *table) meeting(s *space, v *vocabularies) (out []int32) {
	rows := slices.Clone(tb.all)
	some := make(mask, tb.words)
	for _, d := range tb.used {
		if !s.box[d].bounded || tb.ordered(d) {
			continue
		}
		clear(some)
		for c := range v[d].size {
			if s.box[d].has(c) {
				for w, m := range tb.mask(d, c) {
					some[w] |= m
				}
			}
		}
		for w := range rows {
			rows[w] &= some[w]
		}
	}
	for w, m := range rows {
		for ; m != 0; m &= m - 1 {
			i := w<<6 + bits.TrailingZeros64(m)
			r := &tb.rows[i]
			if max(s.from, r.from) < min(s.until, r.until) && s.box[quantity].meets(r.box[quantity]) &&
				s.box[term].meets(r.box[term]) && s.box[start].meets(r.box[start]) {
				out = append(out, int32(i))
			}
		}
	}
	return out
}

package rights

import "github.com/offtake-dev/offtake"

// A row is one box of a clause in one of the tables, and what follows for a
// request inside it. A clause can have several: a right with ranks of holders
// has one for each set of seniors that must be asked.
type row struct {
	box    box
	term   *clauseTerm
	from   int32 // versions in which it is in force: from this one
	until  int32 // until this one, which is not inside
	duties []offtake.Duty
	lifts  []int32 // rights and bans: the consents that may lift it
	says   string
}

// The tables, each with rows of one meaning.
const (
	bans       = iota // exclusivity: any other provider's supply
	refusals          // first refusal and first offer: a third party's supply being bought
	placements        // first placement: a product on another provider
	buying            // consents, as they count for `procure`
	running           // consents, as they count for `place` and `serve`
	owners            // licences, for the licensor and its assets
	foreigns          // licences, for assets of which the buyer is not the licensor
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
	words   int
	columns [dims]*column
	used    []dim // dimensions that some row bounds
}

// A column has the masks of one dimension. The last cell is that of no value.
type column struct {
	cells [][]uint64
	sure  []uint64 // rows that cover every cell but the last
}

func (tb *table) build(v *vocabularies) {
	tb.words = wordsFor(len(tb.rows))
	for d := dim(0); d < dims; d++ {
		bounded := false
		for i := range tb.rows {
			bounded = bounded || tb.rows[i].box[d].bounded
		}
		if bounded {
			tb.used = append(tb.used, d)
			tb.columns[d] = tb.column(d, v[d].size)
		}
	}
}

func (tb *table) column(d dim, size cell) *column {
	all := make([]uint64, (int(size)+2)*tb.words)
	take := func() []uint64 {
		out := all[:tb.words:tb.words]
		all = all[tb.words:]
		return out
	}
	c := &column{cells: make([][]uint64, size+1), sure: take()}
	for i := range c.cells {
		c.cells[i] = take()
	}
	for i := range tb.rows {
		s, bit, at := tb.rows[i].box[d], uint64(1)<<(i&63), i>>6
		if s.count(size) == int(size) {
			c.sure[at] |= bit
		}
		for v := range c.cells {
			if s.has(cell(v)) {
				c.cells[v][at] |= bit
			}
		}
	}
	return c
}

// A probe holds the masks that a request meets in one table.
type probe struct {
	n       int
	masks   [dims + 6][]uint64
	more    [][]uint64 // masks beyond those: a request of very many purposes
	any     []int32    // purposes of which one is enough
	anyOf   *column
	unknown bool // some dimension that rows bound is not stated
}

// probe gathers the masks of a question. What is not stated does not narrow
// the rows, so that those left may hold the request.
func (tb *table) probe(q *Question, p *probe, all bool) {
	for _, d := range tb.used {
		c := tb.columns[d]
		switch v := q.cells[d]; {
		case v == unknown:
			p.unknown = true
		case d == purpose && len(q.purposes) > 1 && !all:
			p.any, p.anyOf = q.purposes, c
		case d == purpose && len(q.purposes) > 1:
			for _, v := range q.purposes {
				p.add(c.cells[v])
			}
		default:
			p.add(c.cells[v])
		}
	}
}

func (p *probe) add(mask []uint64) {
	if p.n < len(p.masks) {
		p.masks[p.n] = mask
		p.n++
		return
	}
	p.more = append(p.more, mask)
}

// word gives 64 rows' worth of answer.
func (p *probe) word(live []uint64, w int) uint64 {
	m := live[w]
	for _, mask := range p.masks[:p.n] {
		if m == 0 {
			return 0
		}
		m &= mask[w]
	}
	if p.any != nil {
		var some uint64
		for _, v := range p.any {
			some |= p.anyOf.cells[v][w]
		}
		m &= some
	}
	for _, mask := range p.more {
		m &= mask[w]
	}
	return m
}

// holds reports whether one row is among the answer.
func (p *probe) holds(live []uint64, row int32) bool {
	w, bit := int(row>>6), uint64(1)<<(row&63)
	if live[w]&bit == 0 {
		return false
	}
	return p.word(live, w)&bit != 0
}

// some reports whether any row is.
func (p *probe) some(live []uint64) bool {
	for w := range live {
		if p.word(live, w) != 0 {
			return true
		}
	}
	return false
}

package usage

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/account"
)

// A Batch is what a source sends at once.
type Batch struct {
	Source, Name string
	Text         []byte
	Kept         io.ReaderAt // where the text can be read again; nil: Text stays as it is
}

// A Reading is what a batch comes to.
type Reading struct {
	Totals   []offtake.UsageTotal
	Rows     int64   // there were
	Skipped  []int64 // rows, from 1, that were not taken: repeated, or refused
	Refused  []Refused
	Account  Reconciled
	Root     offtake.Hash // of the tree over the rows
	undo     []undo
	register *Register
}

// A Refused record was not taken.
type Refused struct {
	Line int
	ID   string
	Why  error
}

// Amounts are how many records there are of something, and what they come to.
type Amounts struct {
	Records      int64
	Used, Unused int64
	Cost         offtake.Money // of no currency where the records say none; less what credits are
}

// Reconciled is where everything went that came in:
//
//	In = Taken + Repeated + Refused
//	Counted = Taken - Replaced
//
// Of refused records those count whose amounts can be read at all.
type Reconciled struct {
	In, Taken, Repeated, Refused, Replaced, Counted Amounts
}

// Holds reports whether everything that came in went somewhere.
func (r *Reconciled) Holds() bool {
	sum := func(all ...Amounts) (s Amounts) {
		for _, a := range all {
			s.Records, s.Used, s.Unused, s.Cost = s.Records+a.Records, s.Used+a.Used, s.Unused+a.Unused, s.Cost.Add(a.Cost)
		}
		return s
	}
	same := func(a, b Amounts) bool { return a.Used == b.Used && a.Unused == b.Unused && a.Cost.Cmp(b.Cost) == 0 }
	in := sum(r.Taken, r.Repeated, r.Refused)
	return same(r.In, in) && r.In.Records == in.Records && same(r.Taken, sum(r.Replaced, r.Counted))
}

// tally is Amounts on their way.
type tally struct {
	records, used, unused int64
	charged, credited     Sum
}

func (t *tally) add(rec *record) {
	t.records++
	t.used += rec.used
	t.unused += rec.unused
	if rec.of.Kind == offtake.ForCredit {
		t.credited.add(&rec.cost)
	} else {
		t.charged.add(&rec.cost)
	}
}

func (t *tally) amounts(c offtake.Currency) Amounts {
	return Amounts{t.records, t.used, t.unused, t.charged.Money(c).Sub(t.credited.Money(c))}
}

// group is records of one kind and date.
type group struct {
	charge offtake.Charge // priced
	line   offtake.Hash
	said   bool // it says its cost
	err    error
	plus   tally
	minus  tally
}

// A meaning is a line, of records that say their cost or of records that do not.
type meaning struct {
	line offtake.Hash
	said bool
}

// undo is what a slot was before.
type undo struct {
	at  int
	was slot
}

// reading is a batch on its way.
type reading struct {
	*Register
	*Reader
	batch     Batch
	number    uint32
	admission *account.Admission
	each      bool // every record is admitted by itself

	groups  map[string]*group  // by what a row says
	lines   map[meaning]*group // by what that means
	order   []*group
	counted []*group // of each total
	key     []byte

	ahead lookahead
	again struct { // the record that was read again last
		slot slot
		rec  record
	}

	in, taken, repeated, refused, replaced tally
	out                                    Reading
}

// Read reads a batch, and holds its records against those there are and against what
// the admission says of totals. The register knows them from then on; Undo takes that
// back. Nothing is taken of a batch that cannot be read at all.
func (r *Register) Read(how *Reader, b Batch, admit func() *account.Admission) (*Reading, error) {
	if len(b.Text) >= mostBatch {
		return nil, offtake.Refuse(offtake.Invalid, "batch %q has %d bytes, and a batch has fewer than %d", b.Name, len(b.Text), int64(mostBatch))
	}
	if b.Kept == nil {
		b.Kept = bytes.NewReader(b.Text)
	}
	first := &reading{Register: r, Reader: how, batch: b, admission: admit()}
	out, err := first.read()
	if err != nil {
		return nil, err
	}
	if first.admitted() {
		return out, nil
	}
	// Some total is refused: find out by which records.
	out.Undo()
	again := &reading{Register: r, Reader: how, batch: b, admission: admit(), each: true}
	return again.read()
}

// admitted reports whether all that is counted is taken.
func (g *reading) admitted() bool {
	for i, of := range g.counted {
		charge := of.charge
		t := &g.out.Totals[i]
		charge.Used, charge.Unused, charge.Cost = t.Used, t.Unused, t.Cost
		if g.admission.Add(&charge, of.line) != nil {
			return false
		}
	}
	return g.admission.Close() == nil
}

func (g *reading) read() (*Reading, error) {
	g.number = uint32(len(g.batches))
	g.batches = append(g.batches, kept{source: g.batch.Source, reader: g.Reader, text: g.batch.Kept})
	g.groups, g.lines = map[string]*group{}, map[meaning]*group{}
	g.out.register = g.Register
	g.ahead = newLookahead()
	g.grow(2 * (bytes.Count(g.batch.Text, []byte("\n")) + 1))
	var tree rowTree
	pass := func(credits bool) error {
		err := g.rows(g.batch.Text, func(l *layout, w *row) {
			g.batches[g.number].layout = l
			if !credits {
				tree.add(w.text)
				g.out.Rows++
			}
			if g.ahead.add(w); len(g.ahead.rows) == cap(g.ahead.rows) {
				g.pass(l, credits)
			}
		})
		g.pass(g.batches[g.number].layout, credits)
		return err
	}
	err := pass(false)
	if err == nil && g.each {
		err = pass(true)
	}
	if err != nil {
		g.out.Undo()
		return nil, offtake.Refuse(offtake.KindOf(err), "batch %q: %w", g.batch.Name, err)
	}
	g.out.Root = tree.root()
	g.totals()
	c := g.Currency
	g.out.Account = Reconciled{
		In: g.in.amounts(c), Taken: g.taken.amounts(c), Repeated: g.repeated.amounts(c), Refused: g.refused.amounts(c), Replaced: g.replaced.amounts(c),
	}
	a := &g.out.Account
	a.Counted = Amounts{a.Taken.Records - a.Replaced.Records, a.Taken.Used - a.Replaced.Used, a.Taken.Unused - a.Replaced.Unused, a.Taken.Cost.Sub(a.Replaced.Cost)}
	return &g.out, nil
}

// A lookahead is some rows that are read before the first of them is looked up, so that
// the places of all in the register, which are far apart, are fetched at once.
type lookahead struct {
	rows   []row
	values [][]string
	seen   uint64
}

func newLookahead() lookahead {
	const rows = 128
	return lookahead{rows: make([]row, 0, rows), values: make([][]string, rows)}
}

// add keeps a row.
func (a *lookahead) add(w *row) {
	n := len(a.rows)
	a.values[n] = append(a.values[n][:0], w.values...)
	a.rows = append(a.rows, *w)
	a.rows[n].values = a.values[n]
}

// pass takes or refuses the rows that were read.
func (g *reading) pass(l *layout, credits bool) {
	mask := uint64(len(g.slots) - 1)
	for i := range g.ahead.rows {
		if w := &g.ahead.rows[i]; w.err == nil {
			g.ahead.seen += g.slots[keyOf(g.batch.Source, value(w.values, l.id))&mask].key
		}
	}
	for i := range g.ahead.rows {
		g.row(l, &g.ahead.rows[i], credits)
	}
	g.ahead.rows = g.ahead.rows[:0]
}

// row takes or refuses one record. Where each is admitted by itself, credits wait until
// all that they may be held against is there.
func (g *reading) row(l *layout, w *row, credits bool) {
	rec, group, err := g.understand(l, w)
	if g.each && (err == nil && rec.of.Kind == offtake.ForCredit) != credits {
		return
	}
	g.in.add(&rec)
	if err == nil {
		err = g.take(&rec, group, w)
	}
	switch {
	case errors.Is(err, errRepeated):
		g.repeated.add(&rec)
	case err != nil:
		g.refused.add(&rec)
		g.out.Refused = append(g.out.Refused, Refused{w.line, strings.Clone(rec.id), err})
	default:
		g.taken.add(&rec)
		return
	}
	g.out.Skipped = append(g.out.Skipped, w.number)
}

var errRepeated = errors.New("record is there already")

// understand reads a row. What records say beside their names and amounts is read once.
func (g *reading) understand(l *layout, w *row) (rec record, _ *group, err error) {
	place := func() string { return fmt.Sprintf("#%s:%d", g.batch.Name, w.number) }
	if l.form == FOCUS || w.err != nil {
		if rec, err = g.record(l, w, place()); err != nil {
			return rec, nil, err
		}
		group := g.line(rec.of, rec.cost.said)
		return rec, group, group.err
	}
	id := ""
	if value(w.values, l.id) == "" {
		id = place()
	}
	if rec, err = g.amounts(l, w.values, id); err != nil {
		return rec, nil, err
	}
	g.key = l.key(g.key[:0], w.values)
	if rec.cost.said {
		g.key = append(g.key, 1)
	}
	known, ok := g.groups[string(g.key)]
	if !ok {
		of, err := g.what(func(column string) string { return l.get(w.values, column) }, l.labelled(w.values))
		if err != nil {
			known = &group{err: err}
		} else {
			known = g.line(of, rec.cost.said)
		}
		g.groups[string(g.key)] = known
	}
	rec.of = known.charge.UsageTotal
	return rec, known, known.err
}

// line gives the group of what a record is.
func (g *reading) line(of offtake.UsageTotal, said bool) *group {
	m := meaning{account.LineOf(&of), said}
	known, ok := g.lines[m]
	if !ok {
		known = &group{line: m.line, said: said}
		priced := of
		if said {
			priced.Cost = offtake.MoneyOf(g.Currency, 0)
		}
		known.charge, known.err = g.admission.Known(priced)
		known.charge.UsageTotal = of
		g.lines[m] = known
		g.order = append(g.order, known)
	}
	return known
}

// take takes a record, once.
func (g *reading) take(rec *record, of *group, w *row) error {
	if err := sensible(rec); err != nil {
		return err
	}
	key := keyOf(g.batch.Source, rec.id)
	at, found, err := g.find(key, g.has(rec.id))
	if err != nil {
		return err
	}
	if found && g.slots[at].batch&absent == 0 {
		return g.repeats(rec, &g.slots[at])
	}
	if g.each && !found {
		if err := g.admission.Try(of.of(rec, 1, g.Currency)); err != nil {
			return err
		}
	}
	flag := uint32(0)
	if found { // what corrects it came before
		flag = corrected
	}
	was := g.slots[at]
	g.put(at, key, w.offset, flag)
	if rec.corrects != "" {
		if err := g.correct(rec, w.offset, found); err != nil {
			g.unput(at, was)
			if g.each && !found {
				_ = g.admission.Try(of.of(rec, -1, g.Currency)) // as if it had not come
			}
			return err
		}
	}
	if found {
		g.replaced.add(rec)
	} else {
		of.plus.add(rec)
	}
	return nil
}

// of gives the charge of one record, or of what takes it back.
func (of *group) of(rec *record, sign int64, c offtake.Currency) *offtake.Charge {
	charge := of.charge
	charge.Used, charge.Unused = sign*rec.used, sign*rec.unused
	charge.Cost = costOf(charge.Kind, rec.cost.exact(), c, rec.cost.said).Times(sign)
	return &charge
}

// costOf gives a cost as a total says it: a credit is below zero.
func costOf(k offtake.ChargeKind, cost offtake.Money, c offtake.Currency, said bool) offtake.Money {
	if !said {
		return offtake.Money{}
	}
	cost = offtake.MoneyOf(c, 0).Add(cost)
	if k == offtake.ForCredit {
		return cost.Neg()
	}
	return cost
}

// totals gives what is counted, in the order in which it first came.
func (g *reading) totals() {
	c := g.Currency
	for _, of := range g.order {
		t := of.charge.UsageTotal
		t.Used, t.Unused = of.plus.used-of.minus.used, of.plus.unused-of.minus.unused
		plus, minus := of.plus.charged.Money(c).Add(of.plus.credited.Money(c)), of.minus.charged.Money(c).Add(of.minus.credited.Money(c))
		t.Cost = costOf(t.Kind, plus.Sub(minus), c, of.said)
		if t.Used != 0 || t.Unused != 0 || !t.Cost.IsZero() {
			g.out.Totals = append(g.out.Totals, t)
			g.counted = append(g.counted, of)
		}
	}
}

// sensible refuses amounts that are nothing, or not what the record is.
func sensible(rec *record) error {
	switch {
	case rec.cost.said && rec.cost.sign() < 0:
		return offtake.Refuse(offtake.Invalid, "cost is below zero")
	case rec.used+rec.unused < rec.used:
		return offtake.Refuse(offtake.Invalid, "used and unused are beyond what can be counted")
	case rec.of.Kind != offtake.ForUsage && !rec.cost.said:
		return offtake.Refuse(offtake.Invalid, "%s says no cost", rec.of.Kind)
	case rec.corrects != "":
		return nil // it may say that nothing was used
	case rec.cost.said && rec.cost.sign() == 0 && rec.used == 0 && rec.unused == 0:
		return offtake.Refuse(offtake.Invalid, "charge is zero; only a correction may say that nothing was charged")
	case !rec.cost.said && rec.used == 0 && rec.unused == 0:
		return offtake.Refuse(offtake.Invalid, "record says neither what was used nor what it costs")
	}
	return nil
}

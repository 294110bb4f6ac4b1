package rights

import (
	"cmp"
	"slices"
	"sort"
	"sync/atomic"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// A Law is a book compiled: every version of its terms, and the index that
// answers questions about them. It never changes and may be used by many at once.
type Law struct {
	book      *offtake.Book
	calendars *civil.Calendars
	history   *history
	words     *vocabularies
	routes    map[offtake.Route]set // providers by route
	terms     []*clauseTerm         // by agreement as written, then in the reader's order
	tables    [tables]table
	changes   []time.Time // version i+1 begins at changes[i]
	versions  []atomic.Pointer[version]
	heard     []time.Time                // when a statement counted
	asOf      [8]atomic.Pointer[earlier] // by how many were heard, modulo its size
}

// An earlier law is what a law was before some statements were made.
type earlier struct {
	heard int
	law   *Law
}

// Terms are the terms in force at an instant.
type Terms struct {
	law *Law
	at  time.Time
	n   int
	*version
}

// A version is what does not change between two instants of change.
type version struct {
	live [tables]mask
	sure [tables]mask  // those rows whose life hangs on no open question
	open []*clauseTerm // determinations under which things hold
}

type mask []uint64

func (m mask) has(i int32) bool { return m[i>>6]&(1<<(i&63)) != 0 }

// Compile reads the law of a book. The findings are its mistakes in law, the
// lints and the notes, in no order; a Law comes back even where there are
// mistakes, and answers as well as it can.
func Compile(b *offtake.Book) (*Law, []offtake.Finding) {
	calendars, findings := civil.Compile(b.Calendars)
	h := writeHistory(b, calendars)
	words := readVocabularies(b, h.deals)
	l := newLaw(b, calendars, h, words)
	if n := words.size(); !l.fits() {
		return l, append(findings, offtake.Finding{
			Severity: offtake.Mistake, Pos: b.Pos, Code: "law-too-large",
			Message: sprintf("book %q has %d clauses and statements and %d words and bounds to tell apart: their product may be at most %d", b.Name, l.entries(), n, indexed),
			Hint:    "declare fewer words, or split the book",
		})
	}
	return l, append(append(findings, h.findings...), l.lint()...)
}

// indexed bounds the index of a book: its clauses and statements by the words
// and bounds they can tell apart, which is a bit each in a few tables.
const indexed = 1 << 28

func (l *Law) fits() bool { return l.entries()*l.words.size() <= indexed }

// entries counts what can bring rows into the tables.
func (l *Law) entries() int { return len(l.terms) + len(l.book.Statements) }

func newLaw(b *offtake.Book, calendars *civil.Calendars, h *history, words *vocabularies) *Law {
	l := &Law{book: b, calendars: calendars, history: h, words: words, heard: sortedTimes(h.heard)}
	for _, d := range h.deals {
		slices.SortStableFunc(d.all, func(a, b *clauseTerm) int { return cmp.Compare(a.order, b.order) })
		l.terms = append(l.terms, d.all...)
	}
	l.routes = readRoutes(b, l.words[provider])
	l.changes = l.readChanges()
	l.versions = make([]atomic.Pointer[version], len(l.changes)+1)
	if l.fits() {
		l.fill()
	}
	for i := range l.tables {
		l.tables[i].build(l.words, i >= owners)
	}
	return l
}

// known gives the law as it was known at an instant: contracts say beforehand
// when they begin and end, but nobody knows a statement before it is made. The
// answers at that instant are the same; what they say of the future is not.
// The last few of these laws are kept, and one is made anew where it is not.
func (l *Law) known(t time.Time) *Law {
	n := sort.Search(len(l.heard), func(i int) bool { return l.heard[i].After(t) })
	if n == len(l.heard) {
		return l
	}
	slot := &l.asOf[n%len(l.asOf)]
	if e := slot.Load(); e != nil && e.heard == n {
		return e.law
	}
	less := *l.book
	less.Statements = slices.DeleteFunc(slices.Clone(less.Statements), func(s offtake.Statement) bool {
		return !l.Resolve("", s.At).Before(l.heard[n])
	})
	h := writeHistory(&less, l.calendars)
	e := &earlier{n, newLaw(&less, l.calendars, h, l.words)}
	slot.Store(e)
	return e.law
}

func readRoutes(b *offtake.Book, v *vocabulary) map[offtake.Route]set {
	out := map[offtake.Route]set{offtake.Build: listed(v.size), offtake.Cloud: listed(v.size)}
	for _, p := range b.Providers {
		c := v.cells[string(p.Name)]
		out[routeOf(p)].bits[c>>6] |= 1 << (c & 63)
	}
	return out
}

func routeOf(p offtake.Provider) offtake.Route {
	if p.BuiltByBuyer {
		return offtake.Build
	}
	return offtake.Cloud
}

// readChanges gives the instants at which the answer to some question may change.
func (l *Law) readChanges() []time.Time {
	var out []time.Time
	for _, t := range l.terms {
		if t.life.never() {
			continue
		}
		out = append(out, t.life.from)
		if !t.life.until.IsZero() {
			out = append(out, t.life.until)
		}
	}
	for _, at := range l.history.answered {
		out = append(out, at)
	}
	for _, said := range l.history.excused {
		for _, s := range said {
			out = append(out, s.at)
		}
	}
	return sortedTimes(out)
}

// Changes gives the instants at which the terms change, ascending. An answer
// given at one instant holds until the next of them.
func (l *Law) Changes() []time.Time { return slices.Clone(l.changes) }

// Version gives the number of the version in force at t: 0 before the first change.
func (l *Law) Version(t time.Time) int {
	return sort.Search(len(l.changes), func(i int) bool { return l.changes[i].After(t) })
}

// versionsOf gives the versions of a life.
func (l *Law) versionsOf(f life) (from, until int32) {
	from, until = int32(l.Version(f.from)), int32(len(l.versions))
	if !f.until.IsZero() {
		until = int32(l.Version(f.until))
	}
	return from, until
}

// At gives the terms in force at an instant.
func (l *Law) At(t time.Time) *Terms {
	l = l.known(t)
	n := l.Version(t)
	return &Terms{law: l, at: t.UTC(), n: n, version: l.version(n)}
}

// version makes a version when it is first asked for. Two callers may make it
// twice; what they make is the same.
func (l *Law) version(n int) *version {
	if v := l.versions[n].Load(); v != nil {
		return v
	}
	v := &version{open: l.openQuestions(n)}
	for i := range l.tables {
		tb := &l.tables[i]
		v.live[i] = make(mask, tb.words)
		for j := range tb.rows {
			if r := &tb.rows[j]; int(r.from) <= n && n < int(r.until) {
				v.live[i][j>>6] |= 1 << (j & 63)
			}
		}
		v.sure[i] = v.live[i]
		if len(v.open) > 0 {
			v.sure[i] = tb.settled(v.live[i], v.open)
		}
	}
	l.versions[n].Store(v)
	return v
}

// settled leaves out the rows whose life hangs on an open question.
func (tb *table) settled(live mask, open []*clauseTerm) mask {
	out := slices.Clone(live)
	for j := range tb.rows {
		if !tb.rows[j].always && hangsOn(tb.rows[j].term, open) {
			out[j>>6] &^= 1 << (j & 63)
		}
	}
	return out
}

func hangsOn(t *clauseTerm, open []*clauseTerm) bool {
	return slices.ContainsFunc(open, func(o *clauseTerm) bool { return slices.Contains(t.hangs, o.ref) })
}

// openQuestions gives the determinations in force in version n, and not yet
// answered, under which things hold while nobody has.
func (l *Law) openQuestions(n int) (out []*clauseTerm) {
	at := l.instantOf(n)
	for _, t := range l.terms {
		body, ok := t.clause.Body.(offtake.Determination)
		if !ok || body.Meanwhile != "hold" || !t.life.holds(at) {
			continue
		}
		if answered, ok := l.history.answered[t.ref]; !ok || at.Before(answered) {
			out = append(out, t)
		}
	}
	return out
}

// instantOf gives the first instant of a version; before the first change, one
// at which nothing is in force.
func (l *Law) instantOf(n int) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return l.changes[n-1]
}

// Standing is a clause in force.
type Standing struct {
	Ref    offtake.ClauseRef
	Clause offtake.Clause
}

// InForce gives every clause in force at t, by agreement as the book has them.
// A clause whose end hangs on an open question is among them.
func (l *Law) InForce(t time.Time) (out []Standing) {
	for _, term := range l.terms {
		if term.life.holds(t) {
			out = append(out, Standing{term.ref, *term.clause})
		}
	}
	return out
}

// Clauses gives the clauses of one agreement in force at t, in the order a
// reader meets them: a clause that replaces another takes its place.
func (l *Law) Clauses(a offtake.AgreementName, t time.Time) (out []offtake.Clause) {
	d := l.history.byName[a]
	if d == nil {
		return nil
	}
	for _, term := range d.all {
		if term.life.holds(t) {
			out = append(out, *term.clause)
		}
	}
	return out
}

// Clause gives a clause as it stands at t.
func (l *Law) Clause(ref offtake.ClauseRef, t time.Time) (offtake.Clause, bool) {
	for _, s := range l.Clauses(ref.Agreement, t) {
		if s.Name == ref.Clause {
			return s, true
		}
	}
	return offtake.Clause{}, false
}

// Effective tells from when an amendment would hold, and who has not signed
// it. With anyone missing it changes nothing.
func (l *Law) Effective(a offtake.AgreementName, m offtake.AmendmentName) (at time.Time, signed bool, missing []offtake.PartyName) {
	d := l.history.byName[a]
	if d == nil || d.amended[m] == nil {
		return time.Time{}, false, nil
	}
	got := d.amended[m]
	return got.at, len(got.missing) == 0, slices.Clone(got.missing)
}

// LastAmendment gives the latest instant from which a signed amendment holds,
// or the zero time where there is none.
func (l *Law) LastAmendment() (last time.Time) {
	for _, d := range l.history.deals {
		for _, m := range d.amended {
			if len(m.missing) == 0 {
				last = latest(last, m.at)
			}
		}
	}
	return last
}

// Resolve gives the instant that a time written in an agreement means; in no
// agreement (""), that of the book.
func (l *Law) Resolve(a offtake.AgreementName, w offtake.When) time.Time {
	return resolve(l.Calendar(a), w)
}

// Calendar gives the calendar an agreement counts by, or the book's own for "".
// It is nil only where the calendar does not load.
func (l *Law) Calendar(a offtake.AgreementName) *civil.Calendar {
	if d := l.history.byName[a]; d != nil {
		return d.calendar
	}
	c, _ := l.calendars.Get(l.book.Calendar)
	return c
}

// Calendars gives all calendars of the book.
func (l *Law) Calendars() *civil.Calendars { return l.calendars }

package rights

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// A life is the time a clause, as one version of its agreement has it, is in
// force: from its first instant until one that is no longer inside. A zero
// until never comes.
type life struct{ from, until time.Time }

func (l life) holds(t time.Time) bool {
	return !t.Before(l.from) && (l.until.IsZero() || t.Before(l.until))
}

func (l life) never() bool { return !l.until.IsZero() && !l.from.Before(l.until) }

// end brings the end forward to t.
func (l *life) end(t time.Time) {
	if l.until.IsZero() || t.Before(l.until) {
		l.until = t
	}
}

// A clauseTerm is a clause as one version of its agreement has it.
type clauseTerm struct {
	ref    offtake.ClauseRef
	clause *offtake.Clause
	deal   *deal
	life   life
	own    life                // the life it would have if nobody had removed it
	hangs  []offtake.ClauseRef // determinations whose yes ends it
	order  int                 // of the agreement's clauses, as a reader lists them
}

// A deal is an agreement being brought from its first day to its last.
type deal struct {
	agreement *offtake.Agreement
	calendar  *civil.Calendar
	life      life
	active    map[offtake.ClauseName]*clauseTerm // not yet removed
	all       []*clauseTerm
	next      int
	amended   map[offtake.AmendmentName]*amended
}

// amended says what came of an amendment.
type amended struct {
	at      time.Time
	missing []offtake.PartyName
}

// A said is a statement that counts.
type said struct {
	at        time.Time
	statement *offtake.Statement
}

// A history is what became of every clause: which amendments took hold, which
// statements counted, and the life each clause had.
type history struct {
	book     *offtake.Book
	deals    []*deal
	byName   map[offtake.AgreementName]*deal
	yes      map[offtake.ClauseRef]time.Time
	answered map[offtake.ClauseRef]time.Time // the first answer, yes or no
	excused  map[offtake.ClauseRef][]said
	heard    []time.Time // when a statement counted
	findings []offtake.Finding
}

// A step is one thing that changes the terms, at its instant.
type step struct {
	at   time.Time
	rank int // at one instant: agreements begin, then amendments take hold, then statements are heard
	do   func()
}

func writeHistory(b *offtake.Book, calendars *civil.Calendars) *history {
	calendar := func(name offtake.CalendarName) *civil.Calendar {
		c, _ := calendars.Get(cmp.Or(name, b.Calendar))
		return c
	}
	h := &history{
		book:     b,
		byName:   map[offtake.AgreementName]*deal{},
		yes:      map[offtake.ClauseRef]time.Time{},
		answered: map[offtake.ClauseRef]time.Time{},
		excused:  map[offtake.ClauseRef][]said{},
	}
	var steps []step
	for i := range b.Agreements {
		a := &b.Agreements[i]
		d := &deal{agreement: a, calendar: calendar(a.Calendar), active: map[offtake.ClauseName]*clauseTerm{}, amended: map[offtake.AmendmentName]*amended{}}
		d.life = life{from: d.resolve(a.Effective)}
		if !a.Until.IsZero() && a.Renewal.For.IsZero() {
			d.life.until = d.resolve(a.Until)
		}
		h.deals = append(h.deals, d)
		h.byName[a.Name] = d
		steps = append(steps, step{d.life.from, 0, func() { h.begin(d) }})
		for j := range a.Amendments {
			m := &a.Amendments[j]
			at := d.resolve(m.Effective)
			steps = append(steps, step{at, 1, func() { h.amend(d, m, at) }})
		}
	}
	for i := range b.Statements {
		s := &b.Statements[i]
		if d := h.byName[s.Of.Agreement]; d != nil {
			at := resolve(calendar(b.Calendar), s.At) // it stands outside any agreement
			steps = append(steps, step{at, 2, func() { h.hear(d, s, at) }})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.rank, b.rank)) })
	for _, s := range steps {
		s.do()
	}
	return h
}

// calendarName gives the calendar it counts by: its own, or the book's.
func (d *deal) calendarName(b *offtake.Book) offtake.CalendarName {
	return cmp.Or(d.agreement.Calendar, b.Calendar)
}

// resolve gives the instant a time of this agreement means.
func (d *deal) resolve(w offtake.When) time.Time { return resolve(d.calendar, w) }

func resolve(c *civil.Calendar, w offtake.When) time.Time {
	switch {
	case w.IsZero():
		return time.Time{}
	case !w.Instant.IsZero():
		return w.Instant
	case c == nil: // its calendar does not load, and a finding says so
		return time.Date(w.Date.Year, w.Date.Month, w.Date.Day, 0, 0, 0, 0, time.UTC)
	}
	return c.Resolve(w)
}

func (h *history) begin(d *deal) {
	for i := range d.agreement.Clauses {
		h.open(d, &d.agreement.Clauses[i], d.life.from, d.next)
	}
}

// open puts a clause in force from an instant on, in a place of the reader's order.
func (h *history) open(d *deal, c *offtake.Clause, at time.Time, order int) *clauseTerm {
	t := &clauseTerm{
		ref:    offtake.ClauseRef{Agreement: d.agreement.Name, Clause: c.Name},
		clause: c, deal: d, order: order,
		life: life{from: latest(at, d.life.from, d.resolve(c.From)), until: d.life.until},
	}
	h.bound(t, c.Until, 0)
	t.own = t.life
	d.next = max(d.next, order+1)
	d.active[c.Name] = t
	d.all = append(d.all, t)
	return t
}

// bound ends a clause as its until says; depth bounds hostile nesting.
func (h *history) bound(t *clauseTerm, u offtake.Until, depth int) {
	if !u.At.IsZero() {
		t.life.end(t.deal.resolve(u.At))
	}
	if !u.Determined.IsZero() {
		t.hangs = append(t.hangs, u.Determined)
		if yes, ok := h.yes[u.Determined]; ok {
			t.life.end(yes)
		}
	}
	for _, one := range u.FirstOf {
		if depth < 32 {
			h.bound(t, one, depth+1)
		}
	}
}

func latest(ts ...time.Time) time.Time { return slices.MaxFunc(ts, time.Time.Compare) }

// amend lets an amendment take hold, if everyone it needs has signed it.
func (h *history) amend(d *deal, m *offtake.Amendment, at time.Time) {
	if at.Before(d.life.from) {
		h.findings = append(h.findings, offtake.Finding{
			Severity: offtake.Mistake, Pos: m.Pos, Code: "amendment-too-early",
			Message: sprintf("amendment %q is effective at %s, before agreement %q begins at %s", m.Name, offtake.Stamp(at), d.agreement.Name, offtake.Stamp(d.life.from)),
			Hint:    "there is nothing to amend yet; correct one of the dates",
		})
	}
	missing := h.unsigned(d, m, at)
	d.amended[m.Name] = &amended{at: at, missing: missing}
	if len(missing) > 0 {
		h.findings = append(h.findings, unsignedFinding(d, m, missing))
		return
	}
	for _, name := range m.Remove {
		d.close(name, at)
	}
	for i := range m.Clauses {
		c := &m.Clauses[i]
		order, replaced := d.close(c.Name, at)
		if !replaced {
			order = d.next
		}
		h.open(d, c, at, order)
	}
}

// close ends a clause that is active, and gives the place it had.
func (d *deal) close(name offtake.ClauseName, at time.Time) (order int, ok bool) {
	t, ok := d.active[name]
	if !ok {
		return 0, false
	}
	t.life.end(at)
	delete(d.active, name)
	return t.order, true
}

// find gives the clause of that name that is not yet removed.
func (h *history) find(r offtake.ClauseRef) *clauseTerm {
	if d := h.byName[r.Agreement]; d != nil {
		return d.active[r.Clause]
	}
	return nil
}

// hear takes a statement into account, if it comes from whom the clause names.
func (h *history) hear(d *deal, s *offtake.Statement, at time.Time) {
	t := h.find(s.Of)
	if t == nil || !t.life.holds(at) {
		h.ignore(s, "clause %q is not in force at %s, and a statement counts only while it is", s.Of, offtake.Stamp(at))
		return
	}
	switch body := t.clause.Body.(type) {
	case offtake.Determination:
		if body.DecidedBy != s.By {
			h.ignore(s, "only %q decides %q", body.DecidedBy, s.Of)
			return
		}
		h.determine(s, at)
		h.heard = append(h.heard, at)
	case offtake.FirstPlacement:
		if body.Unless.By != s.By || !slices.Contains(body.Unless.Statements, s.Says) {
			h.ignore(s, "%q is excused only where %q says one of %v", s.Of, body.Unless.By, body.Unless.Statements)
			return
		}
		if scope := body.Scope.Products; scope != nil {
			outside := slices.DeleteFunc(slices.Clone(s.Products), func(p offtake.Product) bool { return slices.Contains(scope, p) })
			if len(outside) > 0 {
				h.ignore(s, "%q does not cover product %s", s.Of, listing(outside))
			}
			if len(s.Products) > 0 && len(outside) == len(s.Products) {
				return
			}
		}
		h.excused[s.Of] = append(h.excused[s.Of], said{at, s})
		h.heard = append(h.heard, at)
	default:
		h.ignore(s, "clause %q is neither a determination nor a first_placement", s.Of)
	}
}

// determine records an answer. A clause that ended does not revive, so the
// first yes is final.
func (h *history) determine(s *offtake.Statement, at time.Time) {
	if _, ok := h.answered[s.Of]; !ok {
		h.answered[s.Of] = at
	}
	if _, ok := h.yes[s.Of]; ok || s.Says != offtake.SaysYes {
		return
	}
	h.yes[s.Of] = at
	for _, d := range h.deals {
		for _, t := range d.active {
			if slices.Contains(t.hangs, s.Of) {
				t.life.end(at)
			}
		}
	}
}

func (h *history) ignore(s *offtake.Statement, format string, args ...any) {
	h.findings = append(h.findings, offtake.Finding{
		Severity: offtake.Lint, Pos: s.Pos, Code: "statement-not-counted", Clause: s.Of,
		Message: "statement " + quoted(s.Name) + " by " + quoted(string(s.By)) + " changes nothing: " + sprintf(format, args...),
		Hint:    "only the named decider's statement counts, from its instant on",
	})
}

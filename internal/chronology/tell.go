package chronology

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/market/terms"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// Of tells a case that was played under a law, up to the last act, deadline or
// instant that was asked about.
func Of(c *play.Case, law *terms.Law) *Chronology {
	t := &teller{
		law: law, zone: zone{law.Rights.Calendar("")}, deals: deal.New(law), courses: newCourses(),
		places: map[offtake.ProcessID]int{},
	}
	t.out.Book = c.Book.Name
	for _, p := range c.Log {
		t.tell(p)
	}
	for _, p := range c.Pictures {
		if p.At.After(t.out.Until) {
			t.out.Until = p.At
		}
	}
	t.courses.lapse(t.out.Until.Add(1))
	t.out.Local = t.zone.moment(t.out.Until)
	t.out.Deadlines = t.courses.all
	t.close()
	return &t.out
}

// A teller tells one case: it folds the log, and puts what it folds into words.
type teller struct {
	law     *terms.Law
	zone    zone // of the book
	deals   *deal.Deals
	courses *courses
	places  map[offtake.ProcessID]int // of the processes that were told
	out     Chronology
}

// tell tells one line of the log, or one deadline that passed.
func (t *teller) tell(p play.Played) {
	e := Entry{
		N: len(t.out.Entries) + 1, At: p.Act.At, Act: p.Act.ID, By: p.Act.By, Over: p.Act.Opportunity,
		Outcome: p.Outcome, Reason: p.Reason,
	}
	if p.Act.Deed != nil {
		e.Deed = p.Act.Deed.Name()
	}
	if p.Outcome == "" || p.Outcome == play.Taken || p.Outcome == play.Nonconforming {
		t.courses.lapse(p.Act.At)
	}
	t.courses.begin()
	e.Said = t.said(p)
	if p.Anew != nil {
		t.again(&e, p)
	}
	for i, ev := range p.Events {
		t.follow(&e, p, i, ev)
	}
	t.courses.settle()
	where := t.zone
	var reached []offtake.ProcessID
	for _, c := range e.Followed {
		if is, ok := t.deals.Process(c.Process); ok && !slices.Contains(reached, c.Process) {
			reached = append(reached, c.Process)
			where = zoneOf(&is)
			t.courses.restate(&is, p.Act.At)
			e.Next = append(e.Next, t.turns(&is)...)
			t.picture(&is, p.Act.At)
		}
	}
	if !e.At.IsZero() {
		e.Local = where.moment(e.At)
	}
	if e.At.After(t.out.Until) && p.Outcome != play.Rejected {
		t.out.Until = e.At
	}
	t.out.Entries = append(t.out.Entries, e)
}

// follow folds one event and puts it into words.
func (t *teller) follow(e *Entry, p play.Played, i int, ev offtake.Event) {
	id := refusal.ProcessOf(ev)
	was, _ := t.deals.Process(id)
	t.deals.Apply(p.Act.At, ev)
	is, known := t.deals.Process(id)
	s := step{act: p.Act, was: &was, is: &is, events: p.Events, at: i, law: t.law, deals: t.deals}
	if known {
		s.zone = zoneOf(&is)
		t.courses.follow(s, ev)
	} else {
		s.zone = t.zone
	}
	e.Followed = append(e.Followed, Consequence{Process: id, Event: ev.Event(), Text: opened(s.words(ev))})
}

// A step is an event with what it changed.
type step struct {
	act     offtake.Act
	was, is *refusal.Process // zero where the event is of no process
	events  []offtake.Event  // of the act
	at      int              // which of them this is
	zone    zone
	law     *terms.Law
	deals   *deal.Deals // with the event folded
}

func zoneOf(p *refusal.Process) zone { return zone{p.Contract.Rules.Calendar} }

// again takes over a log that was played anew. What was told stays told; what
// is different now is told once.
func (t *teller) again(e *Entry, p play.Played) {
	before := t.deals
	t.deals = deal.New(t.law)
	anew := newCourses()
	for _, past := range p.Anew {
		anew.begin()
		anew.lapse(past.Act.At)
		for i, ev := range past.Events {
			id := refusal.ProcessOf(ev)
			was, _ := t.deals.Process(id)
			t.deals.Apply(past.Act.At, ev)
			if is, known := t.deals.Process(id); known {
				anew.follow(step{act: past.Act, was: &was, is: &is, events: past.Events, at: i, zone: zoneOf(&is), law: t.law, deals: t.deals}, ev)
			}
		}
		anew.settle()
	}
	for _, is := range t.deals.Processes() {
		anew.restate(&is, p.Act.At)
	}
	t.courses.replayed(p.Act.At, anew)
	for _, is := range t.deals.Processes() {
		was, known := before.Process(is.ID)
		if known && was.State() == is.State() && slices.Equal(partsOf(&was), partsOf(&is)) {
			continue
		}
		words := "with the act at its true instant this is now " + states[is.State()]
		switch {
		case known && was.State() == is.State():
			words = "with the act at its true instant this is still " + states[is.State()] + ", in other parts"
		case known:
			words += " instead of " + states[was.State()]
		}
		e.Followed = append(e.Followed, Consequence{Process: is.ID, Event: "played.anew", Text: opened(joined(words, ": ", is.Why))})
	}
	if len(e.Followed) == 0 {
		e.Followed = []Consequence{{Event: "played.anew", Text: "With the act at its true instant everything stands as it did."}}
	}
}

// picture writes down how the parts of a process stand, where that is new.
func (t *teller) picture(p *refusal.Process, at time.Time) {
	i, known := t.places[p.ID]
	if !known {
		i = len(t.out.Processes)
		t.places[p.ID] = i
		t.out.Processes = append(t.out.Processes, Process{
			ID: p.ID, Opportunity: p.Opportunity, Clause: p.Contract.Ref, After: p.After, Zone: zoneOf(p).name(), Opened: p.Opened,
			Product: p.Product, zone: zoneOf(p),
		})
	}
	q := &t.out.Processes[i]
	q.State, q.Why = p.State(), p.Why
	parts := partsOf(p)
	if n := len(q.Course); n > 0 && slices.Equal(q.Course[n-1].Parts, parts) {
		return
	}
	q.Course = append(q.Course, Picture{At: at, Parts: parts})
}

func partsOf(p *refusal.Process) (parts []Part) {
	for _, q := range p.Parts {
		parts = append(parts, Part{Quantity: q.Quantity, State: q.State, Party: q.Party, Product: p.Product})
	}
	return parts
}

// close says whose turn it is in every process at the end.
func (t *teller) close() {
	t.courses.begin()
	for i := range t.out.Processes {
		q := &t.out.Processes[i]
		p, ok := t.deals.Process(q.ID)
		if !ok {
			q.Why = "the log was played anew, and the process never opened"
			continue
		}
		q.Next = t.turns(&p)
	}
}

package broker_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
	"github.com/offtake-dev/offtake/internal/wire"
)

// One law: whatever a written case comes to when it is played, evidence included, it
// comes to in a broker that folds a record of it.
func TestABrokerComesToWhatAWrittenCaseComesTo(t *testing.T) {
	played, evidence := 0, 0
	for _, c := range writtenCases(t) {
		if c.Books != "" || c.Waits != "" || len(c.Acts) == 0 {
			continue
		}
		s, until, ok := brokered(t, &c)
		if !ok {
			continue
		}
		played++
		if slices.ContainsFunc(c.Acts, func(a docket.Act) bool { _, is := a.Deed.(offtake.Evidence); return is }) {
			evidence++
		}
		var text []byte
		for _, a := range c.Acts {
			line, err := wire.AppendAct(text, &a.Act)
			if err != nil {
				t.Fatal(err)
			}
			text = append(line, '\n')
		}
		law := s.Version().Law
		want, err := play.Run(s.Book(), law, bytes.NewReader(text), play.Options{AsOf: []time.Time{until}})
		if err != nil {
			t.Fatal(err)
		}
		if one, other := pictured(t, s.Market().Deals().Standing(true)), pictured(t, want.Pictures[0].Processes); one != other {
			t.Errorf("%s: in a broker\n%s\nplayed\n%s", c.Sentence, one, other)
		}
	}
	if played < 200 || evidence < 20 {
		t.Errorf("%d cases, %d of them with evidence", played, evidence)
	}
}

// brokered sends the acts of a case to a broker, up to the last instant that the case
// speaks of. It is not ok where the market refuses what a case of processes alone takes.
func brokered(t *testing.T, c *docket.Case) (s *broker.State, until time.Time, ok bool) {
	b := c.Book()
	l := &lives{T: t, one: broker.New(), other: broker.New(), what: c.Sentence}
	files := []offtake.BookFile{{Path: "book.yaml", Text: string(book.Format(b))}}
	if !l.alone(offtake.Act{ID: "the book", At: c.Acts[0].At.Add(-time.Hour), By: b.Buyer, Deed: push(files)}) {
		return nil, until, false
	}
	for _, a := range c.Acts {
		until = a.At
		taken := l.alone(a.Act)
		if e, is := a.Deed.(offtake.Evidence); is && !taken && a.Refused == "" {
			taken = l.late(c, a.Act, e)
		}
		if taken != (a.Refused == "") {
			return nil, until, false
		}
	}
	for _, e := range c.Expected {
		if e.At.After(until) {
			until = e.At
		}
	}
	l.passAlone(until.Add(1))
	return l.one, until, true
}

// alone sends an act to the state that is never written down.
func (l *lives) alone(a offtake.Act) bool {
	l.passAlone(a.At)
	l.one.Recalls(l.recall)
	events, err := l.one.Decide(a)
	if err != nil {
		return false
	}
	l.foldAlone(wire.Entry{Act: a, Events: events})
	return true
}

// late writes down an act that was refused when it came as evidence has it: a record
// holds no acts that were refused.
func (l *lives) late(c *docket.Case, a offtake.Act, e offtake.Evidence) bool {
	i := slices.IndexFunc(c.Acts, func(was docket.Act) bool { return was.ID == e.Of && was.Refused != "" })
	if i < 0 {
		return false
	}
	act := c.Acts[i].Act
	act.At = a.At
	events, err := l.one.DecideLate(act, e.Received, a.By)
	if err != nil {
		return false
	}
	l.foldAlone(wire.Entry{Act: act, Events: events, Receipt: offtake.Receipt{Recorder: a.By, Received: e.Received}})
	return true
}

func (l *lives) foldAlone(e wire.Entry) {
	l.Helper()
	l.log = append(l.log, e)
	if err := l.one.Fold(&e); err != nil {
		l.Fatalf("%s: %v", l.what, err)
	}
}

func (l *lives) passAlone(until time.Time) {
	l.Helper()
	for a, due := l.one.DueBefore(until); due; a, due = l.one.DueBefore(until) {
		events, err := l.one.Decide(a)
		if err != nil {
			l.Fatalf("%s: %v", l.what, err)
		}
		l.foldAlone(wire.Entry{Act: a, Events: events})
	}
}

func pictured(t *testing.T, ps []*refusal.Process) (all string) {
	for _, p := range ps {
		text, err := play.ProcessJSON(p)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text) + "\n"
	}
	return all
}

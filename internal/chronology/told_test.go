package chronology_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/chronology"
	"github.com/offtake-dev/offtake/internal/market/terms"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/wire"
)

var update = flag.Bool("update", false, "write what is told into the cases")

// A told case is a log and the story that is told of it.
type toldCase struct {
	name, file string
	acts       []string
	until      []time.Time
	archive    *txtar.Archive
}

func cases(t testing.TB) (all []toldCase) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := toldCase{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), file: file, archive: a}
		for _, f := range a.Files {
			text := strings.TrimSpace(string(f.Data))
			switch f.Name {
			case "acts.jsonl":
				c.acts = strings.Split(text, "\n")
			case "until":
				at, err := offtake.ParseInstant(text)
				if err != nil {
					t.Fatal(err)
				}
				c.until = []time.Time{at}
			}
		}
		all = append(all, c)
	}
	return all
}

type law struct {
	book   *offtake.Book
	rights *rights.Law
}

func kinds(t testing.TB) law {
	t.Helper()
	b, found := book.ReadDir("testdata/book")
	if slices.ContainsFunc(found, func(f offtake.Finding) bool { return f.Severity == offtake.Mistake }) {
		t.Fatal(found)
	}
	l, found := rights.Compile(b)
	if slices.ContainsFunc(found, func(f offtake.Finding) bool { return f.Severity == offtake.Mistake }) {
		t.Fatal(found)
	}
	return law{b, l}
}

// tell plays some acts and tells them.
func (l law) tell(t failing, acts []string, until []time.Time) (*play.Case, *chronology.Chronology) {
	t.Helper()
	c, err := play.Run(l.book, l.rights, strings.NewReader(strings.Join(acts, "\n")), play.Options{AsOf: until, Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	return c, chronology.Of(c, terms.New(l.book, l.rights, time.Time{}))
}

// TestTold holds what is told of each case against what is written beside it.
func TestTold(t *testing.T) {
	l := kinds(t)
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) {
			_, story := l.tell(t, c.acts, c.until)
			var got bytes.Buffer
			if err := story.WriteText(&got); err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == "told.txt" })
			if *update {
				c.archive.Files[i].Data = got.Bytes()
				if err := os.WriteFile(c.file, txtar.Format(c.archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(c.archive.Files[i].Data), got.String()); diff != "" {
				t.Errorf("%s (- as written, + as told):\n%s", c.file, diff)
			}
		})
	}
}

// ofTheMarket are the events of a running market, which no written case has.
var ofTheMarket = []string{"awarded", "reserved", "placed", "finished", "usage.recorded", "redrawn", "commitment.reduced", "reservation.reduced", "reservation.extended", "capacity.delayed", "capacity.delivered",
	"phase.opened", "capital.called", "capital.paid", "price.reported", "claim.raised",
	"quote.received", "quote.withdrawn", "quote.taken", "job.submitted", "job.cancelled",
	"book.pushed", "book.signed", "book.adopted", "book.dropped", "clock.doubted", "clock.confirmed", "played.anew"}

// Every kind of event of a first-refusal process happens in the cases, and has
// a sentence of its own; so has every act.
func TestEveryEventHasItsSentence(t *testing.T) {
	l := kinds(t)
	events, deeds := map[string]map[string]bool{}, map[string]bool{}
	for _, c := range cases(t) {
		_, story := l.tell(t, c.acts, c.until)
		for _, e := range story.Entries {
			deeds[e.Deed] = true
			if e.Said == "" || !strings.HasSuffix(e.Said, ".") {
				t.Errorf("%s: act %s is told as %q", c.name, e.Deed, e.Said)
			}
			for _, f := range e.Followed {
				if events[f.Event] == nil {
					events[f.Event] = map[string]bool{}
				}
				events[f.Event][f.Text] = true
				if f.Text == "" || !strings.HasSuffix(f.Text, ".") {
					t.Errorf("%s: event %s is told as %q", c.name, f.Event, f.Text)
				}
			}
		}
	}
	for _, name := range wire.EventNames() {
		if events[name] == nil && !slices.Contains(ofTheMarket, name) {
			t.Errorf("no case has the event %s, so nothing shows that it has a sentence", name)
		}
	}
	for _, name := range append(wire.StepNames(), "deadline") {
		if !deeds[name] {
			t.Errorf("no case has the act %s, so nothing shows that it has a sentence", name)
		}
	}
	for one, texts := range events {
		for other, more := range events {
			for text := range texts {
				if one < other && more[text] {
					t.Errorf("events %s and %s are both told as %q", one, other, text)
				}
			}
		}
	}
}

// The cases, and random logs beside them, are held against what must always be
// so, after each of their acts.
func TestWhatIsAlwaysSo(t *testing.T) {
	l := kinds(t)
	for _, c := range cases(t) {
		l.hold(t, c.name, c.acts)
	}
	rapid.Check(t, func(t *rapid.T) { l.hold(t, "drawn", drawn(t)) })
	rapid.Check(t, func(t *rapid.T) { l.hold(t, "drawn first offers", drawnFrom(t, drawnNeeds)) })
	rapid.Check(t, func(t *rapid.T) { l.hold(t, "drawn first placements", drawnFrom(t, drawnLaunches)) })
}

// failing is what a test and a property have in common.
type failing interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

func (l law) hold(t failing, name string, acts []string) {
	var before []*chronology.Deadline
	for n := 1; n <= len(acts); n++ {
		played, story := l.tell(t, acts[:n], nil)
		if n < len(acts) && strings.Contains(acts[n], `"at":"`+offtake.Stamp(played.Pictures[0].At)+`"`) {
			continue // deadlines come after the acts of their instant, and there is one more
		}
		l.standing(t, name, n, played.Pictures[0].Processes, story)
		grown(t, name, n, before, story.Deadlines)
		before = story.Deadlines
		for _, e := range story.Entries {
			for _, f := range e.Followed {
				if f.Text == "" {
					t.Errorf("%s: event %s has no sentence", name, f.Event)
				}
			}
		}
	}
	names := map[string]bool{}
	for _, d := range before {
		if names[d.ID] {
			t.Errorf("%s: two deadlines are named %s", name, d.ID)
		}
		names[d.ID] = true
	}
}

// standing: every state has words, every deadline that stands in a process is
// told to stand, at its instant, and no other.
func (l law) standing(t failing, name string, n int, processes []*refusal.Process, story *chronology.Chronology) {
	for _, p := range processes {
		if chronology.States(p.State()) == "" {
			t.Errorf("%s: state %s has no words", name, p.State())
		}
		for _, s := range p.Standing() {
			told := slices.ContainsFunc(story.Deadlines, func(d *chronology.Deadline) bool {
				return d.Process == p.ID && d.Name == s.Of && d.Stands() && d.Still() == s.Still && (s.Still || d.By().Equal(s.Clock.By))
			})
			if passed := s.Of == refusal.DueObjection && s.Clock.By.Before(story.Until); !told && !passed {
				t.Errorf("%s, after %d acts: deadline %s of %s at %s is not told", name, n, s.Of, p.ID, offtake.Stamp(s.Clock.By))
			}
		}
	}
	for _, d := range story.Deadlines {
		i := slices.IndexFunc(processes, func(p *refusal.Process) bool { return p.ID == d.Process })
		stands := i >= 0 && slices.ContainsFunc(processes[i].Standing(), func(s refusal.Standing) bool {
			return s.Of == d.Name && (s.Still || s.Clock.By.Equal(d.By()))
		})
		if d.Stands() && !stands {
			t.Errorf("%s, after %d acts: %s is told to stand, and does not", name, n, d.ID)
		}
	}
}

// grown: a longer log has the deadlines of the shorter under the same names, in
// the same order, and never fewer revisions of one.
func grown(t failing, name string, n int, before, now []*chronology.Deadline) {
	if len(now) < len(before) {
		t.Fatalf("%s: after %d acts there are fewer deadlines than before", name, n)
	}
	for i, was := range before {
		is := now[i]
		if was.ID != is.ID {
			t.Errorf("%s, after %d acts: deadline %s is now named %s", name, n, was.ID, is.ID)
		}
		changed := !is.By().Equal(was.By()) || cancelled(is) != cancelled(was)
		if is.Revisions() < was.Revisions() || changed && is.Revisions() == was.Revisions() {
			t.Errorf("%s, after %d acts: %s goes from %d to %d revisions, by %v to %v", name, n, is.ID, was.Revisions(), is.Revisions(), was.Course, is.Course)
		}
		if is.Changed.Before(was.Changed) {
			t.Errorf("%s, after %d acts: %s was changed at %s and now at %s", name, n, is.ID, was.Changed, is.Changed)
		}
	}
}

func cancelled(d *chronology.Deadline) bool {
	return d.Status() == chronology.Met || d.Status() == chronology.Moot
}

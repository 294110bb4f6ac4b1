package icalendar_test

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/chronology"
	"github.com/offtake-dev/offtake/internal/icalendar"
	"github.com/offtake-dev/offtake/internal/market/terms"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/rights"
)

// logs gives the acts of the cases of the chronology.
func logs(t *testing.T) map[string][]string {
	t.Helper()
	files, _ := filepath.Glob("../chronology/testdata/*.txtar")
	out := map[string][]string{}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(file)] = strings.Split(strings.TrimSpace(string(a.Files[0].Data)), "\n")
	}
	if len(out) == 0 {
		t.Fatal("no cases")
	}
	return out
}

func tell(t *testing.T, acts []string) *chronology.Chronology {
	t.Helper()
	b, _ := book.ReadDir("../chronology/testdata/book")
	l, _ := rights.Compile(b)
	c, err := play.Run(b, l, strings.NewReader(strings.Join(acts, "\n")), play.Options{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	return chronology.Of(c, terms.New(b, l, time.Time{}))
}

func write(t *testing.T, c *chronology.Chronology) (string, []*ics.VEvent) {
	t.Helper()
	var text bytes.Buffer
	if err := icalendar.Write(&text, c); err != nil {
		t.Fatal(err)
	}
	cal, err := ics.ParseCalendar(bytes.NewReader(text.Bytes()))
	if err != nil {
		t.Fatalf("the calendar does not read back: %v\n%s", err, text.String())
	}
	return text.String(), cal.Events()
}

func value(e *ics.VEvent, p ics.ComponentProperty) string {
	if got := e.GetProperty(p); got != nil {
		return got.Value
	}
	return ""
}

// What is written reads back as what was told: one event a deadline, at its
// instant, with its revisions and its words, whatever those hold.
func TestTheCalendarReadsBack(t *testing.T) {
	for name, acts := range logs(t) {
		story := tell(t, acts)
		text, events := write(t, story)
		if again, _ := write(t, tell(t, acts)); again != text {
			t.Errorf("%s: the same case gives other bytes", name)
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
			if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
				t.Errorf("%s: line %q is longer than 75 bytes or holds a line's end", name, line)
			}
		}
		if len(events) != len(story.Deadlines) || strings.Count(text, "\r\nBEGIN:VEVENT\r\n") != len(events) {
			t.Fatalf("%s: %d events of %d deadlines", name, len(events), len(story.Deadlines))
		}
		for i, d := range story.Deadlines {
			e := events[i]
			if got := e.Id(); got != icalendar.UID(story, d) {
				t.Errorf("%s: UID %q, want %q", name, got, icalendar.UID(story, d))
			}
			if at, err := e.GetStartAt(); err != nil || !at.Equal(d.By().Truncate(time.Second)) {
				t.Errorf("%s: %s starts at %v (%v), want %v", name, d.ID, at, err, d.By())
			}
			if got := value(e, ics.ComponentPropertySequence); got != strconv.Itoa(d.Revisions()) {
				t.Errorf("%s: %s has sequence %s, want %d", name, d.ID, got, d.Revisions())
			}
			if got := value(e, ics.ComponentPropertySummary); !strings.HasSuffix(got, d.Does+" ("+d.Shown()+")") {
				t.Errorf("%s: %s has the summary %q", name, d.ID, got)
			}
			if got := value(e, ics.ComponentPropertyDescription); !strings.HasPrefix(got, d.Sentence()+".\n") || !strings.Contains(got, d.Basis) {
				t.Errorf("%s: %s is described as %q", name, d.ID, got)
			}
			want := "CONFIRMED"
			if s := d.Status(); s == chronology.Met || s == chronology.Moot {
				want = "CANCELLED"
			}
			if got := value(e, ics.ComponentPropertyStatus); got != want {
				t.Errorf("%s: %s is %s, want %s", name, d.ID, got, want)
			}
		}
	}
}

// A file of a longer log takes over every event of the shorter one, under its
// UID; its sequence never falls, and rises where the date or the status changed.
func TestALongerLogTakesTheEventsOver(t *testing.T) {
	for name, acts := range logs(t) {
		before := map[string]*ics.VEvent{}
		for n := 1; n <= len(acts); n++ {
			_, events := write(t, tell(t, acts[:n]))
			now := map[string]*ics.VEvent{}
			for _, e := range events {
				if now[e.Id()] != nil {
					t.Errorf("%s: two events are %s", name, e.Id())
				}
				now[e.Id()] = e
			}
			for id, was := range before {
				is := now[id]
				if is == nil {
					t.Errorf("%s: after %d acts event %s is gone", name, n, id)
					continue
				}
				a, _ := strconv.Atoi(value(was, ics.ComponentPropertySequence))
				b, _ := strconv.Atoi(value(is, ics.ComponentPropertySequence))
				changed := false
				for _, p := range []ics.ComponentProperty{ics.ComponentPropertyDtStart, ics.ComponentPropertyStatus} {
					changed = changed || value(was, p) != value(is, p)
				}
				if b < a || changed && b == a {
					t.Errorf("%s: after %d acts the sequence of %s goes from %d to %d", name, n, id, a, b)
				}
				if value(is, ics.ComponentPropertyLastModified) < value(was, ics.ComponentPropertyLastModified) {
					t.Errorf("%s: after %d acts %s was modified earlier than before", name, n, id)
				}
			}
			before = now
		}
	}
}

// A name of any length and any bytes makes a UID that is short and plain.
func TestUIDsArePlain(t *testing.T) {
	c := &chronology.Chronology{Book: "b"}
	for _, d := range []struct{ id, want string }{
		{"q#1/answer/rank-1/round-1", "q#1/answer/rank-1/round-1@b.offtake"},
		{"a b;c\n#1/notify", "a%20b%3Bc%0A#1/notify@b.offtake"},
	} {
		if got := icalendar.UID(c, &chronology.Deadline{ID: d.id}); got != d.want {
			t.Errorf("the UID of %q is %q, want %q", d.id, got, d.want)
		}
	}
	one, other := strings.Repeat("x", 300)+"1", strings.Repeat("x", 300)+"2"
	if icalendar.UID(c, &chronology.Deadline{ID: one}) == icalendar.UID(c, &chronology.Deadline{ID: other}) {
		t.Error("two long names have one UID")
	}
	if got := icalendar.UID(c, &chronology.Deadline{ID: one}); len(got) > 255 {
		t.Errorf("UID %q is longer than 255 bytes", got)
	}
}

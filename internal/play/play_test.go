package play_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/rights"
)

func twoHolders(t testing.TB) (*offtake.Book, *rights.Law) {
	t.Helper()
	b, found := book.ReadDir("../../examples/two-holders")
	if slices.ContainsFunc(found, func(f offtake.Finding) bool { return f.Severity == offtake.Mistake }) {
		t.Fatal(found)
	}
	l, _ := rights.Compile(b)
	return b, l
}

func lines(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile("../../examples/two-holders/case.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func playedLog(t testing.TB, log []string, asOf ...time.Time) *play.Case {
	t.Helper()
	b, l := twoHolders(t)
	c, err := play.Run(b, l, strings.NewReader(strings.Join(log, "\n")), play.Options{AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pictures writes the pictures alone.
func pictures(t testing.TB, c *play.Case) string {
	t.Helper()
	c = &play.Case{Book: c.Book, Pictures: c.Pictures}
	var out strings.Builder
	if err := c.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The same log gives the same bytes; each prefix gives the state as of its end;
// acts that come twice change nothing.
func TestAPrefixGivesTheStateAsOfItsEnd(t *testing.T) {
	all := lines(t)
	for n := 1; n <= len(all); n++ {
		prefix := playedLog(t, all[:n])
		at := prefix.Pictures[0].At
		if n < len(all) && strings.Contains(all[n], offtake.Stamp(at)) {
			continue // the next act is of the same instant
		}
		if got, want := pictures(t, playedLog(t, all, at)), pictures(t, prefix); got != want {
			t.Errorf("the first %d acts give\n%s\nand all, as of then,\n%s", n, want, got)
		}
	}
	var twice []string
	for _, line := range all {
		twice = append(twice, line, line)
	}
	if got, want := pictures(t, playedLog(t, twice)), pictures(t, playedLog(t, all)); got != want {
		t.Errorf("with every act twice:\n%s\nwant\n%s", got, want)
	}
	for i, a := range playedLog(t, twice).Acts {
		if i%2 == 1 && a.Outcome == play.Taken {
			t.Errorf("act %s was taken twice", a.ID)
		}
	}
}

// Evidence that nobody has relied on plays the log anew; after that it is a dispute.
func TestEvidence(t *testing.T) {
	offer := lines(t)[:2]
	late := `{"id":"e1","at":"2025-07-01T15:00:00Z","by":"northern","act":"accept","opportunity":"quarry-1"}`
	evidence := `{"id":"e9","at":"2025-07-03T15:00:00Z","by":"northern","act":"evidence","opportunity":"quarry-1","of":"e1","received":"2025-06-10T15:00:00Z"}`
	signed := `{"id":"e2","at":"2025-07-02T15:00:00Z","by":"lumen","act":"third_party.sign","opportunity":"quarry-1"}`
	for _, c := range []struct {
		is   string
		log  []string
		want offtake.ProcessState
	}{
		{"a late acceptance releases nothing anew", []string{late}, offtake.InTail},
		{"with evidence that it came in time it binds", []string{late, evidence}, offtake.Contracting},
		{"once a third party was signed it is disputed", []string{late, signed, evidence}, offtake.IsDisputed},
	} {
		got := playedLog(t, append(slices.Clone(offer), c.log...))
		if p := got.Pictures[0].Processes[0]; p.State() != c.want {
			t.Errorf("%s: the process is %s, want %s", c.is, p.State(), c.want)
		}
	}
}

// FuzzLog plays whatever it is given: an error or a case, and never a panic.
func FuzzLog(f *testing.F) {
	b, l := twoHolders(f)
	all := lines(f)
	f.Add([]byte(strings.Join(all, "\n")))
	for _, line := range all {
		f.Add([]byte(all[0] + "\n" + line))
	}
	f.Add([]byte(all[0] + "\n" + all[1] + "\n" + `{"id":"z","at":"2025-06-03T15:00:00Z","by":"northern","act":"toll","opportunity":"quarry-1","cause":"force_majeure"}`))
	for _, bad := range rejected {
		if len(bad.line) < 4000 {
			f.Add([]byte(all[0] + "\n" + all[1] + "\n" + bad.line + "\n" + all[2]))
		}
	}
	for _, bad := range noLogs {
		if len(bad.line) < 4000 {
			f.Add([]byte(all[0] + "\r\n\n" + bad.line))
		}
	}
	f.Add([]byte(`{"id":"a","at":"2025-06-02T14:00:00Z","by":"lumen","act":"extend","opportunity":"o","deadline":"answer","until":"2025-03-09"}`))
	f.Fuzz(func(t *testing.T, log []byte) {
		c, err := play.Run(b, l, bytes.NewReader(log), play.Options{AsOf: []time.Time{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}})
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := c.WriteJSON(&out); err != nil || !json.Valid(out.Bytes()) {
			t.Fatal(err, out.String())
		}
	})
}

// Of deadlines that fall at one instant that of the process that opened first
// falls first.
func TestDeadlinesThatFallTogether(t *testing.T) {
	first := lines(t)[0]
	var log []string
	for _, n := range []string{"1", "2", "3"} {
		log = append(log, strings.NewReplacer("invented-1", "e"+n, "quarry-1", "quarry-"+n).Replace(first))
	}
	b, l := twoHolders(t)
	c, err := play.Run(b, l, strings.NewReader(strings.Join(log, "\n")), play.Options{
		AsOf: []time.Time{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, Keep: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	var fell []string
	for _, p := range c.Log[len(log):] {
		fell = append(fell, string(p.Act.Opportunity))
	}
	if got := strings.Join(fell, " "); got != "quarry-1 quarry-2 quarry-3" {
		t.Errorf("the deadlines fell in the order %q", got)
	}
}

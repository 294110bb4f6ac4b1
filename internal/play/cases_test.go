package play_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/wire"
)

// A told is a case as it is told to machines, read back.
type told struct {
	Acts []struct{ ID, Outcome, Reason string }
	AsOf []picture `json:"as_of"`
}

type picture struct {
	At        string
	Processes []process
}

type process struct {
	ID, Opportunity, Clause, State string
	Rank, Round                    *int64
	Deadline                       *string
	SignBy                         *string `json:"sign_by"`
	CloseBy                        *string `json:"close_by"`
	Parts                          []struct {
		Quantity     int64
		State, Party string
	}
	Because []string
	Product string
}

// A player plays one book.
type player struct {
	book *offtake.Book
	law  *rights.Law
}

// compiled writes a book down, reads it back and compiles it, as the command does.
func compiled(b *offtake.Book) (player, []offtake.Finding) {
	read, findings := book.Read(fstest.MapFS{"book.yaml": {Data: book.Format(b)}})
	if mistake(findings) {
		return player{}, findings
	}
	law, findings := rights.Compile(read)
	return player{read, law}, findings
}

func mistake(findings []offtake.Finding) bool {
	return slices.ContainsFunc(findings, func(f offtake.Finding) bool { return f.Severity == offtake.Mistake })
}

// A fatal is a test, or one of a property.
type fatal interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// run plays a log and reads what is told of it.
func (p player) run(t fatal, log []byte, asOf []time.Time) told {
	t.Helper()
	c, err := play.Run(p.book, p.law, bytes.NewReader(log), play.Options{AsOf: asOf})
	if err != nil {
		t.Fatalf("%v, of the log\n%s", err, log)
	}
	var text bytes.Buffer
	if err := c.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var out told
	strict := json.NewDecoder(bytes.NewReader(text.Bytes()))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&out); err != nil {
		t.Fatalf("%v, of what was told:\n%s", err, text.String())
	}
	return out
}

// writtenCases are those of one process, those of the documentation and those
// that need a whole book.
func writtenCases(t testing.TB) (cases []docket.Case) {
	t.Helper()
	for _, dir := range []string{"../refusal/testdata", "testdata/cases"} {
		some, err := docket.ReadAll(os.DirFS(dir), "*.txt")
		if err != nil || len(some) == 0 {
			t.Fatalf("%d cases in %s, %v", len(some), dir, err)
		}
		cases = append(cases, some...)
	}
	for _, name := range []string{"FIRST-REFUSAL.md", "FIRST-OFFER.md", "FIRST-PLACEMENT.md"} {
		page, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		documented, err := docket.Documented("docs/"+name, string(page))
		if err != nil || len(documented) == 0 {
			t.Fatalf("%d cases in %s, %v", len(documented), name, err)
		}
		cases = append(cases, documented...)
	}
	return cases
}

// TestWrittenCases plays every written case through a book that was written and
// read back, from JSON lines to JSON: once forward, once with every act twice,
// and once as each of its prefixes.
func TestWrittenCases(t *testing.T) {
	cases := writtenCases(t)
	if len(cases) < 250 {
		t.Errorf("%d cases, want at least 250", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Sentence, func(t *testing.T) {
			if c.Books != "" {
				t.Skip(c.Books)
			}
			s := stage(t, &c)
			whole := s.run(t, join(s.lines), s.stops)
			for _, miss := range s.misses(whole) {
				t.Error(miss)
			}
			s.twice(t, whole)
			s.prefixes(t, whole)
		})
	}
}

// TestSentencesAreUnlike keeps a case from standing twice.
func TestSentencesAreUnlike(t *testing.T) {
	seen := map[string]string{}
	for _, c := range writtenCases(t) {
		if where, twice := seen[c.Sentence]; twice {
			t.Errorf("%s: %q stands in %s already", c.Where, c.Sentence, where)
		}
		seen[c.Sentence] = c.Where
	}
}

// A staged is a case ready to be played.
type staged struct {
	*docket.Case
	player
	lines [][]byte
	stops []time.Time // of its acts and expectations, ascending
}

func stage(t testing.TB, c *docket.Case) staged {
	t.Helper()
	p, findings := compiled(c.Book())
	if mistake(findings) {
		t.Fatalf("%s: the book is mistaken: %v", c.Where, findings)
	}
	return staged{c, p, linesOf(t, c), stopsOf(c)}
}

func linesOf(t testing.TB, c *docket.Case) (lines [][]byte) {
	t.Helper()
	for _, a := range c.Acts {
		line, err := wire.AppendAct(nil, &a.Act)
		if err != nil {
			t.Fatalf("%s: %s: %v", c.Where, a.Line, err)
		}
		lines = append(lines, line)
	}
	return lines
}

func stopsOf(c *docket.Case) (stops []time.Time) {
	for _, a := range c.Acts {
		stops = append(stops, a.At)
	}
	for _, e := range c.Expected {
		stops = append(stops, e.At)
	}
	slices.SortFunc(stops, time.Time.Compare)
	return slices.CompactFunc(stops, time.Time.Equal)
}

func join(lines [][]byte) []byte { return bytes.Join(lines, []byte("\n")) }

// outcome is what an act of a case must come to.
func outcome(a docket.Act) string {
	switch {
	case a.Refused != "":
		return string(play.Rejected)
	case slices.Contains(a.Follows, "answered.off_terms"):
		return string(play.Nonconforming)
	}
	return string(play.Taken)
}

// misses gives what is told otherwise than the case says.
func (s staged) misses(got told) (wrong []string) {
	miss := func(format string, args ...any) { wrong = append(wrong, s.Where+": "+fmt.Sprintf(format, args...)) }
	for i, a := range s.Acts {
		if want := outcome(a); got.Acts[i].Outcome != want || (want == "rejected") != (got.Acts[i].Reason != "") {
			miss("%s: %s (%s), want %s", a.Line, got.Acts[i].Outcome, got.Acts[i].Reason, want)
		}
	}
	for _, e := range s.Expected {
		i, _ := slices.BinarySearchFunc(s.stops, e.At, time.Time.Compare)
		p, before, ok := found(got.AsOf[i], e)
		switch {
		case !ok:
			miss("%s: there is no such process", e.Line)
		case p.State != string(e.State):
			miss("%s: the state is %s (%s)", e.Line, p.State, strings.Join(p.Because, "; "))
		}
		for _, l := range e.Looks {
			if got, seen := p.look(l.Key, before); ok && seen && got != l.Want {
				miss("%s: %s is %q, want %q", e.Line, l.Key, got, l.Want)
			}
		}
	}
	return wrong
}

// found gives the process an expectation is about, and the one before it.
func found(at picture, e docket.Expectation) (p, before process, ok bool) {
	for _, q := range at.Processes {
		of := q.Opportunity == string(e.Opportunity)
		under := e.Clause == "" || strings.HasSuffix(q.Clause, "/"+string(e.Clause))
		if of && under && (e.Process == "" || q.ID == string(e.Process)) {
			p, before, ok = q, p, true
		}
	}
	return p, before, ok
}

// look reads one thing off what is told of a process; not everything is.
func (p process) look(key string, before process) (got string, seen bool) {
	switch key {
	case "id":
		return p.ID, true
	case "before":
		return before.State, true
	case "rank":
		return number(p.Rank), true
	case "round":
		return number(p.Round), true
	case "deadline":
		return local(p.Deadline), true
	case "sign_by":
		return local(p.SignBy), true
	case "close_by":
		return local(p.CloseBy), true
	case "parts":
		var parts []string
		for _, q := range p.Parts {
			parts = append(parts, strings.TrimSuffix(strconv.FormatInt(q.Quantity, 10)+":"+q.State+":"+q.Party, ":"))
		}
		return strings.Join(parts, ","), true
	}
	return "", false
}

func number(n *int64) string {
	if n == nil {
		return "none"
	}
	return strconv.FormatInt(*n, 10)
}

func local(stamp *string) string {
	if stamp == nil {
		return "none"
	}
	at, err := offtake.ParseInstant(*stamp)
	if err != nil {
		return err.Error()
	}
	return docket.Local(at)
}

// twice plays the log with every line twice: the second has no effect.
func (s staged) twice(t *testing.T, whole told) {
	t.Helper()
	var lines [][]byte
	for _, line := range s.lines {
		lines = append(lines, line, line)
	}
	got := s.run(t, join(lines), s.stops)
	if diff := cmp.Diff(whole.AsOf, got.AsOf); diff != "" {
		t.Errorf("%s: with every act twice:\n%s", s.Where, diff)
	}
	for i, once := range whole.Acts {
		first, second := got.Acts[2*i], got.Acts[2*i+1]
		want := string(play.Duplicate)
		if once.Outcome == string(play.Rejected) {
			want = string(play.Rejected)
		}
		if first != once || second.Outcome != want {
			t.Errorf("%s: %s sent twice: %v and %v, want %v and %s", s.Where, s.Acts[i].Line, first, second, once, want)
		}
	}
}

// prefixes plays every prefix of the log: its pictures are those of the whole
// as of the same instants.
func (s staged) prefixes(t *testing.T, whole told) {
	t.Helper()
	for n := range s.lines {
		until := len(s.stops)
		if n+1 < len(s.lines) {
			until, _ = slices.BinarySearchFunc(s.stops, s.Acts[n+1].At, time.Time.Compare)
		}
		if until == 0 {
			continue // the next act is of the first instant of all
		}
		got := s.run(t, join(s.lines[:n+1]), s.stops[:until])
		if diff := cmp.Diff(whole.AsOf[:until], got.AsOf); diff != "" {
			t.Errorf("%s: the first %d acts, as of the same instants:\n%s", s.Where, n+1, diff)
		}
		if diff := cmp.Diff(whole.Acts[:n+1], got.Acts); diff != "" {
			t.Errorf("%s: the first %d acts came to something else:\n%s", s.Where, n+1, diff)
		}
	}
}

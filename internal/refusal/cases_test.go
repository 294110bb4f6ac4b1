package refusal_test

import (
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
)

// TestCases plays the written cases of testdata against one process. What they
// are written in stands in package docket; package play plays them once more,
// through a whole book.
func TestCases(t *testing.T) {
	cases, err := docket.ReadAll(os.DirFS("testdata"), "*.txt")
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < 120 {
		t.Errorf("%d cases, want at least 120", len(cases))
	}
	playAll(t, cases)
}

// TestDocumentedCases plays the examples of the documentation.
func TestDocumentedCases(t *testing.T) {
	text, err := os.ReadFile("../../docs/FIRST-REFUSAL.md")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := docket.Documented("docs/FIRST-REFUSAL.md", string(text))
	if err != nil || len(cases) == 0 {
		t.Fatalf("%d examples, %v", len(cases), err)
	}
	playAll(t, cases)
}

func playAll(t *testing.T, cases []docket.Case) {
	for _, c := range cases {
		t.Run(c.Sentence, func(t *testing.T) {
			if c.Waits != "" {
				t.Skip(c.Waits)
			}
			played{&c, newCourt(contract(t, c.Right()))}.run(t)
		})
	}
}

// A played is a case in a court.
type played struct {
	*docket.Case
	court *court
}

// run sends the acts, and then holds every expectation against the log folded
// up to its instant and against the acts up to it played anew.
func (c played) run(t *testing.T) {
	var end time.Time
	for _, a := range c.Acts {
		c.act(t, a)
		end = a.At
	}
	for _, e := range c.Expected {
		if e.At.After(end) {
			end = e.At
		}
	}
	c.court.pass(end, true)
	for _, e := range c.Expected {
		c.expect(t, e)
	}
}

func (c played) act(t *testing.T, a docket.Act) {
	t.Helper()
	events, err := c.court.send(a.Act)
	if got := offtake.KindOf(err).String(); (err != nil || a.Refused != "") && got != a.Refused {
		t.Errorf("%s: %s: refused as %q (%v), want %q", c.Where, a.Line, got, err, a.Refused)
	}
	var names []string
	for _, e := range events {
		names = append(names, e.Event())
	}
	if a.Follows != nil && !slices.Equal(names, a.Follows) {
		t.Errorf("%s: %s: followed %q, want %q", c.Where, a.Line, names, a.Follows)
	}
}

func (c played) expect(t *testing.T, e docket.Expectation) {
	t.Helper()
	past := c.court.asOf(e.At)
	if diff := cmp.Diff(past.all, c.again(t, e.At).all, cmp.Exporter(func(reflect.Type) bool { return true }), cmp.Comparer(func(a, b *refusal.Contract) bool { return a == b })); diff != "" {
		t.Errorf("%s: %s: the log up to then and its acts played anew differ:\n%s", c.Where, e.Line, diff)
	}
	if i := slices.IndexFunc(past.all, func(p refusal.Process) bool { return p.ID == e.Process }); i >= 0 {
		past.all = past.all[:i+1]
	}
	p := past.last()
	if p.State() != e.State {
		t.Errorf("%s: %s: the state is %s (%s)", c.Where, e.Line, p.State(), p.Why)
	}
	for _, l := range e.Looks {
		if got := look(past, l.Key); got != l.Want {
			t.Errorf("%s: %s: %s is %q, want %q", c.Where, e.Line, l.Key, got, l.Want)
		}
	}
}

// again plays the acts that were taken up to an instant once more.
func (c played) again(t *testing.T, when time.Time) *court {
	t.Helper()
	again := newCourt(c.court.contract)
	for _, e := range c.court.log {
		if _, isDeadline := e.act.Deed.(offtake.Deadline); !isDeadline && !e.act.At.After(when) {
			if _, err := again.send(e.act); err != nil {
				t.Errorf("%s: played as a prefix, %s is refused: %v", c.Where, e.act.Deed.Name(), err)
			}
		}
	}
	again.pass(when, true)
	return again
}

// look reads one thing off the process that stands for the offer.
func look(k *court, key string) string {
	p := k.last()
	local := func(t time.Time) string {
		if t.IsZero() {
			return "none"
		}
		return docket.Local(t)
	}
	switch key {
	case "id":
		return string(p.ID)
	case "before":
		return string(k.all[len(k.all)-2].State())
	case "deadline":
		at, _, _ := refusal.Due(*p)
		return local(at)
	case "sign_by":
		return local(p.SignBy())
	case "close_by":
		return local(p.CloseBy())
	case "of":
		_, act, _ := refusal.Due(*p)
		d, _ := act.Deed.(offtake.Deadline)
		return string(d.Of)
	case "late":
		return strconv.FormatBool(p.Missed)
	case "price":
		return strings.ReplaceAll(p.Terms.Price.String(), " ", "_")
	case "noticed":
		return strings.ReplaceAll(p.Noticed.Price.String(), " ", "_")
	case "left":
		return p.Left.String()
	case "rank":
		return strconv.FormatInt(p.Rank, 10)
	case "round":
		return strconv.FormatInt(p.Round, 10)
	case "asked":
		var all []string
		for _, q := range p.Parts {
			if q.Offer != nil && (q.State == offtake.Open || q.State == offtake.Allocating) {
				for _, by := range q.Offer.Asked {
					all = append(all, string(by))
				}
			}
		}
		return strings.Join(all, ",")
	case "parts":
		var parts []string
		for _, q := range p.Parts {
			part := strconv.FormatInt(q.Quantity, 10) + ":" + string(q.State)
			if q.Party != "" {
				part += ":" + string(q.Party)
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, ",")
	}
	return "?"
}

// instant and readAct read what other tests of the package write as the cases do.
func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := docket.Instant(s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func readAct(t *testing.T, i int, line string) offtake.Act {
	t.Helper()
	a, err := docket.ReadAct(i+1, line)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

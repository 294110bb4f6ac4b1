package refusal_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// amended gives an open process on which an amendment took hold on 10 June.
func amended(t *testing.T, m refusal.Amendment) refusal.Process {
	t.Helper()
	k := newCourt(plain(t))
	for i, line := range []string{"2025-06-03T10:00 openai offer.receive", "2025-06-03T10:00 openai notice.serve"} {
		if _, err := k.send(readAct(t, i, line)); err != nil {
			t.Fatal(err)
		}
	}
	at, p := instant(t, "2025-06-10T10:00"), *k.last()
	events := refusal.Amended(&p, at, m)
	if m.To != nil {
		p = p.Under(m.To)
	}
	for _, e := range events {
		p = refusal.Apply(p, at, e)
	}
	return p
}

func TestAmendments(t *testing.T) {
	under := func(window string) *refusal.Contract {
		right := plain(t).Right
		right.Window = duration(window)
		return contract(t, right)
	}
	for _, c := range []struct {
		sentence string
		m        refusal.Amendment
		state    offtake.ProcessState
		answer   string
	}{
		{"An amendment that lets open processes continue changes nothing.", refusal.Amendment{}, offtake.Open, "2025-06-25T17:00"},
		{"One that applies and removes the clause waives the right, and nothing is due any more.", refusal.Amendment{Applies: true}, offtake.IsWaived, ""},
		{"One that applies and gives a longer window moves the deadline.", refusal.Amendment{Applies: true, To: under("P20BD")}, offtake.Open, "2025-07-02T17:00"},
		{"One that gives a shorter window takes nothing from the holder.", refusal.Amendment{Applies: true, To: under("P5BD")}, offtake.Open, "2025-06-25T17:00"},
	} {
		p := amended(t, c.m)
		var answer time.Time
		if c.answer != "" {
			answer = instant(t, c.answer)
		}
		if p.State() != c.state || !p.Parts[0].Clock.By.Equal(answer) {
			t.Errorf("%s\nstate %s, answer by %s; want %s, %s", c.sentence, p.State(), p.Parts[0].Clock.By, c.state, c.answer)
		}
	}
}

// Under the same terms as before no deadline moves, each part's for itself.
func TestAnAmendmentLeavesEachPartItsDeadline(t *testing.T) {
	k := newCourt(plain(t))
	for i, line := range []string{
		"2025-06-03T10:00 openai offer.receive", "2025-06-03T10:00 openai notice.serve", "2025-06-04T10:00 microsoft refuse",
		"2025-06-05T10:00 openai third_party.sign quantity=400", "2025-06-20T10:00 openai third_party.sign quantity=300",
	} {
		if _, err := k.send(readAct(t, i, line)); err != nil {
			t.Fatal(err)
		}
	}
	was := *k.last()
	at := instant(t, "2025-06-23T10:00")
	events := refusal.Amended(&was, at, refusal.Amendment{Applies: true, To: contract(t, plain(t).Right)})
	is := refusal.Apply(was, at, events[0])
	if diff := cmp.Diff(was.Parts, is.Parts, cmp.Exporter(func(reflect.Type) bool { return true }), cmpopts.IgnoreFields(refusal.Clock{}, "Floor")); diff != "" || len(is.Parts) != 3 {
		t.Errorf("three parts (-before +after the amendment):\n%s", diff)
	}
}

// Every field whose rule is not carried out is refused by name, with its place.
func TestSupported(t *testing.T) {
	ref := offtake.ClauseRef{Agreement: "ms", Clause: "new"}
	at := offtake.Clause{Pos: offtake.Pos{File: "a.yaml", Line: 7, Col: 3}}
	if err := refusal.Supported(ref, at, plain(t).Right); err != nil {
		t.Errorf("the plain right: %v, want it carried out", err)
	}
	for field, change := range map[string]func(*offtake.FirstRefusal){
		"tolerance": func(f *offtake.FirstRefusal) {
			f.Tolerance = []offtake.Tolerance{{Dimension: "delivery", Within: 10_000}}
		},
	} {
		right := plain(t).Right
		change(&right)
		err := refusal.Supported(ref, at, right)
		if offtake.KindOf(err) != offtake.NotSupported {
			t.Errorf("%s: %v, want not supported yet", field, err)
			continue
		}
		for _, part := range []string{"a.yaml:7:3", "ms/new", field} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not name %q", field, err, part)
			}
		}
	}
}

package refusal_test

import (
	"os"
	"strings"
	"testing"

	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
)

// TestTurns says in words whose turn it is, and until when, in each state that
// has not ended.
func TestTurns(t *testing.T) {
	const (
		offer  = "2025-06-03T10:00 openai offer.receive"
		notice = "2025-06-03T10:00 openai notice.serve"
		accept = "2025-06-10T10:00 microsoft accept"
		refuse = "2025-06-10T10:00 microsoft refuse"
		sign   = "2025-06-11T10:00 openai third_party.sign"
		ask    = "2025-06-10T10:00 microsoft notice.object question=good_faith"
	)
	for _, c := range []struct {
		clause string
		acts   []string
		at     string
		want   string
	}{
		{"site=abilene", []string{offer + " without=site"}, "2025-06-03T10:00", "openai says what the offer left open"},
		{"", []string{offer}, "2025-06-03T10:00", "openai owes a notice until 2025-06-09T00:00:00Z"},
		{"notify_within=", []string{offer}, "2025-06-03T10:00", "openai owes a notice"},
		{"", []string{offer}, "2025-06-10T10:00", "openai owes a notice, and is late since 2025-06-09T00:00:00Z"},
		{"", []string{offer, notice + " without=price"}, "2025-06-03T10:00", "openai owes a notice until 2025-06-09T00:00:00Z"},
		{"holders=microsoft:1:1,crusoe:1:1", []string{offer, notice}, "2025-06-03T10:00", "microsoft and crusoe may answer until 2025-06-26T00:00:00Z"},
		{"holders=microsoft:1:1,crusoe:1:1", []string{offer, notice, refuse}, "2025-06-10T10:00", "crusoe may answer until 2025-06-26T00:00:00Z"},
		{"holders=microsoft:1:1,crusoe:2:1 next_starts=on_deadline", []string{offer, notice, refuse}, "2025-06-10T10:00", "all have answered, and the next rank waits until 2025-06-26T00:00:00Z"},
		{"tolling=war", []string{offer, notice, "2025-06-04T10:00 openai toll cause=war"}, "2025-06-10T10:00", "time stands still for war"},
		{"determiner=panel", []string{offer, notice, ask}, "2025-06-10T10:00", "panel answers the question of good_faith"},
		{"", []string{offer, notice, ask}, "2025-06-10T10:00", "the grantor and every holder answer the question of good_faith"},
		{"", []string{offer, notice, accept}, "2025-06-10T10:00", "microsoft and openai sign until 2025-07-11T00:00:00Z"},
		{"delivery_grace=P30D", []string{offer, notice, accept, "2025-06-12T10:00 microsoft definitive.sign"}, "2025-06-12T10:00", "microsoft delivers until 2026-02-01T01:00:00Z"},
		{"", []string{offer, notice, refuse}, "2025-06-10T10:00", "a third party may be signed until 2025-09-09T00:00:00Z"},
		{"", []string{offer, notice, refuse, sign}, "2025-06-11T10:00", "the third party's agreement takes effect until 2025-07-12T00:00:00Z"},
		{"", []string{offer, notice, refuse, sign}, "2025-08-11T10:00", "the third party's agreement is overdue since 2025-07-12T00:00:00Z"},
		{"", []string{offer, notice, accept, "2025-06-12T10:00 microsoft definitive.sign"}, "2025-06-12T10:00", ""},
	} {
		right := docket.Plain()
		for _, kv := range strings.Fields(c.clause) {
			if err := docket.Set(&right, kv); err != nil {
				t.Fatal(err)
			}
		}
		k := newCourt(contract(t, right))
		for i, line := range c.acts {
			if _, err := k.send(readAct(t, i, line)); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		k.pass(instant(t, c.at), true)
		if p := k.last(); p.Turn(p.Parts[0]) != c.want {
			t.Errorf("with %q, after %q, as of %s:\n%q, want\n%q", c.clause, c.acts, c.at, p.Turn(p.Parts[0]), c.want)
		}
	}
}

// TestNobodyIsLeftWaiting looks at every written case as of every expectation:
// whatever has not ended is somebody's turn, or waits for somebody.
func TestNobodyIsLeftWaiting(t *testing.T) {
	cases, err := docket.ReadAll(os.DirFS("testdata"), "*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		k := newCourt(contract(t, c.Right()))
		for _, a := range c.Acts {
			_, _ = k.send(a.Act)
		}
		for _, e := range c.Expected {
			for _, p := range k.asOf(e.At).all {
				for _, q := range p.Parts {
					if says := p.Turn(q); refusal.Final(q.State) != (says == "") {
						t.Errorf("%s: %s: %s, and its turn is %q", c.Where, e.Line, q.State, says)
					}
				}
			}
		}
	}
}

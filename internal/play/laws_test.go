package play_test

import (
	"bytes"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
	"github.com/offtake-dev/offtake/internal/wire"
	"pgregory.net/rapid"
)

// What a log as a whole must keep (laws 11, 12 and 13) is held of random logs under
// books with several rights, amendments, consents and evidence, of which the twin
// of a single process knows nothing.

// lawfulBooks are the books of the drawn logs.
var lawfulBooks = []string{
	`clause partial=lots determiner=panel tolling=regulator delivery_grace=P30D
another second holders=crusoe:1:1,coreweave:2:1 partial=lots
amendment june on=2025-06-12 signed=openai,microsoft,crusoe,coreweave,oracle processes=apply window=P20BD`,
	`clause partial=lots
another junior subject_to=new holders=crusoe:1:1 partial=lots survival=one_shot
amendment june on=2025-06-05 signed=openai,microsoft,crusoe,coreweave,oracle processes=apply window=P5BD`,
	`clause at_least=2000 aggregation=P90D survival=one_shot partial=lots holders=microsoft:1:1,crusoe:1:1 undersubscription=P5D
amendment june on=2025-06-10 signed=openai,microsoft,crusoe,coreweave,oracle processes=apply removes=new`,
	`clause determiner=panel
consent build lifts=new purpose=training share=training:60%`,
}

// lawfulActs are what may be done, but for the instant.
var lawfulActs = strings.Split(strings.TrimSpace(`
openai offer.receive
openai offer.receive on=o2
openai offer.receive on=o2 purpose=product
openai notice.serve
openai notice.serve to=microsoft,crusoe
openai notice.serve on=o2
microsoft accept
microsoft accept quantity=432
microsoft accept on=o2
microsoft refuse
crusoe accept
crusoe accept quantity=144
crusoe refuse
coreweave accept
openai offer.revise price=USD_9.00
openai offer.withdraw
microsoft definitive.sign
crusoe definitive.sign
microsoft deliver
openai holder.default party=microsoft
openai holder.default party=crusoe
openai third_party.sign
openai third_party.sign quantity=432
openai third_party.sign conditional=true
openai third_party.sign on=o2
openai third_party.close
openai third_party.close on=o2
openai toll cause=regulator
openai resume
openai amend amendment=june
openai amend amendment=june on=none
panel determine answer=for_holder
panel determine answer=for_grantor
openai purpose.reading training=10% product=90% window_end=2025-06-04
openai purpose.reading training=70% product=30% window_end=2025-06-05
`), "\n")

// TestLaws plays 10,000 random logs; as many more as soak asks for, twenty for each
// of rapid's checks.
func TestLaws(t *testing.T) {
	checks, _ := strconv.Atoi(flag.Lookup("rapid.checks").Value.String())
	want := max(10_000, 20*checks)
	if testing.Short() {
		want = 1_000
	}
	var books []player
	var cases []docket.Case
	for _, header := range lawfulBooks {
		some, err := docket.Parse("drawn", "# A drawn log.\nsource rule of the process: the laws.\n"+header)
		if err != nil {
			t.Fatal(err)
		}
		p, findings := compiled(some[0].Book())
		if mistake(findings) {
			t.Fatal(findings)
		}
		books, cases = append(books, p), append(cases, some[0])
	}
	seen := map[string]int{}
	for logs := 0; logs < want && !t.Failed(); {
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(0, len(books)-1).Draw(t, "book")
			drawnLog{books[n], &cases[n]}.lawful(t, seen)
			logs++
		})
	}
	t.Log(want, "logs, of which states and events were met so often:", seen)
	for _, s := range []string{"disputed", "played anew", "duplicate", "waived", "breached", "fulfilled", "closed_third_party", "withdrawn"} {
		if seen[s] < want/5000 { // evidence that meets what was relied on is rare; a short test proves no more than it meets
			t.Errorf("%s was seen %d times in %d logs: they prove nothing about it", s, seen[s], want)
		}
	}
}

type drawnLog struct {
	player
	*docket.Case
}

// lawful draws a log and holds it against the laws.
func (d drawnLog) lawful(t *rapid.T, seen map[string]int) {
	at := time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC)
	var lines [][]byte
	var stops []time.Time
	for n := range rapid.IntRange(3, 16).Draw(t, "acts") {
		at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 24, 72, 300, 1000}).Draw(t, "hours")) * time.Hour)
		said := rapid.SampledFrom(lawfulActs).Draw(t, "act")
		switch {
		case n == 0:
			said = lawfulActs[0]
		case n > 2 && rapid.IntRange(0, 4).Draw(t, "evidence") == 0:
			of := rapid.IntRange(1, n).Draw(t, "of")
			by := rapid.SampledFrom([]string{"openai", "microsoft", "crusoe"}).Draw(t, "by")
			earlier := time.Duration(rapid.SampledFrom([]int{0, 1, 30, 400}).Draw(t, "earlier")) * time.Hour
			said = fmt.Sprintf("%s evidence of=a%d received=%s", by, of, at.Add(-earlier).Format(time.RFC3339))
		}
		a, err := docket.ReadAct(n+1, at.Format(time.RFC3339)+" "+said)
		if err != nil {
			t.Fatal(err)
		}
		line, err := wire.AppendAct(nil, &a)
		if err != nil {
			t.Fatal(err)
		}
		lines, stops = append(lines, line), append(stops, at)
	}
	stops = append(slices.CompactFunc(stops, time.Time.Equal), at.AddDate(0, 6, 0))
	whole := d.run(t, join(lines), stops)
	d.prefix(t, lines, stops, whole)
	d.again(t, lines, stops, whole, seen)
	d.history(t, join(lines), whole, seen)
}

// prefix is law 11: a prefix of the log gives what is so as of its end.
func (d drawnLog) prefix(t *rapid.T, lines [][]byte, stops []time.Time, whole told) {
	n := rapid.IntRange(1, len(lines)).Draw(t, "prefix")
	until := len(stops)
	if n < len(lines) {
		next, err := wire.ParseAct(lines[n])
		if err != nil {
			t.Fatal(err)
		}
		until, _ = slices.BinarySearchFunc(stops, next.At, time.Time.Compare)
	}
	if until == 0 {
		return
	}
	got := d.run(t, join(lines[:n]), stops[:until])
	if diff := cmp.Diff(whole.AsOf[:until], got.AsOf) + cmp.Diff(whole.Acts[:n], got.Acts); diff != "" {
		t.Fatalf("the first %d lines of\n%s\n%s", n, join(lines), diff)
	}
}

// again is law 13: an act that comes twice has no effect, however late, and another
// act under its name is rejected.
func (d drawnLog) again(t *rapid.T, lines [][]byte, stops []time.Time, whole told, seen map[string]int) {
	i := rapid.IntRange(0, len(lines)-1).Draw(t, "again")
	if whole.Acts[i].Outcome == string(play.Rejected) {
		return
	}
	other := bytes.Replace(lines[i], []byte(`"by":"`), []byte(`"by":"panel`), 1)
	for _, second := range []struct {
		line []byte
		want play.Outcome
	}{{lines[i], play.Duplicate}, {other, play.Rejected}} {
		to := rapid.IntRange(i+1, len(lines)).Draw(t, "to")
		got := d.run(t, join(slices.Insert(slices.Clone(lines), to, second.line)), stops)
		if diff := cmp.Diff(whole.AsOf, got.AsOf); diff != "" || got.Acts[to].Outcome != string(second.want) {
			t.Fatalf("line %d of\n%s\ncame again as line %d and was %s, want %s\n%s", i+1, join(lines), to+1, got.Acts[to].Outcome, second.want, diff)
		}
	}
	seen["duplicate"]++
}

// history is law 12: nothing flips that somebody has relied on.
func (d drawnLog) history(t *rapid.T, log []byte, whole told, seen map[string]int) {
	if bytes.Contains(log, []byte(`"evidence"`)) && slices.ContainsFunc(whole.Acts, func(a struct{ ID, Outcome, Reason string }) bool {
		return a.Outcome == string(play.Taken) && bytes.Contains(log, []byte(`"id":"`+a.ID+`"`)) && strings.Contains(lineOf(log, a.ID), `"evidence"`)
	}) {
		seen["played anew"]++
	}
	fulfilled, disputed := map[string]int64{}, map[string]bool{}
	for _, as := range whole.AsOf {
		for _, p := range as.Processes {
			var now, closed int64
			for _, q := range p.Parts {
				seen[q.State]++
				switch q.State {
				case "fulfilled":
					now += q.Quantity
				case "closed_third_party":
					closed += q.Quantity
				case "disputed":
					disputed[p.ID] = true
				}
			}
			if !disputed[p.ID] && (now < fulfilled[p.ID] || closed < fulfilled[p.ID+" closed"]) {
				t.Fatalf("as of %s less of %s has taken effect than before, of\n%s", as.At, p.ID, log)
			}
			fulfilled[p.ID], fulfilled[p.ID+" closed"] = now, closed
		}
	}
}

func lineOf(log []byte, id string) string {
	for line := range strings.Lines(string(log)) {
		if strings.Contains(line, `"id":"`+id+`"`) {
			return line
		}
	}
	return ""
}

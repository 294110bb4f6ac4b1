package replay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing/fstest"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/replay"
	"github.com/offtake-dev/offtake/internal/traces"
)

// base is a book of one lab and two clouds, without agreements.
const base = `
kind: Book
name: small
buyer: lab
currency: USD
parties: {lab: {title: Lab}, north: {title: North}, south: {title: South}}
providers: {north: {party: north}, south: {party: south}}
purposes: [training, research]
products: [model]
accelerators: {h100: {per_node: 8}, gb200: {per_node: 4, lot: 4}}
calendars: {plain: {timezone: UTC, holidays: [], cutoff: "17:00"}}
---
kind: Agreement
name: deal
parties: [lab, north, south]
effective: 2025-01-01
clauses:
  note: {text: They talk., recorded: {parties: [lab, north], about: other}}
`

// held is a clause that holds accelerators of a provider for a while.
func held(name, provider, accelerator string, n int, until string) string {
	return fmt.Sprintf(`  %s: {text: Held., reservation: {provider: %s, accelerator: %s, quantity: %d, region: here, window: {from: 2025-01-01, until: %s}, price: USD 2, unused_charge: 100%%, cancel: none}}
`, name, provider, accelerator, n, until)
}

// refusalClause is north's right to match what south offers.
const refusalClause = `  match:
    text: North may match.
    first_refusal:
      direction: supply_side
      grantor: lab
      holders: [{party: north, provider: north, rank: 1, weight: 1, assignable: personal}]
      scope: {capacity: new}
      notice: {contents: [provider, quantity, price], deficiency: strict}
      window: P5BD
      partial: none
      all_or_none: false
      match: exact
      non_cash: same
      package: whole
      offer_revocable: until_acceptance
      nonconforming: ignored
      definitive_within: P10BD
      tail: {sign_by: P30D, close_by: P30D}
      survival: continuing
`

// supply sells accelerators of a provider on demand.
func supply(provider string, n int, price string) string {
	return fmt.Sprintf(`---
kind: Supply
name: %[1]s-sells
provider: %[1]s
offers: [{accelerator: h100, region: here, price: USD %[3]s, quantity: %[2]d, from: 2025-01-01, until: 2027-01-01, kind: on_demand}]
`, provider, n, price)
}

// scenario has the buyer look every day at work that waited an hour.
func scenario(actors string) string {
	if actors != "" {
		actors = "actors: [" + actors + "]\n"
	}
	return fmt.Sprintf(`---
kind: Scenario
name: usual
%sbuying: {every: PT24H, waiting: PT1H, cover: 100%%, term: P30D}
`, actors)
}

func read(t tb, text string) *offtake.Book {
	t.Helper()
	b, fs := book.Read(fstest.MapFS{"book.yaml": {Data: []byte(text)}})
	if w, ok := offtake.Worst(fs); ok && w == offtake.Mistake {
		t.Fatalf("the book does not load: %v", fs)
	}
	return b
}

var start = time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC) // a Monday

// jobs are rows of "id at seconds accelerators [deadline]", in seconds.
func jobs(rows ...string) string {
	out := "id,submitted,duration,accelerators,deadline\n"
	for _, r := range rows {
		f := append(strings.Fields(r), "")[:5]
		out += strings.Join(f, ",") + "\n"
	}
	return out
}

// tb is what *testing.T, *testing.B and *rapid.T have in common.
type tb interface {
	Helper()
	Error(...any)
	Errorf(string, ...any)
	Fatal(...any)
	Fatalf(string, ...any)
}

// told is a replay with what it decided.
type told struct {
	*replay.Result
	lines []map[string]any
	raw   []byte
	json  []byte
}

func (w told) of(decision string) (out []map[string]any) {
	for _, l := range w.lines {
		if l["decision"] == decision {
			out = append(out, l)
		}
	}
	return out
}

// started gives, per job, the second at which it started and where.
func (w told) started(t tb) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, l := range w.of("place") {
		out[l["job"].(string)] = fmt.Sprintf("%d %s", int64(instant(t, l["at"]).Sub(w.From)/time.Second), l["provider"])
	}
	return out
}

func instant(t tb, v any) time.Time {
	t.Helper()
	at, err := offtake.ParseInstant(v.(string))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// tell replays a trace on a book.
func tell(t tb, b *offtake.Book, trace string, with func(*replay.Options)) told {
	t.Helper()
	w, err := try(t, b, trace, with)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func try(t tb, b *offtake.Book, trace string, with func(*replay.Options)) (told, error) {
	t.Helper()
	var lines bytes.Buffer
	o := replay.Options{
		Setup: setup(t, b), From: start, Decisions: &lines,
		Open: func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(trace)), nil },
	}
	if trace != "" {
		o.Demand = []traces.Spec{{File: "jobs.csv", Purpose: "training", Accelerator: "h100", Scale: offtake.One}}
	}
	if with != nil {
		with(&o)
	}
	r, err := replay.Run(context.Background(), o)
	if err != nil {
		return told{}, err
	}
	out := told{Result: r, raw: lines.Bytes()}
	for l := range bytes.Lines(out.raw) {
		var v map[string]any
		if err := json.Unmarshal(l, &v); err != nil {
			t.Fatalf("decision %s is not JSON: %v", l, err)
		}
		out.lines = append(out.lines, v)
	}
	if out.json, err = json.Marshal(r); err != nil {
		t.Fatal(err)
	}
	return out, nil
}

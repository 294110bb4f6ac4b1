package dispatch_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/dispatch"
	"github.com/offtake-dev/offtake/internal/rights"
)

const text = `
kind: Book
name: small
buyer: lab
currency: USD
parties: {lab: {title: Lab}, north: {title: North}, south: {title: South}}
providers: {north: {party: north}, south: {party: south}, east: {party: south}}
purposes: [training, api]
products: [chat]
accelerators: {h100: {per_node: 8}, gb200: {per_node: 4}}
calendars: {plain: {timezone: UTC, holidays: [], cutoff: "17:00"}}
---
kind: Agreement
name: deal
parties: [lab, north, south]
effective: 2025-01-01
clauses:
  api: {text: The API is north's., exclusivity: {provider: north, scope: {purpose: [api]}}}
  all: {text: Only north from 2026 on., from: 2026-01-01, exclusivity: {provider: north, scope: {}}}
  but: {text: East may train., consent: {lifts: [all], scope: {purpose: [training], provider: [east]}}}
`

// world is the book and what is asked of it.
type world struct {
	book *offtake.Book
	law  *rights.Law
}

func read(t *testing.T) world {
	t.Helper()
	b, fs := book.Read(fstest.MapFS{"book.yaml": {Data: []byte(text)}})
	if w, ok := offtake.Worst(fs); ok && w == offtake.Mistake {
		t.Fatalf("the book does not load: %v", fs)
	}
	l, _ := rights.Compile(b)
	return world{b, l}
}

func pool(p offtake.ProviderName, a offtake.Accelerator, price int64, unused offtake.Percent) dispatch.Held {
	return dispatch.Held{Pool: dispatch.Pool{Provider: p, Accelerator: a, Region: "here"}, Price: offtake.MoneyOf("USD", price), Unused: unused}
}

var both = []offtake.Speed{{Accelerator: "h100", Factor: offtake.One}, {Accelerator: "gb200", Factor: 2_500_000}}

func noWorth(offtake.Facts) (offtake.ClauseRef, bool) { return offtake.ClauseRef{}, false }

// order gives the providers and accelerators of the candidates, best first.
func order(c dispatch.Choice, pools []dispatch.Held) (out []string) {
	for _, x := range c.Candidates {
		out = append(out, string(pools[x.Pool].Provider)+" "+string(pools[x.Pool].Accelerator))
	}
	return out
}

func TestTheCheapestWorkComesFirst(t *testing.T) {
	w := read(t)
	terms := w.law.At(time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC))
	drawsNorth := func(f offtake.Facts) (offtake.ClauseRef, bool) {
		return offtake.ClauseRef{Agreement: "deal", Clause: "spend"}, f.Provider == "north"
	}
	for _, c := range []struct {
		name  string
		pools []dispatch.Held
		worth dispatch.Worth
		want  []string
	}{
		{"By price.", []dispatch.Held{pool("north", "h100", 3, 0), pool("south", "h100", 2, 0)}, noWorth, []string{"south h100", "north h100"}},
		{"By price for the work done: 5 an hour at speed 2.5 is 2.", []dispatch.Held{pool("north", "h100", 3, 0), pool("south", "gb200", 5, 0)}, noWorth, []string{"south gb200", "north h100"}},
		{"What is paid for anyway costs nothing.", []dispatch.Held{pool("north", "h100", 3, 0), pool("south", "h100", 9, offtake.One)}, noWorth, []string{"south h100", "north h100"}},
		{"Nor does what an unmet commitment owes in any case.", []dispatch.Held{pool("north", "h100", 3, 0), pool("south", "h100", 2, 0)}, drawsNorth, []string{"north h100", "south h100"}},
		{"But what is paid for already comes before it.", []dispatch.Held{pool("north", "h100", 3, 0), pool("south", "h100", 9, offtake.One)}, drawsNorth, []string{"south h100", "north h100"}},
		{"Equal ones in the order they were held.", []dispatch.Held{pool("south", "h100", 2, 0), pool("north", "h100", 2, 0)}, noWorth, []string{"south h100", "north h100"}},
	} {
		got := order(dispatch.Choose(w.book, dispatch.Law{Rights: w.law, Terms: terms}, dispatch.Work{Purpose: "training", Accelerators: both}, c.pools, c.worth), c.pools)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s\n%s", c.name, d)
		}
	}
}

func TestEveryProviderThatIsNoCandidateHasACause(t *testing.T) {
	w := read(t)
	pools := []dispatch.Held{pool("north", "h100", 3, 0), pool("south", "h100", 2, 0)}
	for _, c := range []struct {
		name string
		at   int
		work dispatch.Work
		want []dispatch.Barred
	}{
		{"Nothing is held of east.", 2025, dispatch.Work{Purpose: "training", Accelerators: both}, []dispatch.Barred{{Provider: "east", Cause: dispatch.NothingHeld}}},
		{"The API is north's, also where nothing is held.", 2025, dispatch.Work{Purpose: "api", Accelerators: both}, []dispatch.Barred{
			{Provider: "south", Cause: dispatch.ByClause, Clause: offtake.ClauseRef{Agreement: "deal", Clause: "api"}},
			{Provider: "east", Cause: dispatch.ByClause, Clause: offtake.ClauseRef{Agreement: "deal", Clause: "api"}}}},
		{"Elsewhere is the wrong region.", 2025, dispatch.Work{Purpose: "training", Accelerators: both, Regions: []offtake.Region{"there*"}}, []dispatch.Barred{
			{Provider: "north", Cause: dispatch.WrongRegion}, {Provider: "south", Cause: dispatch.WrongRegion}, {Provider: "east", Cause: dispatch.NothingHeld}}},
		{"Work for one accelerator does not run on another.", 2025, dispatch.Work{Purpose: "training", Accelerators: both[1:]}, []dispatch.Barred{
			{Provider: "north", Cause: dispatch.WrongHardware}, {Provider: "south", Cause: dispatch.WrongHardware}, {Provider: "east", Cause: dispatch.NothingHeld}}},
		{"Terms count as of the instant; a consent lets east.", 2026, dispatch.Work{Purpose: "training", Accelerators: both}, []dispatch.Barred{
			{Provider: "south", Cause: dispatch.ByClause, Clause: offtake.ClauseRef{Agreement: "deal", Clause: "all"}},
			{Provider: "east", Cause: dispatch.NothingHeld}}},
	} {
		terms := w.law.At(time.Date(c.at, 6, 1, 0, 0, 0, 0, time.UTC))
		got := dispatch.Choose(w.book, dispatch.Law{Rights: w.law, Terms: terms}, c.work, pools, noWorth).Barred
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s\n%s", c.name, d)
		}
	}
}

func TestAConsentThatLetsWorkRunIsNamed(t *testing.T) {
	w := read(t)
	terms := w.law.At(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	pools := []dispatch.Held{pool("east", "h100", 2, 0)}
	got := dispatch.Choose(w.book, dispatch.Law{Rights: w.law, Terms: terms}, dispatch.Work{Purpose: "training", Accelerators: both}, pools, noWorth).Candidates
	if len(got) != 1 || len(got[0].Because) != 1 || got[0].Because[0].String() != "deal/but" {
		t.Errorf("candidates are %+v, want east because of deal/but", got)
	}
}

package replay_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/replay"
)

func TestWorkStartsFirstComeFirstServedAndIsNotStarved(t *testing.T) {
	b := read(t, base+held("cluster", "north", "h100", 16, "2026-01-01"))
	for _, c := range []struct {
		name string
		rows []string
		want map[string]string
	}{
		{"There is room, and nobody waits.", []string{"a 0 60 8", "b 10 60 8"}, map[string]string{"a": "0 north", "b": "10 north"}},
		{"A gang starts with all its accelerators or not at all.", []string{"a 0 60 8", "b 10 60 16"}, map[string]string{"a": "0 north", "b": "60 north"}},
		{"A younger job goes first if it ends before the older one can start.", []string{"a 0 60 8", "b 10 60 16", "c 20 40 8"}, map[string]string{"a": "0 north", "b": "60 north", "c": "20 north"}},
		{"It does not if it would delay the older one by a second.", []string{"a 0 60 8", "b 10 60 16", "c 20 41 8"}, map[string]string{"a": "0 north", "b": "60 north", "c": "120 north"}},
		{"It goes first, however long, where the older one leaves room.", []string{"a 0 60 12", "b 10 60 12", "c 20 1000 4"}, map[string]string{"a": "0 north", "b": "60 north", "c": "20 north"}},
		{"But only as much as there is room.", []string{"a 0 60 8", "b 10 60 12", "c 20 1000 4", "d 21 1000 1"}, map[string]string{"a": "0 north", "b": "60 north", "c": "20 north", "d": "120 north"}},
		{"A stream of small jobs does not starve a large one.", []string{"a 0 50 1", "big 1 10 16", "b 40 50 1", "c 80 50 1"}, map[string]string{"a": "0 north", "big": "50 north", "b": "60 north", "c": "80 north"}},
	} {
		got := tell(t, b, jobs(c.rows...), nil).started(t)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s\n%s", c.name, d)
		}
	}
}

func TestAJobRunsWhereCapacityLastsAsLongAsItDoes(t *testing.T) {
	b := read(t, base+held("short", "north", "h100", 8, "2025-01-07")+held("long", "south", "h100", 8, "2025-02-01"))
	w := tell(t, b, jobs("a 0 3600 8", "b 1 86400 8", "c 2 172800 8"), nil)
	want := map[string]string{"a": "0 north", "b": "1 south", "c": "86401 south"}
	if d := cmp.Diff(want, w.started(t)); d != "" {
		t.Error(d)
	}
}

func TestAGangMaySpanReservationsOfOnePoolOnly(t *testing.T) {
	b := read(t, base+held("one", "north", "h100", 8, "2025-03-01")+held("two", "north", "h100", 8, "2025-03-01")+held("other", "south", "h100", 8, "2025-03-01"))
	w := tell(t, b, jobs("a 0 60 16", "b 100 60 24"), nil)
	if got := len(w.of("place")[0]["reservations"].([]any)); got != 2 {
		t.Errorf("a gang of 16 took %d reservations of 8, want 2", got)
	}
	if w.UnservedJobs != 1 || w.UnservedGPUSeconds != 24*60 {
		t.Errorf("%d jobs of %d GPU-seconds are unserved, want the one that no pool could ever hold", w.UnservedJobs, w.UnservedGPUSeconds)
	}
	if cause := w.of("unserved")[0]["cause"]; cause != "no supply that the terms allow could ever hold it" {
		t.Errorf("cause is %q", cause)
	}
}

func TestWorkIsCountedAsDemandedWhateverRunsIt(t *testing.T) {
	b := read(t, base+held("fast", "north", "gb200", 8, "2026-01-01")+`---
kind: Demand
name: campaign
purpose: training
accelerator: {h100: 1, gb200: 2.5}
quantity: 8
hours: 100
earliest: 2025-01-01
delivers: {product: model, due: 2025-01-07}
`)
	w := tell(t, b, "", nil)
	if w.GPUSeconds != 8*360000 || w.ServedGPUSeconds != w.GPUSeconds || !w.To.Equal(start.Add(40*time.Hour)) {
		t.Errorf("100 hours at speed 2.5: %d GPU-seconds of %d served by %s, want all in 40 hours", w.ServedGPUSeconds, w.GPUSeconds, w.To)
	}
	if d := w.Deliveries[0]; d.Ready == nil || d.Late != 1 {
		t.Errorf("delivery is %+v, want ready one day late", d)
	}
	cut := tell(t, b, "", func(o *replay.Options) { o.To = start.Add(101 * time.Second) })
	if want := int64(8 * 101 * 5 / 2); cut.ServedGPUSeconds != want || cut.WaitingGPUSeconds != cut.GPUSeconds-want || cut.RunningJobs != 1 {
		t.Errorf("cut off after 101 seconds %d are served and %d wait, want %d and the rest", cut.ServedGPUSeconds, cut.WaitingGPUSeconds, want)
	}
}

func TestAJobThatCannotEndInTimeIsGivenUpAtThatMoment(t *testing.T) {
	b := read(t, base+held("cluster", "north", "h100", 8, "2026-01-01"))
	w := tell(t, b, jobs("a 0 100 8 1000", "b 0 60 8 140", "c 0 60 8 160", "d 5 60 8 20"), nil)
	if d := cmp.Diff(map[string]string{"a": "0 north", "c": "100 north"}, w.started(t)); d != "" {
		t.Error(d)
	}
	var lost []string
	for _, l := range w.of("unserved") {
		lost = append(lost, l["job"].(string)+" "+l["at"].(string))
	}
	if d := cmp.Diff([]string{"d 2025-01-06T00:00:05Z", "b 2025-01-06T00:01:21Z"}, lost); d != "" {
		t.Error(d)
	}
}

func TestCapacityIsBoughtForWorkThatWaits(t *testing.T) {
	b := read(t, base+supply("north", 64, "3")+scenario(""))
	w := tell(t, b, jobs("a 3600 7200 12", "b 86000 60 1"), nil)
	// The look of the first midnight sees only the job that waited an hour, and
	// buys whole nodes; the other job finds room in them.
	if d := cmp.Diff(map[string]string{"a": "86400 north", "b": "86400 north"}, w.started(t)); d != "" {
		t.Error(d)
	}
	if len(w.Purchases) != 1 || w.Purchases[0].Quantity != 16 || w.Purchases[0].Way != replay.Free {
		t.Errorf("purchases are %+v, want one of 16", w.Purchases)
	}
	if want := "USD 72.05"; w.Spend.String() != want { // (12×2 h + 1 min) × USD 3, by use
		t.Errorf("spend is %s, want %s", w.Spend, want)
	}
	if w.Wait.Max != 82800 || w.Wait.P50 != 400 {
		t.Errorf("waits are %+v, want 400 and 82800", w.Wait)
	}
}

// A third party's offer is cheaper: the holder answers as the Scenario says.
func TestAFirstRefusalHoldsThePurchaseUntilItIsAnswered(t *testing.T) {
	for _, c := range []struct {
		name, actors    string
		provider, start string
		refusals        replay.Refusals
	}{
		// The look of Tuesday 7 January; two business days later the holder takes the terms.
		{"matched", "{party: north, answers: matches, after: P2BD}", "north", "2025-01-09T00:00:00Z", replay.Refusals{Opened: 1, Matched: 1}},
		{"passed", "{party: north, answers: passes, after: P2BD}", "south", "2025-01-09T00:00:00Z", replay.Refusals{Opened: 1, Released: 1}},
		// Five business days after the notice of the 7th, at the cut-off.
		{"silent", "{party: north, answers: silent}", "south", "2025-01-14T17:00:00Z", replay.Refusals{Opened: 1, Released: 1}},
		{"unable", "{party: north, answers: matches_while_capacity, after: P1BD}", "south", "2025-01-08T00:00:00Z", replay.Refusals{Opened: 1, Released: 1}},
	} {
		b := read(t, base+refusalClause+supply("south", 64, "3")+scenario(c.actors))
		w := tell(t, b, jobs("a 60 60 8"), nil)
		if len(w.Purchases) != 1 || string(w.Purchases[0].Provider) != c.provider || offtake.Stamp(w.Purchases[0].At) != c.start {
			t.Errorf("%s: purchases are %+v, want one from %s at %s", c.name, w.Purchases, c.provider, c.start)
		}
		if w.Refusals != c.refusals || w.ServedJobs != 1 {
			t.Errorf("%s: refusals are %+v, want %+v", c.name, w.Refusals, c.refusals)
		}
	}
}

func TestAnExclusivityIsKeptWhenBuyingAndPlacing(t *testing.T) {
	only := `  only-north: {text: Only north., exclusivity: {provider: north, scope: {}}}
`
	b := read(t, base+only+supply("south", 64, "1")+supply("north", 8, "9")+scenario(""))
	w := tell(t, b, jobs("a 60 60 8", "b 60 60 16"), nil)
	if d := cmp.Diff(map[string]string{"a": "86400 north"}, w.started(t)); d != "" {
		t.Error(d)
	}
	if w.UnservedJobs != 1 {
		t.Errorf("%d jobs are unserved, want the one that is more than north has", w.UnservedJobs)
	}
	over := w.of("passed_over")
	if len(over) == 0 || over[0]["clause"] != "deal/only-north" || over[0]["provider"] != "south" {
		t.Errorf("passed over: %v, want south by deal/only-north", over)
	}
}

func TestTermsChangeWithTheClockUnlessTheyAreHeld(t *testing.T) {
	b := read(t, base+`  only-north: {text: Only north., exclusivity: {provider: north, scope: {}}}
amendments:
  - {name: opened, effective: 2025-01-10, signed_by: [lab, north, south], remove: [only-north]}
`+supply("south", 64, "1")+scenario(""))
	moving := tell(t, b, jobs("a 60 60 8"), nil)
	if d := cmp.Diff(map[string]string{"a": "345600 south"}, moving.started(t)); d != "" {
		t.Errorf("with terms that change: %s", d)
	}
	before := tell(t, b, jobs("a 60 60 8"), func(o *replay.Options) { o.Setup.TermsAt = start })
	if before.UnservedJobs != 1 {
		t.Errorf("under the old terms %+v, want unserved", before.started(t))
	}
	after := tell(t, b, jobs("a 60 60 8"), func(o *replay.Options) { o.Setup.TermsAt = start.AddDate(0, 1, 0) })
	if d := cmp.Diff(map[string]string{"a": "86400 south"}, after.started(t)); d != "" {
		t.Errorf("under the new terms: %s", d)
	}
}

func TestAnUnmetCommitmentDrawsWorkToTheDearerProvider(t *testing.T) {
	commitment := func(amount string) string {
		return `  spend: {text: Spend., commitment: {provider: south, measure: spend, amount: USD ` + amount + `, period: {from: 2025-01-01, until: 2026-01-01}, eligible: {}, counts: usage, shortfall: invoice, carry: none}}
`
	}
	onDemand := func(s string) string { return strings.ReplaceAll(s, "unused_charge: 100%", "unused_charge: 0%") }
	two := onDemand(held("n", "north", "h100", 8, "2026-01-01")) + strings.Replace(onDemand(held("s", "south", "h100", 8, "2026-01-01")), "USD 2", "USD 5", 1)
	rows := jobs("a 0 3600 8", "b 90000 3600 8")
	if d := cmp.Diff(map[string]string{"a": "0 north", "b": "90000 north"}, tell(t, read(t, base+two), rows, nil).started(t)); d != "" {
		t.Errorf("without a commitment: %s", d)
	}
	// One job is USD 40: the first fills the commitment, and the second goes to the cheaper.
	w := tell(t, read(t, base+two+commitment("40")), rows, nil)
	if d := cmp.Diff(map[string]string{"a": "0 south", "b": "90000 north"}, w.started(t)); d != "" {
		t.Errorf("with one: %s", d)
	}
	c := w.Commitments[0]
	if c.Drawn.Money.Cmp(offtake.MoneyOf("USD", 40)) != 0 || !c.Remaining.Money.IsZero() {
		t.Errorf("the commitment is drawn %s, %s remain, want USD 40 and nothing", c.Drawn.Money, c.Remaining.Money)
	}
}

func TestAReplayEndsWhenNothingCanChangeAnyMore(t *testing.T) {
	b := read(t, base+supply("north", 8, "3")+scenario("{provider: north, answers: silent}"))
	w := tell(t, b, jobs("a 0 60 8"), nil)
	if w.WaitingJobs != 1 || w.To.After(time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%d jobs wait at %s, want one by the end of supply", w.WaitingJobs, w.To)
	}
	nothing := tell(t, read(t, base+supply("north", 8, "3")), jobs("a 0 60 8"), nil)
	if nothing.WaitingJobs != 1 || nothing.To.After(time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("without a buyer %d jobs wait at %s", nothing.WaitingJobs, nothing.To)
	}
}

func TestWhatCannotBeCarriedOutIsRefusedFirst(t *testing.T) {
	b := read(t, base+`  ahead: {text: Paid ahead., commitment: {provider: north, measure: gpu_hours, amount: 1000, prepayment: {amount: USD 5, by: 2025-06-01}, period: {from: 2025-01-01, until: 2027-01-01}, eligible: {}, counts: usage, shortfall: invoice, carry: none}}
`)
	_, err := try(t, b, jobs("a 0 60 8"), nil)
	if offtake.KindOf(err) != offtake.NotSupported || !strings.Contains(err.Error(), "deal/ahead") || !strings.Contains(err.Error(), "book.yaml:") {
		t.Errorf("got %v, want not supported yet, with the clause and its place", err)
	}
}

// A holder with a first offer is asked before the market's offer is taken: what it
// offers is taken, and where it is silent or passes the market's is.
func TestAHolderIsAskedForItsOfferFirst(t *testing.T) {
	const asked = `  ask-first: {text: Ask., first_offer: {holder: north, scope: {}, window: P5D, tail: {sign_by: P30D, close_by: P30D}}}
`
	for _, c := range []struct {
		is, answers, seller string
	}{
		{"it offers", "matches", "north"},
		{"it passes", "passes", "south"},
		{"it is silent", "silent", "south"},
	} {
		b := read(t, base+asked+supply("south", 8, "3")+scenario("{party: north, answers: "+c.answers+"}"))
		w := tell(t, b, jobs("a 0 60 8"), func(o *replay.Options) { o.To = start.AddDate(0, 2, 0) })
		if w.ServedJobs != 1 {
			t.Errorf("%s: %d jobs served, %d wait; want one served", c.is, w.ServedJobs, w.WaitingJobs)
			continue
		}
		for _, p := range w.Providers {
			if ran := p.Jobs > 0; ran != (string(p.Provider) == c.seller) {
				t.Errorf("%s: %d jobs ran on %s, want them on %s", c.is, p.Jobs, p.Provider, c.seller)
			}
		}
	}
}

func TestAClauseOfLaterIsRefusedWhenTheClockComesToIt(t *testing.T) {
	b := read(t, base+held("cluster", "north", "h100", 8, "2026-01-01")+`  ahead: {text: Paid ahead., from: 2025-02-01, commitment: {provider: north, measure: gpu_hours, amount: 1000, prepayment: {amount: USD 5, by: 2025-06-01}, period: {from: 2025-01-01, until: 2027-01-01}, eligible: {}, counts: usage, shortfall: invoice, carry: none}}
`)
	if w := tell(t, b, jobs("a 0 60 8"), nil); w.ServedJobs != 1 {
		t.Errorf("a replay that ends before has %d jobs served, want 1", w.ServedJobs)
	}
	if _, err := try(t, b, jobs("a 0 60 8", "b 3000000 60 8"), nil); offtake.KindOf(err) != offtake.NotSupported {
		t.Errorf("one that goes on after: got %v, want not supported yet", err)
	}
	if _, err := try(t, b, jobs("a 0 60 8"), func(o *replay.Options) { o.To = start.AddDate(0, 3, 0) }); offtake.KindOf(err) != offtake.NotSupported {
		t.Errorf("one that is to go on after: got %v, want not supported yet", err)
	}
}

func TestTimesBeyondTheReplayDoNotComeEarly(t *testing.T) {
	b := read(t, base+held("cluster", "north", "h100", 8, "9999-01-01")+`---
kind: Demand
name: far
purpose: training
accelerator: {h100: 1}
quantity: 8
hours: 1
earliest: 9000-01-01
latest_finish: 9999-01-01
delivers: {product: model, due: 9999-01-01}
---
kind: Demand
name: near
purpose: training
accelerator: {h100: 1}
quantity: 8
hours: 10
earliest: 2025-01-06
latest_finish: 9999-01-01
`)
	w := tell(t, b, "", func(o *replay.Options) { o.To = start.AddDate(1, 0, 0) })
	if w.Jobs != 1 || w.ServedJobs != 1 || len(w.Deliveries) != 0 {
		t.Errorf("%d jobs came and %d were served, want only the near one", w.Jobs, w.ServedJobs)
	}
}

func TestTheJSONHasTheKeysOfTheCommandLine(t *testing.T) {
	w := tell(t, read(t, base+held("cluster", "north", "h100", 8, "2026-01-01")), jobs("a 0 60 8", "b 0 30 8"), nil)
	var got map[string]any
	if err := json.Unmarshal(w.json, &got); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"jobs": 2.0, "gpu_hours": 0.2, "served_gpu_hours": 0.2, "waiting_gpu_hours": 0.0, "unserved_gpu_hours": 0.0,
		"gpu_seconds": 720.0, "served_gpu_seconds": 720.0, "waiting_gpu_seconds": 0.0, "unserved_gpu_seconds": 0.0,
		"wait_seconds": map[string]any{"p50": 0.0, "p95": 60.0, "max": 60.0}, "spend": "USD 0.40", "terms": nil,
		"commitments": []any{}, "purchases": []any{},
	} {
		if d := cmp.Diff(want, got[key]); d != "" {
			t.Errorf("%s: %s", key, d)
		}
	}
}

func TestWorkWithADeadlineAvoidsWhatIsTooSlow(t *testing.T) {
	b := read(t, base+held("slow", "north", "gb200", 8, "2026-01-01")+strings.Replace(held("fast", "south", "h100", 8, "2026-01-01"), "unused_charge: 100%", "unused_charge: 0%", 1)+`---
kind: Demand
name: campaign
purpose: training
accelerator: {h100: 1, gb200: 0.5}
quantity: 8
hours: 10
earliest: 2025-01-06
latest_finish: 2025-01-06T12:00:00Z
`)
	if d := cmp.Diff(map[string]string{"campaign": "0 south"}, tell(t, b, "", nil).started(t)); d != "" {
		t.Error(d)
	}
}

func TestHeldCapacityOpensToWaitingWorkWhenTermsChange(t *testing.T) {
	b := read(t, base+`  only-north: {text: Only north., exclusivity: {provider: north, scope: {}}}
`+held("theirs", "south", "h100", 8, "2026-01-01")+`amendments:
  - {name: opened, effective: 2025-01-10, signed_by: [lab, north, south], remove: [only-north]}
`)
	w := tell(t, b, jobs("a 60 60 8"), nil)
	if d := cmp.Diff(map[string]string{"a": "345600 south"}, w.started(t)); d != "" {
		t.Error(d)
	}
}

// Two purchases that together are more than south has: the second can be made
// because the first was matched, and what south had put aside came back to it.
func TestCapacityPutAsideComesBackWhenAHolderMatches(t *testing.T) {
	b := read(t, base+refusalClause+supply("south", 16, "3")+scenario("{party: north, answers: matches, after: P1BD}"))
	w := tell(t, b, jobs("a 60 90000 16", "b 86400 90000 16", "c 172801 90000 16"), nil)
	if len(w.Purchases) < 2 || w.Purchases[1].Quantity != 16 || w.ServedJobs != 3 {
		t.Errorf("purchases are %+v, want two of 16 at least", w.Purchases)
	}
}

// The way is clear on 9 January, but the notice stated a delivery that the whole
// window could be waited for.
func TestAnAmendmentThatAppliesClearsTheWayOfAnOpenPurchase(t *testing.T) {
	b := read(t, base+refusalClause+`amendments:
  - {name: given-up, effective: 2025-01-09, signed_by: [lab, north, south], open_processes: apply, remove: [match]}
`+supply("south", 64, "3")+scenario("{party: north, answers: silent}"))
	w := tell(t, b, jobs("a 60 60 8"), nil)
	if w.Refusals != (replay.Refusals{Opened: 1, Waived: 1}) {
		t.Errorf("refusals are %+v, want one waived", w.Refusals)
	}
	if d := cmp.Diff(map[string]string{"a": "752400 south"}, w.started(t)); d != "" {
		t.Error(d)
	}
}

func TestCapacityIsBoughtAheadOfDatedWorkAndNotTwice(t *testing.T) {
	b := read(t, base+supply("north", 64, "3")+strings.Replace(scenario(""), "cover", "ahead: P10D, cover", 1)+`---
kind: Demand
name: campaign
purpose: training
accelerator: {h100: 1}
quantity: 24
hours: 10
earliest: 2025-01-20
`)
	w := tell(t, b, "", nil)
	if len(w.Purchases) != 1 || w.Purchases[0].Quantity != 24 || offtake.Stamp(w.Purchases[0].At) != "2025-01-10T00:00:00Z" {
		t.Errorf("purchases are %+v, want one of 24 ten days ahead", w.Purchases)
	}
	if w.Wait.Max != 0 {
		t.Errorf("the campaign waited %d seconds, want none", w.Wait.Max)
	}
}

func TestDecisionsNameEveryProviderNotChosenWithItsCause(t *testing.T) {
	b := read(t, strings.Replace(base, "south: {party: south}", "south: {party: south}, east: {party: south}, west: {party: south}", 1)+
		`  not-south: {text: Not there., exclusivity: {provider: north, scope: {provider: [south], region: [there]}}}
`+held("n", "north", "h100", 8, "2026-01-01")+
		strings.Replace(held("s", "south", "h100", 8, "2026-01-01"), "region: here", "region: there", 1)+
		strings.Replace(held("e", "east", "h100", 8, "2026-01-01"), "USD 2", "USD 1", 1))
	w := tell(t, b, jobs("a 0 60 8", "b 0 60 8"), nil)
	var got []string
	for _, l := range w.of("place") {
		for _, r := range l["rejected"].([]any) {
			r := r.(map[string]any)
			got = append(got, strings.TrimSpace(strings.Join([]string{l["job"].(string), l["provider"].(string), r["provider"].(string), r["cause"].(string), word(r, "clause")}, " ")))
		}
	}
	want := []string{
		"a east north dearer", "a east south clause deal/not-south", "a east west nothing held",
		"b north east no capacity", "b north south clause deal/not-south", "b north west nothing held",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// The dearer south has room for 4 only: it is not that it was dearer.
func TestFitIsJudgedBeforePrice(t *testing.T) {
	dear := strings.Replace(strings.Replace(held("s", "south", "h100", 4, "2026-01-01"), "unused_charge: 100%", "unused_charge: 0%", 1), "USD 2", "USD 9", 1)
	w := tell(t, read(t, base+held("n", "north", "h100", 16, "2026-01-01")+dear), jobs("a 0 60 8", "b 0 60 4"), nil)
	for i, want := range []string{"no capacity", "dearer"} {
		if got := w.of("place")[i]["rejected"].([]any)[0].(map[string]any)["cause"]; got != want {
			t.Errorf("job %d: south is rejected for %q, want %q", i+1, got, want)
		}
	}
}

func TestAWordThatTheBookDoesNotHaveIsRefused(t *testing.T) {
	b := read(t, base+held("cluster", "north", "h100", 8, "2026-01-01"))
	for _, c := range []struct{ trace, want string }{
		{"id,submitted,duration,accelerators,purpose\na,0,1,1,gaming\n", `purpose "gaming" is not declared`},
		{"id,submitted,duration,accelerators,accelerator\na,0,1,1,tpu\n", `accelerator "tpu" is not declared`},
		{"id,submitted,duration,accelerators,product\na,0,1,1,toy\n", `product "toy" is not declared`},
	} {
		if _, err := try(t, b, c.trace, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

// full fails as a full disk does.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAFullDiskIsAnErrorAndNoResult(t *testing.T) {
	b := read(t, base+held("cluster", "north", "h100", 8, "2026-01-01"))
	_, err := try(t, b, jobs("a 0 60 8"), func(o *replay.Options) { o.Decisions = full{} })
	if err == nil || !strings.Contains(err.Error(), "decisions cannot be written: no space left on device") {
		t.Errorf("got %v", err)
	}
}

func TestACancelledReplayStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	o := replay.Options{Setup: setup(t, manyJobs(10)), From: start, To: start.AddDate(0, 1, 0)}
	if _, err := replay.Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want cancelled", err)
	}
}

func TestDecisionsNameTheTermsThatWereHeld(t *testing.T) {
	b := read(t, base+held("cluster", "north", "h100", 8, "2026-01-01"))
	w := tell(t, b, jobs("a 0 60 8", "b 0 60 16"), func(o *replay.Options) { o.Setup.TermsAt = start })
	for _, l := range w.lines {
		if l["terms"] != "2025-01-06T00:00:00Z" {
			t.Errorf("decision %v names other terms", l)
		}
	}
	if !strings.HasPrefix(string(w.json), `{"book":"small","terms":"2025-01-06T00:00:00Z"`) {
		t.Errorf("the result is %.80s, want it to name its terms", w.json)
	}
	for _, l := range tell(t, b, jobs("a 0 60 8"), nil).lines {
		if _, ok := l["terms"]; ok {
			t.Errorf("decision %v names terms, and none were held", l)
		}
	}
}

// The journal alone tells what was done: folding it gives the same money.
func TestTheJournalFoldsToTheSameState(t *testing.T) {
	b := read(t, base+refusalClause+supply("south", 64, "3")+scenario("{party: north, answers: matches, after: P1BD}"))
	record := &journal.Memory{}
	w := tell(t, b, jobs("a 60 7000 8", "b 90000 60 3", "c 200000 60 1"), func(o *replay.Options) { o.Journal = record })
	m := market.New(setup(t, b))
	for e, err := range record.Read(0) {
		if err != nil {
			t.Fatal(err)
		}
		m.Apply(e.Act, e.Events)
	}
	spend, _ := m.Accounts().Spend().Round()
	if spend.Cmp(w.Spend.Money) != 0 || spend.IsZero() {
		t.Errorf("the journal folds to a spend of %s, the replay spent %s", spend, w.Spend)
	}
	if n := len(m.Deals().Processes()); int64(n) != w.Refusals.Opened+w.Refusals.NotTriggered {
		t.Errorf("the journal folds to %d processes, the replay ran %+v", n, w.Refusals)
	}
}

package replay_test

import (
	"strings"
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/replay"
)

func TestAShortfallThatFallsDueInsideIsRefused(t *testing.T) {
	due := func(until, milestones string) *offtake.Book {
		return read(t, base+byUse+`  spend: {text: Promised., commitment: {provider: south, measure: spend, amount: USD 1000, period: {from: 2025-01-01, until: `+until+`}, eligible: {}, counts: usage, shortfall: invoice, carry: none`+milestones+`}}
`)
	}
	for _, c := range []struct{ name, until, milestones, want string }{
		{"period ends inside", "2025-01-20", "", "deal/spend, shortfall"},
		{"period ends with the replay", "2025-02-05", "", ""},
		{"period has ended", "2025-01-06", "", ""},
		{"a milestone inside", "2026-01-01", ", milestones: [{by: 2025-01-10, amount: USD 500, shortfall: invoice}]", "deal/spend, milestones.shortfall"},
		{"a milestone before", "2026-01-01", ", milestones: [{by: 2025-01-03, amount: USD 500, shortfall: invoice}]", ""},
	} {
		_, err := try(t, due(c.until, c.milestones), jobs("a 0 60 8"), func(o *replay.Options) { o.To = start.AddDate(0, 0, 30) })
		refused := offtake.KindOf(err) == offtake.NotSupported && err != nil && strings.Contains(err.Error(), c.want)
		if c.want == "" && err != nil || c.want != "" && !refused {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	b := due("2025-01-20", "")
	if _, err := try(t, b, jobs("a 0 60 8"), nil); err != nil {
		t.Errorf("a replay that ends before: got %v", err)
	}
	if _, err := try(t, b, jobs("a 0 60 8", "b 3000000 60 8"), nil); offtake.KindOf(err) != offtake.NotSupported {
		t.Errorf("one that goes on after: got %v, want not supported yet", err)
	}
}

func TestAnOfferThatEndsAtATimeOfDayIsRefusedWhereItCouldBeBought(t *testing.T) {
	sells := strings.Replace(supply("north", 64, "3"), "kind: on_demand", `kind: block, ends_at: "11:30Z"`, 1)
	if _, err := try(t, read(t, base+sells+scenario("")), jobs("a 0 60 8"), nil); offtake.KindOf(err) != offtake.NotSupported || !strings.Contains(err.Error(), "ends_at") || !strings.Contains(err.Error(), "book.yaml:") {
		t.Errorf("got %v, want not supported yet with the offer's place", err)
	}
	if _, err := try(t, read(t, base+sells), jobs("a 0 60 8"), nil); err != nil {
		t.Errorf("where nobody buys: got %v", err)
	}
}

func TestACampaignThatIsTooLateIsNoted(t *testing.T) {
	b := read(t, base+byUse+`---
kind: Demand
name: missed
purpose: training
accelerator: {h100: 1}
quantity: 8
hours: 1
earliest: 2025-01-01
latest_finish: 2025-01-05
`)
	var notes []string
	tell(t, b, "", func(o *replay.Options) { o.Notes = func(n string) { notes = append(notes, n) } })
	if len(notes) != 1 || !strings.Contains(notes[0], "demand missed had to be done by 2025-01-05T00:00:00Z") {
		t.Errorf("notes are %q, want one of the campaign", notes)
	}
}

// A product runs first on the provider that has it first, and elsewhere once the
// head start is over.
func TestAHeadStartHoldsAProductBack(t *testing.T) {
	b := read(t, base+held("first", "north", "h100", 8, "2026-01-01")+held("other", "south", "h100", 8, "2026-01-01")+
		`  model-on-north: {text: Ships first on north., first_placement: {provider: north, scope: {product: [model]}, head_start: P10D}}
`)
	// Each takes all of one provider: the second can only run at once on the other.
	model := func(second string) string {
		return "id,submitted,duration,accelerators,product\na,0,1800000,8,model\nb," + second + ",60,8,model\n"
	}
	for _, c := range []struct {
		is, at string
		wait   int64
	}{
		{"before, it waits until the head start is over", "86400", 10*86400 - 86400},
		{"after, it runs at once", "1000000", 0},
	} {
		w := tell(t, b, model(c.at), nil)
		if w.ServedJobs != 2 || w.Wait.Max < c.wait || w.Wait.Max > c.wait+2*86400 {
			t.Errorf("%s: %d jobs served, the longest wait %d s, want 2 and about %d s", c.is, w.ServedJobs, w.Wait.Max, c.wait)
		}
	}
}

// A share is measured of whatever runs under a consent, bought under it or held
// by the book before: work for the wrong purpose soon has to wait.
func TestAShareIsMeasuredOnWhatTheBookHolds(t *testing.T) {
	b := read(t, base+held("old", "north", "h100", 64, "2026-01-01")+`  only-south: {text: Only south., exclusivity: {provider: south, scope: {}}}
  but-research: {text: But for research., consent: {lifts: [only-south], scope: {}, share: {purposes: [research], at_least: 51%, unit: gpu_hours, window: P90D}}}
`)
	w := tell(t, b, jobs("a 0 3600 8", "b 86400 3600 8", "c 172800 3600 8"), func(o *replay.Options) { o.To = start.AddDate(0, 0, 30) })
	if w.ServedJobs != 1 || w.ServedJobs+w.WaitingJobs+w.UnservedJobs != 3 {
		t.Errorf("%d served, %d waiting, %d unserved of training under a consent for research; want the first alone served", w.ServedJobs, w.WaitingJobs, w.UnservedJobs)
	}
}

package market_test

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
)

func june(day int) offtake.Date { return offtake.Date{Year: 2025, Month: time.June, Day: day} }

// Usage costs the price, idle capacity what the reservation charges for it, and
// azure's commitment is drawn by both.
func TestUsageIsChargedAndDrawn(t *testing.T) {
	d := newDesk(t, caseBook())
	events := d.do("2025-06-04T00:00:00Z", "openai", "", offtake.UsageReport{Source: "m", Batch: "1", Rows: 2, Hash: "h", Totals: []offtake.UsageTotal{
		{Reservation: "ms/base", Day: june(3), Purpose: "training", Used: 3601},
		{Reservation: "ms/base", Day: june(3), Unused: 1000*86400 - 3601},
	}})
	usage, ok := events[0].(offtake.UsageRecorded)
	if len(events) != 1 || !ok || usage.Charges[0].Draws.String() != "ms/spend" {
		t.Fatalf("%+v, want the usage, drawing on ms/spend", events)
	}
	spend, left := d.m.Accounts().Spend().Round()
	if spend.Cmp(money("USD 96000.00")) != 0 || !left.IsZero() {
		t.Errorf("spend %s and %s, want 1000 accelerators for a day at USD 4.00", spend, left)
	}
	s := d.m.Commitments(d.m.Now())[0]
	if s.Drawn.Cmp(d.m.Accounts().Spend()) != 0 || s.Drawn.Add(s.Remaining).Cmp(s.Committed) != 0 {
		t.Errorf("drawn %s, remaining %s of %s", s.Drawn, s.Remaining, s.Committed)
	}
}

// A batch twice has no effect, and its name cannot stand for other content.
func TestABatchIsKnownByItsName(t *testing.T) {
	d := newDesk(t, caseBook())
	batch := offtake.UsageReport{Source: "m", Batch: "1", Totals: []offtake.UsageTotal{{Reservation: "ms/base", Day: june(3), Purpose: "training", Used: 3600}}}
	d.do("2025-06-04T00:00:00Z", "openai", "", batch)
	if events := d.do("2025-06-05T00:00:00Z", "openai", "", batch); len(events) != 0 {
		t.Errorf("the batch again made %v, want nothing", events)
	}
	batch.Totals = []offtake.UsageTotal{{Reservation: "ms/base", Day: june(3), Purpose: "training", Used: 3601}}
	d.refuses(offtake.Conflict, "2025-06-05T00:00:00Z", "openai", "", batch)
	batch.Source = "other"
	d.do("2025-06-05T00:00:00Z", "openai", "", batch)
}

// Nothing is used that was not held: not beyond the day's capacity over all
// batches, not later than now, not outside the window, not below zero.
func TestUsageFitsWhatWasHeld(t *testing.T) {
	d := newDesk(t, caseBook())
	report := func(batch string, day offtake.Date, used, unused int64) offtake.UsageReport {
		return offtake.UsageReport{Source: "m", Batch: batch, Totals: []offtake.UsageTotal{{Reservation: "ms/base", Day: day, Purpose: "training", Used: used, Unused: unused}}}
	}
	const full = 1000 * 86400
	noon := "2025-06-03T12:00:00Z"
	d.refuses(offtake.Invalid, noon, "openai", "", report("a", june(3), full/2+1, 0))
	d.do(noon, "openai", "", report("b", june(3), full/2, 0))
	d.refuses(offtake.Invalid, noon, "openai", "", report("c", june(3), 1, 0))
	d.refuses(offtake.Invalid, noon, "openai", "", report("d", june(4), 1, 0))
	d.refuses(offtake.Invalid, noon, "openai", "", report("e", offtake.Date{Year: 2024, Month: time.June, Day: 3}, 1, 0))
	d.refuses(offtake.Invalid, noon, "openai", "", report("f", june(2), -1, 2))
	d.refuses(offtake.Invalid, noon, "openai", "", report("g", june(2), full, 1))
	d.refuses(offtake.Invalid, noon, "openai", "", report("h", june(2), 1<<62, 1<<62))
	d.refuses(offtake.NotFound, noon, "openai", "", offtake.UsageReport{Source: "m", Batch: "i", Totals: []offtake.UsageTotal{{Reservation: "x", Day: june(2), Used: 1}}})
	d.refuses(offtake.Invalid, noon, "openai", "", offtake.UsageReport{Batch: "j"})
	twice := report("k", june(2), full, 0)
	twice.Totals = append(twice.Totals, twice.Totals[0])
	d.refuses(offtake.Invalid, noon, "openai", "", twice)
}

// Capacity sold by use is charged when it is used; take-or-pay says its part.
func TestWhatIdleCapacityCosts(t *testing.T) {
	d := newDesk(t, caseBook())
	idle := func(o offtake.OpportunityID, change func(*offtake.OfferTerms)) string {
		terms := offer("azure")
		terms.Quantity, terms.Delivery = 1, offtake.When{}
		change(&terms)
		d.buy("2025-06-03T00:00:00Z", o, terms)
		before := d.m.Accounts().Spend()
		d.do("2025-06-03T12:00:00Z", "openai", "", offtake.UsageReport{Source: string(o), Batch: "1", Totals: []offtake.UsageTotal{
			{Reservation: offtake.ReservationID(o), Day: june(3), Unused: 3600},
		}})
		cost, _ := d.m.Accounts().Spend().Sub(before).Round()
		return cost.String()
	}
	// One desk per offer: the market's time does not run back.
	for want, change := range map[string]func(*offtake.OfferTerms){
		"USD 8.00": func(o *offtake.OfferTerms) { o.Kind = offtake.Block },
		"USD 0.00": func(o *offtake.OfferTerms) { o.Kind = offtake.OnDemand },
		"USD 6.40": func(o *offtake.OfferTerms) {
			f, _ := offtake.ParseFigure("80%")
			o.Other = []offtake.OtherTerm{{Key: offtake.TermTakeOrPay, Value: f}}
		},
	} {
		d = newDesk(t, caseBook())
		if got := idle("o", change); got != want {
			t.Errorf("an idle hour at USD 8.00 costs %s, want %s", got, want)
		}
	}
}

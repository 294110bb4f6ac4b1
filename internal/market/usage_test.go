package market_test

import (
	"strings"
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

// What names no cost is priced by what was agreed, or by the list; where two rates agree
// different prices, or nothing says one, its cost has to be written.
func TestUsageIsPriced(t *testing.T) {
	b := caseBook()
	rate := func(name, price string) offtake.Clause {
		return offtake.Clause{Name: offtake.ClauseName(name), Body: offtake.Rate{Provider: "azure", Scope: offtake.Scope{Accelerators: []offtake.Accelerator{"gb200"}}, Price: money(price)}}
	}
	b.Agreements[0].Clauses = append(b.Agreements[0].Clauses, rate("one", "USD 9"))
	b.Supplies = []offtake.Supply{{Name: "list", Provider: "azure", Offers: []offtake.SupplyOffer{{Accelerator: "h100", Kind: offtake.OnDemand, Price: money("USD 12")}}}}
	use := func(d *desk, total offtake.UsageTotal) (string, error) {
		total.Used = 3600
		if total.Day.IsZero() {
			total.Day = june(1)
		}
		before := d.m.Accounts().Spend()
		_, err := d.try("2025-06-04T00:00:00Z", "openai", "", offtake.UsageReport{Source: "m", Batch: "1", Totals: []offtake.UsageTotal{total}})
		cost, _ := d.m.Accounts().Spend().Sub(before).Round()
		return cost.String(), err
	}
	for _, c := range []struct {
		name  string
		total offtake.UsageTotal
		want  string // the cost, or a part of why not
	}{
		{"by the list", offtake.UsageTotal{Provider: "azure", Accelerator: "h100"}, "USD 12.00"},
		{"by what was agreed", offtake.UsageTotal{Provider: "azure", Accelerator: "gb200"}, "USD 9.00"},
		{"by what it says", offtake.UsageTotal{Provider: "azure", Accelerator: "gb200", Cost: money("USD 1")}, "USD 1.00"},
		{"by nothing", offtake.UsageTotal{Provider: "oci", Accelerator: "h100"}, "no rate and no list gives a price"},
		{"without an accelerator", offtake.UsageTotal{Provider: "azure"}, "neither a cost nor an accelerator"},
		{"before anything was agreed", offtake.UsageTotal{Provider: "azure", Accelerator: "h100", Day: offtake.Date{Year: 2019, Month: time.July, Day: 1}}, "lies before 2019-07-22T07:00:00Z, from when the first agreement"},
		{"of nobody's", offtake.UsageTotal{Provider: "nowhere", Accelerator: "h100"}, "nowhere"},
		{"ahead for what takes none", offtake.UsageTotal{Provider: "azure", Kind: offtake.ForPrepayment, Cost: money("USD 1"), For: offtake.ClauseRef{Agreement: "ms", Clause: "api"}}, "is not in force"},
	} {
		got, err := use(newDesk(t, b), c.total)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	b.Agreements[0].Clauses = append(b.Agreements[0].Clauses, rate("two", "USD 10"))
	if _, err := use(newDesk(t, b), offtake.UsageTotal{Provider: "azure", Accelerator: "gb200"}); err == nil || !strings.Contains(err.Error(), "two prices, USD 9 by ms/one and USD 10 by ms/two") {
		t.Errorf("with two rates: %v, want both named", err)
	}
}

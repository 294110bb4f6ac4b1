package drawdown_test

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
)

// The rules of real products that ../shared/data/facts.md names, as documented by their
// providers, one test each. Rules of reservations are tested with the market.

// macc is an Azure consumption commitment of USD 1,000 that ends with January 2025.
func macc(changes ...func(*offtake.Commitment)) drawdown.Commitment {
	return drawdown.New(ref("macc"), spend(append([]func(*offtake.Commitment){func(c *offtake.Commitment) {
		c.Counts, c.Period.Until = offtake.OnInvoice, on(31)
	}}, changes...)...), utc{})
}

func drawn(c *drawdown.Commitment, at int, charges ...drawdown.Charge) string {
	var l drawdown.Ledger
	for i := range charges {
		ch := &charges[i]
		ch.Facts = offtake.Facts{Provider: "azure"}
		if covers, extension := c.Covers(ch); covers && !extension {
			counted, _ := c.Counted(ch)
			l.Draw(c.Clause, drawdown.Entry{At: counted, Kind: ch.Kind, Service: ch.Service, Cost: cost(100)})
		}
	}
	s := c.Standing(&l, day(at))
	return brief(s.Drawn)
}

func TestAnAzureCommitmentDecrementsWhenTheInvoiceIsIssued(t *testing.T) {
	c := macc()
	used := drawdown.Charge{At: day(3), Invoiced: day(20)}
	if before, after := drawn(&c, 19, used), drawn(&c, 20, used); before != "0" || after != "100" {
		t.Errorf("drawn %s before the invoice and %s after it, want 0 and 100", before, after)
	}
}

func TestOfAnAzureMarketplaceAllOfThePretaxAmountDecrements(t *testing.T) {
	c := macc()
	if got := drawn(&c, 30, drawdown.Charge{At: day(3), Invoiced: day(4), Service: drawdown.Marketplace, Kind: offtake.ForPurchase},
		drawdown.Charge{At: day(3), Invoiced: day(4), Kind: offtake.ForTax}); got != "100" {
		t.Errorf("drawn %s by a purchase in the marketplace and its tax, want 100", got)
	}
}

func TestAzureCreditsDoNotCount(t *testing.T) {
	c := macc()
	var l drawdown.Ledger
	l.Draw(c.Clause, drawdown.Entry{At: day(4), Cost: cost(100)})
	l.Draw(c.Clause, drawdown.Entry{At: day(4), Kind: offtake.ForCredit, Cost: cost(-30)})
	if s := c.Standing(&l, day(5)); brief(s.Drawn) != "70" {
		t.Errorf("drawn %s by USD 100 of which USD 30 was paid by a credit, want 70", brief(s.Drawn))
	}
}

func TestAzurePrepaymentCountsWhenItIsBoughtAndNotWhenItIsUsed(t *testing.T) {
	c := macc(func(c *offtake.Commitment) {
		c.Prepayment = offtake.Prepayment{Amount: offtake.MoneyOf("USD", 100), By: on(5)}
	})
	if got := drawn(&c, 30, drawdown.Charge{At: day(2), Kind: offtake.ForPrepayment, For: ref("macc")},
		drawdown.Charge{At: day(3), Invoiced: day(9)}); got != "100" {
		t.Errorf("drawn %s, want the prepayment alone", got)
	}
}

func TestAnAzureCommitmentEndsWithTheLastDayOfAMonth(t *testing.T) {
	c := macc()
	last, next := time.Date(2025, 1, 31, 23, 59, 59, 0, time.UTC), time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC)
	if got := drawn(&c, 60, drawdown.Charge{At: day(3), Invoiced: last}, drawdown.Charge{At: day(3), Invoiced: next}); got != "100" {
		t.Errorf("drawn %s by what was invoiced on 31 January and on 1 February, want 100", got)
	}
}

func TestAzureMilestonesMayEachHaveAShortfall(t *testing.T) {
	c := macc(func(c *offtake.Commitment) {
		c.Milestones = []offtake.Milestone{
			{By: on(10), Amount: usd(300), Shortfall: offtake.ShortfallInvoice}, {By: on(20), Amount: usd(600), Shortfall: offtake.PrepayCredit},
		}
	})
	var l drawdown.Ledger
	l.Draw(c.Clause, drawdown.Entry{At: day(5), Cost: cost(100)})
	want := "drawn 100; remaining 900; settled 900; balance 300; 100 of 300, short 200, passed true; 100 of 600, short 300, passed true; " +
		"milestone missed 200 on day 10: invoice; milestone missed 300 on day 20: prepay_credit; missed 400 on day 31: invoice"
	if got := show(c.Standing(&l, day(31))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A statement of USD 250B and a million charges of USD 0.000000049 loses nothing.
func TestAMillionSmallChargesBesideALargeOne(t *testing.T) {
	c := drawdown.New(ref("large"), spend(func(c *offtake.Commitment) { c.Amount = usd(300_000_000_000) }), utc{})
	tiny, err := offtake.ParseMoney("USD 0.000000049")
	if err != nil {
		t.Fatal(err)
	}
	var l drawdown.Ledger
	l.Draw(c.Clause, drawdown.Entry{At: day(1), Cost: cost(250_000_000_000)})
	for i := range 1_000_000 {
		l.Draw(c.Clause, drawdown.Entry{At: day(1 + i%50), Service: []string{"", "storage"}[i%2], Cost: offtake.Accrued(tiny)})
	}
	s := c.Standing(&l, day(99))
	want, _ := offtake.ParseMoney("USD 250000000000.049")
	if s.Drawn.Cmp(offtake.Accrued(want)) != 0 {
		t.Errorf("drawn %s, want %s", s.Drawn, want)
	}
	rounded, residue := s.Drawn.Round()
	if less, _ := offtake.ParseMoney("USD -0.001"); rounded.String() != "USD 250000000000.05" || residue.Cmp(offtake.Accrued(less)) != 0 {
		t.Errorf("rounded %s, and %s is left; want USD 250000000000.05 and USD -0.001", rounded, residue)
	}
}

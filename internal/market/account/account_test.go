package account_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/drawdown/drawdowntest"
	"github.com/offtake-dev/offtake/internal/market/account"
	"pgregory.net/rapid"
)

var first = offtake.Date{Year: 2025, Month: time.January, Day: 1}

func day(n int) time.Time { return time.Date(2025, 1, 1+n, 0, 0, 0, 0, time.UTC) }

func on(n int) offtake.When { return offtake.When{Instant: day(n)} }

func dollars(n int64) offtake.Money { return offtake.MoneyOf("USD", n) }

// utc is a calendar of days in UTC.
type utc struct{}

func (utc) Resolve(w offtake.When) time.Time { return w.Instant }

func (utc) After(t time.Time, d offtake.Duration) time.Time { return t.Add(d.Time) }

// someCommitments overlap as often as not, and fill up.
func someCommitments(t *rapid.T) (all []drawdowntest.Commitment) {
	for i := range rapid.IntRange(1, 3).Draw(t, "commitments") {
		from := rapid.IntRange(0, 10).Draw(t, "from")
		c := drawdowntest.Commitment{
			Clause: offtake.ClauseRef{Agreement: "a", Clause: offtake.ClauseName(fmt.Sprint("c", i))},
			From:   from, Until: from + rapid.IntRange(5, 25).Draw(t, "days"), Amount: rapid.Int64Range(1, 30).Draw(t, "amount") * 100,
			Terms: offtake.Commitment{
				Provider: "azure", Measure: offtake.Spend, Counts: offtake.OnUsage, Order: int64(i),
				Shortfall: offtake.ShortfallInvoice, Carry: offtake.Carry{Rule: rapid.SampledFrom([]string{"none", "extend", "forward"}).Draw(t, "carry"), Cap: 200_000},
			},
		}
		if c.Terms.Carry.Rule != "forward" {
			c.Terms.Carry.Cap = 0
		}
		if rapid.Bool().Draw(t, "intervals") {
			c.Length = rapid.IntRange(2, 8).Draw(t, "interval")
			c.Terms.Interval = offtake.Duration{Unit: offtake.Elapsed, Time: time.Duration(c.Length) * 24 * time.Hour}
		}
		if rapid.Bool().Draw(t, "bounded") {
			c.Terms.Eligible.Purposes = []offtake.Purpose{rapid.SampledFrom([]offtake.Purpose{"training", "api"}).Draw(t, "eligible")}
		}
		c.Terms.Period = offtake.Period{From: on(c.From), Until: on(c.Until)}
		c.Terms.Amount = offtake.Amount{Money: dollars(c.Amount)}
		all = append(all, c)
	}
	return all
}

func bookOf(all []drawdowntest.Commitment) account.Book {
	var commitments []drawdown.Commitment
	for _, c := range all {
		commitments = append(commitments, drawdown.New(c.Clause, c.Terms, utc{}))
	}
	set := drawdown.NewSet(commitments)
	return account.Book{
		Currency: "USD", InForce: func(time.Time) *drawdown.Set { return set },
		Held:  func(offtake.ReservationID) *offtake.CapacityReserved { return nil },
		Known: func(offtake.UsageTotal) error { return nil },
		Price: func(offtake.UsageTotal) (offtake.Money, error) { return dollars(0), nil },
	}
}

// Whatever order charges arrive in and however they are corrected, in whatever batches,
// and wherever the books are restored from a snapshot: in the end each line draws where
// the dumb twin, which sees them all at once, has it. At every step a line is in one
// place.
func TestAccountsAgreeWithTheTwinInAnyOrder(t *testing.T) {
	contested := 0
	rapid.Check(t, func(t *rapid.T) {
		all := someCommitments(t)
		b := bookOf(all)
		type key struct {
			day     int
			purpose offtake.Purpose
		}
		sums := map[key]int64{}
		books, n := account.New(), 0
		for range rapid.IntRange(1, 6).Draw(t, "batches") {
			report := offtake.UsageReport{Source: "m", Batch: fmt.Sprint(n)}
			n++
			for range rapid.IntRange(1, 6).Draw(t, "totals") {
				k := key{rapid.IntRange(0, 40).Draw(t, "day"), rapid.SampledFrom([]offtake.Purpose{"training", "api"}).Draw(t, "purpose")}
				amount := rapid.Int64Range(1, 900).Draw(t, "dollars")
				if was := sums[k]; was > 0 && rapid.Bool().Draw(t, "corrected") {
					amount = -rapid.Int64Range(1, was).Draw(t, "back")
				}
				sums[k] += amount
				report.Totals = append(report.Totals, offtake.UsageTotal{Day: first.AddDays(k.day), Purpose: k.purpose, Provider: "azure", Cost: dollars(amount)})
			}
			events, err := books.Report(day(100), report, b)
			if err != nil {
				t.Fatal(err)
			}
			contested += len(events) - 1
			for _, e := range events {
				books.Apply(e)
			}
			if rapid.Bool().Draw(t, "restored") {
				books = account.Restore(books.Snapshot())
			}
			inOnePlace(t, books)
		}
		var charges []drawdowntest.Charge
		for k, amount := range sums {
			if amount != 0 {
				total := offtake.UsageTotal{Day: first.AddDays(k.day), Purpose: k.purpose, Provider: "azure"}
				charges = append(charges, drawdowntest.Charge{
					ID: string(account.LineOf(&total)), Day: k.day, Provider: "azure", Purpose: k.purpose, Amount: amount,
				})
			}
		}
		at := rapid.IntRange(0, 60).Draw(t, "at")
		want := drawdowntest.Stand(all, charges, at)
		for _, c := range b.InForce(day(0)).All() {
			s := c.Standing(books.Ledger(), day(at+1).Add(-1))
			w := want[c.Clause]
			for _, v := range []struct {
				name string
				got  offtake.Accrual
				want int64
			}{{"drawn", s.Drawn, w.Drawn}, {"beyond", s.Beyond, w.Beyond}, {"settled", s.Settled, w.Settled}, {"committed", s.Committed, w.Committed}} {
				if v.got.Cmp(offtake.Accrued(dollars(v.want))) != 0 {
					t.Fatalf("%s by day %d: %s %s, by the twin %d", c.Clause, at, v.name, v.got, v.want)
				}
			}
		}
	})
	if contested == 0 {
		t.Error("no line ever moved from one commitment to another")
	}
}

// inOnePlace holds the ledger against the lines: what commitments were charged is what
// the lines that draw on them come to.
func inOnePlace(t *rapid.T, books *account.Accounts) {
	want := map[offtake.ClauseRef]offtake.Accrual{}
	for _, l := range books.Lines(day(1000), func(l *account.Line) bool { return !l.Draws.IsZero() }) {
		want[l.Draws] = want[l.Draws].Add(l.Cost)
	}
	monthly := map[offtake.ClauseRef]offtake.Accrual{}
	for _, l := range books.Monthly(day(1000), true, func(*account.Line) bool { return true }) {
		monthly[l.Draws] = monthly[l.Draws].Add(l.Cost)
	}
	for ref, sum := range want {
		var got offtake.Accrual
		for _, e := range books.Ledger().Entries(ref) {
			got = got.Add(e.Cost)
		}
		if got.Cmp(sum) != 0 || monthly[ref].Cmp(sum) != 0 {
			t.Fatalf("%s was charged %s, its lines come to %s, by month to %s", ref, got, sum, monthly[ref])
		}
	}
}

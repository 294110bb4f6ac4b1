package drawdown_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/drawdown/drawdowntest"
	"pgregory.net/rapid"
)

var (
	providers = []offtake.ProviderName{"azure", "oci"}
	purposes  = []offtake.Purpose{"training", "api", "research"}
	services  = []string{"", "storage", "marketplace"}
)

// someCommitments are in dollars, by days, with everything a commitment may have.
func someCommitments(t *rapid.T) (all []drawdowntest.Commitment) {
	for i := range rapid.IntRange(1, 4).Draw(t, "commitments") {
		all = append(all, someCommitment(t, i))
	}
	return all
}

func someCommitment(t *rapid.T, i int) drawdowntest.Commitment {
	from := rapid.IntRange(0, 15).Draw(t, "from")
	until := from + rapid.IntRange(1, 30).Draw(t, "days")
	c := drawdowntest.Commitment{
		Clause: ref(fmt.Sprint("c", i)), From: from, Until: until, Amount: rapid.Int64Range(1, 200).Draw(t, "amount") * 20,
		Terms: offtake.Commitment{
			Provider: rapid.SampledFrom(providers).Draw(t, "provider"), Measure: offtake.Spend, Counts: offtake.OnUsage,
			Order: int64(i), Period: offtake.Period{From: on(from), Until: on(until)},
			Shortfall: rapid.SampledFrom([]offtake.Shortfall{offtake.ShortfallInvoice, offtake.PrepayCredit, offtake.Forfeit}).Draw(t, "shortfall"),
			Carry:     offtake.Carry{Rule: rapid.SampledFrom([]string{"none", "extend", "forward"}).Draw(t, "carry")},
		},
	}
	if c.Terms.Carry.Rule == "forward" {
		c.Terms.Carry.Cap = percent(rapid.Int64Range(0, 20).Draw(t, "carry cap") * 5)
	}
	if rapid.Bool().Draw(t, "intervals") {
		c.Length = rapid.IntRange(1, 12).Draw(t, "interval")
		c.Terms.Interval = offtake.Duration{Unit: offtake.Elapsed, Time: time.Duration(c.Length) * 24 * time.Hour}
	}
	if rapid.Bool().Draw(t, "bounded") {
		c.Terms.Eligible.Purposes = rapid.SliceOfN(rapid.SampledFrom(purposes), 1, 2).Draw(t, "eligible")
	}
	if rapid.Bool().Draw(t, "capped") {
		c.Terms.Caps = []offtake.ServiceCap{{Service: rapid.SampledFrom([]string{"compute", "marketplace"}).Draw(t, "capped service"), AtMost: percent(rapid.Int64Range(0, 20).Draw(t, "cap") * 5)}}
	}
	c.Terms.Amount = usd(c.Amount)
	for n, by := 0, from; n < rapid.IntRange(0, 2).Draw(t, "milestones") && by < until; n++ {
		by = rapid.IntRange(by+1, until).Draw(t, "by")
		due := rapid.Int64Range(1, c.Amount).Draw(t, "due")
		c.Due, c.Milestones = append(c.Due, by), append(c.Milestones, due)
		c.Terms.Milestones = append(c.Terms.Milestones, offtake.Milestone{
			By: on(by), Amount: usd(due),
			Shortfall: rapid.SampledFrom([]offtake.Shortfall{"", offtake.ShortfallInvoice, offtake.PrepayCredit, offtake.Forfeit}).Draw(t, "as"),
		})
	}
	return c
}

func someCharges(t *rapid.T, all []drawdowntest.Commitment) []drawdowntest.Charge {
	n := 0
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) drawdowntest.Charge {
		n++
		c := drawdowntest.Charge{
			ID: fmt.Sprintf("%04d", n), Day: rapid.IntRange(0, 60).Draw(t, "day"), Invoiced: -1,
			Provider: rapid.SampledFrom(providers).Draw(t, "provider"), Purpose: rapid.SampledFrom(purposes).Draw(t, "purpose"),
			Service: rapid.SampledFrom(services).Draw(t, "service"), Amount: rapid.Int64Range(1, 3000).Draw(t, "dollars"),
			Kind: rapid.SampledFrom([]offtake.ChargeKind{"", "", "", "", offtake.ForCredit, offtake.ForPrepayment}).Draw(t, "kind"),
		}
		switch c.Kind {
		case offtake.ForCredit:
			c.Amount = -c.Amount
		case offtake.ForPrepayment:
			of := rapid.SampledFrom(all).Draw(t, "for")
			c.For, c.Provider, c.Service = of.Clause, of.Terms.Provider, ""
		}
		return c
	}), 0, 40).Draw(t, "charges")
}

func real(all []drawdowntest.Commitment) (out []drawdown.Commitment) {
	for _, c := range all {
		out = append(out, drawdown.New(c.Clause, c.Terms, utc{}))
	}
	return out
}

// placed puts charges where they draw, each a line of its own.
func placed(all []drawdown.Commitment, charges []drawdowntest.Charge) *drawdown.Ledger {
	set := drawdown.NewSet(all)
	lines := make([]*drawdown.Line, 0, len(charges))
	for _, c := range charges {
		ch := drawdown.Charge{
			Kind: c.Kind, Service: c.Service, At: day(c.Day), For: c.For,
			Facts: offtake.Facts{Provider: c.Provider, Purposes: []offtake.Purpose{c.Purpose}},
		}
		lines = append(lines, &drawdown.Line{
			ID: c.ID, At: ch.At, Chain: drawdown.Chain(&ch, func(time.Time) *drawdown.Set { return set }),
			Amount: drawdown.Entry{Kind: c.Kind, Service: c.Service, Cost: cost(c.Amount)},
		})
	}
	var l drawdown.Ledger
	drawdown.Place(lines, &l)
	for _, line := range lines {
		if line.Draws != (offtake.ClauseRef{}) {
			e := line.Amount
			e.At = line.DrawnAt
			l.Draw(line.Draws, e)
		}
	}
	return &l
}

// Drawdown agrees with its dumb twin, whatever the order of arrival; nothing is
// counted twice and nothing is lost.
func TestDrawdownAgreesWithItsTwinInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := someCommitments(t)
		charges := someCharges(t, all)
		at := rapid.IntRange(0, 80).Draw(t, "at")
		commitments := real(all)
		l := placed(commitments, charges)
		shuffled := placed(real(rapid.Permutation(all).Draw(t, "commitments shuffled")), rapid.Permutation(charges).Draw(t, "charges shuffled"))
		want := drawdowntest.Stand(all, charges, at)
		for i := range commitments {
			c := &commitments[i]
			s := c.Standing(l, day(at))
			if got, again := show(s), show(c.Standing(shuffled, day(at))); got != again {
				t.Fatalf("%s: %s, and in another order %s", c.Clause, got, again)
			}
			holds(t, &s)
			if got, want := whole(&s), told(want[c.Clause]); got != want {
				t.Fatalf("%s at day %d:\n got %s\nwant %s", c.Clause, at, got, want)
			}
		}
	})
}

// holds are the sums that hold at any instant.
func holds(t *rapid.T, s *drawdown.Standing) {
	if sum := s.Drawn.Add(s.Remaining); sum.Cmp(s.Committed) != 0 {
		t.Fatalf("%s: drawn and remaining are %s, committed %s", s.Clause, sum, s.Committed)
	}
	sum := s.Drawn.Add(s.Beyond).Add(s.Carried).Add(s.OverCaps).Add(s.PaidAhead)
	if sum.Cmp(s.Charged) != 0 {
		t.Fatalf("%s: %s adds up to %s, charged %s", s.Clause, show(*s), sum, s.Charged)
	}
}

func whole(s *drawdown.Standing) string {
	out := ""
	for _, a := range []offtake.Accrual{s.Committed, s.Drawn, s.Beyond, s.Carried, s.OverCaps, s.PaidAhead, s.Settled, s.Balance} {
		out += " " + brief(a)
	}
	for _, m := range s.Missed {
		out += fmt.Sprintf("; missed %s by %d", brief(m.Amount), int(m.At.Sub(day(0)).Hours()/24))
	}
	return out
}

func told(s drawdowntest.Standing) string {
	out := ""
	for _, n := range []int64{s.Committed, s.Drawn, s.Beyond, s.Carried, s.OverCaps, s.PaidAhead, s.Settled, s.Balance} {
		out += " " + brief(cost(n))
	}
	for _, m := range s.Missed {
		out += fmt.Sprintf("; missed %s by %d", brief(cost(m.Amount)), m.Day)
	}
	return out
}

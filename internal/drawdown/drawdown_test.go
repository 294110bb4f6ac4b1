package drawdown_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"pgregory.net/rapid"
)

func day(n int) time.Time { return time.Date(2025, 1, 1+n, 0, 0, 0, 0, time.UTC) }

func on(n int) offtake.When { return offtake.When{Instant: day(n)} }

func utc(w offtake.When) time.Time { return w.Instant }

func ref(name string) offtake.ClauseRef {
	return offtake.ClauseRef{Agreement: "msft", Clause: offtake.ClauseName(name)}
}

func usd(n int64) offtake.Amount { return offtake.Amount{Money: offtake.MoneyOf("USD", n)} }

func cost(dollars int64) offtake.Accrual { return offtake.Accrued(offtake.MoneyOf("USD", dollars)) }

// spend is a commitment of USD 1,000 to Azure for the first hundred days.
func spend() offtake.Commitment {
	return offtake.Commitment{
		Provider: "azure", Measure: offtake.Spend, Amount: usd(1000), Counts: offtake.OnUsage,
		Period: offtake.Period{From: on(0), Until: on(100)}, Shortfall: offtake.ShortfallInvoice,
		Carry: offtake.Carry{Rule: "none"},
	}
}

func show(s drawdown.Standing) string {
	out := fmt.Sprintf("drawn %s, remaining %s, beyond %s", brief(s.Drawn), brief(s.Remaining), brief(s.Beyond))
	for _, m := range s.Milestones {
		out += fmt.Sprintf("; %s of %s, short %s, passed %t", brief(m.Drawn), brief(m.Due), brief(m.Short), m.Passed)
	}
	return out
}

// brief writes 1000 for USD 1000.000000.
func brief(a offtake.Accrual) string {
	return strings.TrimSuffix(strings.TrimPrefix(a.String(), "USD "), ".000000")
}

func TestACommitmentStands(t *testing.T) {
	milestones := spend()
	milestones.Milestones = []offtake.Milestone{
		{By: on(10), Amount: usd(300), Shortfall: offtake.ShortfallInvoice},
		{By: on(20), Amount: usd(800), Shortfall: offtake.ShortfallInvoice},
	}
	hours := spend()
	hours.Measure, hours.Amount = offtake.GPUHours, offtake.Amount{Quantity: 10}
	type draw struct {
		day     int
		dollars int64
		seconds int64
	}
	for _, c := range []struct {
		name  string
		terms offtake.Commitment
		draws []draw
		at    int
		want  string
	}{
		{"untouched before anything is charged", spend(), nil, 5, "drawn 0, remaining 1000, beyond 0"},
		{"drawn by what was charged up to now", spend(), []draw{{1, 100, 0}, {5, 50, 0}, {6, 25, 0}}, 5, "drawn 150, remaining 850, beyond 0"},
		{"full to the last dollar", spend(), []draw{{1, 600, 0}, {2, 400, 0}}, 5, "drawn 1000, remaining 0, beyond 0"},
		{"drawn no further than it was promised", spend(), []draw{{1, 600, 0}, {2, 600, 0}}, 5, "drawn 1000, remaining 0, beyond 200"},
		{"by the hour, whatever it cost", hours, []draw{{1, 99, 3600}, {2, 1, 1800}}, 5, "drawn 1.500000, remaining 8.500000, beyond 0"},
		{"short of a milestone that has passed", milestones, []draw{{1, 100, 0}, {9, 150, 0}}, 15,
			"drawn 250, remaining 750, beyond 0; 250 of 300, short 50, passed true; 250 of 800, short 550, passed false"},
		{"at a milestone to the dollar", milestones, []draw{{1, 300, 0}}, 10,
			"drawn 300, remaining 700, beyond 0; 300 of 300, short 0, passed true; 300 of 800, short 500, passed false"},
		{"too late for a milestone, by a charge dated on it", milestones, []draw{{9, 299, 0}, {10, 500, 0}}, 30,
			"drawn 799, remaining 201, beyond 0; 299 of 300, short 1, passed true; 799 of 800, short 1, passed true"},
	} {
		var l drawdown.Ledger
		com := drawdown.New(ref("spend"), c.terms, utc)
		for _, d := range c.draws {
			l.Draw(com.Clause, day(d.day), com.Amount(cost(d.dollars), d.seconds))
		}
		if got := show(com.Standing(&l, day(c.at))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestAChargeDrawsOnOneCommitment(t *testing.T) {
	training := spend()
	training.Order = 1
	training.Eligible.Purposes = []offtake.Purpose{"training"}
	everything := spend()
	everything.Order = 2
	later := spend()
	later.Order, later.Period = 3, offtake.Period{From: on(100)}
	storage := spend()
	storage.Services = []string{"storage"}
	set := drawdown.NewSet([]drawdown.Commitment{
		drawdown.New(ref("later"), later, utc),
		drawdown.New(ref("everything"), everything, utc),
		drawdown.New(ref("storage"), storage, utc),
		drawdown.New(ref("training"), training, utc),
	})
	azure := offtake.Facts{Provider: "azure"}
	work := func(p offtake.Purpose) offtake.Facts {
		return offtake.Facts{Provider: "azure", Purposes: []offtake.Purpose{p}}
	}
	for _, c := range []struct {
		name  string
		facts offtake.Facts
		day   int
		want  string
	}{
		{"training draws on the commitment with the lower order", work("training"), 1, "training"},
		{"the API draws on the only one that covers it", work("api"), 1, "everything"},
		{"a charge nobody knows the purpose of draws on no commitment for one", azure, 1, "everything"},
		{"another provider's charge draws on none", offtake.Facts{Provider: "oci", Purposes: []offtake.Purpose{"training"}}, 1, "none"},
		{"nothing is drawn before the period", work("training"), -1, "none"},
		{"on the day a period ends the next one is drawn", work("training"), 100, "later"},
	} {
		got := "none"
		if com := set.Draws(c.facts, day(c.day)); com != nil {
			got = string(com.Clause.Clause)
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWhatCannotBeCarriedOutYetIsRefused(t *testing.T) {
	for _, c := range []struct {
		want   string // what stands in the way; "" for nothing
		change func(*offtake.Commitment)
	}{
		{"", func(*offtake.Commitment) {}},
		{"", func(c *offtake.Commitment) { c.Measure = offtake.GPUHours }},
		{"", func(c *offtake.Commitment) { c.Services = []string{"compute", "storage"} }},
		{"", func(c *offtake.Commitment) { c.Milestones = []offtake.Milestone{{By: on(1), Amount: usd(1)}} }},
		{"measure: capacity", func(c *offtake.Commitment) { c.Measure = offtake.CapacityTaken }},
		{"interval: P1Y", func(c *offtake.Commitment) { c.Interval = offtake.Duration{Unit: offtake.Years, Count: 1} }},
		{"counts: invoice", func(c *offtake.Commitment) { c.Counts = offtake.OnInvoice }},
		{"counts: purchase", func(c *offtake.Commitment) { c.Counts = offtake.OnPurchase }},
		{"carry: forward", func(c *offtake.Commitment) { c.Carry = offtake.Carry{Rule: "forward", Cap: 100_000} }},
		{"carry: extend", func(c *offtake.Commitment) { c.Carry = offtake.Carry{Rule: "extend"} }},
		{"caps", func(c *offtake.Commitment) { c.Caps = []offtake.ServiceCap{{Service: "marketplace", AtMost: 250_000}} }},
		{"prepayment", func(c *offtake.Commitment) { c.Prepayment.Amount = offtake.MoneyOf("USD", 1) }},
		{"cancel", func(c *offtake.Commitment) { c.Cancel.Allowed = true }},
		{"for", func(c *offtake.Commitment) { c.For = []offtake.ClauseName{"abilene"} }},
		{"counts: invoice, caps", func(c *offtake.Commitment) {
			c.Counts = offtake.OnInvoice
			c.Caps = []offtake.ServiceCap{{Service: "marketplace", AtMost: 250_000}}
		}},
	} {
		terms := spend()
		c.change(&terms)
		err := drawdown.Supported(ref("spend"), offtake.Clause{Body: terms, Pos: offtake.Pos{File: "a.yaml", Line: 3, Col: 5}})
		if c.want == "" {
			if err != nil {
				t.Errorf("Supported refuses %v, want nothing", err)
			}
			continue
		}
		want := fmt.Sprintf("a.yaml:3:5: commitment %q has %s: not supported yet", "msft/spend", c.want)
		if err == nil || err.Error() != want || offtake.KindOf(err) != offtake.NotSupported {
			t.Errorf("Supported: %v\nwant %s", err, want)
		}
	}
	if err := drawdown.Supported(ref("rate"), offtake.Clause{Body: offtake.Rate{}}); err != nil {
		t.Errorf("Supported refuses a rate: %v", err)
	}
}

// charge is one random charge and where the naive twin would put it.
type charge struct {
	facts   offtake.Facts
	at      time.Time
	dollars int64
	seconds int64
}

var (
	providers = []offtake.ProviderName{"azure", "oci"}
	purposes  = []offtake.Purpose{"training", "api", "research"}
)

func someCommitments(t *rapid.T) []drawdown.Commitment {
	var all []drawdown.Commitment
	for i := range rapid.IntRange(0, 4).Draw(t, "commitments") {
		from := rapid.IntRange(0, 20).Draw(t, "from")
		terms := offtake.Commitment{
			Provider: rapid.SampledFrom(providers).Draw(t, "provider"),
			Measure:  rapid.SampledFrom([]offtake.Measure{offtake.Spend, offtake.GPUHours}).Draw(t, "measure"),
			Order:    int64(i),
			Period:   offtake.Period{From: on(from), Until: on(from + rapid.IntRange(1, 30).Draw(t, "days"))},
			Milestones: []offtake.Milestone{
				{By: on(rapid.IntRange(0, 40).Draw(t, "by")), Amount: offtake.Amount{Money: offtake.MoneyOf("USD", 50), Quantity: 50}},
			},
		}
		n := rapid.Int64Range(1, 200).Draw(t, "amount")
		terms.Amount = offtake.Amount{Quantity: n}
		if terms.Measure == offtake.Spend {
			terms.Amount = usd(n)
		}
		if rapid.Bool().Draw(t, "bounded") {
			terms.Eligible.Purposes = rapid.SliceOfN(rapid.SampledFrom(purposes), 1, 2).Draw(t, "eligible")
		}
		all = append(all, drawdown.New(ref(fmt.Sprint("c", i)), terms, utc))
	}
	return all
}

func someCharges(t *rapid.T) []charge {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) charge {
		return charge{
			facts: offtake.Facts{
				Provider: rapid.SampledFrom(providers).Draw(t, "provider"),
				Purposes: []offtake.Purpose{rapid.SampledFrom(purposes).Draw(t, "purpose")},
			},
			at:      day(rapid.IntRange(0, 50).Draw(t, "day")),
			dollars: rapid.Int64Range(0, 99).Draw(t, "dollars"),
			seconds: rapid.Int64Range(0, 99_999).Draw(t, "seconds"),
		}
	}), 0, 30).Draw(t, "charges")
}

// The dumb twin keeps a list of charges per commitment and adds them up in
// dollars and seconds. Nothing is drawn twice, whatever the order of arrival.
func TestDrawdownAgreesWithItsTwinInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, charges := someCommitments(t), someCharges(t)
		at := day(rapid.IntRange(0, 60).Draw(t, "at"))
		var l, shuffled drawdown.Ledger
		put(&l, all, charges)
		put(&shuffled, rapid.Permutation(all).Draw(t, "commitments shuffled"), rapid.Permutation(charges).Draw(t, "charges shuffled"))
		for i := range all {
			got := all[i].Standing(&l, at)
			if again := all[i].Standing(&shuffled, at); show(got) != show(again) {
				t.Fatalf("%s: %s, and in another order %s", got.Clause, show(got), show(again))
			}
			if sum := got.Drawn.Add(got.Remaining); sum.Cmp(got.Committed) != 0 {
				t.Fatalf("%s: drawn and remaining are %s, committed %s", got.Clause, sum, got.Committed)
			}
			if want := twin(all, i, charges, at); got.Drawn.Add(got.Beyond).Cmp(want) != 0 {
				t.Fatalf("%s: charged %s, want %s", got.Clause, got.Drawn.Add(got.Beyond), want)
			}
			m := got.Milestones[0]
			if want := twin(all, i, charges, earlier(at, m.By.Add(-1))); m.Drawn.Cmp(want) != 0 {
				t.Fatalf("%s: drawn by the milestone %s, want %s", got.Clause, m.Drawn, want)
			}
		}
	})
}

func put(l *drawdown.Ledger, all []drawdown.Commitment, charges []charge) {
	set := drawdown.NewSet(all)
	for _, c := range charges {
		if com := set.Draws(c.facts, c.at); com != nil {
			l.Draw(com.Clause, c.at, com.Amount(cost(c.dollars), c.seconds))
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// twin adds up what commitment i was charged by an instant.
func twin(all []drawdown.Commitment, i int, charges []charge, at time.Time) offtake.Accrual {
	var dollars, seconds int64
	for _, c := range charges {
		taken := c.at.After(at)
		for j := range all {
			terms := all[j].Terms
			eligible := terms.Provider == c.facts.Provider &&
				!c.at.Before(terms.Period.From.Instant) && c.at.Before(terms.Period.Until.Instant) &&
				(terms.Eligible.Purposes == nil || strings.Contains(fmt.Sprint(terms.Eligible.Purposes), string(c.facts.Purposes[0])))
			if eligible && !taken && j == i {
				dollars, seconds = dollars+c.dollars, seconds+c.seconds
			}
			taken = taken || eligible
		}
	}
	if all[i].Terms.Measure == offtake.GPUHours {
		return offtake.Accrue(offtake.MoneyOf("", 1), seconds)
	}
	return cost(dollars)
}

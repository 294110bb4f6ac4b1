package drawdown_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
)

func day(n int) time.Time { return time.Date(2025, 1, 1+n, 0, 0, 0, 0, time.UTC) }

func on(n int) offtake.When { return offtake.When{Instant: day(n)} }

// utc is a calendar of whole days and months in UTC.
type utc struct{}

func (utc) Resolve(w offtake.When) time.Time { return w.Instant }

func (utc) After(t time.Time, d offtake.Duration) time.Time {
	switch d.Unit {
	case offtake.Elapsed:
		return t.Add(d.Time)
	case offtake.Months:
		return t.AddDate(0, d.Count, 0)
	case offtake.Years:
		return t.AddDate(d.Count, 0, 0)
	}
	return t.AddDate(0, 0, d.Count)
}

func ref(name string) offtake.ClauseRef {
	return offtake.ClauseRef{Agreement: "msft", Clause: offtake.ClauseName(name)}
}

func usd(n int64) offtake.Amount { return offtake.Amount{Money: offtake.MoneyOf("USD", n)} }

func cost(dollars int64) offtake.Accrual { return offtake.Accrued(offtake.MoneyOf("USD", dollars)) }

func percent(n int64) offtake.Percent { return offtake.Percent(n * 10_000) }

// spend is a commitment of USD 1,000 to Azure for the first hundred days.
func spend(changes ...func(*offtake.Commitment)) offtake.Commitment {
	c := offtake.Commitment{
		Provider: "azure", Measure: offtake.Spend, Amount: usd(1000), Counts: offtake.OnUsage,
		Period: offtake.Period{From: on(0), Until: on(100)}, Shortfall: offtake.ShortfallInvoice,
		Carry: offtake.Carry{Rule: "none"},
	}
	for _, change := range changes {
		change(&c)
	}
	return c
}

// show tells of a standing what is not nothing.
func show(s drawdown.Standing) string {
	out := []string{"drawn " + brief(s.Drawn), "remaining " + brief(s.Remaining)}
	for _, v := range []struct {
		name   string
		amount offtake.Accrual
	}{
		{"beyond", s.Beyond}, {"carried", s.Carried}, {"over caps", s.OverCaps}, {"paid ahead", s.PaidAhead},
		{"settled", s.Settled}, {"balance", s.Balance},
	} {
		if !v.amount.IsZero() {
			out = append(out, v.name+" "+brief(v.amount))
		}
	}
	for _, m := range s.Milestones {
		out = append(out, fmt.Sprintf("%s of %s, short %s, passed %t", brief(m.Drawn), brief(m.Due), brief(m.Short), m.Passed))
	}
	for _, m := range s.Missed {
		what := "missed"
		if m.Milestone {
			what = "milestone missed"
		}
		out = append(out, fmt.Sprintf("%s %s on day %d: %s", what, brief(m.Amount), int(m.At.Sub(day(0)).Hours()/24), m.As))
	}
	return strings.Join(out, "; ")
}

// brief writes 1000 for USD 1000.000000.
func brief(a offtake.Accrual) string {
	return strings.TrimSuffix(strings.TrimPrefix(a.String(), "USD "), ".000000")
}

type drawing struct {
	day     int
	dollars int64
	what    string // prepayment, credit, a service, or "H" and accelerator-hours used and "I" not used
}

func (d drawing) entry() drawdown.Entry {
	e := drawdown.Entry{At: day(d.day), Cost: cost(d.dollars)}
	switch {
	case d.what == "prepayment" || d.what == "credit":
		e.Kind = offtake.ChargeKind(d.what)
	case strings.HasPrefix(d.what, "H"):
		var used, unused int64
		fmt.Sscanf(d.what, "H%d I%d", &used, &unused)
		e.Used, e.Unused = used*3600, unused*3600
	default:
		e.Service = d.what
	}
	return e
}

func TestACommitmentStands(t *testing.T) {
	milestones := func(first offtake.Shortfall) func(*offtake.Commitment) {
		return func(c *offtake.Commitment) {
			c.Milestones = []offtake.Milestone{{By: on(10), Amount: usd(300), Shortfall: first}, {By: on(20), Amount: usd(800)}}
		}
	}
	shortfall := func(s offtake.Shortfall) func(*offtake.Commitment) {
		return func(c *offtake.Commitment) { c.Shortfall = s }
	}
	hours := func(c *offtake.Commitment) {
		c.Measure, c.Amount = offtake.GPUHours, offtake.Amount{Quantity: 10}
	}
	capacity := func(c *offtake.Commitment) {
		c.Measure, c.Amount, c.Period.Until = offtake.CapacityTaken, offtake.Amount{Quantity: 2}, on(1)
		c.Interval = offtake.Duration{Unit: offtake.Elapsed, Time: time.Hour}
	}
	monthly := func(c *offtake.Commitment) {
		c.Interval, c.Amount, c.Period.Until = offtake.Duration{Unit: offtake.Months, Count: 1}, usd(100), on(90) // January, February, March
	}
	carry := func(rule string, cap int64) func(*offtake.Commitment) {
		return func(c *offtake.Commitment) { c.Carry = offtake.Carry{Rule: rule, Cap: percent(cap)} }
	}
	marketplace := func(c *offtake.Commitment) {
		c.Caps = []offtake.ServiceCap{{Service: drawdown.Marketplace, AtMost: percent(25)}}
	}
	ahead := func(c *offtake.Commitment) {
		c.Prepayment = offtake.Prepayment{Amount: offtake.MoneyOf("USD", 400), By: on(1)}
	}
	for _, c := range []struct {
		name  string
		terms offtake.Commitment
		draws []drawing
		at    int
		want  string
	}{
		{"untouched before anything is charged", spend(), nil, 5, "drawn 0; remaining 1000"},
		{"drawn by what was charged up to now", spend(), []drawing{{1, 100, ""}, {5, 50, ""}, {6, 25, ""}}, 5, "drawn 150; remaining 850"},
		{"full to the last dollar", spend(), []drawing{{1, 600, ""}, {2, 400, ""}}, 5, "drawn 1000; remaining 0"},
		{"drawn no further than it was promised", spend(), []drawing{{1, 600, ""}, {2, 600, ""}}, 5, "drawn 1000; remaining 0; beyond 200"},
		{"by the hour, whatever it cost", spend(hours), []drawing{{1, 99, "H1"}, {2, 1, "H2"}}, 5, "drawn 3; remaining 7"},
		{"missed at its end", spend(), []drawing{{1, 600, ""}}, 100, "drawn 600; remaining 400; settled 400; missed 400 on day 100: invoice"},
		{"forfeited at its end", spend(shortfall(offtake.Forfeit)), []drawing{{1, 600, ""}}, 100, "drawn 600; remaining 400; settled 400; missed 400 on day 100: forfeit"},
		{"not missed the instant before", spend(), []drawing{{99, 1000, ""}}, 99, "drawn 1000; remaining 0"},

		{"short of a milestone that has passed, which bills nothing", spend(milestones("")), []drawing{{1, 100, ""}, {9, 150, ""}}, 15,
			"drawn 250; remaining 750; 250 of 300, short 50, passed true; 250 of 800, short 550, passed false"},
		{"at a milestone to the dollar", spend(milestones("")), []drawing{{1, 300, ""}}, 10,
			"drawn 300; remaining 700; 300 of 300, short 0, passed true; 300 of 800, short 500, passed false"},
		{"too late for a milestone, by a charge dated on it", spend(milestones("")), []drawing{{9, 299, ""}, {10, 500, ""}}, 30,
			"drawn 799; remaining 201; 299 of 300, short 1, passed true; 799 of 800, short 1, passed true"},
		{"what a milestone billed is not billed again", spend(milestones(offtake.ShortfallInvoice)), []drawing{{1, 100, ""}, {15, 600, ""}}, 100,
			"drawn 700; remaining 300; settled 300; 100 of 300, short 200, passed true; 700 of 800, short 0, passed true; " +
				"milestone missed 200 on day 10: invoice; missed 100 on day 100: invoice"},
		{"a milestone's credit pays for what comes", spend(milestones(offtake.PrepayCredit)), []drawing{{1, 100, ""}, {15, 300, ""}}, 30,
			"drawn 200; remaining 800; paid ahead 200; settled 200; 100 of 300, short 200, passed true; 200 of 800, short 400, passed true; " +
				"milestone missed 200 on day 10: prepay_credit"},

		{"a month at a time", spend(monthly), []drawing{{1, 100, ""}, {40, 60, ""}}, 60, "drawn 160; remaining 140; settled 40; missed 40 on day 59: invoice"},
		{"a month's surplus is not the next one's", spend(monthly), []drawing{{1, 150, ""}, {40, 60, ""}}, 45, "drawn 160; remaining 140; beyond 50"},
		{"a surplus carried forward, up to its cap", spend(monthly, carry("forward", 30)), []drawing{{1, 150, ""}}, 40, "drawn 130; remaining 170; beyond 20"},
		{"a surplus that waits to be carried", spend(monthly, carry("forward", 30)), []drawing{{1, 120, ""}}, 20, "drawn 100; remaining 200; carried 20"},
		{"a rest taken in the next month", spend(monthly, carry("extend", 0)), []drawing{{1, 60, ""}, {40, 130, ""}}, 45, "drawn 190; remaining 110"},
		{"a rest taken in the month after the last", spend(monthly, carry("extend", 0)), []drawing{{1, 100, ""}, {40, 100, ""}, {70, 30, ""}, {95, 50, ""}}, 130,
			"drawn 280; remaining 20; settled 20; missed 20 on day 120: invoice"},
		{"capacity, hour by hour", spend(capacity), []drawing{{0, 0, "H1 I1"}}, 0, "drawn 2; remaining 46"},

		{"one service draws no more than its cap", spend(marketplace), []drawing{{1, 200, "marketplace"}, {2, 200, "marketplace"}, {3, 100, ""}}, 5,
			"drawn 350; remaining 650; over caps 150"},
		{"a prepayment counts, and what is paid from it does not", spend(ahead), []drawing{{1, 400, "prepayment"}, {2, 300, ""}, {3, 300, ""}}, 5,
			"drawn 600; remaining 400; paid ahead 400"},
		{"what was charged before the prepayment is not paid from it", spend(ahead), []drawing{{0, 100, ""}, {1, 400, "prepayment"}}, 5,
			"drawn 500; remaining 500; balance 400"},
		{"a credit takes back what a charge had drawn", spend(), []drawing{{1, 100, ""}, {2, -30, "credit"}}, 5, "drawn 70; remaining 930"},
	} {
		var l drawdown.Ledger
		com := drawdown.New(ref("spend"), c.terms, utc{})
		for _, d := range c.draws {
			l.Draw(com.Clause, d.entry())
		}
		if got := show(com.Standing(&l, day(c.at))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestACancelledPartIsNotOwed(t *testing.T) {
	com := drawdown.New(ref("spend"), spend(), utc{})
	var l drawdown.Ledger
	l.Draw(com.Clause, drawing{1, 300, ""}.entry())
	l.Reduce(com.Clause, drawdown.Reduction{At: day(50), Amount: cost(600)})
	if got, want := show(com.Standing(&l, day(49))), "drawn 300; remaining 700"; got != want {
		t.Errorf("before: %s, want %s", got, want)
	}
	if got, want := show(com.Standing(&l, day(100))), "drawn 300; remaining 100; settled 100; missed 100 on day 100: invoice"; got != want {
		t.Errorf("at the end: %s, want %s", got, want)
	}
	monthly := drawdown.New(ref("spend"), spend(func(c *offtake.Commitment) {
		c.Interval, c.Period.Until = offtake.Duration{Unit: offtake.Months, Count: 1}, on(90)
	}), utc{})
	if got, want := show(monthly.Standing(&l, day(60))), "drawn 300; remaining 2100; settled 1700; missed 700 on day 31: invoice; missed 1000 on day 59: invoice"; got != want {
		t.Errorf("of the months that begin after it: %s, want %s", got, want)
	}
}

func TestAChargeDrawsOnOneCommitment(t *testing.T) {
	training := spend(func(c *offtake.Commitment) {
		c.Order = 1
		c.Eligible.Purposes = []offtake.Purpose{"training"}
	})
	everything := spend(func(c *offtake.Commitment) { c.Order = 2 })
	later := spend(func(c *offtake.Commitment) { c.Order, c.Period = 3, offtake.Period{From: on(100)} })
	storage := spend(func(c *offtake.Commitment) { c.Services = []string{"storage"} })
	set := drawdown.NewSet([]drawdown.Commitment{
		drawdown.New(ref("later"), later, utc{}),
		drawdown.New(ref("everything"), everything, utc{}),
		drawdown.New(ref("storage"), storage, utc{}),
		drawdown.New(ref("training"), training, utc{}),
	})
	work := func(p offtake.Purpose) drawdown.Charge {
		return drawdown.Charge{Facts: offtake.Facts{Provider: "azure", Purposes: []offtake.Purpose{p}}}
	}
	for _, c := range []struct {
		name   string
		charge drawdown.Charge
		day    int
		full   string
		want   string
	}{
		{"training draws on the commitment with the lower order", work("training"), 1, "", "training"},
		{"on the next one when that is full", work("training"), 1, "training", "everything"},
		{"on the first where all are full", work("training"), 1, "training everything", "training"},
		{"the API draws on the only one that covers it", work("api"), 1, "", "everything"},
		{"a charge nobody knows the purpose of draws on no commitment for one", drawdown.Charge{Facts: offtake.Facts{Provider: "azure"}}, 1, "", "everything"},
		{"another provider's charge draws on none", drawdown.Charge{Facts: offtake.Facts{Provider: "oci", Purposes: []offtake.Purpose{"training"}}}, 1, "", "none"},
		{"tax draws on none", drawdown.Charge{Kind: offtake.ForTax, Facts: offtake.Facts{Provider: "azure"}}, 1, "", "none"},
		{"storage draws on the one for it", drawdown.Charge{Service: "storage", Facts: offtake.Facts{Provider: "azure"}}, 1, "", "storage"},
		{"nothing is drawn before the period", work("training"), -1, "", "none"},
		{"on the day a period ends the next one is drawn", work("training"), 100, "", "later"},
	} {
		c.charge.At = day(c.day)
		got := "none"
		if com := set.Draws(&c.charge, func(o *drawdown.Commitment) bool { return strings.Contains(c.full, string(o.Clause.Clause)) }); com != nil {
			got = string(com.Clause.Clause)
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// The date at which a commitment counts is its own.
func TestWhatCounts(t *testing.T) {
	counting := func(c offtake.Counts) drawdown.Commitment {
		return drawdown.New(ref("spend"), spend(func(t *offtake.Commitment) { t.Counts = c }), utc{})
	}
	azure := offtake.Facts{Provider: "azure"}
	used := drawdown.Charge{At: day(5), Facts: azure}
	billed := drawdown.Charge{At: day(5), Invoiced: day(40), Facts: azure}
	bought := drawdown.Charge{At: day(5), Kind: offtake.ForPurchase, Facts: azure}
	ahead := drawdown.Charge{At: day(5), Kind: offtake.ForPrepayment, Facts: azure, For: ref("spend")}
	others := drawdown.Charge{At: day(5), Kind: offtake.ForPrepayment, Facts: azure, For: ref("other")}
	for _, c := range []struct {
		name   string
		counts offtake.Counts
		charge drawdown.Charge
		want   int // day; -1: never
	}{
		{"usage when it happens", offtake.OnUsage, used, 5},
		{"usage when it happens, though it is billed", offtake.OnUsage, billed, 5},
		{"no purchase under usage, whose use will count", offtake.OnUsage, bought, -1},
		{"nothing under invoice until it is billed", offtake.OnInvoice, used, -1},
		{"what is billed when it is billed", offtake.OnInvoice, billed, 40},
		{"a purchase when it is made", offtake.OnPurchase, bought, 5},
		{"no usage under purchase", offtake.OnPurchase, billed, -1},
		{"a prepayment whatever counts", offtake.OnInvoice, ahead, 5},
		{"no prepayment of another", offtake.OnUsage, others, -1},
	} {
		com := counting(c.counts)
		got := -1
		if at, ok := com.Counted(&c.charge); ok {
			got = int(at.Sub(day(0)).Hours() / 24)
		}
		if got != c.want {
			t.Errorf("%s: day %d, want %d", c.name, got, c.want)
		}
	}
}

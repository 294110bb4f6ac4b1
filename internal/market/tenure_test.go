package market_test

import (
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
)

func dated(s string) offtake.When {
	w, err := offtake.ParseWhen(s)
	if err != nil {
		panic(err)
	}
	return w
}

// rampedBook is the book of the case with capacity in two steps, which a commitment
// stands for.
func rampedBook() *offtake.Book {
	b := caseBook()
	spend := b.Agreements[0].Clauses[2].Body.(offtake.Commitment)
	spend.Order, spend.HasOrder = 2, true
	b.Agreements[0].Clauses[2].Body = spend
	b.Agreements[0].Clauses = append(b.Agreements[0].Clauses, offtake.Clause{Name: "ramped", Body: offtake.Reservation{
		Provider: "azure", Accelerator: "gb200", Quantity: 144, Region: "us-east",
		Window: offtake.Period{From: dated("2025-08-01"), Until: dated("2025-12-31")}, EndsAt: "11:30Z",
		Price: money("USD 10"), UnusedCharge: offtake.One,
		Ramp:     []offtake.RampStep{{On: dated("2025-08-01"), Quantity: 72}, {On: dated("2025-10-01"), Quantity: 144}},
		Delivery: offtake.Delivery{Tolerance: offtake.Duration{Unit: offtake.Days, Count: 2}, LongStop: dated("2025-11-01"), Damages: offtake.Damages{PerDay: money("USD 1000"), Cap: money("USD 5000")}},
		Extend:   offtake.Extend{Step: offtake.Duration{Unit: offtake.Months, Count: 1}, Notice: offtake.Duration{Unit: offtake.Days, Count: 30}},
		Cancel:   offtake.Cancel{Allowed: true, Fee: 120_000, Notice: offtake.Duration{Unit: offtake.Days, Count: 30}, Cap: money("USD 50000"), Rolling: offtake.Duration{Unit: offtake.Days, Count: 365}},
	}}, offtake.Clause{Name: "hours", Body: offtake.Commitment{
		Provider: "azure", Measure: offtake.GPUHours, Amount: offtake.Amount{Quantity: 300_000}, Counts: offtake.OnUsage, Order: 1, HasOrder: true,
		Period: offtake.Period{From: dated("2025-08-01"), Until: dated("2026-01-01")}, Eligible: offtake.Scope{Accelerators: []offtake.Accelerator{"gb200"}},
		Shortfall: offtake.ShortfallInvoice, Carry: offtake.Carry{Rule: "none"}, For: []offtake.ClauseName{"ramped"},
	}})
	return b
}

// A ramp is held step by step, and ends at the time of day of its clause.
func TestCapacityInSteps(t *testing.T) {
	d := newDesk(t, rampedBook())
	parts := d.m.Holdings().Parts("ms/ramped")
	if len(parts) != 2 || parts[0].Quantity != 72 || parts[1].Quantity != 72 || parts[1].Reservation != "ms/ramped/2" {
		t.Fatalf("parts are %+v, want 72 and 72 more", parts)
	}
	if got, want := parts[1].From, at("2025-10-01T07:00:00Z"); !got.Equal(want) {
		t.Errorf("the second step begins at %s, want %s", got, want)
	}
	if got, want := parts[0].Until, at("2025-12-30T11:30:00Z"); !got.Equal(want) {
		t.Errorf("it ends at %s, want %s", got, want)
	}
	use := func(batch string, id offtake.ReservationID, day offtake.Date, used int64) offtake.UsageReport {
		return offtake.UsageReport{Source: "m", Batch: batch, Totals: []offtake.UsageTotal{{Reservation: id, Day: day, Purpose: "training", Used: used}}}
	}
	now, before, after := "2025-11-05T00:00:00Z", offtake.Date{Year: 2025, Month: 9, Day: 10}, offtake.Date{Year: 2025, Month: 10, Day: 10}
	d.refuses(offtake.Invalid, now, "openai", "", use("1", "ms/ramped", before, 73*86400))
	d.do(now, "openai", "", use("2", "ms/ramped", after, 100*86400))
	d.refuses(offtake.Invalid, now, "openai", "", use("3", "ms/ramped/2", after, 45*86400))
	d.do(now, "openai", "", use("4", "ms/ramped/2", after, 44*86400))
	d.refuses(offtake.Invalid, now, "openai", "", use("5", "ms/ramped", after, 1))
}

// Late capacity is not held until it is delivered; each day begun after what is in
// time costs damages up to their cap.
func TestLateDelivery(t *testing.T) {
	for _, c := range []struct {
		delivered string
		days      int64
		damages   string
	}{
		{"2025-10-03T07:00:00Z", 0, "USD 0"},
		{"2025-10-03T07:00:01Z", 1, "USD 1000"},
		{"2025-10-05T08:00:00Z", 3, "USD 3000"},
		{"2025-10-30T08:00:00Z", 28, "USD 5000"},
	} {
		d := newDesk(t, rampedBook())
		d.do("2025-09-29T00:00:00Z", "openai", "", offtake.CapacityLate{Reservation: "ms/ramped/2"})
		d.refuses(offtake.Invalid, "2025-10-03T00:00:00Z", "openai", "", offtake.UsageReport{Source: "m", Batch: "1", Totals: []offtake.UsageTotal{
			{Reservation: "ms/ramped/2", Day: offtake.Date{Year: 2025, Month: 10, Day: 2}, Used: 1}}})
		events := d.do(c.delivered, "microsoft", "", offtake.CapacityDeliver{Reservation: "ms/ramped/2"})
		got := events[0].(offtake.CapacityDelivered)
		if got.Days != c.days || got.Damages.Cmp(money(c.damages)) != 0 {
			t.Errorf("delivered at %s: %d days, %s, want %d and %s", c.delivered, got.Days, got.Damages, c.days, c.damages)
		}
		if r, _ := d.m.Holdings().Reservation("ms/ramped/2"); !r.From.Equal(at(c.delivered)) {
			t.Errorf("delivered at %s: held from %s", c.delivered, r.From)
		}
	}
}

// After the long-stop date what is not delivered may be given up for nothing, and what
// of a commitment stood for it falls.
func TestLongStop(t *testing.T) {
	d := newDesk(t, rampedBook())
	d.do("2025-10-02T00:00:00Z", "openai", "", offtake.CapacityLate{Reservation: "ms/ramped/2"})
	// 72 accelerators for two months at USD 10 are far more than may be cancelled otherwise.
	d.refuses(offtake.Forbidden, "2025-11-01T06:59:59Z", "openai", "", offtake.ReservationCancel{Reservation: "ms/ramped/2"})
	events := d.do("2025-11-01T07:00:00Z", "openai", "", offtake.ReservationCancel{Reservation: "ms/ramped/2"})
	if e := events[0].(offtake.ReservationReduced); !e.LongStop || !e.Fee.IsZero() || e.Quantity != 72 {
		t.Errorf("%+v, want all 72 given up for nothing", e)
	}
	fell := events[1].(offtake.CommitmentReduced)
	hours := 72 * int64(at("2025-12-30T11:30:00Z").Sub(at("2025-10-01T07:00:00Z"))/time.Second)
	if want := offtake.Accrue(offtake.MoneyOf("", 1), hours); fell.Measured.Cmp(want) != 0 || fell.Commitment.Clause != "hours" {
		t.Errorf("%s of %s fell, want %s", fell.Measured, fell.Commitment, want)
	}
	s := d.m.CommitmentsAt(d.m.Now()).Find(fell.Commitment).Standing(d.m.Accounts().Ledger(), d.m.Now())
	if sum := s.Committed.Add(fell.Measured); sum.Cmp(offtake.Accrued(offtake.MoneyOf("", 300_000))) != 0 {
		t.Errorf("committed %s after %s fell, want 300000 together", s.Committed, fell.Measured)
	}
}

// A reservation is prolonged by whole steps, with notice in time.
func TestExtension(t *testing.T) {
	d := newDesk(t, rampedBook())
	d.refuses(offtake.Forbidden, "2025-08-01T00:00:00Z", "openai", "", offtake.ReservationExtend{Reservation: "ms/base"})
	d.refuses(offtake.Forbidden, "2025-08-01T00:00:00Z", "oracle", "", offtake.ReservationExtend{Reservation: "ms/ramped"})
	d.do("2025-11-30T00:00:00Z", "openai", "", offtake.ReservationExtend{Reservation: "ms/ramped", Steps: 2})
	for _, part := range d.m.Holdings().Parts("ms/ramped") {
		if want := at("2026-02-28T11:30:00Z"); !part.Until.Equal(want) {
			t.Errorf("%s ends at %s, want %s", part.Reservation, part.Until, want)
		}
	}
	d.refuses(offtake.TooLate, "2026-02-15T00:00:00Z", "openai", "", offtake.ReservationExtend{Reservation: "ms/ramped"})
}

// Azure reservations: at most USD 50,000 of cancelled commitment in a rolling 12
// months, each restored after 365 days; here with a fee of 12%.
func TestCancellationsAreCappedInARollingYear(t *testing.T) {
	b := rampedBook()
	b.Agreements[0].Clauses[3].Body = func() offtake.Reservation {
		r := b.Agreements[0].Clauses[3].Body.(offtake.Reservation)
		r.Ramp, r.EndsAt, r.Cancel.Notice, r.Window.Until = nil, "", offtake.Duration{}, dated("2027-08-01")
		return r
	}()
	d := newDesk(t, b)
	// The last hours of the window make the sums small.
	last := func(hours int) string {
		return at("2027-08-01T07:00:00Z").Add(-time.Duration(hours) * time.Hour).Format(time.RFC3339)
	}
	events := d.do(last(40), "openai", "", offtake.ReservationCancel{Reservation: "ms/ramped", Quantity: 100})
	if e := events[0].(offtake.ReservationReduced); e.Cancelled.Cmp(money("USD 40000")) != 0 || e.Fee.Cmp(money("USD 4800")) != 0 {
		t.Errorf("cancelled %s for %s, want 100 accelerators for 40 hours at USD 10, and 12%% of that", e.Cancelled, e.Fee)
	}
	_, err := d.try(last(30), "openai", "", offtake.ReservationCancel{Reservation: "ms/ramped", Quantity: 40})
	if err == nil || !strings.Contains(err.Error(), "USD 52000 would be cancelled within P365D, more than its cap of USD 50000") {
		t.Errorf("beyond the cap: %v", err)
	}
	d.do(last(25), "openai", "", offtake.ReservationCancel{Reservation: "ms/ramped", Quantity: 40})
	if parts := d.m.Holdings().Parts("ms/ramped"); parts[0].Quantity != 4 || len(parts) != 3 {
		t.Errorf("%d are held in %d parts, want 4 in 3", parts[0].Quantity, len(parts))
	}
}

// A price that another was given gives one claim, for the difference alone.
func TestTheBestPriceIsClaimedOnce(t *testing.T) {
	b := rampedBook()
	b.Agreements[0].Clauses = append(b.Agreements[0].Clauses, offtake.Clause{Name: "best", Body: offtake.MostFavoured{
		Beneficiary: "openai", ComparedWith: []offtake.PartyName{"oracle"}, Metric: "price", Remedy: "refund",
	}})
	d := newDesk(t, b)
	price := func(p, to, from string) offtake.PriceReport {
		return offtake.PriceReport{To: offtake.PartyName(to), Provider: "azure", Accelerator: "h100", Price: money(p), From: dated(from)}
	}
	claims := func(events []offtake.Event) (sum offtake.Accrual, n int) {
		for _, e := range events {
			if c, ok := e.(offtake.ClaimRaised); ok {
				sum, n = sum.Add(c.Amount), n+1
			}
		}
		return sum, n
	}
	hours := func(from string) int64 { return int64(at("2027-01-01T08:00:00Z").Sub(at(from)) / time.Second) }
	first := price("USD 3.50", "oracle", "2026-01-01")
	sum, n := claims(d.do("2025-11-01T00:00:00Z", "openai", "", first))
	want := offtake.Accrue(money("USD 0.50"), 1000*hours("2026-01-01T08:00:00Z"))
	if n != 1 || sum.Cmp(want) != 0 {
		t.Errorf("%d claims of %s, want one of %s", n, sum, want)
	}
	if events := d.do("2025-11-02T00:00:00Z", "openai", "", first); len(events) != 0 {
		t.Errorf("the same price again: %v, want nothing", events)
	}
	for _, other := range []offtake.PriceReport{price("USD 3.50", "linkedin", "2026-01-01"), price("USD 4.00", "oracle", "2025-12-01"), price("USD 3.60", "oracle", "2026-02-01")} {
		if _, n := claims(d.do("2025-11-02T00:00:00Z", "openai", "", other)); n != 0 {
			t.Errorf("%+v gives %d claims, want none", other, n)
		}
	}
	// A better one, from earlier: all of it before the first, and the difference after.
	sum, n = claims(d.do("2025-11-02T00:00:00Z", "openai", "", price("USD 3.00", "oracle", "2025-12-01")))
	want = offtake.Accrue(money("USD 0.50"), 1000*hours("2026-01-01T08:00:00Z")).Add(offtake.Accrue(money("USD 1.00"), 1000*(hours("2025-12-01T08:00:00Z")-hours("2026-01-01T08:00:00Z"))))
	if n != 1 || sum.Cmp(want) != 0 {
		t.Errorf("%d claims of %s, want one of %s", n, sum, want)
	}
}

// A capacity block is sold by days to 14 and by weeks to 182, up to eight weeks ahead,
// at most 64 instances of 8, and ends at 11:30 UTC.
func TestWhatIsNoProductIsNotBought(t *testing.T) {
	day, week := func(n int) offtake.Duration { return offtake.Duration{Unit: offtake.Days, Count: n} }, offtake.Duration{Unit: offtake.Days, Count: 7}
	b := caseBook()
	b.Agreements[0].Amendments[0].Clauses = nil
	b.Supplies = []offtake.Supply{{Name: "blocks", Provider: "oci", Offers: []offtake.SupplyOffer{{
		Accelerator: "h100", Kind: offtake.Block, Quantity: 512, Price: money("USD 5"), PerOrder: offtake.Bounds{AtMost: 512},
		Lasts:      []offtake.LengthStep{{Step: day(1), Until: day(14)}, {Step: week, Until: day(182)}},
		OrderAhead: offtake.DurationBounds{AtMost: offtake.Duration{Unit: offtake.Weeks, Count: 8}}, EndsAt: "11:30Z",
	}}}}
	for _, c := range []struct {
		quantity int64
		start    string
		term     offtake.Duration
		want     string
	}{
		{512, "2025-06-10T11:30:00Z", day(14), ""},
		{512, "2025-06-10T11:30:00Z", day(182), ""},
		{512, "2025-06-10T11:30:00Z", day(21), ""},
		{512, "2025-06-10T11:30:00Z", day(15), "none of the lengths"},
		{512, "2025-06-10T11:30:00Z", day(189), "none of the lengths"},
		{520, "2025-06-10T11:30:00Z", day(7), "520 accelerators"},
		{512, "2025-06-10T12:00:00Z", day(7), ""},
		{512, "2025-08-10T11:30:00Z", day(7), "more than P8W ahead"},
	} {
		d := newDesk(t, b)
		terms := offer("oci")
		terms.Kind, terms.Accelerator, terms.Quantity, terms.Delivery, terms.Term = offtake.Block, "h100", c.quantity, dated(c.start), c.term
		d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: terms})
		_, err := d.try("2025-06-03T17:00:00Z", "openai", "o", offtake.Award{})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%d from %s for %s: %v, want %q", c.quantity, c.start, c.term, err, c.want)
		}
	}
}

// A limit in megawatts counts what a venture's phases say the power of an accelerator
// is. How a consent stood at an instant is not what it came to later.
func TestAConsentInMegawatts(t *testing.T) {
	b := ventureBook()
	v := b.Agreements[1].Clauses[0].Body.(offtake.Venture)
	v.Phases[0].Megawatts, v.Phases[0].Quantity = offtake.Factor(10*int64(offtake.One)), 1000 // 10 kW each
	b.Agreements[1].Clauses[0].Body = v
	build := b.Agreements[0].Amendments[0].Clauses[2].Body.(offtake.Consent)
	build.Limit = offtake.ConsentLimit{Megawatts: offtake.Factor(7 * int64(offtake.One))}
	b.Agreements[0].Amendments[0].Clauses[2].Body = build
	d := newDesk(t, b)
	own := func(quantity int64, site offtake.Site) offtake.OfferTerms {
		terms := offer("stargate")
		terms.Accelerator, terms.Quantity, terms.Site, terms.Purposes = "gb200", quantity, site, []offtake.Purpose{"training"}
		return terms
	}
	first := "2025-06-03T17:00:00Z"
	d.do(first, "openai", "o1", offtake.OfferReceive{Terms: own(504, "abilene")})
	d.do(first, "openai", "o1", offtake.Award{}) // 5.04 of 7 MW
	ref := offtake.ClauseRef{Agreement: "ms", Clause: "build"}
	if c := d.m.ConsentAt(ref, build, at("2025-06-04T00:00:00Z")); c.Quantity != 504 || c.Megawatts.FloatString(2) != "5.04" {
		t.Errorf("%d accelerators of %s MW, want 504 of 5.04", c.Quantity, c.Megawatts.FloatString(2))
	}
	if c := d.m.ConsentAt(ref, build, at("2025-06-03T16:00:00Z")); c.Quantity != 0 {
		t.Errorf("an hour before %d were bought", c.Quantity)
	}
	for _, c := range []struct {
		name  string
		o     offtake.OpportunityID
		terms offtake.OfferTerms
		free  bool
	}{
		{"196 more are 7 MW", "o2", own(196, "abilene"), true},
		{"197 are more", "o3", own(197, "abilene"), false},
		{"nothing says the power elsewhere", "o4", own(8, "elsewhere"), false},
	} {
		d.do(first, "openai", c.o, offtake.OfferReceive{Terms: c.terms})
		if free := d.state(offtake.ProcessID(c.o)+"#1") == offtake.NotTriggered; free != c.free {
			t.Errorf("%s: lifted %t, want %t", c.name, free, c.free)
		}
	}
}

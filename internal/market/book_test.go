package market_test

import (
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market"
)

// amendment gives the book's first agreement one more amendment, signed by both.
func amendment(b *offtake.Book, name offtake.AmendmentName, on string, clauses ...offtake.Clause) *offtake.Amendment {
	w, err := offtake.ParseWhen(on)
	if err != nil {
		panic(err)
	}
	a := &b.Agreements[0]
	a.Amendments = append(a.Amendments, offtake.Amendment{
		Name: name, Effective: w, SignedBy: []offtake.PartyName{"openai", "microsoft"},
		OpenProcesses: offtake.ApplyToProcesses, Clauses: clauses,
	})
	return &a.Amendments[len(a.Amendments)-1]
}

// The book's own reservations are held while their clause is in force: one that
// is replaced by more goes over to the new one, one that is removed ends.
func TestTheBooksOwnReservations(t *testing.T) {
	b := caseBook()
	more := b.Agreements[0].Clauses[1]
	body := more.Body.(offtake.Reservation)
	body.Quantity = 1500
	more.Body = body
	amendment(b, "more", "2025-07-01", more)
	amendment(b, "less", "2026-01-01").Remove = []offtake.ClauseName{"base"}
	m := market.New(market.Setup{Book: b, Law: lawOf(t, b)})
	got := ""
	for _, p := range m.Holdings().Pools() {
		for _, h := range p.Held {
			got += string(h.Reservation) + " " + h.From.Format(time.DateOnly) + " " + h.Until.Format(time.DateOnly) + "; "
		}
	}
	if want := "ms/base 2025-01-01 2025-07-01; ms/base#2 2025-07-01 2026-01-01; "; got != want {
		t.Errorf("held %swant %s", got, want)
	}
	if r, _ := m.Holdings().Reservation("ms/base#2"); r.Quantity != 1500 {
		t.Errorf("%d held from July, want 1500", r.Quantity)
	}
}

// An amendment that applies and replaces the clause moves a running deadline
// later, and never earlier.
func TestAReplacedClause(t *testing.T) {
	for window, want := range map[int]string{20: "2025-07-03T00:00:00Z", 5: "2025-06-26T00:00:00Z"} {
		b := caseBook()
		right := caseRefusal()
		right.Window.Count = window
		b.Agreements[0].Amendments = b.Agreements[0].Amendments[:1]
		amendment(b, "june", "2025-06-10", offtake.Clause{Name: "new", Body: right})
		d := newDesk(t, b)
		d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
		d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.NoticeServe{Contents: noticed})
		d.do("2025-06-11T00:00:00Z", "microsoft", "", offtake.Amend{Agreement: "ms", Amendment: "june"})
		if due, _, _ := d.m.Due(); offtake.Stamp(due) != want {
			t.Errorf("with a window of %d business days the answer is due %s, want %s", window, offtake.Stamp(due), want)
		}
		d.refuses(offtake.NotFound, "2025-06-11T00:00:00Z", "openai", "", offtake.Amend{Agreement: "ms", Amendment: "july"})
	}
}

// An offer that does not say where, under a clause that asks where, waits for it.
func TestAnUnsaidFact(t *testing.T) {
	b := caseBook()
	right := caseRefusal()
	right.Scope.Sites = []offtake.Site{"abilene"}
	b.Agreements[0].Amendments[0].Clauses[0].Body = right
	d := newDesk(t, b)
	terms := offer("oci")
	terms.Site = ""
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: terms})
	if got := d.state("o#1"); got != offtake.Assessing {
		t.Errorf("without a site: %s, want assessing", got)
	}
	d.refuses(offtake.Forbidden, "2025-06-03T17:00:00Z", "openai", "o", offtake.Award{})
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferRevise{Terms: offtake.OfferTerms{Site: "milam"}})
	if got := d.state("o#1"); got != offtake.NotTriggered {
		t.Errorf("at another site: %s, want not_triggered", got)
	}
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.Award{})
}

// A term ends at the same time of day, on a month's last day where there is no
// such day, whatever the clocks did meanwhile.
func TestHowLongAPurchaseLasts(t *testing.T) {
	for _, c := range []struct{ delivery, term, until string }{
		{"2026-01-01", "P5Y", "2031-01-01T08:00:00Z"},
		{"2026-01-01", "P6M", "2026-07-01T07:00:00Z"},
		{"2026-01-31", "P1M", "2026-02-28T08:00:00Z"},
		{"2026-01-01", "P2W", "2026-01-15T08:00:00Z"},
		{"2026-01-01", "P3D", "2026-01-04T08:00:00Z"},
		{"2026-01-01", "P2BD", "2026-01-05T08:00:00Z"},
		{"2026-01-01", "PT36H", "2026-01-02T20:00:00Z"},
		{"2026-01-01T18:30:00Z", "P1D", "2026-01-02T18:30:00Z"},
	} {
		d := newDesk(t, caseBook())
		terms := offer("azure")
		terms.Delivery, _ = offtake.ParseWhen(c.delivery)
		terms.Term, _ = offtake.ParseDuration(c.term)
		d.buy("2025-06-03T17:00:00Z", "o", terms)
		if r, _ := d.m.Holdings().Reservation("o"); offtake.Stamp(r.Until) != c.until {
			t.Errorf("%s from %s is held until %s, want %s", c.term, c.delivery, offtake.Stamp(r.Until), c.until)
		}
	}
}

// An award needs a price and a term to hold anything.
func TestAnOfferWithoutPriceOrTerm(t *testing.T) {
	for name, change := range map[string]func(*offtake.OfferTerms){
		"price": func(o *offtake.OfferTerms) { o.Price = offtake.Money{} },
		"term":  func(o *offtake.OfferTerms) { o.Term = offtake.Duration{} },
	} {
		d := newDesk(t, caseBook())
		terms := offer("azure")
		change(&terms)
		d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: terms})
		_, err := d.try("2025-06-03T17:00:00Z", "openai", "o", offtake.Award{})
		if offtake.KindOf(err) != offtake.Invalid || !strings.Contains(err.Error(), name) {
			t.Errorf("without a %s: %v, want it said", name, err)
		}
	}
}

// Every body and field that is not carried out is refused by name.
func TestUnsupportedClauses(t *testing.T) {
	refusal := func(change func(*offtake.FirstRefusal)) offtake.Body {
		f := caseRefusal()
		change(&f)
		return f
	}
	reservation := func(change func(*offtake.Reservation)) offtake.Body {
		r := caseBook().Agreements[0].Clauses[1].Body.(offtake.Reservation)
		change(&r)
		return r
	}
	for field, body := range map[string]offtake.Body{
		"grantor":   refusal(func(f *offtake.FirstRefusal) { f.Grantor = "oracle" }),
		"direction": refusal(func(f *offtake.FirstRefusal) { f.Direction = offtake.DemandSide }),
		"holders":   refusal(func(f *offtake.FirstRefusal) { f.Holders[0].Provider = "" }),
		"tolerance": refusal(func(f *offtake.FirstRefusal) {
			f.Tolerance = []offtake.Tolerance{{Dimension: "delivery", Within: 10_000}}
		}),
		"limit.money":      offtake.Consent{Limit: offtake.ConsentLimit{Money: money("EUR 1B")}},
		"amount":           offtake.Commitment{Provider: "oci", Measure: offtake.Spend, Counts: offtake.OnUsage, Amount: offtake.Amount{Money: money("EUR 1B")}},
		"share.window":     offtake.Consent{Share: offtake.ConsentShare{Window: offtake.Duration{Unit: offtake.BusinessDays, Count: 5}}},
		"damages":          reservation(func(r *offtake.Reservation) { r.Delivery.Damages.PerDay = money("EUR 1") }),
		"price":            reservation(func(r *offtake.Reservation) { r.Price = money("EUR 4.00") }),
		"window":           reservation(func(r *offtake.Reservation) { r.Window.Until = offtake.When{} }),
		"money paid ahead": offtake.Commitment{Provider: "oci", Measure: offtake.GPUHours, Amount: offtake.Amount{Quantity: 1}, Prepayment: offtake.Prepayment{Amount: money("USD 1B")}},
	} {
		b := caseBook()
		b.Agreements = append(b.Agreements, offtake.Agreement{
			Name: "x", Parties: []offtake.PartyName{"openai", "oracle"}, Effective: b.Agreements[0].Effective,
			Clauses: []offtake.Clause{{Name: "c", Body: body, Pos: offtake.Pos{File: "x.yaml", Line: 3, Col: 5}}},
		})
		s := market.Setup{Book: b, Law: lawOf(t, b)}
		err := market.Supported(s, at("2025-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"))
		if offtake.KindOf(err) != offtake.NotSupported {
			t.Errorf("%s: %v, want not supported yet", field, err)
			continue
		}
		for _, part := range []string{"x.yaml:3:5", "x/c", field} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not name %q", field, err, part)
			}
		}
	}
}

package rates_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/rates"
	"pgregory.net/rapid"
)

// TestCases runs testdata/cases.txt: a price list, the rate clauses in force,
// and what is asked of them. Every case starts with nothing.
func TestCases(t *testing.T) {
	text, err := os.ReadFile("testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split(string(text), "\n\n") {
		name, body, _ := strings.Cut(strings.TrimSpace(block), "\n")
		t.Run(strings.TrimPrefix(name, "# "), func(t *testing.T) { runCase(t, body) })
	}
}

func runCase(t *testing.T, body string) {
	var supplies []offtake.Supply
	var terms []rates.Term
	for _, line := range strings.Split(body, "\n") {
		verb, rest, _ := strings.Cut(line, " ")
		said, want, _ := strings.Cut(rest, " = ")
		w := words(t, said)
		switch verb {
		case "offer":
			supplies = append(supplies, offtake.Supply{Name: "prices", Provider: w.provider, Offers: []offtake.SupplyOffer{w.offer}})
		case "rate":
			ref, err := offtake.ParseClauseRef(w.name, "")
			if err != nil {
				t.Fatal(err)
			}
			terms = append(terms, rates.Term{Clause: ref, Rate: w.rate})
		case "ask":
			if got := answer(rates.NewList(supplies, utc).Card(terms).Price(w.facts, w.offer.Kind, utc(w.at))); got != want {
				t.Errorf("%s: got %s", line, got)
			}
		case "offers":
			var got []string
			for _, p := range rates.NewList(supplies, utc).Card(terms).Offers(nil, w.facts, utc(w.at)) {
				got = append(got, fmt.Sprintf("%d at %s", p.Offer.Quantity, strings.TrimSuffix(p.PerHour.String(), "0")))
			}
			if got := strings.Join(got, ", "); got != strings.TrimPrefix(want, "none") {
				t.Errorf("%s: got %s", line, got)
			}
		default:
			t.Fatalf("line %q begins with no word of this language", line)
		}
	}
}

func answer(p rates.Price, ok bool) string {
	if !ok {
		return "none"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", p.PerHour, p.Source, p.Clause))
}

// line is what the words of one line say; each verb takes what it needs.
type line struct {
	provider offtake.ProviderName
	facts    offtake.Facts
	offer    offtake.SupplyOffer
	rate     offtake.Rate
	name     string
	at       offtake.When
}

func words(t *testing.T, said string) line {
	t.Helper()
	w := line{}
	w.offer.Kind = offtake.OnDemand
	for i, word := range strings.Fields(said) {
		key, v, isPair := strings.Cut(word, "=")
		switch {
		case i == 0:
			w.provider, w.facts.Provider, w.rate.Provider = offtake.ProviderName(word), offtake.ProviderName(word), offtake.ProviderName(word)
		case !isPair:
			w.facts.Accelerator, w.offer.Accelerator = offtake.Accelerator(word), offtake.Accelerator(word)
		default:
			w.put(t, key, v)
		}
	}
	return w
}

func (w *line) put(t *testing.T, key, v string) {
	var err error
	switch key {
	case "price":
		w.offer.Price, err = offtake.ParseAmount("USD", v)
		w.rate.Price = w.offer.Price
	case "discount":
		w.rate.Discount, err = offtake.ParsePercent(v)
		w.rate.HasDiscount = true
	case "region":
		w.facts.Region, w.offer.Region = offtake.Region(v), offtake.Region(v)
		w.rate.Scope.Regions = []offtake.Region{offtake.Region(v)}
	case "site":
		w.facts.Site, w.offer.Site = offtake.Site(v), offtake.Site(v)
	case "purpose":
		w.facts.Purposes = []offtake.Purpose{offtake.Purpose(v)}
		w.rate.Scope.Purposes = w.facts.Purposes
	case "kind":
		w.offer.Kind = offtake.OfferKind(v)
	case "quantity":
		_, err = fmt.Sscan(v, &w.offer.Quantity)
	case "from":
		w.offer.From, err = offtake.ParseWhen(v)
	case "until":
		w.offer.Until, err = offtake.ParseWhen(v)
	case "expires":
		w.offer.Expires, err = offtake.ParseWhen(v)
	case "at":
		w.at, err = offtake.ParseWhen(v)
	case "name":
		w.name = v
	default:
		t.Fatalf("%q is no word of this language", key)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func utc(w offtake.When) time.Time {
	if w.Date.IsZero() {
		return w.Instant
	}
	return time.Date(w.Date.Year, w.Date.Month, w.Date.Day, 0, 0, 0, 0, time.UTC)
}

func TestAPriceSaysWhereItComesFrom(t *testing.T) {
	usd := offtake.MoneyOf("USD", 10)
	list := rates.NewList([]offtake.Supply{{Name: "azure-list", Provider: "azure", Offers: []offtake.SupplyOffer{
		{Accelerator: "h100", Price: usd, Source: "Azure list, 2026-06-18"},
	}}}, utc)
	ref := offtake.ClauseRef{Agreement: "microsoft-openai", Clause: "discount"}
	card := list.Card([]rates.Term{{Clause: ref, Rate: offtake.Rate{Provider: "azure", HasDiscount: true, Discount: 100_000}}})
	p, _ := card.Price(offtake.Facts{Provider: "azure", Accelerator: "h100"}, offtake.OnDemand, time.Unix(0, 0))
	want := "USD 9.0 per accelerator-hour: 10% off USD 10 by microsoft-openai/discount, listed in azure-list (Azure list, 2026-06-18)"
	if got := p.Says(); got != want {
		t.Errorf("Says() = %q, want %q", got, want)
	}
	if got, want := rates.Reservation(usd).Says(), "USD 10 per accelerator-hour: the reservation's own price"; got != want {
		t.Errorf("Says() = %q, want %q", got, want)
	}
}

// Between two changes of the list a price does not move, so a caller may keep it.
func TestAPriceStaysWithinAVersionOfTheList(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2025, 1, 1+n, 0, 0, 0, 0, time.UTC) }
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 6).Draw(t, "offers")
		s := offtake.Supply{Name: "s", Provider: "azure"}
		for range n {
			from := rapid.IntRange(0, 20).Draw(t, "from")
			s.Offers = append(s.Offers, offtake.SupplyOffer{
				Accelerator: "h100",
				Price:       offtake.MoneyOf("USD", rapid.Int64Range(1, 9).Draw(t, "price")),
				From:        offtake.When{Instant: day(from)},
				Until:       offtake.When{Instant: day(from + rapid.IntRange(1, 9).Draw(t, "days"))},
			})
		}
		list := rates.NewList([]offtake.Supply{s}, utc)
		f := offtake.Facts{Provider: "azure", Accelerator: "h100"}
		seen := map[int]string{}
		for h := -24; h < 24*32; h += 12 {
			at := day(0).Add(time.Duration(h) * time.Hour)
			p, ok := list.Card(nil).Price(f, offtake.OnDemand, at)
			got := answer(p, ok)
			if was, known := seen[list.Version(at)]; known && was != got {
				t.Fatalf("version %d: %s, and at %s %s", list.Version(at), was, at, got)
			}
			seen[list.Version(at)] = got
			if want := dearList(s.Offers, at); got != want {
				t.Fatalf("at %s: %s, want %s", at, got, want)
			}
		}
	})
}

// dearList is the dumb twin of a lookup: try every offer.
func dearList(offers []offtake.SupplyOffer, at time.Time) string {
	best := "none"
	for dollars := 9; dollars > 0; dollars-- {
		for _, o := range offers {
			if o.Price.Cmp(offtake.MoneyOf("USD", int64(dollars))) == 0 && !at.Before(o.From.Instant) && at.Before(o.Until.Instant) {
				best = fmt.Sprintf("USD %d list", dollars)
			}
		}
	}
	return best
}

func BenchmarkPrice(b *testing.B) {
	var offers []offtake.SupplyOffer
	for r := range 40 {
		offers = append(offers, offtake.SupplyOffer{Accelerator: "h100", Region: offtake.Region(fmt.Sprint("r", r)), Price: offtake.MoneyOf("USD", 12)})
	}
	var terms []rates.Term
	for range 5 {
		terms = append(terms, rates.Term{Rate: offtake.Rate{Provider: "azure", HasDiscount: true, Discount: 100_000}})
	}
	card := rates.NewList([]offtake.Supply{{Provider: "azure", Offers: offers}}, utc).Card(terms)
	f := offtake.Facts{Provider: "azure", Accelerator: "h100", Region: "r39", Purposes: []offtake.Purpose{"training"}}
	at := time.Unix(1_700_000_000, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := card.Price(f, offtake.OnDemand, at); !ok {
			b.Fatal("no price")
		}
	}
}

package buying_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/buying"
	"github.com/offtake-dev/offtake/internal/rights"
)

const head = `
kind: Book
name: small
buyer: lab
currency: USD
parties: {lab: {title: Lab}, north: {title: North}, south: {title: South}}
providers: {north: {party: north}, south: {party: south}}
purposes: [training, api]
accelerators: {h100: {per_node: 8}, gb200: {per_node: 4}}
calendars: {plain: {timezone: UTC, holidays: [], cutoff: "17:00"}}
---
kind: Agreement
name: deal
parties: [lab, north, south]
effective: 2025-01-01
clauses:
  api: {text: The API is north's., exclusivity: {provider: north, scope: {purpose: [api]}}}
---
`

var now = time.Date(2025, 2, 3, 0, 0, 0, 0, time.UTC)

// a market of offers, and a buyer with a policy.
type shop struct {
	t     *testing.T
	buyer *buying.Buyer
	law   *rights.Law
	b     *offtake.Book
}

func open(t *testing.T, offers string, rules offtake.Buying) shop {
	t.Helper()
	b, fs := book.Read(fstest.MapFS{"book.yaml": {Data: []byte(head + offers)}})
	if w, ok := offtake.Worst(fs); ok && w == offtake.Mistake {
		t.Fatalf("the book does not load: %v", fs)
	}
	l, _ := rights.Compile(b)
	add := func(t time.Time, d offtake.Duration) time.Time { return t.AddDate(0, 0, d.Count).Add(d.Time) }
	if rules.Term.IsZero() {
		rules.Term = days(30)
	}
	return shop{t, buying.New(b, l, rules, add), l, b}
}

func days(n int) offtake.Duration { return offtake.Duration{Unit: offtake.Days, Count: n} }

func selling(provider, kind string, quantity int, price, more string) string {
	return fmt.Sprintf("kind: Supply\nname: %[1]s-%[2]s\nprovider: %[1]s\noffers: [{accelerator: h100, region: here, price: USD %[4]s, quantity: %[3]d, kind: %[2]s%[5]s}]\n---\n", provider, kind, quantity, price, more)
}

// needs says "count x quantity purpose hours".
func need(count, quantity int64, purpose offtake.Purpose, hours int) buying.Need {
	return buying.Need{
		Facts: func(p offtake.ProviderName, a offtake.Accelerator, region offtake.Region, site offtake.Site) offtake.Facts {
			f := offtake.Facts{Provider: p, Accelerator: a, Region: region, Site: site, Purposes: []offtake.Purpose{purpose}, Capacity: offtake.HeldCapacity}
			f.Absent = []offtake.Dimension{offtake.DimProduct, offtake.DimAsset, offtake.DimCustomer, offtake.DimTerm, offtake.DimStart}
			return f
		},
		Accelerators: []offtake.Speed{{Accelerator: "h100", Factor: offtake.One}}, Purpose: purpose,
		Quantity: quantity, Count: count, Run: time.Duration(hours) * time.Hour, Start: now, Since: now,
	}
}

// Left sells everything of every offer.
func (s shop) Left(name offtake.SupplyName, i int) int64 {
	for _, x := range s.b.Supplies {
		if x.Name == name {
			return x.Offers[i].Quantity
		}
	}
	return 0
}

// Reached has sellers take two days before they have an offer.
func (s shop) Reached(offtake.ProviderName, offtake.Accelerator) time.Time {
	return now.AddDate(0, 0, 2)
}

// MayBuy asks the law alone: no consent is measured.
func (s shop) MayBuy(t offtake.OfferTerms) (offtake.Verdict, offtake.ClauseRef, error) {
	q, err := s.law.Question(offtake.Procure, offtake.Facts{
		Provider: t.Provider, Accelerator: t.Accelerator, Quantity: t.Quantity, Region: t.Region, Purposes: t.Purposes,
		Term: t.Term, Start: t.Delivery, Capacity: offtake.NewCapacity,
		Absent: []offtake.Dimension{offtake.DimProduct, offtake.DimAsset, offtake.DimCustomer, offtake.DimSite},
	})
	r := s.law.At(now).Ask(q)
	return r.Verdict, r.Clause, err
}

// look gives proposals as "provider quantity days", and who was passed over.
func (s shop) look(capacity []buying.Capacity, needs ...buying.Need) (asked, passed []string) {
	proposals, refused := s.buyer.Look(now, now, needs, capacity, s)
	for _, p := range proposals {
		asked = append(asked, fmt.Sprintf("%s %d %v", p.Terms.Provider, p.Terms.Quantity, p.Until.Sub(p.Delivery).Hours()/24))
	}
	for _, r := range refused {
		passed = append(passed, strings.TrimSpace(strings.Join([]string{string(r.Provider), string(r.Question), r.Clause.String(), r.Missing}, " ")))
	}
	return asked, passed
}

func TestWhatIsAskedFor(t *testing.T) {
	here := func(n int64) buying.Capacity {
		return buying.Capacity{Provider: "north", Accelerator: "h100", Region: "here", Quantity: n, Until: now.AddDate(1, 0, 0)}
	}
	soon := here(64)
	soon.Until = now.Add(5 * time.Hour)
	two := selling("north", "on_demand", 64, "3", "") + selling("south", "on_demand", 16, "2", "")
	for _, c := range []struct {
		name     string
		offers   string
		rules    offtake.Buying
		capacity []buying.Capacity
		needs    []buying.Need
		want     []string
	}{
		{"Whole lots, from the cheapest.", two, offtake.Buying{}, nil, []buying.Need{need(3, 3, "training", 1)}, []string{"south 16 30"}},
		{"What one has not the next gives.", two, offtake.Buying{}, nil, []buying.Need{need(20, 1, "training", 1)}, []string{"south 16 30", "north 8 30"}},
		{"A gang is bought in one place.", two, offtake.Buying{}, nil, []buying.Need{need(1, 24, "training", 1)}, []string{"north 24 30"}},
		{"What is free or on order is not asked for again.", two, offtake.Buying{}, []buying.Capacity{here(9)}, []buying.Need{need(3, 3, "training", 1)}, nil},
		{"One accelerator serves one gang.", two, offtake.Buying{}, []buying.Capacity{here(9)}, []buying.Need{need(3, 3, "training", 1), need(1, 8, "training", 1)}, []string{"south 8 30"}},
		{"Capacity that ends too early serves nothing.", two, offtake.Buying{}, []buying.Capacity{soon}, []buying.Need{need(1, 8, "training", 6)}, []string{"south 8 30"}},
		{"Capacity in the same place completes a gang.", two, offtake.Buying{}, []buying.Capacity{here(20)}, []buying.Need{need(1, 24, "training", 1)}, []string{"north 8 30"}},
		{"The policy's share of the shortage.", two, offtake.Buying{Cover: 500_000}, nil, []buying.Need{need(16, 1, "training", 1)}, []string{"south 8 30"}},
		{"Never less than one gang.", two, offtake.Buying{Cover: 10_000}, nil, []buying.Need{need(2, 16, "training", 1)}, []string{"south 16 30"}},
		{"One purchase has its most.", two, offtake.Buying{AtMost: 20}, nil, []buying.Need{need(1, 40, "training", 1)}, []string{"north 16 30", "north 16 30", "north 8 30"}},
		{"And its least, save where it is bought by use.", selling("north", "reserved", 64, "3", ""), offtake.Buying{AtLeast: 30}, nil, []buying.Need{need(1, 1, "training", 1)}, []string{"north 32 30"}},
		{"On demand there is no least.", selling("north", "on_demand", 64, "3", ""), offtake.Buying{AtLeast: 30}, nil, []buying.Need{need(1, 1, "training", 1)}, []string{"north 8 30"}},
		{"All or nothing is taken whole.", selling("north", "quote", 64, "3", ", all_or_none: true"), offtake.Buying{}, nil, []buying.Need{need(1, 1, "training", 1)}, []string{"north 64 30"}},
		{"Longer than the policy's term where the work is.", two, offtake.Buying{}, nil, []buying.Need{need(1, 8, "training", 1200)}, []string{"south 8 50"}},
		{"In the steps of the offer.", selling("north", "block", 64, "3", ", lasts: [{step: P1D, until: P14D}, {step: P7D, until: P182D}]"), offtake.Buying{Term: days(10)}, nil, []buying.Need{need(1, 8, "training", 24*15)}, []string{"north 8 21"}},
		{"As long as the offer goes where the policy wants more.", selling("north", "block", 64, "3", ", lasts: [{step: P1D, until: P14D}]"), offtake.Buying{Term: days(30)}, nil, []buying.Need{need(1, 8, "training", 1)}, []string{"north 8 14"}},
		{"Not from an offer that is too short.", selling("north", "block", 64, "3", ", lasts: [{step: P1D, until: P14D}]"), offtake.Buying{}, nil, []buying.Need{need(1, 8, "training", 24*15)}, nil},
		{"Not from an offer that has not begun.", selling("north", "on_demand", 64, "3", ", from: 2025-03-01"), offtake.Buying{}, nil, []buying.Need{need(1, 8, "training", 1)}, nil},
		{"More than there is is not asked for.", two, offtake.Buying{}, nil, []buying.Need{need(1, 100, "training", 1)}, nil},
	} {
		got, _ := open(t, c.offers, c.rules).look(c.capacity, c.needs...)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s\n%s", c.name, d)
		}
	}
}

// The sellers take two days; days are counted from 3 February.
func TestWhenItIsDelivered(t *testing.T) {
	for _, c := range []struct {
		name, kind, more string
		start, run       int // day of the work, and its hours
		want             string
	}{
		{"When the seller has answered.", "reserved", "", 0, 1, "2 to 32"},
		{"After the lead, from then.", "reserved", ", lead: P14D", 0, 1, "16 to 46"},
		{"Not before the work begins.", "reserved", ", lead: P14D", 20, 1, "20 to 50"},
		{"So far ahead at least.", "block", ", order_ahead: {at_least: P5D}", 0, 1, "7 to 37"},
		{"Not where it is further ahead than it is sold.", "block", ", order_ahead: {at_most: P8D}", 11, 1, ""},
		{"The farthest that it is sold ahead.", "block", ", order_ahead: {at_most: P8D}", 10, 1, "10 to 40"},
		{"No longer than it can be had.", "reserved", ", until: 2025-02-23", 0, 24, "2 to 20"},
		{"Not where it ends before the work.", "reserved", ", until: 2025-02-23", 0, 24 * 19, ""},
		{"In steps that end before it does.", "block", ", until: 2025-02-23, lasts: [{step: P7D, until: P182D}]", 0, 24 * 10, "2 to 16"},
		{"A running price list bounds only the order.", "on_demand", ", until: 2025-02-23", 0, 24, "2 to 32"},
	} {
		s := open(t, selling("north", c.kind, 64, "3", c.more), offtake.Buying{})
		n := need(1, 8, "training", c.run)
		n.Start = now.AddDate(0, 0, c.start)
		proposals, _ := s.buyer.Look(now, now, []buying.Need{n}, nil, s)
		got := ""
		for _, p := range proposals {
			got = fmt.Sprintf("%v to %v", p.Delivery.Sub(now).Hours()/24, p.Until.Sub(now).Hours()/24)
		}
		if got != c.want {
			t.Errorf("%s got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAnOpenQuestionIsPassedOverWithItsClause(t *testing.T) {
	s := open(t, `kind: Agreement
name: maybe
parties: [lab, north]
effective: 2025-01-01
clauses:
  reached: {text: Whether it is reached., determination: {question: reached, decided_by: north, meanwhile: hold}}
  until-then: {text: Only north until then., until: {determined: reached}, exclusivity: {provider: north, scope: {capacity: new}}}
---
`+selling("south", "on_demand", 64, "2", ""), offtake.Buying{})
	asked, passed := s.look(nil, need(1, 8, "training", 1))
	if len(asked) != 0 || len(passed) != 1 || !strings.HasPrefix(passed[0], "south procure maybe/reached ") {
		t.Errorf("asked %q, passed over %q, want south by the open question", asked, passed)
	}
}

func TestAForbiddenOfferIsPassedOverWithItsClause(t *testing.T) {
	s := open(t, selling("north", "on_demand", 64, "3", "")+selling("south", "on_demand", 64, "2", ""), offtake.Buying{})
	asked, passed := s.look(nil, need(1, 8, "api", 1))
	if d := cmp.Diff([]string{"north 8 30"}, asked); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"south place deal/api"}, passed); d != "" {
		t.Error(d)
	}
}

func TestRunSecondsRoundUp(t *testing.T) {
	for _, c := range []struct {
		seconds int64
		speed   offtake.Factor
		want    int64
	}{{100, offtake.One, 100}, {100, 2_500_000, 40}, {101, 2_500_000, 41}, {1, 3_000_000, 1}, {10, 500_000, 20}} {
		if got := buying.RunSeconds(c.seconds, c.speed); got != c.want {
			t.Errorf("%d seconds at speed %s run %d, want %d", c.seconds, c.speed, got, c.want)
		}
	}
	if got := buying.RunSeconds(1<<62, 1); got < 1<<61 {
		t.Errorf("work beyond all bounds runs %d seconds", got)
	}
}

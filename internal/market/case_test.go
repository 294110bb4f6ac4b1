package market_test

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/rights"
)

// caseBook is the case of the tests: openai buys; until 2025-01-21 only azure
// may supply, from then on microsoft has a first refusal on new capacity. All
// numbers are invented.
func caseBook() *offtake.Book {
	on := func(s string) offtake.When {
		w, err := offtake.ParseWhen(s)
		if err != nil {
			panic(err)
		}
		return w
	}
	return &offtake.Book{
		Name: "case", Buyer: "openai", Currency: "USD", Calendar: "us-business",
		Parties: []offtake.Party{
			{Name: "openai"}, {Name: "microsoft", Affiliates: []offtake.PartyName{"linkedin"}}, {Name: "linkedin"},
			{Name: "oracle"}, {Name: "stargate"},
		},
		Providers: []offtake.Provider{
			{Name: "azure", Party: "microsoft"}, {Name: "oci", Party: "oracle"},
			{Name: "stargate", Party: "stargate", BuiltByBuyer: true},
		},
		Purposes:     []offtake.Purpose{"training", "research", "api", "product"},
		Products:     []offtake.ProductDecl{{Name: "api", Purpose: "api"}, {Name: "chatgpt", Purpose: "product"}},
		Accelerators: []offtake.AcceleratorDecl{{Name: "h100", PerNode: 8}, {Name: "gb200", PerNode: 4, Lot: 72}},
		Calendars: []offtake.Calendar{{
			Name: "us-business", Timezone: "America/Los_Angeles", HolidaySet: "us-federal",
			Cutoff: offtake.TimeOfDay{Minutes: 17 * 60, Set: true}, Opens: offtake.TimeOfDay{Minutes: 9 * 60, Set: true},
		}},
		Agreements: []offtake.Agreement{{
			Name: "ms", Parties: []offtake.PartyName{"openai", "microsoft"},
			Effective: on("2019-07-22"), Until: on("2031-01-01"),
			Clauses: []offtake.Clause{
				{Name: "all", Body: offtake.Exclusivity{Provider: "azure"}},
				{Name: "base", Body: offtake.Reservation{
					Provider: "azure", Accelerator: "h100", Quantity: 1000, Region: "us-east",
					Window: offtake.Period{From: on("2025-01-01"), Until: on("2027-01-01")},
					Price:  money("USD 4.00"), UnusedCharge: offtake.One,
				}},
				{Name: "spend", Body: offtake.Commitment{
					Provider: "azure", Measure: offtake.Spend, Amount: offtake.Amount{Money: money("USD 1B")},
					Period: offtake.Period{From: on("2025-01-21"), Until: on("2031-01-01")},
					Counts: offtake.OnUsage, Shortfall: offtake.ShortfallInvoice, Carry: offtake.Carry{Rule: "none"},
				}},
			},
			Amendments: []offtake.Amendment{{
				Name: "january-2025", Effective: on("2025-01-21"), SignedBy: []offtake.PartyName{"openai", "microsoft"},
				OpenProcesses: offtake.ContinueProcesses, Remove: []offtake.ClauseName{"all"},
				Clauses: []offtake.Clause{
					{Name: "new", Body: caseRefusal()},
					{Name: "api", Body: offtake.Exclusivity{Provider: "azure", Scope: offtake.Scope{Products: []offtake.Product{"api"}}}},
					{Name: "build", Body: offtake.Consent{
						Lifts: []offtake.ClauseRef{{Agreement: "ms", Clause: "new"}},
						Scope: offtake.Scope{Route: offtake.Build, Purposes: []offtake.Purpose{"training", "research"}},
						Limit: offtake.ConsentLimit{Quantity: 1000},
						Share: offtake.ConsentShare{Purposes: []offtake.Purpose{"training", "research"}, AtLeast: 600_000, Unit: offtake.GPUHours, Window: offtake.Duration{Unit: offtake.Days, Count: 30}},
					}},
				},
			}, {
				Name: "october-2025", Effective: on("2025-10-28"), SignedBy: []offtake.PartyName{"openai", "microsoft"},
				OpenProcesses: offtake.ApplyToProcesses, Remove: []offtake.ClauseName{"new", "build"},
			}},
		}},
	}
}

func caseRefusal() offtake.FirstRefusal {
	bd := func(n int) offtake.Duration { return offtake.Duration{Unit: offtake.BusinessDays, Count: n} }
	days := func(n int) offtake.Duration { return offtake.Duration{Unit: offtake.Days, Count: n} }
	return offtake.FirstRefusal{
		Direction: offtake.SupplySide, Grantor: "openai",
		Holders:      []offtake.Holder{{Party: "microsoft", Provider: "azure", Rank: 1, Weight: 1}},
		Scope:        offtake.Scope{Capacity: offtake.NewCapacity},
		NotifyWithin: days(5),
		Notice:       offtake.NoticeRules{Contents: []offtake.Content{"provider", "quantity", "accelerator", "price"}, Deficiency: offtake.Strict},
		Window:       bd(15), Partial: offtake.NoPartial, Match: offtake.ExactMatch, NonCash: offtake.SameNonCash,
		Package: offtake.WholePackage, OfferRevocable: offtake.UntilAcceptance, Nonconforming: offtake.NonconformingIgnored,
		Definitive: bd(20), Tail: offtake.Tail{SignBy: days(90), CloseBy: days(90)},
		Tolerance: []offtake.Tolerance{{Dimension: "price", Within: 20_000}}, Survival: offtake.Continuing,
	}
}

func money(s string) offtake.Money {
	m, err := offtake.ParseMoney(s)
	if err != nil {
		panic(err)
	}
	return m
}

func at(s string) time.Time {
	t, err := offtake.ParseInstant(s)
	if err != nil {
		panic(err)
	}
	return t
}

// offer is an offer of 1008 gb200 from a provider.
func offer(p offtake.ProviderName) offtake.OfferTerms {
	when, _ := offtake.ParseWhen("2026-01-01")
	return offtake.OfferTerms{
		Provider: p, Accelerator: "gb200", Quantity: 1008, Region: "us-south", Site: "abilene", Price: money("USD 8.00"),
		Term: offtake.Duration{Unit: offtake.Years, Count: 5}, Delivery: when, Purposes: []offtake.Purpose{"training"},
	}
}

// noticed is everything the case's clause wants disclosed.
var noticed = []offtake.Content{"provider", "quantity", "accelerator", "price"}

// A desk sends acts to a market as its people would: deadlines pass when their
// time has come.
type desk struct {
	t   *testing.T
	m   *market.State
	n   int
	log []entry
}

type entry struct {
	act    offtake.Act
	events []offtake.Event
}

func newDesk(t *testing.T, b *offtake.Book) *desk {
	t.Helper()
	return &desk{t: t, m: market.New(market.Setup{Book: b, Law: lawOf(t, b)})}
}

func lawOf(t testing.TB, b *offtake.Book) *rights.Law {
	t.Helper()
	l, findings := rights.Compile(b)
	for _, f := range findings {
		if f.Severity == offtake.Mistake {
			t.Fatalf("book does not load: %s", f)
		}
	}
	return l
}

// until lets every deadline before an instant pass.
func (d *desk) until(when time.Time) {
	d.t.Helper()
	for {
		due, act, ok := d.m.Due()
		if !ok || !deal.Comes(due, act, when) {
			return
		}
		events, err := d.m.Do(act)
		if err != nil {
			d.t.Fatalf("deadline %s: %v", act.ID, err)
		}
		d.log = append(d.log, entry{act, events})
	}
}

func (d *desk) try(when string, by offtake.PartyName, o offtake.OpportunityID, deed offtake.Deed) ([]offtake.Event, error) {
	d.t.Helper()
	d.until(at(when))
	d.n++
	a := offtake.Act{ID: offtake.ActID("a" + string(rune('a'+d.n))), At: at(when), By: by, Opportunity: o, Deed: deed}
	events, err := d.m.Do(a)
	if err == nil {
		d.log = append(d.log, entry{a, events})
	}
	return events, err
}

func (d *desk) do(when string, by offtake.PartyName, o offtake.OpportunityID, deed offtake.Deed) []offtake.Event {
	d.t.Helper()
	events, err := d.try(when, by, o, deed)
	if err != nil {
		d.t.Fatalf("%s by %s at %s: %v", deed.Name(), by, when, err)
	}
	return events
}

func (d *desk) refuses(kind offtake.Kind, when string, by offtake.PartyName, o offtake.OpportunityID, deed offtake.Deed) {
	d.t.Helper()
	_, err := d.try(when, by, o, deed)
	if got := offtake.KindOf(err); got != kind {
		d.t.Errorf("%s by %s at %s: refused as %v (%v), want %v", deed.Name(), by, when, got, err, kind)
	}
}

func (d *desk) state(id offtake.ProcessID) offtake.ProcessState {
	d.t.Helper()
	p, ok := d.m.Deals().Process(id)
	if !ok {
		d.t.Fatalf("no process %q", id)
	}
	return p.State()
}

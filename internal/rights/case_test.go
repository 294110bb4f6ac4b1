package rights

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
)

// The case: Microsoft's exclusivity before 21 January 2025, a first refusal, a
// consent to build and the exclusivity of the API after it.

func on(s string) offtake.When {
	w, err := offtake.ParseWhen(s)
	if err != nil {
		panic(err)
	}
	return w
}

func ref(s string) offtake.ClauseRef {
	r, err := offtake.ParseClauseRef(s, "microsoft-openai")
	if err != nil {
		panic(err)
	}
	return r
}

func duration(s string) offtake.Duration {
	d, err := offtake.ParseDuration(s)
	if err != nil {
		panic(err)
	}
	return d
}

func caseBook() *offtake.Book {
	return &offtake.Book{
		Name: "openai", Buyer: "openai", Currency: "USD", Calendar: "us-business",
		Parties: []offtake.Party{
			{Name: "openai"}, {Name: "microsoft", Affiliates: []offtake.PartyName{"linkedin"}}, {Name: "linkedin"},
			{Name: "oracle"}, {Name: "stargate"}, {Name: "panel"},
		},
		Providers: []offtake.Provider{
			{Name: "azure", Party: "microsoft"}, {Name: "oci", Party: "oracle"},
			{Name: "stargate", Party: "stargate", BuiltByBuyer: true}, {Name: "in", Party: "linkedin"},
		},
		Purposes: []offtake.Purpose{"training", "research", "api", "product"},
		Products: []offtake.ProductDecl{
			{Name: "api", Purpose: "api"}, {Name: "chatgpt", Purpose: "product"}, {Name: "copilot", Party: "microsoft"},
		},
		Assets: []offtake.Asset{"gpt-4o", "infrastructure"},
		Regions: []offtake.RegionDecl{
			{Name: "us-east", Names: []offtake.RegionName{{Provider: "azure", Name: "eastus"}, {Provider: "oci", Name: "us-ashburn-1"}}},
			{Name: "eu-west", Names: []offtake.RegionName{{Provider: "azure", Name: "westeurope"}}},
		},
		Accelerators: []offtake.AcceleratorDecl{{Name: "h100", PerNode: 8}, {Name: "gb200", PerNode: 4, Lot: 72}},
		Calendars: []offtake.Calendar{{
			Name: "us-business", Timezone: "America/Los_Angeles", HolidaySet: "us-federal",
			Cutoff: offtake.TimeOfDay{Minutes: 17 * 60, Set: true}, Opens: offtake.TimeOfDay{Minutes: 9 * 60, Set: true},
		}},
		Agreements: []offtake.Agreement{caseAgreement()},
	}
}

func caseAgreement() offtake.Agreement {
	return offtake.Agreement{
		Name: "microsoft-openai", Parties: []offtake.PartyName{"openai", "microsoft"}, Calendar: "us-business",
		Effective: on("2019-07-22"), Until: on("2031-01-01"),
		Clauses: []offtake.Clause{{
			Name: "all-compute", Body: offtake.Exclusivity{Provider: "azure"}, Pos: offtake.Pos{File: "a.yaml", Line: 10, Col: 3},
		}},
		Amendments: []offtake.Amendment{{
			Name: "january-2025", Effective: on("2025-01-21"), SignedBy: []offtake.PartyName{"openai", "microsoft"},
			OpenProcesses: offtake.ContinueProcesses, Remove: []offtake.ClauseName{"all-compute"},
			Clauses: []offtake.Clause{
				{Name: "new-capacity", Pos: offtake.Pos{File: "a.yaml", Line: 31, Col: 7}, Body: offtake.FirstRefusal{
					Direction: offtake.SupplySide, Grantor: "openai",
					Holders: []offtake.Holder{{Party: "microsoft", Provider: "azure", Rank: 1, Weight: 1}},
					Scope:   offtake.Scope{Capacity: offtake.NewCapacity}, Window: duration("P15BD"),
				}},
				{Name: "api", Body: offtake.Exclusivity{Provider: "azure", Scope: offtake.Scope{Purposes: []offtake.Purpose{"api"}}}},
				{Name: "build", Body: offtake.Consent{
					Lifts: []offtake.ClauseRef{ref("new-capacity")},
					Scope: offtake.Scope{Route: offtake.Build, Purposes: []offtake.Purpose{"training", "research"}},
					Limit: offtake.ConsentLimit{Quantity: 100_000},
				}},
				{Name: "ip", Body: offtake.Licence{
					Licensor: "openai", Licensee: "microsoft", Assets: []offtake.Asset{"gpt-4o"},
					Scope: offtake.Scope{Products: []offtake.Product{"copilot"}},
				}},
			},
		}},
	}
}

func compile(t testing.TB, b *offtake.Book) *Law {
	t.Helper()
	l, findings := Compile(b)
	for _, f := range findings {
		if f.Severity == offtake.Mistake {
			t.Fatalf("the book does not load: %v", f)
		}
	}
	return l
}

func question(t testing.TB, l *Law, ask offtake.Ask, f offtake.Facts) Question {
	t.Helper()
	q, err := l.Question(ask, f)
	if err != nil {
		t.Fatalf("Question(%s, %+v): %v", ask, f, err)
	}
	return q
}

// instant reads an instant, or a date as its start in Los Angeles.
func instant(t testing.TB, l *Law, s string) time.Time {
	t.Helper()
	w, err := offtake.ParseWhen(s)
	if err != nil {
		t.Fatal(err)
	}
	return l.Resolve("", w)
}

func TestTheCase(t *testing.T) {
	training, api := []offtake.Purpose{"training"}, []offtake.Purpose{"api"}
	for _, c := range []struct {
		is   string
		at   string
		ask  offtake.Ask
		f    offtake.Facts
		want offtake.Verdict
	}{
		{"before the amendment Oracle may not be bought from", "2025-01-20", offtake.Procure, offtake.Facts{Provider: "oci"}, offtake.Prohibited},
		{"nor placed on", "2025-01-20", offtake.Place, offtake.Facts{Provider: "oci"}, offtake.Prohibited},
		{"nor served from", "2025-01-20", offtake.Serve, offtake.Facts{Provider: "oci"}, offtake.Prohibited},
		{"Azure may", "2025-01-20", offtake.Procure, offtake.Facts{Provider: "azure"}, offtake.Permitted},
		{"the last instant before midnight in Los Angeles is before", "2025-01-21T07:59:59.999999999Z", offtake.Procure, offtake.Facts{Provider: "oci"}, offtake.Prohibited},
		{"midnight is after", "2025-01-21T08:00:00Z", offtake.Procure, offtake.Facts{Provider: "oci", Purposes: training}, offtake.Conditional},
		{"after it Oracle may be bought from once Microsoft was offered the terms", "2025-03-01", offtake.Procure, offtake.Facts{Provider: "oci", Purposes: training}, offtake.Conditional},
		{"capacity for the API may not", "2025-03-01", offtake.Procure, offtake.Facts{Provider: "oci", Purposes: api}, offtake.Prohibited},
		{"one purpose in a ban is enough", "2025-03-01", offtake.Procure, offtake.Facts{Provider: "oci", Purposes: []offtake.Purpose{"training", "api"}}, offtake.Prohibited},
		{"without the purpose nobody can say", "2025-03-01", offtake.Procure, offtake.Facts{Provider: "oci"}, offtake.Undetermined},
		{"Azure needs no purpose", "2025-03-01", offtake.Procure, offtake.Facts{Provider: "azure"}, offtake.Permitted},
		{"Microsoft's affiliate is no third party", "2025-03-01", offtake.Procure, offtake.Facts{Provider: "in", Purposes: training}, offtake.Permitted},
		{"the buyer may build for training", "2025-03-01", offtake.Procure, offtake.Facts{Provider: "stargate", Purposes: training, Quantity: 1000}, offtake.Permitted},
		{"up to the limit", "2025-03-01", offtake.Procure, offtake.Facts{Provider: "stargate", Purposes: training, Quantity: 100_000}, offtake.Permitted},
		{"beyond it Microsoft is asked", "2025-03-01", offtake.Procure, offtake.Facts{Provider: "stargate", Purposes: training, Quantity: 100_001}, offtake.Conditional},
		{"a consent covers all purposes or nothing", "2025-03-01", offtake.Procure, offtake.Facts{Provider: "stargate", Purposes: []offtake.Purpose{"training", "product"}, Quantity: 1000}, offtake.Conditional},
		{"the limit is a question of the quantity", "2025-03-01", offtake.Procure, offtake.Facts{Provider: "stargate", Purposes: training}, offtake.Undetermined},
		{"held capacity is placed on freely", "2025-03-01", offtake.Place, offtake.Facts{Provider: "oci", Purposes: training}, offtake.Permitted},
		{"the product says the purpose", "2025-03-01", offtake.Serve, offtake.Facts{Provider: "oci", Product: "api"}, offtake.Prohibited},
		{"and another product another", "2025-03-01", offtake.Serve, offtake.Facts{Provider: "oci", Product: "chatgpt"}, offtake.Permitted},
		{"Copilot is licensed", "2025-03-01", offtake.Use, offtake.Facts{Asset: "gpt-4o", Product: "copilot"}, offtake.Permitted},
		{"before the amendment it is not", "2025-01-20", offtake.Use, offtake.Facts{Asset: "gpt-4o", Product: "copilot"}, offtake.Prohibited},
		{"an asset out of the licence is not", "2025-03-01", offtake.Use, offtake.Facts{Asset: "infrastructure", Product: "copilot"}, offtake.Prohibited},
		{"nor is Microsoft for another product", "2025-03-01", offtake.Use, offtake.Facts{Asset: "gpt-4o", Product: "chatgpt", Licensee: "microsoft"}, offtake.Prohibited},
		{"an affiliate is no licensee", "2025-03-01", offtake.Use, offtake.Facts{Asset: "gpt-4o", Product: "copilot", Licensee: "linkedin"}, offtake.Prohibited},
		{"the licensor uses its own", "2025-03-01", offtake.Use, offtake.Facts{Asset: "gpt-4o", Product: "chatgpt"}, offtake.Permitted},
		{"when the agreement has ended nothing speaks", "2031-01-01", offtake.Procure, offtake.Facts{Provider: "oci"}, offtake.Permitted},
	} {
		t.Run(c.is, func(t *testing.T) {
			l := compile(t, caseBook())
			at := l.At(instant(t, l, c.at))
			q := question(t, l, c.ask, c.f)
			if got := at.Ask(q).Verdict; got != c.want {
				t.Errorf("Ask = %s, want %s", got, c.want)
			}
			if got := at.Explain(q); got.Verdict != c.want {
				t.Errorf("Explain = %+v, want %s", got, c.want)
			}
		})
	}
}

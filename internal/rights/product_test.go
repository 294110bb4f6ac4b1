package rights

import (
	"slices"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
)

var noon = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)

// A consent that lifts a right whatever the unstated facts are is a reason of
// the answer, also where other facts had to be weighed.
func TestAConsentIsAReasonWhateverElseIsNotKnown(t *testing.T) {
	b := &offtake.Book{
		Buyer: "lab", Currency: "USD",
		Parties:   []offtake.Party{{Name: "lab"}, {Name: "microsoft"}, {Name: "oracle"}},
		Providers: []offtake.Provider{{Name: "azure", Party: "microsoft"}, {Name: "oci", Party: "oracle"}},
		Purposes:  []offtake.Purpose{"training", "api"},
		Customers: []offtake.Customer{"state", "bank"},
		Agreements: []offtake.Agreement{{
			Name: "m", Parties: []offtake.PartyName{"lab", "microsoft"}, Effective: offtake.When{Instant: noon},
			Clauses: []offtake.Clause{
				{Name: "api", Body: offtake.Exclusivity{Provider: "azure", Scope: offtake.Scope{Purposes: []offtake.Purpose{"api"}}}},
				{Name: "ask-first", Body: offtake.FirstRefusal{Grantor: "lab", Holders: []offtake.Holder{{Party: "microsoft", Provider: "azure", Rank: 1}}}},
				{Name: "leave", Body: offtake.Consent{Lifts: []offtake.ClauseRef{{Agreement: "m", Clause: "ask-first"}, {Agreement: "m", Clause: "api"}}}},
			},
		}},
	}
	law, _ := Compile(b)
	q, err := law.Question(offtake.Procure, offtake.Facts{Provider: "oci"})
	if err != nil {
		t.Fatal(err)
	}
	got := law.At(noon).Explain(q)
	if got.Verdict != offtake.Permitted || len(got.Because) != 1 || got.Because[0].Clause.Clause != "leave" {
		t.Errorf("procure from oci under a consent: got %s because %v, want permitted because of m/leave", got.Verdict, got.Because)
	}
}

// What is not stated may be anything the book declares: a purpose says nothing
// of the product the work is for.
func TestAnUnstatedProductMayBeAnyDeclaredOne(t *testing.T) {
	l := compile(t, bodies(offtake.Exclusivity{Provider: "azure", Scope: offtake.Scope{Products: []offtake.Product{"api"}}}))
	at := l.At(instant(t, l, "2025-03-01"))
	got := at.Explain(question(t, l, offtake.Procure, offtake.Facts{Provider: "oci", Purposes: training()}))
	if got.Verdict != offtake.Undetermined || !slices.Equal(got.Missing, []string{"product"}) {
		t.Errorf("procure from oci for training: got %s, missing %v, want undetermined for want of the product", got.Verdict, got.Missing)
	}
	none := question(t, l, offtake.Procure, offtake.Facts{Provider: "oci", Purposes: training(), Absent: []offtake.Dimension{offtake.DimProduct}})
	if got := at.Ask(none).Verdict; got != offtake.Permitted {
		t.Errorf("procure from oci for no product: got %s, want permitted", got)
	}
}

// Every answer that a consent decides names it: lifting, or no longer.
func TestAConsentThatDecidesIsNamed(t *testing.T) {
	large := offtake.Scope{Quantity: offtake.Bounds{AtLeast: 100}, Term: offtake.DurationBounds{AtLeast: duration("P1Y")}}
	build := offtake.Consent{Lifts: []offtake.ClauseRef{ref("c0")}, Scope: offtake.Scope{Route: offtake.Build}}
	limited := build
	limited.Limit.Quantity = 1000
	azure := offtake.Exclusivity{Provider: "azure"}
	for _, c := range []struct {
		is   string
		book *offtake.Book
		f    offtake.Facts
		want offtake.Verdict
		says string // of c1
	}{
		{"whatever the quantity and the term", bodies(refusal(large), build), offtake.Facts{Provider: "stargate"}, offtake.Permitted,
			"consent lifts microsoft-openai/c0 for route build, from 2019-07-22 until 2031-01-01"},
		{"by its route alone", bodies(refusal(large), build), offtake.Facts{Route: offtake.Build}, offtake.Permitted,
			"consent lifts microsoft-openai/c0 for route build, from 2019-07-22 until 2031-01-01"},
		{"past an exclusivity by its route alone", bodies(azure, limited), offtake.Facts{Route: offtake.Build, Quantity: 1000}, offtake.Permitted,
			"consent lifts microsoft-openai/c0 for route build, from 2019-07-22 until 2031-01-01"},
		{"beyond its limit", bodies(azure, limited), offtake.Facts{Provider: "stargate", Quantity: 1001}, offtake.Prohibited,
			"consent lifts microsoft-openai/c0 for route build, from 2019-07-22 until 2031-01-01: it does not lift for 1001 accelerators, its limit is 1000"},
		{"beyond its limit by its route alone", bodies(azure, limited), offtake.Facts{Route: offtake.Build, Quantity: 1001}, offtake.Prohibited,
			"consent lifts microsoft-openai/c0 for route build, from 2019-07-22 until 2031-01-01: it does not lift for 1001 accelerators, its limit is 1000"},
	} {
		t.Run(c.is, func(t *testing.T) {
			l := compile(t, c.book)
			got := l.At(instant(t, l, "2025-03-01")).Explain(question(t, l, offtake.Procure, c.f))
			if got.Verdict != c.want || len(got.Because) == 0 || got.Because[0].Says != c.says {
				t.Errorf("got %s because %+v, want %s because %q", got.Verdict, got.Because, c.want, c.says)
			}
		})
	}
}

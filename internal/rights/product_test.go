package rights

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
)

var noon = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)

// Training is not work for a product that says it is for something else, so a
// product that was not named leaves no doubt.
func TestAStatedPurposeRulesOutProductsForOthers(t *testing.T) {
	b := &offtake.Book{
		Buyer: "lab", Currency: "USD",
		Parties:   []offtake.Party{{Name: "lab"}, {Name: "microsoft"}, {Name: "oracle"}},
		Providers: []offtake.Provider{{Name: "azure", Party: "microsoft"}, {Name: "oci", Party: "oracle"}},
		Purposes:  []offtake.Purpose{"training", "api"},
		Products:  []offtake.ProductDecl{{Name: "api", Purpose: "api"}},
		Agreements: []offtake.Agreement{{
			Name: "m", Parties: []offtake.PartyName{"lab", "microsoft"}, Effective: offtake.When{Instant: noon},
			Clauses: []offtake.Clause{{Name: "api-on-azure", Body: offtake.Exclusivity{Provider: "azure", Scope: offtake.Scope{Products: []offtake.Product{"api"}}}}},
		}},
	}
	law, found := Compile(b)
	if len(found) > 0 {
		t.Fatal(found)
	}
	for purpose, want := range map[offtake.Purpose]offtake.Verdict{"training": offtake.Permitted, "api": offtake.Prohibited} {
		q, err := law.Question(offtake.Procure, offtake.Facts{Provider: "oci", Purposes: []offtake.Purpose{purpose}})
		if err != nil {
			t.Fatal(err)
		}
		if got := law.At(noon).Explain(q); got.Verdict != want {
			t.Errorf("procure from oci for %s: got %s, missing %v, want %s", purpose, got.Verdict, got.Missing, want)
		}
	}
}

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

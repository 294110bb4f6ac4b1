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

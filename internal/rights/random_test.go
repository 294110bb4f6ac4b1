package rights

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/offtake-dev/offtake"
)

// Small random books, in which clauses often meet, and random questions.

var (
	someParties   = []offtake.PartyName{"us", "pa", "pb", "pc"}
	someProviders = []offtake.ProviderName{"a", "b", "own"}
	somePurposes  = []offtake.Purpose{"training", "api"}
	someProducts  = []offtake.Product{"chat", "bot", "copilot"}
	someAccels    = []offtake.Accelerator{"h100", "gb200"}
	someRegions   = []offtake.Region{"us-east", "us-west", "eu"}
	somePatterns  = []offtake.Region{"us-*", "us-east", "eu", "*", "ap*"}
	someAssets    = []offtake.Asset{"m1", "m2"}
	someCustomers = []offtake.Customer{"state", "bank"}
	someSites     = []offtake.Site{"abilene"}
	someDays      = []string{"2025-01-01", "2025-03-01", "2025-06-01", "2025-09-01T12:00:00Z", "2026-01-01"}
	someTerms     = []string{"P1M", "P31D", "P1Y", "PT8760H", "P365D", "P260BD"}
	someLengths   = []int64{1, 7, 8, 9, 100}
)

func one[T any](t *rapid.T, label string, from []T) T { return rapid.SampledFrom(from).Draw(t, label) }

// rarely is true once in eight times.
func rarely(t *rapid.T, label string) bool {
	return rapid.IntRange(0, 7).Draw(t, "has "+label) == 5
}

// maybe draws one of the values or, mostly, none.
func maybe[T any](t *rapid.T, label string, from []T) (none T) {
	if !rarely(t, label) {
		return none
	}
	return one(t, label, from)
}

// few draws one or two of the values or, mostly, none.
func few[T any](t *rapid.T, label string, from []T) []T {
	if !rarely(t, label) {
		return nil
	}
	i := rapid.IntRange(0, len(from)-1).Draw(t, label)
	j := rapid.IntRange(i, min(i+1, len(from)-1)).Draw(t, label)
	return append([]T(nil), from[i:j+1]...)
}

func drawWhen(t *rapid.T, label string) offtake.When {
	if s := maybe(t, label, someDays); s != "" {
		return on(s)
	}
	return offtake.When{}
}

func drawTerm(t *rapid.T, label string) offtake.Duration {
	if s := maybe(t, label, someTerms); s != "" {
		return duration(s)
	}
	return offtake.Duration{}
}

func drawScope(t *rapid.T) offtake.Scope {
	return offtake.Scope{
		Purposes: few(t, "purposes", somePurposes), Products: few(t, "products", someProducts),
		Assets: few(t, "assets", someAssets), Providers: few(t, "providers", someProviders),
		Accelerators: few(t, "accelerators", someAccels), Regions: few(t, "regions", somePatterns),
		Sites: few(t, "sites", someSites), Customers: few(t, "customers", someCustomers),
		Capacity: maybe(t, "capacity", []offtake.Capacity{offtake.NewCapacity, offtake.HeldCapacity}),
		Route:    maybe(t, "route", []offtake.Route{offtake.Cloud, offtake.Build}),
		Quantity: offtake.Bounds{AtLeast: maybe(t, "at least", someLengths), AtMost: maybe(t, "at most", someLengths)},
		Term:     offtake.DurationBounds{AtLeast: drawTerm(t, "term at least"), AtMost: drawTerm(t, "term at most")},
		Start:    offtake.Period{From: drawWhen(t, "start from"), Until: drawWhen(t, "start until")},
	}
}

func drawBody(t *rapid.T, clauses int) offtake.Body {
	scope := drawScope(t)
	switch one(t, "body", []int{0, 1, 1, 2, 3, 3, 4, 4, 4, 5, 5}) {
	case 0:
		return offtake.Exclusivity{Provider: one(t, "by", someProviders), Scope: scope}
	case 1:
		f := offtake.FirstRefusal{Grantor: one(t, "grantor", []offtake.PartyName{"us", "us", "us", "pa"}), Scope: scope}
		for i := range rapid.IntRange(1, 2).Draw(t, "holders") {
			f.Holders = append(f.Holders, offtake.Holder{Party: one(t, "holder", someParties), Rank: rapid.IntRange(1, i+1).Draw(t, "rank")})
		}
		return f
	case 2:
		return offtake.FirstOffer{Holder: one(t, "holder", someParties), Scope: scope}
	case 3:
		return offtake.FirstPlacement{Provider: one(t, "by", someProviders), Scope: scope,
			Unless: offtake.Declared{By: "pa", Statements: []offtake.Says{offtake.CannotSupport, offtake.ChoosesNotTo}[:rapid.IntRange(0, 2).Draw(t, "excuses")]}}
	case 4:
		c := offtake.Consent{Scope: scope, Limit: offtake.ConsentLimit{Quantity: maybe(t, "limit", someLengths)}}
		for range rapid.IntRange(1, 3).Draw(t, "lifts") {
			c.Lifts = append(c.Lifts, named(rapid.IntRange(0, clauses).Draw(t, "lifted")))
		}
		return c
	}
	return offtake.Licence{
		Licensor: one(t, "licensor", []offtake.PartyName{"us", "us", "pa"}), Licensee: one(t, "licensee", someParties),
		Assets: append([]offtake.Asset{one(t, "asset", someAssets)}, few(t, "more assets", someAssets)...), Scope: scope,
		Exclusive: rapid.Bool().Draw(t, "exclusive"),
	}
}

func named(i int) offtake.ClauseRef {
	return offtake.ClauseRef{Agreement: "deal", Clause: offtake.ClauseName(fmt.Sprint("c", i))}
}

// drawBook draws a book of one agreement with a few clauses, two questions to
// be determined, and an amendment that everyone has signed.
func drawBook(t *rapid.T) *offtake.Book {
	b := &offtake.Book{
		Name: "random", Buyer: "us", Currency: "USD", Calendar: "utc",
		Parties:   []offtake.Party{{Name: "us"}, {Name: "pa"}, {Name: "pb", Affiliates: few(t, "affiliates", someParties[2:])}, {Name: "pc"}},
		Providers: []offtake.Provider{{Name: "a", Party: "pa"}, {Name: "b", Party: "pb"}, {Name: "own", Party: "pc", BuiltByBuyer: true}},
		Purposes:  somePurposes,
		Products:  []offtake.ProductDecl{{Name: "chat", Purpose: "api"}, {Name: "bot"}, {Name: "copilot", Party: "pa"}},
		Accelerators: []offtake.AcceleratorDecl{
			{Name: "h100", PerNode: 8}, {Name: "gb200", PerNode: 4},
		},
		Calendars: []offtake.Calendar{{Name: "utc", Timezone: "UTC"}},
	}
	if rapid.Bool().Draw(t, "regions declared") {
		b.Regions = []offtake.RegionDecl{{Name: "us-east"}, {Name: "us-west"}, {Name: "eu"}}
	}
	if rapid.Bool().Draw(t, "customers declared") {
		b.Customers = someCustomers
	}
	a := offtake.Agreement{
		Name: "deal", Parties: someParties, Calendar: "utc", Effective: on("2025-01-01"), Until: on("2026-06-01"),
		Clauses: []offtake.Clause{
			{Name: "held", Body: offtake.Determination{Question: "is it?", DecidedBy: "pc", Meanwhile: "hold"}},
			{Name: "going", Body: offtake.Determination{Question: "or?", DecidedBy: "pc", Meanwhile: "continue"}},
		},
		Amendments: []offtake.Amendment{{Name: "later", Effective: on("2025-06-01"), SignedBy: someParties}},
	}
	n := rapid.IntRange(1, 9).Draw(t, "clauses")
	for i := range n + 1 {
		c := offtake.Clause{Name: named(i).Clause, Body: drawBody(t, n), From: drawWhen(t, "from"), Until: drawUntil(t)}
		if rapid.IntRange(0, 3).Draw(t, "amended") == 0 {
			a.Amendments[0].Clauses = append(a.Amendments[0].Clauses, c)
			c.Body = drawBody(t, n)
			if rapid.Bool().Draw(t, "new") {
				continue
			}
		}
		a.Clauses = append(a.Clauses, c)
	}
	if rarely(t, "removal") {
		a.Amendments[0].Remove = append(a.Amendments[0].Remove, a.Clauses[len(a.Clauses)-1].Name)
		a.Amendments[0].Clauses = nil
	}
	b.Agreements = []offtake.Agreement{a}
	for i := range rapid.IntRange(0, 3).Draw(t, "statements") {
		b.Statements = append(b.Statements, drawStatement(t, i, n))
	}
	return b
}

func drawUntil(t *rapid.T) offtake.Until {
	held := offtake.Until{Determined: offtake.ClauseRef{Agreement: "deal", Clause: one(t, "question", []offtake.ClauseName{"held", "going"})}}
	switch rapid.IntRange(0, 7).Draw(t, "until") {
	case 0:
		return offtake.Until{At: on("2025-09-01T12:00:00Z")}
	case 1:
		return held
	case 2:
		return offtake.Until{FirstOf: []offtake.Until{held, {At: on("2026-01-01")}}}
	}
	return offtake.Until{}
}

func drawStatement(t *rapid.T, i, clauses int) offtake.Statement {
	s := offtake.Statement{Name: fmt.Sprint("s", i), At: on(one(t, "said at", someDays)), By: one(t, "said by", []offtake.PartyName{"pa", "pc"})}
	if rapid.Bool().Draw(t, "of a question") {
		s.Of = offtake.ClauseRef{Agreement: "deal", Clause: one(t, "of", []offtake.ClauseName{"held", "going"})}
		s.Says = one(t, "says", []offtake.Says{offtake.SaysYes, offtake.SaysNo})
		return s
	}
	s.Of = named(rapid.IntRange(0, clauses).Draw(t, "of"))
	s.Says = one(t, "says", []offtake.Says{offtake.CannotSupport, offtake.ChoosesNotTo})
	s.Products = few(t, "products", someProducts)
	return s
}

// drawFacts draws facts of which at most three are left open.
func drawFacts(t *rapid.T) offtake.Facts {
	f := offtake.Facts{
		Provider: one(t, "provider", someProviders), Purposes: []offtake.Purpose{one(t, "purpose", somePurposes)},
		Product: one(t, "product", someProducts), Accelerator: one(t, "accelerator", someAccels),
		Quantity: one(t, "quantity", someLengths), Region: one(t, "region", someRegions), Site: one(t, "site", []offtake.Site{"abilene", "other"}),
		Term: duration(one(t, "term", someTerms)), Start: on(one(t, "start", someDays)),
		Asset: one(t, "asset", append(someAssets, "m3")), Customer: one(t, "customer", someCustomers),
		Party:    maybe(t, "party", someParties),
		Licensee: maybe(t, "licensee", someParties),
		Capacity: maybe(t, "capacity", []offtake.Capacity{offtake.NewCapacity, offtake.HeldCapacity}),
	}
	if rapid.Bool().Draw(t, "both purposes") {
		f.Purposes = somePurposes
	}
	for range one(t, "open facts", []int{0, 0, 1, 2, 3}) {
		drop := one(t, "open", []offtake.Dimension{offtake.DimProvider, offtake.DimPurpose, offtake.DimProduct, offtake.DimAccelerator,
			offtake.DimQuantity, offtake.DimRegion, offtake.DimSite, offtake.DimTerm, offtake.DimStart, offtake.DimAsset, offtake.DimCustomer})
		leaveOut(&f, drop)
		if drop != offtake.DimProvider && rapid.IntRange(0, 3).Draw(t, "absent") == 0 {
			f.Absent = append(f.Absent, drop)
		}
	}
	if f.Provider == "" && rapid.Bool().Draw(t, "with route") {
		f.Route = one(t, "route", []offtake.Route{offtake.Cloud, offtake.Build})
	}
	return f
}

func leaveOut(f *offtake.Facts, d offtake.Dimension) {
	switch d {
	case offtake.DimProvider:
		f.Provider = ""
	case offtake.DimPurpose:
		f.Purposes = nil
	case offtake.DimProduct:
		f.Product = ""
	case offtake.DimAccelerator:
		f.Accelerator = ""
	case offtake.DimQuantity:
		f.Quantity = 0
	case offtake.DimRegion:
		f.Region = ""
	case offtake.DimSite:
		f.Site = ""
	case offtake.DimTerm:
		f.Term = offtake.Duration{}
	case offtake.DimStart:
		f.Start = offtake.When{}
	case offtake.DimAsset:
		f.Asset = ""
	case offtake.DimCustomer:
		f.Customer = ""
	}
}

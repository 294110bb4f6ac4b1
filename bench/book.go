package bench

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/offtake-dev/offtake"
)

// The words of the generated book: eight values or so in every dimension.
var (
	providers    = words[offtake.ProviderName]("provider", 8)
	parties      = words[offtake.PartyName]("party", 8)
	purposes     = words[offtake.Purpose]("purpose", 6)
	products     = words[offtake.Product]("product", 12)
	accelerators = words[offtake.Accelerator]("accelerator", 6)
	regions      = words[offtake.Region]("region", 12)
	sites        = words[offtake.Site]("site", 10)
	customers    = words[offtake.Customer]("customer", 6)
	assets       = words[offtake.Asset]("asset", 6)
)

// buyer is whose book it is.
const buyer = offtake.PartyName("buyer")

func words[T ~string](name string, n int) (out []T) {
	for i := range n {
		out = append(out, T(fmt.Sprintf("%s-%d", name, i)))
	}
	return out
}

// mix says how many of 100 clauses have which body. What is left is recorded.
var mix = []struct {
	body string
	of   int
}{
	{"exclusivity", 25}, {"first_refusal", 10}, {"first_offer", 2}, {"first_placement", 10},
	{"consent", 15}, {"licence", 15}, {"rate", 18},
}

// Book generates a book of n clauses from a seed. A scope leaves half of the
// dimensions unconstrained (a licence has only two); about 5% of clauses match a
// random question. All exclusivities are for one provider, so that none
// contradicts another. Printed as YAML it loads.
func Book(n int, seed uint64) *offtake.Book {
	r := rand.New(rand.NewPCG(seed, 1))
	b := &offtake.Book{
		Name: "generated", Buyer: buyer, Currency: "USD", Calendar: "utc",
		Parties: []offtake.Party{{Name: buyer}}, Purposes: purposes, Sites: sites, Customers: customers, Assets: assets,
		Calendars: []offtake.Calendar{{Name: "utc", Timezone: "UTC"}},
	}
	for i, p := range parties {
		b.Parties = append(b.Parties, offtake.Party{Name: p})
		b.Providers = append(b.Providers, offtake.Provider{Name: providers[i], Party: p})
	}
	for _, p := range products {
		b.Products = append(b.Products, offtake.ProductDecl{Name: p, Party: buyer})
	}
	for _, x := range accelerators {
		b.Accelerators = append(b.Accelerators, offtake.AcceleratorDecl{Name: x, PerNode: 8})
	}
	for _, x := range regions {
		b.Regions = append(b.Regions, offtake.RegionDecl{Name: x})
	}
	a := offtake.Agreement{Name: "all", Parties: append([]offtake.PartyName{buyer}, parties...), Effective: day("2025-01-01")}
	for i := range n {
		a.Clauses = append(a.Clauses, offtake.Clause{
			Name: name(i), Text: "generated", Body: body(r, bodyOf(i), n),
			Pos: offtake.Pos{File: "all.yaml", Line: i + 1, Col: 1},
		})
	}
	b.Agreements = []offtake.Agreement{a}
	return b
}

func name(i int) offtake.ClauseName { return offtake.ClauseName(fmt.Sprintf("c%d", i)) }

func day(s string) offtake.When {
	w, err := offtake.ParseWhen(s)
	if err != nil {
		panic(err)
	}
	return w
}

// bodyOf spreads the mix evenly over the clauses.
func bodyOf(i int) string {
	i = i * 37 % 100
	for _, m := range mix {
		if i < m.of {
			return m.body
		}
		i -= m.of
	}
	return "recorded"
}

func days(n int) offtake.Duration { return offtake.Duration{Unit: offtake.Days, Count: n} }

var tail = offtake.Tail{SignBy: days(90), CloseBy: days(180)}

func body(r *rand.Rand, kind string, n int) offtake.Body {
	scope := scope(r)
	switch kind {
	case "exclusivity":
		return offtake.Exclusivity{Provider: providers[0], Scope: scope}
	case "first_refusal":
		holder := 1 + r.IntN(2)
		return offtake.FirstRefusal{
			Direction: offtake.SupplySide, Grantor: buyer, Scope: scope, Window: days(10),
			Holders: []offtake.Holder{{Party: parties[holder], Provider: providers[holder], Rank: 1, Weight: 1, Assignable: "personal"}},
			Notice:  offtake.NoticeRules{Contents: []offtake.Content{"price", "term"}, Deficiency: offtake.Strict},
			Partial: offtake.NoPartial, Match: offtake.ExactMatch, NonCash: offtake.CashEquivalent, Package: offtake.WholePackage,
			OfferRevocable: offtake.Irrevocable, Nonconforming: offtake.NonconformingIgnored,
			Definitive: days(60), Tail: tail, Survival: offtake.Continuing,
		}
	case "first_offer":
		return offtake.FirstOffer{Holder: parties[1+r.IntN(2)], Scope: scope, Window: days(10), Tail: tail}
	case "first_placement":
		return offtake.FirstPlacement{Provider: providers[0], Scope: scope, HeadStart: days(30)}
	case "consent":
		c := offtake.Consent{Scope: scope}
		for tries := 0; tries < 8 || len(c.Lifts) == 0; tries++ {
			i := r.IntN(n)
			ref := offtake.ClauseRef{Agreement: "all", Clause: name(i)}
			if k := bodyOf(i); (k == "exclusivity" || k == "first_refusal" || k == "first_offer") && !slices.Contains(c.Lifts, ref) {
				c.Lifts = append(c.Lifts, ref)
			}
		}
		return c
	case "licence":
		return offtake.Licence{
			Licensor: parties[0], Licensee: parties[1+r.IntN(7)], Assets: some(r, assets, 2),
			Scope: offtake.Scope{Purposes: scope.Purposes, Products: scope.Products},
		}
	case "rate":
		return offtake.Rate{Provider: providers[r.IntN(len(providers))], Scope: scope, Price: offtake.MoneyOf("USD", 2)}
	}
	return offtake.Recorded{Parties: []offtake.PartyName{buyer}, About: "other"}
}

// scope leaves each dimension unconstrained once in two times.
func scope(r *rand.Rand) (s offtake.Scope) {
	s.Purposes = half(r, purposes, 3)
	s.Products = half(r, products, 5)
	s.Accelerators = half(r, accelerators, 2)
	s.Regions = half(r, regions, 4)
	s.Sites = half(r, sites, 3)
	s.Customers = half(r, customers, 2)
	if r.IntN(2) == 0 {
		s.Quantity.AtLeast = 1 + r.Int64N(5_000)
		s.Quantity.AtMost = s.Quantity.AtLeast + 4_000
	}
	if r.IntN(2) == 0 {
		s.Term.AtLeast = offtake.Duration{Unit: offtake.Months, Count: 1 + r.IntN(48)}
	}
	return s
}

func half[T any](r *rand.Rand, from []T, n int) []T {
	if r.IntN(2) == 0 {
		return nil
	}
	return some(r, from, n)
}

func some[T any](r *rand.Rand, from []T, n int) []T {
	var out []T
	for _, i := range r.Perm(len(from))[:n] {
		out = append(out, from[i])
	}
	return out
}

// Facts generates n fully stated questions from a seed: half of them about the
// provider that has the exclusivities, for which every clause must be looked at.
func Facts(n int, seed uint64) (out []offtake.Facts) {
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range n {
		by := providers[0]
		if i%2 == 1 {
			by = pick(r, providers[1:])
		}
		out = append(out, offtake.Facts{
			Provider: by, Purposes: []offtake.Purpose{pick(r, purposes)}, Product: pick(r, products),
			Accelerator: pick(r, accelerators), Region: pick(r, regions), Site: pick(r, sites), Customer: pick(r, customers),
			Quantity: 1 + r.Int64N(9_000), Term: offtake.Duration{Unit: offtake.Months, Count: 1 + r.IntN(60)},
			Asset: pick(r, assets), Capacity: offtake.NewCapacity, Start: day("2025-06-01"),
		})
	}
	return out
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

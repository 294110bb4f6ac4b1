package offtake

// A Book is everything one buyer of compute has agreed, can buy and needs.
//
// Slices keep the order of the text. Declared vocabularies that a book may
// leave out (Assets, Regions, Sites, Customers) are nil where it does, and
// those words are then free.
type Book struct {
	Name     BookName
	Buyer    PartyName
	Currency Currency
	Calendar CalendarName // the book's own: the only one, or the one it names
	Pos      Pos

	Parties      []Party
	Providers    []Provider
	Purposes     []Purpose
	Products     []ProductDecl
	Assets       []Asset
	Regions      []RegionDecl
	Sites        []Site
	Customers    []Customer
	Accelerators []AcceleratorDecl
	Calendars    []Calendar

	Agreements []Agreement
	Statements []Statement
	Supplies   []Supply
	Demands    []Demand
	Servings   []Serving
	Scenarios  []Scenario
}

// A Party is somebody who agrees, supplies, holds a right or decides.
type Party struct {
	Name       PartyName
	Title      string
	Affiliates []PartyName
	Pos        Pos
}

// A Provider supplies compute and belongs to a party.
type Provider struct {
	Name         ProviderName
	Party        PartyName
	BuiltByBuyer bool // capacity from it is built, not bought: its route is Build
	Pos          Pos
}

// A ProductDecl is something sold or used that needs compute.
type ProductDecl struct {
	Name    Product
	Purpose Purpose   // "" where the product says nothing of it
	Party   PartyName // whose product it is; the buyer where the book says nothing
	Pos     Pos
}

// A RegionDecl is a region and what each provider calls it.
type RegionDecl struct {
	Name  Region
	Names []RegionName
	Pos   Pos
}

// A RegionName is one provider's own name for a region.
type RegionName struct {
	Provider ProviderName
	Name     string
}

// An AcceleratorDecl is a kind of accelerator.
type AcceleratorDecl struct {
	Name    Accelerator
	PerNode int64  // accelerators in one node
	Lot     int64  // the least that is bought at once; 0 where it is the node
	H100e   Factor // declared equivalence, used only where a clause asks for it; 0 where none
	Pos     Pos
}

// LotSize gives the accelerators that make one lot: Lot, else PerNode, else 1.
func (a AcceleratorDecl) LotSize() int64 {
	switch {
	case a.Lot > 0:
		return a.Lot
	case a.PerNode > 0:
		return a.PerNode
	}
	return 1
}

// Provider finds a provider by name.
func (b *Book) Provider(name ProviderName) (Provider, bool) {
	for _, p := range b.Providers {
		if p.Name == name {
			return p, true
		}
	}
	return Provider{}, false
}

// Product finds a product by name.
func (b *Book) Product(name Product) (ProductDecl, bool) {
	for _, p := range b.Products {
		if p.Name == name {
			return p, true
		}
	}
	return ProductDecl{}, false
}

// Accelerator finds an accelerator by name.
func (b *Book) Accelerator(name Accelerator) (AcceleratorDecl, bool) {
	for _, a := range b.Accelerators {
		if a.Name == name {
			return a, true
		}
	}
	return AcceleratorDecl{}, false
}

// Party finds a party by name.
func (b *Book) Party(name PartyName) (Party, bool) {
	for _, p := range b.Parties {
		if p.Name == name {
			return p, true
		}
	}
	return Party{}, false
}

// Affiliated reports whether p and q are the same party, or either names the
// other as an affiliate, or one party names both.
func (b *Book) Affiliated(p, q PartyName) bool {
	if p == q {
		return true
	}
	for _, party := range b.Parties {
		var hasP, hasQ = party.Name == p, party.Name == q
		for _, a := range party.Affiliates {
			hasP, hasQ = hasP || a == p, hasQ || a == q
		}
		if hasP && hasQ {
			return true
		}
	}
	return false
}

// A Statement is an answer or declaration that only a named person can give.
type Statement struct {
	Name     string
	Of       ClauseRef // a determination, or a first placement
	By       PartyName
	At       When
	Says     Says
	Products []Product // first placement only
	Pos      Pos
}

// Says is what a statement says.
type Says string

// What can be said: of a determination, and of a first placement.
const (
	SaysYes       Says = "yes"
	SaysNo        Says = "no"
	CannotSupport Says = "cannot_support"
	ChoosesNotTo  Says = "chooses_not_to"
)

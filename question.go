package offtake

// Ask is one of the four questions a book answers.
type Ask string

// The questions.
const (
	Procure Ask = "procure" // may capacity be bought, and what must happen first
	Place   Ask = "place"   // may a workload start on held capacity
	Serve   Ask = "serve"   // may a deployment answer a request
	Use     Ask = "use"     // is a product licensed to use an asset
)

// Facts are what is known about a question. A field left empty is unknown; a
// dimension listed in Absent is known to have no value, as a training job has
// no product. Purposes and Products may hold several values that all apply.
type Facts struct {
	Provider    ProviderName
	Party       PartyName // who buys or uses; the buyer where left out
	Licensee    PartyName
	Purposes    []Purpose
	Product     Product
	Accelerator Accelerator
	Quantity    int64
	Region      Region
	Site        Site
	Term        Duration
	Start       When
	Capacity    Capacity
	Route       Route
	Asset       Asset
	Customer    Customer
	Absent      []Dimension
}

// A Dimension is something a scope can bound and a question can state. Its
// name is the flag's and the scope key's.
type Dimension string

// The dimensions.
const (
	DimProvider    Dimension = "provider"
	DimParty       Dimension = "party"
	DimLicensee    Dimension = "licensee"
	DimPurpose     Dimension = "purpose"
	DimProduct     Dimension = "product"
	DimAccelerator Dimension = "accelerator"
	DimQuantity    Dimension = "quantity"
	DimRegion      Dimension = "region"
	DimSite        Dimension = "site"
	DimTerm        Dimension = "term"
	DimStart       Dimension = "start"
	DimCapacity    Dimension = "capacity"
	DimRoute       Dimension = "route"
	DimAsset       Dimension = "asset"
	DimCustomer    Dimension = "customer"
)

// Verdict is an answer in one word.
type Verdict string

// The verdicts.
const (
	Permitted    Verdict = "permitted"
	Conditional  Verdict = "conditional"
	Prohibited   Verdict = "forbidden"
	Undetermined Verdict = "undetermined"
)

// An Answer is a verdict with its reasons.
type Answer struct {
	Question    Ask
	At          When
	Verdict     Verdict
	Duties      []Duty
	Missing     []string // facts left out, by flag name, or the question only a named party may answer
	Because     []Reason
	WouldPermit []Change
	Allowed     []Allowed // serve without a provider
}

// A Duty must be done before the thing asked about may be.
type Duty struct {
	Do     DutyName
	Owes   PartyName
	To     PartyName
	Clause ClauseRef
	By     When // zero: no time is set
}

// A DutyName names a duty.
type DutyName string

// The duties.
const (
	OfferFirst DutyName = "offer_first" // offer the holder the third party's terms (first_refusal)
	AskFirst   DutyName = "ask_first"   // ask the holder for its offer (first_offer)
	PlaceFirst DutyName = "place_first" // ship the product there first (first_placement)
)

// A Reason is a clause that led to an answer, and what it says about it.
type Reason struct {
	Clause ClauseRef
	Pos    Pos
	Says   string
}

// A Change is the smallest change of one fact that would permit what was asked.
type Change struct {
	What  string // a dimension, "at" or "consent"
	Value string
}

// Allowed is a place that may answer. Region is "" where the book names none.
type Allowed struct {
	Provider ProviderName
	Region   Region
}

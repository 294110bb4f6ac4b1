package offtake

// A FirstRefusal is the right of its holders to match a third party's offer
// on any purchase within Scope before that offer may be taken.
//
// The right is exercised, or lost, one opportunity at a time: letting one
// notice lapse does not weaken the right over the next, unless Survival says
// that it is spent. Fields whose absence has a legal meaning carry it in their
// zero value, as the reference of the process gives it.
type FirstRefusal struct {
	Direction       Direction
	Grantor         PartyName
	Holders         []Holder // by rank, then in the order written
	Scope           Scope
	BonaFide        []string // what an offer must be to trigger the right; nil: every offer does
	NotifyWithin    Duration // zero: no deadline
	Notice          NoticeRules
	Window          Duration         // zero where WindowByRank says it
	WindowByRank    map[int]Duration // nil: one window for all
	Ranks           Ranks            // zero with a single holder
	Partial         Partial
	Lot             int64 // 0: the accelerator's own
	AllOrNone       bool
	Undersubscribed Duration // zero: no further round
	Match           Match
	NonCash         NonCash
	Package         PackageRule
	OfferRevocable  Revocable
	Nonconforming   Nonconforming
	Definitive      Duration
	DeliveryGate    bool
	DeliveryGrace   Duration
	Tail            Tail
	Tolerance       []Tolerance // by dimension, sorted
	Retrigger       Duration    // zero: the full window
	Survival        Survival
	Aggregation     Aggregation
	Tolling         []string
	Determiner      PartyName // "": the grantor and every holder sign
	SubjectTo       ClauseRef
	Time            TimeRules
}

// WindowOf gives the window of a rank.
func (f FirstRefusal) WindowOf(rank int) Duration {
	if d, ok := f.WindowByRank[rank]; ok {
		return d
	}
	return f.Window
}

// A Holder may match. Provider is where it would supply from; "" on the demand side.
type Holder struct {
	Party      PartyName
	Provider   ProviderName
	Rank       int
	Weight     int64
	Assignable string // "personal", "affiliates", "free"
}

// Direction says what is better for the third party, and nothing else.
type Direction string

// The directions.
const (
	SupplySide Direction = "supply_side" // the third party sells
	DemandSide Direction = "demand_side" // the third party buys
)

// NoticeRules say what a notice must hold.
type NoticeRules struct {
	Contents        []Content
	Deficiency      Deficiency
	ObjectionWithin Duration // with InquiryDuty
}

// A Content is something a notice discloses: "price", "site", "offer_copy".
type Content string

// Deficiency says what an incomplete notice does.
type Deficiency string

// The deficiencies.
const (
	Strict      Deficiency = "strict"       // it starts no window
	InquiryDuty Deficiency = "inquiry_duty" // it starts one, unless objected to in time
)

// Ranks say how several holders take turns.
type Ranks struct {
	Mode       string // "sequential", "concurrent"
	NextStarts string // "on_deadline", "on_response"
}

// Partial says whether a holder may take a part.
type Partial string

// The partials.
const (
	NoPartial Partial = "none"
	InLots    Partial = "lots"
)

// Match says how closely a holder must match.
type Match string

// The matches.
const (
	ExactMatch    Match = "exact"
	MaterialMatch Match = "material"
)

// NonCash says what becomes of consideration that is not money.
type NonCash string

// The rules for non-cash terms.
const (
	SameNonCash     NonCash = "same"
	CashEquivalent  NonCash = "cash_equivalent"
	NonCashExcluded NonCash = "excluded"
)

// PackageRule says what becomes of an offer bundled with other things.
type PackageRule string

// The rules for packages.
const (
	WholePackage        PackageRule = "whole"
	SeverablePackage    PackageRule = "severable"
	PackageNotTriggered PackageRule = "not_triggered"
	PackageBarred       PackageRule = "barred"
)

// Revocable says until when the offer behind a notice may be withdrawn.
type Revocable string

// The rules for revocation.
const (
	UntilAcceptance Revocable = "until_acceptance"
	Irrevocable     Revocable = "irrevocable"
)

// Nonconforming says what an acceptance on other terms does.
type Nonconforming string

// The rules for acceptances on other terms.
const (
	NonconformingIgnored    Nonconforming = "ignored"
	NonconformingTerminates Nonconforming = "terminates"
)

// A Tail is how long a third party may still be signed, and closed.
type Tail struct {
	SignBy  Duration // from release
	CloseBy Duration // from signature
}

// A Tolerance is how much better one dimension may become without a new
// notice; the bound itself is inside.
type Tolerance struct {
	Dimension string
	Within    Percent
}

// Survival says whether a right that was passed over lives on.
type Survival string

// The survivals.
const (
	OneShot    Survival = "one_shot"
	Continuing Survival = "continuing"
)

// Aggregation counts deals split to stay under a threshold as one.
type Aggregation struct {
	Window     Duration // zero: none
	Affiliates bool
}

package offtake

// A Body is what a clause does. Exactly one of the types below.
type Body interface {
	// Kind gives the body's word in the contract language: "exclusivity".
	Kind() string
}

// Exclusivity: inside the scope only this provider may supply.
type Exclusivity struct {
	Provider ProviderName
	Scope    Scope
}

// FirstOffer: the holder is asked for its offer before the market is.
type FirstOffer struct {
	Holder PartyName
	Scope  Scope
	Window Duration
	Floor  Money // zero: none
	Tail   Tail
}

// FirstPlacement: a product ships first on this provider, unless it declares otherwise.
type FirstPlacement struct {
	Provider  ProviderName
	Scope     Scope
	HeadStart Duration
	Unless    Declared // zero: nothing excuses
}

// Declared names who must make which statements, all of them, for an excuse to hold.
type Declared struct {
	By         PartyName
	Statements []Says
}

// Consent lifts other clauses inside its scope, up to a limit and as long as a
// share holds.
type Consent struct {
	Lifts []ClauseRef
	Scope Scope
	Limit ConsentLimit
	Share ConsentShare
}

// ConsentLimit bounds what a consent allows in all; zero fields do not bound.
type ConsentLimit struct {
	Quantity  int64 // accelerators
	Megawatts Factor
	Money     Money
}

// IsZero reports whether nothing is limited.
func (l ConsentLimit) IsZero() bool { return l == ConsentLimit{} }

// ConsentShare demands that at least AtLeast of what is done under the consent,
// measured in Unit over Window, is for the named purposes.
type ConsentShare struct {
	Purposes []Purpose // nil: no share is demanded
	AtLeast  Percent
	Unit     Measure // GPUHours or Spend
	Window   Duration
}

// Measure is what a commitment or share is counted in.
type Measure string

// The measures.
const (
	Spend         Measure = "spend"
	GPUHours      Measure = "gpu_hours"
	CapacityTaken Measure = "capacity"
)

// Counts says when something draws a commitment down.
type Counts string

// What counts.
const (
	OnUsage    Counts = "usage"
	OnInvoice  Counts = "invoice"
	OnPurchase Counts = "purchase"
)

// Shortfall says what becomes of what was promised and not taken.
type Shortfall string

// The shortfalls.
const (
	ShortfallInvoice Shortfall = "invoice"
	PrepayCredit     Shortfall = "prepay_credit"
	Forfeit          Shortfall = "forfeit"
)

// An Amount is what a commitment is for: money under Spend, a whole number of
// accelerator-hours or accelerators under the other measures.
type Amount struct {
	Money    Money
	Quantity int64
}

// Commitment: the buyer promises to spend, or to take.
type Commitment struct {
	Provider   ProviderName
	Measure    Measure
	Amount     Amount
	Interval   Duration // zero: the full period
	Period     Period
	Milestones []Milestone
	Eligible   Scope
	Services   []string
	Caps       []ServiceCap
	Counts     Counts
	Prepayment Prepayment
	Shortfall  Shortfall
	Carry      Carry
	Cancel     Cancel
	For        []ClauseName // the reservations it stands for
	Order      int64
	HasOrder   bool
}

// A Milestone is a cumulative amount due by a time, with its own shortfall.
type Milestone struct {
	By        When
	Amount    Amount
	Shortfall Shortfall
}

// A ServiceCap bounds the part of a commitment one kind of service may draw.
type ServiceCap struct {
	Service string
	AtMost  Percent
}

// A Prepayment is paid ahead. Draws applies to reservations only.
type Prepayment struct {
	Amount Money
	By     When
	Draws  string // "pro_rata", "first", or ""
}

// IsZero reports whether nothing is paid ahead.
func (p Prepayment) IsZero() bool { return p == Prepayment{} }

// Carry says what becomes of what was taken beyond an interval's amount.
type Carry struct {
	Rule string  // "none", "extend" or "forward"
	Cap  Percent // of the interval's amount; forward only
}

// Cancel says how a commitment or reservation may be given up; the zero
// Cancel is "none".
type Cancel struct {
	Allowed bool
	Notice  Duration
	Fee     Percent // of what is cancelled
	Cap     Money   // at most this may be cancelled within Rolling
	Rolling Duration
}

// Reservation: capacity held for a time.
type Reservation struct {
	Provider     ProviderName
	Accelerator  Accelerator
	Quantity     int64
	Lot          int64 // 0: the accelerator's own
	Site         Site
	Region       Region
	Window       Period
	Price        Money  // per accelerator-hour
	Pay          string // "upfront", "monthly" or ""
	Prepayment   Prepayment
	UnusedCharge Percent
	Ramp         []RampStep
	Delivery     Delivery
	EndsAt       string // "11:30Z": the time of day it ends at, or ""
	Extend       Extend
	Cancel       Cancel
	Under        OpportunityID
}

// A RampStep is the cumulative quantity held from a day on.
type RampStep struct {
	On       When
	Quantity int64
	Pos      Pos
}

// Delivery says what happens when capacity is late.
type Delivery struct {
	Tolerance Duration
	LongStop  When
	Damages   Damages
}

// Damages are paid for each day of delay, up to a cap.
type Damages struct {
	PerDay Money
	Cap    Money
}

// Extend is a right to prolong a reservation by steps.
type Extend struct {
	Step   Duration
	Notice Duration
}

// Rate is a negotiated price: either Price per accelerator-hour, or a Discount
// off the list.
type Rate struct {
	Provider    ProviderName
	Scope       Scope
	Price       Money
	Discount    Percent
	HasDiscount bool
}

// Licence says who may use which asset for what.
type Licence struct {
	Licensor  PartyName
	Licensee  PartyName
	Assets    []Asset
	Scope     Scope // products and purposes
	Exclusive bool  // no other licensee; the licensor keeps its own use
}

// MostFavoured: a price follows the best price given to others.
type MostFavoured struct {
	Beneficiary  PartyName
	ComparedWith []PartyName
	Metric       string
	Remedy       string
}

// Determination is a question only named people may answer.
type Determination struct {
	Question  string
	DecidedBy PartyName
	Meanwhile string // "hold" or "continue"
}

// Venture: partners fund and build capacity together.
type Venture struct {
	Partners []Partner
	UpTo     Money
	Initial  Money
	Operator PartyName
	Provider ProviderName
	Phases   []Phase
}

// A Partner puts in a share of the capital, or an amount.
type Partner struct {
	Party  PartyName
	Share  Percent
	Amount Money
}

// A Phase is capacity that comes online at a site.
type Phase struct {
	Site        Site
	Megawatts   Factor
	Accelerator Accelerator
	Quantity    int64
	Online      When
	Slip        Duration
}

// Recorded is kept, shown and compared, and decides nothing.
type Recorded struct {
	Parties []PartyName
	About   string // revenue_share, option, service_level, negotiation, equity, other
}

func (Exclusivity) Kind() string    { return "exclusivity" }
func (FirstRefusal) Kind() string   { return "first_refusal" }
func (FirstOffer) Kind() string     { return "first_offer" }
func (FirstPlacement) Kind() string { return "first_placement" }
func (Consent) Kind() string        { return "consent" }
func (Commitment) Kind() string     { return "commitment" }
func (Reservation) Kind() string    { return "reservation" }
func (Rate) Kind() string           { return "rate" }
func (Licence) Kind() string        { return "licence" }
func (MostFavoured) Kind() string   { return "most_favoured" }
func (Determination) Kind() string  { return "determination" }
func (Venture) Kind() string        { return "venture" }
func (Recorded) Kind() string       { return "recorded" }

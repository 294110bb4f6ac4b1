package offtake

import "time"

// An Act is what somebody did. It can be refused; what follows from one that
// is taken are Events.
type Act struct {
	ID          ActID
	At          time.Time // when it was received
	By          PartyName // "" where time itself acts
	Clause      ClauseRef // zero: every live process of the opportunity that it can reach
	Opportunity OpportunityID
	Deed        Deed
}

// A Receipt is how an act reached a running broker. It says nothing about what
// follows from the act.
type Receipt struct {
	Recorded    time.Time // when it was written down; never before that of the act before it
	Person      string    // who of the party acted, or wrote it down
	Recorder    PartyName // who wrote it down on behalf of the act's party; "": that party itself
	Channel     string    // how it came where not to the broker itself: "email", "courier"
	Received    time.Time // when it came, where it stands in the record later than that; zero: as it stands there
	Attachments []Hash    // what came with it
	Doubted     bool      // nobody could be sure of the time
}

// A Deed is what an Act does. Exactly one of the types below.
type Deed interface {
	// Name gives the deed's word in a log of acts: "offer.receive".
	Name() string
}

// OfferReceive: the buyer has an offer of capacity, from which an opportunity
// and one process per first refusal follow.
type OfferReceive struct{ Terms OfferTerms }

// OfferRevise: the offer has changed. Terms say only what did.
type OfferRevise struct{ Terms OfferTerms }

// OfferWithdraw: the offer is given up.
type OfferWithdraw struct{}

// NoticeServe: the grantor tells the holders of an offer.
type NoticeServe struct {
	To       []PartyName // nil: every holder
	Contents []Content   // what the notice discloses of the terms
}

// Accept: a holder takes the noticed terms.
type Accept struct {
	Quantity   int64 // 0: everything offered
	Conditions []string
	Extras     []string   // nil: all of them
	Terms      OfferTerms // what the holder writes; what is left out is as noticed
}

// Decline: a holder passes. Its word in a log is "refuse".
type Decline struct{ Reason string } // "unable", "unwilling" or ""

// NoticeObject: a holder says that a notice lacks something, or asks what only
// the determiner may answer.
type NoticeObject struct {
	Missing  []Content
	Question Doubt // "": none
}

// DefinitiveSign: the agreement with a bound holder is signed.
type DefinitiveSign struct {
	Party    PartyName // "": the only one bound
	Quantity int64     // 0: all it is bound to
}

// Deliver: a bound holder has delivered.
type Deliver struct {
	Party    PartyName // "": the only one bound
	Quantity int64     // 0: all it is bound to
}

// HolderDefault: a bound holder has failed, and says or shows that it will.
type HolderDefault struct {
	Party    PartyName // "": the only one bound
	Quantity int64     // 0: all it is bound to
}

// RegulatorRefuse: a regulator has refused what a bound holder needs.
type RegulatorRefuse struct {
	Party    PartyName // "": the only one bound
	Quantity int64     // 0: all it is bound to
}

// ThirdPartySign: the third party's agreement is signed.
type ThirdPartySign struct {
	Terms       OfferTerms // what is left out is as last revised
	Conditional bool       // on the right being cleared
}

// ThirdPartyClose: the third party's agreement takes effect.
type ThirdPartyClose struct{}

// Toll: time stands still for a cause that the clause lists.
type Toll struct{ Cause string }

// Resume: time runs again.
type Resume struct {
	Cause string // "": every cause there is
}

// ExtendDeadline: a deadline is moved later, with the consent of whom it served.
type ExtendDeadline struct {
	Deadline DeadlineName
	Until    When // a date means its cut-off
	SignedBy []PartyName
}

// Assign: a holder's seat goes over to another party.
type Assign struct{ To PartyName }

// Determine: the determiner answers an open question.
type Determine struct {
	Question Doubt // "": the one that is open
	Answer   InFavour
	SignedBy []PartyName // where the clause names no determiner: the grantor and every holder
}

// A Doubt is a question that no clock decides and only the determiner answers.
type Doubt string

// The doubts. One about a term of the offer is the term's key.
const (
	DoubtGoodFaith   Doubt = "good_faith"  // is the third party's offer meant
	DoubtEquivalence Doubt = "equivalence" // does what the holder offers match
	DoubtValue       Doubt = "value"       // what is a consideration worth that is no money
	DoubtEvidence    Doubt = "evidence"    // what follows from evidence that came after somebody relied on the outcome
)

// InFavour says for whom a doubt was decided.
type InFavour string

// The answers to a doubt.
const (
	ForHolder  InFavour = "for_holder"  // the notice counts as deficient, and a new one opens a fresh window
	ForGrantor InFavour = "for_grantor" // everything goes on as it was
)

// Evidence: an act of the log was received at another instant than it says.
type Evidence struct {
	Of       ActID
	Received time.Time
}

// PurposeReading: what was bought under a consent went to these purposes in the
// window that its share is measured over.
type PurposeReading struct {
	Shares    []PurposeShare
	WindowEnd When
}

// A PurposeShare is a purpose's part of the whole.
type PurposeShare struct {
	Purpose Purpose
	Share   Percent
}

// OfferInvite: the buyer asks the holder of a first offer for its offer of what
// it needs, before it asks the market.
type OfferInvite struct{ Terms OfferTerms }

// OfferMake: the holder of a first offer makes its offer, or a better one. What
// it leaves out is as it was asked for.
type OfferMake struct{ Terms OfferTerms }

// ProductAnnounce: a product is going to ship, from which one process per first
// placement follows.
type ProductAnnounce struct{ Product Product }

// ProductShip: the product ships on a provider.
type ProductShip struct{ Provider ProviderName }

// ProductDrop: the product will not ship.
type ProductDrop struct{}

// Declare: who may excuse a product from a first placement says so. Says is one
// of the statements that the clause asks for.
type Declare struct{ Says Says }

// Amend: an amendment takes hold of the processes that are open.
type Amend struct {
	Agreement AgreementName
	Amendment AmendmentName
}

// Deadline: a deadline of a process passes. Nobody does it; it comes from
// asking the state what is due.
type Deadline struct {
	Process ProcessID
	Of      DeadlineName
}

// A DeadlineName says which deadline.
type DeadlineName string

// The deadlines of a process.
const (
	DueNotify     DeadlineName = "notify"     // the notice is owed
	DueAnswer     DeadlineName = "answer"     // the window ends
	DueDefinitive DeadlineName = "definitive" // a bound holder must have signed
	DueSignBy     DeadlineName = "sign_by"    // the third party must have signed
	DueCloseBy    DeadlineName = "close_by"   // its agreement must have taken effect
	DueDelivery   DeadlineName = "delivery"   // a bound holder must have delivered
	DueExpires    DeadlineName = "expires"    // the third party's offer is gone
	DueHeadStart  DeadlineName = "head_start" // the product may ship elsewhere
)

// Award: the buyer takes the offer of an opportunity. It signs and closes with
// the third party in one step, and only where every right is cleared.
type Award struct {
	Quantity int64 // 0: everything that may be taken
}

// PlaceJob: work starts on held capacity. The job's name is its identity: the
// same job placed again in the same way has no effect.
type PlaceJob struct {
	Job      JobID
	Parts    []Taken   // all of one pool: provider, accelerator, region and site
	Until    time.Time // until when it needs the capacity, at the longest
	Purpose  Purpose
	Product  Product // "" where the work is for none; likewise below
	Asset    Asset
	Customer Customer
}

// Taken is a number of accelerators of one reservation.
type Taken struct {
	Reservation ReservationID
	Quantity    int64
}

// FinishJob: work has ended and its capacity is free.
type FinishJob struct{ Job JobID }

// UsageReport: a source says what was used and charged. The batch's name within
// its source is its identity.
type UsageReport struct {
	Source string
	Batch  string
	Rows   int64  // how many rows stand behind the totals
	Hash   string // of those rows
	Totals []UsageTotal
	// Where the rows themselves are kept, under Hash:
	Form    string       // how they are written: csv, jsonl, focus
	Default ProviderName // of rows that name none
	Skipped []int64      // those, from 1, that were refused, or were there already
	Root    Hash         // of the tree over all of them
}

// A UsageTotal is what was used of one kind with one date, in whole
// accelerator-seconds: on held capacity for one purpose and product, or of a
// provider for what it costs. What was held and used by nobody is a total without
// purpose and product. A correction takes back in totals below zero what it
// replaces.
type UsageTotal struct {
	Reservation ReservationID // "": on none
	Day         Date          // in UTC; zero where At is given
	Purpose     Purpose
	Product     Product
	Used        int64
	Unused      int64
	At          time.Time // the quarter of an hour that it ends in, by its end; zero: the end of Day
	Kind        ChargeKind
	Provider    ProviderName // of the reservation, where it is on one
	Service     string       // "": compute
	Accelerator Accelerator
	Region      Region
	Site        Site
	Asset       Asset
	Customer    Customer
	Invoiced    Date      // when it was billed; zero: not yet
	Cost        Money     // as the source says it; of no currency where the price says it
	For         ClauseRef // the commitment that a prepayment is for
	Labels      []Label   // by key
}

// A ChargeKind says what is charged.
type ChargeKind string

// What is charged.
const (
	ForUsage      ChargeKind = ""           // what was used
	ForPurchase   ChargeKind = "purchase"   // what was bought, to be used later or at once
	ForPrepayment ChargeKind = "prepayment" // money paid ahead under a commitment
	ForCredit     ChargeKind = "credit"     // what a charge is less by; its cost is below zero
	ForTax        ChargeKind = "tax"
)

// CommitmentCancel: the buyer gives up a part of a commitment, as the clause allows:
// money under spend, a quantity otherwise; of a commitment with intervals that much of
// each one from when it takes effect.
type CommitmentCancel struct {
	Commitment ClauseRef
	Amount     Money
	Quantity   int64
}

// ReservationCancel: the buyer gives up capacity of a reservation, as the clause allows.
type ReservationCancel struct {
	Reservation ReservationID
	Quantity    int64 // 0: all of it
}

// ReservationExtend: the buyer prolongs a reservation by steps of the clause.
type ReservationExtend struct {
	Reservation ReservationID
	Steps       int64 // 0: one
}

// CapacityLate: what a reservation should hold is not there.
type CapacityLate struct{ Reservation ReservationID }

// CapacityDeliver: what was late is there now.
type CapacityDeliver struct{ Reservation ReservationID }

// PhaseOnline: a phase of a venture is online, and its capacity supply.
type PhaseOnline struct {
	Venture ClauseRef
	Phase   int64 // in the clause's order, from 1
}

// CapitalCall: the operator calls capital from a venture's partners, each for its part.
type CapitalCall struct {
	Venture ClauseRef
	Phase   int64 // that it is for; 0: none
	Amount  Money // of all partners together
	Due     When
}

// CapitalPay: a partner pays what it was called for, or a part of it.
type CapitalPay struct {
	Venture ClauseRef
	Phase   int64 // that it was called for; 0: none
	Amount  Money
}

// PriceReport: a provider gives another customer a price, of which whoever is promised
// the best price learns.
type PriceReport struct {
	To          PartyName
	Provider    ProviderName
	Accelerator Accelerator
	Region      Region
	Price       Money // per accelerator-hour
	From        When
	Source      string // where it is known from
}

// Quote: a provider names a price for capacity, to the buyer alone. It stands until
// it expires, is withdrawn or is taken.
type Quote struct {
	Quote QuoteID
	Terms OfferTerms
}

// QuoteWithdraw: the provider takes its quote back.
type QuoteWithdraw struct{ Quote QuoteID }

// QuoteTake: the buyer makes an offer of a quote, on its terms: an opportunity as
// OfferReceive makes one.
type QuoteTake struct{ Quote QuoteID }

// SubmitJob: work is to run as soon as held capacity is free for it. The job's name
// is its identity.
type SubmitJob struct {
	Job         JobID
	Accelerator Accelerator
	Quantity    int64    // of accelerators, all at once
	Length      Duration // how long it needs them, at the longest
	Regions     []Region // nil: wherever there is some
	Purpose     Purpose
	Product     Product
	Asset       Asset
	Customer    Customer
}

// CancelJob: work that waits is not to run, and work that runs is to end.
type CancelJob struct{ Job JobID }

// A BookFile is a file of a book, by its path within the book's folder.
type BookFile struct{ Path, Text string }

// BookPush: a new version of the book is put forward. It takes effect once every
// party that it takes from or burdens has signed it.
type BookPush struct {
	Hash  Hash // of the files: see BookHash
	Files []BookFile
}

// BookSign: a party agrees to a version of the book that was put forward.
type BookSign struct{ Hash Hash }

// BookDrop: a version of the book that was put forward is not to take effect.
type BookDrop struct{ Hash Hash }

// ClockDoubt: the broker's clock is not to be trusted, and deadlines are held until
// somebody says what time it is. Nobody does it; it comes from looking at the clock.
type ClockDoubt struct{ Why string }

// ClockConfirm: the clock is right after all, and what fell due has fallen due.
type ClockConfirm struct{}

func (OfferReceive) Name() string      { return "offer.receive" }
func (OfferRevise) Name() string       { return "offer.revise" }
func (OfferWithdraw) Name() string     { return "offer.withdraw" }
func (NoticeServe) Name() string       { return "notice.serve" }
func (Accept) Name() string            { return "accept" }
func (Decline) Name() string           { return "refuse" }
func (NoticeObject) Name() string      { return "notice.object" }
func (DefinitiveSign) Name() string    { return "definitive.sign" }
func (Deliver) Name() string           { return "deliver" }
func (HolderDefault) Name() string     { return "holder.default" }
func (RegulatorRefuse) Name() string   { return "regulator.refuse" }
func (Toll) Name() string              { return "toll" }
func (Resume) Name() string            { return "resume" }
func (ExtendDeadline) Name() string    { return "extend" }
func (Assign) Name() string            { return "assign" }
func (Determine) Name() string         { return "determine" }
func (Evidence) Name() string          { return "evidence" }
func (PurposeReading) Name() string    { return "purpose.reading" }
func (OfferInvite) Name() string       { return "offer.invite" }
func (OfferMake) Name() string         { return "offer.make" }
func (ProductAnnounce) Name() string   { return "product.announce" }
func (ProductShip) Name() string       { return "product.ship" }
func (ProductDrop) Name() string       { return "product.drop" }
func (Declare) Name() string           { return "declare" }
func (ThirdPartySign) Name() string    { return "third_party.sign" }
func (ThirdPartyClose) Name() string   { return "third_party.close" }
func (Amend) Name() string             { return "amend" }
func (Deadline) Name() string          { return "deadline" }
func (Award) Name() string             { return "award" }
func (PlaceJob) Name() string          { return "place" }
func (FinishJob) Name() string         { return "finish" }
func (UsageReport) Name() string       { return "usage.report" }
func (CommitmentCancel) Name() string  { return "commitment.cancel" }
func (ReservationCancel) Name() string { return "reservation.cancel" }
func (ReservationExtend) Name() string { return "reservation.extend" }
func (CapacityLate) Name() string      { return "capacity.late" }
func (CapacityDeliver) Name() string   { return "capacity.deliver" }
func (PhaseOnline) Name() string       { return "phase.online" }
func (CapitalCall) Name() string       { return "capital.call" }
func (CapitalPay) Name() string        { return "capital.pay" }
func (PriceReport) Name() string       { return "price.report" }
func (Quote) Name() string             { return "quote" }
func (QuoteWithdraw) Name() string     { return "quote.withdraw" }
func (QuoteTake) Name() string         { return "quote.take" }
func (SubmitJob) Name() string         { return "job.submit" }
func (CancelJob) Name() string         { return "job.cancel" }
func (BookPush) Name() string          { return "book.push" }
func (BookSign) Name() string          { return "book.sign" }
func (BookDrop) Name() string          { return "book.drop" }
func (ClockDoubt) Name() string        { return "clock.doubt" }
func (ClockConfirm) Name() string      { return "clock.confirm" }

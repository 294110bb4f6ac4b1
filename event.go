package offtake

import "time"

// An Event is what followed from an Act. It happened at the instant the act was
// received and cannot be refused. Exactly one of the types below.
type Event interface {
	// Event gives the event's word in a log: "notice.served".
	Event() string
}

// A ProcessState is where a part of a first-refusal process stands.
type ProcessState string

// The states. Those from NotTriggered on end a part.
const (
	Assessing      ProcessState = "assessing"
	NotifyDue      ProcessState = "notify_due"
	Deficient      ProcessState = "deficient"
	Open           ProcessState = "open"
	IsTolled       ProcessState = "tolled"
	Allocating     ProcessState = "allocating"
	Contracting    ProcessState = "contracting"
	InTail         ProcessState = "released"
	IsOffered      ProcessState = "offered"    // of a first offer: the holder has made its offer
	IsAnnounced    ProcessState = "announced"  // of a first placement: the product has not shipped
	InHeadStart    ProcessState = "head_start" // of a first placement: it has, where it had to first
	IsUndetermined ProcessState = "undetermined"
	IsDisputed     ProcessState = "disputed"

	NotTriggered     ProcessState = "not_triggered"
	IsSuperseded     ProcessState = "superseded"
	IsWithdrawn      ProcessState = "withdrawn"
	IsFulfilled      ProcessState = "fulfilled"
	ClosedThirdParty ProcessState = "closed_third_party"
	IsTailExpired    ProcessState = "tail_expired"
	IsWaived         ProcessState = "waived"
	IsBreached       ProcessState = "breached"
)

// OfferReceived: an opportunity exists. Terms are complete.
type OfferReceived struct {
	Opportunity OpportunityID
	By          PartyName // whose opportunity it is
	Terms       OfferTerms
}

// OfferRevised: the offer of an opportunity is now this. Terms are complete.
type OfferRevised struct {
	Opportunity OpportunityID
	Terms       OfferTerms
}

// OfferWithdrawn: an opportunity has gone.
type OfferWithdrawn struct{ Opportunity OpportunityID }

// OfferInvited: an opportunity exists: what the buyer needs, before anybody has
// offered it.
type OfferInvited struct {
	Opportunity OpportunityID
	By          PartyName
	Terms       OfferTerms
}

// ProductAnnounced: a product is going to ship.
type ProductAnnounced struct {
	Opportunity OpportunityID
	By          PartyName
	Product     Product
}

// Awarded: the buyer has taken so much of an offer.
type Awarded struct {
	Opportunity OpportunityID
	Quantity    int64
}

// ProcessOpened: a first refusal met an offer. State is Assessing, NotifyDue or
// NotTriggered.
type ProcessOpened struct {
	Process     ProcessID
	Opportunity OpportunityID
	Clause      ClauseRef
	Version     time.Time // the terms in force at this instant are the ones the process runs under
	State       ProcessState
	Why         string
	Terms       OfferTerms
	Product     Product     // of a first placement
	Stated      []Says      // what excuses the product and was declared before
	NotifyBy    time.Time   // zero: no deadline, or no notice is owed
	After       ProcessID   // the process this one succeeds
	Left        Duration    // of the predecessor's window when it was superseded
	LeftRank    int64       // whose window that was; ranks before it were asked
	Holders     []PartyName // who sits in the seats, by rank, where one of them was assigned
}

// TermsReplaced: the process now runs on these terms, from where it stands now.
type TermsReplaced struct {
	Process  ProcessID
	Terms    OfferTerms
	State    ProcessState
	Why      string
	NotifyBy time.Time
	Since    time.Time // since when the notice is owed; zero: since the act
}

// NotifyMissed: no complete notice came in time. The state does not change.
type NotifyMissed struct{ Process ProcessID }

// NoticeFoundDeficient: a notice lacked these contents; it starts nothing, and
// what it had started does not count.
type NoticeFoundDeficient struct {
	Process ProcessID
	Missing []Content
	Why     string // where it lacks nothing
}

// NoticeServed: the holders are told the terms of the process as they stand.
type NoticeServed struct {
	Process  ProcessID
	To       []PartyName
	Contents []Content
	Missing  []Content // what it lacks and a holder may object to
	ObjectBy time.Time // until when; zero: nothing is lacking
}

// NoticeCorrected: the terms changed within tolerance; the deadline stays.
type NoticeCorrected struct {
	Process ProcessID
	Terms   OfferTerms
}

// RankOpened: the holders of a rank may answer for what a part has left; in a
// second round, those that took their full share.
type RankOpened struct {
	Process ProcessID
	Part    int64 // by its place among the parts of the process, from 1
	Rank    int64
	Round   int64
	Asked   []PartyName
	Window  Duration
	Answer  time.Time // the window's last instant; zero: none that can be written
}

// RankClosed: all asked have answered or their time is up, and this is what
// each gets.
type RankClosed struct {
	Process ProcessID
	Part    int64
	Takings []Taking
}

// A Taking is what a holder gets.
type Taking struct {
	Party    PartyName
	Quantity int64
}

// AnsweredOffTerms: an acceptance did not conform.
type AnsweredOffTerms struct {
	Process ProcessID
	By      PartyName
	Why     string
	Passed  bool // it counts as an answer
}

// Accepted: a holder takes so much of the noticed terms, if its rank leaves it.
type Accepted struct {
	Process  ProcessID
	By       PartyName
	Quantity int64
	Extras   []string // what it leaves out of the package
}

// Declined: a holder passed.
type Declined struct {
	Process ProcessID
	By      PartyName
	Reason  string
}

// Bound: holders are bound to what they got. Each is a part from then on,
// behind what is left of the part they took from.
type Bound struct {
	Process    ProcessID
	Part       int64
	Takings    []Taking
	Within     Duration
	Definitive time.Time // until when they must sign
}

// OfferMade: the holder of a first offer offers this. Terms are complete.
type OfferMade struct {
	Process ProcessID
	By      PartyName
	Terms   OfferTerms
}

// OfferStood: the time to make an offer is over, and the one that was made waits
// for the buyer's answer.
type OfferStood struct{ Process ProcessID }

// OfferTurnedDown: the buyer did not take the holder's offer.
type OfferTurnedDown struct {
	Process ProcessID
	Why     string
}

// ProductShipped: the product has shipped where it had to first.
type ProductShipped struct {
	Process  ProcessID
	Provider ProviderName
	Until    time.Time // when its head start ends
}

// StatementMade: one of the statements that excuse a product was made.
type StatementMade struct {
	Process ProcessID
	By      PartyName
	Says    Says
}

// HeadStartOver: the provider has had what the clause gives it.
type HeadStartOver struct{ Process ProcessID }

// DefinitiveSigned: the agreement is signed, and what counts is delivery.
type DefinitiveSigned struct {
	Process ProcessID
	Part    int64
	Party   PartyName
	From    time.Time // from when the time to deliver counts
	Deliver time.Time // until when; zero: the offer names no day
}

// Lapsed: a bound holder failed.
type Lapsed struct {
	Process  ProcessID
	Part     int64
	Party    PartyName
	Quantity int64 // 0: all of the part
	Why      string
}

// Released: the third party may be signed for a part.
type Released struct {
	Process  ProcessID
	Part     int64
	Quantity int64
	SignBy   time.Time
	Why      string // "": what the state rests on already says it
}

// Fulfilled: the holder's agreement is effective.
type Fulfilled struct {
	Process  ProcessID
	Part     int64
	Party    PartyName
	Quantity int64
}

// Superseded: a materially changed offer opened the successor.
type Superseded struct {
	Process   ProcessID
	Successor ProcessID
	Why       string
}

// Withdrawn: the offer was given up, or expired; or, with a quantity, so much
// of it went to a holder of another right.
type Withdrawn struct {
	Process  ProcessID
	Quantity int64     // 0: all that nobody has taken
	Under    ClauseRef // the right under which it went; the zero one where the offer is gone
	Why      string
}

// ThirdPartySigned: the third party's agreement for so much is signed.
type ThirdPartySigned struct {
	Process     ProcessID
	Quantity    int64
	Terms       OfferTerms
	Conditional bool      // it waits: for the release or, where Asked, for the determiner's answer
	Asked       bool      // only the determiner could judge its terms
	Waited      bool      // it takes effect after it waited for the release
	CloseBy     time.Time // zero while it waits
}

// ThirdPartyClosed: the third party's deal is effective.
type ThirdPartyClosed struct{ Process ProcessID }

// ThirdPartyNoted: a third party's act reached a process that does not stand
// in its way, and had no effect on it.
type ThirdPartyNoted struct {
	Process ProcessID
	Closed  bool // its agreement took effect
}

// CloseOverdue: the signed agreement did not take effect in time.
type CloseOverdue struct{ Process ProcessID }

// TailExpired: nobody signed in time.
type TailExpired struct{ Process ProcessID }

// Tolled: time stands still.
type Tolled struct {
	Process ProcessID
	Cause   string
}

// Resumed: a cause has gone. Where it was the last, time runs again, and these
// are the deadlines now.
type Resumed struct {
	Process   ProcessID
	Cause     string
	NotifyBy  time.Time
	ObjectBy  time.Time
	Deadlines []PartDeadline
}

// Extended: a deadline was moved later.
type Extended struct {
	Process      ProcessID
	Deadline     DeadlineName
	NotifyBy     time.Time
	NotifyLength Duration // the time to notify with what was added; zero: as it was
	Deadlines    []PartDeadline
}

// Assigned: a seat went over to another party.
type Assigned struct {
	Process  ProcessID
	From, To PartyName
}

// QuestionRaised: the way is blocked until the determiner answers. Time stands
// still as in a toll.
type QuestionRaised struct {
	Process  ProcessID
	Question Doubt
	Why      string
	Terms    OfferTerms // of the revision that raised it, which takes effect if it is answered for the grantor
}

// Determined: the question was answered. Time runs again, and these are the
// deadlines now.
type Determined struct {
	Process   ProcessID
	Question  Doubt
	Answer    InFavour
	NotifyBy  time.Time
	ObjectBy  time.Time
	Deadlines []PartDeadline
}

// DisputeRaised: evidence came after somebody had relied on the outcome. Nothing
// flips by itself.
type DisputeRaised struct {
	Process ProcessID
	Why     string
}

// AmendmentAwaited: an amendment was sent before the instant it holds from.
type AmendmentAwaited struct {
	Agreement   AgreementName
	Amendment   AmendmentName
	Opportunity OpportunityID // "": of every opportunity
	Clause      ClauseRef     // the zero one: every clause of the agreement
	By          PartyName
	From        time.Time
}

// Restored: what had been withdrawn from a right, because a holder of another took it,
// is there again, since that holder failed and the other right has let it go.
type Restored struct {
	Process  ProcessID
	Part     int64 // that was withdrawn, counted from 1
	Quantity int64
	State    ProcessState // what it is to be: assessing, notify_due, deficient or open
	NotifyBy time.Time    // where a notice is owed for nothing else
	Why      string
}

// Reinstated: a withdrawal is undone, since an acceptance under another right came at
// the same instant, and comes first.
type Reinstated struct{ Process ProcessID }

// ShareMeasured: what was bought under a consent was measured against the share that
// it demands, in a window that ended at an instant. Where the share is broken the
// consent lifts nothing that is received later, until it is kept again.
type ShareMeasured struct {
	Consent   ClauseRef
	WindowEnd time.Time
	Broken    bool
}

// AmendmentHeld: one that was awaited has taken hold.
type AmendmentHeld struct {
	Agreement   AgreementName
	Amendment   AmendmentName
	Opportunity OpportunityID
	Clause      ClauseRef
}

// Waived: the right was given up by an amendment its holder signed.
type Waived struct {
	Process ProcessID
	Why     string
}

// ClauseReplaced: the process goes on under an amended clause. No deadline is
// earlier than it was.
type ClauseReplaced struct {
	Process   ProcessID
	Version   time.Time
	NotifyBy  time.Time
	Deadlines []PartDeadline
}

// A PartDeadline is until when the next step of a part must be done: its
// holders answer, a bound holder signs or delivers, the third party signs, or
// what it signed closes.
type PartDeadline struct {
	Part   int64     // by its place among the parts of the process, from 1
	Length Duration  // what there is in all where that changed; zero: as before
	By     time.Time // zero: none that can be written
}

// Breached: a third party was bound without clearance.
type Breached struct {
	Process ProcessID
	Why     string
}

// CapacityReserved: capacity is held.
type CapacityReserved struct {
	Reservation  ReservationID
	Provider     ProviderName
	Accelerator  Accelerator
	Region       Region
	Site         Site
	Quantity     int64
	From         time.Time
	Until        time.Time
	Price        Money // per accelerator-hour
	Kind         OfferKind
	UnusedCharge Percent // of the price, for what is held and not used
	Opportunity  OpportunityID
	Purposes     []Purpose
	Consents     []ClauseRef   // by which it was allowed
	Of           ReservationID // whose part it is; "": nobody's
}

// JobPlaced: work runs on held capacity.
type JobPlaced struct {
	Job      JobID
	Parts    []Taken
	Until    time.Time
	Purpose  Purpose
	Product  Product
	Asset    Asset
	Customer Customer
}

// JobFinished: its capacity is free.
type JobFinished struct{ Job JobID }

// UsageRecorded: a batch of usage is in the books, with what it costs and what it
// draws on.
type UsageRecorded struct {
	Source  string
	Batch   string
	Rows    int64
	Hash    string
	Charges []Charge
	Root    Hash
}

// A Charge is a total of usage and the prices it is charged at.
type Charge struct {
	UsageTotal
	Of          ReservationID // whose part the reservation is
	Price       Money         // per accelerator-hour used
	UnusedPrice Money         // per accelerator-hour held and not used
	Consents    []ClauseRef   // by which the use was allowed, where the reservation itself is not by one
	Draws       ClauseRef     // the commitment that it draws on, with everything of its kind and date; zero: none
	DrawnAt     time.Time     // when that counts it
}

// Amount gives what the charge comes to.
func (c Charge) Amount() Accrual {
	return Accrue(c.Price, c.Used).Add(Accrue(c.UnusedPrice, c.Unused)).Add(Accrued(c.Cost))
}

// Redrawn: what was charged of one kind with one date draws on another commitment
// than before, because of what was charged in a batch.
type Redrawn struct {
	Source  string
	Batch   string
	Line    Hash      // by which the kind and date are known
	From    ClauseRef // zero: it drew on none
	To      ClauseRef
	DrawnAt time.Time
}

// CommitmentReduced: a part of a commitment is cancelled, or has fallen with what
// it was for.
type CommitmentReduced struct {
	Commitment ClauseRef
	From       time.Time
	Measured   Accrual // by which the amount is less: of each interval from then on, or of the whole
	Cancelled  Money   // what that is worth; of no currency where nobody cancelled it
	Fee        Money
	For        ReservationID // with which it fell; "": it was cancelled
}

// ReservationReduced: capacity of a reservation is held no longer, from an instant on.
type ReservationReduced struct {
	Reservation ReservationID
	Quantity    int64 // that is given up
	From        time.Time
	Cancelled   Money // what it would have come to
	Fee         Money
	LongStop    bool // it was not delivered by the date after which that costs nothing
}

// ReservationExtended: a reservation is held for longer.
type ReservationExtended struct {
	Reservation ReservationID
	Until       time.Time
}

// CapacityDelayed: a reservation's capacity is late. It is held once it is delivered.
type CapacityDelayed struct {
	Reservation ReservationID
	Due         time.Time
}

// CapacityDelivered: capacity that was late is held.
type CapacityDelivered struct {
	Reservation ReservationID
	Due         time.Time
	Days        int64 // begun, of delay that is not in time any more
	Damages     Money // for all of them
}

// PhaseOpened: a phase of a venture is online.
type PhaseOpened struct {
	Venture ClauseRef
	Phase   int64
	Planned time.Time // when it should have been
}

// CapitalCalled: partners of a venture owe capital.
type CapitalCalled struct {
	Venture ClauseRef
	Phase   int64
	Due     time.Time
	Parts   []CapitalPart
}

// A CapitalPart is one partner's.
type CapitalPart struct {
	Party  PartyName
	Amount Money
}

// CapitalPaid: a partner has paid.
type CapitalPaid struct {
	Venture ClauseRef
	Phase   int64
	Party   PartyName
	Amount  Money
}

// PriceReported: a price that another customer was given is known.
type PriceReported PriceReport

// ClaimRaised: a new price is better than that of whoever is promised the best, on
// what is held.
type ClaimRaised struct {
	Claim       string // its name: clause, what the price is of, and reservation
	Clause      ClauseRef
	By          PartyName // who may claim
	Against     PartyName
	Reservation ReservationID // that costs otherwise
	Price       Money         // the new one
	Was         Money
	From        time.Time
	Until       time.Time
	Amount      Accrual // the difference over what is held from then on
}

// QuoteReceived: a provider's price stands. Terms are complete.
type QuoteReceived struct {
	Quote       QuoteID
	By          PartyName
	Opportunity OpportunityID // the need that it answers; "": none
	Terms       OfferTerms
}

// QuoteWithdrawn: a quote does not stand any more.
type QuoteWithdrawn struct{ Quote QuoteID }

// QuoteTaken: an offer was made of a quote.
type QuoteTaken struct {
	Quote       QuoteID
	Opportunity OpportunityID
}

// JobSubmitted: work waits for capacity.
type JobSubmitted struct {
	Job         JobID
	Accelerator Accelerator
	Quantity    int64
	Length      Duration
	Regions     []Region
	Purpose     Purpose
	Product     Product
	Asset       Asset
	Customer    Customer
}

// JobCancelled: work that waited will not run.
type JobCancelled struct{ Job JobID }

// BookPushed: a version of the book was put forward, and waits for these parties.
type BookPushed struct {
	Hash  Hash
	By    PartyName
	Files []BookFile
	Needs []PartyName
}

// BookSigned: a party agreed to it.
type BookSigned struct {
	Hash Hash
	By   PartyName
}

// BookAdopted: it is the book from now on.
type BookAdopted struct {
	Hash   Hash
	Number int64 // of the version, from 1
}

// BookDropped: it will not be.
type BookDropped struct{ Hash Hash }

// ClockDoubted: deadlines are held from now on.
type ClockDoubted struct{ Why string }

// ClockConfirmed: they are no longer.
type ClockConfirmed struct{}

// PlayedAnew: an act counts as received at another instant than the record has it, by
// evidence or because it was written down late, and this is what the acts about
// opportunities came to, all of them, with it there. The versions of the book that were
// adopted stand between.
type PlayedAnew struct {
	Of       ActID
	Received time.Time
	Log      []Dated
}

// Dated events followed from one act, at an instant.
type Dated struct {
	At     time.Time
	Events []Event
}

func (OfferReceived) Event() string        { return "offer.received" }
func (OfferInvited) Event() string         { return "offer.invited" }
func (ProductAnnounced) Event() string     { return "product.announced" }
func (OfferMade) Event() string            { return "offer.made" }
func (OfferStood) Event() string           { return "offer.stood" }
func (OfferTurnedDown) Event() string      { return "offer.turned_down" }
func (ProductShipped) Event() string       { return "product.shipped" }
func (StatementMade) Event() string        { return "statement.made" }
func (HeadStartOver) Event() string        { return "head_start.over" }
func (OfferRevised) Event() string         { return "offer.revised" }
func (OfferWithdrawn) Event() string       { return "offer.withdrawn" }
func (Awarded) Event() string              { return "awarded" }
func (ProcessOpened) Event() string        { return "process.opened" }
func (TermsReplaced) Event() string        { return "terms.replaced" }
func (NotifyMissed) Event() string         { return "notify.missed" }
func (NoticeFoundDeficient) Event() string { return "notice.deficient" }
func (NoticeServed) Event() string         { return "notice.served" }
func (NoticeCorrected) Event() string      { return "notice.corrected" }
func (RankOpened) Event() string           { return "rank.opened" }
func (RankClosed) Event() string           { return "rank.closed" }
func (Bound) Event() string                { return "bound" }
func (DefinitiveSigned) Event() string     { return "definitive.signed" }
func (Tolled) Event() string               { return "tolled" }
func (Resumed) Event() string              { return "resumed" }
func (Extended) Event() string             { return "extended" }
func (Assigned) Event() string             { return "assigned" }
func (QuestionRaised) Event() string       { return "question.raised" }
func (Determined) Event() string           { return "determined" }
func (AnsweredOffTerms) Event() string     { return "answered.off_terms" }
func (Accepted) Event() string             { return "accepted" }
func (Declined) Event() string             { return "refused" }
func (Lapsed) Event() string               { return "lapsed" }
func (Released) Event() string             { return "released" }
func (Fulfilled) Event() string            { return "fulfilled" }
func (Superseded) Event() string           { return "superseded" }
func (Withdrawn) Event() string            { return "withdrawn" }
func (ThirdPartySigned) Event() string     { return "third_party.signed" }
func (ThirdPartyClosed) Event() string     { return "third_party.closed" }
func (ThirdPartyNoted) Event() string      { return "third_party.noted" }
func (CloseOverdue) Event() string         { return "close.overdue" }
func (TailExpired) Event() string          { return "tail.expired" }
func (DisputeRaised) Event() string        { return "dispute.raised" }
func (AmendmentAwaited) Event() string     { return "amendment.awaited" }
func (AmendmentHeld) Event() string        { return "amendment.held" }
func (Restored) Event() string             { return "restored" }
func (Reinstated) Event() string           { return "reinstated" }
func (ShareMeasured) Event() string        { return "share.measured" }
func (Waived) Event() string               { return "waived" }
func (ClauseReplaced) Event() string       { return "clause.replaced" }
func (Breached) Event() string             { return "breached" }
func (CapacityReserved) Event() string     { return "reserved" }
func (JobPlaced) Event() string            { return "placed" }
func (JobFinished) Event() string          { return "finished" }
func (UsageRecorded) Event() string        { return "usage.recorded" }
func (CommitmentReduced) Event() string    { return "commitment.reduced" }
func (ReservationReduced) Event() string   { return "reservation.reduced" }
func (ReservationExtended) Event() string  { return "reservation.extended" }
func (CapacityDelayed) Event() string      { return "capacity.delayed" }
func (CapacityDelivered) Event() string    { return "capacity.delivered" }
func (PhaseOpened) Event() string          { return "phase.opened" }
func (CapitalCalled) Event() string        { return "capital.called" }
func (CapitalPaid) Event() string          { return "capital.paid" }
func (PriceReported) Event() string        { return "price.reported" }
func (ClaimRaised) Event() string          { return "claim.raised" }
func (Redrawn) Event() string              { return "redrawn" }
func (QuoteReceived) Event() string        { return "quote.received" }
func (QuoteWithdrawn) Event() string       { return "quote.withdrawn" }
func (QuoteTaken) Event() string           { return "quote.taken" }
func (JobSubmitted) Event() string         { return "job.submitted" }
func (JobCancelled) Event() string         { return "job.cancelled" }
func (BookPushed) Event() string           { return "book.pushed" }
func (BookSigned) Event() string           { return "book.signed" }
func (BookAdopted) Event() string          { return "book.adopted" }
func (BookDropped) Event() string          { return "book.dropped" }
func (ClockDoubted) Event() string         { return "clock.doubted" }
func (ClockConfirmed) Event() string       { return "clock.confirmed" }
func (PlayedAnew) Event() string           { return "played.anew" }

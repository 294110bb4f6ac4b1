// Package client speaks to a running broker: its types are those of the API, and
// acts and events are written as everywhere, in the one codec of written cases and of
// the log.
package client

import (
	"encoding/json"
	"time"
)

// A Taken act was decided and written down.
type Taken struct {
	Version  int64             `json:"version" doc:"how many entries the log has with it"`
	ID       string            `json:"id" doc:"the act's name; sent again with the same content it has no effect"`
	At       time.Time         `json:"at" doc:"when it was received"`
	Outcome  string            `json:"outcome" enum:"taken,nonconforming" doc:"nonconforming: an answer that does not conform, and the clause says what that does"`
	Because  string            `json:"because,omitempty" doc:"why it does not conform"`
	Repeated bool              `json:"repeated,omitempty" doc:"it was taken before, and has had no effect again"`
	Notice   string            `json:"notice,omitempty" doc:"the notice that it answers"`
	Events   []json.RawMessage `json:"events,omitempty" doc:"what followed, as the log has it; for the buyer and for auditors"`
}

// An Entry is one of the log.
type Entry struct {
	Version int64             `json:"version" doc:"its place in the log, from 1"`
	Act     json.RawMessage   `json:"act" doc:"as it is written in the log"`
	Events  []json.RawMessage `json:"events" doc:"what followed"`
	Receipt json.RawMessage   `json:"receipt,omitempty" doc:"how it came"`
	Code    string            `json:"code" doc:"the version of the code that decided"`
}

// Entries are a page of the log.
type Entries struct {
	Entries []Entry `json:"entries"`
	Next    int64   `json:"next,omitempty" doc:"the cursor of the next page; left out on the last"`
}

// A Status is how a broker stands.
type Status struct {
	Book     string     `json:"book,omitempty" doc:"its name"`
	Buyer    string     `json:"buyer,omitempty"`
	Party    string     `json:"party" doc:"for whom you speak"`
	Person   string     `json:"person" doc:"who you are"`
	Version  int64      `json:"version,omitempty" doc:"of the log"`
	Edition  int64      `json:"book_version,omitempty" doc:"of the book that holds now"`
	Now      time.Time  `json:"now" doc:"by the broker's clock"`
	Doubted  string     `json:"doubted,omitempty" doc:"why its clock is not trusted and deadlines are held"`
	Due      []Deadline `json:"due" doc:"what falls next, the soonest first; at most 50"`
	Waiting  []Pushed   `json:"waiting,omitempty" doc:"versions of the book that wait for signatures"`
	Rehearse bool       `json:"rehearsal,omitempty" doc:"the clock is not that of the world"`
}

// A Deadline is one that runs.
type Deadline struct {
	At      time.Time `json:"at"`
	Process string    `json:"process,omitempty"`
	Notice  string    `json:"notice,omitempty"`
	Of      string    `json:"of" doc:"what must be done by then"`
	Who     string    `json:"who" doc:"whose step it is, in words"`
}

// An Opportunity is an offer and what became of it.
type Opportunity struct {
	ID        string            `json:"id"`
	By        string            `json:"by" doc:"whose opportunity it is"`
	Received  time.Time         `json:"received"`
	Terms     json.RawMessage   `json:"terms" doc:"as last revised"`
	Product   string            `json:"product,omitempty" doc:"that is to ship, where it is a launch"`
	Offered   bool              `json:"offered"`
	Withdrawn bool              `json:"withdrawn,omitempty"`
	Awarded   int64             `json:"awarded,omitempty" doc:"accelerators, to the third party"`
	Taken     int64             `json:"taken,omitempty" doc:"accelerators, by holders"`
	Left      int64             `json:"left" doc:"accelerators that nobody has taken"`
	Processes []json.RawMessage `json:"processes" doc:"as offtake play tells them"`
}

// A Notice is what a holder is told of an offer.
type Notice struct {
	ID       string                     `json:"id"`
	From     string                     `json:"from"`
	To       string                     `json:"to"`
	Clause   string                     `json:"clause"`
	Served   time.Time                  `json:"served"`
	State    string                     `json:"state" enum:"waiting,open,answered,bound,fulfilled,over" doc:"how it stands for you"`
	AnswerBy *time.Time                 `json:"answer_by,omitempty" doc:"the last instant of your window"`
	Quantity int64                      `json:"quantity" doc:"accelerators that you may take, or are bound to"`
	Lot      int64                      `json:"lot" doc:"they are taken in lots of so many"`
	InPart   bool                       `json:"in_part" doc:"some of it may be taken"`
	Contents map[string]json.RawMessage `json:"contents" doc:"the terms that it discloses"`
	Lacks    []string                   `json:"lacks,omitempty" doc:"what the clause wants it to disclose, and it does not"`
	Says     string                     `json:"says,omitempty" doc:"the clause, as the book has it"`
	Hash     string                     `json:"hash" doc:"SHA-256 of its text: of from, to, clause, served and contents as JSON"`
	Files    []string                   `json:"attachments,omitempty" doc:"hashes of the files that came with it"`
	Answer   string                     `json:"answer,omitempty" doc:"what you answered"`
}

// An Answer is a holder's to a notice.
type Answer struct {
	ID         string   `json:"id,omitempty" doc:"its name, of your choosing"`
	Answer     string   `json:"answer" enum:"accept,refuse,object"`
	Quantity   int64    `json:"quantity,omitempty" minimum:"1" doc:"accelerators; left out: all that is offered"`
	Conditions []string `json:"conditions,omitempty" doc:"an answer with a condition does not conform"`
	Reason     string   `json:"reason,omitempty" enum:"unable,unwilling" doc:"of a refusal"`
	Missing    []string `json:"missing,omitempty" doc:"of an objection: what the notice lacks"`

	Attachments []string `json:"attachments,omitempty" maxItems:"20" doc:"hashes of files that you have sent"`
}

// A Reservation is capacity that is held.
type Reservation struct {
	ID          string    `json:"id"`
	Provider    string    `json:"provider"`
	Accelerator string    `json:"accelerator"`
	Region      string    `json:"region,omitempty"`
	Site        string    `json:"site,omitempty"`
	Quantity    int64     `json:"quantity"`
	Free        int64     `json:"free" doc:"without work"`
	From        time.Time `json:"from"`
	Until       time.Time `json:"until"`
	Price       string    `json:"price" doc:"for an accelerator-hour"`
	Opportunity string    `json:"opportunity,omitempty" doc:"of which it was bought"`
}

// A Quote is a price that a provider names.
type Quote struct {
	ID          string          `json:"id" doc:"by which the buyer takes it: the provider's party, a colon, and the name that it gave; to the provider that name"`
	By          string          `json:"by"`
	At          time.Time       `json:"at" doc:"when it was made"`
	Expires     *time.Time      `json:"expires,omitempty"`
	Terms       json.RawMessage `json:"terms"`
	State       string          `json:"state" enum:"open,expired,withdrawn,taken"`
	Opportunity string          `json:"opportunity,omitempty" doc:"that was made of it; for the buyer and for auditors"`
}

// A Job is work that was submitted, and where it runs or will.
type Job struct {
	ID          string     `json:"id"`
	State       string     `json:"state" enum:"waiting,running,ended"`
	Accelerator string     `json:"accelerator,omitempty"`
	Quantity    int64      `json:"quantity,omitempty" doc:"of accelerators"`
	Purpose     string     `json:"purpose,omitempty"`
	Product     string     `json:"product,omitempty"`
	Asset       string     `json:"asset,omitempty"`
	Customer    string     `json:"customer,omitempty"`
	Length      string     `json:"length,omitempty" doc:"for how long it needs them, at the longest"`
	Submitted   *time.Time `json:"submitted,omitempty"`
	Start       *time.Time `json:"start,omitempty" doc:"when it began; of one that waits when it is expected to, if all that runs takes as long as it may"`
	Until       *time.Time `json:"until,omitempty" doc:"when it has ended at the latest"`
	Where       *JobPlace  `json:"where,omitempty" doc:"where it runs, or is expected to"`
	Why         string     `json:"why,omitempty" doc:"no start is foreseen"`
	Rejected    []Rejected `json:"rejected,omitempty" doc:"the other providers, each with its cause"`
}

// A JobPlace is where a job runs.
type JobPlace struct {
	Provider     string   `json:"provider"`
	Region       string   `json:"region,omitempty"`
	Site         string   `json:"site,omitempty"`
	Reservations []string `json:"reservations"`
	Price        string   `json:"price" doc:"for an accelerator-hour"`
	Draws        string   `json:"draws,omitempty" doc:"the commitment that its use draws on, as agreement/clause"`
}

// A Rejected provider does not run a job.
type Rejected struct {
	Provider string   `json:"provider"`
	Cause    string   `json:"cause" enum:"clause,nothing held,region,no capacity,dearer,accelerator"`
	Because  []Clause `json:"because,omitempty" doc:"the clauses that stand in the way"`
}

// A Clause is one that decides something, with its place in the book.
type Clause struct {
	Clause string `json:"clause"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Says   string `json:"says"`
}

// A Message tells a party of something: that a notice was served on it, or what it
// must do and until when.
type Message struct {
	At      time.Time  `json:"at" doc:"when it was told"`
	To      string     `json:"to"`
	Kind    string     `json:"kind" enum:"notice,reminder"`
	Notice  string     `json:"notice,omitempty" doc:"that it is about, by your name for it"`
	Process string     `json:"process,omitempty" doc:"that it is about; for the buyer and for auditors"`
	Clause  string     `json:"clause"`
	Of      string     `json:"of,omitempty" doc:"of a reminder: the deadline"`
	By      *time.Time `json:"by,omitempty" doc:"until when"`
	Before  string     `json:"before,omitempty" enum:"P5BD,P1BD,PT2H" doc:"how long before"`
}

// An Attachment is a file that was sent.
type Attachment struct {
	Hash string `json:"hash" doc:"SHA-256 of the file, by which acts name it"`
	Name string `json:"name" doc:"as it will be told"`
	Size int64  `json:"size" doc:"in bytes"`
}

// UsageTaken tells what became of a batch of usage.
type UsageTaken struct {
	Source  string         `json:"source"`
	Batch   string         `json:"batch"`
	Version int64          `json:"version,omitempty" doc:"of the log with it; left out where nothing was new"`
	At      time.Time      `json:"at,omitzero"`
	Rows    int64          `json:"rows"`
	Account Reconciled     `json:"account"`
	Refused []UsageRefused `json:"refused,omitempty"`
}

// A UsageRefused is a record that was not taken.
type UsageRefused struct {
	Line int    `json:"line" doc:"of the batch, from 1"`
	ID   string `json:"id,omitempty"`
	Why  string `json:"why"`
}

// Reconciled is where everything went that came in: in = taken + repeated + refused,
// and counted = taken - replaced.
type Reconciled struct {
	In       Amounts `json:"in"`
	Taken    Amounts `json:"taken"`
	Repeated Amounts `json:"repeated" doc:"was there already"`
	Refused  Amounts `json:"refused" doc:"as far as the amounts can be read"`
	Replaced Amounts `json:"replaced" doc:"by corrections"`
	Counted  Amounts `json:"counted"`
	Holds    bool    `json:"holds" doc:"that it adds up, to the last digit"`
}

// Amounts are how many records there are, and what they come to.
type Amounts struct {
	Records int64  `json:"records"`
	Used    int64  `json:"used" doc:"accelerator-seconds"`
	Unused  int64  `json:"unused" doc:"accelerator-seconds"`
	Cost    string `json:"cost,omitempty" doc:"that the records say, credits taken off"`
}

// A Statement tells how something stands as of two times: a commitment, a reservation,
// a consent, a venture, or all that is owed to a party.
type Statement struct {
	Kind    string     `json:"kind" enum:"commitment,reservation,consent,venture,party"`
	Name    string     `json:"name"`
	Says    string     `json:"says,omitempty" doc:"the clause in the words of its parties"`
	At      time.Time  `json:"at" doc:"as of when"`
	KnownAt *time.Time `json:"known_at,omitempty" doc:"by what had been recorded by then"`
	Unit    string     `json:"unit" doc:"a currency, or accelerator-hours"`
	Figures []Figure   `json:"figures"`
	By      string     `json:"by,omitempty" doc:"the label that lines are told apart by"`
	Lines   []Line     `json:"lines" doc:"what was charged, by month"`
	Residue string     `json:"residue,omitempty" doc:"what rounding each line once left: the total less the lines"`
	Total   string     `json:"total,omitempty" doc:"of the lines and the residue, exactly"`
	Tables  []Table    `json:"tables,omitempty"`
	Drawn   []Level    `json:"drawn,omitempty" doc:"over time"`
	Ahead   []Pace     `json:"forecast,omitempty" doc:"at several paces"`
	Ways    []Way      `json:"ways,omitempty" doc:"to avoid a shortfall, the cheapest first"`
}

// A Figure is one number of a statement.
type Figure struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Note  string `json:"note,omitempty"`
}

// A Line of a statement is what was charged in a month, of one kind. It is rounded once,
// half-even to the minor unit.
type Line struct {
	Month  string `json:"month" doc:"of UTC, as 2025-06"`
	What   string `json:"what"`
	Hours  string `json:"accelerator_hours,omitempty"`
	Amount string `json:"amount" doc:"rounded"`
	Exact  string `json:"exact" doc:"as 3,600 times the amount over 3600"`
}

// A Table of a statement.
type Table struct {
	Title   string     `json:"title"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// A Level is how much was drawn by an instant, and how much was due by then.
type Level struct {
	At    time.Time `json:"at"`
	Drawn string    `json:"drawn"`
	Due   string    `json:"due,omitempty"`
}

// A Pace is what a commitment comes to if it goes on in some way.
type Pace struct {
	Pace  string     `json:"pace" enum:"present,seasonal,demand"`
	Daily string     `json:"daily" doc:"drawn a day, on average until the end"`
	Met   *time.Time `json:"met,omitempty" doc:"when it is met; left out: it is not"`
	Drawn string     `json:"drawn" doc:"by the end"`
	Short string     `json:"short" doc:"missing at the end"`
	Ahead []Level    `json:"levels,omitempty"`
}

// A Way is something that would avoid a shortfall.
type Way struct {
	Way  string     `json:"way"`
	Cost string     `json:"cost" doc:"beside what is used anyway"`
	By   *time.Time `json:"by,omitempty" doc:"the last instant at which it still can; left out: it cannot any more"`
}

// A Commitment is how one stands.
type Commitment struct {
	Clause    string `json:"clause"`
	Measure   string `json:"measure" doc:"what it counts"`
	Committed string `json:"committed"`
	Drawn     string `json:"drawn"`
	Remaining string `json:"remaining"`
	Beyond    string `json:"beyond" doc:"drawn beyond what is committed"`
}

// A Why is what the record has of one thing: an opportunity, a process, a job, a
// reservation or an act.
type Why struct {
	About   string   `json:"about"`
	Is      string   `json:"is" doc:"how it stands now, in words"`
	Clauses []Clause `json:"clauses" doc:"that were applied"`
	Entries []Entry  `json:"entries" doc:"of the log, the first first; at most 1000"`
	More    bool     `json:"more,omitempty" doc:"there are more"`
}

// A Book is a version of the book.
type Book struct {
	Number int64     `json:"number"`
	Hash   string    `json:"hash"`
	From   time.Time `json:"from" doc:"since when it holds"`
	Files  []File    `json:"files,omitempty"`
}

// A File is one of a book.
type File struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// A Pushed version of the book waits for signatures.
type Pushed struct {
	Hash   string    `json:"hash"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Needs  []string  `json:"needs" doc:"whose signatures it needs"`
	Signed []string  `json:"signed" doc:"who has signed"`
	Files  []File    `json:"files,omitempty"`
}

// A Comparison is what a version of the book would change.
type Comparison struct {
	Hash    string   `json:"hash"`
	Changes []Change `json:"changes"`
	Needs   []string `json:"needs" doc:"who must sign it beside you"`
	Open    []string `json:"open" doc:"what it means for open processes, in words"`
}

// A Change is one of a comparison.
type Change struct {
	Thing   string   `json:"thing"`
	What    string   `json:"what" enum:"added,removed,replaced"`
	Says    []string `json:"says,omitempty"`
	Parties []string `json:"parties,omitempty" doc:"whom it takes from or burdens"`
}

// A Token is a key to the API, without its secret.
type Token struct {
	ID      string     `json:"id"`
	Party   string     `json:"party"`
	Person  string     `json:"person"`
	Scopes  []string   `json:"scopes"`
	Created time.Time  `json:"created"`
	Expires *time.Time `json:"expires,omitempty"`
	Revoked *time.Time `json:"revoked,omitempty"`
	Invites bool       `json:"invites,omitempty" doc:"it is an invitation, which is good for one token"`
}

// A NewToken asks for a key.
type NewToken struct {
	Party   string   `json:"party"`
	Person  string   `json:"person" minLength:"1" maxLength:"200"`
	Scopes  []string `json:"scopes" minItems:"1" maxItems:"6"`
	Expires string   `json:"expires,omitempty" doc:"how long it is good, as P30D; left out: until it is revoked"`
}

// An Issued token comes with its secret, which is told once.
type Issued struct {
	Token
	Secret string `json:"secret"`
}

// A Redeemed invitation becomes a token of the person who has it.
type Redeem struct {
	Secret string `json:"secret" maxLength:"100"`
	Person string `json:"person" minLength:"1" maxLength:"200"`
}

// A Problem is why something was not done, as RFC 9457 has it.
type Problem struct {
	Type   string `json:"type,omitempty"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Errors []struct {
		Message  string `json:"message"`
		Location string `json:"location"`
	} `json:"errors,omitempty"`
}

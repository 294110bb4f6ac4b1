package offtake

// An Agreement is a contract: clauses from an instant on, and the amendments
// that change them. Its history is never rewritten.
type Agreement struct {
	Name       AgreementName
	Parties    []PartyName
	Calendar   CalendarName // the agreement's, or the book's where it names none
	Effective  When
	Until      When // zero: no end
	Renewal    Renewal
	Clauses    []Clause
	Amendments []Amendment
	Pos        Pos
}

// A Renewal carries an agreement on past its end: for For at a time, unless
// notice is given UnlessNotice before. The zero Renewal is none.
type Renewal struct {
	For          Duration
	UnlessNotice Duration
}

// An Amendment removes, adds and replaces clauses from its effective instant,
// if everyone it takes from or burdens has signed. Otherwise it changes nothing.
type Amendment struct {
	Name          AmendmentName
	Effective     When
	SignedBy      []PartyName
	OpenProcesses OpenProcesses
	Remove        []ClauseName
	Clauses       []Clause
	Pos           Pos
}

// OpenProcesses says what an amendment does to processes already running.
type OpenProcesses string

// What an amendment does to open processes; "" where it touches no right with
// steps in time.
const (
	ContinueProcesses OpenProcesses = "continue"
	ApplyToProcesses  OpenProcesses = "apply"
)

// A Clause is a term of an agreement: the words the parties signed, and a body
// that says what they do.
type Clause struct {
	Name   ClauseName
	Text   string
	Source string
	From   When  // zero: from the agreement or amendment on
	Until  Until // zero: as long as the agreement lasts
	Body   Body
	Pos    Pos
}

// An Until ends a clause: at a point in time, or when a determination is
// answered yes, or at the first of several. The zero Until never ends.
type Until struct {
	At         When
	Determined ClauseRef
	FirstOf    []Until
}

// IsZero reports whether nothing ends the clause.
func (u Until) IsZero() bool { return u.At.IsZero() && u.Determined.IsZero() && len(u.FirstOf) == 0 }

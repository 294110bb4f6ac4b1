package offtake

import (
	"strings"
	"unicode"
)

// Names of things a book declares or agreements carry. Each is its own type,
// so that a region cannot be passed where a site is meant.
type (
	BookName      string
	PartyName     string
	ProviderName  string
	Purpose       string
	Product       string
	Asset         string
	Accelerator   string
	Region        string // in a scope it may end in *
	Site          string
	Customer      string
	CalendarName  string
	AgreementName string
	ClauseName    string
	AmendmentName string
	SupplyName    string
	DemandName    string
	ScenarioName  string
	OpportunityID string
	ProcessID     string // opportunity#1, in the order they opened
	ReservationID string
	JobID         string
	ActID         string
	QuoteID       string
	Hash          string // of content, by which it is known: SHA-256 in lower-case hexadecimal
)

// A ClauseRef names a clause from anywhere: agreement/clause.
type ClauseRef struct {
	Agreement AgreementName
	Clause    ClauseName
}

// IsZero reports whether no clause is named.
func (r ClauseRef) IsZero() bool { return r == ClauseRef{} }

// String gives agreement/clause, or "" for the zero ClauseRef.
func (r ClauseRef) String() string {
	if r.IsZero() {
		return ""
	}
	return string(r.Agreement) + "/" + string(r.Clause)
}

// ParseClauseRef reads agreement/clause, or a bare clause inside agreement in.
func ParseClauseRef(s string, in AgreementName) (ClauseRef, error) {
	a, c, ok := strings.Cut(s, "/")
	if !ok {
		a, c = string(in), s
	}
	if a == "" || c == "" || strings.Contains(c, "/") {
		return ClauseRef{}, Refuse(Invalid, "clause %q is not written as agreement/clause", clip(s))
	}
	return ClauseRef{AgreementName(a), ClauseName(c)}, nil
}

// IsName reports whether the contract language takes a word for a name: 1 to
// 128 bytes without white space, control characters, / * or #.
func IsName(s string) bool {
	return s != "" && len(s) <= 128 && !strings.ContainsFunc(s, func(c rune) bool {
		return unicode.IsSpace(c) || unicode.IsControl(c) || c == '/' || c == '*' || c == '#'
	})
}

package offtake

import (
	"cmp"
	"fmt"
	"slices"
)

// A Pos is a place in a book: a file relative to the book's folder, a line and
// a column, both counted from 1 (columns in characters). The zero Pos means no
// place is known.
type Pos struct {
	File string
	Line int
	Col  int
}

// String gives file:line:column, leaving out what is not known.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// A Severity says what a finding does to the book it is about.
type Severity uint8

// The severities, from the weightiest.
const (
	Mistake Severity = iota // the book does not load
	Lint                    // the book loads; somebody should act before signing or relying on it
	Note                    // worth knowing: an unused name, a default relied on
)

// String gives "error", "finding" or "note", the words `check` prints.
func (s Severity) String() string {
	return [...]string{"error", "finding", "note"}[min(s, Note)]
}

// A Finding is one thing that is wrong with, or worth knowing about, a book.
type Finding struct {
	Severity Severity
	Pos      Pos
	Code     string // a stable, hyphenated name of the rule: "unknown-key", "refusals-meet"
	Clause   ClauseRef
	Message  string // thing, value, rule
	Hint     string // the remedy, or what a choice is about; may be empty
	Witness  string // one concrete request that shows it; may be empty
}

// String gives the finding on one line, as `check` prints it.
func (f Finding) String() string {
	s := fmt.Sprintf("%s: %s: %s", f.Pos, f.Severity, f.Message)
	if f.Witness != "" {
		s += "; witness: " + f.Witness
	}
	if f.Hint != "" {
		s += " (" + f.Hint + ")"
	}
	return s
}

// SortFindings puts findings in the order of the text they are about, and at
// one place the weightiest first.
func SortFindings(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

// Worst gives the weightiest severity among fs and whether there is any.
func Worst(fs []Finding) (Severity, bool) {
	worst, any := Note, false
	for _, f := range fs {
		worst, any = min(worst, f.Severity), true
	}
	return worst, any
}

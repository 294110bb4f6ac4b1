package book_test

import (
	"testing"
	"testing/fstest"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
)

// A draft that was never signed, followed by the amendment that was, is how
// contracts come about: what the draft would have removed is there to be removed.
func TestAnUnsignedAmendmentRemovesNothing(t *testing.T) {
	const text = `kind: Book
name: drafts
buyer: lab
currency: USD
calendar: us
parties: {lab: {title: Lab}, ms: {title: M}}
providers: {azure: {party: ms}}
calendars: {us: {timezone: America/Los_Angeles, holidays: us-federal, cutoff: "17:00"}}
---
kind: Agreement
name: m
parties: [lab, ms]
effective: 2020-01-01
clauses: {e: {text: t, exclusivity: {provider: azure, scope: {}}}}
amendments:
  - {name: draft, effective: 2021-01-01, signed_by: [lab], remove: [e]}
  - {name: final, effective: 2022-01-01, signed_by: [lab, ms], remove: [e]}
  - {name: again, effective: 2023-01-01, signed_by: [lab, ms], remove: [e]}
`
	_, found := book.Read(fstest.MapFS{"book.yaml": {Data: []byte(text)}})
	var mistakes []string
	for _, f := range found {
		if f.Severity == offtake.Mistake {
			mistakes = append(mistakes, f.Message)
		}
	}
	if want := `amendment "again" removes clause "e", which is not in force then; no clause is`; len(mistakes) != 1 || mistakes[0] != want {
		t.Errorf("mistakes %q, want one: %s", mistakes, want)
	}
}

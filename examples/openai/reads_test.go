package openai_test

import (
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
)

// The book loads, and reading it finds nothing to mend. What is only recorded
// is noted, which is no finding.
func TestBookReads(t *testing.T) {
	b, findings := book.ReadDir(".")
	for _, f := range findings {
		if f.Severity != offtake.Note {
			t.Errorf("%s", f)
		} else {
			t.Log(f)
		}
	}
	if b == nil || len(b.Agreements) != 5 || len(b.Demands) != 19 || len(b.Supplies) != 5 || len(b.Scenarios) != 1 {
		t.Fatalf("the book lacks something: %+v", b)
	}
}

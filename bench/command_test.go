package bench

import (
	"testing"
	"testing/fstest"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/rights"
)

func TestTheWrittenBooksLoad(t *testing.T) {
	for name, b := range map[string]*offtake.Book{"generated": Book(1_000, seed), "every kind": everyKind(1_000)} {
		read, findings := book.Read(fstest.MapFS{"book.yaml": {Data: book.Format(b)}})
		if worst, any := offtake.Worst(findings); any && worst == offtake.Mistake {
			t.Errorf("%s: %v", name, findings)
			continue
		}
		for _, f := range mistakes(read) {
			t.Errorf("%s: %v", name, f)
		}
		clauses, refusals := 0, 0
		for _, a := range read.Agreements {
			for _, c := range a.Clauses {
				clauses++
				if _, ok := c.Body.(offtake.FirstRefusal); ok {
					refusals++
				}
			}
		}
		if clauses != 1_000 || refusals < 95 {
			t.Errorf("%s: %d clauses, %d of them first refusals, want 1000 and a tenth", name, clauses, refusals)
		}
	}
}

func TestRightsAreTheSameFromTheWrittenBook(t *testing.T) {
	generated := Book(300, seed)
	read, _ := book.Read(fstest.MapFS{"book.yaml": {Data: book.Format(generated)}})
	before, _ := rights.Compile(generated)
	after, _ := rights.Compile(read)
	for _, f := range Facts(100, seed) {
		p, err := before.Question(offtake.Procure, f)
		if err != nil {
			t.Fatal(err)
		}
		q, err := after.Question(offtake.Procure, f)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := after.At(asked).Ask(q).Verdict, before.At(asked).Ask(p).Verdict; got != want {
			t.Fatalf("%+v: %s after writing and reading, %s before", f, got, want)
		}
	}
}

package book_test

import (
	"reflect"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/book/booktest"
	"pgregory.net/rapid"
)

// same compares books but for the places in the text.
var same = cmp.Options{
	cmp.Comparer(func(a, b offtake.Money) bool { return a.String() == b.String() }),
	cmpopts.IgnoreTypes(offtake.Pos{}, []offtake.Pos{}),
}

// read reads a book of one file.
func read(text string) (*offtake.Book, []offtake.Finding) {
	return book.Read(fstest.MapFS{"book.yaml": {Data: []byte(text)}})
}

func mistakes(fs []offtake.Finding) []offtake.Finding {
	var out []offtake.Finding
	for _, f := range fs {
		if f.Severity == offtake.Mistake {
			out = append(out, f)
		}
	}
	return out
}

func TestWhatIsPrintedReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := booktest.Book(booktest.Seeded(rapid.Uint64().Draw(t, "seed")), rapid.IntRange(3, 12).Draw(t, "clauses"))
		text := string(book.Format(want))
		got, findings := read(text)
		if bad := mistakes(findings); len(bad) > 0 {
			t.Fatalf("the printed book does not read: %v\n%s", bad, text)
		}
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Fatalf("the printed book reads as another (-made +read):\n%s\n%s", diff, text)
		}
		if again := string(book.Format(got)); again != text {
			t.Fatalf("printing again gives another text:\n%s", cmp.Diff(text, again))
		}
	})
}

// Every clause body of the language is made by the generator.
func TestTheGeneratorMakesEveryBody(t *testing.T) {
	made := make(map[string]bool)
	for _, c := range booktest.Book(booktest.Seeded(1), 500).Agreements[0].Clauses {
		made[reflect.TypeOf(c.Body).Name()] = true
	}
	if got, want := len(made), 13; got != want {
		t.Errorf("the generator makes %d bodies, %v; want %d", got, made, want)
	}
}

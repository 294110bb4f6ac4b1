package book_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
)

func TestTheStarterBookChecksClean(t *testing.T) {
	files := make(fstest.MapFS)
	s := validator(t)
	for path, text := range book.Starter("mine") {
		files[path] = &fstest.MapFile{Data: text}
		if err := accepts(t, s, string(text)); err != nil {
			t.Errorf("the schema refuses %s: %v", path, err)
		}
	}
	b, findings := book.Read(files)
	if worst, any := offtake.Worst(findings); any && worst < offtake.Note {
		t.Fatalf("the starter book has findings:\n%s", list(findings))
	}
	if got, want := string(b.Name), "mine"; got != want {
		t.Errorf("its name is %q; want %q", got, want)
	}
	if got := string(book.Starter("not a name")["book.yaml"]); !strings.Contains(got, "\nname: my-book\n") {
		t.Errorf("a name with a space is put into the book:\n%s", got)
	}
}

package main

import (
	"fmt"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/rights"
)

// read reads a book and compiles its law, and gives everything there is to say
// about both. The law is nil where the book does not load.
func read(dir string) (*offtake.Book, *rights.Law, []offtake.Finding) {
	b, found := book.ReadDir(dir)
	if doesNotLoad(found) {
		found = append(found, rights.AlsoWrong(b, found)...)
		offtake.SortFindings(found)
		return nil, nil, found
	}
	law, more := rights.Compile(b)
	found = append(found, more...)
	offtake.SortFindings(found)
	if doesNotLoad(more) {
		return nil, nil, found
	}
	return b, law, found
}

func doesNotLoad(found []offtake.Finding) bool {
	worst, any := offtake.Worst(found)
	return any && worst == offtake.Mistake
}

// load is read for the verbs that need a book that loads: every mistake goes
// to standard error, and the command is misused.
func (w world) load(dir string) (*offtake.Book, *rights.Law, error) {
	b, law, found := read(dir)
	if law != nil {
		return b, law, nil
	}
	n := 0
	for _, f := range found {
		if f.Severity == offtake.Mistake {
			fmt.Fprintln(w.err, f)
			n++
		}
	}
	fmt.Fprintf(w.err, "offtake: book %q does not load: %s\n", dir, count(n, "error"))
	return nil, nil, misused
}

// count says "1 error" or "3 errors".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// instant reads a flag's time: an instant, or a date, which is the start of
// that day in the book's calendar.
func instant(law *rights.Law, flag, s string) (time.Time, error) {
	when, err := offtake.ParseWhen(s)
	if err != nil {
		return time.Time{}, offtake.Refuse(offtake.Invalid, "--%s: %w", flag, err)
	}
	return law.Resolve("", when), nil
}

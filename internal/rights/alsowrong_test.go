package rights_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/rights"
)

// FuzzLoad looks for panics where the law of a book is read although its text
// has mistakes, and for a mistake told twice at one place by both.
func FuzzLoad(f *testing.F) {
	var all []string
	for _, text := range book.Starter("fuzzed") {
		all = append(all, string(text))
	}
	slices.Sort(all)
	whole := strings.Join(all, "\n---\n")
	f.Add(whole)
	for _, cut := range []string{"party", "effective", "name:", "2025", "scope", "provider", "holidays", "USD", "quantity", "until", "P1", "window"} {
		f.Add(strings.Replace(whole, cut, "x", 1))
		f.Add(strings.ReplaceAll(whole, cut, "x"))
		for i, at := 0, 0; i < 8; i++ {
			n := strings.Index(whole[at:], cut)
			if n < 0 {
				break
			}
			at += n + 1
			f.Add(whole[:at] + whole[at+len(cut):])
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, found := book.Read(fstest.MapFS{"book.yaml": {Data: []byte(text)}})
		if worst, any := offtake.Worst(found); !any || worst != offtake.Mistake {
			return
		}
		for _, also := range rights.AlsoWrong(b, found) {
			if slices.ContainsFunc(found, func(f offtake.Finding) bool { return f.Severity == offtake.Mistake && f.Pos == also.Pos }) {
				t.Errorf("%v is told twice", also)
			}
		}
	})
}

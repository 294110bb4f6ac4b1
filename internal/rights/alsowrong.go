package rights

import "github.com/offtake-dev/offtake"

// AlsoWrong gives the mistakes in law of what could be read of a book whose
// text has mistakes, so that both can be mended at once. Where the text is
// already wrong nothing is said twice.
func AlsoWrong(b *offtake.Book, found []offtake.Finding) (out []offtake.Finding) {
	if b == nil {
		return nil
	}
	told := make(map[offtake.Pos]bool)
	for _, f := range found {
		told[f.Pos] = told[f.Pos] || f.Severity == offtake.Mistake
	}
	_, law := Compile(b)
	for _, f := range law {
		if f.Severity == offtake.Mistake && !told[f.Pos] {
			out = append(out, f)
		}
	}
	return out
}

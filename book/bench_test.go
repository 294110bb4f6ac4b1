package book_test

import (
	"testing"
	"testing/fstest"

	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/book/booktest"
)

// BenchmarkRead reads a book of 10,000 clauses, a tenth of them first refusals.
func BenchmarkRead(b *testing.B) {
	text := book.Format(booktest.Book(booktest.Seeded(1), 10_000))
	files := fstest.MapFS{"book.yaml": {Data: text}}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, findings := book.Read(files); len(mistakes(findings)) > 0 {
			b.Fatal(mistakes(findings)[0])
		}
	}
}

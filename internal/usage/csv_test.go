package usage

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// FuzzLines holds the reader of CSV against package encoding/csv, which is its twin.
func FuzzLines(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "a,b\r\n\r\n1,\"x\ny\"\r\n3,4", "a\n\"b", "a,b\n1,\"2\"3\n4,5\n", "\n\n,\n", "a\r", "a\"b\nc\n", ",\"\"\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ours := lines{text: text}
		theirs := csv.NewReader(strings.NewReader(text))
		theirs.FieldsPerRecord = -1
		for n := 1; ; n++ {
			want, wrong := theirs.Read()
			got, err := ours.next(nil)
			if (wrong == nil) != (err == nil) || errors.Is(wrong, io.EOF) != errors.Is(err, io.EOF) {
				t.Fatalf("record %d of %q: %v, by encoding/csv %v", n, text, err, wrong)
			}
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil && !slices.Equal(got, want) {
				t.Fatalf("record %d of %q: %q, by encoding/csv %q", n, text, got, want)
			}
			if err != nil {
				continue
			}
			if line, _ := theirs.FieldPos(0); line != ours.line {
				t.Fatalf("record %d of %q is on line %d, by encoding/csv %d", n, text, ours.line, line)
			}
		}
	})
}

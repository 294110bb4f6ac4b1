package offtake_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestTheFirstScreenIsWhatTheProgramPrints holds the figures of the README to
// the story, which `make test` has the program tell: every line stands there,
// in the same order.
func TestTheFirstScreenIsWhatTheProgramPrints(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	story, err := os.ReadFile("docs/stories/amendment.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "```\nterms ")
	block, _, ended := strings.Cut("terms "+rest, "\n```")
	if !ok || !ended {
		t.Fatal("README.md has no block of figures that begins with the terms")
	}
	_, rest, ok = strings.Cut(string(story), "--terms 2026-06-01\n")
	told, _, ended := strings.Cut(rest, "\n#")
	if !ok || !ended {
		t.Fatal("docs/stories/amendment.txt does not replay all four versions of the terms")
	}
	left := strings.Split(told, "\n")
	for line := range strings.SplitSeq(block, "\n") {
		i := slices.Index(left, line)
		if i < 0 {
			t.Errorf("README.md says a line that the story does not tell, or not there: %q", line)
			continue
		}
		left = left[i+1:]
	}
}

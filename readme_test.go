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
	readme, story := contents(t, "README.md"), contents(t, "docs/stories/amendment.txt")
	_, rest, ok := strings.Cut(readme, "```\nterms ")
	block, _, ended := strings.Cut("terms "+rest, "\n```")
	if !ok || !ended {
		t.Fatal("README.md has no block of figures that begins with the terms")
	}
	_, rest, ok = strings.Cut(story, "--terms 2026-06-01\n")
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

// TestThePlaysAreWhatTheProgramPrints holds what the README shows of `offtake
// play` to the story of a first refusal, which `make test` has the program tell.
func TestThePlaysAreWhatTheProgramPrints(t *testing.T) {
	readme, story := contents(t, "README.md"), contents(t, "docs/stories/refusal.txt")
	left, shown := strings.Split(story, "\n"), 0
	for _, block := range strings.Split(readme, "\n$ offtake ")[1:] {
		play, printed, _ := strings.Cut(block, "\n")
		if !strings.HasPrefix(play, "play ") {
			continue
		}
		printed, _, _ = strings.Cut(printed, "```")
		for line := range strings.SplitSeq(printed, "\n") {
			if line == "" || line == "..." {
				continue
			}
			i := slices.Index(left, line)
			if i < 0 {
				t.Errorf("README.md says a line that the story does not tell, or not there: %q", line)
				continue
			}
			left, shown = left[i+1:], shown+1
		}
	}
	if shown == 0 {
		t.Error("README.md shows nothing of offtake play")
	}
}

func contents(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

package civil_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/offtake-dev/offtake/internal/civil"
)

// testdata/counts.md holds windows as the cases write them, each with the
// explanation a person reads.
func TestACountIsExplainedInPlainLanguage(t *testing.T) {
	data, err := os.ReadFile("testdata/counts.md")
	if err != nil {
		t.Fatal(err)
	}
	var s script
	explained := 0
	for _, block := range strings.Split(string(data), "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		if rest, ok := strings.CutPrefix(lines[0], "calendar "); ok {
			if err := s.declare(strings.Fields(rest)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if !strings.HasPrefix(lines[0], "> ") {
			continue
		}
		explained++
		calendars, _ := civil.Compile(s.decls)
		w, _, err := readWindow(calendars, s.current, strings.Fields(lines[0][2:]))
		if err != nil {
			t.Fatalf("%s: %v", lines[0], err)
		}
		if got, want := strings.Join(w.Count().Lines(), "\n"), strings.Join(lines[1:], "\n"); got != want {
			t.Errorf("%s\n got\n%s\nwant\n%s", lines[0], got, want)
		}
	}
	if explained < 10 {
		t.Errorf("%d counts are explained, want at least 10", explained)
	}
}

// The reference says what this package does; this test lets it not be wrong.
func TestEveryExampleOfTheReferenceHolds(t *testing.T) {
	const reference = "../../docs/LEGAL-TIME.md"
	inside, lines := false, []line{}
	data, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	for n, text := range strings.Split(string(data), "\n") {
		switch {
		case strings.HasPrefix(text, "```"):
			inside = text == "```time"
		case inside:
			lines = append(lines, line{fmt.Sprintf("LEGAL-TIME.md:%d", n+1), "the reference", text})
		}
	}
	if got := runCases(t, lines); got < 40 {
		t.Errorf("the reference has %d examples, want at least 40", got)
	}
	if want := "release " + civil.ZoneData + ","; !strings.Contains(string(data), want) {
		t.Errorf("the reference does not say %q", want)
	}
}

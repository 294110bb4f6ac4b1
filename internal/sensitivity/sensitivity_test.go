package sensitivity_test

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/offtake-dev/offtake/internal/provenance"
	"github.com/offtake-dev/offtake/internal/sensitivity"
)

const example = "../../examples/openai"

// Every invented number of the example book is varied, or left alone for a reason.
func TestEveryInventedNumberIsAccountedFor(t *testing.T) {
	all, err := provenance.Read(os.DirFS(example))
	if err != nil {
		t.Fatal(err)
	}
	invented := 0
	for _, n := range all {
		if n.Invented() {
			invented++
		}
	}
	varied, left := sensitivity.Knobs(all)
	counted := 0
	for _, k := range varied {
		counted += len(k.Numbers)
		t.Logf("varied: %s (%d)", k.Name, len(k.Numbers))
	}
	for _, l := range left {
		counted += l.Numbers
		t.Logf("left: %s (%d): %s", l.Name, l.Numbers, l.Why)
	}
	if counted != invented || invented == 0 {
		t.Errorf("%d numbers varied or left alone, want all %d invented ones", counted, invented)
	}
}

// A knob changes its numbers and not a byte else.
func TestKnobAt(t *testing.T) {
	fsys := os.DirFS(example)
	all, err := provenance.Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	varied, _ := sensitivity.Knobs(all)
	for _, k := range varied {
		if k.Name != "what azure has to sell" {
			continue
		}
		turned, ok := k.At(fsys, 2, 1)
		if !ok {
			t.Fatal("what azure has to sell cannot be doubled")
		}
		got, _ := fs.ReadFile(turned, "supply/azure.yaml")
		was, _ := fs.ReadFile(fsys, "supply/azure.yaml")
		want := regexp.MustCompile(`quantity: \d+`).ReplaceAllStringFunc(string(was), func(s string) string {
			n, _ := strconv.Atoi(strings.TrimPrefix(s, "quantity: "))
			return fmt.Sprint("quantity: ", 2*n)
		})
		if string(got) != want {
			t.Errorf("the doubled supply reads\n%s\nwant\n%s", got, want)
		}
		same, _ := fs.ReadFile(turned, "book.yaml")
		before, _ := fs.ReadFile(fsys, "book.yaml")
		if string(same) != string(before) {
			t.Error("a file without the number changed")
		}
		info, err := fs.Stat(turned, "supply/azure.yaml")
		if err != nil || info.Size() != int64(len(got)) {
			t.Errorf("Stat gives %v, %v, want the size %d", info, err, len(got))
		}
		return
	}
	t.Fatal(fmt.Sprint("no knob for what azure has to sell among ", len(varied)))
}

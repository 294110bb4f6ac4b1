package openai_test

import (
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/rights"
)

// law compiles the book, which must give no finding: nothing unsigned, no
// clause that contradicts another or that no request can reach.
func law(t *testing.T) *rights.Law {
	t.Helper()
	b, _ := book.ReadDir(".")
	if b == nil {
		t.Fatal("the book does not read")
	}
	l, findings := rights.Compile(b)
	for _, f := range findings {
		if f.Severity != offtake.Note {
			t.Errorf("%s", f)
		}
	}
	return l
}

// The four versions, by what each lets the buyer do. The columns are the terms
// of 2025-01-20, 2025-01-21, 2025-10-28, 2026-04-27 and 2026-06-01, the last
// after Microsoft's declarations: + permitted, ? conditional, - forbidden.
const story = `
procure azure                                        + + + + +
procure oci                                          - ? + + +
procure stargate                                     - + + + +
place   azure     purpose=training                   + + + + +
place   oci       purpose=training                   - + + + +
place   oci       product=chatgpt                    - + + ? +
place   oci       product=api                        - - - ? +
place   azure     product=api                        + + + + +
serve   azure     product=api                        + + + + +
serve   oci       product=api                        - - - ? +
serve   oci       product=chatgpt                    - + + ? +
serve   oci       product=api customer=security      - - + ? +
use     microsoft product=copilot asset=gpt-4o       - + + + +
use     microsoft product=api     asset=gpt-4o       - - - - -
use     microsoft product=copilot asset=research     - - + + +
use     oracle    product=copilot asset=gpt-4o       - - - - -
use     openai    product=chatgpt asset=gpt-4o       + + + + +
`

var storyDays = []string{"2025-01-20T20:00:00Z", "2025-01-21T20:00:00Z", "2025-10-28T20:00:00Z", "2026-04-27T20:00:00Z", "2026-06-01T20:00:00Z"}

func TestStory(t *testing.T) {
	l := law(t)
	sign := map[offtake.Verdict]string{offtake.Permitted: "+", offtake.Conditional: "?", offtake.Prohibited: "-", offtake.Undetermined: "u"}
	for _, line := range strings.Split(strings.TrimSpace(story), "\n") {
		words := strings.Fields(line)
		n := len(words) - len(storyDays)
		ask, facts := offtake.Ask(words[0]), factsOf(t, words[0], words[1:n])
		for i, want := range words[n:] {
			at, err := time.Parse(time.RFC3339, storyDays[i])
			if err != nil {
				t.Fatal(err)
			}
			q, err := l.Question(ask, facts)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			a := l.At(at).Explain(q)
			if got := sign[a.Verdict]; got != want {
				t.Errorf("%s at %s: %s, want %s; because %v", strings.Join(words[:n], " "), storyDays[i], got, want, a.Because)
			}
		}
	}
}

// factsOf reads the facts of a line of the story. What a line leaves out is
// known to be nothing: it is ordinary work, by no special customer.
func factsOf(t *testing.T, ask string, words []string) offtake.Facts {
	t.Helper()
	f := offtake.Facts{Absent: []offtake.Dimension{offtake.DimCustomer, offtake.DimProduct, offtake.DimAsset, offtake.DimPurpose}}
	if ask == "use" {
		f.Party = offtake.PartyName(words[0])
	} else {
		f.Provider = offtake.ProviderName(words[0])
	}
	state := func(d offtake.Dimension) {
		for i, a := range f.Absent {
			if a == d {
				f.Absent = append(f.Absent[:i:i], f.Absent[i+1:]...)
				return
			}
		}
	}
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "purpose":
			f.Purposes = []offtake.Purpose{offtake.Purpose(value)}
		case "product":
			f.Product = offtake.Product(value)
			state(offtake.DimPurpose) // the product says it
		case "customer":
			f.Customer = "us-national-security"
		case "asset":
			f.Asset = offtake.Asset(map[string]string{"gpt-4o": "gpt-4o", "research": "research-methods"}[value])
		default:
			t.Fatalf("fact %q is none of the story's", w)
		}
		state(offtake.Dimension(key))
	}
	return f
}

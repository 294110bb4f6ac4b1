package docket_test

import (
	"strings"
	"testing"

	"github.com/offtake-dev/offtake/internal/refusal/docket"
)

const offer = "2025-06-03T10:00 openai offer.receive"

// A reader that passes over what it does not understand would let a case say
// more than it shows.
func TestWhatIsNoCase(t *testing.T) {
	for _, c := range []struct{ is, text, want string }{
		{"no source", "# A rule.\n" + offer, "no source"},
		{"a source that is not known", "# A rule.\nsource Smith v. Jones (1901): no.\n" + offer, "none of the known"},
		{"a source without a sentence", "# A rule.\nsource rule of the process\n" + offer, "none of the known"},
		{"a rule of time that there is not", "# A rule.\nsource rule of time 10: no.\n" + offer, "none of the known"},
		{"two sentences", "# A rule.\nsource practice differs: one. And two.\n" + offer, "not one sentence"},
		{"a line before the first sentence", offer, "before the first sentence"},
		{"an unknown field of the clause", "# A rule.\nclause colour=blue", "no clause field"},
		{"an unknown field of a consent", "# A rule.\nconsent build colour=blue", "no consent field"},
		{"an unknown field of a first offer", "# A rule.\nfirst_offer notify_within=P5D", "no first_offer field"},
		{"an unknown field of a first placement", "# A rule.\nfirst_placement window=P5D", "no first_placement field"},
		{"a clause of an unknown kind", "# A rule.\nanother one first_dance", "no clause of the kind"},
		{"an unknown field of a statement", "# A rule.\nstatement one colour=blue", "no statement field"},
		{"a key of another act of a launch", "# A rule.\n2025-06-03T10:00 openai product.ship product=api", `no "product"`},
		{"an unknown act", "# A rule.\n2025-06-03T10:00 openai offer.eat", "no act"},
		{"an unknown key of an act", "# A rule.\n" + offer + " colour=blue", `no "colour"`},
		{"a key of another act", "# A rule.\n2025-06-03T10:00 microsoft refuse quantity=72", `no "quantity"`},
		{"a key that comes twice", "# A rule.\n" + offer + " site=milam site=abilene", "comes twice"},
		{"a number that is none", "# A rule.\n" + offer + " quantity=many", "many"},
		{"an instant that is none", "# A rule.\ntomorrow openai offer.receive", "tomorrow"},
		{"an expectation of nothing", "# A rule.\n= 2025-06-03T10:00", "an instant and a state"},
		{"an expectation without a value", "# A rule.\n= 2025-06-03T10:00 open deadline", "no key=value"},
	} {
		if cases, err := docket.Parse("x.txt", c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Parse() = %d cases, %v, want an error with %q", c.is, len(cases), err, c.want)
		}
	}
}

func TestACase(t *testing.T) {
	cases, err := docket.Parse("x.txt", "# A rule.\nsource rule of time 6: so it is.\nclause partial=lots\n"+offer+" price=USD_9.00 > process.opened\n= 2025-06-03T10:00 notify_due parts=1008:notify_due on=o2\n")
	if err != nil || len(cases) != 1 {
		t.Fatalf("Parse() = %d cases, %v, want one", len(cases), err)
	}
	c := cases[0]
	if c.Head() != "rule of time 6" || c.Right().Partial != "lots" || len(c.Acts) != 1 || len(c.Expected) != 1 {
		t.Errorf("Parse() = %+v", c)
	}
	if a, e := c.Acts[0], c.Expected[0]; a.ID != "a1" || a.By != "openai" || e.Opportunity != "o2" || len(e.Looks) != 1 || !e.At.Equal(a.At) {
		t.Errorf("the act is %+v and the expectation %+v", a, e)
	}
}

package rights

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/offtake-dev/offtake"
)

var asks = []offtake.Ask{offtake.Procure, offtake.Place, offtake.Serve, offtake.Use}

func inWords(a offtake.Answer) string {
	if a.Verdict != offtake.Conditional {
		return string(a.Verdict)
	}
	var duties []string
	for _, d := range a.Duties {
		duties = append(duties, string(d.Do)+" "+string(d.To)+" "+string(d.Clause.Clause))
	}
	slices.Sort(duties)
	return "conditional: " + strings.Join(duties, ", ")
}

func drawQuestion(t *rapid.T, l *Law) (offtake.Ask, offtake.Facts, Question, time.Time) {
	ask, f := one(t, "ask", asks), drawFacts(t)
	q, err := l.Question(ask, f)
	if err != nil {
		t.Fatalf("Question(%s, %+v): %v", ask, f, err)
	}
	return ask, f, q, utc(on(one(t, "at", append([]string{"2024-01-01", "2026-06-01", "2025-03-02", "2025-07-01"}, someDays...))))
}

func TestTheIndexAnswersAsTheTwinDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBook(t)
		l, _ := Compile(b)
		for range 4 {
			ask, f, q, at := drawQuestion(t, l)
			want, missing := twin{b, at}.answer(ask, f)
			got := l.At(at).Explain(q)
			if inWords(got) != want {
				t.Fatalf("%s at %s with %+v = %s, the twin says %s", ask, offtake.Stamp(at), f, inWords(got), want)
			}
			if diff := cmp.Diff(missing, got.Missing); diff != "" {
				t.Fatalf("%s with %+v misses (-twin +index):\n%s", ask, f, diff)
			}
			if r := l.At(at).Ask(q); r.Verdict != got.Verdict {
				t.Fatalf("Ask says %s and Explain %s", r.Verdict, got.Verdict)
			}
		}
	})
}

// Nobody knows a statement before it is made: an answer is the same, to the
// last word, whatever is stated later.
func TestNothingStatedLaterShowsInAnAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBook(t)
		l, _ := Compile(b)
		ask, f, q, at := drawQuestion(t, l)
		then, _ := Compile(sofar(b, at))
		known, err := then.Question(ask, f)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(then.At(at).Explain(known), l.At(at).Explain(q)); diff != "" {
			t.Fatalf("%s at %s with %+v (-before anything more is stated +after):\n%s", ask, offtake.Stamp(at), f, diff)
		}
	})
}

func TestEveryChangeThatWouldPermitDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBook(t)
		l, _ := Compile(b)
		ask, f, q, at := drawQuestion(t, l)
		for _, c := range l.At(at).Explain(q).WouldPermit {
			changed, then, law := f, at, l
			switch c.What {
			case "provider":
				changed.Provider = offtake.ProviderName(c.Value)
			case "at":
				then, _ = offtake.ParseInstant(c.Value)
			case "consent":
				law = withConsent(b, c.Value)
			}
			changed.Absent = slices.DeleteFunc(slices.Clone(changed.Absent), func(d offtake.Dimension) bool { return string(d) == c.What })
			again, err := law.Question(ask, changed)
			if got := law.At(then).Ask(again).Verdict; err != nil || got != offtake.Permitted {
				t.Fatalf("%s with %+v would be permitted by %+v, but is %s (%v)", ask, f, c, got, err)
			}
		}
	})
}

// withConsent gives the law of the book with one more consent, to everything.
func withConsent(b *offtake.Book, lifts string) *Law {
	r, _ := offtake.ParseClauseRef(lifts, "")
	more := *b
	more.Agreements = append(slices.Clone(b.Agreements), offtake.Agreement{
		Name: "consent", Parties: someParties, Effective: on("2020-01-01"),
		Clauses: []offtake.Clause{{Name: "yes", Body: offtake.Consent{Lifts: []offtake.ClauseRef{r}}}},
	})
	l, _ := Compile(&more)
	return l
}

package bench

import (
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/rights"
)

func TestOtherEnginesGiveTheSameAnswers(t *testing.T) {
	for _, o := range others {
		t.Run(o.name, func(t *testing.T) {
			for _, n := range []int{20, 200, 1_000} {
				b := Book(n, uint64(n))
				e, err := o.make(b)
				if err != nil {
					t.Fatal(err)
				}
				law, _ := rights.Compile(b)
				seen := map[offtake.Verdict]int{}
				for _, f := range Facts(200, uint64(n)) {
					q, err := law.Question(offtake.Procure, f)
					if err != nil {
						t.Fatal(err)
					}
					want := law.At(asked).Ask(q).Verdict
					seen[want]++
					ask, err := e.prepare(f)
					if err != nil {
						t.Fatal(err)
					}
					if got, err := ask(); err != nil || got != want {
						t.Fatalf("%d clauses, %+v: %s says %s (%v), rights says %s", n, f, o.name, got, err, want)
					}
				}
				if len(seen) < 2 {
					t.Errorf("%d clauses: all answers alike: %v", n, seen)
				}
			}
		})
	}
}

func TestTheGeneratedBookIsAsStated(t *testing.T) {
	b := Book(2_000, seed)
	facts := Facts(200, seed)
	bounded, dimensions, matching, scopes := 0, 0, 0, 0
	for _, c := range b.Agreements[0].Clauses {
		e, ok := c.Body.(offtake.Exclusivity)
		if !ok {
			continue
		}
		scopes++
		for _, one := range []bool{e.Scope.Purposes != nil, e.Scope.Products != nil, e.Scope.Accelerators != nil, e.Scope.Regions != nil,
			e.Scope.Sites != nil, e.Scope.Customers != nil, e.Scope.Quantity.AtLeast > 0, e.Scope.Term.AtLeast.Count > 0} {
			dimensions++
			if one {
				bounded++
			}
		}
		for _, f := range facts {
			if e.Scope.Matches(f) {
				matching++
			}
		}
	}
	if share := float64(bounded) / float64(dimensions); share < 0.45 || share > 0.55 {
		t.Errorf("%.2f of the dimensions are bounded, want half", share)
	}
	if share := float64(matching) / float64(scopes*len(facts)); share < 0.04 || share > 0.06 {
		t.Errorf("%.3f of the clauses match a question, want about 0.05", share)
	}
	for _, f := range mistakes(b) {
		t.Errorf("the book does not load: %v", f)
	}
}

func mistakes(b *offtake.Book) (out []offtake.Finding) {
	_, findings := rights.Compile(b)
	for _, f := range findings {
		if f.Severity == offtake.Mistake {
			out = append(out, f)
		}
	}
	return out
}

func BenchmarkAsk(b *testing.B) {
	for name, n := range map[string]int{"1000": 1_000, "10000": 10_000} {
		terms, questions, err := prepared(n, offtake.Procure, offtake.Place, offtake.Serve, offtake.Use)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("Ask/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				terms.Ask(questions[i%len(questions)])
			}
		})
		b.Run("Explain/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				terms.Explain(questions[i%len(questions)])
			}
		})
	}
}

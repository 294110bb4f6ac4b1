package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/rights"
)

// seed is that of every generated book and question.
const seed = 1

// asked is when all questions are asked.
var asked = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)

// Asks measures what a question costs, and beside it in Cedar, CEL and OPA
// with the clauses that `procure` reads. Questions are prepared as far as they can
// be before the clock runs, theirs as ours; what that costs us has its own row.
func Asks() (rows []Row, err error) {
	for _, step := range []func() ([]Row, error){
		func() ([]Row, error) { return asksOf("1,000 clauses", 1_000, 300) },
		func() ([]Row, error) { return asksOf("10,000 clauses", 10_000, 2_000) },
		func() ([]Row, error) { return besideOthers("1,000 clauses", 1_000) },
	} {
		more, err := step()
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// asksOf measures questions to one book.
func asksOf(size string, n int, bound float64) ([]Row, error) {
	terms, questions, err := prepared(n, offtake.Procure, offtake.Place, offtake.Serve, offtake.Use)
	if err != nil {
		return nil, err
	}
	// Of all questions together, so that no single one can hide behind a mean.
	allocations := testing.AllocsPerRun(10, func() {
		for _, q := range questions {
			terms.Ask(q)
		}
	})
	explain := testing.Benchmark(func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			terms.Explain(questions[i%len(questions)])
		}
	})
	law, _ := rights.Compile(Book(n, seed))
	facts := Facts(1_024, seed)
	prepare := testing.Benchmark(func(b *testing.B) {
		for i := 0; b.Loop() && err == nil; i++ {
			_, err = law.Question(offtake.Procure, facts[i%len(facts)])
		}
	})
	return []Row{
		Below("rights.Ask, "+size, nanoseconds(asking(terms, questions)), "ns", bound),
		AtMost("rights.Ask, "+size+", each of 1,024 questions once", allocations, "allocations", 0),
		Below("rights.Explain, "+size, nanoseconds(explain), "ns", 10_000),
		Measured("rights.Question, facts to question, "+size, nanoseconds(prepare), "ns"),
	}, err
}

func nanoseconds(r testing.BenchmarkResult) float64 { return float64(r.T.Nanoseconds()) / float64(r.N) }

func asking(terms *rights.Terms, questions []rights.Question) testing.BenchmarkResult {
	return testing.Benchmark(func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			terms.Ask(questions[i%len(questions)])
		}
	})
}

// prepared compiles a generated book and turns a thousand questions into
// cells, of each kind as many.
func prepared(n int, asks ...offtake.Ask) (*rights.Terms, []rights.Question, error) {
	law, _ := rights.Compile(Book(n, seed))
	var out []rights.Question
	for i, f := range Facts(1_024, seed) {
		q, err := law.Question(asks[i/2%len(asks)], f)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, q)
	}
	return law.At(asked), out, nil
}

// An other is an engine compared with, by name and version.
type other struct {
	name string
	make func(*offtake.Book) (engine, error)
}

var others = []other{{"Cedar 1.9.0", newCedar}, {"CEL 0.31.0", newCEL}, {"OPA 1.22.2", newOPA}}

// besideOthers compares on `procure` alone, which is what they are given.
func besideOthers(size string, n int) (rows []Row, err error) {
	terms, questions, err := prepared(n, offtake.Procure)
	if err != nil {
		return nil, err
	}
	ours := nanoseconds(asking(terms, questions))
	for _, o := range others {
		asks, err := o.asks(n)
		if err != nil {
			return nil, err
		}
		for i, ask := range asks {
			want := terms.Ask(questions[i]).Verdict
			if got, err := ask(); err != nil || got != want {
				return nil, fmt.Errorf("question %d: %s says %s (%v), rights says %s", i, o.name, got, err, want)
			}
		}
		theirs := testing.Benchmark(func(b *testing.B) {
			for i := 0; b.Loop() && err == nil; i++ {
				_, err = asks[i%len(asks)]()
			}
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, Measured("rights.Ask, procure, "+size+", beside "+o.name, ours, "ns").Beside(o.name, nanoseconds(theirs)))
	}
	return rows, nil
}

// asks prepares as many questions for another engine as for ours.
func (o other) asks(n int) (out []question, err error) {
	e, err := o.make(Book(n, seed))
	if err != nil {
		return nil, err
	}
	for _, f := range Facts(1_024, seed) {
		q, err := e.prepare(f)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}

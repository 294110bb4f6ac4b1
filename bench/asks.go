package bench

import (
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
// with the clauses that `procure` reads. What they are given is prepared as far
// as it can be before the clock runs, as ours is.
func Asks() (rows []Row, err error) {
	for _, size := range []struct {
		name  string
		n     int
		bound float64
	}{{"1,000", 1_000, 300}, {"10,000", 10_000, 2_000}} {
		terms, questions, err := prepared(size.n, offtake.Procure, offtake.Place, offtake.Serve, offtake.Use)
		if err != nil {
			return nil, err
		}
		ask := asking(terms, questions)
		explain := testing.Benchmark(func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				terms.Explain(questions[i%len(questions)])
			}
		})
		rows = append(rows,
			Below("rights.Ask, "+size.name+" clauses", nanoseconds(ask), "ns", size.bound),
			Below("rights.Ask, "+size.name+" clauses, allocations", float64(ask.AllocsPerOp()), "allocs", 1),
			Below("rights.Explain, "+size.name+" clauses", nanoseconds(explain)/1_000, "µs", 10))
		if size.n == 1_000 {
			beside, err := besideOthers(size.n)
			if err != nil {
				return nil, err
			}
			rows = append(rows, beside...)
		}
	}
	return rows, nil
}

func nanoseconds(r testing.BenchmarkResult) float64 { return float64(r.T.Nanoseconds()) / float64(r.N) }

func asking(terms *rights.Terms, questions []rights.Question) testing.BenchmarkResult {
	return testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
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

// others are the engines compared with, by name and version.
var others = []struct {
	name string
	make func(*offtake.Book) (engine, error)
}{{"Cedar 1.9.0", newCedar}, {"CEL 0.31.0", newCEL}, {"OPA 1.22.2", newOPA}}

// besideOthers compares on `procure` alone, which is what they are given.
func besideOthers(n int) (rows []Row, err error) {
	terms, questions, err := prepared(n, offtake.Procure)
	if err != nil {
		return nil, err
	}
	ours := nanoseconds(asking(terms, questions))
	facts := Facts(256, seed)
	for _, o := range others {
		e, err := o.make(Book(n, seed))
		if err != nil {
			return nil, err
		}
		theirs := testing.Benchmark(func(b *testing.B) {
			for i := 0; b.Loop() && err == nil; i++ {
				_, err = e.ask(facts[i%len(facts)])
			}
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, Measured("rights.Ask, procure, 1,000 clauses, beside "+o.name, ours, "ns").Beside(nanoseconds(theirs)))
	}
	return rows, nil
}

package bench

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/market/terms"
)

// Every act of the generated log is taken, and most of its processes end.
func TestTheGeneratedLogIsTaken(t *testing.T) {
	b, law, err := playBook(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	acts := Log(20_000, time.Minute)
	deals := deal.New(terms.New(b, law, time.Time{}))
	if taken := decide(deals, acts); taken != len(acts) {
		t.Errorf("%d acts were taken of %d", taken, len(acts))
	}
	processes, ended := deals.Processes(), 0
	for i := range processes {
		if !processes[i].Live() {
			ended++
		}
	}
	if ended < len(processes)/2 {
		t.Errorf("%d processes of %d have ended, want most", ended, len(processes))
	}
}

func BenchmarkActs(b *testing.B) {
	book, law, err := playBook(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	acts := Log(200_000, 6*time.Hour)
	for b.Loop() {
		decide(deal.New(terms.New(book, law, time.Time{})), acts)
	}
	b.ReportMetric(float64(b.N*len(acts))/b.Elapsed().Seconds(), "acts/s")
}

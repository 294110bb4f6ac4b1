package market_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market"
)

// BenchmarkJobs places and finishes jobs: two acts each, decided and folded.
func BenchmarkJobs(b *testing.B) {
	book := caseBook()
	m := market.New(market.Setup{Book: book, Law: lawOf(b, book)})
	now := at("2025-06-03T17:00:00Z")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		id := offtake.JobID("job" + strconv.Itoa(i))
		place := offtake.Act{At: now, By: "openai", Deed: offtake.PlaceJob{
			Job: id, Parts: []offtake.Taken{{Reservation: "ms/base", Quantity: 8}}, Until: now.Add(time.Hour), Purpose: "training",
		}}
		if _, err := m.Do(place); err != nil {
			b.Fatal(err)
		}
		if _, err := m.Do(offtake.Act{At: now, By: "openai", Deed: offtake.FinishJob{Job: id}}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(2*float64(b.N)/b.Elapsed().Seconds(), "acts/s")
}

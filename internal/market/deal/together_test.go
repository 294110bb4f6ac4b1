package deal

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Sums find what counts since an instant as adding up all offers does, whatever
// changes and whatever comes late to them.
func TestSumsDoAsTheirTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s sums
		offers := make([]*Opportunity, rapid.IntRange(1, 40).Draw(t, "offers"))
		for i := range offers {
			offers[i] = &Opportunity{number: i, Received: time.Unix(int64(i/2), 0)}
		}
		twin := map[*Opportunity]int64{}
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			o := rapid.SampledFrom(offers).Draw(t, "offer")
			count := rapid.Int64Range(0, 1_000_000).Draw(t, "count")
			s.set(o, count)
			twin[o] = count
			since := time.Unix(rapid.Int64Range(-1, 21).Draw(t, "since"), 0)
			counts := func(received time.Time) bool { return received.After(since) }
			var want int64
			for o, n := range twin {
				if counts(o.Received) {
					want += n
				}
			}
			if got := s.since(counts); got != want {
				t.Fatalf("after %v %d count, want %d", since, got, want)
			}
			if !slices.IsSortedFunc(s.offers, func(p, q *Opportunity) int { return p.number - q.number }) {
				t.Fatal("offers are out of order")
			}
		}
	})
}

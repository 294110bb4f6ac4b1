package replay_test

import (
	"context"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/replay"
	"github.com/offtake-dev/offtake/internal/rights"
)

// manyJobs is a book whose profile draws about a million jobs in a hundred
// days, on capacity that is mostly in use, in two pools.
func manyJobs(perDay int64) *offtake.Book {
	day := func(y, m, d int) offtake.When {
		return offtake.When{Instant: time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)}
	}
	hold := func(p offtake.ProviderName, a offtake.Accelerator, n int64, price int64) offtake.Clause {
		return offtake.Clause{Name: offtake.ClauseName("held-" + string(a)), Body: offtake.Reservation{
			Provider: p, Accelerator: a, Quantity: n, Region: "here", Window: offtake.Period{From: day(2025, 1, 1), Until: day(2026, 1, 1)},
			Price: offtake.MoneyOf("USD", price), UnusedCharge: offtake.One,
		}}
	}
	b := &offtake.Book{
		Name: "many", Buyer: "lab", Currency: "USD", Calendar: "plain",
		Parties:      []offtake.Party{{Name: "lab"}, {Name: "cloud"}},
		Providers:    []offtake.Provider{{Name: "cloud", Party: "cloud"}},
		Purposes:     []offtake.Purpose{"training"},
		Accelerators: []offtake.AcceleratorDecl{{Name: "h100", PerNode: 8}, {Name: "gb200", PerNode: 4}},
		Calendars:    []offtake.Calendar{{Name: "plain", Timezone: "UTC"}},
		Agreements: []offtake.Agreement{{
			Name: "lab-cloud", Parties: []offtake.PartyName{"lab", "cloud"}, Effective: day(2025, 1, 1),
			Clauses: []offtake.Clause{hold("cloud", "h100", 25*perDay/100, 8), hold("cloud", "gb200", 44*perDay/1000, 20), {
				Name: "only-cloud", Body: offtake.Exclusivity{Provider: "cloud"},
			}},
		}},
		Demands: []offtake.Demand{{
			Name: "jobs", Purpose: "training",
			Accelerators: []offtake.Speed{{Accelerator: "h100", Factor: offtake.One}, {Accelerator: "gb200", Factor: 2_500_000}},
			Profile: &offtake.Profile{
				Seed: 1, PerDay: offtake.Factor(perDay) * offtake.One,
				Sizes:     []offtake.SizeShare{{Accelerators: 1, Share: 500_000}, {Accelerators: 4, Share: 200_000}, {Accelerators: 8, Share: 250_000}, {Accelerators: 64, Share: 50_000}},
				Durations: []offtake.DurationShare{{AtMost: hours(1), Share: 700_000}, {AtMost: hours(10), Share: 300_000}},
			},
		}},
	}
	return b
}

func hours(n int) offtake.Duration {
	return offtake.Duration{Unit: offtake.Elapsed, Time: time.Duration(n) * time.Hour}
}

func setup(t tb, b *offtake.Book) market.Setup {
	t.Helper()
	l, fs := rights.Compile(b)
	if w, ok := offtake.Worst(fs); ok && w == offtake.Mistake {
		t.Fatalf("the book does not load: %v", fs)
	}
	return market.Setup{Book: b, Law: l}
}

func BenchmarkReplay(b *testing.B) {
	for _, c := range []struct {
		name string
		to   io.Writer
	}{{"journal", nil}, {"journal and decisions", io.Discard}} {
		b.Run(c.name, func(b *testing.B) {
			s := setup(b, manyJobs(10_000))
			jobs := int64(0)
			for b.Loop() {
				o := replay.Options{Setup: s, From: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2025, 4, 11, 0, 0, 0, 0, time.UTC), Decisions: c.to}
				start, peak, stop := watchHeap()
				r, err := replay.Run(context.Background(), o)
				stop()
				if err != nil {
					b.Fatal(err)
				}
				jobs += r.Jobs
				b.ReportMetric(float64(peak.Load()-start)/float64(r.Jobs), "heap-bytes/job")
				b.ReportMetric(float64(r.Wait.P95), "p95-wait-s")
			}
			b.ReportMetric(float64(jobs)/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}

// watchHeap follows the heap from now on.
func watchHeap() (start uint64, peak *atomic.Uint64, stop func()) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	peak = &atomic.Uint64{}
	peak.Store(m.HeapAlloc)
	done := make(chan bool)
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak.Store(max(peak.Load(), m.HeapAlloc))
			}
		}
	}()
	return m.HeapAlloc, peak, func() { done <- true }
}

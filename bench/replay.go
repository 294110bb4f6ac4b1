package bench

import (
	"container/heap"
	"context"
	"fmt"
	"io"
	"runtime"
	"syscall"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/replay"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/traces"
)

// The replayed time: a hundred days in which a million jobs arrive.
var (
	replayFrom = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	replayTo   = replayFrom.AddDate(0, 0, 100)
)

// Replay measures replaying a million generated jobs through the market and the
// journal in memory, on one core, by the time of the processor. The reference
// is a bare loop over the same jobs that keeps one count and one heap, and knows
// no clause, price, pool, record or fairness.
func Replay() ([]Row, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b := replayBook(10_000)
	law, _ := rights.Compile(b)
	setup := market.Setup{Book: b, Law: law}
	bare, err := bareLoop(b, 3_500)
	if err != nil {
		return nil, err
	}
	plain, bytes, err := replayed(setup, nil)
	if err != nil {
		return nil, err
	}
	decisions, _, err := replayed(setup, io.Discard)
	if err != nil {
		return nil, err
	}
	return []Row{
		AtLeast("replay, 1,000,000 jobs", plain, "jobs/s", 100_000).Beside(bare),
		AtLeast("replay with decisions, 1,000,000 jobs", decisions, "jobs/s", float64(int64(plain/2))).Beside(bare),
		Below("replay, heap at its peak", bytes, "bytes/job", 301),
	}, nil
}

// replayed runs a replay and gives jobs per second, and bytes of heap per job.
func replayed(s market.Setup, decisions io.Writer) (perSecond, bytes float64, err error) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	start, peak := m.HeapAlloc, m.HeapAlloc
	begin := processor()
	r, err := replay.Run(context.Background(), replay.Options{
		Setup: s, From: replayFrom, To: replayTo, Decisions: decisions,
		Progress: func(float64) {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		},
	})
	if err != nil {
		return 0, 0, err
	}
	if r.ServedGPUSeconds+r.WaitingGPUSeconds+r.UnservedGPUSeconds != r.GPUSeconds {
		return 0, 0, fmt.Errorf("replay of %d jobs does not add up", r.Jobs)
	}
	return float64(r.Jobs) / (processor() - begin).Seconds(), float64(peak-start) / float64(r.Jobs), nil
}

// processor gives the time the processor has spent on this program.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// replayBook draws so many jobs a day onto two pools that are mostly in use.
func replayBook(perDay int64) *offtake.Book {
	from, until := offtake.When{Instant: replayFrom}, offtake.When{Instant: replayTo.AddDate(1, 0, 0)}
	hold := func(a offtake.Accelerator, n, price int64) offtake.Clause {
		return offtake.Clause{Name: offtake.ClauseName("held-" + string(a)), Body: offtake.Reservation{
			Provider: "cloud", Accelerator: a, Quantity: n, Region: "here", Window: offtake.Period{From: from, Until: until},
			Price: offtake.MoneyOf("USD", price), UnusedCharge: offtake.One,
		}}
	}
	hours := func(n int) offtake.Duration {
		return offtake.Duration{Unit: offtake.Elapsed, Time: time.Duration(n) * time.Hour}
	}
	return &offtake.Book{
		Name: "many", Buyer: "lab", Currency: "USD", Calendar: "plain",
		Parties:      []offtake.Party{{Name: "lab"}, {Name: "cloud"}},
		Providers:    []offtake.Provider{{Name: "cloud", Party: "cloud"}},
		Purposes:     []offtake.Purpose{"training"},
		Accelerators: []offtake.AcceleratorDecl{{Name: "h100", PerNode: 8}, {Name: "gb200", PerNode: 4}},
		Calendars:    []offtake.Calendar{{Name: "plain", Timezone: "UTC"}},
		Agreements: []offtake.Agreement{{
			Name: "lab-cloud", Parties: []offtake.PartyName{"lab", "cloud"}, Effective: from,
			Clauses: []offtake.Clause{hold("h100", perDay/4, 8), hold("gb200", 44*perDay/1000, 20), {
				Name: "only-cloud", Body: offtake.Exclusivity{Provider: "cloud"},
			}},
		}},
		Demands: []offtake.Demand{{
			Name: "jobs", Purpose: "training",
			Accelerators: []offtake.Speed{{Accelerator: "h100", Factor: offtake.One}, {Accelerator: "gb200", Factor: 2_500_000}},
			Profile: &offtake.Profile{
				Seed: seed, PerDay: offtake.Factor(perDay) * offtake.One,
				Sizes:     []offtake.SizeShare{{Accelerators: 1, Share: 500_000}, {Accelerators: 4, Share: 200_000}, {Accelerators: 8, Share: 250_000}, {Accelerators: 64, Share: 50_000}},
				Durations: []offtake.DurationShare{{AtMost: hours(1), Share: 700_000}, {AtMost: hours(10), Share: 300_000}},
			},
		}},
	}
}

// bareLoop runs the same jobs first in, first out on one count of accelerators,
// and gives jobs per second.
func bareLoop(b *offtake.Book, capacity int64) (perSecond float64, err error) {
	begin := processor()
	set, err := traces.FromBook(b, traces.Env{From: replayFrom, To: replayTo})
	if err != nil {
		return 0, err
	}
	var running ends
	var waiting []traces.Job
	free, jobs := capacity, 0
	start := func(now int64) {
		for len(waiting) > 0 && waiting[0].Accelerators <= free {
			free -= waiting[0].Accelerators
			heap.Push(&running, end{now + waiting[0].Seconds, waiting[0].Accelerators})
			waiting = waiting[1:]
		}
	}
	for {
		j, ok, err := set.Next()
		if err != nil {
			return 0, err
		}
		for len(running) > 0 && (!ok || running[0].at <= j.At) {
			e := heap.Pop(&running).(end)
			free += e.n
			start(e.at)
		}
		if !ok {
			break
		}
		jobs++
		waiting = append(waiting, j)
		start(j.At)
	}
	return float64(jobs) / (processor() - begin).Seconds(), nil
}

// end is when a job of the bare loop frees its accelerators.
type end struct{ at, n int64 }

type ends []end

func (h ends) Len() int           { return len(h) }
func (h ends) Less(i, j int) bool { return h[i].at < h[j].at }
func (h ends) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *ends) Push(x any)        { *h = append(*h, x.(end)) }
func (h *ends) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

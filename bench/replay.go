package bench

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
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
// journal in memory, on one core, by the time of the processor, generating them
// included; the median of three. The reference is a bare loop over the same jobs
// that keeps one count and one heap, and knows no clause, price, pool, record or
// fairness.
func Replay() ([]Row, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b := replayBook(10_050)
	law, _ := rights.Compile(b)
	setup := market.Setup{Book: b, Law: law}
	bare, err := middle(func() (ran, error) { return bareLoop(b, 3_500) })
	if err != nil {
		return nil, err
	}
	plain, err := middle(func() (ran, error) { return replayed(setup, nil) })
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "decisions-*.jsonl")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	written, err := middle(func() (ran, error) { return replayed(setup, file) })
	if err != nil {
		return nil, err
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, err
	}
	const of = "a bare loop"
	return []Row{
		AtLeast("replay, jobs", float64(plain.jobs), "jobs", 1_000_000),
		AtLeast("replay", plain.perSecond(), "jobs/s", 100_000).Beside(of, bare.perSecond()),
		AtLeast("replay, decisions written to a file", written.perSecond(), "jobs/s", rounded(plain.perSecond()/2)).Beside(of, bare.perSecond()),
		AtMost("replay, heap at its peak less at the start", float64(plain.heap)/float64(plain.jobs), "bytes/job", 300),
		AtMost("replay, decisions written to a file, heap at its peak less at the start", float64(written.heap)/float64(written.jobs), "bytes/job", 300),
		Measured("replay, decisions file", float64(size)/3/float64(written.jobs), "bytes/job"),
		Measured("replay, wait of a job, 95th percentile", float64(plain.wait), "s"),
	}, nil
}

// ran is one run over the jobs.
type ran struct {
	jobs int64
	wait int64         // seconds, 95th percentile
	took time.Duration // of the processor
	heap uint64        // bytes, at its peak more than at the start
}

func (r ran) perSecond() float64 { return float64(r.jobs) / r.took.Seconds() }

// middle runs three times and gives the run that took neither least nor most.
func middle(run func() (ran, error)) (ran, error) {
	var all []ran
	for range 3 {
		r, err := run()
		if err != nil {
			return ran{}, err
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b ran) int { return cmp.Compare(a.took, b.took) })
	return all[1], nil
}

// replayed runs a replay.
func replayed(s market.Setup, decisions io.Writer) (ran, error) {
	heap := watchHeap()
	begin := processor()
	r, err := replay.Run(context.Background(), replay.Options{Setup: s, From: replayFrom, To: replayTo, Decisions: decisions})
	if err != nil {
		return ran{}, err
	}
	took := processor() - begin
	if r.ServedGPUSeconds+r.WaitingGPUSeconds+r.UnservedGPUSeconds != r.GPUSeconds {
		return ran{}, fmt.Errorf("replay of %d jobs does not add up", r.Jobs)
	}
	return ran{jobs: r.Jobs, wait: r.Wait.P95, took: took, heap: heap()}, nil
}

// watchHeap looks at the heap a hundred times a second, garbage included, and
// gives by how much it has grown at most once asked.
func watchHeap() (growth func() uint64) {
	runtime.GC()
	size := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	start := size()
	stop, peak := make(chan bool), make(chan uint64)
	go func() {
		most := start
		for tick := time.Tick(10 * time.Millisecond); ; {
			select {
			case <-tick:
				most = max(most, size())
			case <-stop:
				peak <- max(most, size())
				return
			}
		}
	}()
	return func() uint64 {
		close(stop)
		return <-peak - start
	}
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
// without a look at anything else.
func bareLoop(b *offtake.Book, capacity int64) (ran, error) {
	begin := processor()
	set, err := traces.FromBook(b, traces.Env{From: replayFrom, To: replayTo})
	if err != nil {
		return ran{}, err
	}
	var running ends
	var waiting []traces.Job
	free, jobs := capacity, int64(0)
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
			return ran{}, err
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
	return ran{jobs: jobs, took: processor() - begin}, nil
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

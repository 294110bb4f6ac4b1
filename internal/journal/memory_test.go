package journal_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/journal/journaltest"
	"github.com/offtake-dev/offtake/internal/wire"
)

func TestMemoryIsAJournal(t *testing.T) {
	journaltest.Run(t, func(*testing.T) journal.Journal { return new(journal.Memory) })
}

// jobs makes the entries of jobs that are placed and finished, as a replay
// writes them: drawn by seed, in the order of their instants.
func jobs(n int) []wire.Entry {
	r := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2025, 1, 21, 8, 0, 0, 0, time.UTC)
	var entries []wire.Entry
	for i := range n {
		at = at.Add(time.Duration(r.ExpFloat64()*30) * time.Second)
		id := offtake.JobID(fmt.Sprintf("small/%d", i))
		place := offtake.PlaceJob{
			Job:     id,
			Parts:   []offtake.Taken{{Reservation: offtake.ReservationID(fmt.Sprintf("buy-%d", r.IntN(20))), Quantity: 1 << r.IntN(7)}},
			Until:   at.Add(time.Duration(r.ExpFloat64()*8000) * time.Second),
			Purpose: "training",
		}
		entries = append(entries,
			wire.Entry{Code: "v0.1.0", Act: offtake.Act{ID: offtake.ActID(fmt.Sprintf("p%d", i)), At: at, By: "openai", Deed: place}, Events: []offtake.Event{offtake.JobPlaced(place)}},
			wire.Entry{Code: "v0.1.0", Act: offtake.Act{ID: offtake.ActID(fmt.Sprintf("f%d", i)), At: at, By: "openai", Deed: offtake.FinishJob{Job: offtake.JobID(fmt.Sprintf("small/%d", max(0, i-r.IntN(400))))}}, Events: []offtake.Event{offtake.JobFinished{Job: id}}},
		)
	}
	return entries
}

// A million jobs have to fit beside a replay, so their entries are small.
func TestAJobTakesLittleRoom(t *testing.T) {
	const n, most = 20_000, 100
	entries := jobs(n)
	fill(t, new(journal.Memory), entries) // the compressor makes its tables once
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var m journal.Memory
	fill(t, &m, entries)
	runtime.GC()
	runtime.ReadMemStats(&after)
	// The open chunk is there whatever the number of jobs.
	if got := (int64(after.HeapAlloc) - int64(before.HeapAlloc) - 256<<10) / n; got > most {
		t.Errorf("a job placed and finished takes %d bytes, want at most %d", got, most)
	}
	runtime.KeepAlive(entries)
	runtime.KeepAlive(&m)
}

func fill(t testing.TB, j journal.Journal, entries []wire.Entry) {
	for i := range entries {
		if _, err := j.Append(journal.Version(i), entries[i:i+1]); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	entries := jobs(100_000)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		var m journal.Memory
		fill(b, &m, entries)
	}
	b.ReportMetric(float64(b.N)*float64(len(entries))/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkRead(b *testing.B) {
	entries := jobs(10_000)
	var m journal.Memory
	fill(b, &m, entries)
	for b.Loop() {
		for _, err := range m.Read(0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N)*float64(len(entries))/b.Elapsed().Seconds(), "entries/s")
}

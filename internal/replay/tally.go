package replay

import (
	"slices"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/traces"
)

// tally counts work. Every GPU-second that arrives is at any time in exactly
// one place: served, unserved, running or waiting.
type tally struct {
	jobs, served, running, waiting, unserved int64

	arrivedSec, servedSec, unservedSec int64
	waitingSec                         int64 // of jobs that have not started
	cutSec                             int64 // what was left of those that ran when the replay ended
	waitingN                           int64 // their accelerators

	noWait int64      // jobs that started at once
	waits  [][]uint32 // seconds that the others waited

	byProvider map[offtake.ProviderName]*provided
}

// provided is what a provider did for work.
type provided struct {
	jobs    int64
	seconds int64 // demanded GPU-seconds served
	peak    int64 // accelerators held at a day's end
}

func newTally() tally { return tally{byProvider: map[offtake.ProviderName]*provided{}} }

func (t *tally) of(p offtake.ProviderName) *provided {
	b := t.byProvider[p]
	if b == nil {
		b = &provided{}
		t.byProvider[p] = b
	}
	return b
}

func (t *tally) arrive(j traces.Job) {
	t.jobs++
	t.arrivedSec += j.GPUSeconds()
}

func (t *tally) wait(e *entry) {
	t.waiting++
	t.waitingSec += e.n * e.seconds
	t.waitingN += e.n
}

func (t *tally) unwait(e *entry) {
	t.waiting--
	t.waitingSec -= e.n * e.seconds
	t.waitingN -= e.n
}

func (t *tally) giveUp(n, seconds int64) {
	t.unserved++
	t.unservedSec += n * seconds
}

// waited records how long a job waited before it started, or has so far.
func (t *tally) waited(seconds int64) {
	if seconds <= 0 {
		t.noWait++
		return
	}
	last := len(t.waits) - 1
	if last < 0 || len(t.waits[last]) == cap(t.waits[last]) {
		// Chunks are never copied; the first ones are small, for short replays.
		t.waits = append(t.waits, make([]uint32, 0, 64<<min(len(t.waits), 8)))
		last++
	}
	t.waits[last] = append(t.waits[last], uint32(min(seconds, 1<<32-1)))
}

// percentiles gives the waits by nearest rank.
func (t *tally) percentiles() Wait {
	var all []uint32
	for _, c := range t.waits {
		all = append(all, c...)
	}
	slices.Sort(all)
	n := t.noWait + int64(len(all))
	at := func(percent int64) int64 {
		rank := (n*percent + 99) / 100 // the least rank that so many percent do not exceed
		if rank <= t.noWait || n == 0 {
			return 0
		}
		return int64(all[rank-t.noWait-1])
	}
	return Wait{P50: at(50), P95: at(95), Max: at(100)}
}

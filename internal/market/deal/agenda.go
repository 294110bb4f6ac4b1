package deal

import (
	"container/heap"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// An agenda keeps the next deadline of every process, so that the next of all
// is found without asking each. A process that an event has touched is asked
// again when somebody next wants to know. The zero agenda is empty.
type agenda struct {
	queue   queue
	touched []*kept

	of  *kept // whose deadline was asked for last
	due offtake.Act
}

// A kept process knows when it opened and, where a deadline of it runs, which
// falls next and where that stands in the agenda.
type kept struct {
	refusal.Process
	over    *Opportunity
	order   int
	touched bool
	queued  bool
	place   int
	at      time.Time
}

// touch says that the next deadline of a process may have changed.
func (g *agenda) touch(k *kept) {
	if !k.touched {
		k.touched = true
		g.touched = append(g.touched, k)
	}
}

// next gives the process whose deadline falls first, of those that fall
// together the one that opened first; nil where none runs.
func (g *agenda) next() *kept {
	for _, k := range g.touched {
		k.touched = false
		if g.of == k {
			g.of = nil
		}
		k.at, _ = k.Next()
		switch {
		case k.queued && k.at.IsZero():
			heap.Remove(&g.queue, k.place)
		case k.queued:
			heap.Fix(&g.queue, k.place)
		case !k.at.IsZero():
			heap.Push(&g.queue, k)
		}
	}
	g.touched = g.touched[:0]
	if len(g.queue) == 0 {
		return nil
	}
	return g.queue[0]
}

// deadline gives the process's next deadline as an act.
func (g *agenda) deadline(k *kept) offtake.Act {
	if g.of != k {
		g.of = k
		_, g.due, _ = refusal.Due(k.Process)
	}
	return g.due
}

// A queue is a heap of processes by their next deadline.
type queue []*kept

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].order < q[j].order
}
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}
func (q *queue) Push(x any) {
	k := x.(*kept)
	k.queued, k.place = true, len(*q)
	*q = append(*q, k)
}
func (q *queue) Pop() any {
	last := len(*q) - 1
	k := (*q)[last]
	(*q)[last] = nil // nothing is kept alive by it
	*q = (*q)[:last]
	k.queued = false
	return k
}

package deal

import (
	"container/heap"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// An agenda keeps the next deadline of every process, so that the next of all
// is found without asking each. What a process has put there before is struck
// when it comes to the front. The zero agenda is empty.
type agenda struct {
	entries entries
	at      map[offtake.ProcessID]place
}

// A place is when a process opened, and its entry that counts.
type place struct {
	order, entry int
}

type entry struct {
	at    time.Time
	order int // of opening: the first goes first where several fall together
	entry int
	act   offtake.Act
}

// opened gives a process its place.
func (g *agenda) opened(id offtake.ProcessID, order int) {
	if g.at == nil {
		g.at = map[offtake.ProcessID]place{}
	}
	g.at[id] = place{order: order}
}

// put writes down the next deadline of a process in place of the one before.
func (g *agenda) put(p *refusal.Process) {
	was := g.at[p.ID]
	was.entry++
	g.at[p.ID] = was
	if at, act, ok := refusal.Due(*p); ok {
		heap.Push(&g.entries, entry{at, was.order, was.entry, act})
	}
	for len(g.entries) > 0 {
		front := g.entries[0]
		if g.at[front.act.Deed.(offtake.Deadline).Process].entry == front.entry {
			return
		}
		heap.Pop(&g.entries)
	}
}

func (g *agenda) next() (time.Time, offtake.Act, bool) {
	if len(g.entries) == 0 {
		return time.Time{}, offtake.Act{}, false
	}
	return g.entries[0].at, g.entries[0].act, true
}

type entries []entry

func (e entries) Len() int { return len(e) }
func (e entries) Less(i, j int) bool {
	if !e[i].at.Equal(e[j].at) {
		return e[i].at.Before(e[j].at)
	}
	return e[i].order < e[j].order
}
func (e entries) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *entries) Push(x any)   { *e = append(*e, x.(entry)) }
func (e *entries) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

package replay

import "container/heap"

// rankOf says in which order things happen that fall on one instant. Terms
// change first; then capacity is freed, ends and begins, and days are closed;
// then work arrives and people act; deadlines come after every act of their
// instant, and the buyer looks at what is left of it all.
type rankOf uint8

const (
	rankTerms rankOf = iota
	rankFinish
	rankEnd
	rankBegin
	rankDay
	rankExpire
	rankArrive
	rankAct
	rankDeadline
	rankLook
	rankNone
)

// timer is something that happens once, at a nanosecond of the replay.
type timer struct {
	tick int64
	rank rankOf
	seq  int64
	do   func()
}

type timers struct {
	all timerHeap
	seq int64
}

func (t *timers) at(tick int64, rank rankOf, do func()) {
	t.seq++
	heap.Push(&t.all, timer{tick, rank, t.seq, do})
}

// next gives when the next timer goes off.
func (t *timers) next() (tick int64, rank rankOf) {
	if len(t.all) == 0 {
		return forever, rankNone
	}
	return t.all[0].tick, t.all[0].rank
}

func (t *timers) pop() timer { return heap.Pop(&t.all).(timer) }

// pending reports whether a timer of one of these ranks is still to come.
func (t *timers) pending(ranks ...rankOf) bool {
	for i := range t.all {
		for _, r := range ranks {
			if t.all[i].rank == r {
				return true
			}
		}
	}
	return false
}

type timerHeap []timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	a, b := &h[i], &h[j]
	if a.tick != b.tick {
		return a.tick < b.tick
	}
	if a.rank != b.rank {
		return a.rank < b.rank
	}
	return a.seq < b.seq
}
func (h timerHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *timerHeap) Push(x any)   { *h = append(*h, x.(timer)) }
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = timer{}
	*h = old[:len(old)-1]
	return t
}

package work

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/holding"
	"github.com/offtake-dev/offtake/internal/market/queue"
)

// How far a start is foreseen: so many jobs before it, and so many changes of what is
// free.
const (
	mostBefore  = 500
	mostChanges = 2000
)

// A release is when accelerators come free.
type release struct {
	at   time.Time
	from []offtake.Taken
}

// foresee says when a job will start if every running job takes as long as it may,
// reservations begin and end as they say, what waits before it starts when it can, and
// the terms stay as they are. Where it will not, why says so.
func (r *ranking) foresee(j *queue.Job) (start time.Time, pool *holding.Pool, taken []offtake.Taken, why string) {
	if len(r.of(j.JobSubmitted).Candidates) == 0 {
		return start, nil, nil, "it may run on nothing that is held"
	}
	before := r.m.Queue().Waiting()
	before = slices.Clone(before[:slices.Index(before, j)+1])
	if len(before) > mostBefore {
		return start, nil, nil, "too much waits before it for its start to be foreseen"
	}
	f := r.future()
	for range mostChanges {
		before = slices.DeleteFunc(before, func(b *queue.Job) bool {
			at, got, ok := f.start(r, b)
			if ok && b == j {
				start, pool, taken = f.now, at, got
			}
			return ok
		})
		if pool != nil {
			return start, pool, taken, ""
		}
		if !f.next() {
			return start, nil, nil, "nothing that is held will be free for so many accelerators for so long"
		}
	}
	return start, nil, nil, "too much runs before it for its start to be foreseen"
}

// A future is what will be free.
type future struct {
	now      time.Time
	pools    []*holding.Pool // ours, and changed
	held     map[offtake.ReservationID]*holding.Held
	releases []release // the soonest first
	begins   []time.Time
}

func (r *ranking) future() *future {
	f := &future{now: r.at, held: map[offtake.ReservationID]*holding.Held{}}
	for _, p := range r.m.Holdings().Pools() {
		mine := *p
		mine.Held = make([]*holding.Held, len(p.Held))
		for i, h := range p.Held {
			c := *h
			mine.Held[i] = &c
			f.held[h.Reservation] = &c
			if h.From.After(r.at) {
				f.begins = append(f.begins, h.From)
			}
		}
		f.pools = append(f.pools, &mine)
	}
	for j := range r.m.Holdings().Each {
		f.releases = append(f.releases, release{j.Until, j.Parts})
	}
	slices.SortFunc(f.releases, func(a, b release) int { return a.at.Compare(b.at) })
	slices.SortFunc(f.begins, time.Time.Compare)
	return f
}

// start starts a job where it can.
func (f *future) start(r *ranking, j *queue.Job) (*holding.Pool, []offtake.Taken, bool) {
	until := Until(f.now, j.Length)
	for _, c := range r.of(j.JobSubmitted).Candidates {
		taken := parts(f.pools[c.Pool], f.now, until, j.Quantity)
		if taken == nil {
			continue
		}
		for _, t := range taken {
			f.held[t.Reservation].Free -= t.Quantity
		}
		i, _ := slices.BinarySearchFunc(f.releases, until, func(x release, at time.Time) int { return cmp.Or(x.at.Compare(at), -1) })
		f.releases = slices.Insert(f.releases, i, release{until, taken})
		return f.pools[c.Pool], taken, true
	}
	return nil, nil, false
}

// next goes on to when more is free.
func (f *future) next() bool {
	switch {
	case len(f.releases) == 0 && len(f.begins) == 0:
		return false
	case len(f.begins) > 0 && (len(f.releases) == 0 || f.begins[0].Before(f.releases[0].at)):
		f.now, f.begins = later(f.now, f.begins[0]), f.begins[1:]
		return true
	}
	f.now = later(f.now, f.releases[0].at)
	for len(f.releases) > 0 && !f.releases[0].at.After(f.now) {
		for _, t := range f.releases[0].from {
			if h, ok := f.held[t.Reservation]; ok {
				h.Free += t.Quantity
			}
		}
		f.releases = f.releases[1:]
	}
	return true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

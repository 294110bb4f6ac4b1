package holding

import (
	"maps"
	"slices"

	"github.com/offtake-dev/offtake"
)

// A Snapshot is what Holdings are restored from.
type Snapshot struct {
	Pools []PoolSnapshot
	Held  []HeldSnapshot // the parts of one after the other
	Jobs  []offtake.JobPlaced
	Done  []uint64
}

// A PoolSnapshot is a pool, with the reservations that are in it.
type PoolSnapshot struct {
	Place Place
	Held  []offtake.ReservationID
}

// A HeldSnapshot is a reservation.
type HeldSnapshot struct {
	Reserved offtake.CapacityReserved
	Free     int64
	Pool     int
	Gone     bool
}

// Snapshot gives what the Holdings are restored from.
func (h *Holdings) Snapshot() Snapshot {
	s := Snapshot{Jobs: slices.Collect(maps.Values(h.jobs)), Done: slices.Collect(maps.Keys(h.done))}
	for _, p := range h.pools {
		pool := PoolSnapshot{Place: p.Place}
		for _, r := range p.Held {
			pool.Held = append(pool.Held, r.Reservation)
		}
		s.Pools = append(s.Pools, pool)
	}
	for _, parts := range h.parts {
		for _, r := range parts {
			s.Held = append(s.Held, HeldSnapshot{r.CapacityReserved, r.Free, r.Pool, r.gone})
		}
	}
	return s
}

// Restore makes Holdings of a snapshot.
func Restore(s Snapshot) *Holdings {
	h := New()
	for _, r := range s.Held {
		h.hold(&Held{CapacityReserved: r.Reserved, Free: r.Free, Pool: r.Pool, gone: r.Gone})
	}
	for _, pool := range s.Pools {
		p := &Pool{Place: pool.Place, Index: len(h.pools)}
		for _, id := range pool.Held {
			p.Held = append(p.Held, h.held[id])
			p.Free += h.held[id].Free
		}
		h.places[p.Place] = p
		h.pools = append(h.pools, p)
	}
	for _, j := range s.Jobs {
		h.jobs[j.Job] = j
	}
	h.done = make(map[uint64]struct{}, len(s.Done))
	for _, id := range s.Done {
		h.done[id] = struct{}{}
	}
	return h
}

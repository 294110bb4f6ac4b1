package replay

import (
	"math"
	"slices"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/actors"
	"github.com/offtake-dev/offtake/internal/dispatch"
)

// forever is a second that never comes.
const forever = math.MaxInt64

// held is one reservation, mirrored from what the market said of it, so that
// looking for room asks nobody.
type held struct {
	id          offtake.ReservationID
	pool        *pool
	quantity    int64
	free        int64
	from, until int64 // in seconds of the replay; until is not inside
	price       offtake.Money
	unused      offtake.Percent
	priced      string        // its price in words, once it was asked for
	sold        []actors.Part // to give back when it ends
	uses        []use
}

// use is what one purpose and product make of a reservation.
type use struct {
	purpose offtake.Purpose
	product offtake.Product
	level   int64 // accelerators in use
	since   int64 // the second since when that is so
	seconds int64 // accelerator-seconds before that, today
}

// change moves the level of a use, having counted what went before.
func (h *held) change(w *work, by, now int64) {
	for i := range h.uses {
		if u := &h.uses[i]; u.purpose == w.Purpose && u.product == w.Product {
			u.seconds += u.level * (now - u.since)
			u.level += by
			u.since = now
			return
		}
	}
	h.uses = append(h.uses, use{purpose: w.Purpose, product: w.Product, level: by, since: now})
}

// pool is held capacity that is alike, with the work that runs on it.
type pool struct {
	dispatch.Pool
	index   int
	live    []*held // the cheapest to use first, then the one that ends soonest
	free    int64
	total   int64
	running []int32 // a heap of jobs by their end

	head   *entry // the oldest waiting job that the pool could hold; nil: none
	shadow int64  // when there will be room for it
	extra  int64  // accelerators free even then
}

// add puts a reservation into the pool.
func (p *pool) add(h *held) {
	h.pool = p
	at, _ := slices.BinarySearchFunc(p.live, h, func(a, b *held) int {
		if c := a.adds().Cmp(b.adds()); c != 0 {
			return c
		}
		if a.until <= b.until {
			return -1
		}
		return 1
	})
	p.live = slices.Insert(p.live, at, h)
	p.free += h.free
	p.total += h.quantity
}

// adds gives what an hour of use adds to the bill.
func (h *held) adds() offtake.Money {
	return h.price.Sub(h.price.Share(min(h.unused, offtake.One)))
}

// remove takes a reservation that has ended out of the pool.
func (p *pool) remove(h *held) {
	p.live = slices.DeleteFunc(p.live, func(o *held) bool { return o == h })
	p.free -= h.free
	p.total -= h.quantity
}

// room gives the accelerators free from now until end.
func (p *pool) room(end int64) int64 {
	var n int64
	for _, h := range p.live {
		if h.until >= end {
			n += h.free
		}
	}
	return n
}

// span gives the accelerators that are held until end, in use or not.
func (p *pool) span(end int64) int64 {
	var n int64
	for _, h := range p.live {
		if h.until >= end {
			n += h.quantity
		}
	}
	return n
}

// take appends the parts of n accelerators that stay held until end.
func (p *pool) take(n, end int64, parts []part) []part {
	p.free -= n
	for _, h := range p.live {
		if h.until < end || h.free == 0 {
			continue
		}
		t := min(n, h.free)
		h.free -= t
		parts = append(parts, part{h, t})
		if n -= t; n == 0 {
			break
		}
	}
	return parts
}

// part is a number of accelerators of one reservation.
type part struct {
	*held
	n int64
}

// run is a job that runs.
type run struct {
	id         offtake.JobID
	start, end int64
	seconds    int64 // on the accelerator it was measured on
	n          int64 // accelerators
	work       *work
	pool       *pool
	speed      offtake.Factor
	first      part
	rest       []part
}

// each visits the parts of a run.
func (r *run) each(do func(part)) {
	do(r.first)
	for _, p := range r.rest {
		do(p)
	}
}

// runs holds what runs, by number, and hands numbers out again.
type runs struct {
	all  []run
	idle []int32
}

func (rs *runs) new() int32 {
	if n := len(rs.idle); n > 0 {
		i := rs.idle[n-1]
		rs.idle = rs.idle[:n-1]
		return i
	}
	rs.all = append(rs.all, run{})
	return int32(len(rs.all) - 1)
}

func (rs *runs) drop(i int32) {
	rs.all[i] = run{}
	rs.idle = append(rs.idle, i)
}

// before orders the heap: by end, then by name, so that it does not depend on
// the numbers.
func (rs *runs) before(a, b int32) bool {
	x, y := &rs.all[a], &rs.all[b]
	return x.end < y.end || x.end == y.end && x.id < y.id
}

// push puts a run into its pool's heap.
func (p *pool) push(rs *runs, i int32) {
	p.running = append(p.running, i)
	for c := len(p.running) - 1; c > 0; {
		up := (c - 1) / 2
		if !rs.before(p.running[c], p.running[up]) {
			break
		}
		p.running[c], p.running[up] = p.running[up], p.running[c]
		c = up
	}
}

// pop takes the run that ends first.
func (p *pool) pop(rs *runs) int32 {
	i, last := p.running[0], len(p.running)-1
	p.running[0] = p.running[last]
	p.running = p.running[:last]
	for c := 0; ; {
		next := 2*c + 1
		if next >= last {
			return i
		}
		if next+1 < last && rs.before(p.running[next+1], p.running[next]) {
			next++
		}
		if !rs.before(p.running[next], p.running[c]) {
			return i
		}
		p.running[c], p.running[next] = p.running[next], p.running[c]
		c = next
	}
}

// foresee says when n accelerators will be free for work that then runs for so
// long, and how many more are free at that time. Ends are known exactly, so
// this holds unless capacity is added. It is forever where the pool could not
// hold the work.
func (p *pool) foresee(rs *runs, now, n, runs int64) (at, extra int64) {
	if room := p.room(now + runs); room >= n {
		return now, room - n
	}
	freed := map[*held]int64{}
	rest := pool{running: slices.Clone(p.running)}
	for len(rest.running) > 0 {
		r := &rs.all[rest.pop(rs)]
		r.each(func(t part) { freed[t.held] += t.n })
		if len(rest.running) > 0 && rs.all[rest.running[0]].end == r.end {
			continue // what ends together is free together
		}
		var room int64
		for _, h := range p.live {
			if h.until >= r.end+runs {
				room += h.free + freed[h]
			}
		}
		if room >= n {
			return r.end, room - n
		}
	}
	return forever, 0
}

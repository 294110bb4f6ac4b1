// Package holding keeps capacity that is held and the work upon it.
//
// A reservation is a number of accelerators of one provider for a time. The
// reservations of one provider, accelerator, region and site are a pool, and a
// job takes its accelerators all at once from one pool, out of one reservation
// or several. It holds them until it is finished, and is not placed unless it
// would be by the time each reservation ends.
//
// A job's name is used once. Placing a running job again in the same way has no
// effect, nor has finishing one that has finished; anything else under a known
// name is refused. Of jobs that have finished only 64 bits of a hash of the name
// are kept, because there are millions: two names that share them would be taken
// for one, which refuses a job and never places one wrongly.
//
// The package refuses to know whether a job may run where it is put.
package holding

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Place is where a pool is.
type Place struct {
	Provider    offtake.ProviderName
	Accelerator offtake.Accelerator
	Region      offtake.Region
	Site        offtake.Site
}

// A Pool is the capacity held at one place.
type Pool struct {
	Place
	Index int     // among the pools, in the order their first reservation was made
	Held  []*Held // reservations that have not ended, in the order they were made
	Free  int64   // accelerators without work, over all of Held

	cheapest *Held     // of Held, the first of the lowest price; nil: it is to be found
	ends     time.Time // none of Held does before; zero: that is to be found
}

// Cheapest gives the reservation with the lowest price of those that have not ended at
// an instant, of several the one made first; nil where there is none.
func (p *Pool) Cheapest(at time.Time) *Held {
	if p.cheapest == nil || !p.cheapest.Until.After(at) {
		p.cheapest = nil
		for _, h := range p.Held {
			if h.Until.After(at) && (p.cheapest == nil || h.Price.Cmp(p.cheapest.Price) < 0) {
				p.cheapest = h
			}
		}
	}
	return p.cheapest
}

// Held is a reservation and what of it is free.
type Held struct {
	offtake.CapacityReserved
	Free int64 // accelerators without work
	Pool int   // the Index of its pool
	gone bool  // from it, since it has ended
}

// Holdings are all capacity of a market. See New.
type Holdings struct {
	pools  []*Pool
	places map[Place]*Pool
	held   map[offtake.ReservationID]*Held
	parts  map[offtake.ReservationID][]*Held // by whose they are, that itself first
	jobs   map[offtake.JobID]offtake.JobPlaced
	done   map[uint64]struct{}
}

// New makes holdings of nothing.
func New() *Holdings {
	return &Holdings{
		places: map[Place]*Pool{}, held: map[offtake.ReservationID]*Held{}, parts: map[offtake.ReservationID][]*Held{},
		jobs: map[offtake.JobID]offtake.JobPlaced{}, done: map[uint64]struct{}{},
	}
}

// Pools gives the pools in the order their first reservation was made. They
// must not be changed, and are right until the next event.
func (h *Holdings) Pools() []*Pool { return h.pools }

// Reservation finds a reservation, ended ones too. It must not be changed.
func (h *Holdings) Reservation(id offtake.ReservationID) (*Held, bool) {
	r, ok := h.held[id]
	return r, ok
}

// Parts gives a reservation with its parts, or a part alone. They must not be changed.
func (h *Holdings) Parts(id offtake.ReservationID) []*Held {
	if parts, ok := h.parts[id]; ok {
		return parts
	}
	if r, ok := h.held[id]; ok {
		return []*Held{r}
	}
	return nil
}

// All gives every reservation that is no part, ended ones too, by name. They must not
// be changed.
func (h *Holdings) All() (all []*Held) {
	for _, r := range h.held {
		if r.Of == "" {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *Held) int { return strings.Compare(string(a.Reservation), string(b.Reservation)) })
	return all
}

// Never is when capacity begins of which nobody knows when it will be delivered.
var Never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// GiveUp says whether a quantity may be given up: what runs keeps what it has.
func (h *Holdings) GiveUp(id offtake.ReservationID, quantity int64) error {
	r, ok := h.held[id]
	switch {
	case !ok:
		return offtake.Refuse(offtake.NotFound, "reservation %q is not held", id)
	case quantity > r.Quantity:
		return offtake.Refuse(offtake.Invalid, "reservation %q holds %d, not %d", id, r.Quantity, quantity)
	case quantity > r.Free:
		return offtake.Refuse(offtake.Conflict, "reservation %q has %d free of %d; what runs on it keeps what it has", id, r.Free, r.Quantity)
	}
	return nil
}

// Running gives how many jobs run.
func (h *Holdings) Running() int { return len(h.jobs) }

// Job finds work that runs.
func (h *Holdings) Job(id offtake.JobID) (offtake.JobPlaced, bool) {
	j, ok := h.jobs[id]
	return j, ok
}

// Each gives the jobs that run, in no order.
func (h *Holdings) Each(yield func(offtake.JobPlaced) bool) {
	for _, j := range h.jobs {
		if !yield(j) {
			return
		}
	}
}

// Known reports whether a job runs, has run, or was cancelled.
func (h *Holdings) Known(id offtake.JobID) bool {
	_, runs := h.jobs[id]
	return runs || h.finished(id)
}

// Place says whether a job may be put where its parts say, by what is held and
// free. The pool is that of all its parts; placed is false where the job
// already runs in just this way.
func (h *Holdings) Place(at time.Time, d offtake.PlaceJob) (pool *Pool, placed bool, err error) {
	if was, ok := h.jobs[d.Job]; ok {
		if same(was, d) {
			return nil, false, nil
		}
		return nil, false, offtake.Refuse(offtake.Conflict, "job %q already runs otherwise", d.Job)
	}
	switch {
	case d.Job == "":
		return nil, false, offtake.Refuse(offtake.Invalid, "job has no name")
	case h.finished(d.Job):
		return nil, false, offtake.Refuse(offtake.Conflict, "job %q has finished, and its name is used", d.Job)
	case len(d.Parts) == 0:
		return nil, false, offtake.Refuse(offtake.Invalid, "job %q takes nothing", d.Job)
	case !d.Until.After(at):
		return nil, false, offtake.Refuse(offtake.Invalid, "job %q ends at %s, not after it starts", d.Job, offtake.Stamp(d.Until))
	}
	for i, part := range d.Parts {
		r, err := h.part(at, d, i, part)
		if err != nil {
			return nil, false, err
		}
		if pool == nil {
			pool = h.pools[r.Pool]
		}
		if pool.Index != r.Pool {
			return nil, false, offtake.Refuse(offtake.Invalid, "job %q takes from two pools, and a job runs in one", d.Job)
		}
	}
	return pool, true, nil
}

// part checks one part of a job.
func (h *Holdings) part(at time.Time, d offtake.PlaceJob, i int, part offtake.Taken) (*Held, error) {
	r, ok := h.held[part.Reservation]
	switch {
	case !ok:
		return nil, offtake.Refuse(offtake.NotFound, "reservation %q is not held", part.Reservation)
	case part.Quantity <= 0:
		return nil, offtake.Refuse(offtake.Invalid, "job %q takes %d of reservation %q, not above zero", d.Job, part.Quantity, part.Reservation)
	case at.Before(r.From):
		return nil, offtake.Refuse(offtake.Conflict, "reservation %q begins at %s", part.Reservation, offtake.Stamp(r.From))
	case d.Until.After(r.Until):
		return nil, offtake.Refuse(offtake.Conflict, "reservation %q ends at %s, before job %q does", part.Reservation, offtake.Stamp(r.Until), d.Job)
	case part.Quantity > r.Free:
		return nil, offtake.Refuse(offtake.Conflict, "reservation %q has %d free, job %q takes %d", part.Reservation, r.Free, d.Job, part.Quantity)
	}
	for _, other := range d.Parts[:i] {
		if other.Reservation == part.Reservation {
			return nil, offtake.Refuse(offtake.Invalid, "job %q names reservation %q twice", d.Job, part.Reservation)
		}
	}
	return r, nil
}

func same(was offtake.JobPlaced, d offtake.PlaceJob) bool {
	return was.Until.Equal(d.Until) && was.Purpose == d.Purpose && was.Product == d.Product &&
		was.Asset == d.Asset && was.Customer == d.Customer && slices.Equal(was.Parts, d.Parts)
}

// Finish says whether finishing a job changes anything.
func (h *Holdings) Finish(id offtake.JobID) (changes bool, err error) {
	if _, ok := h.jobs[id]; ok {
		return true, nil
	}
	if h.finished(id) {
		return false, nil
	}
	return false, offtake.Refuse(offtake.NotFound, "job %q was never placed", id)
}

// Apply folds an event. Events about other things change nothing.
func (h *Holdings) Apply(at time.Time, e offtake.Event) {
	switch e := e.(type) {
	case offtake.CapacityReserved:
		h.reserve(at, e)
	case offtake.JobPlaced:
		h.jobs[e.Job] = e
		for _, part := range e.Parts {
			h.free(h.held[part.Reservation], -part.Quantity)
		}
	case offtake.JobFinished:
		for _, part := range h.jobs[e.Job].Parts {
			h.free(h.held[part.Reservation], part.Quantity)
		}
		delete(h.jobs, e.Job)
		h.done[fingerprint(e.Job)] = struct{}{}
	case offtake.ReservationReduced:
		h.reduce(e)
	case offtake.ReservationExtended:
		h.until(e.Reservation, e.Until)
	case offtake.CapacityDelayed:
		h.begins(e.Reservation, Never)
	case offtake.CapacityDelivered:
		h.begins(e.Reservation, at)
	case offtake.JobCancelled:
		h.done[fingerprint(e.Job)] = struct{}{}
	}
}

// reserve puts capacity into its pool and lets that of the pool's reservations
// that have ended go out of sight.
func (h *Holdings) reserve(at time.Time, e offtake.CapacityReserved) {
	where := Place{e.Provider, e.Accelerator, e.Region, e.Site}
	p, ok := h.places[where]
	if !ok {
		p = &Pool{Place: where, Index: len(h.pools)}
		h.places[where] = p
		h.pools = append(h.pools, p)
	}
	r := &Held{CapacityReserved: e, Free: e.Quantity, Pool: p.Index}
	h.hold(r)
	p.drop(at)
	p.Held = append(p.Held, r)
	p.Free += r.Free
	if p.cheapest != nil && r.Price.Cmp(p.cheapest.Price) < 0 {
		p.cheapest = r
	}
	if r.Until.Before(p.ends) {
		p.ends = r.Until
	}
}

func (h *Holdings) hold(r *Held) {
	h.held[r.Reservation] = r
	of := cmp.Or(r.Of, r.Reservation)
	h.parts[of] = append(h.parts[of], r)
}

// until changes when a reservation ends with its parts; those that end before it
// stay as they are.
func (h *Holdings) until(id offtake.ReservationID, until time.Time) {
	was := h.held[id].Until
	for _, r := range h.Parts(id) {
		if r.Until.Equal(was) {
			r.Until = until
			h.pools[r.Pool].changed()
		}
	}
}

func (h *Holdings) begins(id offtake.ReservationID, from time.Time) {
	r := h.held[id]
	r.From = from
	h.pools[r.Pool].changed()
}

// reduce splits off what is given up, as a part that ends when it is.
func (h *Holdings) reduce(e offtake.ReservationReduced) {
	r := h.held[e.Reservation]
	if e.Quantity == r.Quantity {
		r.Until = e.From
		h.pools[r.Pool].changed()
		return
	}
	part := *r
	part.Of = cmp.Or(r.Of, r.Reservation)
	part.Reservation = offtake.ReservationID(fmt.Sprintf("%s~%d", e.Reservation, len(h.parts[part.Of])))
	part.Quantity, part.Free, part.Until = e.Quantity, e.Quantity, e.From
	r.Quantity, r.Free = r.Quantity-e.Quantity, r.Free-e.Quantity
	h.hold(&part)
	p := h.pools[r.Pool]
	if !r.gone {
		p.Held = append(p.Held, &part)
	}
	p.changed()
}

// drop lets go what has ended.
func (p *Pool) drop(at time.Time) {
	if at.Before(p.ends) {
		return
	}
	p.changed()
	p.Held = slices.DeleteFunc(p.Held, func(r *Held) bool {
		if r.gone = !r.Until.After(at); r.gone {
			p.Free -= r.Free
		} else if p.ends.IsZero() || r.Until.Before(p.ends) {
			p.ends = r.Until
		}
		return r.gone
	})
}

// changed forgets what was found.
func (p *Pool) changed() { p.cheapest, p.ends = nil, time.Time{} }

// free makes accelerators of a reservation free, or takes them.
func (h *Holdings) free(r *Held, n int64) {
	r.Free += n
	if !r.gone {
		h.pools[r.Pool].Free += n
	}
}

// Revise holds capacity on other terms, or as new where it is not held yet, and gives
// the name it is held by. Where it is somewhere else now, what was held ends and
// something else begins, under another name.
func (h *Holdings) Revise(at time.Time, to offtake.CapacityReserved) offtake.ReservationID {
	was, ok := h.held[to.Reservation]
	for ok && h.pools[was.Pool].Place != (Place{to.Provider, to.Accelerator, to.Region, to.Site}) {
		h.End(to.Reservation, at)
		to.Reservation += "+"
		was, ok = h.held[to.Reservation]
	}
	if !ok {
		h.reserve(at, to)
		return to.Reservation
	}
	h.free(was, to.Quantity-was.Quantity)
	was.CapacityReserved = to
	h.pools[was.Pool].changed()
	return to.Reservation
}

// End lets capacity be held no longer than until an instant. Work that runs on it is
// not touched.
func (h *Holdings) End(id offtake.ReservationID, at time.Time) {
	if r, ok := h.held[id]; ok && r.Until.After(at) {
		r.Until = at
		h.pools[r.Pool].changed()
	}
}

func (h *Holdings) finished(id offtake.JobID) bool {
	_, ok := h.done[fingerprint(id)]
	return ok
}

func fingerprint(id offtake.JobID) uint64 {
	sum := sha256.Sum256([]byte(id))
	return binary.LittleEndian.Uint64(sum[:])
}

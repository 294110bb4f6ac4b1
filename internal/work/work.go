// Package work says which waiting job starts next, and tells of a job where it runs or
// will, and why not elsewhere.
//
// Jobs start in the order in which they were submitted; one that does not fit is passed
// by a later one that does. Where it goes, dispatch proposes; it is placed only as the
// market takes it.
//
// The package changes nothing.
package work

import (
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/dispatch"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/holding"
	"github.com/offtake-dev/offtake/internal/market/queue"
)

// A kind is what decides where a job may run: all that is asked of it but how much and
// for how long.
type kind struct {
	accelerator offtake.Accelerator
	purpose     offtake.Purpose
	product     offtake.Product
	asset       offtake.Asset
	customer    offtake.Customer
	regions     string
}

func kindOf(j offtake.JobSubmitted) kind {
	k := kind{j.Accelerator, j.Purpose, j.Product, j.Asset, j.Customer, ""}
	if j.Regions != nil {
		k.regions = "|"
	}
	for _, r := range j.Regions {
		k.regions += string(r) + "|"
	}
	return k
}

// Until gives when a job that starts at an instant has ended at the latest. A length in
// civil units is as long as it is without leap days.
func Until(start time.Time, length offtake.Duration) time.Time {
	return start.Add(time.Duration(length.Length()) * time.Second)
}

// A ranking gives, of each kind of work, where it may run at an instant.
type ranking struct {
	m      *market.State
	at     time.Time
	pools  []dispatch.Held
	choice map[kind]dispatch.Choice
}

func newRanking(m *market.State, at time.Time) *ranking {
	r := &ranking{m: m, at: at, choice: map[kind]dispatch.Choice{}}
	for _, p := range m.Holdings().Pools() {
		held := dispatch.Held{Pool: dispatch.Pool(p.Place)}
		if h := p.Cheapest(at); h != nil {
			held.Price, held.Unused = h.Price, h.UnusedCharge
		}
		r.pools = append(r.pools, held)
	}
	return r
}

// atItsOwnSpeed: a job that names its accelerator is as fast as it is.
const atItsOwnSpeed = offtake.Factor(1_000_000)

func workOf(j offtake.JobSubmitted) dispatch.Work {
	return dispatch.Work{
		Purpose: j.Purpose, Product: j.Product, Asset: j.Asset, Customer: j.Customer, Regions: j.Regions,
		Accelerators: []offtake.Speed{{Accelerator: j.Accelerator, Factor: atItsOwnSpeed}},
	}
}

func (r *ranking) law(p offtake.Product) dispatch.Law {
	law, terms := r.m.Rights(r.at)
	return dispatch.Law{Rights: law, Terms: terms, Given: r.m.Measured(r.at, p)}
}

func (r *ranking) of(j offtake.JobSubmitted) dispatch.Choice {
	k := kindOf(j)
	c, ok := r.choice[k]
	if !ok {
		c = dispatch.Choose(r.m.Book(), r.law(j.Product), workOf(j), r.pools, func(f offtake.Facts) (offtake.ClauseRef, bool) { return r.m.Draws(f, r.at) })
		r.choice[k] = c
	}
	return c
}

// parts takes a job's accelerators from a pool, out of what ends first; none where
// there are too few.
func parts(p *holding.Pool, at, until time.Time, n int64) []offtake.Taken {
	var out []offtake.Taken
	for _, h := range p.Held {
		if n == 0 {
			break
		}
		if h.Free > 0 && !at.Before(h.From) && !until.After(h.Until) {
			take := min(n, h.Free)
			out = append(out, offtake.Taken{Reservation: h.Reservation, Quantity: take})
			n -= take
		}
	}
	if n > 0 {
		return nil
	}
	return out
}

// Start gives what gives the jobs that wait and can start at an instant, one after the
// other, and where each goes. Between two of them nothing may be done but to place the
// one before: capacity then only gets less, so that what could not start is not looked
// at again.
func Start(m *market.State, at time.Time) (next func() (offtake.PlaceJob, bool)) {
	if len(m.Queue().Waiting()) == 0 {
		return func() (offtake.PlaceJob, bool) { return offtake.PlaceJob{}, false }
	}
	r, passed := newRanking(m, at), 0
	return func() (offtake.PlaceJob, bool) {
		free := freest(m)
		for _, j := range m.Queue().Waiting()[passed:] {
			if j.Quantity <= free[j.Accelerator] {
				if d, ok := r.start(j); ok {
					return d, true
				}
			}
			passed++
		}
		return offtake.PlaceJob{}, false
	}
}

// freest gives how many accelerators of a kind are free in the pool with the most of
// them, so that most of what must wait is not looked at further.
func freest(m *market.State) map[offtake.Accelerator]int64 {
	most := map[offtake.Accelerator]int64{}
	for _, p := range m.Holdings().Pools() {
		most[p.Accelerator] = max(most[p.Accelerator], p.Free)
	}
	return most
}

// start finds a place for a job, if there is one now that the market takes.
func (r *ranking) start(j *queue.Job) (offtake.PlaceJob, bool) {
	until := Until(r.at, j.Length)
	for _, c := range r.of(j.JobSubmitted).Candidates {
		taken := parts(r.m.Holdings().Pools()[c.Pool], r.at, until, j.Quantity)
		if taken == nil {
			continue
		}
		d := offtake.PlaceJob{Job: j.Job, Parts: taken, Until: until, Purpose: j.Purpose, Product: j.Product, Asset: j.Asset, Customer: j.Customer}
		if _, err := r.m.Decide(offtake.Act{At: r.at, By: r.m.Book().Buyer, Deed: d}); err == nil {
			return d, true
		}
	}
	return offtake.PlaceJob{}, false
}

package replay

import (
	"fmt"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/buying"
	"github.com/offtake-dev/offtake/internal/dispatch"
)

// arriveNext takes the next job.
func (r *replay) arriveNext() {
	j, _, err := r.set.Next()
	if err != nil {
		r.fail(err)
		return
	}
	w := r.sched.works[j.Work]
	r.tally.arrive(j)
	e := &entry{work: w, id: j.ID, at: j.At, seconds: j.Seconds, n: j.Accelerators, deadline: j.Deadline}
	if latest := e.deadline - e.quickest(); latest < r.sched.now {
		r.giveUp(e, "it could not end by "+offtake.Stamp(r.second(e.deadline)), offtake.ClauseRef{})
		return
	}
	if r.sched.try(e) {
		return
	}
	if cause, clause := r.never(e); cause != "" {
		r.giveUp(e, cause, clause)
		return
	}
	r.sched.wait(e)
	r.tally.wait(e)
	if late := e.deadline - e.quickest() + 1; late <= r.end/second {
		r.clock.at(late*second, rankExpire, func() { r.expire(e) })
	}
}

// quickest gives how long a job runs on the fastest accelerator it takes.
func (e *entry) quickest() int64 {
	var best offtake.Factor
	for _, s := range e.work.Accelerators {
		best = max(best, s.Factor)
	}
	return e.runsFor(best)
}

// expire gives up a job that can no longer end in time.
func (r *replay) expire(e *entry) {
	if e.gone {
		return
	}
	r.sched.left(e)
	r.tally.unwait(e)
	r.giveUp(e, "it can no longer end by "+offtake.Stamp(r.second(e.deadline)), offtake.ClauseRef{})
	r.sched.settle()
}

func (r *replay) giveUp(e *entry, cause string, clause offtake.ClauseRef) {
	r.tally.giveUp(e.n, e.seconds)
	r.last = max(r.last, r.now)
	r.lost(e, cause)
	if r.dec != nil {
		r.dec.unserved(r.now, e, cause, clause)
	}
}

// startJob sends the act that places a job. It reports whether the market took
// it; where a clause refuses, the pool is not tried again for this kind of
// work until terms change or a day ends.
func (r *replay) startJob(e *entry, p *pool, c *dispatch.Candidate) bool {
	w := e.work
	i := r.sched.runs.new()
	job := &r.sched.runs.all[i]
	*job = run{
		id: e.id, start: r.sched.now, end: r.sched.now + e.runsFor(c.Speed), seconds: e.seconds, n: e.n,
		work: w, pool: p, speed: c.Speed,
	}
	var room [4]part
	parts := p.take(e.n, job.end, room[:0])
	job.first = parts[0]
	if len(parts) > 1 {
		job.rest = append([]part(nil), parts[1:]...)
	}
	taken := make([]offtake.Taken, len(parts))
	for k, t := range parts {
		taken[k] = offtake.Taken{Reservation: t.id, Quantity: t.n}
	}
	_, err := r.send(offtake.Act{At: r.second(job.start), By: r.book.Buyer, Deed: offtake.PlaceJob{
		Job: e.id, Parts: taken, Until: r.second(job.end),
		Purpose: w.Purpose, Product: w.Product, Asset: w.Asset, Customer: w.Customer,
	}})
	if err != nil {
		r.untake(i, parts)
		return r.refused(e, p, err)
	}
	r.ship(w.Product, p.Provider)
	for _, t := range parts {
		t.change(w, t.n, job.start)
	}
	p.push(&r.sched.runs, i)
	if e.line != nil {
		r.tally.unwait(e)
	}
	r.tally.running++
	r.tally.waited(job.start - e.at)
	r.tally.of(p.Provider).jobs++
	if r.dec != nil {
		r.dec.place(job, parts, w, c, r.sched.pools, r.sched.roomy(e, c))
	}
	return true
}

func (r *replay) untake(i int32, parts []part) {
	for _, t := range parts {
		t.free += t.n
		t.pool.free += t.n
	}
	r.sched.runs.drop(i)
}

// refused notes that the market did not take a placement. Only a clause may
// refuse one: anything else is a mistake of the replay itself.
func (r *replay) refused(e *entry, p *pool, err error) bool {
	if k := offtake.KindOf(err); k != offtake.Forbidden {
		r.fail(fmt.Errorf("placing job %q at %s: %w", e.id, offtake.Stamp(r.second(r.sched.now)), err))
	}
	r.blocked[placing{e.work.index, p.index}] = offtake.ClauseRef{}
	r.sched.stamp++
	if r.dec != nil {
		r.dec.note(r.now, "place_refused", "job", string(e.id), "provider", string(p.Provider), "why", err.Error())
	}
	return false
}

// finish ends the job of a pool that ends first.
func (r *replay) finish(p *pool) {
	i := p.pop(&r.sched.runs)
	job := &r.sched.runs.all[i]
	if _, err := r.send(offtake.Act{At: r.second(job.end), By: r.book.Buyer, Deed: offtake.FinishJob{Job: job.id}}); err != nil {
		r.fail(fmt.Errorf("finishing job %q: %w", job.id, err))
		return
	}
	job.each(func(t part) {
		t.change(job.work, -t.n, job.end)
		t.free += t.n
	})
	p.free += job.n
	r.tally.running--
	r.tally.served++
	r.tally.servedSec += job.n * job.seconds
	r.tally.of(p.Provider).seconds += job.n * job.seconds
	r.last = r.now
	r.ready(job)
	r.sched.runs.drop(i)
	if len(r.changed) == 0 || r.changed[len(r.changed)-1] != p {
		r.changed = append(r.changed, p)
	}
}

// rankPools ranks the pools for a kind of work.
func (r *replay) rankPools(w *work) {
	at := r.terms(r.at(r.now))
	pools := make([]dispatch.Held, len(r.sched.pools))
	for i, p := range r.sched.pools {
		pools[i].Pool = p.Pool
		if len(p.live) > 0 {
			pools[i].Price, pools[i].Unused = p.live[0].price, p.live[0].unused
		}
	}
	w.choice = dispatch.Choose(r.book, r.law(at, w), w.Work, pools, r.worth)
	kept := w.choice.Candidates[:0]
	for _, c := range w.choice.Candidates {
		p := r.sched.pools[c.Pool]
		if _, not := r.blocked[placing{w.index, c.Pool}]; not || len(p.live) == 0 {
			continue
		}
		kept = append(kept, c)
	}
	w.choice.Candidates = kept
}

// reachKey is a kind of work under a version of the terms.
type reachKey struct{ work, terms int }

// reach is what a kind of work could ever get.
type reach struct {
	pools  []buying.Reach
	clause offtake.ClauseRef // that stands in the way, where there is nothing
}

// never says why a job that waits can never be served, or "" where it could:
// where neither a pool that is held, nor all that is on sale from now on and
// not forbidden under any terms still to come, could hold it.
func (r *replay) never(e *entry) (string, offtake.ClauseRef) {
	w := e.work
	for _, c := range r.sched.choice(w).Candidates { // the usual case: it only has to wait
		if r.sched.pools[c.Pool].span(r.sched.now+e.runsFor(c.Speed)) >= e.n {
			return "", offtake.ClauseRef{}
		}
	}
	now := r.at(r.now)
	key := reachKey{w.index, r.Setup.Law.Version(r.terms(now))}
	have := r.reached[key]
	if have == nil {
		until := r.at(r.end)
		if !r.Setup.TermsAt.IsZero() {
			until = time.Time{}
		}
		have = &reach{}
		have.pools, have.clause = r.buyer.Reach(r.terms(now), until, r.need(w))
		r.reached[key] = have
	}
	onSale := int64(0)
	for _, p := range have.pools {
		if !p.Gone.IsZero() && !p.Gone.After(now) {
			continue
		}
		runs := e.runsFor(p.Speed)
		if p.Longest > 0 && time.Duration(runs)*time.Second > p.Longest || runs > r.end/second*2 && runs > 200*366*86400 {
			continue
		}
		quantity := p.Quantity + r.heldThere(p)
		if quantity >= e.n {
			return "", offtake.ClauseRef{}
		}
		onSale = max(onSale, quantity)
	}
	if r.heldForIt(e) {
		return "", offtake.ClauseRef{}
	}
	if onSale > 0 {
		return fmt.Sprintf("it asks for %d accelerators at once, and %d are the most that it could ever have in one place", e.n, onSale), offtake.ClauseRef{}
	}
	return "no supply that the terms allow could ever hold it", have.clause
}

// heldForIt reports whether a pool holds enough, now or later, and for long
// enough, under terms that let the job be placed there now or later.
func (r *replay) heldForIt(e *entry) bool {
	for _, p := range r.sched.pools {
		speed, ok := e.work.Speed(p.Accelerator)
		if !ok {
			continue
		}
		var n int64
		for _, h := range r.all {
			if h.pool == p && h.until-max(h.from, r.sched.now) >= e.runsFor(speed) {
				n += h.quantity
			}
		}
		if n >= e.n && r.everPlaced(e.work, p) {
			return true
		}
	}
	return false
}

// everPlaced reports whether the terms, now or later, permit work in a pool.
func (r *replay) everPlaced(w *work, p *pool) bool {
	if !offtake.RegionIn(p.Region, w.Regions) {
		return false
	}
	now := r.at(r.now)
	at := []time.Time{r.terms(now)}
	if r.Setup.TermsAt.IsZero() {
		for _, t := range r.Setup.Law.Changes() {
			if t.After(now) && t.Before(r.at(r.end)) {
				at = append(at, t)
			}
		}
	}
	for _, t := range at {
		if dispatch.Permitted(r.law(t, w), w.Work, p.Pool) {
			return true
		}
	}
	return false
}

// law gives what work is judged by at an instant.
func (r *replay) law(at time.Time, w *work) dispatch.Law {
	return dispatch.Law{Rights: r.Setup.Law, Terms: r.Setup.Law.At(at), Given: r.market.Free(w.Product)}
}

// heldThere gives what is held in the pool of an offer.
func (r *replay) heldThere(p buying.Reach) (n int64) {
	for _, h := range r.all {
		if k := h.pool.Pool; k.Provider == p.Provider && k.Accelerator == p.Accelerator && k.Region == p.Region && k.Site == p.Site {
			n += h.quantity
		}
	}
	return n
}

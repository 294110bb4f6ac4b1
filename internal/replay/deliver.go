package replay

import (
	"math/bits"
	"time"

	"github.com/offtake-dev/offtake"
)

// delivery is something that waits for a campaign.
type delivery struct {
	Delivery
	left int64 // jobs of the campaign that have not ended
	cut  string
}

// stageDeliveries lists what waits for campaigns that arrive during the replay.
func (r *replay) stageDeliveries() {
	if len(r.Demand) > 0 {
		return
	}
	for _, d := range r.book.Demands {
		if d.Delivers.Product == "" {
			continue
		}
		for _, c := range r.set.Campaigns {
			if c.Demand != d.Name || c.At > r.end/second || c.At*second >= r.end {
				continue
			}
			v := &delivery{left: c.Jobs, Delivery: Delivery{
				Demand: d.Name, Product: d.Delivers.Product, Due: r.Setup.Law.Resolve("", d.Delivers.Due),
			}}
			r.deliveries = append(r.deliveries, v)
			r.byDemand[d.Name] = v
		}
	}
}

// ready counts a job that has ended towards what waits for it.
func (r *replay) ready(job *run) {
	v := r.byDemand[job.work.demand]
	if v == nil {
		return
	}
	if v.left--; v.left == 0 && v.cut == "" {
		at := r.second(job.end)
		v.Ready = &at
	}
}

// lost notes that a job was given up: what waits for it is never ready.
func (r *replay) lost(e *entry, cause string) {
	if v := r.byDemand[e.work.demand]; v != nil && v.cut == "" {
		v.cut = cause
	}
}

// delivered gives the deliveries as they stand at the end.
func (r *replay) delivered() (out []Delivery) {
	end := r.at(r.now)
	for _, v := range r.deliveries {
		d := v.Delivery
		by := end
		if d.Ready != nil {
			by = *d.Ready
		} else if d.Cause = v.cut; d.Cause == "" {
			d.Cause = "not done by the end of the replay"
		}
		if late := by.Sub(d.Due); late > 0 {
			d.Late = int64((late + 24*time.Hour - 1) / (24 * time.Hour))
		}
		out = append(out, d)
	}
	return out
}

// close cuts off what runs, reports the usage of the last day, and counts.
func (r *replay) close() {
	r.now = r.now / second * second
	r.sched.now = r.now / second
	r.report()
	if r.snapped != r.now {
		r.snapshot()
	}
	for _, p := range r.sched.pools {
		for _, i := range p.running {
			job := &r.sched.runs.all[i]
			done := r.partOf(job)
			r.tally.servedSec += done
			r.tally.cutSec += job.n*job.seconds - done
			r.tally.of(p.Provider).seconds += done
		}
	}
	for _, l := range r.sched.busy {
		for _, e := range l.waiting[l.first:] {
			if !e.gone {
				r.tally.waited(r.sched.now - e.at)
				if r.dec != nil {
					r.dec.waiting(r.now, e)
				}
			}
		}
	}
	r.write()
	if r.dec != nil && r.err == nil {
		if err := r.dec.flush(); err != nil {
			r.fail(offtake.Refuse(offtake.Internal, "decisions cannot be written: %w", err))
		}
	}
}

// partOf gives the demanded GPU-seconds of a running job that are done, whole
// ones.
func (r *replay) partOf(job *run) int64 {
	total := job.n * job.seconds
	if r.sched.now >= job.end {
		return total
	}
	hi, lo := bits.Mul64(uint64(job.n*(r.sched.now-job.start)), uint64(job.speed))
	done, _ := bits.Div64(hi, lo, offtake.One)
	return min(int64(done), total)
}

// Package queue keeps the work that waits for capacity, in the order in which it was
// submitted, and of work that runs when it was submitted and when it began.
//
// The package refuses to know where work may run, and which goes first.
package queue

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Job is work that was submitted.
type Job struct {
	offtake.JobSubmitted
	Submitted time.Time
	Started   time.Time // zero: it waits
	number    int64     // in the order of submission
}

// same reports whether two submissions say the same.
func same(a, b offtake.JobSubmitted) bool {
	regions := slices.Equal(a.Regions, b.Regions)
	a.Regions, b.Regions = nil, nil
	return regions && a.Job == b.Job && a.Accelerator == b.Accelerator && a.Quantity == b.Quantity && a.Length == b.Length &&
		a.Purpose == b.Purpose && a.Product == b.Product && a.Asset == b.Asset && a.Customer == b.Customer
}

// A Queue is the work of a market that was submitted and has not ended.
type Queue struct {
	waiting []*Job
	byName  map[offtake.JobID]*Job
	last    int64
}

// New makes a queue in which nothing waits.
func New() *Queue { return &Queue{byName: map[offtake.JobID]*Job{}} }

// Waiting gives what waits, the first first. It must not be changed, and is right
// until the next event.
func (q *Queue) Waiting() []*Job { return q.waiting }

// All gives what waits and what runs of it, in the order in which it was submitted.
func (q *Queue) All() []*Job {
	all := slices.Collect(maps.Values(q.byName))
	slices.SortFunc(all, func(a, b *Job) int { return cmp.Compare(a.number, b.number) })
	return all
}

// Job finds work that waits or runs.
func (q *Queue) Job(id offtake.JobID) (*Job, bool) {
	j, ok := q.byName[id]
	return j, ok
}

// Waits reports whether work of this name waits.
func (q *Queue) Waits(id offtake.JobID) bool {
	j, ok := q.byName[id]
	return ok && j.Started.IsZero()
}

// Submit says whether a submission is new. The same one again is not; another of the
// same name is a refusal.
func (q *Queue) Submit(d offtake.JobSubmitted) (isNew bool, err error) {
	was, ok := q.byName[d.Job]
	switch {
	case !ok:
		return true, nil
	case same(was.JobSubmitted, d):
		return false, nil
	}
	return false, offtake.Refuse(offtake.Conflict, "job %q was submitted otherwise", d.Job)
}

// Place refuses to put work where it was not to go.
func (q *Queue) Place(d offtake.PlaceJob, on offtake.Accelerator, region offtake.Region) error {
	j, ok := q.byName[d.Job]
	if !ok || !j.Started.IsZero() {
		return nil
	}
	quantity := int64(0)
	for _, part := range d.Parts {
		quantity += part.Quantity
	}
	switch {
	case quantity != j.Quantity:
		return offtake.Refuse(offtake.Conflict, "job %q was submitted for %d accelerators, and is placed on %d", d.Job, j.Quantity, quantity)
	case on != j.Accelerator:
		return offtake.Refuse(offtake.Conflict, "job %q was submitted for %q, and is placed on %q", d.Job, j.Accelerator, on)
	case !offtake.RegionIn(region, j.Regions):
		return offtake.Refuse(offtake.Conflict, "job %q was submitted for other regions than %q", d.Job, region)
	case d.Purpose != j.Purpose || d.Product != j.Product || d.Asset != j.Asset || d.Customer != j.Customer:
		return offtake.Refuse(offtake.Conflict, "job %q was submitted for another purpose, product, asset or customer", d.Job)
	}
	return nil
}

// Apply folds an event. Events about other things change nothing.
func (q *Queue) Apply(at time.Time, e offtake.Event) {
	switch e := e.(type) {
	case offtake.JobSubmitted:
		q.last++
		j := &Job{JobSubmitted: e, Submitted: at, number: q.last}
		q.waiting = append(q.waiting, j)
		q.byName[e.Job] = j
	case offtake.JobPlaced:
		if j, ok := q.byName[e.Job]; ok && j.Started.IsZero() {
			j.Started = at
			q.leave(j)
		}
	case offtake.JobCancelled:
		if j, ok := q.byName[e.Job]; ok {
			q.leave(j)
			delete(q.byName, e.Job)
		}
	case offtake.JobFinished:
		delete(q.byName, e.Job)
	}
}

func (q *Queue) leave(j *Job) {
	if i := slices.Index(q.waiting, j); i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
}

package queue

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// A Snapshot is what a Queue is restored from.
type Snapshot struct {
	Jobs []JobSnapshot // in the order of submission
	Last int64
}

// A JobSnapshot is work that waits or runs.
type JobSnapshot struct {
	Job                offtake.JobSubmitted
	Submitted, Started time.Time
	Number             int64
}

// Snapshot gives what the Queue is restored from.
func (q *Queue) Snapshot() Snapshot {
	s := Snapshot{Last: q.last}
	for _, j := range q.All() {
		s.Jobs = append(s.Jobs, JobSnapshot{j.JobSubmitted, j.Submitted, j.Started, j.number})
	}
	return s
}

// Restore makes a Queue of a snapshot.
func Restore(s Snapshot) *Queue {
	q := New()
	q.last = s.Last
	for _, was := range s.Jobs {
		j := &Job{JobSubmitted: was.Job, Submitted: was.Submitted, Started: was.Started, number: was.Number}
		q.byName[j.Job] = j
		if j.Started.IsZero() {
			q.waiting = append(q.waiting, j)
		}
	}
	return q
}

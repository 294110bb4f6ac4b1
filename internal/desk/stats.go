package desk

import "sync/atomic"

// stats count what a desk does.
type stats struct {
	commits, entries, failures atomic.Int64
}

func (s *stats) commit(entries int) {
	if entries > 0 {
		s.commits.Add(1)
		s.entries.Add(int64(entries))
	}
}

// Stats are counts since the desk was opened.
type Stats struct {
	Commits  int64 // transactions
	Entries  int64 // in them
	Failures int64 // batches of which nothing was written
}

// Stats gives what the desk has done.
func (d *Desk) Stats() Stats {
	return Stats{d.stats.commits.Load(), d.stats.entries.Load(), d.stats.failures.Load()}
}

package replay

import (
	"math/bits"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/buying"
	"github.com/offtake-dev/offtake/internal/dispatch"
)

// work is a kind of work and where it may run now.
type work struct {
	dispatch.Work
	index  int
	demand offtake.DemandName
	stamp  int64 // of the ranking the choice was made under
	choice dispatch.Choice
	on     []int // by pool: place in choice.Candidates, or -1
}

// entry is a job that waits.
type entry struct {
	id       offtake.JobID
	at       int64
	seconds  int64
	n        int64 // accelerators
	deadline int64
	seq      uint64
	work     *work
	line     *line
	gone     bool
}

// line is a queue of jobs alike: of one kind of work and about one size.
type line struct {
	work    *work
	waiting []*entry
	first   int   // place of the first that may still wait
	count   int64 // how many do
	longest int64 // no job in it is longer, nor was any since it was last empty
	largest int64 // likewise
	listed  bool
}

// lineKey tells lines apart: exact up to 128 accelerators, then within a sixteenth.
type lineKey struct {
	work int
	size int64
}

func sizeOf(n int64) int64 {
	if n <= 128 {
		return n
	}
	shift := bits.Len64(uint64(n)) - 5
	return n >> shift << shift
}

func (l *line) push(e *entry) {
	e.line = l
	l.waiting = append(l.waiting, e)
	l.count++

	l.longest = max(l.longest, e.seconds)
	l.largest = max(l.largest, e.n)
}

// olderThan counts the jobs that arrived at a second or before. Nearly all of a
// long line did, so the others are counted, from its end.
func (l *line) olderThan(at int64) int64 {
	n := l.count
	for i := len(l.waiting) - 1; i >= l.first && l.waiting[i].at > at; i-- {
		if !l.waiting[i].gone {
			n--
		}
	}
	return n
}

// front drops what no longer waits from the head of the line.
func (l *line) front() {
	for l.first < len(l.waiting) && l.waiting[l.first].gone {
		l.waiting[l.first] = nil
		l.first++
	}
	switch {
	case l.first == len(l.waiting):
		l.waiting, l.first, l.longest, l.largest = l.waiting[:0], 0, 0, 0
	case l.first > 1024 && l.first > len(l.waiting)/2:
		kept := copy(l.waiting, l.waiting[l.first:])
		clear(l.waiting[kept:])
		l.waiting, l.first = l.waiting[:kept], 0
	}
}

// leave takes a job out of its line.
func (e *entry) leave() {
	e.gone = true
	e.line.count--
	e.line.front()
}

// lookahead is how many jobs of a line are looked at for one that fits.
const lookahead = 16

// each visits the first jobs of a line, in order, until do says so.
func (l *line) each(do func(*entry) bool) {
	seen := 0
	for _, e := range l.waiting[l.first:] {
		if e.gone {
			continue
		}
		if seen++; do(e) || seen == lookahead {
			return
		}
	}
}

// runsFor gives how long a job would run at a speed.
func (e *entry) runsFor(speed offtake.Factor) int64 { return buying.RunSeconds(e.seconds, speed) }

// scheduler decides which job starts where and when. It has no clock and sends
// no acts: it proposes a start, and the caller says whether it was taken.
//
// Jobs are served first come, first served in each pool, all accelerators or
// none. A younger job may start before an older one only if it does not delay
// it: for the oldest job that waits and that the pool could hold, the pool
// foresees when there will be room, and others start only if they end by then,
// or leave that room untouched. So a large job that waits is never starved by
// small ones.
type scheduler struct {
	runs  runs
	pools []*pool
	works []*work
	lines map[lineKey]*line
	busy  []*line // those in which somebody waits, in the order they were first used
	seq   uint64
	open  []*pool // whose head has left
	stamp int64   // changes whenever candidates must be ranked again
	rank  func(*work)
	start func(e *entry, p *pool, c *dispatch.Candidate) bool
	now   int64
}

// place gives the pool for a key, new if need be.
func (s *scheduler) place(key dispatch.Pool) *pool {
	for _, p := range s.pools {
		if p.Pool == key {
			return p
		}
	}
	p := &pool{Pool: key, index: len(s.pools)}
	s.pools = append(s.pools, p)
	s.stamp++
	return p
}

// choice gives where work may run, ranked afresh if something has changed.
func (s *scheduler) choice(w *work) *dispatch.Choice {
	if w.stamp != s.stamp {
		s.rank(w)
		w.on = w.on[:0]
		for range s.pools {
			w.on = append(w.on, -1)
		}
		for i, c := range w.choice.Candidates {
			w.on[c.Pool] = i
		}
		w.stamp = s.stamp
	}
	return &w.choice
}

// on gives the candidate that a pool is for a kind of work.
func (s *scheduler) on(w *work, p *pool) *dispatch.Candidate {
	c := s.choice(w)
	if i := w.on[p.index]; i >= 0 {
		return &c.Candidates[i]
	}
	return nil
}

// fits reports whether a job may start in a pool now.
func (s *scheduler) fits(e *entry, p *pool, c *dispatch.Candidate) bool {
	if e.n > p.free {
		return false
	}
	end := s.now + e.runsFor(c.Speed)
	if end > e.deadline || end < s.now || p.room(end) < e.n {
		return false
	}
	return p.head == nil || p.head == e || end <= p.shadow || e.n <= p.extra
}

// roomy gives, as bits, the candidates other than the one chosen in which a job
// could start now.
func (s *scheduler) roomy(e *entry, chosen *dispatch.Candidate) (bits uint64) {
	for i := range e.work.choice.Candidates[:min(len(e.work.choice.Candidates), 64)] {
		c := &e.work.choice.Candidates[i]
		if c.Pool != chosen.Pool && s.fits(e, s.pools[c.Pool], c) {
			bits |= 1 << i
		}
	}
	return bits
}

// begin starts a job in a pool that has room for it, unless it is not taken.
func (s *scheduler) begin(e *entry, p *pool, c *dispatch.Candidate) bool {
	if !s.start(e, p, c) {
		return false
	}
	if p.head != nil && p.head != e && s.now+e.runsFor(c.Speed) > p.shadow {
		p.extra -= e.n
	}
	return true
}

// try starts a job where it may, cheapest pool first.
func (s *scheduler) try(e *entry) (started bool) {
	c := s.choice(e.work)
	for i := 0; i < len(c.Candidates); i++ {
		on := &c.Candidates[i]
		p := s.pools[on.Pool]
		switch {
		case !s.fits(e, p, on):
		case s.begin(e, p, on):
			return true
		default: // refused: ranked again without it
			c, i = s.choice(e.work), -1
		}
	}
	return false
}

// wait puts a job into its line.
func (s *scheduler) wait(e *entry) {
	key := lineKey{e.work.index, sizeOf(e.n)}
	l := s.lines[key]
	if l == nil {
		l = &line{work: e.work}
		s.lines[key] = l
	}
	if !l.listed {
		l.listed = true
		s.busy = append(s.busy, l)
	}
	s.seq++
	e.seq = s.seq
	l.push(e)
	for _, c := range s.choice(e.work).Candidates {
		if p := s.pools[c.Pool]; p.head == nil {
			s.protect(p, e, &c)
		}
	}
}

// protect makes a job the head of a pool, if the pool could hold it.
func (s *scheduler) protect(p *pool, e *entry, c *dispatch.Candidate) bool {
	runs := e.runsFor(c.Speed)
	if p.span(s.now+runs) < e.n {
		return false
	}
	at, extra := p.foresee(&s.runs, s.now, e.n, runs)
	if at == forever || at+runs > e.deadline {
		return false
	}
	p.head, p.shadow, p.extra = e, at, extra
	return true
}

// fill starts whatever the pool has room for, oldest first.
func (s *scheduler) fill(p *pool) {
	if len(s.busy) == 0 {
		p.head = nil
		return
	}
	if p.head != nil && (p.head.gone || s.on(p.head.work, p) == nil) {
		p.head = nil
	}
	for {
		if p.head == nil {
			s.findHead(p)
		}
		if p.free == 0 {
			return
		}
		e, c := s.oldest(p)
		if e == nil {
			return
		}
		if s.begin(e, p, c) {
			s.left(e)
			continue
		}
		if s.on(e.work, p) != nil {
			return // refused, and nothing has changed: do not ask again now
		}
	}
}

// left takes a job that waits no longer out of its line and off every head.
func (s *scheduler) left(e *entry) {
	e.leave()
	if e.line.count == 0 {
		for i, l := range s.busy {
			if l == e.line {
				s.busy = append(s.busy[:i], s.busy[i+1:]...)
				l.listed = false
				break
			}
		}
	}
	for _, p := range s.pools {
		if p.head == e {
			p.head = nil
			s.open = append(s.open, p)
		}
	}
}

// settle fills the pools that a departed head kept closed.
func (s *scheduler) settle() {
	for len(s.open) > 0 {
		p := s.open[len(s.open)-1]
		s.open = s.open[:len(s.open)-1]
		s.fill(p)
	}
}

// oldest gives the oldest job that may start in a pool now.
func (s *scheduler) oldest(p *pool) (best *entry, on *dispatch.Candidate) {
	for _, l := range s.busy {
		c := s.on(l.work, p)
		if c == nil {
			continue
		}
		l.each(func(e *entry) bool {
			if best != nil && best.seq < e.seq {
				return true
			}
			if !s.fits(e, p, c) {
				return false
			}
			best, on = e, c
			return true
		})
	}
	return best, on
}

// findHead makes the oldest job that the pool could hold its head.
func (s *scheduler) findHead(p *pool) {
	var best *entry
	var on *dispatch.Candidate
	for _, l := range s.busy {
		c := s.on(l.work, p)
		if c == nil {
			continue
		}
		l.each(func(e *entry) bool {
			if best != nil && best.seq < e.seq {
				return true
			}
			end := s.now + e.runsFor(c.Speed)
			if end > e.deadline || end < s.now || p.span(end) < e.n {
				return false
			}
			best, on = e, c
			return true
		})
	}
	if best != nil {
		s.protect(p, best, on)
	}
}

package traces

import (
	"fmt"
	"io"
	"math"
	"reflect"
	"time"

	"github.com/offtake-dev/offtake"
)

// maxWorks bounds the kinds of work in one replay.
const maxWorks = math.MaxUint16

// An Env is what demand needs from the world to become jobs.
type Env struct {
	From    time.Time                                // second 0
	To      time.Time                                // zero: no end
	Seed    int64                                    // of the replay
	Resolve func(offtake.When) time.Time             // a date in the calendar that governs
	Open    func(name string) (io.ReadCloser, error) // a trace by its name
	Known   func(Work) error                         // refuses what a row says in words that are not declared; nil: takes all
}

// A Set is all demand of a replay: its kinds of work, and its jobs in the
// order in which they arrive.
type Set struct {
	Works     []Work
	Campaigns []Campaign
	Notes     []string // what a user should know of how the demand was taken

	streams []stream
	heads   []Job // the next job of each stream
	total   int64
}

// A Campaign is dated work: known before it arrives.
type Campaign struct {
	Demand       offtake.DemandName
	Work         int
	At           int64 // seconds from the start
	Seconds      int64
	Accelerators int64 // at once; one lot where it comes in lots
	Jobs         int64
	Deadline     int64
}

// A stream gives jobs in the order of their arrival.
type stream interface {
	next() (Job, bool)
}

// FromBook makes jobs of all demand in a book.
func FromBook(b *offtake.Book, env Env) (*Set, error) {
	s := &Set{}
	for _, d := range b.Demands {
		w := Work{
			Demand: d.Name, Purpose: d.Purpose, Product: d.Product, Asset: d.Asset, Customer: d.Customer,
			Accelerators: d.Accelerators, Regions: d.Regions, Labels: d.Labels,
		}
		var err error
		switch {
		case d.Trace != nil:
			err = s.addTrace(d, w, env)
		case d.Profile != nil:
			err = s.addProfile(d, w, env)
		default:
			err = s.addCampaign(b, d, w, env)
		}
		if err != nil {
			return nil, err
		}
	}
	s.begin()
	return s, nil
}

// FromFiles makes jobs of traces given by name, all read into one set: a job's
// name may be in them once.
func FromFiles(specs []Spec, env Env) (*Set, error) {
	s := &Set{}
	t := newTable()
	for _, spec := range specs {
		w := Work{Purpose: spec.Purpose, Accelerators: []offtake.Speed{{Accelerator: spec.Accelerator, Factor: offtake.One}}}
		if err := s.readTrace(t, spec, w, env); err != nil {
			return nil, err
		}
	}
	t.finish()
	s.streams = append(s.streams, &tableStream{table: t})
	s.begin()
	return s, nil
}

func (s *Set) addTrace(d offtake.Demand, w Work, env Env) error {
	if d.Trace.Purpose != "" {
		w.Purpose = d.Trace.Purpose
	}
	if d.Trace.Accelerator != "" {
		w.Accelerators = []offtake.Speed{{Accelerator: d.Trace.Accelerator, Factor: offtake.One}}
	}
	t := newTable()
	err := s.readTrace(t, Spec{File: d.Trace.File, Format: d.Trace.Format, Scale: d.Trace.Scale}, w, env)
	if err != nil {
		return offtake.Refuse(offtake.KindOf(err), "%s: demand %q: %w", d.Pos, d.Name, err)
	}
	t.finish()
	s.streams = append(s.streams, &tableStream{table: t, prefix: string(d.Name) + "/"})
	return nil
}

func (s *Set) readTrace(t *table, spec Spec, w Work, env Env) error {
	in, err := env.Open(spec.File)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	rd := reading{name: spec.File, from: env.From, scale: spec.Scale, table: t, base: w, work: s.intern, known: env.Known}
	if err := rd.read(in, spec.Format); err != nil {
		return err
	}
	s.Notes = append(s.Notes, rd.notes...)
	return nil
}

// intern gives the index of a kind of work, or -1 where there are too many.
func (s *Set) intern(w Work) int {
	for i, have := range s.Works {
		if reflect.DeepEqual(have, w) {
			return i
		}
	}
	if len(s.Works) == maxWorks {
		return -1
	}
	s.Works = append(s.Works, w)
	return len(s.Works) - 1
}

func (s *Set) addProfile(d offtake.Demand, w Work, env Env) error {
	p, err := newProfile(d, env)
	if err != nil {
		return err
	}
	p.work = s.intern(w)
	s.streams = append(s.streams, p)
	return nil
}

// addCampaign makes one job, or a job for each lot. Work whose time came before
// the replay begins arrives at its start.
func (s *Set) addCampaign(b *offtake.Book, d offtake.Demand, w Work, env Env) error {
	if d.Quantity < 1 || d.Quantity > MaxAccelerators || d.Hours < 1 || d.Hours > MaxSeconds/3600 {
		return offtake.Refuse(offtake.Invalid, "%s: demand %q is %d accelerators for %d hours; at most %d for %d are counted", d.Pos, d.Name, d.Quantity, d.Hours, MaxAccelerators, int64(MaxSeconds/3600))
	}
	c := Campaign{Demand: d.Name, Work: s.intern(w), Seconds: d.Hours * 3600, Accelerators: d.Quantity, Jobs: 1, Deadline: Never}
	if !d.Earliest.IsZero() {
		c.At = max(0, seconds(env.Resolve(d.Earliest).Sub(env.From)))
	}
	if !d.LatestFinish.IsZero() {
		c.Deadline = seconds(env.Resolve(d.LatestFinish).Sub(env.From))
	}
	last := c.Accelerators
	if d.InLots && len(d.Accelerators) > 0 {
		a, _ := b.Accelerator(d.Accelerators[0].Accelerator)
		lot := a.LotSize()
		c.Jobs = (d.Quantity + lot - 1) / lot
		last = d.Quantity - (c.Jobs-1)*lot
		c.Accelerators = min(lot, d.Quantity)
	}
	s.Campaigns = append(s.Campaigns, c)
	s.streams = append(s.streams, &campaignStream{Campaign: c, last: last})
	return nil
}

// seconds rounds up, so that nothing arrives before its time.
func seconds(d time.Duration) int64 {
	n := int64(d / time.Second)
	if d%time.Second > 0 {
		n++
	}
	return n
}

// begin fetches the first job of each stream.
func (s *Set) begin() {
	for i := 0; i < len(s.streams); i++ {
		j, ok := s.streams[i].next()
		if !ok {
			s.streams = append(s.streams[:i], s.streams[i+1:]...)
			i--
			continue
		}
		s.heads = append(s.heads, j)
	}
}

// Peek gives the arrival of the next job.
func (s *Set) Peek() (at int64, ok bool) {
	if len(s.heads) == 0 {
		return 0, false
	}
	at = Never
	for i := range s.heads {
		at = min(at, s.heads[i].At)
	}
	return at, true
}

// Next takes the next job: the earliest, and of several the one whose demand
// comes first in the book.
func (s *Set) Next() (Job, bool, error) {
	first := -1
	for i := range s.heads {
		if first < 0 || s.heads[i].At < s.heads[first].At {
			first = i
		}
	}
	if first < 0 {
		return Job{}, false, nil
	}
	j := s.heads[first]
	if more, ok := s.streams[first].next(); ok {
		s.heads[first] = more
	} else {
		s.streams = append(s.streams[:first], s.streams[first+1:]...)
		s.heads = append(s.heads[:first], s.heads[first+1:]...)
	}
	if s.total += j.GPUSeconds(); s.total > MaxGPUSeconds {
		return Job{}, false, offtake.Refuse(offtake.Invalid, "%w", errSum)
	}
	return j, true, nil
}

type tableStream struct {
	table  *table
	prefix string
	at     int
}

func (t *tableStream) next() (Job, bool) {
	if t.at == t.table.rows {
		return Job{}, false
	}
	j := t.table.job(t.at)
	j.ID = offtake.JobID(t.prefix) + j.ID
	t.at++
	return j, true
}

type campaignStream struct {
	Campaign
	last int64 // accelerators of the last lot
	at   int64
}

func (c *campaignStream) next() (Job, bool) {
	if c.at == c.Jobs {
		return Job{}, false
	}
	c.at++
	j := Job{ID: offtake.JobID(c.Demand), At: c.At, Seconds: c.Seconds, Accelerators: c.Accelerators, Deadline: c.Deadline, Work: c.Work}
	if c.Jobs > 1 {
		j.ID = offtake.JobID(fmt.Sprintf("%s#%d", c.Demand, c.at))
	}
	if c.at == c.Jobs {
		j.Accelerators = c.last
	}
	return j, true
}

package desk_test

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/desk"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/versions"
	"github.com/offtake-dev/offtake/internal/wire"
	"golang.org/x/mod/sumdb/tlog"
)

// A store is one in memory that can be told to fail.
type store struct {
	journal.Memory
	mu       sync.Mutex
	fail     bool // the next commit fails
	written  bool // and has written all the same
	commits  int
	slow     time.Duration
	effects  []journal.Effect
	snapshot []byte
	form     string
	at       journal.Version
}

func (s *store) Commit(expected journal.Version, b journal.Batch) (journal.Version, error) {
	s.mu.Lock()
	fail, written := s.fail, s.written
	s.fail = false
	s.commits++
	time.Sleep(s.slow)
	s.mu.Unlock()
	if fail && !written {
		return expected, offtake.Refuse(offtake.Internal, "journal: %w", errors.New("the disk is full"))
	}
	at, err := s.Append(expected, b.Entries)
	if err == nil {
		s.effects = append(s.effects, b.Effects...)
	}
	if fail {
		return expected, offtake.Refuse(offtake.Internal, "journal: %w", errors.New("the connection was lost"))
	}
	return at, err
}

func (s *store) failNext(written bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail, s.written = true, written
}

func (s *store) Rows(journal.Version) iter.Seq2[journal.Row, error] { return nil }
func (s *store) ReadHashes([]int64) ([]tlog.Hash, error)            { return nil, nil }
func (s *store) Close() error                                       { return nil }

func (s *store) SaveSnapshot(form string, at journal.Version, state []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.form, s.at, s.snapshot = form, at, state
	return nil
}

func (s *store) Snapshot(form string, until journal.Version) (journal.Version, []byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if form != s.form || s.at > until {
		return 0, nil, nil
	}
	return s.at, s.snapshot, nil
}

// A clock is one that a test sets.
type clock struct {
	mu      sync.Mutex
	wall    time.Time
	running time.Duration
	waiting []waiter
	deaf    bool // it wakes nobody
}

type waiter struct {
	until time.Duration
	c     chan time.Time
}

func clockAt(t *testing.T, s string) *clock {
	t.Helper()
	return &clock{wall: at(t, s)}
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	when, err := offtake.ParseInstant(s)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall
}

func (c *clock) Running() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running
}

func (c *clock) Wake(running time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := waiter{running, make(chan time.Time, 1)}
	if c.deaf {
		return w.c
	}
	if running <= c.running {
		w.c <- c.wall
		return w.c
	}
	c.waiting = append(c.waiting, w)
	return w.c
}

// pass lets time pass.
func (c *clock) pass(d time.Duration) { c.jump(d, d) }

// set sets the wall clock, as a person or a server of time does.
func (c *clock) set(by time.Duration) { c.jump(by, 0) }

func (c *clock) jump(wall, running time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall = c.wall.Add(wall)
	c.running += running
	rest := c.waiting[:0]
	for _, w := range c.waiting {
		if w.until > c.running {
			rest = append(rest, w)
			continue
		}
		w.c <- c.wall
	}
	c.waiting = rest
}

var exampleDir = os.DirFS("../../examples/openai")

// A stage is a desk on the example book with its store and its clock.
type stage struct {
	*testing.T
	*desk.Desk
	store *store
	clock *clock
	every journal.Version // how many entries come between two snapshots
}

// staged opens a desk on a new store and pushes the example book.
func staged(t *testing.T, s *store, when string) stage {
	t.Helper()
	st := stage{T: t, store: s, clock: clockAt(t, when)}
	st.open()
	st.must(offtake.Act{ID: "first", By: "openai", Deed: push(t, exampleDir)})
	return st
}

func (st *stage) open() {
	st.Helper()
	d, err := desk.Open(st.store, desk.Options{Code: "test", Clock: st.clock, SnapshotEvery: st.every})
	if err != nil {
		st.Fatal(err)
	}
	st.Desk = d
	st.Cleanup(func() { d.Close() })
}

// again closes the desk and opens one on the same store.
func (st *stage) again() {
	st.Helper()
	if err := st.Close(); err != nil {
		st.Fatal(err)
	}
	st.open()
}

func push(t testing.TB, dir fs.FS) offtake.BookPush {
	t.Helper()
	files, findings := versions.Files(dir)
	if worst, any := offtake.Worst(findings); any && worst == offtake.Mistake {
		t.Fatal(findings)
	}
	return offtake.BookPush{Hash: versions.Hash(files), Files: files}
}

func (st *stage) take(a offtake.Act) (desk.Taken, error) {
	return st.Take(context.Background(), desk.Asked{Act: a})
}

func (st *stage) must(a offtake.Act) desk.Taken {
	st.Helper()
	got, err := st.take(a)
	if err != nil {
		st.Fatalf("%s of %s: %v", a.Deed.Name(), a.By, err)
	}
	return got
}

// refused wants an act to be refused for some kind of reason.
func (st *stage) refused(a offtake.Act, want offtake.Kind) {
	st.Helper()
	if _, err := st.take(a); offtake.KindOf(err) != want {
		st.Errorf("%s of %s: %v, want a refusal of kind %s", a.Deed.Name(), a.By, err, want)
	}
}

// state gives the state of the only process of an opportunity.
func (st *stage) state(id offtake.OpportunityID) (state offtake.ProcessState) {
	st.Read(func(s *broker.State) {
		for _, p := range s.Market().Deals().Of(id) {
			state = p.State()
		}
	})
	return state
}

// log gives all entries.
func (st *stage) log() (all []wire.Entry) {
	st.Helper()
	for e, err := range st.store.Read(0) {
		if err != nil {
			st.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func offer(id string, quantity int64) offtake.Act {
	price, _ := offtake.ParseMoney("USD 8.00")
	return offtake.Act{ID: offtake.ActID(id), By: "openai", Opportunity: offtake.OpportunityID(id), Deed: offtake.OfferReceive{Terms: offtake.OfferTerms{
		Provider: "oci", Accelerator: "gb200", Quantity: quantity, Region: "us-south", Site: "abilene", Price: price,
		Term: offtake.Duration{Unit: offtake.Years, Count: 5}, Delivery: offtake.When{Date: offtake.Date{Year: 2026, Month: 1, Day: 1}},
		Purposes: []offtake.Purpose{"training"}, BonaFide: []string{"written", "signed", "arms_length"},
	}}}
}

func notice(opportunity string) offtake.Act {
	return offtake.Act{ID: offtake.ActID("notice of " + opportunity), By: "openai", Opportunity: offtake.OpportunityID(opportunity),
		Deed: offtake.NoticeServe{Contents: []offtake.Content{"provider", "quantity", "accelerator", "price", "term", "delivery"}}}
}

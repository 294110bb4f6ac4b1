// Package desk runs a broker: it takes acts from whoever sends them, decides them
// one after the other, and answers once they are written down.
//
// There is one writer. What has come in by the time it looks is decided together and
// committed in one transaction, so that many acts cost one write to the disk. Nobody
// is told of anything, by an answer or by a read, that is not committed.
//
// An act is received when the desk takes it up, to the millisecond; received
// instants never decrease. What falls due is done by the clock: before an act is
// decided every deadline before its instant has passed, and one that fell due while
// the program was down passes when it starts, dated when it fell due.
//
// If the clock cannot be trusted, acts go on and deadlines are held. An act that
// comes after a deadline that is held counts as received at its instant, so that
// nobody loses a right by a clock that may be wrong.
//
// The package refuses to know who may send what, and how acts and answers travel.
package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/wire"
)

// A Store is where a desk writes down what it decides.
type Store interface {
	journal.Store
	journal.Snapshots
}

// Options say how a desk runs.
type Options struct {
	Code  string // the version of the code that decides
	Clock Clock  // nil: the machine's
	Log   *slog.Logger

	SnapshotEvery journal.Version // how many entries come between two snapshots; 0: 100,000

	// Start gives what gives work that waits and can be placed at an instant, one after
	// the other; nil: none ever is.
	Start func(*market.State, time.Time) (next func() (offtake.PlaceJob, bool))
	// Effects gives what is to be done in the world because of entries, which the
	// state has folded; nil: nothing.
	Effects func(s *broker.State, first journal.Version, entries []wire.Entry) []journal.Effect
}

// An Asked act is one that somebody sends.
type Asked struct {
	Act      offtake.Act // its instant is the desk's to say
	Receipt  offtake.Receipt
	Received time.Time // when it was received, where it is recorded on another's behalf; zero: now
}

// A Taken act is one that was decided and written down.
type Taken struct {
	Version  journal.Version // of the journal with it
	Act      offtake.Act
	Events   []offtake.Event
	Repeated bool // it was before, and has had no effect again
}

// A Desk runs one broker. Its methods may be called from any number of goroutines.
type Desk struct {
	store Store
	o     Options
	watch watch
	asks  chan *ask
	quit  chan struct{}
	done  chan struct{}

	mu    sync.Mutex // the writer holds it from the first decision to the commit
	state *broker.State
	at    journal.Version
	kept  journal.Version // of the last snapshot

	keeping sync.Mutex // a snapshot is being made

	looked  time.Duration // how far the clock had run when the clocks were last held against each other
	strayed bool          // the clock is doubted since it does not agree with the other

	news struct {
		sync.Mutex
		arrived chan struct{} // closed when there is something new
	}
	stats stats
}

// An ask is an act on its way to its answer.
type ask struct {
	Asked
	answer chan answer
}

type answer struct {
	taken Taken
	err   error
}

// most is how many acts are decided together.
const most = 256

// Open starts a desk on what its store holds. Close ends it; the store stays open.
func Open(store Store, o Options) (*Desk, error) {
	if o.Clock == nil {
		o.Clock = NewMachine()
	}
	if o.SnapshotEvery == 0 {
		o.SnapshotEvery = snapshotEvery
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Desk{
		store: store, o: o, watch: newWatch(o.Clock),
		asks: make(chan *ask, most), quit: make(chan struct{}), done: make(chan struct{}),
	}
	d.news.arrived = make(chan struct{})
	d.looked = o.Clock.Running()
	if err := d.load(); err != nil {
		return nil, err
	}
	if err := d.begin(); err != nil {
		return nil, err
	}
	go d.run()
	return d, nil
}

// begin lets pass what fell due while the program was down, if the clock is to be
// trusted.
func (d *Desk) begin() error {
	b := d.batch()
	if why := d.watch.atStart(d.state.Recorded()); why != "" && d.state.Doubted() == "" {
		b.byTime(offtake.ClockDoubt{Why: why})
	}
	b.pass(b.time())
	b.placeWaiting()
	return b.commit()
}

// Take sends an act and waits until it is written down. An error of kind Internal
// says that the store failed and that the act was not taken.
func (d *Desk) Take(ctx context.Context, asked Asked) (Taken, error) {
	a := &ask{asked, make(chan answer, 1)}
	if a.Act.Deed == nil {
		return Taken{}, offtake.Refuse(offtake.Invalid, "act %q does nothing", a.Act.ID)
	}
	if a.Act.ID == "" {
		a.Act.ID = newID()
	}
	select {
	case d.asks <- a:
	case <-d.quit:
		return Taken{}, closing()
	case <-ctx.Done():
		return Taken{}, ctx.Err()
	}
	select {
	case got := <-a.answer:
		return got.taken, got.err
	case <-d.done:
		select {
		case got := <-a.answer:
			return got.taken, got.err
		default:
			return Taken{}, closing()
		}
	}
}

// Look has the desk look at the clock, and waits until it has let pass what is due.
func (d *Desk) Look(ctx context.Context) {
	a := &ask{answer: make(chan answer, 1)}
	select {
	case d.asks <- a:
	case <-d.quit:
		return
	case <-ctx.Done():
		return
	}
	select {
	case <-a.answer:
	case <-d.done:
	}
}

func closing() error {
	return offtake.Refuse(offtake.Internal, "broker is closing; send the act again")
}

// newID names an act that nobody has named.
func newID() offtake.ActID {
	var b [12]byte
	_, _ = rand.Read(b[:])
	return offtake.ActID("act-" + hex.EncodeToString(b[:]))
}

// Read looks at the state as it is written down. It must not be changed or kept. One
// looks at a time: the law keeps what it has worked out, also while it is only asked.
func (d *Desk) Read(look func(*broker.State)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	look(d.state)
}

// Version gives how many entries are written down.
func (d *Desk) Version() journal.Version {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

// Now gives the time by the desk's clock.
func (d *Desk) Now() time.Time { return d.now() }

// Closing gives a channel that is closed when the desk takes no more acts.
func (d *Desk) Closing() <-chan struct{} { return d.quit }

// News gives a channel that is closed when more is written down.
func (d *Desk) News() <-chan struct{} {
	d.news.Lock()
	defer d.news.Unlock()
	return d.news.arrived
}

func (d *Desk) announce() {
	d.news.Lock()
	defer d.news.Unlock()
	close(d.news.arrived)
	d.news.arrived = make(chan struct{})
}

// Close takes no more acts, decides those that are there, and keeps a snapshot.
func (d *Desk) Close() error {
	select {
	case <-d.quit:
	default:
		close(d.quit)
	}
	<-d.done
	d.keepLast()
	return nil
}

// run decides what comes, and what falls due.
func (d *Desk) run() {
	defer close(d.done)
	for {
		select {
		case a := <-d.asks:
			d.decide(d.gather(a))
		case <-d.o.Clock.Wake(d.wake()):
			d.decide(nil)
		case <-d.quit:
			for rest := d.gather(nil); len(rest) > 0; rest = d.gather(nil) {
				d.decide(rest)
			}
			return
		}
	}
}

// gather takes up what has come in. Those who were answered last mostly send their next
// act at once: it lets them, as long as more come, so that they share a write.
func (d *Desk) gather(first *ask) (asks []*ask) {
	if first != nil {
		asks = append(asks, first)
	}
	for idle := 0; len(asks) < most && idle < 3; {
		select {
		case a := <-d.asks:
			asks = append(asks, a)
			idle = 0
		default:
			idle++
			runtime.Gosched()
		}
	}
	return asks
}

// looks is how long the clocks are left alone.
const looks = time.Second

// wake gives until when, as the clock runs, nothing falls due and the clocks need no
// look. It counts from when they were last looked at, and reads how far the clock has run
// before what time it is: whatever happens in between wakes it early.
func (d *Desk) wake() time.Duration {
	running := d.o.Clock.Running()
	d.mu.Lock()
	due, _, ok := d.state.Due()
	d.mu.Unlock()
	if !ok {
		return d.looked + looks
	}
	return min(d.looked+looks, running+max(due.Sub(d.o.Clock.Now())+time.Millisecond, time.Millisecond))
}

// now gives the time to the millisecond.
func (d *Desk) now() time.Time { return d.o.Clock.Now().UTC().Truncate(time.Millisecond) }

// decide decides acts together and answers them.
func (d *Desk) decide(asks []*ask) {
	d.mu.Lock()
	b := d.batch()
	d.looked = d.o.Clock.Running()
	b.look()
	answers := make([]answer, len(asks))
	for i, a := range asks {
		if a.Act.Deed != nil { // else somebody wants the clock to be looked at
			answers[i] = b.take(a.Asked)
		}
	}
	b.pass(b.time())
	b.placeWaiting()
	err := b.commit()
	if err == nil {
		d.refresh()
	}
	d.mu.Unlock()
	if err != nil {
		d.o.Log.Error("nothing of a batch was written", "error", err)
	} else if len(b.entries) > 0 {
		d.announce()
	}
	for i, a := range asks {
		if err != nil && answers[i].err == nil && !answers[i].taken.Repeated {
			answers[i] = answer{err: err}
		}
		a.answer <- answers[i]
	}
}

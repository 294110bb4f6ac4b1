package desk

import (
	"time"

	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/wire"
)

// A snapshot spares a start from folding everything. It is made by folding beside the
// desk what has come since the last one, so that no act waits for it, and once more when
// the desk closes. Where there is none that can be read, everything is folded.
const (
	snapshotEvery = 100_000 // entries, while the desk runs, or a fifth of those before
	hardlyAny     = 100     // times as few are worth one when it closes
)

// form names the snapshots of this code.
func (d *Desk) form() string { return d.o.Code + "/" + broker.Form }

// load folds what the store holds.
func (d *Desk) load() error {
	state, at := d.restored(nil)
	kept := at
	if err := d.foldOn(state, &at, func(*wire.Entry) bool { return false }); err != nil {
		return err
	}
	d.state, d.at, d.kept = state, at, kept
	return nil
}

// forever is later than any version.
const forever = journal.Version(1 << 62)

// restored gives the latest snapshot if it suits, else a broker that knows nothing.
func (d *Desk) restored(suits func(*broker.State) bool) (*broker.State, journal.Version) {
	at, text, err := d.store.Snapshot(d.form(), forever)
	var state *broker.State
	if err == nil && at > 0 {
		state, err = broker.Restore(text)
	}
	if err != nil {
		d.o.Log.Warn("snapshot cannot be used; everything is folded", "at", at, "error", err)
	} else if state != nil && (suits == nil || suits(state)) {
		return state, at
	}
	return broker.New(), 0
}

// foldOn folds entries on a state until one is enough, which is not folded.
func (d *Desk) foldOn(state *broker.State, at *journal.Version, enough func(*wire.Entry) bool) error {
	for e, err := range d.store.Read(*at) {
		if err != nil {
			return err
		}
		if enough(&e) {
			return nil
		}
		if err := state.Fold(&e); err != nil {
			return err
		}
		*at++
	}
	return nil
}

// AsOf gives the state as it was at an instant by what had been recorded by another.
// The zero time is now, and everything. Deadlines up to the instant have passed; an
// instant to come shows what follows if nobody does anything.
func (d *Desk) AsOf(at, known time.Time) (*broker.State, error) {
	later := func(acted, recorded time.Time) bool {
		return !known.IsZero() && recorded.After(known) || !at.IsZero() && acted.After(at)
	}
	s, version := d.restored(func(s *broker.State) bool { return !later(s.Now(), s.Recorded()) })
	err := d.foldOn(s, &version, func(e *wire.Entry) bool { return later(e.Act.At, e.Receipt.Recorded) })
	if err != nil || at.IsZero() {
		return s, err
	}
	for {
		a, ok := s.DueBefore(at.Add(1))
		if !ok {
			return s, nil
		}
		events, err := s.Decide(a)
		if err != nil {
			return nil, err
		}
		if err := s.Fold(&wire.Entry{Act: a, Events: events}); err != nil {
			return nil, err
		}
	}
}

// refresh makes a snapshot beside the desk if it is time for one. One is made at a time,
// and none is waited for when the desk closes.
func (d *Desk) refresh() {
	if d.at-d.kept < max(d.o.SnapshotEvery, d.kept/5) || !d.keeping.TryLock() {
		return
	}
	until := d.at
	d.kept = until
	go func() {
		defer d.keeping.Unlock()
		state, at := d.restored(nil)
		err := d.foldOn(state, &at, func(*wire.Entry) bool { return at == until || d.closed() })
		if at == until && err == nil {
			err = d.keep(state, at)
		}
		d.notKept(err)
	}()
}

// keepLast keeps a snapshot of a desk that decides nothing more.
func (d *Desk) keepLast() {
	d.keeping.Lock()
	defer d.keeping.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.at-d.kept >= max(d.o.SnapshotEvery/hardlyAny, 1) {
		d.kept = d.at
		d.notKept(d.keep(d.state, d.at))
	}
}

func (d *Desk) keep(state *broker.State, at journal.Version) error {
	text, err := state.Snapshot()
	if err != nil {
		return err
	}
	return d.store.SaveSnapshot(d.form(), at, text)
}

func (d *Desk) notKept(err error) {
	if err != nil {
		d.o.Log.Warn("no snapshot was kept; the next start takes longer", "error", err)
	}
}

// closed reports whether the desk takes no more acts.
func (d *Desk) closed() bool {
	select {
	case <-d.quit:
		return true
	default:
		return false
	}
}

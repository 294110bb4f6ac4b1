package desk

import (
	"iter"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/wire"
)

// A batch is what is decided together. The state has folded it already; until it is
// committed nobody else sees that.
type batch struct {
	*Desk
	entries []wire.Entry
	err     error // the state cannot be relied on any more
}

func (d *Desk) batch() *batch { return &batch{Desk: d} }

// look holds the clocks against each other. Doubt that came of their not agreeing
// ends when they agree again.
func (b *batch) look() {
	if b.state.Market() == nil {
		return
	}
	switch apart := b.watch.apart(); {
	case apart != "" && b.state.Doubted() == "":
		b.strayed = true
		b.byTime(offtake.ClockDoubt{Why: apart})
	case apart == "" && b.strayed:
		b.strayed = false
		b.byTime(offtake.ClockConfirm{})
	}
}

// byTime does what nobody does.
func (b *batch) byTime(deed offtake.Deed) {
	a := offtake.Act{ID: newID(), At: b.instant(), Deed: deed}
	events, err := b.state.Decide(a)
	if err == nil {
		b.write(wire.Entry{Act: a, Events: events})
	}
}

// time gives what time it is, as far as anybody knows.
func (b *batch) time() time.Time {
	if b.strayed {
		return b.watch.should().UTC().Truncate(time.Millisecond)
	}
	return b.now()
}

// instant gives when what comes now is received: never before what came before, and
// while the clock is doubted never after a deadline that is held.
func (b *batch) instant() time.Time {
	now := b.time()
	if b.strayed || b.state.Doubted() != "" {
		if due, _, ok := b.state.Held(); ok && due.Before(now) {
			now = due
		}
	}
	return later(b.state.Now(), now)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// take decides an act.
func (b *batch) take(asked Asked) answer {
	a := asked.Act
	if version, before := b.state.Sent(a.ID); before {
		return b.repeated(a, journal.Version(version))
	}
	a.At = b.instant()
	if asked.Received.After(a.At) {
		return answer{err: offtake.Refuse(offtake.Invalid, "act %q was received at %s, which is still to come", a.ID, offtake.Stamp(asked.Received))}
	}
	if received := asked.Received; !received.IsZero() && received.Before(a.At) {
		if received.Before(b.state.Now()) {
			asked.Receipt.Received = received
		} else { // nothing has happened since
			a.At = received
		}
	}
	b.pass(a.At)
	events, err := b.decideOne(a, asked.Receipt)
	if err != nil {
		return answer{err: err}
	}
	b.write(wire.Entry{Act: a, Events: events, Receipt: asked.Receipt})
	if _, confirms := a.Deed.(offtake.ClockConfirm); confirms {
		b.watch.trust()
		b.strayed = false
	}
	return answer{taken: Taken{Version: b.at + journal.Version(len(b.entries)), Act: a, Events: events}}
}

func (b *batch) decideOne(a offtake.Act, r offtake.Receipt) ([]offtake.Event, error) {
	if b.err != nil {
		return nil, b.err
	}
	b.state.Recalls(b.all)
	return b.state.DecideLate(a, r.Received, r.Recorder)
}

// all gives every entry, of the journal and of the batch.
func (b *batch) all() iter.Seq2[wire.Entry, error] {
	return func(yield func(wire.Entry, error) bool) {
		for e, err := range b.store.Read(0) {
			if !yield(e, err) || err != nil {
				return
			}
		}
		for _, e := range b.entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// repeated answers an act whose id was taken before: as it was answered then, if it
// says the same.
func (b *batch) repeated(a offtake.Act, version journal.Version) answer {
	e, err := b.entry(version)
	if err != nil {
		return answer{err: err}
	}
	same, err := broker.Repeats(a, e.Act)
	switch {
	case err != nil:
		return answer{err: err}
	case !same:
		return answer{err: offtake.Refuse(offtake.Conflict, "act %q was taken with other content", a.ID)}
	}
	return answer{taken: Taken{Version: version, Act: e.Act, Events: e.Events, Repeated: true}}
}

// entry gives an entry, of the journal or of the batch, counted from 1.
func (b *batch) entry(version journal.Version) (wire.Entry, error) {
	if version > b.at {
		return b.entries[version-b.at-1], nil
	}
	for e, err := range b.store.Read(version - 1) {
		return e, err
	}
	return wire.Entry{}, offtake.Refuse(offtake.Internal, "entry %d cannot be read", version)
}

// pass lets pass what falls due before an instant.
func (b *batch) pass(until time.Time) {
	for b.err == nil {
		a, ok := b.state.DueBefore(until)
		if !ok {
			return
		}
		events, err := b.state.Decide(a)
		if err != nil { // else it would be due for ever
			b.err = offtake.Refuse(offtake.Internal, "what is due at %s cannot be decided: %w", offtake.Stamp(a.At), err)
			return
		}
		b.write(wire.Entry{Act: a, Events: events})
	}
}

// mostPlaced bounds how much work is placed in one batch; the rest is in the next.
const mostPlaced = 1000

// placeWaiting starts work for which capacity is free.
func (b *batch) placeWaiting() {
	if b.o.Start == nil || b.state.Market() == nil {
		return
	}
	at := b.instant()
	next := b.o.Start(b.state.Market(), at)
	for range mostPlaced {
		deed, ok := next()
		if !ok || b.err != nil {
			return
		}
		a := offtake.Act{ID: newID(), At: at, By: b.state.Book().Buyer, Deed: deed}
		events, err := b.state.Decide(a)
		if err != nil {
			b.o.Log.Warn("work that was to be placed was refused", "job", deed.Job, "error", err)
			return
		}
		b.write(wire.Entry{Act: a, Events: events})
	}
}

// write folds an entry that is to be committed.
func (b *batch) write(e wire.Entry) {
	e.Code = b.o.Code
	e.Receipt.Recorded = later(b.state.Recorded(), b.time())
	if b.state.Doubted() != "" {
		e.Receipt.Doubted = true
	}
	if err := b.state.Fold(&e); err != nil {
		b.err = err
	}
	b.entries = append(b.entries, e)
}

// commit writes the batch down. If it cannot be, the state is what the store holds,
// and nothing of the batch was taken.
func (b *batch) commit() error {
	err := b.err
	if err == nil && len(b.entries) > 0 {
		err = b.append()
	}
	if err == nil {
		b.stats.commit(len(b.entries))
		return nil
	}
	b.stats.failures.Add(1)
	if again := b.load(); again != nil {
		b.o.Log.Error("the journal cannot be read after a failure", "error", again)
	}
	return err
}

func (b *batch) append() error {
	w := journal.Batch{Entries: b.entries}
	if b.o.Effects != nil {
		w.Effects = b.o.Effects(b.state, b.at, b.entries)
	}
	at, err := b.store.Commit(b.at, w)
	if offtake.KindOf(err) == offtake.Internal { // it may be written all the same
		reached, landed, asked := journal.Landed(b.store, b.at, b.entries)
		if asked == nil && landed {
			at, err = reached, nil
		}
	}
	if err != nil {
		return err
	}
	b.at = at
	return nil
}

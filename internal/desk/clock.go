package desk

import (
	"fmt"
	"sync/atomic"
	"time"
)

// A Clock tells the time twice: as people have it, who may set it, and as it runs,
// which nobody can.
type Clock interface {
	Now() time.Time         // as people have it
	Running() time.Duration // since some instant, the same as long as the program runs
	// Wake gives a channel that is told once Running has come so far; at once where it has.
	Wake(running time.Duration) <-chan time.Time
}

// Machine is the clock of the machine.
type Machine struct{ start time.Time }

// NewMachine gives the clock of the machine.
func NewMachine() Machine { return Machine{time.Now()} }

// Now implements Clock.
func (m Machine) Now() time.Time { return time.Now().Round(0) }

// Running implements Clock.
func (m Machine) Running() time.Duration { return time.Since(m.start) }

// Wake implements Clock.
func (m Machine) Wake(running time.Duration) <-chan time.Time {
	return time.After(running - m.Running())
}

// How far a clock may stray before nobody knows what time it is.
const (
	strays = 2 * time.Second
	sleeps = 24 * time.Hour // how long after the last act a broker may start
)

// A watch is what the time is taken from: the two clocks, and where they stood
// together.
type watch struct {
	clock   Clock
	wall    time.Time
	running time.Duration
}

func newWatch(c Clock) watch {
	return watch{clock: c, wall: c.Now(), running: c.Running()}
}

// should gives what time it is if nobody has set the clock.
func (w *watch) should() time.Time { return w.wall.Add(w.clock.Running() - w.running) }

// apart says why the clocks do not agree; "" where they do.
func (w *watch) apart() string {
	now, should := w.clock.Now(), w.should()
	switch d := now.Sub(should); {
	case d > strays:
		return fmt.Sprintf("the clock was set forward by %s, from %s to %s", d.Round(time.Second), stamp(should), stamp(now))
	case d < -strays:
		return fmt.Sprintf("the clock was set back by %s, from %s to %s", (-d).Round(time.Second), stamp(should), stamp(now))
	}
	return ""
}

// atStart says why a clock is not to be trusted by who starts after what was last
// written down; "" where it is.
func (w *watch) atStart(last time.Time) string {
	switch {
	case last.IsZero():
		return ""
	case w.wall.Before(last):
		return fmt.Sprintf("the clock stands at %s, before the last act, of %s", stamp(w.wall), stamp(last))
	case w.wall.Sub(last) > sleeps:
		return fmt.Sprintf("the clock stands at %s, more than a day after the last act, of %s", stamp(w.wall), stamp(last))
	}
	return ""
}

// trust takes the clock as it stands.
func (w *watch) trust() { *w = newWatch(w.clock) }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Rehearsal is a clock that starts at any instant, runs as the machine's does, and is
// put forward by whoever rehearses. What is recorded under it happened to nobody.
type Rehearsal struct {
	start time.Time
	since time.Time
	ahead atomic.Int64
}

// NewRehearsal gives a clock that starts at an instant.
func NewRehearsal(start time.Time) *Rehearsal { return &Rehearsal{start: start, since: time.Now()} }

// Now implements Clock.
func (r *Rehearsal) Now() time.Time { return r.start.Add(r.Running()) }

// Running implements Clock.
func (r *Rehearsal) Running() time.Duration {
	return time.Since(r.since) + time.Duration(r.ahead.Load())
}

// Wake implements Clock.
func (r *Rehearsal) Wake(running time.Duration) <-chan time.Time {
	return time.After(running - r.Running())
}

// Forward puts the clock forward to an instant. It is never put back.
func (r *Rehearsal) Forward(to time.Time) {
	if d := to.Sub(r.Now()); d > 0 {
		r.ahead.Add(int64(d))
	}
}

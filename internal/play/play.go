// Package play runs a written case: a log of acts, one JSON object a line,
// through the first-refusal processes of a book, as they stood at any instant.
//
// It decides nothing. Acts go to the same deals that the market runs, deadlines
// pass between them as they fall due, and every act has an outcome: taken,
// nonconforming, duplicate or rejected. A breach is taken: a log records facts.
// What is no log of acts (a line that is no JSON object) is an error with its
// line, and nothing is played.
package play

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/market/terms"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/wire"
)

// An Outcome is what became of an act.
type Outcome string

// The outcomes.
const (
	Taken         Outcome = "taken"
	Nonconforming Outcome = "nonconforming"
	Duplicate     Outcome = "duplicate"
	Rejected      Outcome = "rejected"
)

// A Played is an act of the log, or a deadline that passed between two, and
// what followed.
type Played struct {
	Act     offtake.Act
	Outcome Outcome // "" for a deadline
	Reason  string  // of a rejection
	Events  []offtake.Event
	Anew    []Played // of evidence for which the log was played anew: all of it, as it is now
}

// A Picture is how all processes stand at an instant: after every act and
// deadline at or before it.
type Picture struct {
	At        time.Time
	Processes []refusal.Process
}

// A Case is a log that was played.
type Case struct {
	Book     *offtake.Book
	Log      []Played // acts and deadlines in the order in which they took effect
	Pictures []Picture
}

// Acts gives what became of each act of the log, in its order.
func (c *Case) Acts() (acts []Played) {
	for _, p := range c.Log {
		if p.Outcome != "" {
			acts = append(acts, p)
		}
	}
	return acts
}

// longest bounds a line of the log.
const longest = 16 << 20

// Run plays a log under a book's law. Without instants to look at, the end of
// the log is pictured.
func Run(b *offtake.Book, l *rights.Law, log io.Reader, asOf []time.Time) (*Case, error) {
	law := terms.New(b, l, time.Time{})
	p := &player{law: law, deals: deal.New(law), book: b, seen: map[offtake.ActID][sha256.Size]byte{}, out: &Case{Book: b}}
	law.Told.Spent = func(ref offtake.ClauseRef) (time.Time, bool) { return p.deals.Spent(ref) }
	p.stops = append(p.stops, asOf...)
	slices.SortFunc(p.stops, time.Time.Compare)
	lines := bufio.NewScanner(log)
	lines.Buffer(make([]byte, 0, 64<<10), longest)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if line[0] != '{' || !json.Valid(line) {
			return nil, offtake.Refuse(offtake.Invalid, "line %d is no JSON object: %.60q; write one act a line, as {\"id\":\"a1\",\"at\":\"2025-06-03T17:00:00Z\",...}", n, line)
		}
		p.line(line)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, offtake.Refuse(offtake.Invalid, "line %d is longer than %d MB", n+1, longest>>20)
	case err != nil:
		return nil, err
	}
	if len(asOf) == 0 && n > 0 {
		p.stops = []time.Time{p.now}
		asOf = p.stops
	}
	p.until(time.Time{})
	for _, t := range asOf {
		i := slices.IndexFunc(p.pictures, func(q Picture) bool { return q.At.Equal(t) })
		p.out.Pictures = append(p.out.Pictures, p.pictures[i])
	}
	return p.out, nil
}

// A player is a case being played.
type player struct {
	law      *terms.Law
	deals    *deal.Deals
	acts     []offtake.Act // those that were decided, whatever became of them, as evidence has them
	book     *offtake.Book
	seen     map[offtake.ActID][sha256.Size]byte
	now      time.Time
	stops    []time.Time // still to be pictured, ascending
	pictures []Picture
	again    []Played // what an act of evidence has played anew
	out      *Case
}

// line plays one line of the log.
func (p *player) line(text []byte) {
	act, err := wire.ParseAct(text)
	if err != nil {
		var head struct{ ID string }
		_ = json.Unmarshal(text, &head) // as much of it as can be read
		act.ID = offtake.ActID(head.ID)
		p.told(act, Rejected, err.Error(), nil)
		return
	}
	if act.ID == "" {
		p.told(act, Rejected, "it has no id", nil)
		return
	}
	canonical, err := wire.AppendAct(nil, &act)
	if err != nil {
		p.told(act, Rejected, err.Error(), nil)
		return
	}
	sum := sha256.Sum256(canonical)
	switch was, ok := p.seen[act.ID]; {
	case ok && was == sum:
		p.told(act, Duplicate, "", nil)
		return
	case ok:
		p.told(act, Rejected, "an act of that id was taken with other content", nil)
		return
	case act.At.Before(p.now):
		p.told(act, Rejected, "it was received at "+offtake.Stamp(act.At)+", before an act that stands before it, of "+offtake.Stamp(p.now), nil)
		return
	}
	p.until(act.At)
	p.now = act.At
	events, err := p.decide(act)
	if e, ok := act.Deed.(offtake.Evidence); ok && offtake.KindOf(err) == offtake.NotSupported {
		events, err = nil, p.anew(e)
	}
	if _, is := act.Deed.(offtake.Evidence); !is {
		p.acts = append(p.acts, act)
	}
	if err != nil {
		p.told(act, Rejected, err.Error(), nil)
		return
	}
	p.seen[act.ID] = sum
	p.follow(act, events)
	p.told(act, outcomeOf(events), "", events)
}

// anew plays the whole log again with one act at the instant at which it was
// truly received. Nobody has relied on what is upset by that; what was told of
// the acts so far stays told.
func (p *player) anew(e offtake.Evidence) error {
	i := slices.IndexFunc(p.acts, func(a offtake.Act) bool { return a.ID == e.Of })
	switch {
	case i < 0:
		return offtake.Refuse(offtake.NotFound, "act %.60q is not in the log", e.Of)
	case e.Received.After(p.now):
		return offtake.Refuse(offtake.Invalid, "evidence says that %q was received at %s, which is still to come", e.Of, offtake.Stamp(e.Received))
	}
	acts := slices.Clone(p.acts)
	moved := acts[i]
	moved.At = e.Received
	acts = slices.Delete(acts, i, i+1)
	to := slices.IndexFunc(acts, func(a offtake.Act) bool { return a.At.After(e.Received) })
	if to < 0 {
		to = len(acts)
	}
	p.acts = slices.Insert(acts, to, moved)
	p.deals = deal.New(p.law)
	for _, a := range p.acts {
		p.again = append(p.again, p.passQuietly(func(due time.Time, act offtake.Act) bool { return deal.Comes(due, act, a.At) })...)
		if events, err := p.decide(a); err == nil {
			p.follow(a, events)
			p.again = append(p.again, Played{Act: a, Outcome: outcomeOf(events), Events: events})
		}
	}
	p.again = append(p.again, p.passQuietly(func(due time.Time, act offtake.Act) bool { return deal.Comes(due, act, p.now) })...)
	return nil
}

func (p *player) told(a offtake.Act, o Outcome, reason string, events []offtake.Event) {
	p.out.Log = append(p.out.Log, Played{Act: a, Outcome: o, Reason: reason, Events: events, Anew: p.again})
	p.again = nil
}

// outcomeOf: an act that reaches several processes is taken if any takes it.
func outcomeOf(events []offtake.Event) Outcome {
	if len(events) == 0 {
		return Taken
	}
	for _, e := range events {
		if _, off := e.(offtake.AnsweredOffTerms); off {
			return Nonconforming
		}
	}
	return Taken
}

// decide asks the deals; acts that only a running broker knows are no acts of a
// written case.
func (p *player) decide(a offtake.Act) ([]offtake.Event, error) {
	switch a.Deed.(type) {
	case offtake.Award, offtake.PlaceJob, offtake.FinishJob, offtake.UsageReport:
		return nil, offtake.Refuse(offtake.Invalid, "act %q is no act of a first-refusal process", a.Deed.Name())
	case offtake.Deadline:
		return nil, offtake.Refuse(offtake.Forbidden, "a deadline passes by itself, and nobody may make it pass")
	}
	if _, known := p.book.Party(a.By); !known {
		return nil, offtake.Refuse(offtake.NotFound, "party %.60q is not declared in the book", a.By)
	}
	return p.deals.Decide(a)
}

func (p *player) follow(a offtake.Act, events []offtake.Event) {
	for _, e := range events {
		p.deals.Apply(a.At, e)
	}
}

// until lets the deadlines before an instant pass, and takes the pictures that
// fall before it. The zero time is the end of all there is to picture.
func (p *player) until(t time.Time) {
	for len(p.stops) > 0 && (t.IsZero() || p.stops[0].Before(t)) {
		stop := p.stops[0]
		p.pass(func(due time.Time, _ offtake.Act) bool { return !due.After(stop) })
		p.pictures = append(p.pictures, Picture{At: stop, Processes: p.deals.Processes()})
		p.stops = p.stops[1:]
	}
	if !t.IsZero() {
		p.pass(func(due time.Time, act offtake.Act) bool { return deal.Comes(due, act, t) })
	}
}

func (p *player) pass(falls func(time.Time, offtake.Act) bool) {
	p.out.Log = append(p.out.Log, p.passQuietly(falls)...)
}

func (p *player) passQuietly(falls func(time.Time, offtake.Act) bool) (passed []Played) {
	for {
		at, act, ok := p.deals.Due()
		if !ok || !falls(at, act) {
			return passed
		}
		events, err := p.deals.Decide(act)
		if err != nil {
			return passed
		}
		p.follow(act, events)
		passed = append(passed, Played{Act: act, Events: events})
	}
}

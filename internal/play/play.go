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

// A Told act is what became of one of the log.
type Told struct {
	ID      offtake.ActID
	Outcome Outcome
	Reason  string // of a rejection
	Head    *Head  // nil where heads were not asked for
}

// A Head says of an act what its name does not.
type Head struct {
	At   time.Time
	By   offtake.PartyName
	Deed string // its word; "" where it could not be read
}

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
	Processes []*refusal.Process
}

// A Case is a log that was played.
type Case struct {
	Book     *offtake.Book
	Acts     []Told   // in the order of the log
	Log      []Played // where it was to be kept: acts and deadlines in the order in which they took effect
	Pictures []Picture
}

// Options say what of a case is wanted.
type Options struct {
	AsOf  []time.Time // the instants to picture; none: the end of the log
	Heads bool        // tell of each act what it was
	Keep  bool        // keep the whole log with what followed
}

// Run plays a log under a book's law. It reads the log from where it stands,
// and once more where evidence makes it play again what it has played.
func Run(b *offtake.Book, l *rights.Law, log io.ReadSeeker, o Options) (*Case, error) {
	law := terms.New(b, l, time.Time{})
	p := &player{law: law, deals: deal.New(law), book: b, log: source{log: log}, keep: o.Keep, heads: o.Heads, out: &Case{Book: b}}
	law.Told.Spent = func(ref offtake.ClauseRef) (time.Time, bool) { return p.deals.Spent(ref) }
	law.Told.Broken = func() []offtake.ClauseRef { return p.deals.Broken() }
	p.stops = slices.SortedFunc(slices.Values(o.AsOf), time.Time.Compare)
	var err error
	if p.begin, err = log.Seek(0, io.SeekCurrent); err != nil {
		return nil, err
	}
	n, err := p.log.length(p.begin)
	if err != nil {
		return nil, err
	}
	p.seen, p.out.Acts = make(map[offtake.ActID]digest, n), make([]Told, 0, n)
	err = eachRead(&p.log, p.read)
	switch {
	case err != nil:
		return nil, err
	case len(o.AsOf) == 0 && !p.now.IsZero(): // else nothing happened that could be pictured
		o.AsOf = []time.Time{p.now}
		p.stops = o.AsOf
	}
	p.over = true
	p.until(time.Time{})
	for _, t := range o.AsOf {
		i := slices.IndexFunc(p.pictures, func(q Picture) bool { return q.At.Equal(t) })
		p.out.Pictures = append(p.out.Pictures, p.pictures[i])
	}
	return p.out, nil
}

// A player is a case being played.
type player struct {
	law      *terms.Law
	deals    *deal.Deals
	book     *offtake.Book
	seen     map[offtake.ActID]digest
	now      time.Time
	stops    []time.Time // still to be pictured, ascending
	pictures []Picture
	keep     bool
	heads    bool
	over     bool     // the log is: what is pictured after it does not change any more
	again    []Played // what an act of evidence has played anew, where that is kept
	out      *Case

	log     source
	begin   int64   // of its first line
	lines   int     // that were played
	decided bits    // which of them were decided, whatever became of them
	entries []entry // those, as evidence has them, once there was some
}

// read plays one act of the log.
func (p *player) read(r *read) error {
	n, act := p.lines, r.act
	p.lines++
	if r.why != "" {
		p.told(act, Rejected, r.why, nil)
		return nil
	}
	if outcome, why := p.known(r); outcome != "" {
		p.told(act, outcome, why, nil)
		return nil
	}
	p.until(act.At)
	p.now = act.At
	var events []offtake.Event
	var err error
	if evidence, is := act.Deed.(offtake.Evidence); is {
		var broken error
		if events, err, broken = p.evidence(n, act, evidence); broken != nil {
			return broken
		}
	} else {
		events, err = p.decide(act)
		p.decided.set(n)
		if p.entries != nil {
			p.entries = append(p.entries, entry{line: n, act: act})
		}
	}
	if err != nil {
		p.told(act, Rejected, err.Error(), nil)
		return nil
	}
	p.deals.Fold(act.At, events)
	p.seen[act.ID] = r.sum
	p.told(act, outcomeOf(events), "", events)
	return nil
}

// known says what becomes of an act that need not be decided: a second one of its
// name, or one that comes too late in the log.
func (p *player) known(r *read) (o Outcome, why string) {
	switch was, ok := p.seen[r.act.ID]; {
	case ok && was == r.sum:
		return Duplicate, ""
	case ok:
		return Rejected, "an act of that id was taken with other content"
	case r.act.At.Before(p.now):
		return Rejected, "it was received at " + offtake.Stamp(r.act.At) + ", before an act that stands before it, of " + offtake.Stamp(p.now)
	}
	return "", ""
}

func (p *player) told(a offtake.Act, o Outcome, reason string, events []offtake.Event) {
	t := Told{ID: a.ID, Outcome: o, Reason: reason}
	if p.heads {
		t.Head = &Head{At: a.At, By: a.By}
		if a.Deed != nil {
			t.Head.Deed = a.Deed.Name()
		}
	}
	p.out.Acts = append(p.out.Acts, t)
	if p.keep {
		p.out.Log = append(p.out.Log, Played{Act: a, Outcome: o, Reason: reason, Events: events, Anew: p.again})
		p.again = nil
	}
}

// replayed keeps what has been played anew.
func (p *player) replayed(again Played) {
	if p.keep {
		p.again = append(p.again, again)
	}
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
	if _, is := a.Deed.(offtake.Deadline); is {
		return nil, offtake.Refuse(offtake.Forbidden, "a deadline passes by itself, and nobody may make it pass")
	}
	if !wire.IsStep(a.Deed) {
		return nil, offtake.Refuse(offtake.Invalid, "act %q is no act of a first-refusal process", a.Deed.Name())
	}
	if err := p.party(a.By); err != nil {
		return nil, err
	}
	return p.deals.Decide(a)
}

// party refuses who is not declared.
func (p *player) party(by offtake.PartyName) error {
	if _, known := p.book.Party(by); !known {
		return offtake.Refuse(offtake.NotFound, "party %.60q is not declared in the book", by)
	}
	return nil
}

// until lets the deadlines before an instant pass, and takes the pictures that
// fall before it. The zero time is the end of all there is to picture.
func (p *player) until(t time.Time) {
	for len(p.stops) > 0 && (t.IsZero() || p.stops[0].Before(t)) {
		stop := p.stops[0]
		p.pass(func(due time.Time, _ offtake.Act) bool { return !due.After(stop) })
		p.pictures = append(p.pictures, Picture{At: stop, Processes: p.deals.Standing(p.over && len(p.stops) == 1)})
		p.stops = p.stops[1:]
	}
	if !t.IsZero() {
		p.pass(func(due time.Time, act offtake.Act) bool { return deal.Comes(due, act, t) })
	}
}

func (p *player) pass(falls func(time.Time, offtake.Act) bool) {
	p.passQuietly(falls, func(passed Played) {
		if p.keep {
			p.out.Log = append(p.out.Log, passed)
		}
	})
}

// passQuietly lets deadlines pass, and tells of each.
func (p *player) passQuietly(falls func(time.Time, offtake.Act) bool, tell func(Played)) {
	for {
		at, act, ok := p.deals.Due()
		if !ok || !falls(at, act) {
			return
		}
		events, err := p.deals.Decide(act)
		if err != nil {
			return
		}
		p.deals.Fold(act.At, events)
		tell(Played{Act: act, Events: events})
	}
}

// bits are a set of line numbers.
type bits []uint64

func (b *bits) set(n int) {
	for n/64 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[n/64] |= 1 << (n % 64)
}

func (b bits) has(n int) bool { return n/64 < len(b) && b[n/64]&(1<<(n%64)) != 0 }

package play

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/wire"
)

// Evidence says that an act was received at another instant than the log has it.
// As long as nobody has relied on the outcome the log is played anew, with the act at its
// true instant; what was told of the acts so far stays told. Where somebody has,
// in a process that the act is about or in any other whose outcome would change,
// nothing flips, and what is at stake is disputed.

// An entry is an act as evidence has it.
type entry struct {
	line     int // of the log, counted from 0
	act      offtake.Act
	disputes []offtake.Event // what evidence came to that could change nothing by itself
}

// evidence decides an act of evidence, which stands in a line of the log. A log that
// cannot be read again is broken.
func (p *player) evidence(line int, a offtake.Act, e offtake.Evidence) (disputes []offtake.Event, err, broken error) {
	if err := p.party(a.By); err != nil {
		return nil, err, nil
	}
	switch {
	case e.Received.IsZero():
		return nil, offtake.Refuse(offtake.Invalid, "evidence does not say when the act was received"), nil
	case e.Received.After(a.At):
		return nil, offtake.Refuse(offtake.Invalid, "evidence says that %.60q was received at %s, which is still to come", e.Of, offtake.Stamp(e.Received)), nil
	}
	if broken := p.recall(); broken != nil {
		return nil, nil, broken
	}
	i := p.entryOf(e.Of)
	switch {
	case i < 0:
		return nil, offtake.Refuse(offtake.NotFound, "act %.60q is not in the log", e.Of), nil
	case e.Received.Equal(p.entries[i].act.At):
		return nil, offtake.Refuse(offtake.Invalid, "evidence says that %.60q was received at %s, which is when it stands in the log", e.Of, offtake.Stamp(e.Received)), nil
	}
	upset, err := p.deals.Upset(a, p.entries[i].act)
	if err != nil {
		return nil, err, nil
	}
	if !slices.ContainsFunc(upset, func(u *refusal.Process) bool { return u.Relied }) {
		flipped := p.anew(i, e.Received)
		if flipped == nil {
			return nil, nil, nil
		}
		for _, f := range flipped {
			if !slices.ContainsFunc(upset, func(u *refusal.Process) bool { return u.ID == f.ID }) {
				upset = append(upset, f)
			}
		}
	}
	for _, u := range upset {
		disputes = append(disputes, u.Dispute())
	}
	p.entries = append(p.entries, entry{line, a, disputes})
	return disputes, nil, nil
}

// entryOf gives the act of a name: of several the last, since the others were rejected
// and left the name free; -1 where there is none.
func (p *player) entryOf(id offtake.ActID) int {
	found := -1
	for i, e := range p.entries {
		if e.act.ID == id && e.disputes == nil && (found < 0 || e.line > p.entries[found].line) {
			found = i
		}
	}
	return found
}

// recall reads the acts that were decided so far once more.
func (p *player) recall() error {
	if p.entries != nil {
		return nil
	}
	p.entries = []entry{}
	n := 0
	return p.log.again(p.begin, func(line []byte) error {
		if n == p.lines-1 {
			return errRead
		}
		if p.decided.has(n) {
			act, err := wire.ParseStep(line)
			if err != nil {
				return err
			}
			p.entries = append(p.entries, entry{line: n, act: act})
		}
		n++
		return nil
	})
}

// anew plays the whole log again with one act at another instant. Where that would
// change an outcome on which somebody has relied, everything stays as it was, and
// it gives the processes that would change.
func (p *player) anew(i int, received time.Time) []*refusal.Process {
	were, entries := p.deals, p.entries
	moved := entries[i]
	moved.act.At = received
	rest := slices.Delete(slices.Clone(entries), i, i+1)
	to := slices.IndexFunc(rest, func(e entry) bool { return e.act.At.After(received) })
	if to < 0 {
		to = len(rest)
	}
	p.deals, p.entries = deal.New(p.law), slices.Insert(rest, to, moved)
	for _, e := range p.entries {
		p.passQuietly(func(due time.Time, act offtake.Act) bool { return deal.Comes(due, act, e.act.At) }, p.replayed)
		events, err := e.disputes, error(nil)
		if events == nil {
			events, err = p.decide(e.act)
		}
		if err == nil {
			p.deals.Fold(e.act.At, events)
			p.replayed(Played{Act: e.act, Outcome: outcomeOf(events), Events: events})
		}
	}
	p.passQuietly(func(due time.Time, act offtake.Act) bool { return deal.Comes(due, act, p.now) }, p.replayed)
	flipped := were.Flipped(p.deals)
	if flipped != nil {
		p.deals, p.entries, p.again = were, entries, nil
	}
	return flipped
}

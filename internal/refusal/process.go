package refusal

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// A Process is one right's course over one opportunity. It is a value: Apply
// gives a new one and leaves the old as it was.
type Process struct {
	ID          offtake.ProcessID
	Opportunity offtake.OpportunityID
	Contract    *Contract
	After       offtake.ProcessID // the process it succeeds
	Left        offtake.Duration  // what the predecessor's window had left
	LeftRank    int64             // whose window that was

	Terms     *offtake.OfferTerms // as last revised; what they point to never changes
	Product   offtake.Product     // of a first placement
	Stated    []offtake.Says      // of what excuses it
	Why       string              // what the present state rests on
	Opened    time.Time
	Triggered time.Time // since when a notice is owed
	Notify    *Clock    // what it points to never changes, as with all clocks
	Missed    bool      // no complete notice by then

	Served   time.Time           // when the notice that counts was received; zero: none does
	Noticed  *offtake.OfferTerms // what the holders may take; says nothing where no notice counts
	Baseline *offtake.OfferTerms // of the first complete notice: what a third party must not do better than
	Contents []offtake.Content
	Missing  []offtake.Content // what the notice lacks and may be objected to
	Object   *Clock

	Seats       []Seat // by rank, then in the clause's order
	Former      []Seat // that an amendment took away from who is bound
	Rank, Round int64  // opened last; 0: none was

	Causes   []string              // for which time stands still
	Doubt    offtake.Doubt         // that blocks the way
	Proposed *offtake.OfferTerms   // the revision that raised it; nil: no revision did
	Settled  []*offtake.OfferTerms // that were found for the grantor: what is in them is not asked again
	Waiting  *ThirdParty           // signed on the condition of a release
	Asked    *ThirdParty           // signed, and only the determiner can judge its terms
	Engaged  bool                  // a third party has signed at some time: what it offered is an agreement
	Folded   int64                 // events so far
	Relied   bool                  // somebody has acted on the outcome: nothing flips by itself any more
	Closed   bool                  // a third party's deal took effect while the right did not stand in its way
	Parts    []Part                // quantities add up to what was offered
}

// A Seat is a holder's place in the clause, and who sits there.
type Seat struct {
	offtake.Holder
	Named offtake.PartyName // whom the clause puts there
	Asked bool              // its rank was opened
	Until time.Time         // when its last window ended or ends
}

// A Part is a quantity and where it stands.
type Part struct {
	Quantity int64
	State    offtake.ProcessState
	Since    time.Time
	Was      offtake.ProcessState // the state before this one
	Paused   offtake.ProcessState // the state that a toll or a question interrupts

	Of     offtake.DeadlineName // which deadline Clock is; "": none runs
	Clock  *Clock               // what it points to never changes
	Offer  *Round               // while holders may answer for it
	Party  offtake.PartyName    // the holder that is bound
	Terms  *offtake.OfferTerms  // on which it is; what they point to never changes
	Agreed bool                 // it has signed, and must deliver
	SignBy time.Time            // until when a third party may be signed
	Signed *ThirdParty          // that was
	Under  *offtake.ClauseRef   // of what is withdrawn: the right under which it went; nil: none
}

// A Round is what holders are asked about a part. It never changes.
type Round struct {
	Rank    int64
	N       int64 // 2: the round of those that took their full share
	Asked   []offtake.PartyName
	Answers []Answer
	Kept    []offtake.Taking // by those asked before
	Lapsed  bool             // the part comes from a holder that failed, of this right or of another
	Anew    bool             // the part was withdrawn, and its ranks are asked one after the other again
}

// An Answer is what a holder said; a quantity of 0 is that it passed.
type Answer struct {
	By       offtake.PartyName
	Quantity int64
}

// A ThirdParty is a signature of the third party.
type ThirdParty struct {
	At       time.Time
	Terms    *offtake.OfferTerms
	Quantity int64     // 0 while it waits: all that will be released
	Waits    bool      // it is what waited for the release that is asked about
	CloseBy  time.Time // until when it must take effect; zero while it waits for a release
	Overdue  bool
}

// A Clock is a deadline and what it was counted from, so that it can be counted
// again when time has stood still.
type Clock struct {
	From   time.Time
	Length offtake.Duration
	Notice bool // From is a receipt, which may be too late for its day
	Tolls  []civil.Toll
	Floor  time.Time // it is no earlier than this; zero: as counted
	By     time.Time // zero: none that can be written
}

// noClock is that of a part without a deadline.
var noClock Clock

// run lets a deadline of the part run.
func (q *Part) run(of offtake.DeadlineName, c Clock) { q.Of, q.Clock = of, &c }

// halt takes the part's deadline away.
func (q *Part) halt() { q.Of, q.Clock = "", &noClock }

// IsZero reports whether there is no deadline at all.
func (c Clock) IsZero() bool { return c.From.IsZero() }

func (c Clock) window(r civil.Rules) civil.Window {
	return civil.Window{Rules: r, Notice: c.Notice, From: c.From, Length: c.Length, Tolls: c.Tolls}
}

// counted gives the deadline, counted anew.
func (c Clock) counted(r civil.Rules) time.Time {
	at, known := c.window(r).Deadline()
	if known && at.Before(c.Floor) {
		return c.Floor
	}
	return at
}

// stopped gives the clock with time standing still from an instant on.
func (c Clock) stopped(at time.Time) Clock {
	if !c.IsZero() {
		c.Tolls = append(slices.Clone(c.Tolls), civil.Toll{From: at})
	}
	return c
}

// running gives the clock with time running again. Its deadline is counted by
// who decides that, and is no earlier than the instant.
func (c Clock) running(at time.Time) Clock {
	n := len(c.Tolls)
	if n > 0 && c.Tolls[n-1].Until.IsZero() {
		c.Tolls = slices.Clone(c.Tolls)
		c.Tolls[n-1].Until = at
		if c.Floor.Before(at) && !c.By.IsZero() && c.By.Before(at) {
			c.Floor = at
		}
	}
	return c
}

// Final reports whether a state ends a part.
func Final(s offtake.ProcessState) bool {
	switch s {
	case offtake.NotTriggered, offtake.IsSuperseded, offtake.IsWithdrawn, offtake.IsFulfilled,
		offtake.ClosedThirdParty, offtake.IsTailExpired, offtake.IsWaived, offtake.IsBreached:
		return true
	}
	return false
}

// Live reports whether any part has not ended.
func (p *Process) Live() bool { return p.any(Part.live) }

// State gives the state of the process as a whole: contracting if any part is,
// else a live state before released, else released, else the state of the part
// that ended last.
func (p *Process) State() offtake.ProcessState {
	var state offtake.ProcessState
	var since time.Time
	best := -1
	for _, part := range p.Parts {
		rank := 0
		switch {
		case part.State == offtake.Contracting:
			rank = 4
		case part.State == offtake.IsUndetermined: // a question outweighs a toll
			rank = 3
		case part.State == offtake.InTail:
			rank = 1
		case part.live():
			rank = 2
		}
		breached := rank == best && state == offtake.IsBreached && part.Since.Equal(since) // outweighs what ended with it
		if rank > best || rank == best && !part.Since.Before(since) && !breached {
			best, state, since = rank, part.State, part.Since
		}
	}
	return state
}

// Quantity gives what was offered in all.
func (p *Process) Quantity() int64 { return p.sum(func(Part) bool { return true }) }

// Released gives what the third party may be signed for now.
func (p *Process) Released() int64 { return p.sum(Part.free) }

// Signed gives what the third party has signed for and not closed.
func (p *Process) Signed() int64 { return p.sum(Part.signed) }

// under gives the state of the part, or the one that a toll or a question
// interrupts.
func (q Part) under() offtake.ProcessState { return cmp.Or(q.Paused, q.State) }

func (q Part) live() bool { return !Final(q.State) }

// free reports whether the part is released and nobody has signed for it.
func (q Part) free() bool { return q.State == offtake.InTail && q.Signed == nil }

// pledged reports whether a third party has signed for the part, whether or not
// time stands still for it.
func (q Part) pledged() bool { return q.live() && q.Signed != nil }

func (q Part) signed() bool { return q.State == offtake.InTail && q.Signed != nil }

// offered reports whether holders may answer for the part now.
func (q Part) offered() bool { return q.State == offtake.Open || q.State == offtake.Allocating }

// unbound reports whether no holder is bound to the live part.
func (q Part) unbound() bool { return q.live() && q.Party == "" }

// left gives what of a part nobody asked before has taken.
func (q Part) left() int64 {
	n := q.Quantity
	if q.Offer != nil {
		for _, k := range q.Offer.Kept {
			n -= k.Quantity
		}
	}
	return n
}

// accepted reports whether a holder's acceptance stands and binds it sooner or
// later.
func (q Part) accepted() bool {
	if q.State == offtake.Contracting || q.Paused == offtake.Contracting {
		return true
	}
	if q.Offer == nil {
		return false
	}
	return len(q.Offer.Kept) > 0 || slices.ContainsFunc(q.Offer.Answers, func(a Answer) bool { return a.Quantity > 0 })
}

// answerOf gives what a holder said in a round.
func (r *Round) answerOf(by offtake.PartyName) (Answer, bool) {
	for _, a := range r.Answers {
		if a.By == by {
			return a, true
		}
	}
	return Answer{}, false
}

// kept gives what a holder has in hand of a part.
func (r *Round) kept(by offtake.PartyName) (n int64) {
	for _, k := range r.Kept {
		if k.Party == by {
			n += k.Quantity
		}
	}
	return n
}

func (p *Process) sum(which func(Part) bool) (n int64) {
	for _, part := range p.Parts {
		if which(part) {
			n += part.Quantity
		}
	}
	return n
}

func (p *Process) any(which func(Part) bool) bool { return slices.ContainsFunc(p.Parts, which) }

// find gives the first part that qualifies, or -1.
func (p *Process) find(which func(Part) bool) int { return slices.IndexFunc(p.Parts, which) }

func in(states ...offtake.ProcessState) func(Part) bool {
	return func(q Part) bool { return slices.Contains(states, q.State) }
}

// seat gives the place of who sits for a holder, or -1.
func (p *Process) seat(by offtake.PartyName) int {
	return slices.IndexFunc(p.Seats, func(s Seat) bool { return s.Party == by })
}

// former reports whether a party is bound in a seat that an amendment took away.
func (p *Process) former(by offtake.PartyName) bool {
	return slices.ContainsFunc(p.Former, func(s Seat) bool { return s.Party == by })
}

// Supplier gives where a holder would supply from.
func (p *Process) Supplier(holder offtake.PartyName) offtake.ProviderName {
	for _, s := range slices.Concat(p.Seats, p.Former) {
		if s.Party == holder {
			return s.Provider
		}
	}
	return ""
}

// stopped reports whether time stands still for a part that is not bound.
func (p *Process) stopped() bool { return len(p.Causes) > 0 || p.Doubt != "" }

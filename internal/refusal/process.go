package refusal

import (
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

	Terms    offtake.OfferTerms // as last revised
	Why      string             // what the present state rests on
	Opened   time.Time
	NotifyBy time.Time // zero: no deadline
	Missed   bool      // no complete notice by then

	Served    time.Time          // when the complete notice was received; zero: none was
	Window    offtake.Duration   // what the holder has from then on
	Rules     civil.Rules        // by which the window is counted
	Answer    time.Time          // the last instant of the window; zero: none that can be written
	Noticed   offtake.OfferTerms // what the holder may take
	Baseline  offtake.OfferTerms // of the first complete notice: what a third party must not do better than
	Triggered time.Time          // since when a notice is owed

	Waiting *ThirdParty // signed on the condition of a release
	Parts   []Part      // quantities add up to what was offered
}

// A Part is a quantity and where it stands.
type Part struct {
	Quantity int64
	State    offtake.ProcessState
	Since    time.Time
	Was      offtake.ProcessState // the state before this one

	Party      offtake.PartyName // the holder that is bound
	Definitive time.Time         // until when it must sign
	SignBy     time.Time         // until when a third party may be signed
	Signed     *ThirdParty       // that was
}

// A ThirdParty is a signature of the third party.
type ThirdParty struct {
	At       time.Time
	Terms    offtake.OfferTerms
	Quantity int64
	CloseBy  time.Time // until when it must take effect; zero while it waits for a release
	Overdue  bool
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
func (p *Process) Live() bool {
	for _, part := range p.Parts {
		if !Final(part.State) {
			return true
		}
	}
	return false
}

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
			rank = 3
		case part.State == offtake.InTail:
			rank = 1
		case !Final(part.State):
			rank = 2
		}
		if rank > best || rank == best && !part.Since.Before(since) {
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

// free reports whether the part is released and nobody has signed for it.
func (q Part) free() bool { return q.State == offtake.InTail && q.Signed == nil }

func (q Part) signed() bool { return q.State == offtake.InTail && q.Signed != nil }

func (p *Process) sum(which func(Part) bool) (n int64) {
	for _, part := range p.Parts {
		if which(part) {
			n += part.Quantity
		}
	}
	return n
}

func (p *Process) any(which func(Part) bool) bool {
	for _, part := range p.Parts {
		if which(part) {
			return true
		}
	}
	return false
}

func in(states ...offtake.ProcessState) func(Part) bool {
	return func(q Part) bool {
		for _, s := range states {
			if q.State == s {
				return true
			}
		}
		return false
	}
}

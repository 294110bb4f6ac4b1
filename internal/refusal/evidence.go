package refusal

import (
	"reflect"
	"slices"

	"github.com/offtake-dev/offtake"
)

// Evidence says that an act was received at another instant than the log has it.
// Whoever keeps the log plays it anew with the act at its true instant, as long as
// nobody has relied on the outcome; where somebody has, nothing flips and the
// outcome is disputed.

// Decided reports whether there is an outcome that evidence could upset.
func (p *Process) Decided() bool { return !p.Undecided() && !p.any(in(offtake.NotTriggered)) }

// Steps reports whether an act is a step of its party in the process, whether or
// not its state has a place for it.
func (p *Process) Steps(a offtake.Act) bool { return p.steps(a) }

// Dispute gives what follows from evidence where somebody has relied on the outcome.
func (p *Process) Dispute() offtake.Event {
	return offtake.DisputeRaised{Process: p.ID, Why: "evidence came after somebody had relied on the outcome"}
}

// Flips reports whether another course of the process changes what somebody has
// relied on in this one: what a third party or a holder has signed, what took effect,
// what was breached, and what is disputed.
func (p *Process) Flips(other *Process) bool {
	return p.Relied && (p.Closed != other.Closed || p.Doubt == offtake.DoubtEvidence && other.Doubt != p.Doubt ||
		!slices.EqualFunc(p.reliedOn(), other.reliedOn(), func(a, b Part) bool {
			return a.Quantity == b.Quantity && a.State == b.State && a.Party == b.Party && signedAlike(a.Signed, b.Signed)
		}))
}

func (p *Process) reliedOn() (parts []Part) {
	for _, q := range p.Parts {
		ended := q.State == offtake.IsFulfilled || q.State == offtake.ClosedThirdParty || q.State == offtake.IsBreached
		if ended || q.Signed != nil || q.Agreed || q.State == offtake.IsDisputed {
			parts = append(parts, q)
		}
	}
	return parts
}

func signedAlike(a, b *ThirdParty) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Quantity == b.Quantity && a.Overdue == b.Overdue && a.CloseBy.Equal(b.CloseBy) && reflect.DeepEqual(a.Terms, b.Terms)
}

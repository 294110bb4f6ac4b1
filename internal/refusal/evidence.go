package refusal

import (
	"slices"

	"github.com/offtake-dev/offtake"
)

// evidence says that an act was received at another instant. Where somebody has
// relied on the outcome nothing flips; it is disputed. Where nobody has, the
// log is played anew, which is for who keeps the log.
func (s *step) evidence(offtake.Evidence) error {
	p := s.p
	switch {
	case p.Undecided() || p.any(in(offtake.NotTriggered)):
		return p.wrongState("nothing has been decided that evidence could upset")
	case !p.Relied:
		return offtake.Refuse(offtake.NotSupported, "process %q: playing its log anew with evidence is not supported yet where only events are kept", p.ID)
	}
	s.follow(offtake.DisputeRaised{Process: p.ID, Why: "evidence came after somebody had relied on the outcome"})
	return nil
}

// reading holds what was used against the share that a consent demands. Where
// it is broken, the right that the consent lifted is due for what is not closed.
func (s *step) reading(d offtake.PurposeReading) error {
	p := s.p
	cover := p.Contract.Covers(p.Opened, *p.Terms)
	if p.State() != offtake.NotTriggered || cover.Consent.IsZero() || cover.Share.Purposes == nil {
		return p.wrongState("it was not lifted by a consent with a share")
	}
	var sum offtake.Percent
	for _, share := range d.Shares {
		if slices.Contains(cover.Share.Purposes, share.Purpose) {
			sum += share.Share
		}
	}
	if sum >= cover.Share.AtLeast || p.Closed {
		s.follow(offtake.ThirdPartyNoted{Process: p.ID}) // closed purchases stay lawful
		return nil
	}
	end := p.Contract.Dates.Resolve(d.WindowEnd)
	s.follow(offtake.TermsReplaced{
		Process: p.ID, Terms: *p.Terms, State: offtake.NotifyDue,
		Why:      "the share of " + cover.Consent.String() + " was broken in the window that ended at " + offtake.Stamp(end) + ": " + sum.String() + " of " + cover.Share.AtLeast.String(),
		NotifyBy: p.Contract.after(end, p.Contract.Right.NotifyWithin), Since: end,
	})
	return nil
}

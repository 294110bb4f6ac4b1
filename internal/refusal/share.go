package refusal

import (
	"slices"

	"github.com/offtake-dev/offtake"
)

// A consent may lift the right on the condition that what is bought under it goes,
// in some share, to the purposes it names.

// LiftedBy gives the consent that lifts the right from the process, as long as it demands a
// share.
func (p *Process) LiftedBy() (consent offtake.ClauseRef, share offtake.ConsentShare, lifted bool) {
	if p.State() != offtake.NotTriggered {
		return consent, share, false
	}
	if state, _ := p.Contract.judge(*p.Terms, Cover{Reach: Inside}); state != offtake.NotifyDue || p.Contract.OwnOffer(*p.Terms) != "" {
		return consent, share, false // it would not be triggered without the consent
	}
	cover := p.Contract.Covers(p.Opened, *p.Terms)
	return cover.Consent, cover.Share, !cover.Consent.IsZero() && cover.Share.Purposes != nil
}

// reading holds what was used against the share that a consent demands. Where
// it is broken, the right that the consent lifted is due for what is not closed.
func (s *step) reading(d offtake.PurposeReading) error {
	p := s.p
	consent, share, lifted := p.LiftedBy()
	if !lifted {
		return p.wrongState("it was not lifted by a consent with a share")
	}
	if err := p.readable(s.a, d); err != nil {
		return err
	}
	got, broken := Measure(share, d)
	if !broken || p.Closed {
		s.follow(offtake.ThirdPartyNoted{Process: p.ID}) // closed purchases stay lawful
		return nil
	}
	end := p.Contract.Dates.Resolve(d.WindowEnd)
	s.follow(offtake.TermsReplaced{
		Process: p.ID, Terms: *p.Terms, State: offtake.NotifyDue,
		Why:      "the share of " + consent.String() + " was broken in the window that ended at " + offtake.Stamp(end) + ": " + got.String() + " of " + share.AtLeast.String(),
		NotifyBy: p.Contract.after(end, p.Contract.Right.NotifyWithin), Since: end,
	})
	return nil
}

// Measure gives what a reading says went to the purposes of a share, and whether
// that breaks it.
func Measure(share offtake.ConsentShare, d offtake.PurposeReading) (got offtake.Percent, broken bool) {
	for _, s := range d.Shares {
		if slices.Contains(share.Purposes, s.Purpose) {
			got += s.Share
		}
	}
	return got, got < share.AtLeast
}

// readable refuses a reading of what cannot have been measured.
func (p *Process) readable(a offtake.Act, d offtake.PurposeReading) error {
	var sum offtake.Percent
	for _, s := range d.Shares {
		if !slices.Contains(p.Contract.Book.Purposes, s.Purpose) {
			return offtake.Refuse(offtake.NotFound, "purpose %.60q is not declared in the book", s.Purpose)
		}
		sum += s.Share
	}
	switch end := p.Contract.Dates.Resolve(d.WindowEnd); {
	case len(d.Shares) == 0:
		return offtake.Refuse(offtake.Invalid, "reading says no shares")
	case sum > offtake.One:
		return offtake.Refuse(offtake.Invalid, "shares of the reading come to %s, more than all there is", sum)
	case d.WindowEnd.IsZero():
		return offtake.Refuse(offtake.Invalid, "reading does not say at which window_end the window ended that it is about")
	case end.After(a.At):
		return offtake.Refuse(offtake.Invalid, "window of the reading ends at %s, which is still to come", d.WindowEnd)
	}
	return nil
}

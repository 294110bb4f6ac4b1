package refusal

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/offtake-dev/offtake"
)

// toll stops the clocks for a cause that the clause lists.
func (s *step) toll(d offtake.Toll) error {
	p := s.p
	switch {
	case !slices.Contains(p.Contract.Right.Tolling, d.Cause):
		return offtake.Refuse(offtake.Invalid, "cause %.60q is not one for which clause %s tolls", d.Cause, p.Contract.Ref)
	case !p.Live():
		return p.wrongState("nothing runs that could be tolled")
	case slices.Contains(p.Causes, d.Cause):
		return p.wrongState("it is tolled for that cause")
	}
	s.follow(offtake.Tolled{Process: p.ID, Cause: d.Cause})
	return nil
}

// resume ends the toll for a cause, or for all.
func (s *step) resume(d offtake.Resume) error {
	p := s.p
	causes := p.Causes
	if d.Cause != "" {
		causes = []string{d.Cause}
	}
	if len(causes) == 0 || !slices.Contains(p.Causes, causes[0]) {
		return p.wrongState("it is not tolled for that")
	}
	for _, cause := range causes {
		e := offtake.Resumed{Process: p.ID, Cause: cause, NotifyBy: p.Notify.By, ObjectBy: p.Object.By}
		if len(p.Causes) == 1 {
			then := p.without(func(q *Process) { q.Causes = nil })
			e.NotifyBy, e.ObjectBy, e.Deadlines = then.recounted(s.a.At)
		}
		s.follow(e)
	}
	if p.Doubt == "" { // what was signed while time stood still
		s.answeredSignature()
		s.effect()
	}
	return nil
}

// without gives the process as it would be without something that stops it.
func (p *Process) without(change func(*Process)) *Process {
	q := *p
	change(&q)
	return &q
}

// recounted gives the deadlines of everything that runs again at an instant.
func (p *Process) recounted(at time.Time) (notifyBy, objectBy time.Time, parts []offtake.PartDeadline) {
	rules := p.Contract.Rules
	notifyBy, objectBy = p.Notify.By, p.Object.By
	if !p.stopped() {
		notifyBy, objectBy = p.Notify.again(at, p), p.Object.again(at, p)
	}
	for i, q := range p.Parts {
		still := len(p.Causes) > 0 || p.Doubt != "" && q.awaitsAnswer()
		if q.Paused == "" || still || q.Of == "" || q.Clock.By.IsZero() {
			continue
		}
		parts = append(parts, offtake.PartDeadline{Part: int64(i + 1), By: q.Clock.running(at).counted(rules)})
	}
	return notifyBy, objectBy, parts
}

// again gives the deadline of a clock of the whole process once it runs again.
func (c Clock) again(at time.Time, p *Process) time.Time {
	if c.IsZero() || c.By.IsZero() {
		return c.By
	}
	return c.running(at).counted(p.Contract.Rules)
}

// extend moves a deadline later, with the consent of whom it served.
func (s *step) extend(d offtake.ExtendDeadline) error {
	p := s.p
	until := p.Contract.Rules.Calendar.Resolve(d.Until)
	if !d.Until.Date.IsZero() {
		until = p.Contract.Rules.CutoffOf(d.Until.Date)
	}
	switch {
	case p.stopped() && !p.any(func(q Part) bool { return q.Of == d.Deadline && q.Paused == "" }): // a question leaves the time of who is bound
		return p.wrongState("time stands still, and no deadline is known to move")
	case d.Until.IsZero():
		return offtake.Refuse(offtake.Invalid, "extension says no until")
	case until.UTC().Year() > lastYear:
		return offtake.Refuse(offtake.Invalid, "extension to %s ends after the year %d, the last that can be written", d.Until, lastYear)
	case !until.After(s.a.At):
		return offtake.Refuse(offtake.Invalid, "extension to %s is over already", offtake.Stamp(until))
	}
	if err := p.consented(d); err != nil {
		return err
	}
	e := offtake.Extended{Process: p.ID, Deadline: d.Deadline, NotifyBy: p.Notify.By}
	later := func(by time.Time) error {
		if !until.After(by) {
			return offtake.Refuse(offtake.Invalid, "extension to %s is not after the deadline %s of process %q", offtake.Stamp(until), offtake.Stamp(by), p.ID)
		}
		return nil
	}
	if d.Deadline == offtake.DueNotify && !p.Notify.By.IsZero() && p.any(in(offtake.NotifyDue, offtake.Deficient)) {
		e.NotifyBy, e.NotifyLength = until, p.Contract.lasting(*p.Notify, until)
		if err := later(p.Notify.By); err != nil {
			return err
		}
		s.follow(e)
		return nil
	}
	var notLater error
	for i, q := range p.Parts {
		if q.Of != d.Deadline || q.Clock.By.IsZero() || q.Paused != "" {
			continue
		}
		if err := later(q.Clock.By); err != nil { // parts may have deadlines of their own; those that are earlier move
			notLater = err
			continue
		}
		e.Deadlines = append(e.Deadlines, offtake.PartDeadline{Part: int64(i + 1), By: until, Length: p.Contract.lasting(*q.Clock, until)})
	}
	switch {
	case len(e.Deadlines) == 0 && notLater != nil:
		return notLater
	case len(e.Deadlines) == 0:
		return p.wrongState("no deadline " + string(d.Deadline) + " runs")
	}
	s.follow(e)
	return nil
}

// lastYear is the last whose instants can be written.
const lastYear = 9999

// longestExtension is how far an extension may reach and still be told in units
// of its window. What lies beyond stands as a date alone.
const longestExtension = 100 * 366 * 24 * time.Hour

// lasting gives the length, in a window's own units, that ends by an instant and
// no unit more would: what an extension added counts as part of the window.
func (c *Contract) lasting(k Clock, until time.Time) offtake.Duration {
	length := k.Length
	switch {
	case length.IsZero() || until.Sub(k.By) > longestExtension:
		return offtake.Duration{}
	case length.Unit == offtake.Elapsed:
		length.Time += until.Sub(k.By)
		return length
	case length.Unit != offtake.BusinessDays: // weeks, months and years are kept as civil days
		length = offtake.Duration{Unit: offtake.Days}
		k.Length = length
	}
	tooLong := func(n int) bool {
		k.Length.Count = length.Count + n
		at := k.counted(c.Rules)
		return at.IsZero() || at.After(until)
	}
	bound := 1 // most extensions are short, and counting a century takes long
	for !tooLong(bound) {
		bound *= 2
	}
	more := sort.Search(bound, tooLong)
	length.Count += max(more-1, 0)
	return length
}

// consented refuses an extension that the party whom the old deadline served
// has not signed: the grantor, for what holders owe; the holders, for what the
// grantor and the third party may do only so long.
func (p *Process) consented(d offtake.ExtendDeadline) error {
	var served []offtake.PartyName
	switch d.Deadline {
	case offtake.DueAnswer, offtake.DueDelivery, offtake.DueHeadStart:
		served = []offtake.PartyName{p.Contract.Right.Grantor}
	case offtake.DueNotify, offtake.DueDefinitive, offtake.DueSignBy, offtake.DueCloseBy:
		for _, seat := range p.Seats {
			served = append(served, seat.Party)
		}
	default:
		return offtake.Refuse(offtake.Invalid, "deadline %.60q is not notify, answer, definitive, delivery, sign_by, close_by or head_start", d.Deadline)
	}
	for _, party := range served {
		if !slices.Contains(d.SignedBy, party) {
			return offtake.Refuse(offtake.Forbidden, "extension of %s is not signed by %q, whom the deadline serves", d.Deadline, party)
		}
	}
	return nil
}

// assign hands a seat over, as far as the seat allows.
func (s *step) assign(d offtake.Assign) error {
	p := s.p
	seat := p.Seats[p.seat(s.a.By)]
	_, known := p.Contract.Book.Party(d.To)
	switch {
	case !p.Live():
		return p.wrongState("nothing is left of the right to assign")
	case !known:
		return offtake.Refuse(offtake.NotFound, "party %.60q is not declared in the book", d.To)
	case seat.Assignable == "personal" || seat.Assignable == "":
		return offtake.Refuse(offtake.Forbidden, "the right of %q under %s is personal", s.a.By, p.Contract.Ref)
	case seat.Assignable == "affiliates" && !p.Contract.Book.Affiliated(s.a.By, d.To):
		return offtake.Refuse(offtake.Forbidden, "the right of %q under %s may go to its affiliates only, and %q is none", s.a.By, p.Contract.Ref, d.To)
	case p.seat(d.To) >= 0:
		return offtake.Refuse(offtake.Invalid, "party %q holds a right under %s already", d.To, p.Contract.Ref)
	case d.To == p.Contract.Right.Grantor || d.To == p.Contract.ThirdParty(*p.Terms):
		return offtake.Refuse(offtake.Invalid, "party %q is the grantor or the third party, and neither can hold the right", d.To)
	}
	s.follow(offtake.Assigned{Process: p.ID, From: s.a.By, To: d.To})
	return nil
}

// determine answers the open question.
func (s *step) determine(d offtake.Determine) error {
	p := s.p
	switch {
	case p.Doubt == "":
		return p.wrongState("no question is open")
	case d.Question != "" && d.Question != p.Doubt && p.Doubt != offtake.DoubtEvidence:
		return offtake.Refuse(offtake.Invalid, "question %.60q is not open; %s is", d.Question, p.Doubt)
	case d.Answer != offtake.ForHolder && d.Answer != offtake.ForGrantor:
		return offtake.Refuse(offtake.Invalid, "answer %.60q is not for_holder or for_grantor", d.Answer)
	}
	if p.Contract.Right.Determiner == "" {
		parties := []offtake.PartyName{p.Contract.Right.Grantor}
		for _, seat := range p.Seats {
			parties = append(parties, seat.Party)
		}
		for _, party := range parties {
			if !slices.Contains(d.SignedBy, party) {
				return offtake.Refuse(offtake.Forbidden, "clause %s names no determiner, and the answer is not signed by %q", p.Contract.Ref, party)
			}
		}
	}
	proposed := p.Proposed
	then := p.without(func(q *Process) { q.Doubt = "" })
	e := offtake.Determined{Process: p.ID, Question: p.Doubt, Answer: d.Answer}
	e.NotifyBy, e.ObjectBy, e.Deadlines = then.recounted(s.a.At)
	s.follow(e)
	switch {
	case d.Answer == offtake.ForHolder && p.any(Part.unbound):
		s.follow(offtake.NoticeFoundDeficient{Process: p.ID})
	case d.Answer == offtake.ForGrantor:
		if proposed != nil {
			s.adopt(*proposed)
		}
		s.answeredSignature()
		s.effect()
	}
	return nil
}

// answeredSignature lets the signature that was asked about take effect, where
// what it is for is still released.
func (s *step) answeredSignature() {
	p := s.p
	w := p.Asked
	if w == nil || p.Released() == 0 {
		return
	}
	terms := *w.Terms
	terms.Quantity = cmp.Or(w.Quantity, p.stillOffered())
	if why, key := p.unclear(terms); why == "" && key == "" {
		s.signed(terms, offtake.ThirdPartySigned{Asked: true})
	}
}

// adopt puts a revision into effect that the determiner has found for the grantor.
func (s *step) adopt(terms offtake.OfferTerms) {
	p := s.p
	switch i := p.find(Part.unbound); {
	case i < 0:
	case p.Parts[i].under() == offtake.InTail:
		s.follow(offtake.TermsReplaced{Process: p.ID, Terms: terms, State: offtake.InTail})
	case p.Parts[i].under() == offtake.Open || p.Parts[i].under() == offtake.Allocating:
		s.follow(offtake.NoticeCorrected{Process: p.ID, Terms: terms})
	}
}

package refusal

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// Open says what follows for one right when an offer is received: a process,
// in whatever state the offer puts it. The act's deed is an OfferReceive; others
// is the quantity of other offers that count as one with it.
func Open(c *Contract, id offtake.ProcessID, a offtake.Act, others int64) ([]offtake.Event, error) {
	offer, ok := a.Deed.(offtake.OfferReceive)
	if !ok {
		return nil, offtake.Refuse(offtake.Invalid, "act %q is %s and opens no process", a.ID, a.Deed.Name())
	}
	if a.By != c.Right.Grantor {
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the grantor of %s", a.By, c.Right.Grantor, c.Ref)
	}
	if err := c.admit(a.At, offer.Terms); err != nil {
		return nil, err
	}
	e := c.opened(id, a, offer.Terms)
	if e.State == offtake.NotTriggered && others > 0 {
		together := offer.Terms
		together.Quantity += others
		if e = c.opened(id, a, together); e.State != offtake.NotTriggered {
			e.Why = "with other offers of the same third party: " + e.Why
		}
		e.Terms = offer.Terms
	}
	return []offtake.Event{e}, nil
}

func (c *Contract) opened(id offtake.ProcessID, a offtake.Act, t offtake.OfferTerms) offtake.ProcessOpened {
	state, why := c.assess(a.At, t)
	e := offtake.ProcessOpened{
		Process: id, Opportunity: a.Opportunity, Clause: c.Ref, Version: c.Version,
		State: state, Why: why, Terms: t,
	}
	if state == offtake.NotifyDue {
		e.NotifyBy = c.after(a.At, c.Right.NotifyWithin)
	}
	return e
}

// A step is one act being decided: what follows is folded as it is found, so
// that each thing rests on those before it.
type step struct {
	p      *Process
	a      offtake.Act
	next   offtake.ProcessID
	events []offtake.Event
}

func (s *step) follow(events ...offtake.Event) {
	if s.events == nil {
		s.events = make([]offtake.Event, 0, 4)
	}
	for _, e := range events {
		s.events = append(s.events, e)
		s.p.Fold(s.a.At, e)
	}
}

// Decide says what follows from an act for a process, or refuses the act. Next
// is the name of the successor, should the act open one.
//
// Whether the act is meant for this process is the caller's to know, and so
// are acts it has seen before.
func Decide(p Process, a offtake.Act, next offtake.ProcessID) ([]offtake.Event, error) {
	p.Parts = slices.Clone(p.Parts)
	return p.Step(a, next)
}

// Step decides like Decide and folds what follows, in place. The parts must be
// this process's alone; it is of no more use where the act is refused.
func (p *Process) Step(a offtake.Act, next offtake.ProcessID) ([]offtake.Event, error) {
	if err := p.mayAct(a); err != nil {
		return nil, err
	}
	s := &step{p: p, a: a, next: next}
	if err := s.take(a.Deed); err != nil {
		return nil, err
	}
	return s.events, nil
}

func (s *step) take(deed offtake.Deed) error {
	switch {
	case s.p.Contract.First != nil:
		if is, err := s.offerStep(deed); is {
			return err
		}
	case s.p.Contract.Placement != nil:
		if is, err := s.placementStep(deed); is {
			return err
		}
	}
	switch deed := deed.(type) {
	case offtake.OfferReceive:
		return offtake.Refuse(offtake.Conflict, "opportunity %q already has an offer; revise it", s.p.Opportunity)
	case offtake.OfferRevise:
		return s.revise(deed)
	case offtake.OfferWithdraw:
		return s.withdraw()
	case offtake.NoticeServe:
		return s.notice(deed)
	case offtake.NoticeObject:
		return s.object(deed)
	case offtake.Accept:
		return s.accept(deed)
	case offtake.Decline:
		return s.decline(deed)
	case offtake.DefinitiveSign:
		return s.definitive(deed)
	case offtake.Deliver:
		return s.deliver(deed)
	case offtake.HolderDefault:
		return s.fail(deed.Party, deed.Quantity, "failed")
	case offtake.RegulatorRefuse:
		return s.fail(deed.Party, deed.Quantity, "was refused by a regulator")
	case offtake.ThirdPartySign:
		return s.thirdPartySign(deed)
	case offtake.ThirdPartyClose:
		return s.thirdPartyClose()
	case offtake.Toll:
		return s.toll(deed)
	case offtake.Resume:
		return s.resume(deed)
	case offtake.ExtendDeadline:
		return s.extend(deed)
	case offtake.Assign:
		return s.assign(deed)
	case offtake.Determine:
		return s.determine(deed)
	case offtake.PurposeReading:
		return s.reading(deed)
	case offtake.Deadline:
		return s.deadline(deed)
	}
	return offtake.Refuse(offtake.Invalid, "act %q is %s, which is no step of process %q", s.a.ID, deed.Name(), s.p.ID)
}

// mayAct: only the party whose step it is can take it.
func (p *Process) mayAct(a offtake.Act) error {
	if p.steps(a) {
		return nil
	}
	if _, ok := a.Deed.(offtake.Deadline); ok {
		return offtake.Refuse(offtake.Forbidden, "deadline of process %q passes by itself; nobody may make it pass", p.ID)
	}
	return offtake.Refuse(offtake.Forbidden, "%s is no step of %q in process %q under %s", a.Deed.Name(), a.By, p.ID, p.Contract.Ref)
}

// steps reports whether an act is a step of its party in the process.
func (p *Process) steps(a offtake.Act) bool {
	grantor, holder := a.By == p.Contract.Right.Grantor, p.seat(a.By) >= 0
	switch a.Deed.(type) {
	case offtake.OfferInvite, offtake.OfferMake:
		return p.Contract.First != nil && p.offers(a, grantor, holder)
	case offtake.ProductAnnounce, offtake.ProductShip, offtake.ProductDrop, offtake.Declare:
		return p.Contract.Placement != nil && p.places(a, grantor, holder)
	}
	switch {
	case p.Contract.First != nil && isAnswer(a.Deed):
		return p.offers(a, grantor, holder)
	case p.Contract.Placement != nil && !isDeadline(a.Deed):
		return p.places(a, grantor, holder)
	}
	switch a.Deed.(type) {
	case offtake.OfferReceive, offtake.OfferRevise, offtake.OfferWithdraw, offtake.NoticeServe,
		offtake.ThirdPartySign, offtake.ThirdPartyClose, offtake.HolderDefault, offtake.PurposeReading:
		return grantor
	case offtake.Accept, offtake.Decline, offtake.NoticeObject, offtake.Assign:
		return holder
	case offtake.DefinitiveSign, offtake.Deliver, offtake.RegulatorRefuse, offtake.Toll, offtake.Resume,
		offtake.ExtendDeadline, offtake.Amend, offtake.Evidence:
		return grantor || holder || p.former(a.By)
	case offtake.Determine:
		if d := p.Contract.Right.Determiner; d != "" {
			return a.By == d
		}
		return grantor || holder
	case offtake.Deadline:
		return a.By == ""
	}
	return false
}

func isAnswer(d offtake.Deed) bool {
	switch d.(type) {
	case offtake.Accept, offtake.Decline:
		return true
	}
	return false
}

func isDeadline(d offtake.Deed) bool {
	_, is := d.(offtake.Deadline)
	return is
}

// wrongState refuses an act that the state has no place for.
func (p *Process) wrongState(rule string) error {
	return offtake.Refuse(offtake.Conflict, "process %q is %s: %s", p.ID, p.State(), rule)
}

// notice judges a notice by what it discloses. A complete one opens the first
// rank; an incomplete one starts nothing, or under a duty to inquire a window
// that a holder may object to.
func (s *step) notice(d offtake.NoticeServe) error {
	p := s.p
	if !p.any(in(offtake.NotifyDue, offtake.Deficient)) {
		return p.wrongState("no notice is owed")
	}
	to := d.To
	if to == nil {
		for _, seat := range p.Seats {
			to = append(to, seat.Party)
		}
	}
	if err := p.addressed(to); err != nil {
		return err
	}
	served := offtake.NoticeServed{Process: p.ID, To: to, Contents: d.Contents}
	if missing := p.missing(d.Contents); len(missing) > 0 {
		if p.Contract.Right.Notice.Deficiency == offtake.Strict {
			s.follow(offtake.NoticeFoundDeficient{Process: p.ID, Missing: missing})
			return nil
		}
		served.Missing = missing
		served.ObjectBy, _ = p.Contract.Rules.Notice(s.a.At, p.Contract.Right.Notice.ObjectionWithin).Deadline()
	}
	s.follow(served)
	s.openNext(p.find(in(offtake.NotifyDue, offtake.Deficient)))
	if why := p.unvalued(); why != "" {
		s.follow(offtake.QuestionRaised{Process: p.ID, Question: offtake.DoubtValue, Why: why})
	}
	return nil
}

// addressed refuses a notice that misses a holder of the first rank, or is
// sent to a stranger. Where all ranks answer at once all of them are the first.
func (p *Process) addressed(to []offtake.PartyName) error {
	for _, t := range to {
		if p.seat(t) < 0 {
			return offtake.Refuse(offtake.Invalid, "notice to %q, who holds no right under %s", t, p.Contract.Ref)
		}
	}
	for _, seat := range p.Seats {
		first := seat.Rank == p.Seats[0].Rank || p.Contract.concurrent()
		if first && !slices.Contains(to, seat.Party) {
			return offtake.Refuse(offtake.Invalid, "notice of process %q misses the holder %q", p.ID, seat.Party)
		}
	}
	return nil
}

// missing gives the required contents that a notice lacks, in the clause's
// order, and after them the values of extras that a holder may leave out.
func (p *Process) missing(contents []offtake.Content) (lacks []offtake.Content) {
	for _, c := range p.Contract.Right.Notice.Contents {
		if !slices.Contains(contents, c) {
			lacks = append(lacks, c)
		}
	}
	if p.Contract.Right.Package == offtake.SeverablePackage {
		for _, x := range p.Terms.Extras {
			if x.Burdened == offtake.StatedNo && x.Value.Currency() == "" {
				lacks = append(lacks, offtake.Content("value of "+x.Name))
			}
		}
	}
	return lacks
}

// object says that the notice lacks something, or asks what only the
// determiner may answer.
func (s *step) object(d offtake.NoticeObject) error {
	p := s.p
	if !p.any(in(offtake.Open)) {
		return p.wrongState("no window is open in which to object")
	}
	if d.Question != "" {
		if d.Question != offtake.DoubtGoodFaith && d.Question != offtake.DoubtEquivalence && d.Question != offtake.DoubtValue {
			return offtake.Refuse(offtake.Invalid, "question %.60q is not good_faith, equivalence or value", d.Question)
		}
		s.follow(offtake.QuestionRaised{Process: p.ID, Question: d.Question, Why: string(s.a.By) + " asks about " + string(d.Question)})
		return nil
	}
	switch {
	case len(d.Missing) == 0:
		return offtake.Refuse(offtake.Invalid, "objection says neither what is missing nor what is in question")
	case passed(p.Object.By, s.a.At):
		return offtake.Refuse(offtake.TooLate, "objections to the notice of process %q were due by %s", p.ID, offtake.Stamp(p.Object.By))
	}
	for _, c := range d.Missing {
		if !slices.Contains(p.Missing, c) {
			return offtake.Refuse(offtake.Invalid, "objection is unfounded: the notice of process %q does not lack %.60q", p.ID, c)
		}
	}
	s.follow(offtake.NoticeFoundDeficient{Process: p.ID, Missing: d.Missing})
	return nil
}

// deadline takes only the deadline that is next and at its own instant.
func (s *step) deadline(d offtake.Deadline) error {
	p := s.p
	at, due, ok := Due(*p)
	if !ok || due.Deed != offtake.Deed(d) || !at.Equal(s.a.At) {
		return offtake.Refuse(offtake.Conflict, "deadline %s of process %q at %s is not the next to fall", d.Of, p.ID, offtake.Stamp(s.a.At))
	}
	fallen := func(q Part) bool { return q.Of == d.Of && fell(q.Clock.By, at) }
	switch d.Of {
	case offtake.DueNotify:
		s.follow(offtake.NotifyMissed{Process: p.ID})
	case offtake.DueAnswer:
		if i := p.find(fallen); p.Contract.First != nil {
			s.windowOver(i)
		} else {
			s.closeRank(i)
		}
	case offtake.DueHeadStart:
		s.follow(offtake.HeadStartOver{Process: p.ID})
	case offtake.DueDefinitive:
		s.lapse(p.find(fallen), 0, "was bound and did not sign in time")
	case offtake.DueDelivery:
		s.lapse(p.find(fallen), 0, "was bound and did not deliver in time")
	case offtake.DueSignBy:
		s.follow(offtake.TailExpired{Process: p.ID})
	case offtake.DueCloseBy:
		s.follow(offtake.CloseOverdue{Process: p.ID})
	default:
		if i := p.find(in(offtake.IsOffered)); i >= 0 {
			s.follow(offtake.OfferTurnedDown{Process: p.ID, Why: "the holder's offer expired"})
			s.release(i, "")
			return nil
		}
		s.follow(offtake.Withdrawn{Process: p.ID, Why: "the offer expired"})
	}
	return nil
}

// after gives the deadline of something owed within a time of an act.
func (c *Contract) after(act time.Time, within offtake.Duration) time.Time {
	if within.IsZero() {
		return time.Time{}
	}
	t, _ := c.Rules.After(act, within).Deadline()
	return t
}

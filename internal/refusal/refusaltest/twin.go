package refusaltest

import (
	"fmt"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Twin plays one clause over one opportunity, act by act, by the letter of
// the reference. It changes in place; it is asked how things stand by Picture.
type Twin struct {
	right offtake.FirstRefusal
	book  *offtake.Book
	days  Days // of the clause
	dates Days // in which the dates of an offer are read

	offered bool
	owner   offtake.PartyName
	terms   offtake.OfferTerms // of the whole offer, as last revised
	gone    bool               // withdrawn
	all     []*process         // a successor after its predecessor
	now     time.Time
}

// An Outcome is what became of an act.
type Outcome string

// The outcomes.
const (
	Taken         Outcome = "taken"
	Nonconforming Outcome = "nonconforming"
	Rejected      Outcome = "rejected"
	Duplicate     Outcome = "duplicate"
)

// A Picture is how one process stands. Zero times and ranks are none.
type Picture struct {
	ID       string
	State    offtake.ProcessState
	Rank     int64
	Round    int64
	Deadline time.Time
	SignBy   time.Time
	CloseBy  time.Time
	Parts    []PartPicture
}

// A PartPicture is how a part stands.
type PartPicture struct {
	Quantity int64
	State    offtake.ProcessState
	Party    offtake.PartyName
}

// New makes a twin of a clause. The days are those of the clause and those of
// the book, which the dates of an offer are read by.
func New(right offtake.FirstRefusal, book *offtake.Book, days, dates Days) *Twin {
	return &Twin{right: right, book: book, days: days, dates: dates}
}

// Play gives how things stand as of an instant, and what became of each act
// that was received by then.
func Play(t *Twin, acts []offtake.Act, asOf time.Time) (ps []Picture, outcomes []Outcome) {
	for _, a := range acts {
		if !a.At.After(asOf) {
			outcomes = append(outcomes, t.Send(a))
		}
	}
	t.Pass(asOf, true)
	return t.Pictures(), outcomes
}

// Pass lets the deadlines before an instant fall, and those at it too where the
// acts of that instant are over.
func (t *Twin) Pass(until time.Time, over bool) {
	for {
		at, p, of := t.next()
		if p == nil || at.After(until) || !over && at.Equal(until) {
			return
		}
		t.now = at
		p.fall(at, of)
	}
}

// Due gives the next deadline of any process, or the zero time.
func (t *Twin) Due() time.Time {
	at, _, _ := t.next()
	return at
}

func (t *Twin) next() (first time.Time, whose *process, of fall) {
	for _, p := range t.all {
		if at, what := p.next(); !at.IsZero() && (whose == nil || at.Before(first)) {
			first, whose, of = at, p, what
		}
	}
	return first, whose, of
}

// Send plays an act, after the deadlines before it.
func (t *Twin) Send(a offtake.Act) Outcome {
	t.Pass(a.At, false)
	t.now = a.At
	switch deed := a.Deed.(type) {
	case offtake.OfferReceive:
		return t.receive(a, deed.Terms)
	case offtake.OfferRevise:
		return t.revise(a, deed.Terms)
	case offtake.OfferWithdraw:
		return t.withdraw(a)
	}
	outcome := Rejected
	for _, p := range t.reached(a.Deed) {
		switch p.take(a) {
		case Taken:
			outcome = Taken
		case Nonconforming:
			return Nonconforming
		}
	}
	return outcome
}

// reached gives the processes an act goes to: those still live, and the last.
// What a third party does concerns the offer as it stands, which is the last
// one's: the parts that holders took before are no longer of it.
func (t *Twin) reached(d offtake.Deed) (ps []*process) {
	for i, p := range t.all {
		last := i == len(t.all)-1
		switch d.(type) {
		case offtake.ThirdPartySign, offtake.ThirdPartyClose:
			if p != t.released() {
				continue
			}
			return []*process{p}
		}
		if last || p.live() {
			ps = append(ps, p)
		}
	}
	return ps
}

// released gives the process that a third party's act concerns: the last in which
// something is released, or the last of all.
func (t *Twin) released() *process {
	for i := len(t.all) - 1; i >= 0; i-- {
		if slices.ContainsFunc(t.all[i].parts, func(q *part) bool { return t.all[i].shown(q) == offtake.InTail }) {
			return t.all[i]
		}
	}
	if len(t.all) == 0 {
		return nil
	}
	return t.all[len(t.all)-1]
}

func (p *process) take(a offtake.Act) Outcome {
	switch deed := a.Deed.(type) {
	case offtake.NoticeServe:
		return p.serve(a, deed)
	case offtake.NoticeObject:
		return p.object(a, deed)
	case offtake.Accept:
		return p.accept(a, deed)
	case offtake.Decline:
		return p.decline(a)
	case offtake.DefinitiveSign:
		return p.sign(a, deed.Party, deed.Quantity)
	case offtake.Deliver:
		return p.deliver(a, deed.Party, deed.Quantity)
	case offtake.HolderDefault:
		return p.fail(a, deed.Party, deed.Quantity, a.By == p.t.right.Grantor)
	case offtake.RegulatorRefuse:
		return p.fail(a, deed.Party, deed.Quantity, p.eitherSide(a.By))
	case offtake.ThirdPartySign:
		return p.thirdSigns(a, deed)
	case offtake.ThirdPartyClose:
		return p.thirdCloses(a)
	case offtake.Toll:
		return p.toll(a, deed)
	case offtake.Resume:
		return p.resume(a, deed)
	case offtake.ExtendDeadline:
		return p.extend(a, deed)
	case offtake.Assign:
		return p.assign(a, deed)
	case offtake.Determine:
		return p.determine(a, deed)
	}
	return Rejected
}

// Pictures gives how the processes stand, in the order in which they opened.
func (t *Twin) Pictures() (ps []Picture) {
	for _, p := range t.all {
		ps = append(ps, p.picture())
	}
	return ps
}

func (p *process) picture() Picture {
	out := Picture{ID: p.id, State: p.state(), Rank: p.rank, Round: p.round}
	out.Deadline, _ = p.next()
	for _, q := range p.parts {
		shown := p.shown(q)
		out.Parts = append(out.Parts, PartPicture{q.quantity, shown, q.party})
		if shown != offtake.InTail {
			continue
		}
		if out.SignBy.IsZero() || q.signBy.Before(out.SignBy) {
			out.SignBy = q.signBy
		}
		if q.signed != nil && (out.CloseBy.IsZero() || q.signed.closeBy.Before(out.CloseBy)) {
			out.CloseBy = q.signed.closeBy
		}
	}
	return out
}

// String tells a picture in one line.
func (p Picture) String() string {
	s := fmt.Sprintf("%s %s rank %d.%d", p.ID, p.State, p.Rank, p.Round)
	for _, x := range []struct {
		name string
		at   time.Time
	}{{"deadline", p.Deadline}, {"sign_by", p.SignBy}, {"close_by", p.CloseBy}} {
		if !x.at.IsZero() {
			s += " " + x.name + " " + offtake.Stamp(x.at)
		}
	}
	for _, q := range p.Parts {
		s += fmt.Sprintf(" %d:%s:%s", q.Quantity, q.State, q.Party)
	}
	return s
}

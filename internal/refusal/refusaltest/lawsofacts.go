package refusaltest

import (
	"fmt"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// noThirdPartyWithoutClearance is law 1: an effective signature needs that so
// much is released inside its tail, a closing one that is in time; whatever else
// a third party does is a breach, or the right does not stand in its way.
func noThirdPartyWithoutClearance(m moment) string {
	free, resumed := map[offtake.ProcessID]int64{}, map[offtake.ProcessID]int{}
	for id, p := range m.was {
		free[id] = p.free(m.s.Act.At)
	}
	for _, e := range m.s.Events {
		switch e := e.(type) {
		case offtake.Released:
			free[e.Process] += e.Quantity
		case offtake.Determined:
			if p := m.was[e.Process]; p != nil && e.Answer == offtake.ForGrantor {
				free[e.Process] += p.heldUp()
			}
		case offtake.Resumed:
			resumed[e.Process]++
			if p := m.was[e.Process]; p != nil && len(p.Causes) == resumed[e.Process] {
				free[e.Process] += p.heldUp()
			}
		case offtake.ThirdPartySigned:
			if !e.Conditional && e.Quantity > free[e.Process] {
				return fmt.Sprintf("a third party is bound for %d, and %d are released in process %s", e.Quantity, free[e.Process], e.Process)
			}
		case offtake.ThirdPartyClosed:
			if why := m.closesInTime(e.Process); why != "" {
				return why
			}
		case offtake.ThirdPartyNoted:
			if p := m.was[e.Process]; p != nil && !m.harmless(p) {
				return fmt.Sprintf("a third party is bound without effect on process %s, which is %s", e.Process, p.State)
			}
		}
	}
	return m.recorded()
}

// recorded: an unconditional signature or a closing that was taken leaves a trace.
func (m moment) recorded() string {
	sign, signs := m.s.Act.Deed.(offtake.ThirdPartySign)
	if !signs && !deedIs[offtake.ThirdPartyClose](m.s.Act) || m.s.Outcome != Taken {
		return ""
	}
	if len(m.s.Events) == 0 && !sign.Conditional && len(m.was) > 0 {
		return "what a third party did was taken and has left no trace"
	}
	return ""
}

// free gives what is released, inside its tail and not signed for.
func (p *Standing) free(at time.Time) (n int64) {
	for _, q := range p.Parts {
		if q.State == offtake.InTail && q.Signed == nil && (q.SignBy.IsZero() || !at.After(q.SignBy)) {
			n += q.Quantity
		}
	}
	return n
}

// heldUp gives what is released but for an open question.
func (p *Standing) heldUp() (n int64) {
	for _, q := range p.Parts {
		if q.Paused == offtake.InTail && q.Signed == nil {
			n += q.Quantity
		}
	}
	return n
}

func (m moment) closesInTime(id offtake.ProcessID) string {
	p, signed := m.was[id], false
	for _, q := range p.Parts {
		if q.State != offtake.InTail || q.Signed == nil {
			continue
		}
		signed = true
		if q.Overdue || !q.CloseBy.IsZero() && m.s.Act.At.After(q.CloseBy) {
			return fmt.Sprintf("a third party's agreement took effect after %s", offtake.Stamp(q.CloseBy))
		}
	}
	if !signed {
		return "a third party's agreement took effect, and none was signed"
	}
	return ""
}

// harmless: the right does not stand in the way, or the signature was only
// conditional and has ended with it.
func (m moment) harmless(p *Standing) bool {
	sign, _ := m.s.Act.Deed.(offtake.ThirdPartySign)
	switch p.State {
	case offtake.NotTriggered, offtake.IsWaived:
		return true
	}
	spent := slices.ContainsFunc(p.Parts, func(q PartStanding) bool {
		return q.State == offtake.IsTailExpired || q.State == offtake.ClosedThirdParty
	})
	over := !slices.ContainsFunc(p.Parts, func(q PartStanding) bool { return !final(q.State) })
	return m.Right.Survival == offtake.OneShot && spent && over || sign.Conditional
}

// noWindowBeforeANotice is law 4: a window needs a notice that has all it must,
// or one that may be provisional, and gives all units of time.
func noWindowBeforeANotice(m moment) string {
	served := map[offtake.ProcessID]bool{}
	for id, p := range m.was {
		served[id] = !p.Served.IsZero()
	}
	for _, e := range m.s.Events {
		switch e := e.(type) {
		case offtake.NoticeServed:
			for _, c := range m.Right.Notice.Contents {
				lacks := !slices.Contains(e.Contents, c)
				if lacks && (m.Right.Notice.Deficiency == offtake.Strict || !slices.Contains(e.Missing, c)) {
					return fmt.Sprintf("a notice without %s counts", c)
				}
			}
			served[e.Process] = true
		case offtake.RankOpened:
			if !served[e.Process] {
				return fmt.Sprintf("a window of process %s opened, and no notice was served", e.Process)
			}
			if least := m.least(e); e.Answer.Before(least) {
				return fmt.Sprintf("the window of process %s ends at %s, before its units are over at %s", e.Process, offtake.Stamp(e.Answer), offtake.Stamp(least))
			}
		}
	}
	return ""
}

// least gives the end of the shortest window that the clause allows a rank.
func (m moment) least(e offtake.RankOpened) time.Time {
	length := m.Right.WindowOf(int(e.Rank))
	p := m.was[e.Process]
	end := func(d offtake.Duration) time.Time {
		c := &clock{from: m.s.Act.At, length: d, notice: true}
		m.Days.count(c)
		return c.by
	}
	switch {
	case e.Round == 2:
		return end(m.Right.Undersubscribed)
	case p != nil && p.After != "" && e.Rank <= p.LeftRank && !m.Right.Retrigger.IsZero():
		at := end(m.Right.Retrigger)
		if e.Rank == p.LeftRank && !p.Left.IsZero() && end(p.Left).After(at) {
			return end(p.Left)
		}
		return at
	}
	return end(length)
}

// silenceBindsNobody is law 6: time alone takes nothing for a holder, and binds
// only those that had accepted, to no more than they had.
func silenceBindsNobody(m moment) string {
	if m.s.Act.By != "" && !deedIs[offtake.Deadline](m.s.Act) {
		return ""
	}
	for _, e := range m.s.Events {
		switch e := e.(type) {
		case offtake.Accepted, offtake.Fulfilled, offtake.ThirdPartyClosed, offtake.DefinitiveSigned:
			return "time alone made " + e.Event()
		case offtake.Bound:
			q := m.part(e.Process, e.Part)
			for _, t := range e.Takings {
				if q == nil || t.Quantity > taken(q.Answers, t.Party)+taken(q.Kept, t.Party) {
					return fmt.Sprintf("time alone bound %s to %d that it had not accepted", t.Party, t.Quantity)
				}
			}
		}
	}
	return ""
}

func taken(ts []offtake.Taking, by offtake.PartyName) (n int64) {
	for _, t := range ts {
		if t.Party == by {
			n += t.Quantity
		}
	}
	return n
}

// boundToWhatWasServed is law 7: what holders may take is what a notice told
// them, and they answer nothing else.
func boundToWhatWasServed(m moment) string {
	told := map[offtake.ProcessID]bool{}
	for _, e := range m.s.Events {
		switch e := e.(type) {
		case offtake.NoticeServed:
			told[e.Process] = true
		case offtake.NoticeCorrected:
			told[e.Process] = true
		case offtake.NoticeFoundDeficient:
			told[e.Process] = true
		case offtake.Determined:
			told[e.Process] = true
		case offtake.Accepted:
			p := m.was[e.Process]
			if p == nil || p.Served.IsZero() {
				return fmt.Sprintf("%s took what it was not served", e.By)
			}
			if why := m.asked(p, e); why != "" {
				return why
			}
		}
	}
	for i := range m.s.After {
		now := &m.s.After[i]
		was := m.was[now.ID]
		if was != nil && !told[now.ID] && now.Noticed != was.Noticed && !sameTerms(now.Noticed, was.Noticed) {
			return fmt.Sprintf("the terms noticed in process %s changed, and nobody was told", now.ID)
		}
	}
	return ""
}

func sameTerms(a, b *offtake.OfferTerms) bool {
	return a.Provider == b.Provider && a.Party == b.Party && a.Accelerator == b.Accelerator && a.Quantity == b.Quantity && a.Region == b.Region && a.Site == b.Site &&
		a.Price.Currency() == b.Price.Currency() && a.Price.Cmp(b.Price) == 0 && a.Term == b.Term && a.Delivery == b.Delivery && a.AllOrNone == b.AllOrNone &&
		slices.Equal(a.Purposes, b.Purposes) && slices.Equal(a.Extras, b.Extras) && slices.Equal(a.Other, b.Other)
}

// asked: a holder takes only what it is asked about, once, and in time.
func (m moment) asked(p *Standing, e offtake.Accepted) string {
	for _, q := range p.Parts {
		if !slices.Contains(q.Asked, e.By) || slices.ContainsFunc(q.Answers, func(t offtake.Taking) bool { return t.Party == e.By }) {
			continue
		}
		offered := q.Quantity
		for _, k := range q.Kept {
			offered -= k.Quantity
		}
		switch {
		case !q.By.IsZero() && m.s.Act.At.After(q.By):
			return fmt.Sprintf("%s accepted after %s", e.By, offtake.Stamp(q.By))
		case e.Quantity <= 0 || e.Quantity > offered:
			return fmt.Sprintf("%s took %d of the %d it was offered", e.By, e.Quantity, offered)
		}
		return ""
	}
	return fmt.Sprintf("%s accepted, and is not asked or has answered", e.By)
}

// seniorsFirst is law 8: a junior gets something only where every senior has got
// what it accepted.
func seniorsFirst(m moment) string {
	for _, e := range m.s.Events {
		closed, ok := e.(offtake.RankClosed)
		if !ok {
			continue
		}
		p, q := m.was[closed.Process], m.part(closed.Process, closed.Part)
		if p == nil || q == nil {
			continue
		}
		answers := q.Answers
		for _, other := range m.s.Events {
			if a, ok := other.(offtake.Accepted); ok && a.Process == closed.Process {
				answers = append(slices.Clone(answers), offtake.Taking{Party: a.By, Quantity: a.Quantity})
			}
		}
		for _, t := range closed.Takings {
			for _, a := range answers {
				if p.rank(a.Party) < p.rank(t.Party) && taken(closed.Takings, a.Party) < a.Quantity {
					return fmt.Sprintf("%s gets %d, and its senior %s has %d of the %d it accepted", t.Party, t.Quantity, a.Party, taken(closed.Takings, a.Party), a.Quantity)
				}
			}
		}
	}
	return ""
}

func (p *Standing) rank(by offtake.PartyName) int {
	for _, s := range p.Seats {
		if s.Party == by {
			return s.Rank
		}
	}
	return 0
}

// noBetterThanNoticed is law 9, dimension by dimension.
func noBetterThanNoticed(m moment) string {
	for _, e := range m.s.Events {
		signed, ok := e.(offtake.ThirdPartySigned)
		if !ok || signed.Conditional || m.was[signed.Process] == nil {
			continue
		}
		was := m.was[signed.Process]
		p := &process{t: &Twin{right: m.Right, book: m.Book, days: m.Days, dates: m.Dates}, baseline: *was.Baseline}
		for _, q := range was.Parts {
			p.parts = append(p.parts, &part{quantity: q.Quantity})
		}
		terms := signed.Terms
		terms.Quantity = p.quantity() // it is held against what is released, by law 1
		if p.against(terms, true) == better {
			return fmt.Sprintf("a third party is signed in process %s on better terms than were noticed", signed.Process)
		}
	}
	return ""
}

// onlyWhoseStepItIs is law 14.
func onlyWhoseStepItIs(m moment) string {
	if m.s.Outcome != Taken && m.s.Outcome != Nonconforming || len(m.was) == 0 {
		return ""
	}
	by := m.s.Act.By
	grantor := by == m.Right.Grantor
	holder := false
	for _, p := range m.was {
		holder = holder || slices.ContainsFunc(p.Seats, func(s SeatStanding) bool { return s.Party == by })
	}
	may := false
	switch m.s.Act.Deed.(type) {
	case offtake.Deadline:
		may = by == ""
	case offtake.Accept, offtake.Decline, offtake.NoticeObject, offtake.Assign:
		may = holder
	case offtake.DefinitiveSign, offtake.Deliver, offtake.RegulatorRefuse, offtake.Toll, offtake.Resume, offtake.ExtendDeadline:
		may = grantor || holder
	case offtake.Determine:
		may = by == m.Right.Determiner || m.Right.Determiner == "" && (grantor || holder)
	default:
		may = grantor
	}
	if !may {
		return fmt.Sprintf("%s was taken by %q", m.s.Act.Deed.Name(), by)
	}
	return ""
}

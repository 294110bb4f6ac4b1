package refusaltest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// whatEnded gives how much stands in each final state.
func whatEnded(p *Standing) map[offtake.ProcessState]int64 {
	sums := map[offtake.ProcessState]int64{}
	if p != nil {
		for _, q := range p.Parts {
			if final(q.State) {
				sums[q.State] += q.Quantity
			}
		}
	}
	return sums
}

// onePartOneEnd is law 2: what has ended stays ended, as it ended. Into a breach
// go what was withdrawn, and an expired tail of a right that revives; out of a
// withdrawal comes what was accepted at its instant.
func onePartOneEnd(m moment) string {
	for i := range m.s.After {
		now := &m.s.After[i]
		was, is := whatEnded(m.was[now.ID]), whatEnded(now)
		breached := is[offtake.IsBreached] - was[offtake.IsBreached]
		for _, state := range []offtake.ProcessState{
			offtake.IsSuperseded, offtake.IsWithdrawn, offtake.IsFulfilled, offtake.ClosedThirdParty, offtake.IsTailExpired, offtake.IsWaived, offtake.IsBreached,
		} {
			lost := was[state] - is[state]
			if lost <= 0 {
				continue
			}
			revived := state == offtake.IsTailExpired && m.Right.Survival == offtake.Continuing
			undone := state == offtake.IsWithdrawn && deedIs[offtake.Accept](m.s.Act) && withdrawnAt(m.was[now.ID]).Equal(m.s.Act.At)
			if undone || breached >= lost && (state == offtake.IsWithdrawn || revived) {
				continue
			}
			return fmt.Sprintf("%d of process %s had ended as %s, and have not any more", lost, now.ID, state)
		}
	}
	return ""
}

func deedIs[D offtake.Deed](a offtake.Act) bool {
	_, ok := a.Deed.(D)
	return ok
}

func withdrawnAt(p *Standing) (at time.Time) {
	for _, q := range p.Parts {
		if q.State == offtake.IsWithdrawn {
			at = q.Since
		}
	}
	return at
}

// whatIsTakenAddsUp is law 3: parts add up to what was offered, none is empty or
// negative, and lots stay whole.
func whatIsTakenAddsUp(m moment) string {
	for i := range m.s.After {
		p := &m.s.After[i]
		var sum int64
		for _, q := range p.Parts {
			if q.Quantity <= 0 {
				return fmt.Sprintf("a part of process %s is of %d", p.ID, q.Quantity)
			}
			sum += q.Quantity
		}
		offered := p.Terms.Quantity
		if !p.Served.IsZero() {
			offered = p.Noticed.Quantity
		}
		if sum != offered {
			return fmt.Sprintf("the parts of process %s add up to %d of %d", p.ID, sum, offered)
		}
	}
	for _, e := range m.s.Events {
		if b, ok := e.(offtake.Bound); ok {
			if why := m.wholeLots(b); why != "" {
				return why
			}
		}
	}
	return ""
}

// wholeLots: of what holders are bound to at most one is not in lots, and then
// nothing is left.
func (m moment) wholeLots(b offtake.Bound) string {
	q := m.part(b.Process, b.Part)
	if q == nil {
		return ""
	}
	lot, odd, sum := m.lot(b.Process), 0, int64(0)
	for _, t := range b.Takings {
		sum += t.Quantity
		if t.Quantity <= 0 {
			return fmt.Sprintf("%s is bound to %d", t.Party, t.Quantity)
		}
		if t.Quantity%lot != 0 {
			odd++
		}
	}
	switch {
	case sum > q.Quantity || m.Right.AllOrNone && sum != q.Quantity:
		return fmt.Sprintf("holders are bound to %d of %d", sum, q.Quantity)
	case m.Right.Partial == offtake.NoPartial && len(b.Takings) > 1:
		return "several holders are bound, and nothing may be taken in part"
	case m.Right.Partial == offtake.InLots && (odd > 1 || odd == 1 && sum != q.Quantity):
		return fmt.Sprintf("what holders are bound to, %v of %d, is not in lots of %d", b.Takings, q.Quantity, lot)
	}
	return ""
}

func (m moment) part(id offtake.ProcessID, n int64) *PartStanding {
	p := m.was[id]
	if p == nil || int(n) > len(p.Parts) {
		return nil
	}
	return &p.Parts[n-1]
}

func (m moment) lot(id offtake.ProcessID) int64 {
	p := &process{t: &Twin{right: m.Right, book: m.Book}}
	if was := m.was[id]; was != nil {
		p.noticed = *was.Noticed
	}
	return p.lot()
}

// deadlinesMoveLater is law 5, but for an extension: that moves later too, and
// whom it served must have signed it.
func deadlinesMoveLater(m moment) string {
	for i := range m.s.After {
		now := &m.s.After[i]
		was := m.was[now.ID]
		if was == nil {
			continue
		}
		for _, q := range now.Parts {
			for _, old := range was.Parts {
				if old.sameDeadline(q) && !q.By.IsZero() && q.By.Before(old.By) {
					return fmt.Sprintf("the deadline %s of process %s moved from %s to %s", q.Of, now.ID, offtake.Stamp(old.By), offtake.Stamp(q.By))
				}
			}
		}
		if !now.NotifyBy.IsZero() && now.NotifyBy.Before(was.NotifyBy) {
			return fmt.Sprintf("the deadline to notify of process %s moved from %s to %s", now.ID, offtake.Stamp(was.NotifyBy), offtake.Stamp(now.NotifyBy))
		}
	}
	d, extends := m.s.Act.Deed.(offtake.ExtendDeadline)
	if !extends || len(m.s.Events) == 0 {
		return ""
	}
	for _, by := range m.served(d.Deadline) {
		if !slices.Contains(d.SignedBy, by) {
			return fmt.Sprintf("the deadline %s was moved, and %s has not signed", d.Deadline, by)
		}
	}
	return ""
}

// sameDeadline reports whether a part runs against the deadline that it, or the
// part it was split from, ran against before.
func (q PartStanding) sameDeadline(now PartStanding) bool {
	return q.Of != "" && q.Of == now.Of && cmp.Or(q.Paused, q.State) == cmp.Or(now.Paused, now.State) && q.Party == now.Party && q.From.Equal(now.From) && slices.Equal(q.Asked, now.Asked)
}

// served gives whom a deadline serves.
func (m moment) served(d offtake.DeadlineName) (parties []offtake.PartyName) {
	if d == offtake.DueAnswer || d == offtake.DueDelivery {
		return []offtake.PartyName{m.Right.Grantor}
	}
	for _, e := range m.s.Events {
		if x, ok := e.(offtake.Extended); ok {
			for _, s := range m.was[x.Process].Seats {
				parties = append(parties, s.Party)
			}
		}
	}
	return parties
}

// noWithdrawalAfterAcceptance is law 10. What was signed and is overdue may be
// given up; that is an expired tail, not a withdrawal.
func noWithdrawalAfterAcceptance(m moment) string {
	for i := range m.s.After {
		now := &m.s.After[i]
		was := m.was[now.ID]
		if was == nil || !was.accepted() {
			continue
		}
		if n := whatEnded(now)[offtake.IsWithdrawn] - whatEnded(was)[offtake.IsWithdrawn]; n > 0 {
			return fmt.Sprintf("%d of process %s were withdrawn, and an acceptance stood", n, now.ID)
		}
	}
	return ""
}

func (p *Standing) accepted() bool {
	return slices.ContainsFunc(p.Parts, func(q PartStanding) bool {
		took := func(t offtake.Taking) bool { return t.Quantity > 0 }
		return !final(q.State) && (q.Party != "" || slices.ContainsFunc(q.Answers, took) || slices.ContainsFunc(q.Kept, took))
	})
}

// nothingFlipsAfterReliance is law 12 for a step: what a holder or a third party
// has, it keeps.
func nothingFlipsAfterReliance(m moment) string {
	for id, was := range m.was {
		i := slices.IndexFunc(m.s.After, func(p Standing) bool { return p.ID == id })
		if i < 0 {
			return fmt.Sprintf("process %s has gone", id)
		}
		for _, state := range []offtake.ProcessState{offtake.IsFulfilled, offtake.ClosedThirdParty} {
			if before, now := whatEnded(was)[state], whatEnded(&m.s.After[i])[state]; now < before {
				return fmt.Sprintf("%d of process %s were %s, and %d are", before, id, state, now)
			}
		}
	}
	return ""
}

// questionsOutlastTime is law 15: what only the determiner can answer is not
// answered by a deadline.
func questionsOutlastTime(m moment) string {
	d, falls := m.s.Act.Deed.(offtake.Deadline)
	if !falls {
		return ""
	}
	undetermined := func(p *Standing) (n int64) {
		for _, q := range p.Parts {
			if q.State == offtake.IsUndetermined {
				n += q.Quantity
			}
		}
		return n
	}
	for i := range m.s.After {
		now := &m.s.After[i]
		if was := m.was[now.ID]; was != nil && undetermined(now) < undetermined(was) {
			return fmt.Sprintf("a question of process %s ended by the deadline %s", now.ID, d.Of)
		}
	}
	return ""
}

// everyStateIsExplained is law 16: the clause, what the state rests on, and for
// each part that lives who must or may act next.
func everyStateIsExplained(m moment) string {
	for i := range m.s.After {
		p := &m.s.After[i]
		if p.Clause.IsZero() {
			return fmt.Sprintf("process %s names no clause", p.ID)
		}
		for n, q := range p.Parts {
			switch {
			case q.State == "":
				return fmt.Sprintf("a part of process %s has no state", p.ID)
			case !final(q.State) && (n >= len(p.Turns) || p.Turns[n] == ""):
				return fmt.Sprintf("nobody is told to act on %d of process %s, which are %s", q.Quantity, p.ID, q.State)
			case final(q.State) && p.Because == "" && p.Due.IsZero() && !m.told(p):
				return fmt.Sprintf("process %s is %s, and nothing says why", p.ID, q.State)
			}
		}
	}
	return ""
}

// told reports whether a holder's agreement or a third party's closing says
// why a process has ended.
func (m moment) told(p *Standing) bool {
	return slices.ContainsFunc(p.Parts, func(q PartStanding) bool {
		switch q.State {
		case offtake.IsFulfilled, offtake.ClosedThirdParty, offtake.IsTailExpired, offtake.IsWithdrawn:
			return true
		}
		return false
	})
}

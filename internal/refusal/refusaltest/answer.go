package refusaltest

import (
	"slices"

	"github.com/offtake-dev/offtake"
)

// asking gives the part that a holder may answer for now, and has not.
func (p *process) asking(by offtake.PartyName) *part {
	for _, q := range p.parts {
		if s := p.shown(q); s != offtake.Open && s != offtake.Allocating {
			continue
		}
		if _, answered := q.round.answers[by]; !answered && slices.Contains(q.round.asked, by) {
			return q
		}
	}
	return nil
}

// accept records what a holder takes, where it is what was noticed.
func (p *process) accept(a offtake.Act, deed offtake.Accept) Outcome {
	if p.undoWithdrawal(a, deed) == Nonconforming {
		return Nonconforming
	}
	q := p.asking(a.By)
	if q == nil || p.seat(a.By) == nil {
		return Rejected
	}
	outcome := p.judge(q, a.By, deed)
	switch {
	case outcome == Taken && deed.Quantity == 0:
		p.answer(q, a, q.offered())
	case outcome == Taken:
		p.answer(q, a, deed.Quantity)
	case outcome == Nonconforming && p.t.right.Nonconforming == offtake.NonconformingTerminates:
		p.answer(q, a, 0)
	}
	return outcome
}

// judge says what an acceptance is, and changes nothing.
func (p *process) judge(q *part, by offtake.PartyName, deed offtake.Accept) Outcome {
	n := deed.Quantity
	if n == 0 {
		n = q.offered()
	}
	switch {
	case n > q.offered() || n < 0:
		return Rejected
	case len(deed.Conditions) > 0 || !p.sameTerms(by, deed.Terms) || !p.extrasTaken(deed.Extras) || !p.allowed(q, n):
		return Nonconforming
	}
	return Taken
}

// undoWithdrawal: an acceptance of the instant of a withdrawal came first. The
// withdrawal is undone where the acceptance would have been taken before it.
func (p *process) undoWithdrawal(a offtake.Act, deed offtake.Accept) Outcome {
	if p.before == nil || !p.withdrawn.Equal(a.At) {
		return Rejected
	}
	gone := p.parts
	p.parts = p.before
	outcome := Rejected
	if q := p.asking(a.By); q != nil {
		outcome = p.judge(q, a.By, deed)
	}
	if outcome != Taken {
		p.parts = gone
		return outcome
	}
	p.before, p.t.gone = nil, false
	return Taken
}

// offered gives what those asked about a part may take of it.
func (q *part) offered() int64 {
	n := q.quantity
	for _, kept := range q.round.kept {
		n -= kept
	}
	return n
}

// allowed: everything offered, or where the clause has lots some of them that
// leave at least one. Of an offer that is all or nothing, everything.
func (p *process) allowed(q *part, n int64) bool {
	lot := p.lot()
	switch {
	case n == q.offered():
		return true
	case p.t.right.Partial != offtake.InLots || p.noticed.AllOrNone.Yes():
		return false
	}
	return n%lot == 0 && q.offered()-n >= lot
}

func (p *process) lot() int64 {
	if p.t.right.Lot > 0 {
		return p.t.right.Lot
	}
	for _, d := range p.t.book.Accelerators {
		if d.Name != p.noticed.Accelerator {
			continue
		}
		if d.Lot > 0 {
			return d.Lot
		}
		if d.PerNode > 0 {
			return d.PerNode
		}
	}
	return 1
}

// sameTerms: what a holder writes is what was noticed. It may write itself for
// the third party, and under a material match numbers that are tolerated.
func (p *process) sameTerms(by offtake.PartyName, said offtake.OfferTerms) bool {
	s := p.seat(by)
	if said.Provider == s.Provider {
		said.Provider = ""
	}
	if said.Party == by {
		said.Party = ""
	}
	was, now := p.noticed, p.noticed.Revised(said)
	switch {
	case now.Provider != was.Provider, now.Accelerator != was.Accelerator, now.Region != was.Region, now.Site != was.Site,
		said.Party != "" && said.Party != p.t.third(was), !slices.Equal(now.Purposes, was.Purposes):
		return false
	}
	for _, m := range p.measure(was, now) {
		if m.key == "quantity" || m.was == m.now {
			continue
		}
		if p.t.right.Match == offtake.ExactMatch || m.beyond {
			return false
		}
	}
	return p.unclearKeyAgainst(was, now)
}

// unclearKeyAgainst: a term that has no sign must be the same.
func (p *process) unclearKeyAgainst(was, now offtake.OfferTerms) bool {
	for _, o := range now.Other {
		if f, _ := was.Find(o.Key); f != o.Value && !slices.Contains(knownKeys, o.Key) {
			return false
		}
	}
	return true
}

// extrasTaken: the whole package, but for what may be left out: what is not
// burdened and has its value said where packages may be split, what has its
// value said where it may be paid in cash, and everything where what is no
// money is left aside.
func (p *process) extrasTaken(taken []string) bool {
	if taken == nil {
		return true
	}
	for _, x := range p.noticed.Extras {
		valued := x.Value.Currency() != ""
		free := p.t.right.Package == offtake.SeverablePackage && x.Burdened == offtake.StatedNo && valued ||
			p.t.right.NonCash == offtake.CashEquivalent && valued || p.t.right.NonCash == offtake.NonCashExcluded
		if !slices.Contains(taken, x.Name) && !free {
			return false
		}
	}
	return !slices.ContainsFunc(taken, func(name string) bool {
		return !slices.ContainsFunc(p.noticed.Extras, func(x offtake.Extra) bool { return x.Name == name })
	})
}

func (p *process) decline(a offtake.Act) Outcome {
	q := p.asking(a.By)
	if q == nil || p.seat(a.By) == nil {
		return Rejected
	}
	p.answer(q, a, 0)
	return Taken
}

// answer writes an answer down, and ends the round where it was the last.
func (p *process) answer(q *part, a offtake.Act, n int64) {
	q.round.answers[a.By] = n
	if len(q.round.answers) < len(q.round.asked) {
		return
	}
	waits := p.t.right.Ranks.NextStarts == "on_deadline" && len(p.t.right.Holders) > 1 && !q.round.further
	if !waits {
		p.endRound(q, a.At)
	}
}

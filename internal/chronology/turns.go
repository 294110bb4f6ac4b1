package chronology

import (
	"cmp"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// turns says what comes next in a process: of each deadline that stands, and of
// each part that waits without one.
func (t *teller) turns(p *refusal.Process) (all []Turn) {
	told := map[int]bool{} // parts that a deadline speaks for
	for _, n := range standings(p) {
		d := t.courses.open[p.ID][n.key]
		if d == nil {
			continue
		}
		turn := Turn{Process: p.ID, Who: d.Who, Text: sentence(d.Sentence()), Deadline: d}
		if t.courses.changed(d) && !d.Still() {
			turn.Basis = sentence(d.Basis)
		}
		all = append(all, turn)
		parts := n.parts
		if n.Of == offtake.DueNotify {
			parts = owed(p)
		}
		for _, i := range parts {
			told[i] = true
		}
	}
	for i := range p.Parts {
		who, text := waits(p, i)
		repeats := slices.ContainsFunc(all, func(o Turn) bool { return o.Text == sentence(text) })
		if text == "" || told[i] && !stops(p.Parts[i].State) || repeats {
			continue
		}
		all = append(all, Turn{Process: p.ID, Who: who, Text: sentence(text)})
	}
	return all
}

// owed gives the parts for which a notice is owed.
func owed(p *refusal.Process) (parts []int) {
	for i, q := range p.Parts {
		if s := under(q); s == offtake.NotifyDue || s == offtake.Deficient {
			parts = append(parts, i)
		}
	}
	return parts
}

func stops(s offtake.ProcessState) bool { return s == offtake.IsTolled || s == offtake.IsUndetermined }

// under gives the state of a part, or the one that a toll or a question interrupts.
func under(q refusal.Part) offtake.ProcessState { return cmp.Or(q.Paused, q.State) }

// task says who is to do what until a deadline, with the word that comes before
// its date.
func task(p *refusal.Process, of offtake.DeadlineName, parts []int) (who []offtake.PartyName, does, till string) {
	if who, does, till = firstTask(p, of, parts); till != "" {
		return who, does, till
	}
	grantor := p.Contract.Right.Grantor
	n := number(sum(p, parts))
	switch of {
	case offtake.DueNotify:
		return []offtake.PartyName{grantor}, Shown(grantor) + " must serve a complete notice on " + list(firstAsked(p)), "by"
	case refusal.DueObjection:
		who = answering(p, asking(p))
		return who, list(who) + " may object to what the notice lacks", "until"
	case offtake.DueAnswer:
		q := p.Parts[parts[0]]
		who = answering(p, parts)
		if len(who) == 0 {
			return nil, "all that were asked have answered, and rank " + number(q.Offer.Rank) + " ends", "at"
		}
		return who, list(who) + " may answer for " + number(left(q)), "until"
	case offtake.DueDefinitive:
		holder := p.Parts[parts[0]].Party
		return []offtake.PartyName{holder, grantor}, Shown(holder) + " and " + Shown(grantor) + " must sign their agreement for " + n, "by"
	case offtake.DueDelivery:
		holder := p.Parts[parts[0]].Party
		return []offtake.PartyName{holder}, Shown(holder) + " must deliver " + n, "by"
	case offtake.DueSignBy:
		return []offtake.PartyName{grantor}, Shown(grantor) + " may sign " + Shown(p.ThirdParty()) + " for " + n, "until"
	case offtake.DueCloseBy:
		return []offtake.PartyName{grantor}, Shown(grantor) + "'s agreement with " + Shown(p.ThirdParty()) + " for " + n + " must take effect", "by"
	case offtake.DueExpires:
		return nil, "the offer of " + Shown(p.ThirdParty()) + " expires", "at"
	}
	return nil, "deadline " + Shown(of), "at"
}

// waits says for what a part waits that has no deadline running; "" where it
// waits for nothing.
func waits(p *refusal.Process, i int) (who []offtake.PartyName, text string) {
	if who, text = firstWaits(p, i); text != "" {
		return who, text
	}
	q, grantor := p.Parts[i], p.Contract.Right.Grantor
	n := number(q.Quantity)
	switch q.State {
	case offtake.Assessing:
		if strings.HasPrefix(p.Why, "it waits until ") { // for a right that comes first
			return nil, n + " " + waitVerb(q.Quantity) + " " + strings.TrimPrefix(p.Why, "it waits ")
		}
		return []offtake.PartyName{grantor}, Shown(grantor) + " must say what the offer left open: " + Shown(p.Why)
	case offtake.NotifyDue, offtake.Deficient:
		text = Shown(grantor) + " must serve a complete notice on " + list(firstAsked(p))
		if p.Missed {
			return []offtake.PartyName{grantor}, text + ", and is late since " + zoneOf(p).moment(p.Notify.By)
		}
		return []offtake.PartyName{grantor}, text + "; no deadline is set"
	case offtake.Open, offtake.Allocating:
		who = answering(p, []int{i})
		return who, list(who) + " may answer for " + number(left(q)) + ", with no deadline that can be written"
	case offtake.IsTolled:
		return nil, "time stands still for " + list(p.Causes) + ", until it is resumed"
	case offtake.IsUndetermined:
		if d := p.Contract.Right.Determiner; d != "" {
			return []offtake.PartyName{d}, Shown(d) + " must answer the question of " + Shown(p.Doubt) + ", and time stands still until then"
		}
		who = append(who, grantor)
		for _, s := range p.Seats {
			who = append(who, s.Party)
		}
		return who, list(who) + " must answer the question of " + Shown(p.Doubt) + " together, and time stands still until then"
	case offtake.IsDisputed:
		return nil, n + " " + are(q.Quantity) + " in dispute: no deadline falls, and nothing is signed or closed"
	}
	return waitsBound(p, q)
}

func waitVerb(n int64) string {
	if n == 1 {
		return "waits"
	}
	return "wait"
}

// waitsBound says the same of a part that a holder or the third party has.
func waitsBound(p *refusal.Process, q refusal.Part) (who []offtake.PartyName, text string) {
	grantor, third, n := p.Contract.Right.Grantor, Shown(p.ThirdParty()), number(q.Quantity)
	switch {
	case q.State == offtake.Contracting && q.Agreed:
		return []offtake.PartyName{q.Party}, Shown(q.Party) + " must deliver " + n + "; the offer names no day"
	case q.State == offtake.Contracting:
		return []offtake.PartyName{q.Party, grantor}, Shown(q.Party) + " and " + Shown(grantor) + " must sign their agreement for " + n + "; no deadline is set"
	case q.State != offtake.InTail:
	case q.Signed == nil:
		return []offtake.PartyName{grantor}, Shown(grantor) + " may sign " + third + " for " + n + "; no deadline is set"
	case q.Signed.Overdue:
		return []offtake.PartyName{grantor}, Shown(grantor) + "'s agreement with " + third + " for " + n + " is overdue since " + zoneOf(p).moment(q.Signed.CloseBy) + "; it may be withdrawn, and taking effect now would breach"
	default:
		return []offtake.PartyName{grantor}, Shown(grantor) + "'s agreement with " + third + " for " + n + " must take effect; no deadline is set"
	}
	return nil, ""
}

// firstAsked gives the holders on whom a notice must be served: those of the
// first rank, or all where all answer at once.
func firstAsked(p *refusal.Process) (who []offtake.PartyName) {
	for _, s := range p.Seats {
		if s.Rank == p.Seats[0].Rank || p.Contract.Right.Ranks.Mode == "concurrent" {
			who = append(who, s.Party)
		}
	}
	return who
}

// asking gives the parts that holders are asked about.
func asking(p *refusal.Process) (parts []int) {
	for i, q := range p.Parts {
		if s := under(q); s == offtake.Open || s == offtake.Allocating {
			parts = append(parts, i)
		}
	}
	return parts
}

// answering gives the holders that are asked about some parts and have not answered.
func answering(p *refusal.Process, parts []int) (who []offtake.PartyName) {
	for _, i := range parts {
		r := p.Parts[i].Offer
		if r == nil {
			continue
		}
		for _, by := range r.Asked {
			if !slices.ContainsFunc(r.Answers, func(a refusal.Answer) bool { return a.By == by }) {
				who = append(who, by)
			}
		}
	}
	return who
}

// left gives what of a part nobody asked before has taken.
func left(q refusal.Part) int64 {
	n := q.Quantity
	if q.Offer != nil {
		for _, k := range q.Offer.Kept {
			n -= k.Quantity
		}
	}
	return n
}

func sum(p *refusal.Process, parts []int) (n int64) {
	for _, i := range parts {
		n += p.Parts[i].Quantity
	}
	return n
}

package refusaltest

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// owed gives the part that a notice is owed for, where time runs for it.
func (p *process) owed() *part {
	for _, q := range p.parts {
		if s := p.shown(q); s == offtake.NotifyDue || s == offtake.Deficient {
			return q
		}
	}
	return nil
}

// serve tells the holders. A complete notice opens the window; what an
// incomplete one does is the clause's choice.
func (p *process) serve(a offtake.Act, deed offtake.NoticeServe) Outcome {
	q := p.owed()
	if a.By != p.t.right.Grantor || q == nil || !p.reachesFirst(deed.To) {
		return Rejected
	}
	missing := p.lacking(deed.Contents)
	if len(missing) > 0 && p.t.right.Notice.Deficiency == offtake.Strict {
		q.move(offtake.Deficient, a.At)
		return Taken
	}
	p.missing, p.objects = missing, nil
	if len(missing) > 0 {
		p.objects = &clock{from: a.At, length: p.t.right.Notice.ObjectionWithin, notice: true}
		p.t.days.count(p.objects)
	}
	p.noticed = p.terms
	if !p.based {
		p.baseline, p.based = p.terms, true
	}
	p.openFirst(q, a.At)
	if p.valueless() {
		p.ask(offtake.DoubtValue, a.At)
	}
	return Taken
}

// reachesFirst: every holder of the first rank is named, and where all answer
// at once every holder. Nobody named is everybody.
func (p *process) reachesFirst(to []offtake.PartyName) bool {
	if to == nil {
		return true
	}
	for _, s := range p.seats {
		if (s.Rank == p.seats[0].Rank || p.atOnce()) && !slices.Contains(to, s.Party) {
			return false
		}
	}
	for _, party := range to {
		if p.seat(party) == nil {
			return false
		}
	}
	return true
}

// lacking gives the required contents that a notice does not have. An extra
// that may be left out must have its value said.
func (p *process) lacking(contents []offtake.Content) (missing []offtake.Content) {
	for _, c := range p.t.right.Notice.Contents {
		if !slices.Contains(contents, c) {
			missing = append(missing, c)
		}
	}
	for _, x := range p.terms.Extras {
		if p.t.right.Package == offtake.SeverablePackage && x.Burdened == offtake.StatedNo && x.Value.Currency() == "" {
			missing = append(missing, "extras")
		}
	}
	return missing
}

// valueless: an extra that may be paid in cash and has no value.
func (p *process) valueless() bool {
	return p.t.right.NonCash == offtake.CashEquivalent && slices.ContainsFunc(p.terms.Extras, func(x offtake.Extra) bool { return x.Value.Currency() == "" })
}

// object is a holder's objection to a notice: it lacked something, or there is
// a question that no clock decides.
func (p *process) object(a offtake.Act, deed offtake.NoticeObject) Outcome {
	s := p.seat(a.By)
	open := slices.IndexFunc(p.parts, func(q *part) bool { return p.shown(q) == offtake.Open })
	if s == nil || open < 0 {
		return Rejected
	}
	if deed.Question != "" {
		if deed.Question != offtake.DoubtGoodFaith && deed.Question != offtake.DoubtEquivalence && deed.Question != offtake.DoubtValue {
			return Rejected
		}
		p.ask(deed.Question, a.At)
		return Taken
	}
	founded := slices.ContainsFunc(deed.Missing, func(c offtake.Content) bool { return slices.Contains(p.missing, c) })
	if !founded || p.objects == nil || a.At.After(p.objects.by) {
		return Rejected
	}
	p.deficient(a.At)
	return Taken
}

// fit makes a part what is still offered beside the others: one at the least,
// where more has ended than is offered now.
func (p *process) fit(one *part) {
	one.quantity = p.terms.Quantity
	for _, q := range p.parts {
		if q != one {
			one.quantity -= q.quantity
		}
	}
	one.quantity = max(one.quantity, 1)
}

// deficient: the notice counts as such. Everything live that nobody is bound to
// is one part again, and all ranks are asked anew.
func (p *process) deficient(at time.Time) {
	var first *part
	for _, q := range slices.Clone(p.parts) {
		switch {
		case final(q.state) || q.state == offtake.Contracting:
		case first == nil:
			first = q
		default:
			first.quantity += q.quantity
			p.parts = slices.DeleteFunc(p.parts, func(other *part) bool { return other == q })
		}
	}
	if first == nil {
		return
	}
	p.fit(first)
	first.move(offtake.Deficient, at)
	first.signed, first.signBy = nil, time.Time{}
	p.missing, p.objects, p.based = nil, nil, false
	for _, s := range p.seats {
		s.asked = false
	}
}

// ask raises a question. Time stands still for what nobody is bound to.
func (p *process) ask(d offtake.Doubt, at time.Time) {
	if p.doubt == "" { // what was asked first stays the question
		p.doubt = d
	}
	p.stop(at)
}

// determine answers the question: for the grantor everything goes on, for the
// holder the notice was deficient.
func (p *process) determine(a offtake.Act, deed offtake.Determine) Outcome {
	if p.doubt == "" || !p.live() || deed.Question != "" && deed.Question != p.doubt || !p.mayDetermine(a, deed) {
		return Rejected
	}
	p.doubt = ""
	revised, signing := p.revised, p.signing
	p.revised, p.signing = nil, nil
	p.start(a.At)
	if deed.Answer == offtake.ForHolder {
		p.deficient(a.At)
		return Taken
	}
	if revised != nil { // the change is settled, and is part of what was noticed
		p.settled = append(p.settled, *revised)
		if slices.ContainsFunc(p.parts, func(q *part) bool { return q.round != nil }) {
			p.noticed = *revised
		}
	}
	if signing != nil {
		p.settled = append(p.settled, p.terms.Revised(signing.Terms))
		p.pending = signing
	}
	p.signWhatWaited(a.At)
	return Taken
}

// signWhatWaited lets what was signed take effect once nothing stops it.
func (p *process) signWhatWaited(at time.Time) {
	if len(p.causes) > 0 || p.doubt != "" {
		return
	}
	if s := p.pending; s != nil {
		if p.waits {
			p.waiting = nil
		}
		p.pending = nil
		p.effective(*s, p.terms.Revised(s.Terms), at)
	}
	p.takeEffect(at)
}

func (p *process) mayDetermine(a offtake.Act, deed offtake.Determine) bool {
	if p.t.right.Determiner != "" {
		return a.By == p.t.right.Determiner
	}
	if !p.eitherSide(a.By) || !slices.Contains(deed.SignedBy, p.t.right.Grantor) {
		return false
	}
	return !slices.ContainsFunc(p.seats, func(s *seat) bool { return !slices.Contains(deed.SignedBy, s.Party) })
}

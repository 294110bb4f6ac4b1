package refusaltest

import (
	"fmt"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// receive opens the process of an offer that the grantor has got.
func (t *Twin) receive(a offtake.Act, terms offtake.OfferTerms) Outcome {
	switch {
	case t.offered || terms.Quantity <= 0:
		return Rejected
	case a.By == t.right.Grantor && !terms.Expires.IsZero() && t.dates.when(terms.Expires).Before(a.At):
		return Rejected
	case a.By == t.right.Grantor && len(terms.Extras) > 0 && t.right.Package == offtake.PackageBarred:
		return Rejected
	}
	t.offered, t.owner, t.terms = true, a.By, terms
	if a.By == t.right.Grantor {
		t.open(terms, a.At)
	}
	return Taken
}

// open makes a process of terms.
func (t *Twin) open(terms offtake.OfferTerms, at time.Time) *process {
	p := &process{t: t, id: fmt.Sprintf("o#%d", len(t.all)+1), terms: terms}
	p.parts = []*part{{quantity: terms.Quantity, since: at, state: t.assess(terms)}}
	p.sit()
	p.owe(at)
	t.all = append(t.all, p)
	return p
}

// owe starts the time to notify where a notice is owed.
func (p *process) owe(at time.Time) {
	if p.parts[0].state != offtake.NotifyDue || p.t.right.NotifyWithin.IsZero() {
		return
	}
	p.notify = &clock{from: at, length: p.t.right.NotifyWithin}
	p.t.days.count(p.notify)
	if p.stands(p.parts[0]) {
		p.notify.stops = []span{{from: p.t.now}}
	}
}

func (t *Twin) third(terms offtake.OfferTerms) offtake.PartyName {
	if terms.Party != "" {
		return terms.Party
	}
	for _, p := range t.book.Providers {
		if p.Name == terms.Provider {
			return p.Party
		}
	}
	return ""
}

// related reports whether one party is the other or its affiliate.
func (t *Twin) related(a, b offtake.PartyName) bool {
	if a == b {
		return true
	}
	for _, p := range t.book.Parties {
		if p.Name == a && slices.Contains(p.Affiliates, b) || p.Name == b && slices.Contains(p.Affiliates, a) {
			return true
		}
	}
	return false
}

// asks gives the holders an offer is brought before: all of them, but where a
// holder makes it itself only its seniors.
func (t *Twin) asks(terms offtake.OfferTerms) (seats []*seat) {
	third, below := t.third(terms), 1<<30
	for _, h := range t.right.Holders {
		if t.related(third, h.Party) {
			below = min(below, h.Rank)
		}
	}
	for i, h := range t.right.Holders {
		if h.Rank < below {
			seats = append(seats, &seat{Holder: h, place: i})
		}
	}
	return seats
}

// sit finds who is asked. A seat that was assigned stays so.
func (p *process) sit() {
	was := p.seats
	p.seats = p.t.asks(p.terms)
	for _, s := range p.seats {
		for _, old := range was {
			if old.place == s.place {
				s.Party = old.Party
			}
		}
	}
}

// assess asks who the third party is, whether the right reaches the offer, and
// whether the offer triggers it.
func (t *Twin) assess(terms offtake.OfferTerms) offtake.ProcessState {
	scope := t.right.Scope
	if len(t.asks(terms)) == 0 {
		return offtake.NotTriggered
	}
	n := scope.Quantity
	if terms.Quantity < n.AtLeast || n.AtMost > 0 && terms.Quantity > n.AtMost {
		return offtake.NotTriggered
	}
	if scope.Sites != nil && terms.Site != "" && !slices.Contains(scope.Sites, terms.Site) {
		return offtake.NotTriggered
	}
	if len(terms.Extras) > 0 && t.right.Package == offtake.PackageNotTriggered {
		return offtake.NotTriggered
	}
	for _, mark := range t.right.BonaFide {
		if !slices.Contains(terms.BonaFide, mark) {
			return offtake.NotTriggered
		}
	}
	if scope.Sites != nil && terms.Site == "" {
		return offtake.Assessing
	}
	return offtake.NotifyDue
}

// standing gives the processes that an act about the offer itself must pass:
// the live ones, and the last where it was not triggered.
func (t *Twin) standing() (ps []*process) {
	for i, p := range t.all {
		if p.live() || i == len(t.all)-1 && p.state() == offtake.NotTriggered {
			ps = append(ps, p)
		}
	}
	return ps
}

// taken gives what of the whole offer has gone to holders.
func (t *Twin) taken() (n int64) {
	for _, p := range t.all {
		for _, q := range p.parts {
			if q.state == offtake.IsFulfilled {
				n += q.quantity
			}
		}
	}
	return n
}

// revise changes the offer, where every process that stands for it takes the
// change.
func (t *Twin) revise(a offtake.Act, change offtake.OfferTerms) Outcome {
	now := t.terms.Revised(change)
	if !t.offered || a.By != t.owner || t.gone || t.taken() >= t.terms.Quantity || now.Quantity <= t.taken() {
		return Rejected
	}
	if len(t.standing()) > 0 && !now.Expires.IsZero() && t.dates.when(now.Expires).Before(a.At) {
		return Rejected // it has gone
	}
	type step struct {
		p      *process
		change offtake.OfferTerms
	}
	var steps []step
	last := t.all[len(t.all)-1]
	for _, p := range t.standing() {
		if p != last && last.live() {
			continue // its offer is its successor's now
		}
		mine := change
		if change.Quantity != 0 && p.live() {
			mine.Quantity = p.terms.Quantity + now.Quantity - t.terms.Quantity
		}
		if !p.mayRevise(mine) {
			return Rejected
		}
		steps = append(steps, step{p, mine})
	}
	t.terms = now
	for _, s := range steps {
		s.p.revise(s.change, a.At)
	}
	return Taken
}

// mayRevise: not once a third party has signed, and only where there is
// something nobody is bound to that holders answer for or that is released.
func (p *process) mayRevise(change offtake.OfferTerms) bool {
	fixed := int64(0)
	movable := !p.live()
	for _, q := range p.parts {
		if q.signed != nil && q.state == offtake.InTail {
			return false
		}
		switch q.state {
		case offtake.IsFulfilled, offtake.ClosedThirdParty, offtake.Contracting:
			fixed += q.quantity
		case offtake.Assessing, offtake.NotifyDue, offtake.Deficient, offtake.Open, offtake.Allocating, offtake.InTail:
			movable = true
		}
	}
	return movable && p.terms.Revised(change).Quantity > fixed
}

// revise follows the row of the state that stands, a toll aside.
func (p *process) revise(change offtake.OfferTerms, at time.Time) {
	now := p.terms.Revised(change)
	q := p.standsFor()
	switch {
	case q == nil:
		if p.t.assess(now) != offtake.NotTriggered {
			p.t.open(now, at)
		} else {
			p.terms, p.parts[0].quantity = now, now.Quantity
		}
	case q.state == offtake.InTail || q.round != nil:
		p.reviseNoticed(now, at)
	default:
		p.replace(q, now, at)
	}
}

// standsFor gives the part by which a revision is judged: the released one
// where there is one.
func (p *process) standsFor() (live *part) {
	for _, q := range p.parts {
		if q.state == offtake.InTail {
			return q
		}
		if !final(q.state) && q.state != offtake.Contracting {
			live = q
		}
	}
	return live
}

// replace puts other terms under a process before its notice.
func (p *process) replace(q *part, now offtake.OfferTerms, at time.Time) {
	p.terms = now
	p.fit(q)
	p.sit()
	switch s := p.t.assess(now); {
	case q.state == offtake.Assessing && s == offtake.NotifyDue:
		q.move(s, at)
		p.owe(at)
	case s == offtake.NotTriggered, s == offtake.Assessing:
		q.move(s, at)
	}
}

// reviseNoticed judges a change by the rule of what holders are asked about, and
// by that of what was released, where there is such a part.
func (p *process) reviseNoticed(now offtake.OfferTerms, at time.Time) {
	var open, released *part
	for _, q := range p.parts {
		switch {
		case q.state == offtake.InTail:
			released = q
		case q.round != nil && !final(q.state) && open == nil:
			open = q
		}
	}
	asked, tail := within, within
	if open != nil {
		asked = p.against(now, false)
	}
	if released != nil {
		tail = p.against(now, true)
	}
	switch {
	case asked == better || tail == better:
		p.supersede(now, at, func(q *part) bool { return !final(q.state) && q.state != offtake.Contracting })
	case asked == unclear || tail == unclear:
		p.terms, p.revised = now, &now
		p.ask(p.unclearKey(now), at)
	case open != nil:
		p.terms, p.noticed = now, now
		p.fit(open)
	default:
		p.terms = now
	}
}

// supersede ends parts and opens a successor for what they were.
func (p *process) supersede(now offtake.OfferTerms, at time.Time, which func(*part) bool) {
	var gone, here, held int64
	var left offtake.Duration
	for _, q := range p.parts {
		if !which(q) {
			gone += q.quantity
			if q.state == offtake.Contracting || q.state == offtake.IsFulfilled || q.state == offtake.ClosedThirdParty {
				held += q.quantity
			}
			continue
		}
		here += q.quantity
		if q.round != nil {
			left = p.t.days.left(q.clock, at)
		}
		q.move(offtake.IsSuperseded, at)
	}
	if now.Quantity > gone {
		now.Quantity -= gone
	} else { // of what is left no more than is still offered
		now.Quantity = min(here, now.Quantity-held)
	}
	p.doubt, p.revised, p.signing = "", nil, nil
	next := p.t.open(now, at)
	for _, s := range next.seats {
		for _, old := range p.seats {
			if old.place == s.place {
				s.Party = old.Party
			}
		}
	}
	if q := next.parts[0]; len(next.seats) > 0 && q.state != offtake.NotifyDue {
		q.state = offtake.NotifyDue // whatever the new terms are
		next.owe(at)
	}
	next.after, next.left, next.leftRank, next.asked = true, left, p.rank, p.rank
}

// withdraw gives the offer up, where no acceptance stands in the way.
func (t *Twin) withdraw(a offtake.Act) Outcome {
	if !t.offered || a.By != t.owner || t.gone || t.taken() >= t.terms.Quantity {
		return Rejected
	}
	stands, ended, accepted := false, false, false
	for _, p := range t.all {
		if p.live() && !p.mayWithdraw() {
			return Rejected
		}
		stands = stands || p.live()
		accepted = accepted || p.live() && p.accepted()
		if i := len(t.all) - 1; p == t.all[i] || p.live() {
			ended = ended || !p.live() && p.state() != offtake.NotTriggered && p.state() != offtake.IsWaived
		}
	}
	if ended && !stands {
		return Rejected // nothing of it is left
	}
	for _, p := range t.all {
		p.before = nil
		if !p.live() {
			continue
		}
		p.withdrawn = a.At
		for _, q := range p.parts {
			was := *q
			p.before = append(p.before, &was)
		}
		p.giveUp(a.At)
	}
	t.gone = !accepted // else only what is overdue goes
	return Taken
}

func (p *process) mayWithdraw() bool {
	for _, q := range p.parts {
		asked := q.round != nil
		signed := q.signed != nil && q.state == offtake.InTail && !q.signed.overdue
		if signed || asked && p.t.right.OfferRevocable == offtake.Irrevocable {
			return false
		}
	}
	return !p.accepted() || p.overdue()
}

func (p *process) overdue() bool {
	return slices.ContainsFunc(p.parts, func(q *part) bool { return q.signed != nil && q.signed.overdue && q.state == offtake.InTail })
}

// giveUp ends what nobody is bound to; a signature that was overdue has let its
// tail expire.
func (p *process) giveUp(at time.Time) {
	standing := p.accepted()
	p.t.gone = true
	for _, q := range p.parts {
		switch {
		case final(q.state) || q.state == offtake.Contracting:
		case q.signed != nil:
			q.move(offtake.IsTailExpired, at)
		case !standing:
			q.move(offtake.IsWithdrawn, at)
		}
	}
}

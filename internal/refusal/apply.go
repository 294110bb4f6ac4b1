package refusal

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// New gives the process that an opening makes, under its contract.
func New(c *Contract, at time.Time, e offtake.ProcessOpened) Process {
	terms := e.Terms // alone: the event need not be kept for them
	p := Process{
		ID: e.Process, Opportunity: e.Opportunity, Contract: c, After: e.After, Left: e.Left, LeftRank: e.LeftRank,
		Product: e.Product, Stated: e.Stated,
		Terms: &terms, Noticed: &nothing, Baseline: &nothing, Notify: &noClock, Object: &noClock, Why: e.Why, Opened: at, Seats: c.seats(terms),
		Parts: []Part{{Quantity: terms.Quantity, State: e.State, Since: at, Clock: &noClock}},
	}
	for n, party := range e.Holders {
		if n < len(p.Seats) {
			p.Seats[n].Party = party
		}
	}
	if e.State == offtake.NotifyDue {
		p.triggered(at, e.NotifyBy)
	}
	return p
}

func (p *Process) triggered(at, notifyBy time.Time) {
	p.Triggered = at
	notify := Clock{From: at, Length: p.Contract.Right.NotifyWithin, By: notifyBy}
	if p.stopped() {
		notify = notify.stopped(at)
	}
	p.Notify = &notify
}

// nothing are the terms of a notice that was not served.
var nothing offtake.OfferTerms

// Apply folds one event of the process that happened at an instant, and leaves
// the process it is given as it was. Events of other processes and other kinds
// change nothing.
func Apply(p Process, at time.Time, e offtake.Event) Process {
	p.Parts = slices.Clone(p.Parts)
	p.Fold(at, e)
	return p
}

// Fold does what Apply does in place. The parts must be this process's alone.
func (p *Process) Fold(at time.Time, e offtake.Event) {
	p.fold(at, e)
	p.Folded++
	if p.stopped() && !p.Live() { // nothing stands still that has ended
		p.Doubt, p.Proposed, p.Causes = "", nil, nil
	}
}

func (p *Process) fold(at time.Time, e offtake.Event) {
	switch e := e.(type) {
	case offtake.TermsReplaced:
		p.replaceTerms(at, e)
	case offtake.NotifyMissed:
		p.Missed = true
	case offtake.NoticeFoundDeficient:
		p.deficient(at)
		p.Why = cmp.Or(e.Why, p.Why)
	case offtake.NoticeServed:
		p.serve(at, e)
	case offtake.NoticeCorrected:
		p.Terms, p.Noticed = &e.Terms, &e.Terms
		p.resize()
	case offtake.RankOpened:
		p.openRank(at, e)
	case offtake.Accepted:
		p.answer(at, Answer{e.By, e.Quantity})
	case offtake.AnsweredOffTerms:
		p.Why = "the answer of " + string(e.By) + " did not conform: " + e.Why
		if e.Passed {
			p.answer(at, Answer{By: e.By})
		}
	case offtake.Declined:
		p.Why = string(e.By) + " passed"
		p.answer(at, Answer{By: e.By})
	case offtake.RankClosed:
		p.closeRank(e)
	case offtake.Bound:
		p.bind(at, e)
	case offtake.DefinitiveSigned:
		p.Relied = true
		q := &p.Parts[e.Part-1]
		q.Agreed = true
		q.run(offtake.DueDelivery, Clock{From: e.From, Length: p.Contract.Right.DeliveryGrace, By: e.Deliver})
	case offtake.Lapsed:
		p.Why = e.Why
		p.unbind(at, p.split(int(e.Part-1), e.Quantity))
	case offtake.Released:
		p.release(at, e)
	case offtake.Fulfilled:
		p.Relied = true
		p.fulfil(at, p.split(int(e.Part-1), e.Quantity))
		p.Why = string(e.Party) + " and the grantor have their agreement"
	default:
		p.foldMore(at, e)
	}
}

func (p *Process) foldMore(at time.Time, e offtake.Event) {
	switch e := e.(type) {
	case offtake.Superseded:
		p.supersede(at)
		p.Why = e.Why
	case offtake.Withdrawn:
		p.withdraw(at, e)
	case offtake.Restored:
		p.restore(at, e)
	case offtake.Reinstated:
		p.reinstate(at)
	case offtake.ThirdPartySigned:
		p.sign(at, e)
	case offtake.ThirdPartyNoted:
		p.Closed = p.Closed || e.Closed
	case offtake.DisputeRaised:
		p.dispute(at)
		p.Doubt, p.Why = offtake.DoubtEvidence, e.Why
	case offtake.ThirdPartyClosed:
		p.Relied = true
		p.move(at, offtake.ClosedThirdParty, Part.signed)
		p.Why = "the third party's agreement took effect"
	case offtake.CloseOverdue:
		p.overdue(at)
	case offtake.TailExpired:
		p.move(at, offtake.IsTailExpired, func(q Part) bool { return q.free() && fell(q.Clock.By, at) })
		p.Why = "nobody signed in time"
	case offtake.Tolled:
		p.pause(at, offtake.IsTolled, Part.live)
		p.Causes = append(slices.Clone(p.Causes), e.Cause)
	case offtake.Resumed:
		p.Causes = slices.DeleteFunc(slices.Clone(p.Causes), func(c string) bool { return c == e.Cause })
		p.resume(at, e.NotifyBy, e.ObjectBy, e.Deadlines, Part.live)
	case offtake.OfferMade:
		p.Noticed, p.Baseline = &e.Terms, &e.Terms
		if i := p.find(in(offtake.Open, offtake.IsOffered)); p.Parts[i].State != offtake.IsOffered {
			p.put(i, at, offtake.IsOffered)
		}
		p.Why = string(e.By) + " has made its offer"
	case offtake.OfferStood:
		p.Parts[p.find(in(offtake.IsOffered))].halt()
	case offtake.OfferTurnedDown:
		p.Why = e.Why
	case offtake.ProductShipped:
		p.shipped(at, e)
	case offtake.StatementMade:
		p.Stated = append(slices.Clip(p.Stated), e.Says)
	case offtake.HeadStartOver:
		p.move(at, offtake.IsFulfilled, in(offtake.InHeadStart))
		p.Why = "the head start is over"
	case offtake.Extended:
		if e.Deadline == offtake.DueNotify {
			notify := *p.Notify
			notify.By, notify.Floor = e.NotifyBy, e.NotifyBy
			if !e.NotifyLength.IsZero() {
				notify.Length = e.NotifyLength
			}
			p.Notify, p.Missed = &notify, false
		}
		p.postpone(e.Deadlines)
	case offtake.Assigned:
		p.assign(e)
	case offtake.QuestionRaised:
		p.pause(at, offtake.IsUndetermined, Part.unbound)
		p.Doubt, p.Why = e.Question, e.Why
		if e.Terms.Quantity != 0 {
			p.Proposed = &e.Terms
		}
	case offtake.Determined:
		p.determined(at, e)
	case offtake.Waived:
		p.move(at, offtake.IsWaived, Part.live)
		p.Why = e.Why
	case offtake.ClauseReplaced:
		p.Missed = p.Missed && !e.NotifyBy.After(p.Notify.By)
		notify := *p.Notify
		notify.By = e.NotifyBy
		if now := p.Contract.Right.NotifyWithin; offtake.CompareDurations(now, notify.Length) > 0 {
			notify.Length = now
		}
		p.Notify = &notify
		p.postpone(e.Deadlines)
	case offtake.Breached:
		p.breach(at, e)
	}
}

// determined ends a question. Where it was answered for the holder, what nobody
// is bound to stands still until the notice is found deficient in the same breath.
func (p *Process) determined(at time.Time, e offtake.Determined) {
	p.Why = string(e.Question) + " was decided " + string(e.Answer)
	which := Part.live
	if e.Answer == offtake.ForHolder {
		which = func(q Part) bool { return q.Party != "" }
		if p.Proposed != nil {
			p.Terms = p.Proposed
		}
		p.Asked = nil
	} else {
		p.Settled = slices.Clip(p.Settled)
		if p.Proposed != nil {
			p.Settled = append(p.Settled, p.Proposed)
		}
		if p.Asked != nil {
			p.Settled = append(p.Settled, p.Asked.Terms)
		}
	}
	p.Doubt, p.Proposed = "", nil
	p.resume(at, e.NotifyBy, e.ObjectBy, e.Deadlines, which)
}

// Under gives the process under another contract, as an amendment puts it. Who
// holds the right now sits in its seats; who is bound keeps its own.
func (p Process) Under(c *Contract) Process {
	p.Contract = c
	p.reseat()
	return p
}

// move puts the parts that qualify into a state.
func (p *Process) move(at time.Time, to offtake.ProcessState, which func(Part) bool) {
	for i, q := range p.Parts {
		if which(q) {
			p.put(i, at, to)
		}
	}
}

// put puts one part into a state. One that ends has no deadline any more.
func (p *Process) put(i int, at time.Time, to offtake.ProcessState) {
	q := &p.Parts[i]
	q.Was, q.State, q.Since, q.Paused = q.State, to, at, ""
	if Final(to) {
		q.Of = ""
		if to != offtake.IsWithdrawn { // which an acceptance of the instant may undo
			q.Clock, q.Offer = &noClock, nil
		}
	}
}

// split makes so much of a part one of its own, behind what is left, and gives
// its place. None at all is all of it.
func (p *Process) split(i int, quantity int64) int {
	if quantity == 0 || quantity == p.Parts[i].Quantity {
		return i
	}
	some := p.Parts[i]
	some.Quantity = quantity
	p.Parts[i].Quantity -= quantity
	p.Parts = slices.Insert(p.Parts, i+1, some)
	return i + 1
}

// fulfil ends a bound part. A holder has one part that is fulfilled.
func (p *Process) fulfil(at time.Time, i int) {
	p.put(i, at, offtake.IsFulfilled)
	for n, q := range p.Parts {
		if n != i && q.State == offtake.IsFulfilled && q.Party == p.Parts[i].Party {
			first, second := min(n, i), max(n, i)
			p.Parts[first].Quantity += p.Parts[second].Quantity
			p.Parts[first].Since = at
			p.Parts = slices.Delete(p.Parts, second, second+1)
			return
		}
	}
}

// resize lets the part that nobody is bound to follow the quantity of the terms.
func (p *Process) resize() {
	i := p.find(func(q Part) bool { return q.unbound() || len(p.Parts) == 1 })
	if i < 0 {
		return
	}
	rest := p.Terms.Quantity
	for n, q := range p.Parts {
		if n != i {
			rest -= q.Quantity
		}
	}
	p.Parts[i].Quantity = max(rest, 1)
}

func (p *Process) replaceTerms(at time.Time, e offtake.TermsReplaced) {
	p.Terms = &e.Terms
	if p.any(func(q Part) bool { return q.under() == offtake.InTail }) {
		return // worse for the third party: what was released stays released
	}
	p.Why = cmp.Or(e.Why, p.Why)
	if e.State == offtake.NotifyDue && p.Triggered.IsZero() {
		since := at
		if !e.Since.IsZero() {
			since = e.Since
		}
		p.triggered(since, e.NotifyBy)
	}
	if p.Served.IsZero() {
		p.reseat()
	}
	p.resize()
	broken := p.Parts[0].State == offtake.NotTriggered && e.State == offtake.NotifyDue // a right that had been lifted
	for i, q := range p.Parts {
		switch {
		case !q.live() && !broken || q.under() == e.State:
		case q.Paused != "" && !Final(e.State):
			p.Parts[i].Paused = e.State
		default:
			p.put(i, at, e.State)
		}
	}
}

// reseat finds anew who is asked about the offer as it is now. Who sits in a seat
// that stays, stays, and so does who is bound.
func (p *Process) reseat() {
	seats, former := p.Contract.seats(*p.Terms), []Seat(nil)
	for _, was := range slices.Concat(p.Seats, p.Former) {
		i := slices.IndexFunc(seats, func(s Seat) bool { return s.Named == was.Named })
		switch {
		case i >= 0:
			seats[i].Party, seats[i].Asked, seats[i].Until = was.Party, was.Asked, was.Until
		case p.any(func(q Part) bool { return q.live() && q.Party == was.Party }):
			former = append(former, was)
		}
	}
	p.Seats, p.Former = seats, former
}

// deficient makes one part, which is owed a notice, of everything that is live
// and not bound. What was answered and what time has passed do not count.
func (p *Process) deficient(at time.Time) {
	first := p.find(Part.unbound)
	if first < 0 {
		return
	}
	whole := Part{State: offtake.Deficient, Since: at, Was: p.Parts[first].State, Clock: &noClock}
	var rest []Part
	for i, q := range p.Parts {
		switch {
		case i == first:
			rest = append(rest, whole)
		case !q.unbound():
			rest = append(rest, q)
		}
		if q.unbound() {
			whole.Quantity += q.Quantity
		}
	}
	if len(p.Causes) > 0 {
		whole.State, whole.Paused = offtake.IsTolled, offtake.Deficient
	}
	rest[first] = whole
	p.Parts = rest
	p.resize()
	p.Served, p.Object, p.Missing = time.Time{}, &noClock, nil
	p.Baseline, p.Noticed, p.Contents = &nothing, &nothing, nil
	p.Seats = slices.Clone(p.Seats)
	for i := range p.Seats {
		p.Seats[i].Asked = false
	}
	p.Missed = p.Missed || !p.stopped() && passed(p.Notify.By, at)
}

func (p *Process) serve(at time.Time, e offtake.NoticeServed) {
	p.Served, p.Noticed, p.Baseline = at, p.Terms, p.Terms
	p.Contents, p.Missing, p.Object = e.Contents, e.Missing, &noClock
	if len(e.Missing) > 0 {
		p.Object = &Clock{From: at, Length: p.Contract.Right.Notice.ObjectionWithin, Notice: true, By: e.ObjectBy}
	}
	p.Why = ""
}

// openRank offers what a part has left to the holders of a rank.
func (p *Process) openRank(at time.Time, e offtake.RankOpened) {
	i := int(e.Part - 1)
	round := Round{Rank: e.Rank, N: e.Round, Asked: e.Asked, Anew: p.Parts[i].Was == offtake.IsWithdrawn}
	round.Lapsed = round.Anew || p.Parts[i].Was == offtake.Contracting
	if was := p.Parts[i].Offer; was != nil {
		round.Kept, round.Lapsed, round.Anew = was.Kept, was.Lapsed, was.Anew
	}
	state := offtake.Open
	if e.Round == 2 {
		state = offtake.Allocating
	}
	if p.Parts[i].State != state {
		p.put(i, at, state)
	}
	q := &p.Parts[i]
	q.Offer = &round
	q.run(offtake.DueAnswer, Clock{From: at, Length: e.Window, Notice: true, By: e.Answer})
	p.Rank, p.Round = e.Rank, e.Round
	p.Seats = slices.Clone(p.Seats)
	for s := range p.Seats {
		if slices.Contains(e.Asked, p.Seats[s].Party) {
			p.Seats[s].Asked, p.Seats[s].Until = true, e.Answer
		}
	}
	p.hold(at, i)
}

// answer records what a holder said, of the part it is asked about. It also
// undoes a withdrawal of the same instant: an acceptance comes first.
func (p *Process) answer(at time.Time, a Answer) {
	i := p.askedOf(at, a.By, a.Quantity > 0)
	if i < 0 {
		return
	}
	if p.Parts[i].State == offtake.IsWithdrawn {
		p.reinstate(at)
	}
	round := *p.Parts[i].Offer
	round.Answers = append(slices.Clone(round.Answers), a)
	p.Parts[i].Offer = &round
}

// reinstate undoes a withdrawal of the instant.
func (p *Process) reinstate(at time.Time) {
	for n, q := range p.Parts {
		if q.State != offtake.IsWithdrawn || !q.Since.Equal(at) || q.Under != nil || q.Was == offtake.IsTolled || q.Was == offtake.IsUndetermined {
			continue
		}
		p.put(n, at, q.Was)
		switch q.Was {
		case offtake.Open, offtake.Allocating:
			p.Parts[n].Of = offtake.DueAnswer
		case offtake.InTail:
			p.Parts[n].Of = offtake.DueSignBy
		}
	}
}

// restore takes back so much of what was withdrawn for a holder of another right. What
// waits for a notice waits with the rest that does.
func (p *Process) restore(at time.Time, e offtake.Restored) {
	i := p.split(int(e.Part-1), e.Quantity)
	q := &p.Parts[i]
	q.Was, q.State, q.Since, q.Paused, q.Under, q.Offer = q.State, e.State, at, "", nil, nil
	if e.State != offtake.Open {
		q.Was = e.State
	}
	q.halt()
	p.Why = e.Why
	if n := p.find(func(r Part) bool { return r.under() == e.State && r.Under == nil }); n >= 0 && n != i && e.State != offtake.Open {
		p.Parts[n].Quantity += q.Quantity
		p.Parts = slices.Delete(p.Parts, i, i+1)
		return
	}
	if e.State == offtake.NotifyDue {
		p.triggered(at, e.NotifyBy)
		p.Missed = false
	}
	if e.State != offtake.Open {
		p.hold(at, i)
	}
}

func (p *Process) closeRank(e offtake.RankClosed) {
	q := &p.Parts[e.Part-1]
	round := *q.Offer
	round.Kept = slices.Clone(round.Kept)
	for _, t := range e.Takings {
		i := slices.IndexFunc(round.Kept, func(k offtake.Taking) bool { return k.Party == t.Party })
		if i < 0 {
			round.Kept = append(round.Kept, t)
			continue
		}
		round.Kept[i].Quantity += t.Quantity
	}
	round.Answers = nil
	q.Offer = &round
	q.halt()
}

// bind makes a part of what each holder got. What is left stays where it was.
func (p *Process) bind(at time.Time, e offtake.Bound) {
	i := int(e.Part - 1)
	rest := p.Parts[i]
	rest.Offer = nil
	rest.halt()
	bound := make([]Part, 0, len(e.Takings))
	for _, t := range e.Takings {
		rest.Quantity -= t.Quantity
		bound = append(bound, Part{
			Quantity: t.Quantity, State: offtake.Contracting, Since: at, Was: rest.State, Party: t.Party, Terms: p.Noticed,
			Of: offtake.DueDefinitive, Clock: &Clock{From: at, Length: e.Within, By: e.Definitive},
		})
		p.Why = string(t.Party) + " accepted the noticed terms"
		if p.Contract.First != nil {
			p.Why = "the offer of " + string(t.Party) + " was taken"
		}
	}
	if rest.Quantity > 0 {
		p.Parts[i] = rest
		p.Parts = append(p.Parts, bound...)
		return
	}
	p.Parts = slices.Replace(p.Parts, i, i+1, bound...)
}

// unbind makes a bound part nobody's. Who answers for it next, or that it is
// released, follows in the same breath.
func (p *Process) unbind(at time.Time, i int) {
	q := &p.Parts[i]
	q.Was, q.State, q.Since = q.State, offtake.Open, at
	q.Party, q.Terms, q.Agreed, q.Offer = "", nil, false, nil
	q.halt()
}

// release lets the third party have a part. Parts with the same time to sign
// become one.
func (p *Process) release(at time.Time, e offtake.Released) {
	i := int(e.Part - 1)
	if e.Why != "" {
		p.Why = e.Why
	}
	p.put(i, at, offtake.InTail)
	q := &p.Parts[i]
	q.Offer, q.SignBy = nil, e.SignBy
	q.run(offtake.DueSignBy, Clock{From: at, Length: p.Contract.Right.Tail.SignBy, By: e.SignBy})
	p.hold(at, i)
	for n, other := range p.Parts {
		if n != i && other.under() == offtake.InTail && other.Signed == nil && other.State == q.State && other.SignBy.Equal(e.SignBy) && other.Clock.From.Equal(at) {
			p.Parts[min(n, i)].Quantity += p.Parts[max(n, i)].Quantity
			p.Parts = slices.Delete(p.Parts, max(n, i), max(n, i)+1)
			return
		}
	}
}

// supersede ends what nobody is bound to: where a holder is, only what was
// released or is being offered.
func (p *Process) supersede(at time.Time) {
	p.move(at, offtake.IsSuperseded, Part.unbound)
	p.Doubt, p.Proposed, p.Asked = "", nil, nil // what was asked was about the offer
}

// withdraw gives up what nobody has taken; or with a quantity so much of it,
// as a part of its own.
func (p *Process) withdraw(at time.Time, e offtake.Withdrawn) {
	p.Why = e.Why
	if e.Quantity > 0 {
		p.takeAway(at, e)
		return
	}
	p.move(at, offtake.IsTailExpired, func(q Part) bool { return q.pledged() && q.Signed.Overdue })
	if !p.any(Part.accepted) {
		p.move(at, offtake.IsWithdrawn, Part.unbound)
	}
}

// takeAway withdraws so much of what no holder has taken, as one part.
func (p *Process) takeAway(at time.Time, e offtake.Withdrawn) {
	quantity := e.Quantity
	gone := Part{State: offtake.IsWithdrawn, Since: at, Clock: &noClock, Under: &e.Under}
	for i := 0; i < len(p.Parts); i++ {
		q := &p.Parts[i]
		n := min(q.left(), quantity-gone.Quantity)
		if !q.unbound() || q.Signed != nil || n <= 0 {
			continue
		}
		gone.Was, gone.Quantity = q.under(), gone.Quantity+n
		if q.Quantity -= n; q.Quantity == 0 {
			p.Parts = slices.Delete(p.Parts, i, i+1)
			i--
		}
	}
	if gone.Quantity > 0 {
		p.Parts = append(p.Parts, gone)
	}
}

// sign gives so much of the released quantity to the third party; what is left
// of a part stays behind it as a part of its own.
func (p *Process) sign(at time.Time, e offtake.ThirdPartySigned) {
	signed := ThirdParty{At: at, Terms: p.Terms, Quantity: e.Quantity, CloseBy: e.CloseBy}
	if !e.Terms.SameBut(p.Terms) {
		terms := e.Terms
		signed.Terms = &terms
	}
	p.Engaged = true
	switch {
	case e.Conditional && e.Asked:
		signed.Waits = e.Waited
		p.Asked = &signed
		return
	case e.Conditional:
		p.Waiting = &signed
		return
	case e.Asked:
		if p.Asked.Waits {
			p.Waiting = nil
		}
		p.Asked = nil
	case e.Waited:
		p.Waiting = nil
	}
	p.Relied = true
	left := e.Quantity
	for i := 0; i < len(p.Parts) && left > 0; i++ {
		q := p.Parts[i]
		if !q.free() {
			continue
		}
		if q.Quantity > left {
			rest := q
			rest.Quantity = q.Quantity - left
			p.Parts = slices.Insert(p.Parts, i+1, rest)
			p.Parts[i].Quantity = left
		}
		left -= p.Parts[i].Quantity
		p.Parts[i].Signed = &signed
		p.Parts[i].run(offtake.DueCloseBy, Clock{From: at, Length: p.Contract.Right.Tail.CloseBy, By: e.CloseBy})
	}
}

func (p *Process) overdue(at time.Time) {
	for i, q := range p.Parts {
		if q.signed() && fell(q.Clock.By, at) {
			late := *q.Signed
			late.Overdue = true
			p.Parts[i].Signed = &late
			p.Parts[i].Of = ""
		}
	}
}

// breach ends the released parts. Where none is released, or all that was is signed
// for in time, it ends what had expired under a right that revives; else what is
// live; and where nothing is, what was withdrawn.
func (p *Process) breach(at time.Time, e offtake.Breached) {
	p.Why, p.Relied, p.Engaged = e.Why, true, true
	released := in(offtake.InTail)
	order := []func(Part) bool{p.revived, released, Part.live, in(offtake.IsWithdrawn)}
	if p.any(func(q Part) bool { return q.free() || q.signed() && q.Signed.Overdue }) {
		order[0] = released
	}
	for _, which := range order {
		if p.any(which) {
			p.move(at, offtake.IsBreached, which)
			return
		}
	}
}

// revived reports whether the time to sign a part for a third party is over, and
// the right is there again.
func (p *Process) revived(q Part) bool {
	return q.State == offtake.IsTailExpired && p.Contract.Right.Survival == offtake.Continuing
}

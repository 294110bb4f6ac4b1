package replay

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/actors"
	"github.com/offtake-dev/offtake/internal/buying"
	"github.com/offtake-dev/offtake/internal/dispatch"
	"github.com/offtake-dev/offtake/internal/traces"
)

// order is capacity the buyer asked for, from the proposal to the reservation.
type order struct {
	n      int64 // in the order asked
	id     offtake.OpportunityID
	terms  offtake.OfferTerms
	offer  actors.OfferKey
	taken  int64 // from the offer, and to give back if nothing comes of it
	from   time.Time
	until  time.Time
	asked  time.Time
	way    Way
	closed bool
}

// need puts a kind of work into the words of buying.
func (r *replay) need(w *work) buying.Need {
	return buying.Need{
		Facts: func(p offtake.ProviderName, a offtake.Accelerator, region offtake.Region, site offtake.Site) offtake.Facts {
			return w.Facts(dispatch.Pool{Provider: p, Accelerator: a, Region: region, Site: site})
		},
		Accelerators: w.Accelerators, Regions: w.Regions, Purpose: w.Purpose,
	}
}

// look lets the buyer see what is short, and asks for what it proposes.
func (r *replay) look() {
	now := r.at(r.now)
	proposals, refused := r.buyer.Look(now, r.terms(now), r.needs(now), r.capacity(), sellers{r})
	for _, x := range refused {
		if r.dec != nil {
			r.dec.passedOver(r.now, x)
		}
	}
	for _, p := range proposals {
		r.ask(p)
	}
	if next := r.buyer.Next(now); next.After(now) {
		if len(proposals) == 0 && r.stuck(now) {
			r.ended = true
			return
		}
		r.clock.at(r.tick(next), rankLook, r.look)
	}
}

// sellers are those who sell, as the buyer knows them now.
type sellers struct{ *replay }

// Left gives what the buyer may still ask of an offer: nothing where its seller
// does not sell.
func (r sellers) Left(s offtake.SupplyName, index int) int64 {
	for _, supply := range r.book.Supplies {
		if supply.Name == s {
			if a := r.stage.Seller(supply.Provider, supply.Offers[index].Accelerator); a.Silent || !a.Yes {
				return 0
			}
		}
	}
	return r.stage.Left(actors.OfferKey{Supply: s, Index: index})
}

// Reached gives when an order placed now has its offer: see ask.
func (r sellers) Reached(p offtake.ProviderName, a offtake.Accelerator) time.Time {
	return r.add(r.at(r.now), r.stage.Seller(p, a).After)
}

// MayBuy asks the market, which counts what consents have left.
func (r sellers) MayBuy(t offtake.OfferTerms) (offtake.Verdict, offtake.ClauseRef, error) {
	ruling, err := r.market.MayBuy(r.at(r.now), t)
	return ruling.Verdict, ruling.Clause, err
}

// needs gives the work that has waited too long, and dated work that begins soon.
func (r *replay) needs(now time.Time) (out []buying.Need) {
	patience := int64(r.buyer.Patience(now).Sub(r.from) / time.Second)
	for _, l := range r.sched.busy {
		n := r.need(l.work)
		if n.Count = l.olderThan(patience); n.Count > 0 {
			n.Quantity, n.Run = l.largest, time.Duration(l.longest)*time.Second
			n.Since, n.Start = r.second(l.waiting[l.first].at), now
			out = append(out, n)
		}
	}
	horizon := r.tick(r.buyer.Horizon(now))
	for _, c := range r.set.Campaigns {
		if c.At > r.end/second || c.At*second <= r.now || c.At*second > horizon {
			continue
		}
		n := r.need(r.sched.works[c.Work])
		n.Quantity, n.Count, n.Run = c.Accelerators, c.Jobs, time.Duration(c.Seconds)*time.Second
		n.Start = r.second(c.At)
		n.Since = n.Start
		if c.Deadline != traces.Never {
			n.Deadline = r.second(c.Deadline)
		}
		out = append(out, n)
	}
	return out
}

// capacity gives what is free, begins soon, or is on order.
func (r *replay) capacity() (out []buying.Capacity) {
	add := func(p dispatch.Pool, n int64, from, until time.Time) {
		if n > 0 {
			out = append(out, buying.Capacity{
				Provider: p.Provider, Accelerator: p.Accelerator, Region: p.Region, Site: p.Site,
				Quantity: n, From: from, Until: until,
			})
		}
	}
	for _, h := range r.all {
		if h.until > r.sched.now {
			add(h.pool.Pool, h.free, r.second(h.from), r.second(h.until))
		}
	}
	for _, o := range r.open() {
		p := dispatch.Pool{Provider: o.terms.Provider, Accelerator: o.terms.Accelerator, Region: o.terms.Region, Site: o.terms.Site}
		add(p, o.terms.Quantity, o.from, o.until)
	}
	return out
}

// open gives the orders nothing has come of yet, oldest first.
func (r *replay) open() (out []*order) {
	for _, o := range r.orders {
		if !o.closed {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b *order) int {
		return cmp.Compare(a.n, b.n)
	})
	return out
}

// stuck reports whether nothing can change any more for the work that waits:
// nobody is to answer, nothing is to begin or end, and no terms or supply are
// to change.
func (r *replay) stuck(now time.Time) bool {
	if !r.To.IsZero() || r.tally.running > 0 || r.upcoming > 0 || len(r.open()) > 0 {
		return false
	}
	if _, more := r.set.Peek(); more || r.clock.pending(rankTerms, rankExpire, rankEnd, rankAct) {
		return false
	}
	patience := int64(r.buyer.Patience(now).Sub(r.from) / time.Second)
	for _, l := range r.sched.busy {
		if last := l.waiting[len(l.waiting)-1]; last.at > patience {
			return false
		}
	}
	for _, s := range r.book.Supplies {
		for _, o := range s.Offers {
			for _, w := range []offtake.When{o.From, o.Until, o.Expires} {
				if !w.IsZero() && r.Setup.Law.Resolve("", w).After(now) {
					return false
				}
			}
		}
	}
	return true
}

// ask begins an order: the offer's quantity is put aside, and the seller is
// given its time before the buyer has the offer in hand.
func (r *replay) ask(p buying.Proposal) {
	r.placed++
	o := &order{
		n: r.placed, id: offtake.OpportunityID("buy-" + strconv.FormatInt(r.placed, 10)), terms: p.Terms,
		offer: actors.OfferKey{Supply: p.Supply, Index: p.Index}, from: p.Delivery, until: p.Until, asked: r.at(r.now), way: Free,
	}
	o.taken = r.stage.Sell(o.offer, p.Terms.Quantity)
	r.orders[o.id] = o
	answer := r.stage.Seller(p.Terms.Provider, p.Terms.Accelerator)
	if answer.After.IsZero() {
		r.receive(o)
		return
	}
	r.clock.at(r.tick(r.add(o.asked, answer.After)), rankAct, func() { r.receive(o) })
}

// receive brings the offer to the market, tells the holders of first refusals
// that it met, and takes it at once where none stands in the way.
func (r *replay) receive(o *order) {
	if at := r.at(r.now); o.from.Before(at) {
		o.from = at
	}
	if !r.deal(o, r.book.Buyer, offtake.ClauseRef{}, offtake.OfferReceive{Terms: o.terms}) {
		return
	}
	for _, p := range r.market.Deals().Of(o.id) {
		if p.State() == offtake.NotifyDue {
			right := p.Contract.Right
			o.way = Released
			var ask offtake.Deed = offtake.NoticeServe{Contents: right.Notice.Contents}
			if p.Contract.First != nil {
				ask = offtake.OfferInvite{}
			}
			r.deal(o, right.Grantor, p.Contract.Ref, ask)
		}
	}
	r.award(o)
}

// award takes the offer, unless a process still runs or nothing is left to take.
func (r *replay) award(o *order) {
	if o.closed {
		return
	}
	for _, p := range r.market.Deals().Of(o.id) {
		if p.Live() && p.State() != offtake.InTail {
			return
		}
	}
	r.deal(o, r.book.Buyer, offtake.ClauseRef{}, offtake.Award{})
}

// deal sends an act about an order. One that the market refuses ends the order.
func (r *replay) deal(o *order, by offtake.PartyName, clause offtake.ClauseRef, deed offtake.Deed) bool {
	events, err := r.send(offtake.Act{At: r.at(r.now), By: by, Clause: clause, Opportunity: o.id, Deed: deed})
	if err != nil {
		if r.dec != nil {
			r.dec.note(r.now, "act_refused", "opportunity", string(o.id), "act", deed.Name(), "why", err.Error())
		}
		r.abandon(o)
		return false
	}
	r.follow(events)
	return true
}

// abandon gives an order up and its capacity back to the seller.
func (r *replay) abandon(o *order) {
	if !o.closed {
		o.closed = true
		r.stage.Return(o.offer, o.taken)
		delete(r.orders, o.id)
	}
}

// take sends an act that time has made due.
func (r *replay) take(a offtake.Act) {
	events, err := r.send(a)
	if err != nil {
		r.fail(err)
		return
	}
	r.follow(events)
}

// amend lets an amendment take hold of the processes that are open.
func (r *replay) amend(a offtake.AgreementName, m offtake.AmendmentName) {
	if len(r.byProcess) == 0 {
		return
	}
	events, err := r.send(offtake.Act{At: r.at(r.now), By: r.book.Buyer, Deed: offtake.Amend{Agreement: a, Amendment: m}})
	if err != nil {
		r.fail(err)
		return
	}
	r.follow(events)
}

// follow lets everyone do what events ask of them.
func (r *replay) follow(events []offtake.Event) {
	for _, e := range events {
		if r.dec != nil {
			r.dec.event(r.now, e)
		}
		switch e := e.(type) {
		case offtake.ProcessOpened:
			if e.Product == "" {
				r.byProcess[e.Process] = r.orders[e.Opportunity]
				r.opened(e)
			}
		case offtake.OfferMade: // on the terms of the offer in hand: the holder goes first
			r.deal(r.byProcess[e.Process], r.book.Buyer, offtake.ClauseRef{}, offtake.Accept{})
		case offtake.HeadStartOver:
			r.reconsider()
		case offtake.RankOpened:
			r.asked(e)
		case offtake.Bound:
			o := r.byProcess[e.Process]
			for _, t := range e.Takings {
				r.deal(o, r.book.Buyer, offtake.ClauseRef{}, offtake.DefinitiveSign{Party: t.Party})
			}
		case offtake.Released, offtake.Waived:
			if o := r.byProcess[processOf(e)]; o != nil {
				r.award(o)
			}
		case offtake.Withdrawn:
			r.abandon(r.byProcess[e.Process])
		case offtake.TailExpired:
			r.abandon(r.byProcess[e.Process])
		case offtake.CapacityReserved:
			r.reserved(e, r.orders[e.Opportunity])
		}
	}
}

func processOf(e offtake.Event) offtake.ProcessID {
	switch e := e.(type) {
	case offtake.Released:
		return e.Process
	case offtake.Waived:
		return e.Process
	}
	return ""
}

func (r *replay) opened(e offtake.ProcessOpened) {
	if e.State == offtake.NotTriggered {
		r.out.Refusals.NotTriggered++
		return
	}
	r.out.Refusals.Opened++
}

// asked gives the holders of a rank their time to answer.
func (r *replay) asked(e offtake.RankOpened) {
	p, ok := r.market.Deals().Process(e.Process)
	if !ok {
		return
	}
	for _, h := range p.Contract.Right.Holders {
		answer := r.stage.Holder(r.at(r.now), h, p.Terms.Accelerator, p.Terms.Quantity)
		if answer.Silent || !slices.Contains(e.Asked, h.Party) {
			continue
		}
		ref := p.Contract.Ref
		r.clock.at(r.tick(r.add(r.at(r.now), answer.After)), rankAct, func() { r.answer(p.Opportunity, ref, h.Party, answer) })
	}
}

// answer sends what a holder says, if it is still asked.
func (r *replay) answer(id offtake.OpportunityID, ref offtake.ClauseRef, by offtake.PartyName, a actors.Answer) {
	o := r.orders[id]
	if o == nil || o.closed {
		return
	}
	var deed offtake.Deed = offtake.Decline{Reason: a.Reason}
	switch {
	case a.Yes && r.offers(id, ref):
		deed = offtake.OfferMake{Terms: offtake.OfferTerms{Price: o.terms.Price, Term: o.terms.Term}}
	case a.Yes:
		deed = offtake.Accept{}
	}
	events, err := r.send(offtake.Act{At: r.at(r.now), By: by, Clause: ref, Opportunity: id, Deed: deed})
	if err != nil { // it came too late, or the process has gone: the clock decides
		if r.dec != nil {
			r.dec.note(r.now, "act_refused", "opportunity", string(id), "act", deed.Name(), "why", err.Error())
		}
		return
	}
	r.follow(events)
}

// offers reports whether a clause has its holder make an offer, and not answer one.
func (r *replay) offers(id offtake.OpportunityID, ref offtake.ClauseRef) bool {
	for _, p := range r.market.Deals().Of(id) {
		if p.Contract.Ref == ref {
			return p.Contract.First != nil
		}
	}
	return false
}

// reserved mirrors capacity that is now held.
func (r *replay) reserved(e offtake.CapacityReserved, o *order) {
	from, until := whole(r.tick(e.From))/second, r.tick(e.Until)/second
	if e.From.Before(r.from) {
		from = 0
	}
	if until <= from {
		return
	}
	h := &held{
		id: e.Reservation, quantity: e.Quantity, free: e.Quantity, from: from, until: until,
		price: e.Price, unused: e.UnusedCharge,
	}
	h.pool = r.sched.place(dispatch.Pool{Provider: e.Provider, Accelerator: e.Accelerator, Region: e.Region, Site: e.Site})
	r.all = append(r.all, h)
	r.upcoming++
	if o != nil {
		r.bought(e, o, h)
	}
	r.clock.at(max(h.from*second, whole(r.now)), rankBegin, func() {
		r.upcoming--
		h.from = max(h.from, r.sched.now)
		h.pool.add(h)
		h.pool.head = nil
		r.sched.stamp++
		r.changed = append(r.changed, h.pool)
	})
	r.clock.at(h.until*second, rankEnd, func() {
		h.pool.remove(h)
		h.pool.head = nil // it may have counted on what has gone
		r.sched.stamp++
		r.changed = append(r.changed, h.pool)
		for _, s := range h.sold {
			r.stage.Return(s.Offer, s.Quantity)
		}
	})
}

// bought closes an order: the third party's quantity is sold or, where a holder
// took it, goes back, and the holder's own supply is drawn.
func (r *replay) bought(e offtake.CapacityReserved, o *order, h *held) {
	if e.Provider == o.terms.Provider {
		h.sold = []actors.Part{{Offer: o.offer, Quantity: o.taken}}
	} else {
		o.way = Matched
		r.stage.Return(o.offer, o.taken)
		h.sold = r.stage.Draw(r.at(r.now), e.Provider, e.Accelerator, e.Quantity)
	}
	o.closed = true
	delete(r.orders, o.id)
	r.out.Purchases = append(r.out.Purchases, Purchase{
		At: r.at(r.now), Asked: o.asked, Opportunity: o.id, Provider: e.Provider, Accelerator: e.Accelerator,
		Region: e.Region, Site: e.Site, Quantity: e.Quantity, Price: Amount{e.Price}, Kind: e.Kind,
		From: e.From, Until: e.Until, Way: o.way,
	})
}

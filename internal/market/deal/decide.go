package deal

import (
	"cmp"
	"slices"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// Decide says what follows from an act about an opportunity, in the processes
// it reaches and in those beside them. Awards are not decided here: they span
// more than deals.
func (d *Deals) Decide(a offtake.Act) ([]offtake.Event, error) {
	d.ahead.events = nil
	events, err := d.decide(a)
	if err != nil {
		return nil, err
	}
	return d.across(a, events), nil
}

func (d *Deals) decide(a offtake.Act) ([]offtake.Event, error) {
	switch deed := a.Deed.(type) {
	case offtake.OfferReceive:
		return d.receive(a, deed)
	case offtake.OfferInvite:
		if d.opportunities[a.Opportunity] == nil {
			return d.invite(a, deed)
		}
	case offtake.ProductAnnounce:
		return d.announce(a, deed)
	case offtake.Deadline:
		return d.deadline(a, deed)
	case offtake.Amend:
		return d.amend(a, deed)
	case offtake.Evidence:
		return nil, offtake.Refuse(offtake.NotSupported, "act %q is evidence, for which the log must be played anew, and only events are kept", a.ID)
	}
	o, ok := d.opportunities[a.Opportunity]
	if !ok {
		return nil, offtake.Refuse(offtake.NotFound, "opportunity %q has no offer", a.Opportunity)
	}
	switch deed := a.Deed.(type) {
	case offtake.OfferRevise:
		return d.revise(o, a, deed)
	case offtake.OfferWithdraw:
		return d.withdraw(o, a)
	case offtake.PurposeReading:
		return d.reading(o, a, deed)
	}
	return d.reach(o, a)
}

// receive makes an opportunity of an offer and opens a process for each right
// in force, in the book's order.
func (d *Deals) receive(a offtake.Act, deed offtake.OfferReceive) ([]offtake.Event, error) {
	switch {
	case !d.law.Receives(a.By):
		return nil, offtake.Refuse(offtake.Forbidden, "%s is no step of %q, who is not the buyer and gave no first refusal", deed.Name(), a.By)
	case a.Opportunity == "":
		return nil, offtake.Refuse(offtake.Invalid, "offer %q names no opportunity", a.ID)
	}
	o := d.opportunities[a.Opportunity]
	switch {
	case o == nil:
		o = &Opportunity{ID: a.Opportunity}
	case o.Offered:
		return nil, offtake.Refuse(offtake.Conflict, "opportunity %q already has an offer; revise it", a.Opportunity)
	case !o.Invited || a.By != o.By:
		return nil, offtake.Refuse(offtake.Conflict, "opportunity %q is about something else", a.Opportunity)
	}
	events := []offtake.Event{offtake.OfferReceived{Opportunity: a.Opportunity, By: a.By, Terms: deed.Terms}}
	for _, ref := range slices.Concat(d.law.Refusals(a.By, a.At), o.unasked(d.law.FirstOffers(a.By, a.At))) {
		c, err := d.law.Contract(ref, a.At)
		if err != nil {
			return nil, err
		}
		opened, err := refusal.Open(c, o.name(len(events)), a, d.aggregated(c, a, deed.Terms))
		if err != nil {
			return nil, err
		}
		if o.met(ref) && !reaches(opened) {
			continue // as before
		}
		events = append(events, opened...)
	}
	return events, nil
}

// unasked gives those first offers of which nobody has been asked yet: all of
// them but where an invitation came first, and then those that it did not reach,
// and which what is offered now may.
func (o *Opportunity) unasked(refs []offtake.ClauseRef) []offtake.ClauseRef {
	return slices.DeleteFunc(slices.Clone(refs), func(ref offtake.ClauseRef) bool {
		return slices.ContainsFunc(o.processes, func(k *kept) bool {
			return k.Contract.Ref == ref && k.State() != offtake.NotTriggered
		})
	})
}

// reaches reports whether a right that was judged reaches what it was judged on.
func reaches(opened []offtake.Event) bool {
	return slices.ContainsFunc(opened, func(e offtake.Event) bool {
		o, ok := e.(offtake.ProcessOpened)
		return ok && o.State != offtake.NotTriggered
	})
}

// met reports whether an opportunity has a process of a right.
func (o *Opportunity) met(ref offtake.ClauseRef) bool {
	return slices.ContainsFunc(o.processes, func(k *kept) bool { return k.Contract.Ref == ref })
}

// invite makes an opportunity of what is needed: the holder of each first offer
// in force is asked before anybody else is.
func (d *Deals) invite(a offtake.Act, deed offtake.OfferInvite) ([]offtake.Event, error) {
	refs := d.law.FirstOffers(a.By, a.At)
	switch {
	case a.Opportunity == "":
		return nil, offtake.Refuse(offtake.Invalid, "invitation %q names no opportunity", a.ID)
	case !a.Clause.IsZero():
		return nil, offtake.Refuse(offtake.Invalid, "%s names clause %s, and what is needed is the same for all of them", deed.Name(), a.Clause)
	case len(refs) == 0:
		return nil, offtake.Refuse(offtake.Forbidden, "%s is no step of %q: no first offer in force binds it", deed.Name(), a.By)
	}
	o := &Opportunity{ID: a.Opportunity}
	events := []offtake.Event{offtake.OfferInvited{Opportunity: a.Opportunity, By: a.By, Terms: deed.Terms}}
	for n, ref := range refs {
		c, err := d.law.Contract(ref, a.At)
		if err != nil {
			return nil, err
		}
		opened, err := refusal.Invite(c, o.name(n+1), a)
		if err != nil {
			return nil, err
		}
		events = append(events, opened...)
	}
	return events, nil
}

// announce makes a launch of a product, which each first placement in force
// meets in a process of its own.
func (d *Deals) announce(a offtake.Act, deed offtake.ProductAnnounce) ([]offtake.Event, error) {
	refs := d.law.Placements(a.By, a.At)
	switch {
	case a.Opportunity == "":
		return nil, offtake.Refuse(offtake.Invalid, "announcement %q names no opportunity", a.ID)
	case d.opportunities[a.Opportunity] != nil:
		return nil, offtake.Refuse(offtake.Conflict, "opportunity %q is known already", a.Opportunity)
	case deed.Product == "" || !d.law.Ships(deed.Product):
		return nil, offtake.Refuse(offtake.NotFound, "product %.60q is not declared in the book", deed.Product)
	case len(refs) == 0:
		return nil, offtake.Refuse(offtake.Forbidden, "%s is no step of %q: no first placement in force binds it", deed.Name(), a.By)
	}
	o := &Opportunity{ID: a.Opportunity}
	events := []offtake.Event{offtake.ProductAnnounced{Opportunity: a.Opportunity, By: a.By, Product: deed.Product}}
	for n, ref := range refs {
		c, err := d.law.Contract(ref, a.At)
		if err != nil {
			return nil, err
		}
		opened, err := refusal.Announce(c, o.name(n+1), a)
		if err != nil {
			return nil, err
		}
		events = append(events, opened...)
	}
	return events, nil
}

func (d *Deals) deadline(a offtake.Act, deed offtake.Deadline) ([]offtake.Event, error) {
	p, ok := d.processes[deed.Process]
	if !ok {
		return nil, offtake.Refuse(offtake.NotFound, "process %q does not exist", deed.Process)
	}
	return d.step(p, a, "")
}

// revise changes the offer in every process that stands for it.
func (d *Deals) revise(o *Opportunity, a offtake.Act, deed offtake.OfferRevise) ([]offtake.Event, error) {
	if err := d.ownOffer(o, a); err != nil {
		return nil, err
	}
	revised := o.Terms.Revised(deed.Terms)
	switch gone := o.Awarded + o.Taken; {
	case revised.Quantity <= gone:
		return nil, offtake.Refuse(offtake.Invalid, "offer quantity %d is not above the %d that are gone from it", revised.Quantity, gone)
	case o.Invited && !o.Offered && (deed.Terms.Provider != "" || deed.Terms.Party != "" || deed.Terms.Price.Currency() != ""):
		return nil, offtake.Refuse(offtake.Invalid, "revision says a provider, a party or a price, and nobody has offered opportunity %q yet", o.ID)
	}
	events := []offtake.Event{offtake.OfferRevised{Opportunity: o.ID, Terms: revised}}
	next := 1
	for _, p := range d.Of(o.ID) {
		if !p.Live() && p.State() != offtake.NotTriggered || o.passedOn(p) {
			continue
		}
		if o.needed(p) && !p.Served.IsZero() { // what was asked for is not the market's to change
			continue
		}
		a.Deed = o.changes(p, deed, revised)
		got, err := refusal.Decide(*p, a, o.name(next))
		if err != nil {
			return nil, err
		}
		opened := 0
		for i, e := range got {
			e, ok := e.(offtake.ProcessOpened)
			if !ok || e.State == offtake.NotTriggered {
				continue
			}
			opened++
			if !p.Live() { // it was judged by the whole offer, of which some was awarded since
				e.Terms.Quantity = revised.Quantity - o.Awarded - o.Taken
				got[i] = e
			}
		}
		next += opened
		events = append(events, got...)
	}
	return events, nil
}

// needed reports whether a process is about what was needed before the market
// offered it.
func (o *Opportunity) needed(p *refusal.Process) bool {
	return o.Invited && o.Offered && p.Contract.First != nil
}

// changes gives a revision of the offer as one process sees it.
func (o *Opportunity) changes(p *refusal.Process, deed offtake.OfferRevise, revised offtake.OfferTerms) offtake.OfferRevise {
	switch {
	case o.needed(p) && !p.Live():
		deed.Terms = revised // it reached nobody, and is judged by what is offered
	case o.needed(p):
		deed.Terms.Quantity = 0 // how much the market offers is not how much is needed
	case deed.Terms.Quantity != 0 && p.Live():
		// A successor covers what was left when it opened, and the offer's
		// quantity is that of the whole: the process sees the same change.
		deed.Terms.Quantity = p.Offered().Quantity + revised.Quantity - o.Terms.Quantity
	}
	return deed
}

// passedOn reports whether what a process has of the offer is a live successor's.
func (o *Opportunity) passedOn(p *refusal.Process) bool {
	return slices.ContainsFunc(o.processes, func(k *kept) bool { return k.After == p.ID && (k.Live() || o.passedOn(&k.Process)) })
}

// signedElsewhere reports whether an act of the third party is about another
// process of the same right: the last of those in which something is released.
func (o *Opportunity) signedElsewhere(p *refusal.Process, a offtake.Act) bool {
	switch a.Deed.(type) {
	case offtake.ThirdPartySign, offtake.ThirdPartyClose:
	default:
		return false
	}
	var meant *kept
	for _, k := range o.processes {
		if k.Contract.Ref == p.Contract.Ref && (meant == nil || k.Released()+k.Signed() > 0 || meant.Released()+meant.Signed() == 0) {
			meant = k
		}
	}
	return meant.ID != p.ID
}

// withdraw gives the offer up in every process.
func (d *Deals) withdraw(o *Opportunity, a offtake.Act) ([]offtake.Event, error) {
	if err := d.ownOffer(o, a); err != nil {
		return nil, err
	}
	var events []offtake.Event
	if !slices.ContainsFunc(d.Of(o.ID), (*refusal.Process).Accepted) { // else only what is overdue goes
		events = append(events, offtake.OfferWithdrawn{Opportunity: o.ID})
	}
	var ended *refusal.Process
	live := false
	for _, p := range d.Of(o.ID) {
		if !p.Live() {
			if s := p.State(); s != offtake.NotTriggered && s != offtake.IsWaived {
				ended = p
			}
			continue
		}
		live = true
		got, err := refusal.Decide(*p, a, "")
		if err != nil {
			return nil, err
		}
		events = append(events, got...)
	}
	if ended != nil && !live {
		return nil, offtake.Refuse(offtake.Conflict, "process %q is %s: there is no offer left to withdraw", ended.ID, ended.State())
	}
	return events, nil
}

// ownOffer refuses to change an offer that is not the party's, or has gone.
func (d *Deals) ownOffer(o *Opportunity, a offtake.Act) error {
	switch {
	case a.By != o.By:
		return offtake.Refuse(offtake.Forbidden, "%q is not %q, whose offer of opportunity %q it is", a.By, o.By, o.ID)
	case !a.Clause.IsZero():
		return offtake.Refuse(offtake.Invalid, "%s names clause %s, and an offer is the same for all of them", a.Deed.Name(), a.Clause)
	case o.Product != "":
		return offtake.Refuse(offtake.Invalid, "opportunity %q is the launch of %s, and no offer", o.ID, o.Product)
	case o.Withdrawn:
		return offtake.Refuse(offtake.Conflict, "offer of opportunity %q was withdrawn", o.ID)
	case o.Left() == 0:
		return offtake.Refuse(offtake.Conflict, "offer of opportunity %q was taken", o.ID)
	}
	return nil
}

// reach brings an act to every process of the opportunity in which its party
// has that step. It is taken if any takes it. Where all refuse, the refusal of a
// live process says more than that of one that has ended, and either more than
// that of one in which it is not the party's step.
func (d *Deals) reach(o *Opportunity, a offtake.Act) ([]offtake.Event, error) {
	if err := d.priced(o, a); err != nil {
		return nil, err
	}
	var events []offtake.Event
	var stranger, byLive, byEnded error
	taken := false
	for _, p := range d.standing(o) {
		if !a.Clause.IsZero() && a.Clause != p.Contract.Ref || o.signedElsewhere(&p.Process, a) {
			continue
		}
		got, err := d.step(p, d.meant(o, p, a), "")
		switch {
		case offtake.KindOf(err) == offtake.Forbidden:
			stranger = cmp.Or(stranger, err)
		case err != nil && p.Live():
			byLive = cmp.Or(byLive, err)
		case err != nil:
			byEnded = cmp.Or(byEnded, err)
		default:
			if taken {
				got = append(events, got...)
			}
			taken, events = true, got
		}
	}
	if taken {
		return append(d.reinstated(o, a, events), events...), nil
	}
	nowhere := offtake.Refuse(offtake.NotFound, "opportunity %q has no process under %q", o.ID, a.Clause)
	return nil, cmp.Or(byLive, byEnded, stranger, nowhere)
}

// reinstated undoes a withdrawal of the very instant in the processes beside the one
// in which a holder accepts: the acceptance comes first, whichever was written first.
func (d *Deals) reinstated(o *Opportunity, a offtake.Act, events []offtake.Event) (undone []offtake.Event) {
	if !o.Withdrawn {
		return nil
	}
	for _, e := range events {
		accepted, is := e.(offtake.Accepted)
		if !is {
			continue
		}
		for _, k := range d.standing(o) {
			if k.ID != accepted.Process && k.WithdrawnAt(a.At) {
				undone = append(undone, offtake.Reinstated{Process: k.ID})
			}
		}
	}
	return undone
}

// priced refuses a signature of a third party that says no price, neither itself
// nor by its offer, where the holder of a first offer is protected by one.
func (d *Deals) priced(o *Opportunity, a offtake.Act) error {
	sign, ok := a.Deed.(offtake.ThirdPartySign)
	if !ok || sign.Terms.Price.Currency() != "" || o.Terms.Price.Currency() != "" {
		return nil
	}
	for _, p := range d.Of(o.ID) {
		if p.Contract.First != nil && p.Live() {
			return offtake.Refuse(offtake.Invalid, "signature %q says no price, and no offer of opportunity %q says one, so that it cannot be held against the terms of %s", a.ID, o.ID, p.Contract.Ref)
		}
	}
	return nil
}

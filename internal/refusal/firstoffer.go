package refusal

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/offtake-dev/offtake"
)

// A right of first offer runs on the same parts: the holder is asked for its
// offer before the market is; what the buyer does not take is released, and then
// nobody else may have what is better for it than the holder offered.

// Invite says what follows for one first offer when the buyer says what it needs:
// a process, in which the holder is asked at once if the right reaches it. The
// act's deed is an OfferInvite.
func Invite(c *Contract, id offtake.ProcessID, a offtake.Act) ([]offtake.Event, error) {
	deed, ok := a.Deed.(offtake.OfferInvite)
	switch {
	case !ok:
		return nil, offtake.Refuse(offtake.Invalid, "act %q is %s and asks nobody for an offer", a.ID, a.Deed.Name())
	case a.By != c.Right.Grantor:
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, who asks under %s", a.By, c.Right.Grantor, c.Ref)
	case deed.Terms.Provider != "" || deed.Terms.Party != "" || deed.Terms.Price.Currency() != "" || !deed.Terms.Expires.IsZero():
		return nil, offtake.Refuse(offtake.Invalid, "invitation says a provider, a party, a price or an expiry, which are the holder's to say")
	}
	if err := c.admit(a.At, deed.Terms); err != nil {
		return nil, err
	}
	e := c.opened(id, a, deed.Terms)
	if e.State != offtake.NotifyDue {
		return []offtake.Event{e}, nil
	}
	p := New(c, a.At, e)
	s := &step{p: &p, a: a}
	s.ask()
	return append([]offtake.Event{e}, s.events...), nil
}

// offerStep takes what is a step of a first offer alone. It reports whether the
// deed is one.
func (s *step) offerStep(deed offtake.Deed) (bool, error) {
	switch deed := deed.(type) {
	case offtake.OfferInvite:
		return true, s.invite(deed)
	case offtake.OfferMake:
		return true, s.makeOffer(deed)
	case offtake.Accept:
		return true, s.takeOffer(deed)
	case offtake.Decline:
		return true, s.turnDown(deed)
	case offtake.OfferRevise:
		return true, s.reviseNeed(deed)
	case offtake.NoticeServe, offtake.NoticeObject, offtake.Assign, offtake.Toll, offtake.Resume, offtake.PurposeReading:
		return true, offtake.Refuse(offtake.Invalid, "%s is no step of a first offer", deed.Name())
	}
	return false, nil
}

// offers reports whether an act is a step of its party in a first offer.
func (p *Process) offers(a offtake.Act, grantor, holder bool) bool {
	switch a.Deed.(type) {
	case offtake.OfferInvite, offtake.Accept:
		return grantor
	case offtake.OfferMake:
		return holder
	}
	return grantor || holder
}

// invite asks the holder for its offer of what is needed.
func (s *step) invite(d offtake.OfferInvite) error {
	p := s.p
	if !p.any(in(offtake.NotifyDue, offtake.Deficient)) {
		return p.wrongState("no invitation is owed")
	}
	if terms := p.Terms.Revised(d.Terms); terms.Quantity != p.Terms.Quantity || len(p.Contract.needs(*p.Terms, terms)) > 0 {
		return offtake.Refuse(offtake.Invalid, "invitation is for something else than process %q is about; revise it first", p.ID)
	}
	s.ask()
	return nil
}

// ask puts to the holder what is needed. Where a third party's offer came before,
// what that offers is none of it: not who offers, at which price, until when.
func (s *step) ask() {
	p := s.p
	if t := p.Terms; t.Provider != "" || t.Party != "" || t.Price.Currency() != "" || !t.Expires.IsZero() {
		state := p.Parts[p.find(in(offtake.NotifyDue, offtake.Deficient))].State
		s.follow(offtake.TermsReplaced{Process: p.ID, Terms: needed(*p.Terms), State: state, Why: p.Why, NotifyBy: p.Notify.By})
	}
	s.follow(offtake.NoticeServed{Process: p.ID, To: p.sitting()})
	s.openNext(p.find(in(offtake.NotifyDue, offtake.Deficient)))
}

// needed gives of an offer what there is a need for, whoever offers it.
func needed(t offtake.OfferTerms) offtake.OfferTerms {
	t.Provider, t.Party, t.Price, t.Expires = "", "", offtake.Money{}, offtake.When{}
	t.BonaFide, t.AllOrNone, t.Extras, t.Other = nil, offtake.NotStated, nil, nil
	return t
}

// makeOffer takes the holder's offer. Until its time is over it may make a better one.
func (s *step) makeOffer(d offtake.OfferMake) error {
	p := s.p
	i := p.find(in(offtake.Open, offtake.IsOffered))
	switch {
	case i < 0:
		return p.wrongState("nobody is asked for an offer")
	case p.Parts[i].Of == "" || passed(p.Parts[i].Clock.By, s.a.At):
		return offtake.Refuse(offtake.TooLate, "window of process %q closed at %s", p.ID, offtake.Stamp(p.Seats[0].Until))
	}
	terms, asked := p.Terms.Revised(d.Terms), p.Parts[i].Quantity
	seat := p.Seats[0]
	terms.Provider, terms.Party, terms.Quantity = seat.Provider, seat.Party, cmp.Or(d.Terms.Quantity, asked)
	switch {
	case terms.Quantity <= 0 || terms.Quantity > asked:
		return offtake.Refuse(offtake.Invalid, "quantity %d is not between 1 and the %d asked for", terms.Quantity, asked)
	case d.Terms.Price.Currency() == "":
		return offtake.Refuse(offtake.Invalid, "offer of %q says no price", s.a.By)
	}
	if err := p.Contract.admit(s.a.At, terms); err != nil {
		return err
	}
	if key := p.worsened(terms, asked); p.Parts[i].State == offtake.IsOffered && key != "" {
		return offtake.Refuse(offtake.Invalid, "offer of %q is worse in its %s than the one that it has made, and stands by", s.a.By, key)
	}
	s.follow(offtake.OfferMade{Process: p.ID, By: s.a.By, Terms: terms})
	return nil
}

// worsened gives in what terms are not at least as good for the buyer as those
// of the offer that was made; "" if they are. What has gone from what was asked
// for need not be offered again.
func (p *Process) worsened(t offtake.OfferTerms, asked int64) string {
	was := *p.Noticed
	if t.Quantity < min(was.Quantity, asked) {
		return offtake.TermQuantity
	}
	if !t.Expires.IsZero() && (was.Expires.IsZero() || p.Contract.Dates.Resolve(t.Expires).Before(p.Contract.Dates.Resolve(was.Expires))) {
		return offtake.TermExpires
	}
	was.Quantity = t.Quantity
	for _, c := range p.Contract.compare(was, t) {
		if c.sign != worse { // seen from who sells
			return c.key
		}
	}
	return ""
}

// takeOffer binds the holder to the offer it made, and releases what it left.
func (s *step) takeOffer(d offtake.Accept) error {
	p := s.p
	i := p.find(in(offtake.IsOffered))
	switch {
	case i < 0:
		return p.wrongState("the holder has made no offer")
	case d.Quantity != 0 && d.Quantity != p.Noticed.Quantity, len(d.Conditions) > 0, d.Extras != nil, len(p.Contract.compare(*p.Noticed, p.Noticed.Revised(d.Terms))) > 0:
		return offtake.Refuse(offtake.Invalid, "offer of %q is taken as it was made, or turned down", p.Seats[0].Party)
	case p.Noticed.Quantity > p.Parts[i].Quantity:
		return p.wrongState("the offer is for " + strconv.FormatInt(p.Noticed.Quantity, 10) + ", of which " + strconv.FormatInt(p.Parts[i].Quantity, 10) + " are left")
	}
	takings := []offtake.Taking{{Party: p.Seats[0].Party, Quantity: p.Noticed.Quantity}}
	rest := p.Parts[i].Quantity - p.Noticed.Quantity
	s.follow(offtake.Bound{Process: p.ID, Part: int64(i + 1), Takings: takings})
	if rest > 0 {
		s.release(i, "")
	}
	return nil
}

// turnDown lets the holder pass, or the buyer refuse what the holder offered.
func (s *step) turnDown(d offtake.Decline) error {
	p := s.p
	i := p.find(in(offtake.Open, offtake.IsOffered))
	holder := p.seat(s.a.By) >= 0
	switch {
	case i < 0:
		return p.wrongState("nothing is asked or offered")
	case d.Reason != "" && d.Reason != "unable" && d.Reason != "unwilling":
		return offtake.Refuse(offtake.Invalid, "reason %.60q is not unable or unwilling", d.Reason)
	case p.Parts[i].State == offtake.IsOffered && holder:
		return p.wrongState(string(s.a.By) + " has made its offer")
	case p.Parts[i].State == offtake.Open && !holder:
		return p.wrongState("the holder has made no offer")
	case holder:
		s.follow(offtake.Declined{Process: p.ID, By: s.a.By, Reason: d.Reason})
	default:
		s.follow(offtake.OfferTurnedDown{Process: p.ID, Why: string(s.a.By) + " turned the offer down"})
	}
	s.release(i, "")
	return nil
}

// windowOver ends the time to make an offer. One that was made stands.
func (s *step) windowOver(i int) {
	p := s.p
	if p.Parts[i].State == offtake.IsOffered {
		s.follow(offtake.OfferStood{Process: p.ID})
		return
	}
	s.release(i, "the time of "+p.holders()+" ended and it made no offer")
}

// reviseNeed changes what is needed. What the holder has been asked for already
// is another thing then, and it is asked anew.
func (s *step) reviseNeed(d offtake.OfferRevise) error {
	p := s.p
	i := p.find(Part.unbound)
	unasked := i >= 0 && p.Served.IsZero() || i < 0 && p.State() == offtake.NotTriggered
	if !unasked {
		d.Terms = needed(d.Terms) // the rest is the market's affair
	}
	terms := p.Terms.Revised(d.Terms)
	if err := p.Contract.admit(s.a.At, terms); err != nil {
		return err
	}
	changes := p.Contract.needs(*p.Terms, terms)
	same := len(changes) == 0 && terms.Quantity == p.Terms.Quantity
	switch {
	case unasked && i < 0:
		s.retrigger(terms)
		return nil
	case !unasked && same:
		return nil
	case i < 0:
		return p.wrongState("what is needed is not open to revision")
	case p.any(in(offtake.IsDisputed)):
		return p.wrongState("nothing changes until its outcome is decided")
	case p.any(Part.pledged):
		return p.wrongState("the third party has signed")
	case p.any(in(offtake.IsOffered)):
		return p.wrongState("the holder has made its offer; take it or turn it down first")
	case terms.Quantity <= p.taken():
		return offtake.Refuse(offtake.Invalid, "quantity %d is not above the %d that are gone from it", terms.Quantity, p.taken())
	}
	switch {
	case unasked:
		s.reassess(terms)
	case len(changes) > 0:
		s.supersede(terms, changes[0])
	case p.Parts[i].State == offtake.Open:
		s.follow(offtake.NoticeCorrected{Process: p.ID, Terms: terms})
	default:
		s.follow(offtake.TermsReplaced{Process: p.ID, Terms: terms, State: p.Parts[i].under()})
	}
	return nil
}

// needs gives in what a need differs from another so that it is another need:
// in anything but its price, its seller, and that it is for less.
func (c *Contract) needs(a, b offtake.OfferTerms) (changes []change) {
	b.Provider, b.Party, b.Price, b.Other = a.Provider, a.Party, a.Price, a.Other
	b.AllOrNone, b.Extras = a.AllOrNone, a.Extras
	return slices.DeleteFunc(c.compare(a, b), func(ch change) bool {
		return ch.key == offtake.TermQuantity && b.Quantity < a.Quantity
	})
}

// offerChanges gives in what terms for a third party differ from the holder's
// offer or, where it made none, from what it was asked for. The seller is
// another by nature; what was not asked for is nobody's term.
func (p *Process) offerChanges(t offtake.OfferTerms) []change {
	base := *p.Baseline
	base.Provider, base.Party = t.Provider, t.Party
	base.Quantity, base.AllOrNone = t.Quantity, t.AllOrNone
	base.Term, base.Delivery = cmp.Or(base.Term, t.Term), cmp.Or(base.Delivery, t.Delivery)
	base.Region, base.Site = cmp.Or(base.Region, t.Region), cmp.Or(base.Site, t.Site)
	base.Kind, base.Accelerator = cmp.Or(base.Kind, t.Kind), cmp.Or(base.Accelerator, t.Accelerator)
	if base.Purposes == nil {
		base.Purposes = t.Purposes
	}
	if !p.offerMade() { // the price is nobody's, and so is what was not asked for
		base.Price = t.Price
		base.Other = t.Revised(offtake.OfferTerms{Other: base.Other}).Other
		if base.Extras == nil {
			base.Extras = t.Extras
		}
	}
	return p.Contract.compare(base, t)
}

// offerMade reports whether what third parties are measured by is an offer of the
// holder's, and not what it was asked for.
func (p *Process) offerMade() bool { return p.Baseline.Party == p.Seats[0].Party }

// measure says by what third parties are measured.
func (p *Process) measure() string {
	switch {
	case p.Contract.First == nil:
		return "was noticed"
	case p.offerMade():
		return string(p.Seats[0].Party) + " offered"
	}
	return "was asked for"
}

// belowFloor says that a price is one at which the holder must be asked again.
func (p *Process) belowFloor(t offtake.OfferTerms) string {
	floor := p.Contract.First.Floor
	if floor.Currency() != "" && t.Price.Currency() == floor.Currency() && t.Price.Cmp(floor) < 0 {
		return "the price is below the floor of " + floor.String() + ", at which the holder is asked again"
	}
	return ""
}

// SellerOf gives who sells on some terms, as far as they say it: in a first offer
// that is not known before somebody signs.
func (p *Process) SellerOf(t offtake.OfferTerms) string {
	return cmp.Or(p.seller(t), "a third party")
}

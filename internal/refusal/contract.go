package refusal

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// A Contract is the version of a clause that a process runs under. It never
// changes.
type Contract struct {
	Ref     offtake.ClauseRef
	Version time.Time // an instant at which this version is in force
	Right   offtake.FirstRefusal

	// A first offer or a first placement is told by these; Right then holds what
	// they share with a first refusal: who gave it, who holds it, its scope, its
	// window and its tail.
	First     *offtake.FirstOffer
	Placement *offtake.FirstPlacement

	Rules civil.Rules
	Book  *offtake.Book // for who owns which provider and who is affiliated

	// Dates is the calendar in which the dates of offers are read: the book's,
	// whichever the agreement counts its days by.
	Dates *civil.Calendar

	// Covers says whether the right reaches an offer at an instant: its scope,
	// what consents lift, and whether the right is spent. It is asked only when
	// an act is decided, never when events are folded.
	Covers func(at time.Time, t offtake.OfferTerms) Cover

	// Places says whether a first placement binds a product that ships on a
	// provider ("": on any other), and what the book says was declared by then
	// that excuses it.
	Places func(at time.Time, p offtake.Product, on offtake.ProviderName) (Cover, []offtake.Says)
}

// Kind gives the kind of the clause.
func (c *Contract) Kind() string {
	switch {
	case c.First != nil:
		return c.First.Kind()
	case c.Placement != nil:
		return c.Placement.Kind()
	}
	return c.Right.Kind()
}

// A Cover says whether a right reaches an offer.
type Cover struct {
	Reach Reach
	Why   string // the clause, consent or fact it rests on

	Consent offtake.ClauseRef    // that lifts the right, if one does
	Share   offtake.ConsentShare // that the consent demands
}

// Reach is the answer of a Cover.
type Reach uint8

// The reaches.
const (
	Outside Reach = iota
	Inside
	Unknown // a fact that decides it was not said
)

// seats gives who is asked about an offer: the holders by rank. Where a holder
// makes the offer itself, or an affiliate of it does, they are those senior to
// it; a holder of the first rank has nobody before it.
func (c *Contract) seats(t offtake.OfferTerms) []Seat {
	third, rank := c.ThirdParty(t), 0
	for _, h := range c.Right.Holders {
		if c.Book.Affiliated(third, h.Party) && (rank == 0 || h.Rank < rank) {
			rank = h.Rank
		}
	}
	seats := make([]Seat, 0, len(c.Right.Holders))
	for _, h := range c.Right.Holders {
		if rank == 0 || h.Rank < rank {
			seats = append(seats, Seat{Holder: h, Named: h.Party})
		}
	}
	return seats
}

// ThirdParty gives who made the offer: the party it names, else its provider's.
func (c *Contract) ThirdParty(t offtake.OfferTerms) offtake.PartyName {
	if t.Party != "" {
		return t.Party
	}
	p, _ := c.Book.Provider(t.Provider)
	return p.Party
}

// OwnOffer gives the holder that makes an offer itself or by an affiliate and
// has no senior, so that no third party does; "" where one does.
func (c *Contract) OwnOffer(t offtake.OfferTerms) offtake.PartyName {
	third := c.ThirdParty(t)
	for _, h := range c.Right.Holders { // by rank
		if h.Rank == c.Right.Holders[0].Rank && c.Book.Affiliated(third, h.Party) {
			return h.Party
		}
	}
	return ""
}

// assess says in which state an offer puts a process, and why. The order is a
// lawyer's: is there a third party, does the right reach its offer, is the
// offer one that triggers it.
func (c *Contract) assess(at time.Time, t offtake.OfferTerms) (offtake.ProcessState, string) {
	if h := c.OwnOffer(t); h != "" {
		return offtake.NotTriggered, string(c.ThirdParty(t)) + " is the holder " + string(h) + " or affiliated with it: no third party"
	}
	return c.judge(t, c.Covers(at, t))
}

// judge says so of an offer of a third party that a right reaches as it does.
func (c *Contract) judge(t offtake.OfferTerms, cover Cover) (offtake.ProcessState, string) {
	switch {
	case cover.Reach == Outside:
		return offtake.NotTriggered, cover.Why
	case len(t.Extras) > 0 && c.Right.Package == offtake.PackageNotTriggered:
		return offtake.NotTriggered, "the offer bundles the capacity with extras, and packages do not trigger the right"
	}
	for _, mark := range c.Right.BonaFide {
		if !slices.Contains(t.BonaFide, mark) {
			return offtake.NotTriggered, "the offer is not bona fide: it is not known to be " + mark
		}
	}
	if cover.Reach == Unknown {
		return offtake.Assessing, cover.Why
	}
	return offtake.NotifyDue, cover.Why
}

// admit refuses an offer that the contract bars, that is gone already, or
// whose terms ask for what is not carried out.
func (c *Contract) admit(at time.Time, t offtake.OfferTerms) error {
	switch {
	case t.Quantity <= 0:
		return offtake.Refuse(offtake.Invalid, "offer quantity %d is not above zero", t.Quantity)
	case !t.Expires.IsZero() && c.Dates.Resolve(t.Expires).Before(at):
		return offtake.Refuse(offtake.Invalid, "offer expired at %s, before it was received", t.Expires)
	case len(t.Extras) > 0 && c.Right.Package == offtake.PackageBarred:
		return offtake.Refuse(offtake.Forbidden, "offer bundles capacity with %q, and clause %s bars packages", t.Extras[0].Name, c.Ref)
	}
	return cmp.Or(c.declared(t), c.amounts("offer", t))
}

// declared refuses terms that name what the book does not have, of which nobody could
// say whether the right reaches it, and an extra that is named twice.
func (c *Contract) declared(t offtake.OfferTerms) error {
	_, party := c.Book.Party(t.Party)
	_, provider := c.Book.Provider(t.Provider)
	_, accelerator := c.Book.Accelerator(t.Accelerator)
	switch {
	case t.Party != "" && !party:
		return offtake.Refuse(offtake.NotFound, "party %.60q is not declared in the book", t.Party)
	case t.Provider != "" && !provider:
		return offtake.Refuse(offtake.NotFound, "provider %.60q is not declared in the book", t.Provider)
	case t.Accelerator != "" && !accelerator:
		return offtake.Refuse(offtake.NotFound, "accelerator %.60q is not declared in the book", t.Accelerator)
	}
	for _, p := range t.Purposes {
		if !slices.Contains(c.Book.Purposes, p) {
			return offtake.Refuse(offtake.NotFound, "purpose %.60q is not declared in the book", p)
		}
	}
	for i, x := range t.Extras {
		if slices.ContainsFunc(t.Extras[:i], func(y offtake.Extra) bool { return y.Name == x.Name }) {
			return offtake.Refuse(offtake.Invalid, "offer has the extra %.60q twice", x.Name)
		}
	}
	return nil
}

// amounts refuses money that is below zero or in another currency than the book's,
// with which it cannot be compared.
func (c *Contract) amounts(of string, t offtake.OfferTerms) error {
	check := func(what string, m offtake.Money) error {
		switch {
		case m.Sign() < 0:
			return offtake.Refuse(offtake.Invalid, "%s %.60s %s is below zero", of, what, m)
		case m.Currency() != "" && m.Currency() != c.Book.Currency:
			return offtake.Refuse(offtake.Invalid, "%s %.60s %s is not in %s, the book's currency", of, what, m, c.Book.Currency)
		}
		return nil
	}
	err := check(offtake.TermPrice, t.Price)
	for _, x := range t.Extras {
		err = cmp.Or(err, check("value of "+x.Name, x.Value))
	}
	for _, o := range t.Other {
		err = cmp.Or(err, check(o.Key, o.Value.Money))
	}
	return err
}

// window gives what a rank has from the receipt of a notice or, for a junior,
// from the end of the rank before it, and its last instant. In a successor a
// rank that was asked before has the retrigger window; the one whose window was
// running when the predecessor was superseded the longer of that and what was
// left, which is the one that ends later; and one that never was asked its own.
func (p *Process) window(a offtake.Act, rank int64) (offtake.Duration, time.Time) {
	c := p.Contract
	length := c.Right.WindowOf(int(rank))
	if c.concurrent() {
		length = c.longest(a.At)
	}
	end := func(d offtake.Duration) time.Time {
		at, _ := c.Rules.Notice(a.At, d).Deadline()
		return at
	}
	if p.After == "" || rank > p.LeftRank {
		return length, end(length)
	}
	if !c.Right.Retrigger.IsZero() {
		length = c.Right.Retrigger
	}
	if rank == p.LeftRank && !p.Left.IsZero() && end(p.Left).After(end(length)) {
		length = p.Left
	}
	return length, end(length)
}

// longest gives the window of all ranks together, which is that of the rank
// that has most time.
func (c *Contract) longest(at time.Time) (most offtake.Duration) {
	var ends time.Time
	for _, h := range c.Right.Holders {
		length := c.Right.WindowOf(h.Rank)
		if end, _ := c.Rules.Notice(at, length).Deadline(); end.After(ends) || most.IsZero() {
			most, ends = length, end
		}
	}
	return most
}

// left gives what is left of a window at an instant. A broken second counts
// for the holder as a whole one.
func (c Clock) left(rules civil.Rules, at time.Time) offtake.Duration {
	d := c.window(rules).Left(at)
	if d.Unit == offtake.Elapsed {
		d.Time = (d.Time + time.Second - 1).Truncate(time.Second)
	}
	return d
}

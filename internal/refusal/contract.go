package refusal

import (
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
	Rules   civil.Rules
	Book    *offtake.Book // for who owns which provider and who is affiliated

	// Dates is the calendar in which the dates of offers are read: the book's,
	// whichever the agreement counts its days by.
	Dates *civil.Calendar

	// Covers says whether the right reaches an offer at an instant: its scope,
	// what consents lift, and whether the right is spent. It is asked only when
	// an act is decided, never when events are folded.
	Covers func(at time.Time, t offtake.OfferTerms) Cover
}

// A Cover says whether a right reaches an offer.
type Cover struct {
	Reach Reach
	Why   string // the clause, consent or fact it rests on

	Consent offtake.ClauseRef // that lifts the right, if one does
}

// Reach is the answer of a Cover.
type Reach uint8

// The reaches.
const (
	Outside Reach = iota
	Inside
	Unknown // a fact that decides it was not said
)

// holder gives the only holder. Supported lets no other contract in.
func (c *Contract) holder() offtake.Holder {
	if len(c.Right.Holders) == 0 {
		return offtake.Holder{}
	}
	return c.Right.Holders[0]
}

// holds reports whether p holds the right.
func (c *Contract) holds(p offtake.PartyName) bool {
	return slices.ContainsFunc(c.Right.Holders, func(h offtake.Holder) bool { return h.Party == p })
}

// thirdParty gives who made the offer: the party it names, else its provider's.
func (c *Contract) thirdParty(t offtake.OfferTerms) offtake.PartyName {
	if t.Party != "" {
		return t.Party
	}
	p, _ := c.Book.Provider(t.Provider)
	return p.Party
}

// OwnOffer gives the holder that makes an offer itself or by an affiliate, so
// that no third party does; "" where one does.
func (c *Contract) OwnOffer(t offtake.OfferTerms) offtake.PartyName {
	third := c.thirdParty(t)
	for _, h := range c.Right.Holders {
		if c.Book.Affiliated(third, h.Party) {
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
		return offtake.NotTriggered, string(c.thirdParty(t)) + " is the holder " + string(h) + " or affiliated with it: no third party"
	}
	cover := c.Covers(at, t)
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
	case t.Price.Currency() != "" && t.Price.Currency() != c.Book.Currency:
		return offtake.Refuse(offtake.Invalid, "offer price %s is not in %s, the book's currency", t.Price, c.Book.Currency)
	case !t.Expires.IsZero() && c.Dates.Resolve(t.Expires).Before(at):
		return offtake.Refuse(offtake.Invalid, "offer expired at %s, before it was received", t.Expires)
	case len(t.Extras) == 0 || c.Right.Package == offtake.PackageNotTriggered:
		return nil
	case c.Right.Package == offtake.PackageBarred:
		return offtake.Refuse(offtake.Forbidden, "offer bundles capacity with %q, and clause %s bars packages", t.Extras[0].Name, c.Ref)
	case c.Right.Package == offtake.SeverablePackage:
		return c.notYet("package", "severable, for an offer with extras")
	case c.Right.NonCash != offtake.SameNonCash:
		return c.notYet("non_cash", string(c.Right.NonCash)+", for an offer with extras")
	}
	return nil
}

func (c *Contract) notYet(field, what string) error {
	return offtake.Refuse(offtake.NotSupported, "clause %s, %s: %s is not supported yet", c.Ref, field, what)
}

// after gives the deadline of something owed within a time of an act.
func (c *Contract) after(act time.Time, within offtake.Duration) time.Time {
	if within.IsZero() {
		return time.Time{}
	}
	t, _ := c.Rules.After(act, within).Deadline()
	return t
}

// window gives the window that a complete notice starts, and its last instant.
// That of a successor is the longer of what its predecessor had left and the
// retrigger window; the longer is the one that ends later.
func (c *Contract) window(received time.Time, p *Process) (offtake.Duration, time.Time) {
	length := c.Right.WindowOf(c.holder().Rank)
	if p.After != "" && !c.Right.Retrigger.IsZero() {
		length = c.Right.Retrigger
	}
	end, _ := c.Rules.Notice(received, length).Deadline()
	if !p.Left.IsZero() {
		if left, _ := c.Rules.Notice(received, p.Left).Deadline(); left.After(end) {
			return p.Left, left
		}
	}
	return length, end
}

// left gives what is left of the window at an instant. A broken second counts
// for the holder as a whole one.
func (p *Process) left(at time.Time) offtake.Duration {
	d := p.Rules.Notice(p.Served, p.Window).Left(at)
	if d.Unit == offtake.Elapsed {
		d.Time = (d.Time + time.Second - 1).Truncate(time.Second)
	}
	return d
}

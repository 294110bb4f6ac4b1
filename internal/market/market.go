package market

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/market/account"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/market/holding"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/rights"
)

// A Setup is what a market starts from.
type Setup struct {
	Book    *offtake.Book
	Law     *rights.Law // of that book
	TermsAt time.Time   // the terms of this instant hold throughout; zero: they change as the book says
}

// A State is a market: what was offered, is held, runs and was used.
type State struct {
	law      *law
	now      time.Time
	seen     map[offtake.ActID][sha256.Size]byte
	deals    *deal.Deals
	held     *holding.Holdings
	accounts *account.Accounts
	consents consents
	mayPlace placeRulings
}

// New makes a market in which nothing has happened. It holds what the book's
// own reservation clauses say.
func New(s Setup) *State {
	l := newLaw(s)
	m := &State{
		law:      l,
		seen:     map[offtake.ActID][sha256.Size]byte{},
		deals:    deal.New(s.Book.Buyer, l),
		held:     holding.New(),
		accounts: account.New(),
		consents: newConsents(),
	}
	l.covers = m.covers
	for _, r := range l.reservations() {
		m.held.Apply(time.Time{}, r)
	}
	return m
}

// Now gives the instant of the last act taken.
func (s *State) Now() time.Time { return s.now }

// Due gives the next deadline as an act to send. Acts received at its instant
// come before it.
func (s *State) Due() (time.Time, offtake.Act, bool) { return s.deals.Due() }

// Deals gives the opportunities and processes. They must not be changed.
func (s *State) Deals() *deal.Deals { return s.deals }

// Holdings gives what is held and runs. They must not be changed.
func (s *State) Holdings() *holding.Holdings { return s.held }

// Accounts gives what was used and charged. They must not be changed.
func (s *State) Accounts() *account.Accounts { return s.accounts }

// Commitments gives how the commitments in force at an instant stand then.
func (s *State) Commitments(at time.Time) (out []drawdown.Standing) {
	all := s.law.commitmentsAt(at).All()
	for i := range all {
		out = append(out, all[i].Standing(s.accounts.Ledger(), at))
	}
	return out
}

// Decide says what follows from an act, or refuses it. It changes nothing. An
// act that has been taken before has no events and no error.
func (s *State) Decide(a offtake.Act) ([]offtake.Event, error) {
	if a.Deed == nil {
		return nil, offtake.Refuse(offtake.Invalid, "act %q does nothing", a.ID)
	}
	switch deed := a.Deed.(type) {
	case offtake.PlaceJob:
		if err := s.inTime(a); err != nil {
			return nil, err
		}
		return s.place(a, deed)
	case offtake.FinishJob:
		if err := s.inTime(a); err != nil {
			return nil, err
		}
		return s.finish(a, deed)
	case offtake.UsageReport:
		if err := s.inTime(a); err != nil {
			return nil, err
		}
		if a.By != s.law.book.Buyer {
			return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the buyer whose usage it is", a.By, s.law.book.Buyer)
		}
		events, err := s.accounts.Report(a.At, deed, s.reservation, s.law.commitmentsAt)
		if err != nil {
			return nil, err
		}
		return s.underConsents(a.At, events), nil
	}
	if repeated, err := s.known(a); repeated || err != nil {
		return nil, err
	}
	if err := s.inTime(a); err != nil {
		return nil, err
	}
	return s.decideDeal(a)
}

// inTime refuses an act that comes before one already taken, or after a
// deadline that has not been let pass.
func (s *State) inTime(a offtake.Act) error {
	if a.At.Before(s.now) {
		return offtake.Refuse(offtake.Conflict, "act %q at %s comes before one of %s", a.ID, offtake.Stamp(a.At), offtake.Stamp(s.now))
	}
	due, act, ok := s.deals.Due()
	if ok && due.Before(a.At) {
		return offtake.Refuse(offtake.Conflict, "act %q at %s comes after the deadline %q of %s, which is due first", a.ID, offtake.Stamp(a.At), act.ID, offtake.Stamp(due))
	}
	return nil
}

// known reports whether an act was taken before.
func (s *State) known(a offtake.Act) (bool, error) {
	if a.ID == "" {
		return false, offtake.Refuse(offtake.Invalid, "act %s has no id", a.Deed.Name())
	}
	was, ok := s.seen[a.ID]
	switch {
	case !ok:
		return false, nil
	case was != digest(a):
		return false, offtake.Refuse(offtake.Conflict, "act %q was taken with other content", a.ID)
	}
	return true, nil
}

// Apply folds an act that was taken and the events that followed from it.
func (s *State) Apply(a offtake.Act, events []offtake.Event) {
	if a.At.After(s.now) {
		s.now = a.At
	}
	switch a.Deed.(type) {
	case offtake.PlaceJob, offtake.FinishJob:
		for _, e := range events {
			s.held.Apply(a.At, e)
		}
		return
	case offtake.UsageReport:
	default:
		s.seen[a.ID] = digest(a)
	}
	for _, e := range events {
		s.deals.Apply(a.At, e)
		s.held.Apply(a.At, e)
		s.accounts.Apply(e)
		s.consents.apply(e, s.reservation)
		s.mayPlace.forget()
	}
}

// Do decides an act and folds what follows.
func (s *State) Do(a offtake.Act) ([]offtake.Event, error) {
	events, err := s.Decide(a)
	if err == nil {
		s.Apply(a, events)
	}
	return events, err
}

func (s *State) reservation(id offtake.ReservationID) *offtake.CapacityReserved {
	if r, ok := s.held.Reservation(id); ok {
		return &r.CapacityReserved
	}
	return nil
}

// digest stands for the content of an act. An answer that takes no extras is
// not one that does not speak of them.
func digest(a offtake.Act) [sha256.Size]byte {
	a.At = a.At.UTC().Round(0)
	accept, _ := a.Deed.(offtake.Accept)
	return sha256.Sum256(fmt.Appendf(nil, "%s %t %+v", a.Deed.Name(), accept.Extras == nil, a))
}

// decideDeal decides acts about opportunities.
func (s *State) decideDeal(a offtake.Act) ([]offtake.Event, error) {
	switch deed := a.Deed.(type) {
	case offtake.Award:
		return s.award(a, deed)
	case offtake.OfferReceive:
		if err := s.offered(deed.Terms); err != nil {
			return nil, err
		}
	case offtake.OfferRevise:
		if o, ok := s.deals.Opportunity(a.Opportunity); ok {
			if err := s.offered(o.Terms.Revised(deed.Terms)); err != nil {
				return nil, err
			}
		}
	}
	events, err := s.deals.Decide(a)
	if err != nil {
		return nil, err
	}
	return s.bought(a, events)
}

// mostAccelerators bounds one purchase, so that sums of accelerator-seconds
// stay whole numbers of 64 bits.
const mostAccelerators = 1_000_000_000

// offered refuses terms that name what the book does not have.
func (s *State) offered(t offtake.OfferTerms) error {
	switch {
	case t.Provider == "" || t.Accelerator == "":
		return offtake.Refuse(offtake.Invalid, "offer names no provider or no accelerator")
	case t.Quantity <= 0:
		return offtake.Refuse(offtake.Invalid, "offer quantity %d is not above zero", t.Quantity)
	case t.Quantity > mostAccelerators:
		return offtake.Refuse(offtake.Invalid, "offer quantity %d is above %d", t.Quantity, int64(mostAccelerators))
	case t.Price.Currency() != "" && t.Price.Currency() != s.law.book.Currency:
		return offtake.Refuse(offtake.Invalid, "offer price %s is not in %s, the book's currency", t.Price, s.law.book.Currency)
	case t.Price.Sign() < 0:
		return offtake.Refuse(offtake.Invalid, "offer price %s is below zero", t.Price)
	}
	if t.Party != "" {
		if _, ok := s.law.book.Party(t.Party); !ok {
			return offtake.Refuse(offtake.NotFound, "party %.60q is not declared in the book", t.Party)
		}
	}
	_, err := s.law.rights.Question(offtake.Procure, s.purchase(t))
	return err
}

// covers says whether a first refusal reaches an offer: by the version of the
// terms that its process runs under, and by what is
// measured now of the consents of that version.
func (s *State) covers(c *refusal.Contract, at time.Time, t offtake.OfferTerms) refusal.Cover {
	ref := c.Ref
	if since, spent := s.deals.Spent(ref); spent {
		return refusal.Cover{Why: "the right is spent since " + offtake.Stamp(since)}
	}
	f := s.purchase(t)
	q, err := s.law.rights.Question(offtake.Procure, f)
	if err != nil {
		return refusal.Cover{Reach: refusal.Unknown, Why: err.Error()}
	}
	for _, e := range s.law.at(c.Version).Effects(q.Given(s.measured(c.Version, at, t)), nil) {
		switch {
		case e.Clause != ref:
		case e.Consent.IsZero():
			return refusal.Cover{Reach: refusal.Inside, Why: "the offer is inside the scope of " + ref.String()}
		default:
			return refusal.Cover{Why: "lifted by the consent " + e.Consent.String(), Consent: e.Consent}
		}
	}
	if unsaid := unsaidFact(c.Right.Scope, f); unsaid != "" {
		return refusal.Cover{Reach: refusal.Unknown, Why: "the offer does not say its " + unsaid + ", which decides whether " + ref.String() + " covers it"}
	}
	return refusal.Cover{Why: "the offer is outside the scope of " + ref.String()}
}

// purchase gives the facts of buying what an offer offers. Capacity is bought
// for purposes, not for one product, asset or customer.
func (s *State) purchase(t offtake.OfferTerms) offtake.Facts {
	return offtake.Facts{
		Provider: t.Provider, Party: s.law.book.Buyer, Purposes: t.Purposes, Accelerator: t.Accelerator,
		Quantity: t.Quantity, Region: t.Region, Site: t.Site, Term: t.Term, Start: t.Delivery,
		Capacity: offtake.NewCapacity,
		Absent:   []offtake.Dimension{offtake.DimProduct, offtake.DimAsset, offtake.DimCustomer},
	}
}

// unsaidFact names a fact that the scope bounds and the offer left out, if all
// that was said is inside the scope.
func unsaidFact(scope offtake.Scope, f offtake.Facts) (name string) {
	for _, d := range []struct {
		unsaid bool
		name   string
		open   func()
	}{
		{scope.Purposes != nil && len(f.Purposes) == 0, offtake.TermPurpose, func() { scope.Purposes = nil }},
		{scope.Regions != nil && f.Region == "", offtake.TermRegion, func() { scope.Regions = nil }},
		{scope.Sites != nil && f.Site == "", offtake.TermSite, func() { scope.Sites = nil }},
		{scope.Term != offtake.DurationBounds{} && f.Term.IsZero(), offtake.TermTerm, func() { scope.Term = offtake.DurationBounds{} }},
		{!scope.Start.IsZero() && f.Start.IsZero(), offtake.TermDelivery, func() { scope.Start = offtake.Period{} }},
	} {
		if d.unsaid {
			name = d.name
			d.open()
		}
	}
	scope.Route = ""
	if name == "" || !scope.Matches(f) {
		return ""
	}
	return name
}

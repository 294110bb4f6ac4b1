package market

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/market/account"
	"github.com/offtake-dev/offtake/internal/market/claim"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/market/holding"
	"github.com/offtake-dev/offtake/internal/market/queue"
	"github.com/offtake-dev/offtake/internal/market/quote"
	"github.com/offtake-dev/offtake/internal/market/terms"
	"github.com/offtake-dev/offtake/internal/market/venture"
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
	law      *terms.Law   // in force
	laws     []*terms.Law // those that were, one after the other, the last in force
	now      time.Time
	seen     map[offtake.ActID][sha256.Size]byte
	deals    *deal.Deals
	held     *holding.Holdings
	queue    *queue.Queue
	quotes   *quote.Quotes
	accounts *account.Accounts
	consents consents
	tenures  tenures
	ventures *venture.Ventures
	claims   claim.Claims
	mayPlace placeRulings
	byBook   []offtake.ReservationID // that the book itself holds
	names    map[named]error         // what usage named, and whether the book has it
}

func newLaw(s Setup) *terms.Law {
	l := terms.New(s.Book, s.Law, s.TermsAt)
	l.Told.Supports = func(ref offtake.ClauseRef, c offtake.Clause, f offtake.FirstRefusal) error {
		return supportedRefusal(s.Book, ref, c, f)
	}
	return l
}

// New makes a market in which nothing has happened. It holds what the book's
// own reservation clauses say.
func New(s Setup) *State {
	l := newLaw(s)
	m := &State{
		law:      l,
		laws:     []*terms.Law{l},
		seen:     map[offtake.ActID][sha256.Size]byte{},
		deals:    deal.New(l),
		held:     holding.New(),
		queue:    queue.New(),
		quotes:   quote.New(),
		accounts: account.New(),
		consents: newConsents(),
		tenures:  newTenures(),
		ventures: venture.New(),
		names:    map[named]error{},
	}
	m.tell(l)
	for _, r := range reservations(l) {
		m.held.Apply(time.Time{}, r)
		m.byBook = append(m.byBook, r.Reservation)
	}
	return m
}

// tell says to a law what it has to be told.
func (s *State) tell(l *terms.Law) {
	l.Told.Measured, l.Told.Broken, l.Told.Spent = s.measured, s.deals.Broken, s.deals.Spent
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
	all := s.law.CommitmentsAt(at).All()
	for i := range all {
		out = append(out, all[i].Standing(s.accounts.Ledger(), at))
	}
	return out
}

// CommitmentsAt gives the commitments in force at an instant.
func (s *State) CommitmentsAt(at time.Time) *drawdown.Set { return s.law.CommitmentsAt(at) }

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
	case offtake.SubmitJob:
		if err := s.inTime(a); err != nil {
			return nil, err
		}
		return s.submit(a, deed)
	case offtake.CancelJob:
		if err := s.inTime(a); err != nil {
			return nil, err
		}
		return s.cancel(a, deed)
	case offtake.UsageReport:
		if err := s.inTime(a); err != nil {
			return nil, err
		}
		return s.report(a, deed)
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
// deadline that has not been let pass. What is due next may have fallen due before: a
// right that comes back brings deadlines that have passed.
func (s *State) inTime(a offtake.Act) error {
	due, act, ok := s.deals.Due()
	if ok && act.ID == a.ID {
		return nil
	}
	if a.At.Before(s.now) {
		return offtake.Refuse(offtake.Conflict, "act %q at %s comes before one of %s", a.ID, offtake.Stamp(a.At), offtake.Stamp(s.now))
	}
	if ok && deal.Comes(due, act, a.At) {
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
	case offtake.PlaceJob, offtake.FinishJob, offtake.SubmitJob, offtake.CancelJob:
		for _, e := range events {
			s.held.Apply(a.At, e)
			s.queue.Apply(a.At, e)
		}
		return
	case offtake.UsageReport:
	default:
		s.seen[a.ID] = digest(a)
	}
	s.deals.Fold(a.At, events)
	for _, e := range events {
		if again, is := e.(offtake.PlayedAnew); is {
			s.anew(again)
		}
		s.held.Apply(a.At, e)
		s.accounts.Apply(e)
		s.quotes.Apply(a.At, e, s.resolved)
		s.consents.apply(a.At, e, s.reservation)
		s.tenures.apply(a.At, e)
		s.ventures.Apply(a.At, e)
		s.claims.Apply(e)
		s.mayPlace.forget()
	}
}

// anew makes the deals what they come to now. What was bought, used and quoted stays.
func (s *State) anew(e offtake.PlayedAnew) {
	s.deals = deal.New(s.laws[0])
	for _, l := range s.laws {
		s.tell(l)
	}
	for _, d := range e.Log {
		if adopted, is := d.Events[0].(offtake.BookAdopted); is {
			if n := adopted.Number; n >= 1 && n <= int64(len(s.laws)) {
				s.deals.Adopt(s.laws[n-1])
			}
			continue
		}
		s.deals.Fold(d.At, d.Events)
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
	case offtake.Quote:
		return s.quoted(a, deed)
	case offtake.QuoteWithdraw:
		return s.unquoted(a, deed)
	case offtake.QuoteTake:
		return s.takeQuote(a, deed)
	case offtake.CommitmentCancel:
		return s.cancelCommitment(a, deed)
	case offtake.ReservationCancel:
		return s.cancelReservation(a, deed)
	case offtake.ReservationExtend:
		return s.extend(a, deed)
	case offtake.CapacityLate:
		return s.late(a, deed)
	case offtake.CapacityDeliver:
		return s.deliver(a, deed)
	case offtake.PhaseOnline:
		return s.online(a, deed)
	case offtake.CapitalCall:
		return s.call(a, deed)
	case offtake.CapitalPay:
		return s.pay(a, deed)
	case offtake.PriceReport:
		return s.priced(a, deed)
	case offtake.OfferReceive:
		if a.By != s.law.Book.Buyer {
			return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the buyer whose offers these are", a.By, s.law.Book.Buyer)
		}
		if err := s.offered(deed.Terms); err != nil {
			return nil, err
		}
	case offtake.OfferRevise:
		if o, ok := s.deals.Opportunity(a.Opportunity); ok && o.Offered {
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
	case t.Price.Currency() != "" && t.Price.Currency() != s.law.Book.Currency:
		return offtake.Refuse(offtake.Invalid, "offer price %s is not in %s, the book's currency", t.Price, s.law.Book.Currency)
	case t.Price.Sign() < 0:
		return offtake.Refuse(offtake.Invalid, "offer price %s is below zero", t.Price)
	}
	if t.Party != "" {
		if _, ok := s.law.Book.Party(t.Party); !ok {
			return offtake.Refuse(offtake.NotFound, "party %.60q is not declared in the book", t.Party)
		}
	}
	_, err := s.law.Rights.Question(offtake.Procure, s.purchase(t))
	return err
}

// purchase gives the facts of what the buyer buys on these terms.
func (s *State) purchase(t offtake.OfferTerms) offtake.Facts {
	return s.law.Purchase(s.law.Book.Buyer, t)
}

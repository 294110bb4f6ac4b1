package market

import (
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/account"
)

// report records a batch of usage.
func (s *State) report(a offtake.Act, d offtake.UsageReport) ([]offtake.Event, error) {
	if a.By != s.law.Book.Buyer {
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the buyer whose usage it is", a.By, s.law.Book.Buyer)
	}
	events, err := s.accounts.Report(a.At, d, s.accountBook(a.At))
	if err != nil {
		return nil, err
	}
	return s.underConsents(a.At, events), nil
}

// Admit opens an admission of usage reported at an instant, which tells of each total
// whether it would be taken.
func (s *State) Admit(at time.Time) *account.Admission {
	return s.accounts.Admit(at, s.accountBook(at))
}

// Zone gives the zone of the book's calendar.
func (s *State) Zone() *time.Location { return s.law.Rights.Calendar("").Location() }

func (s *State) accountBook(at time.Time) account.Book {
	return account.Book{
		Currency: s.law.Book.Currency, Held: s.reservation, Capacity: s.capacity, InForce: s.law.CommitmentsAt,
		Price: func(t offtake.UsageTotal) (offtake.Money, error) { return s.rate(t, at) },
		Known: s.usable,
	}
}

// capacity gives the accelerator-seconds that a reservation holds between two
// instants, with all its parts.
func (s *State) capacity(r *offtake.CapacityReserved, from, until time.Time) (sum int64) {
	for _, part := range s.held.Parts(r.Reservation) {
		begins, ends := from, until
		if part.Until.Before(ends) {
			ends = part.Until
		}
		if part.From.After(begins) {
			begins = part.From
		}
		sum += part.Quantity * max(int64(ends.Sub(begins)/time.Second), 0)
	}
	return sum
}

// usable refuses a total that names what the book does not have, or that lies before
// anything was agreed with its provider.
func (s *State) usable(t offtake.UsageTotal) error {
	if t.Reservation != "" && s.reservation(t.Reservation) == nil {
		return offtake.Refuse(offtake.NotFound, "reservation %q is not held", t.Reservation)
	}
	if t.Reservation == "" && t.Provider == "" {
		return offtake.Refuse(offtake.Invalid, "usage names neither a reservation nor a provider")
	}
	f := factsOf(&t)
	if t.Reservation != "" {
		f.Provider = s.reservation(t.Reservation).Provider
	}
	if err := s.declared(f); err != nil {
		return err
	}
	if t.Kind == offtake.ForPrepayment {
		c := s.law.CommitmentsAt(account.Date(&t)).Find(t.For)
		switch {
		case c == nil:
			return offtake.Refuse(offtake.NotFound, "commitment %s is not in force on %s", t.For, account.Day(&t))
		case c.Terms.Provider != t.Provider:
			return offtake.Refuse(offtake.Invalid, "commitment %s is owed to provider %q, not to %q", t.For, c.Terms.Provider, t.Provider)
		}
	}
	p, _ := s.law.Book.Provider(f.Provider)
	if began, agreed := s.law.Began(p.Party); agreed && account.Date(&t).Before(began) {
		return offtake.Refuse(offtake.Invalid, "usage of %s lies before %s, from when the first agreement with %q holds", account.Day(&t), offtake.Stamp(began), p.Party)
	}
	return nil
}

// declared refuses facts that name what the book does not have. Usage names the same
// few again and again.
func (s *State) declared(f offtake.Facts) error {
	k := named{f.Provider, f.Product, f.Accelerator, f.Region, f.Site, f.Asset, f.Customer, ""}
	if len(f.Purposes) > 0 {
		k.purpose = f.Purposes[0]
	}
	if err, known := s.names[k]; known {
		return err
	}
	if len(s.names) > 10_000 {
		clear(s.names)
	}
	_, err := s.law.Rights.Question(offtake.Place, f)
	s.names[k] = err
	return err
}

// named is what usage may name.
type named struct {
	provider    offtake.ProviderName
	product     offtake.Product
	accelerator offtake.Accelerator
	region      offtake.Region
	site        offtake.Site
	asset       offtake.Asset
	customer    offtake.Customer
	purpose     offtake.Purpose
}

// rate gives what an accelerator-hour of usage costs that names no cost: the price
// that was agreed for it, or the list's.
func (s *State) rate(t offtake.UsageTotal, reported time.Time) (offtake.Money, error) {
	switch {
	case t.Kind != offtake.ForUsage:
		return offtake.Money{}, offtake.Refuse(offtake.Invalid, "%s says no cost", t.Kind)
	case t.Accelerator == "":
		return offtake.Money{}, offtake.Refuse(offtake.Invalid, "usage has neither a cost nor an accelerator, by which it would have one")
	}
	card, f := s.law.Rates(account.Dated(&t, reported)), factsOf(&t)
	agreed := card.Agreed(f)
	for i := 1; i < len(agreed); i++ {
		if agreed[i].Rate.Price.Cmp(agreed[0].Rate.Price) != 0 {
			return offtake.Money{}, offtake.Refuse(offtake.Invalid, "usage on %s has two prices, %s by %s and %s by %s; write its cost",
				account.Day(&t), agreed[0].Rate.Price, agreed[0].Clause, agreed[i].Rate.Price, agreed[i].Clause)
		}
	}
	price, ok := card.Price(f, offtake.OnDemand, account.Dated(&t, reported))
	if !ok {
		return offtake.Money{}, offtake.Refuse(offtake.NotFound, "no rate and no list gives a price of %s at %q on %s; write its cost", t.Accelerator, t.Provider, account.Day(&t))
	}
	return price.PerHour, nil
}

// factsOf describes what was used.
func factsOf(t *offtake.UsageTotal) offtake.Facts {
	f := offtake.Facts{
		Provider: t.Provider, Product: t.Product, Accelerator: t.Accelerator, Region: t.Region, Site: t.Site,
		Asset: t.Asset, Customer: t.Customer, Capacity: offtake.HeldCapacity,
	}
	if t.Purpose != "" {
		f.Purposes = []offtake.Purpose{t.Purpose}
	}
	return f
}

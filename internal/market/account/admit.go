package account

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// An Admission holds the totals of one report, or the rows behind them, against the
// accounts and against each other. It changes nothing.
type Admission struct {
	accounts *Accounts
	book     Book
	at       time.Time
	metered  map[meteredDay]int64
	lines    map[offtake.Hash]*amounts
	inOrder  []*amounts
	months   map[month]offtake.Accrual
	inTurn   []month
}

type meteredDay struct {
	id  offtake.ReservationID
	day offtake.Date
}

// amounts are what a line comes to.
type amounts struct {
	of           offtake.UsageTotal
	used, unused int64
	cost         offtake.Accrual
}

// Admit opens an Admission of a report at an instant.
func (s *Accounts) Admit(at time.Time, b Book) *Admission {
	return &Admission{
		accounts: s, book: b, at: at, metered: map[meteredDay]int64{},
		lines: map[offtake.Hash]*amounts{}, months: map[month]offtake.Accrual{},
	}
}

// Known refuses a total by what it is, whatever its amounts, and prices it.
func (a *Admission) Known(t offtake.UsageTotal) (offtake.Charge, error) {
	c := offtake.Charge{UsageTotal: t}
	if err := a.dated(&t); err != nil {
		return c, err
	}
	switch {
	case (t.Kind == offtake.ForPrepayment) == t.For.IsZero():
		return c, offtake.Refuse(offtake.Invalid, "a prepayment, and nothing else, says what commitment it is for")
	case t.Kind != offtake.ForUsage && t.Reservation != "" && t.Kind != offtake.ForPurchase:
		return c, offtake.Refuse(offtake.Invalid, "%s is of no reservation; only usage and a purchase are", t.Kind)
	case t.Cost.Currency() != "" && t.Cost.Currency() != a.book.Currency:
		return c, offtake.Refuse(offtake.Invalid, "cost %s is not in %s, the book's currency", t.Cost, a.book.Currency)
	}
	if err := a.book.Known(t); err != nil {
		return c, err
	}
	if t.Reservation != "" {
		return c, a.reserved(&c)
	}
	var err error
	if t.Cost.Currency() == "" {
		c.Price, err = a.book.Price(t)
	}
	return c, err
}

// dated refuses what lies in the future, or has no date. Of the day of the report
// what there is of it may be reported.
func (a *Admission) dated(t *offtake.UsageTotal) error {
	switch {
	case t.At.IsZero() == t.Day.IsZero():
		return offtake.Refuse(offtake.Invalid, "usage has either a day or an end; write one of them")
	case t.At.After(quarterAfter(a.at)), !t.Day.IsZero() && start(t.Day).After(a.at):
		return offtake.Refuse(offtake.Invalid, "usage of %s lies after its report at %s", offtake.Stamp(Date(t).Add(1)), offtake.Stamp(a.at))
	case !t.At.IsZero() && !t.At.Equal(t.At.Truncate(quarter)):
		return offtake.Refuse(offtake.Invalid, "end %s is not that of a quarter of an hour", offtake.Stamp(t.At))
	}
	return nil
}

// quarter is the grain of dates. In every zone a day begins with one.
const quarter = 15 * time.Minute

func quarterAfter(t time.Time) time.Time { return t.Add(quarter - 1).Truncate(quarter) }

// reserved prices what was used of a reservation.
func (a *Admission) reserved(c *offtake.Charge) error {
	r := a.book.Held(c.Reservation)
	switch {
	case r == nil:
		return offtake.Refuse(offtake.NotFound, "reservation %q is not held", c.Reservation)
	case c.Provider != "" && c.Provider != r.Provider:
		return offtake.Refuse(offtake.Invalid, "reservation %q is of provider %q, not of %q", c.Reservation, r.Provider, c.Provider)
	case c.Accelerator != "" && c.Accelerator != r.Accelerator:
		return offtake.Refuse(offtake.Invalid, "reservation %q is of accelerator %q, not of %q", c.Reservation, r.Accelerator, c.Accelerator)
	case c.Cost.Currency() != "" && c.Kind == offtake.ForUsage:
		return offtake.Refuse(offtake.Invalid, "what was used of reservation %q costs what that says, and no other cost", c.Reservation)
	}
	c.Provider, c.Accelerator, c.Of = r.Provider, r.Accelerator, r.Of
	if c.Kind == offtake.ForUsage {
		c.Price, c.UnusedPrice = r.Price, r.Price.Share(r.UnusedCharge)
	}
	return nil
}

// Add adds a total that is known and priced, or refuses it and adds nothing. One below
// zero takes back what was reported. Line is its line's name.
func (a *Admission) Add(c *offtake.Charge, line offtake.Hash) error {
	if err := a.meter(c); err != nil {
		return err
	}
	a.count(c, line)
	return nil
}

// Try is Add, but for a charge that would take back more than there was, of which it
// adds nothing.
func (a *Admission) Try(c *offtake.Charge) error {
	if err := a.meter(c); err != nil {
		return err
	}
	line := LineOf(&c.UsageTotal)
	a.count(c, line)
	err := a.Close()
	if err != nil {
		back := *c
		back.Used, back.Unused, back.Cost, back.Price, back.UnusedPrice = -c.Used, -c.Unused, c.Cost.Neg(), c.Price, c.UnusedPrice
		a.count(&back, line)
		_ = a.meter(&back)
	}
	return err
}

// meter holds usage of a reservation, and of what that is a part of, against what was
// held on its day.
func (a *Admission) meter(c *offtake.Charge) error {
	if c.Reservation == "" || c.Kind != offtake.ForUsage {
		return nil
	}
	r, day := a.book.Held(c.Reservation), Day(&c.UsageTotal)
	until := start(day.AddDays(1))
	if a.at.Before(until) {
		until = a.at
	}
	ids := metersOf(r)
	for _, id := range ids {
		was, most := a.was(meteredDay{id, day}), a.book.Capacity(a.book.Held(id), start(day), until)
		if c.Used > most || c.Unused > most || was+c.Used+c.Unused > most {
			return offtake.Refuse(offtake.Invalid, "usage of %q on %s comes to more than the %d accelerator-seconds held until %s", id, day, most, offtake.Stamp(a.at))
		}
	}
	for _, id := range ids {
		a.metered[meteredDay{id, day}] = a.was(meteredDay{id, day}) + c.Used + c.Unused
	}
	return nil
}

// metersOf gives the meters that usage of a reservation runs through.
func metersOf(r *offtake.CapacityReserved) []offtake.ReservationID {
	if r.Of == "" {
		return []offtake.ReservationID{r.Reservation}
	}
	return []offtake.ReservationID{r.Reservation, r.Of}
}

func (a *Admission) was(k meteredDay) int64 {
	if was, seen := a.metered[k]; seen {
		return was
	}
	return a.accounts.metered[k.id].on(k.day)
}

// count adds up what lines and months come to.
func (a *Admission) count(c *offtake.Charge, id offtake.Hash) {
	cost := c.Amount()
	k := month{c.Provider, Day(&c.UsageTotal).Year, Day(&c.UsageTotal).Month}
	m, seen := a.months[k]
	if !seen {
		a.inTurn = append(a.inTurn, k)
		if was := a.accounts.months[k]; was != nil {
			m = *was
		}
	}
	a.months[k] = m.Add(cost)
	l, seen := a.lines[id]
	if !seen {
		l = &amounts{of: c.UsageTotal}
		if was := a.accounts.lines[id]; was != nil {
			l.used, l.unused, l.cost = was.Used, was.Unused, was.Cost
		}
		a.lines[id] = l
		a.inOrder = append(a.inOrder, l)
	}
	l.used, l.unused, l.cost = l.used+c.Used, l.unused+c.Unused, l.cost.Add(cost)
}

// Close refuses what takes back more than there was.
func (a *Admission) Close() error {
	for _, m := range a.inOrder {
		if m.used < 0 || m.unused < 0 || m.cost.Sign() != 0 && (m.cost.Sign() < 0) != (m.of.Kind == offtake.ForCredit) {
			return offtake.Refuse(offtake.Invalid, "usage of %s on %s is below zero", thing(&m.of), Day(&m.of))
		}
	}
	for _, k := range a.inTurn {
		if a.months[k].Sign() < 0 {
			return offtake.Refuse(offtake.Invalid, "credits of provider %q in %04d-%02d are more than its charges", k.provider, k.year, k.month)
		}
	}
	return nil
}

func thing(t *offtake.UsageTotal) string {
	if t.Reservation != "" {
		return `"` + string(t.Reservation) + `"`
	}
	return "provider \"" + string(t.Provider) + `"`
}

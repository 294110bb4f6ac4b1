// Package account keeps what was used, what it costs, and what it draws of the
// commitments.
//
// Usage comes in batches of totals by reservation, day, purpose and product. A
// batch is known by its source and its name: the same batch twice has no effect,
// and the same name with other content is refused. So is usage beyond the
// capacity that was held on a day.
//
// What is used costs the reservation's price. What is held and not used costs
// the part of it that the reservation charges. Amounts are kept undivided, price
// per hour times accelerator-seconds, so that no sum ever rounds.
//
// Days are days of UTC. A day's usage is dated at its last instant: that is when
// a charge for it falls due, and what decides whether a commitment covers it.
// What is reported before the day has ended is covered by the commitments in
// force just before the report.
package account

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
)

// A Reservation finds capacity that was held; nil where none was.
type Reservation func(offtake.ReservationID) *offtake.CapacityReserved

// Accounts are what was used and charged. See New.
type Accounts struct {
	batches   map[batch][sha256.Size]byte
	metered   map[offtake.ReservationID]*meter
	providers map[offtake.ProviderName]*Total
	ledger    drawdown.Ledger
}

type batch struct{ source, name string }

// A meter counts accelerator-seconds of a reservation by day.
type meter struct {
	first offtake.Date
	days  []int64
}

// A Total is what came together at one provider.
type Total struct {
	Provider offtake.ProviderName
	Used     int64 // accelerator-seconds
	Unused   int64
	Spend    offtake.Accrual
}

// New makes accounts in which nothing stands.
func New() *Accounts {
	return &Accounts{
		batches:   map[batch][sha256.Size]byte{},
		metered:   map[offtake.ReservationID]*meter{},
		providers: map[offtake.ProviderName]*Total{},
	}
}

// Totals gives what came together at each provider, by its name.
func (s *Accounts) Totals() []Total {
	out := make([]Total, 0, len(s.providers))
	for _, t := range s.providers {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Total) int { return cmp.Compare(a.Provider, b.Provider) })
	return out
}

// Spend gives everything charged.
func (s *Accounts) Spend() (sum offtake.Accrual) {
	for _, t := range s.Totals() {
		sum = sum.Add(t.Spend)
	}
	return sum
}

// Ledger gives what was charged to commitments. It must not be changed.
func (s *Accounts) Ledger() *drawdown.Ledger { return &s.ledger }

// Report says what follows from a batch of usage. Inforce gives the
// commitments in force when a charge is dated.
func (s *Accounts) Report(at time.Time, d offtake.UsageReport, held Reservation, inForce func(time.Time) *drawdown.Set) ([]offtake.Event, error) {
	if d.Source == "" || d.Batch == "" {
		return nil, offtake.Refuse(offtake.Invalid, "usage has no source or no batch name, by which it is known")
	}
	if was, ok := s.batches[batch{d.Source, d.Batch}]; ok {
		if was == digest(d.Rows, d.Hash, d.Totals) {
			return nil, nil
		}
		return nil, offtake.Refuse(offtake.Conflict, "batch %q of %q was reported with other content", d.Batch, d.Source)
	}
	if d.Rows < 0 {
		return nil, offtake.Refuse(offtake.Invalid, "batch %q has %d rows, fewer than none", d.Batch, d.Rows)
	}
	charges, err := s.charges(at, d, held)
	if err != nil {
		return nil, err
	}
	events := []offtake.Event{offtake.UsageRecorded{Source: d.Source, Batch: d.Batch, Rows: d.Rows, Hash: d.Hash, Charges: charges}}
	return append(events, draws(at, d, charges, held, inForce)...), nil
}

// charges prices the totals of a batch and holds them against what was held.
func (s *Accounts) charges(at time.Time, d offtake.UsageReport, held Reservation) ([]offtake.Charge, error) {
	type day struct {
		id  offtake.ReservationID
		day offtake.Date
	}
	sums := map[day]int64{}
	charges := make([]offtake.Charge, 0, len(d.Totals))
	for _, t := range d.Totals {
		r := held(t.Reservation)
		k := day{t.Reservation, t.Day}
		switch {
		case r == nil:
			return nil, offtake.Refuse(offtake.NotFound, "reservation %q is not held", t.Reservation)
		case t.Used < 0 || t.Unused < 0:
			return nil, offtake.Refuse(offtake.Invalid, "usage of %q on %s is below zero", t.Reservation, t.Day)
		}
		was, seen := sums[k]
		if !seen {
			was = s.metered[t.Reservation].on(t.Day)
		}
		most := capacity(r, t.Day, at)
		if t.Used > most || t.Unused > most || was+t.Used+t.Unused > most {
			return nil, offtake.Refuse(offtake.Invalid, "usage of %q on %s comes to more than the %d accelerator-seconds held until %s", t.Reservation, t.Day, most, offtake.Stamp(at))
		}
		sums[k] = was + t.Used + t.Unused
		charges = append(charges, offtake.Charge{
			UsageTotal: t, Provider: r.Provider, Price: r.Price, UnusedPrice: r.Price.Share(r.UnusedCharge),
		})
	}
	return charges, nil
}

// capacity gives the accelerator-seconds a reservation held on a day up to an instant.
func capacity(r *offtake.CapacityReserved, day offtake.Date, at time.Time) int64 {
	from, until := start(day), start(day.AddDays(1))
	for _, t := range []time.Time{r.Until, at} {
		if t.Before(until) {
			until = t
		}
	}
	if r.From.After(from) {
		from = r.From
	}
	return r.Quantity * max(int64(until.Sub(from)/time.Second), 0)
}

func start(d offtake.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// Dated gives the instant whose terms a day's usage is under: its last, or that
// before it was reported.
func Dated(d offtake.Date, reported time.Time) time.Time {
	if before := reported.Add(-1); before.Before(dated(d)) {
		return before
	}
	return dated(d)
}

// dated gives the instant that a day's usage counts for.
func dated(d offtake.Date) time.Time { return start(d.AddDays(1)).Add(-1) }

// draws gives what the charges draw of commitments, added up by commitment and
// day in the order they are first met.
func draws(at time.Time, d offtake.UsageReport, charges []offtake.Charge, held Reservation, inForce func(time.Time) *drawdown.Set) (events []offtake.Event) {
	type key struct {
		ref offtake.ClauseRef
		day offtake.Date
	}
	place := map[key]int{}
	for _, c := range charges {
		when := Dated(c.Day, at)
		commitment := inForce(when).Draws(facts(c, held(c.Reservation)), when)
		if commitment == nil {
			continue
		}
		amount := commitment.Amount(c.Amount(), c.Used)
		k := key{commitment.Clause, c.Day}
		i, ok := place[k]
		if !ok {
			place[k] = len(events)
			events = append(events, offtake.DrawnDown{Source: d.Source, Batch: d.Batch, Commitment: k.ref, Day: k.day, Amount: amount})
			continue
		}
		e := events[i].(offtake.DrawnDown)
		e.Amount = e.Amount.Add(amount)
		events[i] = e
	}
	return events
}

// facts describe a charge to a commitment. What was used by nobody counts for
// what it was bought for.
func facts(c offtake.Charge, r *offtake.CapacityReserved) offtake.Facts {
	f := offtake.Facts{
		Provider: c.Provider, Product: c.Product, Accelerator: r.Accelerator, Quantity: r.Quantity,
		Region: r.Region, Site: r.Site, Capacity: offtake.HeldCapacity,
		Start:    offtake.When{Instant: r.From},
		Term:     offtake.Duration{Unit: offtake.Elapsed, Time: r.Until.Sub(r.From)},
		Purposes: r.Purposes,
	}
	if c.Purpose != "" {
		f.Purposes = []offtake.Purpose{c.Purpose}
	}
	return f
}

// Apply folds an event. Events about other things change nothing.
func (s *Accounts) Apply(e offtake.Event) {
	switch e := e.(type) {
	case offtake.UsageRecorded:
		totals := make([]offtake.UsageTotal, 0, len(e.Charges))
		for _, c := range e.Charges {
			totals = append(totals, c.UsageTotal)
			s.charge(c)
		}
		s.batches[batch{e.Source, e.Batch}] = digest(e.Rows, e.Hash, totals)
	case offtake.DrawnDown:
		s.ledger.Draw(e.Commitment, dated(e.Day), e.Amount)
	}
}

func (s *Accounts) charge(c offtake.Charge) {
	m := s.metered[c.Reservation]
	if m == nil {
		m = &meter{first: c.Day}
		s.metered[c.Reservation] = m
	}
	m.add(c.Day, c.Used+c.Unused)
	t := s.providers[c.Provider]
	if t == nil {
		t = &Total{Provider: c.Provider}
		s.providers[c.Provider] = t
	}
	t.Used += c.Used
	t.Unused += c.Unused
	t.Spend = t.Spend.Add(c.Amount())
}

// on gives what was counted on a day; nothing where there is no meter.
func (m *meter) on(d offtake.Date) int64 {
	if m == nil {
		return 0
	}
	if i := days(m.first, d); i >= 0 && i < len(m.days) {
		return m.days[i]
	}
	return 0
}

func (m *meter) add(d offtake.Date, seconds int64) {
	i := days(m.first, d)
	if i < 0 {
		m.days = append(make([]int64, -i), m.days...)
		m.first, i = d, 0
	}
	for len(m.days) <= i {
		m.days = append(m.days, 0)
	}
	m.days[i] += seconds
}

func days(from, to offtake.Date) int { return int(start(to).Sub(start(from)) / (24 * time.Hour)) }

// digest stands for the content of a batch.
func digest(rows int64, hash string, totals []offtake.UsageTotal) [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %q\n", rows, hash)
	for _, t := range totals {
		fmt.Fprintf(h, "%q %s %q %q %d %d\n", t.Reservation, t.Day, t.Purpose, t.Product, t.Used, t.Unused)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

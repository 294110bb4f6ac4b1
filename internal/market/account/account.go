// Package account keeps what was used and charged, what it costs, and what it draws
// of the commitments.
//
// Usage comes in batches of totals of one kind and date: of a reservation, or of
// what a provider charges. A batch is known by its source and its name: the same
// batch twice has no effect, and the same name with other content is refused.
// Totals below zero take back what a correction replaces; what is left of any kind
// and date is never below zero.
//
// What is used of a reservation costs its price. What is held and not used costs the
// part of it that the reservation charges, and usage beyond the capacity that was
// held on a day is refused. Amounts are kept undivided, price per hour times
// accelerator-seconds, so that no sum ever rounds.
//
// A total is dated by the quarter of an hour in which it ends, or by the last instant
// of its day of UTC: that is when a charge for it falls due, and what decides whether
// a commitment covers it. What is reported before the day has ended is covered by the
// commitments in force just before the report.
package account

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
)

// A Book says what the accounts have to be told of the book, by the time of a
// report.
type Book struct {
	Currency offtake.Currency
	Held     func(offtake.ReservationID) *offtake.CapacityReserved // nil where none was held by that name
	Capacity func(r *offtake.CapacityReserved, from, until time.Time) (acceleratorSeconds int64)
	InForce  func(time.Time) *drawdown.Set
	Price    func(offtake.UsageTotal) (offtake.Money, error) // per accelerator-hour, of what names no reservation and no cost
	Known    func(offtake.UsageTotal) error                  // nil where all it names is in the book
}

// Accounts are what was used and charged. See New.
type Accounts struct {
	batches   map[batch][sha256.Size]byte
	metered   map[offtake.ReservationID]*meter
	providers map[offtake.ProviderName]*Total
	months    map[month]*offtake.Accrual
	lines     map[offtake.Hash]*Line
	shelves   shelves
	ledger    drawdown.Ledger
	firsts    firsts
}

type batch struct{ source, name string }

// A month is what credits are held against: a credit is never more than what a
// provider charged in its month.
type month struct {
	provider offtake.ProviderName
	year     int
	month    time.Month
}

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

// A Line is everything charged of one kind with one date.
type Line struct {
	Of      offtake.UsageTotal // what it is; its amounts are of no account
	At      time.Time          // its date
	Used    int64              // accelerator-seconds
	Unused  int64
	Cost    offtake.Accrual
	Draws   offtake.ClauseRef // zero: it draws on none
	DrawnAt time.Time         // when that counts it
	class   offtake.Hash      // of it without its date; "": it is to be found
}

func (l *Line) entry() drawdown.Entry {
	return drawdown.Entry{At: l.DrawnAt, Kind: l.Of.Kind, Service: l.Of.Service, Cost: l.Cost, Used: l.Used, Unused: l.Unused}
}

// less gives an entry that takes another back.
func less(e drawdown.Entry) drawdown.Entry {
	e.Cost, e.Used, e.Unused = offtake.Accrual{}.Sub(e.Cost), -e.Used, -e.Unused
	return e
}

// New makes accounts in which nothing stands.
func New() *Accounts {
	return &Accounts{
		batches:   map[batch][sha256.Size]byte{},
		metered:   map[offtake.ReservationID]*meter{},
		providers: map[offtake.ProviderName]*Total{},
		months:    map[month]*offtake.Accrual{},
		lines:     map[offtake.Hash]*Line{},
		shelves:   newShelves(),
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

// Lines gives everything charged dated at or before an instant, by date and then by
// what it is. The lines must not be changed.
func (s *Accounts) Lines(at time.Time, want func(*Line) bool) []*Line {
	type keyed struct {
		id offtake.Hash
		l  *Line
	}
	var out []keyed
	for id, l := range s.lines {
		if !l.At.After(at) && want(l) {
			out = append(out, keyed{id, l})
		}
	}
	slices.SortFunc(out, func(a, b keyed) int {
		return cmp.Or(a.l.At.Compare(b.l.At), strings.Compare(string(a.id), string(b.id)))
	})
	lines := make([]*Line, len(out))
	for i, k := range out {
		lines[i] = k.l
	}
	return lines
}

// Ledger gives what was charged to commitments. It must not be changed.
func (s *Accounts) Ledger() *drawdown.Ledger { return &s.ledger }

// Known reports whether a batch was reported.
func (s *Accounts) Known(source, name string) bool {
	_, ok := s.batches[batch{source, name}]
	return ok
}

// Metered reports whether anything of a reservation was used, or was idle.
func (s *Accounts) Metered(id offtake.ReservationID) bool { return s.metered[id] != nil }

// Report says what follows from a batch of usage.
func (s *Accounts) Report(at time.Time, d offtake.UsageReport, b Book) ([]offtake.Event, error) {
	if d.Source == "" || d.Batch == "" {
		return nil, offtake.Refuse(offtake.Invalid, "usage has no source or no batch name, by which it is known")
	}
	ids := make([]offtake.Hash, len(d.Totals))
	for i := range d.Totals {
		ids[i] = LineOf(&d.Totals[i])
	}
	if was, ok := s.batches[batch{d.Source, d.Batch}]; ok {
		if was == digest(d.Rows, d.Hash, ids, func(i int) *offtake.UsageTotal { return &d.Totals[i] }) {
			return nil, nil
		}
		return nil, offtake.Refuse(offtake.Conflict, "batch %q of %q was reported with other content", d.Batch, d.Source)
	}
	if d.Rows < 0 {
		return nil, offtake.Refuse(offtake.Invalid, "batch %q has %d rows, fewer than none", d.Batch, d.Rows)
	}
	a := s.Admit(at, b)
	charges := make([]offtake.Charge, 0, len(d.Totals))
	for i := range d.Totals {
		charge, err := a.Known(d.Totals[i])
		if err == nil {
			err = a.Add(&charge, ids[i])
		}
		if err != nil {
			return nil, err
		}
		charges = append(charges, charge)
	}
	if err := a.Close(); err != nil {
		return nil, err
	}
	moved := s.draw(at, charges, ids, b)
	events := []offtake.Event{offtake.UsageRecorded{Source: d.Source, Batch: d.Batch, Rows: d.Rows, Hash: d.Hash, Charges: charges, Root: d.Root}}
	for _, m := range moved {
		m.Source, m.Batch = d.Source, d.Batch
		events = append(events, m)
	}
	return events, nil
}

func start(d offtake.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// Date gives the instant that a total counts for.
func Date(t *offtake.UsageTotal) time.Time {
	if !t.At.IsZero() {
		return t.At.Add(-1)
	}
	return dated(t.Day)
}

// Day gives the day of UTC that a total counts for.
func Day(t *offtake.UsageTotal) offtake.Date {
	if !t.At.IsZero() {
		return offtake.DateOf(t.At.UTC().Add(-1))
	}
	return t.Day
}

// Dated gives the instant whose terms a total is under: its date, or that before
// it was reported.
func Dated(t *offtake.UsageTotal, reported time.Time) time.Time {
	if before := reported.Add(-1); before.Before(Date(t)) {
		return before
	}
	return Date(t)
}

// dated gives the instant that a day's usage counts for.
func dated(d offtake.Date) time.Time { return start(d.AddDays(1)).Add(-1) }

// LineOf gives the name of the line that a total belongs to: a hash of everything
// but its amounts.
func LineOf(t *offtake.UsageTotal) offtake.Hash {
	b := make([]byte, 0, 256)
	provider, accelerator := t.Provider, t.Accelerator
	if t.Reservation != "" { // whose they are
		provider, accelerator = "", ""
	}
	for _, text := range [...]string{
		string(t.Reservation), string(t.Purpose), string(t.Product), string(t.Kind), string(provider), t.Service,
		string(accelerator), string(t.Region), string(t.Site), string(t.Asset), string(t.Customer), t.For.String(),
	} {
		b = append(append(b, text...), 0)
	}
	for _, d := range [...]offtake.Date{t.Day, t.Invoiced} {
		b = binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(b, int64(d.Year)), int64(d.Month)), int64(d.Day))
	}
	if !t.At.IsZero() {
		b = binary.AppendVarint(b, t.At.Unix())
	}
	for _, l := range t.Labels {
		b = append(append(append(append(b, 0), l.Key...), 0), l.Value...)
	}
	sum := sha256.Sum256(b)
	return offtake.Hash(hex.EncodeToString(sum[:]))
}

// Apply folds an event. Events about other things change nothing.
func (s *Accounts) Apply(e offtake.Event) {
	switch e := e.(type) {
	case offtake.UsageRecorded:
		ids := make([]offtake.Hash, len(e.Charges))
		for i := range e.Charges {
			ids[i] = LineOf(&e.Charges[i].UsageTotal)
			s.charge(&e.Charges[i], ids[i])
		}
		s.batches[batch{e.Source, e.Batch}] = digest(e.Rows, e.Hash, ids, func(i int) *offtake.UsageTotal { return &e.Charges[i].UsageTotal })
	case offtake.Redrawn:
		s.move(s.lines[e.Line], e.To, e.DrawnAt)
	case offtake.CommitmentReduced:
		s.ledger.Reduce(e.Commitment, drawdown.Reduction{At: e.From, Amount: e.Measured})
	}
}

// charge adds to the line of a charge, where that draws now.
func (s *Accounts) charge(c *offtake.Charge, id offtake.Hash) {
	day := Day(&c.UsageTotal)
	if c.Kind == offtake.ForUsage {
		s.meter(c.Reservation, day, c.Used+c.Unused)
		s.meter(c.Of, day, c.Used+c.Unused)
	}
	t := s.providers[c.Provider]
	if t == nil {
		t = &Total{Provider: c.Provider}
		s.providers[c.Provider] = t
	}
	cost := c.Amount()
	t.Used += c.Used
	t.Unused += c.Unused
	t.Spend = t.Spend.Add(cost)
	s.inMonth(c.Provider, day, cost)

	l := s.lines[id]
	if l == nil {
		l = &Line{Of: c.UsageTotal, At: Date(&c.UsageTotal)}
		l.Of.Used, l.Of.Unused, l.Of.Cost = 0, 0, offtake.Money{}
		s.lines[id] = l
		s.shelves.put(l)
	}
	s.move(l, c.Draws, c.DrawnAt)
	l.Used, l.Unused, l.Cost = l.Used+c.Used, l.Unused+c.Unused, l.Cost.Add(cost)
	s.shelves.add(l, c.Used, c.Unused, cost)
	if !l.Draws.IsZero() {
		s.ledger.Draw(l.Draws, drawdown.Entry{At: l.DrawnAt, Kind: l.Of.Kind, Service: l.Of.Service, Cost: cost, Used: c.Used, Unused: c.Unused})
	}
}

func (s *Accounts) meter(id offtake.ReservationID, day offtake.Date, seconds int64) {
	if id == "" {
		return
	}
	m := s.metered[id]
	if m == nil {
		m = &meter{first: day}
		s.metered[id] = m
	}
	m.add(day, seconds)
}

func (s *Accounts) inMonth(p offtake.ProviderName, day offtake.Date, cost offtake.Accrual) {
	k := month{p, day.Year, day.Month}
	if s.months[k] == nil {
		s.months[k] = &offtake.Accrual{}
	}
	*s.months[k] = s.months[k].Add(cost)
}

// move takes a line from one commitment to another.
func (s *Accounts) move(l *Line, to offtake.ClauseRef, at time.Time) {
	if l.Draws == to && l.DrawnAt.Equal(at) {
		return
	}
	e := l.entry()
	if !l.Draws.IsZero() && !e.IsZero() {
		s.ledger.Draw(l.Draws, less(e))
	}
	s.shelves.add(l, -l.Used, -l.Unused, offtake.Accrual{}.Sub(l.Cost))
	l.Draws, l.DrawnAt = to, at
	s.shelves.add(l, l.Used, l.Unused, l.Cost)
	s.shelves.drawn(l)
	if e.At = at; !to.IsZero() && !e.IsZero() {
		s.ledger.Draw(to, e)
	}
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
func digest(rows int64, hash string, ids []offtake.Hash, total func(int) *offtake.UsageTotal) [sha256.Size]byte {
	h := sha256.New()
	b := fmt.Appendf(nil, "%d %q\n", rows, hash)
	for i, id := range ids {
		t := total(i)
		b = append(append(b, id...), ' ')
		b = strconv.AppendInt(append(strconv.AppendInt(b, t.Used, 10), ' '), t.Unused, 10)
		if t.Cost.Currency() != "" {
			b = append(append(b, ' '), t.Cost.String()...)
		}
		h.Write(append(b, '\n'))
		b = b[:0]
	}
	h.Write(b)
	return [sha256.Size]byte(h.Sum(nil))
}

package account

import (
	"crypto/sha256"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
)

// A Snapshot is what Accounts are restored from.
type Snapshot struct {
	Batches []BatchSnapshot
	Meters  []MeterSnapshot
	Totals  []Total
	Months  []MonthSnapshot
	Lines   []Line
	Ledger  []drawdown.Snapshot
}

// A BatchSnapshot is a batch that was reported.
type BatchSnapshot struct {
	Source, Name string
	Content      [sha256.Size]byte
}

// A MeterSnapshot is what was counted of a reservation.
type MeterSnapshot struct {
	Reservation offtake.ReservationID
	First       offtake.Date
	Days        []int64
}

// A MonthSnapshot is what a provider charged in a month.
type MonthSnapshot struct {
	Provider offtake.ProviderName
	Year     int
	Month    time.Month
	Charged  offtake.Accrual
}

// Snapshot gives what the Accounts are restored from.
func (s *Accounts) Snapshot() Snapshot {
	out := Snapshot{Totals: s.Totals(), Ledger: s.ledger.Snapshot()}
	for b, content := range s.batches {
		out.Batches = append(out.Batches, BatchSnapshot{b.source, b.name, content})
	}
	for id, m := range s.metered {
		out.Meters = append(out.Meters, MeterSnapshot{id, m.first, m.days})
	}
	for m, charged := range s.months {
		out.Months = append(out.Months, MonthSnapshot{m.provider, m.year, m.month, *charged})
	}
	for _, l := range s.lines {
		out.Lines = append(out.Lines, *l)
	}
	return out
}

// Restore makes Accounts of a snapshot.
func Restore(from Snapshot) *Accounts {
	s := New()
	s.ledger = drawdown.Restore(from.Ledger)
	for _, b := range from.Batches {
		s.batches[batch{b.Source, b.Name}] = b.Content
	}
	for _, m := range from.Meters {
		s.metered[m.Reservation] = &meter{m.First, m.Days}
	}
	for _, t := range from.Totals {
		s.providers[t.Provider] = &t
	}
	for _, m := range from.Months {
		s.months[month{m.Provider, m.Year, m.Month}] = &m.Charged
	}
	for _, l := range from.Lines {
		s.lines[LineOf(&l.Of)] = &l
		s.shelves.put(&l)
		s.shelves.add(&l, l.Used, l.Unused, l.Cost)
		s.shelves.drawn(&l)
	}
	return s
}

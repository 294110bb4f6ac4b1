package drawdown

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// A Snapshot is one of the accounts that a Ledger is restored from.
type Snapshot struct {
	Commitment offtake.ClauseRef
	Charged    []Charged // by date
}

// Charged is what was charged to a commitment with one date.
type Charged struct {
	At     time.Time
	Amount offtake.Accrual
}

// Snapshot gives what the Ledger is restored from.
func (l *Ledger) Snapshot() (all []Snapshot) {
	for ref, entries := range l.accounts {
		s := Snapshot{Commitment: ref}
		for _, e := range entries {
			s.Charged = append(s.Charged, Charged{e.at, e.amount})
		}
		all = append(all, s)
	}
	return all
}

// Restore makes a Ledger of a snapshot.
func Restore(all []Snapshot) (l Ledger) {
	for _, s := range all {
		for _, c := range s.Charged {
			l.Draw(s.Commitment, c.At, c.Amount)
		}
	}
	return l
}

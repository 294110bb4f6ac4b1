package drawdown

import "github.com/offtake-dev/offtake"

// A Snapshot is one of the accounts that a Ledger is restored from.
type Snapshot struct {
	Commitment offtake.ClauseRef
	Charged    []Entry
	Reduced    []Reduction
}

// Snapshot gives what the Ledger is restored from.
func (l *Ledger) Snapshot() (all []Snapshot) {
	for ref, entries := range l.accounts {
		all = append(all, Snapshot{Commitment: ref, Charged: entries, Reduced: l.reductions[ref]})
	}
	for ref, reductions := range l.reductions {
		if _, charged := l.accounts[ref]; !charged {
			all = append(all, Snapshot{Commitment: ref, Reduced: reductions})
		}
	}
	return all
}

// Restore makes a Ledger of a snapshot.
func Restore(all []Snapshot) (l Ledger) {
	for _, s := range all {
		for _, e := range s.Charged {
			l.Draw(s.Commitment, e)
		}
		for _, r := range s.Reduced {
			l.Reduce(s.Commitment, r)
		}
	}
	return l
}

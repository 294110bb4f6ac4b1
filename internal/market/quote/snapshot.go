package quote

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// A Snapshot is one of the quotes that Quotes are restored from, in their order.
type Snapshot struct {
	Quote       offtake.QuoteReceived
	At, Expires time.Time
	State       State
	Became      offtake.OpportunityID
}

// Snapshot gives what the Quotes are restored from.
func (q *Quotes) Snapshot() (all []Snapshot) {
	for _, one := range q.all {
		all = append(all, Snapshot{one.QuoteReceived, one.At, one.Expires, one.state, one.Became})
	}
	return all
}

// Restore makes Quotes of a snapshot.
func Restore(all []Snapshot) *Quotes {
	q := New()
	for _, was := range all {
		one := &Quote{QuoteReceived: was.Quote, At: was.At, Expires: was.Expires, state: was.State, Became: was.Became}
		q.all = append(q.all, one)
		q.byName[one.QuoteReceived.Quote] = one
	}
	return q
}

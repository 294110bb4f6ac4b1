// Package quote keeps the prices that providers name to the buyer. A quote stands until
// it expires, is withdrawn by who made it, or is taken: an offer is made of it, on its
// terms.
//
// The package refuses to know what the law says of an offer.
package quote

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// A State is how a quote stands.
type State string

// The states.
const (
	Open      State = "open"
	Expired   State = "expired"
	Withdrawn State = "withdrawn"
	Taken     State = "taken"
)

// A Quote is a price that a provider named.
type Quote struct {
	offtake.QuoteReceived
	At      time.Time
	Expires time.Time // zero: never
	state   State
	Became  offtake.OpportunityID // where it was taken
}

// State gives how the quote stands at an instant.
func (q *Quote) State(at time.Time) State {
	if q.state == Open && !q.Expires.IsZero() && !at.Before(q.Expires) {
		return Expired
	}
	return q.state
}

// Quotes are all quotes of a market.
type Quotes struct {
	all    []*Quote
	byName map[offtake.QuoteID]*Quote
}

// New gives none.
func New() *Quotes { return &Quotes{byName: map[offtake.QuoteID]*Quote{}} }

// All gives the quotes in the order in which they came. They must not be changed.
func (q *Quotes) All() []*Quote { return q.all }

// Quote finds a quote.
func (q *Quotes) Quote(id offtake.QuoteID) (*Quote, bool) {
	found, ok := q.byName[id]
	return found, ok
}

// Standing gives a quote that stands at an instant, or why it does not.
func (q *Quotes) Standing(id offtake.QuoteID, at time.Time) (*Quote, error) {
	found, ok := q.byName[id]
	if !ok {
		return nil, offtake.Refuse(offtake.NotFound, "quote %.60q does not exist", id)
	}
	switch found.State(at) {
	case Expired:
		return nil, offtake.Refuse(offtake.TooLate, "quote %q expired at %s", id, offtake.Stamp(found.Expires))
	case Withdrawn:
		return nil, offtake.Refuse(offtake.Conflict, "quote %q was withdrawn", id)
	case Taken:
		return nil, offtake.Refuse(offtake.Conflict, "quote %q was taken already", id)
	}
	return found, nil
}

// Apply folds an event; expires reads an instant of its terms. Events about other
// things change nothing.
func (q *Quotes) Apply(at time.Time, e offtake.Event, expires func(offtake.When) time.Time) {
	switch e := e.(type) {
	case offtake.QuoteReceived:
		made := &Quote{QuoteReceived: e, At: at, state: Open}
		if !e.Terms.Expires.IsZero() {
			made.Expires = expires(e.Terms.Expires)
		}
		q.all = append(q.all, made)
		q.byName[e.Quote] = made
	case offtake.QuoteWithdrawn:
		if made, ok := q.byName[e.Quote]; ok {
			made.state = Withdrawn
		}
	case offtake.QuoteTaken:
		if made, ok := q.byName[e.Quote]; ok {
			made.state, made.Became = Taken, e.Opportunity
		}
	}
}

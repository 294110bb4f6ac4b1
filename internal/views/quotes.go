package views

import (
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/market/quote"
)

// QuoteName gives the name by which the buyer knows a quote that a provider made. Names
// that providers give are their own: none finds out that another has used one.
func QuoteName(by offtake.PartyName, name offtake.QuoteID) offtake.QuoteID {
	if name == "" {
		return ""
	}
	return offtake.QuoteID(by) + ":" + name
}

// Quotes gives the prices that providers named, in the order in which they came, as they
// stand; a provider its own, under the names that it gave them.
func Quotes(s *broker.State, r Reader) []client.Quote {
	at := r.Instant(s)
	out := []client.Quote{}
	if s.Market() == nil {
		return out
	}
	for _, q := range s.Market().Quotes().All() {
		if r.All || q.By == r.Party {
			out = append(out, quoteOf(q, r, at))
		}
	}
	return out
}

func quoteOf(q *quote.Quote, r Reader, at time.Time) client.Quote {
	c := client.Quote{ID: string(q.Quote), By: string(q.By), At: q.At, Expires: given(q.Expires), Terms: termsJSON(q.Terms), State: string(q.State(at))}
	if r.All {
		c.Opportunity = string(q.Became)
	} else {
		c.ID = strings.TrimPrefix(c.ID, string(q.By)+":")
	}
	return c
}

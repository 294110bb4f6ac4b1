package market

import (
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/quote"
)

// resolved gives the instant of what an offer says of time.
func (s *State) resolved(w offtake.When) time.Time { return s.law.Rights.Resolve("", w) }

// Quotes gives the prices that providers named. They must not be changed.
func (s *State) Quotes() *quote.Quotes { return s.quotes }

// quoted takes a provider's price. Nobody but its party may sell a provider's capacity.
func (s *State) quoted(a offtake.Act, d offtake.Quote) ([]offtake.Event, error) {
	switch {
	case d.Quote == "":
		return nil, offtake.Refuse(offtake.Invalid, "quote has no name")
	case a.Opportunity != "":
		return nil, offtake.Refuse(offtake.Invalid, "quote %q names an opportunity; the buyer makes one of it", d.Quote)
	}
	if _, taken := s.quotes.Quote(d.Quote); taken {
		return nil, offtake.Refuse(offtake.Conflict, "quote %q was made already; withdraw it and make another", d.Quote)
	}
	if err := s.offered(d.Terms); err != nil {
		return nil, err
	}
	provider, _ := s.law.Book.Provider(d.Terms.Provider)
	if provider.Party != a.By || d.Terms.Party != "" && d.Terms.Party != a.By {
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, whose provider %q is", a.By, provider.Party, d.Terms.Provider)
	}
	if !d.Terms.Expires.IsZero() && !s.resolved(d.Terms.Expires).After(a.At) {
		return nil, offtake.Refuse(offtake.TooLate, "quote %q expires at %s, which is past", d.Quote, d.Terms.Expires)
	}
	return []offtake.Event{offtake.QuoteReceived{Quote: d.Quote, By: a.By, Terms: d.Terms}}, nil
}

// unquoted takes a price back. To others than who made it and the buyer it does not
// exist.
func (s *State) unquoted(a offtake.Act, d offtake.QuoteWithdraw) ([]offtake.Event, error) {
	if made, ok := s.quotes.Quote(d.Quote); ok && made.By != a.By {
		if a.By == s.law.Book.Buyer {
			return nil, offtake.Refuse(offtake.Forbidden, "quote %q is for %q to withdraw", d.Quote, made.By)
		}
		return nil, offtake.Refuse(offtake.NotFound, "quote %.60q does not exist", d.Quote)
	}
	if _, err := s.quotes.Standing(d.Quote, a.At); err != nil {
		return nil, err
	}
	return []offtake.Event{offtake.QuoteWithdrawn(d)}, nil
}

// takeQuote makes an offer of a quote. What follows is what follows from the offer.
func (s *State) takeQuote(a offtake.Act, d offtake.QuoteTake) ([]offtake.Event, error) {
	if a.By != s.law.Book.Buyer {
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the buyer to whom quotes are made", a.By, s.law.Book.Buyer)
	}
	made, err := s.quotes.Standing(d.Quote, a.At)
	if err != nil {
		return nil, err
	}
	a.Deed = offtake.OfferReceive{Terms: made.Terms}
	events, err := s.decideDeal(a)
	if err != nil {
		return nil, err
	}
	return append([]offtake.Event{offtake.QuoteTaken{Quote: d.Quote, Opportunity: a.Opportunity}}, events...), nil
}

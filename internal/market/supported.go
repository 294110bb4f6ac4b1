package market

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// Supported says whether everything the book holds between two instants can be
// carried out: nil, or a NotSupported error that names the place, the clause
// and the field. Of several the first in the book's order is named.
func Supported(s Setup, from, until time.Time) error {
	l := newLaw(s)
	at := []time.Time{from}
	for _, t := range l.Changes() {
		if t.After(from) && t.Before(until) && s.TermsAt.IsZero() {
			at = append(at, t)
		}
	}
	for _, t := range at {
		for _, c := range l.InForce(t) {
			if err := supported(s.Book, c.Ref, c.Clause); err != nil {
				return err
			}
		}
	}
	return nil
}

func supported(b *offtake.Book, ref offtake.ClauseRef, c offtake.Clause) error {
	switch body := c.Body.(type) {
	case offtake.FirstRefusal:
		return supportedRefusal(b, ref, c, body)
	case offtake.FirstOffer:
		if !slices.ContainsFunc(b.Providers, func(p offtake.Provider) bool { return p.Party == body.Holder }) {
			return notYet(ref, c, "holder", "a holder without a provider")
		}
	case offtake.Commitment:
		if body.Measure == offtake.Spend && body.Amount.Money.Currency() != b.Currency {
			return notYet(ref, c, "amount", "a currency that is not the book's")
		}
		return drawdown.Supported(ref, c)
	case offtake.Consent:
		return supportedConsent(b, ref, c, body)
	case offtake.Reservation:
		return supportedReservation(b, ref, c, body)
	case offtake.Venture:
		if !slices.ContainsFunc(b.Supplies, func(s offtake.Supply) bool { return s.Provider == body.Provider && len(s.Offers) > 0 }) {
			return notYet(ref, c, "phases", "capacity that becomes supply without being written as supply of "+string(body.Provider))
		}
	case offtake.MostFavoured:
		return notYet(ref, c, "most_favoured", "following the best price")
	}
	return nil
}

func notYet(ref offtake.ClauseRef, c offtake.Clause, field, what string) error {
	return offtake.Refuse(offtake.NotSupported, "%s: clause %s, %s: %s is not supported yet", c.Pos, ref, field, what)
}

func supportedRefusal(b *offtake.Book, ref offtake.ClauseRef, c offtake.Clause, f offtake.FirstRefusal) error {
	switch {
	case f.Grantor != b.Buyer:
		return notYet(ref, c, "grantor", "a right that somebody else than the buyer gave")
	case f.Direction != offtake.SupplySide:
		return notYet(ref, c, "direction", "a third party that buys")
	case slices.ContainsFunc(f.Holders, func(h offtake.Holder) bool { return h.Provider == "" }):
		return notYet(ref, c, "holders", "a holder without a provider")
	}
	return refusal.Supported(ref, c, f)
}

func supportedConsent(b *offtake.Book, ref offtake.ClauseRef, c offtake.Clause, f offtake.Consent) error {
	switch {
	case f.Limit.Megawatts != 0:
		return notYet(ref, c, "limit.megawatts", "counting megawatts")
	case !f.Limit.Money.IsZero() && f.Limit.Money.Currency() != b.Currency:
		return notYet(ref, c, "limit.money", "a currency that is not the book's")
	case f.Share.Window.Unit == offtake.BusinessDays:
		return notYet(ref, c, "share.window", "a window of business days")
	}
	return nil
}

// supportedReservation lets through what gives leave for acts that do not
// exist yet (extend, cancel) and what says only when it is paid (pay).
func supportedReservation(b *offtake.Book, ref offtake.ClauseRef, c offtake.Clause, f offtake.Reservation) error {
	switch {
	case f.Quantity > mostAccelerators:
		return notYet(ref, c, "quantity", "more than a billion accelerators")
	case len(f.Ramp) > 0:
		return notYet(ref, c, "ramp", "capacity in steps")
	case f.Delivery != offtake.Delivery{}:
		return notYet(ref, c, "delivery", "late delivery")
	case !f.Prepayment.IsZero():
		return notYet(ref, c, "prepayment", "paying ahead")
	case f.EndsAt != "":
		return notYet(ref, c, "ends_at", "a time of day at which it ends")
	case f.Price.Currency() != b.Currency:
		return notYet(ref, c, "price", "a currency that is not the book's")
	case f.Window.From.IsZero() || f.Window.Until.IsZero():
		return notYet(ref, c, "window", "a window without an end")
	}
	return nil
}

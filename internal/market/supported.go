package market

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
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
		return supportedCommitment(b, ref, c, body)
	case offtake.Consent:
		return supportedConsent(b, ref, c, body)
	case offtake.Reservation:
		return supportedReservation(b, ref, c, body)
	case offtake.Venture:
		if otherCurrency(b, body.UpTo, body.Initial) {
			return notYet(ref, c, "capital", "a currency that is not the book's")
		}
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

func supportedCommitment(b *offtake.Book, ref offtake.ClauseRef, c offtake.Clause, f offtake.Commitment) error {
	switch {
	case f.Measure == offtake.Spend && f.Amount.Money.Currency() != b.Currency:
		return notYet(ref, c, "amount", "a currency that is not the book's")
	case !f.Prepayment.IsZero() && f.Measure != offtake.Spend:
		return notYet(ref, c, "prepayment", "money paid ahead for "+string(f.Measure))
	case otherCurrency(b, f.Prepayment.Amount, f.Cancel.Cap):
		return notYet(ref, c, "prepayment and cancel", "a currency that is not the book's")
	case f.Measure != offtake.Spend && (f.Cancel.Cap.Currency() != "" || f.Cancel.Fee > 0):
		return notYet(ref, c, "cancel", "a fee or a cap in money on "+string(f.Measure))
	}
	return nil
}

// otherCurrency reports whether an amount is in a currency that is not the book's.
func otherCurrency(b *offtake.Book, amounts ...offtake.Money) bool {
	return slices.ContainsFunc(amounts, func(m offtake.Money) bool { return m.Currency() != "" && m.Currency() != b.Currency })
}

func supportedConsent(b *offtake.Book, ref offtake.ClauseRef, c offtake.Clause, f offtake.Consent) error {
	switch {
	case !f.Limit.Money.IsZero() && f.Limit.Money.Currency() != b.Currency:
		return notYet(ref, c, "limit.money", "a currency that is not the book's")
	case f.Share.Window.Unit == offtake.BusinessDays:
		return notYet(ref, c, "share.window", "a window of business days")
	}
	return nil
}

func supportedReservation(b *offtake.Book, ref offtake.ClauseRef, c offtake.Clause, f offtake.Reservation) error {
	switch {
	case f.Quantity > mostAccelerators:
		return notYet(ref, c, "quantity", "more than a billion accelerators")
	case otherCurrency(b, f.Prepayment.Amount, f.Delivery.Damages.PerDay, f.Delivery.Damages.Cap, f.Cancel.Cap):
		return notYet(ref, c, "prepayment, damages and cancel", "a currency that is not the book's")
	case f.Price.Currency() != b.Currency:
		return notYet(ref, c, "price", "a currency that is not the book's")
	case f.Window.From.IsZero() || f.Window.Until.IsZero():
		return notYet(ref, c, "window", "a window without an end")
	}
	return nil
}

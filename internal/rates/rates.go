// Package rates decides what an accelerator-hour costs at an instant, and says
// where the figure comes from.
//
// There are three sources, asked in this order:
//
//  1. A reservation is paid at its own price. The caller holds it and needs no
//     Card; see Reservation.
//  2. A negotiated price: a rate clause in force whose scope covers the facts
//     and that states a price. It holds when the list falls below it, because
//     it is what was agreed. Of several the cheapest is claimed.
//  3. A list price: an offer of the provider's supply, valid at the instant,
//     less the best one discount of the rate clauses that cover the facts.
//     Discounts are never added up.
//
// Negotiated prices and discounts bear on what a provider sells to everyone
// from a list: on demand, in blocks and reserved. A spot price and a quote are
// taken as they stand.
//
// An offer that names a site or a region is a price there and nowhere else; one
// that names neither is a price everywhere. Where both are found, the one that
// names more decides, and among equals the cheaper, then the earlier in the
// book. An offer without a quantity is a price only: it prices what is had
// elsewhere, and there is nothing of it to buy.
//
// A List is made once per book and a Card once per version of the terms. Both
// are never changed after, so any number may read them at once. The package
// knows no calendars: the caller says what instant a date means.
package rates

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// An Offer is an offer of the book's supply with its dates resolved.
type Offer struct {
	Provider offtake.ProviderName
	Supply   offtake.SupplyName
	Index    int       // of the offer within its supply
	From     time.Time // zero: always
	Until    time.Time // not inside; zero: for ever
	offtake.SupplyOffer
}

// listed reports whether capacity of this kind is sold to everyone from a list.
func listed(k offtake.OfferKind) bool { return k != offtake.Spot && k != offtake.Quoted }

func (o *Offer) validAt(t time.Time) bool {
	return !t.Before(o.From) && (o.Until.IsZero() || t.Before(o.Until))
}

// breadth says how little an offer names of a place: 0 a site, 1 a region, 2 neither.
func (o *Offer) breadth() int {
	switch {
	case o.Site != "":
		return 0
	case o.Region != "":
		return 1
	}
	return 2
}

// covers reports whether the offer is a price for the place. What it names,
// the facts must state.
func (o *Offer) covers(f *offtake.Facts) bool {
	return (o.Site == "" || o.Site == f.Site) && (o.Region == "" || o.Region == f.Region)
}

type listKey struct {
	provider    offtake.ProviderName
	accelerator offtake.Accelerator
}

// A List holds every list price of a book.
type List struct {
	offers  map[listKey][]*Offer // the narrower place first, then as in the book
	changes []time.Time
}

// NewList reads the book's supply. Resolve gives the instant a date means.
func NewList(supplies []offtake.Supply, resolve func(offtake.When) time.Time) *List {
	l := &List{offers: map[listKey][]*Offer{}}
	for _, s := range supplies {
		for i, so := range s.Offers {
			so.Kind = cmp.Or(so.Kind, offtake.OnDemand)
			o := &Offer{Provider: s.Provider, Supply: s.Name, Index: i, SupplyOffer: so}
			o.From, o.Until = instant(so.From, resolve), instant(so.Until, resolve)
			// An offer is gone when it lapses, however long its price was to last.
			if lapses := instant(so.Expires, resolve); !lapses.IsZero() && (o.Until.IsZero() || lapses.Before(o.Until)) {
				o.Until = lapses
			}
			k := listKey{s.Provider, so.Accelerator}
			l.offers[k] = append(l.offers[k], o)
			l.changes = append(l.changes, o.From, o.Until)
		}
	}
	for _, os := range l.offers {
		slices.SortStableFunc(os, func(a, b *Offer) int { return cmp.Compare(a.breadth(), b.breadth()) })
	}
	l.changes = slices.DeleteFunc(l.changes, time.Time.IsZero)
	slices.SortFunc(l.changes, time.Time.Compare)
	l.changes = slices.CompactFunc(l.changes, time.Time.Equal)
	return l
}

func instant(w offtake.When, resolve func(offtake.When) time.Time) time.Time {
	if w.IsZero() {
		return time.Time{}
	}
	return resolve(w)
}

// Version numbers the stretch of time between two changes of list prices in
// which t lies. What a Card answers for one version and the same facts stays.
func (l *List) Version(t time.Time) int {
	n, _ := slices.BinarySearchFunc(l.changes, t, func(c, t time.Time) int {
		if c.After(t) {
			return 1
		}
		return -1
	})
	return n
}

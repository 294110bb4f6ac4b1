package rates

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Term is a rate clause in force.
type Term struct {
	Clause offtake.ClauseRef
	Rate   offtake.Rate
}

// A Card is the list under one version of the terms.
type Card struct {
	list  *List
	terms map[offtake.ProviderName][]Term
}

// Card puts the rate clauses in force on top of the list.
func (l *List) Card(inForce []Term) *Card {
	c := &Card{list: l, terms: map[offtake.ProviderName][]Term{}}
	for _, t := range inForce {
		c.terms[t.Rate.Provider] = append(c.terms[t.Rate.Provider], t)
	}
	return c
}

// A Source says what a price rests on.
type Source string

// The sources, in the order they are asked.
const (
	FromReservation Source = "reservation"
	FromRate        Source = "negotiated"
	FromDiscount    Source = "discount"
	FromList        Source = "list"
)

// A Price is what one accelerator costs for an hour, and why.
type Price struct {
	PerHour  offtake.Money
	Source   Source
	Clause   offtake.ClauseRef // the rate clause; zero for a list price
	Discount offtake.Percent   // off the offer's price, under FromDiscount
	Offer    *Offer            // nil where no list price was needed
}

// Says gives the price and where it comes from on one line.
func (p Price) Says() string {
	var from []string
	switch p.Source {
	case FromReservation:
		from = append(from, "the reservation's own price")
	case FromRate:
		from = append(from, "negotiated in "+p.Clause.String())
	case FromDiscount:
		from = append(from, fmt.Sprintf("%s off %s by %s", p.Discount, p.Offer.Price, p.Clause))
	}
	if p.Offer != nil {
		name := string(p.Offer.Supply)
		if p.Offer.Source != "" {
			name += " (" + p.Offer.Source + ")"
		}
		from = append(from, "listed in "+name)
	}
	return p.PerHour.String() + " per accelerator-hour: " + strings.Join(from, ", ")
}

// Reservation gives a reservation's own price, which nothing else changes.
func Reservation(perHour offtake.Money) Price {
	return Price{PerHour: perHour, Source: FromReservation}
}

// Price gives what an accelerator of the kind costs at t, and false where no
// source prices it. The facts must name the provider and the accelerator; the
// place and what else they state decide which offers and rate clauses apply.
func (c *Card) Price(f offtake.Facts, kind offtake.OfferKind, t time.Time) (Price, bool) {
	var best *Offer
	for _, o := range c.list.offers[listKey{f.Provider, f.Accelerator}] {
		if best != nil && o.breadth() > best.breadth() {
			break
		}
		if o.Kind == kind && o.validAt(t) && o.covers(&f) && (best == nil || o.Price.Cmp(best.Price) < 0) {
			best = o
		}
	}
	if listed(kind) {
		if term, ok := c.negotiated(&f); ok {
			return Price{PerHour: term.Rate.Price, Source: FromRate, Clause: term.Clause}, true
		}
	}
	if best == nil {
		return Price{}, false
	}
	return c.priced(best, &f), true
}

// Offers appends to dst what can be had of the provider and accelerator the
// facts name at t, at the prices this card gives: cheapest first, then by supply
// and the order within it. A region or site the facts leave open is the offer's.
// Offers that are a price only are not among them.
func (c *Card) Offers(dst []Price, f offtake.Facts, t time.Time) []Price {
	start := len(dst)
	for _, o := range c.list.offers[listKey{f.Provider, f.Accelerator}] {
		f := f
		f.Region, f.Site = cmp.Or(f.Region, o.Region), cmp.Or(f.Site, o.Site)
		if o.Quantity == 0 || !o.validAt(t) || !o.covers(&f) {
			continue
		}
		p := c.priced(o, &f)
		if term, ok := c.negotiated(&f); ok && listed(o.Kind) {
			p = Price{PerHour: term.Rate.Price, Source: FromRate, Clause: term.Clause, Offer: o}
		}
		dst = append(dst, p)
	}
	slices.SortStableFunc(dst[start:], func(a, b Price) int {
		return cmp.Or(a.PerHour.Cmp(b.PerHour), strings.Compare(string(a.Offer.Supply), string(b.Offer.Supply)), cmp.Compare(a.Offer.Index, b.Offer.Index))
	})
	return dst
}

// priced gives an offer's price less the best discount.
func (c *Card) priced(o *Offer, f *offtake.Facts) Price {
	p := Price{PerHour: o.Price, Source: FromList, Offer: o}
	if !listed(o.Kind) {
		return p
	}
	for _, t := range c.terms[f.Provider] {
		if t.Rate.HasDiscount && t.Rate.Discount > p.Discount && t.Rate.Scope.Matches(*f) {
			p.Source, p.Clause, p.Discount = FromDiscount, t.Clause, t.Rate.Discount
		}
	}
	if p.Source == FromDiscount {
		p.PerHour = o.Price.Sub(o.Price.Share(p.Discount))
	}
	return p
}

// negotiated finds the cheapest price agreed for the facts; of equal ones the
// first in the order the clauses were given.
func (c *Card) negotiated(f *offtake.Facts) (Term, bool) {
	best, found := Term{}, false
	for _, t := range c.terms[f.Provider] {
		if !t.Rate.HasDiscount && (!found || t.Rate.Price.Cmp(best.Rate.Price) < 0) && t.Rate.Scope.Matches(*f) {
			best, found = t, true
		}
	}
	return best, found
}

// Agreed gives the rate clauses that set a price for the facts, in the order the
// clauses were given.
func (c *Card) Agreed(f offtake.Facts) (terms []Term) {
	for _, t := range c.terms[f.Provider] {
		if !t.Rate.HasDiscount && t.Rate.Scope.Matches(f) {
			terms = append(terms, t)
		}
	}
	return terms
}

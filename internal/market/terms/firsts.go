package terms

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// What first offers and first placements are in the law of a book: whom they
// bind, what they share with a first refusal, and what they reach.

// FirstOffers gives the first offers in force that bind a party, the buyer.
func (l *Law) FirstOffers(by offtake.PartyName, at time.Time) []offtake.ClauseRef {
	return l.binding(by, at, offtake.FirstOffer{}.Kind())
}

// Placements gives the first placements in force that bind a party, the buyer.
func (l *Law) Placements(by offtake.PartyName, at time.Time) []offtake.ClauseRef {
	return l.binding(by, at, offtake.FirstPlacement{}.Kind())
}

func (l *Law) binding(by offtake.PartyName, at time.Time, kind string) (refs []offtake.ClauseRef) {
	for _, s := range l.InForce(at) {
		if by == l.Book.Buyer && s.Clause.Body.Kind() == kind {
			refs = append(refs, s.Ref)
		}
	}
	return refs
}

// becomesAnothers reports whether a first offer or a first placement is another
// holder's from now on: who is asked, or where a product ships first, is the
// right itself, so that the old one is given up.
func becomesAnothers(was, is offtake.Body) bool {
	switch was := was.(type) {
	case offtake.FirstOffer:
		is, same := is.(offtake.FirstOffer)
		return same && is.Holder != was.Holder
	case offtake.FirstPlacement:
		is, same := is.(offtake.FirstPlacement)
		return same && is.Provider != was.Provider
	}
	return false
}

// coversNeed says whether a first offer reaches what is needed, whoever will
// offer it: it does where it would reach the offer of any third party.
func (l *Law) coversNeed(c *refusal.Contract, at time.Time, t offtake.OfferTerms, candidates []offtake.ProviderName) (all refusal.Cover) {
	all.Why = "nobody but the holder could offer it"
	for _, name := range candidates {
		one := t
		one.Provider = name
		if all = l.covers(c, at, one); all.Reach != refusal.Outside {
			return all
		}
	}
	return all
}

// asRefusal gives what a first offer shares with a first refusal.
func (l *Law) asRefusal(f offtake.FirstOffer) offtake.FirstRefusal {
	return offtake.FirstRefusal{
		Direction: offtake.SupplySide, Grantor: l.Book.Buyer, Holders: []offtake.Holder{l.holder(f.Holder)},
		Scope: f.Scope, Window: f.Window, Tail: f.Tail, Survival: offtake.Continuing, OfferRevocable: offtake.UntilAcceptance,
	}
}

func (l *Law) holder(party offtake.PartyName) offtake.Holder {
	h := offtake.Holder{Party: party, Rank: 1, Weight: 1}
	for _, p := range l.Book.Providers {
		if p.Party == party && h.Provider == "" {
			h.Provider = p.Name
		}
	}
	return h
}

// asHeld gives who holds a first placement: whose provider it names.
func (l *Law) asHeld(f offtake.FirstPlacement) offtake.FirstRefusal {
	p, _ := l.Book.Provider(f.Provider)
	return offtake.FirstRefusal{
		Grantor: l.Book.Buyer, Holders: []offtake.Holder{{Party: p.Party, Provider: f.Provider, Rank: 1, Weight: 1}},
		Scope: f.Scope, Survival: offtake.Continuing,
	}
}

// places says whether a first placement binds a product that ships on a provider
// at an instant, and what the book says was declared by then that excuses it.
func (l *Law) places(c *refusal.Contract, at time.Time, p offtake.Product, on offtake.ProviderName) (refusal.Cover, []offtake.Says) {
	f := c.Placement
	if owner := l.owner(p); owner != "" && owner != l.Book.Buyer {
		return refusal.Cover{Why: "the product " + string(p) + " is of " + string(owner) + ", and " + c.Ref.String() + " binds " + string(l.Book.Buyer)}, nil
	}
	if f.Scope.Products != nil && !slices.Contains(f.Scope.Products, p) {
		return refusal.Cover{Why: "the product " + string(p) + " is outside the scope of " + c.Ref.String()}, nil
	}
	if on != "" && f.Scope.Providers != nil && !slices.Contains(f.Scope.Providers, on) {
		return refusal.Cover{Why: "shipping on " + string(on) + " is outside the scope of " + c.Ref.String()}, nil
	}
	if by := l.liftsPlacement(c, p, on); !by.IsZero() {
		return refusal.Cover{Why: "lifted by the consent " + by.String(), Consent: by}, nil
	}
	var stated []offtake.Says
	for _, says := range f.Unless.Statements {
		if slices.ContainsFunc(l.Book.Statements, func(s offtake.Statement) bool {
			made := !l.Rights.Resolve("", s.At).After(at)
			return made && s.Of == c.Ref && s.By == f.Unless.By && s.Says == says && (s.Products == nil || slices.Contains(s.Products, p))
		}) {
			stated = append(stated, says)
		}
	}
	if len(stated) > 0 && len(stated) == len(f.Unless.Statements) {
		return refusal.Cover{Why: string(f.Unless.By) + " had declared all that excuses the product"}, stated
	}
	return refusal.Cover{Reach: refusal.Inside, Why: "the product " + string(p) + " is inside the scope of " + c.Ref.String()}, stated
}

// owner gives whose product one is; "" where the book does not say.
func (l *Law) owner(p offtake.Product) offtake.PartyName {
	for _, d := range l.Book.Products {
		if d.Name == p {
			return d.Party
		}
	}
	return ""
}

// liftsPlacement gives a consent that lets a product run on a provider or, where
// none is named, on any other than it must run on first.
func (l *Law) liftsPlacement(c *refusal.Contract, p offtake.Product, on offtake.ProviderName) (by offtake.ClauseRef) {
	for _, other := range l.Book.Providers {
		if other.Name == c.Placement.Provider || on != "" && other.Name != on {
			continue
		}
		q, err := l.Rights.Question(offtake.Place, offtake.Facts{Provider: other.Name, Product: p, Capacity: offtake.HeldCapacity})
		if err != nil {
			return offtake.ClauseRef{}
		}
		lifted := offtake.ClauseRef{}
		for _, e := range l.At(c.Version).Effects(q, nil) {
			if e.Clause == c.Ref {
				lifted = e.Consent
			}
		}
		if lifted.IsZero() {
			return offtake.ClauseRef{}
		}
		by = lifted
	}
	return by
}

// Ships reports whether the book has a product.
func (l *Law) Ships(p offtake.Product) bool {
	return slices.ContainsFunc(l.Book.Products, func(d offtake.ProductDecl) bool { return d.Name == p })
}

// subject says what a right reaches or not: a first offer is about what is
// needed, whether or not somebody has offered it.
func subject(c *refusal.Contract) string {
	if c.First != nil {
		return "what is needed"
	}
	return "the offer"
}

package replay

import (
	"slices"

	"github.com/offtake-dev/offtake"
)

// A shipment is the first work for a product on a provider.
type shipment struct {
	product  offtake.Product
	provider offtake.ProviderName
}

// ship tells the market that a product first runs on a provider, where a first
// placement has it there first: its head start begins.
func (r *replay) ship(p offtake.Product, by offtake.ProviderName) {
	if p == "" || r.shipped[shipment{p, by}] {
		return
	}
	if r.shipped == nil {
		r.shipped = map[shipment]bool{}
	}
	r.shipped[shipment{p, by}] = true // until the terms change
	if !r.firstOn(p, by) {
		return
	}
	launch := offtake.OpportunityID("ship-" + string(p))
	if _, known := r.market.Deals().Opportunity(launch); !known {
		r.step(launch, offtake.ProductAnnounce{Product: p})
	}
	r.step(launch, offtake.ProductShip{Provider: by})
}

// firstOn reports whether a first placement in force has a product on a provider.
func (r *replay) firstOn(p offtake.Product, by offtake.ProviderName) bool {
	for _, s := range r.Setup.Law.InForce(r.terms(r.at(r.now))) {
		body, ok := s.Clause.Body.(offtake.FirstPlacement)
		if ok && body.Provider == by && (body.Scope.Products == nil || slices.Contains(body.Scope.Products, p)) {
			return true
		}
	}
	return false
}

// step sends an act of the buyer's about a launch. A refusal is noted: the product
// was shipped there before the terms changed.
func (r *replay) step(launch offtake.OpportunityID, deed offtake.Deed) {
	events, err := r.send(offtake.Act{At: r.at(r.now), By: r.book.Buyer, Opportunity: launch, Deed: deed})
	if err != nil {
		if r.dec != nil {
			r.dec.note(r.now, "act_refused", "opportunity", string(launch), "act", deed.Name(), "why", err.Error())
		}
		return
	}
	r.follow(events)
}

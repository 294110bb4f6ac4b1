package offtake

// A Supply is what one provider offers, at which price, until when.
type Supply struct {
	Name     SupplyName
	Provider ProviderName
	Offers   []SupplyOffer
	Pos      Pos
}

// A SupplyOffer is capacity that can be bought.
type SupplyOffer struct {
	Accelerator  Accelerator
	Region       Region
	Site         Site
	Price        Money // per accelerator-hour
	Quantity     int64 // accelerators to be had in all; a listed price alone says nothing of it
	From         When
	Until        When
	Kind         OfferKind
	PerOrder     Bounds
	Lasts        []LengthStep
	OrderAhead   DurationBounds
	EndsAt       string // "11:30Z", or ""
	Pay          string // "upfront", "monthly" or ""
	Expires      When
	AllOrNone    bool
	Confidential []Content // notice contents the supplier forbids to disclose
	Lead         Duration  // from signature to delivery
	Source       string
	Pos          Pos
}

// OfferKind is how capacity is sold.
type OfferKind string

// The kinds of offer.
const (
	OnDemand OfferKind = "on_demand"
	Spot     OfferKind = "spot"
	Block    OfferKind = "block"
	Reserved OfferKind = "reserved"
	Quoted   OfferKind = "quote"
)

// A LengthStep says that up to Until, capacity is sold in steps of Step.
type LengthStep struct {
	Step  Duration
	Until Duration
}

package book

import (
	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

type anOffer = offtake.SupplyOffer

// offers is the list under `offers`, each with its place.
var offers = listOf(also(offer, func(r *reader, n *yaml.Node, v *anOffer) { v.Pos = r.pos(n) }))

var offer = object("offer", checkOffer,
	req("accelerator", func(v *anOffer) *offtake.Accelerator { return &v.Accelerator }, named[offtake.Accelerator](accelerator), "what is offered"),
	opt("region", func(v *anOffer) *offtake.Region { return &v.Region }, named[offtake.Region](region), "where"),
	opt("site", func(v *anOffer) *offtake.Site { return &v.Site }, named[offtake.Site](site), "where exactly"),
	req("price", func(v *anOffer) *offtake.Money { return &v.Price }, money, "per accelerator-hour"),
	opt("quantity", func(v *anOffer) *int64 { return &v.Quantity }, quantity, "accelerators to be had in all; left out, the price says nothing of it"),
	opt("from", func(v *anOffer) *offtake.When { return &v.From }, moment, "from when it can be had"),
	opt("until", func(v *anOffer) *offtake.When { return &v.Until }, moment, "until when it can be had, itself not inside"),
	req("kind", func(v *anOffer) *offtake.OfferKind { return &v.Kind }, oneOf(offtake.OnDemand, offtake.Spot, offtake.Block, offtake.Reserved, offtake.Quoted), "how it is sold"),
	opt("per_order", func(v *anOffer) *offtake.Bounds { return &v.PerOrder }, bounds, "accelerators in one order"),
	opt("lasts", func(v *anOffer) *[]offtake.LengthStep { return &v.Lasts }, listOf(object("length step", nil,
		req("step", func(v *offtake.LengthStep) *offtake.Duration { return &v.Step }, span, "its length is a multiple of this"),
		req("until", func(v *offtake.LengthStep) *offtake.Duration { return &v.Until }, span, "for lengths up to this"),
	)), "how long it may be bought for"),
	opt("order_ahead", func(v *anOffer) *offtake.DurationBounds { return &v.OrderAhead }, durationBounds, "how long before its start it may be ordered"),
	opt("ends_at", func(v *anOffer) *string { return &v.EndsAt }, clockTimeUTC, "the time of day, in UTC, at which it ends"),
	opt("pay", func(v *anOffer) *string { return &v.Pay }, payment, "when it is paid"),
	opt("expires", func(v *anOffer) *offtake.When { return &v.Expires }, moment, "when the offer lapses"),
	opt("all_or_none", func(v *anOffer) *bool { return &v.AllOrNone }, yesNo, "true: it is sold whole or not at all; left out, false"),
	opt("confidential", func(v *anOffer) *[]offtake.Content { return &v.Confidential }, setOf(freeName[offtake.Content]("a content of a notice such as price")), "what the supplier forbids to disclose in a notice"),
	opt("lead", func(v *anOffer) *offtake.Duration { return &v.Lead }, spanOrNone, "time from signature to delivery"),
	opt("source", func(v *anOffer) *string { return &v.Source }, prose, "where the figures are from"),
)

func checkOffer(r *reader, n *yaml.Node, v *anOffer) {
	r.inOrder(at(n, "until"), v.From, v.Until)
	if v.PerOrder.AtLeast > 0 && v.Quantity > 0 && v.PerOrder.AtLeast > v.Quantity {
		r.wrong(at(n, "per_order", "at_least"), "out-of-range", "an order of at least %d is more than the quantity, %d", v.PerOrder.AtLeast, v.Quantity)
	}
}

// A supply is a Supply and the file its offers may come from.
type supply struct {
	offtake.Supply
	file string
}

var supplyDocument = document("Supply", "What one provider offers, at which price, until when.", object("Supply",
	func(r *reader, n *yaml.Node, v *supply) {
		file, list := value(n, "file"), value(n, "offers")
		switch {
		case file == nil && list == nil:
			r.missing(n, "Supply", "offers", "a list of offers, or file", "")
		case file != nil && list != nil:
			r.wrong(file, "both-given", "offers and file are both written; a supply has one of them")
		case file != nil && v.file != "":
			v.Offers = r.priceFile(file, v.file)
		}
	},
	req("provider", func(v *supply) *offtake.ProviderName { return &v.Provider }, aProvider, "who offers"),
	opt("offers", func(v *supply) *[]offtake.SupplyOffer { return &v.Offers }, offers, "what it offers; this or file is required"),
	opt("file", func(v *supply) *string { return &v.file }, filePath, "a CSV file below the book's folder, with a header of the offers' keys"),
), func(r *reader, v supply) { r.book.Supplies = append(r.book.Supplies, v.Supply) },
	func(v *supply) (*offtake.SupplyName, *offtake.Pos) { return &v.Name, &v.Pos },
	func(b *offtake.Book) []supply {
		out := make([]supply, len(b.Supplies))
		for i, s := range b.Supplies {
			out[i].Supply = s
		}
		return out
	})

package book

import (
	"slices"

	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

var reservation = object("reservation", checkReservation, slices.Concat(reservationHeld, reservationRules)...)

type aReservation = offtake.Reservation

var payment = oneOf("upfront", "monthly")

var reservationHeld = []field[aReservation]{
	choice("provider", func(v *aReservation) *offtake.ProviderName { return &v.Provider }, aProvider, "who holds the capacity", "capacity is held by one provider; name it"),
	choice("accelerator", func(v *aReservation) *offtake.Accelerator { return &v.Accelerator }, named[offtake.Accelerator](accelerator), "what is held", "say which accelerator is held"),
	choice("quantity", func(v *aReservation) *int64 { return &v.Quantity }, quantity, "how many accelerators", "say how many accelerators are held"),
	opt("lot", func(v *aReservation) *int64 { return &v.Lot }, quantity, "accelerators that go together; left out, the accelerator's own lot"),
	opt("site", func(v *aReservation) *offtake.Site { return &v.Site }, named[offtake.Site](site), "where; this or region is required"),
	opt("region", func(v *aReservation) *offtake.Region { return &v.Region }, named[offtake.Region](region), "where; this or site is required"),
	choice("window", func(v *aReservation) *offtake.Period { return &v.Window }, period("from", "until"), "when it is held", "a reservation has a beginning and an end; write both"),
	choice("price", func(v *aReservation) *offtake.Money { return &v.Price }, money, "per accelerator-hour", "say the price per accelerator-hour"),
	opt("pay", func(v *aReservation) *string { return &v.Pay }, payment, "when it is paid"),
	opt("prepayment", func(v *aReservation) *offtake.Prepayment { return &v.Prepayment }, prepayment(true), "what is paid ahead"),
	choice("unused_charge", func(v *aReservation) *offtake.Percent { return &v.UnusedCharge }, part, "the part of the price that unused hours cost",
		"held capacity that stands idle costs all of its price (100%), nothing (0%) or a part; providers differ"),
}

var reservationRules = []field[aReservation]{
	opt("ramp", func(v *aReservation) *[]offtake.RampStep { return &v.Ramp }, listOf(object("ramp step", nil,
		req("on", func(v *offtake.RampStep) *offtake.When { return &v.On }, moment, "from when").
			placed(func(v *offtake.RampStep) *offtake.Pos { return &v.Pos }),
		req("quantity", func(v *offtake.RampStep) *int64 { return &v.Quantity }, quantity, "how many accelerators are held then, in all"),
	)), "how the quantity grows, in order of time; each step counts from the beginning"),
	opt("delivery", func(v *aReservation) *offtake.Delivery { return &v.Delivery }, delivery, "what follows when it is late"),
	opt("ends_at", func(v *aReservation) *string { return &v.EndsAt }, clockTimeUTC, "the time of day, in UTC, at which it ends"),
	opt("extend", func(v *aReservation) *offtake.Extend { return &v.Extend }, object("extend", nil,
		req("step", func(v *offtake.Extend) *offtake.Duration { return &v.Step }, span, "by how much at a time"),
		req("notice", func(v *offtake.Extend) *offtake.Duration { return &v.Notice }, spanOrNone, "how long before its end"),
	), "the right to prolong it"),
	choice("cancel", func(v *aReservation) *offtake.Cancel { return &v.Cancel }, cancel, "how it may be given up",
		"a reservation may be final (none) or may be given up with notice, for a fee, up to a cap in a rolling time; providers differ"),
	opt("under", func(v *aReservation) *offtake.OpportunityID { return &v.Under }, freeName[offtake.OpportunityID]("an opportunity"), "the opportunity whose process released it"),
}

var delivery = object("delivery", func(r *reader, n *yaml.Node, v *offtake.Delivery) {
	if len(n.Content) == 0 {
		r.wrong(n, "empty-value", "neither tolerance, long_stop nor damages is written")
	}
},
	opt("tolerance", func(v *offtake.Delivery) *offtake.Duration { return &v.Tolerance }, span, "how late is still in time"),
	opt("long_stop", func(v *offtake.Delivery) *offtake.When { return &v.LongStop }, moment, "the date after which the buyer may cancel what is not delivered"),
	opt("damages", func(v *offtake.Delivery) *offtake.Damages { return &v.Damages }, object("damages", nil,
		req("per_day", func(v *offtake.Damages) *offtake.Money { return &v.PerDay }, money, "for each day of delay"),
		req("cap", func(v *offtake.Damages) *offtake.Money { return &v.Cap }, money, "the most in all"),
	), "what delay costs the provider"),
)

func checkReservation(r *reader, n *yaml.Node, v *aReservation) {
	if value(n, "site") == nil && value(n, "region") == nil {
		r.missing(n, "reservation", "region", "site, or region", "capacity is held somewhere; write its site or its region")
	}
	ramp := at(n, "ramp")
	if ramp.Kind != yaml.SequenceNode {
		return
	}
	for i, step := range v.Ramp {
		place := ramp.Content[i]
		if i > 0 && !step.On.IsZero() && !about(step.On).After(about(v.Ramp[i-1].On)) {
			r.wrong(at(place, "on"), "out-of-order", "ramp step on %s is not later than the one before it, on %s", step.On, v.Ramp[i-1].On)
		}
		if i > 0 && step.Quantity > 0 && step.Quantity <= v.Ramp[i-1].Quantity {
			r.wrong(at(place, "quantity"), "out-of-order", "ramp step of %d is not more than the one before it, %d; steps count from the beginning", step.Quantity, v.Ramp[i-1].Quantity)
		}
		if v.Quantity > 0 && step.Quantity > v.Quantity {
			r.wrong(at(place, "quantity"), "out-of-range", "ramp step of %d is more than the quantity held, %d", step.Quantity, v.Quantity)
		}
		if until := v.Window.Until; !step.On.IsZero() && !until.IsZero() && about(step.On).After(about(until)) {
			r.wrong(at(place, "on"), "out-of-range", "ramp step on %s is after the window's end, %s", step.On, until)
		}
	}
}

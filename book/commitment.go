package book

import (
	"fmt"
	"slices"

	"github.com/invopop/jsonschema"
	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

var commitment = object("commitment", checkCommitment, slices.Concat(commitmentAmount, commitmentRules)...)

type aCommitment = offtake.Commitment

var commitmentAmount = []field[aCommitment]{
	choice("provider", func(v *aCommitment) *offtake.ProviderName { return &v.Provider }, aProvider, "to whom it is owed", "a commitment is owed to one provider; name it"),
	choice("measure", func(v *aCommitment) *offtake.Measure { return &v.Measure }, oneOf(offtake.Spend, offtake.GPUHours, offtake.CapacityTaken), "what is counted",
		"a promise to spend, to use hours and to hold capacity are drawn down differently; say spend, gpu_hours or capacity"),
	choice("amount", func(v *aCommitment) *offtake.Amount { return &v.Amount }, amount, "how much: money for spend, a whole number of accelerator-hours or accelerators otherwise",
		"say what is promised: money for spend, a whole number for gpu_hours and capacity"),
	opt("interval", func(v *aCommitment) *offtake.Duration { return &v.Interval }, interval, "the amount is owed once for the full period (the default), or for each P1Y, P1M or PT1H of it"),
	choice("period", func(v *aCommitment) *offtake.Period { return &v.Period }, period("from", "until"), "when it runs", "a commitment has a beginning and an end; write both"),
	opt("milestones", func(v *aCommitment) *[]offtake.Milestone { return &v.Milestones }, listOf(milestone), "cumulative amounts due on the way, in order of time"),
	choice("eligible", func(v *aCommitment) *offtake.Scope { return &v.Eligible }, shared("scope", scopeOf("eligible")), "what may draw it down", "only eligible use draws a commitment down; write {} if everything from this provider does"),
}

var commitmentRules = []field[aCommitment]{
	opt("services", func(v *aCommitment) *[]string { return &v.Services }, setOf(freeName[string]("a kind of service")), "the kinds of service that count: compute, storage, marketplace; left out, all do"),
	opt("caps", func(v *aCommitment) *[]offtake.ServiceCap { return &v.Caps }, shares("caps"), "the most of the amount that a kind of service may draw"),
	choice("counts", func(v *aCommitment) *offtake.Counts { return &v.Counts }, oneOf(offtake.OnUsage, offtake.OnInvoice, offtake.OnPurchase), "when it is drawn down",
		"the same use counts at different times: when it happens (usage), when it is billed (invoice) or when it is bought (purchase)"),
	opt("prepayment", func(v *aCommitment) *offtake.Prepayment { return &v.Prepayment }, prepayment(false), "what is paid ahead: its purchase counts, what is paid from it does not"),
	choice("shortfall", func(v *aCommitment) *offtake.Shortfall { return &v.Shortfall }, shortfall, "what becomes of what was not taken",
		"what was promised and not taken is billed (invoice), billed and kept as credit (prepay_credit), or lost (forfeit)"),
	choice("carry", func(v *aCommitment) *offtake.Carry { return &v.Carry }, carry, "what becomes of what was taken beyond an interval's amount, or left of it",
		"a surplus or rest is dropped (none), prolongs the period (extend), or counts forward up to a cap ({forward: {cap: 10%}})"),
	opt("cancel", func(v *aCommitment) *offtake.Cancel { return &v.Cancel }, cancel, "how it may be given up; left out, not at all"),
	opt("for", func(v *aCommitment) *[]offtake.ClauseName { return &v.For }, setOf(reservationName), "the reservations of this agreement that it stands for, and falls with"),
	orderField(),
}

func checkCommitment(r *reader, n *yaml.Node, v *aCommitment) {
	checkAmount(r, at(n, "amount"), "amount", v.Measure, v.Amount)
	var before offtake.Milestone
	for i, m := range v.Milestones {
		place := at(n, "milestones")
		if place.Kind == yaml.SequenceNode {
			place = place.Content[i]
		}
		checkAmount(r, at(place, "amount"), "milestone", v.Measure, m.Amount)
		if i > 0 {
			if !m.By.IsZero() && !before.By.IsZero() && !about(m.By).After(about(before.By)) {
				r.wrong(at(place, "by"), "out-of-order", "milestone by %s is not later than the one before it, by %s", m.By, before.By)
			}
			if !more(m.Amount, before.Amount) {
				r.wrong(at(place, "amount"), "out-of-order", "milestone amount is not more than the one before it; milestones are cumulative")
			}
		}
		if more(m.Amount, v.Amount) && v.Interval.IsZero() {
			r.wrong(at(place, "amount"), "out-of-range", "milestone amount is more than the amount of the commitment")
		}
		if until := v.Period.Until; !m.By.IsZero() && !until.IsZero() && about(m.By).After(about(until)) {
			r.wrong(at(place, "by"), "out-of-range", "milestone by %s is after the period's end, %s", m.By, until)
		}
		before = m
	}
	for _, c := range v.Caps {
		if v.Services != nil && !slices.Contains(v.Services, c.Service) {
			r.wrong(at(n, "caps"), "undeclared", "cap is for %q, which is not one of the services", c.Service)
		}
	}
}

// more reports whether a is more than b, as far as they can be compared.
func more(a, b offtake.Amount) bool {
	if a.Money.Currency() == "" || a.Money.Currency() != b.Money.Currency() {
		return a.Quantity > b.Quantity
	}
	return a.Money.Cmp(b.Money) > 0
}

func checkAmount(r *reader, n *yaml.Node, what string, m offtake.Measure, a offtake.Amount) {
	if a == (offtake.Amount{}) || m == "" || n.Kind != yaml.ScalarNode {
		return
	}
	switch isMoney := a.Money.Currency() != ""; {
	case m == offtake.Spend && !isMoney:
		r.wrong(n, "wrong-unit", "%s %q is not money, and the measure is spend", what, n.Value)
	case m != offtake.Spend && isMoney:
		r.wrong(n, "wrong-unit", "%s %q is money, and the measure is %s, counted in whole numbers", what, n.Value, m)
	}
}

// amount is money or a whole number, as the measure has it.
var amount = shape[offtake.Amount]{
	want: "money such as USD 250B, or a whole number",
	read: func(r *reader, n *yaml.Node, v *offtake.Amount) {
		if n.Kind == yaml.ScalarNode && plain(n) && n.Tag == "!!int" {
			quantity.read(r, n, &v.Quantity)
			return
		}
		money.read(r, n, &v.Money)
		if v.Money.Currency() != "" && v.Money.Sign() == 0 {
			r.wrong(n, "out-of-range", "amount %s promises nothing", v.Money)
		}
	},
	write: func(v offtake.Amount) *yaml.Node {
		if v.Money.Currency() == "" {
			return quantity.write(v.Quantity)
		}
		return money.write(v.Money)
	},
	schema: func(d *defs) *jsonschema.Schema {
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{money.schema(d), quantity.schema(d)}}
	},
}

// interval is "full" or one of three durations.
var interval = leaf("full, P1Y, P1M or PT1H", func(s string) (offtake.Duration, error) {
	switch s {
	case "full":
		return offtake.Duration{}, nil
	case "P1Y", "P1M", "PT1H":
		return offtake.ParseDuration(s)
	}
	return offtake.Duration{}, offtake.Refuse(offtake.Invalid, "interval %q is not known", clip(s))
}, func(v offtake.Duration) *yaml.Node { return word(v.String()) },
	&jsonschema.Schema{Type: "string", Enum: []any{"full", "P1Y", "P1M", "PT1H"}})

var shortfall = oneOf(offtake.ShortfallInvoice, offtake.PrepayCredit, offtake.Forfeit)

var milestone = object("milestone", nil,
	req("by", func(v *offtake.Milestone) *offtake.When { return &v.By }, moment, "when it is due"),
	req("amount", func(v *offtake.Milestone) *offtake.Amount { return &v.Amount }, amount, "how much, counted from the beginning"),
	opt("shortfall", func(v *offtake.Milestone) *offtake.Shortfall { return &v.Shortfall }, shortfall, "what becomes of what is missing then; left out, nothing before the end"),
)

// shares are percentages by service.
func shares(name string) shape[[]offtake.ServiceCap] {
	entry := shape[offtake.ServiceCap]{
		want:   part.want,
		read:   func(r *reader, n *yaml.Node, v *offtake.ServiceCap) { part.read(r, n, &v.AtMost) },
		write:  func(v offtake.ServiceCap) *yaml.Node { return part.write(v.AtMost) },
		schema: part.schema,
	}
	return entriesOf(name, entry, func(v *offtake.ServiceCap) *string { return &v.Service }, nil)
}

func prepayment(draws bool) shape[offtake.Prepayment] {
	fields := []field[offtake.Prepayment]{
		req("amount", func(v *offtake.Prepayment) *offtake.Money { return &v.Amount }, money, "how much is paid ahead"),
		req("by", func(v *offtake.Prepayment) *offtake.When { return &v.By }, moment, "by when"),
	}
	name := "prepayment"
	if draws {
		name = "prepayment of a reservation"
		fields = append(fields, choice("draws", func(v *offtake.Prepayment) *string { return &v.Draws }, oneOf("pro_rata", "first"),
			"how charges are paid from it", "a prepayment pays the first charges (first) or a part of each (pro_rata)"))
	}
	return object(name, nil, fields...)
}

var carry = either(
	oneOfInto(func(v *offtake.Carry) *string { return &v.Rule }, "none", "extend"),
	object("carry", nil, req("forward", func(v *offtake.Carry) *offtake.Carry { return v }, forward, "it counts forward, up to a cap")),
	func(v offtake.Carry) bool { return v.Rule != "forward" })

var forward = also(object("forward", nil,
	req("cap", func(v *offtake.Carry) *offtake.Percent { return &v.Cap }, part, "the most, of an interval's amount"),
), func(r *reader, n *yaml.Node, v *offtake.Carry) { v.Rule = "forward" })

// oneOfInto is a word of a closed list that is kept in a place of T.
func oneOfInto[T any, S ~string](at func(*T) *S, words ...S) shape[T] {
	w := oneOf(words...)
	return shape[T]{
		want:   w.want,
		read:   func(r *reader, n *yaml.Node, v *T) { w.read(r, n, at(v)) },
		write:  func(v T) *yaml.Node { return w.write(*at(&v)) },
		schema: w.schema,
	}
}

// cancel is "none", or how something may be given up.
var cancel = either(
	leaf("none", func(s string) (offtake.Cancel, error) {
		if s != "none" {
			return offtake.Cancel{}, offtake.Refuse(offtake.Invalid, "cancel %q is neither none nor a group of notice, fee, cap and rolling", clip(s))
		}
		return offtake.Cancel{}, nil
	}, func(offtake.Cancel) *yaml.Node { return word("none") }, &jsonschema.Schema{Type: "string", Enum: []any{"none"}}),
	also(object("cancel", checkCancel,
		opt("notice", func(v *offtake.Cancel) *offtake.Duration { return &v.Notice }, spanOrNone, "how long before; left out, at once"),
		opt("fee", func(v *offtake.Cancel) *offtake.Percent { return &v.Fee }, part, "of what is cancelled; left out, none"),
		opt("cap", func(v *offtake.Cancel) *offtake.Money { return &v.Cap }, money, "the most that may be cancelled within rolling"),
		opt("rolling", func(v *offtake.Cancel) *offtake.Duration { return &v.Rolling }, span, "the time over which cap is counted"),
	), func(r *reader, n *yaml.Node, v *offtake.Cancel) { v.Allowed = true }),
	func(v offtake.Cancel) bool { return !v.Allowed })

func checkCancel(r *reader, n *yaml.Node, v *offtake.Cancel) {
	if (value(n, "cap") == nil) != (value(n, "rolling") == nil) {
		r.wrong(n, "missing-field", "cap and rolling are written together, or neither is")
	}
}

// reservationName names a reservation of the same agreement.
var reservationName = also(freeName[offtake.ClauseName]("a reservation of this agreement"),
	func(r *reader, n *yaml.Node, v *offtake.ClauseName) {
		r.refer(offtake.ClauseRef{Agreement: r.agreement, Clause: *v}, n, []string{"reservation"})
	})

// orderField tells an order of 0 from none.
func orderField() field[aCommitment] {
	number := whole[int64](0, 1_000_000)
	return field[aCommitment]{
		key: "order", want: number.want, schema: number.schema,
		doc: "which commitment a charge draws where two could take it: the lower first, and one only; required where eligible scopes overlap",
		read: func(r *reader, n *yaml.Node, v *aCommitment) {
			number.read(r, n, &v.Order)
			v.HasOrder = true
		},
		write: func(v *aCommitment) *yaml.Node {
			if !v.HasOrder {
				return nil
			}
			return word(fmt.Sprint(v.Order))
		},
	}
}

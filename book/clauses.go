package book

import (
	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

// Short names for the fields that many clauses share.
var (
	aParty    = named[offtake.PartyName](party)
	aProvider = named[offtake.ProviderName](provider)
	whyScope  = "a scope says what the clause covers; write {} to cover everything"
)

// restrictive are the bodies that forbid or demand something first.
var restrictive = []string{"exclusivity", "first_refusal", "first_offer", "first_placement"}

var exclusivity = object("exclusivity", nil,
	choice("provider", func(v *offtake.Exclusivity) *offtake.ProviderName { return &v.Provider }, aProvider,
		"the only provider that may supply inside the scope", "exclusivity is for one provider; name the one that alone may supply"),
	choice("scope", func(v *offtake.Exclusivity) *offtake.Scope { return &v.Scope }, scope,
		"what it covers", whyScope),
)

var tail = object("tail", nil,
	choice("sign_by", func(v *offtake.Tail) *offtake.Duration { return &v.SignBy }, span,
		"how long after release the third party may still be signed", "after release the third party may be signed only for so long, or a stale release would last for ever"),
	choice("close_by", func(v *offtake.Tail) *offtake.Duration { return &v.CloseBy }, span,
		"how long after signature the deal may still close", "a signed deal must close within this time, or it is overdue and the right may revive"),
)

var firstOffer = object("first_offer", nil,
	choice("holder", func(v *offtake.FirstOffer) *offtake.PartyName { return &v.Holder }, aParty,
		"who is asked before the market is", "a first offer is somebody's right; name the party that must be asked first"),
	choice("scope", func(v *offtake.FirstOffer) *offtake.Scope { return &v.Scope }, scope, "what it covers", whyScope),
	choice("window", func(v *offtake.FirstOffer) *offtake.Duration { return &v.Window }, span,
		"how long the holder has to make its offer", "the holder has this long to make its offer before the market may be asked; no law supplies a time"),
	opt("floor", func(v *offtake.FirstOffer) *offtake.Money { return &v.Floor }, money,
		"the price below which the market may not be taken without asking the holder again"),
	choice("tail", func(v *offtake.FirstOffer) *offtake.Tail { return &v.Tail }, tail,
		"how long the market may be dealt with afterwards", "after the holder's offer is declined the market may be dealt with only for so long; say sign_by and close_by"),
)

var firstPlacement = object("first_placement", nil,
	choice("provider", func(v *offtake.FirstPlacement) *offtake.ProviderName { return &v.Provider }, aProvider,
		"where a product ships first", "the product ships first on one provider; name it"),
	choice("scope", func(v *offtake.FirstPlacement) *offtake.Scope { return &v.Scope }, scope, "what it covers", whyScope),
	choice("head_start", func(v *offtake.FirstPlacement) *offtake.Duration { return &v.HeadStart }, spanOrNone,
		"how long before it may ship elsewhere", "\"first\" may mean by a day or by a year; say how long the provider has the product alone (P0D: no time, first is enough)"),
	opt("unless", func(v *offtake.FirstPlacement) *offtake.Declared { return &v.Unless }, object("unless", nil,
		req("declared_by", func(v *offtake.Declared) *offtake.PartyName { return &v.By }, aParty, "whose statements excuse"),
		req("statements", func(v *offtake.Declared) *[]offtake.Says { return &v.Statements },
			setOf(oneOf(offtake.CannotSupport, offtake.ChoosesNotTo)), "the statements that excuse; all of them are needed"),
	), "the statements that excuse it"),
)

var consent = object("consent", checkConsent,
	choice("lifts", func(v *offtake.Consent) *[]offtake.ClauseRef { return &v.Lifts }, setOf(clauseRef(restrictive...)),
		"the clauses it lifts", "a consent lifts only the clauses it names; nothing else gives way"),
	choice("scope", func(v *offtake.Consent) *offtake.Scope { return &v.Scope }, scope, "what it covers", whyScope),
	opt("limit", func(v *offtake.Consent) *offtake.ConsentLimit { return &v.Limit }, object("limit", nil,
		opt("quantity", func(v *offtake.ConsentLimit) *int64 { return &v.Quantity }, quantity, "accelerators in all"),
		opt("megawatts", func(v *offtake.ConsentLimit) *offtake.Factor { return &v.Megawatts }, factor, "power in all"),
		opt("money", func(v *offtake.ConsentLimit) *offtake.Money { return &v.Money }, money, "spend in all"),
	), "what it allows in all"),
	opt("share", func(v *offtake.Consent) *offtake.ConsentShare { return &v.Share }, object("share", nil,
		choice("purposes", func(v *offtake.ConsentShare) *[]offtake.Purpose { return &v.Purposes }, setOf(named[offtake.Purpose](purpose)),
			"the purposes that must have the share", "\"primarily for\" is a share of some purposes; name them"),
		choice("at_least", func(v *offtake.ConsentShare) *offtake.Percent { return &v.AtLeast }, percent(1, offtake.One),
			"the least share", "\"primarily\" has been read as more than half and as nearly all; say the percentage"),
		choice("unit", func(v *offtake.ConsentShare) *offtake.Measure { return &v.Unit }, oneOf(offtake.GPUHours, offtake.Spend),
			"what the share is counted in", "a share of hours and a share of spend differ; say gpu_hours or spend"),
		choice("window", func(v *offtake.ConsentShare) *offtake.Duration { return &v.Window }, span,
			"the time over which it is measured", "a share holds over a time; say over how long it is measured"),
	), "the part of what is done under it that must be for some purposes"),
)

func checkConsent(r *reader, n *yaml.Node, v *offtake.Consent) {
	if limit := value(n, "limit"); limit != nil && limit.Kind == yaml.MappingNode && len(limit.Content) == 0 {
		r.wrong(limit, "empty-value", "a limit without quantity, megawatts or money limits nothing")
	}
}

var rate = object("rate", func(r *reader, n *yaml.Node, v *offtake.Rate) {
	price, discount := value(n, "price"), value(n, "discount")
	v.HasDiscount = discount != nil
	switch {
	case price == nil && discount == nil:
		r.missing(n, "rate", "price", "price, or discount", "a negotiated rate is either a price per accelerator-hour or a discount off the list; write one of them")
	case price != nil && discount != nil:
		r.wrong(discount, "both-given", "price and discount are both written; a rate has one of them")
	}
},
	choice("provider", func(v *offtake.Rate) *offtake.ProviderName { return &v.Provider }, aProvider, "whose price it is", "a rate is one provider's; name it"),
	choice("scope", func(v *offtake.Rate) *offtake.Scope { return &v.Scope }, scope, "what it covers", whyScope),
	opt("price", func(v *offtake.Rate) *offtake.Money { return &v.Price }, money, "per accelerator-hour; this or discount is required"),
	discountField(),
)

// discountField is written where the rate has a discount, even one of 0%.
func discountField() field[offtake.Rate] {
	f := opt("discount", func(v *offtake.Rate) *offtake.Percent { return &v.Discount }, part, "off the list price; this or price is required")
	f.write = func(v *offtake.Rate) *yaml.Node {
		if !v.HasDiscount {
			return nil
		}
		return part.write(v.Discount)
	}
	return f
}

var licence = object("licence", func(r *reader, n *yaml.Node, v *offtake.Licence) {
	if v.Licensor != "" && v.Licensor == v.Licensee {
		r.wrong(at(n, "licensee"), "same-party", "licensee %q is the licensor, which needs no licence", v.Licensee)
	}
},
	choice("licensor", func(v *offtake.Licence) *offtake.PartyName { return &v.Licensor }, aParty, "who grants the use", "a licence is granted by the party that may grant it; name it"),
	choice("licensee", func(v *offtake.Licence) *offtake.PartyName { return &v.Licensee }, aParty, "who may use", "a licence names its licensee; affiliates are not licensees unless they have their own"),
	choice("assets", func(v *offtake.Licence) *[]offtake.Asset { return &v.Assets }, setOf(named[offtake.Asset](asset)), "what may be used", "a licence covers only the assets it names"),
	choice("scope", func(v *offtake.Licence) *offtake.Scope { return &v.Scope }, useScope, "for which products and purposes", whyScope),
	choice("exclusive", func(v *offtake.Licence) *bool { return &v.Exclusive }, yesNo, "true: nobody else is licensed, and the licensor keeps its own use", "exclusive licences shut out other licensees (true), others do not (false); courts differ on silence"),
)

var mostFavoured = object("most_favoured", nil,
	choice("beneficiary", func(v *offtake.MostFavoured) *offtake.PartyName { return &v.Beneficiary }, aParty, "whose price follows", "name the party whose price follows the best one"),
	choice("compared_with", func(v *offtake.MostFavoured) *[]offtake.PartyName { return &v.ComparedWith }, setOf(aParty), "whose prices it follows", "\"others\" may be all customers or some; name the parties whose prices count"),
	choice("metric", func(v *offtake.MostFavoured) *string { return &v.Metric }, prose, "what is compared", "list price, net price and total cost give different answers; say what is compared"),
	choice("remedy", func(v *offtake.MostFavoured) *string { return &v.Remedy }, prose, "what follows when another price is better", "a better price elsewhere may lower the price from then on, be refunded, or allow termination; say which"),
)

var determination = object("determination", nil,
	choice("question", func(v *offtake.Determination) *string { return &v.Question }, prose, "what is to be decided", "say the question that only named people may answer"),
	choice("decided_by", func(v *offtake.Determination) *offtake.PartyName { return &v.DecidedBy }, aParty, "who decides", "only the answer of the one named here counts"),
	choice("meanwhile", func(v *offtake.Determination) *string { return &v.Meanwhile }, oneOf("hold", "continue"), "what applies until it is answered",
		"until the question is answered, what depends on it either waits (hold) or goes on as if the answer were no (continue)"),
)

var venture = object("venture", checkVenture,
	choice("partners", func(v *offtake.Venture) *[]offtake.Partner { return &v.Partners }, partners, "who funds it, each with a share or an amount", "a venture is funded by its partners; say each one's share or amount"),
	choice("capital", func(v *offtake.Venture) *capital { return (*capital)(v) }, capitalShape, "what it may spend", "a venture's announced and its committed capital differ; say up_to and, where some is committed first, initial"),
	choice("operator", func(v *offtake.Venture) *offtake.PartyName { return &v.Operator }, aParty, "who runs it", "who funds and who runs a venture differ; name the operator"),
	choice("provider", func(v *offtake.Venture) *offtake.ProviderName { return &v.Provider }, aProvider, "the provider its capacity is supplied by", "name the provider whose capacity the venture builds"),
	choice("phases", func(v *offtake.Venture) *[]offtake.Phase { return &v.Phases }, listOf(phase), "the capacity, in the order it comes online", "say which capacity comes online where and when"),
)

// capital is the part of a venture that is written as a group of its own.
type capital offtake.Venture

var capitalShape = object("capital", func(r *reader, n *yaml.Node, v *capital) {
	if v.UpTo.Currency() == v.Initial.Currency() && v.Initial.Cmp(v.UpTo) > 0 {
		r.wrong(at(n, "initial"), "out-of-range", "initial %s is more than up_to %s", v.Initial.Short(), v.UpTo.Short())
	}
},
	choice("up_to", func(v *capital) *offtake.Money { return &v.UpTo }, money, "the most", "say the most the venture may spend"),
	opt("initial", func(v *capital) *offtake.Money { return &v.Initial }, money, "what is committed first"),
)

var partners = orByName(listOf(object("partner", checkPartner,
	req("party", func(v *offtake.Partner) *offtake.PartyName { return &v.Party }, aParty, "the partner"),
	opt("share", func(v *offtake.Partner) *offtake.Percent { return &v.Share }, percent(1, offtake.One), "its share of the capital; this or amount is required"),
	opt("amount", func(v *offtake.Partner) *offtake.Money { return &v.Amount }, money, "what it puts in; this or share is required"),
)), "party")

func checkPartner(r *reader, n *yaml.Node, v *offtake.Partner) {
	share, amount := value(n, "share"), value(n, "amount")
	switch {
	case share == nil && amount == nil:
		r.missing(n, "partner", "share", "share, or amount", "a partner puts in a share of the capital or an amount; write one of them")
	case share != nil && amount != nil:
		r.wrong(amount, "both-given", "share and amount are both written; a partner has one of them")
	}
}

func checkVenture(r *reader, n *yaml.Node, v *offtake.Venture) {
	var shares offtake.Percent
	seen := make(map[offtake.PartyName]bool)
	for _, p := range v.Partners {
		if seen[p.Party] && p.Party != "" {
			r.wrong(at(n, "partners"), "duplicate", "partner %q is listed twice", p.Party)
		}
		seen[p.Party] = true
		shares += p.Share
	}
	if shares > offtake.One {
		r.wrong(at(n, "partners"), "out-of-range", "the partners' shares are %s together, more than 100%%", shares)
	}
}

var phase = object("phase", nil,
	req("site", func(v *offtake.Phase) *offtake.Site { return &v.Site }, named[offtake.Site](site), "where"),
	opt("megawatts", func(v *offtake.Phase) *offtake.Factor { return &v.Megawatts }, factor, "its power"),
	req("accelerator", func(v *offtake.Phase) *offtake.Accelerator { return &v.Accelerator }, named[offtake.Accelerator](accelerator), "what is built"),
	req("quantity", func(v *offtake.Phase) *int64 { return &v.Quantity }, quantity, "how many accelerators"),
	req("online", func(v *offtake.Phase) *offtake.When { return &v.Online }, moment, "when they become supply"),
	opt("slip", func(v *offtake.Phase) *offtake.Duration { return &v.Slip }, span, "how much later than planned"),
)

var recorded = object("recorded", nil,
	choice("parties", func(v *offtake.Recorded) *[]offtake.PartyName { return &v.Parties }, setOf(aParty), "whom it concerns", "a recorded term decides nothing; say at least whom it concerns"),
	choice("about", func(v *offtake.Recorded) *string { return &v.About }, oneOf("revenue_share", "option", "service_level", "negotiation", "equity", "other"),
		"what it is about", "a recorded term decides nothing; say what it is about"),
)

package booktest

import "github.com/offtake-dev/offtake"

// body makes the body of the i-th clause; each tenth is a first refusal.
func (m maker) body(i int, base offtake.ClauseRef) offtake.Body {
	if i%10 == 4 {
		return m.firstRefusal()
	}
	makers := []func() offtake.Body{
		func() offtake.Body {
			return offtake.Exclusivity{Provider: pick(m, providers...), Scope: m.scope()}
		},
		func() offtake.Body {
			return offtake.FirstOffer{Holder: "northwind", Scope: m.scope(), Window: m.duration(), Floor: opt(m, m.money), Tail: m.tail()}
		},
		func() offtake.Body { return m.firstPlacement() },
		func() offtake.Body { return m.consent(base) },
		func() offtake.Body { return m.commitment() },
		func() offtake.Body { return m.reservation() },
		func() offtake.Body { return m.rate() },
		func() offtake.Body {
			return offtake.Licence{Licensor: "acme", Licensee: pick(m, parties[1:]...), Assets: several(m, assets...),
				Scope: offtake.Scope{Products: some(m, products...), Purposes: some(m, purposes...)}, Exclusive: m.maybe()}
		},
		func() offtake.Body {
			return offtake.MostFavoured{Beneficiary: "acme", ComparedWith: several(m, parties...), Metric: "net price", Remedy: m.prose()}
		},
		func() offtake.Body {
			return offtake.Determination{Question: m.prose(), DecidedBy: "panel", Meanwhile: "hold"}
		},
		func() offtake.Body { return m.venture() },
		func() offtake.Body {
			return offtake.Recorded{Parties: several(m, parties...), About: pick(m, "revenue_share", "equity", "other")}
		},
	}
	return makers[m.IntN(len(makers))]()
}

func (m maker) tail() offtake.Tail {
	return offtake.Tail{SignBy: m.duration(), CloseBy: m.duration()}
}

func (m maker) firstPlacement() offtake.Body {
	p := offtake.FirstPlacement{Provider: "north", Scope: m.scope(), HeadStart: m.duration()}
	if m.maybe() {
		p.Unless = offtake.Declared{By: "northwind", Statements: several(m, offtake.CannotSupport, offtake.ChoosesNotTo)}
	}
	return p
}

func (m maker) consent(base offtake.ClauseRef) offtake.Body {
	c := offtake.Consent{Lifts: []offtake.ClauseRef{base}, Scope: m.scope()}
	if m.maybe() {
		c.Limit = offtake.ConsentLimit{Quantity: m.quantity(), Megawatts: opt(m, m.factor), Money: opt(m, m.money)}
	}
	if m.maybe() {
		c.Share = offtake.ConsentShare{Purposes: several(m, purposes...), AtLeast: m.percent(), Unit: pick(m, offtake.GPUHours, offtake.Spend), Window: m.duration()}
	}
	return c
}

func (m maker) commitment() offtake.Body {
	c := offtake.Commitment{
		Provider: pick(m, providers...), Measure: offtake.Spend, Amount: offtake.Amount{Money: offtake.MoneyOf("USD", 1_000_000_000_000)},
		Interval: pick(m, offtake.Duration{}, offtake.Duration{Unit: offtake.Months, Count: 1}), Period: m.period(), Eligible: m.scope(),
		Counts:    pick(m, offtake.OnUsage, offtake.OnInvoice, offtake.OnPurchase),
		Shortfall: pick(m, offtake.ShortfallInvoice, offtake.PrepayCredit, offtake.Forfeit),
		Carry:     pick(m, offtake.Carry{Rule: "none"}, offtake.Carry{Rule: "extend"}, offtake.Carry{Rule: "forward", Cap: m.percent()}),
		Cancel:    m.cancel(), Order: int64(m.IntN(3)), HasOrder: true,
		Prepayment: opt(m, func() offtake.Prepayment { return offtake.Prepayment{Amount: m.money(), By: m.when(2025)} }),
	}
	if m.maybe() {
		c.Measure, c.Amount = pick(m, offtake.GPUHours, offtake.CapacityTaken), offtake.Amount{Quantity: 1_000_000_000}
	}
	if m.maybe() {
		c.For = []offtake.ClauseName{"held"}
	}
	if m.maybe() {
		c.Services = []string{"compute", "marketplace"}
		c.Caps = []offtake.ServiceCap{{Service: "marketplace", AtMost: m.percent()}}
	}
	if m.maybe() && c.Measure == offtake.Spend {
		c.Milestones = []offtake.Milestone{
			{By: m.when(2027), Amount: offtake.Amount{Money: offtake.MoneyOf("USD", 1_000_000)}, Shortfall: offtake.Forfeit},
			{By: m.when(2029), Amount: offtake.Amount{Money: offtake.MoneyOf("USD", 2_500_000)}},
		}
	}
	return c
}

func (m maker) cancel() offtake.Cancel {
	if m.maybe() {
		return offtake.Cancel{}
	}
	c := offtake.Cancel{Allowed: true, Notice: m.duration(), Fee: m.percent()}
	if m.maybe() {
		c.Cap, c.Rolling = m.money(), m.duration()
	}
	return c
}

func (m maker) reservation() offtake.Body {
	r := offtake.Reservation{
		Provider: pick(m, providers...), Accelerator: pick(m, chips...), Quantity: 200_000, Lot: pick[int64](m, 0, 72),
		Site: pick(m, "", offtake.Site("abilene")), Region: pick(m, regions...), Window: m.period(), Price: m.money(),
		Pay: pick(m, "", "upfront", "monthly"), UnusedCharge: m.percent(), EndsAt: pick(m, "", "11:30Z"), Cancel: m.cancel(), Under: pick(m, "", offtake.OpportunityID("oci-1")),
	}
	if m.maybe() {
		r.Prepayment = offtake.Prepayment{Amount: m.money(), By: m.when(2025), Draws: pick(m, "pro_rata", "first")}
	}
	if m.maybe() {
		r.Ramp = []offtake.RampStep{{On: m.when(2026), Quantity: 72}, {On: m.when(2028), Quantity: 1440}}
		r.Delivery = offtake.Delivery{Tolerance: m.duration(), LongStop: m.when(2030), Damages: offtake.Damages{PerDay: m.money(), Cap: m.money()}}
	}
	if m.maybe() {
		r.Extend = offtake.Extend{Step: m.duration(), Notice: m.duration()}
	}
	return r
}

func (m maker) rate() offtake.Body {
	r := offtake.Rate{Provider: pick(m, providers...), Scope: m.scope()}
	if r.HasDiscount = m.maybe(); r.HasDiscount {
		r.Discount = pick(m, 0, m.percent())
	} else {
		r.Price = m.money()
	}
	return r
}

func (m maker) venture() offtake.Body {
	return offtake.Venture{
		Partners: []offtake.Partner{{Party: "acme", Share: 400_000}, {Party: "globex", Amount: m.money()}},
		UpTo:     offtake.MoneyOf("USD", 500_000_000_000), Initial: opt(m, func() offtake.Money { return offtake.MoneyOf("USD", 1000) }),
		Operator: "acme", Provider: "own",
		Phases: []offtake.Phase{{Site: "abilene", Megawatts: opt(m, m.factor), Accelerator: "gb200", Quantity: m.quantity(), Online: m.when(2027), Slip: opt(m, m.duration)}},
	}
}

func (m maker) firstRefusal() offtake.Body {
	f := offtake.FirstRefusal{
		Direction: pick(m, offtake.SupplySide, offtake.DemandSide), Grantor: "acme", Scope: m.scope(),
		Holders:  []offtake.Holder{{Party: "northwind", Provider: "north", Rank: 1, Weight: 1, Assignable: pick(m, "personal", "affiliates", "free")}},
		BonaFide: some(m, "written", "signed"), NotifyWithin: opt(m, m.duration),
		Notice:  offtake.NoticeRules{Contents: []offtake.Content{"price", "term", "site"}, Deficiency: offtake.Strict},
		Window:  m.duration(),
		Partial: pick(m, offtake.NoPartial, offtake.InLots), AllOrNone: m.maybe(), Undersubscribed: opt(m, m.duration),
		Match: pick(m, offtake.ExactMatch, offtake.MaterialMatch), NonCash: pick(m, offtake.SameNonCash, offtake.CashEquivalent, offtake.NonCashExcluded),
		Package:        pick(m, offtake.WholePackage, offtake.SeverablePackage, offtake.PackageNotTriggered, offtake.PackageBarred),
		OfferRevocable: pick(m, offtake.UntilAcceptance, offtake.Irrevocable), Nonconforming: pick(m, offtake.NonconformingIgnored, offtake.NonconformingTerminates),
		Definitive: m.duration(), DeliveryGate: m.maybe(), Tail: m.tail(), Retrigger: opt(m, m.duration), Survival: pick(m, offtake.OneShot, offtake.Continuing),
		Tolling: some(m, "force_majeure", "regulator"), Determiner: pick(m, "", offtake.PartyName("panel")),
	}
	if f.DeliveryGate {
		f.DeliveryGrace = m.duration()
	}
	if m.maybe() {
		f.Notice.Deficiency, f.Notice.ObjectionWithin = offtake.InquiryDuty, m.duration()
	}
	if f.Partial == offtake.InLots && m.maybe() {
		f.Lot = 72
	}
	if m.maybe() {
		f.Holders = append(f.Holders, offtake.Holder{Party: "contoso", Provider: "con", Rank: 1 + m.IntN(2), Weight: 3, Assignable: "free"})
		f.Ranks = offtake.Ranks{Mode: pick(m, "sequential", "concurrent"), NextStarts: pick(m, "on_deadline", "on_response")}
		if f.Holders[1].Rank == 2 {
			f.Window, f.WindowByRank = offtake.Duration{}, map[int]offtake.Duration{1: m.duration(), 2: m.duration()}
		}
	}
	if m.maybe() {
		f.Tolerance = []offtake.Tolerance{{Dimension: "price", Within: m.percent()}, {Dimension: "term", Within: m.percent()}}
	}
	if m.maybe() {
		f.Aggregation = offtake.Aggregation{Window: m.duration(), Affiliates: m.maybe()}
	}
	if m.maybe() {
		f.Time = offtake.TimeRules{Calendar: "both", CountFirst: m.maybe(), Roll: offtake.RollFollowing, Cutoff: offtake.TimeOfDay{Minutes: 10*60 + m.IntN(14*60), Set: true}}
	}
	return f
}

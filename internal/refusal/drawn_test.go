package refusal_test

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
	"pgregory.net/rapid"
)

// What the properties draw: a clause, an offer, and acts that go on from where
// the log stands more often than not. All of it is invented.

// drawnBook has four who may hold a right, one that sells, and lots of 72 and of 8.
var drawnBook = &offtake.Book{
	Buyer: "openai", Currency: "USD", Purposes: []offtake.Purpose{"training", "product", "research"},
	Parties: []offtake.Party{
		{Name: "openai"}, {Name: "microsoft", Affiliates: []offtake.PartyName{"linkedin"}}, {Name: "linkedin"},
		{Name: "crusoe"}, {Name: "nebius"}, {Name: "oracle"}, {Name: "panel"},
	},
	Accelerators: []offtake.AcceleratorDecl{{Name: "gb200", PerNode: 4, Lot: 72}, {Name: "h100", PerNode: 8}},
	Providers: []offtake.Provider{
		{Name: "azure", Party: "microsoft"}, {Name: "oci", Party: "oracle"}, {Name: "li", Party: "linkedin"},
		{Name: "crusoe", Party: "crusoe"}, {Name: "nebius", Party: "nebius"},
	},
}

// A drawer draws; what it draws is named in what rapid prints of a failure.
type drawer struct {
	t *rapid.T
	f offtake.FirstRefusal // under which it draws offers and acts
}

func (d drawer) one(name string, n int) bool { return rapid.IntRange(0, n-1).Draw(d.t, name) == n-1 }

func pick[T any](d drawer, name string, from ...T) T {
	return from[rapid.IntRange(0, len(from)-1).Draw(d.t, name)]
}

func (d drawer) length(name string, from ...string) offtake.Duration {
	return duration(pick(d, name, from...))
}

var contents = []offtake.Content{"provider", "quantity", "accelerator", "site", "price", "term", "delivery", "offer_copy"}

func (d drawer) right() offtake.FirstRefusal {
	f := offtake.FirstRefusal{
		Direction: pick(d, "direction", offtake.SupplySide, offtake.DemandSide), Grantor: "openai",
		NotifyWithin: d.length("notify", "P5D", "P2BD"), Window: d.length("window", "P15BD", "P3BD", "PT48H", "P10D", "P1M", "P2W"),
		Definitive: d.length("definitive", "P20BD", "P2D", "P1M"), Notice: offtake.NoticeRules{Contents: contents, Deficiency: offtake.Strict},
		Partial: pick(d, "partial", offtake.InLots, offtake.InLots, offtake.NoPartial), AllOrNone: d.one("all or none", 5),
		Match: pick(d, "match", offtake.ExactMatch, offtake.MaterialMatch), NonCash: offtake.SameNonCash, Package: offtake.WholePackage,
		OfferRevocable: pick(d, "revocable", offtake.UntilAcceptance, offtake.UntilAcceptance, offtake.Irrevocable),
		Nonconforming:  pick(d, "nonconforming", offtake.NonconformingIgnored, offtake.NonconformingTerminates),
		Survival:       pick(d, "survival", offtake.OneShot, offtake.Continuing),
		Tail:           offtake.Tail{SignBy: d.length("sign_by", "P90D", "P1D", "P10BD"), CloseBy: d.length("close_by", "P30D", "P1D")},
		Tolling:        []string{"war", "regulator"}, Determiner: pick[offtake.PartyName](d, "determiner", "panel", "panel", ""),
	}
	d.ranks(&f)
	d.notice(&f)
	if d.one("retrigger", 2) {
		f.Retrigger = d.length("retriggered", "P5BD", "PT24H", "P2D")
	}
	if d.one("gate", 4) {
		f.DeliveryGate, f.DeliveryGrace = true, duration("P30D")
	}
	if d.one("tolerance", 2) {
		f.Tolerance = []offtake.Tolerance{{Dimension: offtake.TermPrice, Within: 20_000}}
	}
	if d.one("count first", 8) {
		// A day that is counted and is over when it begins ends what it allows at
		// once, together with all else that ends then, in an order nobody minds.
		f.Time.CountFirst = f.Tail.SignBy.Count > 1 && f.Tail.CloseBy.Count > 1
	}
	if d.one("roll", 8) {
		f.Time.Roll = offtake.RollFollowing
	}
	if d.one("cutoff", 8) {
		f.Time.Cutoff = offtake.TimeOfDay{Minutes: 12 * 60, Set: true}
	}
	return f
}

func (d drawer) ranks(f *offtake.FirstRefusal) {
	seats := []offtake.Holder{{Party: "microsoft", Provider: "azure"}, {Party: "crusoe", Provider: "crusoe"}, {Party: "nebius", Provider: "nebius"}}
	rank := 1
	for i := range pick(d, "holders", 1, 2, 2, 3, 3) {
		if i > 0 && d.one("next rank", 2) {
			rank++
		}
		h := seats[i]
		h.Rank, h.Weight, h.Assignable = rank, pick[int64](d, "weight", 1, 1, 2, 3), pick(d, "assignable", "personal", "affiliates", "free")
		f.Holders = append(f.Holders, h)
	}
	if len(f.Holders) > 1 {
		f.Ranks = offtake.Ranks{Mode: pick(d, "mode", "sequential", "sequential", "concurrent"), NextStarts: pick(d, "next", "on_response", "on_response", "on_deadline")}
		if d.one("windows", 3) {
			f.WindowByRank = map[int]offtake.Duration{1: f.Window, 2: d.length("second window", "P5BD", "PT24H", "P10D")}
		}
	}
	if f.Partial == offtake.InLots && d.one("undersubscription", pick(d, "odds", 1, 2)) {
		f.Undersubscribed = d.length("further", "P3BD", "P10D")
	}
	if d.one("lot", 6) {
		f.Lot = 100
	}
}

func (d drawer) notice(f *offtake.FirstRefusal) {
	if d.one("inquiry", 3) {
		f.Notice.Deficiency, f.Notice.ObjectionWithin = offtake.InquiryDuty, d.length("objection", "P2BD", "P3BD")
	}
	if d.one("few contents", 6) {
		f.Notice.Contents = []offtake.Content{"provider", "price", "quantity"}
	}
	if d.one("no time to notify", 8) {
		f.NotifyWithin = offtake.Duration{}
	}
	if d.one("bona fide", 8) {
		f.BonaFide = []string{"written"}
	}
	if d.one("scope", 6) {
		f.Scope.Quantity.AtLeast = 500
	}
	if d.one("sites", 8) {
		f.Scope.Sites = []offtake.Site{"abilene"}
	}
	if d.one("packages", 3) {
		f.Package = pick(d, "package", offtake.WholePackage, offtake.SeverablePackage, offtake.PackageNotTriggered, offtake.PackageBarred)
		f.NonCash = pick(d, "non cash", offtake.SameNonCash, offtake.CashEquivalent, offtake.NonCashExcluded)
	}
}

func (d drawer) offer() offtake.OfferTerms {
	o := docket.Offer()
	o.Quantity = pick[int64](d, "quantity", 1008, 1008, 144, 216, 1009, 100, 720)
	if d.one("written", 3) {
		o.BonaFide = []string{"written", "signed"}
	}
	if d.one("no site", 16) {
		o.Site = ""
	}
	if d.one("own", 16) {
		o.Provider = pick[offtake.ProviderName](d, "provider", "azure", "li", "crusoe", "nebius")
	}
	if d.one("expires", 5) {
		o.Expires = offtake.When{Date: offtake.Date{Year: 2025, Month: 6, Day: 4}.AddDays(pick(d, "expiry", 1, 10, 30, 60))}
	}
	if d.one("all or nothing", 10) {
		o.AllOrNone = offtake.StatedYes
	}
	if d.one("other", 5) {
		o.Other = []offtake.OtherTerm{{Key: "minimum", Value: figure("USD 1M")}}
	}
	if d.one("near delivery", 6) {
		o.Delivery = offtake.When{Date: offtake.Date{Year: 2025, Month: 6, Day: 20}}
	}
	if d.one("accelerator", 8) {
		o.Accelerator = "h100"
	}
	if d.one("extras", 4) {
		x := offtake.Extra{Name: "storage", Burdened: pick(d, "burdened", offtake.NotStated, offtake.StatedNo, offtake.StatedYes)}
		if d.one("value", 2) {
			x.Value = money("USD 1M")
		}
		o.Extras = []offtake.Extra{x}
	}
	return o
}

func money(s string) offtake.Money {
	m, err := offtake.ParseMoney(s)
	if err != nil {
		panic(err)
	}
	return m
}

func figure(s string) offtake.Figure {
	f, err := offtake.ParseFigure(s)
	if err != nil {
		panic(err)
	}
	return f
}

// change draws what a revision, a signature or an acceptance says otherwise.
func (d drawer) change() (o offtake.OfferTerms) {
	switch pick(d, "change", 0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6, 7) {
	case 1:
		o.Price = money("USD " + pick(d, "price", "7.00", "7.84", "7.83", "8.00", "8.16", "8.17", "9.00"))
	case 2:
		o.Site = pick[offtake.Site](d, "site", "abilene", "milam")
	case 3:
		o.Term = d.length("term", "P4Y", "P5Y", "P6Y")
	case 4:
		o.Delivery = offtake.When{Date: offtake.Date{Year: 2025, Month: 12, Day: pick(d, "day", 1, 31)}}
	case 5:
		key := pick(d, "key", "minimum", "service_level", "take_or_pay", "equity", "exclusive_marketing")
		o.Other = []offtake.OtherTerm{{Key: key, Value: figure(pick(d, "figure", "USD 1M", "USD 2M"))}}
	case 6:
		o.Quantity = pick[int64](d, "n", 144, 432, 720, 1008, 1009)
	case 7:
		o.Expires = offtake.When{Date: offtake.Date{Year: 2025, Month: 7, Day: 1}}
	}
	return o
}

var holders = []offtake.PartyName{"microsoft", "crusoe", "nebius", "linkedin"}

// party gives mostly one who has the step, sometimes anybody.
func (d drawer) party(deed offtake.Deed) offtake.PartyName {
	if d.one("stranger", 16) {
		return pick[offtake.PartyName](d, "anybody", "openai", "microsoft", "crusoe", "linkedin", "oracle", "panel")
	}
	switch deed.(type) {
	case offtake.Accept, offtake.Decline, offtake.NoticeObject, offtake.Assign:
		if d.one("assignee", 12) {
			return "linkedin"
		}
		return pick(d, "holder", d.f.Holders...).Party
	case offtake.DefinitiveSign, offtake.Deliver, offtake.RegulatorRefuse, offtake.Toll, offtake.Resume, offtake.ExtendDeadline:
		return pick[offtake.PartyName](d, "side", "openai", "openai", "microsoft", "crusoe")
	case offtake.Determine:
		return "panel"
	}
	return "openai"
}

// likely are the deeds that go on from a state.
var likely = map[offtake.ProcessState][]string{
	"":                   {"receive"},
	offtake.Assessing:    {"revise"},
	offtake.NotTriggered: {"revise", "third"},
	offtake.NotifyDue:    {"serve", "serve", "serve", "serve", "revise", "extend"},
	offtake.Deficient:    {"serve", "serve", "revise"},
	offtake.Open: {"accept", "accept", "accept", "accept", "accept", "accept", "accept", "accept", "refuse", "refuse", "refuse", "object", "revise", "withdraw",
		"conditional", "toll", "extend", "assign"},
	offtake.Allocating:     {"accept", "accept", "accept", "accept", "refuse", "revise", "withdraw", "toll", "object", "extend"},
	offtake.Contracting:    {"sign", "sign", "sign", "deliver", "fail", "fail", "conditional", "withdraw", "extend", "accept", "revise", "third", "toll", "assign"},
	offtake.InTail:         {"third", "third", "close", "close", "revise", "withdraw", "extend", "toll"},
	offtake.IsTolled:       {"resume", "resume", "resume", "revise", "toll", "third"},
	offtake.IsUndetermined: {"determine", "determine", "determine", "toll", "third", "revise"},
}

var deeds = []string{"receive", "serve", "revise", "withdraw", "accept", "refuse", "object", "sign", "deliver", "fail", "third", "close", "toll", "resume", "extend", "assign", "determine"}

// deed draws what is done next where a process stands so.
func (d drawer) deed(state offtake.ProcessState, at time.Time) offtake.Deed {
	next := likely[state]
	if next == nil || d.one("anything", 12) && state != "" {
		next = deeds
	}
	switch pick(d, "deed", next...) {
	case "receive":
		return offtake.OfferReceive{Terms: d.offer()}
	case "serve":
		return d.serve()
	case "revise":
		return offtake.OfferRevise{Terms: d.change()}
	case "withdraw":
		return offtake.OfferWithdraw{}
	case "accept":
		return d.accept()
	case "refuse":
		return offtake.Decline{}
	case "object":
		return pick[offtake.Deed](d, "objection", offtake.NoticeObject{Missing: []offtake.Content{"price"}}, offtake.NoticeObject{Missing: []offtake.Content{"term"}},
			offtake.NoticeObject{Question: offtake.DoubtGoodFaith})
	case "third":
		return d.thirdSigns(d.one("conditional", pick(d, "odds", 2, 4)))
	case "conditional":
		return d.thirdSigns(true)
	case "close":
		return offtake.ThirdPartyClose{}
	}
	return d.otherDeed(state, at)
}

func (d drawer) thirdSigns(conditional bool) offtake.Deed {
	s := offtake.ThirdPartySign{Terms: d.change(), Conditional: conditional}
	return s
}

func (d drawer) serve() offtake.Deed {
	s := offtake.NoticeServe{Contents: contents}
	if d.one("incomplete", 4) {
		s.Contents = slices.DeleteFunc(slices.Clone(contents), func(c offtake.Content) bool { return c == "price" })
	}
	if d.one("to", 6) {
		s.To = pick(d, "to whom", []offtake.PartyName{"microsoft"}, []offtake.PartyName{"microsoft", "crusoe"}, holders[:3])
	}
	return s
}

func (d drawer) accept() offtake.Deed {
	a := offtake.Accept{Quantity: pick[int64](d, "take", 0, 0, 0, 72, 72, 144, 360, 432, 504, 504, 936, 100, 8, 1080)}
	if d.one("other terms", 6) {
		a.Terms = d.change()
		a.Terms.Quantity, a.Terms.Expires = 0, offtake.When{}
	}
	if d.one("own provider", 8) {
		a.Terms.Provider = pick[offtake.ProviderName](d, "from", "azure", "crusoe", "oci")
	}
	if d.one("condition", 10) {
		a.Conditions = []string{"board approval"}
	}
	if d.one("no extras", 6) {
		a.Extras = []string{}
	}
	return a
}

func (d drawer) otherDeed(state offtake.ProcessState, at time.Time) offtake.Deed {
	causes := []string{"war", "regulator"}
	party := pick[offtake.PartyName](d, "whose", "", "microsoft", "crusoe", "nebius")
	n := pick[int64](d, "much", 0, 0, 0, 72, 144)
	signed := pick(d, "signed by", []offtake.PartyName{"openai"}, []offtake.PartyName{"microsoft", "crusoe", "nebius"}, []offtake.PartyName{"openai", "microsoft", "crusoe", "nebius", "linkedin"})
	switch k := pick(d, "other deed", next(state)...); k {
	case "deliver":
		return offtake.Deliver{Party: party, Quantity: n}
	case "fail":
		return pick[offtake.Deed](d, "failure", offtake.HolderDefault{Party: party, Quantity: n}, offtake.RegulatorRefuse{Party: party, Quantity: n})
	case "toll":
		return offtake.Toll{Cause: pick(d, "cause", append(causes, "flood")...)}
	case "resume":
		return offtake.Resume{Cause: pick(d, "cause", append(causes, "")...)}
	case "extend":
		day := offtake.DateOf(at).AddDays(pick(d, "days", 1, 4, 20, 60, 120))
		return offtake.ExtendDeadline{Deadline: pick(d, "which", offtake.DueAnswer, offtake.DueDefinitive, offtake.DueSignBy, offtake.DueCloseBy, offtake.DueNotify, offtake.DueDelivery),
			Until: offtake.When{Date: day}, SignedBy: signed}
	case "assign":
		return offtake.Assign{To: pick[offtake.PartyName](d, "to", "linkedin", "crusoe", "oracle", "openai")}
	case "determine":
		return offtake.Determine{Answer: pick(d, "answer", offtake.ForHolder, offtake.ForGrantor), SignedBy: signed,
			Question: pick[offtake.Doubt](d, "question", "", "", offtake.DoubtGoodFaith)}
	}
	return offtake.DefinitiveSign{Party: party, Quantity: n}
}

func next(state offtake.ProcessState) []string {
	rest := []string{"sign", "deliver", "fail", "toll", "resume", "extend", "assign", "determine"}
	if state == offtake.IsTolled {
		return append(rest, "resume", "resume", "resume", "resume")
	}
	if state == offtake.IsUndetermined {
		return append(rest, "determine", "determine", "determine", "determine")
	}
	return rest
}

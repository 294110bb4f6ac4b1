package book

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

type aRefusal = offtake.FirstRefusal

var firstRefusal = also(object("first_refusal", checkRefusal, refusalFields...), noteDefaults)

var refusalFields = slices.Concat(refusalRight, refusalWindow, refusalMatch, refusalAfter)

// noteDefaults tells which of the process's defaults a clause relies on. The
// reference says of each field what its absence means; where nothing else
// could be written, there is nothing to note.
func noteDefaults(r *reader, n *yaml.Node, v *aRefusal) {
	var relied []string
	for _, f := range refusalFields {
		_, meaning, ok := strings.Cut(f.doc, "left out, ")
		if !ok || value(n, f.key) != nil || f.key == "subject_to" || f.key == "lot" && v.Partial != offtake.InLots {
			continue
		}
		relied = append(relied, f.key+" ("+meaning+")")
	}
	if relied != nil {
		r.note(r.pos(n), "default", "first refusal %q relies on defaults: %s", r.clause, strings.Join(relied, "; "))
	}
}

// refusalRight is whose right it is over what, and what the holder is told.
var refusalRight = []field[aRefusal]{
	choice("direction", func(v *aRefusal) *offtake.Direction { return &v.Direction }, oneOf(offtake.SupplySide, offtake.DemandSide), "what is better for the third party",
		"whether a higher or a lower price is better for the third party depends on whether it sells (supply_side) or buys (demand_side)"),
	choice("grantor", func(v *aRefusal) *offtake.PartyName { return &v.Grantor }, aParty, "who gave the right and owes the notice", "a first refusal binds the party that gave it; name it"),
	choice("holders", func(v *aRefusal) *[]offtake.Holder { return &v.Holders }, listOf(holder), "who may match, by rank", "a first refusal is somebody's right; name its holders with their ranks and weights"),
	choice("scope", func(v *aRefusal) *offtake.Scope { return &v.Scope }, scope, "the purchases it covers", whyScope),
	opt("trigger", func(v *aRefusal) *aRefusal { return v }, object("trigger", nil,
		req("bona_fide", func(v *aRefusal) *[]string { return &v.BonaFide }, setOf(freeName[string]("a quality of the offer such as written")), "what an offer must be to trigger the right"),
	), "which offers trigger it; left out, every offer in scope does").leftOut(func(v *aRefusal) bool { return v.BonaFide == nil }),
	opt("notify_within", func(v *aRefusal) *offtake.Duration { return &v.NotifyWithin }, span, "how long the grantor has to serve its notice; left out, there is no deadline"),
	choice("notice", func(v *aRefusal) *offtake.NoticeRules { return &v.Notice }, notice, "what a notice holds",
		"a holder can only match what it was told; say the contents of a notice and what an incomplete one does"),
}

// refusalWindow is how long it takes, and how several holders take turns.
var refusalWindow = []field[aRefusal]{
	choice("window", func(v *aRefusal) *aRefusal { return v }, window, "how long the holder may answer, from receipt of a complete notice; or by rank",
		"the holder has this long to answer; no law supplies a time, and days, business days and hours end at different instants"),
	opt("ranks", func(v *aRefusal) *offtake.Ranks { return &v.Ranks }, object("ranks", nil,
		choice("mode", func(v *offtake.Ranks) *string { return &v.Mode }, oneOf("sequential", "concurrent"), "whether ranks answer one after the other or in one window",
			"several holders are asked one rank after the other (sequential) or all at once (concurrent)"),
		choice("next_starts", func(v *offtake.Ranks) *string { return &v.NextStarts }, oneOf("on_deadline", "on_response"), "when the next rank's turn begins",
			"the next rank's time begins when the one before it has answered (on_response) or only at its deadline (on_deadline)"),
	), "how holders take turns; required where there are several"),
	choice("partial", func(v *aRefusal) *offtake.Partial { return &v.Partial }, oneOf(offtake.NoPartial, offtake.InLots), "whether a holder may take a part",
		"a holder takes all or nothing (none) or may take a part (lots); courts are divided where the words are silent"),
	opt("lot", func(v *aRefusal) *int64 { return &v.Lot }, quantity, "accelerators that go together under partial: lots; left out, the accelerator's own lot"),
	choice("all_or_none", func(v *aRefusal) *bool { return &v.AllOrNone }, yesNo, "true: acceptances that together fall short of the whole are all forfeited",
		"where the holders together take less than everything, they may keep what they took (false) or lose it (true)"),
	opt("undersubscription", func(v *aRefusal) *offtake.Duration { return &v.Undersubscribed }, span, "a further round for holders that took their full share; left out, there is none"),
}

// refusalMatch is what counts as matching.
var refusalMatch = []field[aRefusal]{
	choice("match", func(v *aRefusal) *offtake.Match { return &v.Match }, oneOf(offtake.ExactMatch, offtake.MaterialMatch), "how closely the holder must match",
		"a holder must match every term (exact) or all that matter, inside the tolerance (material)"),
	choice("non_cash", func(v *aRefusal) *offtake.NonCash { return &v.NonCash }, oneOf(offtake.SameNonCash, offtake.CashEquivalent, offtake.NonCashExcluded), "what becomes of consideration that is not money",
		"shares or services in the offer must be given alike (same), may be paid in money (cash_equivalent), or are left aside (excluded)"),
	choice("package", func(v *aRefusal) *offtake.PackageRule { return &v.Package },
		oneOf(offtake.WholePackage, offtake.SeverablePackage, offtake.PackageNotTriggered, offtake.PackageBarred), "what becomes of an offer bundled with other things",
		"courts make the holder take the package (whole), split it (severable), let it escape the right (not_triggered) or forbid it (barred)"),
	choice("offer_revocable", func(v *aRefusal) *offtake.Revocable { return &v.OfferRevocable }, oneOf(offtake.UntilAcceptance, offtake.Irrevocable), "until when the offer may be withdrawn",
		"a first refusal is no option: the offer may be withdrawn until it is accepted (until_acceptance), unless the words forbid it in the window (irrevocable)"),
	choice("nonconforming", func(v *aRefusal) *offtake.Nonconforming { return &v.Nonconforming }, oneOf(offtake.NonconformingIgnored, offtake.NonconformingTerminates), "what an acceptance with conditions does",
		"an acceptance on other terms may be as if never made (ignored), or a rejection that ends the holder's turn (terminates)"),
}

// refusalAfter is what follows: signing, delivery, release, and the odd cases.
var refusalAfter = []field[aRefusal]{
	choice("definitive_within", func(v *aRefusal) *offtake.Duration { return &v.Definitive }, span, "how long after being bound to sign",
		"a holder that has matched must sign within this time, or its part lapses"),
	opt("delivery_gate", func(v *aRefusal) *bool { return &v.DeliveryGate }, yesNo, "true: fulfilled on delivery, not on signature; left out, false"),
	opt("delivery_grace", func(v *aRefusal) *offtake.Duration { return &v.DeliveryGrace }, span, "required with delivery_gate: undelivered this long after the noticed delivery, the part lapses"),
	choice("tail", func(v *aRefusal) *offtake.Tail { return &v.Tail }, tail, "how long the third party may be signed and closed after release",
		"a release does not last for ever: say by when the third party must sign (sign_by, from release) and close (close_by, from signature)"),
	opt("tolerance", func(v *aRefusal) *[]offtake.Tolerance { return &v.Tolerance }, tolerance, "how much better each dimension may become without a new notice, the bound itself inside; left out, not at all"),
	opt("retrigger_window", func(v *aRefusal) *offtake.Duration { return &v.Retrigger }, span, "the window after a materially changed offer; left out, the full window"),
	choice("survival", func(v *aRefusal) *offtake.Survival { return &v.Survival }, oneOf(offtake.OneShot, offtake.Continuing), "whether a right passed over lives on",
		"a right that was not exercised is spent (one_shot) or returns for the next offer (continuing); courts hold it spent unless the words say otherwise"),
	opt("aggregation", func(v *aRefusal) *offtake.Aggregation { return &v.Aggregation }, object("aggregation", nil,
		req("window", func(v *offtake.Aggregation) *offtake.Duration { return &v.Window }, span, "deals within this time count as one"),
		opt("affiliates", func(v *offtake.Aggregation) *bool { return &v.Affiliates }, yesNo, "true: deals with affiliates count as well; left out, false"),
	), "deals split to stay under a threshold count as one; left out, each stands alone"),
	opt("tolling", func(v *aRefusal) *[]string { return &v.Tolling }, setOf(freeName[string]("a cause such as force_majeure")), "the causes that suspend the clock; left out, none does"),
	opt("determiner", func(v *aRefusal) *offtake.PartyName { return &v.Determiner }, aParty, "who decides what no clock may decide; left out, the grantor and every holder sign"),
	opt("subject_to", func(v *aRefusal) *offtake.ClauseRef { return &v.SubjectTo }, clauseRef("first_refusal"), "the first refusal that must be cleared before this one opens"),
	opt("time", func(v *aRefusal) *offtake.TimeRules { return &v.Time }, timeRules, "how time is counted; left out, by the agreement's calendar with its cut-off, the day of receipt excluded, without rolling"),
}

var holder = object("holder", nil,
	req("party", func(v *offtake.Holder) *offtake.PartyName { return &v.Party }, aParty, "who holds the right"),
	opt("provider", func(v *offtake.Holder) *offtake.ProviderName { return &v.Provider }, aProvider, "where it would supply from; required on the supply side"),
	opt("rank", func(v *offtake.Holder) *int { return &v.Rank }, whole(1, 1000), "1 answers first; required where there are several holders, 1 otherwise"),
	opt("weight", func(v *offtake.Holder) *int64 { return &v.Weight }, whole[int64](1, 1_000_000), "its share among its rank; required where there are several holders, 1 otherwise"),
	choice("assignable", func(v *offtake.Holder) *string { return &v.Assignable }, oneOf("personal", "affiliates", "free"), "to whom the right may pass",
		"a right of first refusal stays with its holder (personal), may pass to its affiliates, or to anyone (free); courts presume it personal, contracts often differ"),
)

var notice = object("notice", checkNotice,
	choice("contents", func(v *offtake.NoticeRules) *[]offtake.Content { return &v.Contents }, setOf(freeName[offtake.Content]("a content such as price")), "what a notice must disclose",
		"a window starts only with a complete notice; say what completes it"),
	choice("deficiency", func(v *offtake.NoticeRules) *offtake.Deficiency { return &v.Deficiency }, oneOf(offtake.Strict, offtake.InquiryDuty), "what an incomplete notice does",
		"an incomplete notice starts no window (strict), or starts one unless the holder objects in time (inquiry_duty)"),
	opt("objection_within", func(v *offtake.NoticeRules) *offtake.Duration { return &v.ObjectionWithin }, span, "how long the holder may object; required with inquiry_duty"),
)

func checkNotice(r *reader, n *yaml.Node, v *offtake.NoticeRules) {
	within := value(n, "objection_within")
	switch {
	case v.Deficiency == offtake.InquiryDuty && within == nil:
		r.unchosen(n, "notice", "objection_within", span.want, "with deficiency: inquiry_duty an incomplete notice counts unless the holder objects; say within what time")
	case v.Deficiency == offtake.Strict && within != nil:
		r.wrong(within, "contradiction", "objection_within has no meaning with deficiency: strict, where an incomplete notice starts no window")
	}
	for i, c := range v.Contents {
		if !slices.Contains(contents, string(c)) {
			r.note(r.pos(at(n, "contents").Content[i]), "unknown-content", "content %q is none of those that terms usually have: %s", c, listed(contents, 40))
		}
	}
}

// measured are the dimensions in which an offer can become better by degrees.
var measured = []string{"price", "take_or_pay", "minimum", "term", "prepayment", "quantity", "delivery", "service_level",
	"credits", "damages", "liability_cap", "substitution", "relocation", "equity"}

// contents are the words a notice usually discloses.
var contents = append(slices.Clone(measured), "provider", "accelerator", "region", "site", "purpose", "party", "expires", "extras", "offer_copy")

var tolerance = sorted(entriesOf("tolerance", shape[offtake.Tolerance]{
	want: part.want,
	read: func(r *reader, n *yaml.Node, v *offtake.Tolerance) {
		if !slices.Contains(measured, v.Dimension) && !r.full() {
			r.report(offtake.Finding{Pos: r.pos(n), Code: "unknown-key", Hint: didYouMean(v.Dimension, measured),
				Message: "dimension " + strconv.Quote(clip(v.Dimension)) + " of tolerance is not one that changes by degrees; expected " + listed(measured, 40)})
		}
		part.read(r, n, &v.Within)
	},
	write:  func(v offtake.Tolerance) *yaml.Node { return part.write(v.Within) },
	schema: part.schema,
}, func(v *offtake.Tolerance) *string { return &v.Dimension }, nil),
	func(a, b offtake.Tolerance) int { return cmp.Compare(a.Dimension, b.Dimension) })

// sorted keeps what is read in one order, whatever the order of the text.
func sorted[T any](s shape[[]T], less func(a, b T) int) shape[[]T] {
	read := s.read
	s.read = func(r *reader, n *yaml.Node, v *[]T) {
		read(r, n, v)
		slices.SortStableFunc(*v, less)
	}
	return s
}

// window is one duration, or one for each rank.
var window = shape[aRefusal]{
	want: span.want + ", or one for each rank such as {1: P15D, 2: P10D}",
	read: func(r *reader, n *yaml.Node, v *aRefusal) {
		if n.Kind != yaml.MappingNode {
			span.read(r, n, &v.Window)
			return
		}
		v.WindowByRank = make(map[int]offtake.Duration)
		for i := 0; i+1 < len(n.Content); i += 2 {
			var rank int
			var d offtake.Duration
			whole(1, 1000).read(r, n.Content[i], &rank)
			span.read(r, n.Content[i+1], &d)
			if _, twice := v.WindowByRank[rank]; twice && rank > 0 {
				r.wrong(n.Content[i], "duplicate-key", "rank %d has two windows", rank)
			}
			v.WindowByRank[rank] = d
		}
	},
	write: func(v aRefusal) *yaml.Node {
		if v.WindowByRank == nil {
			return span.write(v.Window)
		}
		n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		for _, rank := range ranksOf(v.WindowByRank) {
			n.Content = append(n.Content, word(strconv.Itoa(rank)), span.write(v.WindowByRank[rank]))
		}
		return n
	},
	schema: func(d *defs) *jsonschema.Schema {
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{span.schema(d),
			{Type: "object", PropertyNames: &jsonschema.Schema{Pattern: "^[1-9][0-9]{0,3}$"}, AdditionalProperties: span.schema(d)}}}
	},
}

func ranksOf(m map[int]offtake.Duration) []int {
	out := make([]int, 0, len(m))
	for rank := range m {
		out = append(out, rank)
	}
	slices.Sort(out)
	return out
}

var timeRules = object("time", nil,
	opt("calendar", func(v *offtake.TimeRules) *offtake.CalendarName { return &v.Calendar }, named[offtake.CalendarName](calendar), "whose business days count; left out, the agreement's"),
	opt("count_first", func(v *offtake.TimeRules) *bool { return &v.CountFirst }, yesNo, "true: the day of receipt is the first day counted; left out, false"),
	opt("roll", func(v *offtake.TimeRules) *offtake.Roll { return &v.Roll }, roll, "following: a deadline on a day that is no business day moves to the next one; left out, none"),
	opt("cutoff", func(v *offtake.TimeRules) *offtake.TimeOfDay { return &v.Cutoff }, clockTime, "the time of day after which a notice counts for the next; wins over the calendar's"),
)

var roll = leaf("one of none, following", func(s string) (offtake.Roll, error) {
	switch s {
	case "none":
		return offtake.RollNone, nil
	case "following":
		return offtake.RollFollowing, nil
	}
	return 0, offtake.Refuse(offtake.Invalid, "roll %q is not known", clip(s))
}, func(v offtake.Roll) *yaml.Node { return word([...]string{"none", "following"}[min(v, 1)]) },
	&jsonschema.Schema{Type: "string", Enum: []any{"none", "following"}})

func checkRefusal(r *reader, n *yaml.Node, v *aRefusal) {
	checkHolders(r, n, v)
	grace := value(n, "delivery_grace")
	switch {
	case v.DeliveryGate && grace == nil:
		r.unchosen(n, "first_refusal", "delivery_grace", span.want, "with delivery_gate the part lapses when it is undelivered for too long; say for how long")
	case !v.DeliveryGate && grace != nil:
		r.wrong(grace, "contradiction", "delivery_grace has no meaning without delivery_gate: true")
	}
	if lot := value(n, "lot"); lot != nil && v.Partial == offtake.NoPartial {
		r.wrong(lot, "contradiction", "lot has no meaning with partial: none")
	}
	if !v.SubjectTo.IsZero() && v.SubjectTo == r.here() {
		r.wrong(at(n, "subject_to"), "refers-to-itself", "first refusal %q is subject to itself", v.SubjectTo)
	}
}

func checkHolders(r *reader, n *yaml.Node, v *aRefusal) {
	holders := at(n, "holders")
	if holders.Kind != yaml.SequenceNode {
		return
	}
	several := len(v.Holders) > 1
	if several && value(n, "ranks") == nil {
		r.unchosen(n, "first_refusal", "ranks", "a group of keys (mode, next_starts)",
			"several holders are asked one rank after the other (sequential) or all at once (concurrent), and the next rank starts on_deadline or on_response")
	}
	parties := make(map[offtake.PartyName]bool)
	for i := range v.Holders {
		h, place := &v.Holders[i], holders.Content[i]
		for _, key := range []string{"rank", "weight"} {
			if several && value(place, key) == nil {
				r.unchosen(place, "holder", key, "a whole number from 1", "several holders are served by rank, and inside a rank by weight; neither goes without saying")
			}
		}
		if v.Direction == offtake.SupplySide && value(place, "provider") == nil {
			r.missing(place, "holder", "provider", aProvider.want, "on the supply side matching means delivering; say where the holder would supply from")
		}
		if parties[h.Party] && h.Party != "" {
			r.wrong(at(place, "party"), "duplicate", "holder %q is listed twice", h.Party)
		}
		if h.Party != "" && h.Party == v.Grantor {
			r.wrong(at(place, "party"), "same-party", "holder %q is the grantor, who needs no right against itself", h.Party)
		}
		parties[h.Party] = true
		h.Rank, h.Weight = max(h.Rank, 1), max(h.Weight, 1)
	}
	checkRanks(r, n, v, holders)
	slices.SortStableFunc(v.Holders, func(a, b offtake.Holder) int { return cmp.Compare(a.Rank, b.Rank) })
}

// checkRanks refuses gaps: ranks are 1, 2, 3 and so on, and each has a window.
func checkRanks(r *reader, n *yaml.Node, v *aRefusal, holders *yaml.Node) {
	used := make(map[int]bool)
	for _, h := range v.Holders {
		used[h.Rank] = true
	}
	for i, h := range v.Holders {
		if h.Rank > 1 && !used[h.Rank-1] {
			r.wrong(at(holders.Content[i], "rank"), "rank-gap", "rank %d has no rank %d before it; ranks are 1, 2, 3 and so on", h.Rank, h.Rank-1)
		}
	}
	if v.WindowByRank == nil {
		return
	}
	for _, h := range v.Holders {
		if _, ok := v.WindowByRank[h.Rank]; !ok && used[h.Rank] {
			r.wrong(at(n, "window"), "missing-field", "window says nothing of rank %d", h.Rank)
			used[h.Rank] = false
		}
	}
	for _, rank := range ranksOf(v.WindowByRank) {
		if _, ok := used[rank]; !ok && rank > 0 {
			r.wrong(at(n, "window"), "undeclared", "window names rank %d, which no holder has", rank)
		}
	}
}

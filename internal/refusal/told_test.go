package refusal_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
)

// told writes a clause and a log as the written cases of testdata do, so that a
// log that was drawn can be kept as a case.
func told(right offtake.FirstRefusal, acts []offtake.Act) string {
	var s strings.Builder
	s.WriteString("\nclause " + strings.Join(toldClause(right), " ") + "\n")
	cal, _ := docket.Calendars.Get("us-business")
	for _, a := range acts {
		at := strings.TrimSuffix(strings.TrimRight(a.At.In(cal.Location()).Format("2006-01-02T15:04:05.000000000"), "0"), ".")
		fmt.Fprintf(&s, "%s %s %s", strings.TrimSuffix(at, ":"), a.By, a.Deed.Name())
		for _, w := range toldDeed(a.Deed) {
			s.WriteString(" " + w)
		}
		s.WriteString("\n")
	}
	return s.String()
}

func toldClause(f offtake.FirstRefusal) (words []string) {
	say := func(key string, value any, usual string) {
		if v := fmt.Sprint(value); v != usual {
			words = append(words, key+"="+v)
		}
	}
	var holders, required []string
	for _, h := range f.Holders {
		holders = append(holders, fmt.Sprintf("%s:%d:%d:%s", h.Party, h.Rank, h.Weight, h.Assignable))
	}
	for _, c := range f.Notice.Contents {
		required = append(required, string(c))
	}
	say("direction", f.Direction, "supply_side")
	say("holders", strings.Join(holders, ","), "")
	say("mode", f.Ranks.Mode, "")
	say("next_starts", f.Ranks.NextStarts, "")
	say("window", f.Window, "P15BD")
	if f.WindowByRank != nil {
		say("windows", fmt.Sprintf("%s,%s", f.WindowByRank[1], f.WindowByRank[2]), "")
	}
	say("notify_within", f.NotifyWithin, "P5D")
	say("contents", strings.Join(required, ","), "")
	say("deficiency", f.Notice.Deficiency, "strict")
	say("objection", f.Notice.ObjectionWithin, "")
	say("partial", f.Partial, "none")
	say("lot", f.Lot, "0")
	say("all_or_none", f.AllOrNone, "false")
	say("undersubscription", f.Undersubscribed, "")
	say("match", f.Match, "exact")
	say("package", f.Package, "whole")
	say("non_cash", f.NonCash, "same")
	say("revocable", f.OfferRevocable, "until_acceptance")
	say("nonconforming", f.Nonconforming, "ignored")
	say("definitive", f.Definitive, "P20BD")
	say("delivery_grace", f.DeliveryGrace, "")
	say("sign_by", f.Tail.SignBy, "P90D")
	say("close_by", f.Tail.CloseBy, "P30D")
	for _, t := range f.Tolerance {
		say("tolerance", t.Dimension+":"+t.Within.String(), "")
	}
	say("retrigger", f.Retrigger, "")
	say("survival", f.Survival, "continuing")
	say("tolling", strings.Join(f.Tolling, ","), "")
	say("determiner", f.Determiner, "")
	say("bona_fide", strings.Join(f.BonaFide, ","), "")
	say("at_least", f.Scope.Quantity.AtLeast, "0")
	for _, site := range f.Scope.Sites {
		say("site", site, "")
	}
	say("cutoff", f.Time.Cutoff, "")
	say("count_first", f.Time.CountFirst, "false")
	say("roll", f.Time.Roll, "0")
	return words
}

func toldDeed(d offtake.Deed) []string {
	switch d := d.(type) {
	case offtake.OfferReceive:
		return toldTerms(d.Terms, docket.Offer())
	case offtake.OfferRevise:
		return toldTerms(d.Terms, offtake.OfferTerms{})
	case offtake.NoticeServe:
		words := []string{}
		if !slices.Contains(d.Contents, "price") {
			words = append(words, "without=price")
		}
		if d.To != nil {
			words = append(words, "to="+parties(d.To))
		}
		return words
	case offtake.Accept:
		words := toldTerms(d.Terms, offtake.OfferTerms{})
		if d.Quantity != 0 {
			words = append(words, fmt.Sprint("quantity=", d.Quantity))
		}
		if d.Extras != nil {
			words = append(words, "extras=none")
		}
		if d.Conditions != nil {
			words = append(words, "condition=board")
		}
		return words
	case offtake.ThirdPartySign:
		words := toldTerms(d.Terms, offtake.OfferTerms{})
		if d.Conditional {
			words = append(words, "conditional=true")
		}
		return words
	}
	return toldFurther(d)
}

func toldFurther(d offtake.Deed) []string {
	bound := func(party offtake.PartyName, n int64) []string {
		return said("party", party, "quantity", n)
	}
	switch d := d.(type) {
	case offtake.NoticeObject:
		if len(d.Missing) > 0 {
			return said("missing", d.Missing[0])
		}
		return said("question", d.Question)
	case offtake.DefinitiveSign:
		return bound(d.Party, d.Quantity)
	case offtake.Deliver:
		return bound(d.Party, d.Quantity)
	case offtake.HolderDefault:
		return bound(d.Party, d.Quantity)
	case offtake.RegulatorRefuse:
		return bound(d.Party, d.Quantity)
	case offtake.Toll:
		return said("cause", d.Cause)
	case offtake.Resume:
		return said("cause", d.Cause)
	case offtake.ExtendDeadline:
		return said("deadline", d.Deadline, "until", d.Until, "signed_by", parties(d.SignedBy))
	case offtake.Assign:
		return said("to", d.To)
	case offtake.Determine:
		return said("question", d.Question, "answer", d.Answer, "signed_by", parties(d.SignedBy))
	}
	return nil
}

// said writes pairs of a key and a value, leaving out what is empty or zero.
func said(pairs ...any) (words []string) {
	for i := 0; i < len(pairs); i += 2 {
		if v := fmt.Sprint(pairs[i+1]); v != "" && v != "0" {
			words = append(words, fmt.Sprint(pairs[i], "=", v))
		}
	}
	return words
}

func parties(ps []offtake.PartyName) string {
	var names []string
	for _, p := range ps {
		names = append(names, string(p))
	}
	return strings.Join(names, ",")
}

// toldTerms writes what terms say otherwise than the usual ones.
func toldTerms(o, usual offtake.OfferTerms) (words []string) {
	say := func(key, value, usual string) {
		if value != usual {
			words = append(words, key+"="+strings.ReplaceAll(value, " ", "_"))
		}
	}
	say("provider", string(o.Provider), string(usual.Provider))
	say("accelerator", string(o.Accelerator), string(usual.Accelerator))
	say("quantity", fmt.Sprint(o.Quantity), fmt.Sprint(usual.Quantity))
	say("site", string(o.Site), string(usual.Site))
	if o.Price.Currency() != "" {
		say("price", o.Price.String(), usual.Price.String())
	}
	say("term", o.Term.String(), usual.Term.String())
	say("delivery", o.Delivery.String(), usual.Delivery.String())
	say("expires", o.Expires.String(), "")
	say("bona_fide", strings.Join(o.BonaFide, ","), "")
	if o.AllOrNone != offtake.NotStated {
		say("all_or_none", fmt.Sprint(o.AllOrNone.Yes()), "")
	}
	for _, x := range o.Other {
		say(x.Key, x.Value.String(), "")
	}
	for _, x := range o.Extras {
		v := x.Name
		if x.Burdened != offtake.NotStated || x.Value.Currency() != "" {
			v += map[offtake.Stated]string{offtake.StatedNo: ":free", offtake.StatedYes: ":burdened", offtake.NotStated: ":unsaid"}[x.Burdened]
		}
		if x.Value.Currency() != "" {
			v += ":" + x.Value.String()
		}
		say("extra", v, "")
	}
	return words
}

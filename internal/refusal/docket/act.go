package docket

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/offtake-dev/offtake"
)

// ReadAct reads one act of a case, the nth: when, who, what, and more in pairs.
func ReadAct(n int, line string) (a offtake.Act, err error) {
	words := strings.Fields(line)
	if len(words) < 3 {
		return a, fmt.Errorf("an act says when, who and what")
	}
	if a.At, err = Instant(words[0]); err != nil {
		return a, err
	}
	f, err := pairs(words[3:])
	if err != nil {
		return a, err
	}
	a.By = offtake.PartyName(words[1])
	a.ID = offtake.ActID(cmp.Or(f.take("id"), "a"+strconv.Itoa(n)))
	if a.Opportunity = offtake.OpportunityID(cmp.Or(f.take("on"), string(opportunity))); a.Opportunity == "none" {
		a.Opportunity = ""
	}
	if name := f.take("under"); name != "" {
		a.Clause = ref(name)
	}
	if a.Deed = f.deed(words[2]); a.Deed == nil {
		return a, fmt.Errorf("no act %q", words[2])
	}
	return a, f.over()
}

// A form is what an act says in pairs, and what was wrong with it.
type form struct {
	said map[string]string
	err  error
}

func pairs(words []string) (*form, error) {
	f := &form{said: map[string]string{}}
	for _, w := range words {
		key, v, ok := strings.Cut(w, "=")
		if _, twice := f.said[key]; !ok || twice {
			return nil, fmt.Errorf("%q is no key=value, or comes twice", w)
		}
		f.said[key] = v
	}
	return f, nil
}

// over gives what was wrong, or what nobody asked for.
func (f *form) over() error {
	if f.err != nil {
		return f.err
	}
	for key := range f.said {
		return fmt.Errorf("the act has no %q", key)
	}
	return nil
}

func (f *form) take(key string) string {
	v := f.said[key]
	delete(f.said, key)
	return v
}

func (f *form) text(key string) string { return strings.ReplaceAll(f.take(key), "_", " ") }

// read takes a value by the way the language reads it; unset where it is not said.
func read[T any](f *form, key string, parse func(string) (T, error)) (v T) {
	s := f.text(key)
	if s == "" {
		return v
	}
	v, err := parse(s)
	f.err = cmp.Or(f.err, err)
	return v
}

func number(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }

func (f *form) deed(name string) offtake.Deed {
	switch name {
	case "offer.receive":
		terms := Offer().Revised(f.terms())
		switch f.take("without") {
		case "site":
			terms.Site = ""
		case "provider":
			terms.Provider = ""
		}
		return offtake.OfferReceive{Terms: terms}
	case "offer.revise":
		return offtake.OfferRevise{Terms: f.terms()}
	case "offer.withdraw":
		return offtake.OfferWithdraw{}
	case "notice.serve":
		return f.notice()
	case "accept":
		return f.accept()
	case "refuse":
		return offtake.Decline{Reason: f.take("reason")}
	case "definitive.sign":
		return offtake.DefinitiveSign{Party: f.party(), Quantity: read(f, "quantity", number)}
	case "deliver":
		return offtake.Deliver{Party: f.party(), Quantity: read(f, "quantity", number)}
	case "holder.default":
		return offtake.HolderDefault{Party: f.party(), Quantity: read(f, "quantity", number)}
	case "regulator.refuse":
		return offtake.RegulatorRefuse{Party: f.party(), Quantity: read(f, "quantity", number)}
	case "third_party.sign":
		conditional := f.take("conditional") == "true"
		return offtake.ThirdPartySign{Terms: f.terms(), Conditional: conditional}
	case "third_party.close":
		return offtake.ThirdPartyClose{}
	}
	if deed := f.rarer(name); deed != nil {
		return deed
	}
	return f.first(name)
}

func (f *form) rarer(name string) offtake.Deed {
	switch name {
	case "notice.object":
		return offtake.NoticeObject{Question: offtake.Doubt(f.take("question")), Missing: list[offtake.Content](f.take("missing"))}
	case "toll":
		return offtake.Toll{Cause: f.take("cause")}
	case "resume":
		return offtake.Resume{Cause: f.take("cause")}
	case "extend":
		return offtake.ExtendDeadline{Deadline: offtake.DeadlineName(f.take("deadline")), Until: read(f, "until", offtake.ParseWhen), SignedBy: f.signed()}
	case "assign":
		return offtake.Assign{To: offtake.PartyName(f.take("to"))}
	case "determine":
		return offtake.Determine{Question: offtake.Doubt(f.take("question")), Answer: offtake.InFavour(f.take("answer")), SignedBy: f.signed()}
	case "amend":
		return offtake.Amend{Agreement: cmp.Or(offtake.AgreementName(f.take("agreement")), Agreement), Amendment: offtake.AmendmentName(f.take("amendment"))}
	case "evidence":
		return offtake.Evidence{Of: offtake.ActID(f.take("of")), Received: read(f, "received", Instant)}
	case "purpose.reading":
		return offtake.PurposeReading{WindowEnd: read(f, "window_end", offtake.ParseWhen), Shares: f.shares()}
	}
	return nil
}

func (f *form) party() offtake.PartyName { return offtake.PartyName(f.take("party")) }

func (f *form) signed() []offtake.PartyName { return list[offtake.PartyName](f.take("signed_by")) }

// shares takes what is said of each purpose of the world.
func (f *form) shares() (all []offtake.PurposeShare) {
	for _, p := range []string{"mining", "product", "training"} {
		if _, said := f.said[p]; said {
			all = append(all, offtake.PurposeShare{Purpose: offtake.Purpose(p), Share: read(f, p, offtake.ParsePercent)})
		}
	}
	return all
}

// notice tells all of the plain contents to every holder, but for what the case
// leaves out or adds.
func (f *form) notice() offtake.Deed {
	n := offtake.NoticeServe{To: list[offtake.PartyName](f.take("to"))}
	without := list[offtake.Content](f.take("without"))
	for _, c := range slices.Concat(Plain().Notice.Contents, list[offtake.Content](f.take("also"))) {
		if !slices.Contains(without, c) {
			n.Contents = append(n.Contents, c)
		}
	}
	return n
}

func (f *form) accept() offtake.Deed {
	a := offtake.Accept{Terms: f.terms()}
	a.Quantity, a.Terms.Quantity = a.Terms.Quantity, 0
	if c := f.text("condition"); c != "" {
		a.Conditions = []string{c}
	}
	if x, said := f.said["extras"]; said {
		f.take("extras")
		a.Extras = []string{}
		if x != "none" {
			a.Extras = list[string](x)
		}
	}
	return a
}

// Offer is the offer of a case that says nothing else.
func Offer() offtake.OfferTerms {
	return offtake.OfferTerms{
		Provider: "oci", Accelerator: "gb200", Quantity: 1008, Region: "us-south", Site: "abilene", Price: must(offtake.ParseMoney("USD 8.00")),
		Term: duration("P5Y"), Delivery: date("2026-01-01"), Purposes: []offtake.Purpose{"training"},
	}
}

// further are the terms that a case may say and that have no field.
var further = []string{
	offtake.TermMinimum, offtake.TermTakeOrPay, offtake.TermPrepayment, offtake.TermServiceLevel, offtake.TermCredits, offtake.TermDamages,
	offtake.TermLiability, offtake.TermSubstitution, offtake.TermRelocation, offtake.TermEquity, "exclusive_marketing",
}

// terms takes what is said of an offer.
func (f *form) terms() (o offtake.OfferTerms) {
	o.Provider = offtake.ProviderName(f.take("provider"))
	o.Party = f.party()
	o.Accelerator = offtake.Accelerator(f.take("accelerator"))
	o.Region = offtake.Region(f.take("region"))
	o.Site = offtake.Site(f.take("site"))
	o.Purposes = list[offtake.Purpose](f.take("purpose"))
	o.Quantity = read(f, "quantity", number)
	o.Price = read(f, "price", offtake.ParseMoney)
	o.Term = read(f, "term", offtake.ParseDuration)
	o.Delivery = read(f, "delivery", offtake.ParseWhen)
	o.Expires = read(f, "expires", offtake.ParseWhen)
	o.BonaFide = list[string](f.take("bona_fide"))
	if v := f.take("all_or_none"); v != "" {
		o.AllOrNone = offtake.State(v == "true")
	}
	if v := f.take("extra"); v != "" {
		o.Extras = []offtake.Extra{f.extra(v)}
	}
	for _, key := range further {
		if _, said := f.said[key]; said {
			o.Other = append(o.Other, offtake.OtherTerm{Key: key, Value: read(f, key, offtake.ParseFigure)})
		}
	}
	slices.SortFunc(o.Other, func(a, b offtake.OtherTerm) int { return cmp.Compare(a.Key, b.Key) })
	return o
}

// extra reads storage; or storage:free:USD_1M, which is not burdened and has
// that value.
func (f *form) extra(v string) offtake.Extra {
	name, rest, _ := strings.Cut(v, ":")
	x := offtake.Extra{Name: name}
	is, value, _ := strings.Cut(rest, ":")
	if is != "" {
		x.Burdened = offtake.State(is != "free")
	}
	if value != "" {
		var err error
		x.Value, err = offtake.ParseMoney(strings.ReplaceAll(value, "_", " "))
		f.err = cmp.Or(f.err, err)
	}
	return x
}

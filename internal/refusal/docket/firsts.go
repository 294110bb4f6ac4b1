package docket

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/offtake-dev/offtake"
)

// PlainOffer is the first offer of a case that says nothing else: microsoft is
// asked before the market is. All numbers are invented.
func PlainOffer() offtake.FirstOffer {
	return offtake.FirstOffer{
		Holder: "microsoft", Window: duration("P10BD"),
		Tail: offtake.Tail{SignBy: duration("P60D"), CloseBy: duration("P30D")},
	}
}

// PlainPlacement is the first placement of a case that says nothing else: what
// openai ships, ships on azure first. All numbers are invented.
func PlainPlacement() offtake.FirstPlacement {
	return offtake.FirstPlacement{Provider: "azure", HeadStart: duration("P30D")}
}

// plain gives a clause that says nothing but its kind.
func plain(kind string) (offtake.Body, error) {
	switch kind {
	case "first_refusal":
		return Plain(), nil
	case "first_offer":
		return PlainOffer(), nil
	case "first_placement":
		return PlainPlacement(), nil
	}
	return nil, fmt.Errorf("no clause of the kind %q", kind)
}

// Change gives a clause that says one thing otherwise: window=P5BD.
func Change(b offtake.Body, kv string) (offtake.Body, error) {
	switch body := b.(type) {
	case offtake.FirstRefusal:
		err := Set(&body, kv)
		return body, err
	case offtake.FirstOffer:
		err := setOffer(&body, kv)
		return body, err
	case offtake.FirstPlacement:
		err := setPlacement(&body, kv)
		return body, err
	}
	return b, fmt.Errorf("a clause of the kind %s cannot be changed", b.Kind())
}

func setOffer(f *offtake.FirstOffer, kv string) (err error) {
	key, v, _ := strings.Cut(kv, "=")
	switch key {
	case "holder":
		f.Holder = offtake.PartyName(v)
	case "window":
		f.Window, err = offtake.ParseDuration(v)
	case "floor":
		f.Floor = offtake.Money{}
		if v != "" {
			f.Floor, err = offtake.ParseMoney(strings.ReplaceAll(v, "_", " "))
		}
	case "sign_by":
		f.Tail.SignBy, err = offtake.ParseDuration(v)
	case "close_by":
		f.Tail.CloseBy, err = offtake.ParseDuration(v)
	case "at_least":
		f.Scope.Quantity.AtLeast, err = strconv.ParseInt(v, 10, 64)
	case "site":
		f.Scope.Sites = list[offtake.Site](v)
	default:
		err = fmt.Errorf("no first_offer field %q", key)
	}
	return err
}

func setPlacement(f *offtake.FirstPlacement, kv string) (err error) {
	key, v, _ := strings.Cut(kv, "=")
	switch key {
	case "provider":
		f.Provider = offtake.ProviderName(v)
	case "head_start":
		f.HeadStart, err = offtake.ParseDuration(v)
	case "products":
		f.Scope.Products = list[offtake.Product](v)
	case "elsewhere":
		f.Scope.Providers = list[offtake.ProviderName](v)
	case "declared_by":
		f.Unless.By = offtake.PartyName(v)
	case "statements":
		f.Unless.Statements = list[offtake.Says](v)
	default:
		err = fmt.Errorf("no first_placement field %q", key)
	}
	return err
}

// another reads "junior subject_to=new", or "asked first_offer holder=crusoe".
func (c *Case) another(words []string) error {
	kind, said := "first_refusal", words[1:]
	if len(said) > 0 && !strings.Contains(said[0], "=") {
		kind, said = said[0], said[1:]
	}
	body, err := plain(kind)
	if err != nil {
		return err
	}
	further := clause(offtake.ClauseName(words[0]), body)
	err = set(&further, said)
	c.Clauses = append(c.Clauses, further)
	return err
}

// statement reads "cannot at=2025-05-01 by=microsoft says=cannot_support products=api",
// of the case's own clause or of=NAME: what the book says was declared.
func (c *Case) statement(words []string) (err error) {
	s := offtake.Statement{Name: words[0], Of: ref("new")}
	for _, w := range words[1:] {
		key, v, _ := strings.Cut(w, "=")
		switch key {
		case "of":
			s.Of = ref(v)
		case "at":
			s.At, err = offtake.ParseWhen(v)
		case "by":
			s.By = offtake.PartyName(v)
		case "says":
			s.Says = offtake.Says(v)
		case "products":
			s.Products = list[offtake.Product](v)
		default:
			err = fmt.Errorf("no statement field %q", key)
		}
		if err != nil {
			return err
		}
	}
	c.Statements = append(c.Statements, s)
	return nil
}

// first reads the acts of first offers and first placements.
func (f *form) first(name string) offtake.Deed {
	switch name {
	case "offer.invite":
		return f.invitation()
	case "offer.make":
		return offtake.OfferMake{Terms: f.terms()}
	case "product.announce":
		return offtake.ProductAnnounce{Product: offtake.Product(f.take("product"))}
	case "product.ship":
		return offtake.ProductShip{Provider: offtake.ProviderName(f.take("provider"))}
	case "product.drop":
		return offtake.ProductDrop{}
	case "declare":
		return offtake.Declare{Says: offtake.Says(f.take("says"))}
	}
	return nil
}

// Need is what is asked for in a case that says nothing else: the plain offer
// without what its holder is to say.
func Need() offtake.OfferTerms {
	t := Offer()
	t.Provider, t.Price = "", offtake.Money{}
	return t
}

// invitation asks for the plain need, but for what the case says; as=it_stands is
// for what the opportunity is about already.
func (f *form) invitation() offtake.Deed {
	need := Need()
	if f.take("as") == "it_stands" {
		need = offtake.OfferTerms{}
	}
	without := list[string](f.take("without"))
	terms := need.Revised(f.terms())
	for key, leave := range map[string]func(){
		offtake.TermSite:     func() { terms.Site = "" },
		offtake.TermTerm:     func() { terms.Term = offtake.Duration{} },
		offtake.TermDelivery: func() { terms.Delivery = offtake.When{} },
		offtake.TermPurpose:  func() { terms.Purposes = nil },
	} {
		if slices.Contains(without, key) {
			leave()
		}
	}
	return offtake.OfferInvite{Terms: terms}
}

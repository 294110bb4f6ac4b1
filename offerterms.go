package offtake

import (
	"cmp"
	"slices"
)

// OfferTerms are what an offer of capacity says. A field left at its zero value was
// not said, which is not the same as zero: no price is not a price of USD 0,
// and no bona fide marks known are not an offer known to have none.
type OfferTerms struct {
	Provider    ProviderName
	Party       PartyName // the third party; the provider's party where it is not said
	Accelerator Accelerator
	Quantity    int64
	Region      Region
	Site        Site
	Price       Money // per accelerator-hour
	Term        Duration
	Delivery    When
	Purposes    []Purpose
	Kind        OfferKind
	AllOrNone   Stated
	BonaFide    []string
	Expires     When
	Extras      []Extra
	Other       []OtherTerm // by key, each key once
}

// Stated is a yes or no that may not have been said.
type Stated uint8

// What can be said.
const (
	NotStated Stated = iota
	StatedNo
	StatedYes
)

// State makes a Stated of a yes or no that was said.
func State(yes bool) Stated {
	if yes {
		return StatedYes
	}
	return StatedNo
}

// Yes reports whether yes was said.
func (s Stated) Yes() bool { return s == StatedYes }

// An Extra is something an offer bundles with the capacity.
type Extra struct {
	Name     string
	Burdened Stated
	Value    Money // unset where none was given
}

// An OtherTerm is a term under a key without a field of its own, such as
// take_or_pay, minimum, service_level or equity.
type OtherTerm struct {
	Key   string
	Value Figure
}

// The keys of the terms. Those that have no field stand in Other.
const (
	TermProvider     = "provider"
	TermParty        = "party"
	TermAccelerator  = "accelerator"
	TermQuantity     = "quantity"
	TermRegion       = "region"
	TermSite         = "site"
	TermPrice        = "price"
	TermTerm         = "term"
	TermDelivery     = "delivery"
	TermPurpose      = "purpose"
	TermKind         = "kind"
	TermAllOrNone    = "all_or_none"
	TermBonaFide     = "bona_fide"
	TermExpires      = "expires"
	TermExtras       = "extras"
	TermTakeOrPay    = "take_or_pay"
	TermMinimum      = "minimum"
	TermPrepayment   = "prepayment"
	TermServiceLevel = "service_level"
	TermCredits      = "credits"
	TermDamages      = "damages"
	TermLiability    = "liability_cap"
	TermSubstitution = "substitution"
	TermRelocation   = "relocation"
	TermEquity       = "equity"
)

// A Figure is the value of an OtherTerm: money, a percentage, a duration or a
// number. The zero Figure is nothing at all, and counts as zero.
type Figure struct {
	Money    Money
	Percent  Percent
	Duration Duration
	Number   Factor
	Is       FigureKind
}

// FigureKind says which field of a Figure holds it.
type FigureKind uint8

// The kinds of figure.
const (
	NoFigure FigureKind = iota
	MoneyFigure
	PercentFigure
	DurationFigure
	NumberFigure
)

// ParseFigure reads "USD 1M", "99.9%", "P30D" or "2.5".
func ParseFigure(s string) (Figure, error) {
	if m, err := ParseMoney(s); err == nil {
		return Figure{Money: m, Is: MoneyFigure}, nil
	}
	if p, err := ParsePercent(s); err == nil {
		return Figure{Percent: p, Is: PercentFigure}, nil
	}
	if d, err := ParseDuration(s); err == nil {
		return Figure{Duration: d, Is: DurationFigure}, nil
	}
	if n, ok := parseFixed(s, 6); ok {
		return Figure{Number: Factor(n), Is: NumberFigure}, nil
	}
	return Figure{}, Refuse(Invalid, "value %q is not money, a percentage, a duration or a number, written as USD 1M, 99.9%%, P30D or 2.5", clip(s))
}

// String gives the figure as it is written, or "" for none.
func (f Figure) String() string {
	switch f.Is {
	case MoneyFigure:
		return f.Money.String()
	case PercentFigure:
		return f.Percent.String()
	case DurationFigure:
		return f.Duration.String()
	case NumberFigure:
		return f.Number.String()
	}
	return ""
}

// SameBut reports whether two offers are written alike, the quantity aside. Of
// those with extras or terms without a field it says that they are not.
func (t *OfferTerms) SameBut(u *OfferTerms) bool {
	return t.Provider == u.Provider && t.Party == u.Party && t.Accelerator == u.Accelerator && t.Region == u.Region && t.Site == u.Site &&
		t.Price.alike(u.Price) && t.Term == u.Term && t.Delivery == u.Delivery && sameList(t.Purposes, u.Purposes) && t.Kind == u.Kind &&
		t.AllOrNone == u.AllOrNone && sameList(t.BonaFide, u.BonaFide) && t.Expires == u.Expires &&
		t.Extras == nil && u.Extras == nil && t.Other == nil && u.Other == nil
}

// sameList: an empty list is not the same as none.
func sameList[T comparable](a, b []T) bool { return (a == nil) == (b == nil) && slices.Equal(a, b) }

// Find gives the value under a key of Other.
func (t OfferTerms) Find(key string) (Figure, bool) {
	for _, o := range t.Other {
		if o.Key == key {
			return o.Value, true
		}
	}
	return Figure{}, false
}

// Revised gives t with everything that change says put in its place.
func (t OfferTerms) Revised(change OfferTerms) OfferTerms {
	t.Provider = cmp.Or(change.Provider, t.Provider)
	t.Party = cmp.Or(change.Party, t.Party)
	t.Accelerator = cmp.Or(change.Accelerator, t.Accelerator)
	t.Quantity = cmp.Or(change.Quantity, t.Quantity)
	t.Region = cmp.Or(change.Region, t.Region)
	t.Site = cmp.Or(change.Site, t.Site)
	t.Term = cmp.Or(change.Term, t.Term)
	t.Delivery = cmp.Or(change.Delivery, t.Delivery)
	t.Kind = cmp.Or(change.Kind, t.Kind)
	t.AllOrNone = cmp.Or(change.AllOrNone, t.AllOrNone)
	t.Expires = cmp.Or(change.Expires, t.Expires)
	if change.Price.Currency() != "" {
		t.Price = change.Price
	}
	if change.Purposes != nil {
		t.Purposes = change.Purposes
	}
	if change.BonaFide != nil {
		t.BonaFide = change.BonaFide
	}
	if change.Extras != nil {
		t.Extras = change.Extras
	}
	t.Other = revisedOther(t.Other, change.Other)
	return t
}

func revisedOther(was, change []OtherTerm) []OtherTerm {
	if len(change) == 0 {
		return was
	}
	now := slices.Clone(was)
	for _, c := range change {
		i := slices.IndexFunc(now, func(o OtherTerm) bool { return o.Key == c.Key })
		if i < 0 {
			now = append(now, c)
			continue
		}
		now[i] = c
	}
	slices.SortFunc(now, func(a, b OtherTerm) int { return cmp.Compare(a.Key, b.Key) })
	return now
}

// Length gives the seconds by which durations of different units compare, see
// CompareDurations.
func (d Duration) Length() int64 { return d.seconds() }

package offtake_test

import (
	"testing"

	"github.com/offtake-dev/offtake"
)

func TestParseFigure(t *testing.T) {
	for _, c := range []struct {
		in, out string
		is      offtake.FigureKind
	}{
		{"USD 1M", "USD 1000000", offtake.MoneyFigure},
		{"99.9%", "99.9%", offtake.PercentFigure},
		{"0%", "0%", offtake.PercentFigure},
		{"P30D", "P30D", offtake.DurationFigure},
		{"2.5", "2.5", offtake.NumberFigure},
		{"0", "0", offtake.NumberFigure},
	} {
		f, err := offtake.ParseFigure(c.in)
		if err != nil || f.String() != c.out || f.Is != c.is {
			t.Errorf("ParseFigure(%q) = %s (%d), %v; want %s (%d)", c.in, f, f.Is, err, c.out, c.is)
		}
	}
	for _, in := range []string{"", "much", "-1", "1e9", "USD", "99.99999%"} {
		if f, err := offtake.ParseFigure(in); offtake.KindOf(err) != offtake.Invalid {
			t.Errorf("ParseFigure(%q) = %s, %v; want it refused", in, f, err)
		}
	}
}

// A revision changes what it says and nothing else: what was not said is not a
// zero, and a zero that was said is.
func TestRevised(t *testing.T) {
	usd := func(s string) offtake.Money {
		m, err := offtake.ParseMoney(s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	figure := func(s string) offtake.Figure {
		f, err := offtake.ParseFigure(s)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	was := offtake.OfferTerms{
		Provider: "oci", Quantity: 1008, Price: usd("USD 8.00"), AllOrNone: offtake.StatedYes, BonaFide: []string{"written"},
		Other: []offtake.OtherTerm{{Key: "equity", Value: figure("1%")}},
	}
	now := was.Revised(offtake.OfferTerms{
		Price: usd("USD 0"), AllOrNone: offtake.StatedNo, BonaFide: []string{},
		Other: []offtake.OtherTerm{{Key: "credits", Value: figure("0%")}, {Key: "equity", Value: figure("2%")}},
	})
	if now.Provider != "oci" || now.Quantity != 1008 {
		t.Errorf("what was not said changed: %+v", now)
	}
	if !now.Price.IsZero() || now.AllOrNone.Yes() || len(now.BonaFide) != 0 {
		t.Errorf("what was said did not change: %+v", now)
	}
	if len(now.Other) != 2 || now.Other[0].Key != "credits" || now.Other[1].Value != figure("2%") {
		t.Errorf("other terms are %v, want credits and 2%% equity, by key", now.Other)
	}
	if was.Other[0].Value != figure("1%") || len(was.Other) != 1 {
		t.Error("the terms before changed with the revision")
	}
	if f, ok := was.Find("credits"); ok {
		t.Errorf("found %s, which was not said", f)
	}
}

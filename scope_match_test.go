package offtake_test

import (
	"testing"

	"github.com/offtake-dev/offtake"
)

func TestAScopeCovers(t *testing.T) {
	day := func(s string) offtake.When {
		w, err := offtake.ParseWhen(s)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	long := func(s string) offtake.Duration {
		d, err := offtake.ParseDuration(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	type scope = offtake.Scope
	type facts = offtake.Facts
	type purposes = []offtake.Purpose
	year2025 := offtake.Period{From: day("2025-01-21"), Until: day("2026-01-01")}
	for _, c := range []struct {
		name  string
		scope scope
		facts facts
		want  bool
	}{
		{"everything, where it names nothing", scope{}, facts{}, true},
		{"one of its purposes", scope{Purposes: purposes{"training", "research"}}, facts{Purposes: purposes{"research"}}, true},
		{"work for two purposes of which it names one", scope{Purposes: purposes{"training"}}, facts{Purposes: purposes{"api", "training"}}, true},
		{"not another purpose", scope{Purposes: purposes{"training"}}, facts{Purposes: purposes{"api"}}, false},
		{"not a purpose nobody stated", scope{Purposes: purposes{"training"}}, facts{}, false},
		{"not a product that work has none of", scope{Products: []offtake.Product{"api"}}, facts{Absent: []offtake.Dimension{offtake.DimProduct}}, false},
		{"a region by prefix", scope{Regions: []offtake.Region{"us-*"}}, facts{Region: "us-east"}, true},
		{"a region by name", scope{Regions: []offtake.Region{"eu-west", "us-east"}}, facts{Region: "us-east"}, true},
		{"not a region whose name only begins alike", scope{Regions: []offtake.Region{"us-east"}}, facts{Region: "us-east-2"}, false},
		{"any known region by a bare star", scope{Regions: []offtake.Region{"*"}}, facts{Region: "eu-west"}, true},
		{"not an unknown region, even by a star", scope{Regions: []offtake.Region{"*"}}, facts{}, false},
		{"new capacity only", scope{Capacity: offtake.NewCapacity}, facts{Capacity: offtake.HeldCapacity}, false},
		{"what is built, not bought", scope{Route: offtake.Build}, facts{Route: offtake.Cloud}, false},
		{"a quantity at its lower bound", scope{Quantity: offtake.Bounds{AtLeast: 1000}}, facts{Quantity: 1000}, true},
		{"not a quantity below it", scope{Quantity: offtake.Bounds{AtLeast: 1000}}, facts{Quantity: 999}, false},
		{"a quantity at its upper bound", scope{Quantity: offtake.Bounds{AtMost: 1000}}, facts{Quantity: 1000}, true},
		{"not an unknown quantity", scope{Quantity: offtake.Bounds{AtMost: 1000}}, facts{}, false},
		{"a year where a year is the least", scope{Term: offtake.DurationBounds{AtLeast: long("P1Y")}}, facts{Term: long("P1Y")}, true},
		{"twelve months where a year is the least", scope{Term: offtake.DurationBounds{AtLeast: long("P1Y")}}, facts{Term: long("P12M")}, true},
		{"365 days where a year is the least", scope{Term: offtake.DurationBounds{AtLeast: long("P1Y")}}, facts{Term: long("P365D")}, true},
		{"not 52 weeks where a year is the least", scope{Term: offtake.DurationBounds{AtLeast: long("P1Y")}}, facts{Term: long("P52W")}, false},
		{"ten business days where two weeks are the most", scope{Term: offtake.DurationBounds{AtMost: long("P2W")}}, facts{Term: long("P10BD")}, true},
		{"not an hour more than two days", scope{Term: offtake.DurationBounds{AtMost: long("P2D")}}, facts{Term: long("PT49H")}, false},
		{"the first day of its period", scope{Start: year2025}, facts{Start: day("2025-01-21")}, true},
		{"not the day it ends on", scope{Start: year2025}, facts{Start: day("2026-01-01")}, false},
		{"an instant on its first day", scope{Start: year2025}, facts{Start: day("2025-01-21T00:00:00Z")}, true},
		{"not an unknown start", scope{Start: year2025}, facts{}, false},
		{"nothing, where one dimension of two does not fit",
			scope{Providers: []offtake.ProviderName{"azure"}, Accelerators: []offtake.Accelerator{"h100"}},
			facts{Provider: "azure", Accelerator: "gb200"}, false},
	} {
		if got := c.scope.Matches(c.facts); got != c.want {
			t.Errorf("a scope covers %s: Matches = %t, want %t", c.name, got, c.want)
		}
	}
}

package prices

import (
	"testing"

	"github.com/offtake-dev/offtake"
)

func TestAPriceIsDividedExactlyOrSaysThatItIsRounded(t *testing.T) {
	for _, c := range []struct {
		price   string
		by      int64
		want    string
		rounded bool
	}{
		{"98.32", 8, "USD 12.29", false},
		{"98.320000", 8, "USD 12.29", false},
		{"98.32", 1, "USD 98.32", false},
		{"8", 2, "USD 4.00", false},
		{"0.25", 16, "USD 0.015625", false},
		{"102.3587800705751", 8, "USD 12.7948475088218875", false},
		{"10", 3, "USD 3.333333", true},
		{"10.00", 3, "USD 3.33333333", true},
		{"0.000003", 6, "USD 0.0000005", false},
		{"0.0000001", 3, "USD 0.0000000333333", true},
		{"2", 3, "USD 0.666667", true},
	} {
		price, err := offtake.ParseAmount("USD", c.price)
		if err != nil {
			t.Fatal(err)
		}
		if got, rounded := divide(price, c.by); got.String() != c.want || rounded != c.rounded {
			t.Errorf("divide(%s, %d) = %s, %t, want %s, %t", c.price, c.by, got, rounded, c.want, c.rounded)
		}
	}
}

// Every machine is made of an accelerator that the catalogue declares.
func TestEveryMachineIsInTheCatalogue(t *testing.T) {
	known := map[offtake.Accelerator]bool{}
	for _, a := range Catalogue {
		known[a.Name] = true
	}
	for _, table := range []map[string]machine{azureMachines, awsMachines, gcpMachines, ociParts} {
		for name, m := range table {
			if !known[m.accelerator] || (m.count > 0) == (m.part != "") {
				t.Errorf("%s is %d of %q, part %q", name, m.count, m.accelerator, m.part)
			}
		}
	}
}

package offtake_test

import (
	"testing"

	"github.com/offtake-dev/offtake"
	"pgregory.net/rapid"
)

func money(t testing.TB, s string) offtake.Money {
	t.Helper()
	m, err := offtake.ParseMoney(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAnAccrualRoundsOnceAndSaysWhatIsLeft(t *testing.T) {
	for _, c := range []struct {
		name     string
		perHour  string
		seconds  int64
		rounded  string
		leftover string // undivided
	}{
		{"an hour of one accelerator", "USD 12.29", 3600, "USD 12.29", "USD 0.00"},
		{"a second of one accelerator", "USD 3.60", 1, "USD 0.00", "USD 3.60"},
		{"half a cent goes to the even cent below", "USD 18", 1, "USD 0.00", "USD 18.00"},
		{"a cent and a half goes to the even cent above", "USD 54", 1, "USD 0.02", "USD -18.00"},
		{"yen have no cents", "JPY 1800", 1, "JPY 0", "JPY 1800"},
		{"nothing costs nothing", "USD 98.32", 0, "USD 0.00", "USD 0.00"},
	} {
		rounded, residue := offtake.Accrue(money(t, c.perHour), c.seconds).Round()
		if rounded.String() != c.rounded || residue.Undivided().String() != c.leftover {
			t.Errorf("%s: Round() = %s and %s left, want %s and %s", c.name, rounded, residue.Undivided(), c.rounded, c.leftover)
		}
	}
}

func TestAMillionShortJobsCostWhatOneLongJobCosts(t *testing.T) {
	price := money(t, "USD 0.000000049")
	var sum offtake.Accrual
	for range 100_000 {
		sum = sum.Add(offtake.Accrue(price, 7))
	}
	sum = sum.Add(offtake.Accrued(money(t, "USD 250B")))
	want := offtake.Accrued(money(t, "USD 250B")).Add(offtake.Accrue(price, 700_000))
	if sum.Cmp(want) != 0 || sum.Undivided().String() != "USD 900000000000000.034300000" {
		t.Errorf("sum = %s undivided, want %s", sum.Undivided(), want.Undivided())
	}
}

// An amount is its rounding and its residue, and less than a cent is left over.
func TestRoundingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := offtake.MoneyOf("USD", rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "millionths")).Scale(1)
		a := offtake.Accrue(price, rapid.Int64Range(0, 1<<40).Draw(t, "seconds"))
		rounded, residue := a.Round()
		if got := offtake.Accrued(rounded).Add(residue); got.Cmp(a) != 0 {
			t.Fatalf("rounded + residue = %s, want %s", got.Undivided(), a.Undivided())
		}
		half := offtake.Accrue(offtake.MoneyOf("USD", 18), 1)
		if residue.Cmp(half) > 0 || residue.Add(half).Sign() < 0 {
			t.Fatalf("residue %s is more than half a cent", residue)
		}
	})
}

func TestAnAccrualShowsSixPlaces(t *testing.T) {
	for _, c := range []struct {
		a    offtake.Accrual
		want string
	}{
		{offtake.Accrual{}, "0.000000"},
		{offtake.Accrue(money(t, "USD 10"), 1), "USD 0.002778"},
		{offtake.Accrue(offtake.MoneyOf("", 1), 5400), "1.500000"},
		{offtake.Accrue(money(t, "USD 10"), 7200).Share(850_000), "USD 17.000000"},
	} {
		if got := c.a.String(); got != c.want {
			t.Errorf("String() = %q, want %q", got, c.want)
		}
	}
}

func BenchmarkAccrue(b *testing.B) {
	price := money(b, "USD 12.29")
	var sum offtake.Accrual
	for b.Loop() {
		sum = sum.Add(offtake.Accrue(price, 28_801))
	}
}

func TestAnAccrualIsWrittenExactlyAndReadBack(t *testing.T) {
	for _, s := range []string{"USD 44244.00/3600", "USD -0.049/3600", "5400/3600", "USD 0/3600"} {
		a, err := offtake.ParseAccrual(s)
		if err != nil || a.Exact() != s {
			t.Errorf("ParseAccrual(%q).Exact() = %q, %v", s, a.Exact(), err)
		}
	}
	for _, s := range []string{"", "USD 12.29", "USD 12.29/60", "XXX 1/3600", "/3600", "1e3/3600", " 1/3600"} {
		if a, err := offtake.ParseAccrual(s); err == nil || offtake.KindOf(err) != offtake.Invalid {
			t.Errorf("ParseAccrual(%q) = %s, %v, want a refusal", s, a.Exact(), err)
		}
	}
}

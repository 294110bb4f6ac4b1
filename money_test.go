package offtake

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func mustMoney(t *testing.T, s string) Money {
	t.Helper()
	m, err := ParseMoney(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMoneyIsReadExactly(t *testing.T) {
	for _, c := range []struct{ in, long, short string }{
		{"USD 98.32", "USD 98.32", "USD 98.32"},
		{"USD 250B", "USD 250000000000", "USD 250B"},
		{"USD 0.60", "USD 0.60", "USD 0.60"},
		{"USD 1.5B", "USD 1500000000", "USD 1.5B"},
		{"USD 40M", "USD 40000000", "USD 40M"},
		{"USD 0.0005K", "USD 0.5", "USD 0.5"},
		{"USD 0", "USD 0", "USD 0"},
		{"EUR -3", "EUR -3", "EUR -3"},
		{"USD 500T", "USD 500000000000000", "USD 500T"},
	} {
		m, err := ParseMoney(c.in)
		if err != nil || m.String() != c.long || m.Short() != c.short {
			t.Errorf("ParseMoney(%q) = %s, short %s, %v; want %s, short %s", c.in, m, m.Short(), err, c.long, c.short)
		}
	}
}

func TestMoneyThatIsNoneIsRefused(t *testing.T) {
	for _, s := range []string{"", "USD", "USD ", " 1", "12.29", "usd 1", "USDX 1", "USD  1", "USD 1e9", "USD 1,000", "USD .5", "USD 1.", "USD +1", "USD --1", "USD 1m", "USD M", "USD 1 M", "USD NaN", "USD Inf", "USD 0x1", "USD " + strings.Repeat("9", 41)} {
		if m, err := ParseMoney(s); err == nil || KindOf(err) != Invalid {
			t.Errorf("ParseMoney(%q) = %s, %v; want it refused as invalid", s, m, err)
		}
	}
}

func TestMoneyNeverRoundsInside(t *testing.T) {
	// A million charges of 0.000000049 on top of USD 250B change the sum.
	sum := mustMoney(t, "USD 250B").Add(mustMoney(t, "USD 0.000000049").Times(1_000_000))
	if got, want := sum.String(), "USD 250000000000.049000000"; got != want {
		t.Errorf("the sum is %s; want %s", got, want)
	}
	if got, want := mustMoney(t, "USD 1.00").Share(20_000).Cmp(mustMoney(t, "USD 0.02")), 0; got != want {
		t.Errorf("2%% of USD 1.00 compares to USD 0.02 as %d; want %d", got, want)
	}
}

func TestAStatementLineRoundsOnceHalfEven(t *testing.T) {
	for _, c := range []struct {
		in            string
		by            int64
		rounded, left string
	}{
		{"USD 0.125", 1, "USD 0.12", "USD 0.005"},
		{"USD 0.135", 1, "USD 0.14", "USD -0.005"},
		{"USD -0.125", 1, "USD -0.12", "USD -0.005"},
		{"USD 10", 3, "USD 3.33", "USD 0.01"},
		{"USD 20", 3, "USD 6.67", "USD -0.01"},
		{"JPY 7", 2, "JPY 4", "JPY -1"},
		{"KWD 1", 3, "KWD 0.333", "KWD 0.001"},
		{"USD 0", 7, "USD 0", "USD 0"},
	} {
		rounded, left := mustMoney(t, c.in).Split(c.by)
		if rounded.Cmp(mustMoney(t, c.rounded)) != 0 || left.Cmp(mustMoney(t, c.left)) != 0 {
			t.Errorf("%s split by %d = %s and %s left; want %s and %s", c.in, c.by, rounded, left, c.rounded, c.left)
		}
	}
}

func TestASplitLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, err := ParseMoney("USD " + rapid.StringMatching(`-?[0-9]{1,15}(\.[0-9]{1,9})?[KMBT]?`).Draw(t, "money"))
		if err != nil {
			t.Fatal(err)
		}
		n := rapid.Int64Range(1, 1_000_000).Draw(t, "n")
		rounded, left := m.Split(n)
		if back := rounded.Times(n).Add(left); back.Cmp(m) != 0 {
			t.Errorf("%s split by %d is %s and %s left, together %s", m, n, rounded, left, back)
		}
		cent, _ := ParseMoney("USD 0.01")
		twice := left.Times(2)
		if twice.Sign() < 0 {
			twice = twice.Neg()
		}
		if twice.Cmp(cent.Times(n)) > 0 {
			t.Errorf("%s split by %d leaves %s, more than half a cent each", m, n, left)
		}
	})
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"USD 98.32", "USD 250B", "EUR -0.5K", "USD 1e9", "JPY 0", "USD -0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMoney(s)
		if err != nil {
			return
		}
		for _, printed := range []string{m.String(), m.Short()} {
			if again, err := ParseMoney(printed); err != nil || again.Cmp(m) != 0 || again.Currency() != m.Currency() {
				t.Errorf("%q prints as %q, which reads as %s, %v", s, printed, again, err)
			}
		}
		m.Round()
	})
}

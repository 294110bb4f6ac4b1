package offtake

import "testing"

func TestPercentagesAreExact(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Percent
	}{{"2%", 20_000}, {"0.25%", 2_500}, {"100%", One}, {"0%", 0}, {"1000%", 10 * One}, {"0.0001%", 1}} {
		got, err := ParsePercent(c.in)
		if err != nil || got != c.want || got.String() != c.in {
			t.Errorf("ParsePercent(%q) = %d (%s), %v; want %d", c.in, got, got, err, c.want)
		}
	}
	for _, s := range []string{"", "%", "2", "-1%", "1000.1%", "0.00001%", ".5%", "5.%", "1e1%", "2 %", "2%%", "99999999999%"} {
		if got, err := ParsePercent(s); err == nil {
			t.Errorf("ParsePercent(%q) = %s; want it refused", s, got)
		}
	}
}

func TestFactorsAreExact(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Factor
	}{{"1", One}, {"2.5", 2_500_000}, {"0.000001", 1}, {"999999.999999", One*One - 1}} {
		got, err := ParseFactor(c.in)
		if err != nil || got != c.want || got.String() != c.in {
			t.Errorf("ParseFactor(%q) = %d (%s), %v; want %d", c.in, got, got, err, c.want)
		}
	}
	for _, s := range []string{"", "0", "0.0", "-1", "1000000", "1e3", "1.0000001", ".5", "NaN", "1_000"} {
		if got, err := ParseFactor(s); err == nil {
			t.Errorf("ParseFactor(%q) = %s; want it refused", s, got)
		}
	}
}

func FuzzParsePercent(f *testing.F) {
	f.Add("2%")
	f.Add("0.25%")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParsePercent(s); err == nil {
			if again, err := ParsePercent(p.String()); err != nil || again != p {
				t.Errorf("%q prints as %q, which reads as %s, %v", s, p, again, err)
			}
		}
	})
}

func FuzzParseFactor(f *testing.F) {
	f.Add("2.5")
	f.Fuzz(func(t *testing.T, s string) {
		if x, err := ParseFactor(s); err == nil {
			if again, err := ParseFactor(x.String()); err != nil || again != x {
				t.Errorf("%q prints as %q, which reads as %s, %v", s, x, again, err)
			}
		}
	})
}

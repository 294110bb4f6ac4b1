package report

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/offtake-dev/offtake"
)

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 7: "7", 12.34: "12.3", 99.96: "100", 999: "999", 999.9: "1k", 1234: "1.23k", 32211: "32.2k",
		480_000_000: "480M", 1.13e9: "1.13B", 2.5e11: "250B", 5e11: "500B", -1234: "-1.23k", 0.004: "0.004", -0.0012: "-0.0012", 50.0 / 3600: "0.0139", 0.09996: "0.1", 1e-14: "0", -1e-14: "0",
	} {
		if got := short(v); got != want {
			t.Errorf("short(%v) = %s, want %s", v, got, want)
		}
	}
}

func TestSummed(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 50.0 / 3600: "0.01389", 12.5: "12.5", 999: "999", 1000: "1.000k", 716_499: "716.5k", 837_149_000: "837.1M", 1_095_600_000: "1.096B", 999_980_000: "1.000B", -9.9996e6: "-10.00M",
	} {
		if got := alone(summed(v)); got != want {
			t.Errorf("summed(%v) = %s, want %s", v, got, want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for v, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 32211: "32,211", -1234567: "-1,234,567"} {
		if got := grouped(v); got != want {
			t.Errorf("grouped(%d) = %s, want %s", v, got, want)
		}
	}
}

func TestWaited(t *testing.T) {
	for v, want := range map[float64]string{0: "0 s", 59: "59 s", -90: "-1.5 min", 60: "1 min", 5400: "1.5 h", 86400: "24 h", 2 * 86400: "2 d", 9_504_000: "110 d"} {
		if got := alone(waited(v)); got != want {
			t.Errorf("waited(%v) = %s, want %s", v, got, want)
		}
	}
}

// Figures that stand beside each other have as many places after the point.
func TestEven(t *testing.T) {
	for _, c := range []struct {
		of   func(float64) quantity
		in   []float64
		want string
	}{
		{in("d"), []float64{5, 82.9}, "5.0 d | 82.9 d"},
		{in("d"), []float64{0, -3.25, 82.9}, "0.00 d | -3.25 d | 82.90 d"},
		{in("d"), []float64{5.23, 120}, "5.2 d | 120.0 d"},
		{in("d"), []float64{5.23, 12345}, "5 d | 12345 d"},
		{in("d"), []float64{0.04, 120}, "0.04 d | 120.0 d"},
		{priced("USD"), []float64{19, 19.7}, "USD 19.0 | USD 19.7"},
		{priced("USD"), []float64{-1.25e9, 950e6, 80e6}, "-USD 1.25B | USD 950M | USD 80M"},
		{summed, []float64{837_149_000, 52_310_000, 0}, "837.1M | 52.3M | 0"},
		{waited, []float64{90, 86400 * 5, 86400 * 82.9}, "1.5 min | 5.0 d | 82.9 d"},
	} {
		if got := strings.Join(evenly(c.of)(c.in), " | "); got != c.want {
			t.Errorf("even(%v) = %s, want %s", c.in, got, c.want)
		}
	}
}

// All is all and none is none; what is neither does not read as either.
func TestPercents(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want string
	}{
		{[]float64{0, 0.58, 1}, "0.0% 58.0% 100.0%"},
		{[]float64{0.58, 0.9996, 1}, "58.00% 99.96% 100.00%"},
		{[]float64{0.0003, 0, 0.58}, "0.03% 0.00% 58.00%"},
		{[]float64{0.9994}, "99.9%"},
		{[]float64{0.9995}, "99.95%"},
		{[]float64{math.Nextafter(1, 0), 5e-324}, ">99.99% <0.01%"},
	} {
		if got := strings.Join(percents(c.in), " "); got != c.want {
			t.Errorf("percents(%v) = %s, want %s", c.in, got, c.want)
		}
	}
}

// However close a part comes to all or nothing, it is never shown as that.
func TestPercentsOfAnyPart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Int64Range(2, 1<<50).Draw(t, "whole")
		little := rapid.Int64Range(1, min(whole-1, 1000)).Draw(t, "little")
		for _, p := range []float64{part(little, whole), part(whole-little, whole)} {
			switch s := percent(p); s {
			case "0.0%", "0.00%", "100.0%", "100.00%":
				t.Errorf("%v is shown as %s", p, s)
			}
		}
	})
}

// A difference too small to show has no sign.
func TestSigned(t *testing.T) {
	for _, c := range []struct {
		in       string
		positive bool
		want     string
	}{{"1.2k", true, "+1.2k"}, {"-1.2k", false, "-1.2k"}, {"0 d", true, "0 d"}, {"USD 0", true, "USD 0"}} {
		if got := signed(c.in, c.positive); got != c.want {
			t.Errorf("signed(%s) = %s, want %s", c.in, got, c.want)
		}
	}
}

// Ticks are round, begin at zero and reach the top.
func TestTicks(t *testing.T) {
	for top, want := range map[float64]int{0: 2, 1: 5, 7: 5, 10: 5, 99: 5, 187_000: 5, 3e9: 4} {
		got := ticks(top, 4)
		if got[0] != 0 || got[len(got)-1] < top*0.999 || len(got) != want {
			t.Errorf("ticks(%v) = %v, want %d from zero to the top", top, got, want)
		}
	}
}

// A replay is named after the last amendment that does more than record.
func TestTermsName(t *testing.T) {
	date := func(s string) offtake.When {
		w, err := offtake.ParseWhen(s)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	law := []offtake.Clause{{Body: offtake.Exclusivity{}}}
	b := &offtake.Book{Agreements: []offtake.Agreement{
		{Amendments: []offtake.Amendment{{Name: "january", Effective: date("2025-01-21"), Clauses: law}, {Name: "april", Effective: date("2026-04-27"), Remove: []offtake.ClauseName{"x"}}}},
		{Amendments: []offtake.Amendment{{Name: "noted", Effective: date("2025-05-15"), Clauses: []offtake.Clause{{Body: offtake.Recorded{}}}}}},
	}}
	for at, want := range map[string]string{
		"2025-01-20T08:00:00Z": "as signed", "2025-01-21T08:00:00Z": "january", "2025-12-01T00:00:00Z": "january", "2026-06-01T00:00:00Z": "april",
	} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := TermsName(b, when); got != want {
			t.Errorf("terms of %s are named %q, want %q", at, got, want)
		}
	}
	if got := TermsName(b, time.Time{}); got != "as they change" {
		t.Errorf("terms that move with the clock are named %q", got)
	}
}

package report

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
)

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 7: "7", 12.34: "12.3", 99.96: "100", 999: "999", 999.9: "1k", 1234: "1.23k", 32211: "32.2k",
		480_000_000: "480M", 1.13e9: "1.13B", 2.5e11: "250B", 5e11: "500B", -1234: "-1.23k", 0.004: "0", -0.001: "0",
	} {
		if got := short(v); got != want {
			t.Errorf("short(%v) = %s, want %s", v, got, want)
		}
	}
}

func TestSummed(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 999: "999", 1000: "1.000k", 716_499: "716.5k", 837_149_000: "837.1M", 1_095_600_000: "1.096B", 999_980_000: "1.000B", -9.9996e6: "-10.00M",
	} {
		if got := summed(v); got != want {
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
	for v, want := range map[int64]string{0: "0 s", 59: "59 s", 60: "1 min", 5400: "1.5 h", 86400: "24 h", 2 * 86400: "2 d", 9_504_000: "110 d"} {
		if got := waited(v); got != want {
			t.Errorf("waited(%d) = %s, want %s", v, got, want)
		}
	}
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

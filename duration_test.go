package offtake_test

import (
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
)

func TestDurationsAreReadAsTheLanguageWritesThem(t *testing.T) {
	for _, c := range []struct {
		written string
		want    offtake.Duration
		words   string
	}{
		{"P10D", offtake.Duration{Unit: offtake.Days, Count: 10}, "10 days"},
		{"P1D", offtake.Duration{Unit: offtake.Days, Count: 1}, "1 day"},
		{"P0D", offtake.Duration{Unit: offtake.Days}, "0 days"},
		{"P2W", offtake.Duration{Unit: offtake.Weeks, Count: 2}, "2 weeks"},
		{"P15BD", offtake.Duration{Unit: offtake.BusinessDays, Count: 15}, "15 business days"},
		{"P3M", offtake.Duration{Unit: offtake.Months, Count: 3}, "3 months"},
		{"P5Y", offtake.Duration{Unit: offtake.Years, Count: 5}, "5 years"},
		{"P100000D", offtake.Duration{Unit: offtake.Days, Count: 100_000}, "100000 days"},
		{"PT48H", offtake.Duration{Unit: offtake.Elapsed, Time: 48 * time.Hour}, "48 hours"},
		{"PT15M", offtake.Duration{Unit: offtake.Elapsed, Time: 15 * time.Minute}, "15 minutes"},
		{"PT1S", offtake.Duration{Unit: offtake.Elapsed, Time: time.Second}, "1 second"},
		{"PT0H", offtake.Duration{Unit: offtake.Elapsed}, "0 hours"},
		{"PT1H30M", offtake.Duration{Unit: offtake.Elapsed, Time: 90 * time.Minute}, "90 minutes"},
		{"PT1000000H", offtake.Duration{Unit: offtake.Elapsed, Time: 1_000_000 * time.Hour}, "1000000 hours"},
	} {
		got, err := offtake.ParseDuration(c.written)
		if err != nil || got != c.want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", c.written, got, err, c.want)
			continue
		}
		if got.String() != c.written {
			t.Errorf("ParseDuration(%q) prints as %q", c.written, got)
		}
		if got.Words() != c.words {
			t.Errorf("%s is %q in words, want %q", c.written, got.Words(), c.words)
		}
	}
}

func TestMinutesCarryIntoHoursWhenPrinted(t *testing.T) {
	for written, want := range map[string]string{"PT90M": "PT1H30M", "PT3600S": "PT1H", "PT61S": "PT1M1S", "PT0S": "PT0H", "P010D": "P10D"} {
		if got, err := offtake.ParseDuration(written); err != nil || got.String() != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %s", written, got, err, want)
		}
	}
}

func TestWhatIsNoDurationIsRefused(t *testing.T) {
	for _, s := range []string{
		"", "P", "PT", "P10", "10D", "P10d", "p10D", "P-1D", "P+1D", "P1.5D", "P1 D", " P1D", "P1D ", "P1DB", "P1B", "P1M2D", "P1Y6M", "P1DT1H",
		"PT1", "PTH", "PT1D", "PT1M1H", "PT1H1H", "PT1.5H", "PT-1H", "P١D", "P100001D", "PT1000001H", "PT1000000H1S", "PT3600000001S",
		"P99999999999999999999D", "PT99999999999999999999H", "P" + strings.Repeat("9", 1<<16) + "D",
	} {
		got, err := offtake.ParseDuration(s)
		if err == nil {
			t.Errorf("ParseDuration(%.40q) = %v, want a refusal", s, got)
			continue
		}
		if offtake.KindOf(err) != offtake.Invalid || len(err.Error()) > 200 || !got.IsZero() {
			t.Errorf("ParseDuration(%.40q) is refused as %v, in %d characters, with %v", s, offtake.KindOf(err), len(err.Error()), got)
		}
	}
}

func TestNoDurationIsNotZeroDays(t *testing.T) {
	var none offtake.Duration
	if !none.IsZero() || none.String() != "" || none.Words() != "no time" {
		t.Errorf("the zero Duration prints %q, says %q", none, none.Words())
	}
	if zero, _ := offtake.ParseDuration("P0D"); zero.IsZero() {
		t.Error("P0D is taken for no duration")
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"P10D", "P2W", "P15BD", "P3M", "P5Y", "PT48H", "PT1H30M15S", "P", "PT", "P1DT1H", "P999999999999999999999D"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := offtake.ParseDuration(s)
		if err != nil {
			if offtake.KindOf(err) != offtake.Invalid {
				t.Fatalf("ParseDuration(%q) is refused as %v", s, offtake.KindOf(err))
			}
			return
		}
		again, err := offtake.ParseDuration(d.String())
		if err != nil || again != d || d.IsZero() || d.Count < 0 || d.Time < 0 || d.Count > 0 && d.Time > 0 {
			t.Fatalf("ParseDuration(%q) = %+v, which prints as %q and reads back as %+v, %v", s, d, d, again, err)
		}
	})
}

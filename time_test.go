package offtake_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/offtake-dev/offtake"
)

func day(t testing.TB, s string) offtake.Date {
	t.Helper()
	d, err := offtake.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatIsNoDayIsRefused(t *testing.T) {
	for _, s := range []string{"", "2025", "2025-1-2", "2025-02-29", "2025-13-01", "2025-00-10", "2025-06-31", "1899-12-31", "10000-01-01", "2025/01/21", " 2025-01-21", "2025-01-21 ", "2025-01-21T00:00:00Z", "２０２５-01-21"} {
		if d, err := offtake.ParseDate(s); err == nil || offtake.KindOf(err) != offtake.Invalid {
			t.Errorf("ParseDate(%q) = %v, %v, want a refusal", s, d, err)
		}
	}
	for _, s := range []string{"1899-12-31", "1800-01-01"} {
		if _, err := offtake.ParseWhen(s); err == nil || !strings.Contains(err.Error(), "years run from 1900 to 9999") {
			t.Errorf("ParseWhen(%q) = %v, want it to say which years there are", s, err)
		}
		if _, err := offtake.ParseWhen(s + "T00:00:00Z"); err == nil || !strings.Contains(err.Error(), "years run from 1900 to 9999") {
			t.Errorf("ParseWhen(%q) = %v, want it to say which years there are", s+"T00:00:00Z", err)
		}
	}
	for _, s := range []string{"1900-01-01", "2024-02-29", "2000-02-29", "9999-12-31"} {
		if got := day(t, s).String(); got != s {
			t.Errorf("ParseDate(%q) prints as %q", s, got)
		}
	}
}

func TestMonthsClampAtAMonthsEnd(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2025-01-31", 1, "2025-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"2025-01-31", 2, "2025-03-31"},
		{"2025-03-31", -1, "2025-02-28"},
		{"2025-08-31", 1, "2025-09-30"},
		{"2025-12-15", 1, "2026-01-15"},
		{"2025-01-15", -1, "2024-12-15"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2024-02-29", 48, "2028-02-29"},
		{"2025-06-03", 0, "2025-06-03"},
		{"2025-06-03", -18, "2023-12-03"},
	} {
		if got := day(t, c.from).AddMonths(c.months).String(); got != c.want {
			t.Errorf("%s and %d months = %s, want %s", c.from, c.months, got, c.want)
		}
	}
}

func TestAddedMonthsKeepTheDayWhereTheMonthHasIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := offtake.Date{Year: 1900, Month: time.January, Day: 1}.AddDays(rapid.IntRange(0, 200_000).Draw(t, "day"))
		n := rapid.IntRange(-500, 500).Draw(t, "months")
		got := d.AddMonths(n)
		wantMonth := ((int(d.Month)-1+n)%12+12)%12 + 1
		next := got.AddDays(1)
		switch {
		case int(got.Month) != wantMonth:
			t.Fatalf("%s and %d months = %s, want month %d", d, n, got, wantMonth)
		case got.Day != d.Day && (got.Day > d.Day || next.Day != 1):
			t.Fatalf("%s and %d months = %s, neither the same day nor the month's last", d, n, got)
		}
	})
}

func TestDaysAreAddedOneAtATime(t *testing.T) {
	for _, c := range []struct {
		from string
		days int
		want string
	}{
		{"2024-02-28", 1, "2024-02-29"}, {"2025-02-28", 1, "2025-03-01"}, {"2100-02-28", 1, "2100-03-01"}, {"2000-02-28", 1, "2000-02-29"},
		{"2025-12-31", 1, "2026-01-01"}, {"2026-01-01", -1, "2025-12-31"}, {"2025-06-03", 365, "2026-06-03"}, {"2025-06-03", 0, "2025-06-03"},
	} {
		if got := day(t, c.from).AddDays(c.days).String(); got != c.want {
			t.Errorf("%s and %d days = %s, want %s", c.from, c.days, got, c.want)
		}
	}
}

func TestDaysAreInOrder(t *testing.T) {
	days := []string{"2024-12-31", "2025-01-01", "2025-01-31", "2025-02-01", "2026-01-01"}
	for i, a := range days {
		for j, b := range days {
			if got, want := day(t, a).Before(day(t, b)), i < j; got != want {
				t.Errorf("%s before %s = %v, want %v", a, b, got, want)
			}
		}
	}
	if got := day(t, "2025-06-19").Weekday(); got != time.Thursday {
		t.Errorf("2025-06-19 is a %v, want Thursday", got)
	}
}

func TestATimeInABookIsAnInstantOrADay(t *testing.T) {
	for _, c := range []struct{ written, want string }{
		{"2025-01-21", "2025-01-21"},
		{"2025-03-01T08:00:00Z", "2025-03-01T08:00:00Z"},
		{"2025-03-01T08:00:00.5Z", "2025-03-01T08:00:00.5Z"},
		{"2025-03-01T08:00:00+05:45", "2025-03-01T02:15:00Z"},
		{"2025-03-01T00:30:00+01:00", "2025-02-28T23:30:00Z"},
	} {
		got, err := offtake.ParseWhen(c.written)
		if err != nil || got.String() != c.want {
			t.Errorf("ParseWhen(%q) = %v, %v, want %s", c.written, got, err, c.want)
		}
	}
	for _, s := range []string{"", "2025-03-01T08:00", "2025-03-01T08:00:00", "2025-03-01 08:00:00Z", "2025-03-01T25:00:00Z", "2025-02-29", "2025-03-01T08:00:00,5Z", "2025-03-01T8:00:00Z", "2025-03-01T08:00:00.1234567891Z", "1899-12-31T00:00:00Z", "yesterday", "1741000000"} {
		if got, err := offtake.ParseWhen(s); err == nil || offtake.KindOf(err) != offtake.Invalid {
			t.Errorf("ParseWhen(%q) = %v, %v, want a refusal", s, got, err)
		}
	}
	if !(offtake.When{}).IsZero() || (offtake.When{}).String() != "" {
		t.Error("the zero When is a time")
	}
}

func TestTheTimeOfDayIsOnA24HourClock(t *testing.T) {
	for s, minutes := range map[string]int{"00:00": 0, "09:00": 540, "17:00": 1020, "23:59": 1439} {
		got, err := offtake.ParseTimeOfDay(s)
		if err != nil || !got.Set || got.Minutes != minutes || got.String() != s {
			t.Errorf("ParseTimeOfDay(%q) = %+v, %v, want %d minutes", s, got, err, minutes)
		}
	}
	for _, s := range []string{"", "9:00", "24:00", "17:60", "17", "1700", "17:00:00", "5pm", "-1:00", " 7:00"} {
		if got, err := offtake.ParseTimeOfDay(s); err == nil || offtake.KindOf(err) != offtake.Invalid {
			t.Errorf("ParseTimeOfDay(%q) = %v, %v, want a refusal", s, got, err)
		}
	}
	if got := (offtake.TimeOfDay{}).String(); got != "" {
		t.Errorf("no time of day prints as %q", got)
	}
}

func FuzzParseTimes(f *testing.F) {
	for _, s := range []string{"2025-01-21", "2024-02-29", "2025-03-01T08:00:00Z", "2025-03-01T08:00:00.123456789+05:45", "9999-12-31T23:59:59Z", "17:00", "00:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := offtake.ParseDate(s); err == nil && d.String() != s {
			t.Fatalf("ParseDate(%q) prints as %q", s, d)
		}
		if c, err := offtake.ParseTimeOfDay(s); err == nil && c.String() != s {
			t.Fatalf("ParseTimeOfDay(%q) prints as %q", s, c)
		}
		w, err := offtake.ParseWhen(s)
		if err != nil {
			if offtake.KindOf(err) != offtake.Invalid {
				t.Fatalf("ParseWhen(%q) is refused as %v", s, offtake.KindOf(err))
			}
			return
		}
		if again, err := offtake.ParseWhen(w.String()); err != nil || again != w {
			t.Fatalf("ParseWhen(%q) = %v, which reads back as %v, %v", s, w, again, err)
		}
	})
}

package bench

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestRoundedKeepsThreeDigits(t *testing.T) {
	for _, c := range []struct {
		value float64
		want  string
	}{{0, "0"}, {0.12345, "0.123"}, {9.999, "10"}, {136.4, "136"}, {2_399_600, "2400000"}} {
		if got := figure(rounded(c.value)); got != c.want {
			t.Errorf("figure(rounded(%v)) = %s, want %s", c.value, got, c.want)
		}
	}
}

func TestABoundIsPartOfTheRow(t *testing.T) {
	for _, c := range []struct {
		row   Row
		bound string
		holds bool
	}{
		{Below("a", 299, "ns", 300), "< 300", true},
		{Below("a", 300, "ns", 300), "< 300", false},
		{AtMost("a", 300, "bytes", 300), "<= 300", true},
		{AtMost("a", 301, "bytes", 300), "<= 300", false},
		{AtLeast("a", 100_000, "jobs/s", 100_000), ">= 100000", true},
		{AtLeast("a", 99_999, "jobs/s", 100_000), ">= 100000", false},
		{Measured("a", 1, "ns"), "", true},
	} {
		if c.row.Bound != c.bound || c.row.Holds != c.holds {
			t.Errorf("%v: bound %q holds %t, want %q %t", c.row.Value, c.row.Bound, c.row.Holds, c.bound, c.holds)
		}
	}
}

func TestAPageIsFilledWithWhatTheRecordSays(t *testing.T) {
	r := Record{Date: "2025-06-01", Rows: []Row{Below("speed", 12.5, "ns", 300).Beside("a snail", 25)}}
	r.Rows[0].Suite = "asks"
	page := "Before.\n<!-- measured: machine -->\nstale\n<!-- end -->\nBetween.\n<!-- measured: asks -->\nstale\n<!-- end -->\nAfter.\n"
	got, err := r.Fill(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Before.\n", "| date | 2025-06-01 |", "\nBetween.\n", "| speed | 12.5 | ns | < 300 | yes | 25 | a snail | 2 |", "\nAfter.\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "stale") {
		t.Errorf("the page keeps what it had:\n%s", got)
	}
	if again, err := r.Fill(got); err != nil || again != got {
		t.Errorf("filled again (%v) the page differs:\n%s", err, again)
	}
	if _, err := r.Fill("no place"); err == nil {
		t.Error("a page without places is filled, want an error")
	}
	var text strings.Builder
	if err := r.JSON(&text); err != nil || !json.Valid([]byte(text.String())) || !strings.Contains(text.String(), `"< 300"`) {
		t.Errorf("JSON: %v\n%s", err, text.String())
	}
}

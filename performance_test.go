package offtake_test

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"
)

// TestPerformanceFiguresAreMeasured holds docs/PERFORMANCE.md to what the
// benchmarks wrote: every figure in its tables stands in docs/performance.json.
func TestPerformanceFiguresAreMeasured(t *testing.T) {
	page, err := os.ReadFile("docs/PERFORMANCE.md")
	if err != nil {
		t.Fatal(err)
	}
	record, err := os.ReadFile("docs/performance.json")
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(record) {
		t.Fatal("docs/performance.json is not JSON")
	}
	number := regexp.MustCompile(`[0-9][0-9.]*[0-9]|[0-9]`)
	measured := map[string]bool{}
	for _, n := range number.FindAllString(string(record), -1) {
		measured[n] = true
	}
	rows := regexp.MustCompile(`(?m)^\|.*\|$`).FindAllString(string(page), -1)
	checked := 0
	for _, row := range rows {
		for _, n := range number.FindAllString(row, -1) {
			if !measured[n] {
				t.Errorf("docs/PERFORMANCE.md says %s, which docs/performance.json does not, in %s", n, row)
			}
			checked++
		}
	}
	if checked < 20 {
		t.Errorf("checked %d figures of docs/PERFORMANCE.md, want at least 20", checked)
	}
}

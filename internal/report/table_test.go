package report_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/replay"
	"github.com/offtake-dev/offtake/internal/report"
)

// A machine reads figures in full, in one unit, under names that do not change.
func TestTable(t *testing.T) {
	runs := fakePage().Runs[:2]
	runs[0].Result.Spend = replay.Amount{Money: money(t, "USD 1234567890.000000049")}
	runs[1].Result.Wait.P95 = 7_200_001
	runs[1].Result.ServedGPUSeconds = 1_555_200_000_001
	header, rows := report.Table(runs)
	if got, want := strings.Join(header, ","), "figure,of,unit,as signed,january-2025"; got != want {
		t.Errorf("header %s, want %s", got, want)
	}
	lines := map[string]bool{}
	for _, row := range rows {
		lines[strings.Join(row, ",")] = true
	}
	for _, want := range []string{
		"terms,,instant,2025-01-20T08:00:00Z,2025-01-21T08:00:00Z",
		"gpu_seconds,,gpu_seconds,1728000000000,1728000000000",
		"served_gpu_seconds,,gpu_seconds,1002240000000,1555200000001",
		"wait_seconds_p95,,seconds,3265920,7200001",
		"spend,,USD,1234567890.000000049,4468999999",
		"provider_share,azure,share,1,0.52",
		"drawn,microsoft-openai/azure-commitment,USD,,2160000000",
		"committed,microsoft-openai/azure-commitment,USD,,6000000000",
		"refusals_matched,,processes,0,1",
	} {
		if !lines[want] {
			t.Errorf("no row %s in %v", want, rows)
		}
	}
}

func money(t *testing.T, s string) offtake.Money {
	t.Helper()
	m, err := offtake.ParseMoney(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Every row has a cell for every column, a name of its own and a plain value.
func TestTableIsPlain(t *testing.T) {
	p := fakePage()
	p.Runs[0].Result.ServedGPUSeconds, p.Runs[0].Result.Deliveries = 0, nil
	header, rows := report.Table(p.Runs)
	name, value := regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`), regexp.MustCompile(`^(-?[0-9]+(\.[0-9]+)?)?$`)
	seen := map[string]bool{}
	for _, row := range rows {
		if len(row) != len(header) || !name.MatchString(row[0]) || seen[row[0]+"/"+row[1]] {
			t.Errorf("row %q: want %d cells and a name in snake case met once", row, len(header))
			continue
		}
		seen[row[0]+"/"+row[1]] = true
		for _, v := range row[3:] {
			if row[2] != "instant" && !value.MatchString(v) {
				t.Errorf("%s of %q is %q, want a plain number", row[0], row[1], v)
			}
		}
	}
}

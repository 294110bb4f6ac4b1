package report

import (
	"strconv"
	"time"

	"github.com/offtake-dev/offtake/internal/replay"
)

// Table gives the comparison for a machine: a row for each figure and a column
// for each run, after the figure's name, what it is of (a provider, or a
// commitment as agreement/clause) and its unit. Values are plain and in full:
// nothing is rounded for the eye, time is in seconds, shares are 0 to 1, money
// is a number whose currency is the unit. A cell is empty where a run knows no
// such figure.
func Table(runs []Run) (header []string, rows [][]string) {
	t := figures{runs: resultsOf(runs)}
	header = []string{"figure", "of", "unit"}
	for _, r := range runs {
		header = append(header, r.Name)
	}
	t.span()
	t.work()
	t.deliveries()
	t.spend()
	t.providers()
	t.commitments()
	t.refusals()
	return header, t.rows
}

// figures gathers the rows of Table.
type figures struct {
	runs []replay.Result
	rows [][]string
}

func (t *figures) add(name, of, unit string, cell func(replay.Result) string) {
	row := []string{name, of, unit}
	for _, r := range t.runs {
		row = append(row, cell(r))
	}
	t.rows = append(t.rows, row)
}

func (t *figures) whole(name, of, unit string, n func(replay.Result) int64) {
	t.add(name, of, unit, func(r replay.Result) string { return strconv.FormatInt(n(r), 10) })
}

func (t *figures) real(name, of, unit string, v func(replay.Result) float64) {
	t.add(name, of, unit, func(r replay.Result) string { return plain(v(r)) })
}

// plain prints a number in full, without an exponent.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (t *figures) span() {
	at := func(name string, when func(replay.Result) time.Time) {
		t.add(name, "", "instant", func(r replay.Result) string {
			if when(r).IsZero() {
				return "" // the terms moved with the clock
			}
			return when(r).UTC().Format(time.RFC3339Nano)
		})
	}
	at("terms", func(r replay.Result) time.Time { return r.Terms })
	at("from", func(r replay.Result) time.Time { return r.From })
	at("to", func(r replay.Result) time.Time { return r.To })
}

func (t *figures) work() {
	t.whole("jobs", "", "jobs", func(r replay.Result) int64 { return r.Jobs })
	t.whole("served_jobs", "", "jobs", func(r replay.Result) int64 { return r.ServedJobs })
	t.whole("running_jobs", "", "jobs", func(r replay.Result) int64 { return r.RunningJobs })
	t.whole("waiting_jobs", "", "jobs", func(r replay.Result) int64 { return r.WaitingJobs })
	t.whole("unserved_jobs", "", "jobs", func(r replay.Result) int64 { return r.UnservedJobs })
	const unit = "gpu_seconds"
	t.whole("gpu_seconds", "", unit, func(r replay.Result) int64 { return r.GPUSeconds })
	t.whole("served_gpu_seconds", "", unit, func(r replay.Result) int64 { return r.ServedGPUSeconds })
	t.whole("waiting_gpu_seconds", "", unit, func(r replay.Result) int64 { return r.WaitingGPUSeconds })
	t.whole("unserved_gpu_seconds", "", unit, func(r replay.Result) int64 { return r.UnservedGPUSeconds })
	t.real("served_share", "", "share", func(r replay.Result) float64 { return part(r.ServedGPUSeconds, r.GPUSeconds) })
	t.whole("wait_seconds_p50", "", "seconds", func(r replay.Result) int64 { return r.Wait.P50 })
	t.whole("wait_seconds_p95", "", "seconds", func(r replay.Result) int64 { return r.Wait.P95 })
	t.whole("wait_seconds_max", "", "seconds", func(r replay.Result) int64 { return r.Wait.Max })
}

func (t *figures) deliveries() {
	t.whole("deliveries", "", "deliveries", func(r replay.Result) int64 { return int64(len(r.Deliveries)) })
	t.whole("deliveries_in_time", "", "deliveries", func(r replay.Result) int64 { return int64(inTime(r)) })
	t.whole("deliveries_never", "", "deliveries", func(r replay.Result) int64 { return int64(never(r)) })
	t.real("mean_delay_seconds", "", "seconds", func(r replay.Result) float64 { return part(86400*delay(r), int64(len(r.Deliveries))) })
}

func (t *figures) spend() {
	unit := currency(t.runs)
	t.add("spend", "", unit, func(r replay.Result) string { return r.Spend.Number() })
	t.add("spend_per_served_gpu_hour", "", unit, func(r replay.Result) string {
		if r.ServedGPUSeconds == 0 {
			return ""
		}
		return plain(amount(r.Spend.Money) / replay.Hours(r.ServedGPUSeconds))
	})
}

func (t *figures) providers() {
	for i, p := range t.runs[0].Providers {
		of := string(p.Provider)
		t.whole("provider_served_gpu_seconds", of, "gpu_seconds", func(r replay.Result) int64 { return r.Providers[i].GPUSeconds })
		t.real("provider_share", of, "share", func(r replay.Result) float64 { return r.Providers[i].Share })
		t.add("provider_spend", of, currency(t.runs), func(r replay.Result) string { return r.Providers[i].Spend.Number() })
	}
}

func (t *figures) commitments() {
	for _, ref := range commitments(t.runs) {
		unit := "gpu_hours"
		for _, r := range t.runs {
			if c, ok := commitment(r, ref); ok && c.Committed.Money.Currency() != "" {
				unit = string(c.Committed.Money.Currency())
			}
		}
		level := func(name string, of func(replay.Drawn) replay.Level) {
			t.add(name, ref.String(), unit, func(r replay.Result) string {
				c, ok := commitment(r, ref)
				if !ok {
					return ""
				}
				return exact(of(c))
			})
		}
		level("committed", func(c replay.Drawn) replay.Level { return c.Committed })
		level("drawn", func(c replay.Drawn) replay.Level { return c.Drawn })
		level("remaining", func(c replay.Drawn) replay.Level { return c.Remaining })
	}
}

// exact prints a level in full, without its currency.
func exact(l replay.Level) string {
	if l.Money.Currency() != "" {
		return l.Money.Number()
	}
	return plain(l.GPUHours)
}

func (t *figures) refusals() {
	count := func(name string, n func(replay.Refusals) int64) {
		t.whole(name, "", "processes", func(r replay.Result) int64 { return n(r.Refusals) })
	}
	count("refusals_opened", func(f replay.Refusals) int64 { return f.Opened })
	count("refusals_not_triggered", func(f replay.Refusals) int64 { return f.NotTriggered })
	count("refusals_matched", func(f replay.Refusals) int64 { return f.Matched })
	count("refusals_released", func(f replay.Refusals) int64 { return f.Released })
	count("refusals_waived", func(f replay.Refusals) int64 { return f.Waived })
	count("refusals_breached", func(f replay.Refusals) int64 { return f.Breached })
	count("refusals_lapsed", func(f replay.Refusals) int64 { return f.Lapsed })
	count("refusals_pending", func(f replay.Refusals) int64 { return f.Pending })
	t.whole("purchases", "", "purchases", func(r replay.Result) int64 { return int64(len(r.Purchases)) })
}

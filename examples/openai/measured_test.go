package openai_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
)

const traces = "../../../shared/data/jobs"

type job struct{ submitted, seconds, accelerators int64 }

// readTraces reads the six clusters, or skips where they are not at hand.
func readTraces(t *testing.T) []job {
	t.Helper()
	files, _ := filepath.Glob(traces + "/cluster0*.csv")
	if len(files) != 6 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no traces in %s, and CI needs them", traces)
		}
		t.Skipf("no traces in %s: the figures of the profiles are not checked", traces)
	}
	var out []job
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			var n [3]int64
			for i := range n {
				if n[i], err = strconv.ParseInt(row[i+1], 10, 64); err != nil {
					t.Fatal(err)
				}
			}
			out = append(out, job{n[0], n[1], n[2]})
		}
	}
	return out
}

// The figures of demand/small-jobs.yaml are those of the traces: a mean of
// arrivals, 24 hours of a day, sizes and durations by class of size.
func TestProfilesAreMeasured(t *testing.T) {
	jobs := readTraces(t)
	if len(jobs) != 32211 {
		t.Fatalf("the traces hold %d jobs, want 32,211", len(jobs))
	}
	first, last := jobs[0].submitted, jobs[0].submitted
	for _, j := range jobs {
		first, last = min(first, j.submitted), max(last, j.submitted)
	}
	days := float64(last-first) / 86400

	for class, in := range map[string]func(int64) bool{
		"small-jobs-below-a-node":  func(n int64) bool { return n < 8 },
		"small-jobs-a-node":        func(n int64) bool { return n == 8 },
		"small-jobs-several-nodes": func(n int64) bool { return n > 8 },
	} {
		t.Run(class, func(t *testing.T) {
			p := profile(t, "Demand "+class)
			var mine []job
			for _, j := range jobs {
				if in(j.accelerators) {
					mine = append(mine, j)
				}
			}
			if got, want := p["per_day"][0], fmt.Sprintf("%.2f", float64(len(mine))/days/4); got != want {
				t.Errorf("per_day = %s, want %s: a quarter of %d jobs in %.2f days", got, want, len(mine), days)
			}
			checkHours(t, p["hourly"], jobs)
			checkMean(t, p["durations.at_most"], p["durations.share"], mine)
			checkShares(t, "accelerators", p["sizes.accelerators"], p["sizes.share"], mine, func(j job, _, at int64) bool { return j.accelerators == at })
			checkShares(t, "at_most", p["durations.at_most"], p["durations.share"], mine, func(j job, above, at int64) bool { return j.seconds > above && j.seconds <= at })
		})
	}
}

// profile gives the numbers of a demand by their path below `profile`.
func profile(t *testing.T, document string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, n := range numbers(t) {
		if rest, ok := strings.CutPrefix(n.Path, "profile."); ok && n.Document == document {
			out[rest] = append(out[rest], n.Text)
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s has no profile", document)
	}
	return out
}

// checkMean holds the mean of what is drawn, evenly on a logarithmic scale
// inside each share, to the traces' own: within 6%.
func checkMean(t *testing.T, bounds, shares []string, jobs []job) {
	t.Helper()
	var sum, drawn float64
	for _, j := range jobs {
		sum += float64(j.seconds)
	}
	measured := sum / float64(len(jobs))
	low := 1.0
	for i, b := range bounds {
		high := float64(amount(t, b))
		share, _ := offtake.ParsePercent(shares[i])
		drawn += float64(share) / offtake.One * (high - low) / math.Log(high/low)
		low = high
	}
	if off := drawn/measured - 1; math.Abs(off) > 0.06 {
		t.Errorf("jobs drawn last %.0f s on average, those measured %.0f s: %.1f%% apart, want at most 6%%", drawn, measured, 100*off)
	} else {
		t.Logf("drawn %.0f s, measured %.0f s: %+.1f%%", drawn, measured, 100*off)
	}
}

func checkHours(t *testing.T, got []string, jobs []job) {
	t.Helper()
	var want [24]int
	for _, j := range jobs {
		want[j.submitted/3600%24]++
	}
	if len(got) != 24 {
		t.Fatalf("hourly has %d weights, want 24", len(got))
	}
	for h, w := range want {
		if got[h] != strconv.Itoa(w) {
			t.Errorf("hourly[%d] = %s, want %d arrivals", h, got[h], w)
		}
	}
}

// checkShares holds shares to what part of the jobs falls to each step, to a
// hundredth of a percent, and to 100% together.
func checkShares(t *testing.T, what string, steps, shares []string, jobs []job, in func(j job, above, at int64) bool) {
	t.Helper()
	var sum offtake.Percent
	above := int64(0)
	counted := 0
	for i, step := range steps {
		at := amount(t, step)
		n := 0
		for _, j := range jobs {
			if in(j, above, at) {
				n++
			}
		}
		above, counted = at, counted+n
		share, err := offtake.ParsePercent(shares[i])
		if err != nil {
			t.Fatal(err)
		}
		sum += share
		if want := float64(n) / float64(len(jobs)); math.Abs(float64(share)/offtake.One-want) > 0.0001 {
			t.Errorf("%s %s has the share %s, want %.2f%%", what, step, shares[i], 100*want)
		}
	}
	if sum != offtake.One || counted != len(jobs) {
		t.Errorf("the shares by %s come to %s and cover %d of %d jobs", what, sum, counted, len(jobs))
	}
}

func amount(t *testing.T, s string) int64 {
	t.Helper()
	if d, err := offtake.ParseDuration(s); err == nil {
		return int64(d.Time / time.Second)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Twelve campaigns at least, of whole racks and whole nodes.
func TestCampaigns(t *testing.T) {
	var sizes []int64
	for _, n := range numbers(t) {
		if n.Path == "quantity" && strings.HasPrefix(n.Document, "Demand campaign-") {
			sizes = append(sizes, amount(t, n.Text))
		}
	}
	if len(sizes) < 12 {
		t.Errorf("%d campaigns, want at least 12", len(sizes))
	}
	for _, q := range sizes {
		if q < 1008 || q > 100_800 || q%72 != 0 || q%8 != 0 {
			t.Errorf("a campaign of %d accelerators, want 1,008 to 100,800 in whole racks of 72 and nodes of 8", q)
		}
	}
}

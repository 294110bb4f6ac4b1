package openai_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/replay"
	"github.com/offtake-dev/offtake/internal/report"
	"github.com/offtake-dev/offtake/internal/rights"
)

// A placement is what this test reads of a decision: the walk knows the story
// and nothing of the code that decided.
type placement struct {
	Decision string `json:"decision"`
	Job      string `json:"job"`
	Provider string `json:"provider"`
	Product  string `json:"product"`
}

// replayed holds the terms of a day over the whole time of the example and
// gives each decision to walk.
func replayed(t *testing.T, terms string, walk func(placement)) *replay.Result {
	t.Helper()
	b, _ := book.ReadDir(".")
	l, _ := rights.Compile(b)
	on := func(day string) offtake.When {
		w, err := offtake.ParseWhen(day)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	r, w := io.Pipe()
	walked := make(chan error, 1)
	go func() {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, 1<<20)
		var err error
		for lines.Scan() && err == nil {
			var p placement
			if err = json.Unmarshal(lines.Bytes(), &p); err == nil && p.Decision == "place" {
				walk(p)
			}
		}
		r.CloseWithError(err)
		walked <- err
	}()
	out, err := replay.Run(context.Background(), replay.Options{
		Setup: market.Setup{Book: b, Law: l, TermsAt: l.Resolve("", on(terms))},
		From:  l.Resolve("", on("2025-01-21")), To: l.Resolve("", on("2027-01-01")), Decisions: w,
	})
	w.Close()
	if e := <-walked; e != nil || err != nil {
		t.Fatal(e, err)
	}
	return out
}

// The four versions over the same demand: nothing is placed or bought against
// them, all demand is accounted for, and the amendment relieves a shortage.
func TestOutcome(t *testing.T) {
	anywhere := func(placement) bool { return true }
	onAzure := func(p placement) bool { return p.Provider == "azure" }
	apiOnAzure := func(p placement) bool { return p.Product != "api" || p.Provider == "azure" }
	var runs []*replay.Result
	for _, c := range []struct {
		terms    string
		may      func(placement) bool
		refusals bool
	}{
		{"2025-01-20", onAzure, false},
		{"2025-01-21", apiOnAzure, true},
		{"2025-10-28", apiOnAzure, false},
		{"2026-06-01", anywhere, false},
	} {
		placed := int64(0)
		r := replayed(t, c.terms, func(p placement) {
			placed++
			if !c.may(p) {
				t.Errorf("terms of %s: job %s of product %q was placed on %s", c.terms, p.Job, p.Product, p.Provider)
			}
		})
		if placed != r.ServedJobs+r.RunningJobs || placed == 0 {
			t.Errorf("terms of %s: %d placements, want one for each of %d jobs that started", c.terms, placed, r.ServedJobs+r.RunningJobs)
		}
		if sum := r.ServedGPUSeconds + r.WaitingGPUSeconds + r.UnservedGPUSeconds; sum != r.GPUSeconds {
			t.Errorf("terms of %s: served, waiting and unserved come to %d GPU-seconds, want the %d demanded", c.terms, sum, r.GPUSeconds)
		}
		if (r.Refusals.Opened > 0) != c.refusals || r.Refusals.Breached != 0 {
			t.Errorf("terms of %s: refusals run: %+v", c.terms, r.Refusals)
		}
		for _, p := range r.Purchases {
			thirdParty := p.Provider != "azure" && p.Provider != "stargate"
			if c.refusals && thirdParty && p.Way != replay.Released {
				t.Errorf("terms of %s: %s was bought from %s, and the holder had not passed", c.terms, p.Opportunity, p.Provider)
			}
		}
		runs = append(runs, r)
	}
	for i, r := range runs[1:] {
		if r.GPUSeconds != runs[0].GPUSeconds || r.Jobs != runs[0].Jobs {
			t.Errorf("version %d has other demand than the first: %d jobs, want %d", i+2, r.Jobs, runs[0].Jobs)
		}
	}
	for _, h := range report.Headline(*runs[0], *runs[1]) {
		if h.Base < 5 {
			t.Errorf("%s: %.1f %s; the example is meant to be short of capacity before the amendment and relieved after", h.Figure, h.Base, h.Unit)
		}
	}
}

package report_test

import (
	"math"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/provenance"
	"github.com/offtake-dev/offtake/internal/replay"
	"github.com/offtake-dev/offtake/internal/report"
	"github.com/offtake-dev/offtake/internal/sensitivity"
)

// These runs are made up so that every part of a page has something to show.
// Nothing in them was replayed.

const (
	second = 3600          // in an hour
	demand = 480_000_000.0 // accelerator-hours
)

var (
	from      = time.Date(2025, 1, 21, 8, 0, 0, 0, time.UTC)
	to        = time.Date(2026, 12, 31, 8, 0, 0, 0, time.UTC)
	providers = []offtake.ProviderName{"azure", "oci", "coreweave", "aws", "stargate"}
)

func usd(units int64) replay.Amount { return replay.Amount{Money: offtake.MoneyOf("USD", units)} }

func fakeRun(name string, terms time.Time, short float64, own []float64) report.Run {

	r := replay.Result{
		Book: "openai", Terms: terms, From: from, To: to, Jobs: 152_311, GPUSeconds: int64(demand) * second,
		UnservedGPUSeconds: int64(demand*short*0.6) * second, WaitingGPUSeconds: int64(demand*short*0.4) * second,
		Wait:     replay.Wait{P50: int64(40 * 3600 * short), P95: int64(86400 * 90 * short), Max: int64(86400 * 300 * short)},
		Spend:    usd(int64(4_100_000_000 * (1.2 - short))),
		Refusals: replay.Refusals{Opened: int64(24 * own[1]), Matched: int64(8 * own[1]), Released: int64(14 * own[1])},
	}
	r.ServedGPUSeconds = r.GPUSeconds - r.UnservedGPUSeconds - r.WaitingGPUSeconds
	for i, p := range providers {
		s := replay.ProviderShare{Provider: p, Share: own[i], GPUSeconds: int64(own[i] * float64(r.ServedGPUSeconds))}
		r.Providers = append(r.Providers, s)
	}
	if name != "as signed" {
		r.Commitments = []replay.Drawn{{
			Clause: offtake.ClauseRef{Agreement: "microsoft-openai", Clause: "azure-commitment"}, Provider: "azure", Measure: offtake.Spend,
			Committed: replay.Level{Money: offtake.MoneyOf("USD", 6_000_000_000)}, Drawn: replay.Level{Money: offtake.MoneyOf("USD", int64(3_000_000_000*(own[0]+0.2)))},
		}}
	}
	fakeDays(&r, short, own)
	fakeDeliveries(&r, short)
	fakePurchases(&r, own)
	return report.Run{Name: name, Result: r}
}

func fakeDays(r *replay.Result, short float64, own []float64) {
	for i := range 709 {
		x := float64(i) / 709
		d := replay.Day{Date: offtake.DateOf(from).AddDays(i)}
		work := 22_000 + 120_000*x*x + 9_000*math.Sin(float64(i)/19)
		for k := range providers {
			held := math.Floor(work*(1-short)*own[k]/1000) * 1000
			d.Held = append(d.Held, int64(held))
			d.Used = append(d.Used, int64(held*0.9))
		}
		d.Waiting = int64(work * short)
		d.Jobs = int64(4000 * short * x)
		d.Arrived = int64(demand*x*x) * second
		d.Served = int64(demand*x*x*(1-short)) * second
		d.Spend = usd(int64(amountOf(r.Spend) * x))
		for _, c := range r.Commitments {
			d.Drawn = append(d.Drawn, replay.Level{Money: offtake.MoneyOf("USD", int64(c.Drawn.Float()*x))})
		}
		r.Days = append(r.Days, d)
	}
}

func amountOf(a replay.Amount) float64 { return a.Ratio(offtake.MoneyOf("USD", 1)) }

func fakeDeliveries(r *replay.Result, short float64) {
	for i := range 14 {
		due := from.AddDate(0, 4+i*3/2, 5)
		ready := due.AddDate(0, 0, int(short*float64(100+20*i))-12)
		d := replay.Delivery{Demand: offtake.DemandName("campaign-" + string(rune('a'+i))), Product: "chatgpt", Due: due, Ready: &ready}
		d.Late = max(0, int64(ready.Sub(due).Hours()/24))
		if ready.After(to) {
			d.Ready, d.Late = nil, int64(to.Sub(due).Hours()/24)
		}
		r.Deliveries = append(r.Deliveries, d)
	}
}

func fakePurchases(r *replay.Result, own []float64) {
	for i := range 9 {
		p := providers[i%len(providers)]
		if own[i%len(providers)] == 0 {
			continue
		}
		at := from.AddDate(0, i*2, 0)
		r.Purchases = append(r.Purchases, replay.Purchase{
			At: at.AddDate(0, 0, 14), Asked: at, Opportunity: "x", Provider: p, Accelerator: "gb200", Region: "us-east",
			Quantity: 5040, Price: usd(11), Kind: offtake.Reserved, From: at.AddDate(0, 1, 0), Until: at.AddDate(1, 1, 0), Way: replay.Released,
		})
	}
}

func fakePage() report.Page {
	date := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 8, 0, 0, 0, time.UTC) }
	p := report.Page{
		Book: "openai",
		Runs: []report.Run{
			fakeRun("as signed", date(2025, 1, 20), 0.42, []float64{1, 0, 0, 0, 0}),
			fakeRun("january-2025", date(2025, 1, 21), 0.11, []float64{0.52, 0.2, 0.08, 0.05, 0.15}),
			fakeRun("october-2025", date(2025, 10, 28), 0.07, []float64{0.38, 0.25, 0.1, 0.07, 0.2}),
			fakeRun("april-2026", date(2026, 6, 1), 0.05, []float64{0.36, 0.24, 0.1, 0.08, 0.22}),
		},
		Numbers: provenance.Numbers("supply/azure.yaml", "kind: Supply\nname: azure\nq: 8064  # invented\np: USD 12.29 # Azure list price <b>\n"),
		Left:    []sensitivity.Left{{Name: "suppliers: from", Numbers: 15, Why: "a date has no half"}, {Name: "campaigns: earliest", Numbers: 14, Why: "a date has no half"}},
	}
	p.Sensitivity = report.Headline(p.Runs[0].Result, p.Runs[1].Result)
	moves := []sensitivity.Move{
		{Name: "what stargate has to sell", Numbers: 4, Half: 22, Double: 36},
		{Name: "campaigns: quantity", Numbers: 14, Half: 12, Double: 24},
		{Name: "new capacity: window", Numbers: 1, Half: 31.5, Double: 29},
		{Name: "may build: share at least", Numbers: 1, Half: 31, Double: math.NaN()},
		{Name: "small jobs: scale", Numbers: 3, Half: 20, Double: 38},
	}
	p.Sensitivity[0].Moves = moves
	for _, m := range moves {
		m.Half, m.Double = m.Half+20, m.Double+20
		p.Sensitivity[1].Moves = append(p.Sensitivity[1].Moves, m)
	}
	return p
}

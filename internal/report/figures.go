package report

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/replay"
)

// colours of providers and of versions are classes p0, p1, … and v0, v1, … of
// the style sheet, which has eight of each.
func colour(kind string, i int) string { return kind + strconv.Itoa(i%8) }

// sampled gives the indices of about 240 days, the last among them.
func sampled(days []replay.Day) []int {
	step := (len(days) + 239) / 240
	var out []int
	for i := len(days) - 1; i >= 0; i -= max(step, 1) {
		out = append([]int{i}, out...)
	}
	return out
}

func dates(days []replay.Day) []offtake.Date {
	var out []offtake.Date
	for _, i := range sampled(days) {
		out = append(out, days[i].Date)
	}
	return out
}

func allDates(days []replay.Day) []offtake.Date {
	var out []offtake.Date
	for _, d := range days {
		out = append(out, d.Date)
	}
	return out
}

func values(days []replay.Day, of func(replay.Day) float64) []float64 {
	var out []float64
	for _, i := range sampled(days) {
		out = append(out, of(days[i]))
	}
	return out
}

func sum(ns []int64) (total int64) {
	for _, n := range ns {
		total += n
	}
	return total
}

// span of days over which the arrival of work is averaged, so that a campaign
// reads as load and not as a needle.
const meanDays = 28

// asked gives, for each day, the accelerators that the work which arrived in
// the four weeks before it would have kept busy.
func asked(days []replay.Day) []float64 {
	var out []float64
	for i, d := range days {
		before, n := int64(0), i+1
		if i >= meanDays {
			before, n = days[i-meanDays].Arrived, meanDays
		}
		out = append(out, float64(d.Arrived-before)/86400/float64(n))
	}
	return out
}

// capacityFigure shows, for each run, capacity held by provider beside what
// the work that arrives would keep busy.
func capacityFigure(runs []Run) figure {
	f := figure{
		ID: "capacity", Title: "Capacity and demand",
		Note: "Areas: accelerators held, by provider. Dark line: accelerators that the work which arrived in the four weeks before would keep busy, as demanded, the same under all terms. A faster accelerator does more than one's work.",
		Head: []string{"month's last day", "asked for"},
	}
	for i, p := range runs[0].Result.Providers {
		f.Legend = append(f.Legend, legend{Name: string(p.Provider), Class: colour("p", i)})
	}
	f.Legend = append(f.Legend, legend{Name: "asked for by arriving work", Class: "demand"})
	top := 0.0
	for _, r := range runs {
		demand := asked(r.Result.Days)
		for i, d := range r.Result.Days {
			top = math.Max(top, math.Max(float64(sum(d.Held)), demand[i]))
		}
	}
	for k, r := range runs {
		f.Drawings = append(f.Drawings, drawing{Title: r.Name, Under: "terms of " + r.Label(), SVG: capacityChart(k, r, top)})
		f.Head = append(f.Head, r.Name+": held", "at work")
	}
	demand := asked(runs[0].Result.Days)
	f.Body = monthly(runs, func(d replay.Day, _ Run) []string {
		return []string{grouped(sum(d.Held)), grouped(sum(d.Used))}
	})
	for row, i := range monthEnds(allDates(runs[0].Result.Days)) {
		f.Body[row] = slices.Insert(f.Body[row], 1, grouped(int64(math.Round(demand[i]))))
	}
	return f
}

func capacityChart(k int, r Run, top float64) template.HTML {
	days := r.Result.Days
	c := timeChart{
		id: "capacity-" + strconv.Itoa(k), title: "Capacity and demand under " + r.Name,
		desc:  "Accelerators held by provider, stacked, and the line of what arriving work asks for, for each day. The table below gives each month.",
		width: 480, height: 270, days: dates(days), top: top, show: short,
	}
	for i, p := range r.Result.Providers {
		c.areas = append(c.areas, series{string(p.Provider), colour("p", i), values(days, func(d replay.Day) float64 { return float64(d.Held[i]) })})
	}
	all := asked(days)
	line := series{name: "asked for", class: "demand"}
	for _, i := range sampled(days) {
		line.values = append(line.values, all[i])
	}
	c.lines = []series{line}
	return c.draw()
}

// monthly gives a table's rows: each month's last day, and cells for each run.
func monthly(runs []Run, cells func(replay.Day, Run) []string) [][]string {
	var out [][]string
	all := allDates(runs[0].Result.Days)
	for _, i := range monthEnds(all) {
		row := []string{all[i].String()}
		for _, r := range runs {
			if i < len(r.Result.Days) {
				row = append(row, cells(r.Result.Days[i], r)...)
			}
		}
		out = append(out, row)
	}
	return out
}

// perRun draws one line for each run on one chart.
func perRun(f figure, runs []Run, show func(float64) string, of func(replay.Day, Run) float64) figure {
	c := timeChart{
		id: f.ID + "-chart", title: f.Title, desc: f.Note + " The table below gives each month.",
		width: 960, height: 300, labels: true, show: show,
	}
	f.Head = []string{"month's last day"}
	for k, r := range runs {
		if len(r.Result.Days) > len(c.days) {
			c.days = dates(r.Result.Days)
		}
		vs := values(r.Result.Days, func(d replay.Day) float64 { return of(d, r) })
		if len(unbroken(vs)) > 0 {
			c.lines = append(c.lines, series{r.Name, colour("v", k), vs})
		}
		f.Head = append(f.Head, r.Name)
	}
	for i := range c.lines { // runs of unlike length end together
		for len(c.lines[i].values) < len(c.days) {
			c.lines[i].values = append(c.lines[i].values, math.NaN())
		}
	}
	f.Drawings = []drawing{{SVG: c.draw()}}
	f.Body = monthly(runs, func(d replay.Day, r Run) []string {
		v := of(d, r)
		if math.IsNaN(v) {
			return []string{"none"}
		}
		return []string{show(v)}
	})
	return f
}

func waitingFigure(runs []Run) figure {
	return perRun(figure{
		ID: "waiting", Title: "Waiting",
		Note: "Jobs that had arrived and could not start, at each day's end.",
	}, runs, short, func(d replay.Day, _ Run) float64 { return float64(d.Jobs) })
}

func spendFigure(runs []Run) figure {
	return perRun(figure{
		ID: "spend", Title: "Spend",
		Note: "All that was charged up to each day, for capacity used or held, in " + cmp.Or(currency(resultsOf(runs)), "money") + ".",
	}, runs, short, func(d replay.Day, _ Run) float64 { return amount(d.Spend.Money) })
}

// sharesFigure shows where the demanded hours went.
func sharesFigure(runs []Run) figure {
	f := figure{
		ID: "shares", Title: "Who served it",
		Note: "Parts of all demanded accelerator-hours: served by each provider, waiting at the end, and given up.",
		Head: []string{"terms"},
	}
	for i, p := range runs[0].Result.Providers {
		f.Legend = append(f.Legend, legend{Name: string(p.Provider), Class: colour("p", i)})
		f.Head = append(f.Head, string(p.Provider))
	}
	f.Legend = append(f.Legend, legend{Name: "waiting", Class: "waiting"}, legend{Name: "unserved", Class: "unserved"})
	f.Head = append(f.Head, "waiting", "unserved")
	var bars []bar
	for _, r := range runs {
		b := bar{name: r.Name, under: "terms of " + r.Label()}
		for i, p := range r.Result.Providers {
			b.parts = append(b.parts, segment{string(p.Provider), colour("p", i), part(p.GPUSeconds, r.Result.GPUSeconds)})
		}
		b.parts = append(b.parts,
			segment{"waiting", "waiting", part(r.Result.WaitingGPUSeconds, r.Result.GPUSeconds)},
			segment{"unserved", "unserved", part(r.Result.UnservedGPUSeconds, r.Result.GPUSeconds)})
		row := []string{r.Name}
		var parts []float64
		for _, s := range b.parts {
			parts = append(parts, s.part)
		}
		f.Body = append(f.Body, append(row, percents(parts)...))
		bars = append(bars, b)
	}
	f.Drawings = []drawing{{SVG: shareChart("shares-chart", f.Title, f.Note, bars)}}
	return f
}

// deliveryFigure shows what waited for the work: when due, and when ready.
func deliveryFigure(runs []Run) figure {
	f := figure{
		ID: "deliveries", Title: "What the shortage delayed",
		Note: "Each row is work that something waits for. The upright bar is the day it was due, the marks are the days it was ready; at the right edge stands what was not ready by the end.",
		Head: []string{"work", "delivers", "due"},
	}
	var names, classes []string
	for k, r := range runs {
		names, classes = append(names, r.Name), append(classes, colour("v", k))
		f.Legend = append(f.Legend, legend{Name: r.Name, Mark: keyMark(k, colour("v", k))})
		f.Head = append(f.Head, r.Name, "days late")
	}
	var all []promise
	for i, d := range runs[0].Result.Deliveries {
		p := promise{name: string(d.Demand), product: string(d.Product), due: d.Due}
		row := []string{p.name, p.product, day(d.Due)}
		for _, r := range runs {
			mine := r.Result.Deliveries[i]
			p.ready = append(p.ready, mine.Ready)
			if mine.Ready == nil {
				row = append(row, "never", fmt.Sprintf("%d so far", mine.Late))
				continue
			}
			row = append(row, day(*mine.Ready), strconv.FormatInt(mine.Late, 10))
		}
		all = append(all, p)
		f.Body = append(f.Body, row)
	}
	f.Drawings = []drawing{{SVG: deliveryChart("deliveries-chart", f.Title, f.Note, runs[0].Result.From, runs[0].Result.To, all, names, classes)}}
	return f
}

// commitmentFigures show how far each commitment has been drawn.
func commitmentFigures(runs []Run) []figure {
	results := resultsOf(runs)
	var out []figure
	for i, ref := range commitments(results) {
		committed, most := replay.Level{}, 0.0
		for _, r := range results {
			if c, ok := commitment(r, ref); ok {
				committed, most = c.Committed, math.Max(most, c.Drawn.Float())
			}
		}
		f := figure{ID: "commitment-" + strconv.Itoa(i), Title: "Commitment " + ref.String()}
		f.Note = "What is left of " + alone(levelled(committed)) + ", at each day's end, under the terms that know the commitment."
		burn := func(c replay.Drawn, drawn float64) float64 { return c.Committed.Float() - drawn }
		if most < committed.Float()/10 {
			f.Note = "What was drawn of " + alone(levelled(committed)) + ", at each day's end, under the terms that know the commitment. What is left would show as a level line."
			burn = func(_ replay.Drawn, drawn float64) float64 { return drawn }
		}
		out = append(out, perRun(f, runs, short, func(d replay.Day, r Run) float64 { return burnt(d, r, ref, burn) }))
	}
	return out
}

// burnt gives where a commitment stood on a day, or NaN where the run knows none.
func burnt(d replay.Day, r Run, ref offtake.ClauseRef, burn func(replay.Drawn, float64) float64) float64 {
	for k, c := range r.Result.Commitments {
		if c.Clause == ref && k < len(d.Drawn) {
			return burn(c, d.Drawn[k].Float())
		}
	}
	return math.NaN()
}

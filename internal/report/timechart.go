package report

import (
	"fmt"
	"html/template"
	"math"
	"sort"
	"strings"

	"github.com/offtake-dev/offtake"
)

// A series is one quantity over the days of a chart. A NaN is a day without
// a value.
type series struct {
	name   string
	class  string
	values []float64
}

// A timeChart draws quantities over days: areas stacked from the bottom, and
// lines above them. All share one axis.
type timeChart struct {
	id, title, desc string
	width, height   int
	days            []offtake.Date
	areas, lines    []series
	top             float64 // of the axis; 0: from the values
	labels          bool    // name lines at their right end
	show            func(float64) string
}

const (
	marginLeft   = 52.0
	marginTop    = 12.0
	marginBottom = 26.0
)

func (c timeChart) draw() template.HTML {
	p := newPen(c.id, c.title, c.desc, c.width, c.height)
	right := float64(c.width) - 12
	if c.labels {
		right -= 148 // also for the larger words of a small page
	}
	steps := ticks(math.Max(c.top, c.max()), 4)
	x := scale{0, float64(max(len(c.days)-1, 1)), marginLeft, right}
	y := scale{0, steps[len(steps)-1], float64(c.height) - marginBottom, marginTop}
	for _, v := range steps {
		p.line("grid", marginLeft, y.at(v), right, y.at(v))
		p.text("tick", "end", marginLeft-6, y.at(v)+4, c.show(v))
	}
	c.drawMonths(p, x, y)
	c.drawAreas(p, x, y)
	for _, s := range c.lines {
		for _, run := range unbroken(s.values) {
			p.path("line "+s.class, points(s.values, run, x, y), false)
		}
	}
	if c.labels {
		c.drawLabels(p, y, right)
	}
	c.drawTips(p, x, y)
	return p.done()
}

// max gives the largest total of the areas or value of a line on any day.
func (c timeChart) max() float64 {
	top := 0.0
	for i := range c.days {
		sum := 0.0
		for _, a := range c.areas {
			sum += a.values[i]
		}
		top = math.Max(top, sum)
		for _, l := range c.lines {
			if !math.IsNaN(l.values[i]) {
				top = math.Max(top, l.values[i])
			}
		}
	}
	return top
}

// drawMonths marks quarters on the axis, and years by name.
func (c timeChart) drawMonths(p *pen, x, y scale) {
	every := 3
	if len(c.days) > 0 && c.days[0].AddMonths(8).Compare(c.days[len(c.days)-1]) > 0 {
		every = 1
	}
	for i, d := range c.days {
		if i == 0 || d.Month == c.days[i-1].Month || int(d.Month-1)%every != 0 {
			continue
		}
		p.line("axis", x.at(float64(i)), y.from, x.at(float64(i)), y.from+4)
		label := d.Month.String()[:3]
		if d.Month == 1 {
			label = fmt.Sprint(d.Year)
		}
		p.text("tick", "middle", x.at(float64(i)), y.from+17, label)
	}
	p.line("axis", x.from, y.from, x.to, y.from)
}

func (c timeChart) drawAreas(p *pen, x, y scale) {
	floor := make([]float64, len(c.days))
	for _, a := range c.areas {
		roof := make([]float64, len(c.days))
		some := false
		for i, v := range a.values {
			roof[i] = floor[i] + v
			some = some || v > 0
		}
		if some {
			edge := points(roof, span{0, len(roof)}, x, y)
			base := points(floor, span{0, len(floor)}, x, y)
			for i := len(base) - 1; i >= 0; i-- {
				edge = append(edge, base[i])
			}
			p.path("area "+a.class, edge, true)
		}
		floor = roof
	}
}

// drawLabels names each line at its end, pushed apart where they would meet.
func (c timeChart) drawLabels(p *pen, y scale, right float64) {
	type label struct {
		at    float64
		which series
	}
	var all []label
	for _, s := range c.lines {
		if runs := unbroken(s.values); len(runs) > 0 {
			all = append(all, label{y.at(s.values[runs[len(runs)-1].end-1]), s})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at < all[j].at })
	const apart = 16
	for i := 1; i < len(all); i++ {
		all[i].at = math.Max(all[i].at, all[i-1].at+apart)
	}
	for i := len(all) - 1; i >= 0; i-- {
		floor := y.from - float64(len(all)-1-i)*apart
		all[i].at = math.Min(all[i].at, floor)
	}
	for _, l := range all {
		p.line("line "+l.which.class, right+4, l.at, right+18, l.at)
		p.text("tick", "start", right+22, l.at+4, l.which.name)
	}
}

// drawTips lays an unseen box over each month that tells its last day's values
// when pointed at.
func (c timeChart) drawTips(p *pen, x, y scale) {
	for _, i := range monthEnds(c.days) {
		first := i
		for first > 0 && c.days[first-1].Month == c.days[i].Month {
			first--
		}
		words := []string{c.days[i].String()}
		for _, s := range append(append([]series(nil), c.areas...), c.lines...) {
			if !math.IsNaN(s.values[i]) {
				words = append(words, s.name+": "+c.show(s.values[i]))
			}
		}
		left := x.at(float64(first))
		p.rect("tip", left, y.to, x.at(float64(i))-left+1, y.from-y.to, strings.Join(words, "\n"))
	}
}

// monthEnds gives the index of each month's last day among days.
func monthEnds(days []offtake.Date) []int {
	var out []int
	for i, d := range days {
		if i+1 == len(days) || days[i+1].Month != d.Month {
			out = append(out, i)
		}
	}
	return out
}

// A span is a stretch of days, end excluded.
type span struct{ start, end int }

// unbroken gives the stretches without a missing value.
func unbroken(values []float64) []span {
	var out []span
	for i, v := range values {
		switch {
		case math.IsNaN(v):
		case i > 0 && !math.IsNaN(values[i-1]):
			out[len(out)-1].end = i + 1
		default:
			out = append(out, span{i, i + 1})
		}
	}
	return out
}

func points(values []float64, s span, x, y scale) []point {
	out := make([]point, 0, s.end-s.start)
	for i := s.start; i < s.end; i++ {
		out = append(out, point{x.at(float64(i)), y.at(values[i])})
	}
	return out
}

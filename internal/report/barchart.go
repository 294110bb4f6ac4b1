package report

import (
	"html/template"
	"math"
	"time"

	"github.com/offtake-dev/offtake/internal/sensitivity"
)

// A bar is one row of parts that come to a whole.
type bar struct {
	name, under string
	parts       []segment
}

type segment struct {
	name, class string
	part        float64 // of the whole, 0 to 1
}

// shareChart draws bars of parts, one below the other, on one axis of percent.
func shareChart(id, title, desc string, bars []bar) template.HTML {
	const width, row, left, top = 960, 52, 150.0, 6.0
	height := len(bars)*row + 34
	p := newPen(id, title, desc, width, height)
	x := scale{0, 1, left, width - 12}
	bottom := top + float64(len(bars)*row)
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		p.line("grid", x.at(v), top, x.at(v), bottom)
		p.text("tick", "middle", x.at(v), bottom+18, percent(v)[:len(percent(v))-3]+"%")
	}
	for i, b := range bars {
		y := top + float64(i*row) + 8
		p.text("name", "end", left-12, y+15, b.name)
		p.text("tick", "end", left-12, y+31, b.under)
		at := 0.0
		for _, s := range b.parts {
			w := x.at(at+s.part) - x.at(at)
			if w > 0 {
				p.rect("area "+s.class, x.at(at), y, w, 34, b.name+", "+s.name+": "+percent(s.part))
			}
			if w > 46 {
				p.text("inside "+s.class, "middle", x.at(at)+w/2, y+22, percent(s.part))
			}
			at += s.part
		}
	}
	return p.done()
}

// A promise is something due on a day, and when each run had it ready.
type promise struct {
	name, product string
	due           time.Time
	ready         []*time.Time // by run; nil: not by the end
}

// deliveryChart draws each promise as a row on one axis of days: a bar at the
// day it was due, and a mark for each run at the day it was ready. What was
// never ready stands open at the right edge.
func deliveryChart(id, title, desc string, from, to time.Time, promises []promise, names, classes []string) template.HTML {
	const width, row, left, top = 960, 30, 150.0, 8.0
	height := len(promises)*row + 36
	p := newPen(id, title, desc, width, height)
	right := float64(width) - 40
	x := scale{0, to.Sub(from).Hours(), left, right}
	at := func(t time.Time) float64 { return math.Min(math.Max(x.at(t.Sub(from).Hours()), left), right) }
	bottom := top + float64(len(promises)*row)
	for m := time.Date(from.Year(), from.Month()+1, 1, 0, 0, 0, 0, time.UTC); m.Before(to); m = m.AddDate(0, 1, 0) {
		if int(m.Month()-1)%3 != 0 {
			continue
		}
		label := m.Month().String()[:3]
		if m.Month() == 1 {
			label = m.Format("2006")
		}
		p.line("grid", at(m), top, at(m), bottom)
		p.text("tick", "middle", at(m), bottom+18, label)
	}
	for i, d := range promises {
		y := top + float64(i*row) + row/2
		p.line("grid", left, y, right, y)
		p.text("name", "end", left-12, y+4, d.name)
		p.line("due", at(d.due), y-11, at(d.due), y+11)
		for k, ready := range d.ready {
			// Marks of one day stand beside each other, not on each other.
			shift := (float64(k) - float64(len(d.ready)-1)/2) * 4
			if ready == nil {
				p.dot("open "+classes[k], right+14+shift*1.6, y+shift, 4, d.name+", "+names[k]+": not by the end")
				continue
			}
			p.dot("full "+classes[k], at(*ready), y+shift, 4.5, d.name+", "+names[k]+": ready "+day(*ready)+", due "+day(d.due))
		}
	}
	p.text("tick", "middle", right+14, bottom+18, "never")
	return p.done()
}

// tornadoChart draws how far a figure moves from base when each number is
// halved and doubled, the farthest first.
func tornadoChart(id, title, desc string, base float64, moves []sensitivity.Move, show func(float64) string) template.HTML {
	const width, row, left, top = 960, 26, 330.0, 24.0
	height := len(moves)*row + 56
	p := newPen(id, title, desc, width, height)
	low, high := base, base
	for _, m := range moves {
		for _, v := range []float64{m.Half, m.Double} {
			if !math.IsNaN(v) {
				low, high = math.Min(low, v), math.Max(high, v)
			}
		}
	}
	if low == high {
		low, high = low-1, high+1
	}
	x := scale{low, high, left + 60, width - 70}
	bottom := top + float64(len(moves)*row)
	p.text("tick", "middle", x.at(base), top-8, "as written: "+show(base))
	for i, m := range moves {
		y := top + float64(i*row)
		p.text("name", "end", left-8, y+17, m.Name)
		for _, side := range []struct {
			v     float64
			class string
			word  string
		}{{m.Half, "half", "at half"}, {m.Double, "double", "at double"}} {
			if math.IsNaN(side.v) {
				continue
			}
			a, b := x.at(base), x.at(side.v)
			p.rect("area "+side.class, math.Min(a, b), y+4, math.Abs(b-a), row-8, m.Name+" "+side.word+": "+show(side.v))
		}
		drawEnds(p, x, base, m, y+17, show)
	}
	p.line("base", x.at(base), top, x.at(base), bottom+4)
	p.rect("area half", left+60, bottom+14, 12, 12, "")
	p.text("tick", "start", left+78, bottom+24, "at half")
	p.rect("area double", left+140, bottom+14, 12, 12, "")
	p.text("tick", "start", left+158, bottom+24, "at double")
	return p.done()
}

// drawEnds writes the outermost values beside the bars.
func drawEnds(p *pen, x scale, base float64, m sensitivity.Move, y float64, show func(float64) string) {
	low, high := base, base
	for _, v := range []float64{m.Half, m.Double} {
		if !math.IsNaN(v) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	if low < base {
		p.text("tick", "end", x.at(low)-5, y, show(low))
	}
	if high > base {
		p.text("tick", "start", x.at(high)+5, y, show(high))
	}
}

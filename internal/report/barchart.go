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
	const width, row, left, top = 960, 52, 186.0, 6.0
	height := len(bars)*row + 34
	p := newPen(id, title, desc, width, height)
	x := scale{0, 1, left, width - 28}
	bottom := top + float64(len(bars)*row)
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		p.line("grid", x.at(v), top, x.at(v), bottom)
		p.text("tick", "middle", x.at(v), bottom+18, digits(100*v)+"%")
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
		if at(m) < right-20 { // clear of "never"
			p.text("tick", "middle", at(m), bottom+18, label)
		}
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
				p.mark(k, "open "+classes[k], right+14+shift*1.6, y+shift, d.name+", "+names[k]+": not by the end")
				continue
			}
			p.mark(k, "full "+classes[k], at(*ready), y+shift, d.name+", "+names[k]+": ready "+day(*ready)+", due "+day(d.due))
		}
	}
	p.text("tick", "middle", right+14, bottom+18, "never")
	return p.done()
}

// tornadoChart draws how far a figure moves from base when each number is
// halved (the upper bar of a row) and doubled (the lower), the farthest first.
func tornadoChart(id, title, desc string, s Sensitivity, moves []sensitivity.Move) template.HTML {
	base, show := s.Base, s.show
	const width, row, left, top = 960, 34, 290.0, 24.0
	height := len(moves)*row + 62
	p := newPen(id, title, desc, width, height)
	low, high := base-1e-9, base+1e-9
	for _, m := range moves {
		for _, v := range []float64{m.Half, m.Double} {
			if !math.IsNaN(v) {
				low, high = math.Min(low, v), math.Max(high, v)
			}
		}
	}
	x := scale{low, high, left + 60, width - 70}
	bottom := top + float64(len(moves)*row)
	p.text("tick", "middle", x.at(base), top-8, "as written: "+show(base))
	for i, m := range moves {
		y := top + float64(i*row)
		p.line("grid", left, y, width-12, y)
		p.text("name", "end", left-8, y+21, m.Name)
		side(p, x, base, m.Half, y+4, "half", m.Name+" at half", show)
		side(p, x, base, m.Double, y+17, "double", m.Name+" at double", show)
	}
	p.line("base", x.at(base), top, x.at(base), bottom+4)
	p.rect("area half", left+60, bottom+18, 12, 12, "")
	p.text("tick", "start", left+78, bottom+28, "at half")
	p.rect("area double", left+140, bottom+18, 12, 12, "")
	p.text("tick", "start", left+158, bottom+28, "at double")
	return p.done()
}

// side draws one bar from base to v, with v at its end.
func side(p *pen, x scale, base, v, y float64, class, tip string, show func(float64) string) {
	if math.IsNaN(v) {
		return
	}
	a, b := x.at(base), x.at(v)
	p.rect("area "+class, math.Min(a, b), y, math.Abs(b-a), 12, tip+": "+show(v))
	switch {
	case b < a-0.5:
		p.text("end", "end", b-4, y+10, show(v))
	case b > a+0.5:
		p.text("end", "start", b+4, y+10, show(v))
	}
}

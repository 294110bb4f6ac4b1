package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// A pen writes one SVG drawing. Everything it is given to say is escaped.
type pen struct{ b strings.Builder }

// newPen begins a drawing that names and describes itself to a screen reader.
func newPen(id, title, desc string, width, height int) *pen {
	p := new(pen)
	class := "narrow"
	if width > 600 {
		class = "wide" // its words grow where the page is small
	}
	fmt.Fprintf(&p.b, `<svg class="%s" viewBox="0 0 %d %d" role="img" aria-labelledby="%s-t %s-d"><title id="%s-t">%s</title><desc id="%s-d">%s</desc>`,
		class, width, height, id, id, id, html.EscapeString(title), id, html.EscapeString(desc))
	return p
}

func (p *pen) done() template.HTML {
	p.b.WriteString("</svg>")
	return template.HTML(p.b.String())
}

// num prints a coordinate with one place at most.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	return strings.TrimSuffix(s, ".0")
}

func (p *pen) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&p.b, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`, class, num(x1), num(y1), num(x2), num(y2))
}

// text writes s at a point; anchor is start, middle or end.
func (p *pen) text(class, anchor string, x, y float64, s string) {
	fmt.Fprintf(&p.b, `<text class="%s" text-anchor="%s" x="%s" y="%s">%s</text>`, class, anchor, num(x), num(y), html.EscapeString(s))
}

// rect draws a box whose tip shows when pointed at.
func (p *pen) rect(class string, x, y, w, h float64, tip string) {
	fmt.Fprintf(&p.b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s">`, class, num(x), num(y), num(math.Max(w, 0)), num(math.Max(h, 0)))
	if tip != "" {
		fmt.Fprintf(&p.b, "<title>%s</title>", html.EscapeString(tip))
	}
	p.b.WriteString("</rect>")
}

// marks are the shapes that tell runs apart without colour, about a point.
var marks = []string{
	"M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z", // a dot
	"M-4-4H4V4H-4Z",              // a square
	"M0-5.5L5.2 4H-5.2Z",         // a triangle
	"M0-5.8L5.2 0L0 5.8L-5.2 0Z", // a diamond
}

// mark draws the shape of the nth run.
func (p *pen) mark(n int, class string, x, y float64, tip string) {
	fmt.Fprintf(&p.b, `<path class="%s" transform="translate(%s %s)" d="%s"><title>%s</title></path>`,
		class, num(x), num(y), marks[n%len(marks)], html.EscapeString(tip))
}

// keyMark draws the shape of the nth run for a legend.
func keyMark(n int, class string) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="key-mark" viewBox="-7 -7 14 14" aria-hidden="true"><path class="full %s" d="%s"/></svg>`, class, marks[n%len(marks)]))
}

type point struct{ x, y float64 }

// path draws points as one line, or as an area where it is closed.
func (p *pen) path(class string, points []point, closed bool) {
	fmt.Fprintf(&p.b, `<path class="%s" d="`, class)
	for i, at := range points {
		verb := "L"
		if i == 0 {
			verb = "M"
		}
		p.b.WriteString(verb + num(at.x) + " " + num(at.y))
	}
	if closed {
		p.b.WriteString("Z")
	}
	p.b.WriteString(`"/>`)
}

// A scale maps values to a stretch of the drawing.
type scale struct{ low, high, from, to float64 }

func (s scale) at(v float64) float64 {
	if s.high == s.low {
		return s.from
	}
	return s.from + (v-s.low)/(s.high-s.low)*(s.to-s.from)
}

// ticks gives round steps from zero, about n of them, that reach top.
func ticks(top float64, n int) []float64 {
	if top <= 0 || math.IsInf(top, 0) || math.IsNaN(top) {
		return []float64{0, 1}
	}
	raw := top / float64(n)
	base := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * base
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*base >= raw*0.999 {
			step = m * base
			break
		}
	}
	out := []float64{0}
	for i := 1; out[len(out)-1] < top*0.9999; i++ {
		out = append(out, float64(i)*step)
	}
	return out
}

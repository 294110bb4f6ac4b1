package report

import (
	"cmp"
	_ "embed"
	"html/template"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/offtake-dev/offtake/internal/provenance"
	"github.com/offtake-dev/offtake/internal/replay"
	"github.com/offtake-dev/offtake/internal/sensitivity"
)

// A Page is what the HTML report shows. Runs are at least one; the rest may be
// left out.
type Page struct {
	Book        string              // its name
	Runs        []Run               // of the same demand, in the order of their terms
	Sensitivity []Sensitivity       // by figure, of the same moves in the same order
	Left        []sensitivity.Left  // invented numbers that were not varied
	Numbers     []provenance.Number // of the book, with their marks
}

// A Sensitivity says how a figure moves with the invented numbers.
type Sensitivity struct {
	Name   string  // "served more"
	Figure string  // what it is, in words
	Unit   string  // "pt", "d"
	Base   float64 // with the book as written
	Moves  []sensitivity.Move
}

// show prints a value of the figure, as many places after the point as its
// other values.
func (s Sensitivity) show(v float64) string {
	if math.IsNaN(v) {
		return "no such book"
	}
	all := []float64{v, s.Base}
	for _, m := range s.Moves {
		for _, moved := range []float64{m.Half, m.Double} {
			if !math.IsNaN(moved) {
				all = append(all, moved)
			}
		}
	}
	return evenly(in(s.Unit))(all)[0]
}

// farthest gives the moves by how far they move the figure.
func (s Sensitivity) farthest() []sensitivity.Move {
	moves := slices.Clone(s.Moves)
	sort.SliceStable(moves, func(i, j int) bool { return moves[i].Swing(s.Base) > moves[j].Swing(s.Base) })
	return moves
}

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

//go:embed parts.html
var partsText string

var pageTemplate = template.Must(template.Must(template.New("page").Parse(partsText)).Parse(pageText))

// Write writes the page. The same Page gives the same bytes.
func Write(w io.Writer, p Page) error {
	return pageTemplate.Execute(w, view(p))
}

// A figure is a chart, what its colours mean, and the table beneath it.
type figure struct {
	ID, Title, Note string
	Legend          []legend
	Drawings        []drawing
	Head            []string
	Body            [][]string
}

type drawing struct {
	Title, Under string
	SVG          template.HTML
}

type legend struct {
	Name, Class string
	Mark        template.HTML // in place of a patch of colour
}

type card struct{ Name, From, To, Change string }

type pageView struct {
	Style     template.CSS
	Title     string
	Lead      string
	Cards     []card
	CardsFrom string
	CardsTo   string
	Runs      []Run
	Rows      []Row
	Figures   []figure
	Purchases []purchases
	Marks     []markGroup
	Counts    string
	Left      []leftGroup
}

func view(p Page) pageView {
	v := pageView{
		Style: template.CSS(pageStyle), Title: "Book " + p.Book + ": what the terms change",
		Runs: p.Runs, Rows: Compare(p.Runs), Lead: lead(p.Runs),
	}
	if len(p.Runs) > 1 {
		first, second := p.Runs[0], p.Runs[1]
		v.Cards, v.CardsFrom, v.CardsTo = cards(first.Result, second.Result), first.Name, second.Name
	}
	v.Figures = append(v.Figures, capacityFigure(p.Runs), waitingFigure(p.Runs), sharesFigure(p.Runs))
	if len(p.Runs[0].Result.Deliveries) > 0 {
		v.Figures = append(v.Figures, deliveryFigure(p.Runs))
	}
	v.Figures = append(v.Figures, spendFigure(p.Runs))
	v.Figures = append(v.Figures, commitmentFigures(p.Runs)...)
	for i, s := range p.Sensitivity {
		v.Figures = append(v.Figures, sensitivityFigure(i, s))
	}
	v.Left = leftGroups(p.Left)
	v.Purchases = purchaseTables(p.Runs)
	v.Marks, v.Counts = markGroups(p.Numbers)
	return v
}

// lead says in a sentence what all the runs share.
func lead(runs []Run) string {
	r := runs[0].Result
	return "The same demand of " + short(replay.Hours(r.GPUSeconds)) + " accelerator-hours in " + grouped(r.Jobs) +
		" jobs, from " + unsplit(day(r.From)) + " to " + unsplit(day(r.To)) + ", against the same supply, under " + versions(len(runs)) + "."
}

// unsplit keeps a date on one line.
func unsplit(date string) string { return strings.ReplaceAll(date, "-", "\u2011") }

func versions(n int) string {
	if n == 1 {
		return "one set of terms"
	}
	words := []string{"", "", "two", "three", "four", "five", "six"}
	if n < len(words) {
		return words[n] + " versions of the terms, each held throughout"
	}
	return grouped(int64(n)) + " versions of the terms, each held throughout"
}

// cards are the figures a reader takes away: before and after the first change.
func cards(a, b replay.Result) []card {
	out := []card{
		cardOf("of the demanded hours served", part(a.ServedGPUSeconds, a.GPUSeconds), part(b.ServedGPUSeconds, b.GPUSeconds), percents, apart),
		cardOf("wait to start, 95 of 100 jobs within", float64(a.Wait.P95), float64(b.Wait.P95), evenly(waited), nil),
	}
	if n := len(a.Deliveries); n > 0 {
		days := evenly(in("d"))
		out = append(out, cardOf("mean delay of "+grouped(int64(n))+" deliveries", MeanDelay(a), MeanDelay(b), days, days))
	}
	spent := evenly(priced(""))
	name := "spend, " + cmp.Or(currency([]replay.Result{a, b}), "money")
	return append(out, cardOf(name, amount(a.Spend.Money), amount(b.Spend.Money), spent, spent))
}

func cardOf(name string, from, to float64, show, change shower) card {
	both := show([]float64{from, to})
	c := card{Name: name, From: both[0], To: both[1]}
	if change != nil {
		c.Change = signed(change([]float64{to - from})[0], to > from)
	}
	return c
}

type purchases struct {
	Run  Run
	Rows []replay.Purchase
	Sum  string
}

// purchaseTables gives what each run bought, and how the way to it was cleared.
func purchaseTables(runs []Run) []purchases {
	var out []purchases
	for _, r := range runs {
		t := purchases{Run: r, Rows: r.Result.Purchases}
		var n int64
		for _, p := range t.Rows {
			n += p.Quantity
		}
		t.Sum = grouped(int64(len(t.Rows))) + " purchases, " + grouped(n) + " accelerators"
		out = append(out, t)
	}
	return out
}

type markGroup struct {
	File    string
	Numbers []provenance.Number
}

// markGroups sorts the numbers of the book by file, and counts their marks.
func markGroups(all []provenance.Number) ([]markGroup, string) {
	var out []markGroup
	invented := 0
	for _, n := range all {
		if n.Invented() {
			invented++
		}
		if len(out) == 0 || out[len(out)-1].File != n.File {
			out = append(out, markGroup{File: n.File})
		}
		g := &out[len(out)-1]
		if k := len(g.Numbers); k > 0 && g.Numbers[k-1].Line == n.Line {
			continue // a line with several numbers is shown once
		}
		g.Numbers = append(g.Numbers, n)
	}
	return out, grouped(int64(len(all))) + " numbers, dates and durations, " + grouped(int64(invented)) + " of them on lines marked invented"
}

type leftGroup struct {
	Why     string
	Numbers int
	Names   string
}

// leftGroups gathers what was not varied by the reason.
func leftGroups(left []sensitivity.Left) []leftGroup {
	var out []leftGroup
	at := map[string]int{}
	for _, l := range left {
		i, ok := at[l.Why]
		if !ok {
			i = len(out)
			at[l.Why] = i
			out = append(out, leftGroup{Why: l.Why})
		}
		out[i].Numbers += l.Numbers
		out[i].Names = strings.TrimPrefix(out[i].Names+", "+l.Name, ", ")
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Numbers > out[j].Numbers })
	return out
}

// maxMoves bounds the rows of the chart; the table has all.
const maxMoves = 20

func sensitivityFigure(i int, s Sensitivity) figure {
	moves := s.farthest()
	id := "sensitivity-" + strconv.Itoa(i)
	f := figure{
		ID: id, Title: "How it hangs on what was invented: " + s.Name,
		Note: "The figure is " + s.Figure + ": " + s.show(s.Base) + " with the book as written. Each group of invented numbers is halved and doubled, all else left as it is.",
		Head: []string{"invented numbers", "how many", "at half", "as written", "at double"},
	}
	for _, m := range moves {
		f.Body = append(f.Body, []string{m.Name, grouped(int64(m.Numbers)), s.show(m.Half), s.show(s.Base), s.show(m.Double)})
	}
	top := moves
	for i, m := range moves {
		if i == maxMoves || m.Swing(s.Base) < 0.05 {
			top = moves[:i]
			break
		}
	}
	if len(moves) > len(top) {
		f.Note += " The chart shows the " + grouped(int64(len(top))) + " that move it farthest; the table has all " + grouped(int64(len(moves))) + "."
	}
	f.Drawings = []drawing{{SVG: tornadoChart(id+"-chart", f.Title, f.Note, s, top)}}
	return f
}

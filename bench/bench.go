// Package bench measures Offtake, and beside it other ways to the same result:
// policy engines that answer the same questions, a loop that does only the
// least of it. It is a module of its own, so that what it compares with never
// becomes a dependency of the program.
//
// A suite is a function that measures and gives rows; Suites lists them. Each
// row says what was measured, the same of the reference where there is one, and
// the bound that Offtake promises where there is one. A Record keeps the rows
// with the machine they were measured on, and fills the tables of a page.
package bench

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"
)

// A Row is one measured figure.
type Row struct {
	Suite     string  `json:"suite"`
	Name      string  `json:"name"`
	Value     float64 `json:"value"`
	Unit      string  `json:"unit"`
	Reference float64 `json:"reference,omitempty"` // the same figure another way, in the same unit
	Of        string  `json:"of,omitempty"`        // which way that is
	Ratio     float64 `json:"ratio,omitempty"`     // Reference divided by Value
	Bound     string  `json:"bound,omitempty"`     // "< 300": what is promised
	Holds     bool    `json:"holds"`               // the bound does, or there is none
}

// Measured is a figure without a bound.
func Measured(name string, value float64, unit string) Row {
	return Row{Name: name, Value: value, Unit: unit, Holds: true}
}

// Below is a figure that has to stay below a bound.
func Below(name string, value float64, unit string, bound float64) Row {
	return Row{Name: name, Value: value, Unit: unit, Bound: "< " + figure(bound), Holds: value < bound}
}

// AtMost is a figure that may reach a bound and not exceed it.
func AtMost(name string, value float64, unit string, bound float64) Row {
	return Row{Name: name, Value: value, Unit: unit, Bound: "<= " + figure(bound), Holds: value <= bound}
}

// AtLeast is a figure that has to reach a bound.
func AtLeast(name string, value float64, unit string, bound float64) Row {
	return Row{Name: name, Value: value, Unit: unit, Bound: ">= " + figure(bound), Holds: value >= bound}
}

// Beside gives the row with the same figure reached another way.
func (r Row) Beside(of string, reference float64) Row {
	r.Of, r.Reference = of, reference
	if r.Value != 0 {
		r.Ratio = reference / r.Value
	}
	return r
}

// A Suite measures one thing in several rows.
type Suite struct {
	Name string
	Rows func() ([]Row, error)
}

// Suites are all there are. A file with another adds it here.
var Suites = []Suite{
	{"asks", Asks},
	{"deadline", Deadline},
	{"command", Command},
	{"play", Play},
	{"replay", Replay},
	{"broker", Broker},
	{"money", Money},
}

// Run measures the suites whose name is among those given, or all of them.
// Whether a bound holds is judged before figures are rounded.
func Run(names []string, progress io.Writer) (out []Row, err error) {
	for _, n := range names {
		if !slices.ContainsFunc(Suites, func(s Suite) bool { return s.Name == n }) {
			return nil, fmt.Errorf("suite %q is not one of those there are", n)
		}
	}
	for _, s := range Suites {
		if len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		fmt.Fprintf(progress, "measuring %s\n", s.Name)
		rows, err := s.Rows()
		if err != nil {
			return nil, fmt.Errorf("suite %q: %w", s.Name, err)
		}
		for _, r := range rows {
			r.Suite, r.Value, r.Reference, r.Ratio = s.Name, rounded(r.Value), rounded(r.Reference), rounded(r.Ratio)
			out = append(out, r)
		}
	}
	return out, nil
}

// Print writes rows as a table.
func Print(w io.Writer, rows []Row) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "name\tvalue\tunit\treference\tratio\tbound\tholds")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%t\n", r.Name, figure(r.Value), r.Unit, orDash(r.Reference), orDash(r.Ratio), cmp.Or(r.Bound, "-"), r.Holds)
	}
	return t.Flush()
}

func orDash(f float64) string {
	if f == 0 {
		return "-"
	}
	return figure(f)
}

// rounded keeps three digits: more of them would change with every run.
func rounded(f float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'e', 2, 64), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return 0
	}
	return r
}

// figure writes a number as JSON does, so that both can be found in each other.
func figure(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

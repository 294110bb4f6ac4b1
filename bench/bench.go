// Package bench measures Offtake, and beside it other systems that answer the
// same questions. It is a module of its own, so that what it compares with
// never becomes a dependency of the program.
//
// A suite is a function that measures and gives rows; Suites lists them. Each
// row says what was measured, the same of the other system where there is one,
// and the bound that Offtake promises where there is one.
package bench

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// A Row is one measured figure.
type Row struct {
	Name      string  `json:"name"`
	Value     float64 `json:"value"`
	Unit      string  `json:"unit"`
	Reference float64 `json:"reference,omitempty"` // the other system's figure, in the same unit
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
	return Row{Name: name, Value: value, Unit: unit, Bound: fmt.Sprintf("< %g", bound), Holds: value < bound}
}

// AtLeast is a figure that has to reach a bound.
func AtLeast(name string, value float64, unit string, bound float64) Row {
	return Row{Name: name, Value: value, Unit: unit, Bound: fmt.Sprintf(">= %g", bound), Holds: value >= bound}
}

// Beside gives the row with the same figure of another system.
func (r Row) Beside(reference float64) Row {
	r.Reference = reference
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
	{"replay", Replay},
}

// Run measures the suites whose name is among those given, or all of them, and
// gives their rows by name.
func Run(names []string, progress io.Writer) ([]Row, error) {
	var out []Row
	for _, s := range Suites {
		if len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		fmt.Fprintf(progress, "measuring %s\n", s.Name)
		rows, err := s.Rows()
		if err != nil {
			return nil, fmt.Errorf("suite %q: %w", s.Name, err)
		}
		out = append(out, rows...)
	}
	slices.SortStableFunc(out, func(a, b Row) int { return cmp.Compare(a.Name, b.Name) })
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

// figure writes three or more digits, and no more than matter.
func figure(f float64) string {
	switch {
	case f == float64(int64(f)) || f >= 100 || f <= -100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

// JSON writes rows as a JSON array.
func JSON(w io.Writer, rows []Row) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(rows)
}

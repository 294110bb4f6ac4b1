package offtake_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// measurement is what the benchmarks wrote to docs/performance.json.
type measurement struct {
	Machine struct {
		CPU    string
		Cores  int
		Memory string
		System string
		Go     string
	}
	Date string
	Rows []measuredRow
}

type measuredRow struct {
	Suite, Name, Unit, Bound, Of string
	Value, Reference, Ratio      float64
	Holds                        bool
}

// cells gives the row as docs/PERFORMANCE.md must show it.
func (r measuredRow) cells() []string {
	figure := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	holds, reference, ratio := "", "", ""
	if r.Bound != "" {
		holds = map[bool]string{true: "yes", false: "**no**"}[r.Holds]
	}
	if r.Of != "" {
		reference, ratio = figure(r.Reference), figure(r.Ratio)
	}
	return []string{r.Name, figure(r.Value), r.Unit, r.Bound, holds, reference, r.Of, ratio}
}

// TestPerformanceFiguresAreMeasured holds each row of the tables of
// docs/PERFORMANCE.md to the row of that name which the benchmarks wrote, and
// wants every measured row there.
func TestPerformanceFiguresAreMeasured(t *testing.T) {
	page, m := performance(t)
	want := map[string][][]string{"machine": {
		{"processor", m.Machine.CPU}, {"cores", strconv.Itoa(m.Machine.Cores)}, {"memory", m.Machine.Memory},
		{"system", m.Machine.System}, {"Go", m.Machine.Go}, {"date", m.Date},
	}}
	for _, r := range m.Rows {
		want[r.Suite] = append(want[r.Suite], r.cells())
	}
	got := measuredTables(page)
	for _, wrong := range differing(got, want) {
		t.Error(wrong)
	}
	if len(m.Rows) < 20 {
		t.Errorf("docs/performance.json has %d rows, want at least 20", len(m.Rows))
	}
}

func TestARowThatIsNotAsMeasuredIsSeen(t *testing.T) {
	row := func(cells ...string) map[string][][]string { return map[string][][]string{"asks": {cells}} }
	measured := row("Ask", "103", "ns", "< 300")
	for _, c := range []struct {
		name, want string
		page       map[string][][]string
	}{
		{"the same", "", row("Ask", "103", "ns", "< 300")},
		{"another row's value", "Ask", row("Ask", "300", "ns", "< 300")},
		{"another bound", "Ask", row("Ask", "103", "ns", "< 103")},
		{"no such row", "asked", row("asked", "103", "ns", "< 300")},
		{"a row left out", "Ask", nil},
		{"in another table", "Ask", map[string][][]string{"replay": measured["asks"]}},
	} {
		got := strings.Join(differing(c.page, measured), "\n")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: said is %q, want %q", c.name, got, c.want)
		}
	}
}

// differing says, table by table and row by row, what the page has and the
// measurement has not, or the other way round.
func differing(page, measured map[string][][]string) (out []string) {
	one := func(has, lacks map[string][][]string, say string) {
		for table, rows := range has {
			for _, row := range rows {
				if !slices.ContainsFunc(lacks[table], func(r []string) bool { return slices.Equal(r, row) }) {
					out = append(out, fmt.Sprintf("%s %s: %s", say, table, strings.Join(row, " | ")))
				}
			}
		}
	}
	one(page, measured, "docs/performance.json does not have what docs/PERFORMANCE.md says under")
	one(measured, page, "docs/PERFORMANCE.md does not have what docs/performance.json says under")
	return out
}

// constants are figures of the page's text that nothing measures: what the
// benchmarks are given.
var constants = []string{
	"1,024 questions", // put in each round, bench/asks.go
}

// TestPerformanceFiguresInTextAreMeasured wants a figure with a unit to be
// measured where the text says it too.
func TestPerformanceFiguresInTextAreMeasured(t *testing.T) {
	page, m := performance(t)
	known := slices.Clone(constants)
	for _, r := range m.Rows {
		c := r.cells()
		known = append(known, c[1]+" "+r.Unit, c[5]+" "+r.Unit, strings.TrimLeft(r.Bound, "<>= ")+" "+r.Unit)
	}
	for _, figure := range figuresIn(page) {
		if !slices.Contains(known, figure) {
			t.Errorf("docs/PERFORMANCE.md says %s, which docs/performance.json does not", figure)
		}
	}
	for _, c := range constants {
		if !slices.Contains(figuresIn(page), c) {
			t.Errorf("%s is explained here, and docs/PERFORMANCE.md does not say it", c)
		}
	}
}

func TestAFigureIsANumberWithAUnitOutsideTables(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"it took 23.4 µs, over 10 µs", "23.4 µs; 10 µs"},
		{"309000 jobs/s and 126 bytes/job.", "309000 jobs/s; 126 bytes/job"},
		{"in 1.9s", "1.9 s"},
		{"25 exclusivities of Cedar 1.9.0", ""},
		{"| Ask | 103 | 103 ns |", ""},
	} {
		if got := strings.Join(figuresIn(c.text), "; "); got != c.want {
			t.Errorf("%s: figures are %q, want %q", c.text, got, c.want)
		}
	}
}

var withUnit = regexp.MustCompile(`([0-9][0-9.,]*) ?(ns|µs|ms|s|seconds?|minutes?|[kMGT]i?B|bytes/job|bytes|jobs/s|jobs|questions|allocations|%)(?:[^\w/]|$)`)

// figuresIn gives the figures with a unit of all lines that are not of a table.
func figuresIn(text string) (out []string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "|") {
			continue
		}
		for _, m := range withUnit.FindAllStringSubmatch(line, -1) {
			out = append(out, m[1]+" "+m[2])
		}
	}
	return out
}

// performance reads the page and the measurement it shows.
func performance(t *testing.T) (page string, m measurement) {
	t.Helper()
	if err := json.Unmarshal([]byte(contents(t, "docs/performance.json")), &m); err != nil {
		t.Fatalf("docs/performance.json: %v", err)
	}
	return contents(t, "docs/PERFORMANCE.md"), m
}

// measuredTables gives the rows of every table of the page, each table under
// the name of the place it stands in and without its head. One that stands in
// none is under "".
func measuredTables(page string) map[string][][]string {
	out := map[string][][]string{}
	name, head := "", 0
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		if in, ok := strings.CutPrefix(line, "<!-- measured: "); ok {
			name, head = strings.TrimSuffix(in, " -->"), 2
		}
		if line == "<!-- end -->" {
			name = ""
		}
		inner, ok := strings.CutPrefix(line, "|")
		switch {
		case !ok:
		case head > 0:
			head--
		default:
			cells := strings.Split(strings.TrimSuffix(inner, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			out[name] = append(out[name], cells)
		}
	}
	return out
}

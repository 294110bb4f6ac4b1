package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/offtake-dev/offtake/internal/sensitivity"
)

// WriteText prints the comparison for a terminal: a column for each run, and
// with two runs a third for the change.
func WriteText(w io.Writer, runs []Run) error {
	two := len(runs) == 2
	names, labels := []string{"terms"}, []string{"as of"}
	for _, r := range runs {
		names, labels = append(names, r.Name), append(labels, r.Label())
	}
	if two {
		names, labels = append(names, ""), append(labels, "change")
	}
	rows := [][]string{names, labels}
	for _, r := range Compare(runs) {
		row := append([]string{r.Name}, r.Values...)
		if two {
			row = append(row, r.Change[1])
		}
		rows = append(rows, row)
	}
	return writeRows(w, rows)
}

// WriteMoves prints how the figures move with the invented numbers: those
// first that move the first figure farthest.
func WriteMoves(w io.Writer, all []Sensitivity) error {
	if len(all) == 0 {
		return nil
	}
	head, sides, base := []string{"how many"}, []string{""}, []string{""}
	for _, s := range all {
		head = append(head, s.Name+":", "")
		sides = append(sides, "at half", "at double")
		base = append(base, s.show(s.Base), s.show(s.Base))
	}
	rows := [][]string{append([]string{"invented numbers"}, head...), append([]string{""}, sides...), append([]string{"as written"}, base...)}
	for _, m := range all[0].farthest() {
		row := []string{m.Name, grouped(int64(m.Numbers))}
		for _, s := range all {
			i := slices.IndexFunc(s.Moves, func(o sensitivity.Move) bool { return o.Name == m.Name })
			row = append(row, s.show(s.Moves[i].Half), s.show(s.Moves[i].Double))
		}
		rows = append(rows, row)
	}
	return writeRows(w, rows)
}

// writeRows aligns rows: the first cell to the left, the others to the right.
func writeRows(w io.Writer, rows [][]string) error {
	wide := 0
	for _, row := range rows {
		wide = max(wide, utf8.RuneCountInString(row[0]))
	}
	var b bytes.Buffer
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range rows {
		fmt.Fprintf(tw, "%-*s\t%s\t\n", wide, row[0], strings.Join(row[1:], "\t"))
	}
	tw.Flush()
	for line := range strings.Lines(b.String()) {
		// An aligned first cell begins with two blanks of its own.
		if _, err := fmt.Fprintln(w, strings.TrimRight(strings.TrimPrefix(line, "  "), " \n")); err != nil {
			return err
		}
	}
	return nil
}

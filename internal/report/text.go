package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// WriteText prints the comparison for a terminal: a column for each run, and
// with two runs a third for the change.
func WriteText(w io.Writer, runs []Run) error {
	rows := Compare(runs)
	wide := 0
	for _, r := range rows {
		wide = max(wide, utf8.RuneCountInString(r.Name))
	}
	var b bytes.Buffer
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(name string, cells []string) {
		fmt.Fprintf(tw, "%-*s\t%s\t\n", wide, name, strings.Join(cells, "\t"))
	}
	two := len(runs) == 2
	var names, labels []string
	for _, r := range runs {
		names, labels = append(names, r.Name), append(labels, r.Label())
	}
	if two {
		names, labels = append(names, ""), append(labels, "change")
	}
	line("terms", names)
	line("as of", labels)
	for _, r := range rows {
		cells := r.Values
		if two {
			cells = append(cells[:2:2], r.Change[1])
		}
		line(r.Name, cells)
	}
	tw.Flush()
	return trimmed(w, b.String())
}

// WriteMoves prints how a figure moves with the invented numbers, the farthest
// first.
func WriteMoves(w io.Writer, s Sensitivity) error {
	f := sensitivityFigure(s)
	wide := utf8.RuneCountInString(f.Head[0])
	for _, row := range f.Body {
		wide = max(wide, utf8.RuneCountInString(row[0]))
	}
	var b bytes.Buffer
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range append([][]string{f.Head}, f.Body...) {
		fmt.Fprintf(tw, "%-*s\t%s\t\n", wide, row[0], strings.Join(row[1:], "\t"))
	}
	tw.Flush()
	return trimmed(w, b.String())
}

// trimmed prints lines without the two blanks that an aligned first cell
// begins with, and without those at their ends.
func trimmed(w io.Writer, text string) error {
	for line := range strings.Lines(text) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(strings.TrimPrefix(line, "  "), " \n")); err != nil {
			return err
		}
	}
	return nil
}

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
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
)

func writeText(w io.Writer, s client.Statement) error {
	fmt.Fprintf(w, "%s %s, %s\n", s.Kind, s.Name, asOf(s))
	if s.Says != "" {
		fmt.Fprintf(w, "%s\n", s.Says)
	}
	fmt.Fprintln(w)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range s.Figures {
		fmt.Fprintf(out, "%s\t%s\t%s\n", f.Name, inGroups(f.Value), inGroups(f.Note))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if len(s.Lines) > 0 {
		fmt.Fprintf(w, "\nCharged, by month, in %s\n", s.Unit)
		right := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, l := range s.Lines {
			fmt.Fprintf(right, "  %s\t%s\t%s\t%s\n", l.Month, l.What, inGroups(hoursOf(l)), inGroups(l.Amount))
		}
		fmt.Fprintf(right, "  \tresidue of rounding\t\t%s\n  \ttotal, exactly\t\t%s\n", s.Residue, inGroups(s.Total))
		if err := right.Flush(); err != nil {
			return err
		}
	}
	for _, t := range s.Tables {
		fmt.Fprintf(w, "\n%s\n", t.Title)
		rows := append([][]string{t.Columns}, t.Rows...)
		if err := columns(w, rows); err != nil {
			return err
		}
	}
	if len(s.Ahead) > 0 {
		fmt.Fprintln(w, "\nForecast")
		out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, p := range s.Ahead {
			fmt.Fprintf(out, "  %s\n", inGroups(pace(p)))
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	if len(s.Ways) > 0 {
		fmt.Fprintln(w, "\nTo avoid the shortfall, the cheapest first")
		for _, way := range s.Ways {
			by := "cannot any more"
			if way.By != nil {
				by = "until " + offtake.Stamp(*way.By)
			}
			fmt.Fprintf(w, "  %s: costs %s beside, %s\n", inGroups(way.Way), inGroups(way.Cost), by)
		}
	}
	return nil
}

func hoursOf(l client.Line) string {
	if l.Hours == "" {
		return ""
	}
	return l.Hours + " h"
}

func columns(w io.Writer, rows [][]string) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(out, "  %s\n", inGroups(strings.Join(r, "\t")))
	}
	return out.Flush()
}

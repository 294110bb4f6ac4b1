package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
)

func checkCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "check BOOK",
		Short: "Find every mistake, finding and note in a book",
		Long: `Check reads a book and says everything there is to say about it, each with
file:line:column: errors, with which it does not load; findings, on which
somebody should act; and notes.

Exit status: 0 clean or notes only, 1 findings, 2 the book does not load.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := format(cmd, "text", "json", "csv")
			if err != nil {
				return err
			}
			_, _, found := read(args[0])
			if err := w.writeFindings(f, found); err != nil {
				return err
			}
			return checkStatus(found)
		},
	}
}

// checkStatus turns the weightiest finding into an exit status.
func checkStatus(found []offtake.Finding) error {
	worst, any := offtake.Worst(found)
	switch {
	case any && worst == offtake.Mistake:
		return misused
	case any && worst == offtake.Lint:
		return refused
	}
	return nil
}

// findingJSON is a finding as `check --output json` writes it.
type findingJSON struct {
	Severity string `json:"severity"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Code     string `json:"code"`
	Clause   string `json:"clause,omitempty"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
	Witness  string `json:"witness,omitempty"`
}

func (w world) writeFindings(f string, found []offtake.Finding) error {
	n := map[offtake.Severity]int{}
	for _, x := range found {
		n[x.Severity]++
	}
	switch f {
	case "json":
		rows := make([]findingJSON, 0, len(found))
		for _, x := range found {
			rows = append(rows, findingJSON{x.Severity.String(), x.Pos.File, x.Pos.Line, x.Pos.Col, x.Code, x.Clause.String(), x.Message, x.Hint, x.Witness})
		}
		return w.writeJSON(map[string]any{
			"errors": n[offtake.Mistake], "findings": n[offtake.Lint], "notes": n[offtake.Note], "list": rows,
		})
	case "csv":
		var rows [][]string
		for _, x := range found {
			rows = append(rows, []string{x.Severity.String(), x.Pos.File, strconv.Itoa(x.Pos.Line), strconv.Itoa(x.Pos.Col), x.Code, x.Clause.String(), x.Message, x.Hint, x.Witness})
		}
		return w.writeCSV([]string{"severity", "file", "line", "column", "code", "clause", "message", "hint", "witness"}, rows)
	}
	for _, x := range found {
		fmt.Fprintln(w.out, x)
	}
	if len(found) > 0 {
		fmt.Fprintf(w.err, "%s, %s, %s\n", count(n[offtake.Mistake], "error"), count(n[offtake.Lint], "finding"), count(n[offtake.Note], "note"))
	}
	return nil
}

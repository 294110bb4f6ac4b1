package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
)

// format gives what --output asks for, one of those the verb can write.
func format(cmd *cobra.Command, can ...string) (string, error) {
	f, err := cmd.Flags().GetString("output")
	if err != nil {
		return "", err
	}
	if !slices.Contains(can, f) {
		return "", offtake.Refuse(offtake.Invalid, "output %q is not one of %s, which %q can write", f, strings.Join(can, ", "), cmd.Name())
	}
	return f, nil
}

// writeJSON writes v and a newline to standard output, on one line.
func (w world) writeJSON(v any) error {
	enc := json.NewEncoder(w.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// writeCSV writes a header and rows to standard output.
func (w world) writeCSV(header []string, rows [][]string) error {
	c := csv.NewWriter(w.out)
	_ = c.Write(header)
	_ = c.WriteAll(rows)
	return c.Error()
}

// line writes a line to standard output.
func (w world) line(format string, args ...any) { fmt.Fprintf(w.out, format+"\n", args...) }

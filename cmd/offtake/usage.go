package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
)

func usageCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "usage", Short: "What was used: report it, and see what of the commitments it drew", Args: cobra.NoArgs, RunE: needsVerb}
	cmd.AddCommand(usageReportCommand(w), usageShowCommand(w))
	return cmd
}

// usageColumns are those of a file of usage.
var usageColumns = []string{"reservation", "day", "purpose", "product", "used", "unused"}

func usageReportCommand(w world) *cobra.Command {
	var source, batch string
	cmd := &cobra.Command{
		Use:   "report FILE.csv --source NAME",
		Short: "Report a batch of usage",
		Long: `Report reads rows of usage and sends their totals, with the file attached and its
hash. The file is CSV with a header of the columns reservation, day, purpose,
product, used and unused: a day in UTC as 2026-01-02, used and unused in whole
accelerator-seconds, purpose and product empty where there is none.

A batch is known by its source and its name: sent again it has no effect, and with
other rows it is refused. The name is the file's unless --batch says another.`,
		Args: cobra.ExactArgs(1),
	}
	r := atServer(cmd)
	cmd.Flags().StringVar(&source, "source", "", "who measured it")
	cmd.Flags().StringVar(&batch, "batch", "", "the batch's name (default the file's, without .csv)")
	_ = cmd.MarkFlagRequired("source")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		text, err := os.ReadFile(args[0])
		if err != nil {
			return offtake.Refuse(offtake.Invalid, "%w", err)
		}
		rows, totals, err := usageTotals(args[0], text)
		if err != nil {
			return err
		}
		name := cmp.Or(batch, strings.TrimSuffix(filepath.Base(args[0]), ".csv"))
		sum := sha256.Sum256(text)
		act := map[string]any{
			"act": "usage.report", "id": "usage-" + source + "-" + name, "source": source, "batch": name,
			"rows": rows, "hash": hex.EncodeToString(sum[:]), "totals": totals,
		}
		return w.actWith(cmd, r, act, how{attach: args})
	}
	return cmd
}

// usageTotals adds up the rows of a file, in the order in which their totals first come.
func usageTotals(file string, text []byte) (rows int64, totals []map[string]any, err error) {
	in := csv.NewReader(bytes.NewReader(text))
	in.FieldsPerRecord = len(usageColumns)
	wrong := func(format string, args ...any) error {
		line, _ := in.FieldPos(0)
		return offtake.Refuse(offtake.Invalid, "%s:%d: "+format, append([]any{file, line}, args...)...)
	}
	header, err := in.Read()
	if err != nil || !slices.Equal(header, usageColumns) {
		return 0, nil, offtake.Refuse(offtake.Invalid, "%s:1: file of usage begins with the columns %s", file, strings.Join(usageColumns, ","))
	}
	at := map[string]int{}
	for {
		row, err := in.Read()
		switch {
		case errors.Is(err, io.EOF):
			return rows, totals, nil
		case err != nil:
			return 0, nil, offtake.Refuse(offtake.Invalid, "%s: %w", file, err)
		}
		if rows++; row[0] == "" {
			return 0, nil, wrong("row names no reservation")
		}
		if _, err := offtake.ParseDate(row[1]); err != nil {
			return 0, nil, wrong("%w", err)
		}
		key := strings.Join(row[:4], "\x00")
		i, ok := at[key]
		if !ok {
			i = len(totals)
			at[key] = i
			totals = append(totals, totalOf(row))
		}
		for n, name := range usageColumns[4:] {
			if row[4+n] == "" {
				continue
			}
			seconds, err := strconv.ParseInt(row[4+n], 10, 64)
			if err != nil || seconds < 0 {
				return 0, nil, wrong("%s %q is no whole number of accelerator-seconds", name, row[4+n])
			}
			was, _ := totals[i][name].(int64)
			if was+seconds < was {
				return 0, nil, wrong("sum of %s is beyond what can be counted", name)
			}
			if was+seconds > 0 {
				totals[i][name] = was + seconds
			}
		}
	}
}

func totalOf(row []string) map[string]any {
	t := map[string]any{"reservation": row[0], "day": row[1]}
	for i, name := range []string{"purpose", "product"} {
		if row[2+i] != "" {
			t[name] = row[2+i]
		}
	}
	return t
}

func usageShowCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "show", Short: "How the commitments stand: what is committed, drawn, and left", Args: cobra.NoArgs}
	r := readsServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		var all []client.Commitment
		if err := r.read(cmd, "/v1/commitments", &all); err != nil {
			return err
		}
		if f == "json" {
			return w.writeJSON(all)
		}
		out := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		for _, c := range all {
			fmt.Fprintf(out, "%s\tcommitted %s\tdrawn %s\tleft %s\n", c.Clause, c.Committed, c.Drawn, c.Remaining)
		}
		return out.Flush()
	}
	return cmd
}

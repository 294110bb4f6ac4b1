package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/usage"
)

func usageCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "usage", Short: "What was used: report it, and see what of the commitments it drew", Args: cobra.NoArgs, RunE: needsVerb}
	cmd.AddCommand(usageReportCommand(w), usageShowCommand(w))
	return cmd
}

func usageReportCommand(w world) *cobra.Command {
	var source, batch, form, provider string
	var rows int
	cmd := &cobra.Command{
		Use:   "report FILE --source NAME",
		Short: "Report records of what was used and charged",
		Long: `Report sends records of what was used and charged, in batches. A file is CSV with a
header, JSON Lines with the same names (.jsonl), or a bill by FOCUS 1.2 (--form focus).
docs/MONEY.md says what the columns mean; one record needs a day or an end, what it is
of (a reservation or a provider), and used, unused or cost.

A record has a name of its own, its id: the same again has no effect, and one that
corrects another names it. What is bad is refused, each with its line, and the rest is
taken; the program says what became of everything, to the last digit. It exits 1 where
some was refused.`,
		Example: `  offtake usage report meter.csv --source meter
  offtake usage report azure-2026-02.csv --form focus --source azure`,
		Args: cobra.ExactArgs(1),
	}
	r := atServer(cmd)
	cmd.Flags().StringVar(&source, "source", "", "who measured it")
	cmd.Flags().StringVar(&batch, "batch", "", "the batch's name (default the file's, without its ending)")
	cmd.Flags().StringVar(&form, "form", "", "csv, jsonl or focus (default by the file's name)")
	cmd.Flags().StringVar(&provider, "provider", "", "of records that name none")
	cmd.Flags().IntVar(&rows, "rows", 10_000, "how many records go in one batch")
	_ = cmd.MarkFlagRequired("source")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		if rows < 1 {
			return offtake.Refuse(offtake.Invalid, "--rows %d is not above zero", rows)
		}
		in, err := os.Open(args[0])
		if err != nil {
			return offtake.Refuse(offtake.Invalid, "%w", err)
		}
		defer in.Close()
		c, err := r.client()
		if err != nil {
			return err
		}
		base := filepath.Base(args[0])
		s := sending{
			file: args[0], source: source, form: cmp.Or(form, string(usage.FormOf(args[0]))), provider: provider,
			batch: cmp.Or(batch, strings.TrimSuffix(base, filepath.Ext(base))), client: c,
		}
		all, err := s.send(cmd.Context(), in, rows)
		if err != nil {
			return err
		}
		return w.tellUsage(f, args[0], all)
	}
	return cmd
}

// sending is a file on its way.
type sending struct {
	file, source, batch, form, provider string
	client                              *client.Client
}

// send sends the batches of a file; those that were taken stay so when one fails.
func (s sending) send(ctx context.Context, in io.Reader, rows int) (all []client.UsageTaken, err error) {
	parts := usage.Split(in, usage.Form(s.form), rows)
	for n := 1; ; n++ {
		text, line, err := parts.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, offtake.Refuse(offtake.Invalid, "%s: %w", s.file, err)
		}
		name := s.batch
		if n > 1 {
			name += "/" + strconv.Itoa(n)
		}
		took, err := s.client.Usage(ctx, s.source, name, s.form, s.provider, text)
		if err != nil {
			return nil, fmt.Errorf("%s from line %d on: %w", s.file, line, err)
		}
		for i := range took.Refused {
			took.Refused[i].Line += line - 1 - parts.HeaderLines()
		}
		all = append(all, took)
	}
}

// mostRefused is how many refusals are told one by one.
const mostRefused = 50

// tellUsage tells what became of a file.
func (w world) tellUsage(f, file string, all []client.UsageTaken) error {
	some := false
	for _, b := range all {
		some = some || len(b.Refused) > 0
	}
	if f == "json" {
		if err := w.writeJSON(all); err != nil {
			return err
		}
	} else {
		w.tellAccount(all)
		told := 0
		for _, b := range all {
			for _, no := range b.Refused {
				if told++; told <= mostRefused {
					w.line("%s:%d: %s", file, no.Line, no.Why)
				}
			}
		}
		if told > mostRefused {
			w.line("and %d more", told-mostRefused)
		}
	}
	if some {
		return refused
	}
	return nil
}

// tellAccount tells where everything went, added up over the batches.
func (w world) tellAccount(all []client.UsageTaken) {
	out := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "\trecords\taccelerator-seconds\tidle\tcost\t\n")
	holds := true
	for _, v := range []struct {
		name string
		of   func(*client.Reconciled) client.Amounts
	}{
		{"in", func(r *client.Reconciled) client.Amounts { return r.In }},
		{"taken", func(r *client.Reconciled) client.Amounts { return r.Taken }},
		{"repeated", func(r *client.Reconciled) client.Amounts { return r.Repeated }},
		{"refused", func(r *client.Reconciled) client.Amounts { return r.Refused }},
		{"replaced", func(r *client.Reconciled) client.Amounts { return r.Replaced }},
		{"counted", func(r *client.Reconciled) client.Amounts { return r.Counted }},
	} {
		var sum client.Amounts
		var cost offtake.Money
		for i := range all {
			a := v.of(&all[i].Account)
			sum.Records, sum.Used, sum.Unused = sum.Records+a.Records, sum.Used+a.Used, sum.Unused+a.Unused
			if m, err := offtake.ParseMoney(a.Cost); err == nil {
				cost = cost.Add(m)
			}
			holds = holds && all[i].Account.Holds
		}
		fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%s\t\n", v.name, sum.Records, sum.Used, sum.Unused, cost)
	}
	_ = out.Flush()
	if holds {
		w.line("in = taken + repeated + refused, and counted = taken - replaced, to the last digit")
	} else {
		w.line("THIS DOES NOT ADD UP; please report it")
	}
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

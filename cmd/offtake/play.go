package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/rights"
)

func playCommand(w world) *cobra.Command {
	var asOf []string
	cmd := &cobra.Command{
		Use:   "play BOOK ACTS.jsonl [--as-of T]...",
		Short: "Play a written case through the first-refusal process",
		Long: `Play runs a log of acts, one JSON object a line, through the first-refusal
processes of a book: who did what, what became of it, and how every process
stands as of any instant. Without --as-of the end of the log is shown.

An act is taken, nonconforming, duplicate or rejected, with the reason. A log
records facts: a signature that breaches is taken. Play exits 0 once it has run,
and 2 where the book does not load or a line is no JSON object.`,
		Example: `  offtake play examples/openai case.jsonl --as-of 2025-06-11T00:00:00Z --output json`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := format(cmd, "text", "json", "csv")
			if err != nil {
				return err
			}
			b, law, err := w.load(args[0])
			if err != nil {
				return err
			}
			var at []time.Time
			for _, s := range asOf {
				t, err := instant(law, "as-of", s)
				if err != nil {
					return err
				}
				at = append(at, t)
			}
			c, err := playFile(b, law, args[1], play.Options{AsOf: at})
			if err != nil {
				return err
			}
			switch f {
			case "json":
				return c.WriteJSON(w.out)
			case "csv":
				return w.writeCSV([]string{"id", "outcome", "reason"}, outcomes(c))
			}
			return w.writeCase(c)
		},
	}
	cmd.Flags().StringArrayVar(&asOf, "as-of", nil, "how the processes stand at this instant; several may be given (default the end of the log)")
	return cmd
}

// playFile plays the log of a file, or of a pipe, which is read once only.
func playFile(b *offtake.Book, law *rights.Law, name string, o play.Options) (*play.Case, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var log io.ReadSeeker = f
	if _, err := f.Seek(0, io.SeekCurrent); err != nil {
		text, err := io.ReadAll(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		log = bytes.NewReader(text)
	}
	c, err := play.Run(b, law, log, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

func outcomes(c *play.Case) (rows [][]string) {
	for _, a := range c.Acts {
		rows = append(rows, []string{string(a.ID), string(a.Outcome), a.Reason})
	}
	return rows
}

// writeCase writes a case for people: what became of each act, and then each
// picture.
func (w world) writeCase(c *play.Case) error {
	out := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
	for _, a := range c.Acts {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, stampOf(a.At), a.By, a.Deed, a.Outcome, a.Reason)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for _, picture := range c.Pictures {
		fmt.Fprintf(w.out, "\nas of %s\n", offtake.Stamp(picture.At))
		for i := range picture.Processes {
			w.writeProcess(&picture.Processes[i])
		}
	}
	return nil
}

func (w world) writeProcess(p *refusal.Process) {
	fmt.Fprintf(w.out, "  %s  %s  %s\n", p.ID, p.State(), p.Contract.Ref)
	for _, q := range p.Parts {
		who := string(q.Party)
		if who != "" {
			who = "  " + who
		}
		fmt.Fprintf(w.out, "    %s %s%s\n", strconv.FormatInt(q.Quantity, 10), q.State, who)
	}
	for _, line := range play.Because(p) {
		fmt.Fprintln(w.out, "    "+line)
	}
}

func stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return offtake.Stamp(t)
}

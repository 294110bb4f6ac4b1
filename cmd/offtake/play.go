package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/chronology"
	"github.com/offtake-dev/offtake/internal/icalendar"
	"github.com/offtake-dev/offtake/internal/market/terms"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/report"
	"github.com/offtake-dev/offtake/internal/rights"
)

// playFlags are what a played case is asked for.
type playFlags struct {
	asOf    []string
	explain bool
	ics     string // a file; "": none is written
	report  string // likewise
}

func playCommand(w world) *cobra.Command {
	var flags playFlags
	cmd := &cobra.Command{
		Use:   "play BOOK ACTS.jsonl [--as-of T]...",
		Short: "Play a written case through first refusals, first offers and first placements",
		Long: `Play runs a log of acts, one JSON object a line, through the processes of a
book: who did what, what became of it, and how every process stands as of any
instant. Without --as-of the end of the log is shown. An offer meets the first
refusals in force, what is needed meets the first offers (offer.invite and
offer.make), and the launch of a product the first placements (product.announce,
product.ship, product.drop and declare).

An act is taken, nonconforming, duplicate or rejected, with the reason. A log
records facts: a signature that breaches is taken. Play exits 0 once it has run,
and 2 where the book does not load or a line is no JSON object. The name - reads
the log from standard input.

--explain tells the story of the case instead: every act and every deadline that
passed, what followed, which clause gave which deadline by which count of days,
and whose turn it is. An --as-of after the last act goes on to that instant.

--ics writes every deadline of the case as a calendar file. A later file of a
longer log takes the place of an earlier one: its events have the same names.
--report writes a page that draws the timeline of each process, with its story.`,
		Example: `  offtake play examples/openai case.jsonl --as-of 2025-06-11T00:00:00Z --output json
  offtake play examples/two-holders examples/two-holders/case.jsonl --explain
  offtake play examples/two-holders examples/two-holders/case.jsonl --ics case.ics --report case.html`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := format(cmd, "text", "json", "csv")
			if err != nil {
				return err
			}
			if f == "csv" && flags.explain {
				return offtake.Refuse(offtake.Invalid, "--explain has no place among the rows of csv; take text or json")
			}
			for _, name := range []string{"ics", "report"} {
				if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
					return offtake.Refuse(offtake.Invalid, "--%s is empty; leave it out or give it a value", name)
				}
			}
			defer takeMemory()()
			p, err := w.played(args[0], args[1], flags, f == "text")
			if err != nil {
				return err
			}
			if err := p.writeFiles(); err != nil {
				return err
			}
			return w.writePlayed(f, p)
		},
	}
	cmd.Flags().StringArrayVar(&flags.asOf, "as-of", nil, "how the processes stand at this instant; several may be given (default the end of the log)")
	cmd.Flags().BoolVar(&flags.explain, "explain", false, "tell what happened and why, in sentences")
	cmd.Flags().StringVar(&flags.ics, "ics", "", "write every deadline to this file, as iCalendar")
	cmd.Flags().StringVar(&flags.report, "report", "", "write the timeline of each process, and its story, to this file, as HTML")
	return cmd
}

// playFile plays the log of a file, or of a pipe, which is read once only. The
// name - is that of standard input.
func playFile(b *offtake.Book, law *rights.Law, name string, o play.Options) (*play.Case, error) {
	f := os.Stdin
	if name != "-" {
		var err error
		if f, err = os.Open(name); err != nil {
			return nil, err
		}
		defer f.Close()
	}
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

// played is a case with what its flags ask to be shown.
type played struct {
	flags playFlags
	*play.Case
	story *chronology.Chronology // nil: nothing asks for it
}

// played plays the log of a file, and tells it where that is asked for.
func (w world) played(dir, file string, flags playFlags, heads bool) (p played, err error) {
	p.flags = flags
	b, law, err := w.load(dir)
	if err != nil {
		return p, err
	}
	var at []time.Time
	for _, s := range flags.asOf {
		t, err := instant(law, "as-of", s)
		if err != nil {
			return p, err
		}
		at = append(at, t)
	}
	if err := flags.mayWrite(dir, file); err != nil {
		return p, err
	}
	tells := flags.explain || flags.ics != "" || flags.report != ""
	if p.Case, err = playFile(b, law, file, play.Options{AsOf: at, Keep: tells, Heads: heads}); err != nil {
		return p, err
	}
	if tells {
		p.story = chronology.Of(p.Case, terms.New(b, law, time.Time{}))
	}
	return p, nil
}

// mayWrite refuses files that would be written over what is read.
func (f playFlags) mayWrite(dir, log string) error {
	if oneFile(f.ics, f.report) {
		return offtake.Refuse(offtake.Invalid, "--ics and --report name one file, %q; name two", f.report)
	}
	reads := []input{{log, "the log that is played"}}
	if err := overwrites(f.ics, dir, reads); err != nil {
		return err
	}
	return overwrites(f.report, dir, reads)
}

// writeFiles writes the files that were asked for, each whole or not at all.
func (p played) writeFiles() error {
	for _, f := range []struct {
		path  string
		write func(io.Writer, *chronology.Chronology) error
	}{{p.flags.ics, icalendar.Write}, {p.flags.report, report.WriteCase}} {
		if f.path == "" {
			continue
		}
		if err := report.WriteFile(f.path, func(out io.Writer) error { return f.write(out, p.story) }); err != nil {
			return err
		}
	}
	return nil
}

// writePlayed writes a case to standard output: with its story where that was
// asked for, and otherwise in a form that does not change.
func (w world) writePlayed(f string, p played) error {
	switch {
	case f == "csv":
		return w.writeCSV([]string{"id", "outcome", "reason"}, outcomes(p.Case))
	case f == "json" && p.flags.explain:
		return p.WriteJSON(w.out, play.Member{Key: "chronology", Value: p.story})
	case f == "json":
		return p.WriteJSON(w.out)
	case !p.flags.explain:
		return w.writeCase(p.Case)
	}
	if err := p.story.WriteText(w.out); err != nil {
		return err
	}
	if len(p.flags.asOf) == 0 {
		return nil
	}
	out := bufio.NewWriter(w.out)
	writePictures(out, p.Case)
	return out.Flush()
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
	out := bufio.NewWriter(w.out)
	writeActs(out, c.Acts)
	writePictures(out, c)
	return out.Flush()
}

// writeActs writes a line for each act, in columns. They are measured first: a
// log may be long, and nothing of it is held here.
func writeActs(out *bufio.Writer, acts []play.Told) {
	cells := func(a *play.Told) [5]string {
		return [5]string{chronology.Shown(string(a.ID)), stampOf(a.Head.At), chronology.Shown(string(a.Head.By)), a.Head.Deed, string(a.Outcome)}
	}
	var widths [5]int
	for i := range acts {
		for n, cell := range cells(&acts[i]) {
			widths[n] = max(widths[n], utf8.RuneCountInString(cell))
		}
	}
	for i := range acts {
		last := len(widths) - 1
		for n, cell := range cells(&acts[i]) {
			out.WriteString(cell)
			if n < last || acts[i].Reason != "" {
				pad(out, widths[n]+2-utf8.RuneCountInString(cell))
			}
		}
		out.WriteString(chronology.Shown(acts[i].Reason))
		out.WriteByte('\n')
	}
}

func pad(out *bufio.Writer, n int) {
	for range n {
		out.WriteByte(' ')
	}
}

// writePictures writes how the processes stand at each instant asked about.
func writePictures(out *bufio.Writer, c *play.Case) {
	for _, picture := range c.Pictures {
		fmt.Fprintf(out, "\nas of %s\n", offtake.Stamp(picture.At))
		for i := range picture.Processes {
			writeProcess(out, picture.Processes[i])
		}
	}
}

func writeProcess(out *bufio.Writer, p *refusal.Process) {
	fmt.Fprintf(out, "  %s  %s  %s\n", chronology.Shown(p.ID), p.State(), p.Contract.Ref)
	for _, q := range play.Parts(p) {
		who := string(q.Party)
		if who != "" {
			who = "  " + who
		}
		fmt.Fprintf(out, "    %s %s%s\n", play.What(p, q), q.State, who)
	}
	for _, line := range play.Because(p) {
		out.WriteString("    " + chronology.Shown(line) + "\n")
	}
}

func stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return offtake.Stamp(t)
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/provenance"
	"github.com/offtake-dev/offtake/internal/replay"
	"github.com/offtake-dev/offtake/internal/report"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/sensitivity"
	"github.com/offtake-dev/offtake/internal/traces"
)

// replayFlags are what a replay is asked for.
type replayFlags struct {
	from, to          string
	terms, demand     []string
	seed              int64
	decisions, report string
	sensitivity       bool
}

func replayCommand(w world) *cobra.Command {
	var flags replayFlags
	cmd := &cobra.Command{
		Use:   "replay BOOK",
		Short: "Run demand through buying, placing and accounting on a virtual clock",
		Long: `Replay sends a book's demand, or that of traces, through the same market that
enforces its contracts: capacity is asked for and bought, first refusals run,
jobs are placed as gangs or wait, and usage draws commitments down.

--terms T holds the terms of T throughout; given several times, the replays are
compared. --demand FILE[:purpose=,accelerator=,scale=] takes the place of all
demand in the book; left out, its purpose is training, its accelerator h100 and
its scale 1. A trace's second 0 is --from, which is the last amendment where it
is left out; without --to the replay ends when the last job has.`,
		Example: `  offtake replay examples/openai --from 2025-01-21 --to 2026-01-01 --terms 2025-01-20 --terms 2025-01-21
  offtake replay examples/openai --demand cluster04.csv --output json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := format(cmd, "text", "json", "csv")
			if err != nil {
				return err
			}
			b, law, err := w.load(args[0])
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
			defer stop()
			if f == "csv" && flags.sensitivity && flags.report == "" {
				return offtake.Refuse(offtake.Invalid, "--sensitivity has no place among the rows of csv; take text, json or --report")
			}
			for _, name := range []string{"from", "to", "report", "decisions"} {
				if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
					return offtake.Refuse(offtake.Invalid, "--%s is empty; leave it out or give it a value", name)
				}
			}
			r := replaying{world: w, flags: flags, dir: args[0], book: b, law: law}
			if err := r.prepare(); err != nil {
				return err
			}
			page, err := r.recorded(ctx)
			if err != nil {
				return err
			}
			if flags.report != "" {
				if err := report.WriteFile(flags.report, func(out io.Writer) error { return report.Write(out, page) }); err != nil {
					return err
				}
			}
			return w.writeReplays(f, page, flags)
		},
	}
	cmd.Flags().StringVar(&flags.from, "from", "", "when the replay starts (default the last amendment)")
	cmd.Flags().StringVar(&flags.to, "to", "", "when it ends (default when the last job has ended)")
	cmd.Flags().StringArrayVar(&flags.terms, "terms", nil, "hold the terms of this instant throughout; several are compared")
	cmd.Flags().StringArrayVar(&flags.demand, "demand", nil, "a trace FILE[:purpose=,accelerator=,scale=] in place of all demand in the book")
	cmd.Flags().Int64Var(&flags.seed, "seed", 0, "another draw of everything that is drawn")
	cmd.Flags().StringVar(&flags.decisions, "decisions", "", "write every decision with its reasons to this file, as JSON Lines")
	cmd.Flags().StringVar(&flags.report, "report", "", "write the report to this file, as HTML")
	cmd.Flags().BoolVar(&flags.sensitivity, "sensitivity", false, "also replay the first two terms with each invented number at half and at double")
	return cmd
}

// replaying is one run of the verb.
type replaying struct {
	world
	flags  replayFlags
	dir    string
	book   *offtake.Book
	law    *rights.Law
	base   replay.Options
	terms  []time.Time // zero: the terms move with the clock
	noted  map[string]bool
	demand []traces.Spec
}

// prepare reads the flags, so that what is wrong with them is said before
// anything runs.
func (r *replaying) prepare() error {
	r.terms = []time.Time{{}}
	if len(r.flags.terms) > 0 {
		r.terms = nil
	}
	for _, s := range r.flags.terms {
		t, err := instant(r.law, "terms", s)
		if err != nil {
			return err
		}
		r.terms = append(r.terms, t)
	}
	if r.flags.sensitivity && len(r.terms) < 2 {
		return offtake.Refuse(offtake.Invalid, "--sensitivity compares two replays; give --terms twice")
	}
	if r.flags.report != "" && filepath.Clean(r.flags.report) == filepath.Clean(r.flags.decisions) {
		return offtake.Refuse(offtake.Invalid, "--report and --decisions name one file, %q; name two", r.flags.report)
	}
	for _, s := range r.flags.demand {
		spec, err := traces.ParseSpec(s)
		if err != nil {
			return err
		}
		r.demand = append(r.demand, spec)
	}
	var reads []input
	for _, d := range r.demand {
		reads = append(reads, input{d.File, "the trace that is replayed"})
	}
	for _, out := range []string{r.flags.report, r.flags.decisions} {
		if err := overwrites(out, r.dir, reads); err != nil {
			return err
		}
	}
	from, to, err := r.span(r.law)
	if err != nil {
		return err
	}
	r.noted = map[string]bool{}
	r.base = replay.Options{From: from, To: to, Seed: r.flags.seed, Demand: r.demand, Open: r.open()}
	return nil
}

// span gives the replay's ends; a zero one is left to the replay.
func (r *replaying) span(law *rights.Law) (from, to time.Time, err error) {
	if r.flags.from != "" {
		if from, err = instant(law, "from", r.flags.from); err != nil {
			return
		}
	}
	if r.flags.to != "" {
		to, err = instant(law, "to", r.flags.to)
	}
	return
}

// open gives how traces are opened: those of the command line anywhere, those
// of the book below its folder.
func (r *replaying) open() func(string) (io.ReadCloser, error) {
	if len(r.demand) > 0 {
		return traces.OpenFile
	}
	return traces.OpenBelow(r.dir)
}

// recorded is all, with the decisions in their file where one is named.
func (r *replaying) recorded(ctx context.Context) (page report.Page, err error) {
	if r.flags.decisions == "" {
		return r.all(ctx)
	}
	err = report.WriteFile(r.flags.decisions, func(out io.Writer) error {
		r.base.Decisions = out
		page, err = r.all(ctx)
		return err
	})
	return page, err
}

// all carries out every replay that was asked for, and then the varied ones.
func (r *replaying) all(ctx context.Context) (report.Page, error) {
	page := report.Page{Book: string(r.book.Name)}
	steps := len(r.terms)
	bar := r.bar("replaying")
	for i, t := range r.terms {
		o := r.base
		o.Setup = market.Setup{Book: r.book, Law: r.law, TermsAt: t}
		o.Progress = func(done float64) { bar((float64(i) + done) / float64(steps)) }
		o.Notes = r.note
		result, err := replay.Run(ctx, o)
		if err != nil {
			return page, err
		}
		name := "moving"
		if !t.IsZero() {
			name = report.TermsName(r.book, t)
		}
		page.Runs = append(page.Runs, report.Run{Name: name, Result: *result})
	}
	bar(1)
	numbers, err := provenance.Read(os.DirFS(r.dir))
	if err != nil {
		return page, err
	}
	page.Numbers = numbers
	if r.flags.sensitivity {
		err = r.sensitivity(ctx, &page)
	}
	return page, err
}

// note tells the user once what the replay had to say of the demand.
func (r *replaying) note(s string) {
	if !r.noted[s] {
		r.noted[s] = true
		fmt.Fprintln(r.err, "note: "+s)
	}
}

// sensitivity replays the first two terms with each invented number at half
// and at double.
func (r *replaying) sensitivity(ctx context.Context, page *report.Page) error {
	knobs, left := sensitivity.Knobs(page.Numbers)
	figures := report.Headline(page.Runs[0].Result, page.Runs[1].Result)
	bar := r.bar("varying what is invented")
	moves, err := sensitivity.Run(ctx, os.DirFS(r.dir), knobs, runtime.GOMAXPROCS(0), len(figures), r.headline,
		func(done, of int) { bar(float64(done) / float64(of)) })
	if err != nil {
		return err
	}
	for i := range figures {
		figures[i].Moves = moves[i]
	}
	page.Sensitivity, page.Left = figures, left
	return nil
}

// headline measures a varied book: no figures where it is no book any more.
func (r *replaying) headline(ctx context.Context, text fs.FS) ([]float64, error) {
	b, found := book.Read(text)
	if doesNotLoad(found) {
		return nil, nil
	}
	law, found := rights.Compile(b)
	if doesNotLoad(found) {
		return nil, nil
	}
	var results [2]*replay.Result
	for i := range results {
		o := r.base
		o.Setup, o.Decisions = market.Setup{Book: b, Law: law, TermsAt: r.terms[i]}, nil
		var err error
		if results[i], err = replay.Run(ctx, o); err != nil {
			return nil, err
		}
	}
	var out []float64
	for _, f := range report.Headline(*results[0], *results[1]) {
		out = append(out, f.Base)
	}
	return out, nil
}

// bar gives a function that draws how far something is: on a terminal only,
// and only for what takes over two seconds.
func (w world) bar(what string) func(done float64) {
	if !w.terminal {
		return func(float64) {}
	}
	const steps = 1000
	start := w.now()
	bar := progressbar.NewOptions(steps, progressbar.OptionSetWriter(w.err), progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(40), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
	return func(done float64) {
		if w.now().Sub(start) > 2*time.Second {
			_ = bar.Set(int(done * steps))
		}
	}
}

// writeReplays writes the results: one alone, or several in a list.
func (w world) writeReplays(f string, page report.Page, flags replayFlags) error {
	switch f {
	case "json":
		if len(page.Runs) == 1 {
			return w.writeJSON(page.Runs[0].Result)
		}
		list := make([]json.Marshaler, len(page.Runs))
		for i := range page.Runs {
			list[i] = page.Runs[i].Result
		}
		out := map[string]any{"replays": list}
		if len(page.Sensitivity) > 0 {
			out["sensitivity"] = sensitivityJSON(page.Sensitivity)
		}
		return w.writeJSON(out)
	case "csv":
		return w.writeCSV(report.Table(page.Runs))
	}
	if err := report.WriteText(w.out, page.Runs); err != nil {
		return err
	}
	if len(page.Sensitivity) > 0 {
		fmt.Fprintln(w.out, "\nHow the headline moves with each invented number at half and at double")
		for _, s := range page.Sensitivity {
			fmt.Fprintf(w.out, "  %s: %s\n", s.Name, s.Figure)
		}
		fmt.Fprintln(w.out)
		if err := report.WriteMoves(w.out, page.Sensitivity); err != nil {
			return err
		}
	}
	if flags.report != "" {
		fmt.Fprintf(w.out, "\nReport: %s\n", flags.report)
	}
	return nil
}

// A figureJSON is a figure of the comparison and how it moves with each group
// of invented numbers; null where the book would not load.
type figureJSON struct {
	Figure string     `json:"figure"`
	Says   string     `json:"says"`
	Unit   string     `json:"unit"`
	Base   *float64   `json:"base"`
	Moves  []moveJSON `json:"moves"`
}

type moveJSON struct {
	Numbers string   `json:"numbers"`
	Count   int      `json:"count"`
	Half    *float64 `json:"half"`
	Double  *float64 `json:"double"`
}

func sensitivityJSON(all []report.Sensitivity) (out []figureJSON) {
	number := func(v float64) *float64 {
		if math.IsNaN(v) {
			return nil
		}
		return &v
	}
	for _, s := range all {
		f := figureJSON{Figure: s.Name, Says: s.Figure, Unit: s.Unit, Base: number(s.Base), Moves: []moveJSON{}}
		for _, m := range s.Moves {
			f.Moves = append(f.Moves, moveJSON{m.Name, m.Numbers, number(m.Half), number(m.Double)})
		}
		out = append(out, f)
	}
	return out
}

package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
)

func jobCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "job", Short: "Work on held capacity: submit it, and see where it runs and why not elsewhere", Args: cobra.NoArgs, RunE: needsVerb}
	cmd.AddCommand(jobSubmitCommand(w), jobListCommand(w), jobWhyCommand(w), jobCancelCommand(w))
	return cmd
}

func jobSubmitCommand(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "submit JOB --accelerator KIND --quantity N --length DURATION",
		Short: "Submit work: it starts where it is cheapest of where it may, now or once there is room",
		Long: `Submit gives work a name of your choosing, which is used once. It starts at once
where there is room for it, and waits otherwise; work that fits may pass work that
does not. The answer says where it runs or is expected to, the commitment that its
use draws on, and of every other provider why not, clause by clause.`,
		Example: `  offtake job submit train-1 --accelerator gb200 --quantity 504 --length PT72H --purpose training`,
		Args:    cobra.ExactArgs(1),
	}
	r := atServer(cmd)
	flags := cmd.Flags()
	flags.String("accelerator", "", "of which kind")
	flags.Int64("quantity", 0, "how many accelerators, all at once")
	flags.String("length", "", "for how long, at the longest, as PT6H or P2D")
	flags.StringSlice("region", nil, "where; us-* for all that begin so (default wherever there is room)")
	flags.String("purpose", "", "what it is for, as training")
	flags.String("product", "", "the product it is for")
	flags.String("asset", "", "the model or other licensed asset that it uses")
	flags.String("customer", "", "whom it serves")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		act := map[string]any{"act": "job.submit", "job": args[0], "id": "submit-" + args[0]}
		for _, name := range []string{"accelerator", "quantity", "length", "purpose", "product", "asset", "customer"} {
			set(cmd, act, name, name)
		}
		set(cmd, act, "region", "regions")
		if err := r.ask(cmd, "POST", "/v1/acts", act, nil); err != nil {
			return err
		}
		return w.showJob(cmd, r, f, args[0])
	}
	return cmd
}

// showJob asks for a job and tells of it.
func (w world) showJob(cmd *cobra.Command, r *remote, f, id string) error {
	var j client.Job
	if err := r.read(cmd, path("/v1/jobs/", id, ""), &j); err != nil {
		return err
	}
	if f == "json" {
		return w.writeJSON(j)
	}
	return w.tellJob(j)
}

func (w world) tellJob(j client.Job) error {
	head := j.ID + " is " + j.State
	if j.Where != nil {
		head += " on " + strings.Join(nonempty(j.Where.Provider, j.Where.Region, j.Where.Site), ", ")
		if j.State == "waiting" {
			head = j.ID + " waits for " + strings.Join(nonempty(j.Where.Provider, j.Where.Region, j.Where.Site), ", ")
		}
	}
	w.line("%s", head)
	if j.Quantity > 0 {
		w.line("  %d %s, %s", j.Quantity, j.Accelerator, strings.Join(nonempty("for at most "+j.Length, j.Purpose, j.Product, j.Asset, j.Customer), ", "))
	}
	switch {
	case j.Start != nil && j.State == "waiting":
		w.line("  expected to start at %s, until %s at the latest", whenOf(j.Start), whenOf(j.Until))
	case j.Start != nil:
		w.line("  started at %s, until %s at the latest", whenOf(j.Start), whenOf(j.Until))
	case j.Why != "":
		w.line("  no start is foreseen: %s", j.Why)
	}
	if j.Where != nil {
		draws := "draws on no commitment"
		if j.Where.Draws != "" {
			draws = "draws on " + j.Where.Draws
		}
		w.line("  %s, %s for an accelerator-hour, %s", strings.Join(j.Where.Reservations, " and "), j.Where.Price, draws)
	}
	out := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
	for _, no := range j.Rejected {
		fmt.Fprintf(out, "  not %s\t%s\n", no.Provider, causes[no.Cause])
		for _, c := range no.Because {
			fmt.Fprintf(out, "    %s\t%s:%d: %s\n", c.Clause, c.File, c.Line, c.Says)
		}
	}
	return out.Flush()
}

// causes say why a provider does not run a job.
var causes = map[string]string{
	"clause": "a clause stands in the way", "nothing held": "nothing is held there", "region": "what is held there is elsewhere",
	"no capacity": "all that is held there is in use, or ends too early", "dearer": "a cheaper place had room", "accelerator": "other accelerators are held there",
}

func nonempty(words ...string) (out []string) {
	for _, word := range words {
		if word != "" && word != "for at most " {
			out = append(out, word)
		}
	}
	return out
}

func whenOf(t *time.Time) string {
	if t == nil {
		return "?"
	}
	return offtake.Stamp(*t)
}

func jobListCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "Work that waits or runs, the first submitted first", Args: cobra.NoArgs}
	r := readsServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		var all []client.Job
		if err := r.read(cmd, "/v1/jobs", &all); err != nil {
			return err
		}
		if f == "json" {
			return w.writeJSON(all)
		}
		out := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		for _, j := range all {
			since := "submitted " + whenOf(j.Submitted)
			if j.State == "running" {
				since = "started " + whenOf(j.Start)
			}
			fmt.Fprintf(out, "%s\t%s\t%d\t%s\t%s\n", j.ID, j.State, j.Quantity, j.Accelerator, since)
		}
		return out.Flush()
	}
	return cmd
}

func jobWhyCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "why JOB", Short: "Where a job runs or will, and of every other provider why not", Args: cobra.ExactArgs(1)}
	r := readsServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		return w.showJob(cmd, r, f, args[0])
	}
	return cmd
}

func jobCancelCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "cancel JOB", Short: "Work that waits is not to run, and work that runs is to end", Args: cobra.ExactArgs(1)}
	r := atServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return w.act(cmd, r, map[string]any{"act": "job.cancel", "job": args[0]})
	}
	return cmd
}

package main

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake/client"
)

func whyCommand(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "why NAME",
		Short: "What the record has of an opportunity, a process, a job, a reservation or an act",
		Long: `Why tells, of one thing, everything that was done about it, by whom and when it
was received, what followed from each, how it stands now, and the clauses that
were applied, with their places in the book.`,
		Args: cobra.ExactArgs(1),
	}
	r := readsServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		var why client.Why
		if err := r.read(cmd, path("/v1/why/", args[0], ""), &why); err != nil {
			return err
		}
		if f == "json" {
			return w.writeJSON(why)
		}
		w.tellWhy(why)
		return nil
	}
	return cmd
}

func (w world) tellWhy(why client.Why) {
	w.line("%s: %s", why.About, why.Is)
	for _, e := range why.Entries {
		var act struct{ At, By, Act string }
		var receipt struct{ Person, Recorder, Channel, Received string }
		_ = json.Unmarshal(e.Act, &act)
		_ = json.Unmarshal(e.Receipt, &receipt)
		who := strings.Join(nonempty(act.By, receipt.Person), ", ")
		if who == "" {
			who = "the clock"
		}
		if receipt.Channel != "" {
			who += " (recorded by " + receipt.Recorder + ", received by " + receipt.Channel
			if receipt.Received != "" {
				who += " at " + receipt.Received
			}
			who += ")"
		}
		w.line("  %d  %s  %s  %s", e.Version, act.At, act.Act, who)
		for _, ev := range e.Events {
			w.line("    %s", eventWords(ev))
		}
	}
	for _, c := range why.Clauses {
		place := ""
		if c.File != "" {
			place = "  " + c.File + ":" + strconv.Itoa(c.Line)
		}
		w.line("  by %s%s", c.Clause, place)
		if c.Says != "" {
			w.line("    %s", strings.Join(strings.Fields(c.Says), " "))
		}
	}
	if why.More {
		w.line("  and more: see offtake log export")
	}
}

// eventWords tells an event: its name, what it is about, and why.
func eventWords(text json.RawMessage) string {
	var e struct{ Event, Process, State, Why, Job, Reservation, Until, Of, Received string }
	_ = json.Unmarshal(text, &e)
	if e.Received != "" {
		return e.Event + "  with " + e.Of + " as received at " + e.Received
	}
	return strings.Join(nonempty(e.Event, e.Process, e.Job, e.Reservation, e.State, e.Why), "  ")
}

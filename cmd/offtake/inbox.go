package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
)

func inboxCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "inbox", Short: "What you were told: notices, and reminders of what you must do, the latest first", Args: cobra.NoArgs}
	r := readsServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		var all []client.Message
		if err := r.read(cmd, "/v1/inbox", &all); err != nil {
			return err
		}
		if f == "json" {
			return w.writeJSON(all)
		}
		out := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		for _, m := range all {
			about := m.Notice
			if m.Process != "" {
				about = m.Process
			}
			until := ""
			if m.By != nil {
				until = fmt.Sprintf("%s until %s, %s before", m.Of, offtake.Stamp(*m.By), m.Before)
			}
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\n", offtake.Stamp(m.At), m.To, m.Kind, about, m.Clause, until)
		}
		return out.Flush()
	}
	return cmd
}

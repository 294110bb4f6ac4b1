package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
)

func noticeCommand(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notice",
		Short: "Serve a notice of an offer, or read those served on you",
		Args:  cobra.NoArgs,
		RunE:  needsVerb,
	}
	cmd.AddCommand(noticeServeCommand(w), noticeListCommand(w), noticeShowCommand(w), noticeRenderCommand(w))
	return cmd
}

// needsVerb refuses a verb that is nothing without another.
func needsVerb(cmd *cobra.Command, _ []string) error {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return offtake.Refuse(offtake.Invalid, "%s needs one of %s", cmd.CommandPath(), strings.Join(names, ", "))
}

func noticeServeCommand(w world) *cobra.Command {
	var attach []string
	cmd := &cobra.Command{
		Use:   "serve OPPORTUNITY --contents provider,price,...",
		Short: "Serve a notice on the holders of the rights over an offer",
		Args:  cobra.ExactArgs(1),
	}
	r := atServer(cmd)
	cmd.Flags().StringSlice("contents", nil, "what the notice discloses of the terms")
	cmd.Flags().StringSlice("to", nil, "the holders (default all)")
	cmd.Flags().StringSliceVar(&attach, "attach", nil, "a file that comes with it, which the holders may read")
	cmd.Flags().String("clause", "", "under which clause, as agreement/clause (default all it can reach)")
	cmd.Flags().String("id", "", "a name for the act: sent again it has no effect again")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		act := map[string]any{"act": "notice.serve", "opportunity": args[0]}
		for _, name := range []string{"contents", "to", "clause", "id"} {
			set(cmd, act, name, name)
		}
		return w.actWith(cmd, r, act, how{attach: attach})
	}
	return cmd
}

func noticeListCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "The notices served on you, the latest first", Args: cobra.NoArgs}
	r := readsServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		var all []client.Notice
		if err := r.read(cmd, "/v1/notices", &all); err != nil {
			return err
		}
		if f == "json" {
			return w.writeJSON(all)
		}
		out := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		for _, n := range all {
			fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%s\n", n.ID, n.Clause, n.State, n.Quantity, answerBy(n))
		}
		return out.Flush()
	}
	return cmd
}

func answerBy(n client.Notice) string {
	if n.AnswerBy == nil {
		return ""
	}
	return "until " + offtake.Stamp(*n.AnswerBy)
}

func noticeShowCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "show NOTICE", Short: "One notice: what it discloses, and how it stands for you", Args: cobra.ExactArgs(1)}
	r := readsServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		var n client.Notice
		if err := r.read(cmd, path("/v1/notices/", args[0], ""), &n); err != nil {
			return err
		}
		if f == "json" {
			return w.writeJSON(n)
		}
		return w.tellNotice(n)
	}
	return cmd
}

func (w world) tellNotice(n client.Notice) error {
	w.line("%s  %s  %s", n.ID, n.Clause, n.State)
	w.line("  from %s, received at %s", n.From, offtake.Stamp(n.Served))
	if by := answerBy(n); by != "" {
		w.line("  %s", by)
	}
	part := "all of it or nothing"
	if n.InPart {
		part = fmt.Sprintf("all of it, or part of it in lots of %d", n.Lot)
	}
	w.line("  %d accelerators, %s", n.Quantity, part)
	for _, key := range slices.Sorted(maps.Keys(n.Contents)) {
		w.line("  %s: %s", key, plain(n.Contents[key]))
	}
	if n.Answer != "" {
		w.line("  you answered: %s", n.Answer)
	}
	return nil
}

// plain shows a value of a term without its quotes.
func plain(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil {
		return s
	}
	return string(v)
}

func answerCommand(w world) *cobra.Command {
	var a client.Answer
	var attach []string
	cmd := &cobra.Command{
		Use:   "answer NOTICE accept|refuse|object",
		Short: "Answer a notice that was served on you",
		Example: `  offtake answer n-0123456789abcdef accept
  offtake answer n-0123456789abcdef accept --quantity 432
  offtake answer n-0123456789abcdef refuse --reason unable`,
		Args: cobra.ExactArgs(2),
	}
	r := atServer(cmd)
	cmd.Flags().Int64Var(&a.Quantity, "quantity", 0, "how many accelerators (default all that are offered)")
	cmd.Flags().StringSliceVar(&a.Conditions, "condition", nil, "a condition, with which the answer does not conform")
	cmd.Flags().StringVar(&a.Reason, "reason", "", "of a refusal: unable or unwilling")
	cmd.Flags().StringSliceVar(&a.Missing, "missing", nil, "of an objection: what the notice lacks")
	cmd.Flags().StringSliceVar(&attach, "attach", nil, "a file that comes with it")
	cmd.Flags().StringVar(&a.ID, "id", "", "a name for the answer: sent again it has no effect again")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		a.Answer = args[1]
		if a.Attachments, err = r.attach(cmd, attach); err != nil {
			return err
		}
		var taken client.Taken
		if err := r.ask(cmd, "POST", path("/v1/notices/", args[0], "/answer"), a, &taken); err != nil {
			return err
		}
		return w.tellTaken(f, taken)
	}
	return cmd
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
)

func statusCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "status", Short: "How a broker stands: what falls due, and whose step it is", Args: cobra.NoArgs}
	r := readsServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		var s client.Status
		if err := r.read(cmd, "/v1/status", &s); err != nil {
			return err
		}
		if f == "json" {
			return w.writeJSON(s)
		}
		return w.tellStatus(s)
	}
	return cmd
}

func (w world) tellStatus(s client.Status) error {
	w.line("%s, version %d of the book of %s; you speak for %s", s.Book, s.Edition, s.Buyer, s.Party)
	if s.Rehearse {
		w.line("a rehearsal, at %s", offtake.Stamp(s.Now))
	}
	if s.Doubted != "" {
		w.line("deadlines are held: %s; see offtake clock confirm", s.Doubted)
	}
	for _, p := range s.Waiting {
		w.line("a version of the book waits for signatures: %s, pushed by %s", p.Hash, p.By)
	}
	out := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
	for _, d := range s.Due {
		what := d.Process
		if what == "" {
			what = d.Notice
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", offtake.Stamp(d.At), what, d.Of, d.Who)
	}
	if len(s.Due) == 0 {
		fmt.Fprintln(out, "nothing falls due")
	}
	return out.Flush()
}

func actCommand(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "act FILE|-",
		Short: "Send any act: an object as a log has it, without its instant",
		Long: `Act sends what one line of a written case says, without "at": the broker says
when it was received. --channel and --received record an act of another party
that came to you by letter or mail.`,
		Example: `  echo '{"act":"definitive.sign","opportunity":"oracle-1"}' | offtake act -`,
		Args:    cobra.ExactArgs(1),
	}
	r := atServer(cmd)
	var h how
	cmd.Flags().StringVar(&h.channel, "channel", "", "how it came, where it is another party's: email, courier")
	cmd.Flags().StringVar(&h.received, "received", "", "when it came, where it is another party's")
	cmd.Flags().StringSliceVar(&h.attach, "attach", nil, "a file that came with it")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		text, err := readAll(args[0])
		if err != nil {
			return err
		}
		if !json.Valid(text) {
			return offtake.Refuse(offtake.Invalid, "%s holds no JSON object that is an act", args[0])
		}
		return w.actWith(cmd, r, json.RawMessage(text), h)
	}
	return cmd
}

func attachmentCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "attachment HASH FILE", Short: "Fetch a file that came with an act into a new file, or to standard output for -", Args: cobra.ExactArgs(2)}
	r := atServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := r.client()
		if err != nil {
			return err
		}
		if args[1] == "-" {
			return c.Attachment(cmd.Context(), args[0], w.out)
		}
		return newFile(args[1], func(f io.Writer) error { return c.Attachment(cmd.Context(), args[0], f) })
	}
	return cmd
}

// readAll reads a file, or standard input by the name -.
func readAll(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name)
}

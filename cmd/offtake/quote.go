package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake/client"
)

func quoteCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "quote", Short: "Prices that providers name to the buyer: make one, list, take, withdraw", Args: cobra.NoArgs, RunE: needsVerb}
	cmd.AddCommand(quoteMakeCommand(w), quoteListCommand(w), quoteTakeCommand(w), quoteWithdrawCommand(w))
	return cmd
}

func quoteMakeCommand(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "make QUOTE [terms as flags]",
		Short:   "Name a price for capacity of a provider of yours; the buyer alone sees it",
		Example: `  offtake quote make q1 --provider oci --accelerator gb200 --quantity 1008 --region us-south --price "USD 8.00" --term P5Y --delivery 2026-01-01 --expires 2025-07-01`,
		Args:    cobra.ExactArgs(1),
	}
	r := atServer(cmd)
	terms := termFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return w.act(cmd, r, map[string]any{"act": "quote", "id": "quote-" + args[0], "quote": args[0], "terms": terms()})
	}
	return cmd
}

func quoteListCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "The prices named to you, or by you, the first first", Args: cobra.NoArgs}
	r := readsServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		var all []client.Quote
		if err := r.read(cmd, "/v1/quotes", &all); err != nil {
			return err
		}
		if f == "json" {
			return w.writeJSON(all)
		}
		out := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		for _, q := range all {
			var t struct {
				Provider, Accelerator, Price string
				Quantity                     int64
			}
			_ = json.Unmarshal(q.Terms, &t)
			until := ""
			if q.Expires != nil {
				until = "until " + whenOf(q.Expires)
			}
			fmt.Fprintf(out, "%s\t%s\t%d %s of %s\t%s\t%s\n", q.ID, q.State, t.Quantity, t.Accelerator, t.Provider, t.Price, until)
		}
		return out.Flush()
	}
	return cmd
}

func quoteTakeCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "take QUOTE OPPORTUNITY", Short: "Make an offer of a quote, under a name of your choosing; every right over it is met as with any offer", Args: cobra.ExactArgs(2)}
	r := atServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return w.act(cmd, r, map[string]any{"act": "quote.take", "id": "take-" + args[0], "quote": args[0], "opportunity": args[1]})
	}
	return cmd
}

func quoteWithdrawCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "withdraw QUOTE", Short: "Take a quote of yours back", Args: cobra.ExactArgs(1)}
	r := atServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return w.act(cmd, r, map[string]any{"act": "quote.withdraw", "id": "withdraw-" + args[0], "quote": args[0]})
	}
	return cmd
}

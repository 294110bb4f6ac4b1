package main

import (
	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
)

func offerCommand(w world) *cobra.Command {
	var revise, withdraw bool
	var id string
	cmd := &cobra.Command{
		Use:   "offer OPPORTUNITY [terms as flags]",
		Short: "Tell a broker of a third party's offer, of a change of it, or that it is gone",
		Long: `Offer records what a third party offers under a name of your choosing. Every
first refusal in force meets it in a process of its own, and the answer says
which. --revise says only what has changed; --withdraw gives the offer up.`,
		Example: `  offtake offer oracle-1 --provider oci --accelerator gb200 --quantity 1008 --region us-south \
    --price "USD 8.00" --term P5Y --delivery 2026-01-01 --purpose training`,
		Args: cobra.ExactArgs(1),
	}
	r := atServer(cmd)
	flags := cmd.Flags()
	termsOf := termFlags(cmd)
	flags.BoolVar(&revise, "revise", false, "the offer has changed, in what the flags say")
	flags.BoolVar(&withdraw, "withdraw", false, "the offer is gone")
	flags.StringVar(&id, "id", "", "a name for the act: sent again it has no effect again")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		act := map[string]any{"act": "offer.receive", "opportunity": args[0]}
		terms := termsOf()
		switch {
		case revise && withdraw:
			return offtake.Refuse(offtake.Invalid, "--revise and --withdraw exclude each other")
		case withdraw && len(terms) > 0:
			return offtake.Refuse(offtake.Invalid, "an offer that is withdrawn has no terms")
		case withdraw:
			act["act"] = "offer.withdraw"
		case revise:
			act["act"] = "offer.revise"
		}
		if !withdraw {
			act["terms"] = terms
		}
		if id != "" {
			act["id"] = id
		}
		return w.act(cmd, r, act)
	}
	return cmd
}

func awardCommand(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "award OPPORTUNITY",
		Short: "Take a third party's offer, where every right over it is cleared",
		Args:  cobra.ExactArgs(1),
	}
	r := atServer(cmd)
	cmd.Flags().Int64("quantity", 0, "how many accelerators (default everything that may be taken)")
	cmd.Flags().String("id", "", "a name for the act: sent again it has no effect again")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		act := map[string]any{"act": "award", "opportunity": args[0]}
		set(cmd, act, "quantity", "quantity")
		set(cmd, act, "id", "id")
		return w.act(cmd, r, act)
	}
	return cmd
}

// termFlags gives a verb the terms of an offer as flags, and what was given of them.
func termFlags(cmd *cobra.Command) func() map[string]any {
	flags := cmd.Flags()
	for _, t := range []struct{ flag, help string }{
		{"provider", "who supplies it"}, {"party", "who offers it, where that is not the provider's party"},
		{"accelerator", "of which kind"}, {"region", "where"}, {"site", "where exactly"},
		{"price", "for an accelerator-hour, as \"USD 8.00\""}, {"term", "for how long, as P5Y"},
		{"delivery", "from when: a date or an instant"}, {"expires", "until when it may be taken"}, {"kind", "reserved, block, on_demand or spot"},
	} {
		flags.String(t.flag, "", t.help)
	}
	flags.Int64("quantity", 0, "how many accelerators")
	flags.StringSlice("purpose", nil, "what the compute is for")
	flags.StringSlice("bona-fide", nil, "what the offer is: written, signed, arms_length")
	flags.Bool("all-or-none", false, "only the whole may be taken")
	return func() map[string]any {
		terms := map[string]any{}
		for _, name := range []string{"provider", "party", "accelerator", "region", "site", "price", "term", "delivery", "expires", "kind", "quantity", "purpose"} {
			set(cmd, terms, name, name)
		}
		set(cmd, terms, "bona-fide", "bona_fide")
		set(cmd, terms, "all-or-none", "all_or_none")
		return terms
	}
}

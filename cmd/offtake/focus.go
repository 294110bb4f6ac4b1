package main

import (
	"io"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake/internal/focus"
)

func focusCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "focus", Short: "What was charged and committed, as FOCUS datasets", Args: cobra.NoArgs, RunE: needsVerb}
	cmd.AddCommand(focusCostsCommand(w), focusCommitmentsCommand(w))
	return cmd
}

func focusCostsCommand(w world) *cobra.Command {
	var from, until string
	cmd := &cobra.Command{
		Use:   "costs",
		Short: "Write the Cost and Usage dataset of FOCUS 1.2, as CSV",
		Long: `Costs writes what was charged as the Cost and Usage dataset of the FinOps Open Cost and
Usage Specification 1.2, in CSV, from a broker or, with --book and --usage, from files. A
row is everything charged of one kind with one date. Columns that begin with x_ say what
the specification has no column for: what a charge draws on, and under which opportunity,
processes and consents the capacity was bought. x_ExactCost has the cost as a fraction, so
that it adds up to the last digit.`,
		Example: `  offtake focus costs --from 2026-02-01 --until 2026-03-01 > focus.csv`,
		Args:    cobra.NoArgs,
	}
	a := readsAccounts(cmd)
	cmd.Flags().StringVar(&from, "from", "", "dated no earlier than this instant or date")
	cmd.Flags().StringVar(&until, "until", "", "dated before this instant or date")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if a.book == "" {
			return a.stream(cmd, "/v1/focus/costs", url.Values{"from": {from}, "until": {until}}, w.out)
		}
		m, law, _, err := w.offline(a)
		if err != nil {
			return err
		}
		var bounds [2]time.Time
		for i, s := range []string{from, until} {
			if s == "" {
				continue
			}
			if bounds[i], err = instant(law, []string{"from", "until"}[i], s); err != nil {
				return err
			}
		}
		return focus.Costs(m, bounds[0], bounds[1]).Write(w.out)
	}
	return cmd
}

func focusCommitmentsCommand(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "commitments",
		Short: "Write the Contract Commitment dataset of FOCUS 1.3, as CSV",
		Args:  cobra.NoArgs,
	}
	a := readsAccounts(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if a.book == "" {
			return a.stream(cmd, "/v1/focus/commitments", url.Values{}, w.out)
		}
		m, _, at, err := w.offline(a)
		if err != nil {
			return err
		}
		return focus.Commitments(w.out, m, at)
	}
	return cmd
}

// stream copies what a broker writes, as of the two times of the flags.
func (a *accounts) stream(cmd *cobra.Command, path string, q url.Values, to io.Writer) error {
	for name, value := range map[string]string{"at": a.at, "known_at": a.knownAt} {
		q.Set(name, value)
	}
	for name := range q {
		if q.Get(name) == "" {
			q.Del(name)
		}
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return c.Copy(cmd.Context(), "GET", path, nil, to)
}

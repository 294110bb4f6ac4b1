package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/prices"
)

func importCommand(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Bring public data into a book",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return offtake.Refuse(offtake.Invalid, "import what? offtake import prices FORMAT FILE")
		},
	}
	cmd.AddCommand(importPricesCommand(w))
	return cmd
}

func importPricesCommand(w world) *cobra.Command {
	var provider, date, from, dir string
	cmd := &cobra.Command{
		Use:   "prices FORMAT FILE",
		Short: "Turn a public price list into supply",
		Long: fmt.Sprintf(`Prices reads a public price list and writes supply files of a book to standard
output: the price of one accelerator-hour for each offer, with its source. Lists
price machines, and machines are not accelerators: what a machine holds comes
from a table, and what is not in the table is left out, counted and named on
standard error. A listed price is not capacity: the offers have no quantity
until you write one.

FORMAT is one of: %s.`, strings.Join(prices.Formats(), ", ")),
		Example: `  offtake import prices azure azure_gpu.csv --date 2026-06-01 > book/supply/azure.yaml`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := format(cmd, "text", "json", "csv")
			if err != nil {
				return err
			}
			if provider != "" && !offtake.IsName(provider) {
				return offtake.Refuse(offtake.Invalid, "--provider %q is no name: it is too long, or has a space, a control character or one of / * #", provider)
			}
			opt := prices.Options{File: args[1], Provider: offtake.ProviderName(provider)}
			if opt.Date, err = optionalWhen("date", date); err != nil {
				return err
			}
			if opt.From, err = optionalWhen("from", from); err != nil {
				return err
			}
			if dir != "" {
				b, _, err := w.load(dir)
				if err != nil {
					return err
				}
				opt.Regions = b.Regions
			}
			file, err := os.Open(args[1])
			if err != nil {
				return err
			}
			defer file.Close()
			supplies, report, err := prices.Import(args[0], file, opt)
			if err != nil {
				return err
			}
			for _, line := range report.Lines() {
				fmt.Fprintln(w.err, line)
			}
			switch f {
			case "json":
				return w.writeJSON(suppliesJSON(supplies))
			case "csv":
				var rows [][]string
				for _, o := range suppliesJSON(supplies) {
					rows = append(rows, []string{o.Provider, o.Accelerator, o.Region, o.Price, o.From, o.Until, o.Kind, o.Source})
				}
				return w.writeCSV([]string{"provider", "accelerator", "region", "price", "from", "until", "kind", "source"}, rows)
			}
			_, err = w.out.Write(bytes.Join([][]byte{report.Declarations(), book.FormatSupplies(supplies)}, nil))
			return err
		},
	}
	cmd.Flags().StringVar(&provider, "provider", "", "the book's name for the provider; of a list of many, the only one wanted")
	cmd.Flags().StringVar(&date, "date", "", "when the list was collected, where it does not say")
	cmd.Flags().StringVar(&from, "from", "", "from when the prices of a list of one day hold (default always)")
	cmd.Flags().StringVar(&dir, "book", "", "a book whose names for regions to use")
	return cmd
}

func optionalWhen(flag, s string) (offtake.When, error) {
	if s == "" {
		return offtake.When{}, nil
	}
	when, err := offtake.ParseWhen(s)
	if err != nil {
		return when, offtake.Refuse(offtake.Invalid, "--%s: %w", flag, err)
	}
	return when, nil
}

type offerJSON struct {
	Provider    string `json:"provider"`
	Accelerator string `json:"accelerator"`
	Region      string `json:"region,omitempty"`
	Price       string `json:"price"`
	From        string `json:"from,omitempty"`
	Until       string `json:"until,omitempty"`
	Kind        string `json:"kind"`
	Source      string `json:"source"`
}

// suppliesJSON is a list of offers as `import prices --output json` writes it.
func suppliesJSON(supplies []offtake.Supply) []offerJSON {
	out := []offerJSON{}
	for _, s := range supplies {
		for _, o := range s.Offers {
			out = append(out, offerJSON{string(s.Provider), string(o.Accelerator), string(o.Region), o.Price.String(), o.From.String(), o.Until.String(), string(o.Kind), o.Source})
		}
	}
	return out
}

package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/account"
	"github.com/offtake-dev/offtake/internal/report"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/statement"
	"github.com/offtake-dev/offtake/internal/usage"
)

// accounts are the flags by which money is read: of a broker, or of a book with files
// of usage, where there is none.
type accounts struct {
	*remote
	book     string
	files    []string
	form     string
	provider string
}

func readsAccounts(cmd *cobra.Command) *accounts {
	a := &accounts{remote: readsServer(cmd)}
	cmd.Flags().StringVar(&a.book, "book", "", "a book, instead of a broker")
	cmd.Flags().StringArrayVar(&a.files, "usage", nil, "with --book: a file of usage; may be given several times")
	cmd.Flags().StringVar(&a.form, "form", "", "with --usage: csv, jsonl or focus (default by the file's name)")
	cmd.Flags().StringVar(&a.provider, "provider", "", "with --usage: of records that name none")
	return a
}

// offline reads the book and its files of usage into a market. The refused records go to
// standard error.
func (w world) offline(a *accounts) (m *market.State, law *rights.Law, at time.Time, err error) {
	if a.knownAt != "" {
		return nil, nil, at, offtake.Refuse(offtake.Invalid, "--known-at is of a broker, which knows when it learnt of what; with --book everything is known")
	}
	b, law, err := w.load(a.book)
	if err != nil {
		return nil, nil, at, err
	}
	if at = time.Now().UTC().Truncate(time.Second); a.at != "" {
		if at, err = instant(law, "at", a.at); err != nil {
			return nil, nil, at, err
		}
	}
	in := &intake{world: w, market: market.New(market.Setup{Book: b, Law: law}), book: b, at: at}
	if now := time.Now().UTC(); in.at.Before(now) {
		in.at = now
	}
	for _, file := range a.files {
		if err := in.file(file, usage.Form(a.form), offtake.ProviderName(a.provider)); err != nil {
			return nil, nil, at, err
		}
	}
	return in.market, law, at, nil
}

// intake takes files of usage into a market.
type intake struct {
	world
	market   *market.State
	book     *offtake.Book
	register usage.Register
	at       time.Time
}

// rowsOfBatch is how many records are read at once.
const rowsOfBatch = 10_000

func (in *intake) file(name string, form usage.Form, provider offtake.ProviderName) error {
	f, err := os.Open(name)
	if err != nil {
		return offtake.Refuse(offtake.Invalid, "%w", err)
	}
	if form == "" {
		form = usage.FormOf(name)
	}
	source := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	how := usage.ReaderOf(in.book, form, provider, in.market.Zone())
	parts := usage.Split(f, form, rowsOfBatch)
	for n := 0; ; n++ {
		text, line, err := parts.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return offtake.Refuse(offtake.Invalid, "%s: %w", name, err)
		}
		batch := usage.Batch{Source: source, Name: source + "/" + strconv.Itoa(n), Text: text, Kept: parts.Kept(f)}
		read, err := in.register.Read(how, batch, func() *account.Admission { return in.market.Admit(in.at) })
		if err != nil {
			return offtake.Refuse(offtake.Invalid, "%s from line %d on: %w", name, line, err)
		}
		for _, no := range read.Refused {
			fmt.Fprintf(in.err, "%s:%d: %v\n", name, no.Line+line-1-parts.HeaderLines(), no.Why)
		}
		if len(read.Totals) == 0 {
			continue
		}
		report := offtake.UsageReport{Source: source, Batch: batch.Name, Rows: read.Rows, Totals: read.Totals, Skipped: read.Skipped, Root: read.Root}
		if _, err := in.market.Do(offtake.Act{ID: offtake.ActID(batch.Name), At: in.at, By: in.book.Buyer, Deed: report}); err != nil {
			return offtake.Refuse(offtake.KindOf(err), "%s from line %d on: %w", name, line, err)
		}
	}
}

func statementCommand(w world) *cobra.Command {
	var by string
	cmd := &cobra.Command{
		Use:   "statement [NAME]",
		Short: "What was charged, what is owed, and what will be",
		Long: `Statement tells how something stands: a commitment, a reservation, a consent or a
venture by its clause (agreement/clause), a reservation that was bought by its name, or
all that is charged by and owed to a party. Without a name it lists what there is.

It reads a broker, or with --book and --usage a book and files of usage, with no broker
at all. Every line is rounded once, half-even to the minor unit, and what that leaves is
a line of its own. --output html writes a page.`,
		Example: `  offtake statement microsoft-openai/azure-commitment --at 2026-03-01
  offtake statement microsoft --by team --output csv
  offtake statement microsoft-openai/azure-commitment --book openai --usage azure.csv`,
		Args: cobra.MaximumNArgs(1),
	}
	a := readsAccounts(cmd)
	cmd.Flags().StringVar(&by, "by", "", "tell lines apart by this label, as team")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, err := format(cmd, "text", "json", "csv", "html")
		if err != nil {
			return err
		}
		if len(args) == 0 {
			return w.listStatements(cmd, a, f)
		}
		var s client.Statement
		if a.book != "" {
			m, _, at, err := w.offline(a)
			if err != nil {
				return err
			}
			if s, err = statement.Of(m, statement.Order{Name: args[0], At: at, By: by}); err != nil {
				return err
			}
		} else if err := a.read(cmd, "/v1/statement?"+url.Values{"name": {args[0]}, "by": {by}}.Encode(), &s); err != nil {
			return err
		}
		switch f {
		case "json":
			return w.writeJSON(s)
		case "csv":
			return w.writeCSV(report.StatementRows(s))
		case "html":
			return report.WriteStatement(w.out, s)
		}
		return report.StatementText(w.out, s)
	}
	return cmd
}

func (w world) listStatements(cmd *cobra.Command, a *accounts, f string) error {
	names := []string{}
	if a.book != "" {
		m, _, at, err := w.offline(a)
		if err != nil {
			return err
		}
		names = statement.Names(m, at)
	} else if err := a.read(cmd, "/v1/statements", &names); err != nil {
		return err
	}
	if f == "json" {
		return w.writeJSON(names)
	}
	for _, n := range names {
		w.line("%s", n)
	}
	return nil
}

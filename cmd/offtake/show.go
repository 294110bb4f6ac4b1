package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/rights"
)

func showCommand(w world) *cobra.Command {
	var at, from string
	cmd := &cobra.Command{
		Use:   "show BOOK [--at T] [--diff T1 T2]",
		Short: "Show the terms in force in plain language, or what an amendment changed",
		Long: `Show says what every clause in force at an instant does, in plain language,
agreement by agreement. With --diff T1 T2 it says what changed between two
instants: clauses added, removed and replaced, field by field.`,
		Example: `  offtake show examples/openai --at 2025-03-01
  offtake show examples/openai --diff 2025-01-20 2025-01-21`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := format(cmd, "text", "json", "csv")
			if err != nil {
				return err
			}
			diff := cmd.Flags().Changed("diff")
			dir, to, err := diffArgs(args, diff)
			if err != nil {
				return err
			}
			b, law, err := w.load(dir)
			if err != nil {
				return err
			}
			if diff {
				return w.showDiff(f, b, law, from, to)
			}
			t := w.now().UTC().Truncate(time.Second)
			if cmd.Flags().Changed("at") {
				if t, err = instant(law, "at", at); err != nil {
					return err
				}
			}
			return w.showTerms(f, b, law, t)
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "the instant or date shown (default now)")
	cmd.Flags().StringVar(&from, "diff", "", "two instants or dates, T1 T2: what changed from one to the other")
	cmd.MarkFlagsMutuallyExclusive("at", "diff")
	return cmd
}

// diffArgs tells the folder from the second time of --diff, which stands among
// the arguments because a flag takes one value. The folder comes first unless
// only what stands first can be a time.
func diffArgs(args []string, diff bool) (dir, to string, err error) {
	switch {
	case !diff && len(args) == 1:
		return args[0], "", nil
	case !diff:
		return "", "", offtake.Refuse(offtake.Invalid, "show takes one BOOK; %q is one too many", args[1])
	case len(args) == 1:
		return "", "", offtake.Refuse(offtake.Invalid, "--diff takes two times and a BOOK: offtake show BOOK --diff T1 T2")
	}
	if isTime(args[0]) && !isTime(args[1]) {
		return args[1], args[0], nil
	}
	return args[0], args[1], nil
}

func isTime(s string) bool {
	_, err := offtake.ParseWhen(s)
	return err == nil
}

// A standing agreement: its clauses in force, in the order written.
type termsOf struct {
	agreement offtake.Agreement
	clauses   []offtake.Clause
}

func inForce(b *offtake.Book, law *rights.Law, t time.Time) (out []termsOf) {
	for _, a := range b.Agreements {
		if cs := law.Clauses(a.Name, t); len(cs) > 0 {
			out = append(out, termsOf{a, cs})
		}
	}
	return out
}

type clauseJSON struct {
	Clause string   `json:"clause"`
	Kind   string   `json:"kind"`
	Text   string   `json:"text"`
	Source string   `json:"source,omitempty"`
	Says   []string `json:"says"`
	File   string   `json:"file"`
	Line   int      `json:"line"`
}

// clauseList gives the clauses in force as rows.
func clauseList(b *offtake.Book, terms []termsOf) []clauseJSON {
	list := []clauseJSON{}
	for _, a := range terms {
		for _, c := range a.clauses {
			list = append(list, clauseJSON{
				offtake.ClauseRef{Agreement: a.agreement.Name, Clause: c.Name}.String(),
				c.Body.Kind(), c.Text, c.Source, book.DescribeClause(b, c), c.Pos.File, c.Pos.Line,
			})
		}
	}
	return list
}

func (w world) showTerms(f string, b *offtake.Book, law *rights.Law, t time.Time) error {
	terms := inForce(b, law, t)
	switch f {
	case "json":
		return w.writeJSON(map[string]any{"book": b.Name, "at": offtake.Stamp(t), "clauses": clauseList(b, terms)})
	case "csv":
		var rows [][]string
		for _, c := range clauseList(b, terms) {
			rows = append(rows, []string{c.Clause, c.Kind, c.Text, c.Source, strings.Join(c.Says, " "), c.File, strconv.Itoa(c.Line)})
		}
		return w.writeCSV([]string{"clause", "kind", "text", "source", "says", "file", "line"}, rows)
	}
	fmt.Fprintf(w.out, "Terms of %s in force at %s. Nothing here is legal advice.\n", b.Name, offtake.Stamp(t))
	for _, a := range terms {
		fmt.Fprintf(w.out, "\n%s, between %s%s\n", a.agreement.Name, parties(b, a.agreement.Parties), lasts(a.agreement))
		for _, c := range a.clauses {
			fmt.Fprintf(w.out, "\n  %s (%s), %s:%d\n", c.Name, strings.ReplaceAll(c.Body.Kind(), "_", " "), c.Pos.File, c.Pos.Line)
			w.paragraph(4, "“"+c.Text+"”")
			for _, line := range book.DescribeClause(b, c) {
				w.paragraph(4, line)
			}
			if c.Source != "" {
				w.paragraph(4, "Source: "+c.Source)
			}
		}
	}
	if len(terms) == 0 {
		fmt.Fprintln(w.out, "\nNo clause is in force.")
	}
	return nil
}

// lasts says how long an agreement runs.
func lasts(a offtake.Agreement) string {
	out := ", from " + a.Effective.String()
	if !a.Until.IsZero() {
		out += " until " + a.Until.String()
	}
	if !a.Renewal.For.IsZero() {
		out += ", renewed for " + a.Renewal.For.Words() + " at a time unless notice is given " + a.Renewal.UnlessNotice.Words() + " before"
	}
	return out
}

// parties names parties by their titles.
func parties(b *offtake.Book, names []offtake.PartyName) string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = string(n)
		if p, ok := b.Party(n); ok && p.Title != "" {
			list[i] = p.Title
		}
	}
	return strings.Join(list, ", ")
}

// paragraph prints text indented and wrapped at a hundred columns, later lines
// two further in.
func (w world) paragraph(indent int, text string) {
	const width = 100
	line := strings.Repeat(" ", indent)
	empty := true
	for _, word := range strings.Fields(text) {
		if !empty && len([]rune(line))+1+len([]rune(word)) > width {
			fmt.Fprintln(w.out, line)
			line, empty = strings.Repeat(" ", indent+2), true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	fmt.Fprintln(w.out, line)
}

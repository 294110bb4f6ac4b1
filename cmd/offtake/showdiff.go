package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/rights"
)

type fieldJSON struct {
	Field string `json:"field"`
	Was   string `json:"was"`
	Is    string `json:"is"`
}

type changedJSON struct {
	Clause string      `json:"clause"`
	Change string      `json:"change"`
	Was    []string    `json:"was,omitempty"`
	Is     []string    `json:"is,omitempty"`
	Fields []fieldJSON `json:"fields,omitempty"`
	File   string      `json:"file"`
	Line   int         `json:"line"`
}

// showDiff says what changed in the terms between two instants.
func (w world) showDiff(f string, b *offtake.Book, law *rights.Law, from, to string) error {
	t1, err := instant(law, "diff", from)
	if err != nil {
		return err
	}
	t2, err := instant(law, "diff", to)
	if err != nil {
		return err
	}
	changes := []changedJSON{}
	for _, a := range b.Agreements {
		for _, c := range book.Diff(law.Clauses(a.Name, t1), law.Clauses(a.Name, t2)) {
			changes = append(changes, changed(b, a.Name, c))
		}
	}
	switch f {
	case "json":
		return w.writeJSON(map[string]any{"book": b.Name, "from": offtake.Stamp(t1), "to": offtake.Stamp(t2), "changes": changes})
	case "csv":
		var rows [][]string
		for _, c := range changes {
			rows = append(rows, []string{c.Change, c.Clause, strings.Join(c.Was, " "), strings.Join(c.Is, " "), fieldsText(c.Fields), c.File, strconv.Itoa(c.Line)})
		}
		return w.writeCSV([]string{"change", "clause", "was", "is", "fields", "file", "line"}, rows)
	}
	fmt.Fprintf(w.out, "What changed in %s from %s to %s. Nothing here is legal advice.\n", b.Name, offtake.Stamp(t1), offtake.Stamp(t2))
	for _, c := range changes {
		fmt.Fprintf(w.out, "\n%s %s, %s:%d\n", c.Change, c.Clause, c.File, c.Line)
		for _, line := range c.Was {
			w.paragraph(2, "- "+line)
		}
		for _, line := range c.Is {
			w.paragraph(2, "+ "+line)
		}
		for _, x := range c.Fields {
			w.paragraph(2, book.FieldChange{Field: x.Field, Was: x.Was, Is: x.Is}.String())
		}
	}
	if len(changes) == 0 {
		fmt.Fprintln(w.out, "\nNothing.")
	}
	return nil
}

func fieldsText(fields []fieldJSON) string {
	var out []string
	for _, x := range fields {
		out = append(out, book.FieldChange{Field: x.Field, Was: x.Was, Is: x.Is}.String())
	}
	return strings.Join(out, "; ")
}

// changed says of a removed or added clause what it did or does, and of a
// replaced one which fields read otherwise.
func changed(b *offtake.Book, a offtake.AgreementName, c book.Change) changedJSON {
	out := changedJSON{Clause: offtake.ClauseRef{Agreement: a, Clause: c.Clause}.String(), Change: c.What}
	place := c.Is
	if place == nil {
		place = c.Was
		out.Was = book.DescribeClause(b, *c.Was)
	} else if c.Was == nil {
		out.Is = book.DescribeClause(b, *c.Is)
	}
	out.File, out.Line = place.Pos.File, place.Pos.Line
	for _, x := range c.Fields {
		out.Fields = append(out.Fields, fieldJSON{x.Field, x.Was, x.Is})
	}
	return out
}

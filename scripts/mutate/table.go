package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The lines of a page between which the table stands.
const (
	tableBegins = "<!-- mutants: written by make mutate -->\n"
	tableEnds   = "<!-- end of mutants -->"
)

// table tells the verdicts as the rows of a page.
func table(verdicts []verdict) string {
	var out strings.Builder
	var all time.Duration
	out.WriteString("| mutant | what it plants | breaks | caught first by | s |\n|---|---|---|---|---|\n")
	for _, v := range verdicts {
		by := v.by
		if pkg, test, ok := strings.Cut(by, " "); ok {
			by = "`" + pkg + "` " + strings.ReplaceAll(strings.Replace(test, "/", ": ", 1), "_", " ")
		}
		if v.how != "" {
			by += " (" + v.how + ")"
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %.0f |\n", v.patch.name, cell(v.patch.plants), cell(v.patch.breaks), cell(by), v.took.Seconds())
		all += v.took
	}
	fmt.Fprintf(&out, "\n%d mutants, all caught, in %.0f seconds of work.\n", len(verdicts), all.Seconds())
	return out.String()
}

func cell(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "|", `\|`)) }

// fill puts a table between the lines of a page that are made for it.
func fill(page, table string) (string, error) {
	before, rest, begins := strings.Cut(page, tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		return "", errors.New("it has no place for the table of mutants")
	}
	return before + tableBegins + table + tableEnds + after, nil
}

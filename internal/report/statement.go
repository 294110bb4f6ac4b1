package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
)

//go:embed statement.html
var statementText string

var statementTemplate = template.Must(template.New("statement").Funcs(template.FuncMap{"group": inGroups}).Parse(statementText))

// long are the digits of an amount that are easier to read in groups.
var long = regexp.MustCompile(`\b[0-9]{5,}(\.[0-9]+)?\b`)

// inGroups writes long numbers of a text with their thousands apart.
func inGroups(s string) string {
	return long.ReplaceAllStringFunc(s, func(n string) string {
		whole, rest, point := strings.Cut(n, ".")
		var b strings.Builder
		for i, d := range whole {
			if i > 0 && (len(whole)-i)%3 == 0 {
				b.WriteByte(',')
			}
			b.WriteRune(d)
		}
		if point {
			b.WriteString("." + rest)
		}
		return b.String()
	})
}

// WriteStatement writes a statement as a page that needs nothing else.
func WriteStatement(w io.Writer, s client.Statement) error {
	return statementTemplate.Execute(w, struct {
		client.Statement
		Style template.CSS
		As    string
		Chart template.HTML
		Keys  []key
	}{s, template.CSS(pageStyle), asOf(s), burnDown(s), keysOf(s)})
}

type key struct{ Class, Name string }

func asOf(s client.Statement) string {
	text := "as of " + offtake.Stamp(s.At)
	if s.KnownAt != nil {
		text += ", by what was recorded by " + offtake.Stamp(*s.KnownAt)
	}
	return text
}

// lineOf are the levels of a line of the chart, by their dates.
type lineOf struct {
	class, name string
	levels      []client.Level
	due         bool
}

func linesOf(s client.Statement) (lines []lineOf) {
	lines = append(lines, lineOf{"v1", "drawn", s.Drawn, false})
	for i, p := range s.Ahead {
		ahead := append([]client.Level{}, p.Ahead...)
		for n := len(s.Drawn) - 1; n >= 0; n-- {
			if s.Drawn[n].Drawn != "" {
				ahead = append([]client.Level{s.Drawn[n]}, ahead...)
				break
			}
		}
		lines = append(lines, lineOf{"v" + strconv.Itoa(2+i), "at the " + p.Pace + " pace", ahead, false})
	}
	for _, l := range s.Drawn {
		if l.Due != "" {
			return append(lines, lineOf{"v0", "due by milestones", s.Drawn, true})
		}
	}
	return lines
}

func keysOf(s client.Statement) (keys []key) {
	for _, l := range linesOf(s) {
		keys = append(keys, key{l.class, l.name})
	}
	return keys
}

// burnDown draws how much was drawn and will be, by days.
func burnDown(s client.Statement) template.HTML {
	lines := linesOf(s)
	var from, until time.Time
	for _, l := range lines {
		for _, v := range l.levels {
			if from.IsZero() || v.At.Before(from) {
				from = v.At
			}
			if v.At.After(until) {
				until = v.At
			}
		}
	}
	days := int(until.Sub(from)/(24*time.Hour)) + 1
	if from.IsZero() || days < 2 {
		return ""
	}
	c := timeChart{
		id: "burn-down", title: "Drawn over time", desc: "How much of " + s.Name + " was drawn by each day, and what it comes to at several paces.",
		width: 980, height: 320, show: short,
	}
	for d := range days {
		c.days = append(c.days, offtake.DateOf(from.AddDate(0, 0, d)))
	}
	for _, l := range lines {
		c.lines = append(c.lines, series{l.name, l.class, l.daily(from, days)})
	}
	return c.draw()
}

// daily gives the values of a line by day: between those there are it runs straight.
func (l lineOf) daily(from time.Time, days int) []float64 {
	values := make([]float64, days)
	for i := range values {
		values[i] = math.NaN()
	}
	last := -1
	for _, v := range l.levels {
		text := v.Drawn
		if l.due {
			text = v.Due
		}
		if text == "" {
			continue
		}
		_, number, ok := strings.Cut(text, " ")
		if !ok {
			number = text
		}
		n, err := strconv.ParseFloat(number, 64)
		at := int(v.At.Sub(from) / (24 * time.Hour))
		if err != nil || at < 0 || at >= days {
			continue
		}
		values[at] = n
		for d := last + 1; last >= 0 && d < at; d++ {
			values[d] = values[last] + (n-values[last])*float64(d-last)/float64(at-last)
		}
		last = at
	}
	return values
}

// StatementText writes a statement as text for people.
func StatementText(w io.Writer, s client.Statement) error {
	return writeText(w, s)
}

// StatementRows gives the lines of a statement, with its residue and total.
func StatementRows(s client.Statement) (header []string, rows [][]string) {
	header = []string{"statement", "at", "month", "what", "accelerator_hours", "amount", "exact"}
	at := offtake.Stamp(s.At)
	for _, l := range s.Lines {
		rows = append(rows, []string{s.Name, at, l.Month, l.What, l.Hours, l.Amount, l.Exact})
	}
	if len(s.Lines) > 0 {
		rows = append(rows, []string{s.Name, at, "", "residue of rounding", "", "", s.Residue}, []string{s.Name, at, "", "total", "", "", s.Total})
	}
	return header, rows
}

func pace(p client.Pace) string {
	met := "not met"
	if p.Met != nil {
		met = "met on " + day(*p.Met)
	}
	return fmt.Sprintf("%s\t%s a day\tdrawn %s\tshort %s\t%s", p.Pace, p.Daily, p.Drawn, p.Short, met)
}

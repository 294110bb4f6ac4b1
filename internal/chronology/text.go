package chronology

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/play"
)

// WriteText tells the case in plain text, an entry a paragraph, and then how
// each process stands.
func (c *Chronology) WriteText(out io.Writer) error {
	w := &writer{out: bufio.NewWriter(out)}
	for _, e := range c.Entries {
		w.entry(e)
	}
	for i := range c.Processes {
		if i > 0 {
			fmt.Fprintln(w.out)
		}
		w.process(c, &c.Processes[i])
	}
	return w.out.Flush()
}

type writer struct{ out *bufio.Writer }

// wide is how many characters a line has.
const wide = 100

// paragraph writes a sentence, on as many lines as it takes.
func (w *writer) paragraph(indent, text string) {
	column, margin := 0, indent
	for _, word := range strings.Fields(text) {
		switch n := utf8.RuneCountInString(word); {
		case column == 0:
			fmt.Fprint(w.out, margin, word)
			column = len(margin) + n
		case column+1+n > wide:
			margin = indent + "  "
			fmt.Fprint(w.out, "\n", margin, word)
			column = len(margin) + n
		default:
			fmt.Fprint(w.out, " ", word)
			column += 1 + n
		}
	}
	fmt.Fprintln(w.out)
}

func (w *writer) entry(e Entry) {
	fmt.Fprintln(w.out, e.Heading())
	w.paragraph("  ", e.Said)
	if became := e.Became(); became != "" {
		w.paragraph("  ", became)
	}
	for _, g := range e.ByProcess() {
		indent := "  "
		if g.Process != "" {
			w.paragraph(indent, Shown(g.Process)+":")
			indent = "    "
		}
		for _, f := range g.Followed {
			w.paragraph(indent, f.Text)
		}
		for _, n := range g.Next {
			w.paragraph(indent, "Next: "+n.Line())
		}
	}
	fmt.Fprintln(w.out)
}

// A Reached is what an entry meant for one process, or for none.
type Reached struct {
	Process  offtake.ProcessID
	Followed []Consequence
	Next     []Turn
}

// ByProcess gives what followed and what comes next, process by process.
func (e Entry) ByProcess() (all []Reached) {
	of := func(id offtake.ProcessID) *Reached {
		i := slices.IndexFunc(all, func(r Reached) bool { return r.Process == id })
		if i < 0 {
			i = len(all)
			all = append(all, Reached{Process: id})
		}
		return &all[i]
	}
	for _, f := range e.Followed {
		r := of(f.Process)
		r.Followed = append(r.Followed, f)
	}
	for _, n := range e.Next {
		r := of(n.Process)
		r.Next = append(r.Next, n)
	}
	return all
}

// Heading gives when it was and which act it is.
func (e Entry) Heading() string {
	at := e.Local
	switch {
	case e.At.IsZero():
		at = "without an instant"
	default:
		at += " (" + offtake.Stamp(e.At) + ")"
	}
	if e.Outcome == "" {
		return at
	}
	name := Shown(e.Act)
	if e.Act == "" {
		name = "an act without an id"
	}
	return at + "  " + name + "  " + string(e.Outcome)
}

// Became says what became of an act that was not simply taken.
func (e Entry) Became() string {
	switch e.Outcome {
	case play.Rejected:
		return sentence("This is rejected: " + Shown(e.Reason))
	case play.Duplicate:
		return "This was taken before, and has no further effect."
	}
	if e.Outcome == play.Taken && len(e.Followed) == 0 {
		return "This is taken, and changes nothing."
	}
	return ""
}

// Line gives the turn with how its deadline was counted.
func (t Turn) Line() string {
	if t.Basis == "" {
		return t.Text
	}
	return strings.TrimSuffix(t.Text, ".") + ": " + t.Basis
}

func (w *writer) process(c *Chronology, p *Process) {
	w.paragraph("", fmt.Sprintf("At the end, %s: %s under %s is %s.", c.Local, Shown(p.ID), Shown(p.Clause.String()), states[p.State]))
	if p.Why != "" {
		w.paragraph("  ", sentence("It rests on this: "+Shown(p.Why)))
	}
	for _, q := range p.Course[len(p.Course)-1].Parts {
		w.paragraph("  ", sentence(q.Words()))
	}
	if len(p.Next) == 0 {
		w.paragraph("  ", "Nobody has to act, and no deadline runs.")
	}
	for _, n := range p.Next {
		w.paragraph("  ", "Next: "+n.Text)
	}
}

// Words says where the part stands.
func (q Part) Words() string {
	words := q.What() + " " + are(q.Quantity) + " " + states[q.State]
	if q.Party != "" {
		words += ", " + Shown(q.Party)
	}
	return words
}

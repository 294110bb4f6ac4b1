// Package docket reads the written cases of first refusals, first offers and first
// placements, for the tests that play them: against one process, and through a
// whole book.
//
// A case is a sentence, the source of the rule it shows, what its clause says
// otherwise than the plain one, a log of acts, and what is so as of some
// instants. Times are local in Los Angeles, unless they end in Z.
//
//	# The sentence, a plain statement of the rule.
//	source rule of the process: one sentence on where the rule comes from.
//	clause survival=one_shot tolerance=price:2%
//	2025-06-03T10:00 openai offer.receive price=USD_8.00
//	2025-06-03T10:00 microsoft accept ! forbidden
//	= 2025-06-03T10:00 notify_due deadline=2025-06-08T17:00 of=notify
//
// In place of the line "clause" a case is about a right of another kind with
//
//	first_offer holder=microsoft window=P10BD floor=USD_5.00 sign_by=P60D close_by=P30D
//	first_placement provider=azure head_start=P30D products=api declared_by=microsoft statements=cannot_support,chooses_not_to
//
// and says in it what is otherwise than in the plain one. An offer.invite is for
// the plain need, but for what it says and what it is without; as=it_stands asks
// for what the opportunity is about already.
//
// An act may end in "! kind" where it is refused, or in "> event, event" where
// just these follow. An underscore in a value is a space. Acts are named a1, a2
// and so on by their place; id=a2 sends one under another's name, on=o2 is about
// another opportunity than o (on=none about none), and under=NAME about one clause alone.
//
// An expectation says the state of the last process of the opportunity, and
// more of it in pairs: id, before (the state of the process before it), rank,
// round, parts, deadline, sign_by, close_by; and what is seen of one process but
// not told to machines: of, late, price, noticed, left, asked. It takes on= and
// under= as an act does, and process=o#1 says which process is meant.
//
// Some lines make a larger book, which only a whole book can play:
//
//	another junior subject_to=new    a further first refusal, plain but for this
//	another asked first_offer holder=crusoe    or one of another kind
//	statement said at=2025-05-01 by=microsoft says=cannot_support products=api
//	consent build lifts=new share=training:60%
//	amendment june on=2025-06-10 signed=openai,microsoft processes=apply removes=new
//
// A case with a line "waits" and a reason is read and not played; one with
// "waits-in-book" is played against one process alone.
package docket

import (
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Case is a written case.
type Case struct {
	Sentence string
	Source   string
	Where    string // file:line
	Waits    string // why it is not played; "" if it is
	Books    string // why it is not played through a whole book; "" if it is

	Clauses    []offtake.Clause // the first is the case's own, ms/new
	Amendments []offtake.Amendment
	Statements []offtake.Statement
	Acts       []Act
	Expected   []Expectation
}

// Right gives the case's own first refusal.
func (c *Case) Right() offtake.FirstRefusal { return c.Clauses[0].Body.(offtake.FirstRefusal) }

// An Act is one line of a case's log.
type Act struct {
	offtake.Act
	Line    string
	Refused string   // the kind of the refusal; "" where the act is taken
	Follows []string // the words of the events; nil where the case does not say
}

// An Expectation is what is so as of an instant.
type Expectation struct {
	Line        string
	At          time.Time
	Opportunity offtake.OpportunityID
	Clause      offtake.ClauseName // "" for whichever came last
	Process     offtake.ProcessID  // "" for the last
	State       offtake.ProcessState
	Looks       []Look
}

// A Look is one thing seen of a process.
type Look struct{ Key, Want string }

// ReadAll reads every case of the files of a pattern, such as testdata/*.txt.
func ReadAll(fsys fs.FS, pattern string) (cases []Case, err error) {
	files, err := fs.Glob(fsys, pattern)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		some, err := Parse(file, string(text))
		if err != nil {
			return nil, err
		}
		cases = append(cases, some...)
	}
	return cases, nil
}

// Documented reads the cases of a page, which stand in blocks marked "case".
func Documented(page, text string) (cases []Case, err error) {
	for i, block := range strings.Split(text, "```case\n") {
		if i == 0 {
			continue
		}
		lines, _, _ := strings.Cut(block, "```")
		some, err := Parse(page, lines)
		if err != nil {
			return nil, err
		}
		cases = append(cases, some...)
	}
	return cases, nil
}

// Parse reads cases. One without a source, or with one that begins with none of
// the heads a source may have, is an error.
func Parse(where, text string) (cases []Case, err error) {
	for i, line := range strings.Split(text, "\n") {
		at := fmt.Sprintf("%s:%d", where, i+1)
		switch sentence, begins := strings.CutPrefix(line, "# "); {
		case strings.TrimSpace(line) == "":
			continue
		case begins:
			cases = append(cases, Case{Sentence: sentence, Where: at, Clauses: []offtake.Clause{clause("new", Plain())}})
			continue
		case len(cases) == 0:
			return nil, fmt.Errorf("%s: %q stands before the first sentence", at, line)
		}
		if err := cases[len(cases)-1].read(line); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", at, line, err)
		}
	}
	for _, c := range cases {
		if err := checkSource(c.Source); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", c.Where, c.Sentence, err)
		}
	}
	return cases, nil
}

// read takes one line of a case.
func (c *Case) read(line string) (err error) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "source":
		c.Source = rest
	case "waits":
		c.Waits, c.Books = rest, rest
	case "waits-in-book":
		c.Books = rest
	case "clause":
		err = set(&c.Clauses[0], strings.Fields(rest))
	case "first_offer", "first_placement":
		if c.Clauses[0].Body, err = plain(word); err == nil {
			err = set(&c.Clauses[0], strings.Fields(rest))
		}
	case "another":
		err = c.another(strings.Fields(rest))
	case "statement":
		err = c.statement(strings.Fields(rest))
	case "consent":
		err = c.consent(strings.Fields(rest))
	case "amendment":
		err = c.amendment(strings.Fields(rest))
	case "=":
		err = c.expectation(rest)
	default:
		err = c.act(line)
	}
	return err
}

func (c *Case) act(line string) error {
	a := Act{Line: line}
	said, refused, _ := strings.Cut(line, " ! ")
	said, follows, told := strings.Cut(said, " > ")
	a.Refused = refused
	if told {
		a.Follows = strings.Split(follows, ", ")
	}
	var err error
	a.Act, err = ReadAct(len(c.Acts)+1, said)
	c.Acts = append(c.Acts, a)
	return err
}

func (c *Case) expectation(line string) (err error) {
	e := Expectation{Line: line, Opportunity: opportunity}
	words := strings.Fields(line)
	if len(words) < 2 {
		return fmt.Errorf("an expectation says an instant and a state")
	}
	if e.At, err = Instant(words[0]); err != nil {
		return err
	}
	e.State = offtake.ProcessState(words[1])
	for _, w := range words[2:] {
		key, want, ok := strings.Cut(w, "=")
		switch {
		case !ok:
			return fmt.Errorf("%q is no key=value", w)
		case key == "on":
			e.Opportunity = offtake.OpportunityID(want)
		case key == "under":
			e.Clause = offtake.ClauseName(want)
		case key == "process":
			e.Process = offtake.ProcessID(want)
		default:
			e.Looks = append(e.Looks, Look{key, want})
		}
	}
	c.Expected = append(c.Expected, e)
	return nil
}

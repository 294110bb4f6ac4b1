package book

import (
	"fmt"

	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

// maxFindings bounds what is reported of one book, so that a hostile book
// cannot turn every byte into a message.
const maxFindings = 10_000

// A reader collects what a book says and everything wrong with it. Names are
// only noted while documents are read, because the documents that declare them
// may come later; finish settles them.
type reader struct {
	book     offtake.Book
	books    []offtake.Pos // of every `kind: Book` met
	findings []offtake.Finding
	mistakes int // reported
	dropped  int // mistakes beyond maxFindings
	noted    int // notes, reported or not
	uses     []use
	listed   []use // names the Book declares by listing them
	refs     []clauseUse
	removals []removal
	declared map[string]offtake.Pos     // documents by kind and name
	broken   bool                       // something was not read, so what refers to it may fail too
	faulty   map[offtake.ClauseRef]bool // what has a mistake: clauses, agreements (no clause), anything else (neither)
	files    fileSystem

	file      string // being read
	firstLine int    // lines before the document being read
	key       string // the field being read, for messages
	agreement offtake.AgreementName
	amendment int // index of the amendment being read; -1 outside
	clause    offtake.ClauseName
	inBook    bool        // the document being read is the Book
	dated     offtake.Pos // the first day written; it needs a calendar
}

// A use is a name of a vocabulary, where it was written.
type use struct {
	of   vocabulary
	name string
	pos  offtake.Pos
	in   offtake.ClauseRef // the clause it was written in, or its agreement
}

// A clauseUse is a clause named by another, or by a statement.
type clauseUse struct {
	ref       offtake.ClauseRef
	pos       offtake.Pos
	kinds     []string // the bodies that may be meant; nil: any
	clause    offtake.ClauseName
	in        offtake.AgreementName
	amendment int
}

func (r *reader) pos(n *yaml.Node) offtake.Pos {
	return offtake.Pos{File: r.file, Line: n.Line + r.firstLine, Col: n.Column}
}

// mistake reports what keeps the book from loading.
func (r *reader) mistake(p offtake.Pos, code, format string, args ...any) {
	if !r.full() {
		r.report(offtake.Finding{Pos: p, Code: code, Message: fmt.Sprintf(format, args...)})
	}
}

// full counts what is no longer reported, before anyone words it.
func (r *reader) full() bool {
	if r.mistakes < maxFindings {
		return false
	}
	r.dropped++
	return true
}

// wrong reports a mistake about the field being read.
func (r *reader) wrong(n *yaml.Node, code, format string, args ...any) {
	if !r.full() {
		r.report(offtake.Finding{Pos: r.pos(n), Code: code, Message: r.key + ": " + fmt.Sprintf(format, args...)})
	}
}

// note reports what is worth knowing.
func (r *reader) note(p offtake.Pos, code, format string, args ...any) {
	if r.noted++; r.noted <= maxFindings {
		r.report(offtake.Finding{Severity: offtake.Note, Pos: p, Code: code, Message: fmt.Sprintf(format, args...)})
	}
}

func (r *reader) report(f offtake.Finding) {
	if f.Severity == offtake.Mistake {
		r.mistakes++
		if !r.inBook {
			r.faulty[offtake.ClauseRef{Agreement: r.agreement, Clause: r.clause}] = true
		}
	}
	f.Clause = r.here()
	r.findings = append(r.findings, f)
}

// here names the clause being read, if any.
func (r *reader) here() offtake.ClauseRef {
	if r.clause == "" {
		return offtake.ClauseRef{}
	}
	return offtake.ClauseRef{Agreement: r.agreement, Clause: r.clause}
}

// use notes that a name is used, to be looked up when all is read.
func (r *reader) use(of vocabulary, name string, n *yaml.Node) {
	r.uses = append(r.uses, use{of, name, r.pos(n), offtake.ClauseRef{Agreement: r.agreement, Clause: r.clause}})
}

// refer notes that a clause is named.
func (r *reader) refer(ref offtake.ClauseRef, n *yaml.Node, kinds []string) {
	r.refs = append(r.refs, clauseUse{
		ref: ref, pos: r.pos(n), kinds: kinds,
		clause: r.clause, in: r.agreement, amendment: r.amendment,
	})
}

// scalar gives the text of a single value, or reports that there is none.
func (r *reader) scalar(n *yaml.Node, want string) (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode:
		r.wrong(n, "wrong-type", "%s where %s is expected", sort(n), want)
	case empty(n):
		r.wrong(n, "empty-value", "nothing is written where %s is expected", want)
	default:
		return n.Value, true
	}
	return "", false
}

// empty reports whether nothing was written, or only what YAML calls null.
func empty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && plain(n) && (n.Value == "" || n.Tag == "!!null")
}

// plain reports whether a value was written without quotes.
func plain(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// sort says in words what a node is.
func sort(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a group of keys"
	case yaml.SequenceNode:
		return "a list"
	}
	return fmt.Sprintf("the single value %q", clip(n.Value))
}

// at gives the value of a key, or the group itself where the key is missing.
func at(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		if v := value(n, key); v != nil {
			n = v
		}
	}
	return n
}

func value(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// clip shortens hostile input for a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	cut := 0
	for i := range s {
		if i > most-3 {
			break
		}
		cut = i
	}
	return s[:cut] + "..."
}

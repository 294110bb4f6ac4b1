package book

import (
	"fmt"

	"github.com/invopop/jsonschema"
	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

// A kind is one of the documents a book is made of.
type kind struct {
	name   string
	doc    string
	read   func(r *reader, n *yaml.Node)
	write  func(b *offtake.Book) []*yaml.Node
	schema func(d *defs) *jsonschema.Schema
	parts  []*group
}

// kinds are all documents, in the order they are printed.
var kinds = []kind{bookDocument, agreementDocument, statementDocument, supplyDocument, demandDocument, servingDocument, scenarioDocument}

// document is a kind whose fields besides kind and name are those of s.
func document[T any, N ~string](name, doc string, s shape[T], keep func(r *reader, v T),
	place func(v *T) (*N, *offtake.Pos), all func(b *offtake.Book) []T) kind {
	return kind{
		name: name, doc: doc, parts: s.parts,
		read: func(r *reader, n *yaml.Node) {
			var v T
			called, pos := place(&v)
			*pos = r.pos(n)
			rest := r.title(n, name, func(s string) { *called = N(s) })
			if name == "Agreement" {
				r.agreement = offtake.AgreementName(*called)
			}
			r.key, r.inBook = name, name == "Book"
			s.read(r, rest, &v)
			r.agreement, r.inBook = "", false
			keep(r, v)
		},
		write: func(b *offtake.Book) []*yaml.Node {
			var out []*yaml.Node
			for _, v := range all(b) {
				called, _ := place(&v)
				n := s.write(v)
				n.Content = append([]*yaml.Node{word("kind"), word(name), word("name"), text(string(*called))}, n.Content...)
				out = append(out, n)
			}
			return out
		},
		schema: func(d *defs) *jsonschema.Schema { return documentSchema(name, doc, s.schema(d)) },
	}
}

// title takes kind and name, which come first, off a document and gives the rest.
func (r *reader) title(n *yaml.Node, kind string, name func(string)) *yaml.Node {
	rest := *n
	rest.Content = nil
	named := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case k.Value == "kind" && i == 0:
		case k.Value == "name" && !named:
			named = true
			if i != 2 {
				r.mistake(r.pos(k), "out-of-order", "name of %s is not its second key; kind and name come first", kind)
			}
			if r.nameOf(v, kind) {
				name(v.Value)
				r.declare(kind, v)
			}
		case k.Value == "kind" || k.Value == "name":
			r.mistake(r.pos(k), "duplicate-key", "key %q of %s is written twice", k.Value, kind)
		default:
			rest.Content = append(rest.Content, k, v)
		}
	}
	if !named {
		r.missing(n, kind, "name", "a name", "")
	}
	return &rest
}

// declare refuses two documents of one kind and name.
func (r *reader) declare(kind string, n *yaml.Node) {
	key := kind + " " + n.Value
	if before, ok := r.declared[key]; ok {
		r.mistake(r.pos(n), "duplicate-name", "%s %q is declared twice; the other is at %s", kind, n.Value, before)
		return
	}
	r.declared[key] = r.pos(n)
}

// document reads one document of whatever kind.
func (r *reader) document(n *yaml.Node) {
	r.amendment, r.agreement, r.clause, r.key = -1, "", "", "document"
	switch {
	case empty(n):
		return // a file of comments, or nothing between two separators
	case n.Kind != yaml.MappingNode:
		r.wrong(n, "wrong-type", "%s where a group of keys beginning with kind is expected", sort(n))
		return
	}
	word := value(n, "kind")
	if word == nil {
		r.mistake(r.pos(n), "missing-field", "document lacks %q, which comes first: one of %s", "kind", listed(kindNames(), 10))
		return
	}
	if n.Content[0].Value != "kind" {
		r.mistake(r.pos(word), "out-of-order", "kind is not the first key of its document; kind and name come first")
		n = kindFirst(n)
	}
	for _, k := range kinds {
		if word.Kind == yaml.ScalarNode && k.name == word.Value {
			k.read(r, n)
			return
		}
	}
	r.report(offtake.Finding{Pos: r.pos(word), Code: "unknown-kind",
		Message: fmt.Sprintf("kind %q is not known; expected one of %s", clip(word.Value), listed(kindNames(), 10)),
		Hint:    didYouMean(word.Value, kindNames())})
}

// kindFirst gives the document with its kind moved to the front, so that what
// follows can be read nevertheless.
func kindFirst(n *yaml.Node) *yaml.Node {
	out := *n
	out.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "kind" && len(out.Content) < 2 {
			out.Content = append([]*yaml.Node{n.Content[i], n.Content[i+1]}, n.Content[:i]...)
			out.Content = append(out.Content, n.Content[i+2:]...)
			break
		}
	}
	return &out
}

func kindNames() []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = k.name
	}
	return out
}

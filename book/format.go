package book

import (
	"bytes"
	"unicode/utf8"

	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

// Format prints a book as YAML, every document after the other: what it prints
// reads back as an equal book, but for the places. Comments are not part of a
// book, and offers that came from a file are printed with the rest.
func Format(b *offtake.Book) []byte {
	var docs []*yaml.Node
	for _, k := range kinds {
		docs = append(docs, k.write(b)...)
	}
	return encode(docs)
}

// FormatClause prints one clause under its name, as it stands in an agreement.
func FormatClause(c offtake.Clause) []byte {
	return encode([]*yaml.Node{clauses.write([]offtake.Clause{c})})
}

// FormatScope prints a scope on one line, as {product: [api]}.
func FormatScope(s offtake.Scope) string {
	n := scope.write(s)
	inline(n)
	return string(bytes.TrimSpace(encode([]*yaml.Node{n})))
}

// encode writes documents with a line between them.
func encode(docs []*yaml.Node) []byte {
	var out bytes.Buffer
	for i, n := range docs {
		if i > 0 {
			out.WriteString("---\n")
		}
		fold(n)
		text, err := yaml.Dump(n, yaml.WithIndent(2), yaml.WithLineWidth(-1))
		if err != nil {
			continue // nodes made by shapes always encode
		}
		out.Write(text)
	}
	return out.Bytes()
}

// lineWidth is how long a group on one line may be.
const lineWidth = 100

// fold puts short groups and lists on one line, from the inside out. A document
// and a group that holds long ones keep a line for each key.
func fold(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		return
	}
	for _, c := range n.Content {
		fold(c)
		if c.Kind != yaml.ScalarNode && flowWidth(c) <= lineWidth {
			c.Style = yaml.FlowStyle
		}
	}
}

// inline puts a group and all inside it on one line.
func inline(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode {
		n.Style = yaml.FlowStyle
	}
	for _, c := range n.Content {
		inline(c)
	}
}

// flowWidth counts the characters of a value on one line, or more than any
// line has where it must not stand on one.
func flowWidth(n *yaml.Node) int {
	if n.Kind == yaml.ScalarNode {
		if n.Style == yaml.LiteralStyle {
			return lineWidth + 1
		}
		return utf8.RuneCountInString(n.Value) + 4
	}
	width := 2
	for _, c := range n.Content {
		width += flowWidth(c)
	}
	return width
}

// FormatSupplies prints supplies alone, as files of a book.
func FormatSupplies(s []offtake.Supply) []byte {
	return encode(supplyDocument.write(&offtake.Book{Supplies: s}))
}

package book

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

// priceFile reads the offers of a CSV file. Each row becomes the group of keys
// that an offer would be in YAML, so that both are read, and refused, alike.
func (r *reader) priceFile(n *yaml.Node, file string) []offtake.SupplyOffer {
	if !r.mustExist(n, file) {
		return nil
	}
	text, _ := r.load(file)
	outerFile, outerLine := r.file, r.firstLine
	defer func() { r.file, r.firstLine = outerFile, outerLine }()
	r.file, r.firstLine = file, 0
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if len(text) == 0 || !r.isText(file, text) {
		return nil
	}
	return r.rows(text)
}

func (r *reader) rows(text []byte) []offtake.SupplyOffer {
	in := csv.NewReader(bytes.NewReader(text))
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		r.badRow(in, err)
		return nil
	}
	columns := make([][]string, len(header))
	lines := bytes.Split(text, []byte("\n"))
	place := func(i int) (line, col int) {
		line, col = in.FieldPos(i)
		return line, utf8.RuneCount(lines[line-1][:min(col-1, len(lines[line-1]))]) + 1
	}
	seen := make(map[string]bool)
	for i, h := range header {
		h = strings.TrimSpace(h)
		line, col := place(i)
		if seen[h] {
			r.mistake(offtake.Pos{File: r.file, Line: line, Col: col}, "duplicate-key", "column %q occurs twice", h)
		}
		seen[h] = true
		columns[i] = strings.Split(h, ".")
	}
	var out []offtake.SupplyOffer
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			r.badRow(in, err)
			return out
		}
		r.files.values += 2 * len(row)
		if r.files.values > MaxBookValues {
			r.unread(r.file, "too-many-values", "the book has more than %d values in all", MaxBookValues)
			return out
		}
		n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		n.Line, n.Column = place(0)
		for i, cell := range row {
			if cell = strings.TrimSpace(cell); cell != "" {
				line, col := place(i)
				put(n, columns[i], r.cell(cell, line, col))
			}
		}
		v := offtake.SupplyOffer{Pos: r.pos(n)}
		r.key = "row"
		offer.read(r, n, &v)
		out = append(out, v)
	}
}

func (r *reader) badRow(in *csv.Reader, err error) {
	p := offtake.Pos{File: r.file, Line: 1, Col: 1}
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		p.Line, p.Col = e.Line, max(e.Column, 1)
		err = e.Err
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("it has no header")
	}
	r.mistake(p, "not-csv", "the file is not CSV: %s", err)
}

// cell is the value of a cell: bare text, or a list or group in brackets.
func (r *reader) cell(s string, line, col int) *yaml.Node {
	plainText := &yaml.Node{Kind: yaml.ScalarNode, Value: s, Line: line, Column: col}
	if s[0] != '[' && s[0] != '{' {
		return plainText
	}
	var doc yaml.Node
	if _, faults := scan([]byte(s)); len(faults) > 0 || yaml.Unmarshal([]byte(s), &doc) != nil || len(doc.Content) != 1 {
		return plainText
	}
	move(doc.Content[0], line, col)
	return doc.Content[0]
}

// move puts a value and all inside it at one place.
func move(n *yaml.Node, line, col int) {
	n.Line, n.Column = line, col
	for _, c := range n.Content {
		move(c, line, col)
	}
}

// put sets the value at a path of keys, making groups on the way.
func put(n *yaml.Node, path []string, v *yaml.Node) {
	if len(path) > 1 {
		group := value(n, path[0])
		if group == nil || group.Kind != yaml.MappingNode {
			group = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: v.Line, Column: v.Column}
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: path[0], Line: v.Line, Column: v.Column}, group)
		}
		put(group, path[1:], v)
		return
	}
	n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: path[0], Line: v.Line, Column: v.Column}, v)
}

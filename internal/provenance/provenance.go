// Package provenance reads, from the text of a book, where each number in it
// comes from.
//
// A book that is to be argued about says beside every number who says so: the
// comment at the end of the line names a source, or begins with the word
// invented. The words of a book do not keep comments, so this package reads
// the text itself: it finds the numbers, dates and durations of a YAML file
// line by line, each with its document, its path and its mark. It knows
// nothing of what the numbers mean, and it does not check YAML: package book
// does, and a text it refuses need not be read here.
package provenance

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// A Number is a number, date, duration or time of day written in a book.
type Number struct {
	File     string
	Line     int    // from 1
	Offset   int    // of the first byte of Text in the file
	Document string // kind and name: "Supply azure"
	Path     string // keys from the document down, joined by dots: "offers.quantity"
	Text     string // as written, without a currency: "8064", "6B", "P15BD", "2%"
	Shown    string // what the line says, without its comment
	Mark     string // the comment of the line, or the source of the clause or offer it stands in
}

// Invented reports whether all numbers of the line are marked invented.
func (n Number) Invented() bool { return strings.HasPrefix(n.Mark, "invented") }

// Kind gives the kind of the document: "Supply".
func (n Number) Kind() string {
	kind, _, _ := strings.Cut(n.Document, " ")
	return kind
}

// Key gives the last word of the path: "quantity".
func (n Number) Key() string { return n.Path[strings.LastIndexByte(n.Path, '.')+1:] }

// Read gives the numbers of every .yaml and .yml file of a book, by file name
// and line.
func Read(fsys fs.FS) ([]Number, error) {
	var out []Number
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if ext := path.Ext(name); err != nil || d.IsDir() || ext != ".yaml" && ext != ".yml" {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		out = append(out, Numbers(name, string(text))...)
		return nil
	})
	return out, err
}

// number matches what counts as one: a duration, an instant, a date, a time of
// day, or digits with a point, a percent sign or a suffix of money.
var number = regexp.MustCompile(`P\d+(?:BD|[DWMY])|PT(?:\d+[HMS])+|\d{4}-\d\d-\d\d(?:T[0-9:.]+Z)?|\d\d:\d\d|\d+(?:\.\d+)?(?:%|[KMBT]\b)?`)

// prose are the keys whose values are words for people. Their numbers are
// told by the source beside them.
var prose = map[string]bool{"text": true, "source": true, "question": true, "title": true, "name": true}

// Numbers gives the numbers of one file, in the order they are written.
func Numbers(file, text string) []Number {
	r := reader{file: file}
	offset := 0
	for i, line := range strings.SplitAfter(text, "\n") {
		r.line(i+1, offset, strings.TrimRight(line, "\n"))
		offset += len(line)
	}
	r.close(0)
	return r.out
}

// A reader keeps where it is: the open keys by their indentation, and for each
// the numbers found below it that still wait for a source.
type reader struct {
	file, kind, name string
	keys             []key
	out              []Number
}

type key struct {
	indent int
	name   string
	source string // of the mapping this key stands in
	first  int    // index in out of the first number below it
}

func (r *reader) line(n, offset int, line string) {
	body, comment := cutComment(line)
	content := strings.TrimLeft(body, " ")
	indent := len(body) - len(content)
	if content == "" {
		return
	}
	if content == "---" {
		r.close(0)
		r.kind, r.name = "", ""
		return
	}
	if rest, ok := strings.CutPrefix(content, "- "); ok {
		r.close(indent)
		r.keys = append(r.keys, key{indent: indent, first: len(r.out)})
		inner := strings.TrimLeft(rest, " ")
		indent += len(content) - len(inner)
		content = inner
	}
	r.close(indent)
	name, value, ok := strings.Cut(content, ":")
	if flow := strings.IndexAny(content, "{[\""); !ok || flow >= 0 && flow < len(name) {
		r.find(n, offset+len(body)-len(content), content, body, comment)
		return
	}
	switch value := strings.TrimSpace(value); {
	case name == "kind" && indent == 0:
		r.kind = value
	case name == "name" && indent == 0:
		r.name = value
	case name == "source":
		r.source(indent, value)
	}
	r.keys = append(r.keys, key{indent: indent, name: name, first: len(r.out)})
	if !prose[name] {
		r.find(n, offset+len(body)-len(value), value, body, comment)
	}
}

// source gives the numbers of the mapping at this indentation their source,
// where their own lines say nothing.
func (r *reader) source(indent int, text string) {
	for i := len(r.keys) - 1; i >= 0; i-- {
		if r.keys[i].indent < indent {
			r.keys[i].source = text
			return
		}
	}
}

// close ends every key at or right of an indentation.
func (r *reader) close(indent int) {
	for len(r.keys) > 0 && r.keys[len(r.keys)-1].indent >= indent {
		last := r.keys[len(r.keys)-1]
		r.keys = r.keys[:len(r.keys)-1]
		for i := last.first; last.source != "" && i < len(r.out); i++ {
			if r.out[i].Mark == "" {
				r.out[i].Mark = last.source
			}
		}
	}
}

// find adds the numbers of a value. Inside braces the nearest key is the last
// one before the number.
func (r *reader) find(line, offset int, value, body, comment string) {
	var path []string
	for _, k := range r.keys {
		if k.name != "" {
			path = append(path, k.name)
		}
	}
	outer := strings.Join(path, ".")
	if _, source, ok := strings.Cut(value, "source: "); ok && comment == "" {
		comment = strings.Trim(source, `"} `)
	}
	inner := flow{text: value}
	for _, at := range number.FindAllStringIndex(value, -1) {
		if at[0] > 0 && isWord(value[at[0]-1]) || at[1] < len(value) && isWord(value[at[1]]) {
			continue
		}
		full := strings.TrimPrefix(outer+inner.path(at[0]), ".")
		n := Number{
			File: r.file, Line: line, Offset: offset + at[0],
			Document: strings.TrimSpace(r.kind + " " + r.name), Path: full,
			Text: value[at[0]:at[1]], Shown: strings.TrimSpace(body), Mark: comment,
		}
		if !prose[n.Key()] {
			r.out = append(r.out, n)
		}
	}
}

// A flow walks along a flow mapping once and knows the keys that are open.
type flow struct {
	text     string
	at       int      // walked up to here
	open     []string // keys whose braces are open; "" for those of a list
	last     string   // the key whose value comes next, with a leading dot
	start    int      // of the word that may be a key
	keyFound bool
}

// path gives the keys that are open at an offset, which never goes back.
func (f *flow) path(to int) string {
	for ; f.at < to; f.at++ {
		switch f.text[f.at] {
		case '{', '[':
			f.open = append(f.open, f.last)
			f.next()
		case '}', ']':
			if len(f.open) > 0 {
				f.open = f.open[:len(f.open)-1]
			}
			f.next()
		case ',':
			f.next()
		case ':':
			if word := strings.TrimSpace(f.text[f.start:f.at]); word != "" && !f.keyFound {
				f.last, f.keyFound = "."+strings.Trim(word, `"`), true
			}
		}
	}
	return strings.Join(f.open, "") + f.last
}

// next begins another key.
func (f *flow) next() { f.last, f.start, f.keyFound = "", f.at+1, false }

func isWord(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// cutComment splits a line at the # that begins its comment: one at the start
// or after a space, outside quotes.
func cutComment(line string) (body, comment string) {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == '#' && !quoted && (i == 0 || line[i-1] == ' '):
			return strings.TrimRight(line[:i], " "), strings.TrimSpace(line[i+1:])
		}
	}
	return strings.TrimRight(line, " "), ""
}

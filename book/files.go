package book

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

// A fileSystem is the book's folder, and how much of it has been read.
type fileSystem struct {
	fs.FS
	bytes     int64
	documents int
	values    int
}

// ReadDir reads the book in a folder of the disk. See [Read].
func ReadDir(dir string) (*offtake.Book, []offtake.Finding) {
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, unreadable(dir, "missing-file", "book %q does not exist", dir)
	case err != nil:
		return nil, unreadable(dir, "unreadable", "book %q cannot be read: %s", dir, cause(err))
	case !info.IsDir():
		return nil, unreadable(dir, "not-a-folder", "book %q is a file; a book is a folder of YAML files", dir)
	}
	return Read(os.DirFS(dir))
}

func unreadable(file, code, format string, args ...any) []offtake.Finding {
	return []offtake.Finding{{Pos: offtake.Pos{File: file}, Code: code, Message: fmt.Sprintf(format, args...)}}
}

// cause gives what lies under a path error, whose path is already told.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// Read reads every .yaml and .yml file below the root of a file system as one
// book. Every mistake is reported, not only the first. Where there is one, the
// book is only what of it was read without: it may be nil, and serves to find
// what else is wrong. Ask [offtake.Worst] before using it for anything more.
func Read(fsys fs.FS) (*offtake.Book, []offtake.Finding) {
	r := newReader(fsys)
	for _, file := range r.find() {
		if !r.readFile(file) {
			break
		}
	}
	return r.finish()
}

// find gives the files of the book, in the order of their names.
func (r *reader) find() []string {
	var found []string
	var total int64
	_ = fs.WalkDir(r.files, ".", func(p string, d fs.DirEntry, err error) error {
		named := isYAML(p)
		switch {
		case err != nil:
			r.unread(p, "unreadable", "%s cannot be read: %s", p, cause(err))
			return fs.SkipDir
		case !onOneLine(p) && d.IsDir():
			r.unprintable(p)
			return fs.SkipDir
		case !onOneLine(p):
			if named {
				r.unprintable(p)
			}
		case d.Type()&fs.ModeSymlink != 0:
			if info, err := fs.Stat(r.files, p); named || err == nil && info.IsDir() {
				r.unread(p, "link", "%s is a link, and links are not followed", p)
			}
		case d.IsDir() && named:
			r.unread(p, "folder-named-file", "%s is a folder named like a file", p)
			return fs.SkipDir
		case !d.IsDir() && !named && isYAML(strings.ToLower(p)):
			r.note(offtake.Pos{File: p}, "not-read", "%s is not read; only .yaml and .yml are read, in small letters", p)
		case d.IsDir() || !named:
		case !d.Type().IsRegular():
			r.unread(p, "not-a-file", "%s is not a regular file", p)
		default:
			found = append(found, p)
			if info, err := d.Info(); err == nil {
				total += info.Size()
			}
		}
		if len(found) > MaxFiles {
			return fs.SkipAll
		}
		return nil
	})
	switch {
	case len(found) > MaxFiles:
		r.unread(found[MaxFiles], "too-many-files", "the book has more than %d files", MaxFiles)
	case total > MaxBookBytes:
		r.unread(".", "book-too-large", "the book is larger than %d MB in all", MaxBookBytes>>20)
	default:
		return found
	}
	return nil
}

func isYAML(p string) bool {
	ext := path.Ext(p)
	return (ext == ".yaml" || ext == ".yml") && p != "."
}

// onOneLine reports whether a path can stand in file:line:column.
func onOneLine(p string) bool { return utf8.ValidString(p) && !strings.ContainsFunc(p, breaksLine) }

func breaksLine(c rune) bool { return unicode.IsControl(c) || c == '\u2028' || c == '\u2029' }

// unprintable refuses a name that would make more than one line of a finding.
func (r *reader) unprintable(p string) {
	r.unread(strconv.Quote(p), "bad-file-name", "file name %q has a character that is not text; no finding could name it on one line", p)
}

// unread reports a file that is not read, after which what the rest refers to
// may be missing for no fault of its own.
func (r *reader) unread(file, code, format string, args ...any) {
	r.broken = true
	r.mistake(offtake.Pos{File: file}, code, format, args...)
}

// load gives a file's bytes, within the limits; false ends the reading.
func (r *reader) load(file string) (text []byte, more bool) {
	f, err := r.files.Open(file)
	if err != nil {
		r.unread(file, "unreadable", "%s cannot be read: %s", file, cause(err))
		return nil, true
	}
	defer f.Close()
	var buf bytes.Buffer
	if info, err := f.Stat(); err == nil && info.Size() <= MaxFileBytes {
		buf.Grow(int(info.Size()) + bytes.MinRead)
	}
	if _, err := buf.ReadFrom(io.LimitReader(f, MaxFileBytes+1)); err != nil {
		r.unread(file, "unreadable", "%s cannot be read: %s", file, cause(err))
		return nil, true
	}
	r.files.bytes += int64(buf.Len())
	switch {
	case buf.Len() > MaxFileBytes:
		r.unread(file, "file-too-large", "%s is larger than %d MB", file, MaxFileBytes>>20)
		return nil, true
	case r.files.bytes > MaxBookBytes:
		r.unread(file, "book-too-large", "the book is larger than %d MB in all", MaxBookBytes>>20)
		return nil, false
	}
	return buf.Bytes(), true
}

// readFile reads the documents of one file; false ends the reading.
func (r *reader) readFile(file string) bool {
	text, more := r.load(file)
	r.file, r.firstLine = file, 0
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if len(text) == 0 || !r.isText(file, text) {
		return more
	}
	pieces := cut(text)
	if r.files.documents += len(pieces); r.files.documents > MaxDocuments {
		r.unread(file, "too-many-documents", "the book has more than %d documents in all", MaxDocuments)
		return false
	}
	for _, d := range pieces {
		r.firstLine = d.line
		if !r.readDocument(file, d.text) {
			return false
		}
	}
	return more
}

// readDocument parses and reads one document; false ends the reading.
func (r *reader) readDocument(file string, text []byte) bool {
	values, faults := scan(text)
	r.files.values += values
	for _, f := range faults {
		r.broken = true
		r.mistake(offtake.Pos{File: file, Line: f.line + r.firstLine, Col: f.col}, f.code, "%s", f.message)
	}
	if r.files.values > MaxBookValues {
		r.unread(file, "too-many-values", "the book has more than %d values in all", MaxBookValues)
		return false
	}
	if len(faults) > 0 || values == 0 {
		return true
	}
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		r.syntax(file, err)
		return true
	}
	if len(n.Content) > 0 && r.plainYAML(n.Content[0]) {
		r.document(n.Content[0])
	}
	return true
}

// syntax reports that a document is not YAML.
func (r *reader) syntax(file string, err error) {
	r.broken = true
	p := offtake.Pos{File: file, Line: r.firstLine + 1, Col: 1}
	reason := strings.TrimPrefix(err.Error(), "yaml: ")
	if e, ok := errors.AsType[*yaml.LoadError](err); ok {
		reason = e.Message
		if e.Mark.Line > 0 {
			p.Line, p.Col = r.firstLine+e.Mark.Line, max(e.Mark.Column, 1)
		}
		if e.ContextMsg != "" {
			reason = fmt.Sprintf("%s, %s that begins on line %d", reason, e.ContextMsg, r.firstLine+e.ContextMark.Line)
		}
	}
	r.mistake(p, "not-yaml", "the document is not YAML: %s", reason)
}

// plainYAML looks once more, after the parser, for what the scanner refuses.
func (r *reader) plainYAML(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 {
		r.broken = true
		r.mistake(r.pos(n), "alias", "anchors, aliases and tags are refused; write out what is meant")
		return false
	}
	return !slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return !r.plainYAML(c) })
}

// isText refuses bytes that are not UTF-8 text.
func (r *reader) isText(file string, text []byte) bool {
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		r.unread(file, "not-utf8", "%s is UTF-16; a book is written in UTF-8", file)
		return false
	}
	at, code, what := firstBad(text)
	if code == "" {
		return true
	}
	r.broken = true
	start := bytes.LastIndexByte(text[:at], '\n') + 1
	r.mistake(offtake.Pos{File: file, Line: bytes.Count(text[:at], []byte("\n")) + 1, Col: utf8.RuneCount(text[start:at]) + 1}, code, "%s", what)
	return false
}

// firstBad finds the first byte or character that a book may not have.
func firstBad(text []byte) (at int, code, what string) {
	for i := 0; i < len(text); {
		b := text[i]
		if b >= ' ' && b < 0x7f || b == '\n' || b == '\t' {
			i++
			continue
		}
		c, size := utf8.DecodeRune(text[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			return i, "not-utf8", fmt.Sprintf("byte %#02x is not UTF-8", b)
		case c == '\r' && i+1 < len(text) && text[i+1] == '\n':
		case c == '\r', c == 0x85, c == 0x2028, c == 0x2029:
			return i, "line-break", fmt.Sprintf("character %U breaks a line in some readers and not in others; use a plain line feed", c)
		case c < ' ' || c >= 0x7f && c < 0xa0 || c == 0xfeff || c == 0xfffe || c == 0xffff:
			return i, "not-text", fmt.Sprintf("character %U is not text", c)
		}
		i += size
	}
	return 0, "", ""
}

// A piece is the text of one document and the number of lines before it.
type piece struct {
	line int
	text []byte
}

// cut parts a file at the lines that separate documents. YAML allows those
// lines nowhere else, so a document that is not YAML does not spoil the next.
func cut(text []byte) []piece {
	var out []piece
	begin, beginLine, line := 0, 0, 0
	for at := 0; at < len(text); line++ {
		end := at + len(text[at:])
		if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		row := text[at:end]
		switch {
		case separator(row, "---"):
			out = append(out, piece{beginLine, text[begin:at]})
			begin, beginLine = at, line
		case separator(row, "..."):
			out = append(out, piece{beginLine, text[begin:at]})
			begin, beginLine = end, line+1
		}
		at = end
	}
	out = append(out, piece{beginLine, text[begin:]})
	return slices.DeleteFunc(out, func(p piece) bool { return len(bytes.TrimSpace(p.text)) == 0 })
}

func separator(row []byte, mark string) bool {
	return bytes.HasPrefix(row, []byte(mark)) && (len(row) == 3 || blank(row[3]))
}

// filePath is a file named in a document, below the book's folder.
var filePath = leaf("a file below the book's folder", func(s string) (string, error) {
	if !fs.ValidPath(s) || s == "." || strings.ContainsAny(s, "\\:") || !onOneLine(s) {
		return "", offtake.Refuse(offtake.Invalid, "file %q is not a path below the book's folder, with / between its parts", clip(s))
	}
	return s, nil
}, str[string], pattern(`^[^/\\:]+(/[^/\\:]+)*$`, "prices.csv"))

// mustExist refuses a file that is not there, or is reached by a link.
func (r *reader) mustExist(n *yaml.Node, file string) bool {
	parts := strings.Split(file, "/")
	for i := range parts {
		below := strings.Join(parts[:i+1], "/")
		info, err := fs.Lstat(r.files.FS, below)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			r.wrong(n, "missing-file", "file %q does not exist below the book's folder", file)
		case err != nil:
			r.wrong(n, "unreadable", "file %q cannot be read: %s", file, cause(err))
		case info.Mode()&fs.ModeSymlink != 0:
			r.wrong(n, "link", "file %q is reached by a link, and links are not followed", file)
		case i < len(parts)-1 && !info.IsDir():
			r.wrong(n, "missing-file", "file %q does not exist below the book's folder", file)
		case i == len(parts)-1 && !info.Mode().IsRegular():
			r.wrong(n, "not-a-file", "file %q is not a regular file", file)
		default:
			continue
		}
		return false
	}
	return true
}

func newReader(fsys fs.FS) *reader {
	return &reader{
		files: fileSystem{FS: fsys}, declared: make(map[string]offtake.Pos),
		faulty: make(map[offtake.ClauseRef]bool), amendment: -1,
	}
}

package book

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Limits on what is read. They are checked on the bytes of a file before any
// parser sees them.
const (
	MaxFileBytes   = 16 << 20  // of one file
	MaxBookBytes   = 256 << 20 // of all files together
	MaxFiles       = 10_000
	MaxNesting     = 32        // groups and lists inside one another
	MaxValues      = 1_000_000 // keys, values, lists and groups in one document
	MaxBookValues  = 4_000_000 // and in all of them together
	MaxDocuments   = 100_000   // in all files together
	maxFaultsAFile = 100
)

// A fault is something in the bytes of a document that no parser is shown.
type fault struct {
	line, col int
	code      string
	message   string
}

// A scanner walks the text of one YAML document once, far enough to tell where
// a value begins, so that it can count and measure them and see what this
// language leaves out. It accepts every document a parser does; where a
// document is not YAML, it leaves it to the parser to say so.
type scanner struct {
	text   []byte
	at     int
	line   int // from 1
	start  int // offset of the line's first byte
	blocks []block
	flow   int // open [ and {
	values int
	faults []fault
	stop   bool
}

// A block is a group or list written by indentation.
type block struct {
	col  int
	list bool
}

// scan gives the number of values in a document and what is wrong with its bytes.
func scan(text []byte) (values int, faults []fault) {
	s := &scanner{text: text, line: 1}
	if bytes.HasPrefix(text, []byte("---")) {
		s.at = 3
		s.inline(s.skipBlanks(), -1)
	}
	for s.at < len(s.text) && !s.stop {
		s.blockLine()
	}
	return s.values, s.faults
}

func (s *scanner) fault(at int, code, format string, args ...any) {
	if len(s.faults) < maxFaultsAFile {
		s.faults = append(s.faults, fault{s.line, utf8.RuneCount(s.text[s.start:at]) + 1, code, fmt.Sprintf(format, args...)})
	}
}

// peek gives the byte at an offset, or a line end beyond the text.
func (s *scanner) peek(at int) byte {
	if at < len(s.text) {
		return s.text[at]
	}
	return '\n'
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// newline steps over the end of a line.
func (s *scanner) newline() {
	s.at++
	s.line++
	s.start = s.at
}

// skipBlanks steps over blanks inside a line.
func (s *scanner) skipBlanks() int {
	for s.at < len(s.text) && (s.text[s.at] == ' ' || s.text[s.at] == '\t' || s.text[s.at] == '\r') {
		s.at++
	}
	return s.at
}

// skipLine steps to the end of the line.
func (s *scanner) skipLine() {
	if n := bytes.IndexByte(s.text[s.at:], '\n'); n >= 0 {
		s.at += n
		return
	}
	s.at = len(s.text)
}

// blockLine scans a line outside brackets, with everything it opens.
func (s *scanner) blockLine() {
	indent := 0
	for s.peek(s.at) == ' ' && s.at < len(s.text) {
		s.at++
		indent++
	}
	tab := s.peek(s.at) == '\t'
	at := s.at
	s.skipBlanks()
	switch c := s.peek(s.at); {
	case c == '\n':
		s.newline()
		return
	case c == '#':
		s.skipLine()
		return
	case tab:
		s.fault(at, "tab", "a tab stands where a line is indented; YAML wants spaces")
	}
	for len(s.blocks) > 0 && s.blocks[len(s.blocks)-1].col > indent {
		s.blocks = s.blocks[:len(s.blocks)-1]
	}
	s.inline(s.at, indent)
}

// inline scans the values that begin on the rest of a line; the first stands
// in the given column.
func (s *scanner) inline(first, indent int) {
	col := func() int { return indent + s.at - first }
	for !s.stop {
		s.skipBlanks()
		c := s.peek(s.at)
		separate := blank(s.peek(s.at + 1))
		switch {
		case c == '\n':
			return
		case c == '#':
			s.skipLine()
			return
		case (c == '-' || c == '?') && separate:
			s.open(col(), c == '-')
			s.at++
		case c == ':' && separate:
			s.at++
		case c == '|' || c == '>':
			s.literal()
			return
		case s.refused(c):
		default:
			s.value(c, col())
		}
	}
}

// value scans one value and, where it turns out to be a key, opens its group.
func (s *scanner) value(c byte, col int) {
	begin, line := s.at, s.line
	switch c {
	case '"', '\'':
		s.count()
		s.quoted(c)
	case '[', '{':
		s.brackets() // counts them itself
	default:
		s.count()
		s.plainBlock()
	}
	if s.line != line || s.peek(s.at) != ':' || !blank(s.peek(s.at+1)) {
		return
	}
	if string(bytes.TrimSpace(s.text[begin:s.at])) == "<<" {
		s.fault(begin, "merge-key", "merge key << is refused; write the keys out")
	}
	s.open(col, false)
	s.at++
}

// count counts a value.
func (s *scanner) count() {
	s.values++
	if s.values > MaxValues && !s.stop {
		s.fault(s.at, "too-many-values", "the document has more than %d values; split it, or keep offers in a CSV file", MaxValues)
		s.stop = true
	}
}

// open notes that a group or list is begun by indentation, if it is a new one.
func (s *scanner) open(col int, list bool) {
	if n := len(s.blocks); n > 0 && !list && s.blocks[n-1] == (block{col, true}) {
		s.blocks = s.blocks[:n-1] // a key in the column of a list ends the list
	}
	n := len(s.blocks)
	if n > 0 && (s.blocks[n-1].col > col || s.blocks[n-1] == (block{col, list})) {
		return
	}
	s.blocks = append(s.blocks, block{col, list})
	s.count()
	s.deeper()
}

// deeper refuses nesting beyond the limit.
func (s *scanner) deeper() {
	if len(s.blocks)+s.flow > MaxNesting && !s.stop {
		s.fault(s.at, "too-deep", "groups and lists are nested more than %d deep", MaxNesting)
		s.stop = true
	}
}

// parent gives the column of the group or list a value stands in.
func (s *scanner) parent() int {
	if len(s.blocks) == 0 {
		return -1
	}
	return s.blocks[len(s.blocks)-1].col
}

// refused reports anchors, aliases and tags, and steps over them.
func (s *scanner) refused(c byte) bool {
	name, code := "", ""
	switch c {
	case '&':
		name, code = "anchor", "anchor"
	case '*':
		name, code = "alias", "alias"
	case '!':
		name, code = "tag", "tag"
	default:
		return false
	}
	begin := s.at
	for s.at++; !blank(s.peek(s.at)) && !bytes.ContainsRune([]byte(",[]{}"), rune(s.peek(s.at))); s.at++ {
	}
	s.fault(begin, code, "%s %q is refused; write out what is meant, or quote text that begins with %c", name, clip(string(s.text[begin:s.at])), c)
	return true
}

// literal steps over a block of text begun by | or >.
func (s *scanner) literal() {
	s.count()
	parent := s.parent()
	s.skipLine()
	for s.at < len(s.text) {
		s.newline()
		begin := s.at
		for s.at < len(s.text) && s.text[s.at] == ' ' {
			s.at++
		}
		indent := s.at - begin
		if c := s.peek(s.at); c != '\n' && c != '\r' && indent <= parent {
			s.at = begin
			return
		}
		s.skipLine()
	}
}

// quoted steps over text in quotes, which may go over several lines.
func (s *scanner) quoted(q byte) {
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '\n':
			s.line++
			s.start = s.at + 1
		case c == '\\' && q == '"':
			if s.peek(s.at+1) != '\n' {
				s.at++
			}
		case c == q && q == '\'' && s.peek(s.at+1) == q:
			s.at++
		case c == q:
			s.at++
			s.skipBlanks()
			return
		}
	}
}

// plainBlock steps over bare text outside brackets. Lines that are indented
// more than what the text stands in go on with it, whatever they begin with.
func (s *scanner) plainBlock() {
	parent := s.parent()
	if s.plainLine("") || s.peek(s.at) == '#' {
		return
	}
	for s.at < len(s.text) {
		line, start, at := s.line, s.start, s.at
		s.newline()
		for s.peek(s.at) == ' ' && s.at < len(s.text) {
			s.at++
		}
		indent := s.at - s.start
		s.skipBlanks()
		switch c := s.peek(s.at); {
		case c == '\n' && s.at < len(s.text):
			continue
		case c == '#' || indent <= parent || s.at >= len(s.text) || parent < 0 && s.marker():
			s.line, s.start, s.at = line, start, at
			return
		}
		if s.plainLine("") || s.peek(s.at) == '#' {
			return
		}
	}
}

// marker reports whether the line begins with the end of a document.
func (s *scanner) marker() bool {
	return s.at == s.start && bytes.HasPrefix(s.text[s.at:], []byte("..."))
}

// plainLine steps to the end of bare text on its line, and reports whether a
// key's colon or one of the given brackets and commas ended it.
func (s *scanner) plainLine(ends string) bool {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '\n':
			return false
		case c == '#' && s.at > s.start && blank(s.text[s.at-1]):
			return false
		case c == ':' && (blank(s.peek(s.at+1)) || ends != "" && bytes.IndexByte([]byte(ends), s.peek(s.at+1)) >= 0):
			return true
		case ends != "" && bytes.IndexByte([]byte(ends), c) >= 0:
			return true
		}
	}
	return false
}

// brackets scans what stands between [ ] or { }, over as many lines as it takes.
func (s *scanner) brackets() {
	open := false // bare text may go on
	for s.at < len(s.text) && !s.stop {
		c := s.text[s.at]
		switch {
		case c == '\n':
			s.newline()
			continue
		case blank(c):
			s.at++
			continue
		case c == '#' && (s.at == s.start || blank(s.text[s.at-1])):
			s.skipLine()
			continue
		case c == '[' || c == '{':
			s.flow++
			s.at++
			s.count()
			s.deeper()
		case c == ']' || c == '}':
			s.flow--
			s.at++
			if s.flow == 0 {
				s.skipBlanks()
				return
			}
		case c == ',' || c == ':' && !open && s.separates():
			s.at++
		case c == '"' || c == '\'':
			s.count()
			s.quoted(c)
		case !open && s.refused(c):
		default:
			s.bare(open)
			open = s.peek(s.at) == '\n'
			continue
		}
		open = false
	}
}

// separates reports whether a colon inside brackets stands between key and value.
func (s *scanner) separates() bool {
	next := s.peek(s.at + 1)
	return blank(next) || bytes.IndexByte([]byte(",[]{}"), next) >= 0 ||
		s.at > 0 && bytes.IndexByte([]byte("\"']}"), s.text[s.at-1]) >= 0
}

// bare scans bare text inside brackets.
func (s *scanner) bare(goesOn bool) {
	begin := s.at
	if !goesOn {
		s.count()
	}
	s.plainLine(",[]{}")
	if s.at == begin {
		s.at++ // a colon that separates nothing
	}
	if !goesOn && s.peek(s.at) == ':' && string(bytes.TrimSpace(s.text[begin:s.at])) == "<<" {
		s.fault(begin, "merge-key", "merge key << is refused; write the keys out")
	}
}

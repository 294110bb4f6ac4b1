package traces

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A list gives the elements of a JSON list with the line each begins on.
type list struct {
	dec   *json.Decoder
	lines lineCounter
	n     int
	raw   json.RawMessage
}

// list opens the list of a trace.
func (rd *reading) list(in io.Reader) (*list, error) {
	l := &list{lines: lineCounter{r: in}}
	l.dec = json.NewDecoder(&l.lines)
	if tok, err := l.dec.Token(); err != nil || tok != json.Delim('[') {
		return nil, rd.at(1, "does not begin with [; expected %s", headerWanted(Philly))
	}
	return l, nil
}

// next gives the next element, good until the next call; io.EOF after the last, and any other error where
// the list is no JSON or does not end.
func (l *list) next() (json.RawMessage, element, error) {
	l.n++
	if !l.dec.More() {
		e, err := l.end()
		return nil, e, err
	}
	if err := l.dec.Decode(&l.raw); err != nil {
		return nil, l.place(l.start()), noJSON(err)
	}
	return l.raw, l.place(l.dec.InputOffset() - int64(len(l.raw))), nil
}

// end reads what follows the last element: the end of the list and of the file.
func (l *list) end() (element, error) {
	e := l.place(l.start())
	if _, err := l.dec.Token(); err != nil {
		return e, noJSON(err)
	}
	e = l.place(l.start())
	if _, err := l.dec.Token(); err != io.EOF {
		return e, errors.New("the list has ended before it")
	}
	return e, io.EOF
}

// start gives the offset of what is read next.
func (l *list) start() int64 {
	next, _ := io.ReadAll(l.dec.Buffered())
	blank := len(next) - len(bytes.TrimLeft(next, " \t\r\n,"))
	return l.dec.InputOffset() + int64(blank)
}

func (l *list) place(offset int64) element { return element{n: l.n, line: l.lines.at(offset)} }

func noJSON(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the file ends inside the list")
	}
	if bad, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("not JSON: %w", bad)
	}
	return fmt.Errorf("cannot be read: %w", err)
}

// A lineCounter passes bytes on and knows on which line each of them is, for
// offsets that never go back.
type lineCounter struct {
	r      io.Reader
	read   int64
	passed int     // line ends before the offset last asked for
	ends   []int64 // offsets of those after it
}

func (c *lineCounter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			c.ends = append(c.ends, c.read+int64(i))
		}
	}
	c.read += int64(n)
	return n, err
}

// at gives the line of an offset; the first is 1.
func (c *lineCounter) at(offset int64) int {
	n := 0
	for n < len(c.ends) && c.ends[n] < offset {
		n++
	}
	c.passed, c.ends = c.passed+n, c.ends[n:]
	return c.passed + 1
}

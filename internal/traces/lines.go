package traces

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// maxLine bounds one line of a trace, so that a file without line ends is
// refused and not held in memory.
const maxLine = 64 << 10

// lines gives the rows of a CSV trace, a row a line. No field of a trace may
// hold a line end: a quote that is never closed then costs its own line, and
// neither swallows the lines after it nor the memory they would take.
type lines struct {
	in   *bufio.Reader
	n    int // the line read last; the first is 1
	cols int // what every row must have; 0: not known yet
	rec  []string
}

func newLines(in io.Reader) *lines {
	return &lines{in: bufio.NewReaderSize(in, maxLine+len("\r\n"))}
}

var (
	errLongLine = errors.New("line too long")
	errColumns  = errors.New("other number of columns")
)

// readOn reports whether there may be rows after an error: after a wrong line
// there are, after one without an end or a file that fails there are not.
func (l *lines) readOn(err error) bool {
	var bad *csv.ParseError
	return errors.Is(err, errColumns) || errors.As(err, &bad)
}

// next gives the fields of the next line that is not blank, good until the
// next call; io.EOF after the last.
func (l *lines) next() ([]string, error) {
	for {
		line, err := l.in.ReadSlice('\n')
		if len(line) > 0 || err == nil {
			l.n++
		}
		end := err == io.EOF
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, errLongLine
		case err != nil && !end:
			return nil, err
		}
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		switch {
		case len(line) > maxLine:
			return nil, errLongLine
		case len(line) > 0:
			return l.fields(string(line))
		case end:
			return nil, io.EOF
		}
	}
}

// fields cuts a line at its commas. Few traces hold a quote; a line that does is left to
// encoding/csv.
func (l *lines) fields(line string) ([]string, error) {
	l.rec = l.rec[:0]
	if strings.IndexByte(line, '"') >= 0 {
		rec, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil {
			return nil, err
		}
		l.rec = append(l.rec, rec...)
	} else {
		for more := true; more; {
			var field string
			field, line, more = strings.Cut(line, ",")
			l.rec = append(l.rec, field)
		}
	}
	if l.cols == 0 {
		l.cols = len(l.rec)
	}
	if len(l.rec) != l.cols {
		return nil, errColumns
	}
	return l.rec, nil
}

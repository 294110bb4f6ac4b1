package usage

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// lines reads CSV as package encoding/csv does, record by record. Where a line has no
// quote, which is nearly always, it is cut at its commas and nothing is copied.
type lines struct {
	text   string
	at     int // where the next record begins
	from   int // where the last one did
	line   int // that it is on, from 1
	passed int // lines read so far
}

// next appends the values of the next record; io.EOF after the last. A record that is
// wrong gives why, and reading goes on after its line.
func (l *lines) next(values []string) ([]string, error) {
	for l.at < len(l.text) {
		l.from = l.at
		end := len(l.text)
		if i := strings.IndexByte(l.text[l.at:], '\n'); i >= 0 {
			end = l.at + i
		}
		line := l.text[l.at:end]
		if strings.IndexByte(line, '"') >= 0 {
			return l.quoted(values)
		}
		l.at = min(end+1, len(l.text))
		l.passed++
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			continue
		}
		l.line = l.passed
		for {
			i := strings.IndexByte(line, ',')
			if i < 0 {
				return append(values, line), nil
			}
			values, line = append(values, line[:i]), line[i+1:]
		}
	}
	return values, io.EOF
}

// quoted reads a record that may go over several lines.
func (l *lines) quoted(values []string) ([]string, error) {
	in := csv.NewReader(strings.NewReader(l.text[l.at:]))
	in.FieldsPerRecord = -1
	got, err := in.Read()
	l.line = l.passed + 1
	read := int(in.InputOffset())
	l.passed += strings.Count(l.text[l.at:l.at+read], "\n")
	l.at += read
	if l.at == len(l.text) && !strings.HasSuffix(l.text, "\n") {
		l.passed++
	}
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		err = wrong.Err
	}
	return append(values, got...), err
}

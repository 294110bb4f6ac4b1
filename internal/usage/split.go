package usage

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/offtake-dev/offtake"
)

// A Splitter cuts a file of records into batches of so many, each with the header.
type Splitter struct {
	form   Form
	rows   int
	in     *bufio.Reader
	header []byte
	lines  int // of the header
	line   int // read so far
	offset int64
	began  int64 // where the part's first record is in the file
	part   bytes.Buffer
}

// Split reads a file into batches of at most so many records.
func Split(in io.Reader, form Form, rows int) *Splitter {
	return &Splitter{form: form, rows: rows, in: bufio.NewReaderSize(in, 1<<16)}
}

// Next gives the next batch, which is good until the one after it, and the line of the
// file that its first record is on. A file without records has one batch, which says
// why. After the last it is io.EOF.
func (s *Splitter) Next() (text []byte, line int, err error) {
	first := s.header == nil
	if first {
		if err := s.head(); err != nil {
			return nil, 0, err
		}
	}
	s.part.Reset()
	s.part.Write(s.header)
	line, s.began = s.line+1, s.offset
	n := 0
	for ; n < s.rows; n++ {
		if err = s.record(&s.part); err != nil {
			break
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, line, offtake.Refuse(offtake.Invalid, "line %d: %w", s.line+1, err)
	}
	if n == 0 && !first {
		return nil, line, io.EOF
	}
	return s.part.Bytes(), line, nil
}

// Kept gives the last batch's text, to be read again from the file it came from.
func (s *Splitter) Kept(file io.ReaderAt) io.ReaderAt { return &headed{s.header, file, s.began} }

// headed is a part of a file with the header before it.
type headed struct {
	header []byte
	file   io.ReaderAt
	began  int64
}

// ReadAt implements io.ReaderAt.
func (h *headed) ReadAt(p []byte, at int64) (n int, err error) {
	if at < int64(len(h.header)) {
		n = copy(p, h.header[at:])
		at += int64(n)
	}
	more, err := h.file.ReadAt(p[n:], h.began+at-int64(len(h.header)))
	return n + more, err
}

// HeaderLines gives how many lines of each batch are its header.
func (s *Splitter) HeaderLines() int { return s.lines }

func (s *Splitter) head() error {
	s.header = []byte{}
	if s.form == JSONL {
		return nil
	}
	var head bytes.Buffer
	if err := s.record(&head); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	s.header, s.lines = bytes.Clone(head.Bytes()), s.line
	return nil
}

// record copies one record: lines up to one that ends outside of quotes.
func (s *Splitter) record(to *bytes.Buffer) error {
	quotes, some := 0, false
	for {
		line, err := s.in.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) {
			to.Write(line)
			s.offset += int64(len(line))
			quotes += bytes.Count(line, []byte{'"'})
			if to.Len() > mostBatch/2 {
				return offtake.Refuse(offtake.Invalid, "record has no end")
			}
			line, err = s.in.ReadSlice('\n')
		}
		to.Write(line)
		s.offset += int64(len(line))
		quotes += bytes.Count(line, []byte{'"'})
		some = some || len(line) > 0
		switch {
		case errors.Is(err, io.EOF) && some:
			s.line++
			return nil
		case err != nil:
			return err
		}
		s.line++
		if s.form == JSONL || quotes%2 == 0 {
			return nil
		}
		if to.Len() > mostBatch/2 {
			return offtake.Refuse(offtake.Invalid, "record has no end")
		}
	}
}

package play

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/wire"
)

// longest bounds a line of the log.
const longest = 16 << 20

// errRead is of a log of which enough has been read.
var errRead = errors.New("enough has been read")

// A noObject is a line that is no JSON object, and why.
type noObject struct{ why error }

func (e noObject) Error() string { return e.why.Error() }

// A source is a log that is read from its first line on and, where evidence asks
// for it, once more while the first reading stands still.
type source struct {
	mu  sync.Mutex
	log io.ReadSeeker
}

// Read reads on.
func (s *source) Read(to []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Read(to)
}

// again reads the log from its first line, until that is enough.
func (s *source) again(begin int64, do func(line []byte) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, err := s.log.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := s.log.Seek(begin, io.SeekStart); err != nil {
		return err
	}
	if err := eachLine(s.log, do); err != nil && !errors.Is(err, errRead) {
		return err
	}
	_, err = s.log.Seek(from, io.SeekStart)
	return err
}

// shortest is what a line of an act has at least: its keys, an instant and some
// names.
const shortest = 60

// length gives how many acts the log has at most, so that room is made for them
// once.
func (s *source) length(begin int64) (acts int, err error) {
	var read int64
	block := make([]byte, 64<<10)
	for {
		n, err := s.log.Read(block)
		read += int64(n)
		acts += bytes.Count(block[:n], []byte{'\n'})
		switch {
		case err == io.EOF:
			_, err = s.log.Seek(begin, io.SeekStart)
			return int(min(int64(acts)+1, read/shortest+1)), err
		case err != nil:
			return 0, err
		}
	}
}

// eachLine reads a log line by line. Blank lines say nothing.
func eachLine(log io.Reader, do func(line []byte) error) error {
	lines := bufio.NewScanner(log)
	lines.Buffer(make([]byte, 0, 64<<10), longest)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var no noObject
		switch err := do(line); {
		case errors.As(err, &no) && bytes.HasPrefix(line, []byte("\ufeff")):
			return offtake.Refuse(offtake.Invalid, "line %d begins with a byte order mark, which is no part of JSON; write the log without one", n)
		case errors.As(err, &no):
			return offtake.Refuse(offtake.Invalid, "line %d is no JSON object: %.60q: %s; write one act a line, as {\"id\":\"a1\",\"at\":\"2025-06-03T17:00:00Z\",...}", n, line, strings.TrimPrefix(no.Error(), "act is not one JSON object: "))
		case err != nil:
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return offtake.Refuse(offtake.Invalid, "line %d is longer than %d MB", n+1, longest>>20)
	}
	return lines.Err()
}

// A digest tells acts of one id apart.
type digest [sha256.Size / 2]byte

// A read act is one of the log as it was read.
type read struct {
	act offtake.Act
	sum digest
	why string // it is rejected whatever comes before it; "" if it is not
}

// readAct reads one line. What is no JSON object is an error; room is to be
// written over.
func readAct(line, room []byte) (r read, _ []byte, err error) {
	r.act, err = wire.ParseStep(line)
	switch {
	case err != nil && (line[0] != '{' || !json.Valid(line)):
		return r, room, noObject{err}
	case err != nil:
		var head struct{ ID string }
		_ = json.Unmarshal(line, &head) // as much of it as can be read
		r.act = offtake.Act{ID: offtake.ActID(head.ID), At: r.act.At, By: r.act.By}
		r.why = err.Error()
		return r, room, nil
	case r.act.ID == "":
		r.why = "it has no id"
		return r, room, nil
	}
	canonical, err := wire.AppendAct(room[:0], &r.act)
	if err != nil {
		r.why = err.Error()
		return r, room, nil
	}
	sum := sha256.Sum256(canonical)
	r.sum = digest(sum[:len(r.sum)])
	return r, canonical, nil
}

// ahead is how many acts are read before they are handed over together, so that
// reading and deciding go on side by side.
const ahead = 256

// eachRead reads the acts of a log, ahead of what is done with them.
func eachRead(log io.Reader, do func(*read) error) error {
	batches, stop := make(chan []read, 8), make(chan struct{})
	var broken error
	go func() {
		defer close(batches)
		batch, room := make([]read, 0, ahead), []byte{}
		hand := func() bool {
			select {
			case batches <- batch:
				batch = make([]read, 0, ahead)
				return true
			case <-stop:
				return false
			}
		}
		broken = eachLine(log, func(line []byte) error {
			r, used, err := readAct(line, room)
			if room = used; err != nil {
				return err
			}
			if batch = append(batch, r); len(batch) == ahead && !hand() {
				return errRead
			}
			return nil
		})
		hand()
	}()
	defer func() { // the reader is done when its channel is closed
		close(stop)
		for range batches {
		}
	}()
	for batch := range batches {
		for i := range batch {
			if err := do(&batch[i]); err != nil {
				return err
			}
		}
	}
	return broken
}

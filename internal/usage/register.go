package usage

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/offtake-dev/offtake"
)

// A Register knows which records there are, of every source, and where each of them
// is: 16 bytes a record. It is found again from the batches, and is not safe for
// concurrent use.
type Register struct {
	slots   []slot
	used    int
	batches []kept
	buffer  []byte // of what is read again
}

// A slot is a record by a hash of its source and name. That two share one is found out
// by reading the record.
type slot struct {
	key    uint64
	batch  uint32 // with flags
	offset uint32
}

// Flags of a slot.
const (
	corrected = 1 << 31 // another record takes its place
	absent    = 1 << 30 // it has not come; where it is said to be is what corrects it
	flags     = corrected | absent
)

// mostBatch bounds a batch, so that places in it fit.
const mostBatch = 1 << 31

// kept is a batch that was read.
type kept struct {
	source string
	reader *Reader
	layout *layout
	text   io.ReaderAt
}

// keyOf hashes a source and a name (FNV-1a).
func keyOf(source, id string) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i := range len(source) {
		h = (h ^ uint64(source[i])) * prime
	}
	h = (h ^ 0xff) * prime
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * prime
	}
	// The table takes the low bits, which must depend on all of it.
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	if h == 0 {
		return 1
	}
	return h
}

// find gives where a record is, or where it would be put. At reads the record that is
// somewhere, to tell whether it has the name.
func (r *Register) find(key uint64, has func(*slot) (bool, error)) (i int, found bool, err error) {
	mask := len(r.slots) - 1
	for i = int(key) & mask; r.slots[i].key != 0; i = (i + 1) & mask {
		if r.slots[i].key != key {
			continue
		}
		if found, err = has(&r.slots[i]); found || err != nil {
			return i, found, err
		}
	}
	return i, false, nil
}

// grow makes room for more, so that no slot moves while they are put.
func (r *Register) grow(more int) {
	size := max(1024, len(r.slots))
	for r.used+more > size/4*3 {
		size *= 2
	}
	if size == len(r.slots) {
		return
	}
	old := r.slots
	r.slots = make([]slot, size)
	mask := size - 1
	for _, s := range old {
		if s.key == 0 {
			continue
		}
		i := int(s.key) & mask
		for r.slots[i].key != 0 {
			i = (i + 1) & mask
		}
		r.slots[i] = s
	}
}

// Records gives how many records there are.
func (r *Register) Records() int { return r.used }

// read reads the record of a slot again.
func (r *Register) read(s *slot) (rec record, err error) {
	k := &r.batches[s.batch&^flags]
	for size := 1 << 9; ; size *= 8 {
		if len(r.buffer) < size {
			r.buffer = make([]byte, size)
		}
		buf := r.buffer[:size]
		n, err := k.text.ReadAt(buf, int64(s.offset))
		if err != nil && !errors.Is(err, io.EOF) {
			return rec, offtake.Refuse(offtake.Internal, "a batch of source %q cannot be read again: %w", k.source, err)
		}
		whole := errors.Is(err, io.EOF)
		if rec, ok, err := k.first(buf[:n], whole); ok || err != nil {
			return rec, err
		}
		if whole {
			return rec, offtake.Refuse(offtake.Internal, "a batch of source %q has no record where one was", k.source)
		}
	}
}

// first reads the first record of bytes that may be cut off.
func (k *kept) first(text []byte, whole bool) (rec record, ok bool, err error) {
	if k.layout.form == JSONL {
		line, _, cut := bytes.Cut(text, []byte("\n"))
		if !cut && !whole {
			return rec, false, nil
		}
		w := row{text: line, values: make([]string, len(Columns))}
		w.err = jsonRow(k.layout, bytes.TrimSuffix(line, []byte("\r")), w.values)
		rec, err = k.reader.record(k.layout, &w, "")
		return rec, true, err
	}
	values, ended, err := firstLine(text, whole)
	if !ended || err != nil {
		return rec, false, err
	}
	w := row{values: values}
	rec, err = k.reader.record(k.layout, &w, "")
	return rec, true, err
}

// Recall learns again what a batch brought that was taken, without the rows that were
// not.
func (r *Register) Recall(how *Reader, b Batch, skipped []int64) error {
	if b.Kept == nil {
		b.Kept = bytes.NewReader(b.Text)
	}
	g := &reading{Register: r, Reader: how, batch: b, number: uint32(len(r.batches))}
	r.batches = append(r.batches, kept{source: b.Source, reader: how, text: b.Kept})
	r.grow(2 * (bytes.Count(b.Text, []byte("\n")) + 1))
	not := make(map[int64]bool, len(skipped))
	for _, n := range skipped {
		not[n] = true
	}
	var failed error
	err := how.rows(b.Text, func(l *layout, w *row) {
		g.batches[g.number].layout = l
		if !not[w.number] && failed == nil {
			failed = g.recall(l, w)
		}
	})
	return cmp.Or(err, failed)
}

func (g *reading) recall(l *layout, w *row) error {
	rec, err := g.named(l, w, fmt.Sprintf("#%s:%d", g.batch.Name, w.number))
	if err != nil {
		return err
	}
	key := keyOf(g.batch.Source, rec.id)
	at, found, err := g.find(key, g.has(rec.id))
	if err != nil {
		return err
	}
	flag := uint32(0)
	if found {
		flag = corrected
	}
	g.mark(at, key, g.number, w.offset, flag)
	if rec.corrects == "" {
		return nil
	}
	key = keyOf(g.batch.Source, rec.corrects)
	at, found, err = g.find(key, g.has(rec.corrects))
	if err != nil {
		return err
	}
	if found {
		g.slots[at].batch |= corrected
	} else {
		g.mark(at, key, g.number, w.offset, absent)
	}
	return nil
}

// named reads the names of a record.
func (g *reading) named(l *layout, w *row, place string) (rec record, err error) {
	if l.form == FOCUS {
		return g.record(l, w, place)
	}
	if w.err != nil {
		return rec, w.err
	}
	if rec.id = value(w.values, l.id); rec.id == "" {
		rec.id = place
	}
	rec.corrects = value(w.values, l.corrects)
	return rec, nil
}

// mark says of a slot what record it is.
func (r *Register) mark(i int, key uint64, batch uint32, offset int64, flag uint32) {
	if r.slots[i].key == 0 {
		r.used++
	}
	r.slots[i] = slot{key, batch | flag, uint32(offset)}
}

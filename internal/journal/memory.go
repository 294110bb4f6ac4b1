package journal

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/wire"
)

// chunkSize is how many bytes of lines are compressed together. Lines resemble
// each other, and this many are enough to find that out; a reader unpacks one
// chunk at a time.
const chunkSize = 64 << 10

// Memory is a Journal in memory. It holds the lines of the codec, a chunk at a
// time compressed, so that a year of jobs fits: a job that is placed and finished
// takes less than a tenth of what its lines do. The zero Memory is empty and ready.
type Memory struct {
	mu     sync.Mutex
	sealed []chunk
	packed []byte  // used again by each seal
	tail   []byte  // the lines not yet compressed
	first  Version // of the first line in tail
	at     Version
}

// A chunk is compressed lines, of which the first brings the journal to first+1.
type chunk struct {
	first Version
	data  []byte
}

// Both are safe for concurrent use as they are used here, and dear to make.
var (
	packer, _   = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	unpacker, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
)

// Append implements Journal.
func (m *Memory) Append(expected Version, entries []wire.Entry) (Version, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if expected != m.at {
		return m.at, moved(expected, m.at)
	}
	tail := m.tail
	for i := range entries {
		var err error
		if tail, err = wire.AppendEntry(tail, &entries[i]); err != nil {
			return m.at, err
		}
		tail = append(tail, '\n')
	}
	m.tail = tail
	m.at += Version(len(entries))
	if len(m.tail) >= chunkSize {
		m.seal()
	}
	return m.at, nil
}

// seal compresses the tail and starts a new one in its place.
func (m *Memory) seal() {
	m.packed = packer.EncodeAll(m.tail, m.packed[:0])
	m.sealed = append(m.sealed, chunk{m.first, bytes.Clone(m.packed)})
	m.tail, m.first = m.tail[:0], m.at
}

// Read implements Journal.
func (m *Memory) Read(from Version) iter.Seq2[wire.Entry, error] {
	m.mu.Lock()
	sealed, tail, first, at := m.sealed, bytes.Clone(m.tail), m.first, m.at
	m.mu.Unlock()
	return func(yield func(wire.Entry, error) bool) {
		switch {
		case from < 0:
			yield(wire.Entry{}, offtake.Refuse(offtake.Invalid, "journal has no version %d, versions count from 0", from))
			return
		case from > at:
			yield(wire.Entry{}, offtake.Refuse(offtake.NotFound, "journal is at version %d, and has not reached %d", at, from))
			return
		}
		// The first chunk to read is the last one that starts at from or before.
		i, found := slices.BinarySearchFunc(sealed, from, func(c chunk, v Version) int { return cmp.Compare(c.first, v) })
		if !found && i > 0 {
			i--
		}
		for _, c := range sealed[i:] {
			lines, err := unpacker.DecodeAll(c.data, nil)
			if err != nil {
				yield(wire.Entry{}, offtake.Refuse(offtake.Internal, "journal after version %d cannot be unpacked: %w", c.first, err))
				return
			}
			if !yieldLines(lines, c.first, from, yield) {
				return
			}
		}
		yieldLines(tail, first, from, yield)
	}
}

// yieldLines gives the lines after version from, of which the first follows
// version first. It reports whether the reader wants more.
func yieldLines(lines []byte, first, from Version, yield func(wire.Entry, error) bool) bool {
	for line := range bytes.Lines(lines) {
		if first++; first <= from {
			continue
		}
		e, err := wire.ParseEntry(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil {
			yield(e, offtake.Refuse(offtake.Internal, "journal entry %d cannot be read: %w", first, err))
			return false
		}
		if !yield(e, nil) {
			return false
		}
	}
	return true
}

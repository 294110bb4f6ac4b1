package traces

import (
	"cmp"
	"hash/maphash"
	"slices"

	"github.com/offtake-dev/offtake"
)

// A table holds the jobs of traces in little memory: fixed-size chunks that
// are never copied, 18 bytes a job beside its name.
type table struct {
	chunks []*chunk
	rows   int
	total  int64    // GPU-seconds
	order  []uint32 // rows by submission; nil while they came in order
	sorted bool
	last   uint32

	deadlines map[int]uint32 // by row; few traces have any

	files []file   // which rows came from where
	seen  []uint32 // rows by the hash of their name, plus one; open addressing
	seed  maphash.Seed
}

// A file says from which row on rows are its own.
type file struct {
	name  string
	first int
	wrong []int // the rows before which a wrong one was left out
}

// ordinal gives the place of a row among all rows of its file, wrong ones too.
func (f file) ordinal(row int) int {
	before, _ := slices.BinarySearch(f.wrong, row+1)
	return row - f.first + 1 + before
}

// leaveOut remembers that a row of the file read last is wrong.
func (t *table) leaveOut() {
	f := &t.files[len(t.files)-1]
	f.wrong = append(f.wrong, t.rows)
}

const chunkRows = 1 << 13

type chunk struct {
	rows []row
	ids  []byte
}

type row struct {
	at, seconds, accelerators uint32
	idEnd                     uint32 // within the chunk's ids
	work                      uint16
}

func newTable() *table { return &table{sorted: true, seed: maphash.MakeSeed()} }

func (t *table) id(i int) []byte {
	c := t.chunks[i/chunkRows]
	var from uint32
	if r := i % chunkRows; r > 0 {
		from = c.rows[r-1].idEnd
	}
	return c.ids[from:c.rows[i%chunkRows].idEnd]
}

// add takes a job, or refuses one whose name was there before.
func (t *table) add(id string, j Job) error {
	if at, ok := t.find(id); ok {
		return offtake.Refuse(offtake.Invalid, "job id %q is there twice; it was job %d of %s", clip(id), t.fileOf(at).ordinal(at), t.fileOf(at).name)
	}
	if t.total += j.GPUSeconds(); t.total > MaxGPUSeconds {
		return offtake.Refuse(offtake.Invalid, "%w", errSum)
	}
	if t.rows%chunkRows == 0 {
		t.chunks = append(t.chunks, &chunk{rows: make([]row, 0, chunkRows)})
	}
	c := t.chunks[len(t.chunks)-1]
	c.ids = append(c.ids, id...)
	c.rows = append(c.rows, row{uint32(j.At), uint32(j.Seconds), uint32(j.Accelerators), uint32(len(c.ids)), uint16(j.Work)})
	if len(c.rows) == chunkRows {
		c.ids = slices.Clip(c.ids)
	}
	if j.Deadline != Never {
		if t.deadlines == nil {
			t.deadlines = map[int]uint32{}
		}
		t.deadlines[t.rows] = uint32(j.Deadline)
	}
	t.sorted = t.sorted && uint32(j.At) >= t.last
	t.last = uint32(j.At)
	t.remember(id, t.rows)
	t.rows++
	return nil
}

func (t *table) fileOf(row int) file {
	i, found := slices.BinarySearchFunc(t.files, row, func(f file, r int) int { return cmp.Compare(f.first, r) })
	if !found {
		i--
	}
	return t.files[i]
}

func (t *table) find(id string) (int, bool) {
	if len(t.seen) == 0 {
		return 0, false
	}
	mask := uint64(len(t.seen) - 1)
	for h := maphash.String(t.seed, id) & mask; t.seen[h] != 0; h = (h + 1) & mask {
		if i := int(t.seen[h] - 1); string(t.id(i)) == id {
			return i, true
		}
	}
	return 0, false
}

func (t *table) remember(id string, i int) {
	if 2*(t.rows+1) > len(t.seen) {
		t.seen = make([]uint32, max(1024, 2*len(t.seen)))
		for r := range t.rows {
			t.put(maphash.Bytes(t.seed, t.id(r)), r)
		}
	}
	t.put(maphash.String(t.seed, id), i)
}

func (t *table) put(hash uint64, i int) {
	mask := uint64(len(t.seen) - 1)
	h := hash & mask
	for t.seen[h] != 0 {
		h = (h + 1) & mask
	}
	t.seen[h] = uint32(i + 1)
}

// finish sorts the rows where they did not come in order, and forgets what
// only reading needs.
func (t *table) finish() {
	t.seen, t.files = nil, nil
	if t.sorted {
		return
	}
	t.order = make([]uint32, t.rows)
	for i := range t.order {
		t.order[i] = uint32(i)
	}
	at := func(i uint32) uint32 { return t.chunks[i/chunkRows].rows[i%chunkRows].at }
	slices.SortStableFunc(t.order, func(a, b uint32) int { return cmp.Compare(at(a), at(b)) })
}

// job gives the n-th job by submission.
func (t *table) job(n int) Job {
	if t.order != nil {
		n = int(t.order[n])
	}
	r := t.chunks[n/chunkRows].rows[n%chunkRows]
	j := Job{
		ID: offtake.JobID(t.id(n)), At: int64(r.at), Seconds: int64(r.seconds),
		Accelerators: int64(r.accelerators), Deadline: Never, Work: int(r.work),
	}
	if d, ok := t.deadlines[n]; ok {
		j.Deadline = int64(d)
	}
	return j
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}

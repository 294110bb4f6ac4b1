package transparency

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/wire"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Fault is one thing that is wrong with an export.
type Fault struct {
	Kind  string // changed, dropped, reordered, duplicated, forked, unsigned, cut or unreadable
	From  int64  // the first row it is about; 0: the whole
	Until int64  // the last
	Says  string
}

// String gives the fault as a sentence without its full stop.
func (f Fault) String() string { return f.Kind + ": " + f.Says }

// A Report is what a check has found.
type Report struct {
	Checkpoint Checkpoint
	Party      offtake.PartyName // for whom the export is; "": for whoever may see all
	Opened     int64             // rows that were shown
	Earlier    []Checkpoint      // that the log goes on from, as was shown
	State      string            // stands for what the rows fold to, as the export says
	Faults     []Fault
}

// A Check says what an export is held against.
type Check struct {
	Key  note.Verifier
	Seen []Checkpoint                      // before, such as by a witness
	Each func(n int64, e wire.Entry) error // told every row that was opened, in order; may be nil
}

// longest bounds a line; a row may hold a book.
const longest = 64 << 20

// Verify checks an export. What is wrong with it is in the report; an error is of the
// reading, or of Each.
func Verify(from io.Reader, c Check) (Report, error) {
	v := &verifier{Check: c, tree: new(journal.Tree)}
	v.Seen = slices.Clone(c.Seen)
	slices.SortFunc(v.Seen, func(a, b Checkpoint) int { return int(a.Size - b.Size) })
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, 64<<10), longest)
	for lines.Scan() && !v.stop {
		if err := v.line(lines.Bytes()); err != nil {
			return v.Report, err
		}
	}
	if err := lines.Err(); err != nil {
		if !errors.Is(err, bufio.ErrTooLong) {
			return v.Report, err
		}
		v.fault("unreadable", v.last+1, v.last+1, "a line is longer than %d MB", longest>>20)
		v.stop = true
	}
	v.end()
	return v.Report, nil
}

// A verifier reads an export line by line.
type verifier struct {
	Check
	Report
	headed, ended, stop bool
	gap                 bool // rows are missing, so that the root cannot be computed
	last                int64
	tree                *journal.Tree
	tile                []tlog.Hash // leaves since the last tile
	good                int64       // the last earlier checkpoint that the log goes on from
}

func (v *verifier) fault(kind string, from, until int64, format string, args ...any) {
	const most = 1000
	if len(v.Faults) < most {
		v.Faults = append(v.Faults, Fault{kind, from, until, fmt.Sprintf(format, args...)})
	}
}

func (v *verifier) line(text []byte) error {
	if !v.headed {
		v.head(text)
		return nil
	}
	var line struct {
		rowLine
		Tile  *int64     `json:"tile"`
		Hash  *tlog.Hash `json:"hash"`
		End   *int64     `json:"end"`
		State string     `json:"state"`
	}
	switch err := read(text, &line); {
	case err != nil:
		v.fault("unreadable", v.last+1, v.last+1, "the line after row %d is not one of an export", v.last)
		v.gap = true
		return nil
	case v.ended:
		v.fault("unreadable", 0, 0, "there is more after the end")
		v.stop = true
		return nil
	case line.End != nil:
		v.ended, v.Report.State = true, line.State
		if *line.End != v.Opened {
			v.fault("dropped", 0, 0, "the export says that it has %d rows, and has %d", *line.End, v.Opened)
		}
		return nil
	case line.Tile != nil:
		v.tiled(*line.Tile, line.Hash)
		return nil
	}
	return v.row(&line.rowLine)
}

// read is strict: what has been checked must be what any other reader sees, so no name
// may come twice, or in other letters.
func read(text []byte, to any) error {
	return json.Unmarshal(text, to, json.RejectUnknownMembers(true))
}

// head reads the first line.
func (v *verifier) head(text []byte) {
	v.headed = true
	var h headLine
	if err := read(text, &h); err != nil || h.Form == 0 {
		v.fault("unreadable", 0, 0, "this is no export of a log")
		v.stop = true
		return
	}
	if h.Form != form {
		v.fault("unreadable", 0, 0, "the export has form %d, and this version of offtake reads %d", h.Form, form)
		v.stop = true
		return
	}
	c, err := OpenCheckpoint([]byte(h.Checkpoint), v.Key)
	if err != nil {
		v.fault("unsigned", 0, 0, "%s", err)
		v.stop = true
		return
	}
	v.Checkpoint, v.Party = c, offtake.PartyName(h.For)
	if h.Origin != c.Origin || h.Size != c.Size {
		v.fault("unreadable", 0, 0, "the export says that it is of %s with %d rows, and its checkpoint is of %s with %d", h.Origin, h.Size, c.Origin, c.Size)
	}
	for _, e := range v.Seen {
		v.earlier(e, h.Consistent)
	}
}

// earlier holds the log against a checkpoint that was seen before. What the rows
// themselves will show is shown by them.
func (v *verifier) earlier(e Checkpoint, proofs []consistency) {
	switch {
	case e.Origin != v.Checkpoint.Origin:
		v.fault("forked", 0, 0, "the checkpoint of %d rows seen before is of another log, %s", e.Size, e.Origin)
		return
	case e.Size > v.Checkpoint.Size:
		v.fault("dropped", v.Checkpoint.Size+1, e.Size, "the log had %d rows when it was seen before, and has %d", e.Size, v.Checkpoint.Size)
		return
	case v.Party == "" || e.Size == 0:
		return
	}
	i := slices.IndexFunc(proofs, func(c consistency) bool { return c.Size == e.Size })
	switch {
	case e.Size == v.Checkpoint.Size && e.Root == v.Checkpoint.Root:
	case i < 0:
		v.fault("unreadable", 0, 0, "the export does not show that it goes on from the checkpoint of %d rows; ask for one since then", e.Size)
		return
	case tlog.CheckTree(proofs[i].Proof, v.Checkpoint.Size, v.Checkpoint.Root, e.Size, e.Root) != nil:
		v.forked(e)
		return
	}
	v.kept(e)
}

func (v *verifier) kept(e Checkpoint) {
	v.Report.Earlier = append(v.Report.Earlier, e)
	v.good = max(v.good, e.Size)
}

// forked says that the log is no continuation of what it was.
func (v *verifier) forked(e Checkpoint) {
	v.fault("forked", v.good+1, e.Size, "the first %d rows are not those that were seen before: one of the rows %d to %d was changed since", e.Size, v.good+1, e.Size)
}

// row checks a row that is opened.
func (v *verifier) row(r *rowLine) error {
	v.Opened++
	switch {
	case r.N <= 0 || r.N > v.Checkpoint.Size:
		v.fault("unreadable", r.N, r.N, "row %d is none of %d", r.N, v.Checkpoint.Size)
		v.gap = true
		return nil
	case r.N == v.last:
		v.fault("duplicated", r.N, r.N, "row %d is there twice", r.N)
		return nil
	case r.N < v.last:
		v.fault("reordered", r.N, r.N, "row %d stands after row %d", r.N, v.last)
		return nil
	case v.Party == "" && r.N > v.last+1:
		v.fault("dropped", v.last+1, r.N-1, "%s not there", rows(v.last+1, r.N-1))
		v.gap = true
	}
	v.last = r.N
	row, err := r.opened()
	if err != nil {
		v.fault("unreadable", r.N, r.N, "row %d: %s", r.N, err)
		v.gap = true
		return nil
	}
	if v.Party != "" {
		leaf := journal.LeafOf(row.Salt, row.Done, *r.Consequence)
		if tlog.CheckRecord(r.Proof, v.Checkpoint.Size, v.Checkpoint.Root, r.N-1, leaf) != nil {
			v.fault("changed", r.N, r.N, "row %d is not in the log as it is shown", r.N)
			return nil
		}
		row.Followed = []byte(`{"events":[]}`)
	} else {
		v.whole(r, row)
	}
	return v.tell(r.N, row)
}

// rows says "row 7 is" or "rows 7 to 9 are".
func rows(from, until int64) string {
	if from == until {
		return fmt.Sprintf("row %d is", from)
	}
	return fmt.Sprintf("rows %d to %d are", from, until)
}

// tell hands an entry on.
func (v *verifier) tell(n int64, row journal.Row) error {
	if v.Each == nil {
		return nil
	}
	e, err := row.Entry()
	if err != nil {
		v.fault("unreadable", n, n, "row %d cannot be read by this version of offtake: %s", n, err)
		return nil
	}
	return v.Each(n, e)
}

// opened gives the row that a line opens.
func (r *rowLine) opened() (row journal.Row, err error) {
	row.Done, row.Followed = r.Done, r.Followed
	salt, err := hex.DecodeString(r.Salt)
	if err != nil || len(salt) != len(row.Salt) {
		return row, errors.New("it has no salt")
	}
	copy(row.Salt[:], salt)
	if r.Consequence != nil {
		return row, nil
	}
	veil, err := hex.DecodeString(r.Veil)
	if err != nil || len(veil) != len(row.Veil) || r.Leaf == nil {
		return row, errors.New("it does not show what followed")
	}
	copy(row.Veil[:], veil)
	return row, nil
}

// whole checks a row of a log of which every row is shown. Where a row does not have
// its hash, the hash stands for it in the tree, so that only that row is at fault.
func (v *verifier) whole(r *rowLine, row journal.Row) {
	if r.Leaf == nil {
		v.fault("unreadable", r.N, r.N, "row %d has no hash", r.N)
		v.gap = true
		return
	}
	if row.Leaf() != *r.Leaf {
		v.fault("changed", r.N, r.N, "row %d is not what its hash stands for", r.N)
	}
	v.tile = append(v.tile, *r.Leaf)
	if len(v.tile) > 256 {
		v.fault("dropped", r.N-256, r.N, "the hash over the rows before row %d is not there", r.N)
		v.tile = v.tile[:1]
	}
	v.tree.Add(*r.Leaf)
	for _, e := range v.Seen {
		if e.Size == r.N && e.Origin == v.Checkpoint.Origin && !v.gap {
			v.past(e)
		}
	}
}

// past holds the rows so far against a checkpoint of as many.
func (v *verifier) past(e Checkpoint) {
	if root, err := v.root(); err != nil || root != e.Root {
		v.forked(e)
		return
	}
	v.kept(e)
}

func (v *verifier) root() (tlog.Hash, error) {
	return rootOf(v.tree.Size(), tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		return v.tree.Read(indexes, func(level, n int64) ([]tlog.Hash, error) {
			return nil, offtake.Refuse(offtake.Internal, "tile %d of level %d is not kept", n, level)
		})
	}))
}

// tiled holds 256 leaves against the hash over them.
func (v *verifier) tiled(n int64, hash *tlog.Hash) {
	full := journal.Tile{N: n, Hashes: v.tile}
	if !v.gap && (hash == nil || len(v.tile) != 256 || full.Over() != *hash) {
		v.fault("changed", v.last-int64(len(v.tile))+1, v.last, "one of %s was changed with its hash", rows(v.last-int64(len(v.tile))+1, v.last))
	}
	v.tile = v.tile[:0]
}

// end draws the sum.
func (v *verifier) end() {
	switch {
	case !v.headed:
		v.fault("unreadable", 0, 0, "this is no export of a log: it is empty")
		return
	case v.stop:
		return
	case !v.ended:
		v.fault("cut", v.last+1, v.Checkpoint.Size, "the export breaks off after row %d", v.last)
		return
	case v.Party != "" || v.gap:
		return
	case v.last < v.Checkpoint.Size:
		v.fault("dropped", v.last+1, v.Checkpoint.Size, "%s not there", rows(v.last+1, v.Checkpoint.Size))
		return
	}
	if root, err := v.root(); err != nil || root != v.Checkpoint.Root {
		v.fault("forked", v.good+1, v.last, "the rows are not those of the checkpoint: one of the rows %d to %d is another", v.good+1, v.last)
	}
}

package transparency

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/wire"
	"golang.org/x/mod/sumdb/tlog"
)

var emptyRoot = tlog.Hash(sha256.Sum256(nil))

// A Log is what an export is made of.
type Log interface {
	Rows(from journal.Version) iter.Seq2[journal.Row, error]
	ReadHashes(indexes []int64) ([]tlog.Hash, error)
}

// form is the version of the form of exports.
const form = 1

// The lines of an export.
type (
	headLine struct {
		Form       int           `json:"offtake_log"`
		Origin     string        `json:"origin"`
		Size       int64         `json:"size"`
		For        string        `json:"for,omitzero"`
		Checkpoint string        `json:"checkpoint"`
		Consistent []consistency `json:"consistent,omitzero"`
	}
	// consistency shows that the log goes on from what it was.
	consistency struct {
		Size  int64       `json:"size"`
		Proof []tlog.Hash `json:"proof"`
	}
	rowLine struct {
		N           int64          `json:"n"`
		Leaf        *tlog.Hash     `json:"leaf,omitzero"`
		Salt        string         `json:"salt"`
		Done        jsontext.Value `json:"done"`
		Veil        string         `json:"veil,omitzero"`
		Followed    jsontext.Value `json:"followed,omitzero"`
		Consequence *tlog.Hash     `json:"consequence,omitzero"` // of what followed, where that is not shown
		Proof       []tlog.Hash    `json:"proof,omitzero"`
	}
	// tileLine gives the hash over the last 256 leaves.
	tileLine struct {
		Tile int64     `json:"tile"`
		Hash tlog.Hash `json:"hash"`
	}
	endLine struct {
		End   int64  `json:"end"`            // how many rows were opened
		State string `json:"state,omitzero"` // what they fold to
	}
)

// A Request says what is exported.
type Request struct {
	Checkpoint Checkpoint
	Party      offtake.PartyName      // for whom; "": for whoever may see everything
	Visible    func(*wire.Entry) bool // of a party's export: the rows that are opened
	Since      []int64                // sizes of earlier checkpoints, which it goes on from
	State      string                 // stands for what the rows fold to; "": it is not said
}

// Export writes a log as of a checkpoint: a JSON object a line.
func Export(to io.Writer, log Log, r Request) error {
	out := bufio.NewWriter(to)
	e := exporter{out: jsontext.NewEncoder(out, jsontext.PreserveRawStrings(true)), log: log, Request: r, tree: new(journal.Tree)}
	if err := e.head(); err != nil {
		return err
	}
	n := int64(0)
	for row, err := range log.Rows(0) {
		if err != nil {
			return err
		}
		if n == r.Checkpoint.Size {
			break
		}
		n++
		if err := e.row(n, row); err != nil {
			return err
		}
	}
	if n < r.Checkpoint.Size {
		return offtake.Refuse(offtake.Internal, "log has %d rows, and its checkpoint %d", n, r.Checkpoint.Size)
	}
	if err := e.write(endLine{e.opened, e.State}); err != nil {
		return err
	}
	return out.Flush()
}

type exporter struct {
	Request
	out    *jsontext.Encoder
	log    Log
	tree   *journal.Tree
	opened int64
}

func (e *exporter) write(line any) error { return json.MarshalEncode(e.out, line) }

func (e *exporter) head() error {
	c := e.Checkpoint
	h := headLine{Form: form, Origin: c.Origin, Size: c.Size, For: string(e.Party), Checkpoint: string(c.Text)}
	for _, size := range e.Since {
		if size <= 0 || size > c.Size {
			return offtake.Refuse(offtake.Invalid, "checkpoint of %d rows is not before one of %d", size, c.Size)
		}
		proof, err := tlog.ProveTree(c.Size, size, e.log)
		if err != nil {
			return err
		}
		h.Consistent = append(h.Consistent, consistency{size, proof})
	}
	return e.write(h)
}

// row writes a row, if it is to be opened.
func (e *exporter) row(n int64, r journal.Row) error {
	line := rowLine{N: n, Salt: hex.EncodeToString(r.Salt[:]), Done: r.Done}
	if e.Party == "" {
		leaf := r.Leaf()
		line.Leaf, line.Veil, line.Followed = &leaf, hex.EncodeToString(r.Veil[:]), r.Followed
		e.opened++
		if err := e.write(line); err != nil {
			return err
		}
		for _, full := range e.tree.Add(leaf) {
			if full.Level == 0 {
				return e.write(tileLine{full.N, full.Over()})
			}
		}
		return nil
	}
	entry, err := r.Entry()
	if err != nil || !e.Visible(&entry) {
		return err
	}
	consequence := r.Consequence()
	line.Consequence = &consequence
	if line.Proof, err = tlog.ProveRecord(e.Checkpoint.Size, n-1, e.log); err != nil {
		return err
	}
	e.opened++
	return e.write(line)
}

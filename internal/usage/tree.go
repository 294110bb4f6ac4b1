package usage

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/offtake-dev/offtake"
)

// A rowTree is the Merkle tree (RFC 6962) over the bytes of the rows of a batch, by
// which one row can be proven to be in it.
type rowTree struct {
	size  int64
	edges []tlog.Hash // of the whole subtrees so far, the largest first
}

func (t *rowTree) add(text []byte) {
	h := tlog.RecordHash(text)
	for n := t.size; n&1 == 1; n >>= 1 {
		h = tlog.NodeHash(t.edges[len(t.edges)-1], h)
		t.edges = t.edges[:len(t.edges)-1]
	}
	t.edges = append(t.edges, h)
	t.size++
}

func (t *rowTree) root() offtake.Hash {
	if t.size == 0 {
		return ""
	}
	h := t.edges[len(t.edges)-1]
	for i := len(t.edges) - 2; i >= 0; i-- {
		h = tlog.NodeHash(t.edges[i], h)
	}
	return offtake.Hash(hex.EncodeToString(h[:]))
}

// firstLine reads the first record of CSV that may be cut off.
func firstLine(text []byte, whole bool) (values []string, ended bool, err error) {
	in := lines{text: string(text)}
	if i := bytes.IndexByte(text, '\n'); i >= 0 && bytes.IndexByte(text[:i], '"') < 0 {
		in.text = in.text[:i+1]
		whole = true
	}
	values, err = in.next(nil)
	if !whole && (err != nil || in.at == len(in.text)) || errors.Is(err, io.EOF) {
		return nil, false, nil
	}
	return values, true, err
}

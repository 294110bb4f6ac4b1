// Package transparency makes a journal provable: checkpoints that commit to all of
// it, exports that anybody can check without trusting whoever keeps it, and the check.
//
// Every row is a leaf of a Merkle tree (RFC 6962). A checkpoint is the tree's root and
// size, signed, as C2SP tlog-checkpoint has it. An export of the whole log opens every
// row; one for a party opens what that party did, each row with the proof that it is
// in the log, and discloses of everything else only how many rows there are.
//
// What is wrong with an export is found and named: rows that were changed, dropped,
// put elsewhere or twice, a log that is not the one of its checkpoint, and one that is
// no continuation of a checkpoint that was seen before.
//
// The package refuses to know keys, files and the time.
package transparency

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/offtake-dev/offtake"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Checkpoint commits to the first rows of a log.
type Checkpoint struct {
	Origin string // which log it is of
	Size   int64  // how many rows
	Root   tlog.Hash
	Text   []byte // as it was signed
}

// Sign makes the checkpoint of the first rows of a log.
func Sign(origin string, size int64, hashes tlog.HashReader, key note.Signer) (Checkpoint, error) {
	root, err := rootOf(size, hashes)
	if err != nil {
		return Checkpoint{}, err
	}
	text, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)}, key)
	if err != nil {
		return Checkpoint{}, offtake.Refuse(offtake.Internal, "checkpoint cannot be signed: %w", err)
	}
	return Checkpoint{origin, size, root, text}, nil
}

// rootOf gives the root over the first rows; that of none is the hash of nothing.
func rootOf(size int64, hashes tlog.HashReader) (tlog.Hash, error) {
	if size == 0 {
		return emptyRoot, nil
	}
	return tlog.TreeHash(size, hashes)
}

// OpenCheckpoint reads a checkpoint that a key must have signed.
func OpenCheckpoint(text []byte, key note.Verifier) (Checkpoint, error) {
	n, err := note.Open(text, note.VerifierList(key))
	if err != nil {
		return Checkpoint{}, offtake.Refuse(offtake.Invalid, "checkpoint is not signed by %s: %w", key.Name(), err)
	}
	c, err := parse(n.Text)
	c.Text = text
	return c, err
}

func parse(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[0] == "" {
		return c, offtake.Refuse(offtake.Invalid, "checkpoint has no origin, size and root")
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 || strconv.FormatInt(c.Size, 10) != lines[1] {
		return c, offtake.Refuse(offtake.Invalid, "checkpoint size %.40q is no number of rows", lines[1])
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return c, offtake.Refuse(offtake.Invalid, "checkpoint root %.60q is no hash", lines[2])
	}
	return c, nil
}

// Split gives the checkpoints of a text in which one follows on another.
func Split(text []byte) (all [][]byte) {
	begin, signed := 0, false
	for at := 0; at < len(text); {
		end := at + bytes.IndexByte(text[at:], '\n') + 1
		if end == at {
			end = len(text)
		}
		signature := bytes.HasPrefix(text[at:end], []byte("\u2014 "))
		if signed && !signature {
			all = append(all, text[begin:at])
			begin, signed = at, false
		}
		if begin == at && len(bytes.TrimSpace(text[at:end])) == 0 {
			begin = end // an empty line between two
		}
		signed = signed || signature
		at = end
	}
	if begin < len(text) {
		all = append(all, text[begin:])
	}
	return all
}

// SizeOf gives how many rows a checkpoint is of, whoever signed it.
func SizeOf(text []byte) (int64, error) {
	c, err := parse(string(text))
	return c.Size, err
}

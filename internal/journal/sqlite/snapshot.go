package sqlite

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
)

// Snapshots are files beside the database, so that writing a large one keeps no act
// waiting. Each says of which record it is, by the hash over it: one that lies beside
// another database, or that was not written to its end, is left alone.

// keptSnapshots is how many of a form are kept.
const keptSnapshots = 2

// A snapshotHead is the first line of a snapshot.
type snapshotHead struct {
	Form string `json:"form"`
	At   int64  `json:"at"`
	Root string `json:"root"` // the hash of the tree over the entries up to At
	Sum  string `json:"sum"`  // SHA-256 of what follows
}

func (db *DB) snapshotFile(at journal.Version) string {
	return db.path + ".snapshot-" + strconv.FormatInt(int64(at), 10)
}

// snapshots gives the versions of which there are files, the latest first.
func (db *DB) snapshots() ([]journal.Version, error) {
	entries, err := os.ReadDir(filepath.Dir(db.path))
	if err != nil {
		return nil, failed(err)
	}
	var all []journal.Version
	for _, e := range entries {
		number, is := strings.CutPrefix(e.Name(), filepath.Base(db.path)+".snapshot-")
		if at, err := strconv.ParseInt(number, 10, 64); is && err == nil {
			all = append(all, journal.Version(at))
		}
	}
	slices.SortFunc(all, func(a, b journal.Version) int { return cmp.Compare(b, a) })
	return all, nil
}

// root gives the hash of the tree over the entries up to a version.
func (db *DB) root(at journal.Version) (string, error) {
	root, err := tlog.TreeHash(int64(at), tlog.HashReaderFunc(db.ReadHashes))
	return hex.EncodeToString(root[:]), err
}

// SaveSnapshot implements [journal.Snapshots]. The last two of a form are kept.
func (db *DB) SaveSnapshot(form string, at journal.Version, state []byte) error {
	if at <= 0 || at > db.Version() {
		return offtake.Refuse(offtake.Invalid, "snapshot is of version %d, and there are %d", at, db.Version())
	}
	root, err := db.root(at)
	if err != nil {
		return failed(err)
	}
	head, err := json.Marshal(snapshotHead{form, int64(at), root, sumOf(state)})
	if err != nil {
		return err
	}
	if err := writeWhole(db.snapshotFile(at), append(head, '\n'), state); err != nil {
		return failed(err)
	}
	all, err := db.snapshots()
	if err != nil {
		return err
	}
	kept := 0
	for _, at := range all {
		if head, _, err := readSnapshot(db.snapshotFile(at), false); err == nil && head.Form == form && kept < keptSnapshots {
			kept++
			continue
		}
		if err := os.Remove(db.snapshotFile(at)); err != nil {
			return failed(err)
		}
	}
	return nil
}

func sumOf(state []byte) string {
	sum := sha256.Sum256(state)
	return hex.EncodeToString(sum[:])
}

// writeWhole writes a file that is there whole or not at all.
func writeWhole(path string, parts ...[]byte) (err error) {
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(part)
		}
	}()
	for _, p := range parts {
		if _, err := f.Write(p); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return errors.Join(os.Rename(part, path), synced(filepath.Dir(path)))
}

// readSnapshot reads a snapshot, or its head alone.
func readSnapshot(path string, whole bool) (head snapshotHead, state []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return head, nil, err
	}
	defer f.Close()
	line := make([]byte, 1024)
	n, err := f.Read(line)
	if err != nil {
		return head, nil, err
	}
	end := bytes.IndexByte(line[:n], '\n')
	if end < 0 {
		return head, nil, fmt.Errorf("file %q is no snapshot", path)
	}
	if err := json.Unmarshal(line[:end], &head); err != nil || !whole {
		return head, nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return head, nil, err
	}
	if state = text[min(end+1, len(text)):]; sumOf(state) != head.Sum {
		return head, nil, fmt.Errorf("snapshot %q is damaged", path)
	}
	return head, state, nil
}

// Snapshot implements [journal.Snapshots].
func (db *DB) Snapshot(form string, until journal.Version) (journal.Version, []byte, error) {
	all, err := db.snapshots()
	if err != nil {
		return 0, nil, err
	}
	for _, at := range all {
		if at > until || at > db.Version() {
			continue
		}
		head, state, err := readSnapshot(db.snapshotFile(at), true)
		if err != nil || head.Form != form || head.At != int64(at) {
			continue // as if it were not there
		}
		if root, err := db.root(at); err == nil && root == head.Root {
			return at, state, nil
		}
	}
	return 0, nil, nil
}

// Package sqlite keeps a journal in an SQLite database, a book a file.
//
// A commit is one transaction, synced to the disk before it is answered. Entries,
// the tiles of the tree over them and the effects that follow stand or fall
// together. One process at a time has a database open for writing; a second one is
// refused.
//
// The package refuses to know what entries mean.
package sqlite

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/wire"
	"golang.org/x/mod/sumdb/tlog"
	_ "modernc.org/sqlite" // the driver
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks a database as one of ours: "OFTK".
const applicationID = 0x4f46544b

// A DB is a journal in a database. It implements [journal.Store],
// [journal.Snapshots], [journal.Outbox] and [journal.Blobs].
type DB struct {
	path  string
	lock  *os.File
	write *sql.DB // one connection
	read  *sql.DB

	entry, entries, tile, effect *sql.Stmt // entries writes many of them

	mu   sync.RWMutex // the writer's; readers ask it for the version
	at   journal.Version
	tree *journal.Tree
}

var (
	_ journal.Store     = (*DB)(nil)
	_ journal.Snapshots = (*DB)(nil)
	_ journal.Outbox    = (*DB)(nil)
	_ journal.Blobs     = (*DB)(nil)
)

// Open opens a database, or makes one where there is none.
func Open(path string) (_ *DB, err error) {
	if path == "" {
		return nil, offtake.Refuse(offtake.Invalid, "database has no file name")
	}
	db := &DB{path: path, tree: new(journal.Tree)}
	defer func() {
		if err != nil {
			db.Close()
		}
	}()
	if err := db.alone(); err != nil {
		return nil, err
	}
	if db.write, err = sql.Open("sqlite", address(path, "_pragma", "journal_mode(WAL)", "_pragma", "synchronous(FULL)", "_pragma", "wal_autocheckpoint(4000)", "_pragma", "busy_timeout(5000)", "_txlock", "immediate")); err != nil {
		return nil, failed(err)
	}
	db.write.SetMaxOpenConns(1)
	if err := db.migrate(); err != nil {
		return nil, err
	}
	if db.read, err = sql.Open("sqlite", address(path, "mode", "ro", "_pragma", "busy_timeout(5000)")); err != nil {
		return nil, failed(err)
	}
	db.read.SetMaxOpenConns(8)
	if err := db.prepare(); err != nil {
		return nil, err
	}
	return db, db.grow()
}

func address(path string, options ...string) string {
	v := url.Values{}
	for i := 0; i < len(options); i += 2 {
		v.Add(options[i], options[i+1])
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

// alone keeps other processes from writing. The lock is the system's and ends with
// the process, however that ends.
func (db *DB) alone() error {
	lock, err := os.OpenFile(db.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return offtake.Refuse(offtake.Invalid, "database %q cannot be opened: %w", db.path, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		return offtake.Refuse(offtake.Conflict, "database %q is open in another process; end that one first", db.path)
	}
	db.lock = lock
	return nil
}

// failed says that the database did.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return offtake.Refuse(offtake.Internal, "database: %w", err)
}

// migrate brings a database to the form that this code reads.
func (db *DB) migrate() error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	var app, at, tables int
	for _, q := range []struct {
		ask  string
		into *int
	}{{"pragma application_id", &app}, {"pragma user_version", &at}, {"select count(*) from sqlite_master", &tables}} {
		if err := db.write.QueryRow(q.ask).Scan(q.into); err != nil {
			return offtake.Refuse(offtake.Invalid, "file %q is no database of offtake: %w", db.path, err)
		}
	}
	switch {
	case app != applicationID && tables > 0:
		return offtake.Refuse(offtake.Invalid, "file %q is a database of another program", db.path)
	case at > len(files):
		return offtake.Refuse(offtake.Invalid, "database %q has form %d, and this version of offtake reads up to %d; take a newer one", db.path, at, len(files))
	}
	for n := at; n < len(files); n++ {
		if err := db.step(files[n], n+1); err != nil {
			return err
		}
	}
	return nil
}

// step takes one migration, whole or not at all.
func (db *DB) step(file string, to int) error {
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	tx, err := db.write.Begin()
	if err != nil {
		return failed(err)
	}
	defer tx.Rollback()
	for _, do := range []string{string(text), fmt.Sprintf("pragma application_id = %d", applicationID), fmt.Sprintf("pragma user_version = %d", to)} {
		if _, err := tx.Exec(do); err != nil {
			return failed(err)
		}
	}
	return failed(tx.Commit())
}

const (
	insertEntry = "insert into entries (version, salts, done, followed) values (?, ?, ?, ?)"
	many        = 16 // entries that one statement writes
)

func (db *DB) prepare() (err error) {
	for _, p := range []struct {
		into **sql.Stmt
		text string
	}{
		{&db.entry, insertEntry},
		{&db.entries, insertEntry + strings.Repeat(", (?, ?, ?, ?)", many-1)},
		{&db.tile, "insert into tiles (level, n, hashes) values (?, ?, ?)"},
		{&db.effect, "insert into effects (key, kind, party, due, body) values (?, ?, ?, ?, ?) on conflict do nothing"},
	} {
		if *p.into, err = db.write.Prepare(p.text); err != nil {
			return failed(err)
		}
	}
	return nil
}

// Close implements [journal.Store].
func (db *DB) Close() error {
	var errs []error
	for _, c := range []*sql.DB{db.read, db.write} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	return failed(errors.Join(errs...))
}

// Version gives how many entries there are.
func (db *DB) Version() journal.Version {
	db.mu.RLock()
	defer db.mu.RUnlock()
	return db.at
}

// Append implements [journal.Journal].
func (db *DB) Append(expected journal.Version, entries []wire.Entry) (journal.Version, error) {
	return db.Commit(expected, journal.Batch{Entries: entries})
}

// Commit implements [journal.Store].
func (db *DB) Commit(expected journal.Version, b journal.Batch) (journal.Version, error) {
	rows, err := rowsOf(b.Entries)
	if err != nil {
		return expected, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if expected != db.at {
		return db.at, offtake.Refuse(offtake.Conflict, "journal is at version %d, not at %d: read on from there and decide again", db.at, expected)
	}
	if len(rows) == 0 && len(b.Effects) == 0 {
		return db.at, nil
	}
	tree := db.tree.Clone()
	if err := db.insert(rows, tree, b.Effects); err != nil {
		return db.at, failed(err)
	}
	db.tree, db.at = tree, db.at+journal.Version(len(rows))
	return db.at, nil
}

// bothSalts is how long the two salts of a row are together.
const bothSalts = 2 * len(journal.Salt{})

// rowsOf writes entries down and salts them.
func rowsOf(entries []wire.Entry) ([]journal.Row, error) {
	rows := make([]journal.Row, len(entries))
	salts := make([]byte, len(entries)*bothSalts)
	if _, err := rand.Read(salts); err != nil {
		return nil, failed(err)
	}
	var text []byte
	ends := make([][2]int, len(entries))
	for i := range entries {
		var err error
		if text, err = wire.AppendDone(text, &entries[i]); err != nil {
			return nil, err
		}
		ends[i][0] = len(text)
		if text, err = wire.AppendFollowed(text, &entries[i]); err != nil {
			return nil, err
		}
		ends[i][1] = len(text)
	}
	begin := 0
	for i, end := range ends {
		salted(&rows[i], salts[i*bothSalts:])
		rows[i].Done, rows[i].Followed = text[begin:end[0]:end[0]], text[end[0]:end[1]:end[1]]
		begin = end[1]
	}
	return rows, nil
}

func salted(r *journal.Row, salts []byte) {
	copy(r.Salt[:], salts)
	copy(r.Veil[:], salts[len(r.Salt):])
}

// insert writes in one transaction.
func (db *DB) insert(rows []journal.Row, tree *journal.Tree, effects []journal.Effect) error {
	tx, err := db.write.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := db.insertRows(tx, rows); err != nil {
		return err
	}
	tile := tx.Stmt(db.tile)
	for i := range rows {
		for _, full := range tree.Add(rows[i].Leaf()) {
			if _, err := tile.Exec(full.Level, full.N, hashBytes(full.Hashes)); err != nil {
				return err
			}
		}
	}
	if err := db.put(tx, effects); err != nil {
		return err
	}
	return tx.Commit()
}

// insertRows writes as many with one statement as it can.
func (db *DB) insertRows(tx *sql.Tx, rows []journal.Row) error {
	at := int64(db.at)
	for len(rows) > 0 {
		insert, n := db.entry, 1
		if len(rows) >= many {
			insert, n = db.entries, many
		}
		args := make([]any, 0, 4*n)
		for i := range rows[:n] {
			at++
			args = append(args, at, append(rows[i].Salt[:], rows[i].Veil[:]...), rows[i].Done, rows[i].Followed)
		}
		if _, err := tx.Stmt(insert).Exec(args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func hashBytes(hashes []tlog.Hash) []byte {
	out := make([]byte, 0, len(hashes)*tlog.HashSize)
	for i := range hashes {
		out = append(out, hashes[i][:]...)
	}
	return out
}

func hashesOf(data []byte) []tlog.Hash {
	out := make([]tlog.Hash, len(data)/tlog.HashSize)
	for i := range out {
		copy(out[i][:], data[i*tlog.HashSize:])
	}
	return out
}

// Rows implements [journal.Store].
func (db *DB) Rows(from journal.Version) iter.Seq2[journal.Row, error] {
	pages := db.pages(from)
	return func(yield func(journal.Row, error) bool) {
		for rows, err := range pages {
			if err != nil {
				yield(journal.Row{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// The rows that are read together: one, for who wants no more, then more and more.
const (
	growing  = 16
	mostRows = 2000
)

// pages gives the rows after a version, some at a time, up to what is there now.
func (db *DB) pages(from journal.Version) iter.Seq2[[]journal.Row, error] {
	at := db.Version()
	return func(yield func([]journal.Row, error) bool) {
		switch {
		case from < 0:
			yield(nil, offtake.Refuse(offtake.Invalid, "journal has no version %d, versions count from 0", from))
			return
		case from > at:
			yield(nil, offtake.Refuse(offtake.NotFound, "journal is at version %d, and has not reached %d", at, from))
			return
		}
		for n, from := 1, from; from < at; n = min(n*growing, mostRows) {
			rows, err := db.page(from, at, n)
			if err == nil && len(rows) == 0 {
				err = offtake.Refuse(offtake.Internal, "entry %d is missing", from+1)
			}
			if !yield(rows, err) || err != nil {
				return
			}
			from += journal.Version(len(rows))
		}
	}
}

// page reads the rows after a version, none of them missing.
func (db *DB) page(from, until journal.Version, most int) (rows []journal.Row, err error) {
	got, err := db.read.Query("select version, salts, done, followed from entries where version > ? and version <= ? order by version limit ?", int64(from), int64(until), most)
	if err != nil {
		return nil, failed(err)
	}
	defer got.Close()
	for got.Next() {
		var r journal.Row
		var version journal.Version
		var salts []byte
		if err := got.Scan(&version, &salts, &r.Done, &r.Followed); err != nil {
			return nil, failed(err)
		}
		if from++; version != from || len(salts) != bothSalts {
			return nil, offtake.Refuse(offtake.Internal, "entry %d is missing or damaged", from)
		}
		salted(&r, salts)
		rows = append(rows, r)
	}
	return rows, failed(got.Err())
}

// Read implements [journal.Journal]. From the second page on, entries are made of rows
// ahead of who takes them, several pages at once.
func (db *DB) Read(from journal.Version) iter.Seq2[wire.Entry, error] {
	pages := db.pages(from)
	return func(yield func(wire.Entry, error) bool) {
		next, stop := iter.Pull2(pages)
		defer stop()
		at := from
		give := func(rows []journal.Row, err error) bool {
			m := makeEntries(at, rows, err)
			at += journal.Version(len(rows))
			return m.yield(yield)
		}
		if rows, err, more := next(); !more || !give(rows, err) {
			return
		}
		ahead := make(chan chan madeEntries, runtime.GOMAXPROCS(0))
		quit := make(chan struct{})
		go func() {
			defer close(ahead)
			for {
				rows, err, more := next()
				if !more {
					return
				}
				page, before := make(chan madeEntries, 1), at
				at += journal.Version(len(rows))
				select {
				case ahead <- page:
					go func() { page <- makeEntries(before, rows, err) }()
				case <-quit:
					return
				}
			}
		}()
		defer func() { // nothing reads any more when this returns
			close(quit)
			for range ahead {
			}
		}()
		for page := range ahead {
			if !(<-page).yield(yield) {
				return
			}
		}
	}
}

// madeEntries are the entries of a page, up to one that cannot be read.
type madeEntries struct {
	entries []wire.Entry
	err     error
}

func makeEntries(at journal.Version, rows []journal.Row, err error) madeEntries {
	m := madeEntries{make([]wire.Entry, 0, len(rows)), err}
	for _, r := range rows {
		at++
		e, err := r.Entry()
		if err != nil {
			m.err = offtake.Refuse(offtake.Internal, "journal entry %d cannot be read: %w", at, err)
			break
		}
		m.entries = append(m.entries, e)
	}
	return m
}

// yield gives them, and reports whether more may come.
func (m madeEntries) yield(yield func(wire.Entry, error) bool) bool {
	for _, e := range m.entries {
		if !yield(e, nil) {
			return false
		}
	}
	if m.err != nil {
		yield(wire.Entry{}, m.err)
	}
	return m.err == nil
}

// ReadHashes implements [journal.Store].
func (db *DB) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	db.mu.RLock()
	tree := db.tree // replaced, never changed
	db.mu.RUnlock()
	return tree.Read(indexes, db.stored)
}

// stored gives the hashes of a complete tile.
func (db *DB) stored(level, n int64) ([]tlog.Hash, error) {
	var data []byte
	err := db.read.QueryRow("select hashes from tiles where level = ? and n = ?", level, n).Scan(&data)
	return hashesOf(data), failed(err)
}

// grow puts the tree together again.
func (db *DB) grow() error {
	if err := db.write.QueryRow("select coalesce(max(version), 0) from entries").Scan(&db.at); err != nil {
		return failed(err)
	}
	var top int64
	for n := int64(db.at) >> 8; n > 0; n >>= 8 {
		top++
	}
	for level := top - 1; level >= 0; level-- {
		for n := db.tree.Size() >> (8 * (level + 1)); n < int64(db.at)>>(8*(level+1)); n++ {
			hashes, err := db.stored(level, n)
			if err != nil {
				return err
			}
			if len(hashes) != 256 {
				return offtake.Refuse(offtake.Internal, "tile %d of level %d is damaged", n, level)
			}
			db.tree.Grow(level, hashes)
		}
	}
	for r, err := range db.Rows(journal.Version(db.tree.Size())) {
		if err != nil {
			return err
		}
		db.tree.Add(r.Leaf())
	}
	return nil
}

// Backup writes a copy of the database as it stands to a new file, while it is in use.
func (db *DB) Backup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return offtake.Refuse(offtake.Conflict, "file %q exists already; a backup overwrites nothing", path)
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := db.read.ExecContext(ctx, "vacuum into ?", part); err != nil {
		os.Remove(part)
		return failed(err)
	}
	if err := synced(part); err != nil {
		return failed(err)
	}
	return failed(errors.Join(os.Rename(part, path), synced(filepath.Dir(path))))
}

func synced(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Verify reads everything and holds it against the tiles over it: a row that was changed
// since it was written is a refusal of kind Conflict that names it as nearly as the tiles
// can tell.
func (db *DB) Verify() error {
	var says string
	if err := db.read.QueryRow("pragma integrity_check(1)").Scan(&says); err != nil || says != "ok" {
		return offtake.Refuse(offtake.Conflict, "database %q is damaged: %s", db.path, cmp.Or(says, fmt.Sprint(err)))
	}
	tree := new(journal.Tree)
	for r, err := range db.Rows(0) {
		if err != nil {
			return err
		}
		for _, full := range tree.Add(r.Leaf()) {
			kept, err := db.stored(full.Level, full.N)
			if err != nil {
				return err
			}
			if i := firstOther(full.Hashes, kept); i >= 0 && full.Level == 0 {
				return offtake.Refuse(offtake.Conflict, "entry %d is not what was written", full.N*int64(len(full.Hashes))+int64(i)+1)
			} else if i >= 0 {
				return offtake.Refuse(offtake.Conflict, "tile %d of level %d is not what was written", full.N, full.Level)
			}
		}
	}
	return nil
}

// firstOther gives where two lists differ first; -1 where they do not.
func firstOther(a, b []tlog.Hash) int {
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return i
		}
	}
	return -1
}

package sqlite

import (
	"database/sql"
	"errors"
	"io"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
)

// What is kept beside the journal, in the same database.

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

const effectColumns = "select key, kind, party, due, body, tries, done, why from effects "

func (db *DB) effects(query string, args ...any) (all []journal.Effect, err error) {
	rows, err := db.read.Query(effectColumns+query, args...)
	if err != nil {
		return nil, failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		var e journal.Effect
		var due, done int64
		if err := rows.Scan(&e.Key, &e.Kind, &e.To, &due, &e.Body, &e.Tries, &done, &e.Why); err != nil {
			return nil, failed(err)
		}
		e.Due, e.Done = instant(due), instant(done)
		all = append(all, e)
	}
	return all, failed(rows.Err())
}

// Pending implements [journal.Outbox].
func (db *DB) Pending(now time.Time, most int) ([]journal.Effect, error) {
	return db.effects("where done = 0 and due <= ? order by due, key limit ?", nanos(now), most)
}

// NextDue implements [journal.Outbox].
func (db *DB) NextDue() (time.Time, error) {
	var due sql.NullInt64
	err := db.read.QueryRow("select min(due) from effects where done = 0").Scan(&due)
	return instant(due.Int64), failed(err)
}

// Effects implements [journal.Outbox].
func (db *DB) Effects(to offtake.PartyName, most int) ([]journal.Effect, error) {
	if to == "" {
		return db.effects("where done > 0 order by due desc, key limit ?", most)
	}
	return db.effects("where party = ? and done > 0 order by due desc, key limit ?", string(to), most)
}

// Settle implements [journal.Outbox].
func (db *DB) Settle(key string, done, again time.Time, why string, next ...journal.Effect) error {
	set := "update effects set tries = tries + 1, done = ?, why = ? where key = ? and done = 0"
	args := []any{nanos(done), why, key}
	if done.IsZero() {
		set = "update effects set tries = tries + 1, due = ?, why = ? where key = ? and done = 0"
		args[0] = nanos(again)
	}
	tx, err := db.write.Begin()
	if err != nil {
		return failed(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec(set, args...); err != nil {
		return failed(err)
	}
	if err := db.put(tx, next); err != nil {
		return failed(err)
	}
	return failed(tx.Commit())
}

// put writes effects that are not there yet.
func (db *DB) put(tx *sql.Tx, effects []journal.Effect) error {
	if len(effects) == 0 {
		return nil
	}
	put := tx.Stmt(db.effect)
	for _, e := range effects {
		if _, err := put.Exec(e.Key, e.Kind, string(e.To), nanos(e.Due), e.Body); err != nil {
			return err
		}
	}
	return nil
}

// Moot implements [journal.Outbox].
func (db *DB) Moot(keys []string) error {
	tx, err := db.write.Begin()
	if err != nil {
		return failed(err)
	}
	defer tx.Rollback()
	for _, key := range keys {
		if _, err := tx.Exec("delete from effects where key = ? and done = 0", key); err != nil {
			return failed(err)
		}
	}
	return failed(tx.Commit())
}

// PutBlob implements [journal.Blobs].
func (db *DB) PutBlob(b journal.Blob) error {
	_, err := db.write.Exec("insert into blobs (hash, name, media, party, at, data) values (?, ?, ?, ?, ?, ?) on conflict do nothing",
		string(b.Hash), b.Name, b.Media, string(b.By), nanos(b.At), b.Data)
	return failed(err)
}

// Blob implements [journal.Blobs].
func (db *DB) Blob(hash offtake.Hash) (b journal.Blob, err error) {
	var at int64
	err = db.read.QueryRow("select hash, name, media, party, at, data from blobs where hash = ?", string(hash)).Scan(&b.Hash, &b.Name, &b.Media, &b.By, &at, &b.Data)
	b.At = instant(at)
	if errors.Is(err, sql.ErrNoRows) {
		return b, offtake.Refuse(offtake.NotFound, "there is no content %.70q", hash)
	}
	return b, failed(err)
}

// ReadBlob implements [journal.Blobs].
func (db *DB) ReadBlob(hash offtake.Hash, p []byte, offset int64) (int, error) {
	var part []byte
	err := db.read.QueryRow("select substr(data, ?, ?) from blobs where hash = ?", offset+1, len(p), string(hash)).Scan(&part)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, offtake.Refuse(offtake.NotFound, "there is no content %.70q", hash)
	case err != nil:
		return 0, failed(err)
	case copy(p, part) < len(p):
		return len(part), io.EOF
	}
	return len(part), nil
}

// Keep puts a value on a shelf, in place of what is there.
func (db *DB) Keep(shelf, key string, value []byte) error {
	_, err := db.write.Exec("insert or replace into kept (shelf, key, value) values (?, ?, ?)", shelf, key, value)
	return failed(err)
}

// Kept gives all values of a shelf by their keys.
func (db *DB) Kept(shelf string) (map[string][]byte, error) {
	rows, err := db.read.Query("select key, value from kept where shelf = ?", shelf)
	if err != nil {
		return nil, failed(err)
	}
	defer rows.Close()
	all := map[string][]byte{}
	for rows.Next() {
		var key string
		var value []byte
		if err := rows.Scan(&key, &value); err != nil {
			return nil, failed(err)
		}
		all[key] = value
	}
	return all, failed(rows.Err())
}

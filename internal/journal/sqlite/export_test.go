package sqlite

import (
	"database/sql"
	"fmt"
)

// LimitPages lets the database grow to so many pages, as a disk that gets full does.
func (db *DB) LimitPages(n int) {
	if _, err := db.write.Exec(fmt.Sprintf("pragma max_page_count = %d", n)); err != nil {
		panic(err)
	}
}

// MakeOld makes an empty database as it was after so many migrations.
func MakeOld(path string, forms int) error {
	old, err := sql.Open("sqlite", address(path, "_txlock", "immediate"))
	if err != nil {
		return err
	}
	defer old.Close()
	old.SetMaxOpenConns(1)
	db := &DB{path: path, write: old}
	for n, file := range []string{"migrations/001.sql", "migrations/002.sql"}[:forms] {
		if err := db.step(file, n+1); err != nil {
			return err
		}
	}
	return nil
}

// Fill takes what another database holds, as it is.
func Fill(path, from string) error {
	db, err := sql.Open("sqlite", address(path))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, do := range []string{
		"attach '" + from + "' as another",
		"insert into entries select * from another.entries",
		"insert into tiles select * from another.tiles",
		"insert into effects select * from another.effects",
	} {
		if _, err := db.Exec(do); err != nil {
			return err
		}
	}
	return nil
}

// Lose takes an entry out of the database, as whoever can write to it may.
func (db *DB) Lose(version int64) error {
	_, err := db.write.Exec("delete from entries where version = ?", version)
	return err
}

package sqlite

import "fmt"

// LimitPages lets the database grow to so many pages, as a disk that gets full does.
func (db *DB) LimitPages(n int) {
	if _, err := db.write.Exec(fmt.Sprintf("pragma max_page_count = %d", n)); err != nil {
		panic(err)
	}
}

package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/offtake-dev/offtake/internal/journal/journaltest"
	"github.com/offtake-dev/offtake/internal/journal/sqlite"
)

func opened(t testing.TB, path string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestADatabaseIsAStore(t *testing.T) {
	journaltest.RunStore(t, func(t *testing.T) func() journaltest.Store {
		path := filepath.Join(t.TempDir(), "book.db")
		return func() journaltest.Store { return opened(t, path) }
	})
}

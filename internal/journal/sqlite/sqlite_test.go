package sqlite_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
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

// A database that an older version of the program wrote is brought forward when it is
// opened, and holds what it held.
func TestADatabaseIsBroughtForward(t *testing.T) {
	dir := t.TempDir()
	now := filepath.Join(dir, "now.db")
	db := opened(t, now)
	effects := []journal.Effect{
		{Key: "told", Kind: "notice", To: "microsoft", Due: time.Unix(1, 0), Body: []byte("{}")},
		{Key: "to come", Kind: "reminder", To: "microsoft", Due: time.Unix(2, 0), Body: []byte("{}")},
	}
	if _, err := db.Commit(0, journal.Batch{Entries: journaltest.Entries(0, 700), Effects: effects}); err != nil {
		t.Fatal(err)
	}
	if err := db.Settle("told", time.Unix(3, 0), time.Time{}, ""); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for forms := range 2 {
		path := filepath.Join(dir, fmt.Sprint("old", forms, ".db"))
		if err := sqlite.MakeOld(path, forms+1); err != nil {
			t.Fatal(err)
		}
		if err := sqlite.Fill(path, now); err != nil {
			t.Fatal(err)
		}
		old := opened(t, path)
		if n := wantAll(t, old); n != 700 {
			t.Errorf("of form %d: %d entries, want 700", forms+1, n)
		}
		if err := old.Verify(); err != nil {
			t.Errorf("of form %d: %v", forms+1, err)
		}
		told, err := old.Effects("microsoft", 10)
		if err != nil || len(told) != 1 || told[0].Key != "told" {
			t.Errorf("of form %d: told %+v, %v", forms+1, told, err)
		}
		waits, err := old.Pending(time.Unix(9, 0), 10)
		if err != nil || len(waits) != 1 || waits[0].Key != "to come" {
			t.Errorf("of form %d: to come %+v, %v", forms+1, waits, err)
		}
	}
}

// A snapshot that is not whole, or lies beside another record, is left alone.
func TestASnapshotIsOfThisRecordAndWhole(t *testing.T) {
	dir := t.TempDir()
	one, other := filepath.Join(dir, "one.db"), filepath.Join(dir, "other.db")
	for _, path := range []string{one, other} {
		db := opened(t, path)
		if _, err := db.Append(0, journaltest.Entries(0, 50)); err != nil {
			t.Fatal(err)
		}
		if err := db.SaveSnapshot("f", 51, nil); offtake.KindOf(err) != offtake.Invalid {
			t.Errorf("a snapshot of what is not there yet: %v", err)
		}
		if path == one {
			if err := db.SaveSnapshot("f", 40, bytes.Repeat([]byte("state"), 1000)); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(one + ".snapshot-40")
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(text)
	damaged[len(damaged)-1]++
	for _, c := range []struct {
		what string
		path string
		at   string
		text []byte
		want journal.Version
	}{
		{"as it was written", one, "40", text, 40},
		{"beside another record", other, "40", text, 0},
		{"under another version", one, "41", text, 0},
		{"torn", one, "40", text[:len(text)/2], 0},
		{"torn in its head", one, "40", text[:20], 0},
		{"empty", one, "40", nil, 0},
		{"damaged", one, "40", damaged, 0},
		{"of no version", one, "x", text, 0},
	} {
		if err := os.RemoveAll(one + ".snapshot-40"); err != nil {
			t.Fatal(err)
		}
		file := c.path + ".snapshot-" + c.at
		if err := os.WriteFile(file, c.text, 0o600); err != nil {
			t.Fatal(err)
		}
		db := opened(t, c.path)
		if at, _, err := db.Snapshot("f", 50); at != c.want || err != nil {
			t.Errorf("%s: at %d, %v, want %d", c.what, at, err, c.want)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

// What is missing from the database is found by whoever reads over it.
func TestAnEntryThatIsMissing(t *testing.T) {
	db := opened(t, filepath.Join(t.TempDir(), "book.db"))
	if _, err := db.Append(0, journaltest.Entries(0, 700)); err != nil {
		t.Fatal(err)
	}
	if err := db.Lose(300); err != nil {
		t.Fatal(err)
	}
	n, last := 0, error(nil)
	for _, err := range db.Read(0) {
		if last = err; err == nil {
			n++
		}
	}
	if offtake.KindOf(last) != offtake.Internal || !strings.Contains(last.Error(), "entry 300") || n >= 300 {
		t.Errorf("after %d entries: %v, want entry 300 to be missing", n, last)
	}
	if err := db.Verify(); err == nil {
		t.Error("it is verified all the same")
	}
}

package sqlite_test

import (
	"bufio"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/journal/journaltest"
	"github.com/offtake-dev/offtake/internal/journal/sqlite"
)

var kills = flag.Int("kills", 3, "how often a process that writes is killed")

// A process that is started as a writer writes until it is killed, and says of each
// commit that it was acknowledged.
func TestMain(m *testing.M) {
	if path := os.Getenv("OFFTAKE_TEST_WRITER"); path != "" {
		write(path)
		return
	}
	os.Exit(m.Run())
}

func write(path string) {
	db, err := sqlite.Open(path)
	if err != nil {
		fmt.Println("error", err)
		return
	}
	at := 0
	for range db.Rows(0) {
		at++
	}
	for {
		n := 1 + rand.IntN(100)
		if _, err := db.Append(journal.Version(at), journaltest.Entries(at, at+n)); err != nil {
			fmt.Println("error", err)
			return
		}
		at += n
		fmt.Println("acknowledged", at)
	}
}

func TestWhatWasAcknowledgedOutlivesTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	for range *kills {
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), "OFFTAKE_TEST_WRITER="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(100+rand.IntN(300))*time.Millisecond, func() { cmd.Process.Kill() })
		acknowledged := 0
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, err := fmt.Sscanf(lines.Text(), "acknowledged %d", &acknowledged); err != nil && !strings.HasPrefix(lines.Text(), "ack") {
				t.Fatal(lines.Text())
			}
		}
		cmd.Wait()
		db := opened(t, path)
		n := wantAll(t, db)
		if n < acknowledged {
			t.Errorf("%d entries are there, and %d were acknowledged", n, acknowledged)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// wantAll wants the entries of a test, from the first on, and gives how many there are.
func wantAll(t *testing.T, db *sqlite.DB) int {
	t.Helper()
	n := 0
	for e, err := range db.Read(0) {
		if err != nil {
			t.Fatal(err)
		}
		if want := journaltest.Entry(n).Act.ID; e.Act.ID != want {
			t.Fatalf("entry %d is %s, want %s", n+1, e.Act.ID, want)
		}
		n++
	}
	return n
}

// The last page that was written is torn when the power goes: what was acknowledged
// before it is there.
func TestATornPage(t *testing.T) {
	for _, scribble := range []bool{false, true} {
		dir := t.TempDir()
		path := filepath.Join(dir, "book.db")
		db := opened(t, path)
		for n := range 20 {
			if _, err := db.Append(journal.Version(n*10), journaltest.Entries(n*10, n*10+10)); err != nil {
				t.Fatal(err)
			}
		}
		torn := filepath.Join(dir, "torn.db") // as the disk is while the program runs
		for _, end := range []string{"", "-wal"} {
			data, err := os.ReadFile(path + end)
			if err != nil {
				t.Fatal(err)
			}
			if end == "-wal" {
				cut := len(data) - 1500
				if scribble {
					copy(data[cut:], strings.Repeat("x", 1500))
				} else {
					data = data[:cut]
				}
			}
			if err := os.WriteFile(torn+end, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		again := opened(t, torn)
		n := wantAll(t, again)
		if n != 190 {
			t.Errorf("%d entries are there, want those of all commits but the last, 190", n)
		}
		if _, err := again.Append(journal.Version(n), journaltest.Entries(n, n+5)); err != nil {
			t.Error(err)
		}
	}
}

func TestAFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	db := opened(t, path)
	if _, err := db.Append(0, journaltest.Entries(0, 10)); err != nil {
		t.Fatal(err)
	}
	db.LimitPages(40)
	at := journal.Version(10)
	var err error
	for err == nil && at < 100_000 {
		var next journal.Version
		if next, err = db.Append(at, journaltest.Entries(int(at), int(at)+50)); err == nil {
			at = next
		}
	}
	if offtake.KindOf(err) != offtake.Internal || !strings.Contains(err.Error(), "full") {
		t.Fatalf("a full disk: %v", err)
	}
	if n := wantAll(t, db); n != int(at) {
		t.Errorf("%d entries are there, want %d", n, at)
	}
	db.LimitPages(1 << 30)
	if _, err := db.Append(at, journaltest.Entries(int(at), int(at)+50)); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestADatabaseIsOpenOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	db := opened(t, path)
	if _, err := sqlite.Open(path); offtake.KindOf(err) != offtake.Conflict || !strings.Contains(err.Error(), "another process") {
		t.Errorf("a second time: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	opened(t, path)
}

func TestWhatIsNoDatabaseOfOurs(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	other, newer := filepath.Join(dir, "other.db"), filepath.Join(dir, "newer.db")
	opened(t, newer).Close()
	for path, do := range map[string]string{other: "create table t (x)", newer: "pragma user_version = 99"} {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(do); err != nil {
			t.Fatal(err)
		}
		db.Close()
	}
	for path, want := range map[string]string{
		text:                             "no database of offtake",
		other:                            "database of another program",
		newer:                            "has form 99, and this version of offtake reads up to",
		filepath.Join(dir, "no", "such"): "cannot be opened",
		dir:                              "no database of offtake",
		"":                               "no file name",
	} {
		if _, err := sqlite.Open(path); offtake.KindOf(err) != offtake.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", path, err, want)
		}
	}
}

func TestABackupIsWholeAndOverwritesNothing(t *testing.T) {
	dir := t.TempDir()
	db := opened(t, filepath.Join(dir, "a b?c#.db"))
	stop := make(chan struct{})
	done := make(chan int)
	go func() {
		at := 0
		for {
			select {
			case <-stop:
				done <- at
				return
			default:
			}
			if _, err := db.Append(journal.Version(at), journaltest.Entries(at, at+10)); err != nil {
				t.Error(err)
			}
			at += 10
		}
	}()
	time.Sleep(50 * time.Millisecond)
	path := filepath.Join(dir, "copy.db")
	if err := db.Backup(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	close(stop)
	written := <-done
	if err := db.Backup(context.Background(), path); offtake.KindOf(err) != offtake.Conflict {
		t.Errorf("over it: %v", err)
	}
	if n := wantAll(t, opened(t, path)); n == 0 || n > written || n%10 != 0 {
		t.Errorf("%d entries of %d are in the copy", n, written)
	}
}

// BenchmarkCommit is a journal's commits of 64 entries; BenchmarkBareInserts is what
// it is held against.
func BenchmarkCommit(b *testing.B) {
	db := opened(b, filepath.Join(b.TempDir(), "book.db"))
	entries := journaltest.Entries(1, 65)
	at := journal.Version(0)
	for b.Loop() {
		var err error
		if at, err = db.Append(at, entries); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(at)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkBareInserts(b *testing.B) {
	source := opened(b, filepath.Join(b.TempDir(), "book.db"))
	if _, err := source.Append(0, journaltest.Entries(1, 65)); err != nil {
		b.Fatal(err)
	}
	var lines [][]byte
	for r := range source.Rows(0) {
		lines = append(lines, slices.Concat(r.Salt[:], r.Veil[:], r.Done, r.Followed))
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("create table t (n integer primary key, line blob)"); err != nil {
		b.Fatal(err)
	}
	insert, err := db.Prepare("insert into t (line) values (?)")
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		tx, err := db.Begin()
		if err != nil {
			b.Fatal(err)
		}
		one := tx.Stmt(insert)
		for _, line := range lines {
			if _, err := one.Exec(line); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/desk"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/journal/sqlite"
	"github.com/offtake-dev/offtake/internal/outgoing"
	"github.com/offtake-dev/offtake/internal/versions"
)

// brokered starts a broker of the example on a database.
func brokered(t *testing.T, db *sqlite.DB) *desk.Desk {
	t.Helper()
	d, err := desk.Open(db, desk.Options{Code: "test", Effects: outgoing.Effects})
	if err != nil {
		t.Fatal(err)
	}
	if d.Version() == 0 {
		files, _ := versions.Files(os.DirFS("../../../examples/openai"))
		if _, err := take(d, offtake.Act{ID: "book", By: "openai", Deed: offtake.BookPush{Hash: versions.Hash(files), Files: files}}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func take(d *desk.Desk, a offtake.Act) (desk.Taken, error) {
	return d.Take(context.Background(), desk.Asked{Act: a})
}

// job gives an act by its number, the same one each time.
func job(n int) offtake.Act {
	name := fmt.Sprint("j", n)
	return offtake.Act{ID: offtake.ActID(name), By: "openai", Deed: offtake.SubmitJob{
		Job: offtake.JobID(name), Accelerator: "h100", Quantity: 8, Length: offtake.Duration{Unit: offtake.Days, Count: 1}, Purpose: "training",
	}}
}

func jobs(d *desk.Desk) (n int) {
	d.Read(func(s *broker.State) { n = len(s.Market().Queue().All()) })
	return n
}

// A broker whose disk is full refuses acts as the store's failure, tells nothing of them,
// and takes them when there is room again.
func TestABrokerOnAFullDisk(t *testing.T) {
	db := opened(t, filepath.Join(t.TempDir(), "book.db"))
	d := brokered(t, db)
	defer d.Close()
	db.LimitPages(120)
	n := 0
	var err error
	for ; err == nil && n < 100_000; n++ {
		_, err = take(d, job(n))
	}
	if offtake.KindOf(err) != offtake.Internal {
		t.Fatalf("the disk is full, and act %d is answered %v", n, err)
	}
	taken := n - 1
	if got := jobs(d); got != taken {
		t.Errorf("%d jobs are told, want the %d that were acknowledged", got, taken)
	}
	if _, err := take(d, job(taken+1)); offtake.KindOf(err) != offtake.Internal {
		t.Errorf("still full: %v", err)
	}
	if again, err := take(d, job(0)); err != nil || !again.Repeated {
		t.Errorf("what was taken before, sent again: %+v, %v", again, err)
	}
	db.LimitPages(1 << 30)
	if got, err := take(d, job(taken)); err != nil || got.Repeated || jobs(d) != taken+1 {
		t.Errorf("with room again: %+v, %v, %d jobs", got, err, jobs(d))
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if again := brokered(t, db); jobs(again) != taken+1 || again.Close() != nil {
		t.Errorf("started again there are %d jobs, want %d", jobs(again), taken+1)
	}
	if err := db.Verify(); err != nil {
		t.Error(err)
	}
}

// A broker whose last page was torn when the power went knows what it had acknowledged
// before, and takes what was lost when it is sent again.
func TestABrokerAfterATornPage(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "book.db")
	db := opened(t, path)
	d := brokered(t, db)
	defer d.Close()
	for n := range 50 {
		if _, err := take(d, job(n)); err != nil {
			t.Fatal(err)
		}
	}
	torn := filepath.Join(dir, "torn.db")
	for _, end := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		if end == "-wal" {
			data = data[:len(data)-1500]
		}
		if err := os.WriteFile(torn+end, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other := opened(t, torn)
	again := brokered(t, other)
	defer again.Close()
	if got := jobs(again); got != 49 {
		t.Fatalf("there are %d jobs, want all but the last of 50", got)
	}
	for n := range 50 {
		got, err := take(again, job(n))
		if err != nil || got.Repeated != (n < 49) {
			t.Errorf("job %d sent again: repeated %t, %v", n, got.Repeated, err)
		}
	}
	if got, want := again.Version(), d.Version(); got != want || got != journal.Version(51) {
		t.Errorf("at version %d, want %d", got, want)
	}
	if err := other.Verify(); err != nil {
		t.Error(err)
	}
}

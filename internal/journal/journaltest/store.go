package journaltest

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
	"golang.org/x/mod/sumdb/tlog"
)

// A Store is all that a journal on a disk offers.
type Store interface {
	journal.Store
	journal.Snapshots
	journal.Outbox
	journal.Blobs
}

// RunStore holds a store to its contract, that of a journal included. New gives a
// function that opens one and the same store, which is empty at first, as often as it
// is called after the store was closed.
func RunStore(t *testing.T, new func(t *testing.T) (open func() Store)) {
	Run(t, func(t *testing.T) journal.Journal { return new(t)() })
	for _, c := range []struct {
		name string
		test func(t *testing.T, open func() Store)
	}{
		{"everything is there after it was closed", outlives},
		{"rows are the entries, salted, and the tree is over them", rowsHash},
		{"the tree goes on after it was closed", treeGoesOn},
		{"a commit with effects is written all or none", effectsWithEntries},
		{"an effect is there once, however often it is written", effectsOnce},
		{"effects come when they are due, and are settled", effectsSettled},
		{"effects that are moot are gone, unless they are done", effectsMoot},
		{"the latest snapshot of a form is given back", snapshots},
		{"content is kept by its hash", blobs},
		{"many read while one writes", readersWhileWriting},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, new(t)) })
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func outlives(t *testing.T, open func() Store) {
	s := open()
	mustAppend(t, s, 0, Entries(0, 700))
	_, err := s.Commit(700, journal.Batch{Entries: Entries(700, 701), Effects: []journal.Effect{{Key: "k", Kind: "notice", Due: instant(1), Body: []byte("{}")}}})
	must(t, err)
	must(t, s.SaveSnapshot("f", 700, []byte("state")))
	must(t, s.PutBlob(journal.Blob{Hash: "abc", Data: []byte("data")}))
	must(t, s.Close())
	s = open()
	wantEntries(t, s, 0, Entries(0, 701))
	if due, err := s.Pending(instant(2), 10); err != nil || len(due) != 1 {
		t.Errorf("%d effects, %v", len(due), err)
	}
	if at, state, err := s.Snapshot("f", 701); at != 700 || string(state) != "state" || err != nil {
		t.Errorf("snapshot at %d, %q, %v", at, state, err)
	}
	if b, err := s.Blob("abc"); err != nil || string(b.Data) != "data" {
		t.Errorf("blob %q, %v", b.Data, err)
	}
	mustAppend(t, s, 701, Entries(701, 800))
	wantEntries(t, s, 600, Entries(600, 800))
	must(t, s.Close())
}

func instant(n int64) time.Time { return time.Unix(1_750_000_000+n, 0).UTC() }

// wantTree wants the tree to be that over the rows.
func wantTree(t *testing.T, s Store, size int64) {
	t.Helper()
	var all []tlog.Hash
	kept := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
		for _, i := range indexes {
			out = append(out, all[i])
		}
		return out, nil
	})
	n := int64(0)
	for r, err := range s.Rows(0) {
		must(t, err)
		more, err := tlog.StoredHashesForRecordHash(n, r.Leaf(), kept)
		must(t, err)
		all = append(all, more...)
		n++
	}
	if n != size {
		t.Fatalf("%d rows, want %d", n, size)
	}
	for from := 0; from < len(all); from += 100 {
		var indexes []int64
		for i := from; i < min(from+100, len(all)); i++ {
			indexes = append(indexes, int64(i))
		}
		got, err := s.ReadHashes(indexes)
		must(t, err)
		for i, h := range got {
			if h != all[from+i] {
				t.Fatalf("hash %d is %s, want %s", from+i, h, all[from+i])
			}
		}
	}
	if _, err := s.ReadHashes([]int64{int64(len(all))}); err == nil {
		t.Error("a hash was given that is not there")
	}
}

func rowsHash(t *testing.T, open func() Store) {
	s := open()
	mustAppend(t, s, 0, Entries(0, 300))
	salts := map[journal.Salt]bool{}
	n := 0
	for r, err := range s.Rows(0) {
		must(t, err)
		e := Entry(n)
		got, err := r.Entry()
		if err != nil || line(t, got) != line(t, e) {
			t.Fatalf("row %d is %s %s, %v", n+1, r.Done, r.Followed, err)
		}
		salts[r.Salt], salts[r.Veil] = true, true
		n++
	}
	if len(salts) != 600 {
		t.Errorf("%d salts for 300 rows", len(salts))
	}
	wantTree(t, s, 300)
	must(t, s.Close())
}

func treeGoesOn(t *testing.T, open func() Store) {
	s := open()
	size := 0
	for _, add := range []int{1, 254, 1, 1, 255, 2000, 3, 700} {
		mustAppend(t, s, journal.Version(size), Entries(size, size+add))
		size += add
		wantTree(t, s, int64(size))
		must(t, s.Close())
		s = open()
		wantTree(t, s, int64(size))
	}
	must(t, s.Close())
}

func effectsWithEntries(t *testing.T, open func() Store) {
	s := open()
	b := journal.Batch{Entries: Entries(0, 3), Effects: []journal.Effect{{Key: "k", Due: instant(0), Body: []byte("{}")}}}
	_, err := s.Commit(1, b)
	wantKind(t, "Commit", err, offtake.Conflict)
	b.Entries[2].Act.Deed = nil
	_, err = s.Commit(0, b)
	wantKind(t, "Commit", err, offtake.Invalid)
	if due, err := s.Pending(instant(1), 10); err != nil || len(due) != 0 {
		t.Errorf("%d effects of what was not written, %v", len(due), err)
	}
	wantEntries(t, s, 0, nil)
	must(t, s.Close())
}

func effectsOnce(t *testing.T, open func() Store) {
	s := open()
	one := journal.Effect{Key: "k", Kind: "notice", To: "microsoft", Due: instant(5), Body: []byte(`{"n":1}`)}
	_, err := s.Commit(0, journal.Batch{Entries: Entries(0, 1), Effects: []journal.Effect{one}})
	must(t, err)
	other := one
	other.Body, other.Due = []byte(`{"n":2}`), instant(9)
	_, err = s.Commit(1, journal.Batch{Entries: Entries(1, 2), Effects: []journal.Effect{other, other}})
	must(t, err)
	all, err := s.Pending(instant(9), 10)
	must(t, err)
	if len(all) != 1 || string(all[0].Body) != `{"n":1}` || !all[0].Due.Equal(instant(5)) || all[0].To != "microsoft" || all[0].Kind != "notice" {
		t.Errorf("%+v", all)
	}
	must(t, s.Close())
}

func keys(effects []journal.Effect) string {
	var all []string
	for _, e := range effects {
		all = append(all, e.Key)
	}
	return strings.Join(all, " ")
}

func wantPending(t *testing.T, s Store, now time.Time, want string) {
	t.Helper()
	due, err := s.Pending(now, 10)
	if got := keys(due); err != nil || got != want {
		t.Errorf("pending at %s: %q, %v, want %q", now, got, err, want)
	}
}

func effectsSettled(t *testing.T, open func() Store) {
	s := open()
	if next, err := s.NextDue(); err != nil || !next.IsZero() {
		t.Errorf("next due %s, %v", next, err)
	}
	var all []journal.Effect
	for n, key := range []string{"c", "a", "b"} {
		all = append(all, journal.Effect{Key: key, To: "oracle", Due: instant(int64(n / 2)), Body: []byte("{}")})
	}
	_, err := s.Commit(0, journal.Batch{Effects: all})
	must(t, err)
	wantPending(t, s, instant(-1), "")
	wantPending(t, s, instant(0), "a c")
	wantPending(t, s, instant(1), "a c b")
	must(t, s.Settle("a", instant(2), time.Time{}, "", journal.Effect{Key: "d", To: "oracle", Due: instant(8), Body: []byte("{}")}, journal.Effect{Key: "b", Due: instant(9), Body: []byte("{}")}))
	must(t, s.Settle("c", time.Time{}, instant(7), "nobody answered"))
	wantPending(t, s, instant(2), "b")
	if next, err := s.NextDue(); err != nil || !next.Equal(instant(1)) {
		t.Errorf("next due %s, %v", next, err)
	}
	wantPending(t, s, instant(7), "b c")
	must(t, s.Settle("a", time.Time{}, instant(3), "too late to say so")) // done stays done
	wantPending(t, s, instant(9), "b c d")                                // b was there already
	waits, err := s.Pending(instant(7), 10)
	must(t, err)
	if c := waits[1]; c.Key != "c" || c.Tries != 1 || c.Why != "nobody answered" {
		t.Errorf("%+v", c)
	}
	got, err := s.Effects("oracle", 10)
	must(t, err)
	if len(got) != 1 || got[0].Key != "a" || !got[0].Done.Equal(instant(2)) {
		t.Errorf("done: %+v", got)
	}
	if none, err := s.Effects("microsoft", 10); err != nil || len(none) != 0 {
		t.Errorf("another party has %d effects, %v", len(none), err)
	}
	must(t, s.Close())
}

func effectsMoot(t *testing.T, open func() Store) {
	s := open()
	var all []journal.Effect
	for _, key := range []string{"a", "b", "c"} {
		all = append(all, journal.Effect{Key: key, Due: instant(0), Body: []byte("{}")})
	}
	_, err := s.Commit(0, journal.Batch{Effects: all})
	must(t, err)
	must(t, s.Settle("a", instant(1), time.Time{}, ""))
	must(t, s.Moot([]string{"a", "b", "z"}))
	got, err := s.Effects("", 10)
	must(t, err)
	if keys(got) != "a" {
		t.Errorf("%s are done", keys(got))
	}
	wantPending(t, s, instant(0), "c")
	must(t, s.Close())
}

func snapshots(t *testing.T, open func() Store) {
	s := open()
	wantSnapshot := func(form string, until, want journal.Version) {
		t.Helper()
		at, state, err := s.Snapshot(form, until)
		if err != nil || at != want || at > 0 && string(state) != fmt.Sprintf("%s at %d", form, at) {
			t.Errorf("Snapshot(%s, %d) = %d, %q, %v, want %d", form, until, at, state, err, want)
		}
	}
	mustAppend(t, s, 0, Entries(0, 50))
	wantSnapshot("one", 100, 0)
	for _, at := range []journal.Version{10, 20, 30} {
		must(t, s.SaveSnapshot("one", at, fmt.Appendf(nil, "one at %d", at)))
	}
	wantSnapshot("one", 100, 30)
	wantSnapshot("one", 30, 30)
	wantSnapshot("one", 29, 20)
	wantSnapshot("two", 100, 0)
	must(t, s.SaveSnapshot("two", 40, []byte("two at 40")))
	wantSnapshot("two", 100, 40)
	must(t, s.Close())
}

func blobs(t *testing.T, open func() Store) {
	s := open()
	want := journal.Blob{Hash: "aa", Name: "letter.pdf", Media: "application/pdf", By: "microsoft", At: instant(1), Data: bytes.Repeat([]byte{0, 1, 255}, 100_000)}
	must(t, s.PutBlob(want))
	other := want
	other.Name, other.By = "other.pdf", "oracle"
	must(t, s.PutBlob(other))
	got, err := s.Blob("aa")
	must(t, err)
	if got.Name != want.Name || got.Media != want.Media || got.By != want.By || !got.At.Equal(want.At) || !bytes.Equal(got.Data, want.Data) {
		t.Errorf("another content came back: %s of %s", got.Name, got.By)
	}
	part := make([]byte, 5)
	if n, err := s.ReadBlob("aa", part, 299_998); n != 2 || err != io.EOF || part[0] != 1 || part[1] != 255 {
		t.Errorf("ReadBlob at the end gives %d bytes %v, %v, want the last two and io.EOF", n, part, err)
	}
	if n, err := s.ReadBlob("aa", part, 3); n != 5 || err != nil || part[0] != 0 || part[4] != 1 {
		t.Errorf("ReadBlob gives %d bytes %v, %v, want five from the fourth on", n, part, err)
	}
	_, err = s.ReadBlob("bb", part, 0)
	wantKind(t, "ReadBlob", err, offtake.NotFound)
	_, err = s.Blob("bb")
	wantKind(t, "Blob", err, offtake.NotFound)
	must(t, s.Close())
}

func readersWhileWriting(t *testing.T, open func() Store) {
	s := open()
	const size, step = 2000, 20
	var all sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		all.Go(func() {
			for {
				n := 0
				for e, err := range s.Read(0) {
					if err != nil || e.Act.ID != Entry(n).Act.ID {
						t.Errorf("entry %d is %s, %v", n+1, e.Act.ID, err)
						return
					}
					n++
				}
				if n%step != 0 {
					t.Errorf("%d entries were seen, a part of a commit", n)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for at := 0; at < size; at += step {
		mustAppend(t, s, journal.Version(at), Entries(at, at+step))
	}
	close(done)
	all.Wait()
	must(t, s.Close())
}

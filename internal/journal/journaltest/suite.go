// Package journaltest is the suite that every journal passes, and the ways a
// store can fail that every caller must survive.
package journaltest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/wire"
)

// Run holds a journal to its contract. Open gives a new, empty one.
func Run(t *testing.T, open func(t *testing.T) journal.Journal) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, j journal.Journal)
	}{
		{"a new journal is empty", empty},
		{"what is appended is read in order", inOrder},
		{"reading starts after any version", fromAnywhere},
		{"a reader may stop when it likes", stopsEarly},
		{"a reader does not see what is appended while it reads", readsWhatWasThere},
		{"a version not reached yet cannot be read from", notReached},
		{"a writer that missed something writes nothing", conflict},
		{"entries are written all or none", allOrNone},
		{"nothing at all may be appended, to check a version", nothing},
		{"what a caller does with its entries later changes nothing", keepsNoPart},
		{"of many writers each gets every entry in once", manyWriters},
		{"a caller finds out what a failed append has written", failedButWritten},
		{"a caller finds out that a failed append has written nothing", failedAndNotWritten},
		{"another writer's entry is not taken for one's own", someoneElses},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// Entry makes the n-th entry of a test: no two are alike, and some are long, so
// that a journal that works in pages or chunks fills several.
func Entry(n int) wire.Entry {
	at := time.Date(2025, 1, 21, 8, 0, n, 0, time.UTC)
	job := offtake.JobID(fmt.Sprintf("job-%d", n))
	e := wire.Entry{Code: "test", Act: offtake.Act{ID: offtake.ActID(fmt.Sprintf("a%d", n)), At: at, By: "openai", Deed: offtake.FinishJob{Job: job}}}
	e.Events = []offtake.Event{offtake.JobFinished{Job: job}}
	if n%7 == 0 {
		e.Act.Deed = offtake.Decline{Reason: strings.Repeat(fmt.Sprintf("%d capacity is short; ", n*n), 100)}
		e.Events = nil
	}
	return e
}

// Entries makes entries from up to but not including to.
func Entries(from, to int) []wire.Entry {
	var all []wire.Entry
	for n := from; n < to; n++ {
		all = append(all, Entry(n))
	}
	return all
}

// line shows an entry as it is written.
func line(t *testing.T, e wire.Entry) string {
	t.Helper()
	b, err := wire.AppendEntry(nil, &e)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func mustAppend(t *testing.T, j journal.Journal, expected journal.Version, entries []wire.Entry) {
	t.Helper()
	got, err := j.Append(expected, entries)
	if want := expected + journal.Version(len(entries)); err != nil || got != want {
		t.Fatalf("Append(%d, %d entries) = %d, %v, want %d", expected, len(entries), got, err, want)
	}
}

// wantEntries reads from a version and wants exactly these.
func wantEntries(t *testing.T, j journal.Journal, from journal.Version, want []wire.Entry) {
	t.Helper()
	n := 0
	for e, err := range j.Read(from) {
		if err != nil {
			t.Fatalf("Read(%d): %v", from, err)
		}
		if n >= len(want) {
			t.Fatalf("Read(%d) goes on after %d entries with %s", from, n, line(t, e))
		}
		if got, want := line(t, e), line(t, want[n]); got != want {
			t.Fatalf("Read(%d), entry %d:\n got %s\nwant %s", from, n, got, want)
		}
		n++
	}
	if n != len(want) {
		t.Fatalf("Read(%d) gives %d entries, want %d", from, n, len(want))
	}
}

func wantKind(t *testing.T, call string, err error, want offtake.Kind) {
	t.Helper()
	if got := offtake.KindOf(err); got != want {
		t.Errorf("%s: %v is of kind %q, want %q", call, err, got, want)
	}
}

func empty(t *testing.T, j journal.Journal) { wantEntries(t, j, 0, nil) }

func inOrder(t *testing.T, j journal.Journal) {
	mustAppend(t, j, 0, Entries(0, 1))
	mustAppend(t, j, 1, Entries(1, 4))
	mustAppend(t, j, 4, Entries(4, 1000))
	wantEntries(t, j, 0, Entries(0, 1000))
}

func fromAnywhere(t *testing.T, j journal.Journal) {
	const n = 900
	for i := range n {
		mustAppend(t, j, journal.Version(i), Entries(i, i+1))
	}
	for _, from := range []int{0, 1, 6, 7, 8, 200, 201, 450, n - 1, n} {
		wantEntries(t, j, journal.Version(from), Entries(from, n))
	}
}

func stopsEarly(t *testing.T, j journal.Journal) {
	mustAppend(t, j, 0, Entries(0, 10))
	seen := 0
	for range j.Read(2) {
		if seen++; seen == 3 {
			break
		}
	}
	if seen != 3 {
		t.Errorf("read %d entries, want 3", seen)
	}
	wantEntries(t, j, 0, Entries(0, 10))
}

func readsWhatWasThere(t *testing.T, j journal.Journal) {
	mustAppend(t, j, 0, Entries(0, 300))
	mustAppend(t, j, 300, Entries(300, 303))
	reading := j.Read(300)
	mustAppend(t, j, 303, Entries(303, 600))
	mustAppend(t, j, 600, Entries(600, 900))
	var got []wire.Entry
	for e, err := range reading {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	if len(got) != 3 || line(t, got[0]) != line(t, Entry(300)) || line(t, got[2]) != line(t, Entry(302)) {
		t.Errorf("read %d entries, want the 3 that were there", len(got))
	}
}

func notReached(t *testing.T, j journal.Journal) {
	mustAppend(t, j, 0, Entries(0, 2))
	for _, c := range []struct {
		from journal.Version
		want offtake.Kind
	}{{3, offtake.NotFound}, {-1, offtake.Invalid}} {
		var got error
		for _, err := range j.Read(c.from) {
			got = err
		}
		wantKind(t, fmt.Sprintf("Read(%d)", c.from), got, c.want)
	}
}

func conflict(t *testing.T, j journal.Journal) {
	mustAppend(t, j, 0, Entries(0, 3))
	for _, expected := range []journal.Version{0, 2, 4, -1} {
		_, err := j.Append(expected, Entries(90, 91))
		wantKind(t, fmt.Sprintf("Append(%d) at 3", expected), err, offtake.Conflict)
	}
	wantEntries(t, j, 0, Entries(0, 3))
	mustAppend(t, j, 3, Entries(3, 5))
	wantEntries(t, j, 0, Entries(0, 5))
}

func allOrNone(t *testing.T, j journal.Journal) {
	mustAppend(t, j, 0, Entries(0, 2))
	batch := append(Entries(2, 5), wire.Entry{Act: offtake.Act{ID: "an act without a deed"}})
	_, err := j.Append(2, batch)
	wantKind(t, "Append of an entry that cannot be written", err, offtake.Invalid)
	wantEntries(t, j, 0, Entries(0, 2))
	mustAppend(t, j, 2, Entries(2, 5))
	wantEntries(t, j, 0, Entries(0, 5))
}

func nothing(t *testing.T, j journal.Journal) {
	mustAppend(t, j, 0, nil)
	mustAppend(t, j, 0, Entries(0, 1))
	mustAppend(t, j, 1, nil)
	_, err := j.Append(0, nil)
	wantKind(t, "Append(0, nothing) at 1", err, offtake.Conflict)
	wantEntries(t, j, 0, Entries(0, 1))
}

func keepsNoPart(t *testing.T, j journal.Journal) {
	parts := []offtake.Taken{{Reservation: "r1", Quantity: 8}}
	given := []wire.Entry{Entry(1)}
	given[0].Act.Deed = offtake.PlaceJob{Job: "j", Parts: parts}
	want := line(t, given[0])
	mustAppend(t, j, 0, given)
	parts[0].Quantity, given[0] = 16, wire.Entry{}
	for range 2 {
		for e, err := range j.Read(0) {
			if err != nil {
				t.Fatal(err)
			}
			if got := line(t, e); got != want {
				t.Fatalf("Read:\n got %s\nwant %s", got, want)
			}
			e.Act.Deed.(offtake.PlaceJob).Parts[0].Quantity = 32 // the reader owns it
		}
	}
}

func manyWriters(t *testing.T, j journal.Journal) {
	const writers, each = 4, 50
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			at := journal.Version(0)
			for n := range each {
				for {
					next, err := j.Append(at, Entries(w*each+n, w*each+n+1))
					if err == nil {
						at = next
						break
					}
					if offtake.KindOf(err) != offtake.Conflict {
						t.Errorf("Append(%d): %v", at, err)
						return
					}
					at = end(t, j, at)
				}
			}
		})
	}
	wg.Wait()
	last, seen := map[int]int{}, 0
	for e, err := range j.Read(0) {
		if err != nil {
			t.Fatal(err)
		}
		var n int
		fmt.Sscanf(string(e.Act.ID), "a%d", &n)
		if was, ok := last[n/each]; ok && n != was+1 || !ok && n%each != 0 {
			t.Fatalf("writer %d: entry %d stands after %d", n/each, n, was)
		}
		last[n/each] = n
		seen++
	}
	if seen != writers*each {
		t.Errorf("journal holds %d entries, want %d", seen, writers*each)
	}
}

// end reads on from a version to the end.
func end(t *testing.T, j journal.Journal, from journal.Version) journal.Version {
	for _, err := range j.Read(from) {
		if err != nil {
			t.Error(err)
		}
		from++
	}
	return from
}

// Flaky is a journal whose store fails once, at the FailAt-th append: before
// anything is written, or after everything is. Either way it reports the same,
// as a disk or a network does.
type Flaky struct {
	journal.Journal
	FailAt       int // counted from 1
	AfterWriting bool
	appends      int
}

// Append implements journal.Journal.
func (f *Flaky) Append(expected journal.Version, entries []wire.Entry) (journal.Version, error) {
	f.appends++
	if f.appends != f.FailAt {
		return f.Journal.Append(expected, entries)
	}
	if f.AfterWriting {
		if at, err := f.Journal.Append(expected, entries); err != nil {
			return at, err
		}
	}
	return expected, offtake.Refuse(offtake.Internal, "journal: %w", errors.New("the connection was lost"))
}

func failedButWritten(t *testing.T, j journal.Journal) {
	flaky := &Flaky{Journal: j, FailAt: 2, AfterWriting: true}
	mustAppend(t, flaky, 0, Entries(0, 2))
	_, err := flaky.Append(2, Entries(2, 5))
	wantKind(t, "Append", err, offtake.Internal)
	wantLanded(t, flaky, 2, Entries(2, 5), 5, true)
	// Who does not ask and tries again is told, and nothing is there twice.
	_, err = flaky.Append(2, Entries(2, 5))
	wantKind(t, "Append again", err, offtake.Conflict)
	wantEntries(t, flaky, 0, Entries(0, 5))
}

func failedAndNotWritten(t *testing.T, j journal.Journal) {
	flaky := &Flaky{Journal: j, FailAt: 2}
	mustAppend(t, flaky, 0, Entries(0, 2))
	_, err := flaky.Append(2, Entries(2, 5))
	wantKind(t, "Append", err, offtake.Internal)
	wantLanded(t, flaky, 2, Entries(2, 5), 2, false)
	mustAppend(t, flaky, 2, Entries(2, 5))
	wantEntries(t, flaky, 0, Entries(0, 5))
}

func someoneElses(t *testing.T, j journal.Journal) {
	mustAppend(t, j, 0, Entries(0, 4))
	wantLanded(t, j, 2, Entries(7, 9), 2, false) // others
	wantLanded(t, j, 2, Entries(2, 5), 2, false) // more than there are
	wantLanded(t, j, 1, Entries(1, 3), 3, true)  // and one followed
	wantLanded(t, j, 4, Entries(4, 5), 4, false) // at the very end
	wantLanded(t, j, 4, nil, 4, true)            // nothing always has
}

func wantLanded(t *testing.T, j journal.Journal, expected journal.Version, entries []wire.Entry, want journal.Version, wantOK bool) {
	t.Helper()
	got, ok, err := journal.Landed(j, expected, entries)
	if got != want || ok != wantOK || err != nil {
		t.Errorf("Landed(%d, %d entries) = %d, %t, %v, want %d, %t", expected, len(entries), got, ok, err, want, wantOK)
	}
}

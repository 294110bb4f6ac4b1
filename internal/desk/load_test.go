package desk_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/desk"
	"github.com/offtake-dev/offtake/internal/journal"
)

// telling gives what a broker knows of its processes, and what is next.
func telling(s *broker.State) string {
	out := fmt.Sprint(s.Folded(), s.Now(), s.Recorded(), len(s.Versions()), len(s.Notices()))
	for _, p := range s.Market().Deals().Processes() {
		out += fmt.Sprintf(" %s %s %s", p.ID, p.State(), p.Contract.Ref)
	}
	at, a, due := s.Due()
	return fmt.Sprint(out, at.UTC(), a.ID, due)
}

// grown is a desk with some offers, some of which were answered and others lapsed.
func grown(t *testing.T, every journal.Version) stage {
	st := stage{T: t, store: new(store), clock: clockAt(t, "2025-06-03T17:00:00Z"), every: every}
	st.open()
	st.must(offtake.Act{ID: "first", By: "openai", Deed: push(t, exampleDir)})
	for i := range 12 {
		o := fmt.Sprint("o", i)
		st.must(offer(o, 1008))
		st.must(notice(o))
		if i%3 == 0 {
			st.must(offtake.Act{By: "microsoft", Opportunity: offtake.OpportunityID(o), Deed: offtake.Decline{Reason: "unable"}})
		}
		st.clock.pass(50 * time.Hour)
		st.Look(t.Context())
	}
	return st
}

func (st *stage) told() (out string) {
	st.Read(func(s *broker.State) { out = telling(s) })
	return out
}

// A desk that starts from a snapshot knows what one knows that folds everything, also
// as of earlier instants; and one whose snapshot is of no use folds everything.
func TestADeskStartsFromItsSnapshot(t *testing.T) {
	st := grown(t, 10)
	want := st.told()
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	at, text, _ := st.store.Snapshot("test/"+broker.Form, 1<<62)
	if int(at) != len(st.log()) {
		t.Errorf("the snapshot is of version %d, of %d", at, len(st.log()))
	}
	plain := new(store)
	if _, err := plain.Append(0, st.log()); err != nil {
		t.Fatal(err)
	}
	whole, err := desk.Open(plain, desk.Options{Code: "test", Clock: st.clock})
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	for _, c := range []struct {
		what string
		text []byte
	}{{"from a snapshot", text}, {"beside nonsense", []byte("nonsense")}, {"beside half a snapshot", text[:len(text)/2]}, {"beside nothing", nil}} {
		st.store.snapshot = c.text
		st.open()
		if got := st.told(); got != want {
			t.Errorf("%s the desk tells\n%s\nwant\n%s", c.what, got, want)
		}
		for n := range 10 {
			instant := st.clock.Now().AddDate(0, 0, 5-4*n)
			for _, known := range []time.Time{{}, instant, st.clock.Now()} {
				one, err := st.AsOf(instant, known)
				other, err2 := whole.AsOf(instant, known)
				if err != nil || err2 != nil {
					t.Fatal(err, err2)
				}
				if one.Market() != nil && telling(one) != telling(other) {
					t.Errorf("%s, as of %s by what was known at %s:\n%s\nwant\n%s", c.what, instant, known, telling(one), telling(other))
				}
			}
		}
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// While a desk runs, a snapshot is made beside it from time to time.
func TestASnapshotIsMadeWhileTheDeskRuns(t *testing.T) {
	st := grown(t, 10)
	for range 1000 {
		if at, _, _ := st.store.Snapshot("test/"+broker.Form, 1<<62); at > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("after ten seconds there is none")
}

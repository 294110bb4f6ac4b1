package desk_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/desk"
)

func TestAnActIsAnsweredOnceItIsWrittenDown(t *testing.T) {
	st := staged(t, new(store), "2025-06-03T17:00:00Z")
	got := st.must(offer("o1", 1008))
	log := st.log()
	if len(log) != 2 || got.Version != 2 || log[1].Act.ID != "o1" || len(got.Events) < 2 {
		t.Errorf("version %d with %d events; %d entries", got.Version, len(got.Events), len(log))
	}
	if want := at(t, "2025-06-03T17:00:00Z"); !got.Act.At.Equal(want) || !log[1].Receipt.Recorded.Equal(want) {
		t.Errorf("received at %s and recorded at %s, want %s", got.Act.At, log[1].Receipt.Recorded, want)
	}
	if st.state("o1") != offtake.NotifyDue {
		t.Errorf("the process is %s", st.state("o1"))
	}
}

func TestAnActSentAgainIsAnsweredAsItWasAndHasNoEffect(t *testing.T) {
	st := staged(t, new(store), "2025-06-03T17:00:00Z")
	once := st.must(offer("o1", 1008))
	st.clock.pass(time.Hour)
	again := st.must(offer("o1", 1008))
	if !again.Repeated || again.Version != once.Version || len(again.Events) != len(once.Events) || len(st.log()) != 2 {
		t.Errorf("again: version %d, repeated %t, %d events; %d entries", again.Version, again.Repeated, len(again.Events), len(st.log()))
	}
	st.refused(offer("o1", 72), offtake.Conflict)
	st.again()
	if again := st.must(offer("o1", 1008)); !again.Repeated || again.Version != once.Version {
		t.Errorf("after a restart: version %d, repeated %t", again.Version, again.Repeated)
	}
}

func TestADeadlinePassesByItself(t *testing.T) {
	st := staged(t, new(store), "2025-06-03T17:00:00Z")
	st.must(offer("o1", 1008))
	st.must(notice("o1"))
	if st.state("o1") != offtake.Open {
		t.Fatalf("the process is %s", st.state("o1"))
	}
	news := st.News()
	st.clock.pass(23 * 24 * time.Hour)
	<-news
	if st.state("o1") != offtake.InTail {
		t.Errorf("after the window the process is %s", st.state("o1"))
	}
	log := st.log()
	last := log[len(log)-1]
	if want := at(t, "2025-06-26T00:00:00Z"); !last.Act.At.Equal(want) {
		t.Errorf("the deadline passed at %s, want %s", last.Act.At, want)
	}
}

// What is due passes before the acts that come after it, also where nobody was woken.
func TestADeadlinePassesBeforeTheActsAfterIt(t *testing.T) {
	st := stage{T: t, store: new(store), clock: clockAt(t, "2025-06-03T17:00:00Z")}
	st.clock.deaf = true
	st.open()
	st.must(offtake.Act{ID: "first", By: "openai", Deed: push(t, exampleDir)})
	st.must(offer("o1", 1008))
	st.must(notice("o1"))
	st.clock.pass(23 * 24 * time.Hour) // the window ended on 26 June at 0:00
	st.must(offtake.Act{ID: "award", By: "openai", Opportunity: "o1", Deed: offtake.Award{Quantity: 1008}})
	log := st.log()
	if _, is := log[len(log)-2].Act.Deed.(offtake.Deadline); !is {
		t.Errorf("before the award stands %s", log[len(log)-2].Act.Deed.Name())
	}
}

func TestWhatFellDueWhileTheProgramWasDownPassesWhenItStarts(t *testing.T) {
	st := staged(t, new(store), "2025-06-25T10:00:00Z")
	st.must(offer("o1", 1008))
	st.clock.pass(5*24*time.Hour - time.Hour) // the notice is due on 30 June
	st.must(offer("o2", 504))
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	st.clock.pass(23 * time.Hour)
	st.open()
	log := st.log()
	last := log[len(log)-1]
	if _, is := last.Act.Deed.(offtake.Deadline); !is || !last.Act.At.Equal(at(t, "2025-07-01T00:00:00Z")) && !last.Act.At.Equal(at(t, "2025-06-30T00:00:00Z")) {
		t.Errorf("the last entry is %s at %s", last.Act.Deed.Name(), last.Act.At)
	}
	if !last.Receipt.Recorded.After(last.Act.At) {
		t.Errorf("it was written down at %s", last.Receipt.Recorded)
	}
}

func TestDeadlinesAreHeldWhileTheClockIsDoubted(t *testing.T) {
	for _, c := range []struct {
		name string
		set  time.Duration
	}{{"forward", time.Hour}, {"back", -time.Hour}} {
		t.Run(c.name, func(t *testing.T) {
			st := staged(t, new(store), "2025-06-03T17:00:00Z")
			st.must(offer("o1", 1008))
			st.must(notice("o1"))
			st.clock.pass(22*24*time.Hour + 6*time.Hour + 30*time.Minute) // the window ends on 26 June at 0:00
			news := st.News()
			st.clock.set(c.set)
			st.clock.pass(2 * time.Second)
			<-news
			st.Read(func(s *broker.State) {
				if s.Doubted() == "" {
					t.Fatal("the clock is not doubted")
				}
			})
			st.clock.pass(40 * time.Minute)
			accept := offtake.Act{ID: "a1", By: "microsoft", Opportunity: "o1", Deed: offtake.Accept{Conditions: []string{}}}
			got := st.must(accept) // a minute after the window ended, as far as anybody knows
			if want := at(t, "2025-06-26T00:00:00Z"); !got.Act.At.Equal(want) {
				t.Errorf("it was received at %s, want %s, the deadline that is held", got.Act.At, want)
			}
			if log := st.log(); !log[len(log)-1].Receipt.Doubted {
				t.Error("its receipt does not say that the clock was doubted")
			}
			st.refused(offtake.Act{ID: "c1", By: "microsoft", Deed: offtake.ClockConfirm{}}, offtake.Forbidden)
			st.must(offtake.Act{ID: "c2", By: "openai", Deed: offtake.ClockConfirm{}})
			st.Read(func(s *broker.State) {
				if s.Doubted() != "" {
					t.Errorf("the clock is still doubted: %s", s.Doubted())
				}
			})
			ascending(t, st)
		})
	}
}

func TestAClockThatAgreesAgainIsTrusted(t *testing.T) {
	st := staged(t, new(store), "2025-06-03T17:00:00Z")
	for _, by := range []time.Duration{time.Hour, -time.Hour} {
		news := st.News()
		st.clock.set(by)
		st.clock.pass(2 * time.Second)
		<-news
	}
	st.Read(func(s *broker.State) {
		if s.Doubted() != "" {
			t.Errorf("it is doubted: %s", s.Doubted())
		}
	})
	ascending(t, st)
}

func TestAClockIsDoubtedAtStart(t *testing.T) {
	for _, c := range []struct {
		name string
		gone time.Duration
		want bool
	}{
		{"before the last act", -time.Minute, true},
		{"an hour after it", time.Hour, false},
		{"more than a day after it", 25 * time.Hour, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := staged(t, new(store), "2025-06-03T17:00:00Z")
			st.must(offer("o1", 1008))
			if err := st.Close(); err != nil {
				t.Fatal(err)
			}
			st.clock.pass(c.gone)
			st.open()
			st.Read(func(s *broker.State) {
				if got := s.Doubted() != ""; got != c.want {
					t.Errorf("doubted: %q", s.Doubted())
				}
			})
			st.must(offer("o2", 72)) // acts go on
			ascending(t, st)
		})
	}
}

// ascending wants no instant before the one of the entry before it.
func ascending(t *testing.T, st stage) {
	t.Helper()
	var at, recorded time.Time
	for _, e := range st.log() {
		if e.Act.At.Before(at) || e.Receipt.Recorded.Before(recorded) {
			t.Errorf("%s: at %s after %s, recorded at %s after %s", e.Act.ID, e.Act.At, at, e.Receipt.Recorded, recorded)
		}
		at, recorded = e.Act.At, e.Receipt.Recorded
	}
}

func TestWhatWasNotWrittenWasNotTaken(t *testing.T) {
	st := staged(t, new(store), "2025-06-03T17:00:00Z")
	st.store.failNext(false)
	st.refused(offer("o1", 1008), offtake.Internal)
	if len(st.log()) != 1 || st.state("o1") != "" || st.Version() != 1 {
		t.Errorf("%d entries, process %q, version %d", len(st.log()), st.state("o1"), st.Version())
	}
	st.must(offer("o1", 1008))
}

func TestWhatWasWrittenWasTakenThoughTheStoreFailed(t *testing.T) {
	st := staged(t, new(store), "2025-06-03T17:00:00Z")
	st.store.failNext(true)
	got := st.must(offer("o1", 1008))
	if got.Version != 2 || len(st.log()) != 2 || st.state("o1") != offtake.NotifyDue {
		t.Errorf("version %d, %d entries, process %q", got.Version, len(st.log()), st.state("o1"))
	}
	if again := st.must(offer("o1", 1008)); !again.Repeated {
		t.Error("it was taken twice")
	}
}

func TestManyActsAreWrittenTogether(t *testing.T) {
	st := staged(t, &store{slow: 2 * time.Millisecond}, "2025-06-03T17:00:00Z")
	const senders, each = 32, 5
	var all sync.WaitGroup
	for n := range senders {
		all.Go(func() {
			for i := range each {
				st.must(offer(fmt.Sprintf("o%d-%d", n, i), 72))
			}
		})
	}
	all.Wait()
	if got := len(st.log()); got != 1+senders*each {
		t.Errorf("%d entries", got)
	}
	if st.store.commits > senders*each/2 {
		t.Errorf("%d acts took %d commits", senders*each, st.store.commits)
	}
	ascending(t, st)
}

func TestADeskThatIsClosedTakesNothing(t *testing.T) {
	st := staged(t, new(store), "2025-06-03T17:00:00Z")
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	st.refused(offer("o1", 72), offtake.Internal)
}

// An answer that reached the buyer in time and is written down after the window has
// passed counts as received when it was, as long as nobody has relied on the release.
func TestAnAnswerThatIsWrittenDownLate(t *testing.T) {
	late := func(st stage, id, o string) (desk.Taken, error) {
		return st.Take(t.Context(), desk.Asked{
			Act:      offtake.Act{ID: offtake.ActID(id), By: "microsoft", Opportunity: offtake.OpportunityID(o), Deed: offtake.Accept{Quantity: 1008}},
			Receipt:  offtake.Receipt{Recorder: "openai", Channel: "courier"},
			Received: at(t, "2025-06-20T17:00:00Z"),
		})
	}
	st := staged(t, new(store), "2025-06-03T17:00:00Z")
	for _, o := range []string{"o1", "o2"} {
		st.must(offer(o, 1008))
		st.must(notice(o))
	}
	st.clock.pass(24 * 24 * time.Hour)
	st.Look(t.Context())
	st.must(offtake.Act{ID: "award", By: "openai", Opportunity: "o2", Deed: offtake.Award{Quantity: 1008}})
	if st.state("o1") != offtake.InTail {
		t.Fatalf("the process is %s", st.state("o1"))
	}
	got, err := late(st, "late", "o1")
	if err != nil || len(got.Events) != 1 || got.Events[0].Event() != "played.anew" {
		t.Fatalf("what follows is %+v, %v", got.Events, err)
	}
	entry := st.log()[got.Version-1]
	if want := at(t, "2025-06-20T17:00:00Z"); !entry.Receipt.Received.Equal(want) || entry.Receipt.Channel != "courier" || !entry.Act.At.After(want) {
		t.Errorf("it stands in the record at %s with %+v", entry.Act.At, entry.Receipt)
	}
	if st.state("o1") != offtake.Contracting {
		t.Errorf("the process is %s", st.state("o1"))
	}
	if got, err := late(st, "late too", "o2"); err != nil || got.Events[0].Event() != "dispute.raised" {
		t.Errorf("where the third party has signed, what follows is %+v, %v", got.Events, err)
	}
	want := st.told()
	st.again()
	if got := st.told(); got != want {
		t.Errorf("after a restart:\n%s\nwant\n%s", got, want)
	}
	st.must(offtake.Act{ID: "later", By: "openai", Opportunity: "o1", Deed: offtake.Evidence{Of: "late", Received: at(t, "2025-06-27T17:00:00Z")}})
	if st.state("o1") != offtake.InTail {
		t.Errorf("with evidence that it came too late the process is %s", st.state("o1"))
	}
	st.must(offtake.Act{ID: "another", By: "openai", Opportunity: "o1", Deed: offtake.Evidence{Of: "notice of o1", Received: at(t, "2025-06-03T17:30:00Z")}})
	if st.state("o1") != offtake.InTail {
		t.Errorf("with other evidence the first is forgotten: the process is %s", st.state("o1"))
	}
	if _, err := st.Take(t.Context(), desk.Asked{Act: offtake.Act{By: "microsoft", Opportunity: "o1", Deed: offtake.Decline{Reason: "unable"}}, Received: st.clock.Now().Add(time.Hour)}); offtake.KindOf(err) != offtake.Invalid {
		t.Errorf("what is received in an hour: %v", err)
	}
	st.refused(offtake.Act{ID: "e", By: "openai", Opportunity: "o1", Deed: offtake.Evidence{Of: "nothing", Received: at(t, "2025-06-20T17:00:00Z")}}, offtake.NotFound)
	st.refused(offtake.Act{ID: "e", By: "openai", Opportunity: "o1", Deed: offtake.Evidence{Of: "late"}}, offtake.Invalid)
}

package outgoing_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/outgoing"
	"github.com/offtake-dev/offtake/internal/versions"
	"github.com/offtake-dev/offtake/internal/wire"
)

// A stage is a broker under the example book, and what it tells.
type stage struct {
	*testing.T
	*broker.State
	at   time.Time
	n    int
	told []journal.Effect
}

func staged(t *testing.T) *stage {
	s := &stage{T: t, State: broker.New(), at: time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC)}
	files, _ := versions.Files(os.DirFS("../../examples/openai"))
	s.do("openai", "", offtake.BookPush{Hash: versions.Hash(files), Files: files})
	return s
}

func (s *stage) do(by offtake.PartyName, o offtake.OpportunityID, deed offtake.Deed) {
	s.Helper()
	s.n++
	a := offtake.Act{ID: offtake.ActID(fmt.Sprint("a", s.n)), At: s.at, By: by, Opportunity: o, Deed: deed}
	events, err := s.Decide(a)
	if err != nil {
		s.Fatal(err)
	}
	e := wire.Entry{Act: a, Events: events}
	if err := s.Fold(&e); err != nil {
		s.Fatal(err)
	}
	s.told = append(s.told, outgoing.Effects(s.State, journal.Version(s.n-1), []wire.Entry{e})...)
}

func (s *stage) offer() {
	price, _ := offtake.ParseMoney("USD 8.00")
	s.do("openai", "o1", offtake.OfferReceive{Terms: offtake.OfferTerms{
		Provider: "oci", Accelerator: "gb200", Quantity: 1008, Region: "us-south", Price: price,
		Term: offtake.Duration{Unit: offtake.Years, Count: 5}, Delivery: offtake.When{Date: offtake.Date{Year: 2026, Month: 1, Day: 1}},
		Purposes: []offtake.Purpose{"training"},
	}})
}

func (s *stage) notice() {
	s.do("openai", "o1", offtake.NoticeServe{Contents: []offtake.Content{"provider", "quantity", "accelerator", "price", "term", "delivery"}})
}

// carry carries out what is told from an effect on, and what comes after it.
func (s *stage) carry(from int) {
	for i := from; i < len(s.told); i++ {
		for _, e := range outgoing.After(s.State, s.told[i]) {
			if !slices.ContainsFunc(s.told, func(was journal.Effect) bool { return was.Key == e.Key }) {
				s.told = append(s.told, e)
			}
		}
	}
}

// says lists what is told from an effect on.
func (s *stage) says(from int) string {
	var all []string
	for _, e := range s.told[from:] {
		m, err := outgoing.MessageOf(e)
		if err != nil {
			s.Fatal(err)
		}
		all = append(all, strings.Join(strings.Fields(fmt.Sprint(e.Kind, " ", e.To, " ", offtake.Stamp(e.Due), " ", m.Of, " ", m.Before)), " "))
	}
	return strings.Join(all, "\n")
}

func TestWhoMustActIsRemindedBeforeEachDeadline(t *testing.T) {
	s := staged(t)
	s.offer() // the notice is owed until Sunday 8 June at 17:00 in Los Angeles; the last business day before it is Friday
	want := `reminder openai 2025-06-07T00:00:00Z notify P1BD
reminder openai 2025-06-08T22:00:00Z notify PT2H`
	s.carry(0)
	if got := s.says(0); got != want {
		t.Errorf("of the notice that is owed:\n%s\nwant\n%s", got, want)
	}
	n := len(s.told)
	s.carry(0)
	if len(s.told) != n {
		t.Errorf("after the last reminder comes another: %s", s.says(n))
	}
	s.notice() // until Wednesday 25 June at 17:00 in Los Angeles; the 19th is a holiday
	want = `notice microsoft 2025-06-03T17:00:00Z
reminder microsoft 2025-06-18T00:00:00Z answer P5BD
reminder microsoft 2025-06-25T00:00:00Z answer P1BD
reminder microsoft 2025-06-25T22:00:00Z answer PT2H`
	s.carry(n)
	if got := s.says(n); got != want {
		t.Errorf("of the answer:\n%s\nwant\n%s", got, want)
	}
}

func TestAReminderStandsWhileThePartyMustAct(t *testing.T) {
	s := staged(t)
	s.offer()
	n := len(s.told)
	if !outgoing.Stands(s.State, s.told[0]) {
		t.Error("the notice is owed, and its reminder does not stand")
	}
	s.notice()
	if outgoing.Stands(s.State, s.told[0]) {
		t.Error("the notice was served, and its reminder stands")
	}
	for _, e := range s.told[n:] {
		if !outgoing.Stands(s.State, e) {
			t.Errorf("%s does not stand", e.Key)
		}
	}
	s.do("microsoft", "o1", offtake.Decline{Reason: "unable"})
	for _, e := range s.told[n+1:] {
		m, _ := outgoing.MessageOf(e)
		if m.Of == "answer" && outgoing.Stands(s.State, e) {
			t.Errorf("microsoft has answered, and %s stands", e.Key)
		}
	}
	if !outgoing.Stands(s.State, s.told[n]) {
		t.Error("the notice was not told")
	}
}

// Who has taken what was offered must sign next, and is reminded of that alone.
func TestAReminderIsOfOneDuty(t *testing.T) {
	s := staged(t)
	s.offer()
	s.notice()
	s.carry(0)
	n := len(s.told)
	s.do("microsoft", "o1", offtake.Accept{Conditions: []string{}})
	for _, e := range s.told[:n] {
		if m, _ := outgoing.MessageOf(e); m.Of == "answer" && outgoing.Stands(s.State, e) {
			t.Errorf("microsoft has answered, and %s stands", e.Key)
		}
	}
	signs := 0
	for _, e := range s.told[n:] {
		if m, _ := outgoing.MessageOf(e); m.Of == "definitive" && e.To == "microsoft" && outgoing.Stands(s.State, e) {
			signs++
		}
	}
	if signs != 1 {
		t.Errorf("of what to sign stand %d reminders, want the first", signs)
	}
}

func TestEffectsHaveNamesThatComeBack(t *testing.T) {
	one, other := staged(t), staged(t)
	for _, s := range []*stage{one, other} {
		s.offer()
		s.notice()
	}
	seen := map[string]bool{}
	for i, e := range one.told {
		if e.Key != other.told[i].Key || seen[e.Key] {
			t.Errorf("%s is %s the other time, or there twice", e.Key, other.told[i].Key)
		}
		seen[e.Key] = true
	}
}

package broker_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/versions"
	"github.com/offtake-dev/offtake/internal/wire"
)

// A stage is a broker that a test sends acts to.
type stage struct {
	*testing.T
	*broker.State
	at  time.Time
	log []wire.Entry
}

func staged(t *testing.T) *stage {
	s := &stage{T: t, State: broker.New(), at: time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC)}
	s.must("openai", push(example(t)))
	return s
}

func example(t *testing.T) []offtake.BookFile {
	t.Helper()
	files, findings := versions.Files(os.DirFS("../../examples/openai"))
	if worst, any := offtake.Worst(findings); any && worst == offtake.Mistake {
		t.Fatal(findings)
	}
	return files
}

func push(files []offtake.BookFile) offtake.BookPush {
	return offtake.BookPush{Hash: versions.Hash(files), Files: files}
}

// edited gives the files of the example with one text in place of another.
func edited(t *testing.T, was, is string) []offtake.BookFile {
	t.Helper()
	files := example(t)
	i := slices.IndexFunc(files, func(f offtake.BookFile) bool { return strings.Contains(f.Text, was) })
	if i < 0 {
		t.Fatalf("%q is in no file", was)
	}
	files[i].Text = strings.Replace(files[i].Text, was, is, 1)
	return files
}

// do decides an act and folds what follows.
func (s *stage) do(by offtake.PartyName, opportunity offtake.OpportunityID, deed offtake.Deed) ([]offtake.Event, error) {
	s.at = s.at.Add(time.Minute)
	a := offtake.Act{ID: offtake.ActID(s.at.Format("150405")), At: s.at, By: by, Opportunity: opportunity, Deed: deed}
	events, err := s.Decide(a)
	if err == nil {
		e := wire.Entry{Code: "test", Act: a, Events: events, Receipt: offtake.Receipt{Recorded: s.at}}
		s.log = append(s.log, e)
		err = s.Fold(&e)
	}
	return events, err
}

func (s *stage) must(by offtake.PartyName, deed offtake.Deed) []offtake.Event {
	s.Helper()
	events, err := s.do(by, "", deed)
	if err != nil {
		s.Fatalf("%s of %s: %v", deed.Name(), by, err)
	}
	return events
}

func (s *stage) refused(by offtake.PartyName, deed offtake.Deed, kind offtake.Kind, words string) {
	s.Helper()
	if _, err := s.do(by, "", deed); offtake.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		s.Errorf("%s of %s: %v, want a refusal of kind %s for %q", deed.Name(), by, err, kind, words)
	}
}

func words(events []offtake.Event) string {
	var all []string
	for _, e := range events {
		all = append(all, e.Event())
	}
	return strings.Join(all, " ")
}

func TestAVersionWaitsForThoseItConcerns(t *testing.T) {
	s := staged(t)
	longer := push(edited(t, "window: P15BD", "window: P20BD"))
	if got := words(s.must("openai", longer)); got != "book.pushed" {
		t.Errorf("what follows is %s", got)
	}
	if s.Version().Number != 1 || len(s.Pushed()) != 1 || !slices.Equal(s.Pushed()[0].Open(), []offtake.PartyName{"microsoft"}) {
		t.Errorf("version %d holds, and %v waits", s.Version().Number, s.Pushed())
	}
	s.refused("openai", longer, offtake.Conflict, "was pushed already")
	s.refused("oracle", offtake.BookSign{Hash: longer.Hash}, offtake.Forbidden, "needs no signature")
	s.refused("microsoft", offtake.BookSign{Hash: "nonsense"}, offtake.NotFound, "waits for no signature")
	if got := words(s.must("microsoft", offtake.BookSign{Hash: longer.Hash})); got != "book.signed book.adopted" {
		t.Errorf("what follows is %s", got)
	}
	if s.Version().Number != 2 || s.Version().Hash != longer.Hash || len(s.Pushed()) != 0 {
		t.Errorf("version %d holds", s.Version().Number)
	}
	s.refused("openai", longer, offtake.Conflict, "version 2 already")
}

func TestAVersionThatConcernsNobodyIsAdoptedAtOnce(t *testing.T) {
	s := staged(t)
	files := example(t)
	files[0].Text += "\n# a comment\n"
	if got := words(s.must("openai", push(files))); got != "book.pushed book.adopted" {
		t.Errorf("what follows is %s", got)
	}
}

func TestAVersionIsDroppedByWhoPushedItAndByWhoWasAsked(t *testing.T) {
	for _, by := range []offtake.PartyName{"openai", "microsoft"} {
		s := staged(t)
		longer := push(edited(t, "window: P15BD", "window: P20BD"))
		s.must("openai", longer)
		s.refused("oracle", offtake.BookDrop{Hash: longer.Hash}, offtake.Forbidden, "nor does it need its signature")
		s.must(by, offtake.BookDrop{Hash: longer.Hash})
		s.refused("microsoft", offtake.BookSign{Hash: longer.Hash}, offtake.NotFound, "waits for no signature")
	}
}

func TestWhenOneVersionIsAdoptedTheOthersMustBePushedAgain(t *testing.T) {
	s := staged(t)
	one, other := push(edited(t, "window: P15BD", "window: P20BD")), push(edited(t, "window: P15BD", "window: P30BD"))
	s.must("openai", one)
	s.must("openai", other)
	if got := words(s.must("microsoft", offtake.BookSign{Hash: other.Hash})); got != "book.signed book.adopted book.dropped" {
		t.Errorf("what follows is %s", got)
	}
	s.refused("microsoft", offtake.BookSign{Hash: one.Hash}, offtake.NotFound, "waits for no signature")
}

func TestWhatMayNotBePushed(t *testing.T) {
	s := staged(t)
	wrong := push(example(t))
	wrong.Hash = "nonsense"
	s.refused("openai", wrong, offtake.Invalid, "is not that of the files")
	s.refused("openai", push(edited(t, "kind: Book", "kind: Nonsense")), offtake.Invalid, "does not load")
	s.refused("microsoft", push(edited(t, "window: P15BD", "window: P20BD")), offtake.Forbidden, "whose broker this is")
	s.refused("openai", push(example(t)), offtake.Conflict, "version 1 already")
	for _, paths := range [][]string{{""}, {"."}, {"/etc/passwd"}, {"../x"}, {"a//b"}, {"a/"}, {"a", "a/b"}, {"a", "a"}, {`a\b`}, {"a\x00"}, {strings.Repeat("a/", 200) + "a"}} {
		var files []offtake.BookFile
		for _, p := range paths {
			files = append(files, offtake.BookFile{Path: p, Text: "kind: Book"})
		}
		s.refused("openai", push(files), offtake.Invalid, "file ")
	}
	none := broker.New()
	if _, err := none.Decide(offtake.Act{ID: "a", At: s.at, By: "openai", Deed: offtake.OfferWithdraw{}}); offtake.KindOf(err) != offtake.Conflict {
		t.Errorf("without a book: %v", err)
	}
	if _, err := none.Decide(offtake.Act{ID: "a", At: s.at, By: "microsoft", Deed: push(example(t))}); offtake.KindOf(err) != offtake.Forbidden {
		t.Errorf("the first by another: %v", err)
	}
}

func offer(quantity int64) offtake.OfferReceive {
	price, _ := offtake.ParseMoney("USD 8.00")
	return offtake.OfferReceive{Terms: offtake.OfferTerms{
		Provider: "oci", Accelerator: "gb200", Quantity: quantity, Region: "us-south", Price: price,
		Term: offtake.Duration{Unit: offtake.Years, Count: 5}, Delivery: offtake.When{Date: offtake.Date{Year: 2026, Month: 1, Day: 1}},
		Purposes: []offtake.Purpose{"training"},
	}}
}

// What is open goes on under the version that it began under, and what comes meets
// the new one.
func TestWhatIsOpenStaysUnderItsVersion(t *testing.T) {
	s := staged(t)
	contents := offtake.NoticeServe{Contents: []offtake.Content{"provider", "quantity", "accelerator", "price", "term", "delivery"}}
	deadline := func(o offtake.OpportunityID) (out string) {
		for _, p := range s.Market().Deals().Of(o) {
			at, _ := p.Next()
			out += offtake.Stamp(at)
		}
		return out
	}
	for _, o := range []offtake.OpportunityID{"o1", "o2"} {
		if o == "o2" {
			longer := push(edited(t, "window: P15BD", "window: P20BD"))
			s.must("openai", longer)
			s.must("microsoft", offtake.BookSign{Hash: longer.Hash})
		}
		for _, deed := range []offtake.Deed{offer(1008), contents} {
			if _, err := s.do("openai", o, deed); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, want := deadline("o1")+" "+deadline("o2"), "2025-06-26T00:00:00Z 2025-07-03T00:00:00Z"; got != want {
		t.Errorf("the windows end at %s, want %s", got, want)
	}
	again := broker.New()
	for i := range s.log {
		if err := again.Fold(&s.log[i]); err != nil {
			t.Fatal(err)
		}
	}
	at, a, _ := s.Due()
	at2, b, _ := again.Due()
	if !at.Equal(at2) || cmp.Diff(a, b) != "" || again.Version().Number != 2 || again.Folded() != s.Folded() {
		t.Errorf("folded again it is due %v at %s, want %v at %s", b, at2, a, at)
	}
}

package replay_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/replay"
	"github.com/offtake-dev/offtake/internal/traces"
)

// leads gives each purchase that its supplier sold, with the shortest lead of
// the offers that it may have come from.
func leads(b *offtake.Book, w told, each func(replay.Purchase, offtake.Duration)) {
	for _, p := range w.Purchases {
		least, found := offtake.Duration{}, false
		for _, s := range b.Supplies {
			for _, o := range s.Offers {
				from := s.Provider == p.Provider && o.Accelerator == p.Accelerator && o.Region == p.Region && o.Site == p.Site
				if from && (!found || o.Lead.Count < least.Count) {
					least, found = o.Lead, true
				}
			}
		}
		if found && p.Way != replay.Matched {
			each(p, least)
		}
	}
}

// The supplier answers after a day, the holder after three, or never.
func TestCapacityIsDeliveredALeadAfterItsSignature(t *testing.T) {
	sells := strings.Replace(supply("south", 64, "3"), "kind: on_demand", "kind: on_demand, lead: P2D", 1)
	for _, c := range []struct{ name, right, actors, at, from string }{
		{"no right", "", "{provider: south, answers: matches, after: P1D}", "2025-01-08T00:00:00Z", "2025-01-10T00:00:00Z"},
		{"the holder passes", refusalClause, "{provider: south, answers: matches, after: P1D}, {party: north, answers: passes, after: P3D}", "2025-01-11T00:00:00Z", "2025-01-17T17:00:00Z"},
		{"the holder is silent", refusalClause, "{provider: south, answers: matches, after: P1D}, {party: north, answers: silent}", "2025-01-15T17:00:00Z", "2025-01-17T17:00:00Z"},
	} {
		w := tell(t, read(t, base+c.right+sells+scenario(c.actors)), jobs("a 60 60 8"), nil)
		if len(w.Purchases) != 1 || offtake.Stamp(w.Purchases[0].At) != c.at || offtake.Stamp(w.Purchases[0].From) != c.from {
			t.Errorf("%s: purchases are %+v, want one of %s delivered at %s", c.name, w.Purchases, c.at, c.from)
		}
	}
}

func TestTheExampleIsDeliveredALeadAfterItsSignature(t *testing.T) {
	dir := filepath.Join("..", "..", "examples", "openai")
	b, _ := book.ReadDir(dir)
	if b == nil {
		t.Fatal("the example book does not load")
	}
	w := tell(t, b, "", func(o *replay.Options) {
		o.From, o.To, o.Open = instant(t, "2025-01-21T08:00:00Z"), instant(t, "2025-09-01T00:00:00Z"), traces.OpenBelow(dir)
	})
	n := 0
	leads(b, w, func(p replay.Purchase, lead offtake.Duration) {
		n++
		// A day of civil time may be an hour short.
		if least := p.At.AddDate(0, 0, lead.Count).Add(-time.Hour); lead.Unit != offtake.Days || p.From.Before(least) {
			t.Errorf("%s of %s was signed at %s and delivered at %s, want %s later", p.Opportunity, p.Provider, p.At, p.From, lead)
		}
	})
	if n == 0 {
		t.Error("nothing was bought")
	}
}

// The consent allows USD 100, and what the work needs costs more.
func TestWhatAConsentHasNotLeftIsNotAskedForAgain(t *testing.T) {
	b := read(t, base+`  only: {text: Only north., exclusivity: {provider: north, scope: {}}}
  some: {text: A little., consent: {lifts: [only], scope: {}, limit: {money: USD 100}}}
`+strings.ReplaceAll(supply("south", 64, "3"), "from: 2025-01-01, until: 2027-01-01, ", "")+scenario(""))
	w := tell(t, b, jobs("a 60 60 16"), nil)
	if len(w.of("act_refused")) != 0 || len(w.of("offer.received")) != 0 {
		t.Errorf("%d offers were asked for, want none", len(w.of("offer.received")))
	}
	over := w.of("passed_over")
	if len(over) != 1 || over[0]["clause"] != "deal/only" || w.To.After(start.AddDate(0, 0, 7)) {
		t.Errorf("passed over %d times, ended %s; want once by deal/only, and the end", len(over), w.To)
	}
}

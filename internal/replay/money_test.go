package replay_test

import (
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/replay"
)

// promised is south's commitment of so much, from a date on.
func promised(name, amount, from string) string {
	return `  ` + name + `: {text: Promised., commitment: {provider: south, measure: spend, amount: USD ` + amount + `, period: {from: ` + from + `, until: 2028-01-01}, eligible: {}, counts: usage, shortfall: invoice, carry: none}}
`
}

// byUse is capacity of south at USD 2 an hour, charged by use.
var byUse = strings.Replace(held("s", "south", "h100", 8, "2026-01-01"), "unused_charge: 100%", "unused_charge: 0%", 1)

// told gives what the decisions say was drawn of a commitment, and beyond it.
func (w told) drawn(t tb, clause string) (drawn, beyond offtake.Money) {
	t.Helper()
	drawn, beyond = offtake.MoneyOf("USD", 0), offtake.MoneyOf("USD", 0)
	for _, l := range w.of("drawn") {
		for key, sum := range map[string]*offtake.Money{"amount": &drawn, "beyond": &beyond} {
			if word(l, key) == "" || word(l, "commitment") != clause {
				continue
			}
			m, err := offtake.ParseMoney(word(l, key))
			if err != nil {
				t.Fatal(err)
			}
			*sum = sum.Add(m)
		}
	}
	return drawn, beyond
}

// A job costs USD 16 an hour; the replay ends in the middle of its last day.
func TestWhatIsDrawnCountsToTheEndOfTheReplay(t *testing.T) {
	for _, c := range []struct {
		name, amount  string
		rows          []string
		drawn, beyond string
	}{
		{"all of it on the last day", "1000", []string{"a 0 3600 8"}, "USD 16", "USD 0"},
		{"a part of it", "1000", []string{"a 0 3600 8", "b 82800 7200 8"}, "USD 48", "USD 0"},
		{"a third of a cent", "1000", []string{"a 0 6 1", "b 86400 6 1", "c 172800 6 1"}, "USD 0.01", "USD 0"},
		{"more than was promised", "20", []string{"a 0 3600 8", "b 90000 3600 8", "c 180000 3600 8"}, "USD 20", "USD 28"},
		{"all of it at once", "10", []string{"a 0 3600 8"}, "USD 10", "USD 6"},
	} {
		w := tell(t, read(t, base+byUse+promised("spend", c.amount, "2025-01-01")), jobs(c.rows...), nil)
		got := w.Commitments[0]
		drawn, beyond := w.drawn(t, "deal/spend")
		if want := usd(t, c.drawn); got.Drawn.Money.Cmp(want) != 0 || drawn.Cmp(want) != 0 {
			t.Errorf("%s: drawn are %s, by the decisions %s, want %s", c.name, got.Drawn.Money, drawn, want)
		}
		if want := usd(t, c.beyond); beyond.Cmp(want) != 0 {
			t.Errorf("%s: %s went beyond, want %s", c.name, beyond, want)
		}
		if sum := got.Drawn.Money.Add(got.Remaining.Money); sum.Cmp(got.Committed.Money) != 0 {
			t.Errorf("%s: drawn and remaining are %s, want %s", c.name, sum, got.Committed.Money)
		}
	}
}

func usd(t tb, s string) offtake.Money {
	t.Helper()
	m, err := offtake.ParseMoney(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The terms change at noon, when the replay ends: what was used before draws on
// the commitment of before.
func TestTheLastPartOfADayDrawsOnTheTermsItWasUsedUnder(t *testing.T) {
	b := read(t, base+byUse+promised("old", "1000", "2025-01-01")+`amendments:
  - name: renewed
    effective: 2025-01-07T12:00:00Z
    signed_by: [lab, north, south]
    remove: [old]
    clauses:
`+strings.ReplaceAll(promised("new", "500", "2025-01-01"), "  new", "      new"))
	w := tell(t, b, jobs("a 86400 3600 8"), func(o *replay.Options) { o.To = start.Add(36 * time.Hour) })
	drawn, _ := w.drawn(t, "deal/old")
	if len(w.Commitments) != 1 || w.Commitments[0].Drawn.Money.Cmp(usd(t, "USD 16")) != 0 || drawn.Cmp(usd(t, "USD 16")) != 0 {
		t.Errorf("commitments are %+v, decisions say %s, want USD 16 of the old one", w.Commitments, drawn)
	}
	on := tell(t, b, jobs("a 86400 3600 8"), func(o *replay.Options) { o.To = start.Add(48 * time.Hour) })
	if len(on.Commitments) != 2 || on.Commitments[1].Drawn.Money.Cmp(usd(t, "USD 16")) != 0 {
		t.Errorf("commitments are %+v, want USD 16 of the new one, under which the day ended", on.Commitments)
	}
}

func TestTheDaysEndWithTheReplay(t *testing.T) {
	b := read(t, base+held("cluster", "north", "h100", 8, "2026-01-01"))
	for _, c := range []struct {
		name     string
		from, to time.Duration
		days     int
		last     string
	}{
		{"midnight to midnight", 0, 48 * time.Hour, 2, "2025-01-07"},
		{"noon to noon", 12 * time.Hour, 60 * time.Hour, 3, "2025-01-08"},
		{"half a day", 0, 12 * time.Hour, 1, "2025-01-06"},
		{"a day and a second", 0, 24*time.Hour + time.Second, 2, "2025-01-07"},
	} {
		w := tell(t, b, jobs("a 0 600000 8"), func(o *replay.Options) { o.From, o.To = start.Add(c.from), start.Add(c.to) })
		last := w.Days[len(w.Days)-1]
		if len(w.Days) != c.days || last.Date.String() != c.last || last.Spend.Cmp(w.Spend.Money) != 0 {
			t.Errorf("%s: %d days, the last %s with %s spent, want %d, %s and %s", c.name, len(w.Days), last.Date, last.Spend, c.days, c.last, w.Spend)
		}
	}
}

func TestDecisionsTellTheInstantInFull(t *testing.T) {
	b := read(t, strings.Replace(base, `, cutoff: "17:00"`, "", 1)+refusalClause+supply("south", 64, "3")+scenario("{party: north, answers: silent}"))
	w := tell(t, b, jobs("a 60 60 8"), nil)
	if len(w.Purchases) != 1 {
		t.Fatalf("purchases are %+v, want one", w.Purchases)
	}
	got, want := word(w.of("reserved")[0], "at"), offtake.Stamp(w.Purchases[0].At)
	if got != want || !strings.HasSuffix(got, "T23:59:59.999999999Z") {
		t.Errorf("the decision is at %s, the purchase at %s", got, want)
	}
}

package play_test

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
)

// allStates are the states of the process's reference.
var allStates = []offtake.ProcessState{
	offtake.Assessing, offtake.NotTriggered, offtake.NotifyDue, offtake.Deficient, offtake.Open, offtake.IsTolled,
	offtake.Allocating, offtake.Contracting, offtake.InTail, offtake.IsUndetermined, offtake.IsSuperseded, offtake.IsWithdrawn,
	offtake.IsFulfilled, offtake.ClosedThirdParty, offtake.IsTailExpired, offtake.IsWaived, offtake.IsBreached, offtake.IsDisputed,
	offtake.IsOffered, offtake.IsAnnounced, offtake.InHeadStart,
}

// allActs are the acts of the references of the processes.
var allActs = strings.Fields(`offer.receive offer.revise offer.withdraw notice.serve notice.object accept refuse definitive.sign deliver
	holder.default regulator.refuse third_party.sign third_party.close toll resume extend assign determine amend evidence purpose.reading
	offer.invite offer.make product.announce product.ship product.drop declare`)

// playedCases are those that do not wait.
func playedCases(t *testing.T) []docket.Case {
	t.Helper()
	return slices.DeleteFunc(writtenCases(t), func(c docket.Case) bool { return c.Books != "" })
}

func TestEveryStateIsSeen(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range playedCases(t) {
		for _, e := range c.Expected {
			seen[string(e.State)] = true
			for _, l := range e.Looks {
				for _, part := range strings.Split(l.Want, ",") {
					if words := strings.Split(part, ":"); l.Key == "parts" && len(words) > 1 {
						seen[words[1]] = true
					}
				}
			}
		}
	}
	for _, s := range allStates {
		if !seen[string(s)] {
			t.Errorf("no case comes to the state %s", s)
		}
		delete(seen, string(s))
	}
	for _, s := range slices.Sorted(maps.Keys(seen)) {
		t.Errorf("a case expects %q, which is no state", s)
	}
}

func TestEveryActIsTakenAndRefused(t *testing.T) {
	taken, refused := map[string]bool{}, map[string]bool{}
	for _, c := range playedCases(t) {
		for _, a := range c.Acts {
			if a.Refused != "" {
				refused[a.Deed.Name()] = true
			} else {
				taken[a.Deed.Name()] = true
			}
		}
	}
	for _, name := range allActs {
		if !taken[name] {
			t.Errorf("no case takes the act %s", name)
		}
		if !refused[name] {
			t.Errorf("no case refuses the act %s", name)
		}
	}
}

func TestEverySourceIsUsed(t *testing.T) {
	used := map[string]int{}
	for _, c := range playedCases(t) {
		used[c.Head()]++
	}
	for _, source := range append(slices.Clone(docket.Sources), "practice differs", "rule of the process") {
		if used[source] == 0 {
			t.Errorf("no case rests on %s", source)
		}
	}
}

// A swap puts one thing in a clause in place of another. A case exercises what
// its clause says if it would fail with the other.
type swap struct {
	kind  string // of the clause; "" for first_refusal
	name  string
	is    string // the words that change nothing in a clause that says this; "" for whatever it says
	other string
}

// swaps are all required parameters with each of their values, and after them
// those that may be left out.
var swaps = []swap{
	{"", "direction: supply_side", "direction=supply_side", "direction=demand_side"},
	{"", "direction: demand_side", "direction=demand_side", "direction=supply_side"},
	{"", "grantor: the buyer", "grantor=openai", "grantor=oracle"},
	{"", "grantor: another", "grantor=oracle", "grantor=openai"},
	{"", "holders", "", "holders=crusoe:1:1"},
	{"", "holders, assignable: personal", "assignable=personal", "assignable=free"},
	{"", "holders, assignable: affiliates", "assignable=affiliates", "assignable=personal"},
	{"", "holders, assignable: affiliates and no further", "assignable=affiliates", "assignable=free"},
	{"", "holders, assignable: free", "assignable=free", "assignable=affiliates"},
	{"", "scope", "", "at_least=100000"},
	{"", "notice, contents", "", "contents=provider"},
	{"", "notice, contents: more than are served", "", "contents=provider,quantity,accelerator,site,price,term,delivery,region"},
	{"", "notice, deficiency: strict", "deficiency=strict", "deficiency=inquiry_duty objection=P3BD"},
	{"", "notice, deficiency: inquiry_duty", "deficiency=inquiry_duty", "deficiency=strict"},
	{"", "notice, objection_within", "objection=P3BD", "objection=P30BD"},
	{"", "window", "window=P15BD", "window=P16BD"},
	{"", "window by rank", "", "window=P9BD"},
	{"", "ranks, mode: sequential", "mode=sequential", "mode=concurrent"},
	{"", "ranks, mode: concurrent", "mode=concurrent", "mode=sequential"},
	{"", "ranks, next_starts: on_deadline", "next_starts=on_deadline", "next_starts=on_response"},
	{"", "ranks, next_starts: on_response", "next_starts=on_response", "next_starts=on_deadline"},
	{"", "partial: none", "partial=none", "partial=lots"},
	{"", "partial: lots", "partial=lots", "partial=none"},
	{"", "all_or_none: true", "all_or_none=true", "all_or_none=false"},
	{"", "all_or_none: false", "all_or_none=false", "all_or_none=true"},
	{"", "match: exact", "match=exact", "match=material"},
	{"", "match: material", "match=material", "match=exact"},
	{"", "non_cash: same", "non_cash=same", "non_cash=excluded"},
	{"", "non_cash: same and no money", "non_cash=same", "non_cash=cash_equivalent"},
	{"", "non_cash: cash_equivalent", "non_cash=cash_equivalent", "non_cash=same"},
	{"", "non_cash: cash_equivalent with a value", "non_cash=cash_equivalent", "non_cash=excluded"},
	{"", "non_cash: excluded", "non_cash=excluded", "non_cash=same"},
	{"", "non_cash: excluded without a value", "non_cash=excluded", "non_cash=cash_equivalent"},
	{"", "package: whole", "package=whole", "package=severable"},
	{"", "package: severable", "package=severable", "package=whole"},
	{"", "package: not_triggered", "package=not_triggered", "package=whole"},
	{"", "package: barred", "package=barred", "package=whole"},
	{"", "offer_revocable: until_acceptance", "revocable=until_acceptance", "revocable=irrevocable"},
	{"", "offer_revocable: irrevocable", "revocable=irrevocable", "revocable=until_acceptance"},
	{"", "nonconforming: ignored", "nonconforming=ignored", "nonconforming=terminates"},
	{"", "nonconforming: terminates", "nonconforming=terminates", "nonconforming=ignored"},
	{"", "definitive_within", "definitive=P20BD", "definitive=P21BD"},
	{"", "tail, sign_by", "sign_by=P90D", "sign_by=P91D"},
	{"", "tail, close_by", "close_by=P30D", "close_by=P29D"},
	{"", "survival: one_shot", "survival=one_shot", "survival=continuing"},
	{"", "survival: continuing", "survival=continuing", "survival=one_shot"},

	{"", "trigger, bona_fide", "", "bona_fide="},
	{"", "notify_within", "", "notify_within="},
	{"", "lot", "", "lot=0"},
	{"", "undersubscription", "", "undersubscription="},
	{"", "delivery_gate", "", "delivery_grace="},
	{"", "delivery_grace", "delivery_grace=P30D", "delivery_grace=P31D"},
	{"", "tolerance", "", "tolerance="},
	{"", "retrigger_window", "", "retrigger="},
	{"", "aggregation", "", "aggregation="},
	{"", "aggregation, affiliates", "aggregation=P90D:affiliates", "aggregation=P90D"},
	{"", "aggregation without affiliates", "aggregation=P90D", "aggregation=P90D:affiliates"},
	{"", "tolling", "", "tolling="},
	{"", "determiner", "", "determiner="},
	{"", "no determiner", "determiner=", "determiner=panel"},
	{"", "subject_to", "", "subject_to="},
	{"", "time, calendar", "", "calendar="},
	{"", "time, count_first", "count_first=true", "count_first=false"},
	{"", "time, roll", "roll=following", "roll=none"},
	{"", "time, no roll", "roll=none", "roll=following"},
	{"", "time, cutoff", "", "cutoff="},
}

// firstSwaps are those of first offers and first placements.
var firstSwaps = []swap{
	{"first_offer", "holder", "holder=microsoft", "holder=crusoe"},
	{"first_offer", "scope", "", "at_least=100000"},
	{"first_offer", "window", "window=P10BD", "window=P11BD"},
	{"first_offer", "window by hours", "window=PT48H", "window=P2D"},
	{"first_offer", "floor", "", "floor="},
	{"first_offer", "the bound of the floor", "floor=USD_5.00", "floor=USD_5.01"},
	{"first_offer", "tail, sign_by", "sign_by=P60D", "sign_by=P61D"},
	{"first_offer", "tail, close_by", "close_by=P30D", "close_by=P29D"},

	{"first_placement", "provider", "provider=azure", "provider=oci"},
	{"first_placement", "scope, product", "", "products=copilot"},
	{"first_placement", "scope, provider", "", "elsewhere=coreweave"},
	{"first_placement", "head_start", "head_start=P30D", "head_start=P31D"},
	{"first_placement", "head_start: none", "head_start=P0D", "head_start=P1D"},
	{"first_placement", "head_start by hours", "head_start=PT48H", "head_start=P2D"},
	{"first_placement", "unless, declared_by", "declared_by=microsoft", "declared_by=oracle"},
	{"first_placement", "unless, one statement", "statements=cannot_support", "statements=cannot_support,chooses_not_to"},
	{"first_placement", "unless, both statements", "statements=cannot_support,chooses_not_to", "statements=cannot_support"},
}

// TestEveryParameterMatters looks for a case that fails as soon as its clause
// says the other thing.
func TestEveryParameterMatters(t *testing.T) {
	cases := playedCases(t)
	for _, s := range slices.Concat(swaps, firstSwaps) {
		if !slices.ContainsFunc(cases, func(c docket.Case) bool { return s.matters(t, c) }) {
			t.Errorf("no case rests on %s %s: with %q in its place all come to the same", s.kind, s.name, s.other)
		}
	}
}

// matters reports whether a case whose first clause, or any other, says one
// thing fails when it says the other.
func (s swap) matters(t *testing.T, c docket.Case) bool {
	t.Helper()
	for i, was := range c.Clauses {
		right := was.Body
		if right.Kind() != cmp.Or(s.kind, "first_refusal") || s.is != "" && !reflect.DeepEqual(swapped(t, right, s.is), right) {
			continue
		}
		other := swapped(t, right, s.other)
		if reflect.DeepEqual(other, right) {
			continue
		}
		c.Clauses = slices.Clone(c.Clauses)
		c.Clauses[i].Body = other
		p, findings := compiled(c.Book())
		if mistake(findings) {
			continue // the language does not allow it
		}
		st := staged{&c, p, linesOf(t, &c), stopsOf(&c)}
		if len(st.misses(st.run(t, join(st.lines), st.stops))) > 0 {
			return true
		}
		c.Clauses[i] = was
	}
	return false
}

func swapped(t *testing.T, right offtake.Body, words string) offtake.Body {
	t.Helper()
	for _, kv := range strings.Fields(words) {
		var err error
		if right, err = docket.Change(right, kv); err != nil {
			t.Fatal(err)
		}
	}
	return right
}

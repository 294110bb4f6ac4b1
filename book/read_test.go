package book_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
)

func TestTheExampleReads(t *testing.T) {
	b, findings := read(example)
	if bad := mistakes(findings); len(bad) > 0 {
		t.Fatalf("the example does not read: %v", bad)
	}
	again, findings := read(string(book.Format(b)))
	if bad := mistakes(findings); len(bad) > 0 {
		t.Fatalf("the example printed back does not read: %v", bad)
	}
	if diff := cmp.Diff(b, again, same); diff != "" {
		t.Errorf("the example printed back reads as another: %s", diff)
	}
}

// Each case changes the example in one place, which makes one mistake there.
// The mark | in the new text, taken out, is where it is reported.
func TestEachMistakeIsNamedAtItsPlace(t *testing.T) {
	for _, c := range []struct{ name, old, new, code, says, hint string }{
		{"a key that is nearly right", "divisible: lots", "|divisable: lots", "unknown-key", `key "divisable" is not known in Demand`, "did you mean divisible?"},
		{"a key twice", "hours: 2160", "hours: 2160\n|hours: 1", "duplicate-key", `key "hours" of Demand is written twice`, ""},
		{"a document twice", "name: small-jobs", "name: |spring-training", "duplicate-name", `Demand "spring-training" is declared twice; the other is at book.yaml`, ""},
		{"a party twice", "  panel: {title: Independent expert panel}", "  panel: {title: Panel}\n  |panel: {title: Panel}", "duplicate-name", `"panel" is declared twice in parties`, ""},
		{"a party nobody declared", "licensee: microsoft", "licensee: |microsft", "undeclared", `"microsft" is not a party the book declares`, "did you mean microsoft?"},
		{"a region nobody declared", "regions: [us-*]", "regions: [|eu-*]", "undeclared", `"eu-*" is not a region the book declares`, ""},
		{"an unknown kind", "kind: Serving", "kind: |Servin", "unknown-kind", `kind "Servin" is not known`, "did you mean Serving?"},
		{"kind not first", "kind: Serving\nname: api", "name: api\nkind: |Serving", "out-of-order", "kind is not the first key", ""},
		{"money without currency", "worth: USD 40M", "worth: |40M", "wrong-value", `worth: money "40M" is not a currency and an amount`, ""},
		{"money of another currency", "worth: USD 40M", "worth: |EUR 40M", "wrong-currency", "currency EUR is not the book's, USD", ""},
		{"negative money", "worth: USD 40M", "worth: |USD -40M", "wrong-value", `money "USD -40M" is negative`, ""},
		{"a duration in words", "window: P15BD", "window: |15 days", "wrong-value", `window: duration "15 days" is not P10D`, ""},
		{"a duration of nothing", "window: P15BD", "window: |P0D", "wrong-value", `duration "P0D" is no time at all`, ""},
		{"an impossible day", "earliest: 2025-03-01", "earliest: |2025-02-30", "wrong-value", `"2025-02-30"`, ""},
		{"a percentage without its sign", "tolerance: {price: 2%}", "tolerance: {price: |2}", "wrong-value", `percentage "2" is not written as 2%`, ""},
		{"more than everything", "at_least: 60%", "at_least: |160%", "wrong-value", `percentage "160%" is out of range`, ""},
		{"a tolerance of no such dimension", "tolerance: {price: 2%}", "tolerance: {prize: |2%}", "unknown-key", `dimension "prize" of tolerance`, "did you mean price?"},
		{"a fraction of an accelerator", "quantity: 1008", "quantity: |1008.5", "wrong-type", `quantity: "1008.5" is not a whole number from 1`, ""},
		{"no accelerator", "quantity: 1008", "quantity: |0", "out-of-range", "quantity: 0 is not a whole number from 1", ""},
		{"a list for a word", "hours: 2160", "hours: |[2160]", "wrong-type", "hours: a list where a whole number from 1 is expected", ""},
		{"a word for a list", "regions: [us-*]", "regions: |us-*", "wrong-type", `the single value "us-*" where a list`, ""},
		{"nothing for a word", "hours: 2160", "hours:|", "empty-value", "nothing is written", ""},
		{"a word in quotes for a truth", "all_or_none: false", `all_or_none: |"false"`, "wrong-type", `"false" is neither true nor false`, ""},
		{"a word of another list", "direction: supply_side", "direction: |sideways", "wrong-value", `"sideways" is not one of supply_side, demand_side`, ""},
		{"a choice left out", "            deficiency: strict\n", "", "missing-choice", `notice lacks "deficiency", which has no default`, "an incomplete notice starts no window (strict)"},
		{"a clause that does nothing", "    exclusivity: {provider: azure, scope: {}}\n", "", "no-body", "it does nothing; expected exactly one of exclusivity, first_refusal", ""},
		{"a clause that does two things", "        rate: {provider: oci, scope: {}, price: USD 7.00}", "        rate: {provider: oci, scope: {}, price: USD 7.00}\n        recorded: |{parties: [openai], about: other}", "two-bodies", `clause "price" already has a body, rate`, ""},
		{"a clause that does not exist", "lifts: [new-capacity]", "lifts: [|new-capasity]", "unknown-clause", `clause "microsoft-openai/new-capasity" does not exist`, "did you mean microsoft-openai/new-capacity?"},
		{"a clause of the wrong kind", "lifts: [new-capacity]", "lifts: [|price]", "wrong-clause", "is of kind rate; expected exclusivity or", ""},
		{"a clause that is removed", "until: {first_of: [2030-01-01, {determined: agi}]}", "until: {first_of: [2030-01-01, {determined: |later}]}", "unknown-clause", `"microsoft-openai/later" does not exist`, ""},
		{"a clause removed while another refers to it", "remove: [all-compute]", "remove: [all-compute, agi]", "removed-clause", `clause "microsoft-openai/agi" `, ""},
		{"a removal of nothing", "remove: [all-compute]", "remove: [|all-computing]", "unknown-clause", `amendment "january-2025" removes clause "all-computing"`, "did you mean all-compute?"},
		{"a period that ends before it begins", "period: {from: 2025-01-21, until: 2031-01-01}", "period: {from: 2025-01-21, until: |2025-01-21}", "empty-period", "nothing is inside", ""},
		{"bounds that leave nothing", "per_order: {at_least: 72, at_most: 720}", "per_order: {at_least: 72, at_most: |71}", "empty-period", "at_most 71 is below at_least 72", ""},
		{"money for hours", "amount: 126144000", "amount: |USD 5M", "wrong-unit", "is money, and the measure is gpu_hours", ""},
		{"hours for money", "amount: USD 250B", "amount: |250", "wrong-unit", "is not money, and the measure is spend", ""},
		{"a ramp that shrinks", "{on: 2026-01-01, quantity: 14400}", "{on: 2026-01-01, quantity: |72}", "out-of-order", "steps count from the beginning", ""},
		{"shares that are not everything", "{accelerators: 8, share: 30%}", "{accelerators: 8, share: 20%}", "out-of-range", "the shares of sizes are 90% together", ""},
		{"price and discount", "discount: 30%}", "discount: |30%, price: USD 1}", "both-given", "price and discount are both written", ""},
		{"a licence bounded by place", "scope: {product: [copilot]}", "scope: {product: [copilot], |region: [us-east]}", "wrong-dimension", `"region" does not bound a licence`, ""},
		{"a gap in the ranks", "provider: azure, rank: 1,", "provider: azure, rank: |2,", "rank-gap", "rank 2 has no rank 1 before it", ""},
		{"an upstream without its file", "accelerator: h100\nprofile:", "accelerator: h100\ntrace: {file: |no.csv, format: philly}\nprofile:", "missing-file", `file "no.csv" does not exist`, ""},
		{"a file outside", "provider: azure\noffers:", "provider: azure\nfile: |../prices.csv\noffers:", "wrong-value", `file "../prices.csv" is not a path below`, ""},
		{"a calendar of nothing", "  both: {all: [us-business, listed]}", "  both: |{cutoff: \"17:00\"}", "missing-field", `calendar lacks "timezone"`, ""},
		{"several calendars and no choice", "calendar: us-business\nparties", "parties", "missing-field", `Book lacks "calendar"`, ""},
		{"text that begins with a star", "source: invented}", "source: |*invented}", "alias", `alias "*invented" is refused`, ""},
		{"a document cut off", "buying: {every: P1D,", "buying: {every: P1D, [", "not-yaml", "the document is not YAML", ""},
	} {
		text := strings.Replace(example, c.old, c.new, 1)
		if text == example {
			t.Errorf("%s: %q is not in the example", c.name, c.old)
			continue
		}
		line, col := 0, 0
		if strings.Contains(c.new, "|") {
			i := strings.Index(text, c.new) + strings.Index(c.new, "|")
			before := text[:i]
			line, col = strings.Count(before, "\n")+1, len([]rune(before[strings.LastIndex(before, "\n")+1:]))+1
			text = before + text[i+1:]
		}
		_, findings := read(text)
		found := false
		for _, f := range mistakes(findings) {
			found = found || f.Code == c.code && strings.Contains(f.Message, c.says) && strings.Contains(f.Hint, c.hint) &&
				(line == 0 || f.Pos == offtake.Pos{File: "book.yaml", Line: line, Col: col})
		}
		if !found {
			t.Errorf("%s: no %s at %d:%d saying %q (%s) among:\n%s", c.name, c.code, line, col, c.says, c.hint, list(mistakes(findings)))
		}
	}
}

func list(fs []offtake.Finding) string {
	var out strings.Builder
	for _, f := range fs {
		out.WriteString("  " + f.Code + " " + f.String() + "\n")
	}
	return out.String()
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	text := strings.NewReplacer("worth: USD 40M", "worth: 40M", "hours: 2160", "huors: 2160", "survival: continuing", "survival: maybe", "name: usual", "name: us ual").Replace(example)
	_, findings := read(text)
	if got, want := codesOf(mistakes(findings)), "wrong-value missing-field unknown-key wrong-value bad-name"; got != want {
		t.Errorf("codes are %q; want %q:\n%s", got, want, list(findings))
	}
}

func TestOffersMayStandInAFile(t *testing.T) {
	files := fstest.MapFS{
		"book.yaml": {Data: []byte(strings.Split(example, "\n---\n")[0] + "\n---\nkind: Supply\nname: s\nprovider: azure\nfile: data/prices.csv\n")},
		"data/prices.csv": {Data: []byte("accelerator,price,kind,per_order.at_least,per_order.at_most,confidential,from\n" +
			"h100,USD 2.10,spot,8,64,\"[price, term]\",2025-01-01\n\nh100,USD 2.20,on_demand,,,,")},
	}
	b, findings := book.Read(files)
	if bad := mistakes(findings); len(bad) > 0 {
		t.Fatal(bad)
	}
	price := func(s string) offtake.Money { m, _ := offtake.ParseMoney(s); return m }
	want := []offtake.SupplyOffer{
		{Accelerator: "h100", Price: price("USD 2.10"), Kind: offtake.Spot, PerOrder: offtake.Bounds{AtLeast: 8, AtMost: 64},
			Confidential: []offtake.Content{"price", "term"}, From: offtake.When{Date: offtake.Date{Year: 2025, Month: 1, Day: 1}}},
		{Accelerator: "h100", Price: price("USD 2.20"), Kind: offtake.OnDemand},
	}
	if diff := cmp.Diff(want, b.Supplies[0].Offers, same); diff != "" {
		t.Error(diff)
	}
	if got, want := b.Supplies[0].Offers[1].Pos.String(), "data/prices.csv:4:1"; got != want {
		t.Errorf("the second offer is at %s; want %s", got, want)
	}

	files["data/prices.csv"].Data = []byte("accelerator,prise,kind\nh100,USD 2,spott\n\"é\",USD 2,spot\n")
	_, findings = book.Read(files)
	var got []string
	for _, f := range mistakes(findings) {
		got = append(got, f.Pos.String()+" "+f.Code)
	}
	want2 := []string{"data/prices.csv:2:1 missing-field", "data/prices.csv:2:6 unknown-key", "data/prices.csv:2:12 wrong-value",
		"data/prices.csv:3:1 undeclared", "data/prices.csv:3:1 missing-field", "data/prices.csv:3:5 unknown-key"}
	if diff := cmp.Diff(want2, got); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

// FuzzRead looks for panics, and for books that read but do not read back.
func FuzzRead(f *testing.F) {
	f.Add(example)
	for _, doc := range strings.Split(example, "\n---\n") {
		f.Add(doc)
		f.Add(opening + "---\n" + doc)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, findings := read(text)
		if len(mistakes(findings)) > 0 {
			return
		}
		again, findings := read(string(book.Format(b)))
		if bad := mistakes(findings); len(bad) > 0 {
			t.Fatalf("what reads does not read back: %v\n%s", bad, book.Format(b))
		}
		if diff := cmp.Diff(b, again, same); diff != "" {
			t.Fatalf("what reads reads back as another: %s", diff)
		}
	})
}

package wire_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/wire"
	"pgregory.net/rapid"
)

// goldenLines reads the lines of a golden file.
func goldenLines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// Every golden line reads, and writes back to the same bytes. Together the files
// show every act and every event with every key it has.
func TestGoldenActs(t *testing.T) {
	seen := map[string]bool{}
	for _, line := range goldenLines(t, "testdata/acts.jsonl") {
		a, err := wire.ParseAct([]byte(line))
		if err != nil {
			t.Errorf("ParseAct(%s): %v", line, err)
			continue
		}
		seen[a.Deed.Name()] = true
		got, err := wire.AppendAct(nil, &a)
		if err != nil || string(got) != line {
			t.Errorf("AppendAct: %v\n got %s\nwant %s", err, got, line)
		}
	}
	for _, name := range wire.DeedNames() {
		if !seen[name] {
			t.Errorf("act %q is not among the golden lines", name)
		}
	}
}

func TestGoldenEvents(t *testing.T) {
	seen := map[string]bool{}
	for _, line := range goldenLines(t, "testdata/events.jsonl") {
		e, err := wire.ParseEvent([]byte(line))
		if err != nil {
			t.Errorf("ParseEvent(%s): %v", line, err)
			continue
		}
		seen[e.Event()] = true
		got, err := wire.AppendEvent(nil, e)
		if err != nil || string(got) != line {
			t.Errorf("AppendEvent: %v\n got %s\nwant %s", err, got, line)
		}
	}
	for _, name := range wire.EventNames() {
		if !seen[name] {
			t.Errorf("event %q is not among the golden lines", name)
		}
	}
}

// The codec knows every deed and every event that the words have.
func TestEveryWordIsKnown(t *testing.T) {
	files, err := filepath.Glob("../../*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("the words are not there: %v", err)
	}
	known := map[string][]string{"Name": wire.DeedNames(), "Event": wire.EventNames()}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || known[fn.Name.Name] == nil {
				continue
			}
			word := strings.Trim(fn.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.BasicLit).Value, `"`)
			if !slices.Contains(known[fn.Name.Name], word) {
				t.Errorf("the codec does not know %q", word)
			}
		}
	}
}

// The example of the process's specification reads to what it says.
func TestAnOfferReads(t *testing.T) {
	a, err := wire.ParseAct([]byte(goldenLines(t, "testdata/acts.jsonl")[0]))
	if err != nil {
		t.Fatal(err)
	}
	price, _ := offtake.ParseMoney("USD 8.00")
	want := offtake.Act{
		ID: "a1", At: time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC), By: "openai", Opportunity: "oci-1",
		Deed: offtake.OfferReceive{Terms: offtake.OfferTerms{
			Provider: "oci", Accelerator: "gb200", Quantity: 1008, Region: "us-south", Site: "abilene", Price: price,
			Term:      offtake.Duration{Unit: offtake.Years, Count: 5},
			Delivery:  offtake.When{Date: offtake.Date{Year: 2026, Month: 1, Day: 1}},
			Purposes:  []offtake.Purpose{"training"},
			AllOrNone: offtake.StatedNo,
			BonaFide:  []string{"written", "signed", "arms_length"},
		}},
	}
	if diff := cmp.Diff(want, a, money); diff != "" {
		t.Errorf("ParseAct (-want +got):\n%s", diff)
	}
}

// money compares amounts by value and currency.
var money = cmp.Options{
	cmp.Comparer(func(a, b offtake.Money) bool { return a.Currency() == b.Currency() && a.Cmp(b) == 0 }),
	cmp.Comparer(func(a, b offtake.Accrual) bool { return a.Currency() == b.Currency() && a.Cmp(b) == 0 }),
}

func TestWhatIsRefused(t *testing.T) {
	const head = `{"id":"a1","at":"2025-06-03T17:00:00Z","by":"openai","opportunity":"oci-1",`
	for _, c := range []struct{ name, line, want string }{
		{"nothing", ``, `act is empty, expected one JSON object`},
		{"a list", `[]`, `act is not one JSON object: an array stands where an object was expected`},
		{"no JSON", `hello`, `act is not one JSON object: byte 0: invalid character 'h' at start of value`},
		{"a cut line", `{"id":"a1"`, `act is not one JSON object: byte 10: unexpected EOF`},
		{"two acts on a line", head + `"act":"offer.withdraw"}{}`, `act is not one JSON object: more text follows`},
		{"a key twice", `{"id":"a1","id":"a2"}`, `act has the key "id" twice`},
		{"bytes that are not UTF-8", "{\"id\":\"\xff\"}", `act is not one JSON object: byte 7: invalid UTF-8`},
		{"no act", `{"id":"a1"}`, `object has no "act", expected one of offer.receive, `},
		{"an unknown act", head + `"act":"offer.sing"}`, `act "offer.sing" is not known, expected one of offer.receive, `},
		{"an act that is no text", head + `"act":7}`, `act: 7 is a number, expected a string`},
		{"an unknown key", head + `"act":"accept","quantitty":5}`, `key "quantitty" is not part of act "accept", which has id, at, by, clause, opportunity, quantity, conditions, extras, terms`},
		{"another act's key", head + `"act":"refuse","quantity":5}`, `key "quantity" is not part of act "refuse"`},
		{"no instant", `{"id":"a1","act":"offer.withdraw"}`, `act "offer.withdraw" has no "at"`},
		{"a date for an instant", `{"at":"2025-06-03","act":"offer.withdraw"}`, `offer.withdraw: at: instant "2025-06-03" is not written as 2025-03-01T08:00:00Z`},
		{"a null", head + `"act":"accept","quantity":null}`, `accept: quantity: null is null, expected a whole number of at most 64 bits; leave out a key that has no value`},
		{"no accelerator", head + `"act":"accept","quantity":0}`, `accept: quantity: 0 is not above zero; leave the key out where everything is meant`},
		{"an offer of none", head + `"act":"offer.make","terms":{"quantity":-0}}`, `offer.make: terms: quantity: -0 is not above zero`},
		{"half an accelerator", head + `"act":"accept","quantity":1.5}`, `accept: quantity: 1.5 is a number, expected a whole number`},
		{"an exponent", head + `"act":"accept","quantity":1e3}`, `accept: quantity: 1e3 is a number, expected a whole number`},
		{"too many accelerators", head + `"act":"accept","quantity":9223372036854775808}`, `expected a whole number of at most 64 bits`},
		{"a number as text", head + `"act":"accept","quantity":"5"}`, `accept: quantity: "5" is a string, expected a whole number`},
		{"one condition that is no list", head + `"act":"accept","conditions":"none"}`, `accept: conditions: "none" is a string, expected a list`},
		{"a price without a currency", head + `"act":"offer.revise","terms":{"price":"8.00"}}`, `offer.revise: terms: price: money "8.00" is not a currency and an amount`},
		{"a price as a number", head + `"act":"offer.revise","terms":{"price":8}}`, `offer.revise: terms: price: 8 is a number, expected a string`},
		{"a further term that is no figure", head + `"act":"offer.revise","terms":{"law":"New York"}}`, `offer.revise: terms: law: value "New York" is not money`},
		{"a further term that is a list", head + `"act":"offer.revise","terms":{"law":[]}}`, `offer.revise: terms: law: [] is an array, expected money`},
		{"an unknown key of an extra", head + `"act":"offer.revise","terms":{"extras":[{"nam":"storage"}]}}`, `key "nam" is not part of object, which has name, burdened, value`},
		{"a clause without its agreement", head + `"act":"refuse","clause":"new-capacity"}`, `refuse: clause: clause "new-capacity" is not written as agreement/clause`},
		{"yes for true", head + `"act":"third_party.sign","conditional":"yes"}`, `third_party.sign: conditional: "yes" is a string, expected true or false`},
	} {
		_, err := wire.ParseAct([]byte(c.line))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
			continue
		}
		if offtake.KindOf(err) != offtake.Invalid {
			t.Errorf("%s: the error's kind is %s, want invalid", c.name, offtake.KindOf(err))
		}
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		act  offtake.Act
		want string
	}{
		{"an act that does nothing", offtake.Act{ID: "a1", At: at}, `act "a1" does nothing`},
		{"an act at no time", offtake.Act{Deed: offtake.OfferWithdraw{}}, "is not within the years 1900 to 9999"},
		{"a job until the end of time", offtake.Act{At: at, Deed: offtake.PlaceJob{Until: at.AddDate(9000, 0, 0)}}, "is not within the years"},
		{"a job whose name is not text", offtake.Act{At: at, Deed: offtake.FinishJob{Job: "\xff"}}, `text "\xff" is not UTF-8`},
	} {
		if _, err := wire.AppendAct(nil, &c.act); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
	tiny, _ := offtake.ParseMoney("USD 0." + strings.Repeat("1", 38))
	long := offtake.CommitmentReduced{Measured: offtake.Accrue(tiny, 1<<60)}
	if _, err := wire.AppendEvent(nil, long); err == nil || !strings.Contains(err.Error(), "measured: accrual") {
		t.Errorf("an amount too long to be read was written: %v", err)
	}
	if _, err := wire.AppendEvent(nil, nil); err == nil {
		t.Error("no event at all was written")
	}
}

// Any entry reads back as it was written, and writes to the same bytes again.
func TestEntriesComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := someEntry(t)
		line, err := wire.AppendEntry(nil, &want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.ParseEntry(line)
		if err != nil {
			t.Fatalf("ParseEntry(%s): %v", line, err)
		}
		if diff := cmp.Diff(want, got, money); diff != "" {
			t.Fatalf("%s\ncomes back differently (-want +got):\n%s", line, diff)
		}
		again, err := wire.AppendEntry(nil, &got)
		if err != nil || string(again) != string(line) {
			t.Fatalf("written again: %v\n got %s\nwant %s", err, again, line)
		}
	})
}

func someEntry(t *rapid.T) wire.Entry {
	e := wire.Entry{Code: rapid.String().Draw(t, "code")}
	e.Act = some(t, reflect.TypeFor[offtake.Act]()).(offtake.Act)
	e.Act.Deed = some(t, rapid.SampledFrom(typesOf(deedTypes)).Draw(t, "deed")).(offtake.Deed)
	if e.Act.At.IsZero() {
		e.Act.At = time.Unix(0, 0).UTC()
	}
	if rapid.Bool().Draw(t, "came to a broker") {
		e.Receipt = some(t, reflect.TypeFor[offtake.Receipt]()).(offtake.Receipt)
	}
	for range rapid.IntRange(0, 3).Draw(t, "events") {
		e.Events = append(e.Events, some(t, rapid.SampledFrom(typesOf(eventTypes)).Draw(t, "event")).(offtake.Event))
	}
	return e
}

package play_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/play"
)

// said writes an act of 3 June, while northern may answer, with more in it.
func said(by, act, more string) string {
	return fmt.Sprintf(`{"id":"bad","at":"2025-06-03T15:00:00Z","by":%q,"act":%q,"opportunity":"quarry-1"%s}`, by, act, more)
}

func receive(terms string) string {
	return fmt.Sprintf(`{"id":"bad","at":"2025-06-03T15:00:00Z","by":"lumen","act":"offer.receive","opportunity":"o2","terms":%s}`, terms)
}

func at(instant string) string {
	return fmt.Sprintf(`{"id":"bad","at":%s,"by":"northern","act":"accept","opportunity":"quarry-1"}`, instant)
}

// rejected are lines that hold an object and no act that can be taken, with
// some of the reason.
var rejected = []struct{ is, line, reason string }{
	{"an empty object", `{}`, `no "act"`},
	{"an unknown act", said("northern", "accept.everything", ""), "is not known"},
	{"an act of another kind", said("lumen", "award", ""), "no act of a first-refusal process"},
	{"a job", said("lumen", "place", `,"job":"j"`), "no act of a first-refusal process"},
	{"a deadline that somebody makes pass", said("northern", "deadline", `,"process":"quarry-1#1","of":"answer"`), "passes by itself"},
	{"an unknown field", said("northern", "accept", `,"amount":432`), `key "amount"`},
	{"a field of another act", said("northern", "refuse", `,"quantity":432`), `key "quantity"`},
	{"null", said("northern", "accept", `,"quantity":null`), "leave out a key"},
	{"a key that comes twice", said("northern", "accept", `,"by":"lumen"`), "twice"},
	{"a term that comes twice", receive(`{"provider":"quarry","quantity":72,"price":"USD 1","price":"USD 2"}`), "twice"},
	{"no id", strings.Replace(said("northern", "accept", ""), `"id":"bad",`, "", 1), "no id"},
	{"an empty id", strings.Replace(said("northern", "accept", ""), `"bad"`, `""`, 1), "no id"},
	{"an id that is a number", strings.Replace(said("northern", "accept", ""), `"bad"`, `7`, 1), "expected a string"},
	{"no opportunity", strings.Replace(said("northern", "accept", ""), `,"opportunity":"quarry-1"`, "", 1), "has no offer"},
	{"another opportunity", strings.Replace(said("northern", "accept", ""), "quarry-1", "quarry-9", 1), "has no offer"},
	{"nobody", said("", "accept", ""), "is not declared"},
	{"a party that is not declared", said("mallory", "accept", ""), "is not declared"},
	{"a third party that answers", said("quarry", "accept", ""), "no step of"},
	{"a junior whose turn it is not", said("delta", "accept", ""), "not asked yet"},
	{"a grantor that answers its own notice", said("lumen", "accept", ""), "no step of"},
	{"a clause that does not exist", said("northern", "accept", `,"clause":"master/none"`), "no process under"},
	{"a clause with too many names", said("northern", "accept", `,"clause":"a/b/c"`), "agreement/clause"},

	{"no instant", strings.Replace(said("northern", "accept", ""), `"at":"2025-06-03T15:00:00Z",`, "", 1), `no "at"`},
	{"an earlier act than the one before it", at(`"2025-06-02T14:59:59Z"`), "before an act that stands before it"},
	{"an instant before 1900", at(`"1899-12-31T23:59:59Z"`), "1900"},
	{"an instant after 9999", at(`"10000-01-01T00:00:00Z"`), "instant"},
	{"the year nought", at(`"0000-01-01T00:00:00Z"`), "instant"},
	{"an instant without an offset", at(`"2025-06-03T15:00:00"`), "instant"},
	{"a day that is none", at(`"2025-02-30T15:00:00Z"`), "instant"},
	{"a second that is none", at(`"2025-06-03T15:00:61Z"`), "instant"},
	{"an instant that is a number", at(`1748962800`), "expected a string"},
	{"an extension to a civil time that the clocks skip", said("lumen", "extend", `,"deadline":"answer","until":"2026-03-08T02:30:00","signed_by":["lumen"]`), "until"},
	{"an extension to a day that is none", said("lumen", "extend", `,"deadline":"answer","until":"2025-06-31","signed_by":["lumen"]`), "until"},
	{"an extension to the past", said("lumen", "extend", `,"deadline":"answer","until":"1900-01-01","signed_by":["lumen"]`), "over already"},
	{"evidence from the future", said("northern", "evidence", `,"of":"invented-2","received":"9999-12-31T23:59:59Z"`), ""},

	{"less than nothing", said("northern", "accept", `,"quantity":-72`), "not between"},
	{"more than is offered", said("northern", "accept", `,"quantity":1009`), "not between"},
	{"more than is offered, among the terms", said("northern", "accept", `,"terms":{"quantity":5000}`), "not between"},
	{"a third party that is not declared", receive(`{"provider":"quarry","party":"nobody","accelerator":"gb200","quantity":72}`), `party "nobody" is not declared`},
	{"a provider that is not declared", receive(`{"provider":"quary","accelerator":"gb200","quantity":72}`), `provider "quary" is not declared`},
	{"an accelerator that is not declared", receive(`{"provider":"quarry","accelerator":"gb20","quantity":72}`), `accelerator "gb20" is not declared`},
	{"a purpose that is not declared", receive(`{"provider":"quarry","accelerator":"gb200","quantity":72,"purpose":["traning"]}`), `purpose "traning" is not declared`},
	{"an extra twice", receive(`{"provider":"quarry","accelerator":"gb200","quantity":72,"extras":[{"name":"storage"},{"name":"storage"}]}`), `extra "storage" twice`},
	{"more than can be counted", said("northern", "accept", `,"quantity":9223372036854775808`), "64 bits"},
	{"a quantity beyond all measure", said("northern", "accept", `,"quantity":1e400`), "64 bits"},
	{"a quantity of a million digits", said("northern", "accept", `,"quantity":`+strings.Repeat("9", 1_000_000)), "64 bits"},
	{"a broken quantity", said("northern", "accept", `,"quantity":72.5`), "64 bits"},
	{"a quantity in words", said("northern", "accept", `,"quantity":"72"`), "64 bits"},
	{"an offer of nothing", receive(`{"provider":"quarry"}`), "not above zero"},
	{"an offer of less than nothing", receive(`{"provider":"quarry","quantity":-1}`), "not above zero"},
	{"an offer in another currency", receive(`{"provider":"quarry","quantity":72,"price":"EUR 7.50"}`), "currency"},
	{"a price that is no number", receive(`{"provider":"quarry","quantity":72,"price":"USD NaN"}`), "price"},
	{"a price beyond all measure", receive(`{"provider":"quarry","quantity":72,"price":"USD 1e999999999"}`), "price"},
	{"a term that is no figure", receive(`{"provider":"quarry","quantity":72,"minimum":[1]}`), "minimum"},
	{"a percentage beyond all measure", receive(`{"provider":"quarry","quantity":72,"minimum":"1e99%"}`), "minimum"},
	{"a term longer than time", receive(`{"provider":"quarry","quantity":72,"term":"P99999999999999999999Y"}`), "term"},
	{"an offer that is gone", receive(`{"provider":"quarry","quantity":72,"expires":"1900-01-01"}`), "expired"},
	{"an extra that is none", receive(`{"provider":"quarry","quantity":72,"extras":["storage"]}`), "extras"},
	{"terms that are a list", receive(`[]`), "terms"},
	{"terms in terms in terms", receive(`{"site":` + strings.Repeat(`{"site":`, 5000) + `1` + strings.Repeat(`}`, 5001)), "expected a string"},
	{"a thousand lists in a field", said("northern", "accept", `,"conditions":`+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)), "expected a string"},
	{"bytes that are not UTF-8", said("northern", "accept", ",\"conditions\":[\"\xff\xfe\"]"), "UTF-8"},
	{"half of a surrogate pair", said("northern", "accept", `,"conditions":["\ud800"]`), ""},

	{"the id of an act that was taken", strings.Replace(said("northern", "accept", ""), `"bad"`, `"invented-2"`, 1), "other content"},
	{"a reason that the words do not know", said("northern", "refuse", `,"reason":"`+strings.Repeat("busy ", 200_000)+`"`), "reason"},
	{"a toll for everything", said("northern", "toll", `,"cause":"`+strings.Repeat("x", 1_000_000)+`"`), "cause"},
	{"a question about nothing", said("northern", "notice.object", `,"question":"\u0000"`), "question"},
	{"a seat for a stranger", said("northern", "assign", `,"to":"mallory"`), "is not declared"},
	{"an amendment that does not exist", said("lumen", "amend", `,"agreement":"master","amendment":"none"`), "does not exist"},
}

// TestWhatCannotBeTaken puts a bad line between good ones: it is rejected, with
// a short reason, and everything else is as if it had never been written.
func TestWhatCannotBeTaken(t *testing.T) {
	p, good := hostPlayer(t), lines(t)[:3]
	stops := []time.Time{when(t, "2025-06-02T15:00:00Z"), when(t, "2025-06-03T15:00:00Z"), when(t, "2025-07-10T00:00:00Z")}
	want := p.run(t, []byte(strings.Join(good, "\n")), stops)
	for _, c := range rejected {
		t.Run(c.is, func(t *testing.T) {
			got := p.run(t, []byte(strings.Join([]string{good[0], good[1], c.line, good[2]}, "\n")), stops)
			if a := got.Acts[2]; a.Outcome != "rejected" || a.Reason == "" || !strings.Contains(a.Reason, c.reason) || len(a.Reason) > 1200 {
				t.Errorf("it is %s: %.1500q, want it rejected for %q", a.Outcome, a.Reason, c.reason)
			}
			if diff := cmp.Diff(want.AsOf, got.AsOf); diff != "" {
				t.Errorf("it changed what is pictured:\n%s", diff)
			}
			if diff := cmp.Diff(want.Acts, slices.Delete(got.Acts, 2, 3)); diff != "" {
				t.Errorf("it changed what became of others:\n%s", diff)
			}
		})
	}
}

// noLogs are lines that are no JSON object at all.
var noLogs = []struct{ is, line string }{
	{"words", "northern accepts"},
	{"half an object", `{"id":"bad","at":"2025-06-03T15:00:00Z"`},
	{"a list", `[{"id":"bad"}]`},
	{"a string", `"accept"`},
	{"null", `null`},
	{"two objects", `{} {}`},
	{"text after an object", said("northern", "accept", "") + " yes"},
	{"single quotes", `{'id':'bad'}`},
	{"a comma too many", `{"id":"bad",}`},
	{"a comment", `// {"id":"bad"}`},
	{"a number that is none", said("northern", "accept", `,"quantity":NaN`)},
	{"a leading nought", said("northern", "accept", `,"quantity":072`)},
	{"a NUL between acts", "\x00"},
	{"a NUL in a word", "{\"id\":\"b\x00d\"}"},
	{"a byte order mark", "\ufeff" + said("northern", "accept", "")},
	{"bytes that are no text", "\xff\xfe{\x00"},
	{"a carriage return alone", "{\"id\":\"a\"}\r{\"id\":\"b\"}"},
	{"objects a hundred thousand deep", strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)},
	{"lists a million deep", strings.Repeat("[", 1_000_000)},
	{"a line of seventeen megabytes", said("northern", "accept", `,"conditions":["`+strings.Repeat("x", 17<<20)+`"]`)},
}

// TestWhatIsNoLog plays nothing where a line is no JSON object, and says which
// line it is, counted as an editor counts.
func TestWhatIsNoLog(t *testing.T) {
	b, l := twoHolders(t)
	good := lines(t)
	for _, c := range noLogs {
		t.Run(c.is, func(t *testing.T) {
			log := good[0] + "\n\n" + good[1] + "\r\n" + c.line + "\n" + good[2]
			got, err := play.Run(b, l, strings.NewReader(log), play.Options{})
			if got != nil || err == nil || !strings.Contains(err.Error(), "line 4 ") || len(err.Error()) > 500 {
				t.Errorf("Run() = %v, %v, want nothing and an error about line 4", got, err)
			}
		})
	}
}

// TestLinesAreReadAsTheyCome: line ends, blanks and empty lines are no acts, and
// an empty log is a case of nothing.
func TestLinesAreReadAsTheyCome(t *testing.T) {
	p, good := hostPlayer(t), lines(t)
	stops := []time.Time{when(t, "2025-07-10T00:00:00Z")}
	want := p.run(t, []byte(strings.Join(good, "\n")), stops)
	for _, log := range []string{
		strings.Join(good, "\r\n") + "\r\n",
		"\n\n" + strings.Join(good, "\n\n \t\n") + "\n\n",
		"  " + strings.Join(good, "  \n\t"),
	} {
		if diff := cmp.Diff(want, p.run(t, []byte(log), stops)); diff != "" {
			t.Errorf("%.200q: differs:\n%s", log, diff)
		}
	}
	for _, log := range []string{"", "\n", "\r\n \r\n"} {
		if got := p.run(t, []byte(log), stops); len(got.Acts) != 0 || len(got.AsOf) != 1 || len(got.AsOf[0].Processes) != 0 {
			t.Errorf("%q: %v, want no acts and an empty picture", log, got)
		}
	}
}

// TestLongAndOddWordsAreTaken: what is merely long or strange is an answer like
// any other, and does not conform for what it says.
func TestLongAndOddWordsAreTaken(t *testing.T) {
	p, good := hostPlayer(t), lines(t)[:2]
	for _, c := range []struct{ is, line, outcome string }{
		{"a condition of a million characters", said("northern", "accept", `,"conditions":["`+strings.Repeat("x", 1_000_000)+`"]`), "nonconforming"},
		{"ten thousand conditions", said("northern", "accept", `,"conditions":["x"`+strings.Repeat(`,"x"`, 9_999)+`]`), "nonconforming"},
		{"an escaped NUL", said("northern", "accept", `,"conditions":["\u0000"]`), "nonconforming"},
		{"markup", said("northern", "accept", `,"conditions":["<script>alert(1)</script>"]`), "nonconforming"},
		{"a quantity among the terms that is another", said("northern", "accept", `,"quantity":432,"terms":{"quantity":72}`), "nonconforming"},
		{"a quantity among the terms that is not in lots", said("northern", "accept", `,"terms":{"quantity":100}`), "nonconforming"},
		{"a quantity among the terms alone", said("northern", "accept", `,"terms":{"quantity":432}`), "taken"},
		{"an extra that nobody offered", said("northern", "accept", `,"extras":["free lunch"]`), "nonconforming"},
		{"no condition at all", said("northern", "accept", `,"conditions":[]`), "taken"},
		{"keys in another order", `{"opportunity":"quarry-1","act":"accept","by":"northern","at":"2025-06-03T08:00:00-07:00","id":"bad"}`, "taken"},
		{"an extension to the end of time", said("lumen", "extend", `,"deadline":"answer","until":"9999-12-31","signed_by":["lumen"]`), "taken"},
		{"an extension to an instant that the clocks skip in New York", said("lumen", "extend", `,"deadline":"answer","until":"2026-03-08T02:30:00-05:00","signed_by":["lumen"]`), "taken"},
	} {
		t.Run(c.is, func(t *testing.T) {
			log := []byte(strings.Join(append(slices.Clone(good), c.line), "\n"))
			got := p.run(t, log, []time.Time{when(t, "2025-06-03T14:59:59Z"), when(t, "2025-06-03T15:00:00Z")})
			if a := got.Acts[2]; a.Outcome != c.outcome {
				t.Errorf("it is %s (%s), want %s", a.Outcome, a.Reason, c.outcome)
			}
			if state := got.AsOf[0].Processes[0].State; state != "open" {
				t.Errorf("the picture before it is %s, want open", state)
			}
			for _, picture := range got.AsOf {
				if size, _ := json.Marshal(picture); len(size) > 4000 {
					t.Errorf("a picture of %d bytes repeats what was said", len(size))
				}
			}
		})
	}
}

func hostPlayer(t testing.TB) player {
	t.Helper()
	b, l := twoHolders(t)
	return player{b, l}
}

func when(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := offtake.ParseInstant(s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

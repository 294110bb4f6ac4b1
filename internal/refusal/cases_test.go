package refusal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// TestCases plays the written cases of testdata. A case is a sentence, what
// its clause says otherwise than the plain one, a log of acts and what is so
// as of some instants. Times are local in Los Angeles.
//
//	# The sentence.
//	clause survival=one_shot
//	2025-06-03T10:00 openai offer.receive price=USD_8.00
//	2025-06-03T10:00 microsoft accept ! forbidden
//	= 2025-06-03T10:00 notify_due
//
// An act may end in "! kind" where it is refused, or "> event, event" where
// just these follow. An expectation may end in key=value pairs.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	n := 0
	for _, file := range files {
		for _, c := range readCases(t, file) {
			n++
			t.Run(c.sentence, func(t *testing.T) { c.play(t) })
		}
	}
	if n < 60 {
		t.Errorf("%d cases, want at least 60", n)
	}
}

// TestDocumentedCases plays the examples of the documentation.
func TestDocumentedCases(t *testing.T) {
	text, err := os.ReadFile("../../docs/FIRST-REFUSAL.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```case\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("no examples")
	}
	for _, block := range blocks {
		lines, _, _ := strings.Cut(block, "```")
		for _, c := range parseCases("docs/FIRST-REFUSAL.md", lines) {
			t.Run(c.sentence, func(t *testing.T) { c.play(t) })
		}
	}
}

type writtenCase struct {
	sentence string
	where    string
	lines    []string
}

func readCases(t *testing.T, file string) []writtenCase {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return parseCases(file, string(text))
}

func parseCases(file, text string) (cases []writtenCase) {
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, "# "):
			cases = append(cases, writtenCase{sentence: line[2:], where: fmt.Sprintf("%s:%d", file, i+1)})
		default:
			c := &cases[len(cases)-1]
			c.lines = append(c.lines, line)
		}
	}
	return cases
}

// play runs the acts, and then holds every expectation against the log folded
// up to its instant and against the acts up to it played anew.
func (c writtenCase) play(t *testing.T) {
	right := plain(t).Right
	var acts, expected []string
	for _, line := range c.lines {
		switch {
		case strings.HasPrefix(line, "clause "):
			for _, kv := range strings.Fields(line)[1:] {
				setClause(t, &right, kv)
			}
		case strings.HasPrefix(line, "= "):
			expected = append(expected, line[2:])
		default:
			acts = append(acts, line)
		}
	}
	under := contract(t, right)
	k := newCourt(under)
	var end time.Time
	for i, line := range acts {
		a := readAct(t, i, line)
		c.act(t, k, a, line)
		end = a.At
	}
	for _, line := range expected {
		at, _, _ := strings.Cut(line, " ")
		if when := instant(t, at); when.After(end) {
			end = when
		}
	}
	k.pass(end, true)
	for _, line := range expected {
		c.expect(t, k, line)
	}
}

func (c writtenCase) act(t *testing.T, k *court, a offtake.Act, line string) {
	t.Helper()
	events, err := k.send(a)
	if _, want, ok := strings.Cut(line, " ! "); ok || err != nil {
		if got := offtake.KindOf(err).String(); got != want {
			t.Errorf("%s: %s: refused as %q (%v), want %q", c.where, line, got, err, want)
		}
	}
	if _, want, ok := strings.Cut(line, " > "); ok {
		var names []string
		for _, e := range events {
			names = append(names, e.Event())
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("%s: %s: followed %q, want %q", c.where, line, got, want)
		}
	}
}

func (c writtenCase) expect(t *testing.T, k *court, line string) {
	t.Helper()
	words := strings.Fields(line)
	when := instant(t, words[0])
	past := k.asOf(when)
	again := newCourt(k.contract)
	for _, e := range k.log {
		if _, isDeadline := e.act.Deed.(offtake.Deadline); !isDeadline && !e.act.At.After(when) {
			if _, err := again.send(e.act); err != nil {
				t.Errorf("%s: %s: played as a prefix, %s is refused: %v", c.where, line, e.act.Deed.Name(), err)
			}
		}
	}
	again.pass(when, true)
	if diff := cmp.Diff(past.all, again.all, cmp.Exporter(func(reflect.Type) bool { return true }), cmp.Comparer(func(a, b *refusal.Contract) bool { return a == b })); diff != "" {
		t.Errorf("%s: %s: the log up to then and its acts played anew differ:\n%s", c.where, line, diff)
	}
	p := past.last()
	if got := string(p.State()); got != words[1] {
		t.Errorf("%s: %s: the state is %s (%s), want %s", c.where, words[0], got, p.Why, words[1])
	}
	for _, kv := range words[2:] {
		key, want, _ := strings.Cut(kv, "=")
		if got := look(past, key); got != want {
			t.Errorf("%s: %s: %s is %q, want %q", c.where, words[0], key, got, want)
		}
	}
}

// look reads one thing off the process that stands for the offer.
func look(k *court, key string) string {
	p := k.last()
	cal := k.contract.Rules.Calendar
	local := func(t time.Time) string {
		if t.IsZero() {
			return "none"
		}
		return cal.Local(t).Format("2006-01-02T15:04")
	}
	switch key {
	case "id":
		return string(p.ID)
	case "before":
		return string(k.all[len(k.all)-2].State())
	case "deadline":
		at, _, _ := refusal.Due(*p)
		return local(at)
	case "of":
		_, act, _ := refusal.Due(*p)
		d, _ := act.Deed.(offtake.Deadline)
		return string(d.Of)
	case "late":
		return strconv.FormatBool(p.Missed)
	case "price":
		return strings.ReplaceAll(p.Terms.Price.String(), " ", "_")
	case "noticed":
		return strings.ReplaceAll(p.Noticed.Price.String(), " ", "_")
	case "left":
		return p.Left.String()
	case "rank":
		return strconv.FormatInt(p.Rank, 10)
	case "round":
		return strconv.FormatInt(p.Round, 10)
	case "asked":
		var all []string
		for _, q := range p.Parts {
			if q.Offer != nil && (q.State == offtake.Open || q.State == offtake.Allocating) {
				for _, by := range q.Offer.Asked {
					all = append(all, string(by))
				}
			}
		}
		return strings.Join(all, ",")
	case "parts":
		var parts []string
		for _, q := range p.Parts {
			part := strconv.FormatInt(q.Quantity, 10) + ":" + string(q.State)
			if q.Party != "" {
				part += ":" + string(q.Party)
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, ",")
	}
	return "?"
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	if strings.HasSuffix(s, "Z") {
		at, err := offtake.ParseInstant(s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	cal, _ := calendars.Get("us-business")
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05.999999999"} {
		if at, err := time.ParseInLocation(layout, s, cal.Location()); err == nil {
			return at.UTC()
		}
	}
	t.Fatalf("no instant: %q", s)
	return time.Time{}
}

func readAct(t *testing.T, i int, line string) offtake.Act {
	t.Helper()
	line, _, _ = strings.Cut(line, " ! ")
	line, _, _ = strings.Cut(line, " > ")
	words := strings.Fields(line)
	a := offtake.Act{ID: offtake.ActID("a" + strconv.Itoa(i+1)), At: instant(t, words[0]), By: offtake.PartyName(words[1]), Opportunity: "o"}
	a.Deed = readDeed(t, words[2], words[3:])
	return a
}

func readDeed(t *testing.T, name string, words []string) offtake.Deed {
	t.Helper()
	terms := readTerms(t, words)
	switch name {
	case "offer.receive":
		offered := standard().Revised(terms)
		if value(words, "without") == "site" {
			offered.Site = ""
		}
		return offtake.OfferReceive{Terms: offered}
	case "offer.revise":
		return offtake.OfferRevise{Terms: terms}
	case "offer.withdraw":
		return offtake.OfferWithdraw{}
	case "notice.serve":
		return readNotice(words)
	case "accept":
		return readAccept(t, words, terms)
	case "refuse":
		return offtake.Decline{Reason: value(words, "reason")}
	case "definitive.sign":
		return offtake.DefinitiveSign{Party: offtake.PartyName(value(words, "party"))}
	case "third_party.sign":
		return offtake.ThirdPartySign{Terms: terms, Conditional: value(words, "conditional") == "true"}
	case "third_party.close":
		return offtake.ThirdPartyClose{}
	}
	return readFurtherDeed(t, name, words)
}

func readFurtherDeed(t *testing.T, name string, words []string) offtake.Deed {
	t.Helper()
	party := offtake.PartyName(value(words, "party"))
	var signed []offtake.PartyName
	if by := value(words, "signed_by"); by != "" {
		for _, p := range strings.Split(by, ",") {
			signed = append(signed, offtake.PartyName(p))
		}
	}
	switch name {
	case "notice.object":
		o := offtake.NoticeObject{Question: offtake.Doubt(value(words, "question"))}
		if c := value(words, "missing"); c != "" {
			o.Missing = []offtake.Content{offtake.Content(c)}
		}
		return o
	case "deliver":
		return offtake.Deliver{Party: party}
	case "holder.default":
		return offtake.HolderDefault{Party: party}
	case "regulator.refuse":
		return offtake.RegulatorRefuse{Party: party}
	case "toll":
		return offtake.Toll{Cause: value(words, "cause")}
	case "resume":
		return offtake.Resume{Cause: value(words, "cause")}
	case "extend":
		until, err := offtake.ParseWhen(value(words, "until"))
		if err != nil {
			t.Fatal(err)
		}
		return offtake.ExtendDeadline{Deadline: offtake.DeadlineName(value(words, "deadline")), Until: until, SignedBy: signed}
	case "assign":
		return offtake.Assign{To: offtake.PartyName(value(words, "to"))}
	case "determine":
		return offtake.Determine{Question: offtake.Doubt(value(words, "question")), Answer: offtake.InFavour(value(words, "answer")), SignedBy: signed}
	}
	t.Fatalf("no act %q", name)
	return nil
}

// readHolders reads "microsoft:1:2,crusoe:2:1": party, rank and weight, with
// the provider of the party's and a seat that may go to affiliates.
func readHolders(t *testing.T, v string) (holders []offtake.Holder) {
	t.Helper()
	for _, one := range strings.Split(v, ",") {
		words := strings.Split(one, ":")
		rank, _ := strconv.Atoi(words[1])
		weight, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		h := offtake.Holder{Party: offtake.PartyName(words[0]), Rank: rank, Weight: weight, Assignable: "affiliates"}
		for _, p := range book.Providers {
			if p.Party == h.Party {
				h.Provider = p.Name
			}
		}
		holders = append(holders, h)
	}
	return holders
}

func readNotice(words []string) offtake.NoticeServe {
	n := offtake.NoticeServe{Contents: []offtake.Content{"provider", "quantity", "accelerator", "site", "price", "term", "delivery"}}
	if to := value(words, "to"); to != "" {
		n.To = []offtake.PartyName{offtake.PartyName(to)}
	}
	if without := value(words, "without"); without != "" {
		var kept []offtake.Content
		for _, c := range n.Contents {
			if string(c) != without {
				kept = append(kept, c)
			}
		}
		n.Contents = kept
	}
	return n
}

func readAccept(t *testing.T, words []string, terms offtake.OfferTerms) offtake.Accept {
	t.Helper()
	a := offtake.Accept{Quantity: terms.Quantity}
	terms.Quantity = 0
	a.Terms = terms
	if c := value(words, "condition"); c != "" {
		a.Conditions = []string{c}
	}
	if x := value(words, "extras"); x == "none" {
		a.Extras = []string{}
	}
	return a
}

func value(words []string, key string) string {
	for _, w := range words {
		if k, v, _ := strings.Cut(w, "="); k == key {
			return v
		}
	}
	return ""
}

// standard is the offer of the cases where they say nothing else.
func standard() offtake.OfferTerms {
	price, _ := offtake.ParseMoney("USD 8.00")
	delivery, _ := offtake.ParseWhen("2026-01-01")
	return offtake.OfferTerms{
		Provider: "oci", Accelerator: "gb200", Quantity: 1008, Region: "us-south", Site: "abilene", Price: price,
		Term: duration("P5Y"), Delivery: delivery, Purposes: []offtake.Purpose{"training"},
	}
}

func readTerms(t *testing.T, words []string) (o offtake.OfferTerms) {
	t.Helper()
	for _, w := range words {
		key, v, _ := strings.Cut(w, "=")
		v = strings.ReplaceAll(v, "_", " ")
		var err error
		switch key {
		case "provider":
			o.Provider = offtake.ProviderName(v)
		case "party":
			o.Party = offtake.PartyName(v)
		case "accelerator":
			o.Accelerator = offtake.Accelerator(v)
		case "region":
			o.Region = offtake.Region(v)
		case "site":
			o.Site = offtake.Site(v)
		case "purpose":
			o.Purposes = []offtake.Purpose{offtake.Purpose(v)}
		case "quantity":
			o.Quantity, err = strconv.ParseInt(v, 10, 64)
		case "price":
			o.Price, err = offtake.ParseMoney(v)
		case "term":
			o.Term, err = offtake.ParseDuration(v)
		case "delivery":
			o.Delivery, err = offtake.ParseWhen(v)
		case "expires":
			o.Expires, err = offtake.ParseWhen(v)
		case "bona fide", "bona_fide":
			o.BonaFide = strings.Split(strings.ReplaceAll(v, " ", "_"), ",")
		case "all_or_none":
			o.AllOrNone = offtake.State(v == "true")
		case "extra": // storage, or storage:free:USD_1M where it is not burdened
			name, rest, _ := strings.Cut(v, ":")
			x := offtake.Extra{Name: name}
			if free, value, _ := strings.Cut(rest, ":"); free != "" {
				x.Burdened = offtake.State(free != "free")
				if value != "" {
					x.Value, err = offtake.ParseMoney(value)
				}
			}
			o.Extras = []offtake.Extra{x}
		case "minimum", "take_or_pay", "service_level", "equity", "exclusive_marketing":
			var f offtake.Figure
			f, err = offtake.ParseFigure(v)
			o.Other = append(o.Other, offtake.OtherTerm{Key: key, Value: f})
		}
		if err != nil {
			t.Fatalf("%q: %v", w, err)
		}
	}
	return o
}

func setClause(t *testing.T, f *offtake.FirstRefusal, kv string) {
	t.Helper()
	key, v, _ := strings.Cut(kv, "=")
	var err error
	switch key {
	case "holders":
		f.Holders = readHolders(t, v)
		if f.Ranks.Mode == "" {
			f.Ranks = offtake.Ranks{Mode: "sequential", NextStarts: "on_response"}
		}
	case "mode":
		f.Ranks.Mode = v
	case "next_starts":
		f.Ranks.NextStarts = v
	case "windows": // of the ranks from 1 on
		f.WindowByRank = map[int]offtake.Duration{}
		for i, w := range strings.Split(v, ",") {
			f.WindowByRank[i+1] = duration(w)
		}
	case "partial":
		f.Partial = offtake.Partial(v)
	case "lot":
		f.Lot, err = strconv.ParseInt(v, 10, 64)
	case "all_or_none":
		f.AllOrNone = v == "true"
	case "undersubscription":
		f.Undersubscribed, err = offtake.ParseDuration(v)
	case "deficiency":
		f.Notice.Deficiency = offtake.Deficiency(v)
	case "objection":
		f.Notice.ObjectionWithin, err = offtake.ParseDuration(v)
	case "delivery_grace":
		f.DeliveryGate = true
		f.DeliveryGrace, err = offtake.ParseDuration(v)
	case "tolling":
		f.Tolling = strings.Split(v, ",")
	case "determiner":
		f.Determiner = offtake.PartyName(v)
	case "direction":
		f.Direction = offtake.Direction(v)
	case "window":
		f.Window, err = offtake.ParseDuration(v)
	case "notify_within":
		f.NotifyWithin, _ = offtake.ParseDuration(v)
	case "definitive":
		f.Definitive, err = offtake.ParseDuration(v)
	case "sign_by":
		f.Tail.SignBy, err = offtake.ParseDuration(v)
	case "close_by":
		f.Tail.CloseBy, err = offtake.ParseDuration(v)
	case "retrigger":
		f.Retrigger, err = offtake.ParseDuration(v)
	case "survival":
		f.Survival = offtake.Survival(v)
	case "match":
		f.Match = offtake.Match(v)
	case "package":
		f.Package = offtake.PackageRule(v)
	case "non_cash":
		f.NonCash = offtake.NonCash(v)
	case "revocable":
		f.OfferRevocable = offtake.Revocable(v)
	case "nonconforming":
		f.Nonconforming = offtake.Nonconforming(v)
	case "bona_fide":
		f.BonaFide = strings.Split(v, ",")
	case "at_least":
		f.Scope.Quantity.AtLeast, err = strconv.ParseInt(v, 10, 64)
	case "site":
		f.Scope.Sites = []offtake.Site{offtake.Site(v)}
	case "contents":
		f.Notice.Contents = nil
		for _, c := range strings.Split(v, ",") {
			f.Notice.Contents = append(f.Notice.Contents, offtake.Content(c))
		}
	case "tolerance":
		dim, pct, _ := strings.Cut(v, ":")
		var within offtake.Percent
		within, err = offtake.ParsePercent(pct)
		f.Tolerance = append(f.Tolerance, offtake.Tolerance{Dimension: dim, Within: within})
	case "cutoff":
		f.Time.Cutoff, err = offtake.ParseTimeOfDay(v)
	default:
		t.Fatalf("no clause field %q", key)
	}
	if err != nil {
		t.Fatalf("%q: %v", kv, err)
	}
}

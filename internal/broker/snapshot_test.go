package broker_test

import (
	"fmt"
	"iter"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
	"github.com/offtake-dev/offtake/internal/wire"
)

// A State that lives through snapshots, restored after every act, is in all that it
// keeps the same as one that was never written down, and decides the same. What is not
// compared is listed in derived; every other field that there is has to be seen with
// something in it, so that one that is new and not restored is found out.
func TestARestoredStateIsTheSame(t *testing.T) {
	same := &sameness{seen: map[string]bool{}, filled: map[string]bool{}}
	for _, c := range writtenCases(t) {
		b := c.Book()
		l := &lives{T: t, same: same, one: broker.New(), other: broker.New(), what: c.Sentence}
		files := []offtake.BookFile{{Path: "book.yaml", Text: string(book.Format(b))}}
		if len(c.Acts) == 0 || !l.act(offtake.Act{ID: "the book", At: c.Acts[0].At.Add(-time.Hour), By: b.Buyer, Deed: push(files)}) {
			continue
		}
		for n, a := range c.Acts {
			if a.ID == "" {
				a.ID = offtake.ActID(fmt.Sprint("act ", n))
			}
			l.act(a.Act)
		}
		l.pass(l.one.Now().AddDate(2, 0, 0))
	}
	aBuyersLife(t, same)
	for field := range same.seen {
		whole := strings.HasPrefix(field, "offtake.") || strings.HasPrefix(field, "refusal.") // no field of them is named
		if !same.filled[field] && !whole {
			t.Errorf("nothing was ever in %s: whether it is restored is not known", field)
		}
	}
}

// lives are two states: one that is never written down, another that is after every act.
type lives struct {
	*testing.T
	same       *sameness
	one, other *broker.State
	what       string
	log        []wire.Entry
}

func (l *lives) recall() iter.Seq2[wire.Entry, error] {
	return func(yield func(wire.Entry, error) bool) {
		for _, e := range l.log {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// act lets pass what is due and sends an act to both. It reports whether it was taken.
func (l *lives) act(a offtake.Act) bool {
	l.Helper()
	l.pass(a.At)
	return l.step(a, offtake.Receipt{Recorded: a.At})
}

func (l *lives) pass(until time.Time) {
	l.Helper()
	for n := 0; ; n++ {
		a, due := l.one.DueBefore(until)
		b, dueToo := l.other.DueBefore(until)
		if due != dueToo || due && line(l, wire.Entry{Act: a}) != line(l, wire.Entry{Act: b}) {
			l.Fatalf("%s: due %+v, restored %+v", l.what, a, b)
		}
		if !due || n > 100 {
			return
		}
		l.step(a, offtake.Receipt{Recorded: a.At})
	}
}

func (l *lives) step(a offtake.Act, r offtake.Receipt) bool {
	l.Helper()
	l.one.Recalls(l.recall)
	l.other.Recalls(l.recall)
	events, err := l.one.Decide(a)
	again, errAgain := l.other.Decide(a)
	if fmt.Sprint(err) != fmt.Sprint(errAgain) || line(l, wire.Entry{Act: a, Events: events}) != line(l, wire.Entry{Act: a, Events: again}) {
		l.Fatalf("%s: %s is answered\n%+v %v, restored\n%+v %v", l.what, a.Deed.Name(), events, err, again, errAgain)
	}
	if err != nil {
		return false
	}
	e := wire.Entry{Act: a, Events: events, Receipt: r}
	l.log = append(l.log, e)
	for _, s := range []*broker.State{l.one, l.other} {
		if err := s.Fold(&e); err != nil {
			l.Fatalf("%s: %v", l.what, err)
		}
	}
	text, err := l.other.Snapshot()
	if err != nil {
		l.Fatalf("%s: %v", l.what, err)
	}
	if l.other, err = broker.Restore(text); err != nil {
		l.Fatalf("%s: %v", l.what, err)
	}
	if why := l.same.compare(l.one, l.other); why != "" {
		l.Fatalf("%s: after %s: %s", l.what, a.Deed.Name(), why)
	}
	return true
}

// line gives an entry as it is written down.
func line(l *lives, e wire.Entry) string {
	text, err := wire.AppendEntry(nil, &e)
	if err != nil {
		l.Fatalf("%s: %v", l.what, err)
	}
	return string(text)
}

// derived is what is not compared: what is found again from the rest, and what is only
// kept to answer faster.
var derived = []string{
	"broker.State.recall", "broker.Version.Book", "broker.Version.Law",
	"market.State.law", "market.State.laws", "market.State.mayPlace", "account.Accounts.firsts", "account.Accounts.shelves", "account.Line.class", "market.State.names",
	"deal.Deals.law", "deal.Deals.agenda", "deal.Deals.ahead", "deal.Deals.split", "deal.Deals.stale",
	"deal.Opportunity.stale", "deal.Opportunity.counted",
	"deal.kept.touched", "deal.kept.queued", "deal.kept.place", "deal.kept.at",
	"holding.Pool.cheapest", "holding.Pool.ends",
	"refusal.Contract.Book", "refusal.Contract.Rules", "refusal.Contract.Dates", "refusal.Contract.Right", "refusal.Contract.First", "refusal.Contract.Placement",
}

// sameness holds two values against each other by all of their fields.
type sameness struct {
	seen, filled map[string]bool // fields, and those that had something in them
	pairs        map[[2]unsafe.Pointer]bool
}

func (s *sameness) compare(a, b any) string {
	s.pairs = map[[2]unsafe.Pointer]bool{}
	return s.values("", reflect.ValueOf(a), reflect.ValueOf(b))
}

// open makes a value that can be looked into, whatever it was a field of.
func open(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	}
	in := reflect.New(v.Type()).Elem()
	in.Set(v)
	return in
}

func (s *sameness) values(at string, a, b reflect.Value) string {
	a, b = open(a), open(b)
	switch x := a.Interface().(type) {
	case time.Time:
		if !x.Equal(b.Interface().(time.Time)) {
			return fmt.Sprintf("%s is %s, restored %s", at, x, b.Interface())
		}
		return ""
	case offtake.Money:
		if y := b.Interface().(offtake.Money); x.String() != y.String() || x.Currency() != y.Currency() {
			return fmt.Sprintf("%s is %s, restored %s", at, x, y)
		}
		return ""
	}
	switch a.Kind() {
	case reflect.Pointer:
		return s.pointers(at, a, b)
	case reflect.Struct:
		for i := range a.NumField() {
			name := a.Type().String() + "." + a.Type().Field(i).Name
			if slices.Contains(derived, name) {
				continue
			}
			s.seen[name] = true
			if !a.Field(i).IsZero() {
				s.filled[name] = true
			}
			if why := s.values(at+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i)); why != "" {
				return why
			}
		}
	case reflect.Slice:
		if a.IsNil() != b.IsNil() && a.Len() == 0 && b.Len() == 0 && matters(a.Type()) {
			return fmt.Sprintf("%s is nil: %t, restored %t", at, a.IsNil(), b.IsNil())
		}
		fallthrough
	case reflect.Array:
		if a.Len() != b.Len() {
			return fmt.Sprintf("%s has %d, restored %d", at, a.Len(), b.Len())
		}
		for i := range a.Len() {
			if why := s.values(fmt.Sprintf("%s[%d]", at, i), a.Index(i), b.Index(i)); why != "" {
				return why
			}
		}
	case reflect.Map:
		return s.maps(at, a, b)
	case reflect.Func:
		if a.IsNil() != b.IsNil() {
			return at + " is there in one only"
		}
	default:
		if !a.Equal(b) {
			return fmt.Sprintf("%s is %v, restored %v", at, a, b)
		}
	}
	return ""
}

// matters reports whether nothing is something else than a list of nothing.
func matters(t reflect.Type) bool { return t.Elem().Kind() == reflect.String }

func (s *sameness) pointers(at string, a, b reflect.Value) string {
	if a.IsNil() || b.IsNil() {
		if a.IsNil() != b.IsNil() {
			return fmt.Sprintf("%s is nil: %t, restored %t", at, a.IsNil(), b.IsNil())
		}
		return ""
	}
	pair := [2]unsafe.Pointer{a.UnsafePointer(), b.UnsafePointer()}
	if s.pairs[pair] {
		return ""
	}
	s.pairs[pair] = true
	return s.values(at, a.Elem(), b.Elem())
}

func (s *sameness) maps(at string, a, b reflect.Value) string {
	if a.Len() != b.Len() {
		return fmt.Sprintf("%s has %d, restored %d", at, a.Len(), b.Len())
	}
	for pair := a.MapRange(); pair.Next(); {
		v := b.MapIndex(pair.Key())
		if !v.IsValid() {
			return fmt.Sprintf("%s has %v, restored not", at, pair.Key())
		}
		if why := s.values(fmt.Sprintf("%s[%v]", at, pair.Key()), pair.Value(), v); why != "" {
			return why
		}
	}
	return ""
}

// writtenCases are those of one process, of several, and of the documentation.
func writtenCases(t *testing.T) (cases []docket.Case) {
	for _, dir := range []string{"../refusal/testdata", "../play/testdata/cases"} {
		some, err := docket.ReadAll(os.DirFS(dir), "*.txt")
		if err != nil || len(some) == 0 {
			t.Fatalf("%d cases in %s, %v", len(some), dir, err)
		}
		cases = append(cases, some...)
	}
	for _, page := range []string{"../../docs/FIRST-REFUSAL.md", "../../docs/FIRST-OFFER.md", "../../docs/FIRST-PLACEMENT.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		some, err := docket.Documented(page, string(text))
		if err != nil || len(some) == 0 {
			t.Fatalf("%d cases in %s, %v", len(some), page, err)
		}
		cases = append(cases, some...)
	}
	return cases
}

// aBuyersLife is a broker of the example in which happens what is no part of a first
// refusal: work, usage, quotes, versions of the book, doubt of the clock.
func aBuyersLife(t *testing.T, same *sameness) {
	l := &lives{T: t, same: same, one: broker.New(), other: broker.New(), what: "the example"}
	at, n := time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC), 0
	do := func(by offtake.PartyName, o offtake.OpportunityID, deed offtake.Deed, files ...offtake.Hash) {
		t.Helper()
		n++
		at = at.Add(time.Hour)
		l.pass(at)
		if !l.step(offtake.Act{ID: offtake.ActID(fmt.Sprint("a", n)), At: at, By: by, Opportunity: o, Deed: deed}, offtake.Receipt{Recorded: at, Recorder: "openai", Attachments: files}) {
			_, err := l.one.Decide(offtake.Act{ID: "again", At: at, By: by, Opportunity: o, Deed: deed})
			t.Fatalf("%s of %s is refused: %v", deed.Name(), by, err)
		}
	}
	contents := offtake.NoticeServe{Contents: []offtake.Content{"provider", "quantity", "accelerator", "price", "term", "delivery"}}
	job := func(name offtake.JobID, quantity int64) offtake.SubmitJob {
		return offtake.SubmitJob{Job: name, Accelerator: "h100", Quantity: quantity, Length: offtake.Duration{Unit: offtake.Days, Count: 2}, Purpose: "training", Regions: []offtake.Region{"us-east"}}
	}
	do("openai", "", push(example(t)))
	do("openai", "o1", offer(1008))
	do("openai", "o1", contents, "a file")
	do("openai", "", job("j1", 8))
	do("openai", "", job("j2", 8))
	do("openai", "", job("j3", 1_000_000))
	for _, j := range []offtake.JobID{"j1", "j2"} {
		do("openai", "", offtake.PlaceJob{Job: j, Parts: []offtake.Taken{{Reservation: "microsoft-openai/held-h100", Quantity: 8}}, Until: at.Add(48 * time.Hour), Purpose: "training"})
	}
	do("openai", "", offtake.FinishJob{Job: "j1"})
	do("openai", "", offtake.UsageReport{Source: "meter", Batch: "1", Rows: 1, Totals: []offtake.UsageTotal{
		{Reservation: "microsoft-openai/held-h100", Day: offtake.Date{Year: 2025, Month: 6, Day: 3}, Purpose: "training", Used: 3600, Unused: 60},
	}})
	quoted := offtake.Quote{Quote: "q1", Terms: offer(72).Terms}
	quoted.Terms.Expires = offtake.When{Instant: at.AddDate(0, 1, 0)}
	do("oracle", "", quoted)
	quoted.Quote = "q2"
	do("oracle", "", quoted)
	do("oracle", "", offtake.QuoteWithdraw{Quote: "q2"})
	do("openai", "o2", offtake.QuoteTake{Quote: "q1"})
	do("", "", offtake.ClockDoubt{Why: "a test"})
	do("openai", "", offtake.ClockConfirm{})
	longer := push(edited(t, "window: P15BD", "window: P20BD"))
	do("openai", "", longer)
	do("microsoft", "", offtake.BookSign{Hash: longer.Hash})
	do("openai", "o3", offer(504))
	do("openai", "o3", contents)
	do("openai", "", push(edited(t, "window: P15BD", "window: P30BD")))
	more := push(edited(t, "up_to: USD 500B", "up_to: USD 600B"))
	do("openai", "", more)
	do("softbank", "", offtake.BookSign{Hash: more.Hash})
	do("microsoft", "o1", offtake.Decline{Reason: "unable"})
	do("openai", "o1", offtake.Award{Quantity: 1008})
	do("openai", "", offtake.CancelJob{Job: "j3"})
	owed(t, do)
	at = time.Date(2026, 2, 2, 17, 0, 0, 0, time.UTC) // what was held has ended, and what is bought is held beside it
	own := offer(72)
	own.Terms.Provider, own.Terms.Accelerator, own.Terms.Region = "azure", "h100", "us-east"
	own.Terms.Delivery = offtake.When{Date: offtake.Date{Year: 2026, Month: 3, Day: 1}}
	do("openai", "o4", own)
	do("openai", "o4", offtake.Award{Quantity: 72})
	l.pass(at.AddDate(2, 0, 0))
}

// owed lives through what commitments, reservations, ventures and prices can do.
func owed(t *testing.T, do func(offtake.PartyName, offtake.OpportunityID, offtake.Deed, ...offtake.Hash)) {
	files := edited(t, "          carry: none                         # invented\n          cancel: none                        # invented\n          order: 2                            # invented",
		"          carry: none\n          cancel: {notice: P10D, fee: 2%}\n          prepayment: {amount: USD 100M, by: 2025-12-31}\n          order: 2")
	for i := range files {
		files[i].Text = strings.Replace(files[i].Text, "  held-longer:", `  best-price:
    text: The buyer's price follows the best one given to CoreWeave.
    most_favoured: {beneficiary: openai, compared_with: [coreweave], metric: price per hour, remedy: refunded}
  ramped:
    text: Held in steps.
    reservation:
      provider: azure
      accelerator: gb200
      quantity: 144
      region: us-east
      window: {from: 2025-08-01, until: 2027-01-01}
      price: USD 20.00
      unused_charge: 100%
      ramp: [{on: 2025-08-01, quantity: 72}, {on: 2025-12-01, quantity: 144}]
      delivery: {tolerance: P2D, damages: {per_day: USD 1000, cap: USD 5000}}
      extend: {step: P1M, notice: P10D}
      cancel: {notice: P10D, fee: 2%}
  held-longer:`, 1)
	}
	version := push(files)
	do("openai", "", version)
	do("microsoft", "", offtake.BookSign{Hash: version.Hash})
	azure := offtake.ClauseRef{Agreement: "microsoft-openai", Clause: "azure-commitment"}
	usd := func(n int64) offtake.Money { return offtake.MoneyOf("USD", n) }
	day := offtake.Date{Year: 2025, Month: 6, Day: 4}
	do("openai", "", offtake.UsageReport{Source: "bill", Batch: "1", Rows: 3, Root: "0f", Totals: []offtake.UsageTotal{
		{Provider: "azure", Day: day, Service: "storage", Cost: usd(7), Labels: []offtake.Label{{Key: "team", Value: "red"}}, Invoiced: day, Customer: "us-national-security", Asset: "gpt-4o"},
		{Provider: "azure", Day: day, Kind: offtake.ForPrepayment, Cost: usd(100), For: azure},
		{Provider: "azure", At: time.Date(2025, 6, 4, 10, 15, 0, 0, time.UTC), Accelerator: "h100", Region: "us-east", Product: "chatgpt", Used: 3600},
	}})
	do("openai", "", offtake.CommitmentCancel{Commitment: azure, Amount: usd(1000)})
	do("openai", "", offtake.CapacityLate{Reservation: "microsoft-openai/ramped"})
	do("microsoft", "", offtake.CapacityDeliver{Reservation: "microsoft-openai/ramped"})
	do("openai", "", offtake.CapacityLate{Reservation: "microsoft-openai/ramped/2"})
	do("openai", "", offtake.ReservationExtend{Reservation: "microsoft-openai/ramped", Steps: 2})
	do("openai", "", offtake.ReservationCancel{Reservation: "microsoft-openai/ramped", Quantity: 8})
	venture := offtake.ClauseRef{Agreement: "stargate", Clause: "venture"}
	do("openai", "", offtake.PhaseOnline{Venture: venture, Phase: 1})
	do("openai", "", offtake.CapitalCall{Venture: venture, Phase: 2, Amount: usd(1001), Due: offtake.When{Date: offtake.Date{Year: 2026, Month: 1, Day: 31}}})
	do("softbank", "", offtake.CapitalPay{Venture: venture, Phase: 2, Amount: usd(100)})
	do("openai", "", offtake.PriceReport{To: "coreweave", Provider: "azure", Accelerator: "h100", Region: "us-east", Price: usd(5), Source: "press"})
}

package usage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/market/account"
	"github.com/offtake-dev/offtake/internal/usage"
	"pgregory.net/rapid"
)

var reported = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func money(s string) offtake.Money {
	m, err := offtake.ParseMoney(s)
	if err != nil {
		panic(err)
	}
	return m
}

// aBook sells H100s of azure at USD 2, and knows two of everything.
func aBook() account.Book {
	held := &offtake.CapacityReserved{Reservation: "held", Provider: "azure", Accelerator: "h100", Quantity: 1, Price: money("USD 3"), UnusedCharge: offtake.One}
	return account.Book{
		Currency: "USD",
		Held: func(id offtake.ReservationID) *offtake.CapacityReserved {
			if id == "held" {
				return held
			}
			return nil
		},
		Capacity: func(*offtake.CapacityReserved, time.Time, time.Time) int64 { return 86400 },
		InForce:  func(time.Time) *drawdown.Set { return drawdown.NewSet(nil) },
		Price: func(t offtake.UsageTotal) (offtake.Money, error) {
			if t.Accelerator == "" {
				return offtake.Money{}, offtake.Refuse(offtake.Invalid, "usage has neither a cost nor an accelerator, by which it would have one")
			}
			return money("USD 2"), nil
		},
		Known: func(t offtake.UsageTotal) error {
			if t.Accelerator != "" && t.Accelerator != "h100" {
				return offtake.Refuse(offtake.NotFound, "accelerator %q is not declared in the book", t.Accelerator)
			}
			return nil
		},
	}
}

// a meter sends batches to accounts of its own.
type meter struct {
	register usage.Register
	accounts *account.Accounts
	how      *usage.Reader
}

func newMeter(form usage.Form) *meter {
	return &meter{accounts: account.New(), how: &usage.Reader{
		Form: form, Currency: "USD", Zone: time.UTC, Providers: map[string]offtake.ProviderName{"microsoft": "azure"},
		Regions: map[string]offtake.Region{"azure eastus": "us-east"},
	}}
}

func (m *meter) send(name, text string) (*usage.Reading, error) {
	r, err := m.register.Read(m.how, usage.Batch{Source: "m", Name: name, Text: []byte(text)}, func() *account.Admission { return m.accounts.Admit(reported, aBook()) })
	if err != nil || len(r.Totals) == 0 {
		return r, err
	}
	events, err := m.accounts.Report(reported, offtake.UsageReport{Source: "m", Batch: name, Rows: r.Rows, Totals: r.Totals}, aBook())
	if err != nil {
		r.Undo()
		return r, err
	}
	for _, e := range events {
		m.accounts.Apply(e)
	}
	return r, nil
}

func refusals(r *usage.Reading) (out []string) {
	for _, no := range r.Refused {
		out = append(out, fmt.Sprintf("%d: %v", no.Line, no.Why))
	}
	return out
}

func spend(m *meter) string {
	s, _ := m.accounts.Spend().Round()
	return s.String()
}

// What is bad is refused with its line and the rest is taken.
func TestBadRecordsAreRefusedAndTheRestIsTaken(t *testing.T) {
	const header = "id,corrects,kind,day,start,end,reservation,provider,service,accelerator,used,unused,cost,labels\n"
	for _, c := range []struct {
		name string
		row  string
		want string
	}{
		{"a negative charge", "x,,,2026-02-01,,,,azure,,,,,-5,", `2: cost -5 is below zero; a credit says kind credit and an amount above zero`},
		{"a negative use", "x,,,2026-02-01,,,,azure,,h100,-5,,,", `2: used -5 is below zero; what was wrong is corrected by a record that names it`},
		{"a zero charge", "x,,,2026-02-01,,,,azure,,,,,0,", `2: charge is zero; only a correction may say that nothing was charged`},
		{"nothing at all", "x,,,2026-02-01,,,,azure,,h100,,,,", `2: record says neither what was used nor what it costs`},
		{"another currency", "x,,,2026-02-01,,,,azure,,,,,EUR 5,", `2: cost EUR 5 is not in USD, the book's currency`},
		{"an amount that is none", "x,,,2026-02-01,,,,azure,,,,,5.,", `2: cost "5." is no amount as 12.50 or USD 12.50`},
		{"an unknown accelerator", "x,,,2026-02-01,,,,azure,,h999,5,,,", `2: accelerator "h999" is not declared in the book`},
		{"an unknown kind", "x,,gift,2026-02-01,,,,azure,,,,,5,", `2: kind "gift" is none of usage, purchase, prepayment, credit, tax`},
		{"an unknown reservation", "x,,,2026-02-01,,,gone,,,,5,,,", `2: reservation "gone" is not held`},
		{"a day that is none", "x,,,2026-02-30,,,,azure,,,,,5,", `2: day: date "2026-02-30" is not a day written as 2025-01-21`},
		{"no day", "x,,,,,,,azure,,,,,5,", `2: usage has either a day or an end; write one of them`},
		{"a day and an end", "x,,,2026-02-01,,2026-02-01T01:00:00Z,,azure,,,,,5,", `2: usage has either a day or an end; write one of them`},
		{"a period that runs back", "x,,,,2026-02-01T02:00:00Z,2026-02-01T01:00:00Z,,azure,,,,,5,", `2: start "2026-02-01T02:00:00Z" is not before end "2026-02-01T01:00:00Z"`},
		{"an hour that does not exist", "x,,,,,2025-03-09T02:30:00,,azure,,,,,5,", `2: end "2025-03-09T02:30:00" does not exist in America/Los_Angeles, where clocks go forward; write it with its offset`},
		{"an hour that comes twice", "x,,,,,2025-11-02T01:30:00,,azure,,,,,5,", `2: end "2025-11-02T01:30:00" comes twice in America/Los_Angeles, where clocks go back; write it with its offset, as 2025-11-02T01:30:00-07:00`},
		{"tomorrow", "x,,,2026-03-02,,,,azure,,,,,5,", `2: usage of 2026-03-03T00:00:00Z lies after its report at 2026-03-01T00:00:00Z`},
		{"too few values", "x,,,2026-02-01", `2: 4 values, and the header has 14 columns`},
		{"a quote that does not end", `x,"`, `2: extraneous or missing " in quoted-field`},
		{"more than was held", "x,,,2026-02-01,,,held,,,,86401,,,", `2: usage of "held" on 2026-02-01 comes to more than the 86400 accelerator-seconds held until 2026-03-01T00:00:00Z`},
		{"a credit larger than the charges", "x,,credit,2026-02-01,,,,oci,,,,,5,", `2: credits of provider "oci" in 2026-02 are more than its charges`},
		{"a correction of itself", "x,x,,2026-02-01,,,,azure,,,,,5,", `2: record "x" corrects itself`},
		{"labels that are none", "x,,,2026-02-01,,,,azure,,,,,5,red", `2: labels "red" are not written as team=red;project=p1`},
	} {
		m := newMeter(usage.CSV)
		m.how.Zone = losAngeles(t)
		text := header + c.row + "\n"
		if c.name != "a quote that does not end" {
			text += "good,,,2026-02-01,,,,azure,,h100,3600,,,\n"
		}
		r, err := m.send("1", text)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := refusals(r); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
		if c.name != "a quote that does not end" && (r.Account.Taken.Records != 1 || spend(m) != "USD 2.00") {
			t.Errorf("%s: %d records taken, USD 2.00 expected and %s charged", c.name, r.Account.Taken.Records, spend(m))
		}
		if !r.Account.Holds() {
			t.Errorf("%s: does not reconcile: %+v", c.name, r.Account)
		}
	}
}

func losAngeles(t *testing.T) *time.Location {
	c, ok := civil.Builtin("us-business")
	if !ok {
		t.Fatal("there is no calendar us-business")
	}
	return c.Location()
}

// A record counts once, whatever it comes in, and its name does not stand for another.
func TestARecordCountsOnce(t *testing.T) {
	m := newMeter(usage.CSV)
	first := "id,day,provider,cost\na,2026-02-01,azure,1.50\nb,2026-02-01,azure,2\n"
	if r, err := m.send("1", first); err != nil || r.Account.Taken.Records != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	r, err := m.send("2", "id,day,provider,cost\nb,2026-02-01,azure,2.00\nc,2026-02-01,azure,4\na,2026-02-01,azure,1.51\n")
	if err != nil {
		t.Fatal(err)
	}
	if a := r.Account; a.Repeated.Records != 1 || a.Taken.Records != 1 || a.Refused.Records != 1 || !a.Holds() {
		t.Errorf("%+v, want one taken, one repeated, one refused", a)
	}
	if got := refusals(r); len(got) != 1 || got[0] != `4: record "a" of "m" is there with other content; a correction has a name of its own and names it` {
		t.Errorf("refused %q", got)
	}
	if !slices.Equal(r.Skipped, []int64{1, 3}) {
		t.Errorf("rows %v are skipped, want 1 and 3", r.Skipped)
	}
	if r, err := m.send("1", first); err != nil || r.Account.Repeated.Records != 2 || len(r.Totals) != 0 {
		t.Errorf("the first batch again: %+v, %v", r, err)
	}
	if spend(m) != "USD 7.50" {
		t.Errorf("charged %s, want USD 7.50", spend(m))
	}
}

// The forms say the same.
func TestForms(t *testing.T) {
	want := offtake.UsageTotal{
		Provider: "azure", At: time.Date(2026, 2, 1, 10, 15, 0, 0, time.UTC), Service: "storage", Region: "us-east", Product: "chatgpt",
		Invoiced: offtake.Date{Year: 2026, Month: 3, Day: 1}, Cost: money("USD 12.5"),
		Labels: []offtake.Label{{Key: "project", Value: "p1"}, {Key: "team", Value: "red"}},
	}
	for form, text := range map[usage.Form]string{
		usage.CSV:   "\uFEFFid,end,provider,service,region,product,cost,invoiced,label.team,labels\r\na,2026-02-01T10:07:00Z,azure,storage,us-east,chatgpt,12.5,2026-03-01,red,project=p1\r\n",
		usage.JSONL: `{"id":"a","end":"2026-02-01T10:07:00Z","provider":"azure","service":"storage","region":"us-east","product":"chatgpt","cost":12.5,"invoiced":"2026-03-01","labels":{"team":"red","project":"p1"}}` + "\n",
		usage.FOCUS: "BilledCost,BillingCurrency,BillingPeriodEnd,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ProviderName,PublisherName,RegionId,ServiceCategory,InvoiceId,Tags,x_Product\n" +
			`12.5,USD,2026-03-01T00:00:00Z,Usage,2026-02-01T09:00:00Z,2026-02-01T10:07:00Z,Microsoft,Microsoft,eastus,Storage,G1,"{""team"":""red"",""project"":""p1""}",chatgpt` + "\n",
	} {
		r, err := newMeter(form).send("1", text)
		if err != nil || len(r.Totals) != 1 {
			t.Errorf("%s: %v, %v", form, err, refusals(r))
			continue
		}
		if got, want := fmt.Sprintf("%+v", r.Totals[0]), fmt.Sprintf("%+v", want); got != want {
			t.Errorf("%s:\n got %s\nwant %s", form, got, want)
		}
	}
}

// Of a bill purchases, tax and credits are what they are.
func TestABill(t *testing.T) {
	m := newMeter(usage.FOCUS)
	m.how.Provider = "azure"
	r, err := m.send("1", "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodEnd,x_Commitment,x_AcceleratorSeconds,x_Accelerator\n"+
		"100,USD,Purchase,2026-02-01T00:00:00Z,,,\n"+
		"10,USD,Tax,2026-02-01T00:00:00Z,,,\n"+
		"-5,USD,Credit,2026-02-01T00:00:00Z,,,\n"+
		"0,USD,Usage,2026-02-01T00:00:00Z,,3600,h100\n"+
		"0,USD,Usage,2026-02-01T00:00:00Z,,,\n"+
		"-5,USD,Usage,2026-02-01T00:00:00Z,,,\n"+
		"5,EUR,Usage,2026-02-01T00:00:00Z,,,\n")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(refusals(r), "\n"), "6: charge is zero; only a correction may say that nothing was charged\n"+
		"7: BilledCost of a Usage is below zero; what was wrong is corrected by a row that names it in x_Corrects\n"+
		"8: BillingCurrency EUR is not USD, the book's currency"; got != want {
		t.Errorf("refused\n%s\nwant\n%s", got, want)
	}
	if a := r.Account; spend(m) != "USD 105.00" || a.Taken.Records != 4 || a.Taken.Cost.Cmp(money("USD 105")) != 0 || !a.Holds() {
		t.Errorf("charged %s of %+v, want USD 105.00 of four records", spend(m), a)
	}
}

// A thing is a record of the twin's.
type thing struct {
	id, corrects string
	day, cost    int
	team         string
}

func (r thing) line() string {
	return fmt.Sprintf("%s,%s,2026-02-%02d,azure,%d.%02d,%s", r.id, r.corrects, r.day, r.cost/100, r.cost%100, r.team)
}

// Whatever order records come in, in whatever batches, repeated and corrected, what is
// charged is what those come to that nothing corrects: as if nobody had ever erred.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var things []thing
		dead := map[string]bool{}
		for i := range rapid.IntRange(1, 20).Draw(t, "records") {
			r := thing{id: fmt.Sprint("r", i), day: rapid.IntRange(1, 3).Draw(t, "day"), cost: rapid.IntRange(1, 500).Draw(t, "cents"), team: rapid.SampledFrom([]string{"red", "blue"}).Draw(t, "team")}
			if i > 0 && rapid.IntRange(0, 2).Draw(t, "corrects") == 0 {
				if of := things[rapid.IntRange(0, i-1).Draw(t, "of")].id; !dead[of] {
					r.corrects, dead[of] = of, true
					r.cost = rapid.IntRange(0, 500).Draw(t, "corrected cents")
				}
			}
			things = append(things, r)
		}
		want := map[string]int{}
		for _, r := range things {
			if !dead[r.id] && r.cost > 0 {
				want[fmt.Sprintf("2026-02-%02d %s", r.day, r.team)] += r.cost
			}
		}
		sent := slices.Clone(things)
		for range rapid.IntRange(0, 5).Draw(t, "repeated") {
			sent = append(sent, rapid.SampledFrom(things).Draw(t, "again"))
		}
		sent = rapid.Permutation(sent).Draw(t, "order")
		m := newMeter(usage.CSV)
		for n := 0; len(sent) > 0; n++ {
			k := rapid.IntRange(1, len(sent)).Draw(t, "batch")
			text := "id,corrects,day,provider,cost,label.team\n"
			for _, r := range sent[:k] {
				text += r.line() + "\n"
			}
			sent = sent[k:]
			r, err := m.send(fmt.Sprint(n), text)
			if err != nil || len(r.Refused) > 0 || !r.Account.Holds() {
				t.Fatalf("batch %d: %v %v %+v", n, err, refusals(r), r.Account)
			}
		}
		got := map[string]int{}
		for _, l := range m.accounts.Lines(reported, func(*account.Line) bool { return true }) {
			cents, rest := l.Cost.Round()
			if !rest.IsZero() {
				t.Fatalf("%s is left of %s", rest, l.Cost)
			}
			var dollars, c int
			fmt.Sscanf(cents.Number(), "%d.%d", &dollars, &c)
			if n := 100*dollars + c; n != 0 {
				got[fmt.Sprintf("%s %s", l.Of.Day, l.Of.Labels[0].Value)] = n
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("charged %v, want %v", got, want)
		}
		if len(things) != m.register.Records() {
			t.Fatalf("%d records are known, want %d", m.register.Records(), len(things))
		}
	})
}

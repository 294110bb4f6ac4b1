package market_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market"
	"pgregory.net/rapid"
)

// Acts that make no sense are refused with a reason, or taken; nothing fails,
// and what is refused changes nothing.
func TestHostileActs(t *testing.T) {
	b := caseBook()
	law := lawOf(t, b)
	rapid.Check(t, func(t *rapid.T) {
		m := market.New(market.Setup{Book: b, Law: law})
		now := at("2025-06-03T17:00:00Z")
		for i := range 25 {
			now = now.Add(time.Duration(rapid.IntRange(-1, 30).Draw(t, "hours")) * time.Hour)
			before := picture(m)
			a := offtake.Act{
				ID: offtake.ActID(fmt.Sprint(i / 2)), At: now,
				By:          rapid.SampledFrom([]offtake.PartyName{"openai", "openai", "microsoft", ""}).Draw(t, "by"),
				Opportunity: rapid.SampledFrom([]offtake.OpportunityID{"x", "x", "y", ""}).Draw(t, "opportunity"),
				Clause:      rapid.SampledFrom([]offtake.ClauseRef{{}, {}, {Agreement: "ms", Clause: "new"}, {Agreement: "no", Clause: "no"}}).Draw(t, "clause"),
				Deed:        hostileDeed(t),
			}
			_, err := m.Do(a)
			if err != nil && (offtake.KindOf(err) == offtake.Internal || err.Error() == "") {
				t.Fatalf("%s: %v", a.Deed.Name(), err)
			}
			if after := picture(m); err != nil && after != before {
				t.Fatalf("%s was refused (%v) and changed\n%s\nto\n%s", a.Deed.Name(), err, before, after)
			}
		}
	})
}

func hostileTerms(t *rapid.T) offtake.OfferTerms {
	o := offer(rapid.SampledFrom([]offtake.ProviderName{"oci", "azure", "stargate", "", "nobody"}).Draw(t, "provider"))
	o.Price = rapid.SampledFrom([]offtake.Money{{}, money("USD 0"), money("EUR 8.00"), money("USD 9999999999T"), money("USD -1")}).Draw(t, "price")
	o.Quantity = rapid.SampledFrom([]int64{0, -1, 1, 1008, 1 << 62}).Draw(t, "quantity")
	o.Extras = rapid.SampledFrom([][]offtake.Extra{nil, {{Name: "x", Value: money("EUR 1")}}, {{}}}).Draw(t, "extras")
	o.Expires = rapid.SampledFrom([]offtake.When{{}, {Instant: at("2025-06-05T00:00:00Z")}}).Draw(t, "expires")
	figure := rapid.SampledFrom([]string{"EUR 1", "USD 1", "1%", "P1D", "3"}).Draw(t, "figure")
	f, _ := offtake.ParseFigure(figure)
	key := rapid.SampledFrom([]string{"", "minimum", "take_or_pay", "nonsense"}).Draw(t, "key")
	if key != "" {
		o.Other = []offtake.OtherTerm{{Key: key, Value: f}}
	}
	if rapid.Bool().Draw(t, "nothing") {
		return offtake.OfferTerms{Provider: o.Provider, Price: o.Price, Quantity: o.Quantity}
	}
	return o
}

func hostileDeed(t *rapid.T) offtake.Deed {
	n := rapid.SampledFrom([]int64{0, -1, 1, 1008, 1 << 62}).Draw(t, "n")
	switch rapid.IntRange(0, 14).Draw(t, "deed") {
	case 0, 1:
		return offtake.OfferReceive{Terms: offer("oci")}
	case 2:
		return offtake.OfferReceive{Terms: hostileTerms(t)}
	case 3:
		return offtake.OfferRevise{Terms: hostileTerms(t)}
	case 4, 5:
		return offtake.NoticeServe{To: rapid.SampledFrom([][]offtake.PartyName{nil, {}, {"microsoft", "microsoft"}, {"x"}}).Draw(t, "to"), Contents: noticed}
	case 6:
		return offtake.Accept{Quantity: n, Terms: hostileTerms(t)}
	case 7:
		return offtake.Decline{Reason: rapid.SampledFrom([]string{"", "unable", "bored"}).Draw(t, "reason")}
	case 8:
		return offtake.DefinitiveSign{Quantity: n, Party: "x"}
	case 9:
		return offtake.ThirdPartySign{Terms: hostileTerms(t), Conditional: rapid.Bool().Draw(t, "conditional")}
	case 10:
		return offtake.Award{Quantity: n}
	case 11:
		return offtake.Deadline{Process: "x#1", Of: rapid.SampledFrom([]offtake.DeadlineName{"", "notify", "answer"}).Draw(t, "of")}
	case 12:
		return offtake.UsageReport{Source: "s", Batch: "b", Rows: n, Totals: []offtake.UsageTotal{
			{Reservation: "ms/base", Day: offtake.Date{Year: rapid.SampledFrom([]int{0, 2025, 9999}).Draw(t, "year"), Month: 6, Day: 3}, Used: n, Unused: n},
		}}
	case 13:
		return offtake.PlaceJob{Job: "j", Parts: []offtake.Taken{{Reservation: "ms/base", Quantity: n}}, Until: at("2025-06-05T00:00:00Z"), Purpose: "x", Product: "x"}
	}
	return offtake.FinishJob{Job: "j"}
}

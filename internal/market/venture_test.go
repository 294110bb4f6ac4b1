package market_test

import (
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/venture"
	"pgregory.net/rapid"
)

func ventureBook() *offtake.Book {
	b := caseBook()
	b.Agreements = append(b.Agreements, offtake.Agreement{
		Name: "sg", Parties: []offtake.PartyName{"openai", "oracle", "stargate"}, Effective: dated("2025-01-21"),
		Clauses: []offtake.Clause{{Name: "venture", Body: offtake.Venture{
			Partners: []offtake.Partner{{Party: "openai", Share: 400_000}, {Party: "oracle", Amount: money("USD 100")}},
			UpTo:     money("USD 1000"), Operator: "openai", Provider: "stargate",
			Phases: []offtake.Phase{{Site: "abilene", Accelerator: "gb200", Quantity: 72, Online: dated("2025-09-26"), Slip: offtake.Duration{Unit: offtake.Days, Count: 30}}},
		}}},
	})
	return b
}

// Capital is called of the partners, each for its part; each pays for itself, no more
// than it owes.
func TestCapital(t *testing.T) {
	d := newDesk(t, ventureBook())
	ref := offtake.ClauseRef{Agreement: "sg", Clause: "venture"}
	call := func(phase int64, amount string) offtake.CapitalCall {
		return offtake.CapitalCall{Venture: ref, Phase: phase, Amount: money(amount), Due: dated("2025-08-01")}
	}
	now := "2025-07-01T00:00:00Z"
	d.refuses(offtake.Forbidden, now, "oracle", "", call(1, "USD 100"))
	d.refuses(offtake.NotFound, now, "openai", "", call(2, "USD 100"))
	d.refuses(offtake.Invalid, now, "openai", "", call(1, "EUR 100"))
	d.refuses(offtake.Invalid, "2025-08-02T00:00:00Z", "openai", "", call(1, "USD 100"))
	d.do(now, "openai", "", call(1, "USD 100"))
	d.refuses(offtake.Forbidden, now, "openai", "", call(1, "USD 1900.03")) // USD 50 and half of this are more than USD 1000
	pay := func(amount string) offtake.CapitalPay {
		return offtake.CapitalPay{Venture: ref, Phase: 1, Amount: money(amount)}
	}
	d.refuses(offtake.Invalid, now, "oracle", "", pay("USD 10.01"))
	d.do(now, "oracle", "", pay("USD 4"))
	d.do(now, "oracle", "", pay("USD 6"))
	d.refuses(offtake.Conflict, now, "oracle", "", pay("USD 1"))
	d.refuses(offtake.Conflict, now, "microsoft", "", pay("USD 1"))
	if owed := d.m.Ventures().Owed(ref, 1, "openai"); owed.Cmp(money("USD 40")) != 0 {
		t.Errorf("openai owes %s, want its 40%% of USD 100", owed)
	}
	d.do("2025-10-20T00:00:00Z", "openai", "", offtake.PhaseOnline{Venture: ref, Phase: 1})
	if events := d.do("2025-10-21T00:00:00Z", "openai", "", offtake.PhaseOnline{Venture: ref, Phase: 1}); len(events) != 0 {
		t.Errorf("online again: %v", events)
	}
	d.refuses(offtake.NotFound, "2025-10-21T00:00:00Z", "openai", "", offtake.PhaseOnline{Venture: ref, Phase: 2})
}

// Parts are whole cents, none off by one or more, and add up to what the shares come to.
func TestPartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := offtake.Venture{UpTo: money("USD 500B")}
		left := int64(offtake.One)
		for i := range rapid.IntRange(1, 6).Draw(t, "partners") {
			share := rapid.Int64Range(0, left).Draw(t, "share")
			left -= share
			v.Partners = append(v.Partners, offtake.Partner{Party: offtake.PartyName(rune('a' + i)), Share: offtake.Percent(share)})
		}
		cents := rapid.Int64Range(1, 1<<50).Draw(t, "cents")
		amount, _ := offtake.ParseMoney("USD 0.01")
		amount = amount.Times(cents)
		var sum offtake.Money
		for i, p := range venture.Parts(v, amount) {
			sum = sum.Add(p.Amount)
			exact := amount.Share(v.Partners[i].Share)
			if d := p.Amount.Sub(exact); d.Cmp(money("USD 0.01")) >= 0 || d.Cmp(money("USD -0.01")) <= 0 {
				t.Fatalf("%s for %s of %s", p.Amount, v.Partners[i].Share, amount)
			}
		}
		exact := amount.Share(offtake.One - offtake.Percent(left))
		if d := exact.Sub(sum); d.Sign() < 0 || d.Cmp(money("USD 0.01")) >= 0 {
			t.Fatalf("parts come to %s of %s", sum, exact)
		}
	})
}

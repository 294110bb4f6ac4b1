package market_test

import (
	"fmt"
	"testing"

	"github.com/offtake-dev/offtake"
)

// An amendment takes hold of what was open before it. A right that was given
// anew after an amendment had removed it is not removed by that one again.
func TestAnAmendmentThatIsOverTakesNothing(t *testing.T) {
	b := caseBook()
	amendment(b, "back", "2026-02-01", offtake.Clause{Name: "new", Body: caseRefusal()})
	d := newDesk(t, b)
	d.do("2026-03-03T18:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	if events := d.do("2026-03-04T18:00:00Z", "openai", "", offtake.Amend{Agreement: "ms", Amendment: "october-2025"}); len(events) > 0 {
		t.Errorf("the amendment of October, from before the process: %v, want nothing", events)
	}
	d.refuses(offtake.Forbidden, "2026-03-05T18:00:00Z", "openai", "o", offtake.Award{})
}

func TestAnEarlierAmendmentDoesNotUndoALaterOne(t *testing.T) {
	b := caseBook()
	strict := caseRefusal()
	strict.Nonconforming = offtake.NonconformingTerminates
	b.Agreements[0].Amendments = b.Agreements[0].Amendments[:1]
	amendment(b, "older", "2025-03-01", offtake.Clause{Name: "new", Body: strict})
	amendment(b, "newer", "2025-05-01", offtake.Clause{Name: "new", Body: caseRefusal()})
	d := newDesk(t, b)
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-04T17:00:00Z", "openai", "", offtake.Amend{Agreement: "ms", Amendment: "older"})
	p, _ := d.m.Deals().Process("o#1")
	if got := p.Contract.Right.Nonconforming; got != offtake.NonconformingIgnored {
		t.Errorf("after the older amendment was sent: %s, want %s", got, offtake.NonconformingIgnored)
	}
}

// What was refused leaves no trace: the events of what is taken are the same.
func TestRefusedActsChangeNothing(t *testing.T) {
	receive := func(d *desk) []offtake.Event {
		return d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	}
	fresh, asked := newDesk(t, caseBook()), newDesk(t, caseBook())
	gone := offer("oci")
	gone.Expires = offtake.When{Instant: at("2025-05-01T00:00:00Z")}
	asked.refuses(offtake.Invalid, "2025-05-03T17:00:00Z", "openai", "x", offtake.OfferReceive{Terms: gone})
	if want, got := fmt.Sprint(receive(fresh)), fmt.Sprint(receive(asked)); got != want {
		t.Errorf("an offer met\n%s\nand after another was refused\n%s", want, got)
	}
}

// A successor covers what its predecessor had left, however the offer's
// quantity changes afterwards.
func TestARevisedQuantityIsTheOffers(t *testing.T) {
	d := newDesk(t, caseBook())
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.NoticeServe{Contents: noticed})
	d.do("2025-06-04T17:00:00Z", "microsoft", "o", offtake.Decline{})
	d.do("2025-06-05T17:00:00Z", "openai", "o", offtake.Award{Quantity: 400})
	d.do("2025-06-06T17:00:00Z", "openai", "o", offtake.OfferRevise{Terms: offtake.OfferTerms{Price: money("USD 9.00")}})
	d.do("2025-06-07T17:00:00Z", "openai", "o", offtake.OfferRevise{Terms: offtake.OfferTerms{Quantity: 1008, Price: money("USD 9.10")}})
	if p, _ := d.m.Deals().Process("o#2"); p.Quantity() != 608 {
		t.Errorf("the successor covers %d, want the 608 that were left of 1008", p.Quantity())
	}
	d.refuses(offtake.Invalid, "2025-06-07T17:00:00Z", "openai", "o", offtake.OfferRevise{Terms: offtake.OfferTerms{Quantity: 400}})
	d.do("2025-06-07T17:00:00Z", "openai", "o", offtake.OfferRevise{Terms: offtake.OfferTerms{Quantity: 1100}})
	if p, _ := d.m.Deals().Process("o#2"); p.Quantity() != 700 {
		t.Errorf("the successor covers %d, want the 700 that are left of 1100", p.Quantity())
	}
}

// So does one that opens where the first offer did not reach the right.
func TestASuccessorOfARightNotTriggeredCoversWhatIsLeft(t *testing.T) {
	d := newDesk(t, caseBook())
	terms := offer("stargate")
	terms.Quantity = 600
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: terms})
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.Award{Quantity: 64})
	d.do("2025-06-04T17:00:00Z", "openai", "o", offtake.OfferRevise{Terms: offtake.OfferTerms{Quantity: 1008}})
	if p, _ := d.m.Deals().Process("o#2"); p.State() != offtake.NotifyDue || p.Quantity() != 944 {
		t.Errorf("the successor is %s over %d, want a notice due over the 944 that are left", p.State(), p.Quantity())
	}
}

// Capacity of a third party's is not the holder's own because the holder sells
// it: `ask` says that the holder is to be offered it, and so does the market.
func TestTheHolderSellingAnothersCapacity(t *testing.T) {
	d := newDesk(t, caseBook())
	terms := offer("oci")
	terms.Party = "linkedin"
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: terms})
	d.refuses(offtake.Forbidden, "2025-06-03T17:00:00Z", "openai", "o", offtake.Award{})
}

// The dates of an offer are the book's, whatever calendar an agreement counts by.
func TestAnOfferHasOneExpiry(t *testing.T) {
	b := caseBook()
	b.Calendars = append(b.Calendars, offtake.Calendar{Name: "tokyo", Timezone: "Asia/Tokyo", Cutoff: b.Calendars[0].Cutoff, Opens: b.Calendars[0].Opens})
	b.Agreements[0].Calendar = "tokyo"
	terms := offer("oci")
	terms.Expires, _ = offtake.ParseWhen("2025-06-10")
	d := newDesk(t, b)
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: terms})
	d.until(at("2025-06-10T07:00:00Z"))
	if got := d.state("o#1"); got == offtake.IsWithdrawn {
		t.Errorf("an offer that expires on 10 June in Los Angeles is %s before", got)
	}
	d.until(at("2025-06-10T07:00:01Z"))
	if got := d.state("o#1"); got != offtake.IsWithdrawn {
		t.Errorf("an offer that expires on 10 June in Los Angeles is %s after, want withdrawn", got)
	}
}

// A deadline too far away to be written never falls, and nobody is too late.
func TestAWindowThatNeverEnds(t *testing.T) {
	b := caseBook()
	right := caseRefusal()
	right.Window = offtake.Duration{Unit: offtake.Years, Count: 8000}
	right.Definitive = right.Window
	b.Agreements[0].Amendments[0].Clauses[0].Body = right
	d := newDesk(t, b)
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.NoticeServe{Contents: noticed})
	d.do("2026-06-03T17:00:00Z", "microsoft", "o", offtake.Accept{})
	d.do("2027-06-03T17:00:00Z", "microsoft", "o", offtake.DefinitiveSign{})
}

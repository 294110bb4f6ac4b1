package market_test

import (
	"strings"
	"testing"

	"github.com/offtake-dev/offtake"
)

// Silence of the holder releases the offer, and the third party is awarded.
func TestAwardAfterSilence(t *testing.T) {
	d := newDesk(t, caseBook())
	d.do("2025-06-03T17:00:00Z", "openai", "oci-1", offtake.OfferReceive{Terms: offer("oci")})
	d.refuses(offtake.Forbidden, "2025-06-03T17:00:00Z", "openai", "oci-1", offtake.Award{})
	d.do("2025-06-03T17:00:00Z", "openai", "oci-1", offtake.NoticeServe{Contents: noticed})
	d.refuses(offtake.Forbidden, "2025-06-26T00:00:00Z", "openai", "oci-1", offtake.Award{})
	d.do("2025-06-26T00:00:01Z", "openai", "oci-1", offtake.Award{})
	if got := d.state("oci-1#1"); got != offtake.ClosedThirdParty {
		t.Errorf("process is %s, want closed_third_party", got)
	}
	r, ok := d.m.Holdings().Reservation("oci-1")
	if !ok || r.Provider != "oci" || r.Quantity != 1008 {
		t.Fatalf("reservation is %+v, want 1008 of oci", r)
	}
	if got, want := offtake.Stamp(r.From)+" "+offtake.Stamp(r.Until), "2026-01-01T08:00:00Z 2031-01-01T08:00:00Z"; got != want {
		t.Errorf("held %s, want %s", got, want)
	}
}

// The holder matches, signs, and its own provider holds the capacity.
func TestHolderMatches(t *testing.T) {
	d := newDesk(t, caseBook())
	d.do("2025-06-03T17:00:00Z", "openai", "oci-1", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-03T17:00:00Z", "openai", "oci-1", offtake.NoticeServe{Contents: noticed})
	d.do("2025-06-10T18:00:00Z", "microsoft", "oci-1", offtake.Accept{})
	d.refuses(offtake.Forbidden, "2025-06-11T00:00:00Z", "openai", "oci-1", offtake.Award{})
	d.do("2025-06-12T00:00:00Z", "microsoft", "oci-1", offtake.DefinitiveSign{})
	r, ok := d.m.Holdings().Reservation("oci-1")
	if !ok || r.Provider != "azure" || r.Price.Cmp(money("USD 8.00")) != 0 {
		t.Fatalf("reservation is %+v, want azure's at USD 8.00", r)
	}
	d.refuses(offtake.Conflict, "2025-06-13T00:00:00Z", "openai", "oci-1", offtake.Award{})
}

// Before the amendment only azure may be bought from; its own party needs no notice.
func TestExclusivityForbidsTheAward(t *testing.T) {
	d := newDesk(t, caseBook())
	d.do("2024-06-03T17:00:00Z", "openai", "oci-1", offtake.OfferReceive{Terms: offer("oci")})
	_, err := d.try("2024-06-03T17:00:00Z", "openai", "oci-1", offtake.Award{})
	if err == nil || !strings.Contains(err.Error(), "clause ms/all forbids") {
		t.Errorf("award: %v, want the exclusivity named", err)
	}
	d.do("2024-06-04T17:00:00Z", "openai", "azure-1", offtake.OfferReceive{Terms: offer("azure")})
	d.do("2024-06-04T17:00:00Z", "openai", "azure-1", offtake.Award{})
	// The exclusivity goes, the refusal comes: the old offer never met it.
	d.refuses(offtake.Forbidden, "2025-02-03T17:00:00Z", "openai", "oci-1", offtake.Award{})
}

// An award takes what is free, and what the third party signed for before
// waits for its own closing: nothing ends as closed that nobody holds.
func TestAnAwardDoesNotCloseAnEarlierSignature(t *testing.T) {
	d := newDesk(t, caseBook())
	sign := func(n int64, price string) offtake.ThirdPartySign {
		return offtake.ThirdPartySign{Terms: offtake.OfferTerms{Quantity: n, Price: money(price)}}
	}
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.NoticeServe{Contents: noticed})
	d.do("2025-06-04T17:00:00Z", "microsoft", "o", offtake.Decline{})
	d.do("2025-06-05T17:00:00Z", "openai", "o", sign(64, "USD 8.00"))
	d.refuses(offtake.Forbidden, "2025-06-06T17:00:00Z", "openai", "o", offtake.Award{})
	d.do("2025-06-07T17:00:00Z", "openai", "o", offtake.ThirdPartyClose{})
	d.do("2025-06-08T17:00:00Z", "openai", "o", offtake.Award{})
	for id, want := range map[offtake.ReservationID]int64{"o": 64, "o/2": 1008 - 64} {
		if r, ok := d.m.Holdings().Reservation(id); !ok || r.Quantity != want {
			t.Errorf("reservation %s is %+v, want %d held", id, r, want)
		}
	}
	d.do("2025-06-08T17:00:00Z", "openai", "p", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-08T17:00:00Z", "openai", "p", offtake.NoticeServe{Contents: noticed})
	d.do("2025-06-09T17:00:00Z", "microsoft", "p", offtake.Decline{})
	d.do("2025-06-09T17:00:00Z", "openai", "p", sign(64, "USD 8.00"))
	d.do("2025-06-09T17:00:00Z", "openai", "p", sign(64, "USD 7.00"))
	d.refuses(offtake.NotSupported, "2025-06-09T17:00:00Z", "openai", "p", offtake.ThirdPartyClose{})
}

// While a revision waits for the determiner the offer is as it was last revised: what
// one more revision changes is measured from there, not from what took effect.
func TestARevisionWhileAQuestionIsOpenIsMeasuredFromTheLastOne(t *testing.T) {
	d := newDesk(t, caseBook())
	terms := offer("oci")
	terms.Quantity = 1008
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: terms})
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.NoticeServe{Contents: noticed})
	d.until(at("2025-06-27T00:00:00Z"))
	figure, err := offtake.ParseFigure("USD 1000000")
	if err != nil {
		t.Fatal(err)
	}
	revise := func(change offtake.OfferTerms) {
		d.do("2025-06-27T00:00:00Z", "openai", "o", offtake.OfferRevise{Terms: change})
	}
	revise(offtake.OfferTerms{Other: []offtake.OtherTerm{{Key: "exclusive_marketing", Value: figure}}})
	revise(offtake.OfferTerms{Quantity: 144})
	revise(offtake.OfferTerms{Quantity: 432}) // less than the 1,008 that were released
	all := d.m.Deals().Of("o")
	if len(all) != 1 || all[0].State() != offtake.IsUndetermined || all[0].Offered().Quantity != 432 {
		t.Errorf("%d processes, %s over %d, want the one that is undetermined over 432", len(all), all[0].State(), all[0].Offered().Quantity)
	}
}

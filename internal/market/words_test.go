package market_test

import (
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market"
)

// buy has the desk buy from azure, which needs no clearance.
func (d *desk) buy(when string, o offtake.OpportunityID, t offtake.OfferTerms) {
	d.t.Helper()
	d.do(when, "openai", o, offtake.OfferReceive{Terms: t})
	d.do(when, "openai", o, offtake.Award{})
}

// An act sent again has no effect; another act under its id is refused.
func TestAnActIsKnownByItsID(t *testing.T) {
	m := market.New(market.Setup{Book: caseBook(), Law: lawOf(t, caseBook())})
	a := offtake.Act{ID: "a1", At: at("2025-06-03T17:00:00Z"), By: "openai", Opportunity: "o", Deed: offtake.OfferReceive{Terms: offer("oci")}}
	if _, err := m.Do(a); err != nil {
		t.Fatal(err)
	}
	if events, err := m.Do(a); len(events) != 0 || err != nil {
		t.Errorf("sent again: %v, %v; want nothing", events, err)
	}
	other := a
	other.Deed = offtake.OfferReceive{Terms: offer("azure")}
	if _, err := m.Do(other); offtake.KindOf(err) != offtake.Conflict {
		t.Errorf("other content: %v, want conflict", err)
	}
	none := a
	none.ID = ""
	if _, err := m.Do(none); offtake.KindOf(err) != offtake.Invalid {
		t.Errorf("no id: %v, want invalid", err)
	}
	if _, err := m.Do(offtake.Act{ID: "a2", At: a.At, By: "openai"}); offtake.KindOf(err) != offtake.Invalid {
		t.Errorf("no deed: %v, want invalid", err)
	}
}

// Time does not run back, and no act overtakes a deadline.
func TestOrderOfTime(t *testing.T) {
	m := market.New(market.Setup{Book: caseBook(), Law: lawOf(t, caseBook())})
	send := func(id offtake.ActID, when string, deed offtake.Deed) error {
		_, err := m.Do(offtake.Act{ID: id, At: at(when), By: "openai", Opportunity: "o", Deed: deed})
		return err
	}
	if err := send("a1", "2025-06-03T17:00:00Z", offtake.OfferReceive{Terms: offer("oci")}); err != nil {
		t.Fatal(err)
	}
	if err := send("a2", "2025-06-03T16:59:59Z", offtake.OfferWithdraw{}); offtake.KindOf(err) != offtake.Conflict {
		t.Errorf("earlier than the last: %v, want conflict", err)
	}
	if err := send("a3", "2025-06-09T00:00:00Z", offtake.NoticeServe{Contents: noticed}); err != nil {
		t.Errorf("at the deadline to notify: %v, want it taken before the deadline", err)
	}
	if err := send("a4", "2025-12-01T00:00:00Z", offtake.OfferWithdraw{}); offtake.KindOf(err) != offtake.Conflict {
		t.Errorf("after a deadline not yet passed: %v, want conflict", err)
	}
}

// An offer names what the book declares, in the book's currency.
func TestOffersAreOfTheBook(t *testing.T) {
	for name, change := range map[string]func(*offtake.OfferTerms){
		"unknown provider":    func(o *offtake.OfferTerms) { o.Provider = "oce" },
		"unknown accelerator": func(o *offtake.OfferTerms) { o.Accelerator = "h101" },
		"unknown party":       func(o *offtake.OfferTerms) { o.Party = "nobody" },
		"no provider":         func(o *offtake.OfferTerms) { o.Provider = "" },
		"no quantity":         func(o *offtake.OfferTerms) { o.Quantity = 0 },
		"negative quantity":   func(o *offtake.OfferTerms) { o.Quantity = -1 },
		"absurd quantity":     func(o *offtake.OfferTerms) { o.Quantity = 1 << 62 },
		"other currency":      func(o *offtake.OfferTerms) { o.Price = money("EUR 8.00") },
		"negative price":      func(o *offtake.OfferTerms) { o.Price = money("USD -8.00") },
	} {
		d := newDesk(t, caseBook())
		terms := offer("oci")
		change(&terms)
		_, err := d.try("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: terms})
		if k := offtake.KindOf(err); k != offtake.Invalid && k != offtake.NotFound {
			t.Errorf("%s: %v, want it refused", name, err)
		}
	}
	d := newDesk(t, caseBook())
	d.refuses(offtake.Forbidden, "2025-06-03T17:00:00Z", "oracle", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.refuses(offtake.NotFound, "2025-06-03T17:00:00Z", "openai", "o", offtake.NoticeServe{})
}

// What a third party gets is not more than the offer, nor a part of one that is
// all or nothing.
func TestAwardsByQuantity(t *testing.T) {
	d := newDesk(t, caseBook())
	d.do("2025-06-03T17:00:00Z", "openai", "p", offtake.OfferReceive{Terms: offer("azure")})
	d.refuses(offtake.Invalid, "2025-06-03T17:00:00Z", "openai", "p", offtake.Award{Quantity: 1009})
	d.refuses(offtake.Forbidden, "2025-06-03T17:00:00Z", "microsoft", "p", offtake.Award{})
	d.do("2025-06-03T17:00:00Z", "openai", "p", offtake.Award{Quantity: 432})
	d.do("2025-06-03T17:00:00Z", "openai", "p", offtake.Award{})
	d.refuses(offtake.Conflict, "2025-06-03T17:00:00Z", "openai", "p", offtake.Award{})
	first, _ := d.m.Holdings().Reservation("p")
	rest, _ := d.m.Holdings().Reservation("p/2")
	if first.Quantity != 432 || rest.Quantity != 576 {
		t.Errorf("held %d and %d, want 432 and 576", first.Quantity, rest.Quantity)
	}
	whole := offer("azure")
	whole.AllOrNone = offtake.StatedYes
	d.do("2025-06-03T17:00:00Z", "openai", "q", offtake.OfferReceive{Terms: whole})
	d.refuses(offtake.Invalid, "2025-06-03T17:00:00Z", "openai", "q", offtake.Award{Quantity: 432})
}

// What was taken apart from the award keeps its terms: the third party signs,
// and the capacity comes when its agreement takes effect.
func TestSignNowCloseLater(t *testing.T) {
	d := newDesk(t, caseBook())
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.NoticeServe{Contents: noticed})
	d.do("2025-06-04T17:00:00Z", "microsoft", "o", offtake.Decline{Reason: "unable"})
	cheaper := offtake.OfferTerms{Price: money("USD 7.00"), Quantity: 432}
	d.do("2025-06-05T17:00:00Z", "openai", "o", offtake.ThirdPartySign{Terms: cheaper})
	if _, held := d.m.Holdings().Reservation("o"); held {
		t.Error("held when signed, want it held when the agreement takes effect")
	}
	d.do("2025-07-05T17:00:00Z", "openai", "o", offtake.ThirdPartyClose{})
	r, _ := d.m.Holdings().Reservation("o")
	if r == nil || r.Quantity != 432 || r.Price.Cmp(money("USD 7.00")) != 0 {
		t.Errorf("held %+v, want 432 at USD 7.00", r)
	}
}

// A breach is recorded, and gives the buyer nothing.
func TestABreachHoldsNothing(t *testing.T) {
	d := newDesk(t, caseBook())
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-04T17:00:00Z", "openai", "o", offtake.ThirdPartySign{})
	if got := d.state("o#1"); got != offtake.IsBreached {
		t.Errorf("process is %s, want breached", got)
	}
	d.refuses(offtake.Forbidden, "2025-06-04T17:00:00Z", "openai", "o", offtake.Award{})
	if n := len(d.m.Holdings().Pools()); n != 1 {
		t.Errorf("%d pools, want only the book's own", n)
	}
}

// Under the consent to build no right is triggered, until the limit is used up.
func TestConsentLimit(t *testing.T) {
	d := newDesk(t, caseBook())
	build := offer("stargate")
	build.Quantity = 600
	d.do("2025-06-03T17:00:00Z", "openai", "b1", offtake.OfferReceive{Terms: build})
	d.do("2025-06-03T17:00:00Z", "openai", "b2", offtake.OfferReceive{Terms: build})
	d.do("2025-06-03T17:00:00Z", "openai", "b1", offtake.Award{})
	r, _ := d.m.Holdings().Reservation("b1")
	if want := (offtake.ClauseRef{Agreement: "ms", Clause: "build"}); len(r.Consents) != 1 || r.Consents[0] != want {
		t.Errorf("relied on %v, want %s", r.Consents, want)
	}
	d.refuses(offtake.Forbidden, "2025-06-03T17:00:00Z", "openai", "b2", offtake.Award{})
	d.do("2025-06-04T17:00:00Z", "openai", "b3", offtake.OfferReceive{Terms: build})
	if got := d.state("b3#1"); got != offtake.NotifyDue {
		t.Errorf("an offer beyond the limit is %s, want notify_due", got)
	}
}

// What is built mostly for the wrong purpose loses the consent, and gets it
// back when the window has moved on.
func TestConsentShare(t *testing.T) {
	d := newDesk(t, caseBook())
	build := offer("stargate")
	build.Quantity, build.Delivery = 100, offtake.When{}
	d.buy("2025-06-01T07:00:00Z", "b1", build)
	report := func(batch string, day int, train, product int64) {
		date := offtake.Date{Year: 2025, Month: time.June, Day: day}
		d.do(date.AddDays(1).String()+"T07:00:00Z", "openai", "", offtake.UsageReport{Source: "m", Batch: batch, Totals: []offtake.UsageTotal{
			{Reservation: "b1", Day: date, Purpose: "training", Used: train},
			{Reservation: "b1", Day: date, Purpose: "product", Product: "chatgpt", Used: product},
		}})
	}
	state := func(o offtake.OpportunityID, when string) offtake.ProcessState {
		d.do(when, "openai", o, offtake.OfferReceive{Terms: build})
		return d.state(offtake.ProcessID(o) + "#1")
	}
	report("d2", 2, 600, 400)
	if got := state("b2", "2025-06-03T17:00:00Z"); got != offtake.NotTriggered {
		t.Errorf("at 60%% of 60%%: %s, want not_triggered", got)
	}
	report("d3", 3, 0, 1)
	if got := state("b3", "2025-06-04T17:00:00Z"); got != offtake.NotifyDue {
		t.Errorf("below 60%%: %s, want notify_due", got)
	}
	d.refuses(offtake.Forbidden, "2025-06-04T17:00:00Z", "openai", "b2", offtake.Award{})
	if got := state("b4", "2025-07-05T17:00:00Z"); got != offtake.NotTriggered {
		t.Errorf("when the window has moved on: %s, want not_triggered", got)
	}
}

// A consent binds the processes that opened under it when the book has lost
// it: neither a revision nor an award finds it unused again.
func TestAConsentThatHasGoneIsNotFresh(t *testing.T) {
	build := offer("stargate")
	build.Quantity = 600
	cheaper := offtake.OfferRevise{Terms: offtake.OfferTerms{Price: money("USD 7.00")}}
	for _, first := range []string{"2025-06-03T17:00:00Z", "2025-10-28T17:00:00Z"} { // while it holds, and after
		d := newDesk(t, caseBook())
		d.do("2025-06-03T17:00:00Z", "openai", "b1", offtake.OfferReceive{Terms: build})
		d.do("2025-06-03T17:00:00Z", "openai", "b2", offtake.OfferReceive{Terms: build})
		d.do(first, "openai", "b1", offtake.Award{})
		d.refuses(offtake.Forbidden, "2025-10-28T17:00:00Z", "openai", "b2", offtake.Award{})
	}
	d := newDesk(t, caseBook())
	d.buy("2025-06-03T17:00:00Z", "b1", build)
	d.do("2025-06-04T17:00:00Z", "openai", "b2", offtake.OfferReceive{Terms: build})
	d.do("2025-10-28T17:00:00Z", "openai", "b2", cheaper)
	if got := d.state("b2#1"); got != offtake.NotifyDue {
		t.Errorf("revised when the consent has gone: %s, want notify_due", got)
	}
	d.refuses(offtake.Forbidden, "2025-10-28T17:00:00Z", "openai", "b2", offtake.Award{})
}

// What costs nothing takes its quantity under a consent all the same.
func TestAConsentCountsWhatIsFree(t *testing.T) {
	d := newDesk(t, caseBook())
	build := offer("stargate")
	build.Quantity, build.Price = 600, money("USD 0")
	d.buy("2025-06-03T17:00:00Z", "b1", build)
	d.do("2025-06-04T17:00:00Z", "openai", "b2", offtake.OfferReceive{Terms: build})
	if got := d.state("b2#1"); got != offtake.NotifyDue {
		t.Errorf("an offer beyond the limit is %s, want notify_due", got)
	}
}

// An amendment that applies to open processes waives the right it removes, at
// the later of the act and the instant it holds from, and before the acts of
// that instant; one that is not sent leaves the process under the version it
// opened with.
func TestAmendmentMidway(t *testing.T) {
	amend := offtake.Amend{Agreement: "ms", Amendment: "october-2025"}
	for _, sent := range []string{"2025-10-27T18:00:00Z", "2025-10-28T07:00:00Z", ""} {
		d := newDesk(t, caseBook())
		d.do("2025-10-27T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
		if sent == "2025-10-27T18:00:00Z" {
			d.do(sent, "openai", "", amend)
		}
		d.refuses(offtake.Forbidden, "2025-10-28T06:59:59Z", "openai", "o", offtake.Award{})
		if sent == "" {
			d.refuses(offtake.Forbidden, "2025-10-28T07:00:00Z", "openai", "o", offtake.Award{})
			continue
		}
		if sent == "2025-10-28T07:00:00Z" {
			d.do(sent, "openai", "", amend)
		}
		d.until(at("2025-10-28T07:00:00Z"))
		if got := d.state("o#1"); got != offtake.IsWaived {
			t.Errorf("sent at %s, the process is %s, want waived", sent, got)
		}
		d.do("2025-10-28T07:00:00Z", "openai", "o", offtake.Award{})
	}
}

// Terms held at an instant stay those of that instant.
func TestTermsHeld(t *testing.T) {
	b := caseBook()
	d := &desk{t: t, m: market.New(market.Setup{Book: b, Law: lawOf(t, b), TermsAt: at("2024-12-31T00:00:00Z")})}
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.refuses(offtake.Forbidden, "2025-06-03T17:00:00Z", "openai", "o", offtake.Award{})
	if n := len(d.m.Deals().Processes()); n != 0 {
		t.Errorf("%d processes under the exclusive terms, want none", n)
	}
}

// What cannot be carried out is refused up front, by name and place, and only
// where it is in force in the time asked about.
func TestSupported(t *testing.T) {
	b := caseBook()
	b.Agreements[0].Amendments[1].Clauses = []offtake.Clause{{
		Name: "first", Pos: offtake.Pos{File: "ms.yaml", Line: 9, Col: 5},
		Body: offtake.Consent{Limit: offtake.ConsentLimit{Money: money("EUR 1B")}},
	}}
	s := market.Setup{Book: b, Law: lawOf(t, b)}
	if err := market.Supported(s, at("2024-01-01T00:00:00Z"), october); err != nil {
		t.Errorf("until October: %v, want it carried out", err)
	}
	err := market.Supported(s, at("2024-01-01T00:00:00Z"), at("2025-11-01T00:00:00Z"))
	if offtake.KindOf(err) != offtake.NotSupported || !strings.Contains(err.Error(), "ms.yaml:9:5") || !strings.Contains(err.Error(), "ms/first") {
		t.Errorf("until November: %v, want the limit in another currency refused at its place", err)
	}
	s.TermsAt = at("2025-02-01T00:00:00Z")
	if err := market.Supported(s, at("2024-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z")); err != nil {
		t.Errorf("with the terms of February held: %v, want it carried out", err)
	}
}

// A one-shot right is spent when its tail has run out, for every later offer.
func TestASpentRight(t *testing.T) {
	b := caseBook()
	right := caseRefusal()
	right.Survival = offtake.OneShot
	b.Agreements[0].Amendments[0].Clauses[0].Body = right
	d := newDesk(t, b)
	d.do("2025-03-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-03-03T17:00:00Z", "openai", "o", offtake.NoticeServe{Contents: noticed})
	d.do("2025-03-04T17:00:00Z", "microsoft", "o", offtake.Decline{})
	d.do("2025-05-03T17:00:00Z", "openai", "p", offtake.OfferReceive{Terms: offer("oci")})
	d.refuses(offtake.Forbidden, "2025-05-03T17:00:00Z", "openai", "p", offtake.Award{})
	d.do("2025-07-03T17:00:00Z", "openai", "q", offtake.OfferReceive{Terms: offer("oci")})
	if got := d.state("q#1"); got != offtake.NotTriggered {
		t.Errorf("an offer under a spent right is %s, want not_triggered", got)
	}
	d.do("2025-07-03T17:00:00Z", "openai", "q", offtake.Award{})
}

// When the tail of a right that is given for every offer has expired, that right
// has revived: what it once released is no longer the third party's.
func TestARightThatRevived(t *testing.T) {
	d := newDesk(t, caseBook())
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.NoticeServe{Contents: noticed})
	d.do("2025-06-04T17:00:00Z", "microsoft", "o", offtake.Decline{})
	d.refuses(offtake.Forbidden, "2025-12-03T17:00:00Z", "openai", "o", offtake.Award{})
	if got := d.state("o#1"); got != offtake.IsTailExpired {
		t.Errorf("the process is %s, want tail_expired", got)
	}
}

// A process goes on under the version it opened with: a revision after the
// clause has gone does not free it.
func TestThePinnedVersionStillBinds(t *testing.T) {
	d := newDesk(t, caseBook())
	d.do("2025-10-27T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-10-28T17:00:00Z", "openai", "o", offtake.OfferRevise{Terms: offtake.OfferTerms{Price: money("USD 7.00")}})
	if got := d.state("o#1"); got != offtake.NotifyDue {
		t.Errorf("process is %s, want notify_due", got)
	}
	d.do("2025-10-28T17:00:00Z", "openai", "p", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-10-28T17:00:00Z", "openai", "p", offtake.Award{})
}

// twoRights is the case with a second right, of stargate's, over every purchase.
func twoRights(change func(*offtake.FirstRefusal)) *offtake.Book {
	b := caseBook()
	right := caseRefusal()
	right.Holders = []offtake.Holder{{Party: "stargate", Provider: "stargate", Rank: 1, Weight: 1}}
	change(&right)
	b.Agreements[0].Amendments[0].Clauses = append(b.Agreements[0].Amendments[0].Clauses, offtake.Clause{Name: "too", Body: right})
	return b
}

// Two rights over one opportunity run side by side. An award needs both
// cleared, and what one holder is bound to is withdrawn from the other right.
func TestTwoRightsOverOneOffer(t *testing.T) {
	d := newDesk(t, twoRights(func(*offtake.FirstRefusal) {}))
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.NoticeServe{To: []offtake.PartyName{"microsoft", "stargate"}, Contents: noticed})
	d.do("2025-06-04T17:00:00Z", "microsoft", "o", offtake.Decline{})
	d.refuses(offtake.Forbidden, "2025-06-04T17:00:00Z", "openai", "o", offtake.Award{})
	d.do("2025-06-05T17:00:00Z", "stargate", "o", offtake.Accept{})
	if one, other := d.state("o#1"), d.state("o#2"); one != offtake.IsWithdrawn || other != offtake.Contracting {
		t.Errorf("the processes are %s and %s, want withdrawn and contracting", one, other)
	}
	d.do("2025-06-06T17:00:00Z", "stargate", "o", offtake.DefinitiveSign{})
	if r, ok := d.m.Holdings().Reservation("o"); !ok || r.Provider != "stargate" {
		t.Errorf("reservation is %+v, want stargate's", r)
	}
}

// A right that is subject to another waits for it, and opens for what was not
// taken there.
func TestARightThatComesAfterAnother(t *testing.T) {
	d := newDesk(t, twoRights(func(f *offtake.FirstRefusal) { f.SubjectTo = offtake.ClauseRef{Agreement: "ms", Clause: "new"} }))
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.NoticeServe{Contents: noticed})
	d.refuses(offtake.Conflict, "2025-06-04T17:00:00Z", "stargate", "o", offtake.Accept{})
	if got := d.state("o#2"); got != offtake.Assessing {
		t.Errorf("the second right is %s while the first is open, want assessing", got)
	}
	d.do("2025-06-04T17:00:00Z", "microsoft", "o", offtake.Decline{})
	if got := d.state("o#2"); got != offtake.NotifyDue {
		t.Errorf("the second right is %s once the first is cleared, want notify_due", got)
	}
	d.do("2025-06-05T17:00:00Z", "openai", "o", offtake.NoticeServe{Contents: noticed})
	d.do("2025-06-06T17:00:00Z", "stargate", "o", offtake.Decline{})
	d.do("2025-06-06T17:00:00Z", "openai", "o", offtake.Award{})
}

// Offers of one third party that were split to stay under a threshold count as one.
func TestSplitDealsCountAsOne(t *testing.T) {
	b := caseBook()
	right := caseRefusal()
	right.Scope.Quantity.AtLeast = 1000
	right.Aggregation = offtake.Aggregation{Window: offtake.Duration{Unit: offtake.Days, Count: 90}}
	b.Agreements[0].Amendments[0].Clauses[0].Body = right
	d := newDesk(t, b)
	half := offer("oci")
	half.Quantity = 504
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: half})
	d.do("2025-06-10T17:00:00Z", "openai", "p", offtake.OfferReceive{Terms: half})
	d.do("2025-10-10T17:00:00Z", "openai", "q", offtake.OfferReceive{Terms: half})
	for id, want := range map[offtake.ProcessID]offtake.ProcessState{"o#1": offtake.NotTriggered, "p#1": offtake.NotifyDue, "q#1": offtake.NotTriggered} {
		if got := d.state(id); got != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
}

// Deadlines of several opportunities fall in the order of time.
func TestDeadlinesFallInOrder(t *testing.T) {
	d := newDesk(t, caseBook())
	d.do("2025-06-03T17:00:00Z", "openai", "x", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-04T17:00:00Z", "openai", "y", offtake.OfferReceive{Terms: offer("oci")})
	d.do("2025-06-05T17:00:00Z", "openai", "y", offtake.NoticeServe{Contents: noticed})
	d.until(at("2026-06-03T17:00:00Z"))
	got := ""
	for _, e := range d.log {
		if due, ok := e.act.Deed.(offtake.Deadline); ok {
			got += string(due.Process) + ":" + string(due.Of) + " "
		}
	}
	if want := "x#1:notify y#1:answer y#1:sign_by "; got != want {
		t.Errorf("fell %s, want %s", got, want)
	}
}

// However long a term is, an award gives it or refuses it, and does not fail.
func TestLongTerms(t *testing.T) {
	for _, u := range []offtake.Unit{offtake.Days, offtake.Weeks, offtake.BusinessDays, offtake.Months, offtake.Years} {
		d := newDesk(t, caseBook())
		terms := offer("azure")
		terms.Term = offtake.Duration{Unit: u, Count: 100_000}
		if _, err := d.try("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: terms}); err != nil {
			continue
		}
		if _, err := d.try("2025-06-03T17:00:00Z", "openai", "o", offtake.Award{}); offtake.KindOf(err) == offtake.Internal {
			t.Errorf("unit %d: %v", u, err)
		}
	}
}

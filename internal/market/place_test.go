package market_test

import (
	"testing"

	"github.com/offtake-dev/offtake"
)

// job is a job on the book's own reservation.
func job(id offtake.JobID, quantity int64) offtake.PlaceJob {
	return offtake.PlaceJob{
		Job: id, Parts: []offtake.Taken{{Reservation: "ms/base", Quantity: quantity}},
		Until: at("2025-06-05T00:00:00Z"), Purpose: "training",
	}
}

// A job takes free capacity and gives it back.
func TestPlaceAndFinish(t *testing.T) {
	d := newDesk(t, caseBook())
	const now = "2025-06-03T17:00:00Z"
	d.do(now, "openai", "", job("j1", 600))
	d.refuses(offtake.Conflict, now, "openai", "", job("j2", 401))
	d.do(now, "openai", "", job("j2", 400))
	if events := d.do(now, "openai", "", job("j2", 400)); len(events) != 0 {
		t.Errorf("the same job again made %v, want nothing", events)
	}
	d.refuses(offtake.Conflict, now, "openai", "", job("j2", 300))
	d.do(now, "openai", "", offtake.FinishJob{Job: "j1"})
	if events := d.do(now, "openai", "", offtake.FinishJob{Job: "j1"}); len(events) != 0 {
		t.Errorf("finishing again made %v, want nothing", events)
	}
	d.refuses(offtake.Conflict, now, "openai", "", job("j1", 600))
	d.refuses(offtake.NotFound, now, "openai", "", offtake.FinishJob{Job: "j9"})
	if r, _ := d.m.Holdings().Reservation("ms/base"); r.Free != 600 || d.m.Holdings().Running() != 1 {
		t.Errorf("%d free and %d running, want 600 and 1", r.Free, d.m.Holdings().Running())
	}
}

// A gang may span reservations of one pool, and of one only.
func TestGangs(t *testing.T) {
	d := newDesk(t, caseBook())
	const now = "2025-06-03T17:00:00Z"
	more := offer("azure")
	more.Accelerator, more.Region, more.Site, more.Quantity, more.Delivery = "h100", "us-east", "", 500, offtake.When{}
	d.buy(now, "more", more)
	far := more
	far.Region = "us-south"
	d.buy(now, "far", far)
	gang := job("j1", 1000)
	gang.Parts = append(gang.Parts, offtake.Taken{Reservation: "more", Quantity: 200})
	d.do(now, "openai", "", gang)
	apart := job("j2", 0)
	apart.Parts = []offtake.Taken{{Reservation: "more", Quantity: 8}, {Reservation: "far", Quantity: 8}}
	d.refuses(offtake.Invalid, now, "openai", "", apart)
	apart.Parts = []offtake.Taken{{Reservation: "more", Quantity: 8}, {Reservation: "more", Quantity: 8}}
	d.refuses(offtake.Invalid, now, "openai", "", apart)
	if n := len(d.m.Holdings().Pools()); n != 2 {
		t.Errorf("%d pools, want 2", n)
	}
}

// Capacity must be held for as long as the job needs it.
func TestAJobFitsItsReservation(t *testing.T) {
	d := newDesk(t, caseBook())
	const now = "2025-06-03T17:00:00Z"
	later := offer("azure")
	d.buy(now, "later", later) // delivered in January
	early := job("j1", 1)
	early.Parts[0].Reservation = "later"
	d.refuses(offtake.Conflict, now, "openai", "", early)
	long := job("j2", 1)
	long.Until = at("2027-01-01T08:00:00.000000001Z")
	d.refuses(offtake.Conflict, now, "openai", "", long)
	long.Until = at("2027-01-01T08:00:00Z")
	d.do(now, "openai", "", long)
	d.refuses(offtake.Invalid, now, "openai", "", job("j3", 0))
	d.refuses(offtake.Invalid, now, "openai", "", job("", 1))
	d.refuses(offtake.Forbidden, now, "microsoft", "", job("j4", 1))
	past := job("j5", 1)
	past.Until = at(now)
	d.refuses(offtake.Invalid, now, "openai", "", past)
	unknown := job("j6", 1)
	unknown.Purpose = "mining"
	d.refuses(offtake.NotFound, now, "openai", "", unknown)
}

// The API stays on azure; training goes where capacity is; and what runs stays
// when the terms change.
func TestWorkGoesWhereTheBookAllows(t *testing.T) {
	d := newDesk(t, caseBook())
	terms := offer("oci")
	terms.Delivery = offtake.When{}
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.OfferReceive{Terms: terms})
	d.do("2025-06-03T17:00:00Z", "openai", "o", offtake.NoticeServe{Contents: noticed})
	d.do("2025-06-04T17:00:00Z", "microsoft", "o", offtake.Decline{})
	d.do("2025-06-04T17:00:00Z", "openai", "o", offtake.Award{})
	api := offtake.PlaceJob{
		Job: "serve", Parts: []offtake.Taken{{Reservation: "o", Quantity: 8}}, Until: at("2025-12-05T00:00:00Z"),
		Purpose: "api", Product: "api",
	}
	d.refuses(offtake.Forbidden, "2025-06-05T17:00:00Z", "openai", "", api)
	train := api
	train.Job, train.Purpose, train.Product = "train", "training", ""
	d.do("2025-06-05T17:00:00Z", "openai", "", train)
	api.Parts = []offtake.Taken{{Reservation: "ms/base", Quantity: 8}}
	d.do("2025-06-05T17:00:00Z", "openai", "", api)
	if n := d.m.Holdings().Running(); n != 2 {
		t.Errorf("%d jobs run, want 2", n)
	}
}

// A consent that work relies on is measured when the work starts: usage that
// breaks its share stops the next job, not the one that runs.
func TestABrokenShareStopsTheNextJob(t *testing.T) {
	b := caseBook()
	b.Agreements[0].Amendments[0].Remove = nil // only azure, but for what the consent lifts
	clauses := b.Agreements[0].Amendments[0].Clauses
	consent := clauses[2].Body.(offtake.Consent)
	consent.Lifts = append(consent.Lifts, offtake.ClauseRef{Agreement: "ms", Clause: "all"})
	consent.Scope.Purposes, consent.Limit = nil, offtake.ConsentLimit{}
	clauses[2].Body = consent
	b.Agreements[0].Amendments = b.Agreements[0].Amendments[:1]
	d := newDesk(t, b)
	build := offer("stargate")
	build.Delivery = offtake.When{}
	d.buy("2025-06-03T17:00:00Z", "own", build)
	work := func(id offtake.JobID) offtake.PlaceJob {
		p := job(id, 8)
		p.Parts[0].Reservation = "own"
		return p
	}
	d.do("2025-06-03T20:00:00Z", "openai", "", work("j1"))
	d.do("2025-06-03T20:00:00Z", "openai", "", offtake.UsageReport{Source: "m", Batch: "1", Totals: []offtake.UsageTotal{
		{Reservation: "own", Day: june(3), Purpose: "product", Used: 3600},
	}})
	d.refuses(offtake.Forbidden, "2025-06-03T20:00:00Z", "openai", "", work("j2"))
	if n := d.m.Holdings().Running(); n != 1 {
		t.Errorf("%d jobs run, want the first to go on", n)
	}
}

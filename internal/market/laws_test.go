package market_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/rights"
	"pgregory.net/rapid"
)

// TestNothingIsTakenWithoutClearance sends random acts by random parties and
// walks the log with a checker that knows the case's clauses by heart and none
// of the code: what was bought and placed had to be allowed when it was.
func TestNothingIsTakenWithoutClearance(t *testing.T) {
	b := caseBook()
	law := lawOf(t, b)
	happened := map[string]int{}
	musts := []string{"award", "definitive.sign", "place", "finish", "usage.report", "amend", "released", "consented", "waived", "closed later"}
	lacking := func() bool {
		return slices.ContainsFunc(musts, func(must string) bool { return happened[must] == 0 })
	}
	// Ten times rapid's own number of checks; and as some of what must happen is
	// rare, more where it has not yet.
	for round := 0; round < 10 || round < 500 && lacking() && !t.Failed(); round++ {
		rapid.Check(t, func(t *rapid.T) {
			log, m := drawMarket(t, b, law)
			c := checker{cleared: happened, offers: map[offtake.OpportunityID]*seenOffer{}, held: map[offtake.ReservationID]*seenHeld{}}
			c.held["ms/base"] = &seenHeld{provider: "azure", free: 1000}
			for _, e := range log {
				c.see(t, e)
				happened[e.act.Deed.Name()]++
			}
			checkFold(t, b, law, log, m)
		})
	}
	for _, must := range musts {
		if happened[must] == 0 {
			t.Errorf("no log had %s: the acts drawn prove nothing about it (%v)", must, happened)
		}
	}
}

// drawMarket plays random acts and gives those that were taken.
func drawMarket(t *rapid.T, b *offtake.Book, law *rights.Law) ([]entry, *market.State) {
	m := market.New(market.Setup{Book: b, Law: law})
	var log []entry
	do := func(a offtake.Act) {
		if events, err := m.Do(a); err == nil {
			log = append(log, entry{a, events})
		}
	}
	now := at(rapid.SampledFrom([]string{"2025-01-10T18:00:00Z", "2025-06-03T17:00:00Z", "2025-09-20T17:00:00Z", "2025-10-25T17:00:00Z"}).Draw(t, "from"))
	for i := range rapid.IntRange(8, 30).Draw(t, "acts") {
		now = drawNow(t, m, now)
		for {
			due, act, ok := m.Due()
			if !ok || !deal.Comes(due, act, now) {
				break
			}
			do(act)
		}
		do(drawAct(t, m, now, i))
	}
	return log, m
}

// drawNow goes on by some hours, or to just before, at or after the next deadline.
func drawNow(t *rapid.T, m *market.State, now time.Time) time.Time {
	if due, _, ok := m.Due(); ok && rapid.IntRange(0, 2).Draw(t, "to a deadline") == 0 {
		if near := due.Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "beside"))); !near.Before(now) {
			return near
		}
	}
	return now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "hours")) * time.Hour)
}

func drawAct(t *rapid.T, m *market.State, now time.Time, i int) offtake.Act {
	a := offtake.Act{ID: offtake.ActID(fmt.Sprint("a", i)), At: now, By: "openai"}
	a.Opportunity = rapid.SampledFrom([]offtake.OpportunityID{"x", "y"}).Draw(t, "opportunity")
	a.Deed = drawDeed(t, m, a.Opportunity, now)
	switch a.Deed.(type) {
	case offtake.Accept, offtake.Decline:
		a.By = "microsoft"
	}
	if rapid.IntRange(0, 19).Draw(t, "stranger") == 0 {
		a.By = rapid.SampledFrom([]offtake.PartyName{"openai", "microsoft", "oracle", ""}).Draw(t, "by")
	}
	return a
}

func drawDeed(t *rapid.T, m *market.State, o offtake.OpportunityID, now time.Time) offtake.Deed {
	if _, ok := m.Deals().Opportunity(o); !ok && rapid.IntRange(0, 3).Draw(t, "receive") > 0 {
		terms := offer(rapid.SampledFrom([]offtake.ProviderName{"oci", "oci", "azure", "stargate"}).Draw(t, "provider"))
		terms.Quantity = rapid.SampledFrom([]int64{64, 600, 1008}).Draw(t, "quantity")
		terms.Purposes = []offtake.Purpose{rapid.SampledFrom([]offtake.Purpose{"training", "product"}).Draw(t, "purpose")}
		terms.Delivery = offtake.When{}
		return offtake.OfferReceive{Terms: terms}
	}
	price := money("USD " + rapid.SampledFrom([]string{"7.00", "8.00", "8.16", "8.17", "9.00"}).Draw(t, "price"))
	n := rapid.IntRange(0, 18).Draw(t, "deed")
	if ps := m.Deals().Of(o); len(ps) > 0 && rapid.Bool().Draw(t, "sensible") {
		if next := sensible[ps[0].State()]; next != nil {
			n = rapid.SampledFrom(next).Draw(t, "next")
		}
	}
	switch n {
	case 0, 1, 2, 3:
		return offtake.Award{Quantity: rapid.SampledFrom([]int64{0, 0, 0, 64, 2000}).Draw(t, "award")}
	case 4, 5, 6:
		return offtake.NoticeServe{Contents: noticed}
	case 7:
		return offtake.Accept{}
	case 8, 9:
		return offtake.Decline{}
	case 10:
		return offtake.DefinitiveSign{}
	case 11:
		return offtake.OfferRevise{Terms: offtake.OfferTerms{Price: price, Quantity: rapid.SampledFrom([]int64{0, 0, 64, 1008, 1200}).Draw(t, "of")}}
	case 12:
		return rapid.SampledFrom([]offtake.Deed{
			offtake.OfferWithdraw{}, offtake.ThirdPartySign{Conditional: true}, offtake.Amend{Agreement: "ms", Amendment: "october-2025"},
		}).Draw(t, "rare")
	case 17:
		part := rapid.SampledFrom([]int64{0, 64}).Draw(t, "part")
		return offtake.ThirdPartySign{Terms: offtake.OfferTerms{Price: price, Quantity: part}}
	case 18:
		return offtake.ThirdPartyClose{}
	case 13:
		return offtake.FinishJob{Job: drawJob(t)}
	case 14:
		day := offtake.DateOf(now.UTC()).AddDays(-rapid.IntRange(0, 2).Draw(t, "days ago"))
		return offtake.UsageReport{
			Source: "meter", Batch: day.String(), Rows: 1, Hash: "h",
			Totals: []offtake.UsageTotal{{Reservation: "ms/base", Day: day, Purpose: "training", Used: rapid.SampledFrom([]int64{3600, 86_400_000, 86_400_001}).Draw(t, "used")}},
		}
	}
	return drawPlacement(t, m, now)
}

// sensible are the deeds that go on from a process's state, by their number.
var sensible = map[offtake.ProcessState][]int{
	offtake.NotifyDue: {4}, offtake.Open: {7, 8, 11}, offtake.Contracting: {10}, offtake.InTail: {0, 1, 11, 17, 18}, offtake.NotTriggered: {0},
}

func drawJob(t *rapid.T) offtake.JobID {
	return rapid.SampledFrom([]offtake.JobID{"j1", "j2", "j3"}).Draw(t, "job")
}

func drawPlacement(t *rapid.T, m *market.State, now time.Time) offtake.Deed {
	var all []offtake.ReservationID
	for _, p := range m.Holdings().Pools() {
		for _, h := range p.Held {
			all = append(all, h.Reservation)
		}
	}
	p := offtake.PlaceJob{Job: drawJob(t), Purpose: "training", Until: now.Add(24 * time.Hour)}
	for range rapid.IntRange(1, 2).Draw(t, "parts") {
		p.Parts = append(p.Parts, offtake.Taken{
			Reservation: rapid.SampledFrom(all).Draw(t, "reservation"),
			Quantity:    rapid.SampledFrom([]int64{1, 64, 500, 1000}).Draw(t, "taken"),
		})
	}
	if rapid.IntRange(0, 3).Draw(t, "api") == 0 {
		p.Purpose, p.Product = "api", "api"
	}
	return p
}

// A checker follows a log by the events' own words.
type checker struct {
	cleared map[string]int // purchases from others than azure, by what cleared them
	offers  map[offtake.OpportunityID]*seenOffer
	held    map[offtake.ReservationID]*seenHeld
	built   int64 // accelerators bought under the consent to build
	jobs    map[offtake.JobID]offtake.JobPlaced
}

// seenOffer is an offer and where microsoft's right over it stands.
type seenOffer struct {
	terms    offtake.OfferTerms
	met      bool // a process ran over it
	bound    bool // the right was triggered, and stands in the way
	lifted   bool // the consent to build lifted it
	waived   bool
	noticed  offtake.Money
	ends     time.Time // of the window, then of the time to sign: when silence releases
	released time.Time // until when the third party may be signed; zero: not released
	signed   int64     // by the third party while released, not closed yet
	closeBy  time.Time // until when the earliest of that must close
	agreed   offtake.Money
	taken    int64
}

type seenHeld struct {
	provider offtake.ProviderName
	free     int64
}

var (
	january = at("2025-01-21T08:00:00Z")
	october = at("2025-10-28T07:00:00Z")
)

func (c *checker) see(t *rapid.T, e entry) {
	for _, ev := range e.events {
		c.seeRight(t, e, ev)
		switch ev := ev.(type) {
		case offtake.OfferReceived:
			c.offers[ev.Opportunity] = &seenOffer{terms: ev.Terms}
		case offtake.OfferRevised:
			c.offers[ev.Opportunity].terms = ev.Terms
		case offtake.Awarded:
			c.award(t, e, ev)
		case offtake.CapacityReserved:
			c.reserve(t, ev)
		case offtake.JobPlaced:
			c.place(t, e, ev)
		case offtake.JobFinished:
			for _, part := range c.jobs[ev.Job].Parts {
				c.held[part.Reservation].free += part.Quantity
			}
		}
	}
}

// seeRight follows microsoft's right over an offer.
func (c *checker) seeRight(t *rapid.T, e entry, ev offtake.Event) {
	o := c.offers[opportunityOf(ev)]
	switch ev := ev.(type) {
	case offtake.ProcessOpened:
		*o = seenOffer{terms: o.terms, taken: o.taken, met: true}
		o.reached(ev.State, ev.Terms)
	case offtake.TermsReplaced:
		o.reached(ev.State, ev.Terms)
	case offtake.RankOpened:
		o.noticed, o.ends = o.terms.Price, ev.Answer
		if ev.Answer.Before(e.act.At.Add(21*24*time.Hour - time.Hour)) {
			t.Fatalf("15 business days from %s end at %s, before three weeks", e.act.At, ev.Answer)
		}
	case offtake.Bound:
		o.ends, o.released = ev.Definitive, time.Time{}
	case offtake.Released:
		o.release(t, e, ev)
	case offtake.ThirdPartySigned:
		if !ev.Conditional {
			o.sign(t, e, ev)
		}
	case offtake.TailExpired: // what was signed may still close
		o.released = time.Time{}
	case offtake.Breached:
		if inTime := !o.closeBy.Before(e.act.At); !o.released.IsZero() || !inTime { // else it is the expired part that is breached, and what was signed stands
			o.signed = 0
		}
		o.released = time.Time{}
	case offtake.Superseded, offtake.Withdrawn:
		o.released, o.signed = time.Time{}, 0
	case offtake.Waived:
		o.waived = true
		if _, amends := e.act.Deed.(offtake.Amend); !amends || e.act.At.Before(october) {
			t.Fatalf("%s waived a right at %s, and only the amendment of october did", e.act.Deed.Name(), e.act.At)
		}
	}
}

// reached: an offer was judged to trigger the right, or not to.
func (o *seenOffer) reached(state offtake.ProcessState, judged offtake.OfferTerms) {
	o.bound = state != offtake.NotTriggered
	o.lifted = !o.bound && judged.Provider == "stargate"
}

// release: only microsoft's refusal, or the end of its time, frees an offer.
func (o *seenOffer) release(t *rapid.T, e entry, ev offtake.Released) {
	switch e.act.Deed.(type) {
	case offtake.Decline:
		if e.act.By != "microsoft" || e.act.At.After(o.ends) {
			t.Fatalf("%q passed at %s for microsoft, whose window ended at %s", e.act.By, e.act.At, o.ends)
		}
	case offtake.Deadline:
		if !e.act.At.Equal(o.ends) {
			t.Fatalf("released at %s by time, and microsoft had until %s", e.act.At, o.ends)
		}
	default:
		t.Fatalf("released by %s", e.act.Deed.Name())
	}
	o.released = ev.SignBy
	if want := inNinetyDays(e.act.At); !ev.SignBy.Equal(want) {
		t.Fatalf("released at %s until %s, want %s", e.act.At, ev.SignBy, want)
	}
}

// sign: the third party signs in the tail, at no better than was noticed.
func (o *seenOffer) sign(t *rapid.T, e entry, ev offtake.ThirdPartySigned) {
	over := ev.Terms.Price.Sub(o.noticed)
	switch {
	case !o.bound || o.released.IsZero() || e.act.At.After(o.released):
		t.Fatalf("signed at %s, and microsoft's right was not cleared", e.act.At)
	case over.Cmp(o.noticed.Share(20_000)) > 0:
		t.Fatalf("signed at %s, and %s was noticed", ev.Terms.Price, o.noticed)
	case !ev.CloseBy.Equal(inNinetyDays(e.act.At)):
		t.Fatalf("signed at %s to close by %s", e.act.At, ev.CloseBy)
	}
	if o.signed == 0 {
		o.closeBy = ev.CloseBy
	}
	o.signed += ev.Quantity
	o.agreed = ev.Terms.Price
}

var losAngeles = func() *time.Location {
	calendars, _ := civil.Compile(caseBook().Calendars)
	c, _ := calendars.Get("us-business")
	return c.Location()
}()

// inNinetyDays gives the end of 90 days from an act: the cut-off of the last.
func inNinetyDays(from time.Time) time.Time {
	y, m, d := from.In(losAngeles).Date()
	return time.Date(y, m, d+90, 17, 0, 0, 0, losAngeles)
}

// opportunityOf gives what an event of a process is about.
func opportunityOf(ev offtake.Event) offtake.OpportunityID {
	o, _, _ := strings.Cut(string(refusal.ProcessOf(ev)), "#")
	return offtake.OpportunityID(o)
}

// award holds a purchase from a third party against the clauses of the case.
func (c *checker) award(t *rapid.T, e entry, ev offtake.Awarded) {
	o, now := c.offers[ev.Opportunity], e.act.At
	if e.act.By != "openai" {
		t.Fatalf("%q awarded what openai buys", e.act.By)
	}
	if o.terms.Provider == "azure" {
		return
	}
	switch {
	case now.Before(january):
		t.Fatalf("bought from %s while only azure may supply", o.terms.Provider)
	case o.waived:
		c.cleared["waived"]++
	case o.bound:
		c.close(t, e, o, ev.Quantity)
	case o.lifted, !o.met && o.terms.Provider == "stargate" && now.Before(october):
		c.built += ev.Quantity
		c.cleared["consented"]++
		if o.terms.Purposes[0] != "training" || c.built > 1000 {
			t.Fatalf("built %d for %s under a consent to 1000 for training", c.built, o.terms.Purposes)
		}
	case o.met || now.Before(october):
		t.Fatalf("bought at %s from %s, and microsoft never had its say", now, o.terms.Provider)
	}
}

// close: what takes effect was signed while released, and closes in time.
func (c *checker) close(t *rapid.T, e entry, o *seenOffer, quantity int64) {
	switch {
	case o.signed != quantity:
		t.Fatalf("%d bought at %s from %s, and %d were signed while microsoft's right was cleared", quantity, e.act.At, o.terms.Provider, o.signed)
	case e.act.At.After(o.closeBy):
		t.Fatalf("closed at %s, and had to by %s", e.act.At, o.closeBy)
	}
	o.signed = 0
	c.cleared["released"]++
	if _, later := e.act.Deed.(offtake.ThirdPartyClose); later {
		c.cleared["closed later"]++
	}
}

// reserve: nothing is taken twice, and what microsoft let go is bought as signed.
func (c *checker) reserve(t *rapid.T, ev offtake.CapacityReserved) {
	c.held[ev.Reservation] = &seenHeld{ev.Provider, ev.Quantity}
	o := c.offers[ev.Opportunity]
	o.taken += ev.Quantity
	switch {
	case o.taken > o.terms.Quantity:
		t.Fatalf("%d were taken of an offer of %d", o.taken, o.terms.Quantity)
	case ev.Provider != "azure" && o.bound && !o.waived && ev.Price.Cmp(o.agreed) != 0:
		t.Fatalf("bought at %s, and signed at %s", ev.Price, o.agreed)
	}
}

// place holds a placement against the clauses of the case and what is free.
func (c *checker) place(t *rapid.T, e entry, ev offtake.JobPlaced) {
	if c.jobs == nil {
		c.jobs = map[offtake.JobID]offtake.JobPlaced{}
	}
	if _, again := c.jobs[ev.Job]; again {
		t.Fatalf("job %s was placed twice", ev.Job)
	}
	c.jobs[ev.Job] = ev
	for _, part := range ev.Parts {
		h := c.held[part.Reservation]
		h.free -= part.Quantity
		switch {
		case h.free < 0:
			t.Fatalf("reservation %s is %d short", part.Reservation, -h.free)
		case h.provider != "azure" && (e.act.At.Before(january) || ev.Product == "api"):
			t.Fatalf("%s %s runs on %s", ev.Purpose, ev.Product, h.provider)
		}
	}
}

// checkFold: the log alone makes the same market again, and what it takes
// again has no effect.
func checkFold(t *rapid.T, b *offtake.Book, law *rights.Law, log []entry, m *market.State) {
	again := market.New(market.Setup{Book: b, Law: law})
	for _, e := range log {
		again.Apply(e.act, e.events)
	}
	if got, want := picture(again), picture(m); got != want {
		t.Fatalf("folded:\n%s\ndecided:\n%s", got, want)
	}
	for _, e := range log {
		switch e.act.Deed.(type) {
		case offtake.PlaceJob, offtake.FinishJob: // known by the job, whose story has gone on
		default:
			if events, err := m.Do(e.act); len(events) > 0 || err != nil && offtake.KindOf(err) != offtake.Conflict {
				t.Fatalf("%s sent again made %v, %v", e.act.Deed.Name(), events, err)
			}
		}
	}
	if got, want := picture(m), picture(again); got != want {
		t.Fatalf("after all was sent again:\n%s\nbefore:\n%s", got, want)
	}
}

// picture shows all of a market that can be read.
func picture(m *market.State) string {
	s := ""
	for _, p := range m.Deals().Processes() {
		s += fmt.Sprintln(p.ID, p.State(), *p.Notify, p.Seats, *p.Terms, p.Why)
		for _, q := range p.Parts {
			signed, offer := refusal.ThirdParty{}, refusal.Round{}
			if q.Signed != nil {
				signed, q.Signed = *q.Signed, nil
				signed.Terms = nil
			}
			if q.Offer != nil {
				offer, q.Offer = *q.Offer, nil
			}
			clock, bound := *q.Clock, offtake.OfferTerms{}
			if q.Terms != nil {
				bound = *q.Terms
			}
			q.Clock, q.Terms = nil, nil
			s += fmt.Sprintln(q, clock, signed, offer, bound)
		}
		o, _ := m.Deals().Opportunity(p.Opportunity)
		s += fmt.Sprintln(o.ID, o.By, o.Received, *o.Terms, o.Withdrawn, o.Awarded, o.Taken, len(m.Deals().Of(o.ID)))
	}
	for _, p := range m.Holdings().Pools() {
		for _, h := range p.Held {
			s += fmt.Sprintln(p.Place, *h)
		}
	}
	due, act, ok := m.Due()
	return s + fmt.Sprintln(m.Holdings().Running(), m.Accounts().Totals(), m.Commitments(m.Now()), m.Now(), due, act, ok)
}

package refusal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
	"pgregory.net/rapid"
)

// TestLaws plays random acts by random parties at random times, near the
// deadlines as often as not, under random clauses, and holds the log against
// what must never break. The numbers are those of the laws in docs/FIRST-REFUSAL.md.
func TestLaws(t *testing.T) {
	right := plain(t).Right
	happened := map[string]int{}
	musts := []string{"accepted", "fulfilled", "lapsed", "superseded", "third_party.closed", "tail.expired", "breached", "withdrawn"}
	lacking := func() bool {
		return slices.ContainsFunc(musts, func(must string) bool { return happened[must] == 0 })
	}
	// Ten times rapid's own number of checks; and more while something rare is lacking.
	for round := 0; round < 10 || round < 500 && lacking() && !t.Failed(); round++ {
		rapid.Check(t, func(t *rapid.T) { playLaws(t, right, happened) })
	}
	for _, must := range musts {
		if happened[must] == 0 {
			t.Errorf("no log had %s: the acts drawn prove nothing about it (%v)", must, happened)
		}
	}
}

func playLaws(t *rapid.T, right offtake.FirstRefusal, happened map[string]int) {
	k := newCourt(contract(silent{}, drawRight(t, right)))
	at := time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC)
	sent := 0
	for range rapid.IntRange(3, 16).Draw(t, "acts") {
		at = drawInstant(t, k, at)
		sent++
		a := offtake.Act{ID: offtake.ActID(fmt.Sprint("a", sent)), At: at, Opportunity: "o"}
		a.Deed = drawDeed(t, k)
		a.By = drawParty(t, a.Deed)
		_, _ = k.send(a)
	}
	k.pass(at.AddDate(1, 0, 0), true)
	checkLaws(t, k)
	checkPrefixes(t, k)
	for _, e := range k.log {
		for _, ev := range e.events {
			happened[ev.Event()]++
		}
	}
}

// silent lets helpers of tests be used inside a property.
type silent struct{ testing.TB }

func (silent) Helper() {}

func drawRight(t *rapid.T, f offtake.FirstRefusal) offtake.FirstRefusal {
	pick := func(name string, n int) int { return rapid.IntRange(0, n-1).Draw(t, name) }
	f.Direction = []offtake.Direction{offtake.SupplySide, offtake.DemandSide}[pick("direction", 2)]
	f.Window = duration([]string{"P15BD", "P3BD", "PT48H", "P10D", "P1M"}[pick("window", 5)])
	f.NotifyWithin = duration([]string{"P5D", "P2BD"}[pick("notify", 2)])
	f.Definitive = duration([]string{"P20BD", "P2D"}[pick("definitive", 2)])
	f.Tail.SignBy = duration([]string{"P90D", "P1D"}[pick("sign_by", 2)])
	f.Tail.CloseBy = duration([]string{"P90D", "P1D"}[pick("close_by", 2)])
	f.Match = []offtake.Match{offtake.ExactMatch, offtake.MaterialMatch}[pick("match", 2)]
	f.OfferRevocable = []offtake.Revocable{offtake.UntilAcceptance, offtake.Irrevocable}[pick("revocable", 2)]
	f.Nonconforming = []offtake.Nonconforming{offtake.NonconformingIgnored, offtake.NonconformingTerminates}[pick("nonconforming", 2)]
	f.Survival = []offtake.Survival{offtake.OneShot, offtake.Continuing}[pick("survival", 2)]
	if pick("retrigger", 2) == 1 {
		f.Retrigger = duration("P5BD")
	}
	if pick("holders", 2) == 1 {
		f.Holders = append(f.Holders[:1:1], offtake.Holder{Party: "crusoe", Provider: "crusoe", Rank: 1 + pick("rank", 2), Weight: 1 + int64(pick("weight", 3)), Assignable: "free"})
		f.Ranks = offtake.Ranks{Mode: []string{"sequential", "concurrent"}[pick("mode", 2)], NextStarts: []string{"on_deadline", "on_response"}[pick("next", 2)]}
	}
	f.Partial = []offtake.Partial{offtake.NoPartial, offtake.InLots}[pick("partial", 2)]
	f.AllOrNone = pick("all or none", 4) == 0
	if pick("undersubscription", 2) == 1 {
		f.Undersubscribed = duration("P3BD")
	}
	if pick("inquiry", 3) == 0 {
		f.Notice.Deficiency, f.Notice.ObjectionWithin = offtake.InquiryDuty, duration("P2BD")
	}
	if pick("gate", 4) == 0 {
		f.DeliveryGate, f.DeliveryGrace = true, duration("P30D")
	}
	f.Tolling, f.Determiner = []string{"war", "regulator"}, "panel"
	if pick("tolerance", 2) == 1 {
		f.Tolerance = []offtake.Tolerance{{Dimension: offtake.TermPrice, Within: 20_000}}
	}
	return f
}

// drawInstant goes on by some hours, or to just before, at or after the next deadline.
func drawInstant(t *rapid.T, k *court, at time.Time) time.Time {
	if len(k.all) > 0 && rapid.Bool().Draw(t, "at a deadline") {
		if due, _, ok := refusal.Due(*k.last()); ok && !due.Before(at) {
			near := due.Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "beside")))
			if !near.Before(at) {
				return near
			}
		}
	}
	return at.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "hours")) * time.Hour)
}

// drawParty gives mostly one who has that step.
func drawParty(t *rapid.T, d offtake.Deed) offtake.PartyName {
	if rapid.IntRange(0, 9).Draw(t, "stranger") == 0 {
		return rapid.SampledFrom([]offtake.PartyName{"openai", "microsoft", "linkedin", "oracle", ""}).Draw(t, "by")
	}
	switch d.(type) {
	case offtake.Accept, offtake.Decline, offtake.DefinitiveSign, offtake.NoticeObject:
		return rapid.SampledFrom([]offtake.PartyName{"microsoft", "microsoft", "crusoe"}).Draw(t, "holder")
	case offtake.Determine:
		return "panel"
	}
	return "openai"
}

// sensible are the deeds that go on from a state, by their number below.
var sensible = map[offtake.ProcessState][]int{
	offtake.NotifyDue: {4, 5, 6, 7, 2}, offtake.Deficient: {4, 5, 6}, offtake.Open: {8, 8, 8, 9, 10, 10, 2, 3, 12, 14, 16, 18},
	offtake.Contracting: {11, 11, 3, 17, 14}, offtake.InTail: {12, 12, 13, 2, 14}, offtake.Allocating: {8, 10},
	offtake.IsTolled: {15}, offtake.IsUndetermined: {19},
}

func drawDeed(t *rapid.T, k *court) offtake.Deed {
	n := 0
	if len(k.all) > 0 {
		n = rapid.IntRange(0, 19).Draw(t, "deed")
		if next := sensible[k.last().State()]; next != nil && rapid.IntRange(0, 3).Draw(t, "sensible") > 0 {
			n = rapid.SampledFrom(next).Draw(t, "next")
		}
	}
	change := func() offtake.OfferTerms {
		if rapid.Bool().Draw(t, "nothing") {
			return offtake.OfferTerms{}
		}
		price, _ := offtake.ParseMoney("USD " + rapid.SampledFrom([]string{"7.00", "7.99", "8.00", "8.16", "8.17", "9.00"}).Draw(t, "price"))
		o := offtake.OfferTerms{Price: price, Site: rapid.SampledFrom([]offtake.Site{"", "", "abilene", "milam"}).Draw(t, "site")}
		if rapid.IntRange(0, 3).Draw(t, "quantity") == 0 {
			o.Quantity = rapid.SampledFrom([]int64{432, 1008, 1009}).Draw(t, "n")
		}
		return o
	}
	switch n {
	case 0, 1:
		return offtake.OfferReceive{Terms: docket.Offer()}
	case 2:
		return offtake.OfferRevise{Terms: change()}
	case 3:
		return offtake.OfferWithdraw{}
	case 4, 5, 6:
		return noticeOf("")
	case 7:
		return noticeOf("without=price")
	case 8:
		return offtake.Accept{Quantity: rapid.SampledFrom([]int64{0, 0, 72, 432, 936, 100}).Draw(t, "take")}
	case 9:
		return offtake.Accept{Terms: change()}
	case 10:
		return offtake.Decline{}
	case 11:
		return offtake.DefinitiveSign{}
	case 14:
		return offtake.Toll{Cause: rapid.SampledFrom([]string{"war", "regulator"}).Draw(t, "cause")}
	case 15:
		return offtake.Resume{Cause: rapid.SampledFrom([]string{"war", "regulator", ""}).Draw(t, "cause")}
	case 16:
		return rapid.SampledFrom([]offtake.Deed{offtake.NoticeObject{Missing: []offtake.Content{"price"}}, offtake.NoticeObject{Question: offtake.DoubtGoodFaith}}).Draw(t, "objection")
	case 17:
		return rapid.SampledFrom([]offtake.Deed{offtake.HolderDefault{}, offtake.RegulatorRefuse{Party: "microsoft"}, offtake.Deliver{}, offtake.DefinitiveSign{Party: "crusoe"}}).Draw(t, "bound")
	case 18:
		day := offtake.DateOf(k.log[len(k.log)-1].act.At).AddDays(rapid.IntRange(1, 60).Draw(t, "days"))
		return offtake.ExtendDeadline{
			Deadline: rapid.SampledFrom([]offtake.DeadlineName{offtake.DueAnswer, offtake.DueDefinitive, offtake.DueSignBy, offtake.DueCloseBy, offtake.DueNotify}).Draw(t, "which"),
			Until:    offtake.When{Date: day}, SignedBy: []offtake.PartyName{"openai", "microsoft", "crusoe"},
		}
	case 19:
		return offtake.Determine{Answer: rapid.SampledFrom([]offtake.InFavour{offtake.ForHolder, offtake.ForGrantor}).Draw(t, "answer")}
	case 12:
		return offtake.ThirdPartySign{Terms: change(), Conditional: len(k.all) > 0 && k.last().State() != offtake.InTail && rapid.IntRange(0, 4).Draw(t, "conditional") > 0}
	}
	return offtake.ThirdPartyClose{}
}

// noticeOf gives the notice of a written case.
func noticeOf(without string) offtake.Deed {
	a, err := docket.ReadAct(1, "2025-06-03T10:00 openai notice.serve "+without)
	if err != nil {
		panic(err)
	}
	return a.Deed
}

// checkLaws walks the log and knows only the words: what it holds the process
// against is counted and compared anew.
func checkLaws(t *rapid.T, k *court) {
	right := k.contract.Right
	replayed := newCourt(k.contract)
	for _, e := range k.log {
		was := map[offtake.ProcessID]refusal.Process{}
		for _, p := range replayed.all {
			was[p.ID] = p
		}
		replayed.apply(e.act, e.events)
		checkStep(t, right, e)
		for _, ev := range e.events {
			p, known := was[refusal.ProcessOf(ev)]
			if known {
				checkEvent(t, right, p, e, ev)
			}
		}
		for _, p := range replayed.all {
			checkParts(t, right, was[p.ID], p, e)
		}
	}
}

// checkStep: law 14, only the party whose step it is can take it; law 6,
// silence binds nobody.
func checkStep(t *rapid.T, right offtake.FirstRefusal, e entry) {
	by := e.act.By
	holder := slices.ContainsFunc(right.Holders, func(h offtake.Holder) bool { return h.Party == by })
	either := holder || by == "openai"
	mine := map[string]bool{
		"deadline": by == "", "accept": holder, "refuse": holder, "notice.object": holder, "determine": by == "panel",
		"definitive.sign": either, "deliver": either, "regulator.refuse": either, "toll": either, "resume": either, "extend": either,
	}
	if ok, listed := mine[e.act.Deed.Name()]; listed && !ok || !listed && by != "openai" {
		t.Fatalf("%s was taken by %q", e.act.Deed.Name(), by)
	}
	if by != "" {
		return
	}
	for _, ev := range e.events {
		switch ev.(type) {
		case offtake.Accepted, offtake.Fulfilled, offtake.ThirdPartyClosed:
			t.Fatalf("time alone made %s", ev.Event())
		}
	}
}

func checkEvent(t *rapid.T, right offtake.FirstRefusal, p refusal.Process, e entry, ev offtake.Event) {
	switch ev := ev.(type) {
	case offtake.ThirdPartySigned: // law 1
		released := p.Released() > 0 || p.Doubt != "" && p.Waiting != nil
		for _, other := range e.events {
			if _, ok := other.(offtake.Released); ok {
				released = true // a conditional signature takes effect with it
			}
		}
		if !ev.Conditional && !released {
			t.Fatalf("a third party was signed while the process was %s", p.State())
		}
		if !ev.Conditional {
			checkTerms(t, right, *p.Baseline, ev.Terms)
		}
	case offtake.RankOpened: // law 4
		full := right.Window
		_, served := e.act.Deed.(offtake.NoticeServe)
		switch {
		case served == p.Served.IsZero():
		case ev.Round == 1 && p.Served.IsZero():
			t.Fatalf("%s opened a window, and no notice was served", e.act.Deed.Name())
		}
		switch {
		case ev.Round == 2:
			full = right.Undersubscribed
		case p.After != "" && ev.Rank <= p.LeftRank && !right.Retrigger.IsZero():
			full = right.Retrigger
		}
		if least := walkWindow(e.act.At, full); ev.Answer.Before(least) {
			t.Fatalf("the window from %s ends at %s, before its %s are over at %s", e.act.At, ev.Answer, full, least)
		}
	case offtake.Withdrawn: // law 10
		if late := p.CloseBy(); p.State() == offtake.Contracting && (late.IsZero() || e.act.At.Before(late)) {
			t.Fatal("an accepted offer was withdrawn")
		}
	case offtake.Accepted: // law 7
		if p.Served.IsZero() {
			t.Fatal("a holder answered what was never noticed")
		}
		for _, seat := range p.Seats {
			if seat.Party == ev.By && (!seat.Asked || e.act.At.After(seat.Until)) {
				t.Fatalf("%s was taken outside its window, which ended at %s", ev.By, seat.Until)
			}
		}
		if ev.Quantity <= 0 || ev.Quantity > p.Noticed.Quantity {
			t.Fatalf("a holder took %d of the %d noticed", ev.Quantity, p.Noticed.Quantity)
		}
	case offtake.Bound: // laws 3 and 8
		var sum int64
		for _, taking := range ev.Takings {
			sum += taking.Quantity
			if taking.Quantity <= 0 || right.Partial == offtake.InLots && taking.Quantity%72 != 0 && taking.Quantity != p.Parts[ev.Part-1].Quantity && sum != p.Parts[ev.Part-1].Quantity {
				t.Fatalf("%s is bound to %d, which is not in whole lots", taking.Party, taking.Quantity)
			}
		}
		if whole := p.Parts[ev.Part-1].Quantity; sum > whole || right.AllOrNone && sum != whole {
			t.Fatalf("%d are bound of %d", sum, whole)
		}
	}
}

// checkTerms: law 9 for the price, the only term that tolerates anything here.
func checkTerms(t *rapid.T, right offtake.FirstRefusal, base, signed offtake.OfferTerms) {
	var within offtake.Percent
	if len(right.Tolerance) > 0 {
		within = right.Tolerance[0].Within
	}
	over := signed.Price.Sub(base.Price)
	if right.Direction == offtake.DemandSide {
		over = over.Neg()
	}
	if over.Cmp(base.Price.Share(within)) > 0 {
		t.Fatalf("a third party was signed at %s, and %s was noticed", signed.Price, base.Price)
	}
	if signed.Site != base.Site {
		t.Fatalf("a third party was signed at %s, and %s was noticed", signed.Site, base.Site)
	}
}

// checkParts: laws 2, 3 and 5.
func checkParts(t *rapid.T, right offtake.FirstRefusal, was, p refusal.Process, e entry) {
	var sum int64
	for _, q := range p.Parts {
		if q.Quantity <= 0 {
			t.Fatalf("a part of %d", q.Quantity)
		}
		sum += q.Quantity
	}
	if due, _, ok := refusal.Due(p); ok && due.Before(e.act.At) {
		t.Fatalf("the next deadline, at %s, was over when %s was taken at %s", due, e.act.Deed.Name(), e.act.At)
	}
	want := p.Terms.Quantity
	if !p.Served.IsZero() {
		want = p.Noticed.Quantity
	}
	if sum != want {
		t.Fatalf("parts add up to %d of %d", sum, want)
	}
	if was.ID == "" {
		return
	}
	same := was.Rank == p.Rank && was.Round == p.Round && was.Served.Equal(p.Served) && len(was.Parts) == len(p.Parts)
	if was, is := was.Parts[0], p.Parts[0]; same && was.Of == is.Of && was.Of != "" && was.Clock.By.After(is.Clock.By) {
		t.Fatalf("the deadline moved from %s to %s", was.Clock.By, is.Clock.By)
	}
	if len(was.Parts) == len(p.Parts) {
		for i := range p.Parts {
			checkEnd(t, right, was.Parts[i], p.Parts[i], e)
		}
	}
}

func checkEnd(t *rapid.T, right offtake.FirstRefusal, was, now refusal.Part, e entry) {
	if !refusal.Final(was.State) || was.State == now.State {
		return
	}
	_, accepts := e.act.Deed.(offtake.Accept)
	switch {
	case was.State == offtake.IsWithdrawn && now.State == offtake.IsBreached:
	case was.State == offtake.IsTailExpired && now.State == offtake.IsBreached && right.Survival == offtake.Continuing:
	case was.State == offtake.IsWithdrawn && !refusal.Final(now.State) && accepts && was.Since.Equal(e.act.At):
	default:
		t.Fatalf("a part that ended as %s became %s", was.State, now.State)
	}
}

// checkPrefixes: law 11, the log cut at an act is what its acts make anew.
func checkPrefixes(t *rapid.T, k *court) {
	for _, cut := range k.log {
		again := newCourt(k.contract)
		for _, e := range k.log {
			if _, isDeadline := e.act.Deed.(offtake.Deadline); isDeadline || e.act.At.After(cut.act.At) {
				continue
			}
			if _, err := again.send(e.act); err != nil {
				t.Fatalf("an act that was taken is refused when played again: %v", err)
			}
		}
		again.pass(cut.act.At, true)
		if got, want := fmt.Sprint(again.all), fmt.Sprint(k.asOf(cut.act.At).all); len(again.all) != len(k.asOf(cut.act.At).all) || again.last().State() != k.asOf(cut.act.At).last().State() {
			t.Fatalf("as of %s: played anew\n%s\nfolded\n%s", cut.act.At, got, want)
		}
	}
}

// walkWindow counts a window from a notice day by day, in Los Angeles in 2025
// and 2026, knowing nothing of how the process counts. Only units the laws use.
func walkWindow(received time.Time, d offtake.Duration) time.Time {
	zone, _ := docket.Calendars.Get("us-business")
	local := received.In(zone.Location())
	day := time.Date(local.Year(), local.Month(), local.Day(), 12, 0, 0, 0, local.Location())
	cutoff := func(d time.Time) time.Time {
		return time.Date(d.Year(), d.Month(), d.Day(), 17, 0, 0, 0, d.Location())
	}
	late := !businessDay(day) || local.After(cutoff(day))
	if late {
		for day = day.AddDate(0, 0, 1); !businessDay(day); {
			day = day.AddDate(0, 0, 1)
		}
	}
	switch d.Unit {
	case offtake.Elapsed:
		if late {
			return time.Date(day.Year(), day.Month(), day.Day(), 9, 0, 0, 0, day.Location()).Add(d.Time)
		}
		return received.Add(d.Time)
	case offtake.Days:
		return cutoff(day.AddDate(0, 0, d.Count))
	case offtake.Months:
		end := day.AddDate(0, d.Count, 0)
		for end.Day() < 4 && day.Day() > 27 { // the month is too short: its last day
			end = end.AddDate(0, 0, -1)
		}
		return cutoff(end)
	}
	for n := 0; n < d.Count; {
		day = day.AddDate(0, 0, 1)
		if businessDay(day) {
			n++
		}
	}
	return cutoff(day)
}

// businessDay knows the holidays of the months the laws play in.
func businessDay(d time.Time) bool {
	holidays := "2025-06-19 2025-07-04 2025-09-01 2025-10-13 2025-11-11 2025-11-27 2025-12-25 2026-01-01 2026-01-19 2026-02-16 2026-05-25 2026-06-19 2026-07-03 2026-09-07"
	for rest := holidays; len(rest) >= 10; rest = rest[min(11, len(rest)):] {
		if rest[:10] == d.Format(time.DateOnly) {
			return false
		}
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

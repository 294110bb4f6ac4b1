package refusaltest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal/refusaltest"
)

// Each law can be broken: a forged history breaks it, and is told so. Everything
// here is invented.

var noon = time.Date(2025, 6, 3, 19, 0, 0, 0, time.UTC)

func forgedLaws() *refusaltest.Laws {
	days := refusaltest.Days{
		Zone:   time.FixedZone("somewhere", -7*3600),
		Cutoff: offtake.TimeOfDay{Minutes: 17 * 60, Set: true}, Opens: offtake.TimeOfDay{Minutes: 9 * 60, Set: true},
	}
	return &refusaltest.Laws{
		Right: offtake.FirstRefusal{
			Direction: offtake.SupplySide, Grantor: "openai", Window: offtake.Duration{Unit: offtake.BusinessDays, Count: 5}, Lot: 72,
			Holders: []offtake.Holder{{Party: "microsoft", Rank: 1, Weight: 1}, {Party: "crusoe", Rank: 2, Weight: 1}},
			Notice:  offtake.NoticeRules{Contents: []offtake.Content{"price"}, Deficiency: offtake.Strict}, Partial: offtake.InLots, Survival: offtake.OneShot,
		},
		Book: &offtake.Book{}, Days: days, Dates: days,
	}
}

// standing is a process of 144 that has one part in a state, with its notice served.
func standing(state offtake.ProcessState) refusaltest.Standing {
	terms := &offtake.OfferTerms{Quantity: 144, Price: offtake.MoneyOf("USD", 8)}
	return refusaltest.Standing{
		ID: "o#1", Clause: offtake.ClauseRef{Agreement: "ms", Clause: "new"}, State: state, Terms: terms, Noticed: terms, Baseline: terms, Served: noon, Because: "so it is",
		Seats: []refusaltest.SeatStanding{{Party: "microsoft", Rank: 1, Asked: true}, {Party: "crusoe", Rank: 2}},
		Parts: []refusaltest.PartStanding{{Quantity: 144, State: state, Since: noon}}, Turns: []string{"somebody acts"},
	}
}

// with changes the first part of a standing.
func with(p refusaltest.Standing, change func(q *refusaltest.PartStanding)) refusaltest.Standing {
	p.Parts = append([]refusaltest.PartStanding(nil), p.Parts...)
	change(&p.Parts[0])
	return p
}

// offered is a part that microsoft is asked about until the evening.
func offered(q *refusaltest.PartStanding) {
	q.Asked, q.Of, q.From, q.By = []offtake.PartyName{"microsoft"}, offtake.DueAnswer, noon, noon.Add(time.Hour)
}

type forgery struct {
	law   int
	why   string
	was   refusaltest.Standing
	act   offtake.Act
	event []offtake.Event
	now   refusaltest.Standing
}

func act(by offtake.PartyName, deed offtake.Deed) offtake.Act {
	return offtake.Act{ID: "a1", At: noon.Add(time.Minute), By: by, Opportunity: "o", Deed: deed}
}

func forgeries() []forgery {
	open, released := with(standing(offtake.Open), offered), standing(offtake.InTail)
	deadline := act("", offtake.Deadline{Process: "o#1", Of: offtake.DueAnswer})
	sign := act("openai", offtake.ThirdPartySign{})
	dear := offtake.OfferTerms{Quantity: 144, Price: offtake.MoneyOf("USD", 9)}
	return []forgery{
		{1, "a third party is signed while holders may answer", open, sign, []offtake.Event{offtake.ThirdPartySigned{Process: "o#1", Quantity: 144}}, open},
		{1, "a closing comes too late", with(released, func(q *refusaltest.PartStanding) { q.Signed, q.CloseBy = &dear, noon }),
			act("openai", offtake.ThirdPartyClose{}), []offtake.Event{offtake.ThirdPartyClosed{Process: "o#1"}}, standing(offtake.ClosedThirdParty)},
		{1, "a signature leaves no trace", open, sign, nil, open},
		{2, "what was superseded is open again", standing(offtake.IsSuperseded), act("openai", offtake.NoticeServe{}), nil, standing(offtake.Open)},
		{2, "an expired tail is withdrawn", standing(offtake.IsTailExpired), act("openai", offtake.OfferWithdraw{}), nil, standing(offtake.IsWithdrawn)},
		{3, "a part is lost", open, act("microsoft", offtake.Decline{}), nil, with(open, func(q *refusaltest.PartStanding) { q.Quantity = 72 })},
		{3, "a lot is broken", open, act("microsoft", offtake.Accept{}),
			[]offtake.Event{offtake.Bound{Process: "o#1", Part: 1, Takings: []offtake.Taking{{Party: "microsoft", Quantity: 50}}}}, open},
		{4, "a window opens without a notice", func() refusaltest.Standing { p := standing(offtake.NotifyDue); p.Served = time.Time{}; return p }(), act("openai", offtake.Toll{}),
			[]offtake.Event{offtake.RankOpened{Process: "o#1", Part: 1, Rank: 1, Round: 1, Answer: noon.AddDate(1, 0, 0)}}, open},
		{4, "a notice without the price counts", standing(offtake.NotifyDue), act("openai", offtake.NoticeServe{}), []offtake.Event{offtake.NoticeServed{Process: "o#1"}}, open},
		{4, "a window is a day short", standing(offtake.NotifyDue), act("openai", offtake.NoticeServe{}), []offtake.Event{
			offtake.NoticeServed{Process: "o#1", Contents: []offtake.Content{"price"}},
			offtake.RankOpened{Process: "o#1", Part: 1, Rank: 1, Round: 1, Answer: time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)},
		}, open},
		{5, "a deadline moves earlier", open, act("openai", offtake.Toll{}), nil, with(open, func(q *refusaltest.PartStanding) { q.By = q.By.Add(-1) })},
		{5, "the grantor has not signed an extension of the answer", open, act("microsoft", offtake.ExtendDeadline{Deadline: offtake.DueAnswer, SignedBy: []offtake.PartyName{"microsoft"}}),
			[]offtake.Event{offtake.Extended{Process: "o#1", Deadline: offtake.DueAnswer}}, open},
		{6, "time accepts for a holder", open, deadline, []offtake.Event{offtake.Accepted{Process: "o#1", By: "microsoft", Quantity: 144}}, open},
		{6, "time binds who was silent", open, deadline, []offtake.Event{offtake.Bound{Process: "o#1", Part: 1, Takings: []offtake.Taking{{Party: "microsoft", Quantity: 144}}}}, open},
		{7, "the terms are changed behind the holders' backs", open, act("openai", offtake.Toll{}), nil, func() refusaltest.Standing { p := open; p.Noticed = &dear; return p }()},
		{7, "a holder that is not asked accepts", open, act("crusoe", offtake.Accept{}), []offtake.Event{offtake.Accepted{Process: "o#1", By: "crusoe", Quantity: 144}}, open},
		{8, "a junior is served before its senior", with(open, func(q *refusaltest.PartStanding) { q.Answers = []offtake.Taking{{Party: "microsoft", Quantity: 144}} }),
			deadline, []offtake.Event{offtake.RankClosed{Process: "o#1", Part: 1, Takings: []offtake.Taking{{Party: "microsoft", Quantity: 72}, {Party: "crusoe", Quantity: 72}}}}, open},
		{9, "a third party is signed at a better price for it", released, sign, []offtake.Event{offtake.ThirdPartySigned{Process: "o#1", Quantity: 144, Terms: dear}}, released},
		{10, "an accepted offer is withdrawn", with(open, func(q *refusaltest.PartStanding) { q.Answers = []offtake.Taking{{Party: "microsoft", Quantity: 72}} }),
			act("openai", offtake.OfferWithdraw{}), nil, standing(offtake.IsWithdrawn)},
		{12, "a process is forgotten", released, act("openai", offtake.Toll{}), nil, func() refusaltest.Standing { p := released; p.ID = "o#2"; return p }()},
		{14, "a stranger accepts", open, act("oracle", offtake.Accept{}), nil, open},
		{14, "a holder withdraws the offer", open, act("microsoft", offtake.OfferWithdraw{}), nil, standing(offtake.IsWithdrawn)},
		{15, "a question ends by time", standing(offtake.IsUndetermined), deadline, nil, standing(offtake.InTail)},
		{16, "nobody is told to act", open, act("openai", offtake.Toll{}), nil, func() refusaltest.Standing { p := open; p.Turns = []string{""}; return p }()},
		{16, "no clause is named", open, act("openai", offtake.Toll{}), nil, func() refusaltest.Standing { p := open; p.Clause = offtake.ClauseRef{}; return p }()},
	}
}

func TestEachLawCanBeBroken(t *testing.T) {
	told := map[int]bool{11: true, 13: true} // below
	for _, f := range forgeries() {
		s := refusaltest.Step{Act: f.act, Outcome: refusaltest.Taken, Events: f.event, After: []refusaltest.Standing{f.now}}
		err := forgedLaws().Step([]refusaltest.Standing{f.was}, &s)
		if law := lawOf(err); law != f.law {
			t.Errorf("%s: %v, want law %d to be broken", f.why, err, f.law)
		}
		told[f.law] = true
	}
	for law := 1; law <= 16; law++ {
		if !told[law] {
			t.Errorf("no forgery breaks law %d", law)
		}
	}
}

func lawOf(err error) int {
	if b, ok := errors.AsType[refusaltest.Broken](err); ok {
		return b.Law
	}
	return 0
}

func TestAHistoryMustPlayAgainAlike(t *testing.T) {
	first := []refusaltest.Step{{Act: act("openai", offtake.Toll{}), Outcome: refusaltest.Taken, After: []refusaltest.Standing{standing(offtake.Open)}}}
	other := []refusaltest.Step{{Act: act("openai", offtake.Toll{}), Outcome: refusaltest.Taken, After: []refusaltest.Standing{standing(offtake.InTail)}}}
	for _, c := range []struct {
		why string
		got error
		law int
	}{
		{"the same", refusaltest.Same(first, first), 0},
		{"a prefix", refusaltest.Same(first, nil), 0},
		{"another outcome", refusaltest.Same(first, other), 11},
		{"more than there was", refusaltest.Same(nil, first), 11},
		{"it has grown", refusaltest.Grown(nil, first), 0},
		{"it has shrunk", refusaltest.Grown(first, nil), 12},
		{"it was rewritten", refusaltest.Grown(first, other), 12},
	} {
		if law := lawOf(c.got); law != c.law {
			t.Errorf("%s: %v, want law %d", c.why, c.got, c.law)
		}
	}
}

func TestADuplicateHasNoEffect(t *testing.T) {
	open := []refusaltest.Standing{standing(offtake.Open)}
	was := refusaltest.Step{Act: act("openai", offtake.Toll{Cause: "war"}), Outcome: refusaltest.Taken, Events: []offtake.Event{offtake.Tolled{Process: "o#1"}}, After: open}
	for _, c := range []struct {
		why     string
		deed    offtake.Deed
		outcome refusaltest.Outcome
		law     int
	}{
		{"told as a duplicate", offtake.Toll{Cause: "war"}, refusaltest.Duplicate, 0},
		{"taken twice", offtake.Toll{Cause: "war"}, refusaltest.Taken, 13},
		{"other content, rejected", offtake.Toll{Cause: "regulator"}, refusaltest.Rejected, 0},
		{"other content, taken", offtake.Toll{Cause: "regulator"}, refusaltest.Taken, 13},
	} {
		again := refusaltest.Step{Act: act("openai", c.deed), Outcome: c.outcome, After: open}
		err := forgedLaws().History([]refusaltest.Step{was, again})
		if law := lawOf(err); law != c.law {
			t.Errorf("%s: %v, want law %d", c.why, err, c.law)
		}
	}
}

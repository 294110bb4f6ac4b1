package refusal_test

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
	"github.com/offtake-dev/offtake/internal/refusal/refusaltest"
)

// A stage is the process as it is carried out, for one clause over one
// opportunity, with the log it plays.
type stage struct {
	contract *refusal.Contract
	deals    *deal.Deals
	acts     []offtake.Act
	steps    []refusaltest.Step // that were taken, deadlines among them
}

func newStage(c *refusal.Contract) *stage { return &stage{contract: c, deals: deal.New(oneLaw{c})} }

// oneLaw knows a single right.
type oneLaw struct{ c *refusal.Contract }

func (l oneLaw) Refusals(by offtake.PartyName, _ time.Time) []offtake.ClauseRef {
	if by != l.c.Right.Grantor {
		return nil
	}
	return []offtake.ClauseRef{l.c.Ref}
}

func (l oneLaw) FirstOffers(offtake.PartyName, time.Time) []offtake.ClauseRef { return nil }
func (l oneLaw) Placements(offtake.PartyName, time.Time) []offtake.ClauseRef  { return nil }
func (l oneLaw) Ships(offtake.Product) bool                                   { return false }
func (l oneLaw) Receives(by offtake.PartyName) bool                           { return true }

func (l oneLaw) Contract(offtake.ClauseRef, time.Time) (*refusal.Contract, error) { return l.c, nil }

func (l oneLaw) Amends(offtake.Amend) ([]offtake.PartyName, time.Time, error) {
	return nil, time.Time{}, offtake.Refuse(offtake.NotFound, "no amendment is known")
}

func (l oneLaw) Amendment(offtake.ClauseRef, offtake.Amend) (refusal.Amendment, time.Time, error) {
	return refusal.Amendment{}, time.Time{}, offtake.Refuse(offtake.NotFound, "no amendment is known")
}

func (s *stage) pass(until time.Time, over bool) {
	for {
		at, act, ok := s.deals.Due()
		if !ok || at.After(until) || !over && at.Equal(until) {
			return
		}
		events, err := s.deals.Decide(act)
		if err != nil {
			panic("a deadline that is due was refused: " + err.Error())
		}
		s.follow(act, events, refusaltest.Taken)
	}
}

func (s *stage) follow(a offtake.Act, events []offtake.Event, outcome refusaltest.Outcome) {
	s.deals.Fold(a.At, events)
	s.steps = append(s.steps, refusaltest.Step{Act: a, Outcome: outcome, Events: events, After: standingsOf(s.deals.Processes())})
}

func (s *stage) send(a offtake.Act) (refusaltest.Outcome, error) {
	s.pass(a.At, false)
	s.acts = append(s.acts, a)
	events, err := s.deals.Decide(a)
	if err != nil {
		s.steps = append(s.steps, refusaltest.Step{Act: a, Outcome: refusaltest.Rejected, After: standingsOf(s.deals.Processes())})
		return refusaltest.Rejected, err
	}
	outcome := refusaltest.Taken
	for _, e := range events {
		if _, off := e.(offtake.AnsweredOffTerms); off {
			outcome = refusaltest.Nonconforming
		}
	}
	s.follow(a, events, outcome)
	return outcome, nil
}

func (s *stage) pictures() (ps []refusaltest.Picture) {
	for _, p := range s.deals.Processes() {
		due, _, _ := refusal.Due(p)
		pic := refusaltest.Picture{ID: string(p.ID), State: p.State(), Rank: p.Rank, Round: p.Round, Deadline: due, SignBy: p.SignBy(), CloseBy: p.CloseBy()}
		for _, q := range p.Parts {
			pic.Parts = append(pic.Parts, refusaltest.PartPicture{Quantity: q.Quantity, State: q.State, Party: q.Party})
		}
		ps = append(ps, pic)
	}
	return ps
}

// drawnContract is a clause as the process has it, and as the twin does.
func drawnContract(right offtake.FirstRefusal) (*refusal.Contract, *refusaltest.Twin) {
	c := contract(silent{}, right)
	c.Book = drawnBook
	c.Covers = func(_ time.Time, t offtake.OfferTerms) refusal.Cover {
		if !right.Scope.Matches(offtake.Facts{Quantity: t.Quantity, Site: "abilene"}) {
			return refusal.Cover{Reach: refusal.Outside, Why: "outside the scope, wherever it is"}
		}
		return covers(right.Scope, t)
	}
	return c, refusaltest.New(right, drawnBook, plainDays(right.Time), plainDays(offtake.TimeRules{}))
}

func plainDays(rules offtake.TimeRules) refusaltest.Days {
	cal, _ := docket.Calendars.Get("us-business")
	d := refusaltest.Days{
		Zone: cal.Location(), Cutoff: offtake.TimeOfDay{Minutes: 17 * 60, Set: true}, Opens: offtake.TimeOfDay{Minutes: 9 * 60, Set: true},
		CountFirst: rules.CountFirst, Roll: rules.Roll == offtake.RollFollowing,
	}
	if rules.Cutoff.Set {
		d.Cutoff = rules.Cutoff
	}
	for _, s := range []string{
		"2025-06-19", "2025-07-04", "2025-09-01", "2025-10-13", "2025-11-11", "2025-11-27", "2025-12-25",
		"2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25",
		"2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31", "2027-06-18", "2027-07-05", "2027-09-06", "2027-10-11", "2027-11-11", "2027-11-25", "2027-12-24", "2027-12-31",
	} {
		day, err := offtake.ParseDate(s)
		if err != nil {
			panic(err)
		}
		d.Holidays = append(d.Holidays, day)
	}
	return d
}

// silent lets helpers of tests be used inside a property.
type silent struct{ testing.TB }

func (silent) Helper() {}

package refusal_test

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
)

// A court plays a log of acts over one opportunity and one right: it lets
// deadlines pass, and sends each act to the process that stands for the offer.
type court struct {
	contract *refusal.Contract
	all      []refusal.Process // a successor after its predecessor
	log      []entry
}

// An entry is an act that was taken and what followed.
type entry struct {
	act    offtake.Act
	events []offtake.Event
}

func newCourt(c *refusal.Contract) *court { return &court{contract: c} }

func (k *court) last() *refusal.Process { return &k.all[len(k.all)-1] }

// pass lets the deadlines before an instant pass, and those at it too where
// acts of that instant are over.
func (k *court) pass(until time.Time, over bool) {
	for len(k.all) > 0 {
		at, act, ok := k.due()
		if !ok || at.After(until) || !over && at.Equal(until) {
			return
		}
		if _, err := k.decide(act); err != nil {
			panic("a deadline that is due was refused: " + err.Error())
		}
	}
}

// due gives the next deadline of any process: a predecessor in which a holder
// is still bound goes on.
func (k *court) due() (at time.Time, act offtake.Act, ok bool) {
	for _, p := range k.all {
		if t, a, some := refusal.Due(p); some && (!ok || t.Before(at)) {
			at, act, ok = t, a, true
		}
	}
	return at, act, ok
}

func (k *court) send(a offtake.Act) ([]offtake.Event, error) {
	k.pass(a.At, false)
	return k.decide(a)
}

func (k *court) decide(a offtake.Act) (events []offtake.Event, err error) {
	next := offtake.ProcessID("o#" + string(rune('1'+len(k.all))))
	switch {
	case len(k.all) == 0:
		events, err = refusal.Open(k.contract, next, a, 0)
	default:
		to := *k.last()
		if d, ok := a.Deed.(offtake.Deadline); ok {
			for _, p := range k.all {
				if p.ID == d.Process {
					to = p
				}
			}
		}
		events, err = refusal.Decide(to, a, next)
	}
	if err == nil {
		k.apply(a, events)
	}
	return events, err
}

func (k *court) apply(a offtake.Act, events []offtake.Event) {
	for _, e := range events {
		if e, ok := e.(offtake.ProcessOpened); ok {
			k.all = append(k.all, refusal.New(k.contract, a.At, e))
			continue
		}
		for i := range k.all {
			if k.all[i].ID == refusal.ProcessOf(e) {
				k.all[i] = refusal.Apply(k.all[i], a.At, e)
			}
		}
	}
	k.log = append(k.log, entry{a, events})
}

// asOf folds what the log says up to an instant.
func (k *court) asOf(t time.Time) *court {
	past := newCourt(k.contract)
	for _, e := range k.log {
		if !e.act.At.After(t) {
			past.apply(e.act, e.events)
		}
	}
	return past
}

// plain is a right of microsoft over what openai buys. All numbers are invented.
func plain(t testing.TB) *refusal.Contract {
	t.Helper()
	return contract(t, docket.Plain())
}

func contract(t testing.TB, f offtake.FirstRefusal) *refusal.Contract {
	t.Helper()
	rules, err := docket.Calendars.Rules(f.Time, "us-business")
	if err != nil {
		t.Fatal(err)
	}
	c := &refusal.Contract{
		Ref: offtake.ClauseRef{Agreement: "ms", Clause: "new"}, Right: f, Rules: rules, Dates: rules.Calendar, Book: book,
		Version: time.Date(2025, 1, 21, 8, 0, 0, 0, time.UTC),
	}
	c.Covers = func(_ time.Time, t offtake.OfferTerms) refusal.Cover { return covers(c.Right.Scope, t) }
	return c
}

// covers is what the market would say, for scopes by quantity and site.
func covers(scope offtake.Scope, t offtake.OfferTerms) refusal.Cover {
	switch {
	case scope.Sites != nil && t.Site == "":
		return refusal.Cover{Reach: refusal.Unknown, Why: "the site was not said"}
	case !scope.Matches(offtake.Facts{Quantity: t.Quantity, Site: t.Site}):
		return refusal.Cover{Reach: refusal.Outside, Why: "outside the scope"}
	}
	return refusal.Cover{Reach: refusal.Inside}
}

var book = docket.World()

func duration(s string) offtake.Duration {
	d, err := offtake.ParseDuration(s)
	if err != nil {
		panic(err)
	}
	return d
}

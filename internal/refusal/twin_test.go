package refusal_test

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/refusal/refusaltest"
	"pgregory.net/rapid"
)

// TestTwin plays random logs by the process and by the twin, and holds one
// against the other after every act and on both sides of every deadline. There
// are 10,000 logs, 1,000 of them in short runs; under -rapid.checks=N, as the
// soak has it, twenty for each of the N.
func TestTwin(t *testing.T) {
	seen := &sights{states: map[offtake.ProcessState]int{}}
	checks, _ := strconv.Atoi(flag.Lookup("rapid.checks").Value.String())
	want := max(10_000, 20*checks)
	if testing.Short() {
		want = 1_000
	}
	for seen.logs < want && !t.Failed() {
		rapid.Check(t, func(t *rapid.T) { playBoth(t, seen) })
	}
	if seen.logs < want {
		t.Errorf("%d logs were played, want %d", seen.logs, want)
	}
	t.Logf("%d logs, %d acts, %d comparisons; states %v", seen.logs, seen.acts, seen.compared, seen.states)
	for _, s := range []offtake.ProcessState{
		offtake.Assessing, offtake.NotTriggered, offtake.NotifyDue, offtake.Deficient, offtake.Open, offtake.IsTolled, offtake.Allocating, offtake.Contracting,
		offtake.InTail, offtake.IsUndetermined, offtake.IsSuperseded, offtake.IsWithdrawn, offtake.IsFulfilled, offtake.ClosedThirdParty, offtake.IsTailExpired, offtake.IsBreached,
	} {
		if seen.states[s] < want/1000 {
			t.Errorf("a part was %s in %d comparisons of %d logs: the acts drawn prove nothing about it", s, seen.states[s], seen.logs)
		}
	}
}

// sights are what all logs together have shown.
type sights struct {
	logs, acts, compared int
	states               map[offtake.ProcessState]int
}

// A contest is one log, played by both.
type contest struct {
	t     *rapid.T
	stage *stage
	twin  *refusaltest.Twin
	seen  *sights
}

func playBoth(t *rapid.T, seen *sights) {
	d := drawer{t: t}
	d.f = d.right()
	c, twin := drawnContract(d.f)
	p := contest{t, newStage(c), twin, seen}
	at := time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC)
	for n := range rapid.IntRange(4, 24).Draw(t, "acts") {
		if refusal.Final(standing(twin)) && d.one("over", 3) {
			break
		}
		was := at
		at = d.instant(p.stage, at)
		p.wait(was, at)
		a := offtake.Act{ID: offtake.ActID(fmt.Sprint("a", n)), At: at, Opportunity: "o", Deed: d.deed(standing(twin), at)}
		a.By = d.party(a.Deed)
		p.act(a)
	}
	p.wait(at, at.AddDate(1, 0, 0))
	p.lawful()
	seen.logs++
}

// lawful holds what the process did against the laws, and against a second
// playing of the acts up to some instant.
func (p contest) lawful() {
	right, rules := p.stage.contract.Right, p.stage.contract.Right.Time
	laws := refusaltest.Laws{Right: right, Book: drawnBook, Days: plainDays(rules), Dates: plainDays(offtake.TimeRules{})}
	if err := laws.History(p.stage.steps); err != nil {
		p.t.Fatalf("%s%v", told(right, p.stage.acts), err)
	}
	if len(p.stage.acts) == 0 || rapid.IntRange(0, 9).Draw(p.t, "again") > 0 {
		return
	}
	again := newStage(p.stage.contract)
	for _, a := range p.stage.acts[:1+rapid.IntRange(0, len(p.stage.acts)-1).Draw(p.t, "up to")] {
		_, _ = again.send(a)
	}
	if err := refusaltest.Same(p.stage.steps, again.steps); err != nil {
		p.t.Fatalf("%s%v", told(right, p.stage.acts), err)
	}
}

// act lets both take an act.
func (p contest) act(a offtake.Act) {
	got, err := p.stage.send(a)
	if want := p.twin.Send(a); got != want {
		p.t.Fatalf("%sthe act was %s (%v), by the twin %s", told(p.stage.contract.Right, p.stage.acts), got, err, want)
	}
	p.seen.acts++
	p.agree(a.At, "after the act")
}

// instant goes on by some hours, or to just before, at or after the next deadline.
func (d drawer) instant(s *stage, at time.Time) time.Time {
	if due, _, ok := s.deals.Due(); ok && due.After(at) && d.one("at a deadline", 2) {
		near := due.Add(time.Duration(rapid.IntRange(-1, 1).Draw(d.t, "beside")))
		if !near.Before(at) {
			return near
		}
	}
	return at.Add(time.Duration(pick(d, "hours", 0, 1, 1, 7, 20, 24, 48, 90)) * time.Hour)
}

func standing(twin *refusaltest.Twin) offtake.ProcessState {
	ps := twin.Pictures()
	if len(ps) == 0 {
		return ""
	}
	return ps[len(ps)-1].State
}

// wait lets time pass up to an instant, and looks just before, at and just after
// every deadline of either.
func (p contest) wait(from, to time.Time) {
	for {
		due, _, ok := p.stage.deals.Due()
		if theirs := p.twin.Due(); !theirs.IsZero() && (!ok || theirs.Before(due)) {
			due, ok = theirs, true
		}
		if due.Before(from) {
			due = from // it fell while time stood still
		}
		if !ok || !due.Before(to) {
			return
		}
		for _, at := range []time.Time{due.Add(-1), due, due.Add(1)} {
			if !at.Before(from) && at.Before(to) {
				p.stage.pass(at, true)
				p.twin.Pass(at, true)
				p.agree(at, "as of "+offtake.Stamp(at))
			}
		}
	}
}

func (p contest) agree(now time.Time, when string) {
	got, want := p.stage.pictures(), p.twin.Pictures()
	if !slices.EqualFunc(got, want, func(a, b refusaltest.Picture) bool { return p.alike(a, b, now) }) {
		p.t.Fatalf("%s%s: the process says\n%v\nthe twin\n%v", told(p.stage.contract.Right, p.stage.acts), when, got, want)
	}
	p.seen.compared++
	for _, pic := range got {
		for _, q := range pic.Parts {
			p.seen.states[q.State]++
		}
	}
}

func (p contest) alike(a, b refusaltest.Picture, now time.Time) bool {
	fallen := func(at time.Time) bool { return !at.IsZero() && !at.After(now) }
	if fallen(a.Deadline) || fallen(b.Deadline) { // it falls at this very instant, once its acts are over
		a.Deadline = b.Deadline
	}
	return a.ID == b.ID && a.State == b.State && a.Rank == b.Rank && a.Round == b.Round && a.Deadline.Equal(b.Deadline) &&
		a.SignBy.Equal(b.SignBy) && a.CloseBy.Equal(b.CloseBy) && slices.Equal(a.Parts, b.Parts)
}

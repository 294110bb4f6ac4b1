package work_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/holding"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/work"
	"pgregory.net/rapid"
)

// tb is what a test and a property have in common.
type tb interface {
	Helper()
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// A stage is a market under the example book, which holds H100s of azure.
type stage struct {
	tb
	*market.State
	now time.Time
	ids int
}

func staged(t tb) *stage {
	b, _ := book.Read(os.DirFS("../../examples/openai"))
	law, _ := rights.Compile(b)
	return &stage{tb: t, State: market.New(market.Setup{Book: b, Law: law}), now: time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC)}
}

// do does a deed and starts what can start then.
func (s *stage) do(deed offtake.Deed) error {
	s.ids++
	_, err := s.State.Do(offtake.Act{ID: offtake.ActID(fmt.Sprint("a", s.ids)), At: s.now, By: "openai", Deed: deed})
	if err != nil {
		return err
	}
	next := work.Start(s.State, s.now)
	for d, ok := next(); ok; d, ok = next() {
		s.ids++
		if _, err := s.State.Do(offtake.Act{ID: offtake.ActID(fmt.Sprint("a", s.ids)), At: s.now, By: "openai", Deed: d}); err != nil {
			s.Fatalf("what was proposed is refused: %v", err)
		}
	}
	return nil
}

func (s *stage) must(deed offtake.Deed) {
	s.Helper()
	if err := s.do(deed); err != nil {
		s.Fatalf("%s: %v", deed.Name(), err)
	}
}

func (s *stage) explain(id offtake.JobID) work.Explanation {
	s.Helper()
	e, err := work.Explain(s.State, s.now, id)
	if err != nil {
		s.Fatalf("%v", err)
	}
	return e
}

func hours(n int) offtake.Duration {
	return offtake.Duration{Unit: offtake.Elapsed, Time: time.Duration(n) * time.Hour}
}

func job(name string, quantity int64, length int) offtake.SubmitJob {
	return offtake.SubmitJob{Job: offtake.JobID(name), Accelerator: "h100", Quantity: quantity, Length: hours(length), Purpose: "training"}
}

func TestAJobStartsWhereThereIsRoom(t *testing.T) {
	s := staged(t)
	s.must(job("j1", 16000, 6))
	e := s.explain("j1")
	if e.State != work.Runs || e.Where == nil || e.Where.Provider != "azure" || !e.Start.Equal(s.now) || !e.Until.Equal(s.now.Add(6*time.Hour)) {
		t.Fatalf("%+v", e)
	}
	if e.Where.Draws.String() != "microsoft-openai/azure-commitment" {
		t.Errorf("it draws on %q", e.Where.Draws)
	}
	if len(e.Rejected) != len(s.Book().Providers)-1 {
		t.Errorf("%d providers are explained: %+v", len(e.Rejected), e.Rejected)
	}
}

func TestAJobThatDoesNotFitWaitsAndIsPassed(t *testing.T) {
	s := staged(t)
	s.must(job("big", 18000, 6))
	s.must(job("bigger", 10000, 6))
	s.must(job("small", 100, 2))
	if got := fmt.Sprint(s.explain("big").State, s.explain("bigger").State, s.explain("small").State); got != "runningwaitingrunning" {
		t.Errorf("they are %s", got)
	}
	e := s.explain("bigger")
	if !e.Start.Equal(s.now.Add(6 * time.Hour)) {
		t.Errorf("it is foreseen to start at %s: %s", e.Start, e.Why)
	}
	s.must(offtake.CancelJob{Job: "big"})
	if e := s.explain("bigger"); e.State != work.Runs {
		t.Errorf("it is %s", e.State)
	}
	if e := s.explain("big"); e.State != work.Ended {
		t.Errorf("what was cancelled is %s", e.State)
	}
}

func TestWhatMayNotRunIsExplainedByTheClause(t *testing.T) {
	s := staged(t)
	d := job("api", 100, 1)
	d.Product, d.Purpose = "api", ""
	s.must(d)
	for _, no := range s.explain("api").Rejected {
		if no.Cause != "clause" {
			continue
		}
		if len(no.Clauses) == 0 || no.Clauses[0].Pos.File == "" || no.Clauses[0].Says == "" {
			t.Errorf("%s: %+v", no.Provider, no.Clauses)
		}
		return
	}
	t.Error("no clause stands in anybody's way")
}

func TestWhatIsSubmittedIsCheckedAndItsNameIsUsedOnce(t *testing.T) {
	s := staged(t)
	s.must(job("j1", 100, 1))
	s.must(job("j1", 100, 1)) // again
	s.must(job("long", 30000, 1))
	none := job("j2", 100, 1)
	none.Accelerator = "h999"
	for _, c := range []struct {
		deed offtake.Deed
		kind offtake.Kind
		says string
	}{
		{job("j1", 200, 1), offtake.Conflict, "submitted otherwise"},
		{job("", 200, 1), offtake.Invalid, "no name"},
		{job("j2", 0, 1), offtake.Invalid, "needs 0 accelerators"},
		{job("j2", -1, 1), offtake.Invalid, "needs -1 accelerators"},
		{job("j2", 1, 0), offtake.Invalid, "no length above zero"},
		{none, offtake.NotFound, "is not declared"},
		{offtake.CancelJob{Job: "j9"}, offtake.NotFound, "was never submitted"},
		{offtake.PlaceJob{Job: "long", Parts: []offtake.Taken{{Reservation: "microsoft-openai/held-h100", Quantity: 5}}, Until: s.now.Add(time.Hour), Purpose: "training"}, offtake.Conflict, "submitted for 30000 accelerators"},
	} {
		if err := s.do(c.deed); offtake.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s: %s", c.deed.Name(), err, c.kind, c.says)
		}
	}
	if e := s.explain("long"); e.Why == "" || e.Where != nil {
		t.Errorf("more than is held: %+v", e)
	}
	s.must(offtake.CancelJob{Job: "j1"})
	if err := s.do(offtake.CancelJob{Job: "j1"}); offtake.KindOf(err) != offtake.Conflict {
		t.Errorf("cancelled twice: %v", err)
	}
	if err := s.do(job("j1", 100, 1)); offtake.KindOf(err) != offtake.Conflict {
		t.Errorf("a name used again: %v", err)
	}
}

// Nothing is placed on more than is held, nothing is lost, nothing waits that could
// start; and if every job takes as long as it may, the last one starts when that was
// foreseen.
func TestWhatIsForeseenComes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := staged(r)
		for i := range rapid.IntRange(1, 12).Draw(r, "jobs") {
			s.must(job(fmt.Sprint("j", i), rapid.Int64Range(1, 20000).Draw(r, "quantity"), rapid.IntRange(1, 48).Draw(r, "hours")))
			s.now = s.now.Add(time.Duration(rapid.IntRange(0, 600).Draw(r, "minutes")) * time.Minute)
			s.finish(s.now)
			s.holds()
		}
		last := offtake.JobID("")
		if all := s.Queue().Waiting(); len(all) > 0 {
			last = all[len(all)-1].Job
		} else {
			return
		}
		foreseen := s.explain(last)
		for range 1000 {
			if e := s.explain(last); e.State != work.Waits {
				if !e.Start.Equal(foreseen.Start) {
					r.Fatalf("it started at %s, and was foreseen for %s", e.Start, foreseen.Start)
				}
				return
			}
			end, any := s.firstEnd()
			if !any {
				if foreseen.Why == "" {
					r.Fatalf("it never starts, and was foreseen for %s", foreseen.Start)
				}
				return
			}
			s.now = end
			s.finish(s.now)
			s.holds()
		}
	})
}

// finish ends what has taken as long as it may.
func (s *stage) finish(by time.Time) {
	s.Helper()
	for end, any := s.firstEnd(); any && !end.After(by); end, any = s.firstEnd() {
		var done []offtake.JobID
		for j := range s.Holdings().Each {
			if j.Until.Equal(end) {
				done = append(done, j.Job)
			}
		}
		now := s.now
		s.now = end
		if end.Before(s.Now()) {
			s.now = s.Now()
		}
		for i, id := range done {
			s.ids++
			act := offtake.Act{ID: offtake.ActID(fmt.Sprint("a", s.ids)), At: s.now, By: "openai", Deed: offtake.FinishJob{Job: id}}
			if i < len(done)-1 {
				if _, err := s.State.Do(act); err != nil {
					s.Fatalf("%v", err)
				}
				continue
			}
			s.must(offtake.FinishJob{Job: id})
		}
		s.now = now
	}
}

func (s *stage) firstEnd() (end time.Time, any bool) {
	for j := range s.Holdings().Each {
		if !any || j.Until.Before(end) {
			end, any = j.Until, true
		}
	}
	return end, any
}

// holds checks what is always so.
func (s *stage) holds() {
	s.Helper()
	used := map[offtake.ReservationID]int64{}
	for j := range s.Holdings().Each {
		for _, part := range j.Parts {
			used[part.Reservation] += part.Quantity
		}
	}
	for _, p := range s.Holdings().Pools() {
		free := int64(0)
		var cheapest *holding.Held
		for _, h := range p.Held {
			free += h.Free
			if h.Until.After(s.now) && (cheapest == nil || h.Price.Cmp(cheapest.Price) < 0) {
				cheapest = h
			}
		}
		if p.Free != free || p.Cheapest(s.now) != cheapest {
			s.Fatalf("pool %d says %d free and %+v the cheapest; want %d and %+v", p.Index, p.Free, p.Cheapest(s.now), free, cheapest)
		}
		for _, h := range p.Held {
			if h.Free < 0 || h.Free+used[h.Reservation] != h.Quantity {
				s.Fatalf("of %d of %s %d are free and %d used", h.Quantity, h.Reservation, h.Free, used[h.Reservation])
			}
		}
	}
	if d, ok := work.Start(s.State, s.now)(); ok {
		s.Fatalf("job %q waits and could start", d.Job)
	}
}

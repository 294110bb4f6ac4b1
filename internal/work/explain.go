package work

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/dispatch"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/holding"
	"github.com/offtake-dev/offtake/internal/market/queue"
)

// A State is how a job stands.
type State string

// The states.
const (
	Waits State = "waiting"
	Runs  State = "running"
	Ended State = "ended" // it has run, or was cancelled
)

// An Explanation tells of a job.
type Explanation struct {
	Job       offtake.JobSubmitted
	State     State
	Submitted time.Time
	Start     time.Time // when it began, or is expected to; zero: nothing that is held will do
	Until     time.Time // when it has ended at the latest
	Where     *Where    // where it runs, or is expected to
	Rejected  []Rejected
	Why       string // of a job for which nothing held will do, or of which no start is foreseen
}

// Where is a place for a job.
type Where struct {
	dispatch.Pool
	Parts []offtake.Taken
	Draws offtake.ClauseRef // the commitment that its use draws on
	Price offtake.Money     // for an accelerator-hour, of the dearest part
}

// Rejected is a provider that was not chosen.
type Rejected struct {
	Provider offtake.ProviderName
	Cause    dispatch.Cause
	Clauses  []offtake.Reason // that stand in the way
}

// Explain tells of a job as it stands at an instant.
func Explain(m *market.State, at time.Time, id offtake.JobID) (Explanation, error) {
	r := newRanking(m, at)
	j, queued := m.Queue().Job(id)
	placed, runs := m.Holdings().Job(id)
	switch {
	case runs:
		return r.running(placed, j), nil
	case queued:
		return r.waiting(j), nil
	case m.Holdings().Known(id):
		return Explanation{Job: offtake.JobSubmitted{Job: id}, State: Ended}, nil
	}
	return Explanation{}, offtake.Refuse(offtake.NotFound, "job %.60q does not exist", id)
}

// running tells of a job that runs; it may never have been submitted.
func (r *ranking) running(p offtake.JobPlaced, j *queue.Job) Explanation {
	e := Explanation{State: Runs, Until: p.Until, Job: offtake.JobSubmitted{Job: p.Job, Purpose: p.Purpose, Product: p.Product, Asset: p.Asset, Customer: p.Customer}}
	first, ok := r.m.Holdings().Reservation(p.Parts[0].Reservation)
	if !ok {
		return e
	}
	pool := r.m.Holdings().Pools()[first.Pool]
	if j != nil {
		e.Job, e.Submitted, e.Start = j.JobSubmitted, j.Submitted, j.Started
	} else {
		e.Job.Accelerator = pool.Accelerator
		for _, part := range p.Parts {
			e.Job.Quantity += part.Quantity
		}
	}
	e.Where = r.where(e.Job, pool, p.Parts)
	e.Rejected = r.rejected(e.Job, pool.Provider)
	return e
}

// waiting tells of a job that waits.
func (r *ranking) waiting(j *queue.Job) Explanation {
	e := Explanation{Job: j.JobSubmitted, State: Waits, Submitted: j.Submitted}
	var chosen offtake.ProviderName
	start, pool, taken, why := r.foresee(j)
	if e.Why = why; why == "" {
		e.Start, e.Until = start, Until(start, j.Length)
		e.Where = r.where(j.JobSubmitted, pool, taken)
		chosen = pool.Provider
	}
	e.Rejected = r.rejected(j.JobSubmitted, chosen)
	return e
}

func (r *ranking) where(j offtake.JobSubmitted, p *holding.Pool, taken []offtake.Taken) *Where {
	w := &Where{Pool: dispatch.Pool(p.Place), Parts: taken}
	w.Draws, _ = r.m.Draws(workOf(j).Facts(w.Pool), r.at)
	for _, t := range taken {
		if h, ok := r.m.Holdings().Reservation(t.Reservation); ok && (w.Price.Currency() == "" || h.Price.Cmp(w.Price) > 0) {
			w.Price = h.Price
		}
	}
	return w
}

// rejected tells of every other provider why it was not chosen.
func (r *ranking) rejected(j offtake.JobSubmitted, chosen offtake.ProviderName) (out []Rejected) {
	choice := r.of(j)
	for _, p := range r.m.Book().Providers {
		if p.Name == chosen {
			continue
		}
		no := Rejected{Provider: p.Name}
		if i := slices.IndexFunc(choice.Barred, func(b dispatch.Barred) bool { return b.Provider == p.Name }); i >= 0 {
			no.Cause = choice.Barred[i].Cause
			if no.Cause == dispatch.ByClause {
				no.Clauses = r.clauses(j, p.Name)
			}
		} else {
			no.Cause = r.passed(j, choice, p.Name)
		}
		out = append(out, no)
	}
	return out
}

// passed says why a provider where the job may run was not taken.
func (r *ranking) passed(j offtake.JobSubmitted, choice dispatch.Choice, p offtake.ProviderName) dispatch.Cause {
	for _, c := range choice.Candidates {
		pool := r.m.Holdings().Pools()[c.Pool]
		if pool.Provider == p && parts(pool, r.at, Until(r.at, j.Length), j.Quantity) != nil {
			return dispatch.TooDear
		}
	}
	return dispatch.NoCapacity
}

// clauses gives what stands in the way at a provider: of the place held there that is
// asked about first, or of the provider itself.
func (r *ranking) clauses(j offtake.JobSubmitted, p offtake.ProviderName) []offtake.Reason {
	at := dispatch.Pool{Provider: p, Accelerator: j.Accelerator}
	for _, held := range r.pools {
		if held.Provider == p && held.Accelerator == j.Accelerator {
			at = held.Pool
			break
		}
	}
	law := r.law(j.Product)
	f := workOf(j).Facts(at)
	f.Quantity = j.Quantity
	if at.Region == "" {
		f.Absent = slices.DeleteFunc(f.Absent, func(d offtake.Dimension) bool { return d == offtake.DimRegion || d == offtake.DimSite })
	}
	q, err := law.Rights.Question(offtake.Place, f)
	if err != nil {
		return nil
	}
	return law.Terms.Explain(q.Given(law.Given)).Because
}

package views

import (
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/work"
)

// Job tells of one job as it stands. Jobs are the buyer's.
func Job(s *broker.State, r Reader, id string) (client.Job, error) {
	if !r.All || s.Market() == nil {
		return client.Job{}, offtake.Refuse(offtake.NotFound, "job %.60q does not exist", id)
	}
	e, err := work.Explain(s.Market(), r.Instant(s), offtake.JobID(id))
	if err != nil {
		return client.Job{}, err
	}
	return jobOf(e), nil
}

// mostJobs is how many jobs that run are told at once.
const mostJobs = 1000

// Jobs gives what waits, the first first, without saying where it will run, and then
// what runs of what was submitted.
func Jobs(s *broker.State, r Reader) []client.Job {
	out := []client.Job{}
	if !r.All || s.Market() == nil {
		return out
	}
	for _, j := range s.Market().Queue().All() {
		if len(out) == mostJobs {
			break
		}
		e := work.Explanation{Job: j.JobSubmitted, State: work.Waits, Submitted: j.Submitted, Start: j.Started}
		if !j.Started.IsZero() {
			e.State = work.Runs
		}
		out = append(out, jobOf(e))
	}
	return out
}

func jobOf(e work.Explanation) client.Job {
	j := client.Job{
		ID: string(e.Job.Job), State: string(e.State), Accelerator: string(e.Job.Accelerator), Quantity: e.Job.Quantity,
		Purpose: string(e.Job.Purpose), Product: string(e.Job.Product), Asset: string(e.Job.Asset), Customer: string(e.Job.Customer),
		Submitted: given(e.Submitted), Start: given(e.Start), Until: given(e.Until), Why: e.Why,
	}
	if !e.Job.Length.IsZero() {
		j.Length = e.Job.Length.String()
	}
	if e.Where != nil {
		j.Where = &client.JobPlace{Provider: string(e.Where.Provider), Region: string(e.Where.Region), Site: string(e.Where.Site), Price: e.Where.Price.String()}
		if !e.Where.Draws.IsZero() {
			j.Where.Draws = e.Where.Draws.String()
		}
		for _, part := range e.Where.Parts {
			j.Where.Reservations = append(j.Where.Reservations, string(part.Reservation))
		}
	}
	for _, no := range e.Rejected {
		told := client.Rejected{Provider: string(no.Provider), Cause: string(no.Cause)}
		for _, c := range no.Clauses {
			told.Because = append(told.Because, client.Clause{Clause: c.Clause.String(), File: c.Pos.File, Line: c.Pos.Line, Says: c.Says})
		}
		j.Rejected = append(j.Rejected, told)
	}
	return j
}

// Commitments gives how the commitments in force stand.
func Commitments(s *broker.State, r Reader) []client.Commitment {
	out := []client.Commitment{}
	if !r.All || s.Market() == nil {
		return out
	}
	for _, c := range s.Market().Commitments(r.Instant(s)) {
		out = append(out, client.Commitment{
			Clause: c.Clause.String(), Measure: string(c.Measure), Committed: c.Committed.String(), Drawn: amount(s, c, c.Drawn),
			Remaining: amount(s, c, c.Remaining), Beyond: amount(s, c, c.Beyond),
		})
	}
	return out
}

// amount names the book's currency where nothing was drawn that has one.
func amount(s *broker.State, c drawdown.Standing, a offtake.Accrual) string {
	text := a.String()
	if !drawdown.InHours(c.Measure) && !strings.Contains(text, " ") {
		text = string(s.Book().Currency) + " " + text
	}
	return text
}

func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/access"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/desk"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/views"
)

// body is an answer with a body.
type body[T any] struct{ Body T }

func answer[T any](v T) *body[T] { return &body[T]{v} }

type nothing struct{}

// AsOf are the two times of every read.
type AsOf struct {
	At      string `query:"at" maxLength:"100" doc:"as it was then, an instant or a date; left out: now"`
	KnownAt string `query:"known_at" maxLength:"100" doc:"by what had been recorded by then, an instant or a date; left out: all"`
}

// asOf reads the two times. A date is the start of its day in the book's calendar.
func (a *API) asOf(in AsOf) (at, known time.Time, err error) {
	for _, t := range []struct {
		name, text string
		into       *time.Time
	}{{"at", in.At, &at}, {"known_at", in.KnownAt, &known}} {
		if t.text == "" {
			continue
		}
		when, err := offtake.ParseWhen(t.text)
		if err != nil {
			return at, known, offtake.Refuse(offtake.Invalid, "%s: %w", t.name, err)
		}
		a.Desk.Read(func(s *broker.State) { *t.into = s.Version().Law.Resolve("", when) })
	}
	return at, known, nil
}

// later reports whether an instant comes after another one, if there is one.
func later(t, than time.Time) bool { return !than.IsZero() && t.After(than) }

// state lets a read look at the state of its two times.
func (a *API) state(in AsOf, look func(*broker.State)) error {
	at, known, err := a.asOf(in)
	switch {
	case err != nil:
		return err
	case at.IsZero() && known.IsZero():
		a.Desk.Read(look)
		return nil
	}
	s, err := a.Desk.AsOf(at, known)
	if err == nil {
		look(s)
	}
	return err
}

// readerAsOf gives for whom a state of two times is told.
func (a *API) readerAsOf(ctx context.Context, in AsOf) views.Reader {
	r := a.reader(ctx)
	if in == (AsOf{}) {
		r.Now = a.Desk.Now()
	}
	return r
}

// read registers a read of one view.
func read[T any](a *API, path, summary string, view func(*broker.State, views.Reader) T) {
	add(a, huma.Operation{Method: http.MethodGet, Path: path, Summary: summary}, readers,
		func(ctx context.Context, in *AsOf) (*body[T], error) {
			var out T
			r := a.readerAsOf(ctx, *in)
			err := a.state(*in, func(s *broker.State) { out = view(s, r) })
			return answer(out), err
		})
}

// named is a read of one thing by its name.
type named struct {
	AsOf
	ID string `path:"id" maxLength:"300"`
}

// find registers a read of one thing.
func find[T any](a *API, path, summary string, view func(s *broker.State, r views.Reader, id string) (T, error)) {
	add(a, huma.Operation{Method: http.MethodGet, Path: path, Summary: summary}, readers,
		func(ctx context.Context, in *named) (*body[T], error) {
			var out T
			var missing error
			r := a.readerAsOf(ctx, in.AsOf)
			err := a.state(in.AsOf, func(s *broker.State) { out, missing = view(s, r, in.ID) })
			if err == nil {
				err = missing
			}
			return answer(out), err
		})
}

// register fills the table.
func (a *API) register() {
	add(a, huma.Operation{Method: http.MethodGet, Path: "/healthz", Summary: "Whether the program runs"}, nil, a.health)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/readyz", Summary: "Whether it takes acts"}, nil, a.ready)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/metrics", Summary: "Counts and times, in the form of Prometheus"}, operators, a.metrics)
	read(a, "/v1/status", "How the broker stands, and what falls due", a.status)
	read(a, "/v1/opportunities", "Offers, with their processes", views.Opportunities)
	find(a, "/v1/opportunities/{id}", "One offer, with its processes", func(s *broker.State, r views.Reader, id string) (client.Opportunity, error) {
		return views.Opportunity(s, r, offtake.OpportunityID(id))
	})
	read(a, "/v1/notices", "The notices served on you", views.Notices)
	find(a, "/v1/notices/{id}", "One notice", func(s *broker.State, r views.Reader, id string) (client.Notice, error) {
		n, _, _, err := views.Notice(s, r, id)
		return n, err
	})
	read(a, "/v1/commitments", "How the commitments in force stand", views.Commitments)
	read(a, "/v1/statements", "What there are statements of; for the buyer and auditors", statements)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/statement", Summary: "How a commitment, a reservation, a consent, a venture or a party stands in the accounts"}, readers, a.statement)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/focus/costs", Summary: "What was charged, as the Cost and Usage dataset of FOCUS 1.2, in CSV"}, readers, a.focusCosts)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/focus/commitments", Summary: "What is committed, as the Contract Commitment dataset of FOCUS 1.3, in CSV"}, readers, a.focusCommitments)
	read(a, "/v1/quotes", "Prices that providers named; a provider's own", views.Quotes)
	read(a, "/v1/reservations", "Capacity that is held", views.Reservations)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/jobs", Summary: "Work that waits, and of what was submitted what runs"}, schedulers, a.jobs)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/jobs/{id}", Summary: "One job: where it runs or will, and why not elsewhere"}, schedulers, a.job)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/inbox", Summary: "What you were told: notices, and reminders of what you must do, the latest first; at most 1000"}, readers, a.inbox)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/why/{id}", Summary: "What the record has of an opportunity, a process, a job, a reservation or an act, and the clauses applied"}, readers, a.why)
	read(a, "/v1/book", "The versions of the book, with their files for who sees all", func(s *broker.State, r views.Reader) []client.Book {
		return views.Books(s, r.All)
	})
	read(a, "/v1/book/waiting", "Versions of the book that wait for signatures", func(s *broker.State, r views.Reader) []client.Pushed {
		return views.Pushed(s, r, true)
	})
	a.registerActs()
	a.registerUsage()
	a.registerLog()
	a.registerAttachments()
	a.registerAccess()
}

type health struct {
	Status  string `json:"status" enum:"ok,doubted"`
	Version string `json:"version"`
}

func (a *API) health(context.Context, *nothing) (*body[health], error) {
	return answer(health{"ok", a.Version}), nil
}

// ready says whether acts are taken, and whether deadlines are held.
func (a *API) ready(context.Context, *nothing) (*body[health], error) {
	out := health{"ok", a.Version}
	var none bool
	a.Desk.Read(func(s *broker.State) {
		none = s.Market() == nil
		if s.Doubted() != "" {
			out.Status = "doubted"
		}
	})
	if none {
		return nil, offtake.Refuse(offtake.Internal, "there is no book yet")
	}
	return answer(out), nil
}

func (a *API) status(s *broker.State, r views.Reader) client.Status {
	out := client.Status{
		Party: string(r.Party), Now: a.Desk.Now(), Due: views.Due(s, r), Waiting: views.Pushed(s, r, false), Rehearse: a.Rehearse != nil,
	}
	if r.All {
		out.Version, out.Doubted = s.Folded(), s.Doubted()
	}
	if v := s.Version(); v != nil {
		out.Book, out.Buyer, out.Edition = string(v.Book.Name), string(v.Book.Buyer), v.Number
	}
	return out
}

// taken tells an act that was taken.
func (a *API) taken(t desk.Taken, r views.Reader, notice string) (client.Taken, error) {
	out := client.Taken{Version: int64(t.Version), ID: string(t.Act.ID), At: t.Act.At, Outcome: "taken", Repeated: t.Repeated, Notice: notice}
	for _, e := range t.Events {
		if off, is := e.(offtake.AnsweredOffTerms); is {
			out.Outcome, out.Because = "nonconforming", off.Why
		}
		if !r.All {
			continue
		}
		text, err := eventJSON(e)
		if err != nil {
			return out, err
		}
		out.Events = append(out.Events, text)
	}
	if !r.All {
		out.Version = 0 // how much else there is
	}
	return out, nil
}

// job tells of a job, as it stands now or stood then.
func (a *API) job(ctx context.Context, in *named) (*body[client.Job], error) {
	var out client.Job
	var missing error
	r := a.readerAsOf(ctx, in.AsOf)
	err := a.state(in.AsOf, func(s *broker.State) {
		out, missing = views.Job(s, r, in.ID)
	})
	if err == nil {
		err = missing
	}
	return answer(out), err
}

func (a *API) jobs(ctx context.Context, in *AsOf) (*body[[]client.Job], error) {
	var out []client.Job
	r := a.reader(ctx)
	err := a.state(*in, func(s *broker.State) { out = views.Jobs(s, r) })
	return answer(out), err
}

// inbox tells a party what it was told, and auditors what everybody was.
func (a *API) inbox(ctx context.Context, in *AsOf) (*body[[]client.Message], error) {
	r := a.reader(ctx)
	at, known, err := a.asOf(*in)
	if err != nil {
		return nil, err
	}
	of := r.Party
	if tokenOf(ctx).May(access.Audit) {
		of = ""
	}
	told, err := a.Store.Effects(of, 1000)
	told = slices.DeleteFunc(told, func(e journal.Effect) bool { return later(e.Due, at) || later(e.Done, known) })
	var out []client.Message
	a.Desk.Read(func(s *broker.State) { out = views.Inbox(s, r, told) })
	return answer(out), err
}

// metrics tells what is counted. How much there is may say something of others, so it
// is not for everybody.
func (a *API) metrics(context.Context, *nothing) (*huma.StreamResponse, error) {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		r, _ := humago.Unwrap(c)
		a.meters.handler().ServeHTTP(writerOf(c.BodyWriter()), r)
	}}, nil
}

package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/focus"
	"github.com/offtake-dev/offtake/internal/statement"
	"github.com/offtake-dev/offtake/internal/views"
)

// statements lists what there are statements of.
func statements(s *broker.State, r views.Reader) []string {
	if !r.All || s.Market() == nil {
		return []string{}
	}
	return statement.Names(s.Market(), r.Instant(s))
}

type statementIn struct {
	AsOf
	Name string `query:"name" required:"true" maxLength:"300" doc:"agreement/clause, a reservation, or a party"`
	By   string `query:"by" maxLength:"100" doc:"tell lines apart by this label"`
}

// statement gives one. Money is the buyer's and its auditors' to see. What was charged is
// dated by itself: at says of when the statement is, and known_at what it knows.
func (a *API) statement(ctx context.Context, in *statementIn) (*body[client.Statement], error) {
	var out client.Statement
	at, known, err := a.asOf(in.AsOf)
	if err != nil {
		return nil, err
	}
	past := false
	tell := func(s *broker.State, now time.Time) (err error) {
		o := statement.Order{Name: in.Name, At: now, By: in.By}
		if !at.IsZero() {
			o.At = at
		}
		if past = !at.IsZero() && !past && statement.Past(s.Market(), o); past {
			return nil
		}
		out, err = statement.Of(s.Market(), o)
		return err
	}
	if err = a.money(ctx, AsOf{KnownAt: in.KnownAt}, tell); err == nil && past {
		err = a.money(ctx, in.AsOf, tell)
	}
	if !known.IsZero() {
		out.KnownAt = &known
	}
	return answer(out), err
}

type focusIn struct {
	AsOf
	From  string `query:"from" doc:"dated no earlier than this instant or date"`
	Until string `query:"until" doc:"dated before this instant or date"`
}

// focusCosts writes what was charged. It is taken out at once, and written while the
// broker goes on.
func (a *API) focusCosts(ctx context.Context, in *focusIn) (*huma.StreamResponse, error) {
	var out *focus.Export
	err := a.money(ctx, AsOf{KnownAt: in.KnownAt}, func(s *broker.State, _ time.Time) error {
		var bounds [2]time.Time
		for i, text := range []string{in.From, in.Until} {
			if text == "" {
				continue
			}
			when, err := offtake.ParseWhen(text)
			if err != nil {
				return err
			}
			bounds[i] = s.Market().Dates("").Resolve(when)
		}
		out = focus.Costs(s.Market(), bounds[0], bounds[1])
		return nil
	})
	return a.csv(func(w io.Writer) error { return out.Write(w) }), err
}

type committedIn struct{ AsOf }

func (a *API) focusCommitments(ctx context.Context, in *committedIn) (*huma.StreamResponse, error) {
	var text bytes.Buffer
	at, _, err := a.asOf(in.AsOf)
	if err != nil {
		return nil, err
	}
	err = a.money(ctx, AsOf{KnownAt: in.KnownAt}, func(s *broker.State, now time.Time) error {
		if at.IsZero() {
			at = now
		}
		return focus.Commitments(&text, s.Market(), at)
	})
	return a.csv(func(w io.Writer) error { _, err := w.Write(text.Bytes()); return err }), err
}

// money looks at a state for somebody who may see the money.
func (a *API) money(ctx context.Context, in AsOf, look func(*broker.State, time.Time) error) error {
	r := a.readerAsOf(ctx, in)
	if !r.All {
		return offtake.Refuse(offtake.Forbidden, "money is the buyer's and its auditors' to see")
	}
	var failed error
	err := a.state(in, func(s *broker.State) {
		if failed = offtake.Refuse(offtake.Conflict, "the broker has no book yet"); s.Market() != nil {
			failed = look(s, r.Instant(s))
		}
	})
	if err == nil {
		err = failed
	}
	return err
}

// csv streams a file. What breaks off is cut short.
func (a *API) csv(write func(io.Writer) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "text/csv")
		w := c.BodyWriter()
		_ = http.NewResponseController(writerOf(w)).SetWriteDeadline(time.Time{})
		if err := write(w); err != nil {
			a.Log.Warn("an export broke off", "error", err)
		}
	}}
}

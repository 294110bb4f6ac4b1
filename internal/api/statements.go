package api

import (
	"context"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/broker"
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

// statement gives one. Money is the buyer's and its auditors' to see.
func (a *API) statement(ctx context.Context, in *statementIn) (*body[client.Statement], error) {
	r := a.readerAsOf(ctx, in.AsOf)
	_, known, err := a.asOf(in.AsOf)
	if err != nil {
		return nil, err
	}
	var out client.Statement
	none := offtake.Refuse(offtake.NotFound, "there is no statement of %.80q that you may read", in.Name)
	var missing error
	err = a.state(in.AsOf, func(s *broker.State) {
		if missing = none; r.All && s.Market() != nil {
			out, missing = statement.Of(s.Market(), statement.Order{Name: in.Name, At: r.Instant(s), By: in.By})
		}
	})
	if err == nil {
		err = missing
	}
	if !known.IsZero() {
		out.KnownAt = &known
	}
	return answer(out), err
}

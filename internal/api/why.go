package api

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/views"
)

const mostWhy = 1000

type whyIn struct {
	AsOf
	ID string `path:"id" maxLength:"300"`
}

// why tells what the record has of one thing. It reads the whole record.
func (a *API) why(ctx context.Context, in *whyIn) (*body[client.Why], error) {
	r := a.reader(ctx)
	out := client.Why{About: in.ID, Entries: []client.Entry{}}
	if !r.All {
		return nil, offtake.Refuse(offtake.NotFound, "%.60q is nothing that the record has", in.ID)
	}
	at, known, err := a.asOf(in.AsOf)
	if err != nil {
		return nil, err
	}
	about := mentions(in.ID)
	version := int64(0)
	for row, err := range a.Store.Rows(0) {
		version++
		switch {
		case err != nil:
			return nil, err
		case !about(row):
			continue
		case len(out.Entries) == mostWhy:
			out.More = true
		}
		if out.More {
			break
		}
		e, err := row.Entry()
		if err != nil {
			return nil, err
		}
		if later(e.Act.At, at) || later(e.Receipt.Recorded, known) {
			continue
		}
		told, err := entryOf(version, &e, r)
		if err != nil {
			return nil, err
		}
		out.Entries = append(out.Entries, told)
	}
	err = a.state(in.AsOf, func(s *broker.State) {
		out.Is = views.Is(s, in.ID)
		out.Clauses = views.Clauses(s, out.Entries)
	})
	if err != nil {
		return nil, err
	}
	if out.Is == "" && len(out.Entries) == 0 {
		return nil, offtake.Refuse(offtake.NotFound, "%.60q is nothing that the record has", in.ID)
	}
	return answer(out), nil
}

// mentions tells rows that speak of a name: of itself, or of a process of it.
func mentions(id string) func(journal.Row) bool {
	quoted, _ := json.Marshal(id)
	whole := bytes.ToValidUTF8(quoted, nil)
	process := append(bytes.TrimSuffix(bytes.Clone(whole), []byte{'"'}), '#')
	return func(r journal.Row) bool {
		for _, text := range [][]byte{r.Done, r.Followed} {
			if bytes.Contains(text, whole) || bytes.Contains(text, process) {
				return true
			}
		}
		return false
	}
}

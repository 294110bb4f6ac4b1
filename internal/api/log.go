package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal/transparency"
	"github.com/offtake-dev/offtake/internal/views"
	"github.com/offtake-dev/offtake/internal/wire"
)

func (a *API) registerLog() {
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/log/key", Summary: "The key that checkpoints are checked with"}, readers, a.key)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/log/checkpoint", Summary: "A signed checkpoint of the log as it stands"}, readers, a.checkpoint)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/log/export", Summary: "The log with its proofs, or of it what your party did"}, readers, a.export)
}

// A text is an answer in plain text.
type text struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func plain(body []byte) *text { return &text{"text/plain; charset=utf-8", body} }

func (a *API) key(context.Context, *nothing) (*text, error) {
	return plain([]byte(a.Key.Public + "\n")), nil
}

// Checkpoint signs the log as it stands.
func (a *API) Checkpoint() (transparency.Checkpoint, error) {
	return transparency.Sign(a.Key.Signer.Name(), int64(a.Desk.Version()), a.Store, a.Key.Signer)
}

func (a *API) checkpoint(context.Context, *nothing) (*text, error) {
	c, err := a.Checkpoint()
	return plain(c.Text), err
}

type exportIn struct {
	Since []int64 `query:"since,explode" minimum:"1" maxItems:"100" doc:"rows of an earlier checkpoint, which the log is shown to go on from"`
}

// export writes the log. What breaks off while it is written has no last line.
func (a *API) export(ctx context.Context, in *exportIn) (*huma.StreamResponse, error) {
	r := a.reader(ctx)
	req := transparency.Request{Since: in.Since}
	var size int64
	a.Desk.Read(func(s *broker.State) {
		size = s.Folded()
		if r.All {
			req.State = views.Digest(s)
		}
	})
	for _, since := range in.Since {
		if since > size {
			return nil, offtake.Refuse(offtake.Invalid, "since: log has %d rows, and not %d", size, since)
		}
	}
	if !r.All {
		req.Party = r.Party
		req.Visible = func(e *wire.Entry) bool { return e.Act.By == r.Party }
	}
	var err error
	if req.Checkpoint, err = transparency.Sign(a.Key.Signer.Name(), size, a.Store, a.Key.Signer); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "application/x-ndjson")
		w := c.BodyWriter()
		_ = http.NewResponseController(writerOf(w)).SetWriteDeadline(time.Time{})
		if err := transparency.Export(w, a.Store, req); err != nil {
			a.Log.Warn("an export broke off", "error", err)
		}
	}}, nil
}

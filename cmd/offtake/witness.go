package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/api"
)

// witnesses are where checkpoints are published, so that whoever keeps the record
// cannot change it unseen: files, to which they are added, and addresses, to which they
// are sent.
type witnesses struct {
	to   []string
	log  *slog.Logger
	seen map[string]int64 // rows of the last checkpoint that each has
}

// publish tells each witness how the log stands, if that is new to it.
func (w *witnesses) publish(ctx context.Context, a *api.API) {
	if len(w.to) == 0 {
		return
	}
	c, err := a.Checkpoint()
	if err != nil {
		w.log.Error("a checkpoint cannot be signed", "error", err)
		return
	}
	for _, to := range w.to {
		if last, any := w.seen[to]; any && last == c.Size {
			continue
		}
		if err := tell(ctx, to, c.Text); err != nil {
			w.log.Warn("a witness was not told; it will be again", "witness", to, "error", err)
			continue
		}
		w.seen[to] = c.Size
	}
}

// tell publishes a checkpoint.
func tell(ctx context.Context, to string, text []byte) error {
	if !strings.Contains(to, "://") {
		f, err := os.OpenFile(to, os.O_CREATE|os.O_APPEND|os.O_WRONLY|os.O_SYNC, 0o644)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.Write(append(text, '\n'))
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return offtake.Refuse(offtake.Internal, "it answers %s", res.Status)
	}
	return nil
}

// watch publishes until the context ends, and then once more.
func (w *witnesses) watch(ctx context.Context, a *api.API, every time.Duration) {
	for {
		w.publish(ctx, a)
		select {
		case <-ctx.Done():
			late, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			w.publish(late, a)
			return
		case <-time.After(every):
		}
	}
}

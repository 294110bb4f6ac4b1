package main

import (
	"context"
	"time"

	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/outgoing"
)

// carry tells parties what is due to be told, until the context ends: it is in their
// inbox from then on. What there is no reason for any more is dropped.
func (b *running) carry(ctx context.Context) {
	for {
		if err := b.carryDue(); err != nil {
			b.log.Error("what is due cannot be told; it will be tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

func (b *running) carryDue() error {
	now := b.desk.Now()
	pending, err := b.db.Pending(now, 1000)
	if err != nil {
		return err
	}
	for _, e := range pending {
		stands := false
		var next []journal.Effect
		b.desk.Read(func(s *broker.State) {
			if stands = outgoing.Stands(s, e); stands {
				next = outgoing.After(s, e)
			}
		})
		if !stands {
			err = b.db.Moot([]string{e.Key})
		} else if err = b.db.Settle(e.Key, now, time.Time{}, "", next...); err == nil {
			b.log.Info("told", "kind", e.Kind, "to", e.To, "key", e.Key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

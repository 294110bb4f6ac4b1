package views

import (
	"slices"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/outgoing"
)

// Inbox tells what a reader was told, the latest first.
func Inbox(s *broker.State, r Reader, told []journal.Effect) []client.Message {
	out := []client.Message{}
	for _, e := range told {
		m, err := outgoing.MessageOf(e)
		if err != nil || !r.All && e.To != r.Party {
			continue
		}
		c := client.Message{At: e.Due, To: string(e.To), Kind: e.Kind, Clause: m.Clause, Of: m.Of, By: given(m.By), Before: m.Before}
		if r.All {
			c.Process = string(m.Process)
		}
		if served(s, m.Process, e.To) {
			c.Notice = r.NoticeID(m.Process, e.To)
		}
		out = append(out, c)
	}
	return out
}

// served reports whether a notice of a process was served on a party.
func served(s *broker.State, id offtake.ProcessID, on offtake.PartyName) bool {
	return slices.ContainsFunc(s.Notices(), func(n broker.Notice) bool { return n.Process == id && slices.Contains(n.To, on) })
}

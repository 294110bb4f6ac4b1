// Package outgoing says what parties are told because of what was decided: that a
// notice was served on them, and reminders of what they must do, five business days,
// one business day and two hours before it is too late.
//
// A reminder whose time has passed when its deadline begins to run is left out. One is
// carried out only if the deadline still runs then: see Stands.
//
// The package refuses to know how anything reaches anybody.
package outgoing

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/civil"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/wire"
)

// The kinds of what is told.
const (
	Notice   = "notice"
	Reminder = "reminder"
)

// A Message is what an effect of this package carries.
type Message struct {
	Process offtake.ProcessID `json:"process"`
	Clause  string            `json:"clause"`
	Of      string            `json:"of,omitempty"`     // of a reminder: what must be done
	By      time.Time         `json:"by,omitzero"`      // until when
	Before  string            `json:"before,omitempty"` // how long before
}

// MessageOf reads what an effect carries.
func MessageOf(e journal.Effect) (m Message, err error) { return m, json.Unmarshal(e.Body, &m) }

// A duty is what a party must do by an instant, else it is too late.
type duty struct {
	party offtake.PartyName
	of    offtake.DeadlineName
	by    time.Time
}

// duties gives what must be done in a process: by the holders that are asked or bound,
// and where a deadline runs that is nobody's of them, by who gave the right.
func duties(p *refusal.Process) (all []duty) {
	add := func(d duty) {
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	for _, q := range p.Parts {
		if q.Of == "" || q.Clock == nil || q.Paused != "" || refusal.Final(q.State) {
			continue
		}
		any := false
		for _, s := range p.Seats {
			if p.Stands(s.Party).By.Equal(q.Clock.By) {
				add(duty{s.Party, q.Of, q.Clock.By})
				any = true
			}
		}
		if !any {
			add(duty{p.Contract.Right.Grantor, q.Of, q.Clock.By})
		}
	}
	if at, of := p.Next(); !at.IsZero() && len(all) == 0 { // a deadline of the whole, as that of the notice
		add(duty{p.Contract.Right.Grantor, of, at})
	}
	return all
}

// Effects gives what is told because of entries that the state has folded.
func Effects(s *broker.State, first journal.Version, entries []wire.Entry) (out []journal.Effect) {
	for i := range entries {
		version := int64(first) + int64(i) + 1
		var touched []offtake.ProcessID
		for _, e := range entries[i].Events {
			served, is := e.(offtake.NoticeServed)
			if is {
				out = append(out, notices(s, version, entries[i].Act.At, served)...)
			}
			if _, anew := e.(offtake.PlayedAnew); anew {
				for _, p := range s.Market().Deals().Standing(true) {
					touched = append(touched, p.ID)
				}
			}
			if id := refusal.ProcessOf(e); id != "" && !slices.Contains(touched, id) {
				touched = append(touched, id)
			}
		}
		for _, id := range touched {
			out = append(out, reminders(s, id, entries[i].Act.At)...)
		}
	}
	return out
}

func effect(key, kind string, to offtake.PartyName, due time.Time, m Message) journal.Effect {
	body, _ := json.Marshal(m) // of texts and an instant
	return journal.Effect{Key: key, Kind: kind, To: to, Due: due, Body: body}
}

func notices(s *broker.State, version int64, at time.Time, e offtake.NoticeServed) (out []journal.Effect) {
	p, ok := s.Market().Deals().Process(e.Process)
	if !ok {
		return nil
	}
	for _, to := range e.To {
		out = append(out, effect(fmt.Sprintf("notice/%d/%s", version, to), Notice, to, at, Message{Process: p.ID, Clause: p.Contract.Ref.String()}))
	}
	return out
}

// reminders gives the first of each duty in a process that is still to come at an
// instant. That after it comes when it was told: see After.
func reminders(s *broker.State, id offtake.ProcessID, at time.Time) (out []journal.Effect) {
	p, ok := s.Market().Deals().Process(id)
	if !ok || !p.Live() {
		return nil
	}
	for _, d := range duties(&p) {
		if e, ok := reminder(&p, d, at); ok {
			out = append(out, e)
		}
	}
	return out
}

// reminder gives the first of a duty that is due after an instant.
func reminder(p *refusal.Process, d duty, after time.Time) (journal.Effect, bool) {
	for _, before := range []string{"P5BD", "P1BD", "PT2H"} {
		due := earlier(p.Contract.Rules.Calendar, d.by, before)
		if due.After(after) {
			key := fmt.Sprintf("reminder/%s/%s/%s/%s/%s", p.ID, d.of, offtake.Stamp(d.by), d.party, before)
			return effect(key, Reminder, d.party, due, Message{p.ID, p.Contract.Ref.String(), string(d.of), d.by, before}), true
		}
	}
	return journal.Effect{}, false
}

// After gives what comes after an effect that was carried out: the next reminder of the
// same duty.
func After(s *broker.State, e journal.Effect) []journal.Effect {
	m, err := MessageOf(e)
	if err != nil || e.Kind != Reminder || s.Market() == nil {
		return nil
	}
	p, ok := s.Market().Deals().Process(m.Process)
	if !ok {
		return nil
	}
	next, ok := reminder(&p, duty{e.To, offtake.DeadlineName(m.Of), m.By}, e.Due)
	if !ok {
		return nil
	}
	return []journal.Effect{next}
}

// earlier gives the instant before a deadline at which a reminder is due. Business days
// are counted back from the deadline's day, and the time of day stays.
func earlier(c *civil.Calendar, by time.Time, before string) time.Time {
	days := map[string]int{"P5BD": 5, "P1BD": 1}[before]
	if days == 0 || c == nil {
		return by.Add(-2 * time.Hour)
	}
	day, local := c.Day(by), c.Local(by)
	for days > 0 {
		day = day.AddDays(-1)
		if c.IsBusinessDay(day) {
			days--
		}
	}
	return c.At(day, offtake.TimeOfDay{Minutes: 60*local.Hour() + local.Minute(), Set: true})
}

// Stands reports whether there is still reason to tell: a notice always, a reminder
// while the same party must do the same by the same instant.
func Stands(s *broker.State, e journal.Effect) bool {
	m, err := MessageOf(e)
	if err != nil || s.Market() == nil {
		return false
	}
	p, ok := s.Market().Deals().Process(m.Process)
	if e.Kind == Notice {
		return ok
	}
	return ok && p.Live() && slices.ContainsFunc(duties(&p), func(d duty) bool {
		return d.party == e.To && string(d.of) == m.Of && d.by.Equal(m.By)
	})
}

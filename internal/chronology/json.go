package chronology

import (
	"encoding/json"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/play"
)

// The form in which a chronology is told to machines. Keys are added at the
// end, and never change their meaning.

type chronologyJSON struct {
	Until     string         `json:"until"`
	Entries   []entryJSON    `json:"entries"`
	Deadlines []deadlineJSON `json:"deadlines"`
	Processes []processJSON  `json:"processes"`
}

type entryJSON struct {
	N        int               `json:"n"`
	At       *string           `json:"at"`
	Local    string            `json:"local"`
	ID       offtake.ActID     `json:"id"`
	By       offtake.PartyName `json:"by,omitempty"`
	Act      string            `json:"act"`
	Outcome  play.Outcome      `json:"outcome,omitempty"`
	Said     string            `json:"said"`
	Reason   string            `json:"reason,omitempty"`
	Followed []followedJSON    `json:"followed"`
	Next     []turnJSON        `json:"next"`
}

type followedJSON struct {
	Process offtake.ProcessID `json:"process,omitempty"`
	Event   string            `json:"event"`
	Text    string            `json:"text"`
}

type turnJSON struct {
	Process  offtake.ProcessID   `json:"process"`
	Who      []offtake.PartyName `json:"who"`
	Text     string              `json:"text"`
	Deadline string              `json:"deadline,omitempty"`
	By       *string             `json:"by"`
	Basis    string              `json:"basis,omitempty"`
}

type deadlineJSON struct {
	ID        string               `json:"id"`
	Process   offtake.ProcessID    `json:"process"`
	Clause    string               `json:"clause"`
	Name      offtake.DeadlineName `json:"name"`
	Who       []offtake.PartyName  `json:"who"`
	Does      string               `json:"does"`
	Status    What                 `json:"status"`
	By        string               `json:"by"`
	Local     string               `json:"local"`
	Basis     string               `json:"basis"`
	Revisions int                  `json:"revisions"`
	Course    []moveJSON           `json:"course"`
}

type moveJSON struct {
	At   string `json:"at"`
	What What   `json:"what"`
	By   string `json:"by"`
	Why  string `json:"why"`
}

type processJSON struct {
	ID          offtake.ProcessID     `json:"id"`
	Opportunity offtake.OpportunityID `json:"opportunity"`
	Clause      string                `json:"clause"`
	State       offtake.ProcessState  `json:"state"`
	Words       string                `json:"words"`
	Next        []turnJSON            `json:"next"`
	Product     offtake.Product       `json:"product,omitempty"` // of a launch
}

// MarshalJSON writes the entries, the deadlines with their course, and how each
// process stands.
func (c *Chronology) MarshalJSON() ([]byte, error) {
	out := chronologyJSON{
		Until: offtake.Stamp(c.Until), Entries: []entryJSON{}, Deadlines: []deadlineJSON{}, Processes: []processJSON{},
	}
	for _, e := range c.Entries {
		out.Entries = append(out.Entries, entryOf(e))
	}
	for _, d := range c.Deadlines {
		out.Deadlines = append(out.Deadlines, deadlineOf(d))
	}
	for _, p := range c.Processes {
		out.Processes = append(out.Processes, processJSON{p.ID, p.Opportunity, p.Clause.String(), p.State, states[p.State], turnsOf(p.Next), p.Product})
	}
	return json.Marshal(out)
}

func entryOf(e Entry) entryJSON {
	out := entryJSON{
		N: e.N, At: stamped(e.At), Local: e.Local, ID: e.Act, By: e.By, Act: e.Deed, Outcome: e.Outcome,
		Said: e.Said, Reason: e.Reason, Followed: []followedJSON{}, Next: turnsOf(e.Next),
	}
	for _, f := range e.Followed {
		out.Followed = append(out.Followed, followedJSON(f))
	}
	return out
}

func turnsOf(turns []Turn) []turnJSON {
	out := []turnJSON{}
	for _, t := range turns {
		n := turnJSON{Process: t.Process, Who: parties(t.Who), Text: t.Text, Basis: t.Basis}
		if t.Deadline != nil {
			n.Deadline = t.Deadline.ID
			if !t.Deadline.Still() {
				n.By = stamped(t.Deadline.By())
			}
		}
		out = append(out, n)
	}
	return out
}

func deadlineOf(d *Deadline) deadlineJSON {
	out := deadlineJSON{
		ID: d.ID, Process: d.Process, Clause: d.Clause.String(), Name: d.Name, Who: parties(d.Who), Does: d.Does, Status: d.Status(),
		By: offtake.Stamp(d.By()), Local: d.Local(d.By()), Basis: d.Basis, Revisions: d.Revisions(),
	}
	for _, m := range d.Course {
		out.Course = append(out.Course, moveJSON{offtake.Stamp(m.At), m.What, offtake.Stamp(m.By), m.Why})
	}
	return out
}

func parties(who []offtake.PartyName) []offtake.PartyName {
	if who == nil {
		return []offtake.PartyName{}
	}
	return who
}

func stamped(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := offtake.Stamp(t)
	return &s
}

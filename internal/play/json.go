package play

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// The form in which a case is told to machines. It is fixed.

type caseJSON struct {
	Acts []actJSON     `json:"acts"`
	AsOf []pictureJSON `json:"as_of"`
}

type actJSON struct {
	ID      offtake.ActID `json:"id"`
	Outcome Outcome       `json:"outcome"`
	Reason  string        `json:"reason,omitempty"`
}

type pictureJSON struct {
	At        string        `json:"at"`
	Processes []processJSON `json:"processes"`
}

type processJSON struct {
	ID          offtake.ProcessID     `json:"id"`
	Opportunity offtake.OpportunityID `json:"opportunity"`
	Clause      string                `json:"clause"`
	State       offtake.ProcessState  `json:"state"`
	Rank        *int64                `json:"rank"`
	Round       *int64                `json:"round"`
	Deadline    *string               `json:"deadline"`
	SignBy      *string               `json:"sign_by"`
	CloseBy     *string               `json:"close_by"`
	Parts       []partJSON            `json:"parts"`
	Because     []string              `json:"because"`
}

type partJSON struct {
	Quantity int64                `json:"quantity"`
	State    offtake.ProcessState `json:"state"`
	Party    offtake.PartyName    `json:"party,omitempty"`
}

// MarshalJSON writes the outcome of every act and every picture.
func (c *Case) MarshalJSON() ([]byte, error) {
	out := caseJSON{Acts: []actJSON{}, AsOf: []pictureJSON{}}
	for _, a := range c.Acts() {
		out.Acts = append(out.Acts, actJSON{a.Act.ID, a.Outcome, a.Reason})
	}
	for _, picture := range c.Pictures {
		p := pictureJSON{At: offtake.Stamp(picture.At), Processes: []processJSON{}}
		for i := range picture.Processes {
			p.Processes = append(p.Processes, processOf(&picture.Processes[i]))
		}
		out.AsOf = append(out.AsOf, p)
	}
	return json.Marshal(out)
}

func processOf(p *refusal.Process) processJSON {
	deadline, _, _ := refusal.Due(*p)
	out := processJSON{
		ID: p.ID, Opportunity: p.Opportunity, Clause: p.Contract.Ref.String(), State: p.State(),
		Deadline: stamped(deadline), SignBy: stamped(p.SignBy()), CloseBy: stamped(p.CloseBy()),
		Parts: []partJSON{}, Because: Because(p),
	}
	if p.Rank > 0 {
		out.Rank, out.Round = &p.Rank, &p.Round
	}
	for _, q := range p.Parts {
		out.Parts = append(out.Parts, partJSON{q.Quantity, q.State, q.Party})
	}
	return out
}

func stamped(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := offtake.Stamp(t)
	return &s
}

// Because gives the reasons of a state: the clause, what the state rests on, and
// what comes next and whose it is.
func Because(p *refusal.Process) []string {
	out := []string{"under " + p.Contract.Ref.String() + ", in the version of " + offtake.Stamp(p.Contract.Version)}
	if p.Why != "" {
		out = append(out, p.Why)
	}
	for _, q := range p.Parts {
		if who := p.Turn(q); who != "" {
			out = append(out, strconv.FormatInt(q.Quantity, 10)+" "+string(q.State)+": "+who)
		}
	}
	return out
}

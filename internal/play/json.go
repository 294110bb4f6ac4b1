package play

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// The form in which a case is told to machines. It is fixed.

type actJSON struct {
	ID      offtake.ActID `json:"id"`
	Outcome Outcome       `json:"outcome"`
	Reason  string        `json:"reason,omitempty"`
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
	Product     offtake.Product       `json:"product,omitempty"` // of a launch
}

type partJSON struct {
	Quantity int64                `json:"quantity"`
	State    offtake.ProcessState `json:"state"`
	Party    offtake.PartyName    `json:"party,omitempty"`
}

// A Member is a key with its value.
type Member struct {
	Key   string
	Value any
}

// WriteJSON writes the outcome of every act and every picture, one at a time: a
// case may be long. What is more to be said of it comes last.
func (c *Case) WriteJSON(to io.Writer, more ...Member) error {
	w := &writer{out: bufio.NewWriter(to)}
	w.text(`{"acts":[`)
	for i, a := range c.Acts {
		w.item(i, actJSON{a.ID, a.Outcome, a.Reason})
	}
	w.text(`],"as_of":[`)
	for i, picture := range c.Pictures {
		if i > 0 {
			w.text(",")
		}
		w.text(`{"at":"` + offtake.Stamp(picture.At) + `","processes":[`)
		for n := range picture.Processes {
			w.item(n, processOf(picture.Processes[n]))
		}
		w.text("]}")
	}
	w.text("]")
	for _, m := range more {
		w.text(`,"` + m.Key + `":`)
		w.item(0, m.Value)
	}
	w.text("}\n")
	if w.err != nil {
		return w.err
	}
	return w.out.Flush()
}

// A writer writes until something goes wrong.
type writer struct {
	out *bufio.Writer
	err error
}

func (w *writer) text(s string) {
	if w.err == nil {
		_, w.err = w.out.WriteString(s)
	}
}

// item writes one of a list.
func (w *writer) item(n int, v any) {
	if n > 0 {
		w.text(",")
	}
	if w.err != nil {
		return
	}
	var text []byte
	if text, w.err = json.Marshal(v); w.err == nil {
		_, w.err = w.out.Write(text)
	}
}

// ProcessJSON tells a process to machines as a case tells it.
func ProcessJSON(p *refusal.Process) ([]byte, error) { return json.Marshal(processOf(p)) }

func processOf(p *refusal.Process) processJSON {
	deadline, _, _ := refusal.Due(*p)
	out := processJSON{
		ID: p.ID, Opportunity: p.Opportunity, Clause: p.Contract.Ref.String(), State: p.State(),
		Deadline: stamped(deadline), SignBy: stamped(p.SignBy()), CloseBy: stamped(p.CloseBy()),
		Parts: []partJSON{}, Because: Because(p), Product: p.Product,
	}
	if p.Rank > 0 {
		out.Rank, out.Round = &p.Rank, &p.Round
	}
	for _, q := range Parts(p) {
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

// Parts gives the parts of a process as they are shown: a holder has one in each
// state, also where a dispute or a toll has put several of its own there.
func Parts(p *refusal.Process) (parts []refusal.Part) {
	for _, q := range p.Parts {
		i := slices.IndexFunc(parts, func(r refusal.Part) bool { return q.Party != "" && r.Party == q.Party && r.State == q.State })
		if i < 0 {
			parts = append(parts, q)
			continue
		}
		parts[i].Quantity += q.Quantity
	}
	return parts
}

// What gives what a part is of: so much, or a product that has no quantity.
func What(p *refusal.Process, q refusal.Part) string {
	if p.Product != "" {
		return string(p.Product)
	}
	return strconv.FormatInt(q.Quantity, 10)
}

// Because gives the reasons of a state: the clause, what the state rests on, and
// what comes next and whose it is.
func Because(p *refusal.Process) []string {
	out := []string{"under " + p.Contract.Ref.String() + ", in the version of " + offtake.Stamp(p.Contract.Version)}
	if p.Why != "" {
		out = append(out, p.Why)
	}
	for _, q := range Parts(p) {
		if who := p.Turn(q); who != "" {
			out = append(out, What(p, q)+" "+string(q.State)+": "+who)
		}
	}
	return out
}

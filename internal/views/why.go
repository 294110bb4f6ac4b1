package views

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/work"
)

// Is says how a thing stands now: an opportunity, a process, a job or a reservation;
// "" where there is none of this name.
func Is(s *broker.State, id string) string {
	if s.Market() == nil {
		return ""
	}
	if o, ok := s.Market().Deals().Opportunity(offtake.OpportunityID(id)); ok {
		words := []string{fmt.Sprintf("%d %s of %s", o.Terms.Quantity, o.Terms.Accelerator, o.Terms.Provider)}
		if o.Withdrawn {
			words = append(words, "withdrawn")
		}
		for _, n := range []struct {
			n  int64
			is string
		}{{o.Awarded, "awarded"}, {o.Taken, "taken by holders"}, {o.Left(), "left"}} {
			if n.n > 0 {
				words = append(words, fmt.Sprintf("%d %s", n.n, n.is))
			}
		}
		for _, p := range s.Market().Deals().All(o.ID) {
			words = append(words, string(p.ID)+" "+stands(s, p.ID))
		}
		return strings.Join(words, "; ")
	}
	if _, ok := s.Market().Deals().Process(offtake.ProcessID(id)); ok {
		return stands(s, offtake.ProcessID(id))
	}
	if h, ok := s.Market().Holdings().Reservation(offtake.ReservationID(id)); ok {
		return fmt.Sprintf("%d %s of %s from %s until %s, %d free", h.Quantity, h.Accelerator, h.Provider, offtake.Stamp(h.From), offtake.Stamp(h.Until), h.Free)
	}
	if e, err := work.Explain(s.Market(), s.Now(), offtake.JobID(id)); err == nil {
		return string(e.State)
	}
	return ""
}

// stands says how a process does, part by part, and whose step it is.
func stands(s *broker.State, id offtake.ProcessID) string {
	p, _ := s.Market().Deals().Process(id)
	var words []string
	for _, part := range play.Parts(&p) {
		text := fmt.Sprintf("%d %s", part.Quantity, part.State)
		if who := p.Turn(part); who != "" {
			text += ", " + who
		}
		words = append(words, text)
	}
	return strings.Join(words, "; ")
}

// Clauses gives the clauses that entries speak of, with their places in the book that
// holds now.
func Clauses(s *broker.State, entries []client.Entry) []client.Clause {
	out := []client.Clause{}
	var seen []string
	for _, e := range entries {
		for _, ev := range e.Events {
			var head struct {
				Clause  string   `json:"clause"`
				Clauses []string `json:"clauses"`
				Process string   `json:"process"`
			}
			_ = json.Unmarshal(ev, &head) // of some events these are other things
			refs := append(head.Clauses, head.Clause)
			if p, ok := s.Market().Deals().Process(offtake.ProcessID(head.Process)); ok {
				refs = append(refs, p.Contract.Ref.String())
			}
			for _, ref := range refs {
				if ref != "" && !slices.Contains(seen, ref) {
					seen = append(seen, ref)
					out = append(out, clauseOf(s, ref))
				}
			}
		}
	}
	return out
}

func clauseOf(s *broker.State, ref string) client.Clause {
	c := client.Clause{Clause: ref}
	agreement, name, _ := strings.Cut(ref, "/")
	is, ok := s.Version().Law.Clause(offtake.ClauseRef{Agreement: offtake.AgreementName(agreement), Clause: offtake.ClauseName(name)}, s.Now())
	if ok {
		c.File, c.Line, c.Says = is.Pos.File, is.Pos.Line, is.Text
	}
	return c
}

package refusal

import (
	"cmp"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// DueObjection is until when a holder may object to what a notice lacks. It
// passes in silence, so that Due does not give it.
const DueObjection offtake.DeadlineName = "object"

// A Standing is a deadline that stands for a process: it runs, or time stands
// still for it.
type Standing struct {
	Of    offtake.DeadlineName
	Part  int // of Process.Parts; -1 where it is of the whole process
	Clock Clock
	Still bool
}

// Standing gives every deadline that stands. Those after the year 9999, which
// never fall, are left out.
func (p *Process) Standing() (all []Standing) {
	add := func(s Standing) {
		if !s.Clock.By.IsZero() {
			all = append(all, s)
		}
	}
	owed := func(q Part) bool { return q.under() == offtake.NotifyDue || q.under() == offtake.Deficient }
	if !p.Missed && p.any(owed) {
		add(Standing{Of: offtake.DueNotify, Part: -1, Clock: *p.Notify, Still: p.stopped()})
	}
	asked := func(q Part) bool { return q.under() == offtake.Open || q.under() == offtake.Allocating }
	if len(p.Missing) > 0 && p.any(asked) {
		add(Standing{Of: DueObjection, Part: -1, Clock: *p.Object, Still: p.stopped()})
	}
	for i, q := range p.Parts {
		if q.Of != "" {
			add(Standing{Of: q.Of, Part: i, Clock: *q.Clock, Still: q.Paused != ""})
		}
	}
	running := p.without(func(q *Process) { q.Causes, q.Doubt = nil, "" })
	add(Standing{Of: offtake.DueExpires, Part: -1, Clock: Clock{From: p.Opened, By: running.expires()}, Still: p.stopped()})
	return all
}

// Window gives what a clock of the process counts.
func (p *Process) Window(c Clock) civil.Window { return c.window(p.Contract.Rules) }

// ThirdParty gives who made the offer: the party it names, else its provider's,
// else the provider's own name.
func (p *Process) ThirdParty() string { return p.seller(*p.Terms) }

func (p *Process) seller(t offtake.OfferTerms) string {
	provider, _ := p.Contract.Book.Provider(t.Provider)
	return cmp.Or(string(t.Party), string(provider.Party), string(t.Provider))
}

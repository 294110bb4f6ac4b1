package refusal

import (
	"slices"
	"strconv"

	"github.com/offtake-dev/offtake"
)

// accept binds the holder to the noticed terms. Anything else it writes makes
// an answer that does not conform, and the clause says what that does.
func (p *Process) accept(a offtake.Act, d offtake.Accept) ([]offtake.Event, error) {
	if err := p.mayAnswer(a); err != nil {
		return nil, err
	}
	why, err := p.nonconforming(a, d)
	if err != nil {
		return nil, err
	}
	if why != "" {
		events := []offtake.Event{offtake.AnsweredOffTerms{Process: p.ID, By: a.By, Why: why}}
		if p.Contract.Right.Nonconforming == offtake.NonconformingTerminates {
			events = append(events, p.released(a)...)
		}
		return events, nil
	}
	return []offtake.Event{offtake.Accepted{
		Process: p.ID, By: a.By, Quantity: p.Quantity(),
		Definitive: p.Contract.after(a.At, p.Contract.Right.Definitive),
	}}, nil
}

func (p *Process) decline(a offtake.Act, d offtake.Decline) ([]offtake.Event, error) {
	if err := p.mayAnswer(a); err != nil {
		return nil, err
	}
	if d.Reason != "" && d.Reason != "unable" && d.Reason != "unwilling" {
		return nil, offtake.Refuse(offtake.Invalid, "reason %.60q is not unable or unwilling", d.Reason)
	}
	return append([]offtake.Event{offtake.Declined{Process: p.ID, By: a.By, Reason: d.Reason}}, p.released(a)...), nil
}

// mayAnswer refuses answers outside the window. A withdrawal of the very
// instant does not stand in the way: the acceptance is taken first.
func (p *Process) mayAnswer(a offtake.Act) error {
	_, accepts := a.Deed.(offtake.Accept)
	switch {
	case p.Served.IsZero():
		return p.wrongState("no complete notice has been served, so there is nothing to answer")
	case passed(p.Answer, a.At):
		return offtake.Refuse(offtake.TooLate, "window of process %q closed at %s", p.ID, offtake.Stamp(p.Answer))
	case p.any(in(offtake.Open)) || accepts && p.withdrawnAt(a):
		return nil
	case p.any(in(offtake.Contracting)):
		return p.wrongState("the answer has been given")
	}
	return p.wrongState("the window is not open")
}

// withdrawnAt reports whether the offer was withdrawn from an open window at
// the instant of the act.
func (p *Process) withdrawnAt(a offtake.Act) bool {
	return p.any(func(q Part) bool {
		return q.State == offtake.IsWithdrawn && q.Was == offtake.Open && q.Since.Equal(a.At)
	})
}

// nonconforming says in what an acceptance departs from the notice; "" if in
// nothing that the clause minds.
func (p *Process) nonconforming(a offtake.Act, d offtake.Accept) (string, error) {
	if d.Quantity < 0 || d.Quantity > p.Quantity() {
		return "", offtake.Refuse(offtake.Invalid, "quantity %d is not between 1 and the %d offered", d.Quantity, p.Quantity())
	}
	switch {
	case len(d.Conditions) > 0:
		return "it has a condition", nil
	case d.Quantity != 0 && d.Quantity != p.Quantity():
		return "it takes " + strconv.FormatInt(d.Quantity, 10) + " of " + strconv.FormatInt(p.Quantity(), 10) + ", and nothing may be taken in part", nil
	case d.Extras != nil && !takesAll(d.Extras, p.Noticed.Extras):
		return "it leaves out a part of the package", nil
	}
	return p.differs(d.Terms), nil
}

func takesAll(taken []string, offered []offtake.Extra) bool {
	for _, x := range offered {
		if !slices.Contains(taken, x.Name) {
			return false
		}
	}
	return true
}

// differs names the first term that the holder writes otherwise than noticed.
// That it would supply itself, from its own provider, is the right and no
// difference. Under a material match a difference inside the tolerance is none.
func (p *Process) differs(written offtake.OfferTerms) string {
	h := p.Contract.holder()
	if written.Provider == h.Provider {
		written.Provider = ""
	}
	if written.Party == h.Party {
		written.Party = ""
	}
	for _, c := range p.Contract.compare(p.Noticed, p.Noticed.Revised(written)) {
		if c.beyond || p.Contract.Right.Match == offtake.ExactMatch {
			return "its " + c.key + " is not as noticed"
		}
	}
	return ""
}

// released gives what follows when the right is not used: a tail for whatever
// is not bound, and the effect of a signature that waited for it.
func (p *Process) released(a offtake.Act) []offtake.Event {
	free := p.sum(in(offtake.Open, offtake.Contracting))
	events := []offtake.Event{offtake.Released{
		Process: p.ID, Quantity: free, SignBy: p.Contract.after(a.At, p.Contract.Right.Tail.SignBy),
	}}
	if w := p.Waiting; w != nil && w.Quantity <= free && p.better(w.Terms) == "" {
		events = append(events, offtake.ThirdPartySigned{
			Process: p.ID, Quantity: w.Quantity, Terms: w.Terms,
			CloseBy: p.Contract.after(a.At, p.Contract.Right.Tail.CloseBy),
		})
	}
	return events
}

// definitive makes the bound holder's agreement effective.
func (p *Process) definitive(a offtake.Act, d offtake.DefinitiveSign) ([]offtake.Event, error) {
	party := p.bound()
	switch {
	case party == "":
		return nil, p.wrongState("no holder is bound")
	case d.Party != "" && d.Party != party:
		return nil, offtake.Refuse(offtake.Invalid, "party %q is not bound; %q is", d.Party, party)
	case d.Quantity != 0 && d.Quantity != p.Quantity():
		return nil, offtake.Refuse(offtake.Invalid, "quantity %d is not the %d that %q is bound to", d.Quantity, p.Quantity(), party)
	}
	return []offtake.Event{offtake.Fulfilled{Process: p.ID, Party: party, Quantity: p.Quantity()}}, nil
}

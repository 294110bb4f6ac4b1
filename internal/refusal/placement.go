package refusal

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// A right of first placement runs on the same parts: a product is one thing,
// which ships first on the holder's provider and stays there alone for the head
// start, unless those who may excuse it have said all that the clause asks for.

// Announce says what follows for one first placement when a product is
// announced. The act's deed is a ProductAnnounce.
func Announce(c *Contract, id offtake.ProcessID, a offtake.Act) ([]offtake.Event, error) {
	deed, ok := a.Deed.(offtake.ProductAnnounce)
	switch {
	case !ok:
		return nil, offtake.Refuse(offtake.Invalid, "act %q is %s and announces no product", a.ID, a.Deed.Name())
	case a.By != c.Right.Grantor:
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, whose products these are", a.By, c.Right.Grantor)
	}
	e := offtake.ProcessOpened{
		Process: id, Opportunity: a.Opportunity, Clause: c.Ref, Version: c.Version,
		State: offtake.IsAnnounced, Product: deed.Product, Terms: offtake.OfferTerms{Quantity: 1},
	}
	cover, stated := c.Places(a.At, deed.Product)
	e.Why, e.Stated = cover.Why, stated
	if cover.Reach == Outside {
		e.State = offtake.NotTriggered
	}
	return []offtake.Event{e}, nil
}

// placementStep takes what is a step of a first placement alone.
func (s *step) placementStep(deed offtake.Deed) (bool, error) {
	switch deed := deed.(type) {
	case offtake.ProductShip:
		return true, s.ship(deed)
	case offtake.ProductDrop:
		return true, s.drop()
	case offtake.Declare:
		return true, s.declare(deed)
	case offtake.ExtendDeadline, offtake.Evidence, offtake.Deadline:
		return false, nil
	}
	return true, offtake.Refuse(offtake.Invalid, "%s is no step of a first placement", deed.Name())
}

// places reports whether an act is a step of its party in a first placement.
func (p *Process) places(a offtake.Act, grantor, holder bool) bool {
	switch a.Deed.(type) {
	case offtake.ProductAnnounce, offtake.ProductShip, offtake.ProductDrop:
		return grantor
	case offtake.Declare:
		return a.By == p.Contract.Placement.Unless.By
	}
	return grantor || holder
}

// ship records where the product ships. Elsewhere than where it must first, and
// before the head start is over, it breaches.
func (s *step) ship(d offtake.ProductShip) error {
	p := s.p
	first := p.Contract.Placement.Provider
	if _, known := p.Contract.Book.Provider(d.Provider); !known {
		return offtake.Refuse(offtake.NotFound, "provider %.60q is not declared in the book", d.Provider)
	}
	switch {
	case p.any(in(offtake.IsWithdrawn)):
		return p.wrongState("the product was dropped; announce it anew")
	case p.any(in(offtake.IsDisputed)):
		return p.wrongState("its outcome is in dispute")
	case !p.Live():
		s.follow(offtake.ThirdPartyNoted{Process: p.ID})
	case d.Provider == first && p.any(in(offtake.InHeadStart)):
		return p.wrongState("it has shipped on " + string(first))
	case d.Provider == first:
		until := s.a.At
		if length := p.Contract.Placement.HeadStart; length.Count > 0 || length.Time > 0 {
			until, _ = p.Contract.Rules.After(s.a.At, length).Deadline()
		}
		s.follow(offtake.ProductShipped{Process: p.ID, Provider: first, Until: until})
		if until.Equal(s.a.At) {
			s.follow(offtake.HeadStartOver{Process: p.ID})
		}
	case p.any(in(offtake.InHeadStart)):
		s.breached("the product shipped on " + string(d.Provider) + " before the head start of " + string(first) + " was over")
	default:
		s.breached("the product shipped on " + string(d.Provider) + " and not on " + string(first) + " first")
	}
	return nil
}

func (s *step) drop() error {
	p := s.p
	if !p.any(in(offtake.IsAnnounced)) {
		return p.wrongState("the product is not waiting to ship")
	}
	s.follow(offtake.Withdrawn{Process: p.ID, Why: "the product was dropped"})
	return nil
}

// declare records a statement that excuses the product. With all that the clause
// asks for, the right is given up for it.
func (s *step) declare(d offtake.Declare) error {
	p := s.p
	asked := p.Contract.Placement.Unless.Statements
	switch {
	case !slices.Contains(asked, d.Says):
		return offtake.Refuse(offtake.Invalid, "statement %.60q is none that excuses under %s", d.Says, p.Contract.Ref)
	case !p.any(in(offtake.IsAnnounced, offtake.InHeadStart)):
		return p.wrongState("there is nothing left to be excused from")
	case slices.Contains(p.Stated, d.Says):
		return p.wrongState(string(d.Says) + " has been declared")
	}
	s.follow(offtake.StatementMade{Process: p.ID, By: s.a.By, Says: d.Says})
	for _, says := range asked {
		if !slices.Contains(p.Stated, says) {
			return nil
		}
	}
	s.follow(offtake.Waived{Process: p.ID, Why: string(s.a.By) + " has declared all that excuses the product"})
	return nil
}

// shipped lets the head start run.
func (p *Process) shipped(at time.Time, e offtake.ProductShipped) {
	p.Relied = true
	p.put(0, at, offtake.InHeadStart)
	p.Parts[0].run(offtake.DueHeadStart, Clock{From: at, Length: p.Contract.Placement.HeadStart, By: e.Until})
	p.Why = "the product shipped on " + string(e.Provider)
}

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
	cover, stated := c.Places(a.At, deed.Product, "")
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

// ship records where the product ships.
func (s *step) ship(d offtake.ProductShip) error {
	p := s.p
	first := p.Contract.Placement.Provider
	if _, known := p.Contract.Book.Provider(d.Provider); !known {
		return offtake.Refuse(offtake.NotFound, "provider %.60q is not declared in the book", d.Provider)
	}
	switch {
	case p.any(in(offtake.IsDisputed)):
		return p.wrongState("its outcome is in dispute")
	case d.Provider != first:
		s.elsewhere(d.Provider)
	case p.any(in(offtake.IsWithdrawn)):
		return p.wrongState("the product was dropped; announce it anew")
	case p.any(in(offtake.InHeadStart)):
		return p.wrongState("it has shipped on " + string(first))
	case !p.Live():
		s.follow(offtake.ThirdPartyNoted{Process: p.ID})
	default:
		s.headStart()
	}
	return nil
}

// headStart begins with the product's shipping where it must first.
func (s *step) headStart() {
	p := s.p
	until := s.a.At
	if length := p.Contract.Placement.HeadStart; length.Count > 0 || length.Time > 0 {
		until, _ = p.Contract.Rules.After(s.a.At, length).Deadline()
	}
	s.follow(offtake.ProductShipped{Process: p.ID, Provider: p.Contract.Placement.Provider, Until: until})
	if until.Equal(s.a.At) {
		s.follow(offtake.HeadStartOver{Process: p.ID})
	}
}

// elsewhere records that the product ships on another provider: before the head
// start is over that breaches, unless the clause does not reach that provider or
// the product is excused by now.
func (s *step) elsewhere(on offtake.ProviderName) {
	p := s.p
	first := string(p.Contract.Placement.Provider)
	s.recorded()
	cover, _ := p.Contract.Places(s.a.At, p.Product, on)
	dropped := p.any(in(offtake.IsWithdrawn))
	switch {
	case !p.Live() && !dropped || cover.Reach == Outside:
		s.follow(offtake.ThirdPartyNoted{Process: p.ID})
	case dropped:
		s.breached("the product was dropped, and shipped on " + string(on) + " all the same")
	case p.any(in(offtake.InHeadStart)):
		s.breached("the product shipped on " + string(on) + " before the head start of " + first + " was over")
	default:
		s.breached("the product shipped on " + string(on) + " and not on " + first + " first")
	}
}

// recorded takes in what the book says was declared since the announcement: what
// may be asked of the book and what happens in a case are one law.
func (s *step) recorded() {
	p := s.p
	_, stated := p.Contract.Places(s.a.At, p.Product, "")
	for _, says := range stated {
		if p.Live() && !slices.Contains(p.Stated, says) {
			s.stated(p.Contract.Placement.Unless.By, says)
		}
	}
}

// stated adds a statement. With all that the clause asks for, the right is given
// up for the product.
func (s *step) stated(by offtake.PartyName, says offtake.Says) {
	p := s.p
	s.follow(offtake.StatementMade{Process: p.ID, By: by, Says: says})
	for _, asked := range p.Contract.Placement.Unless.Statements {
		if !slices.Contains(p.Stated, asked) {
			return
		}
	}
	s.follow(offtake.Waived{Process: p.ID, Why: string(by) + " has declared all that excuses the product"})
}

func (s *step) drop() error {
	p := s.p
	if !p.any(in(offtake.IsAnnounced)) {
		return p.wrongState("the product is not waiting to ship")
	}
	s.follow(offtake.Withdrawn{Process: p.ID, Why: "the product was dropped"})
	return nil
}

// declare records a statement that excuses the product.
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
	if s.recorded(); p.Live() && !slices.Contains(p.Stated, d.Says) {
		s.stated(s.a.By, d.Says)
	}
	return nil
}

// shipped lets the head start run.
func (p *Process) shipped(at time.Time, e offtake.ProductShipped) {
	p.Relied = true
	p.put(0, at, offtake.InHeadStart)
	p.Parts[0].run(offtake.DueHeadStart, Clock{From: at, Length: p.Contract.Placement.HeadStart, By: e.Until})
	p.Why = "the product shipped on " + string(e.Provider)
}

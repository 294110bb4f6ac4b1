package market

import (
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/holding"
	"github.com/offtake-dev/offtake/internal/rights"
)

// place puts a job on held capacity, if the book permits it there now.
func (s *State) place(a offtake.Act, d offtake.PlaceJob) ([]offtake.Event, error) {
	if a.By != s.law.Book.Buyer {
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the buyer whose capacity is held", a.By, s.law.Book.Buyer)
	}
	pool, placed, err := s.held.Place(a.At, d)
	if err != nil || !placed {
		return nil, err
	}
	if err := s.queue.Place(d, pool.Accelerator, pool.Region); err != nil {
		return nil, err
	}
	if err := s.placeable(a.At, pool, d); err != nil {
		return nil, err
	}
	return []offtake.Event{offtake.JobPlaced(d)}, nil
}

func (s *State) finish(a offtake.Act, d offtake.FinishJob) ([]offtake.Event, error) {
	if a.By != s.law.Book.Buyer {
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the buyer whose jobs these are", a.By, s.law.Book.Buyer)
	}
	changes, err := s.held.Finish(d.Job)
	if err != nil || !changes {
		return nil, err
	}
	return []offtake.Event{offtake.JobFinished(d)}, nil
}

// A jobClass is all that the law may ask of a job and where it is put.
type jobClass struct {
	pool     int
	quantity int64
	purpose  offtake.Purpose
	product  offtake.Product
	asset    offtake.Asset
	customer offtake.Customer
}

// placeRulings remembers what the terms in force say of a class of jobs. It is
// forgotten when the terms change, when something is counted that a consent is
// measured by, and when a day ends, by which a share is measured.
type placeRulings struct {
	terms   *rights.Terms
	day     int64
	rulings map[jobClass]rights.Ruling
}

func (r *placeRulings) forget() { r.terms = nil }

// placeable refuses a job that may not start in a pool now.
func (s *State) placeable(at time.Time, p *holding.Pool, d offtake.PlaceJob) error {
	ruling, err := s.ruling(at, p, d)
	switch {
	case err != nil:
		return err
	case ruling.Verdict == offtake.Permitted:
		return nil
	case ruling.Verdict == offtake.Prohibited:
		return offtake.Refuse(offtake.Forbidden, "job %q: clause %s forbids it on %q", d.Job, ruling.Clause, p.Provider)
	case ruling.Verdict == offtake.Conditional:
		return offtake.Refuse(offtake.Forbidden, "job %q: clause %s asks for a step before it may run on %q", d.Job, ruling.Clause, p.Provider)
	}
	return offtake.Refuse(offtake.Forbidden, "job %q: whether it may run on %q is undetermined", d.Job, p.Provider)
}

// ruling says whether a job may start in a pool at an instant, by the terms in
// force and by what is measured of consents. Quantities add up over parts.
func (s *State) ruling(at time.Time, p *holding.Pool, d offtake.PlaceJob) (rights.Ruling, error) {
	r := &s.mayPlace
	terms, day := s.law.At(at), at.Unix()/86400
	if r.terms != terms || r.day != day {
		r.terms, r.day = terms, day
		r.rulings = map[jobClass]rights.Ruling{}
	}
	class := jobClass{pool: p.Index, purpose: d.Purpose, product: d.Product, asset: d.Asset, customer: d.Customer}
	for _, part := range d.Parts {
		class.quantity += part.Quantity
	}
	if ruling, ok := r.rulings[class]; ok {
		return ruling, nil
	}
	q, err := s.law.Rights.Question(offtake.Place, class.facts(p.Place))
	if err != nil {
		return rights.Ruling{}, err
	}
	ruling := terms.Ask(q.Given(s.free(s.consents.measured(s.law, at, at, offtake.Money{}, built{}), d.Product)))
	r.rulings[class] = ruling
	return ruling, nil
}

// Free gives the first placements that do not bind a product any more, as what is
// measured of them.
func (s *State) Free(p offtake.Product) rights.Measured { return s.free(nil, p) }

func (s *State) free(m rights.Measured, p offtake.Product) rights.Measured {
	for _, f := range s.deals.Placed() {
		if f.Product != p || p == "" {
			continue
		}
		if m == nil {
			m = rights.Measured{}
		}
		m[f.Clause] = rights.Left{Over: true}
	}
	return m
}

// facts states everything: what a job does not have is known to be absent.
func (c jobClass) facts(where holding.Place) offtake.Facts {
	f := offtake.Facts{
		Provider: where.Provider, Accelerator: where.Accelerator, Region: where.Region, Site: where.Site,
		Product: c.product, Asset: c.asset, Customer: c.customer, Quantity: c.quantity, Capacity: offtake.HeldCapacity,
		Absent: []offtake.Dimension{offtake.DimTerm, offtake.DimStart},
	}
	if c.purpose != "" {
		f.Purposes = []offtake.Purpose{c.purpose}
	}
	for _, d := range []struct {
		none bool
		dim  offtake.Dimension
	}{
		{c.purpose == "" && c.product == "", offtake.DimPurpose},
		{c.product == "", offtake.DimProduct},
		{c.asset == "", offtake.DimAsset},
		{c.customer == "", offtake.DimCustomer},
		{where.Region == "", offtake.DimRegion},
		{where.Site == "", offtake.DimSite},
	} {
		if d.none {
			f.Absent = append(f.Absent, d.dim)
		}
	}
	return f
}

func placeOf(a offtake.Accelerator) holding.Place { return holding.Place{Accelerator: a} }

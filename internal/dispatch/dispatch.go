// Package dispatch decides where a job runs: on which of the pools held it may
// run, and in which order of preference.
//
// A pool is held capacity that is alike: one provider, accelerator, region and
// site. Work may run in a pool if its accelerator is acceptable, its region is
// asked for, and the terms permit placing it there. The cheapest pool comes first:
//
//	marginal price per unit of work = what use adds to the bill / speed
//
// Use adds the pool's price less what is paid for it unused; and it adds nothing
// while the commitment that the charge would draw on is unmet, since that money
// is owed in any case. Where two pools add the same, capacity that is paid for
// already comes before capacity that draws a commitment, then the lower full
// price per unit of work, then the pool that was held first.
//
// The package proposes; the market permits. It holds no capacity and places
// nothing.
package dispatch

import (
	"cmp"
	"slices"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/rights"
)

// A Pool is held capacity that is alike.
type Pool struct {
	Provider    offtake.ProviderName
	Accelerator offtake.Accelerator
	Region      offtake.Region
	Site        offtake.Site
}

// Work is what decides where a job may run.
type Work struct {
	Purpose      offtake.Purpose
	Product      offtake.Product
	Asset        offtake.Asset
	Customer     offtake.Customer
	Accelerators []offtake.Speed
	Regions      []offtake.Region
}

// Speed gives how fast the work runs on an accelerator, and false where it
// does not.
func (w Work) Speed(a offtake.Accelerator) (offtake.Factor, bool) {
	for _, s := range w.Accelerators {
		if s.Accelerator == a {
			return s.Factor, true
		}
	}
	return 0, false
}

// Facts gives what is known of the work in a pool. What the work or the pool
// does not have is absent; only how many accelerators it takes is left open,
// because jobs of all sizes share a ranking.
func (w Work) Facts(p Pool) offtake.Facts {
	f := offtake.Facts{
		Provider: p.Provider, Accelerator: p.Accelerator, Region: p.Region, Site: p.Site,
		Product: w.Product, Asset: w.Asset, Customer: w.Customer, Capacity: offtake.HeldCapacity,
		Absent: []offtake.Dimension{offtake.DimTerm, offtake.DimStart},
	}
	if w.Purpose != "" {
		f.Purposes = []offtake.Purpose{w.Purpose}
	}
	for _, d := range []struct {
		dim  offtake.Dimension
		none bool
	}{
		{offtake.DimPurpose, w.Purpose == "" && w.Product == ""},
		{offtake.DimRegion, p.Region == ""}, {offtake.DimSite, p.Site == ""}, {offtake.DimProduct, w.Product == ""},
		{offtake.DimAsset, w.Asset == ""}, {offtake.DimCustomer, w.Customer == ""},
	} {
		if d.none {
			f.Absent = append(f.Absent, d.dim)
		}
	}
	return f
}

// Held is a pool with the prices that decide its rank.
type Held struct {
	Pool
	Price  offtake.Money   // per accelerator-hour of its cheapest reservation
	Unused offtake.Percent // of that price, paid whether used or not
}

// A Candidate is a pool in which work may run.
type Candidate struct {
	Pool    int // index into the pools given
	Speed   offtake.Factor
	Draws   offtake.ClauseRef   // the unmet commitment its use draws on; zero: none
	Because []offtake.ClauseRef // what permits it, where it is not simply that no clause speaks

	adds offtake.Money // to what is owed, by use; not yet divided by Speed, like the others
	pays offtake.Money // by use, commitments left aside
	full offtake.Money
}

// A Cause says in a word why a provider was not chosen.
type Cause string

// The causes.
const (
	ByClause      Cause = "clause"       // a clause stands in the way
	NothingHeld   Cause = "nothing held" // no acceptable capacity is held there
	WrongRegion   Cause = "region"       // what is held there is elsewhere
	NoCapacity    Cause = "no capacity"  // it is all in use, or ends too early
	TooDear       Cause = "dearer"       // a cheaper pool had room
	WrongHardware Cause = "accelerator"  // it holds only accelerators the work does not run on
)

// A Barred provider has no pool in which the work may run.
type Barred struct {
	Provider offtake.ProviderName
	Cause    Cause
	Clause   offtake.ClauseRef
}

// A Choice is where work may run, cheapest first, and why not elsewhere.
type Choice struct {
	Candidates []Candidate
	Barred     []Barred // in book order
}

// A Worth tells on which commitment a charge with these facts would draw, and
// whether that commitment is still unmet.
type Worth func(offtake.Facts) (offtake.ClauseRef, bool)

// A Law is what is asked whether work may run somewhere.
type Law struct {
	Rights *rights.Law
	Terms  *rights.Terms
	Given  rights.Measured // what has been measured; may be nil
}

// Choose ranks the pools for work under the terms.
func Choose(b *offtake.Book, l Law, w Work, pools []Held, worth Worth) Choice {
	var out Choice
	causes := map[offtake.ProviderName]Barred{}
	for i, p := range pools {
		c, why := consider(l, w, p, worth)
		if why.Cause != "" {
			if was, ok := causes[p.Provider]; !ok || rank(why.Cause) < rank(was.Cause) {
				causes[p.Provider] = why
			}
			continue
		}
		c.Pool = i
		out.Candidates = append(out.Candidates, c)
	}
	slices.SortStableFunc(out.Candidates, func(x, y Candidate) int {
		return cmp.Or(
			x.adds.Scale(y.Speed).Cmp(y.adds.Scale(x.Speed)),
			x.pays.Scale(y.Speed).Cmp(y.pays.Scale(x.Speed)),
			x.full.Scale(y.Speed).Cmp(y.full.Scale(x.Speed)),
		)
	})
	for _, p := range b.Providers {
		if slices.ContainsFunc(out.Candidates, func(c Candidate) bool { return pools[c.Pool].Provider == p.Name }) {
			continue
		}
		why, ok := causes[p.Name]
		if !ok {
			why = elsewhere(l, w, p.Name)
		}
		out.Barred = append(out.Barred, why)
	}
	return out
}

// rank orders causes by how much they say about a provider with several pools.
func rank(c Cause) int {
	return slices.Index([]Cause{ByClause, WrongRegion, WrongHardware, NothingHeld}, c)
}

// consider judges one pool: a candidate, or the cause against it.
func consider(l Law, w Work, p Held, worth Worth) (Candidate, Barred) {
	speed, ok := w.Speed(p.Accelerator)
	switch {
	case !ok:
		return Candidate{}, Barred{Provider: p.Provider, Cause: WrongHardware}
	case !offtake.RegionIn(p.Region, w.Regions):
		return Candidate{}, Barred{Provider: p.Provider, Cause: WrongRegion}
	}
	f := w.Facts(p.Pool)
	q, err := l.Rights.Question(offtake.Place, f)
	if err != nil {
		return Candidate{}, Barred{Provider: p.Provider, Cause: ByClause}
	}
	q = q.Given(l.Given)
	// What hangs on the number of accelerators the market decides, job by job.
	if r := l.Terms.Ask(q); r.Verdict != offtake.Permitted && r.Verdict != offtake.Undetermined {
		return Candidate{}, Barred{Provider: p.Provider, Cause: ByClause, Clause: r.Clause}
	}
	c := Candidate{Speed: speed, full: p.Price, pays: p.Price.Sub(p.Price.Share(min(p.Unused, offtake.One)))}
	c.adds = c.pays
	if ref, unmet := worth(f); unmet {
		c.Draws, c.adds = ref, p.Price.Sub(p.Price)
	}
	for _, e := range l.Terms.Effects(q, nil) {
		if !e.Consent.IsZero() && !slices.Contains(c.Because, e.Consent) {
			c.Because = append(c.Because, e.Consent)
		}
	}
	return c, Barred{}
}

// elsewhere says why a provider of whom nothing is held could not run the work:
// a clause that forbids it on every acceptable accelerator, or just that.
func elsewhere(l Law, w Work, p offtake.ProviderName) Barred {
	var clause offtake.ClauseRef
	for _, s := range w.Accelerators {
		f := w.Facts(Pool{Provider: p, Accelerator: s.Accelerator})
		f.Absent = slices.DeleteFunc(f.Absent, func(d offtake.Dimension) bool { return d == offtake.DimRegion || d == offtake.DimSite })
		q, err := l.Rights.Question(offtake.Place, f)
		if err != nil {
			return Barred{Provider: p, Cause: NothingHeld}
		}
		r := l.Terms.Ask(q.Given(l.Given))
		if r.Verdict != offtake.Prohibited && r.Verdict != offtake.Conditional {
			return Barred{Provider: p, Cause: NothingHeld}
		}
		clause = r.Clause
	}
	return Barred{Provider: p, Cause: ByClause, Clause: clause}
}

// Permitted reports whether the terms let the work run in the pool.
func Permitted(l Law, w Work, p Pool) bool {
	q, err := l.Rights.Question(offtake.Place, w.Facts(p))
	if err != nil {
		return false
	}
	v := l.Terms.Ask(q.Given(l.Given)).Verdict
	return v == offtake.Permitted || v == offtake.Undetermined
}

// Package terms reads a book's law for those who run deals under it: which
// terms hold at an instant, the contracts under which processes run, and
// whether a right reaches an offer.
//
// It answers from the book alone. What has been measured of consents and which
// rights are spent is told to it by whoever keeps that; it keeps nothing that it
// could not find again.
package terms

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/rates"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/rights"
)

// A Law is a book's law as deals need it.
type Law struct {
	Book   *offtake.Book
	Rights *rights.Law
	Pinned time.Time // terms of this instant hold throughout; zero: as they change
	Told   Told

	changes []time.Time

	terms       [2]kept // the last two instants asked about tend to be asked again
	contracts   map[contractKey]*refusal.Contract
	commitments map[int]*drawdown.Set
	cards       map[int]*rates.Card // by version
	began       map[offtake.PartyName]time.Time
	list        *rates.List
	inForce     map[int][]rights.Standing // by version
}

// kept is a version of the terms and the time it holds.
type kept struct {
	from, until time.Time
	terms       *rights.Terms
}

type contractKey struct {
	ref     offtake.ClauseRef
	version int
}

// Told is what a law has to be told. A nil function means that there is nothing
// to tell.
type Told struct {
	// Measured gives what the consents of a version of the terms have left at
	// an instant, for a purchase on these terms.
	Measured func(version, at time.Time, t offtake.OfferTerms) rights.Measured
	// Broken gives the consents whose share was measured, and is broken.
	Broken func() []offtake.ClauseRef
	// Spent gives since when a right is used up.
	Spent func(ref offtake.ClauseRef) (since time.Time, spent bool)
	// Supports says why a right cannot be carried out; nil if it can.
	Supports func(ref offtake.ClauseRef, c offtake.Clause, f offtake.FirstRefusal) error
}

// New reads the law of a book. Pinned may be zero.
func New(b *offtake.Book, l *rights.Law, pinned time.Time) *Law {
	return &Law{
		Book: b, Rights: l, Pinned: pinned, changes: l.Changes(),
		contracts: map[contractKey]*refusal.Contract{}, commitments: map[int]*drawdown.Set{}, cards: map[int]*rates.Card{},
		inForce: map[int][]rights.Standing{},
	}
}

// Changes gives the instants at which the terms change, ascending.
func (l *Law) Changes() []time.Time { return l.changes }

// When gives the instant whose terms hold at an instant.
func (l *Law) When(at time.Time) time.Time {
	if !l.Pinned.IsZero() {
		return l.Pinned
	}
	return at
}

// At gives the terms in force.
func (l *Law) At(at time.Time) *rights.Terms {
	at = l.When(at)
	for i := range l.terms {
		k := &l.terms[i]
		if k.terms != nil && !at.Before(k.from) && (k.until.IsZero() || at.Before(k.until)) {
			return k.terms
		}
	}
	k := kept{terms: l.Rights.At(at)}
	n := l.Rights.Version(at)
	if n > 0 {
		k.from = l.changes[n-1]
	}
	if n < len(l.changes) {
		k.until = l.changes[n]
	}
	l.terms[1], l.terms[0] = l.terms[0], k
	return k.terms
}

func (l *Law) Version(at time.Time) int { return l.Rights.Version(l.When(at)) }

// InForce gives every clause in force at an instant. It must not be changed.
func (l *Law) InForce(at time.Time) []rights.Standing {
	n := l.Version(at)
	if in, ok := l.inForce[n]; ok {
		return in
	}
	l.inForce[n] = l.Rights.InForce(l.When(at))
	return l.inForce[n]
}

// Refusals gives the first refusals in force that a party gave.
func (l *Law) Refusals(by offtake.PartyName, at time.Time) (refs []offtake.ClauseRef) {
	for _, s := range l.InForce(at) {
		if f, ok := s.Clause.Body.(offtake.FirstRefusal); ok && f.Grantor == by {
			refs = append(refs, s.Ref)
		}
	}
	return refs
}

// Contract gives the version in force at an instant of a first refusal, a first
// offer or a first placement.
func (l *Law) Contract(ref offtake.ClauseRef, at time.Time) (*refusal.Contract, error) {
	at = l.When(at)
	key := contractKey{ref, l.Rights.Version(at)}
	if c, ok := l.contracts[key]; ok {
		return c, nil
	}
	clause, ok := l.Rights.Clause(ref, at)
	c := &refusal.Contract{Ref: ref, Book: l.Book}
	switch body := clause.Body.(type) {
	case offtake.FirstRefusal:
		c.Right = body
	case offtake.FirstOffer:
		c.First, c.Right = &body, l.asRefusal(body)
	case offtake.FirstPlacement:
		c.Placement, c.Right = &body, l.asHeld(body)
	default:
		ok = false
	}
	if !ok {
		return nil, offtake.Refuse(offtake.NotFound, "clause %s is no right of first refusal, offer or placement in force at %s", ref, offtake.Stamp(at))
	}
	if c.Kind() == (offtake.FirstRefusal{}).Kind() && l.Told.Supports != nil {
		if err := l.Told.Supports(ref, clause, c.Right); err != nil {
			return nil, err
		}
	}
	rules, err := l.Rights.Calendars().Rules(c.Right.Time, l.Rights.Calendar(ref.Agreement).Name())
	if err != nil {
		return nil, err
	}
	c.Version, c.Rules, c.Dates = l.changes[key.version-1], rules, cmp.Or(l.Rights.Calendar(""), rules.Calendar)
	c.Covers = func(at time.Time, t offtake.OfferTerms) refusal.Cover { return l.covers(c, at, t) }
	c.Places = func(at time.Time, p offtake.Product, on offtake.ProviderName) (refusal.Cover, []offtake.Says) {
		return l.places(c, at, p, on)
	}
	l.contracts[key] = c
	return c, nil
}

// Amends gives the parties of the agreement that an amendment is of, and from when it holds.
func (l *Law) Amends(d offtake.Amend) (parties []offtake.PartyName, from time.Time, err error) {
	switch {
	case d.Agreement == "" || d.Amendment == "":
		return nil, from, offtake.Refuse(offtake.Invalid, "%s does not say which agreement and which amendment of it", d.Name())
	case !slices.ContainsFunc(l.Book.Agreements, func(a offtake.Agreement) bool { return a.Name == d.Agreement }):
		return nil, from, offtake.Refuse(offtake.NotFound, "agreement %.60q is not in the book", d.Agreement)
	}
	if _, ok := l.amendment(d); !ok {
		return nil, from, offtake.Refuse(offtake.NotFound, "amendment %.60q of %q does not exist", d.Amendment, d.Agreement)
	}
	for _, a := range l.Book.Agreements {
		if a.Name == d.Agreement {
			parties = a.Parties
		}
	}
	from, _, _ = l.Rights.Effective(d.Agreement, d.Amendment)
	return parties, from, nil
}

// Amendment gives what an amendment means for the processes of a clause.
func (l *Law) Amendment(ref offtake.ClauseRef, d offtake.Amend) (m refusal.Amendment, from time.Time, err error) {
	from, signed, _ := l.Rights.Effective(d.Agreement, d.Amendment)
	declared, ok := l.amendment(d)
	if !ok {
		return m, from, offtake.Refuse(offtake.NotFound, "amendment %q of %q does not exist", d.Amendment, d.Agreement)
	}
	replaced := slices.ContainsFunc(declared.Clauses, func(c offtake.Clause) bool { return c.Name == ref.Clause })
	removed := slices.Contains(declared.Remove, ref.Clause) && !replaced
	m = refusal.Amendment{
		Name:    d.Amendment,
		Applies: signed && declared.OpenProcesses == offtake.ApplyToProcesses && (removed || replaced),
	}
	if !m.Applies || removed {
		return m, from, nil
	}
	was, _ := l.Rights.Clause(ref, from.Add(-1))
	clause, _ := l.Rights.Clause(ref, from)
	if becomesAnothers(was.Body, clause.Body) {
		return m, from, nil
	}
	switch clause.Body.(type) {
	case offtake.FirstRefusal, offtake.FirstOffer, offtake.FirstPlacement:
		m.To, err = l.Contract(ref, from)
	}
	return m, from, err // replaced by something else: the right is removed
}

func (l *Law) amendment(d offtake.Amend) (offtake.Amendment, bool) {
	for _, a := range l.Book.Agreements {
		for _, m := range a.Amendments {
			if a.Name == d.Agreement && m.Name == d.Amendment {
				return m, true
			}
		}
	}
	return offtake.Amendment{}, false
}

// CommitmentsAt gives the commitments in force at an instant.
func (l *Law) CommitmentsAt(at time.Time) *drawdown.Set {
	n := l.Version(at)
	if s, ok := l.commitments[n]; ok {
		return s
	}
	var all []drawdown.Commitment
	for _, s := range l.InForce(at) {
		if c, ok := s.Clause.Body.(offtake.Commitment); ok {
			all = append(all, drawdown.New(s.Ref, c, l.Dates(s.Ref.Agreement)))
		}
	}
	l.commitments[n] = drawdown.NewSet(all)
	return l.commitments[n]
}

// Rates gives what accelerators cost under the terms of an instant.
func (l *Law) Rates(at time.Time) *rates.Card {
	n := l.Version(at)
	if c, ok := l.cards[n]; ok {
		return c
	}
	if l.list == nil {
		l.list = rates.NewList(l.Book.Supplies, func(w offtake.When) time.Time { return l.Rights.Resolve("", w) })
	}
	var agreed []rates.Term
	for _, s := range l.InForce(at) {
		if r, ok := s.Clause.Body.(offtake.Rate); ok {
			agreed = append(agreed, rates.Term{Clause: s.Ref, Rate: r})
		}
	}
	l.cards[n] = l.list.Card(agreed)
	return l.cards[n]
}

// Began gives from when the first agreement with a party holds; false where there is none.
func (l *Law) Began(p offtake.PartyName) (time.Time, bool) {
	if l.began == nil {
		l.began = map[offtake.PartyName]time.Time{}
		for _, a := range l.Book.Agreements {
			from := l.Rights.Resolve(a.Name, a.Effective)
			for _, party := range a.Parties {
				if was, ok := l.began[party]; !ok || from.Before(was) {
					l.began[party] = from
				}
			}
		}
	}
	from, ok := l.began[p]
	return from, ok
}

// Power gives the megawatts of one accelerator at a site, as the phases of the ventures
// in force have it.
func (l *Law) Power(at time.Time, site offtake.Site, a offtake.Accelerator) (*big.Rat, bool) {
	for _, s := range l.InForce(at) {
		v, ok := s.Clause.Body.(offtake.Venture)
		if !ok {
			continue
		}
		for _, p := range v.Phases {
			if p.Site == site && p.Accelerator == a && p.Megawatts > 0 && p.Quantity > 0 {
				return new(big.Rat).Quo(big.NewRat(int64(p.Megawatts), int64(offtake.One)), new(big.Rat).SetInt64(p.Quantity)), true
			}
		}
	}
	return nil, false
}

// Dates gives what the dates and durations of an agreement mean.
func (l *Law) Dates(of offtake.AgreementName) drawdown.Calendar { return dates{l.Rights, of} }

type dates struct {
	*rights.Law
	of offtake.AgreementName
}

func (d dates) Resolve(w offtake.When) time.Time { return d.Law.Resolve(d.of, w) }

func (d dates) After(t time.Time, by offtake.Duration) time.Time {
	return d.Calendar(d.of).After(t, by)
}

// covers says whether a first refusal reaches an offer: by the version of the
// terms that its process runs under, and by what is
// measured now of the consents of that version.
func (l *Law) covers(c *refusal.Contract, at time.Time, t offtake.OfferTerms) refusal.Cover {
	ref := c.Ref
	if l.Told.Spent != nil {
		if since, spent := l.Told.Spent(ref); spent {
			return refusal.Cover{Why: "the right is spent since " + offtake.Stamp(since)}
		}
	}
	if t.Provider == "" && len(l.Book.Providers) > 0 {
		return l.coversUnnamed(c, at, t)
	}
	f := l.Purchase(c.Right.Grantor, t)
	q, err := l.Rights.Question(offtake.Procure, f)
	if err != nil {
		return refusal.Cover{Reach: refusal.Unknown, Why: err.Error()}
	}
	var measured rights.Measured
	if l.Told.Measured != nil {
		measured = l.Told.Measured(c.Version, at, t)
		q = q.Given(measured)
	}
	effect, reaches := l.effect(c, q)
	if !effect.Consent.IsZero() {
		cover := l.lifted(c, effect.Consent)
		if known := l.broken(measured); known == nil {
			return cover
		} else if effect, _ := l.effect(c, q.Given(known)); effect.Consent == cover.Consent {
			return cover
		} else if !effect.Consent.IsZero() {
			return l.lifted(c, effect.Consent)
		}
		cover.Reach, cover.Why = refusal.Inside, "the share of "+cover.Consent.String()+", which would lift "+ref.String()+", is broken"
		return cover
	}
	if reaches {
		return refusal.Cover{Reach: refusal.Inside, Why: subject(c) + " is inside the scope of " + ref.String()}
	}
	if unsaid := unsaidFact(c.Right.Scope, f); unsaid != "" {
		return refusal.Cover{Reach: refusal.Unknown, Why: subject(c) + " does not say its " + unsaid + ", which decides whether " + ref.String() + " covers it"}
	}
	return refusal.Cover{Why: subject(c) + " is outside the scope of " + ref.String()}
}

// effect gives what a right does to a purchase, and by which consent it is lifted.
func (l *Law) effect(c *refusal.Contract, q rights.Question) (rights.Effect, bool) {
	for _, e := range l.At(c.Version).Effects(q, nil) {
		if e.Clause == c.Ref {
			return e, true
		}
	}
	return rights.Effect{}, false
}

func (l *Law) lifted(c *refusal.Contract, by offtake.ClauseRef) refusal.Cover {
	clause, _ := l.Rights.Clause(by, l.When(c.Version))
	body, _ := clause.Body.(offtake.Consent)
	return refusal.Cover{Why: "lifted by the consent " + by.String(), Consent: by, Share: body.Share}
}

// broken adds to what was measured the consents whose share is broken; nil where
// there is none.
func (l *Law) broken(m rights.Measured) rights.Measured {
	if l.Told.Broken == nil {
		return nil
	}
	refs := l.Told.Broken()
	if len(refs) == 0 {
		return nil
	}
	all := rights.Measured{}
	maps.Copy(all, m)
	for _, ref := range refs {
		left := all[ref]
		left.Broken = true
		all[ref] = left
	}
	return all
}

// coversUnnamed is covers of an offer that does not say through whose cloud it
// comes: the answer where every provider it can be gives the same, and where it
// is known who the third party is.
func (l *Law) coversUnnamed(c *refusal.Contract, at time.Time, t offtake.OfferTerms) refusal.Cover {
	of := func(ok func(offtake.Provider) bool) (names []offtake.ProviderName) {
		for _, p := range l.Book.Providers {
			if ok(p) {
				names = append(names, p.Name)
			}
		}
		return names
	}
	candidates := of(func(p offtake.Provider) bool { return t.Party != "" && p.Party == t.Party })
	if len(candidates) == 0 {
		candidates = of(func(p offtake.Provider) bool {
			return p.Party != c.Right.Grantor && !slices.ContainsFunc(c.Right.Holders, func(h offtake.Holder) bool { return l.Book.Affiliated(p.Party, h.Party) })
		})
	}
	unknown := refusal.Cover{Reach: refusal.Unknown, Why: "the offer does not say its provider, which decides whether " + c.Ref.String() + " covers it"}
	if c.First != nil && t.Party == "" {
		return l.coversNeed(c, at, t, candidates)
	}
	var all refusal.Cover
	for n, name := range candidates {
		one := t
		one.Provider = name
		cover := l.covers(c, at, one)
		if n > 0 && cover.Reach != all.Reach {
			return unknown
		}
		all = cover
	}
	if len(candidates) == 0 || t.Party == "" && all.Reach == refusal.Inside {
		return unknown
	}
	return all
}

// Receives reports whether receiving offers is a party's step: that of the
// buyer, and of whoever gave a first refusal at any time.
func (l *Law) Receives(by offtake.PartyName) bool {
	if by == l.Book.Buyer {
		return true
	}
	for _, a := range l.Book.Agreements {
		clauses := slices.Clone(a.Clauses)
		for _, m := range a.Amendments {
			clauses = append(clauses, m.Clauses...)
		}
		for _, c := range clauses {
			if f, ok := c.Body.(offtake.FirstRefusal); ok && f.Grantor == by {
				return true
			}
		}
	}
	return false
}

// Purchase gives the facts of buying what an offer offers to a party, or where
// the capacity is that party's, of a third party buying it. Capacity is bought
// for purposes, not for one product, asset or customer.
func (l *Law) Purchase(by offtake.PartyName, t offtake.OfferTerms) offtake.Facts {
	if p, _ := l.Book.Provider(t.Provider); p.Party == by && t.Party != "" {
		by = t.Party
	}
	return offtake.Facts{
		Provider: t.Provider, Party: by, Purposes: t.Purposes, Accelerator: t.Accelerator,
		Quantity: t.Quantity, Region: t.Region, Site: t.Site, Term: t.Term, Start: t.Delivery,
		Capacity: offtake.NewCapacity,
		Absent:   []offtake.Dimension{offtake.DimProduct, offtake.DimAsset, offtake.DimCustomer},
	}
}

// unsaidFact names a fact that the scope bounds and the offer left out, if all
// that was said is inside the scope.
func unsaidFact(scope offtake.Scope, f offtake.Facts) (name string) {
	for _, d := range []struct {
		unsaid bool
		name   string
		open   func()
	}{
		{scope.Purposes != nil && len(f.Purposes) == 0, offtake.TermPurpose, func() { scope.Purposes = nil }},
		{scope.Regions != nil && f.Region == "", offtake.TermRegion, func() { scope.Regions = nil }},
		{scope.Sites != nil && f.Site == "", offtake.TermSite, func() { scope.Sites = nil }},
		{scope.Term != offtake.DurationBounds{} && f.Term.IsZero(), offtake.TermTerm, func() { scope.Term = offtake.DurationBounds{} }},
		{!scope.Start.IsZero() && f.Start.IsZero(), offtake.TermDelivery, func() { scope.Start = offtake.Period{} }},
	} {
		if d.unsaid {
			name = d.name
			d.open()
		}
	}
	scope.Route = ""
	if name == "" || !scope.Matches(f) {
		return ""
	}
	return name
}

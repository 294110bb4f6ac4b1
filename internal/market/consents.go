package market

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/account"
	"github.com/offtake-dev/offtake/internal/market/holding"
	"github.com/offtake-dev/offtake/internal/market/terms"
	"github.com/offtake-dev/offtake/internal/rights"
)

// consents counts what was done under each consent.
type consents struct {
	counted map[offtake.ClauseRef]*counted
}

// counted is what was bought under a consent and how it was used.
type counted struct {
	quantity int64         // accelerators, over all purchases
	money    offtake.Money // at full use of what was bought
	built    []built       // where
	usage    []dayOfUse    // by day
}

// built is a purchase: how many accelerators of a kind at a site, when, and for how much.
type built struct {
	Site        offtake.Site
	Accelerator offtake.Accelerator
	Quantity    int64
	At          time.Time
	Money       offtake.Money
}

// by gives what was counted of purchases by an instant; usage is dated by itself.
func (n *counted) by(at time.Time) *counted {
	out := &counted{usage: n.usage}
	for _, b := range n.built {
		if !b.At.After(at) {
			out.built = append(out.built, b)
			out.quantity, out.money = out.quantity+b.Quantity, out.money.Add(b.Money)
		}
	}
	return out
}

// megawatts gives the power of what was bought, by the phases of ventures, which alone
// say what power accelerators at a site have; false where none says it.
func (n *counted) megawatts(l *terms.Law, at time.Time) (*big.Rat, bool) {
	sum := new(big.Rat)
	for _, b := range n.built {
		each, ok := l.Power(at, b.Site, b.Accelerator)
		if !ok {
			return nil, false
		}
		sum.Add(sum, each.Mul(each, new(big.Rat).SetInt64(b.Quantity)))
	}
	return sum, true
}

// leftOf gives how many more accelerators at a site a limit in megawatts allows.
func (n *counted) leftOf(limit offtake.Factor, l *terms.Law, at time.Time, where built) int64 {
	used, known := n.megawatts(l, at)
	each, ok := l.Power(at, where.Site, where.Accelerator)
	if !known || !ok || each.Sign() == 0 {
		return 0
	}
	left := new(big.Rat).Sub(big.NewRat(int64(limit), int64(offtake.One)), used)
	left.Quo(left, each)
	return new(big.Int).Div(left.Num(), left.Denom()).Int64()
}

// dayOfUse is what was used on a day, by purpose.
type dayOfUse struct {
	day     offtake.Date
	purpose offtake.Purpose
	seconds int64
	spend   offtake.Accrual
}

func newConsents() consents { return consents{map[offtake.ClauseRef]*counted{}} }

func (c *consents) of(ref offtake.ClauseRef) *counted {
	n, ok := c.counted[ref]
	if !ok {
		n = &counted{}
		c.counted[ref] = n
	}
	return n
}

// apply counts a purchase against the limits of the consents it relied on, and
// the usage of what was bought against their shares.
func (c *consents) apply(at time.Time, e offtake.Event, reservation func(offtake.ReservationID) *offtake.CapacityReserved) {
	switch e := e.(type) {
	case offtake.CapacityReserved:
		for _, ref := range e.Consents {
			n := c.of(ref)
			n.quantity += e.Quantity
			n.money = n.money.Add(cost(e))
			n.built = append(n.built, built{e.Site, e.Accelerator, e.Quantity, at, cost(e)})
		}
	case offtake.UsageRecorded:
		for _, ch := range e.Charges {
			r := reservation(ch.Reservation)
			if r == nil || ch.Used == 0 {
				continue
			}
			for _, ref := range sortedRefs(slices.Concat(r.Consents, ch.Consents)) {
				c.of(ref).use(ch)
			}
		}
	}
}

// underConsents says of usage on the book's own reservations, which were not
// bought under a consent, by which it was allowed: it counts towards the share
// that such a consent demands.
func (s *State) underConsents(at time.Time, events []offtake.Event) []offtake.Event {
	for i, e := range events {
		usage, ok := e.(offtake.UsageRecorded)
		if !ok {
			continue
		}
		usage.Charges = slices.Clone(usage.Charges)
		for n, c := range usage.Charges {
			if r := s.reservation(c.Reservation); c.Used > 0 && r != nil && r.Opportunity == "" {
				usage.Charges[n].Consents = s.allowing(at, r, c)
			}
		}
		events[i] = usage
	}
	return events
}

// allowing gives the consents that lift what would keep a use from its
// provider, by the terms at the end of its day or when it was reported.
func (s *State) allowing(at time.Time, r *offtake.CapacityReserved, c offtake.Charge) (refs []offtake.ClauseRef) {
	class := jobClass{purpose: c.Purpose, product: c.Product}
	q, err := s.law.Rights.Question(offtake.Place, class.facts(holding.Place{Provider: r.Provider, Accelerator: r.Accelerator, Region: r.Region, Site: r.Site}))
	if err != nil {
		return nil
	}
	for _, e := range s.law.At(account.Dated(&c.UsageTotal, at)).Effects(q, nil) {
		if !e.Consent.IsZero() {
			refs = append(refs, e.Consent)
		}
	}
	return sortedRefs(refs)
}

func (n *counted) use(c offtake.Charge) {
	spend := offtake.Accrue(c.Price, c.Used)
	i, found := slices.BinarySearchFunc(n.usage, c, func(d dayOfUse, c offtake.Charge) int {
		return cmp.Or(d.day.Compare(account.Day(&c.UsageTotal)), cmp.Compare(d.purpose, c.Purpose))
	})
	if !found {
		n.usage = slices.Insert(n.usage, i, dayOfUse{day: account.Day(&c.UsageTotal), purpose: c.Purpose})
	}
	n.usage[i].seconds += c.Used
	n.usage[i].spend = n.usage[i].spend.Add(spend)
}

// measured gives what the consents of a version of the terms have left at an
// instant, for a purchase that costs so much or, where the cost has no
// currency, for work that buys nothing. A version that a process is pinned to
// is measured like any: a consent that has gone from the book is not fresh.
func (c *consents) measured(l *terms.Law, version, at time.Time, cost offtake.Money, where built) rights.Measured {
	buys := cost.Currency() != ""
	if len(c.counted) == 0 && !buys {
		return nil
	}
	m := rights.Measured{}
	for _, s := range l.InForce(version) {
		body, ok := s.Clause.Body.(offtake.Consent)
		if !ok {
			continue
		}
		n := c.counted[s.Ref]
		if n == nil {
			n = &counted{}
		}
		left := rights.Left{Broken: !n.shareMet(body.Share, l.Rights.Calendar(s.Ref.Agreement).Day(at))}
		if buys && body.Limit.Quantity > 0 {
			left.Limited, left.Quantity = true, body.Limit.Quantity-n.quantity
		}
		if buys && body.Limit.Megawatts > 0 {
			if most := n.leftOf(body.Limit.Megawatts, l, at, where); !left.Limited || most < left.Quantity {
				left.Limited, left.Quantity = true, most
			}
		}
		if buys && !body.Limit.Money.IsZero() && n.money.Add(cost).Cmp(body.Limit.Money) > 0 {
			left.Broken = true
		}
		m[s.Ref] = left
	}
	return m
}

// measured gives what the consents of a version of the terms have left for a
// purchase on these terms of an offer. What does not say its cost yet costs
// nothing, but takes what it takes.
func (s *State) measured(version, at time.Time, t offtake.OfferTerms) rights.Measured {
	if t.Price.Currency() == "" || t.Term.IsZero() {
		return s.consents.measured(s.law, version, at, offtake.MoneyOf(s.law.Book.Currency, 0), built{Site: t.Site, Accelerator: t.Accelerator})
	}
	cal := s.law.Rights.Calendar("")
	from := cal.Resolve(t.Delivery)
	if from.Before(at) {
		from = at
	}
	r := offtake.CapacityReserved{From: from, Until: cal.After(from, t.Term), Price: t.Price, Quantity: t.Quantity}
	return s.consents.measured(s.law, version, at, cost(r), built{Site: t.Site, Accelerator: t.Accelerator})
}

// shareMet reports whether what was used in the window that ends with a day was
// enough for the named purposes. Nothing measured yet counts as enough.
func (n *counted) shareMet(share offtake.ConsentShare, today offtake.Date) bool {
	if share.Purposes == nil {
		return true
	}
	named, all := n.share(share, before(today, share.Window), offtake.Date{Year: 9999, Month: 12, Day: 31})
	return named.Cmp(all.Share(share.AtLeast)) >= 0
}

// before gives the last day that a window ending with a day leaves out. Elapsed
// time counts by whole days.
func before(today offtake.Date, window offtake.Duration) offtake.Date {
	switch window.Unit {
	case offtake.Elapsed:
		return today.AddDays(-int(window.Time / (24 * time.Hour)))
	case offtake.Weeks:
		return today.AddDays(-7 * window.Count)
	case offtake.Months:
		return today.AddMonths(-window.Count)
	case offtake.Years:
		return today.AddMonths(-12 * window.Count)
	}
	return today.AddDays(-window.Count)
}

func sortedRefs(refs []offtake.ClauseRef) []offtake.ClauseRef {
	slices.SortFunc(refs, func(a, b offtake.ClauseRef) int {
		return cmp.Or(cmp.Compare(a.Agreement, b.Agreement), cmp.Compare(a.Clause, b.Clause))
	})
	return slices.Compact(refs)
}

// A ConsentStanding is how a consent stands at an instant.
type ConsentStanding struct {
	Consent   offtake.Consent
	Quantity  int64         // accelerators bought under it
	Money     offtake.Money // at full use of what was bought
	Megawatts *big.Rat      // nil: nothing says
	Days      []ShareOnDay  // of each day on which something was used
	Met       bool          // the share, now
	LostOn    offtake.Date  // the first day, of those up to now without a break, on which it was not; zero: met
}

// A ShareOnDay is what was used in the window that ends with a day.
type ShareOnDay struct {
	Day        offtake.Date
	Named, All offtake.Accrual
	Met        bool
}

// ConsentAt gives how a consent stands at the end of the day of an instant.
func (s *State) ConsentAt(ref offtake.ClauseRef, body offtake.Consent, at time.Time) ConsentStanding {
	n := s.consents.counted[ref]
	if n == nil {
		n = &counted{}
	}
	n = n.by(at)
	out := ConsentStanding{Consent: body, Quantity: n.quantity, Money: n.money, Met: true}
	if power, ok := n.megawatts(s.law, at); ok {
		out.Megawatts = power
	}
	if body.Share.Purposes == nil || len(n.usage) == 0 {
		return out
	}
	today := s.law.Rights.Calendar(ref.Agreement).Day(at)
	for day := n.usage[0].day; !today.Before(day); day = day.AddDays(1) {
		named, all := n.share(body.Share, before(day, body.Share.Window), day)
		met := named.Cmp(all.Share(body.Share.AtLeast)) >= 0
		out.Days = append(out.Days, ShareOnDay{day, named, all, met})
		switch {
		case met:
			out.LostOn = offtake.Date{}
		case out.LostOn.IsZero():
			out.LostOn = day
		}
		out.Met = met
	}
	return out
}

// share gives what was used for the named purposes after one day and up to another, and
// what for all.
func (n *counted) share(share offtake.ConsentShare, after, until offtake.Date) (named, all offtake.Accrual) {
	for _, d := range n.usage {
		if !after.Before(d.day) || until.Before(d.day) {
			continue
		}
		amount := d.spend
		if share.Unit == offtake.GPUHours {
			amount = offtake.Accrue(offtake.MoneyOf("", 1), d.seconds)
		}
		all = all.Add(amount)
		if slices.Contains(share.Purposes, d.purpose) {
			named = named.Add(amount)
		}
	}
	return named, all
}

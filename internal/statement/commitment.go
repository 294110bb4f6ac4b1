package statement

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/account"
)

// ofCommitment tells how a commitment stands, what drew on it, and what it will come to.
func ofCommitment(m *market.State, o Order, c *drawdown.Commitment) client.Statement {
	t := tellerOf(m, c)
	s := head("commitment", o, t.unit())
	ahead := c.Project(m.Accounts().Ledger(), o.At)
	standing := ahead.Standing
	from, until, extended := c.Period()
	figure(&s, "provider", string(c.Terms.Provider), "")
	figure(&s, "period", stamp(from)+" to "+stamp(until), "")
	if !extended.IsZero() {
		figure(&s, "extended to", stamp(extended), "for what is left of the last interval")
	}
	figure(&s, "committed", t.say(standing.Committed), "")
	figure(&s, "drawn", t.say(standing.Drawn), part(standing.Drawn, standing.Committed))
	figure(&s, "remaining", t.say(standing.Remaining), "drawn + remaining = committed")
	t.some(&s, "of that billed or lost", standing.Settled, "because it was not taken in time")
	figure(&s, "still to take", t.say(standing.ToTake()), "")
	t.some(&s, "charged beyond it", standing.Beyond, "")
	t.some(&s, "carried forward", standing.Carried, "")
	t.some(&s, "over caps", standing.OverCaps, "does not count")
	t.some(&s, "paid ahead", standing.PaidAhead, "from what was prepaid or credited, which counted when it was bought")
	t.some(&s, "left of that", standing.Balance, "")
	if !standing.Ahead.IsZero() {
		figure(&s, "prepayment due", t.say(standing.Owed), "by "+stamp(standing.Ahead)+", of which "+t.say(standing.Prepaid)+" was bought")
	}
	t.due(&s, &standing)
	charged := m.Accounts().Monthly(o.At, true, func(l *account.Line) bool { return l.Draws == c.Clause })
	amount := func(l *account.Line) offtake.Accrual {
		return c.Amount(&drawdown.Entry{Cost: l.Cost, Used: l.Used, Unused: l.Unused})
	}
	t.lines(&s, charged, o.By, func(l *account.Line) time.Time { return l.DrawnAt }, amount)
	t.ahead(&s, m, o, c, ahead)
	return s
}

func part(a, of offtake.Accrual) string {
	if of.IsZero() {
		return ""
	}
	return percent(a.Ratio(of))
}

// mostIntervals is how many intervals are told one by one.
const mostIntervals = 60

// due tells milestones, intervals and what was missed.
func (t teller) due(s *client.Statement, d *drawdown.Standing) {
	var rows [][]string
	for _, m := range d.Milestones {
		state := "to come"
		if m.Passed {
			state = "met"
			if m.Short.Sign() > 0 {
				state = "missed: " + cmp.Or(string(m.Shortfall), "nothing follows before the end")
			}
		}
		rows = append(rows, []string{stamp(m.By), t.say(m.Due), t.say(m.Drawn), t.say(m.Short), state})
	}
	table(s, "Milestones", []string{"by", "due", "drawn", "short", ""}, rows)
	rows = nil
	intervals := d.Intervals
	if len(intervals) > 1 {
		for _, v := range intervals[max(0, len(intervals)-mostIntervals):] {
			rows = append(rows, []string{stamp(v.From), stamp(v.Until), t.say(v.Amount), t.say(v.Drawn()), t.say(v.In), t.say(v.Short), t.say(v.Beyond)})
		}
	}
	table(s, "Intervals", []string{"from", "until", "owed", "drawn", "carried in", "short", "beyond"}, rows)
	rows = nil
	for _, m := range d.Missed[max(0, len(d.Missed)-mostIntervals):] {
		what := "interval"
		if m.Milestone {
			what = "milestone"
		}
		rows = append(rows, []string{stamp(m.At), what, t.say(m.Amount), string(m.As)})
	}
	table(s, "Not taken in time", []string{"at", "of", "amount", "becomes"}, rows)
}

// months gives the ends of months from one instant to another, and the latter.
func months(from, to time.Time) (ends []time.Time) {
	for t := time.Date(from.Year(), from.Month()+1, 1, 0, 0, 0, 0, time.UTC); t.Before(to) && len(ends) < 600; t = t.AddDate(0, 1, 0) {
		ends = append(ends, t)
	}
	return append(ends, to)
}

// ahead tells what was drawn over time, what the commitment comes to at several paces,
// and what would avoid a shortfall.
func (t teller) ahead(s *client.Statement, m *market.State, o Order, c *drawdown.Commitment, p *drawdown.Projection) {
	ledger := m.Accounts().Ledger()
	from, until, _ := c.Period()
	if !from.Before(o.At) || until.IsZero() {
		return
	}
	for _, d := range c.Series(ledger, append([]time.Time{from}, months(from, least(o.At, until))...)) {
		s.Drawn = append(s.Drawn, client.Level{At: d.At, Drawn: t.say(d.Amount)})
	}
	for _, mile := range p.Standing.Milestones {
		s.Drawn = append(s.Drawn, client.Level{At: mile.By, Due: t.say(mile.Due)})
	}
	if !o.At.Before(until) {
		return
	}
	midnight := o.At.UTC().Truncate(24 * time.Hour)
	daily := c.Daily(ledger, midnight, 365)
	now := drawdown.Present(daily)
	paces := []struct {
		name string
		pace drawdown.Pace
	}{{"present", now}, {"seasonal", drawdown.Seasonal(daily, midnight)}}
	if booked, any := demanded(m, c, o.At); any {
		paces = append(paces, struct {
			name string
			pace drawdown.Pace
		}{"demand", func(from time.Time) offtake.Accrual { return now(from).Add(booked(from)) }})
	}
	for _, by := range paces {
		f := p.Forecast(by.pace, months(o.At, until))
		days := int64(until.Sub(o.At)/(24*time.Hour)) + 1
		out := client.Pace{
			Pace: by.name, Daily: t.say(f.End.Charged.Sub(p.Standing.Charged).Share(offtake.Percent(int64(offtake.One) / days))),
			Drawn: t.say(f.End.Drawn), Short: t.say(f.End.Remaining),
		}
		if !f.Met.IsZero() {
			out.Met = &f.Met
		}
		for _, d := range f.Level {
			out.Ahead = append(out.Ahead, client.Level{At: d.At, Drawn: t.say(d.Amount)})
		}
		s.Ahead = append(s.Ahead, out)
	}
	if f := p.Forecast(now, nil); f.End.Remaining.Sign() > 0 {
		t.ways(s, m, o, c, p, now, f.End.Remaining)
	}
}

// ways tells what would avoid a shortfall at the present pace, the cheapest first.
func (t teller) ways(s *client.Statement, m *market.State, o Order, c *drawdown.Commitment, p *drawdown.Projection, now drawdown.Pace, short offtake.Accrual) {
	_, until, _ := c.Period()
	type way struct {
		client.Way
		cost offtake.Accrual
	}
	var all []way
	add := func(what string, cost offtake.Accrual, by time.Time, can bool) {
		w := way{client.Way{Way: what, Cost: t.say(cost)}, cost}
		if can {
			w.By = &by
		}
		all = append(all, w)
	}
	most := mostADay(m, c, o.At)
	by, can := p.LastDay(now, most)
	if most.Sign() > 0 {
		add("take "+t.say(short)+" more of what is eligible, up to "+t.say(most)+" a day of what the book's supply has", short, by, can)
	}
	if aside := elsewhere(m, c, o.At); aside.Sign() > 0 && !c.InHours() {
		moved := drawdown.Times(aside, int64(until.Sub(o.At)/(24*time.Hour)))
		if moved.Cmp(short) > 0 {
			moved = short
		}
		add("move work that other providers run, at "+t.say(aside)+" a day, of which "+t.say(moved)+" would count", short.Sub(moved), by, can)
	}
	if !c.Terms.Prepayment.IsZero() {
		add("pay ahead what is used later", offtake.Accrual{}, until.Add(-1), true)
	}
	if x := c.Terms.Cancel; x.Allowed && !c.InHours() {
		last := until
		if !x.Notice.IsZero() {
			last = before(m, c, until, x.Notice)
		}
		add("cancel "+t.say(short)+", for a fee of "+x.Fee.String(), short.Share(x.Fee), last, last.After(o.At))
	}
	add("pay the shortfall: "+string(c.Terms.Shortfall), shortfallCost(c.Terms.Shortfall, short), until, true)
	slices.SortStableFunc(all, func(a, b way) int {
		if (a.By == nil) != (b.By == nil) {
			if a.By == nil {
				return 1
			}
			return -1
		}
		return a.cost.Cmp(b.cost)
	})
	for _, w := range all {
		s.Ways = append(s.Ways, w.Way)
	}
}

func shortfallCost(as offtake.Shortfall, short offtake.Accrual) offtake.Accrual {
	if as == offtake.Forfeit {
		return offtake.Accrual{}
	}
	return short
}

func before(m *market.State, c *drawdown.Commitment, until time.Time, notice offtake.Duration) time.Time {
	return m.Before(c.Clause.Agreement, until, notice)
}

func least(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// mostADay gives what could be drawn in a day of what the book's supply of the provider
// has, at its prices.
func mostADay(m *market.State, c *drawdown.Commitment, at time.Time) (sum offtake.Accrual) {
	for _, supply := range m.Book().Supplies {
		if supply.Provider != c.Terms.Provider {
			continue
		}
		for _, o := range supply.Offers {
			ch := drawdown.Charge{At: at, Facts: offtake.Facts{Provider: supply.Provider, Accelerator: o.Accelerator, Region: o.Region, Site: o.Site, Capacity: offtake.HeldCapacity}}
			if covers, _ := c.Covers(&ch); !covers || o.Quantity == 0 || !m.Sold(o, at) {
				continue
			}
			e := drawdown.Entry{Cost: offtake.Accrue(o.Price, o.Quantity*86400), Used: o.Quantity * 86400}
			sum = sum.Add(c.Amount(&e))
		}
	}
	return sum
}

// elsewhere gives what was charged a day, in the last 28, by other providers for
// computing that this commitment would have covered.
func elsewhere(m *market.State, c *drawdown.Commitment, at time.Time) (sum offtake.Accrual) {
	from := at.AddDate(0, 0, -28)
	for _, l := range m.Accounts().Lines(at, func(l *account.Line) bool {
		return l.At.After(from) && l.Draws.IsZero() && l.Of.Provider != c.Terms.Provider
	}) {
		f := offtake.Facts{Provider: c.Terms.Provider, Product: l.Of.Product, Accelerator: l.Of.Accelerator, Capacity: offtake.HeldCapacity}
		if l.Of.Purpose != "" {
			f.Purposes = []offtake.Purpose{l.Of.Purpose}
		}
		if covers, _ := c.Covers(&drawdown.Charge{Kind: l.Of.Kind, Service: l.Of.Service, Facts: f, At: l.At}); covers {
			sum = sum.Add(l.Cost)
		}
	}
	return sum.Share(offtake.One / 28)
}

// demanded gives what the demand on the book that has not begun would draw if it ran
// here, at the provider's list price, when it may begin; false where there is none.
func demanded(m *market.State, c *drawdown.Commitment, at time.Time) (drawdown.Pace, bool) {
	type run struct {
		from, until time.Time
		daily       offtake.Accrual
	}
	var runs []run
	for _, d := range m.Book().Demands {
		begins := m.Dates("").Resolve(d.Earliest)
		if d.Earliest.IsZero() || begins.Before(at) || d.Hours <= 0 {
			continue
		}
		for _, a := range d.Accelerators {
			price, ok := m.ListPrice(c.Terms.Provider, a.Accelerator, at)
			f := offtake.Facts{Provider: c.Terms.Provider, Purposes: []offtake.Purpose{d.Purpose}, Product: d.Product, Accelerator: a.Accelerator, Capacity: offtake.HeldCapacity}
			covers, _ := c.Covers(&drawdown.Charge{Facts: f, At: begins})
			if !ok || !covers {
				continue
			}
			e := drawdown.Entry{Cost: offtake.Accrue(price, d.Quantity*86400), Used: d.Quantity * 86400}
			runs = append(runs, run{begins, begins.Add(time.Duration(d.Hours) * time.Hour), c.Amount(&e)})
			break
		}
	}
	return func(from time.Time) (sum offtake.Accrual) {
		for _, r := range runs {
			if !from.Before(r.from) && from.Before(r.until) {
				sum = sum.Add(r.daily)
			}
		}
		return sum
	}, len(runs) > 0
}

package statement

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/account"
	"github.com/offtake-dev/offtake/internal/market/holding"
)

// prepaid tells what of a reservation's charges its prepayment pays: the first of
// them, or of each the part that it is of the whole.
func (t teller) prepaid(s *client.Statement, r *offtake.Reservation, parts []*holding.Held, charged offtake.Accrual) {
	if r.Pay != "" {
		figure(s, "paid", r.Pay, "")
	}
	if r.Prepayment.IsZero() {
		return
	}
	ahead := offtake.Accrued(r.Prepayment.Amount)
	figure(s, "prepayment", t.say(ahead), "due by "+r.Prepayment.By.String())
	paid := charged
	if r.Prepayment.Draws == "pro_rata" {
		var whole offtake.Accrual
		for _, p := range parts {
			whole = whole.Add(offtake.Accrue(p.Price, p.Quantity*int64(p.Until.Sub(p.From)/time.Second)))
		}
		paid = portion(charged, ahead, whole)
	}
	if paid.Cmp(ahead) > 0 {
		paid = ahead
	}
	figure(s, "paid from it", t.say(paid), "")
	figure(s, "left of it", t.say(ahead.Sub(paid)), "")
	figure(s, "to pay beside it", t.say(charged.Sub(paid)), "")
}

// portion gives a times b ÷ c, rounded to the minor unit.
func portion(a, b, c offtake.Accrual) offtake.Accrual {
	if c.IsZero() {
		return offtake.Accrual{}
	}
	n := func(x offtake.Accrual) *big.Rat {
		r, _ := new(big.Rat).SetString(x.Undivided().Number())
		return r
	}
	sum := n(a)
	sum.Mul(sum, n(b)).Quo(sum, n(c)).Quo(sum, big.NewRat(3600, 1))
	m, _ := offtake.ParseAmount(a.Currency(), sum.FloatString(8))
	rounded, _ := m.Round()
	return offtake.Accrued(rounded)
}

// ofConsent tells what was done under a consent, and what it still allows.
func ofConsent(m *market.State, o Order, ref offtake.ClauseRef, body offtake.Consent) client.Statement {
	c := m.ConsentAt(ref, body, o.At)
	t := teller{m.Book().Currency}
	if body.Share.Unit == offtake.GPUHours {
		t = teller{}
	}
	s := head("consent", o, t.unit())
	var lifted []string
	for _, l := range body.Lifts {
		lifted = append(lifted, l.String())
	}
	figure(&s, "lifts", strings.Join(lifted, ", "), "")
	state := "in force"
	if !c.Met {
		state = "lost"
	}
	figure(&s, "stands", state, "")
	if !c.LostOn.IsZero() {
		figure(&s, "lost on", c.LostOn.String(), "since then "+strings.Join(lifted, ", ")+" applies again to what it lifted")
	}
	limits(&s, body.Limit, &c)
	if share := body.Share; share.Purposes != nil && len(c.Days) > 0 {
		last := c.Days[len(c.Days)-1]
		figure(&s, "share", percent(last.Named.Ratio(last.All)), fmt.Sprintf("of %s for %s in %s; at least %s", share.Unit, words(share.Purposes), share.Window, share.AtLeast))
		figure(&s, "in the window", t.say(last.All), "")
		// x more for other purposes keep the share as long as named >= least (all + x).
		if share.AtLeast > 0 {
			most := portion(last.Named, one(offtake.One), one(share.AtLeast)).Sub(last.All)
			if most.Sign() > 0 {
				figure(&s, "still allowed for other purposes", t.say(most), "as the window stands today")
			} else {
				figure(&s, "still allowed for other purposes", t.say(offtake.Accrual{}), "as the window stands today")
			}
		}
		t.shares(&s, &c)
	}
	return s
}

func one(p offtake.Percent) offtake.Accrual { return offtake.Accrued(offtake.MoneyOf("", int64(p))) }

// limits tells what was bought under a consent, and what may still be.
func limits(s *client.Statement, l offtake.ConsentLimit, c *market.ConsentStanding) {
	figure(s, "bought", fmt.Sprint(c.Quantity), "accelerators")
	if l.Quantity > 0 {
		figure(s, "still allowed today", fmt.Sprint(max(l.Quantity-c.Quantity, 0)), fmt.Sprintf("of %d accelerators", l.Quantity))
	}
	if l.Megawatts > 0 && c.Megawatts != nil {
		left := new(big.Rat).Sub(big.NewRat(int64(l.Megawatts), int64(offtake.One)), c.Megawatts)
		if left.Sign() < 0 {
			left.SetInt64(0)
		}
		figure(s, "megawatts still allowed today", left.FloatString(3), "of "+l.Megawatts.String())
	}
	if !l.Money.IsZero() {
		left := l.Money.Sub(c.Money)
		if left.Sign() < 0 {
			left = left.Sub(left)
		}
		figure(s, "money still allowed today", left.String(), "of "+l.Money.String())
	}
}

// shares tells the share at each month's end, and on each day on which it was lost or
// came back.
func (t teller) shares(s *client.Statement, c *market.ConsentStanding) {
	var rows [][]string
	met := true
	for i, d := range c.Days {
		last := i == len(c.Days)-1 || c.Days[i+1].Day.Month != d.Day.Month
		note := ""
		switch {
		case met && !d.Met:
			note = "lost"
		case !met && d.Met:
			note = "met again"
		}
		if met = d.Met; last || note != "" {
			rows = append(rows, []string{d.Day.String(), t.say(d.Named), t.say(d.All), percent(d.Named.Ratio(d.All)), note})
		}
	}
	table(s, "Share over its window", []string{"day", "for the purposes", "in all", "share", ""}, rows)
}

func words(purposes []offtake.Purpose) string {
	var all []string
	for _, p := range purposes {
		all = append(all, string(p))
	}
	return strings.Join(all, " and ")
}

func percent(f float64) string { return fmt.Sprintf("%.1f%%", 100*f) }

// ofVenture tells the phases of a venture and the capital of each.
func ofVenture(m *market.State, o Order, ref offtake.ClauseRef, body offtake.Venture) client.Statement {
	t := teller{m.Book().Currency}
	s := head("venture", o, t.unit())
	figure(&s, "operator", string(body.Operator), "")
	figure(&s, "capital up to", body.UpTo.String(), "")
	if body.Initial.Currency() != "" {
		figure(&s, "initially", body.Initial.String(), "")
	}
	dates := m.Dates(ref.Agreement)
	var rows [][]string
	var online int64
	var power offtake.Factor
	for i, p := range body.Phases {
		planned := dates.Resolve(p.Online)
		slipped := planned
		if !p.Slip.IsZero() {
			slipped = dates.After(planned, p.Slip)
		}
		state := "planned"
		opened, is := m.Ventures().Opened(ref, int64(i+1))
		switch {
		case is && !opened.After(o.At):
			state = "online"
			online += p.Quantity
			power += p.Megawatts
			if late := opened.Sub(planned); late > 0 {
				state = fmt.Sprintf("online, %d days late", int(late.Hours()/24))
			}
		case o.At.After(slipped):
			state = "later than its slip"
		case o.At.After(planned):
			state = "slipping"
		}
		when := ""
		if is {
			when = stamp(opened)
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), string(p.Site), p.Megawatts.String(), string(p.Accelerator), fmt.Sprint(p.Quantity), stamp(planned), stamp(slipped), when, state})
	}
	figure(&s, "online", fmt.Sprint(online), "accelerators, which are supply of "+string(body.Provider))
	figure(&s, "power online", power.String(), "megawatts")
	table(&s, "Phases", []string{"phase", "site", "MW", "accelerator", "accelerators", "planned", "with its slip", "online", "state"}, rows)
	capital(m, &s, o, ref, body)
	return s
}

// capital tells what was called, paid and is owed, by phase and partner.
func capital(m *market.State, s *client.Statement, o Order, ref offtake.ClauseRef, body offtake.Venture) {
	zero := offtake.MoneyOf(m.Book().Currency, 0)
	called, paid := zero, zero
	var rows [][]string
	for _, c := range m.Ventures().Calls(ref) {
		if c.At.After(o.At) {
			continue
		}
		for _, p := range c.Parts {
			owed := p.Called.Sub(p.Paid)
			state := ""
			if owed.Sign() > 0 && c.Due.Before(o.At) {
				state = "overdue"
			}
			phase := "-"
			if c.Phase > 0 {
				phase = fmt.Sprint(c.Phase)
			}
			rows = append(rows, []string{phase, string(p.Party), stamp(c.Due), p.Called.String(), zero.Add(p.Paid).String(), owed.String(), state})
			called, paid = called.Add(p.Called), paid.Add(p.Paid)
		}
	}
	figure(s, "called", called.String(), "")
	figure(s, "paid", paid.String(), "")
	figure(s, "owed", called.Sub(paid).String(), "")
	figure(s, "may still be called", body.UpTo.Sub(called).String(), "")
	table(s, "Capital", []string{"phase", "partner", "due", "called", "paid", "owed", ""}, rows)
}

// ofParty tells what is owed to a party, or by it.
func ofParty(m *market.State, o Order) client.Statement {
	t := teller{m.Book().Currency}
	s := head("party", o, t.unit())
	party := offtake.PartyName(o.Name)
	sells := map[offtake.ProviderName]bool{}
	for _, p := range m.Book().Providers {
		sells[p.Name] = p.Party == party
	}
	charged := m.Accounts().Monthly(o.At, false, func(l *account.Line) bool { return sells[l.Of.Provider] })
	var sum, short offtake.Accrual
	for _, l := range charged {
		sum = sum.Add(l.Cost)
	}
	figure(&s, "charged by it", t.say(sum), "")
	t.lines(&s, charged, o.By, func(l *account.Line) time.Time { return l.At }, func(l *account.Line) offtake.Accrual { return l.Cost })
	var rows [][]string
	set := m.CommitmentsAt(o.At)
	for i := range set.All() {
		c := &set.All()[i]
		if !sells[c.Terms.Provider] {
			continue
		}
		standing := c.Standing(m.Accounts().Ledger(), o.At)
		in := tellerOf(m, c)
		rows = append(rows, []string{c.Clause.String(), in.say(standing.Committed), in.say(standing.Drawn), in.say(standing.ToTake()), in.unit()})
		for _, missed := range standing.Missed {
			if !c.InHours() && missed.As != offtake.Forfeit {
				short = short.Add(missed.Amount)
			}
		}
	}
	table(&s, "Commitments to it", []string{"commitment", "committed", "drawn", "still to take", "in"}, rows)
	t.some(&s, "billed for what was not taken", short, "")
	rows = nil
	for _, c := range m.Claims().All() {
		if c.By == party || c.Against == party {
			rows = append(rows, []string{c.Clause.String(), string(c.By), string(c.Against), string(c.Reservation), c.Was.String(), c.Price.String(), stamp(c.From), t.say(c.Amount)})
		}
	}
	table(&s, "Claims of the best price", []string{"clause", "by", "against", "on", "was", "is", "from", "amount"}, rows)
	rows = nil
	for _, c := range m.InForce(o.At) {
		if _, is := c.Clause.Body.(offtake.Venture); !is {
			continue
		}
		for _, call := range m.Ventures().Calls(c.Ref) {
			for _, p := range call.Parts {
				if p.Party == party && !call.At.After(o.At) {
					rows = append(rows, []string{c.Ref.String(), fmt.Sprint(call.Phase), stamp(call.Due), p.Called.String(), offtake.MoneyOf(t.currency, 0).Add(p.Paid).String()})
				}
			}
		}
	}
	table(&s, "Capital called of it", []string{"venture", "phase", "due", "called", "paid"}, rows)
	return s
}

func tellerOf(m *market.State, c *drawdown.Commitment) teller {
	if c.InHours() {
		return teller{}
	}
	return teller{m.Book().Currency}
}

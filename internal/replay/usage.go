package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/market"
)

// source names the replay in batches of usage.
const source = "replay"

// stageDays closes each day of UTC at its end.
func (r *replay) stageDays() {
	midnight := r.from.Truncate(24 * time.Hour).Add(24 * time.Hour)
	r.clock.at(r.tick(midnight), rankDay, r.closeDay)
	r.standing = standings(r.Setup, r.market, r.from, r.at(r.end))
	r.updateStanding(r.from)
	r.snapped = -1
}

func (r *replay) closeDay() {
	r.report()
	r.snapshot()
	if len(r.blocked) > 0 { // a share is measured by the day
		clear(r.blocked)
		r.sched.stamp++
		r.changed = append(r.changed, r.sched.pools...)
	}
	if !r.buyer.Buys() && r.stuck(r.at(r.now)) {
		r.ended = true
	}
	if r.Progress != nil {
		r.Progress(r.progress())
	}
	r.clock.at(r.now+int64(24*time.Hour), rankDay, r.closeDay)
}

// progress tells the part of the way: by the clock where its end is known, by
// work done otherwise.
func (r *replay) progress() float64 {
	if !r.To.IsZero() {
		return float64(r.now) / float64(r.end)
	}
	done := r.tally.servedSec + r.tally.unservedSec
	return float64(done) / float64(max(r.tally.arrivedSec, 1))
}

// report sends the usage of the day, or of what there is of it, as one batch.
func (r *replay) report() {
	now := r.now / second
	if now == r.dayStart {
		return
	}
	day := offtake.DateOf(r.second(r.dayStart))
	var totals []offtake.UsageTotal
	for _, h := range r.all {
		totals = h.report(totals, day, r.dayStart, now)
	}
	r.all = slices.DeleteFunc(r.all, func(h *held) bool { return h.until <= now })
	r.dayStart = now
	if len(totals) == 0 {
		return
	}
	_, err := r.send(offtake.Act{At: r.second(now), By: r.book.Buyer, Deed: offtake.UsageReport{
		Source: source, Batch: day.String(), Rows: int64(len(totals)), Hash: hashOf(totals), Totals: totals,
	}})
	if err != nil {
		r.fail(fmt.Errorf("usage of %s: %w", day, err))
		return
	}
	r.updateStanding(r.second(now).Add(-1))
}

// report appends what a reservation was used for between two seconds, and what
// nobody used.
func (h *held) report(totals []offtake.UsageTotal, day offtake.Date, from, until int64) []offtake.UsageTotal {
	held := h.quantity * max(min(until, h.until)-max(from, h.from), 0)
	for i := range h.uses {
		u := &h.uses[i]
		u.seconds += u.level * (until - u.since)
		u.since = until
		if u.seconds == 0 {
			continue
		}
		totals = append(totals, offtake.UsageTotal{Reservation: h.id, Day: day, Purpose: u.purpose, Product: u.product, Used: u.seconds})
		held -= u.seconds
		u.seconds = 0
	}
	if held > 0 {
		totals = append(totals, offtake.UsageTotal{Reservation: h.id, Day: day, Unused: held})
	}
	return totals
}

func hashOf(totals []offtake.UsageTotal) string {
	h := sha256.New()
	for _, t := range totals {
		fmt.Fprintf(h, "%s,%s,%s,%s,%d,%d\n", t.Reservation, t.Day, t.Purpose, t.Product, t.Used, t.Unused)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// standing is a commitment in force at some time of the replay, as it last stood.
type standing struct {
	drawdown.Standing
	provider offtake.ProviderName
}

// standings lists the commitments in force at any time of the replay, in the
// book's order.
func standings(s market.Setup, m *market.State, from, until time.Time) (out []standing) {
	at := []time.Time{from}
	if !s.TermsAt.IsZero() {
		at[0] = s.TermsAt
	} else {
		for _, t := range s.Law.Changes() {
			if t.After(from) && t.Before(until) {
				at = append(at, t)
			}
		}
	}
	for _, t := range at {
		for _, c := range s.Law.InForce(t) {
			body, ok := c.Clause.Body.(offtake.Commitment)
			if !ok || slices.ContainsFunc(out, func(s standing) bool { return s.Clause == c.Ref }) {
				continue
			}
			out = append(out, standing{m.CommitmentsAt(t).Find(c.Ref).Standing(&drawdown.Ledger{}, from), body.Provider})
		}
	}
	return out
}

// updateStanding reads how the commitments in force at an instant stand, with
// everything charged for its day: a day's usage is dated at its last instant,
// which the replay may end before. A commitment that becomes met, or unmet,
// changes what a charge is worth, and so where work goes.
func (r *replay) updateStanding(at time.Time) {
	dayEnd := at.Truncate(24 * time.Hour).Add(24*time.Hour - 1)
	all := r.market.CommitmentsAt(at).All()
	for i := range r.standing {
		s := &r.standing[i]
		for k := range all {
			if all[k].Clause == s.Clause {
				was := s.Standing
				s.Standing = all[k].Standing(r.market.Accounts().Ledger(), dayEnd)
				r.tellDrawn(was, s.Standing)
				if met := !all[k].Open(r.market.Accounts().Ledger(), dayEnd); r.met[s.Clause] != met {
					r.met[s.Clause] = met
					r.sched.stamp++
				}
			}
		}
	}
}

// tellDrawn writes by how much a commitment was drawn, and how much of what was
// charged to it went beyond what it promises. Each line is the difference of
// what is shown, so that the lines add up to the result's figure exactly.
func (r *replay) tellDrawn(was, now drawdown.Standing) {
	drawn := shown(now.Drawn, now.Measure).Sub(shown(was.Drawn, now.Measure))
	beyond := shown(now.Beyond, now.Measure).Sub(shown(was.Beyond, now.Measure))
	if r.dec == nil || drawn.IsZero() && beyond.IsZero() {
		return
	}
	pairs := []string{"commitment", now.Clause.String(), "amount", r.inWords(drawn, now.Measure)}
	if !beyond.IsZero() {
		pairs = append(pairs, "beyond", r.inWords(beyond, now.Measure))
	}
	r.dec.note(r.now, "drawn", pairs...)
}

// shown gives an amount as it is shown: to the minor unit, accelerator-hours to
// six places.
func shown(a offtake.Accrual, m offtake.Measure) offtake.Money {
	if drawdown.InHours(m) {
		return a.Undivided().Quotient(3600, 6)
	}
	money, _ := a.Round()
	return money
}

// inWords names the book's currency where nothing was drawn or went beyond.
func (r *replay) inWords(m offtake.Money, measure offtake.Measure) string {
	if !drawdown.InHours(measure) && m.Currency() == "" {
		m = offtake.MoneyOf(r.book.Currency, 0)
	}
	return m.String()
}

// worth tells on which unmet commitment a charge would draw.
func (r *replay) worth(f offtake.Facts) (offtake.ClauseRef, bool) {
	at := r.at(r.now)
	c := r.market.CommitmentsAt(at).Draws(&drawdown.Charge{Facts: f, At: at}, func(c *drawdown.Commitment) bool { return r.met[c.Clause] })
	if c == nil || r.met[c.Clause] {
		return offtake.ClauseRef{}, false
	}
	return c.Clause, true
}

// snapshot records where things stand at a day's end.
func (r *replay) snapshot() {
	at := r.at(r.now)
	r.snapped = r.now
	d := Day{
		Date: offtake.DateOf(later(at.Add(-1), r.from)), Held: make([]int64, len(r.book.Providers)), Used: make([]int64, len(r.book.Providers)),
		Waiting: r.tally.waitingN, Jobs: r.tally.waiting,
		Arrived: r.tally.arrivedSec, Served: r.tally.servedSec, Unserved: r.tally.unservedSec,
		Spend: Amount{r.spend()}, Drawn: make([]Level, len(r.standing)),
	}
	for i, p := range r.book.Providers {
		for _, pool := range r.sched.pools {
			if pool.Provider == p.Name {
				d.Held[i] += pool.total
				d.Used[i] += pool.total - pool.free
			}
		}
		by := r.tally.of(p.Name)
		by.peak = max(by.peak, d.Held[i])
	}
	for i := range r.standing {
		d.Drawn[i] = r.level(r.standing[i].Drawn, r.standing[i].Measure)
	}
	r.out.Days = append(r.out.Days, d)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// spend gives everything charged so far, to the minor unit.
func (r *replay) spend() offtake.Money {
	return r.rounded(r.market.Accounts().Spend())
}

// rounded gives an amount of the book's currency to the minor unit.
func (r *replay) rounded(a offtake.Accrual) offtake.Money {
	money, _ := a.Round()
	if money.Currency() == "" {
		return offtake.MoneyOf(r.book.Currency, 0)
	}
	return money
}

func (r *replay) level(a offtake.Accrual, m offtake.Measure) Level {
	if drawdown.InHours(m) {
		return Level{GPUHours: a.Ratio(offtake.Accrued(offtake.MoneyOf("", 1)))}
	}
	return Level{Money: r.rounded(a)}
}

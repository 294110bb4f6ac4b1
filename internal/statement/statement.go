// Package statement tells how things stand in the accounts: each commitment,
// reservation, consent and venture of a book, and what is owed to a party.
//
// A statement is of one instant, and says only what was known when it was made. Its
// lines are rounded once each, half-even to the minor unit, and what that leaves is a
// line of its own, so that lines and residue come to the total exactly. Nothing in it
// is decided here: it reads what the market keeps.
package statement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/account"
	"github.com/offtake-dev/offtake/internal/market/holding"
)

// An Order says what a statement is to be of.
type Order struct {
	Name string
	At   time.Time
	By   string // the label that lines are told apart by; "": by what was used
}

// Past reports whether a statement is told of the market as it was at its instant: what
// becomes of a venture is dated by when it was recorded. All else is dated by itself, and
// told by everything that is known.
func Past(m *market.State, o Order) bool {
	ref, err := offtake.ParseClauseRef(o.Name, "")
	if err != nil {
		return false
	}
	for _, s := range m.InForce(o.At) {
		if _, is := s.Clause.Body.(offtake.Venture); is && s.Ref == ref {
			return true
		}
	}
	return false
}

// Names gives what there are statements of at an instant: clauses as agreement/clause
// in the book's order, reservations that were bought, and parties.
func Names(m *market.State, at time.Time) (names []string) {
	seen := map[string]bool{}
	for _, s := range m.InForce(at) {
		switch s.Clause.Body.(type) {
		case offtake.Commitment, offtake.Reservation, offtake.Consent, offtake.Venture:
			names = append(names, s.Ref.String())
			seen[s.Ref.String()] = true
		}
	}
	for _, r := range m.Holdings().All() {
		if id := string(r.Reservation); !seen[id] {
			names = append(names, id)
		}
	}
	for _, p := range m.Book().Parties {
		names = append(names, string(p.Name))
	}
	return names
}

// Of gives a statement.
func Of(m *market.State, o Order) (client.Statement, error) {
	if ref, err := offtake.ParseClauseRef(o.Name, ""); err == nil {
		for _, s := range m.InForce(o.At) {
			if s.Ref != ref {
				continue
			}
			out, err := ofClause(m, o, s.Ref, s.Clause)
			out.Says = s.Clause.Text
			return out, err
		}
	}
	if parts := m.Holdings().Parts(offtake.ReservationID(o.Name)); len(parts) > 0 {
		return ofReservation(m, o, nil), nil
	}
	if _, ok := m.Book().Party(offtake.PartyName(o.Name)); ok {
		return ofParty(m, o), nil
	}
	return client.Statement{}, offtake.Refuse(offtake.NotFound, "there is no statement of %.80q at %s; a clause in force as agreement/clause, a reservation, or a party has one", o.Name, offtake.Stamp(o.At))
}

func ofClause(m *market.State, o Order, ref offtake.ClauseRef, c offtake.Clause) (client.Statement, error) {
	switch body := c.Body.(type) {
	case offtake.Commitment:
		return ofCommitment(m, o, m.CommitmentsAt(o.At).Find(ref)), nil
	case offtake.Reservation:
		return ofReservation(m, o, &body), nil
	case offtake.Consent:
		return ofConsent(m, o, ref, body), nil
	case offtake.Venture:
		return ofVenture(m, o, ref, body), nil
	}
	return client.Statement{}, offtake.Refuse(offtake.Invalid, "clause %s is %s %s, of which there is no statement", ref, article(c.Body.Kind()), c.Body.Kind())
}

func article(word string) string {
	if strings.ContainsAny(word[:1], "aeiou") {
		return "an"
	}
	return "a"
}

// head begins a statement.
func head(kind string, o Order, unit string) client.Statement {
	return client.Statement{Kind: kind, Name: o.Name, At: o.At, Unit: unit, By: o.By, Figures: []client.Figure{}, Lines: []client.Line{}}
}

// hoursUnit is the unit of what counts no money.
const hoursUnit = "accelerator-hours"

// A teller writes amounts of one unit.
type teller struct{ currency offtake.Currency }

func (t teller) unit() string {
	if t.currency == "" {
		return hoursUnit
	}
	return string(t.currency)
}

// rounded rounds an amount once, and gives what that leaves.
func (t teller) rounded(a offtake.Accrual) (string, offtake.Accrual) {
	if a.IsZero() && t.currency != "" {
		a = offtake.Accrued(offtake.MoneyOf(t.currency, 0))
	}
	m, rest := a.Round()
	return m.String(), rest
}

func (t teller) say(a offtake.Accrual) string {
	text, _ := t.rounded(a)
	return text
}

// exactly gives every digit, where there is an end to them, and a fraction otherwise.
func (t teller) exactly(a offtake.Accrual) string {
	if a.IsZero() {
		return t.say(a)
	}
	if rounded, rest := a.Round(); rest.IsZero() {
		return rounded.String()
	}
	if m := a.Undivided().Quotient(3600, 18); offtake.Accrued(m).Cmp(a) == 0 {
		whole, digits, _ := strings.Cut(m.String(), ".")
		return whole + "." + strings.TrimRight(digits, "0")
	}
	return a.Exact()
}

// lines adds up what was charged by month and by what it was, and says what rounding
// leaves. Amount gives what a line counts for.
func (t teller) lines(s *client.Statement, charged []*account.Line, by string, dated func(*account.Line) time.Time, amount func(*account.Line) offtake.Accrual) {
	type key struct{ month, what string }
	sums := map[key]offtake.Accrual{}
	seconds := map[key]int64{}
	var keys []key
	for _, l := range charged {
		k := key{dated(l).UTC().Format("2006-01"), what(&l.Of, by)}
		if _, ok := sums[k]; !ok {
			keys = append(keys, k)
		}
		sums[k] = sums[k].Add(amount(l))
		seconds[k] += l.Used + l.Unused
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.month, b.month), cmp.Compare(a.what, b.what)) })
	var total, residue offtake.Accrual
	for _, k := range keys {
		text, rest := t.rounded(sums[k])
		line := client.Line{Month: k.month, What: k.what, Amount: text, Exact: sums[k].Exact()}
		if seconds[k] > 0 {
			line.Hours = hours(seconds[k])
		}
		s.Lines = append(s.Lines, line)
		total, residue = total.Add(sums[k]), residue.Add(rest)
	}
	if len(keys) > 0 {
		s.Residue, s.Total = t.exactly(residue), t.exactly(total)
	}
}

func hours(seconds int64) string {
	return offtake.Accrue(offtake.MoneyOf("", 1), seconds).Undivided().Quotient(3600, 2).String()
}

// what tells a line apart from others: by a label, or by what it was.
func what(t *offtake.UsageTotal, by string) string {
	if by != "" {
		for _, l := range t.Labels {
			if l.Key == by {
				return by + "=" + l.Value
			}
		}
		return "no " + by
	}
	var parts []string
	if t.Kind != offtake.ForUsage {
		parts = append(parts, string(t.Kind))
	}
	parts = append(parts, cmp.Or(t.Service, drawdown.Compute))
	for _, p := range []string{string(t.Reservation), string(t.Accelerator), string(t.Product), string(t.Purpose)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " ")
}

func figure(s *client.Statement, name, value, note string) {
	s.Figures = append(s.Figures, client.Figure{Name: name, Value: value, Note: note})
}

// some adds a figure that is not nothing.
func (t teller) some(s *client.Statement, name string, a offtake.Accrual, note string) {
	if !a.IsZero() {
		figure(s, name, t.say(a), note)
	}
}

// stamp writes an instant to the second.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return offtake.Stamp(t.Truncate(time.Second))
}

func table(s *client.Statement, title string, columns []string, rows [][]string) {
	if len(rows) > 0 {
		s.Tables = append(s.Tables, client.Table{Title: title, Columns: columns, Rows: rows})
	}
}

// ofReservation tells what is held, used, idle and paid.
func ofReservation(m *market.State, o Order, terms *offtake.Reservation) client.Statement {
	t := teller{m.Book().Currency}
	s := head("reservation", o, t.unit())
	id := offtake.ReservationID(o.Name)
	parts := m.Holdings().Parts(id)
	if len(parts) == 0 {
		figure(&s, "held", "0", "by no capacity that could be carried out")
		return s
	}
	var now int64
	var rows [][]string
	for _, p := range parts {
		from := stamp(p.From)
		if due, late := m.Late(p.Reservation); late {
			from = "late since " + stamp(due)
		} else if !p.From.After(o.At) && p.Until.After(o.At) {
			now += p.Quantity
		}
		rows = append(rows, []string{string(p.Reservation), fmt.Sprint(p.Quantity), from, stamp(p.Until)})
	}
	base := parts[0]
	figure(&s, "provider", string(base.Provider), "")
	figure(&s, "accelerator", string(base.Accelerator), "")
	figure(&s, "held now", fmt.Sprint(now), "accelerators")
	figure(&s, "price", base.Price.String(), "per accelerator-hour")
	figure(&s, "unused charge", base.UnusedCharge.String(), "of the price")
	table(&s, "Held", []string{"reservation", "accelerators", "from", "until"}, rows)

	charged := m.Accounts().Monthly(o.At, false, func(l *account.Line) bool {
		return slices.ContainsFunc(parts, func(p *holding.Held) bool { return p.Reservation == l.Of.Reservation })
	})
	var used, idle int64
	var sum offtake.Accrual
	for _, l := range charged {
		used, idle, sum = used+l.Used, idle+l.Unused, sum.Add(l.Cost)
	}
	held := m.HeldUntil(id, o.At)
	figure(&s, "held until now", hours(held), hoursUnit)
	figure(&s, "used", hours(used), hoursUnit)
	figure(&s, "idle", hours(idle), hoursUnit)
	figure(&s, "not reported", hours(max(held-used-idle, 0)), hoursUnit)
	figure(&s, "charged", t.say(sum), "")
	t.lines(&s, charged, o.By, func(l *account.Line) time.Time { return l.At }, func(l *account.Line) offtake.Accrual { return l.Cost })
	if terms != nil {
		t.prepaid(&s, terms, parts, sum)
	}
	cancelled, damages := m.Given(id)
	rows = nil
	for _, c := range cancelled {
		rows = append(rows, []string{stamp(c.At), c.Value.String(), c.Fee.String()})
	}
	table(&s, "Cancelled", []string{"at", "worth", "fee"}, rows)
	rows = nil
	for _, d := range damages {
		rows = append(rows, []string{string(d.Reservation), stamp(d.Due), fmt.Sprint(d.Days), d.Damages.String()})
	}
	table(&s, "Delivered late", []string{"reservation", "due", "days", "damages"}, rows)
	return s
}

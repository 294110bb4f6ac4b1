// Package focus writes what was charged, and what is committed, as datasets of the
// FinOps Open Cost and Usage Specification: Cost and Usage by version 1.2, Contract
// Commitment by version 1.3.
//
// A row is everything charged of one kind with one date. Columns that begin with x_
// say what the specification has no column for: what the charge is of as the book
// names it, what it draws on, and under which right and consent the capacity was
// bought. Costs are exact where their digits end, and to twelve places otherwise;
// x_ExactCost has them as a fraction, by which everything adds up to the last digit.
package focus

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/account"
)

// Columns of the Cost and Usage dataset, in the order in which they are written.
var Columns = []string{
	"BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
	"CapacityReservationId", "CapacityReservationStatus", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency",
	"ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "EffectiveCost", "InvoiceId", "InvoiceIssuerName",
	"ListCost", "PricingCategory", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "RegionId", "RegionName",
	"ServiceCategory", "ServiceName", "ServiceSubcategory", "Tags",
	"x_RecordId", "x_ExactCost", "x_Provider", "x_Reservation", "x_Accelerator", "x_Region", "x_Site", "x_Purpose", "x_Product", "x_Asset", "x_Service",
	"x_AcceleratorSeconds", "x_UnusedAcceleratorSeconds", "x_Commitment", "x_Opportunity", "x_Processes", "x_Consents",
}

// An Export is what was charged, taken out of a market so that it can be written while
// that goes on.
type Export struct {
	book   *offtake.Book
	lines  []account.Line
	titles map[offtake.ProviderName]string
	bought map[offtake.ReservationID]bought
	values []string
}

// Costs takes what was charged dated from one instant up to, and not at, another. Zero
// bounds nothing.
func Costs(m *market.State, from, until time.Time) *Export {
	e := &Export{book: m.Book(), titles: map[offtake.ProviderName]string{}, bought: map[offtake.ReservationID]bought{}}
	last := until
	if last.IsZero() {
		last = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	lines := m.Accounts().Lines(last.Add(-1), func(l *account.Line) bool {
		return !l.At.Before(from) && (!l.Cost.IsZero() || l.Used != 0 || l.Unused != 0)
	})
	e.lines = make([]account.Line, len(lines))
	for i, l := range lines {
		e.lines[i] = *l
		e.learn(m, l.Of.Reservation)
	}
	return e
}

// Write writes the Cost and Usage dataset.
func (e *Export) Write(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(Columns); err != nil {
		return err
	}
	for i := range e.lines {
		if err := out.Write(e.row(&e.lines[i])); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// bought is how capacity came to be held.
type bought struct {
	opportunity, processes, consents string
	region                           offtake.Region
	site                             offtake.Site
}

func (e *Export) title(p offtake.ProviderName) string {
	if t, ok := e.titles[p]; ok {
		return t
	}
	provider, _ := e.book.Provider(p)
	party, _ := e.book.Party(provider.Party)
	e.titles[p] = cmp.Or(party.Title, string(provider.Party), string(p))
	return e.titles[p]
}

// learn finds how capacity came to be held.
func (e *Export) learn(m *market.State, id offtake.ReservationID) {
	if _, known := e.bought[id]; known || id == "" {
		return
	}
	var b bought
	if r, ok := m.Holdings().Reservation(id); ok {
		b.opportunity, b.region, b.site = string(r.Opportunity), r.Region, r.Site
		var processes, consents []string
		for _, p := range m.Deals().Of(r.Opportunity) {
			processes = append(processes, string(p.ID))
		}
		for _, c := range r.Consents {
			consents = append(consents, c.String())
		}
		b.processes, b.consents = strings.Join(processes, " "), strings.Join(consents, " ")
	}
	e.bought[id] = b
}

func (e *Export) row(l *account.Line) []string {
	t := &l.Of
	b, book := e.bought[t.Reservation], e.book
	begins, ends := period(t)
	month := time.Date(l.At.UTC().Year(), l.At.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	category, frequency := categories(t.Kind)
	cost := decimal(l.Cost)
	effective := cost
	if category == "Purchase" {
		effective = "0"
	}
	consumed, unit := "", ""
	priced, pricedUnit := "1", "Units"
	if seconds := l.Used + l.Unused; seconds != 0 {
		priced, pricedUnit = hours(seconds), hourUnit
		if category == "Usage" {
			consumed, unit = hours(l.Used), hourUnit
		}
	}
	pricing := "Standard"
	if t.Reservation != "" {
		pricing = "Committed"
	}
	if category == "Tax" {
		priced, pricedUnit, pricing = "", "", ""
	}
	invoice := ""
	if !t.Invoiced.IsZero() {
		invoice = string(t.Provider) + "-" + t.Invoiced.String()
	}
	status := ""
	switch {
	case t.Reservation != "" && l.Used > 0:
		status = "Used"
	case t.Reservation != "":
		status = "Unused"
	}
	title := e.title(t.Provider)
	region := cmp.Or(t.Region, b.region)
	service := serviceOf(t.Service)
	e.values = append(e.values[:0],
		cost, string(book.Buyer), string(book.Buyer), string(book.Currency), stamp(month.AddDate(0, 1, 0)), stamp(month),
		string(t.Reservation), status, category, "", describe(t), frequency,
		stamp(ends), stamp(begins), consumed, unit, cost, effective, invoice, title,
		cost, pricing, priced, pricedUnit, title, title, string(region), string(region),
		service.category, service.name, service.subcategory, tags(t.Labels),
		string(account.LineOf(t)), l.Cost.Exact(), string(t.Provider), string(t.Reservation), string(t.Accelerator), string(region), string(cmp.Or(t.Site, b.site)),
		string(t.Purpose), string(t.Product), string(t.Asset), service.own,
		seconds(l.Used), seconds(l.Unused), l.Draws.String(), b.opportunity, b.processes, b.consents,
	)
	return e.values
}

func seconds(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

const hourUnit = "Accelerator-Hours"

func hours(seconds int64) string {
	return trimmed(offtake.MoneyOf("", seconds).Quotient(3600, 9).Number())
}

// decimal gives a cost to its last digit, or to twelve places.
func decimal(a offtake.Accrual) string {
	return trimmed(a.Undivided().Quotient(3600, 12).Number())
}

func trimmed(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// period gives when something was charged: a day, or the quarter of an hour it ended in.
func period(t *offtake.UsageTotal) (begins, ends time.Time) {
	if !t.At.IsZero() {
		return t.At.Add(-15 * time.Minute), t.At
	}
	begins = time.Date(t.Day.Year, t.Day.Month, t.Day.Day, 0, 0, 0, 0, time.UTC)
	return begins, begins.AddDate(0, 0, 1)
}

func categories(k offtake.ChargeKind) (category, frequency string) {
	switch k {
	case offtake.ForPurchase, offtake.ForPrepayment:
		return "Purchase", "One-Time"
	case offtake.ForCredit:
		return "Credit", "One-Time"
	case offtake.ForTax:
		return "Tax", "One-Time"
	}
	return "Usage", "Usage-Based"
}

type service struct{ own, category, subcategory, name string }

func serviceOf(s string) service {
	switch s {
	case "", drawdown.Compute:
		return service{drawdown.Compute, "Compute", "Other (Compute)", "Accelerated compute"}
	case drawdown.Storage:
		return service{s, "Storage", "Other (Storage)", "Storage"}
	case drawdown.Network:
		return service{s, "Networking", "Other (Networking)", "Network"}
	}
	return service{s, "Other", "Other (Other)", s}
}

func describe(t *offtake.UsageTotal) string {
	parts := []string{cmp.Or(string(t.Kind), "usage"), cmp.Or(t.Service, drawdown.Compute)}
	for _, p := range []string{string(t.Accelerator), string(t.Reservation), string(t.Product), string(t.Purpose)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " ")
}

func tags(labels []offtake.Label) string {
	if len(labels) == 0 {
		return "{}"
	}
	all := make(map[string]string, len(labels))
	for _, l := range labels {
		all[l.Key] = l.Value
	}
	text, _ := json.Marshal(all)
	return string(text)
}

// CommitmentColumns are those of the Contract Commitment dataset of FOCUS 1.3, and what
// of them was drawn.
var CommitmentColumns = []string{
	"BillingCurrency", "ContractCommitmentCategory", "ContractCommitmentCost", "ContractCommitmentDescription", "ContractCommitmentId",
	"ContractCommitmentPeriodEnd", "ContractCommitmentPeriodStart", "ContractCommitmentQuantity", "ContractCommitmentType", "ContractCommitmentUnit",
	"ContractId", "ContractPeriodEnd", "ContractPeriodStart", "x_Provider", "x_Drawn", "x_Remaining", "x_ShortfallBilled",
}

// Commitments writes the commitments in force at an instant, with how they stand.
func Commitments(w io.Writer, m *market.State, at time.Time) error {
	out := csv.NewWriter(w)
	rows := [][]string{CommitmentColumns}
	texts := map[offtake.ClauseRef]string{}
	for _, s := range m.InForce(at) {
		texts[s.Ref] = s.Clause.Text
	}
	set := m.CommitmentsAt(at)
	for i := range set.All() {
		rows = append(rows, commitment(m, &set.All()[i], texts, at))
	}
	slices.SortFunc(rows[1:], func(a, b []string) int { return cmp.Compare(a[4], b[4]) })
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	return out.Error()
}

func commitment(m *market.State, c *drawdown.Commitment, texts map[offtake.ClauseRef]string, at time.Time) []string {
	s := c.Standing(m.Accounts().Ledger(), at)
	category, cost, quantity, unit := "Spend", decimal(s.Committed), "", string(m.Book().Currency)
	if c.InHours() {
		category, cost, quantity, unit = "Usage", "", decimal(s.Committed), hourUnit
	}
	from, until, _ := c.Period()
	contractFrom, contractUntil := m.AgreementPeriod(c.Clause.Agreement)
	kind := string(c.Terms.Measure)
	if !c.Terms.Interval.IsZero() {
		kind += fmt.Sprintf(" each %s", c.Terms.Interval)
	}
	return []string{
		string(m.Book().Currency), category, cost, texts[c.Clause], c.Clause.String(),
		orNull(until), orNull(from), quantity, kind, unit,
		string(c.Clause.Agreement), orNull(contractUntil), orNull(contractFrom), string(c.Terms.Provider), decimal(s.Drawn), decimal(s.Remaining), decimal(s.Settled),
	}
}

func orNull(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}

// Package booktest makes books for tests and benchmarks: every kind of
// document and clause, with every field present or absent, valid, and the same
// from the same choices.
package booktest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Chooser makes every choice: Intn gives a number from 0 below n.
type Chooser interface{ IntN(n int) int }

// Seeded gives a Chooser that makes the same choices for the same seed.
func Seeded(seed uint64) Chooser { return rand.New(rand.NewPCG(seed, 1)) }

// Book makes a valid book with the given number of clauses, a tenth of them
// first refusals. Its clauses may contradict one another: it is for reading,
// printing and measuring, not for deciding.
func Book(c Chooser, clauses int) *offtake.Book {
	m := maker{c}
	b := declarations()
	const most = 2500 // clauses in one agreement
	for i := 0; i < clauses; i += most {
		name := offtake.AgreementName(fmt.Sprintf("agreement-%d", i/most))
		b.Agreements = append(b.Agreements, m.agreement(name, min(most, clauses-i)))
		b.Statements = append(b.Statements, m.statement(name))
	}
	b.Supplies = []offtake.Supply{m.supply()}
	b.Demands = []offtake.Demand{m.campaign(), m.profile()}
	b.Servings = []offtake.Serving{m.serving()}
	b.Scenarios = []offtake.Scenario{m.scenario()}
	return b
}

// A maker turns choices into words.
type maker struct{ Chooser }

func (m maker) maybe() bool { return m.IntN(2) == 0 }

func pick[T any](m maker, words ...T) T { return words[m.IntN(len(words))] }

// some gives none, or a few of the words in their order.
func some[T any](m maker, words ...T) []T {
	var out []T
	for _, w := range words {
		if m.IntN(3) == 0 {
			out = append(out, w)
		}
	}
	return out
}

// several gives at least one of the words.
func several[T any](m maker, words ...T) []T {
	if out := some(m, words...); out != nil {
		return out
	}
	return []T{pick(m, words...)}
}

func opt[T any](m maker, make func() T) T {
	var none T
	if m.maybe() {
		return make()
	}
	return none
}

func (m maker) money() offtake.Money {
	s := fmt.Sprintf("USD %d.%02d", 1+m.IntN(1_000_000), m.IntN(100))
	if m.maybe() {
		s = fmt.Sprintf("USD %d%s", 1+m.IntN(999), pick(m, "K", "M", "B", ""))
	}
	v, _ := offtake.ParseMoney(s)
	return v
}

func (m maker) duration() offtake.Duration {
	return pick(m,
		offtake.Duration{Unit: offtake.Days, Count: 1 + m.IntN(400)},
		offtake.Duration{Unit: offtake.BusinessDays, Count: 1 + m.IntN(40)},
		offtake.Duration{Unit: offtake.Weeks, Count: 1 + m.IntN(40)},
		offtake.Duration{Unit: offtake.Months, Count: 1 + m.IntN(40)},
		offtake.Duration{Unit: offtake.Years, Count: 1 + m.IntN(9)},
		offtake.Duration{Unit: offtake.Elapsed, Time: time.Duration(1+m.IntN(100_000)) * time.Second})
}

// when gives a moment of a year; an instant or a date.
func (m maker) when(year int) offtake.When {
	if m.maybe() {
		return offtake.When{Date: offtake.Date{Year: year, Month: time.Month(1 + m.IntN(12)), Day: 1 + m.IntN(28)}}
	}
	return offtake.When{Instant: time.Date(year, 5, 1+m.IntN(28), m.IntN(24), m.IntN(60), 0, m.IntN(2)*1000, time.UTC)}
}

func (m maker) date(year int) offtake.When {
	return offtake.When{Date: offtake.Date{Year: year, Month: time.Month(1 + m.IntN(12)), Day: 1 + m.IntN(28)}}
}

func (m maker) period() offtake.Period {
	return offtake.Period{From: m.when(2025), Until: m.when(2031)}
}

func (m maker) percent() offtake.Percent { return offtake.Percent(100 * (1 + m.IntN(9999))) }
func (m maker) quantity() int64          { return int64(8 * (1 + m.IntN(10_000))) }
func (m maker) factor() offtake.Factor   { return offtake.Factor(1 + m.IntN(5_000_000)) }

var (
	parties   = []offtake.PartyName{"acme", "northwind", "contoso", "globex", "panel"}
	providers = []offtake.ProviderName{"north", "con", "own"}
	purposes  = []offtake.Purpose{"training", "research", "api"}
	products  = []offtake.Product{"chat", "search"}
	assets    = []offtake.Asset{"model-1", "weights"}
	chips     = []offtake.Accelerator{"h100", "gb200"}
	regions   = []offtake.Region{"us-east", "us-west", "eu-north"}
)

func declarations() *offtake.Book {
	b := &offtake.Book{Name: "generated", Buyer: "acme", Currency: "USD", Calendar: "work", Purposes: purposes, Assets: assets}
	for _, p := range parties {
		b.Parties = append(b.Parties, offtake.Party{Name: p, Title: strings.ToUpper(string(p)) + ": a party, & more"})
	}
	b.Parties[1].Affiliates = []offtake.PartyName{"contoso"}
	b.Providers = []offtake.Provider{{Name: "north", Party: "northwind"}, {Name: "con", Party: "contoso"}, {Name: "own", Party: "acme", BuiltByBuyer: true}}
	b.Products = []offtake.ProductDecl{{Name: "chat", Purpose: "api", Party: "acme"}, {Name: "search", Party: "globex"}}
	for i, r := range regions {
		b.Regions = append(b.Regions, offtake.RegionDecl{Name: r, Names: []offtake.RegionName{{Provider: "north", Name: fmt.Sprint("n", i)}}})
	}
	b.Accelerators = []offtake.AcceleratorDecl{{Name: "h100", PerNode: 8, H100e: offtake.One}, {Name: "gb200", PerNode: 4, Lot: 72, H100e: 2_500_000}}
	five, nine := offtake.TimeOfDay{Minutes: 17 * 60, Set: true}, offtake.TimeOfDay{Minutes: 9 * 60, Set: true}
	b.Calendars = []offtake.Calendar{
		{Name: "work", Timezone: "America/Los_Angeles", HolidaySet: "us-federal", Cutoff: five, Opens: nine},
		{Name: "listed", Timezone: "America/Los_Angeles", Holidays: []offtake.Date{{Year: 2025, Month: 12, Day: 24}}, Cutoff: five, Opens: nine},
		{Name: "both", Combine: offtake.All, Of: []offtake.CalendarName{"work", "listed"}},
	}
	return b
}

func (m maker) agreement(name offtake.AgreementName, clauses int) offtake.Agreement {
	a := offtake.Agreement{
		Name: name, Parties: []offtake.PartyName{"acme", "northwind"}, Calendar: "work", Effective: m.date(2020),
		Until:   opt(m, func() offtake.When { return m.when(2040) }),
		Renewal: opt(m, func() offtake.Renewal { return offtake.Renewal{For: m.duration(), UnlessNotice: m.duration()} }),
	}
	refer := func(clause offtake.ClauseName) offtake.ClauseRef {
		return offtake.ClauseRef{Agreement: name, Clause: clause}
	}
	a.Clauses = []offtake.Clause{
		{Name: "question", Text: "The panel decides.", Body: offtake.Determination{Question: "Is it so?", DecidedBy: "panel", Meanwhile: pick(m, "hold", "continue")}},
		{Name: "base", Text: "North is the only cloud.", Body: offtake.Exclusivity{Provider: "north", Scope: m.scope()}},
		{Name: "held", Text: "Capacity is held.", Body: m.reservation()},
	}
	for i := len(a.Clauses); i < clauses; i++ {
		c := offtake.Clause{
			Name: offtake.ClauseName(fmt.Sprintf("clause-%d", i)), Text: m.prose(),
			Source: opt(m, m.prose),
			From:   opt(m, func() offtake.When { return m.when(2022) }),
			Until:  opt(m, func() offtake.Until { return m.until(refer("question")) }),
			Body:   m.body(i, refer("base")),
		}
		a.Clauses = append(a.Clauses, c)
	}
	a.Amendments = []offtake.Amendment{{
		Name: "first", Effective: m.date(2025), SignedBy: some(m, parties...), OpenProcesses: pick(m, offtake.ContinueProcesses, offtake.ApplyToProcesses),
		Clauses: []offtake.Clause{{Name: "held", Text: "More capacity is held.", Body: m.reservation()}, {Name: "added", Text: m.prose(), Body: m.firstRefusal()}},
	}}
	if clauses > 3 {
		a.Amendments[0].Remove = []offtake.ClauseName{"clause-3"}
	}
	return a
}

func (m maker) prose() string {
	return pick(m, "The words the parties signed.", "yes", "12", "Text with: a colon, 'quotes' & \"more\" # not a comment",
		"Two lines,\nthe second of them this one.", "Ends with a line\n", " spaced ", "*starred*", "- dashed", "Größe", "[x]", "true", "null", "tab\there", "a\n\n b")
}

func (m maker) until(question offtake.ClauseRef) offtake.Until {
	at := offtake.Until{At: m.when(2032)}
	return pick(m, at, offtake.Until{Determined: question}, offtake.Until{FirstOf: []offtake.Until{at, {Determined: question}}})
}

// statement answers the question of an agreement.
func (m maker) statement(in offtake.AgreementName) offtake.Statement {
	return offtake.Statement{Name: "on-" + string(in), Of: offtake.ClauseRef{Agreement: in, Clause: "question"}, By: "panel", At: m.when(2026), Says: pick(m, offtake.SaysYes, offtake.SaysNo)}
}

func (m maker) scope() offtake.Scope {
	s := offtake.Scope{
		Purposes: some(m, purposes...), Products: some(m, products...), Assets: some(m, assets...), Providers: some(m, providers...),
		Accelerators: some(m, chips...), Regions: some(m, offtake.Region("us-*"), "eu-north"), Sites: some(m, offtake.Site("abilene")), Customers: some(m, offtake.Customer("state")),
		Capacity: pick(m, "", offtake.NewCapacity, offtake.HeldCapacity), Route: pick(m, "", offtake.Cloud, offtake.Build),
	}
	if m.maybe() {
		s.Quantity = offtake.Bounds{AtLeast: m.quantity()}
		s.Quantity.AtMost = pick(m, 0, s.Quantity.AtLeast*2)
	}
	if m.maybe() {
		s.Term.AtLeast = m.duration()
	}
	if m.maybe() {
		s.Start = m.period()
	}
	return s
}

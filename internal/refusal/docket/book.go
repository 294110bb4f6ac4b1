package docket

import (
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// opportunity is what a case is about where it says nothing else.
const opportunity offtake.OpportunityID = "o"

// Agreement is the agreement in which the clauses of a case stand.
const Agreement offtake.AgreementName = "ms"

// Book gives the book of a case: openai buys, and microsoft and others hold
// rights over what it buys. The names are real; every number and every event is
// invented.
func (c *Case) Book() *offtake.Book {
	b := World()
	b.Statements = c.Statements
	b.Agreements = []offtake.Agreement{{
		Name: Agreement, Calendar: "us-business", Effective: date("2025-01-21"), Clauses: c.Clauses, Amendments: c.Amendments,
		Parties: []offtake.PartyName{"openai", "microsoft", "crusoe", "coreweave", "oracle"},
	}}
	return b
}

// World gives the parties, providers and calendars of all cases, in which
// nothing has been agreed yet.
func World() *offtake.Book {
	return &offtake.Book{
		Name: "docket", Buyer: "openai", Currency: "USD", Calendar: "us-business",
		Parties: []offtake.Party{
			{Name: "openai"}, {Name: "microsoft", Affiliates: []offtake.PartyName{"linkedin"}},
			{Name: "linkedin"}, {Name: "oracle", Affiliates: []offtake.PartyName{"cerner"}}, {Name: "cerner"}, {Name: "crusoe"}, {Name: "coreweave"}, {Name: "panel"},
		},
		Purposes:     []offtake.Purpose{"training", "product"},
		Products:     []offtake.ProductDecl{{Name: "api"}, {Name: "chatgpt"}, {Name: "copilot", Party: "microsoft"}},
		Accelerators: []offtake.AcceleratorDecl{{Name: "gb200", PerNode: 4, Lot: 72}},
		Providers: []offtake.Provider{
			{Name: "azure", Party: "microsoft"}, {Name: "oci", Party: "oracle"}, {Name: "cerner", Party: "cerner"},
			{Name: "li", Party: "linkedin"}, {Name: "crusoe", Party: "crusoe"}, {Name: "coreweave", Party: "coreweave"},
		},
		Calendars: []offtake.Calendar{
			{Name: "us-business", Timezone: "America/Los_Angeles", HolidaySet: "us-federal", Cutoff: clock(17), Opens: clock(9)},
			{Name: "no-cutoff", Timezone: "America/Los_Angeles", HolidaySet: "us-federal"},
			{Name: "company", Timezone: "America/Los_Angeles", Holidays: []offtake.Date{{Year: 2025, Month: time.June, Day: 13}}, Cutoff: clock(17), Opens: clock(9)},
			{Name: "both", Combine: offtake.All, Of: []offtake.CalendarName{"us-business", "company"}},
			{Name: "either", Combine: offtake.Any, Of: []offtake.CalendarName{"us-business", "company"}},
		},
	}
}

// Calendars are those of the world.
var Calendars = func() *civil.Calendars {
	cs, findings := civil.Compile(World().Calendars)
	if len(findings) > 0 {
		panic(findings[0].Message)
	}
	return cs
}()

// Instant reads a local time in Los Angeles, or one that ends in Z.
func Instant(s string) (time.Time, error) {
	if s != "" && s[len(s)-1] == 'Z' {
		return offtake.ParseInstant(s)
	}
	cal, _ := Calendars.Get("us-business")
	at, err := time.ParseInLocation("2006-01-02T15:04", s, cal.Location())
	if err != nil {
		at, err = time.ParseInLocation("2006-01-02T15:04:05.999999999", s, cal.Location())
	}
	return at.UTC(), err
}

// Local writes an instant as Instant reads it, to the minute.
func Local(t time.Time) string {
	cal, _ := Calendars.Get("us-business")
	return cal.Local(t).Format("2006-01-02T15:04")
}

func clock(hour int) offtake.TimeOfDay { return offtake.TimeOfDay{Minutes: hour * 60, Set: true} }

func date(s string) offtake.When { return must(offtake.ParseWhen(s)) }

func duration(s string) offtake.Duration { return must(offtake.ParseDuration(s)) }

// must gives what the package itself wrote, which is never wrong.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

package civil_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

func tod(s string) offtake.TimeOfDay {
	t, err := offtake.ParseTimeOfDay(s)
	if err != nil {
		panic(err)
	}
	return t
}

func plain(name offtake.CalendarName, zone, cutoff string, line int) offtake.Calendar {
	return offtake.Calendar{Name: name, Timezone: zone, Cutoff: tod(cutoff), Pos: offtake.Pos{File: "book.yaml", Line: line, Col: 3}}
}

func combined(name offtake.CalendarName, how offtake.Combine, line int, of ...offtake.CalendarName) offtake.Calendar {
	return offtake.Calendar{Name: name, Combine: how, Of: of, Pos: offtake.Pos{File: "book.yaml", Line: line, Col: 3}}
}

const la, ny = "America/Los_Angeles", "America/New_York"

func TestEveryMistakeInACalendarIsFoundWhereItWasMade(t *testing.T) {
	for _, c := range []struct {
		name  string
		decls []offtake.Calendar
		want  []string // line, code and a part of the message
	}{
		{"a zone nobody knows", []offtake.Calendar{plain("a", "America/Los_Angles", "17:00", 4)},
			[]string{"4 unknown-zone " + `calendar "a": time zone "America/Los_Angles"`}},
		{"no zone", []offtake.Calendar{plain("a", "", "17:00", 4)}, []string{`4 unknown-zone calendar "a": time zone ""`}},
		{"the machine's own zone", []offtake.Calendar{plain("a", "Local", "17:00", 4)}, []string{`4 unknown-zone calendar "a": time zone "Local"`}},
		{"holidays nobody knows", []offtake.Calendar{{Name: "a", Timezone: la, HolidaySet: "us-state", Pos: offtake.Pos{File: "book.yaml", Line: 4}}},
			[]string{`4 unknown-holidays calendar "a": holidays "us-state" is not a known set, which are: us-federal`}},
		{"a day without time", []offtake.Calendar{{Name: "a", Timezone: la, Opens: tod("17:00"), Cutoff: tod("17:00"), Pos: offtake.Pos{File: "book.yaml", Line: 4}}},
			[]string{`4 calendar-hours calendar "a" opens at 17:00, not before its cut-off at 17:00`}},
		{"two zones combined", []offtake.Calendar{plain("a", la, "17:00", 1), plain("b", ny, "17:00", 2), combined("c", offtake.All, 3, "a", "b")},
			[]string{`3 calendar-mix calendar "c" combines "a" in America/Los_Angeles with "b" in America/New_York`}},
		{"two cut-offs combined", []offtake.Calendar{plain("a", la, "17:00", 1), plain("b", la, "16:00", 2), combined("c", offtake.Any, 3, "a", "b")},
			[]string{`3 calendar-mix calendar "c" combines "a" with cut-off 17:00 and "b" with cut-off 16:00`}},
		{"a cut-off and none", []offtake.Calendar{plain("a", la, "17:00", 1), {Name: "b", Timezone: la}, combined("c", offtake.Any, 3, "a", "b")},
			[]string{`3 calendar-mix calendar "c" combines "a" with cut-off 17:00 and "b" with no cut-off`}},
		{"a member not declared", []offtake.Calendar{plain("a", la, "17:00", 1), combined("c", offtake.All, 3, "a", "b")},
			[]string{`3 unknown-name calendar "c" combines "b", which is not declared`}},
		{"nothing combined", []offtake.Calendar{combined("c", offtake.All, 3)}, []string{`3 calendar-empty calendar "c" combines no calendars`}},
		{"combined of itself", []offtake.Calendar{combined("c", offtake.All, 3, "c")}, []string{`3 calendar-cycle calendar "c" is combined of itself`}},
		{"combined of each other", []offtake.Calendar{combined("c", offtake.All, 3, "d"), combined("d", offtake.Any, 4, "c")},
			[]string{`4 calendar-cycle calendar "c" is combined of itself, by way of "d"`}},
		{"declared twice", []offtake.Calendar{plain("a", la, "17:00", 1), plain("a", ny, "17:00", 2)}, []string{`2 duplicate-name calendar "a" is declared twice`}},
		{"several at once, in the order of the text", []offtake.Calendar{combined("c", offtake.All, 9, "x"), plain("a", "Mars", "17:00", 2)},
			[]string{`2 unknown-zone calendar "a"`, `9 unknown-name calendar "c" combines "x"`}},
		{"a mistake is told once, not by everyone who combines it", []offtake.Calendar{plain("a", "Mars", "17:00", 1), combined("c", offtake.All, 3, "a"), combined("d", offtake.All, 4, "c", "a")},
			[]string{`1 unknown-zone calendar "a"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, findings := civil.Compile(c.decls)
			var got []string
			for _, f := range findings {
				got = append(got, fmt.Sprintf("%d %s %s", f.Pos.Line, f.Code, f.Message))
				if f.Severity != offtake.Mistake {
					t.Errorf("%v is a %v, want an error: the book must not load", f, f.Severity)
				}
			}
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestAMistakeIsReportedAtTheValueWhereItsPlaceIsKnown(t *testing.T) {
	at := func(col int) offtake.Pos { return offtake.Pos{File: "book.yaml", Line: 1, Col: col} }
	all := offtake.CalendarPlaces{Timezone: at(10), Holidays: at(20), Cutoff: at(30), Opens: at(40), Of: []offtake.Pos{at(50), at(60)}}
	for _, c := range []struct {
		decl offtake.Calendar
		want string // columns and codes
	}{
		{offtake.Calendar{Timezone: "Mars", HolidaySet: "none", Cutoff: tod("08:00"), Opens: tod("09:00")}, "10 unknown-zone, 20 unknown-holidays, 40 calendar-hours"},
		{offtake.Calendar{Combine: offtake.All, Of: []offtake.CalendarName{"a", "b"}}, "60 calendar-mix"},
		{offtake.Calendar{Combine: offtake.All, Of: []offtake.CalendarName{"nobody", "x"}}, "50 unknown-name, 60 calendar-cycle"},
	} {
		c.decl.Name, c.decl.Places, c.decl.Pos = "x", all, at(1)
		_, findings := civil.Compile([]offtake.Calendar{c.decl, plain("a", la, "17:00", 2), plain("b", ny, "17:00", 3)})
		var got []string
		for _, f := range findings {
			got = append(got, fmt.Sprint(f.Pos.Col, " ", f.Code))
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%v is reported at %s, want %s", c.decl, got, c.want)
		}
	}
}

func TestACalendarReadInPartIsJudgedAloneAndNotUsed(t *testing.T) {
	part := plain("part", "Mars", "17:00", 1)
	part.Partial = true
	cs, findings := civil.Compile([]offtake.Calendar{part, plain("a", la, "16:00", 2), combined("c", offtake.All, 3, "a", "part")})
	if len(findings) != 1 || findings[0].Code != "unknown-zone" {
		t.Errorf("findings are %v, want only that the zone is unknown", findings)
	}
	if got, want := fmt.Sprint(cs.Names()), "[a]"; got != want {
		t.Errorf("Names() = %s, want %s", got, want)
	}
}

func TestACalendarWithAMistakeIsNotThereAndTheOthersAre(t *testing.T) {
	cs, findings := civil.Compile([]offtake.Calendar{
		plain("good", la, "17:00", 1), plain("bad", "Mars", "17:00", 2), combined("mixed", offtake.All, 3, "good", "bad"), combined("alone", offtake.Any, 4, "good", "good"),
	})
	if len(findings) != 1 {
		t.Errorf("findings are %v, want one", findings)
	}
	if got, want := fmt.Sprint(cs.Names()), "[alone good]"; got != want {
		t.Errorf("Names() = %s, want %s", got, want)
	}
	if _, ok := cs.Get("mixed"); ok {
		t.Error("a calendar combined with a bad one compiles")
	}
}

// Each of these calendars asks the next twice: without a limit the last would
// ask the first 2^40 times a day.
func TestCombinationsOfCombinationsEnd(t *testing.T) {
	decls := []offtake.Calendar{plain("c0", la, "17:00", 1), plain("d0", la, "17:00", 1)}
	for i := 1; i <= 40; i++ {
		below := []offtake.CalendarName{offtake.CalendarName(fmt.Sprint("c", i-1)), offtake.CalendarName(fmt.Sprint("d", i-1))}
		decls = append(decls, combined(offtake.CalendarName(fmt.Sprint("c", i)), offtake.All, i, below...), combined(offtake.CalendarName(fmt.Sprint("d", i)), offtake.Any, i, below...))
	}
	_, findings := civil.Compile(decls)
	if len(findings) == 0 || findings[0].Code != "calendar-too-large" {
		t.Errorf("findings are %v, want calendar-too-large", findings)
	}
}

func TestALongChainOfCalendarsIsRefused(t *testing.T) {
	var decls []offtake.Calendar
	for i := range 200_000 {
		decls = append(decls, combined(offtake.CalendarName(fmt.Sprint(i)), offtake.All, i+1, offtake.CalendarName(fmt.Sprint(i+1))))
	}
	_, findings := civil.Compile(decls)
	if len(findings) == 0 {
		t.Error("a chain of 200,000 calendars compiles")
	}
}

func TestRulesTakeTheClausesCalendarAndCutoffFirst(t *testing.T) {
	cs, _ := civil.Compile([]offtake.Calendar{
		plain("default", la, "17:00", 1), plain("own", ny, "16:00", 2), {Name: "opens-late", Timezone: la, Opens: tod("10:00"), Cutoff: tod("17:00")},
	})
	for _, c := range []struct {
		rules offtake.TimeRules
		want  string
	}{
		{offtake.TimeRules{}, "default 2025-06-04T00:00:00Z"},
		{offtake.TimeRules{Calendar: "own"}, "own 2025-06-03T20:00:00Z"},
		{offtake.TimeRules{Calendar: "own", Cutoff: tod("12:00")}, "own 2025-06-03T16:00:00Z"},
		{offtake.TimeRules{Calendar: "nobody's"}, `calendar "nobody's" is not declared`},
		{offtake.TimeRules{Calendar: "opens-late", Cutoff: tod("09:00")}, `cut-off 09:00 is not after 10:00, when calendar "opens-late" opens`},
	} {
		r, err := cs.Rules(c.rules, "default")
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprintf("%s %s", r.Calendar.Name(), offtake.Stamp(r.CutoffOf(date("2025-06-03"))))
		}
		if got != c.want {
			t.Errorf("Rules(%+v)\n got %s\nwant %s", c.rules, got, c.want)
		}
	}
}

func TestTheBuiltinCalendarIsThatOfTheLanguagesExample(t *testing.T) {
	if got, want := fmt.Sprint(civil.BuiltinNames()), "[us-business]"; got != want {
		t.Errorf("BuiltinNames() = %s, want %s", got, want)
	}
	c, ok := civil.Builtin("us-business")
	if !ok {
		t.Fatal("us-business is not built in")
	}
	got := fmt.Sprint(c.Zone(), " ", c.Opens(), " to ", c.Cutoff(), ", 19 June ", c.IsBusinessDay(date("2025-06-19")))
	if want := "America/Los_Angeles 09:00 to 17:00, 19 June false"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, ok := civil.Builtin("uk-business"); ok {
		t.Error("uk-business is built in")
	}
}

func TestADateMeansTheStartOfItsDayInTheCalendar(t *testing.T) {
	c, _ := civil.Builtin("us-business")
	for _, x := range []struct{ written, want string }{
		{"2025-01-21", "2025-01-21T08:00:00Z"},
		{"2025-07-01", "2025-07-01T07:00:00Z"},
		{"2025-01-21T10:00:00+01:00", "2025-01-21T09:00:00Z"},
	} {
		when, err := offtake.ParseWhen(x.written)
		if err != nil {
			t.Fatal(err)
		}
		if got := offtake.Stamp(c.Resolve(when)); got != x.want {
			t.Errorf("Resolve(%s) = %s, want %s", x.written, got, x.want)
		}
	}
	if got := c.Resolve(offtake.When{}); !got.IsZero() {
		t.Errorf("Resolve of no time = %s, want no time", got)
	}
}

// Days of every zone follow each other without a gap and without sharing an
// instant, whatever their clocks do.
func TestEveryDayEndsWhereTheNextBegins(t *testing.T) {
	for _, zone := range append(slices.Clone(twinZones), "Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns", "Europe/Dublin") {
		cs, _ := civil.Compile([]offtake.Calendar{{Name: "c", Timezone: zone}})
		c, _ := cs.Get("c")
		for _, first := range []string{"1994-12-01", "2006-01-01", "2011-01-01", "2018-01-01", "2025-01-01"} {
			for i := range 366 {
				d := date(first).AddDays(i)
				start, end, next := c.Start(d), c.EndOfDay(d), c.Start(d.AddDays(1))
				if start.Equal(next) {
					continue // the zone had no such day
				}
				if !end.Add(time.Nanosecond).Equal(next) || c.Day(end) != d || !start.Before(end) {
					t.Errorf("%s: %s lasts from %s to %s, the next day starts %s", zone, d, start, end, next)
				}
			}
		}
	}
}

func TestCalendarsAreSafeForManyAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 200 {
				w := fifteenBusinessDays(t)
				w.From = w.From.AddDate(0, 0, i)
				w.Deadline()
				if _, err := civil.LoadZone(twinZones[i%len(twinZones)]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// Nothing that can be written takes long or fails, not even the longest
// duration from the last year there is.
func TestTheLongestDurationsEnd(t *testing.T) {
	c, _ := civil.Builtin("us-business")
	for _, s := range []string{"P100000D", "P100000W", "P100000BD", "P100000M", "P100000Y", "PT1000000H"} {
		length, err := offtake.ParseDuration(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range []string{"1900-01-01T00:00:00Z", "2025-06-03T17:00:00Z", "9999-12-31T23:59:59Z"} {
			at, _ := offtake.ParseInstant(from)
			w := civil.Rules{Calendar: c, Roll: offtake.RollFollowing}.Notice(at, length)
			w = w.Tolled(civil.Toll{From: at.AddDate(1, 0, 0), Until: at.AddDate(7000, 0, 0)})
			count := w.Count()
			if deadline, known := w.Deadline(); known == count.Beyond || known && (deadline.Before(at) || deadline.Year() > 9999) {
				t.Errorf("%s from %s = %v, %v; beyond all that can be written: %v", s, from, deadline, known, count.Beyond)
			}
			w.Left(at.AddDate(7500, 0, 0))
			if got := strings.Join(count.Lines(), "\n"); regexp.MustCompile(`\b[0-9]{5}-`).MatchString(got) {
				t.Errorf("%s from %s is explained with years that cannot be written:\n%s", s, from, got)
			}
		}
	}
}

func TestTwoWindowsWithOneTollInCommonKeepTheirOwn(t *testing.T) {
	w := fifteenBusinessDays(t)
	day := func(n int) civil.Toll {
		return civil.Toll{From: w.From.AddDate(0, 0, n), Until: w.From.AddDate(0, 0, n).Add(time.Hour)}
	}
	common := w.Tolled(day(1)).Tolled(day(2)).Tolled(day(3))
	short := common.Tolled(day(200))
	want, _ := short.Deadline()
	common.Tolled(day(6))
	if got, _ := short.Deadline(); !got.Equal(want) {
		t.Errorf("tolling one window moved another from %s to %s", offtake.Stamp(want), offtake.Stamp(got))
	}
}

package civil_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// A twin counts legal time the dumbest way it can be counted: a day at a time
// and a minute at a time, with holiday rules written out here. It knows the
// words and the zones' offsets, nothing else of the package.
type twin struct {
	loc           *time.Location
	federal       bool
	listed        []offtake.Date
	opens, cutoff offtake.TimeOfDay
	first, roll   bool
}

func (w twin) business(d offtake.Date) bool {
	wd := d.Weekday()
	return wd != time.Saturday && wd != time.Sunday && !slices.Contains(w.listed, d) && !(w.federal && closedByLaw(d))
}

// closedByLaw tries every reason for a weekday to be a federal holiday.
func closedByLaw(d offtake.Date) bool {
	if holiday(d) {
		return true
	}
	switch d.Weekday() {
	case time.Friday:
		return fixed(d.AddDays(1))
	case time.Monday:
		return fixed(d.AddDays(-1))
	}
	return false
}

func holiday(d offtake.Date) bool {
	nth := (d.Day-1)/7 + 1
	isLast := d.AddDays(7).Month != d.Month
	switch wd := d.Weekday(); {
	case wd == time.Monday && d.Month == time.January && nth == 3:
		return d.Year >= 1986
	case wd == time.Monday && d.Month == time.February && nth == 3,
		wd == time.Monday && d.Month == time.May && isLast,
		wd == time.Monday && d.Month == time.September && nth == 1,
		wd == time.Monday && d.Month == time.October && nth == 2,
		wd == time.Thursday && d.Month == time.November && nth == 4:
		return true
	}
	return fixed(d)
}

func fixed(d offtake.Date) bool {
	switch d.String()[5:] {
	case "01-01", "07-04", "11-11", "12-25":
		return true
	case "06-19":
		return d.Year >= 2021
	}
	return false
}

func (w twin) local(t time.Time) (offtake.Date, int) {
	l := t.In(w.loc)
	return offtake.DateOf(l), l.Hour()*60 + l.Minute()
}

// instant looks at every minute around the wanted local one: it is the last
// at which the clocks show it, or else the first at which they show more.
func (w twin) instant(d offtake.Date, minutes int) time.Time {
	around := time.Date(d.Year, d.Month, d.Day, 0, minutes, 0, 0, time.UTC)
	var shown, after time.Time
	for m := -15 * 60; m <= 15*60; m++ {
		t := around.Add(time.Duration(m) * time.Minute)
		on, at := w.local(t)
		switch c := on.Compare(d); {
		case c == 0 && at == minutes:
			shown = t
		case (c > 0 || c == 0 && at > minutes) && after.IsZero():
			after = t
		}
	}
	if shown.IsZero() {
		return after
	}
	return shown
}

// dayEnd gives the first instant that belongs to the day after d: the minute
// after the last one that shows d.
func (w twin) dayEnd(d offtake.Date) time.Time {
	around := time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, time.UTC)
	end := around.Add(-16 * time.Hour)
	for m := -16 * 60; m <= 16*60; m++ {
		t := around.Add(time.Duration(m) * time.Minute)
		if on, _ := w.local(t); !d.Before(on) {
			end = t.Add(time.Minute)
		}
	}
	return end
}

func (w twin) closing(d offtake.Date) time.Time {
	if !w.cutoff.Set {
		return w.dayEnd(d).Add(-1)
	}
	return w.instant(d, w.cutoff.Minutes)
}

func (w twin) opening(d offtake.Date) time.Time {
	if !w.opens.Set {
		return w.dayEnd(d.AddDays(-1))
	}
	return w.instant(d, w.opens.Minutes)
}

func (w twin) tolled(d offtake.Date, tolls []civil.Toll) bool {
	// Most days are nowhere near the ends of a toll: no need for minutes.
	noon := time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC)
	before, after := noon.Add(-48*time.Hour), noon.Add(48*time.Hour)
	near := false
	for _, t := range tolls {
		if t.From.Before(before) && (t.Until.IsZero() || t.Until.After(after)) {
			return true
		}
		near = near || t.From.Before(after) && (t.Until.IsZero() || t.Until.After(before))
	}
	if !near {
		return false
	}
	from, until := w.opening(d), w.closing(d)
	if !w.cutoff.Set {
		until = w.dayEnd(d)
	}
	for _, t := range tolls {
		if t.From.Before(until) && (t.Until.IsZero() || t.Until.After(from)) && !t.Until.Equal(t.From) {
			return true
		}
	}
	return false
}

// deadline is the whole of first-refusal time in the order of its rules.
func (w twin) deadline(from time.Time, notice bool, length offtake.Duration, tolls []civil.Toll) (time.Time, bool) {
	start, _ := w.local(from)
	at := from
	if notice && (!w.business(start) || from.After(w.closing(start))) {
		for start = start.AddDays(1); !w.business(start); start = start.AddDays(1) {
		}
		at = w.opening(start)
	}
	if length.Unit == offtake.Elapsed {
		return w.elapse(at, length.Time, tolls)
	}
	n := length.Count
	switch length.Unit {
	case offtake.Weeks:
		n *= 7
	case offtake.Months, offtake.Years:
		n = w.civilDays(start, length)
	}
	d := start
	if !w.first && length.Count > 0 {
		d = d.AddDays(1)
	}
	business := length.Unit == offtake.BusinessDays
	for counted := 0; ; d = d.AddDays(1) {
		if d.Year > start.Year+2 {
			return time.Time{}, false // only a toll without an end takes so long
		}
		if !w.tolled(d, tolls) && (!business || w.business(d)) {
			counted++
		} else {
			continue
		}
		if counted >= n {
			break
		}
	}
	if w.roll && !w.business(d) {
		for !w.business(d) || w.tolled(d, tolls) {
			if d = d.AddDays(1); d.Year > start.Year+2 {
				return time.Time{}, false
			}
		}
	}
	return w.closing(d), true
}

// civilDays walks to the day on which months end, and counts its steps.
func (w twin) civilDays(start offtake.Date, length offtake.Duration) int {
	months := length.Count
	if length.Unit == offtake.Years {
		months *= 12
	}
	year, month := start.Year, start.Month
	for range months {
		if month++; month > time.December {
			year, month = year+1, time.January
		}
	}
	steps := 0
	for d := start; d.Year != year || d.Month != month || d.Day != start.Day; d = d.AddDays(1) {
		if tomorrow := d.AddDays(1); d.Year == year && d.Month == month && tomorrow.Month != month {
			if w.first {
				steps++ // the number is missing: the last day of the month still counts
			}
			break
		}
		steps++
	}
	return steps
}

// elapse steps through time a second at a time.
func (w twin) elapse(at time.Time, left time.Duration, tolls []civil.Toll) (time.Time, bool) {
	stopped := func(t time.Time) bool {
		return slices.ContainsFunc(tolls, func(x civil.Toll) bool {
			return !t.Before(x.From) && (x.Until.IsZero() || t.Before(x.Until))
		})
	}
	none := left == 0 // then there is nothing to do but wait for the end of a toll
	for steps := 0; left > 0 || none && stopped(at); {
		switch {
		case !stopped(at):
			left -= time.Second
		case steps > 2_000_000:
			return time.Time{}, false
		default:
			steps++
		}
		at = at.Add(time.Second)
	}
	return at, true
}

var twinZones = []string{
	"America/Los_Angeles", "Europe/London", "Asia/Kathmandu", "Pacific/Chatham", "Australia/Lord_Howe", "Africa/Cairo",
	"America/Havana", "Asia/Beirut", "America/Santiago", "Antarctica/Troll", "America/Sao_Paulo", "Africa/Casablanca", "UTC",
}

// drawn is a random calendar with its rules, for both.
func drawn(t *rapid.T) (civil.Rules, twin) {
	clock := func(label string, from, to int) offtake.TimeOfDay {
		if !rapid.Bool().Draw(t, label+" set") {
			return offtake.TimeOfDay{}
		}
		return offtake.TimeOfDay{Minutes: rapid.IntRange(from, to).Draw(t, label), Set: true}
	}
	decl := offtake.Calendar{Name: "drawn", Timezone: rapid.SampledFrom(twinZones).Draw(t, "zone")}
	decl.Opens, decl.Cutoff = clock("opens", 0, 600), clock("cutoff", 601, 1439)
	if rapid.Bool().Draw(t, "federal") {
		decl.HolidaySet = "us-federal"
	}
	for range rapid.IntRange(0, 3).Draw(t, "listed") {
		decl.Holidays = append(decl.Holidays, aDay(t))
	}
	rules := offtake.TimeRules{CountFirst: rapid.Bool().Draw(t, "first")}
	if rapid.Bool().Draw(t, "roll") {
		rules.Roll = offtake.RollFollowing
	}
	cs, findings := civil.Compile([]offtake.Calendar{decl})
	if len(findings) > 0 {
		t.Fatalf("%v", findings)
	}
	r, err := cs.Rules(rules, "drawn")
	if err != nil {
		t.Fatal(err)
	}
	return r, twin{
		loc: r.Calendar.Location(), federal: decl.HolidaySet != "", listed: decl.Holidays,
		opens: decl.Opens, cutoff: decl.Cutoff, first: rules.CountFirst, roll: rules.Roll == offtake.RollFollowing,
	}
}

// aDay is near something that happens: a year's end, a leap day, a change of clocks.
func aDay(t *rapid.T) offtake.Date {
	near := rapid.SampledFrom([]string{
		"2017-10-14", "2018-02-17", "2018-11-03", "2020-06-19", "2021-06-18", "2021-12-31", "2023-12-29", "2024-02-28", "2025-01-20", "2025-03-09",
		"2025-03-30", "2025-04-06", "2025-07-03", "2025-09-07", "2025-10-05", "2025-10-31", "2025-11-02", "2025-11-26", "2025-12-24", "2026-07-03",
	}).Draw(t, "near")
	return date(near).AddDays(rapid.IntRange(-9, 9).Draw(t, "days off"))
}

func anInstant(t *rapid.T, r civil.Rules) time.Time {
	d := aDay(t)
	switch rapid.IntRange(0, 3).Draw(t, "at") {
	case 0:
		return r.CutoffOf(d).Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "second off")) * time.Second).Truncate(time.Second)
	case 1:
		return r.Calendar.Start(d)
	default:
		return time.Date(d.Year, d.Month, d.Day, 0, 0, rapid.IntRange(0, 86399).Draw(t, "second"), 0, time.UTC)
	}
}

func aLength(t *rapid.T) offtake.Duration {
	unit := rapid.SampledFrom([]offtake.Unit{offtake.Days, offtake.Weeks, offtake.BusinessDays, offtake.Months, offtake.Years, offtake.Elapsed}).Draw(t, "unit")
	switch unit {
	case offtake.Elapsed:
		return offtake.Duration{Unit: unit, Time: time.Duration(rapid.IntRange(0, 200_000).Draw(t, "seconds")) * time.Second}
	case offtake.Years:
		return offtake.Duration{Unit: unit, Count: rapid.IntRange(0, 1).Draw(t, "years")}
	case offtake.Months, offtake.Weeks:
		return offtake.Duration{Unit: unit, Count: rapid.IntRange(0, 3).Draw(t, "count")}
	}
	return offtake.Duration{Unit: unit, Count: rapid.IntRange(0, 25).Draw(t, "count")}
}

// someTolls lie around an instant; the last may be without an end.
func someTolls(t *rapid.T, from time.Time) []civil.Toll {
	var tolls []civil.Toll
	at := from.Add(-24 * time.Hour)
	for range rapid.IntRange(0, 3).Draw(t, "tolls") {
		at = at.Add(time.Duration(rapid.IntRange(0, 5*24*60).Draw(t, "wait")) * time.Minute)
		x := civil.Toll{From: at}
		if rapid.IntRange(0, 9).Draw(t, "without an end") > 0 {
			x.Until = at.Add(time.Duration(rapid.IntRange(1, 4*24*60).Draw(t, "lasts")) * time.Minute)
		}
		tolls = append(tolls, x)
	}
	return tolls
}

func TestEveryDeadlineIsTheOneOfTheDayByDayTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, dumb := drawn(t)
		from, length, notice := anInstant(t, r), aLength(t), rapid.Bool().Draw(t, "notice")
		w := r.After(from, length)
		if notice {
			w = r.Notice(from, length)
		}
		w.Tolls = someTolls(t, from)
		got, known := w.Deadline()
		want, wantKnown := dumb.deadline(from, notice, length, w.Tolls)
		if known != wantKnown || known && !got.Equal(want) {
			t.Fatalf("%s from %s, notice %v, tolls %v: got %s %v, want %s %v", length, offtake.Stamp(from), notice, w.Tolls,
				offtake.Stamp(got), known, offtake.Stamp(want), wantKnown)
		}
		if c := w.Count(); c.Known != known || !c.Deadline.Equal(got) {
			t.Fatalf("Count explains %s, the deadline is %s", offtake.Stamp(c.Deadline), offtake.Stamp(got))
		}
	})
}

// What was left at an instant, tolled from that instant to a later one, is
// what the rest of the window takes: nobody gains or loses a unit by a toll.
func TestATollKeepsTheUnitsLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, _ := drawn(t)
		r.Roll = offtake.RollNone
		w := r.Notice(anInstant(t, r), aLength(t))
		at := w.From.Add(time.Duration(rapid.IntRange(0, 60*24*60).Draw(t, "minutes on")) * time.Minute)
		until := at.Add(time.Duration(rapid.IntRange(1, 30*24*60).Draw(t, "tolled")) * time.Minute)
		tolled := w.Tolled(civil.Toll{From: at, Until: until})
		before, after := w.Left(at), tolled.Left(until)
		if before != after {
			t.Fatalf("%s from %s: %s left at %s, %s after the toll to %s", w.Length, offtake.Stamp(w.From), before, offtake.Stamp(at), after, offtake.Stamp(until))
		}
	})
}

// A window never ends earlier for being tolled, nor for being longer.
func TestTollsAndUnitsOnlyAddTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, _ := drawn(t)
		w := r.Notice(anInstant(t, r), aLength(t))
		plain, _ := w.Deadline()
		tolled := w
		tolled.Tolls = someTolls(t, w.From)
		if got, known := tolled.Deadline(); known && got.Before(plain) {
			t.Fatalf("%s with tolls %v ends %s, without %s", w.Length, tolled.Tolls, offtake.Stamp(got), offtake.Stamp(plain))
		}
		longer := w
		longer.Length.Count++
		if w.Length.Unit == offtake.Elapsed {
			longer.Length.Count--
			longer.Length.Time += time.Second
		}
		if got, _ := longer.Deadline(); got.Before(plain) {
			t.Fatalf("%s ends %s, %s ends %s", longer.Length, offtake.Stamp(got), w.Length, offtake.Stamp(plain))
		}
	})
}

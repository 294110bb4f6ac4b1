package civil

import (
	"cmp"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
)

// Calendars are all the calendars of a book, ready to count with.
type Calendars struct {
	named map[offtake.CalendarName]*Calendar
}

// Get gives the calendar of that name. A calendar that did not compile is not there.
func (cs *Calendars) Get(name offtake.CalendarName) (*Calendar, bool) {
	c, ok := cs.named[name]
	return c, ok
}

// Names gives the names of all calendars, sorted.
func (cs *Calendars) Names() []offtake.CalendarName { return sortedNames(cs.named) }

// maxWeight is how many calendars may have to be asked about one day. It keeps
// calendars that combine combinations of combinations from growing without bound.
const maxWeight = 1000

// Compile makes calendars of what a book declares. Every mistake comes back as
// a finding at the value it is about; the calendars without mistakes are usable
// whatever became of the others. One that is Partial is judged by what was read
// of it, and is not usable.
func Compile(decls []offtake.Calendar) (*Calendars, []offtake.Finding) {
	c := compiler{
		decls: make(map[offtake.CalendarName]offtake.Calendar, len(decls)),
		state: make(map[offtake.CalendarName]state, len(decls)),
		out:   &Calendars{named: make(map[offtake.CalendarName]*Calendar, len(decls))},
	}
	for _, d := range decls {
		if _, twice := c.decls[d.Name]; twice {
			c.mistake(d, "duplicate-name", "", "calendar %q is declared twice", d.Name)
			continue
		}
		c.decls[d.Name] = d
	}
	for _, d := range decls {
		c.compile(d.Name, 0)
	}
	offtake.SortFindings(c.findings)
	return c.out, c.findings
}

// A state says how far a calendar has come.
type state uint8

const (
	untouched state = iota
	underway        // its members are being compiled: to meet it again is a cycle
	done
)

type compiler struct {
	decls    map[offtake.CalendarName]offtake.Calendar
	state    map[offtake.CalendarName]state
	out      *Calendars
	findings []offtake.Finding
	hint     string // the declared calendars, listed once
}

func (c *compiler) mistake(d offtake.Calendar, code, hint, format string, args ...any) {
	c.mistakeAt(d, offtake.Pos{}, code, hint, format, args...)
}

// mistakeAt reports a mistake at the value it is about, or at the calendar's
// name where that place is not known.
func (c *compiler) mistakeAt(d offtake.Calendar, p offtake.Pos, code, hint, format string, args ...any) {
	c.findings = append(c.findings, offtake.Finding{
		Severity: offtake.Mistake, Pos: cmp.Or(p, d.Pos), Code: code, Hint: hint,
		Message: offtake.Refuse(offtake.Invalid, format, args...).Error(),
	})
}

// compile gives the calendar of that name, or nil where it has a mistake,
// which is then among the findings.
func (c *compiler) compile(name offtake.CalendarName, depth int) *Calendar {
	if c.state[name] == done {
		return c.out.named[name]
	}
	d := c.decls[name]
	c.state[name] = underway
	before := len(c.findings)
	var cal *Calendar
	if d.Combine == offtake.Plain {
		cal = c.plain(d)
	} else {
		cal = c.combined(d, depth)
	}
	c.state[name] = done
	if cal == nil || d.Partial || len(c.findings) > before {
		return nil
	}
	c.out.named[name] = cal
	return cal
}

func (c *compiler) plain(d offtake.Calendar) *Calendar {
	cal := &Calendar{name: d.Name, zone: d.Timezone, cutoff: d.Cutoff, opens: d.Opens, weight: 1}
	loc, err := LoadZone(d.Timezone)
	if err != nil {
		c.mistakeAt(d, d.Places.Timezone, "unknown-zone", "", "calendar %q: %w", d.Name, err)
	}
	cal.loc, cal.clocks = loc, clocksOf(loc)
	switch d.HolidaySet {
	case "":
	case usFederal:
		cal.federal = federal()
	default:
		c.mistakeAt(d, d.Places.Holidays, "unknown-holidays", "a list of days is allowed too", "calendar %q: holidays %.60q is not a known set, which are: %s", d.Name, d.HolidaySet, usFederal)
	}
	for _, h := range d.Holidays {
		cal.listed = append(cal.listed, dayOf(h))
	}
	slices.Sort(cal.listed)
	cal.listed = slices.Compact(cal.listed)
	if !ordered(d.Opens, d.Cutoff) {
		c.mistakeAt(d, d.Places.Opens, "calendar-hours", "", "calendar %q opens at %s, not before its cut-off at %s", d.Name, d.Opens, d.Cutoff)
	}
	return cal
}

// ordered reports whether a day that opens then has time before its cut-off.
func ordered(opens, cutoff offtake.TimeOfDay) bool {
	return !opens.Set || !cutoff.Set || opens.Minutes < cutoff.Minutes
}

func (c *compiler) combined(d offtake.Calendar, depth int) *Calendar {
	members, ok := c.members(d, depth)
	if !ok {
		return nil
	}
	cal := &Calendar{name: d.Name, combine: d.Combine, of: members, weight: 1}
	first := members[0]
	cal.zone, cal.loc, cal.clocks = first.zone, first.loc, first.clocks
	cal.cutoff, cal.opens = first.cutoff, first.opens
	for i, m := range members {
		cal.weight += m.weight
		cal.opens = combinedOpens(d.Combine, cal.opens, m.opens)
		if m.zone != first.zone {
			c.mistakeAt(d, placeOf(d, i), "calendar-mix", "calendars combined share a zone", "calendar %q combines %q in %s with %q in %s", d.Name, first.name, first.zone, m.name, m.zone)
		}
		if m.cutoff != first.cutoff {
			c.mistakeAt(d, placeOf(d, i), "calendar-mix", "calendars combined share a cut-off", "calendar %q combines %q with %s and %q with %s", d.Name, first.name, hour("cut-off", first.cutoff), m.name, hour("cut-off", m.cutoff))
		}
	}
	switch {
	case cal.weight > maxWeight:
		c.tooLarge(d)
	case !ordered(cal.opens, cal.cutoff):
		c.mistake(d, "calendar-hours", "", "calendar %q opens at %s, not before its cut-off at %s", d.Name, cal.opens, cal.cutoff)
	}
	return cal
}

func (c *compiler) tooLarge(d offtake.Calendar) {
	c.mistake(d, "calendar-too-large", "", "calendar %q combines more than %d calendars, counted with all that they combine", d.Name, maxWeight)
}

// members gives the calendars that d combines, and whether all of them are there.
func (c *compiler) members(d offtake.Calendar, depth int) (out []*Calendar, ok bool) {
	switch {
	case len(d.Of) == 0:
		c.mistake(d, "calendar-empty", "", "calendar %q combines no calendars, where at least one is needed", d.Name)
		return nil, false
	case len(d.Of) > maxWeight || depth > maxWeight:
		c.tooLarge(d)
		return nil, false
	}
	ok = true
	for i, name := range d.Of {
		m := c.member(d, name, placeOf(d, i), depth)
		ok = ok && m != nil
		out = append(out, m)
	}
	return out, ok
}

// placeOf says where the ith of the calendars that d combines was written.
func placeOf(d offtake.Calendar, i int) offtake.Pos {
	if i < len(d.Places.Of) {
		return d.Places.Of[i]
	}
	return offtake.Pos{}
}

// member gives one calendar that d combines, or nil where that is a mistake
// or has one.
func (c *compiler) member(d offtake.Calendar, name offtake.CalendarName, place offtake.Pos, depth int) *Calendar {
	if _, known := c.decls[name]; !known {
		c.mistakeAt(d, place, "unknown-name", c.known(), "calendar %q combines %.60q, which is not declared", d.Name, name)
		return nil
	}
	if c.state[name] == underway {
		c.mistakeAt(d, place, "calendar-cycle", "", "calendar %q is combined of itself, by way of %q", name, d.Name)
		return nil
	}
	return c.compile(name, depth+1)
}

// combinedOpens gives the time at which all members, or any, have opened. A
// member without a time opens with the day.
func combinedOpens(how offtake.Combine, a, b offtake.TimeOfDay) offtake.TimeOfDay {
	switch {
	case a.Set && b.Set && (a.Minutes > b.Minutes) == (how == offtake.All):
		return a
	case a.Set && b.Set:
		return b
	case how == offtake.Any:
		return offtake.TimeOfDay{}
	case a.Set:
		return a
	}
	return b
}

func hour(what string, t offtake.TimeOfDay) string {
	if !t.Set {
		return "no " + what
	}
	return what + " " + t.String()
}

// known lists a few of the declared calendars, for a hint.
func (c *compiler) known() string {
	if c.hint != "" {
		return c.hint
	}
	var names []string
	for _, n := range sortedNames(c.decls) {
		if len(names) == 5 {
			names = append(names, "…")
			break
		}
		names = append(names, string(n))
	}
	c.hint = "declared: " + strings.Join(names, ", ")
	return c.hint
}

func sortedNames[V any](m map[offtake.CalendarName]V) []offtake.CalendarName {
	names := make([]offtake.CalendarName, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

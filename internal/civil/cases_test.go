package civil_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// A case of the files in testdata, and of docs/LEGAL-TIME.md, is a sentence
// and a line:
//
//	# Juneteenth does not count.
//	P15BD from 2025-06-03T10:00 = 2025-06-25T17:00
//
// Calendars are declared on lines of their own and stay known to the end of
// the file; the last one named is the one counted with:
//
//	calendar NAME zone Z holidays us-federal|D,D opens 09:00 cutoff 17:00
//	calendar NAME all|any A,B
//
// A time is local to the calendar, or to the zone that follows it, or says its
// offset itself; on the right 24:00 is the last nanosecond of the day. A
// window may be followed by act (not a notice), first, roll, cutoff T and any
// number of toll A..B. Left of the equals sign may also stand:
//
//	received TIME       what day a notice counts for
//	left WINDOW at TIME the units left
//	start D, end D      where a day begins and ends
//	clock D T           the instant at which the clocks show T
//	next D              the next business day
//	day D               "business day", or why it is none
type script struct {
	decls   []offtake.Calendar
	current offtake.CalendarName
}

// A line is one case, where it stands and what it is called.
type line struct{ at, name, text string }

func readCases(t *testing.T, path string) []line {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []line
	name := ""
	in := bufio.NewScanner(f)
	for n := 1; in.Scan(); n++ {
		text := strings.TrimSpace(in.Text())
		switch {
		case strings.HasPrefix(text, "#"):
			name = strings.TrimSpace(text[1:])
		case text != "":
			out = append(out, line{fmt.Sprintf("%s:%d", filepath.Base(path), n), name, text})
		}
	}
	return out
}

func TestLegalTime(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	total := 0
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			total += runCases(t, readCases(t, path))
		})
	}
	if least := 200; total < least {
		t.Errorf("testdata holds %d cases, want at least %d", total, least)
	}
}

// runCases checks every case and gives their number.
func runCases(t *testing.T, lines []line) int {
	t.Helper()
	var s script
	cases := 0
	for _, l := range lines {
		if rest, ok := strings.CutPrefix(l.text, "calendar "); ok {
			if err := s.declare(strings.Fields(rest)); err != nil {
				t.Fatalf("%s: %v", l.at, err)
			}
			continue
		}
		cases++
		got, want, err := s.run(l.text)
		switch {
		case err != nil:
			t.Errorf("%s: %s: %v", l.at, l.text, err)
		case got != want:
			t.Errorf("%s: %s\n%s\n got %s\nwant %s", l.at, l.name, l.text, got, want)
		}
	}
	return cases
}

func (s *script) declare(words []string) error {
	name := offtake.CalendarName(words[0])
	s.current = name
	if len(words) == 1 {
		return nil
	}
	d := offtake.Calendar{Name: name}
	if name == "us-business" {
		d.Timezone, d.HolidaySet = "America/Los_Angeles", "us-federal"
	}
	for i := 1; i+1 < len(words); i += 2 {
		if err := setKey(&d, words[i], words[i+1]); err != nil {
			return err
		}
	}
	s.decls = slices.DeleteFunc(s.decls, func(c offtake.Calendar) bool { return c.Name == name })
	s.decls = append(s.decls, d)
	if _, findings := civil.Compile(s.decls); len(findings) > 0 {
		return fmt.Errorf("%s", findings[0].Message)
	}
	return nil
}

func setKey(d *offtake.Calendar, key, value string) (err error) {
	switch key {
	case "zone":
		d.Timezone = value
	case "cutoff":
		d.Cutoff, err = offtake.ParseTimeOfDay(value)
	case "opens":
		d.Opens, err = offtake.ParseTimeOfDay(value)
	case "holidays":
		if d.HolidaySet = value; strings.HasPrefix(value, "20") {
			d.HolidaySet = ""
			for _, day := range strings.Split(value, ",") {
				d.Holidays = append(d.Holidays, date(day))
			}
		}
	case "all", "any":
		d.Combine = map[string]offtake.Combine{"all": offtake.All, "any": offtake.Any}[key]
		for _, of := range strings.Split(value, ",") {
			d.Of = append(d.Of, offtake.CalendarName(of))
		}
	default:
		err = fmt.Errorf("calendar has no key %q", key)
	}
	return err
}

func date(s string) offtake.Date {
	d, err := offtake.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// run gives what the case gives and what it should give, both as text.
func (s *script) run(text string) (got, want string, err error) {
	calendars, _ := civil.Compile(s.decls)
	c, ok := calendars.Get(s.current)
	if !ok {
		return "", "", fmt.Errorf("calendar %q is not declared", s.current)
	}
	left, want, ok := strings.Cut(text, " = ")
	if !ok {
		return "", "", fmt.Errorf("no = in the case")
	}
	want = strings.TrimSpace(want)
	words := strings.Fields(left)
	switch words[0] {
	case "received":
		at, _, err := readTime(words[1:], c)
		on, late := civil.Rules{Calendar: c}.Received(at)
		return on.String() + map[bool]string{true: " late"}[late], want, err
	case "left":
		w, rest, err := readWindow(calendars, s.current, words[1:])
		if err != nil || len(rest) < 2 || rest[0] != "at" {
			return "", "", fmt.Errorf("left needs a window and an instant: %v %v", err, rest)
		}
		at, _, err := readTime(rest[1:], c)
		return w.Left(at).String(), want, err
	case "next":
		return c.NextBusinessDay(date(words[1])).String(), want, nil
	case "day":
		if why := c.Closed(date(words[1])); why != "" || !c.IsBusinessDay(date(words[1])) {
			return why, want, nil
		}
		return "business day", want, nil
	case "start":
		return compare(c, c.Start(date(words[1])), want)
	case "end":
		return compare(c, c.EndOfDay(date(words[1])), want)
	case "clock":
		at, err := offtake.ParseTimeOfDay(words[2])
		if err != nil {
			return "", "", err
		}
		return compare(c, c.At(date(words[1]), at), want)
	}
	w, rest, err := readWindow(calendars, s.current, words)
	if err != nil || len(rest) > 0 {
		return "", "", fmt.Errorf("%v, left over: %q", err, rest)
	}
	deadline, known := w.Deadline()
	if !known {
		return "unknown", want, nil
	}
	return compare(c, deadline, want)
}

// compare gives both instants in UTC.
func compare(c *civil.Calendar, got time.Time, want string) (string, string, error) {
	if want == "unknown" {
		return offtake.Stamp(got), want, nil
	}
	at, _, err := readTime(strings.Fields(want), c)
	return offtake.Stamp(got), offtake.Stamp(at), err
}

func readWindow(calendars *civil.Calendars, name offtake.CalendarName, words []string) (w civil.Window, rest []string, err error) {
	if len(words) < 3 || words[1] != "from" {
		return w, words, fmt.Errorf("a window is written P5D from TIME")
	}
	c, _ := calendars.Get(name)
	length, err := offtake.ParseDuration(words[0])
	if err != nil {
		return w, nil, err
	}
	from, rest, err := readTime(words[2:], c)
	if err != nil {
		return w, nil, err
	}
	var rules offtake.TimeRules
	var tolls []civil.Toll
	notice := true
	for len(rest) > 0 && rest[0] != "at" {
		key := rest[0]
		rest = rest[1:]
		switch key {
		case "act":
			notice = false
		case "first":
			rules.CountFirst = true
		case "roll":
			rules.Roll = offtake.RollFollowing
		case "cutoff":
			rules.Cutoff, err = offtake.ParseTimeOfDay(rest[0])
			rest = rest[1:]
		case "toll":
			var toll civil.Toll
			toll, err = readToll(rest[0], c)
			tolls, rest = append(tolls, toll), rest[1:]
		default:
			err = fmt.Errorf("%q is no part of a window", key)
		}
		if err != nil {
			return w, nil, err
		}
	}
	r, err := calendars.Rules(rules, name)
	w = r.After(from, length)
	if notice {
		w = r.Notice(from, length)
	}
	for _, t := range tolls {
		w = w.Tolled(t)
	}
	return w, rest, err
}

func readToll(text string, c *civil.Calendar) (toll civil.Toll, err error) {
	a, b, ok := strings.Cut(text, "..")
	if !ok {
		return toll, fmt.Errorf("a toll is written A..B")
	}
	if toll.From, _, err = readTime([]string{a}, c); err != nil || b == "" {
		return toll, err
	}
	toll.Until, _, err = readTime([]string{b}, c)
	return toll, err
}

// readTime reads a time and the zone that may follow it.
func readTime(words []string, c *civil.Calendar) (time.Time, []string, error) {
	if at, err := time.Parse("2006-01-02T15:04:05.999999999Z07:00", words[0]); err == nil {
		return at, words[1:], nil
	}
	if at, err := time.Parse("2006-01-02T15:04Z07:00", words[0]); err == nil {
		return at, words[1:], nil
	}
	loc, rest := c.Location(), words[1:]
	if len(rest) > 0 && (strings.Contains(rest[0], "/") || rest[0] == "UTC") {
		zone, err := civil.LoadZone(rest[0])
		if err != nil {
			return time.Time{}, nil, err
		}
		loc, rest = zone, rest[1:]
	}
	at, err := readLocal(words[0], loc)
	return at, rest, err
}

// readLocal reads a local time that the clocks show exactly once. It does
// without the code under test: it tries every offset in use nearby.
func readLocal(text string, loc *time.Location) (time.Time, error) {
	day, isEnd := strings.CutSuffix(text, "T24:00")
	if isEnd {
		text = date(day).AddDays(1).String() + "T00:00"
	}
	if len(text) == len("2025-06-03T10:00") {
		text += ":00"
	}
	wall, err := time.Parse("2006-01-02T15:04:05.999999999", text)
	if err != nil {
		return wall, err
	}
	found := map[time.Time]bool{}
	var at time.Time
	for h := -30; h <= 30; h++ {
		_, offset := wall.Add(time.Duration(h) * time.Hour).In(loc).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second)
		if t.In(loc).Format(time.DateTime) == wall.Format(time.DateTime) {
			found[t], at = true, t
		}
	}
	if len(found) != 1 {
		return at, fmt.Errorf("the clocks of %s show %s %d times: write it with its offset", loc, text, len(found))
	}
	if isEnd {
		at = at.Add(-1)
	}
	return at, nil
}

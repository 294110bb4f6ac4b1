// Package icalendar writes the deadlines of a case as an iCalendar file (RFC
// 5545), which calendars read and take over again when the case goes on.
//
// Each deadline is one event at its instant, in UTC. Its UID is made of the
// deadline's own name, which does not change when the log grows, and of the
// book's, so that a later file of the same case replaces the events of an
// earlier one. SEQUENCE counts the deadline's revisions. One that ended before
// its time, because it was met or became moot, is CANCELLED; every other is
// CONFIRMED, also while time stands still: its date is then the last that was
// known, and its words say so. Every stamp is an instant of the log.
//
// A calendar has whole seconds: a deadline at the end of a day, its last
// nanosecond, stands at the last second.
package icalendar

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	ics "github.com/arran4/golang-ical"

	"github.com/offtake-dev/offtake/internal/chronology"
)

// Write writes the deadlines of a case. The same case gives the same bytes.
func Write(w io.Writer, c *chronology.Chronology) error {
	cal := ics.NewCalendar()
	cal.SetProductId("-//Offtake//deadlines of a written case//EN")
	cal.SetName("Deadlines of " + string(c.Book))
	for _, d := range c.Deadlines {
		add(cal.AddEvent(UID(c, d)), d)
	}
	return cal.SerializeTo(w, ics.WithNewLineWindows)
}

// longest bounds what a UID says in the open; RFC 7986 wants 255 bytes at most.
const longest = 200

// UID gives the name of a deadline among all the calendars of the world.
func UID(c *chronology.Chronology, d *chronology.Deadline) string {
	name := plain(d.ID)
	if len(name) > longest {
		sum := sha256.Sum256([]byte(d.ID))
		name = hex.EncodeToString(sum[:])
	}
	book := plain(string(c.Book))
	if len(book) > 40 {
		sum := sha256.Sum256([]byte(book))
		book = hex.EncodeToString(sum[:16])
	}
	return name + "@" + book + ".offtake"
}

// plain writes what is no letter, digit or mark of a name as the percent sign
// and two digits, so that no reader has to escape it.
func plain(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~#/", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func add(e *ics.VEvent, d *chronology.Deadline) {
	e.SetCreatedTime(d.Began())
	e.SetDtStampTime(d.Changed)
	e.SetModifiedAt(d.Changed)
	e.SetStartAt(d.By())
	e.SetSequence(d.Revisions())
	e.SetStatus(ics.ObjectStatusConfirmed)
	summary := d.Does + " (" + d.Shown() + ")"
	switch d.Status() {
	case chronology.Met:
		summary = "Met: " + summary
		e.SetStatus(ics.ObjectStatusCancelled)
	case chronology.Moot:
		summary = "Moot: " + summary
		e.SetStatus(ics.ObjectStatusCancelled)
	case chronology.Stopped:
		summary = "Time stands still: " + summary
	}
	e.SetSummary(summary)
	e.SetDescription(description(d))
	e.SetProperty(ics.ComponentPropertyCategories, string(d.Name))
	e.SetTimeTransparency(ics.TransparencyTransparent)
}

// description says what the deadline rests on, and what became of it.
func description(d *chronology.Deadline) string {
	lines := []string{d.Sentence() + ".", sentence(d.Basis), "Under " + d.Clause.String() + ", in the process " + d.Shown() + "."}
	for i, m := range d.Course {
		if i > 0 {
			lines = append(lines, d.Local(m.At)+": "+string(m.What)+until(d, m)+": "+sentence(m.Why))
		}
	}
	return strings.Join(lines, "\n")
}

func until(d *chronology.Deadline, m chronology.Move) string {
	if m.What == chronology.Moved || m.What == chronology.Set {
		return " to " + d.Local(m.By)
	}
	return ""
}

func sentence(s string) string { return strings.TrimSuffix(s, ".") + "." }

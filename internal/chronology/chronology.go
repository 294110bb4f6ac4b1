package chronology

import (
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/play"
)

// A Chronology is what happened in a case, in its order.
type Chronology struct {
	Book      offtake.BookName
	Until     time.Time // the last instant that was played
	Local     string    // the same by the clocks of the book's calendar
	Entries   []Entry
	Deadlines []*Deadline // in the order in which they were set
	Processes []Process   // in the order in which they opened
}

// An Entry is an act, or a deadline that passed.
type Entry struct {
	N        int // from 1
	At       time.Time
	Local    string // At, by the clocks of the calendar that counts it
	Act      offtake.ActID
	By       offtake.PartyName // "" where time itself acts
	Over     offtake.OpportunityID
	Deed     string       // its word in a log; "deadline" where one passed
	Outcome  play.Outcome // "" where the act is no line of the log
	Said     string       // what was done, as a sentence
	Reason   string       // of a rejection
	Followed []Consequence
	Next     []Turn // of the processes that it reached
}

// Passed reports whether it is a deadline that passed, or an amendment that took
// hold, and no act of the log.
func (e Entry) Passed() bool { return e.Outcome == "" }

// Taken reports whether it is an act that was taken as it was meant.
func (e Entry) Taken() bool { return e.Outcome == play.Taken }

// A Consequence is what followed in one process, or in none.
type Consequence struct {
	Process offtake.ProcessID
	Event   string // its word in a log
	Text    string // a sentence
}

// A Turn is what comes next for some of a process, and whose it is.
type Turn struct {
	Process  offtake.ProcessID
	Who      []offtake.PartyName // who must or may act; nil: nobody
	Text     string              // a sentence, with the deadline if there is one
	Deadline *Deadline           // nil: none runs
	Basis    string              // how the deadline was counted, where it is new or has moved
}

// A Process is one right over one opportunity, from the offer to its end.
type Process struct {
	ID          offtake.ProcessID
	Opportunity offtake.OpportunityID
	Clause      offtake.ClauseRef
	After       offtake.ProcessID // the process it succeeds
	Zone        string            // of the clocks that its clause counts by
	Opened      time.Time
	State       offtake.ProcessState
	Why         string          // what the state rests on
	Course      []Picture       // of its parts, each from its instant on
	Next        []Turn          // at the end of what was played
	Product     offtake.Product // of a launch

	zone zone
}

// Clock gives an instant as the clocks show it that the clause counts by.
func (p *Process) Clock(t time.Time) time.Time { return p.zone.local(t) }

// Local gives the same in words.
func (p *Process) Local(t time.Time) string { return p.zone.moment(t) }

// Shown gives the name of the process as it can be shown on one line.
func (p *Process) Shown() string { return Shown(p.ID) }

// Succeeds gives the name of the process it succeeds, likewise; "" for none.
func (p *Process) Succeeds() string { return Shown(p.After) }

// A Picture is how the parts of a process stand from an instant on.
type Picture struct {
	At    time.Time
	Parts []Part
}

// A Part is a quantity and where it stands.
type Part struct {
	Quantity int64
	State    offtake.ProcessState
	Party    offtake.PartyName // the holder that is bound
	Product  offtake.Product   // of a first placement, which has no quantity
}

// What gives what stands there: a product, or so much.
func (q Part) What() string {
	if q.Product != "" {
		return Shown(q.Product)
	}
	return number(q.Quantity)
}

// A Deadline is until when something is to be done, and what became of that.
type Deadline struct {
	ID          string // it does not change when the log grows
	Process     offtake.ProcessID
	Opportunity offtake.OpportunityID
	Clause      offtake.ClauseRef
	Name        offtake.DeadlineName
	Who         []offtake.PartyName // who must or may act; nil: nobody
	Does        string              // "microsoft may answer for 1008", with the parties that have not done it yet
	Basis       string              // the clause, and the count
	Changed     time.Time           // when anything said of it changed last
	Course      []Move              // never empty

	zone zone
	till string // "until", "by" or "at"
}

// A Move is one step in the course of a deadline.
type Move struct {
	At   time.Time
	What What
	By   time.Time // the deadline from here on
	Why  string    // what it rests on
}

// What a Move says.
type What string

// The moves of a deadline.
const (
	Set     What = "set"
	Moved   What = "moved"
	Stopped What = "stopped" // time stands still, and no date is known
	Runs    What = "runs"    // again
	Met     What = "met"     // what it was for was done
	Moot    What = "moot"    // it no longer matters
	Fell    What = "fell"    // it passed
)

func (d *Deadline) last() Move { return d.Course[len(d.Course)-1] }

// Began gives when it was set first.
func (d *Deadline) Began() time.Time { return d.Course[0].At }

// By gives the deadline as it is now or was last.
func (d *Deadline) By() time.Time { return d.last().By }

// Local gives an instant on the clocks of the calendar that counts the deadline.
func (d *Deadline) Local(t time.Time) string { return d.zone.moment(t) }

// Shown gives the name of the process as it can be shown on one line.
func (d *Deadline) Shown() string { return Shown(d.Process) }

// Stands reports whether it runs, or time stands still for it.
func (d *Deadline) Stands() bool {
	switch d.last().What {
	case Met, Moot, Fell:
		return false
	}
	return true
}

// Still reports whether time stands still for it.
func (d *Deadline) Still() bool { return d.last().What == Stopped }

// Ended gives how it ended, and when; "" while it stands.
func (d *Deadline) Ended() (What, time.Time) {
	if d.Stands() {
		return "", time.Time{}
	}
	return d.last().What, d.last().At
}

// Status says in a word how it stands: "runs", "stopped", "met", "moot" or "fell".
func (d *Deadline) Status() What {
	if d.Stands() && !d.Still() {
		return Runs
	}
	return d.last().What
}

// Revisions counts how often what a calendar shows of it changed: its date, or
// whether it still matters.
func (d *Deadline) Revisions() (n int) {
	was := d.Course[0]
	for _, m := range d.Course[1:] {
		if m.What == Moved || !m.By.Equal(was.By) || cancels(m.What) != cancels(was.What) {
			n++
		}
		was = m
	}
	return n
}

// cancels reports whether a move ends a deadline before its time.
func cancels(w What) bool { return w == Met || w == Moot }

// Sentence says who has until when to do what.
func (d *Deadline) Sentence() string {
	if d.Still() {
		return d.Does + " once time runs again"
	}
	return d.Does + " " + d.till + " " + d.Local(d.By())
}

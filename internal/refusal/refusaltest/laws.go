package refusaltest

import (
	"fmt"
	"time"

	"github.com/offtake-dev/offtake"
)

// Laws hold a history of one right against what must never break. They know the
// clause, the acts with what became of them, and how the processes stood after
// each; deadlines they walk from day to day.
type Laws struct {
	Right offtake.FirstRefusal
	Book  *offtake.Book
	Days  Days // of the clause
	Dates Days // in which the dates of an offer are read
}

// A Step is an act, what became of it, and how the processes stood after it. A
// deadline that fell is an act too.
type Step struct {
	Act     offtake.Act
	Outcome Outcome
	Events  []offtake.Event
	After   []Standing
}

// A Standing is how a process stands, as far as the laws ask.
type Standing struct {
	ID       offtake.ProcessID
	Clause   offtake.ClauseRef
	After    offtake.ProcessID // the process it succeeds
	Left     offtake.Duration  // of that one's window
	LeftRank int64             // whose window it was
	State    offtake.ProcessState
	Terms    *offtake.OfferTerms
	Noticed  *offtake.OfferTerms
	Baseline *offtake.OfferTerms
	Served   time.Time // zero: no notice counts
	NotifyBy time.Time
	Due      time.Time // the next deadline
	Doubt    offtake.Doubt
	Causes   []string
	Seats    []SeatStanding
	Parts    []PartStanding
	Because  string   // what the state rests on
	Turns    []string // by part: who must or may do what next
}

// A SeatStanding is who sits for a holder.
type SeatStanding struct {
	Party offtake.PartyName
	Rank  int
	Asked bool
}

// A PartStanding is how a part stands.
type PartStanding struct {
	Quantity int64
	State    offtake.ProcessState
	Since    time.Time
	Paused   offtake.ProcessState // the state that a toll or a question interrupts
	Of       offtake.DeadlineName
	From     time.Time // what its deadline is counted from
	By       time.Time
	Party    offtake.PartyName
	Asked    []offtake.PartyName
	Answers  []offtake.Taking // a quantity of 0 is a refusal
	Kept     []offtake.Taking
	SignBy   time.Time
	Signed   *offtake.OfferTerms // what the third party signed
	CloseBy  time.Time
	Overdue  bool
}

// A Broken law, where, and how.
type Broken struct {
	Law int
	Act offtake.ActID
	Why string
}

func (b Broken) Error() string {
	return fmt.Sprintf("law %d is broken by act %s: %s", b.Law, b.Act, b.Why)
}

// A moment is a step and how the processes stood before it.
type moment struct {
	*Laws
	was map[offtake.ProcessID]*Standing
	s   *Step
}

// lawsOfAStep are the laws that a step keeps or breaks by itself; the others ask
// for the whole history.
var lawsOfAStep = []struct {
	number int
	broken func(m moment) string
}{
	{1, noThirdPartyWithoutClearance}, {2, onePartOneEnd}, {3, whatIsTakenAddsUp}, {4, noWindowBeforeANotice}, {5, deadlinesMoveLater},
	{6, silenceBindsNobody}, {7, boundToWhatWasServed}, {8, seniorsFirst}, {9, noBetterThanNoticed}, {10, noWithdrawalAfterAcceptance},
	{12, nothingFlipsAfterReliance}, {14, onlyWhoseStepItIs}, {15, questionsOutlastTime}, {16, everyStateIsExplained},
}

// Step holds a step against the laws that it can break, and gives the first one
// it does.
func (l *Laws) Step(was []Standing, s *Step) error {
	m := moment{l, map[offtake.ProcessID]*Standing{}, s}
	for i := range was {
		m.was[was[i].ID] = &was[i]
	}
	for _, law := range lawsOfAStep {
		if why := law.broken(m); why != "" {
			return Broken{law.number, s.Act.ID, why}
		}
	}
	return nil
}

// History holds all steps of a history against the laws, one after the other,
// and the laws about histories against the whole.
func (l *Laws) History(steps []Step) error {
	var was []Standing
	for i := range steps {
		if err := l.Step(was, &steps[i]); err != nil {
			return err
		}
		was = steps[i].After
	}
	return duplicatesHaveNoEffect(steps)
}

// Same is law 11: the same acts, played again, make the same events and leave
// the processes standing alike; and those up to an instant are a prefix of all.
func Same(first, again []Step) error {
	for i := range again {
		if i >= len(first) {
			return Broken{11, again[i].Act.ID, "the second playing has more steps"}
		}
		if a, b := tell(first[i]), tell(again[i]); a != b {
			return Broken{11, again[i].Act.ID, "played again it is " + b + ", and was " + a}
		}
	}
	return nil
}

// Grown is law 12 for a history: what it was before is its beginning.
func Grown(before, now []Step) error {
	if len(now) < len(before) {
		return Broken{12, before[len(now)].Act.ID, "it has gone from the history"}
	}
	for i := range before {
		if tell(before[i]) != tell(now[i]) {
			return Broken{12, before[i].Act.ID, "it has changed since"}
		}
	}
	return nil
}

func tell(s Step) string {
	out := fmt.Sprint(s.Act, s.Outcome, s.Events)
	for _, p := range s.After {
		out += fmt.Sprint(p.ID, p.State, *p.Terms, *p.Noticed, *p.Baseline, p.Served, p.NotifyBy, p.Due, p.Seats, p.Because)
		for _, q := range p.Parts {
			q.Signed = nil
			out += fmt.Sprint(q)
		}
	}
	return out
}

// duplicatesHaveNoEffect is law 13.
func duplicatesHaveNoEffect(steps []Step) error {
	first := map[offtake.ActID]int{}
	for i, s := range steps {
		n, known := first[s.Act.ID]
		if !known {
			if s.Outcome == Taken || s.Outcome == Nonconforming {
				first[s.Act.ID] = i
			}
			continue
		}
		want := Rejected
		if fmt.Sprint(s.Act) == fmt.Sprint(steps[n].Act) {
			want = Duplicate
		}
		if s.Outcome != want || len(s.Events) > 0 {
			return Broken{13, s.Act.ID, fmt.Sprintf("it came before, and is %s with %d events; it must be %s with none", s.Outcome, len(s.Events), want)}
		}
	}
	return nil
}

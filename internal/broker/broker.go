// Package broker is what a running broker knows: the market under its book, the
// versions of the book, what it was sent, and whether its clock is to be trusted.
//
// A State is folded from the entries of a journal and from nothing else. Acts about
// the book and the clock are decided here, all others by the market. An act is known
// by its id: sent again with the same content it has no effect, whenever that is.
//
// A new version of the book takes effect once every party that it takes from or
// burdens has signed it; what is open then goes on under the version that it began
// under.
//
// The package refuses to know the time, who may speak for a party, and where
// entries are kept.
package broker

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/wire"
)

// A State is a broker as of some entry of its journal. It is not safe for concurrent
// use.
type State struct {
	market   *market.State // nil: there is no book yet
	versions []Version
	pushed   []Pushed
	sent     map[digest]int64 // by the act's id: which entry it is, counted from 1
	doubted  string           // why the clock is; "": it is not
	now      time.Time
	recorded time.Time
	folded   int64
	notices  []Notice
	recall   Recall
	attached map[offtake.Hash][]offtake.PartyName // who may read an act that came with it, beside who sees all
}

// A Notice is one that was served in a process, in the order of the log.
type Notice struct {
	offtake.NoticeServed
	At    time.Time
	By    offtake.PartyName
	Files []offtake.Hash // that came with it
}

// A digest stands for an act's id.
type digest [16]byte

func digestOf(id offtake.ActID) (d digest) {
	sum := sha256.Sum256([]byte(id))
	copy(d[:], sum[:])
	return d
}

// New gives a broker that knows nothing, not even its book.
func New() *State {
	return &State{sent: map[digest]int64{}, attached: map[offtake.Hash][]offtake.PartyName{}}
}

// Now gives the instant of the last act taken.
func (s *State) Now() time.Time { return s.now }

// Recorded gives when the last act was written down.
func (s *State) Recorded() time.Time { return s.recorded }

// Folded gives how many entries were folded.
func (s *State) Folded() int64 { return s.folded }

// Doubted gives why the clock is not to be trusted; "" where it is.
func (s *State) Doubted() string { return s.doubted }

// Market gives the market, or nil where there is no book yet. It must not be changed.
func (s *State) Market() *market.State { return s.market }

// Notices gives the notices that were served. They must not be changed.
func (s *State) Notices() []Notice { return s.notices }

// Due gives the next deadline as an act to send. While the clock is doubted there
// is none.
func (s *State) Due() (time.Time, offtake.Act, bool) {
	if s.doubted != "" {
		return time.Time{}, offtake.Act{}, false
	}
	return s.Held()
}

// Held gives the next deadline, also while the clock is doubted.
func (s *State) Held() (time.Time, offtake.Act, bool) {
	if s.market == nil {
		return time.Time{}, offtake.Act{}, false
	}
	return s.market.Due()
}

// DueBefore gives the next deadline that comes before the acts received at an
// instant, as an act to send. While the clock is doubted there is none.
func (s *State) DueBefore(at time.Time) (offtake.Act, bool) {
	due, a, ok := s.Due()
	return a, ok && deal.Comes(due, a, at)
}

// Sent reports whether an act of this id was taken before, and as which entry,
// counted from 1.
func (s *State) Sent(id offtake.ActID) (version int64, before bool) {
	version, before = s.sent[digestOf(id)]
	return version, before
}

// Repeats reports whether an act says what another one said, whenever either was
// received.
func Repeats(a, was offtake.Act) (bool, error) {
	a.At, was.At = time.Unix(0, 0), time.Unix(0, 0)
	one, err := wire.AppendAct(nil, &a)
	if err != nil {
		return false, err
	}
	other, err := wire.AppendAct(nil, &was)
	return bytes.Equal(one, other), err
}

// Decide says what follows from an act, or refuses it. It changes nothing.
func (s *State) Decide(a offtake.Act) ([]offtake.Event, error) {
	switch deed := a.Deed.(type) {
	case nil:
		return nil, offtake.Refuse(offtake.Invalid, "act %q does nothing", a.ID)
	case offtake.BookPush:
		return s.push(a, deed)
	}
	if s.market == nil {
		return nil, offtake.Refuse(offtake.Conflict, "there is no book yet; push its first version")
	}
	switch deed := a.Deed.(type) {
	case offtake.BookSign:
		return s.sign(a, deed)
	case offtake.BookDrop:
		return s.drop(a, deed)
	case offtake.ClockDoubt:
		return s.doubt(deed)
	case offtake.ClockConfirm:
		return s.confirm(a)
	case offtake.Deadline:
		return s.market.Decide(a)
	case offtake.Evidence:
		if _, known := s.Book().Party(a.By); known {
			return s.evidence(a, deed)
		}
	}
	if _, known := s.Book().Party(a.By); !known {
		return nil, offtake.Refuse(offtake.NotFound, "party %.60q is not declared in the book", a.By)
	}
	return s.market.Decide(a)
}

func (s *State) doubt(d offtake.ClockDoubt) ([]offtake.Event, error) {
	if s.doubted != "" {
		return nil, offtake.Refuse(offtake.Conflict, "clock is doubted already: %s", s.doubted)
	}
	return []offtake.Event{offtake.ClockDoubted(d)}, nil
}

// confirm ends the doubt: the buyer says so, or the clocks agree again.
func (s *State) confirm(a offtake.Act) ([]offtake.Event, error) {
	switch {
	case s.doubted == "":
		return nil, offtake.Refuse(offtake.Conflict, "clock is not doubted: there is nothing to confirm")
	case a.By != "" && a.By != s.Book().Buyer:
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, whose broker this is", a.By, s.Book().Buyer)
	}
	return []offtake.Event{offtake.ClockConfirmed{}}, nil
}

// Fold folds an entry of the journal. An error means that the journal cannot be
// read by this code, and leaves the State of no use.
func (s *State) Fold(e *wire.Entry) error {
	s.folded++
	if e.Act.At.After(s.now) {
		s.now = e.Act.At
	}
	if e.Receipt.Recorded.After(s.recorded) {
		s.recorded = e.Receipt.Recorded
	}
	if e.Act.ID != "" {
		s.sent[digestOf(e.Act.ID)] = s.folded
	}
	for _, ev := range e.Events {
		switch ev := ev.(type) {
		case offtake.BookPushed:
			s.pushed = append(s.pushed, Pushed{BookPushed: ev, At: e.Act.At})
		case offtake.BookSigned:
			s.signed(ev)
		case offtake.BookDropped:
			s.dropped(ev.Hash)
		case offtake.BookAdopted:
			if err := s.adopt(ev, e.Act.At); err != nil {
				return err
			}
		case offtake.NoticeServed:
			s.notices = append(s.notices, Notice{NoticeServed: ev, At: e.Act.At, By: e.Act.By, Files: e.Receipt.Attachments})
		case offtake.ClockDoubted:
			s.doubted = ev.Why
		case offtake.ClockConfirmed:
			s.doubted = ""
		}
	}
	if len(e.Receipt.Attachments) > 0 {
		s.attach(e)
	}
	if s.market != nil && ofMarket(e.Act.Deed) {
		s.market.Apply(e.Act, e.Events)
	}
	return nil
}

// attach keeps who may read what came with an act: who did it, who wrote it down, and
// on whom it was served.
func (s *State) attach(e *wire.Entry) {
	readers := []offtake.PartyName{e.Act.By, e.Receipt.Recorder}
	for _, ev := range e.Events {
		if served, ok := ev.(offtake.NoticeServed); ok {
			readers = append(readers, served.To...)
		}
	}
	for _, hash := range e.Receipt.Attachments {
		s.attached[hash] = append(s.attached[hash], readers...)
	}
}

// Attached reports whether a party, or who sees all, may read an act that came with a
// file.
func (s *State) Attached(hash offtake.Hash, party offtake.PartyName, all bool) bool {
	readers, ok := s.attached[hash]
	return ok && (all || slices.Contains(readers, party))
}

// ofMarket reports whether an act is one that the market decides.
func ofMarket(d offtake.Deed) bool {
	switch d.(type) {
	case offtake.BookPush, offtake.BookSign, offtake.BookDrop, offtake.ClockDoubt, offtake.ClockConfirm:
		return false
	}
	return true
}

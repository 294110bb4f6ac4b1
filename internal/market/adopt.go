package market

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// Adopt puts another version of the book in force, as of the last act taken. What
// processes opened under binds them as before; what comes from now on meets the new
// law. What was bought stays, what was counted stays counted, and what the book
// itself holds is held as the new version says.
func (s *State) Adopt(setup Setup) {
	l := newLaw(setup)
	s.law, s.laws = l, append(s.laws, l)
	s.tell(l)
	s.deals.Adopt(l)
	s.mayPlace.forget()
	s.accounts.Adopt()
	clear(s.names)
	var held []offtake.ReservationID
	for _, r := range reservations(l) {
		held = append(held, s.held.Revise(s.now, r))
	}
	for _, id := range s.byBook {
		if !slices.Contains(held, id) {
			s.held.End(id, s.now)
		}
	}
	s.byBook = held
}

// Forward says what time it is where no act does, so that a version of the book is
// adopted then.
func (s *State) Forward(now time.Time) {
	if now.After(s.now) {
		s.now = now
	}
}

package account

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// shelves add lines up by month, so that a statement need not go through them all.
type shelves struct {
	sums  map[shelf]*Line
	lines map[ofMonth][]*Line // some of the drawn ones have moved on
}

// A shelf is all lines of one kind of which the dates are in one month, and that draw
// on one commitment.
type shelf struct {
	of           offtake.Hash
	month, drawn int
	draws        offtake.ClauseRef
}

// ofMonth is a month of lines by their dates, or by when they are drawn.
type ofMonth struct {
	drawn bool
	month int
}

func newShelves() shelves {
	return shelves{map[shelf]*Line{}, map[ofMonth][]*Line{}}
}

// monthOf counts the months of UTC.
func monthOf(t time.Time) int {
	t = t.UTC()
	return 12*t.Year() + int(t.Month()) - 1
}

// endOf gives the last instant of a month.
func endOf(month int) time.Time {
	return time.Date(month/12, time.Month(month%12+2), 1, 0, 0, 0, 0, time.UTC).Add(-1)
}

// put makes a line known by its date.
func (s *shelves) put(l *Line) {
	m := ofMonth{false, monthOf(l.At)}
	s.lines[m] = append(s.lines[m], l)
}

// drawn makes a line known by when it is drawn.
func (s *shelves) drawn(l *Line) {
	if !l.Draws.IsZero() {
		m := ofMonth{true, monthOf(l.DrawnAt)}
		s.lines[m] = append(s.lines[m], l)
	}
}

// add adds to the shelf of a line.
func (s *shelves) add(l *Line, used, unused int64, cost offtake.Accrual) {
	if used == 0 && unused == 0 && cost.IsZero() {
		return
	}
	if l.class == "" {
		of := l.Of
		of.At, of.Day = time.Time{}, offtake.Date{}
		l.class = LineOf(&of)
	}
	k := shelf{of: l.class, month: monthOf(l.At), draws: l.Draws}
	if !l.Draws.IsZero() {
		k.drawn = monthOf(l.DrawnAt)
	}
	sum := s.sums[k]
	if sum == nil {
		sum = &Line{Of: l.Of, At: endOf(k.month), Draws: l.Draws}
		if k.drawn != 0 {
			sum.DrawnAt = endOf(k.drawn)
		}
		s.sums[k] = sum
	}
	sum.Used, sum.Unused, sum.Cost = sum.Used+used, sum.Unused+unused, sum.Cost.Add(cost)
}

// Monthly gives what was charged by an instant, lines of whole months added up, in no
// order: by their dates, or by when they are drawn.
func (s *Accounts) Monthly(at time.Time, drawn bool, want func(*Line) bool) (out []*Line) {
	month := monthOf(at)
	if endOf(month).Equal(at) {
		month++
	}
	for k, l := range s.shelves.sums {
		of := k.month
		if drawn {
			of = k.drawn
		}
		if of < month && (!drawn || of != 0) && want(l) {
			out = append(out, l)
		}
	}
	seen := map[*Line]bool{}
	for _, l := range s.shelves.lines[ofMonth{drawn, month}] {
		dated := l.At
		if drawn {
			dated = l.DrawnAt
		}
		if monthOf(dated) == month && !dated.After(at) && want(l) && !(drawn && (l.Draws.IsZero() || seen[l])) {
			if drawn {
				seen[l] = true
			}
			out = append(out, l)
		}
	}
	return out
}

// Since gives the lines dated after one instant and no later than another, in no order.
func (s *Accounts) Since(after, until time.Time, want func(*Line) bool) (out []*Line) {
	for month := monthOf(after); month <= monthOf(until); month++ {
		for _, l := range s.shelves.lines[ofMonth{false, month}] {
			if l.At.After(after) && !l.At.After(until) && want(l) {
				out = append(out, l)
			}
		}
	}
	return out
}

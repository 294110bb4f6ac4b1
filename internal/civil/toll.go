package civil

import (
	"cmp"
	"slices"
	"time"
)

// A Toll is a time during which a window does not run: from From up to but not
// including Until. A zero Until means that it has not ended.
type Toll struct {
	From  time.Time
	Until time.Time
}

func (t Toll) open() bool { return t.Until.IsZero() }

// A span is a run of tolled days, both ends included.
type span struct{ first, last day }

// never is the last day of a toll that has not ended.
const never day = 1<<31 - 1

// tolledDays gives the days that do not count, in order and apart. A day is
// tolled if any part of it between the opening and the cut-off was; where
// there is no opening or no cut-off, the day's own start or end stands in.
func (r Rules) tolledDays(tolls []Toll) []span {
	if len(tolls) == 0 {
		return nil
	}
	spans := make([]span, 0, len(tolls))
	for _, t := range tolls {
		if s := r.tolledBy(t); s.first <= s.last {
			spans = append(spans, s)
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	apart := spans[:0]
	for _, s := range spans {
		if n := len(apart); n > 0 && s.first <= apart[n-1].last {
			apart[n-1].last = max(apart[n-1].last, s.last)
			continue
		}
		apart = append(apart, s)
	}
	return apart
}

// tolledBy gives the days of one toll; last < first if it touches none.
func (r Rules) tolledBy(t Toll) span {
	s := span{first: r.dayIn(t.From), last: never}
	if !t.open() && !t.Until.After(t.From) {
		return span{first: 1}
	}
	if r.passed(s.first, t.From) {
		s.first++
	}
	if !t.open() {
		s.last = r.dayIn(t.Until)
		if !r.Calendar.opening(s.last).Before(t.Until) {
			s.last--
		}
	}
	return s
}

// dayIn gives the day that holds t. It is the day the clock shows, except in
// the minutes after a midnight that the clock is about to go back across.
func (r Rules) dayIn(t time.Time) day {
	d := r.Calendar.day(t)
	for t.Before(r.Calendar.clocks.begin(d.midnight())) {
		d--
	}
	return d
}

// running gives the tolls as intervals of elapsed time, in order and apart.
func running(tolls []Toll) []Toll {
	if len(tolls) == 0 {
		return nil
	}
	sorted := slices.Clone(tolls)
	slices.SortFunc(sorted, func(a, b Toll) int { return a.From.Compare(b.From) })
	apart := sorted[:0]
	for _, t := range sorted {
		n := len(apart)
		switch {
		case !t.open() && !t.Until.After(t.From):
		case n == 0 || !apart[n-1].open() && t.From.After(apart[n-1].Until):
			apart = append(apart, t)
		case apart[n-1].open():
		case t.open() || t.Until.After(apart[n-1].Until):
			apart[n-1].Until = t.Until
		}
	}
	return apart
}

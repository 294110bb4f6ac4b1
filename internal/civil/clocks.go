package civil

import (
	"slices"
	"sync"
	"time"
)

// A wall is what a local clock shows, in seconds since 1970-01-01T00:00 on
// that same clock.
type wall int64

// widestOffset is more than any zone was ever ahead of or behind UTC.
const widestOffset = 16 * 3600

// clocks are those of a zone. Asking Go's zone data about a year that it knows
// by rule alone takes a while, and most questions are about the same decades, so
// the changes of those are written down once.
type clocks struct {
	loc     *time.Location
	once    sync.Once
	starts  []int64 // of the stretches of constant offset, from writtenFrom on
	offsets []int64
}

// The years whose clock changes are written down.
var (
	writtenFrom  = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	writtenUntil = time.Date(2070, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

var zoneClocks sync.Map // *time.Location → *clocks

func clocksOf(loc *time.Location) *clocks {
	kept, _ := zoneClocks.LoadOrStore(loc, &clocks{loc: loc})
	return kept.(*clocks)
}

func (k *clocks) write() {
	for at := time.Unix(writtenFrom, 0).In(k.loc); at.Unix() < writtenUntil; {
		off := int64(offsetAt(at))
		if n := len(k.offsets); n == 0 || k.offsets[n-1] != off {
			k.starts, k.offsets = append(k.starts, at.Unix()), append(k.offsets, off)
		}
		_, end := at.ZoneBounds()
		switch {
		case end.IsZero():
			return
		case end.After(at):
			at = end
		default: // bounds by rule may end before a leap year does
			at = at.Add(time.Hour)
		}
	}
}

// offset gives how far the clocks are ahead of UTC at an instant.
func (k *clocks) offset(unix int64) int64 {
	if unix < writtenFrom || unix >= writtenUntil {
		return int64(offsetAt(time.Unix(unix, 0).In(k.loc)))
	}
	return k.offsets[k.stretch(unix)]
}

// stretch gives the written stretch that an instant lies in.
func (k *clocks) stretch(unix int64) int {
	k.once.Do(k.write)
	i, found := slices.BinarySearch(k.starts, unix)
	if !found {
		i--
	}
	return i
}

func (k *clocks) wall(t time.Time) wall { return wall(t.Unix() + k.offset(t.Unix())) }

func offsetAt(t time.Time) int {
	_, off := t.Zone()
	return off
}

// last gives the later of the instants at which the clocks show w, and shown =
// true. If they never do, it gives the first instant after the gap.
func (k *clocks) last(w wall) (t time.Time, shown bool) {
	if at, plain := k.plain(w); plain {
		return at, true
	}
	return backward(k.loc, w, func(c, start int64) bool { return c >= start })
}

// begin gives the first instant from which the clocks show w or later, and never
// again less. For a midnight it is where one day ends and the next begins, so
// that days leave nothing out and share nothing.
func (k *clocks) begin(w wall) time.Time {
	if at, plain := k.plain(w); plain {
		return at
	}
	t, _ := backward(k.loc, w, func(c, start int64) bool { return c > start })
	return t
}

// plain gives the instant at which the clocks show w where no clock change is
// near, so that there is one and no other.
func (k *clocks) plain(w wall) (time.Time, bool) {
	before, after := int64(w)-widestOffset, int64(w)+widestOffset
	if before < writtenFrom || after >= writtenUntil {
		return time.Time{}, false
	}
	i := k.stretch(before)
	if i+1 < len(k.starts) && k.starts[i+1] <= after {
		return time.Time{}, false
	}
	return time.Unix(int64(w)-k.offsets[i], 0).In(k.loc), true
}

// backward goes through the stretches of constant offset, latest first, until
// one shows w (held decides about its first instant) or has ended before w.
func backward(loc *time.Location, w wall, held func(c, start int64) bool) (t time.Time, shown bool) {
	at := time.Unix(int64(w)+widestOffset, 0).In(loc)
	for {
		off := offsetAt(at)
		start, end := at.ZoneBounds()
		c := int64(w) - int64(off)
		switch {
		case !end.IsZero() && c >= end.Unix():
			// The bounds of a stretch that comes from a zone's rule for the
			// future may end a day before a leap year does: no gap is there.
			if at := time.Unix(c, 0).In(loc); offsetAt(at) == off {
				return at, true
			}
			return end, false
		case start.IsZero() || held(c, start.Unix()):
			return time.Unix(c, 0).In(loc), true
		}
		at = start.Add(-time.Second)
	}
}

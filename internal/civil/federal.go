package civil

import (
	"sync"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/us"

	"github.com/offtake-dev/offtake"
)

// usFederal are the eleven legal public holidays of 5 U.S.C. 6103 as observed:
// one that falls on a Saturday on the Friday before, one that falls on a
// Sunday on the Monday after. Days closed by executive order are not among
// them. The list is today's, carried back; only the days that the law created
// since begin with the year they were first observed in: Martin Luther King's
// birthday in 1986, Juneteenth in 2021.
const usFederal = "us-federal"

// The years the table holds. The Gregorian calendar repeats after 400 years
// to the weekday, so the table serves every later year as well.
const (
	tableFrom      = 1899
	tableUntil     = 2450
	cycle      day = 146_097 // days in 400 years
)

var (
	tableFirst = dayOf(offtake.Date{Year: tableFrom, Month: time.January, Day: 1})
	tableEnd   = dayOf(offtake.Date{Year: tableUntil, Month: time.January, Day: 1})
)

// A federalTable knows the observed holidays by day.
type federalTable struct {
	closed []uint64       // a bit a day from tableFirst
	names  map[day]string // what is observed
}

var federal = sync.OnceValue(func() *federalTable {
	// The library computes noon in its own DefaultLoc, which is the machine's
	// zone unless told otherwise, and some zones have skipped whole days.
	cal.DefaultLoc = time.UTC
	mlk := us.MlkDay.Clone(&cal.Holiday{StartYear: 1986})
	days := []*cal.Holiday{
		us.NewYear, mlk, us.PresidentsDay, us.MemorialDay, us.Juneteenth, us.IndependenceDay,
		us.LaborDay, us.ColumbusDay, us.VeteransDay, us.ThanksgivingDay, us.ChristmasDay,
	}
	t := &federalTable{closed: make([]uint64, (tableEnd-tableFirst)/64+1), names: map[day]string{}}
	// New Year's Day of the year after the table may be observed inside it.
	for year := tableFrom; year <= tableUntil; year++ {
		for _, h := range days {
			if actual, observed := h.Calc(year); !actual.IsZero() {
				t.add(h.Name, actual, observed)
			}
		}
	}
	return t
})

func (t *federalTable) add(name string, actual, observed time.Time) {
	d := dayOf(offtake.DateOf(observed))
	if d < tableFirst || d >= tableEnd {
		return
	}
	if !actual.Equal(observed) {
		name += " (observed)"
	}
	t.closed[(d-tableFirst)/64] |= 1 << ((d - tableFirst) % 64)
	t.names[d] = name
}

// inTable gives the day of the table that is like d, if there is one.
func inTable(d day) (day, bool) {
	if d >= tableEnd {
		d -= ((d-tableEnd)/cycle + 1) * cycle
	}
	return d, d >= tableFirst
}

func (t *federalTable) holiday(d day) bool {
	d, ok := inTable(d)
	return ok && t.closed[(d-tableFirst)/64]&(1<<((d-tableFirst)%64)) != 0
}

func (t *federalTable) name(d day) string {
	d, _ = inTable(d)
	return t.names[d]
}

package civil

import (
	"sync"

	"github.com/offtake-dev/offtake"
)

var builtins = sync.OnceValue(func() *Calendars {
	cs, _ := Compile([]offtake.Calendar{{
		Name:       "us-business",
		Timezone:   "America/Los_Angeles",
		HolidaySet: usFederal,
		Cutoff:     offtake.TimeOfDay{Minutes: 17 * 60, Set: true},
		Opens:      offtake.TimeOfDay{Minutes: 9 * 60, Set: true},
	}})
	return cs
})

// Builtin gives a calendar that can be counted with where there is no book.
// A book never sees it: it declares its own.
func Builtin(name offtake.CalendarName) (*Calendar, bool) { return builtins().Get(name) }

// BuiltinNames gives the names Builtin knows, sorted.
func BuiltinNames() []offtake.CalendarName { return builtins().Names() }

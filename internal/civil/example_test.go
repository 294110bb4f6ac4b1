package civil_test

import (
	"fmt"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// A notice served on a Tuesday morning in June gives fifteen business days.
func Example() {
	calendar, _ := civil.Builtin("us-business")
	length, _ := offtake.ParseDuration("P15BD")
	received := time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC)

	window := civil.Rules{Calendar: calendar}.Notice(received, length)
	for _, line := range window.Count().Lines() {
		fmt.Println(line)
	}
	fmt.Println("left a week later:", window.Left(received.AddDate(0, 0, 7)))
	// Output:
	// received Tuesday 2025-06-03 10:00 PDT (2025-06-03T17:00:00Z)
	// 15 business days, not counting Tuesday 2025-06-03: the first is Wednesday 2025-06-04
	// not counted: 3 weekends; 2025-06-19 (Juneteenth)
	// deadline: Wednesday 2025-06-25 17:00 PDT (2025-06-26T00:00:00Z), the cut-off
	// left a week later: P11BD
}

package civil_test

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

func fifteenBusinessDays(tb testing.TB) civil.Window {
	c, ok := civil.Builtin("us-business")
	if !ok {
		tb.Fatal(`Builtin("us-business") is not there`)
	}
	received := time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC)
	return civil.Rules{Calendar: c}.Notice(received, offtake.Duration{Unit: offtake.BusinessDays, Count: 15})
}

// A deadline is found for every notice of every process in a replay.
func BenchmarkDeadline(b *testing.B) {
	w := fifteenBusinessDays(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, known := w.Deadline(); !known {
			b.Fatal("no deadline")
		}
	}
}

func TestADeadlineAllocatesNothing(t *testing.T) {
	w := fifteenBusinessDays(t)
	if got := testing.AllocsPerRun(100, func() { w.Deadline() }); got != 0 {
		t.Errorf("Deadline allocates %v times, want 0", got)
	}
}

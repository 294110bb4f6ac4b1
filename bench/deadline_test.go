package bench

import (
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

func TestTheWalkAgrees(t *testing.T) {
	calendar, ok := civil.Builtin("us-business")
	if !ok {
		t.Fatal(`Builtin("us-business") is not there`)
	}
	length := offtake.Duration{Unit: offtake.BusinessDays, Count: businessDays}
	for _, received := range receipts(1_024) {
		want, _ := civil.Rules{Calendar: calendar}.Notice(received, length).Deadline()
		if got := walked(calendar.Location(), received, businessDays); !got.Equal(want) {
			t.Fatalf("P15BD from %v: the walk says %v, civil %v", received, got, want)
		}
	}
}

package civil_test

import (
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

func TestACountInOneSentence(t *testing.T) {
	cal, _ := civil.Builtin("us-business")
	plain := civil.Rules{Calendar: cal, Cutoff: offtake.TimeOfDay{Minutes: 17 * 60, Set: true}}
	rolling, first := plain, plain
	rolling.Roll, first.CountFirst = offtake.RollFollowing, true
	for _, c := range []struct {
		rules        civil.Rules
		from, length string
		tolls        []string // from, until
		want         string
	}{
		{plain, "2025-06-03T17:00:00Z", "P15BD", nil, "counted from Tuesday 2025-06-03: 15 business days, skipping 3 weekends and 2025-06-19 (Juneteenth)"},
		{plain, "2025-06-04T01:00:00Z", "P2D", nil, "counted from Wednesday 2025-06-04, since it came after the cut-off at 17:00: 2 days"},
		{plain, "2025-06-07T17:00:00Z", "P1BD", nil, "counted from Monday 2025-06-09, since it came on a Saturday: 1 business day"},
		{first, "2025-06-03T17:00:00Z", "P2D", nil, "counted from Tuesday 2025-06-03: 2 days, that day among them"},
		{rolling, "2025-06-30T17:00:00Z", "P2M", nil, "counted from Monday 2025-06-30: 2 months, and on from Saturday 2025-08-30 over 1 weekend and 2025-09-01 (Labor Day)"},
		{plain, "2025-06-03T17:00:00Z", "PT48H", nil, "48 hours of elapsed time from Tuesday 2025-06-03 10:00 PDT (2025-06-03T17:00:00Z)"},
		{plain, "2025-06-03T17:00:00Z", "P3BD", []string{"2025-06-04T17:00:00Z", "2025-06-05T17:00:00Z"}, "counted from Tuesday 2025-06-03: 3 business days, skipping 1 weekend and 2025-06-04 to 2025-06-05 (tolled)"},
		{plain, "2025-06-03T17:00:00Z", "P3BD", []string{"2025-06-04T17:00:00Z", ""}, "counted from Tuesday 2025-06-03: 3 business days, skipping from 2025-06-04 (tolled), and its end is not known while time stands still"},
		{plain, "2025-06-03T17:00:00Z", "P9000Y", nil, "9000 years, which end after the year 9999, the last that can be written"},
	} {
		from, _ := offtake.ParseInstant(c.from)
		length, err := offtake.ParseDuration(c.length)
		if err != nil {
			t.Fatal(err)
		}
		w := c.rules.Notice(from, length)
		if c.tolls != nil {
			var toll civil.Toll
			toll.From, _ = offtake.ParseInstant(c.tolls[0])
			if c.tolls[1] != "" {
				toll.Until, _ = offtake.ParseInstant(c.tolls[1])
			}
			w = w.Tolled(toll)
		}
		if got := w.Count().Sentence(); got != c.want {
			t.Errorf("%s from %s:\n got %s\nwant %s", c.length, c.from, got, c.want)
		}
	}
}

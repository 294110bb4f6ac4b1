package civil

import (
	"testing"
	"time"
)

// What is written down of a zone is what Go's data say when asked each time.
func TestWrittenClocksAreTheZones(t *testing.T) {
	for _, name := range []string{"America/Los_Angeles", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu", "UTC", "America/Nuuk"} {
		loc, err := LoadZone(name)
		if err != nil {
			t.Fatal(err)
		}
		k := clocksOf(loc)
		from := time.Date(1989, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
		until := time.Date(2070, 1, 3, 0, 0, 0, 0, time.UTC).Unix()
		for unix := from; unix < until; unix += 3*3600 - 1 {
			if got, want := k.offset(unix), int64(offsetAt(time.Unix(unix, 0).In(loc))); got != want {
				t.Fatalf("%s at %d: offset %d, want %d", name, unix, got, want)
			}
			w := wall(unix)
			at, plain := k.plain(w)
			if slow, shown := backward(loc, w, func(c, start int64) bool { return c >= start }); plain && (!shown || !at.Equal(slow)) {
				t.Fatalf("%s shows %d at %s, want %s", name, w, at, slow)
			}
		}
	}
}

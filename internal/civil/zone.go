package civil

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"io"
	"sync"
	"time"

	"github.com/offtake-dev/offtake"
)

// ZoneData is the release of the IANA time zone database that is embedded.
const ZoneData = "2025c"

// zoneZip is the public-domain database, packed as Go distributes it.
//
//go:embed zoneinfo.zip
var zoneZip []byte

var zoneFiles = sync.OnceValues(func() (map[string]*zip.File, error) {
	r, err := zip.NewReader(bytes.NewReader(zoneZip), int64(len(zoneZip)))
	if err != nil {
		return nil, err
	}
	files := make(map[string]*zip.File, len(r.File))
	for _, f := range r.File {
		if !f.FileInfo().IsDir() {
			files[f.Name] = f
		}
	}
	return files, nil
})

var loadedZones sync.Map // name → *time.Location

// LoadZone gives the zone of an IANA name, spelled exactly, from the embedded
// data alone. The same name gives the same pointer.
func LoadZone(name string) (*time.Location, error) {
	if loc, ok := loadedZones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	files, err := zoneFiles()
	if err != nil {
		return nil, offtake.Refuse(offtake.Internal, "embedded zone data does not open: %w", err)
	}
	f, ok := files[name]
	if !ok {
		return nil, offtake.Refuse(offtake.NotFound, "time zone %.60q is not in the IANA data %s, where names read America/Los_Angeles", name, ZoneData)
	}
	data, err := contents(f)
	if err == nil {
		var loc *time.Location
		if loc, err = time.LoadLocationFromTZData(name, data); err == nil {
			kept, _ := loadedZones.LoadOrStore(name, loc)
			return kept.(*time.Location), nil
		}
	}
	return nil, offtake.Refuse(offtake.Internal, "time zone %q does not read: %w", name, err)
}

func contents(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// A wall is what a local clock shows, in seconds since 1970-01-01T00:00 on
// that same clock.
type wall int64

// widestOffset is more than any zone was ever ahead of or behind UTC.
const widestOffset = 16 * 3600

func wallOf(t time.Time, loc *time.Location) wall {
	_, off := t.In(loc).Zone()
	return wall(t.Unix() + int64(off))
}

func offsetAt(t time.Time) int {
	_, off := t.Zone()
	return off
}

// last gives the later of the instants at which the clocks of loc show w, and
// shown = true. If they never do, it gives the first instant after the gap.
func last(loc *time.Location, w wall) (t time.Time, shown bool) {
	return backward(loc, w, func(c, start int64) bool { return c >= start })
}

// begin gives the first instant from which the clocks of loc show w or later,
// and never again less. For a midnight it is where one day ends and the next
// begins, so that days leave nothing out and share nothing.
func begin(loc *time.Location, w wall) time.Time {
	t, _ := backward(loc, w, func(c, start int64) bool { return c > start })
	return t
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

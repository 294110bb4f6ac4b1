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

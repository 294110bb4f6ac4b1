package civil_test

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// The hash of zoneinfo.zip, as shipped with the Go release whose
// lib/time/update.bash names the IANA release in civil.ZoneData.
const zipHash = "8f55634d05f8bca1f7bc7c69c5933428c69357e0bdf565e5ba224e3f88ff12e8"

func TestTheZoneDataIsTheReleaseItSaysItIs(t *testing.T) {
	data, err := os.ReadFile("zoneinfo.zip")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != zipHash {
		t.Fatalf("zoneinfo.zip has hash %s, want %s: after an update record the new hash here and the release in ZoneData", got, zipHash)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skipf("skipped the comparison with Go's own data: go env: %v", err)
	}
	lib := filepath.Join(strings.TrimSpace(string(root)), "lib", "time")
	if theirs, err := os.ReadFile(filepath.Join(lib, "zoneinfo.zip")); err != nil || string(theirs) != string(data) {
		t.Skip("skipped the comparison with Go's own data: this Go release ships another one")
	}
	script, err := os.ReadFile(filepath.Join(lib, "update.bash"))
	if err != nil {
		t.Skipf("skipped the comparison with Go's own data: %v", err)
	}
	if m := regexp.MustCompile(`(?m)^DATA=(\S+)$`).FindSubmatch(script); m == nil || string(m[1]) != civil.ZoneData {
		t.Errorf("Go says its data is %q, ZoneData says %q", m, civil.ZoneData)
	}
}

func TestEveryZoneLoadsOnce(t *testing.T) {
	for _, name := range []string{"America/Los_Angeles", "Asia/Kathmandu", "UTC", "Etc/GMT+12", "America/Argentina/Buenos_Aires"} {
		a, err := civil.LoadZone(name)
		if err != nil {
			t.Errorf("LoadZone(%q): %v", name, err)
			continue
		}
		if b, _ := civil.LoadZone(name); a != b {
			t.Errorf("LoadZone(%q) gives two locations", name)
		}
		if a.String() != name {
			t.Errorf("LoadZone(%q) is called %q", name, a)
		}
	}
}

func TestNoOtherNameIsAZone(t *testing.T) {
	for _, name := range []string{"", "Local", "PDT", "america/los_angeles", "America", "America/", "../zoneinfo.zip", "America/Los_Angeles\x00", strings.Repeat("x", 1<<16)} {
		loc, err := civil.LoadZone(name)
		if err == nil {
			t.Errorf("LoadZone(%.40q) = %v, want a refusal", name, loc)
			continue
		}
		if got := offtake.KindOf(err); got != offtake.NotFound {
			t.Errorf("LoadZone(%.40q) is refused as %v, want not found", name, got)
		}
		if len(err.Error()) > 200 {
			t.Errorf("LoadZone(%.40q) is refused in %d characters", name, len(err.Error()))
		}
	}
}

// The zone files of a machine may be old, or somebody's. Here they are wrong:
// Los Angeles is given the data of Tokyo, and the machine says it is there.
func TestWrongZoneFilesOnTheMachineChangeNothing(t *testing.T) {
	const asked = "OFFTAKE_TEST_ANSWER_ONLY"
	if os.Getenv(asked) != "" {
		at, _ := fifteenBusinessDays(t).Deadline()
		t.Logf("deadline %s", offtake.Stamp(at))
		return
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "America"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "America", "Los_Angeles"), zoneFile(t, "Asia/Tokyo"), 0o644); err != nil {
		t.Fatal(err)
	}
	self := exec.Command(os.Args[0], "-test.run=^TestWrongZoneFilesOnTheMachineChangeNothing$", "-test.v")
	self.Env = append(os.Environ(), asked+"=1", "ZONEINFO="+dir, "TZ=Asia/Tokyo")
	out, err := self.CombinedOutput()
	if want := "deadline 2025-06-26T00:00:00Z\n"; err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%v\n got %s\nwant %s", err, out, want)
	}
}

func zoneFile(t *testing.T, name string) []byte {
	t.Helper()
	r, err := zip.OpenReader("zoneinfo.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := r.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Zones come from this package alone, so nothing in the repository may ask the
// machine for one. Comments may.
func TestNothingInTheRepositoryAsksTheMachineForAZone(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // gone while we looked
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		files++
		for _, place := range asksForZones(path, nil) {
			t.Errorf("%s: zones come from internal/civil", place)
		}
		return nil
	})
	if err != nil || files < 5 {
		t.Errorf("looked at %d files: %v", files, err)
	}
}

func TestTheSearchForForbiddenZonesFinds(t *testing.T) {
	source := `package p
import clock "time"
func f() { clock.LoadLocation("UTC"); _ = clock.Local; _ = clock.UTC }`
	if got := asksForZones("p.go", source); len(got) != 2 {
		t.Errorf("found %q, want the two uses", got)
	}
}

// asksForZones gives the places of a Go file that use the forbidden names.
func asksForZones(path string, source any) (places []string) {
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, path, source, parser.SkipObjectResolution)
	if file == nil {
		return nil
	}
	name := ""
	for _, i := range file.Imports {
		if i.Path.Value == `"time"` {
			if name = "time"; i.Name != nil {
				name = i.Name.Name
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && (s.Sel.Name == "LoadLocation" || s.Sel.Name == "Local") {
			if x, ok := s.X.(*ast.Ident); ok && name != "" && x.Name == name {
				places = append(places, fmt.Sprintf("%s uses time.%s", fset.Position(s.Pos()), s.Sel.Name))
			}
		}
		return true
	})
	return places
}

// Every day of half a century begins where the zone's own offset says, in zones
// north and south, those without summer time and those that moved. The last day
// of a leap year is among them, before which Go ends a stretch of constant
// offset that goes on.
func TestEveryDayBegins(t *testing.T) {
	for _, name := range []string{"America/Los_Angeles", "America/New_York", "Europe/Berlin", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "UTC"} {
		calendars, found := civil.Compile([]offtake.Calendar{{Name: "c", Timezone: name, Cutoff: offtake.TimeOfDay{Minutes: 17 * 60, Set: true}}})
		if len(found) > 0 {
			t.Fatal(found)
		}
		cal, _ := calendars.Get("c")
		for d := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2045; d = d.AddDate(0, 0, 1) {
			want := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, cal.Location())
			_, before := want.Add(-12 * time.Hour).Zone()
			if _, after := want.Add(20 * time.Hour).Zone(); before != after {
				continue // the clocks change, and midnight may come twice or not at all
			}
			day := offtake.DateOf(d)
			if got := cal.Start(day); !got.Equal(want) {
				t.Fatalf("%s: %s begins at %s, want %s", name, day, got.UTC(), want.UTC())
			}
			if got := cal.CutoffOf(day); !got.Equal(want.Add(17 * time.Hour)) {
				t.Fatalf("%s: the cut-off of %s is at %s, want 17:00", name, day, got.UTC())
			}
		}
	}
}

package offtake_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/offtake-dev/offtake"

// TestLayers holds every package's imports to the block of layers in
// docs/ARCHITECTURE.md: each package stands there once, and imports only what
// the line allows.
func TestLayers(t *testing.T) {
	allowed := layers(t)
	imports := ownImports(t)
	for pkg, uses := range imports {
		may, ok := allowed[pkg]
		if !ok {
			t.Errorf("package %s is not in the layers of docs/ARCHITECTURE.md", pkg)
			continue
		}
		for _, u := range uses {
			if !slices.Contains(may, u) && !slices.Contains(may, "*") {
				t.Errorf("package %s imports %s; docs/ARCHITECTURE.md allows %s", pkg, u, strings.Join(may, ", "))
			}
		}
		for _, m := range may {
			if m != "*" && !slices.Contains(uses, m) {
				t.Errorf("docs/ARCHITECTURE.md allows %s to import %s, which it does not", pkg, m)
			}
		}
	}
	for pkg := range allowed {
		if _, ok := imports[pkg]; !ok {
			t.Errorf("docs/ARCHITECTURE.md has a layer %s, and there is no such package", pkg)
		}
	}
}

// TestOnlyMoneySeesDecimals keeps the decimal library behind offtake.Money.
func TestOnlyMoneySeesDecimals(t *testing.T) {
	eachFile(t, func(file string, imports []string) {
		for _, imp := range imports {
			if strings.HasPrefix(imp, "github.com/cockroachdb/apd/") && file != "money.go" {
				t.Errorf("%s imports %s; only money.go may", file, imp)
			}
		}
	})
}

// TestWhatMustNeverBeImported says what no line of docs/ARCHITECTURE.md may
// allow: a replay's only law is the market's, and the law of the process does
// not know who buys what with a release.
func TestWhatMustNeverBeImported(t *testing.T) {
	never := map[string][]string{
		"internal/replay":  {"internal/rights", "internal/refusal"},
		"internal/refusal": {"internal/rights", "internal/wire", "internal/journal"},
	}
	imports := ownImports(t)
	for pkg, banned := range never {
		if _, ok := imports[pkg]; !ok {
			t.Errorf("there is no package %s", pkg)
		}
		for _, b := range banned {
			if slices.Contains(imports[pkg], b) {
				t.Errorf("package %s imports %s, which it must never", pkg, b)
			}
		}
	}
}

// pureRooms are the packages that know no world, each with what it may use from
// outside.
var pureRooms = map[string]string{
	".":                       "github.com/cockroachdb/apd/",
	"internal/civil":          "github.com/rickar/cal/",
	"internal/rights":         "",
	"internal/rates":          "",
	"internal/prices":         "github.com/go-json-experiment/json",
	"internal/refusal":        "",
	"internal/refusal/docket": "",
	"internal/drawdown":       "",
	"internal/market":         "",
	"internal/market/deal":    "",
	"internal/market/terms":   "",
	"internal/play":           "",
	"internal/versions":       "",
	"internal/broker":         "github.com/fxamacker/cbor/v2",
	"internal/views":          "",
	"internal/chronology":     "",
	"internal/icalendar":      "github.com/arran4/golang-ical",
	"internal/market/holding": "",
	"internal/market/account": "",
	"internal/market/queue":   "",
	"internal/market/quote":   "",
	"internal/outgoing":       "",
	"internal/work":           "",
	"internal/wire":           "github.com/go-json-experiment/json",
	"internal/journal":        "github.com/klauspost/compress/ golang.org/x/mod/sumdb/tlog",
	"internal/dispatch":       "",
	"internal/buying":         "",
	"internal/actors":         "",
	"internal/replay":         "",
	"internal/provenance":     "",
	"internal/sensitivity":    "",

	"internal/drawdown/drawdowntest": "",
	"internal/statement":             "",
	"internal/focus":                 "",
	"internal/tenure":                "", "internal/market/venture": "", "internal/market/claim": "",
	"internal/usage":                "github.com/go-json-experiment/json golang.org/x/mod/sumdb/tlog",
	"internal/refusal/refusaltest":  "",
	"internal/journal/transparency": "github.com/go-json-experiment/json golang.org/x/mod/sumdb/",
}

// doors are the packages that may touch the world: readers and writers of
// files, the command, and what only tests and their tools use.
var doors = []string{"book", "book/booktest", "internal/journal/journaltest", "internal/journal/sqlite", "internal/desk", "internal/access", "internal/api", "client", "internal/traces", "internal/report", "cmd/offtake", "scripts/mutate"}

func TestEveryPackageIsAPureRoomOrADoor(t *testing.T) {
	for pkg := range ownImports(t) {
		if _, pure := pureRooms[pkg]; pure == slices.Contains(doors, pkg) {
			t.Errorf("package %s must be either a pure room or a door of architecture_test.go", pkg)
		}
	}
}

// TestPureRoomsKnowNoWorld keeps clocks, files, randomness and sockets out of
// the pure packages, and libraries that might bring them.
func TestPureRoomsKnowNoWorld(t *testing.T) {
	world := []string{"os", "os/exec", "os/signal", "net", "net/http", "math/rand", "math/rand/v2", "crypto/rand", "io/ioutil", "log", "log/slog"}
	eachFile(t, func(file string, imports []string) {
		libraries, pure := pureRooms[path.Dir(file)]
		if !pure {
			return
		}
		for _, imp := range imports {
			first, _, _ := strings.Cut(imp, "/")
			outside := strings.Contains(first, ".") && imp != module && !strings.HasPrefix(imp, module+"/")
			allowed := slices.ContainsFunc(strings.Fields(libraries), func(library string) bool { return strings.HasPrefix(imp, library) })
			if slices.Contains(world, imp) || outside && !allowed {
				t.Errorf("%s imports %s; pure packages know no world", file, imp)
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, use := range clockUses(t, file, text) {
			t.Errorf("%s reads the clock: %s", file, use)
		}
	})
}

// clockUses finds the ways in which a file reads or waits for the clock,
// whatever name it imports the packages by.
func clockUses(t *testing.T, file string, text []byte) (uses []string) {
	t.Helper()
	clocks := map[string][]string{
		"time":    {"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTicker", "NewTimer"},
		"context": {"WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause"},
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, i := range f.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		switch {
		case clocks[p] == nil:
		case i.Name == nil:
			names[p] = p
		case i.Name.Name == ".":
			uses = append(uses, "import . "+i.Path.Value)
		default:
			names[i.Name.Name] = p
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && slices.Contains(clocks[names[x.Name]], s.Sel.Name) {
				uses = append(uses, names[x.Name]+"."+s.Sel.Name)
			}
		}
		return true
	})
	return uses
}

func TestEveryWayToReadAClockIsSeen(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{`import "time"; var _ = time.Now`, "time.Now"},
		{`import "time"; var _ = time.Since(t)`, "time.Since"},
		{`import "time"; var _ = time.Until(t)`, "time.Until"},
		{`import "time"; var _ = time.After(1)`, "time.After"},
		{`import "time"; var _ = time.NewTimer(1)`, "time.NewTimer"},
		{`import "time"; var _ = time.Tick(1)`, "time.Tick"},
		{`import "time"; func f() { time.Sleep(1) }`, "time.Sleep"},
		{`import clock "time"; var _ = clock.Now()`, "time.Now"},
		{`import . "time"; var _ = Now()`, `import . "time"`},
		{`import "context"; var _, _ = context.WithTimeout(nil, 1)`, "context.WithTimeout"},
		{`import "time"; var _ = time.Date // not time.Now()`, ""},
		{`var _ = at.After(time.Now)`, ""},
	} {
		if got := strings.Join(clockUses(t, "x.go", []byte("package x; "+c.source)), " "); got != c.want {
			t.Errorf("%s: seen is %q, want %q", c.source, got, c.want)
		}
	}
}

// layers reads the block: a line a package, "name: import, import".
func layers(t *testing.T) map[string][]string {
	t.Helper()
	_, block, ok := strings.Cut(contents(t, "docs/ARCHITECTURE.md"), "```layers\n")
	block, _, end := strings.Cut(block, "```")
	if !ok || !end {
		t.Fatal("docs/ARCHITECTURE.md has no block of layers")
	}
	out := map[string][]string{}
	for line := range strings.Lines(block) {
		name, list, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		out[name] = strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	}
	return out
}

// ownImports gives, for each package of the module, what it imports of the module.
func ownImports(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	eachFile(t, func(file string, imports []string) {
		pkg := path.Dir(file)
		if _, ok := out[pkg]; !ok {
			out[pkg] = nil
		}
		for _, imp := range imports {
			own, ok := strings.CutPrefix(imp, module)
			if !ok {
				continue
			}
			if own = strings.TrimPrefix(own, "/"); own == "" {
				own = "."
			}
			if !slices.Contains(out[pkg], own) {
				out[pkg] = append(out[pkg], own)
			}
		}
	})
	return out
}

// eachFile visits the Go files that are not tests, save those of other modules.
func eachFile(t *testing.T, visit func(file string, imports []string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if _, err := os.Stat(filepath.Join(p, "go.mod")); err == nil && p != "." || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && p != "." {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		var imports []string
		for _, i := range f.Imports {
			s, _ := strconv.Unquote(i.Path.Value)
			imports = append(imports, s)
		}
		visit(filepath.ToSlash(p), imports)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

package offtake_test

import (
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

// TestPureRoomsKnowNoWorld keeps clocks, files, randomness and sockets out of
// the pure packages.
func TestPureRoomsKnowNoWorld(t *testing.T) {
	pure := []string{".", "internal/civil", "internal/rights", "internal/rates", "internal/refusal", "internal/drawdown",
		"internal/market", "internal/market/deal", "internal/market/holding", "internal/market/account",
		"internal/dispatch", "internal/buying", "internal/actors", "internal/wire"}
	world := []string{"os", "net", "net/http", "math/rand", "math/rand/v2", "os/exec", "io/ioutil", "log", "log/slog"}
	eachFile(t, func(file string, imports []string) {
		if !slices.Contains(pure, path.Dir(file)) {
			return
		}
		for _, imp := range imports {
			if slices.Contains(world, imp) {
				t.Errorf("%s imports %s; pure packages know no world", file, imp)
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "time.Now(") {
			t.Errorf("%s reads the clock", file)
		}
	})
}

// layers reads the block: a line a package, "name: import, import".
func layers(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, ok := strings.Cut(string(text), "```layers\n")
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

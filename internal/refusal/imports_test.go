package refusal_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// The law of the process knows the words and legal time; who buys what with a
// release, and how it is stored or sent, is not its business.
func TestKnowsOnlyWordsAndTime(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range f.Imports {
			path := strings.Trim(imp.Path.Value, `"`)
			own := strings.HasPrefix(path, "github.com/offtake-dev/offtake")
			if own && path != "github.com/offtake-dev/offtake" && path != "github.com/offtake-dev/offtake/internal/civil" {
				t.Errorf("%s imports %s", file, path)
			}
			if !own && strings.Contains(path, ".") || path == "os" || path == "net" || path == "math/rand/v2" {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}

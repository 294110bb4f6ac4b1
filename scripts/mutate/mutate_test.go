package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A module so small that a mistake in it is built and tested at once.
var small = map[string]string{
	"go.mod": "module example.test/small\n\ngo 1.26\n",
	"time.go": `package small

// InTime reports whether an act comes in time: at the deadline it still does.
func InTime(at, deadline int) bool {
	return at <= deadline
}
`,
	"time_test.go": `package small

import "testing"

func TestInTime(t *testing.T) {
	t.Run("at the deadline", func(t *testing.T) {
		if !InTime(3, 3) {
			t.Error("late")
		}
	})
}
`,
	"page.md": "before\n" + tableBegins + "old\n" + tableEnds + "\nafter\n",
	"mutants/caught.patch": `# The deadline itself is late.
# breaks: law 6
--- a/time.go
+++ b/time.go
@@ -4,3 +4,3 @@
 func InTime(at, deadline int) bool {
-	return at <= deadline
+	return at < deadline
 }
`,
}

// patchOf is a patch that puts another line in the place of the one that decides.
func patchOf(was, is string) string {
	return "# It plants this.\n# breaks: law 6\n--- a/time.go\n+++ b/time.go\n@@ -40,2 +40,2 @@\n" + was + is + " }\n"
}

const decides = "-\treturn at <= deadline\n"

// told is what a run over the small module and more patches comes to.
func told(t *testing.T, patches map[string]string) (status int, said, page string) {
	t.Helper()
	root := t.TempDir()
	for _, files := range []map[string]string{small, patches} {
		for name, text := range files {
			file := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("TMPDIR", t.TempDir())
	var out bytes.Buffer
	status = run(t.Context(), plan{
		root: root, patches: "mutants", packages: []string{"."}, page: "page.md",
		least: 5 * time.Second, files: walked, out: &out,
	})
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	text, err := os.ReadFile(filepath.Join(root, "page.md"))
	if err != nil {
		t.Fatal(err)
	}
	return status, out.String(), string(text)
}

func walked(root string) (files []string, err error) {
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	return files, err
}

func TestAMutantThatIsCaught(t *testing.T) {
	status, said, page := told(t, nil)
	if status != 0 || !strings.Contains(said, ". TestInTime/at_the_deadline") {
		t.Errorf("status %d, and it said:\n%s", status, said)
	}
	row := regexp.MustCompile("^before\n" + regexp.QuoteMeta(tableBegins) +
		"\\| mutant .*\n.*\n\\| `caught` \\| The deadline itself is late\\. \\| law 6 \\| `\\.` TestInTime: at the deadline \\| \\d+ \\|\n" +
		"\n1 mutants, all caught, .*\n" + tableEnds + "\nafter\n$")
	if !row.MatchString(page) {
		t.Errorf("the page says:\n%s", page)
	}
}

// Each of these makes the whole run fail, by its name, and leaves the table.
func TestMutantsThatAreNotCaught(t *testing.T) {
	status, said, page := told(t, map[string]string{
		"mutants/comment.patch":    patchOf(decides, "+\treturn at <= deadline // and so it is\n"),
		"mutants/uncompiled.patch": patchOf(decides, "+\treturn at << deadline\n"),
		"mutants/stale.patch":      patchOf("-\treturn at == deadline\n", "+\treturn true\n"),
		"mutants/hanging.patch":    patchOf(decides, "+\tfor at == deadline {\n+\t}\n+\treturn at <= deadline\n"),
	})
	for _, want := range []string{
		`^caught   caught +\d+s  \. TestInTime/at_the_deadline$`,
		`^SURVIVED comment +\d+s  It plants this\.$`,
		`^caught   hanging +\d+s  \. TestInTime/at_the_deadline \(hangs\)$`,
		`^ERROR    stale +\d+s  does not apply: time\.go has no place`,
		`^ERROR    uncompiled +\d+s  does not compile: .*time\.go:5`,
		`^5 mutants, and not all were caught:$`,
		`^  comment: survived`,
	} {
		if !regexp.MustCompile("(?m)" + want).MatchString(said) {
			t.Errorf("nothing is like %q", want)
		}
	}
	if status != 1 || !strings.Contains(page, "old") {
		t.Errorf("status %d, the page says:\n%s\nand it said:\n%s", status, page, said)
	}
}

// If the tests fail by themselves every mutant would seem to be caught.
func TestNothingIsTriedOnTestsThatFail(t *testing.T) {
	status, said, _ := told(t, map[string]string{"time.go": strings.Replace(small["time.go"], "<=", "<", 1)})
	if status != 2 || !strings.Contains(said, "without a patch . TestInTime") {
		t.Errorf("status %d, and it said:\n%s", status, said)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out bytes.Buffer
	p := plan{root: "../..", patches: "testdata/mutants", packages: []string{"./internal/refusal"}, files: func(string) ([]string, error) { return []string{"go.mod"}, nil }, out: &out}
	if status := run(ctx, p); status != 2 || out.String() != "interrupted\n" {
		t.Errorf("status %d, and it said %q", status, out.String())
	}
}

func TestAHunkGoesWhereItsLinesStand(t *testing.T) {
	e := edit{file: "x.go", before: []string{"a", "b", "c"}, after: []string{"a", "B", "c"}, leading: 1, trail: 1}
	for _, c := range []struct{ is, text, want string }{
		{"as written", "0 a b c 0", "0 a B c 0"},
		{"moved", "0 0 0 a b c", "0 0 0 a B c"},
		{"with another line before it", "x b c", "x B c"},
		{"with another line after it", "a b x", "a B x"},
		{"with others on both sides", "x b x", ""},
		{"changed itself", "a x c", ""},
		{"twice", "a b c a b c", ""},
		{"with its context in one place of two", "a b c x b x", "a B c x b x"},
	} {
		got, err := e.in(strings.ReplaceAll(c.text, " ", "\n"))
		if got = strings.ReplaceAll(got, "\n", " "); got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v, want %q", c.is, got, err, c.want)
		}
	}
}

func TestWhatIsNoPatch(t *testing.T) {
	hunk := "--- a/x.go\n+++ b/x.go\n@@ -1 +1 @@\n-a\n+b\n"
	for _, c := range []struct{ is, text, want string }{
		{"no words", hunk, "does not begin"},
		{"no law", "# It plants this.\n" + hunk, "does not begin"},
		{"no hunk", "# It plants this.\n# breaks: law 1\n", "changes nothing"},
		{"no change", "# It plants this.\n# breaks: law 1\n" + strings.Replace(hunk, "+b", "+a", 1), "changes nothing"},
		{"a line outside", "# It plants this.\n# breaks: law 1\nx\n" + hunk, "belongs to no hunk"},
		{"a line that is none", "# It plants this.\n# breaks: law 1\n" + hunk + "x\n", "has the line"},
	} {
		if _, err := parsePatch(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.is, err, c.want)
		}
	}
}

// The patches of the project break every law, and all stand in the table.
func TestThePatches(t *testing.T) {
	patches, err := readPatches("../../testdata/mutants")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/TESTING.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows, want []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (.*?) \\| (.*?) \\|").FindAllStringSubmatch(string(page), -1) {
		rows = append(rows, m[1]+": "+m[2]+" "+m[3])
	}
	broken := map[string]bool{}
	for _, p := range patches {
		want = append(want, p.name+": "+cell(p.plants)+" "+cell(p.breaks))
		for _, m := range regexp.MustCompile(`law \d+`).FindAllString(p.breaks, -1) {
			broken[m] = true
		}
	}
	if !slices.Equal(rows, want) {
		t.Errorf("the table of docs/TESTING.md is not of these patches; run make mutate\nit has  %q\nthere are %q", rows, want)
	}
	if len(patches) < 40 || len(broken) != 16 {
		t.Errorf("%d patches break %d of the 16 laws", len(patches), len(broken))
	}
}

package book_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
)

const opening = `kind: Book
name: b
buyer: acme
currency: USD
parties: {acme: {}}
`

// codesOf gives the codes of findings, each once, in order.
func codesOf(fs []offtake.Finding) string {
	var out []string
	for _, f := range fs {
		if len(out) == 0 || out[len(out)-1] != f.Code {
			out = append(out, f.Code)
		}
	}
	return strings.Join(out, " ")
}

// fill repeats a piece up to a size.
func fill(size int, head, piece, tail string) []byte {
	n := (size - len(head) - len(tail)) / len(piece)
	return []byte(head + strings.Repeat(piece, n) + tail)
}

// The worst files for each limit cost no more than their bytes. Time and
// memory are printed, not tested: `go test -v -run Limit`.
func TestEachLimitHasItsOwnError(t *testing.T) {
	const full = book.MaxFileBytes
	files := func(n int, text func(i int) []byte) fstest.MapFS {
		m := fstest.MapFS{"book.yaml": {Data: []byte(opening)}}
		for i := range n {
			m[fmt.Sprintf("d%d/f%d.yaml", i%100, i)] = &fstest.MapFile{Data: text(i)}
		}
		return m
	}
	one := func(text []byte) fstest.MapFS { return files(1, func(int) []byte { return text }) }
	long := "kind: Statement\nname: s\nof: a/b\nby: acme\nat: 2025-01-01T00:00:00Z\nsays: "
	for _, c := range []struct {
		name string
		book fstest.MapFS
		want string // codes
	}{
		{"a file one byte too large", one(append(fill(full, "", "#\n", ""), '#')), "file-too-large"},
		{"a file just small enough", one(fill(full, "", "#\n", "")), ""},
		{"a book too large", files(17, func(int) []byte { return fill(full, "", "# xxxxxxxxxxxxxxxxx\n", "") }), "book-too-large"},
		{"a book just small enough", files(15, func(int) []byte { return fill(full, long+"|\n", " xxxxxxxxxxxxxxxxxxxx\n", "") }), "wrong-value"},
		{"10,001 files", files(10_000, func(int) []byte { return []byte("#\n") }), "too-many-files"},
		{"10,000 files", files(9_999, func(int) []byte { return []byte("#\n") }), ""},
		{"a list of tiny items", one(fill(full, "", "- a\n", "")), "too-many-values"},
		{"brackets of tiny items", one(fill(full, "[", "a,", "]")), "too-many-values"},
		{"as many items as may be", one([]byte(strings.Repeat("- a\n", book.MaxValues-1))), "wrong-type"},
		{"a long bare text", one(fill(full, long, "x", "\n")), "wrong-value unknown-clause"},
		{"a long quoted text", one(fill(full, long+`"`, `\n`, "\"\n")), "wrong-value unknown-clause"},
		{"a long text of short lines", one(fill(full, long+"|\n", " x\n", "")), "wrong-value unknown-clause"},
		{"a quote that never ends", one(fill(full, `"`, "x\n ", "")), "not-yaml"},
		{"100,000 brackets", one([]byte(strings.Repeat("[", 100_000))), "too-deep"},
		{"32 deep, many times", one(fill(full, "", "- "+strings.Repeat("[", 31)+strings.Repeat("]", 31)+"\n", "")), "too-many-values"},
		{"33 deep", one([]byte(strings.Repeat("- ", 33) + "a")), "too-deep"},
		{"many documents", one(fill(full, "", "---\na\n", "")), "too-many-documents"},
		{"many keys", one(keys(400_000)), "missing-field"},
		{"many wrong keys", one(append([]byte("kind: Demand\nname: d\n"), keys(400_000)...)), "unknown-key too-many-findings"},
		{"anchors", one([]byte("a: &a [x]\nb: *a\n")), "anchor alias"},
		{"the billion laughs", one([]byte("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n")), "anchor alias"},
		{"a tag", one([]byte("a: !!binary x\n")), "tag"},
		{"a merge key", one([]byte("<<: {a: 1}\n")), "merge-key"},
		{"binary", one([]byte("a: \x00\x01\n")), "not-text"},
		{"not UTF-8", one([]byte("a: \xff\n")), "not-utf8"},
		{"UTF-16", one([]byte("\xff\xfea\x00:\x00")), "not-utf8"},
		{"a tab", one([]byte("a:\n\tb: 1\n")), "tab"},
		{"a line separator", one([]byte("a: b\u2028c\n")), "line-break"},
		{"a byte order mark", one([]byte("\ufeff# nothing\n")), ""},
		{"no file at all", fstest.MapFS{}, "no-book"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begin := time.Now()
			_, findings := book.Read(c.book)
			runtime.ReadMemStats(&after)
			t.Logf("%.2f s, %d MB allocated, %d findings", time.Since(begin).Seconds(), (after.TotalAlloc-before.TotalAlloc)>>20, len(findings))
			got := strings.Fields(codesOf(mistakes(findings)))
			for _, code := range strings.Fields(c.want) {
				if !bytes.Contains([]byte(strings.Join(got, " ")+" "), []byte(code+" ")) {
					t.Errorf("reading gives %v; want %q among them", got, code)
				}
			}
			if c.want == "" && len(got) > 0 {
				t.Errorf("reading gives %v; want nothing", findings)
			}
		})
	}
}

func keys(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "k%d: v\n", i)
	}
	return b.Bytes()
}

func TestLinksAreNamedAndNotFollowed(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(dir, "book.yaml"), opening)
	write(filepath.Join(other, "more.yaml"), "not: a document\n")
	for _, link := range []string{"more.yaml", "folder", "other.txt"} {
		target := other
		if link != "folder" {
			target = filepath.Join(other, "more.yaml")
		}
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	_, findings := book.ReadDir(dir)
	var got []string
	for _, f := range mistakes(findings) {
		got = append(got, f.Pos.File+" "+f.Code)
	}
	if got, want := strings.Join(got, ", "), "folder link, more.yaml link"; got != want {
		t.Errorf("reading gives %s; want %s", got, want)
	}
}

func TestAFileThatLooksLikeOneOfTheBookIsNamed(t *testing.T) {
	files := fstest.MapFS{"book.yaml": {Data: []byte(opening)}}
	for _, name := range []string{"A.YAML", "b.Yml", "c.json", "d.yaml.txt", "a\nb.yaml", "a\u2028.yml", "\xff.yaml", "odd\r/in.yaml", "odd\n.txt"} {
		files[name] = &fstest.MapFile{Data: []byte("x")}
	}
	_, findings := book.Read(files)
	var got []string
	for _, f := range findings {
		if strings.Contains(f.String(), "\n") {
			t.Errorf("%q is more than one line", f)
		}
		if f.Code != "unused-name" {
			got = append(got, f.Pos.File+" "+f.Severity.String()+" "+f.Code)
		}
	}
	want := []string{`"\xff.yaml" error bad-file-name`, `"a\nb.yaml" error bad-file-name`, `"a\u2028.yml" error bad-file-name`, `"odd\r" error bad-file-name`,
		"A.YAML note not-read", "b.Yml note not-read"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestAFolderThatIsNoBookIsNamed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "x.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "none"), "missing-file"}, {file, "not-a-folder"}, {dir, "folder-named-file"},
	} {
		b, findings := book.ReadDir(c.path)
		if got := codesOf(findings); got != c.want || b != nil {
			t.Errorf("ReadDir(%s) = %v, %s; want no book, %s", filepath.Base(c.path), b, got, c.want)
		}
	}
}

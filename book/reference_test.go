package book

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// Update makes tests write the files they would otherwise compare with.
var Update = flag.Bool("update", false, "write the published schema and the reference's tables anew")

const (
	manual     = "../docs/LANGUAGE.md"
	tablesHead = "<!-- tables: written by go test ./book -run Reference -update -->\n"
	tablesTail = "<!-- end of tables -->\n"
)

// tables are the reference of every document, clause and group of keys.
func tables() string {
	var out strings.Builder
	told := map[string]*group{"clause": clause.parts[0]}
	for _, k := range kinds {
		fmt.Fprintf(&out, "### %s\n\n%s\n\n", k.name, k.doc)
		table(&out, k.parts[0].fields, "name")
		collect(told, k.parts[0].fields)
	}
	fmt.Fprintf(&out, "### A clause\n\nExactly one of the bodies stands beside these keys.\n\n")
	table(&out, clause.parts[0].fields, "")
	for _, b := range bodies {
		fmt.Fprintf(&out, "### %s\n\n%s.\n\n", b.key, strings.ToUpper(b.doc[:1])+b.doc[1:])
		table(&out, b.parts[0].fields, "")
	}
	names := make([]string, 0, len(told))
	for name := range told {
		if name != "clause" && !slices.Contains(bodyNames(), name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	fmt.Fprintf(&out, "### Groups of keys\n\nThe groups that the fields above are made of.\n\n")
	for _, name := range names {
		fmt.Fprintf(&out, "#### %s\n\n", name)
		table(&out, told[name].fields, "")
	}
	return out.String()
}

// collect finds every group below some fields.
func collect(told map[string]*group, fields []fieldInfo) {
	for _, f := range fields {
		for _, g := range f.parts {
			if told[g.name] == nil || g.name == "clause" {
				told[g.name] = g
				collect(told, g.fields)
			}
		}
	}
}

func table(out *strings.Builder, fields []fieldInfo, first string) {
	out.WriteString("| key | value | needed | meaning |\n|---|---|---|---|\n")
	if first != "" {
		fmt.Fprintf(out, "| `%s` | a name | yes | its name; `kind` and `name` come first |\n", first)
	}
	for _, f := range fields {
		meaning := f.doc
		if f.why != "" {
			meaning += ". *" + f.why + "*"
		}
		fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", f.key, f.want, [...]string{"no", "yes", "a choice"}[f.need], meaning)
	}
	out.WriteString("\n")
}

func TestTheReferenceTellsEveryKey(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), tablesHead)
	_, foot, ok2 := strings.Cut(rest, tablesTail)
	if !ok || !ok2 {
		t.Fatalf("%s lacks the marks around its tables", manual)
	}
	want := head + tablesHead + "\n" + tables() + tablesTail + foot
	if *Update {
		if err := os.WriteFile(manual, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		text = []byte(want)
	}
	if string(text) != want {
		t.Errorf("the tables of docs/LANGUAGE.md are stale; run go test ./book -run Reference -update")
	}
	for name, limit := range map[string]string{
		"a file": fmt.Sprintf("%d MB", MaxFileBytes>>20), "a book": fmt.Sprintf("%d MB", MaxBookBytes>>20), "files": grouped(MaxFiles), "nesting": fmt.Sprint(MaxNesting),
		"values": grouped(MaxValues), "values of a book": grouped(MaxBookValues), "documents": grouped(MaxDocuments), "findings": grouped(maxFindings),
	} {
		if !strings.Contains(head, limit) {
			t.Errorf("docs/LANGUAGE.md does not tell the limit of %s, %s", name, limit)
		}
	}
}

// grouped writes 10,000.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Every code that a finding may have is in the reference.
func TestTheReferenceTellsEveryCode(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		source, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range codesIn(string(source)) {
			if !strings.Contains(string(text), "`"+code+"`") {
				t.Errorf("docs/LANGUAGE.md does not tell the code %q of %s", code, f.Name())
			}
		}
	}
}

// codesIn finds the codes of findings in a source file.
func codesIn(source string) []string {
	var out []string
	for _, before := range []string{`Code: "`, `r.pos(n), "`, `r.wrong(n, "`, `, code = "`, `return i, "`} {
		for rest := source; ; {
			_, after, ok := strings.Cut(rest, before)
			if !ok {
				break
			}
			code, _, _ := strings.Cut(after, `"`)
			out, rest = append(out, code), after
		}
	}
	return out
}

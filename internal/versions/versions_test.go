package versions_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/book/booktest"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/versions"
	"pgregory.net/rapid"
)

func version(t testing.TB, files []offtake.BookFile) versions.Version {
	t.Helper()
	b, findings := book.Read(versions.FS(files))
	if worst, any := offtake.Worst(findings); any && worst == offtake.Mistake {
		t.Fatalf("the book does not load: %v", findings)
	}
	law, _ := rights.Compile(b)
	return versions.Version{Book: b, Law: law}
}

func example(t testing.TB, name string) []offtake.BookFile {
	t.Helper()
	files, findings := versions.Files(os.DirFS("../../examples/" + name))
	if worst, any := offtake.Worst(findings); any && worst == offtake.Mistake {
		t.Fatal(findings)
	}
	return files
}

// edited gives files with one text in place of another, which must be there.
func edited(t testing.TB, files []offtake.BookFile, was, is string) []offtake.BookFile {
	t.Helper()
	files = slices.Clone(files)
	found := false
	for i, f := range files {
		if strings.Contains(f.Text, was) {
			files[i].Text, found = strings.Replace(f.Text, was, is, 1), true
			break
		}
	}
	if !found {
		t.Fatalf("%q is in no file", was)
	}
	return files
}

func TestWhatChangedAndWhomItConcerns(t *testing.T) {
	const clause = "      licence:\n        text: The licence to models and products is non-exclusive and runs to 2032."
	for _, c := range []struct{ name, was, is, want string }{
		{"a comment", "# invented day", "", ""},
		{"a comment of a line", "window: P15BD                       # invented", "window: P15BD   # fifteen business days, invented", ""},
		{"a shorter window", "window: P15BD", "window: P10BD", "replaced clause microsoft-openai/new-capacity of january-2025: concerns microsoft, openai"},
		{"a source", "source: press report on Microsoft's announcement of 2025-01-21, which names the exclusivity it ends", "source: another report", "replaced clause microsoft-openai/all-compute"},
		{"a larger commitment", "amount: USD 3B", "amount: USD 4B", "replaced clause microsoft-openai/azure-commitment of january-2025: concerns microsoft, openai"},
		{"a clause that goes", clause, "      licence-of-2026:\n        text: The licence to models and products is non-exclusive and runs to 2032.",
			"removed clause microsoft-openai/licence of april-2026: concerns microsoft\nadded clause microsoft-openai/licence-of-2026 of april-2026: concerns openai"},
		{"another day of an amendment", "effective: 2025-10-28", "effective: 2025-10-29", "replaced agreement microsoft-openai: concerns microsoft, openai"},
		{"what an amendment does to open processes", "open_processes: continue                  # invented\n    remove: [all-compute]", "open_processes: apply\n    remove: [all-compute]", "replaced agreement microsoft-openai: concerns microsoft, openai"},
		{"a later cut-off", `cutoff: "17:00"`, `cutoff: "18:00"`, "replaced calendars us-business: concerns amazon, coreweave, mgx, microsoft, openai, oracle, softbank, stargate"},
		{"another party", "  panel: {title: The independent expert panel}", "  panel: {title: The independent expert panel}\n  cerebras: {title: Cerebras}", "added parties cerebras"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := example(t, "openai")
			if c.was == "# invented day" {
				files = append(files[:0:0], files...)
				files[0].Text += "\n# a comment\n"
			} else {
				files = edited(t, files, c.was, c.is)
			}
			var lines []string
			for _, change := range versions.Compare(version(t, example(t, "openai")), version(t, files)) {
				lines = append(lines, change.String())
			}
			if diff := cmp.Diff(c.want, strings.Join(lines, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsTheBuyersOwnConcernsNobody(t *testing.T) {
	was := example(t, "openai")
	is := slices.DeleteFunc(slices.Clone(was), func(f offtake.BookFile) bool {
		return strings.HasPrefix(f.Path, "demand/") || f.Path == "scenario.yaml"
	})
	changes := versions.Compare(version(t, was), version(t, is))
	if len(changes) != 2 || len(versions.Needs(changes, "openai")) != 0 {
		t.Errorf("%v", changes)
	}
}

func TestWhoPushesNeedNotSign(t *testing.T) {
	was := example(t, "openai")
	changes := versions.Compare(version(t, was), version(t, edited(t, was, "window: P15BD", "window: P10BD")))
	if got := versions.Needs(changes, "openai"); !slices.Equal(got, []offtake.PartyName{"microsoft"}) {
		t.Errorf("it needs %v", got)
	}
	if got := versions.Needs(changes, "microsoft"); !slices.Equal(got, []offtake.PartyName{"openai"}) {
		t.Errorf("it needs %v", got)
	}
}

// An amendment that lacks a signature changes nothing, until somebody writes that it
// has it.
func TestADraftConcernsNobodyUntilItSaysItIsSigned(t *testing.T) {
	was := example(t, "openai")
	signed := "effective: 2026-04-27                     # press digests of the amendment of 2026-04-27, as reported\n    signed_by: [openai, microsoft]"
	draft := edited(t, was, signed, strings.Replace(signed, ", microsoft", "", 1))
	without := versions.Compare(version(t, draft), version(t, was))
	if got := versions.Needs(without, "openai"); !slices.Contains(got, "microsoft") {
		t.Errorf("that it was signed needs %v", got)
	}
	changed := edited(t, draft, "head_start: P30D", "head_start: P60D")
	if got := versions.Compare(version(t, draft), version(t, changed)); len(got) != 0 {
		t.Errorf("a draft that changes is %v", got)
	}
}

func TestTheFilesOfABook(t *testing.T) {
	files := example(t, "openai")
	again, findings := versions.Files(versions.FS(files))
	if worst, any := offtake.Worst(findings); any && worst == offtake.Mistake {
		t.Fatal(findings)
	}
	if diff := cmp.Diff(files, again); diff != "" {
		t.Error(diff)
	}
	if len(files) < 8 || !slices.IsSortedFunc(files, func(a, b offtake.BookFile) int { return strings.Compare(a.Path, b.Path) }) {
		t.Errorf("%d files", len(files))
	}
	other := slices.Clone(files)
	slices.Reverse(other)
	if versions.Hash(files) != versions.Hash(other) {
		t.Error("the order of the files is in their hash")
	}
	// What is moved from a path to a text is another book.
	if versions.Hash([]offtake.BookFile{{Path: "ab", Text: "c"}}) == versions.Hash([]offtake.BookFile{{Path: "a", Text: "bc"}}) {
		t.Error("two books have one hash")
	}
	dir := fstest.MapFS{"book.yaml": {Data: []byte("kind: Nonsense")}}
	if _, findings := versions.Files(dir); len(findings) == 0 {
		t.Error("a book that does not load has nothing to be said about it")
	}
}

// A book that is printed and read again has not changed, and what was added one way
// was removed the other.
func TestComparisons(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := booktest.Book(booktest.Seeded(rapid.Uint64().Draw(t, "seed")), rapid.IntRange(1, 20).Draw(t, "clauses"))
		law, findings := rights.Compile(b)
		if worst, any := offtake.Worst(findings); any && worst == offtake.Mistake {
			t.Skip("the law of the book is mistaken")
		}
		is := versions.Version{Book: b, Law: law}
		read, findings := book.Read(fstest.MapFS{"book.yaml": {Data: book.Format(b)}})
		if worst, any := offtake.Worst(findings); any && worst == offtake.Mistake {
			t.Skip("the book cannot be read again")
		}
		law, _ = rights.Compile(read)
		if changes := versions.Compare(is, versions.Version{Book: read, Law: law}); len(changes) > 0 {
			t.Fatalf("printed and read again it changed: %v", changes)
		}
	})
}

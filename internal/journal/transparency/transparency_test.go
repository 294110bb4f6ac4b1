package transparency_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/journal/journaltest"
	"github.com/offtake-dev/offtake/internal/journal/transparency"
	"github.com/offtake-dev/offtake/internal/wire"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// A log is one in memory, of which every hash is kept.
type log struct {
	rows   []journal.Row
	hashes []tlog.Hash
}

func (l *log) ReadHashes(indexes []int64) (out []tlog.Hash, err error) {
	for _, i := range indexes {
		if i >= int64(len(l.hashes)) {
			return nil, fmt.Errorf("no hash %d", i)
		}
		out = append(out, l.hashes[i])
	}
	return out, nil
}

func (l *log) Rows(from journal.Version) iter.Seq2[journal.Row, error] {
	return func(yield func(journal.Row, error) bool) {
		for _, r := range l.rows[from:] {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (l *log) add(e wire.Entry) {
	var r journal.Row
	_, _ = rand.Read(r.Salt[:])
	_, _ = rand.Read(r.Veil[:])
	r.Done, _ = wire.AppendDone(nil, &e)
	r.Followed, _ = wire.AppendFollowed(nil, &e)
	more, err := tlog.StoredHashesForRecordHash(int64(len(l.rows)), r.Leaf(), l)
	if err != nil {
		panic(err)
	}
	l.hashes = append(l.hashes, more...)
	l.rows = append(l.rows, r)
}

// entry gives an entry of a test; every third is of microsoft.
func entry(n int) wire.Entry {
	e := journaltest.Entry(n)
	e.Act.By = "openai"
	if n%3 == 0 {
		e.Act.By = "microsoft"
	}
	return e
}

func logOf(n int) *log {
	l := new(log)
	for i := range n {
		l.add(entry(i))
	}
	return l
}

// A keyring is a key with who can check it.
type keyring struct {
	sign  note.Signer
	check note.Verifier
}

func newKey(t testing.TB) keyring {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, "book.offtake")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return keyring{signer, verifier}
}

func (k keyring) checkpoint(t testing.TB, l *log, size int) transparency.Checkpoint {
	t.Helper()
	c, err := transparency.Sign("book.offtake", int64(size), l, k.sign)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func exported(t testing.TB, l *log, r transparency.Request) string {
	t.Helper()
	var out bytes.Buffer
	if err := transparency.Export(&out, l, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func mine(e *wire.Entry) bool { return e.Act.By == "microsoft" }

func verified(t testing.TB, text string, c transparency.Check) transparency.Report {
	t.Helper()
	report, err := transparency.Verify(strings.NewReader(text), c)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func kinds(r transparency.Report) string {
	var all []string
	for _, f := range r.Faults {
		all = append(all, fmt.Sprintf("%s %d-%d", f.Kind, f.From, f.Until))
	}
	return strings.Join(all, ", ")
}

func TestAnExportOfTheWholeLogHolds(t *testing.T) {
	key := newKey(t)
	l := logOf(1000)
	for _, size := range []int{0, 1, 255, 256, 257, 512, 999, 1000} {
		n := int64(0)
		earlier := []transparency.Checkpoint{key.checkpoint(t, l, size), key.checkpoint(t, l, size/2)}
		r := verified(t, exported(t, l, transparency.Request{Checkpoint: key.checkpoint(t, l, size)}), transparency.Check{Key: key.check, Seen: earlier, Each: func(at int64, e wire.Entry) error {
			if n++; at != n || e.Act.ID != entry(int(n-1)).Act.ID {
				t.Errorf("row %d is %s", at, e.Act.ID)
			}
			return nil
		}})
		if len(r.Faults) > 0 || r.Opened != int64(size) || n != int64(size) {
			t.Errorf("of %d rows %d were opened: %v", size, r.Opened, r.Faults)
		}
	}
}

func TestAPartySeesItsOwnActsAlone(t *testing.T) {
	key := newKey(t)
	l := logOf(300)
	text := exported(t, l, transparency.Request{Checkpoint: key.checkpoint(t, l, 290), Party: "microsoft", Visible: mine, Since: []int64{100, 290}})
	r := verified(t, text, transparency.Check{Key: key.check, Seen: []transparency.Checkpoint{key.checkpoint(t, l, 290), key.checkpoint(t, l, 100)}})
	if len(r.Faults) > 0 || r.Opened != 97 || r.Party != "microsoft" || len(r.Earlier) != 2 {
		t.Errorf("%d rows were opened, %d checkpoints shown: %v", r.Opened, len(r.Earlier), r.Faults)
	}
	if strings.Contains(text, `"openai"`) || strings.Contains(text, "job.finished") || strings.Contains(text, `"finished"`) {
		t.Error("it tells of others, or of what followed")
	}
	without := exported(t, l, transparency.Request{Checkpoint: key.checkpoint(t, l, 290), Party: "microsoft", Visible: mine})
	if r := verified(t, without, transparency.Check{Key: key.check, Seen: []transparency.Checkpoint{key.checkpoint(t, l, 100)}}); kinds(r) != "unreadable 0-0" {
		t.Errorf("without a proof since then: %v", r.Faults)
	}
}

// edit changes one line of an export.
func edit(text string, line int, change func(map[string]any)) string {
	lines := strings.SplitAfter(text, "\n")
	var v map[string]any
	d := json.NewDecoder(strings.NewReader(lines[line]))
	d.UseNumber()
	_ = d.Decode(&v)
	change(v)
	out, _ := json.Marshal(v)
	lines[line] = string(out) + "\n"
	return strings.Join(lines, "")
}

func moved(text string, change func([]string) []string) string {
	return strings.Join(change(strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")), "")
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	key, other := newKey(t), newKey(t)
	l := logOf(100)
	whole := exported(t, l, transparency.Request{Checkpoint: key.checkpoint(t, l, 100)})
	party := exported(t, l, transparency.Request{Checkpoint: key.checkpoint(t, l, 100), Party: "microsoft", Visible: mine})
	rewritten := logOf(100) // with other salts, and signed with the right key
	for i := range 40 {
		rewritten.rows[i] = l.rows[i]
	}
	again := rebuilt(rewritten.rows)
	forged := exported(t, again, transparency.Request{Checkpoint: key.checkpoint(t, again, 100)})
	forgedParty := exported(t, again, transparency.Request{Checkpoint: key.checkpoint(t, again, 100), Party: "microsoft", Visible: mine, Since: []int64{30, 60}})
	seen := []transparency.Checkpoint{key.checkpoint(t, l, 30), key.checkpoint(t, l, 60)}
	longer := key.checkpoint(t, logOf(200), 200)
	for _, c := range []struct {
		name, text string
		seen       []transparency.Checkpoint
		want       string
	}{
		{"nothing at all", "", nil, "unreadable 0-0"},
		{"another file", "hello\n", nil, "unreadable 0-0"},
		{"another key", exported(t, l, transparency.Request{Checkpoint: other.checkpoint(t, l, 100)}), nil, "unsigned 0-0"},
		{"a row's words", edit(whole, 42, func(v map[string]any) { v["done"].(map[string]any)["code"] = "other" }), nil, "changed 42-42"},
		{"what followed from a row", edit(whole, 42, func(v map[string]any) { v["followed"] = map[string]any{"events": []any{}} }), nil, "changed 42-42"},
		{"a row's salt", edit(whole, 42, func(v map[string]any) { v["salt"] = strings.Repeat("00", 16) }), nil, "changed 42-42"},
		{"a row dropped", moved(whole, func(s []string) []string { return slices.Delete(s, 42, 43) }), nil, "dropped 42-42, dropped 0-0"},
		{"the last row dropped", moved(whole, func(s []string) []string { return slices.Delete(s, 100, 101) }), nil, "dropped 0-0, dropped 100-100"},
		{"a row twice", moved(whole, func(s []string) []string { return slices.Insert(s, 42, s[42]) }), nil, "duplicated 42-42, dropped 0-0"},
		{"two rows in each other's place", moved(whole, func(s []string) []string { s[42], s[43] = s[43], s[42]; return s }), nil, "dropped 42-42, reordered 42-42"},
		{"cut", moved(whole, func(s []string) []string { return s[:60] }), nil, "cut 60-100"},
		{"more after the end", whole + `{"end":0}` + "\n", nil, "unreadable 0-0"},
		{"rewritten, and signed", forged, nil, ""},
		{"rewritten, and signed, where a witness was", forged, seen, "forked 31-60"},
		{"rewritten for a party, where a witness was", forgedParty, seen, "forked 31-60"},
		{"shorter than it was", whole, []transparency.Checkpoint{longer}, "dropped 101-200"},
		{"a party's row", edit(party, 5, func(v map[string]any) { v["done"].(map[string]any)["code"] = "other" }), nil, "changed 13-13"},
		{"a party's proof", edit(party, 5, func(v map[string]any) { v["proof"] = []any{} }), nil, "changed 13-13"},
		{"a party's row dropped", moved(party, func(s []string) []string { return slices.Delete(s, 5, 6) }), nil, "dropped 0-0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := verified(t, c.text, transparency.Check{Key: key.check, Seen: c.seen})
			if got := kinds(r); got != c.want {
				t.Errorf("it says %s (%v), want %s", got, r.Faults, c.want)
			}
		})
	}
}

// rebuilt gives a log of rows with the hashes over them.
func rebuilt(rows []journal.Row) *log {
	l := new(log)
	for _, r := range rows {
		more, _ := tlog.StoredHashesForRecordHash(int64(len(l.rows)), r.Leaf(), l)
		l.hashes = append(l.hashes, more...)
		l.rows = append(l.rows, r)
	}
	return l
}

// A row whose hash is changed with it is found among those it stands with.
func TestARowChangedWithItsHashIsFoundAmongItsNeighbours(t *testing.T) {
	key := newKey(t)
	l := logOf(600)
	other := rebuilt(slices.Clone(l.rows))
	e := entry(1)
	e.Code = "another"
	other.rows[300].Done, _ = wire.AppendDone(nil, &e)
	leaf := other.rows[300].Leaf()
	text := edit(exported(t, l, transparency.Request{Checkpoint: key.checkpoint(t, l, 600)}), 302, func(v map[string]any) { // a tile's hash stands before it
		v["done"] = json.RawMessage(other.rows[300].Done)
		v["leaf"] = leaf.String()
	})
	r := verified(t, text, transparency.Check{Key: key.check})
	if got := kinds(r); got != "changed 257-512, forked 1-600" {
		t.Errorf("it says %s", got)
	}
}

// Any byte of an export that is changed is found, unless it says the same.
func TestTampering(t *testing.T) {
	key := newKey(t)
	l := logOf(30)
	whole := exported(t, l, transparency.Request{Checkpoint: key.checkpoint(t, l, 30)})
	party := exported(t, l, transparency.Request{Checkpoint: key.checkpoint(t, l, 30), Party: "microsoft", Visible: mine})
	rapid.Check(t, func(r *rapid.T) {
		text := []byte(rapid.SampledFrom([]string{whole, party}).Draw(r, "export"))
		at := rapid.IntRange(0, len(text)-1).Draw(r, "at")
		was := text[at]
		text[at] = rapid.Byte().Draw(r, "byte")
		report, err := transparency.Verify(bytes.NewReader(text), transparency.Check{Key: key.check})
		if err != nil {
			r.Fatal(err)
		}
		if len(report.Faults) == 0 && text[at] != was && !says(text, at) {
			r.Fatalf("byte %d was %q and is %q, and nothing is found", at, was, text[at])
		}
	})
}

// says reports whether a byte stands where another says the same: space between
// tokens, the case of a hexadecimal digit, for whom it says it is.
func says(text []byte, at int) bool {
	if bytes.ContainsRune([]byte(" \t\r\n"), rune(text[at])) {
		return true
	}
	begin := max(0, at-60)
	near := string(text[begin:min(len(text), at+20)])
	return strings.Contains(near, `"salt"`) || strings.Contains(near, `"veil"`) || strings.Contains(near, `"for"`) || strings.Contains(near, `"proof"`) || strings.Contains(near, `"consequence"`)
}

func FuzzVerify(f *testing.F) {
	key := newKey(f)
	l := logOf(5)
	f.Add(exported(f, l, transparency.Request{Checkpoint: key.checkpoint(f, l, 5)}))
	f.Add(exported(f, l, transparency.Request{Checkpoint: key.checkpoint(f, l, 5), Party: "microsoft", Visible: mine, Since: []int64{2}}))
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := transparency.Verify(strings.NewReader(text), transparency.Check{Key: key.check}); err != nil {
			t.Error(err)
		}
	})
}

func TestACheckpointIsReadBack(t *testing.T) {
	key := newKey(t)
	l := logOf(7)
	want := key.checkpoint(t, l, 7)
	got, err := transparency.OpenCheckpoint(want.Text, key.check)
	if err != nil || got.Origin != want.Origin || got.Size != 7 || got.Root != want.Root {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "x\n", string(want.Text[1:]), strings.Replace(string(want.Text), "\n7\n", "\n8\n", 1)} {
		if _, err := transparency.OpenCheckpoint([]byte(text), key.check); offtake.KindOf(err) != offtake.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	key := newKey(b)
	l := logOf(20_000)
	text := exported(b, l, transparency.Request{Checkpoint: key.checkpoint(b, l, 20_000)})
	for b.Loop() {
		if r := verified(b, text, transparency.Check{Key: key.check}); len(r.Faults) > 0 {
			b.Fatal(r.Faults)
		}
	}
	b.ReportMetric(float64(b.N)*20_000/b.Elapsed().Seconds(), "rows/s")
}

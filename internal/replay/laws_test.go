package replay_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/replay"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/traces"
	"pgregory.net/rapid"
)

// drawBook makes a small book that holds, sells and forbids at random.
func drawBook(t *rapid.T) string {
	some := func(name string, options ...string) string { return rapid.SampledFrom(options).Draw(t, name) }
	text := base
	for i := range rapid.IntRange(0, 3).Draw(t, "reservations") {
		text += held(fmt.Sprintf("held-%d", i), some("provider", "north", "south"), some("accelerator", "h100", "gb200"),
			rapid.IntRange(1, 24).Draw(t, "quantity"), some("until", "2025-01-07", "2025-01-20", "2026-01-01"))
	}
	text += some("exclusivity", "", "  only: {text: Only north., exclusivity: {provider: north, scope: {}}}\n",
		"  only: {text: Only south has new capacity., exclusivity: {provider: south, scope: {capacity: new}}}\n",
		"  only: {text: Only north has new capacity., exclusivity: {provider: north, scope: {capacity: new}}}\n"+spare("only", 24))
	exclusive, spared := strings.Contains(text, "  only:"), strings.Contains(text, "spare-only")
	text += some("refusal", "", refusalClause, refusalClause+spare("match", 24))
	text += some("commitment", "", "  spend: {text: Spend., commitment: {provider: south, measure: spend, amount: USD 100, period: {from: 2025-01-01, until: 2060-01-01}, eligible: {}, counts: usage, shortfall: invoice, carry: none}}\n")
	if exclusive && rapid.Bool().Draw(t, "amended") {
		remove := "only"
		if spared {
			remove = "only, spare-only"
		}
		text += "amendments:\n  - {name: opened, effective: 2025-01-09, signed_by: [lab, north, south], remove: [" + remove + "]}\n"
	}
	text += some("supply", "", supply("north", 40, "3"), supply("south", 40, "2"), supply("south", 16, "2")+supply("north", 24, "4"))
	text += some("scenario", "", scenario(""), scenario("{party: north, answers: matches_while_capacity, after: P1BD}"),
		scenario("{party: north, answers: passes, after: PT30H}, {provider: south, answers: matches, after: PT5H}"))
	return text
}

// drawJobs makes a trace and counts it.
func drawJobs(t *rapid.T) (string, sumOf) {
	rows := make([]string, rapid.IntRange(1, 40).Draw(t, "jobs"))
	var sum sumOf
	at := 0
	for i := range rows {
		at += rapid.SampledFrom([]int{0, 0, 1, 600, 20000}).Draw(t, "gap")
		length := rapid.SampledFrom([]int{1, 59, 3600, 50000, 200000}).Draw(t, "length")
		n := rapid.SampledFrom([]int{1, 2, 8, 12, 30}).Draw(t, "size")
		deadline := ""
		if rapid.IntRange(0, 4).Draw(t, "dated") == 0 {
			deadline = fmt.Sprint(at + length*2)
		}
		rows[i] = fmt.Sprintf("j%d %d %d %d %s", i, at, length, n, deadline)
		sum = sumOf{sum.jobs + 1, sum.seconds + int64(length*n)}
	}
	return jobs(rows...), sum
}

func utc(w offtake.When) time.Time {
	if w.Date.IsZero() {
		return w.Instant
	}
	return time.Date(w.Date.Year, w.Date.Month, w.Date.Day, 0, 0, 0, 0, time.UTC)
}

// Whatever the book and the jobs, work adds up to the GPU-second, nothing is
// placed or bought against a clause or beyond what is held, the money is what
// the decisions cost, and doing it again gives the same bytes.
func TestEveryReplayAddsUpAndKeepsTheBook(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := drawBook(rt)
		trace, sum := drawJobs(rt)
		b := read(t, text)
		options := func(o *replay.Options) {
			if rapid.Bool().Draw(rt, "held terms") {
				o.Setup.TermsAt = start.AddDate(0, 0, rapid.IntRange(0, 6).Draw(rt, "day"))
			}
		}
		var first replay.Options
		w := tell(t, b, trace, func(o *replay.Options) { options(o); first = *o })
		balanced(rt, w, sum)
		walkOver(rt, b, w, utc)
		again := tell(t, b, trace, func(o *replay.Options) { o.Setup.TermsAt = first.Setup.TermsAt })
		if !bytes.Equal(w.json, again.json) || !bytes.Equal(w.raw, again.raw) {
			rt.Error("the same replay gave other bytes")
		}
		cut := tell(t, b, trace, func(o *replay.Options) {
			o.Setup.TermsAt = first.Setup.TermsAt
			o.To = start.Add(time.Duration(rapid.IntRange(800_000, 2_000_000).Draw(rt, "cut")) * time.Second)
		})
		balanced(rt, cut, sum)
		walkOver(rt, b, cut, utc)
	})
}

func TestTheSeedDecidesWhatAProfileDraws(t *testing.T) {
	b := manyJobs(50)
	seeded := func(seed int64) told {
		return tell(t, b, "", func(o *replay.Options) { o.Seed, o.To = seed, start.AddDate(0, 0, 10) })
	}
	one := seeded(1)
	if again := seeded(1); !bytes.Equal(one.raw, again.raw) || !bytes.Equal(one.json, again.json) {
		t.Error("the same seed gave other bytes")
	}
	if other := seeded(2); bytes.Equal(one.raw, other.raw) {
		t.Error("another seed gave the same bytes")
	}
}

// The example book serves the jobs of real clusters under each of its versions.
func TestRealJobsOnTheExampleBook(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "jobs")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("real traces are not at %s, and CI must have them", dir)
		}
		t.Skipf("real traces are not at %s", dir)
	}
	b, _ := book.ReadDir(filepath.Join("..", "..", "examples", "openai"))
	if b == nil {
		t.Fatal("the example book does not load")
	}
	law, _ := rights.Compile(b)
	resolve := func(w offtake.When) time.Time { return law.Calendar("").Resolve(w) }
	all := []string{"cluster01.csv", "cluster02.csv", "cluster03.csv", "cluster04.csv", "cluster05.csv", "cluster06.csv"}
	for _, c := range []struct {
		name  string
		files []string
		jobs  int64
		from  string
		terms string
	}{
		{"one cluster by default", all[3:4], 15802, "", ""},
		{"all six by default", all, 32211, "", ""},
		{"all six over the first amendment", all, 32211, "2025-01-05T00:00:00Z", ""},
		{"all six under the exclusive terms", all, 32211, "2025-01-21T08:00:00Z", "2025-01-20T00:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sum := sumOf{}
			var specs []traces.Spec
			for _, f := range c.files {
				name := filepath.Join(dir, f)
				n, sec := countTrace(t, name)
				sum = sumOf{sum.jobs + n, sum.seconds + sec}
				specs = append(specs, traces.Spec{File: name, Purpose: "training", Accelerator: "h100", Scale: offtake.One})
			}
			if sum.jobs != c.jobs {
				t.Errorf("the files hold %d jobs, want %d", sum.jobs, c.jobs)
			}
			w := tell(t, b, "", func(o *replay.Options) {
				o.From, o.Demand, o.Open = time.Time{}, specs, traces.OpenFile
				if c.from != "" {
					o.From = instant(t, c.from)
				}
				if c.terms != "" {
					o.Setup.TermsAt = instant(t, c.terms)
				}
			})
			balanced(t, w, sum)
			walkOver(t, b, w, resolve)
			t.Logf("%d jobs, %d placed", w.Jobs, len(w.of("place")))
		})
	}
}

// countTrace sums a trace by cutting its lines at commas.
func countTrace(t tb, name string) (n, sec int64) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		var length, gpus int64
		cols := strings.Split(l, ",")
		if _, err := fmt.Sscan(cols[2]+" "+cols[3], &length, &gpus); err != nil {
			t.Fatal(err)
		}
		n, sec = n+1, sec+length*gpus
	}
	return n, sec
}

// The example's own demand, while the terms change three times.
func TestTheExampleBookIsKeptWhileItsTermsChange(t *testing.T) {
	if testing.Short() {
		t.Skip("the example's own demand is long")
	}
	b, _ := book.ReadDir(filepath.Join("..", "..", "examples", "openai"))
	if b == nil {
		t.Fatal("the example book does not load")
	}
	law, _ := rights.Compile(b)
	w := tell(t, b, "", func(o *replay.Options) {
		o.From, o.To, o.Open = instant(t, "2025-01-10T08:00:00Z"), instant(t, "2026-08-01T00:00:00Z"), traces.OpenBelow(filepath.Join("..", "..", "examples", "openai"))
	})
	balanced(t, w, sumOf{w.Jobs, w.GPUSeconds})
	walkOver(t, b, w, law.Calendar("").Resolve)
	if w.Refusals.Opened == 0 || len(w.Purchases) == 0 {
		t.Errorf("no right was run or nothing bought: %+v", w.Refusals)
	}
}

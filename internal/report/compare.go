package report

import (
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/replay"
)

// A Run is one replay and what to call it.
type Run struct {
	Name   string // of the terms: "january-2025"
	Result replay.Result
}

// Label gives the day of the terms that the run held, or says that they moved.
func (r Run) Label() string {
	if r.Result.Terms.IsZero() {
		return "as they change"
	}
	return day(r.Result.Terms)
}

// TermsName says by which amendment the terms of an instant stand: the last
// one at or before it that does more than record, or "as signed".
func TermsName(b *offtake.Book, terms time.Time) string {
	name, at := "as signed", ""
	if terms.IsZero() {
		return "as they change"
	}
	for _, a := range b.Agreements {
		for _, m := range a.Amendments {
			if on := onDay(m.Effective); decides(m) && on <= day(terms) && on >= at {
				name, at = string(m.Name), on
			}
		}
	}
	return name
}

func onDay(w offtake.When) string {
	if w.Date.IsZero() {
		return day(w.Instant)
	}
	return w.Date.String()
}

func decides(m offtake.Amendment) bool {
	for _, c := range m.Clauses {
		if _, only := c.Body.(offtake.Recorded); !only {
			return true
		}
	}
	return len(m.Remove) > 0
}

// Headline gives the figures by which a change of terms is judged, and what
// they are: how much more was served, and how much sooner.
func Headline(before, after replay.Result) []Sensitivity {
	return []Sensitivity{{
		Name: "served more", Unit: "pt", Base: gain(before, after),
		Figure: "by how many points of the demanded accelerator-hours more are served after the first change of terms than before it, where waiting counts as not served",
	}, {
		Name: "delay less", Unit: "d", Base: MeanDelay(before) - MeanDelay(after),
		Figure: "by how many days the mean delay of what the work delivers is shorter after the first change of terms than before it",
	}}
}

// gain gives percentage points served more.
func gain(before, after replay.Result) float64 {
	return 100 * (part(after.ServedGPUSeconds, after.GPUSeconds) - part(before.ServedGPUSeconds, before.GPUSeconds))
}

// A Row is one line of the comparison: a figure for each run.
type Row struct {
	Name   string
	Values []string
	Change []string // against the first run; "" where a difference says nothing
	Head   bool     // it starts a group
}

// Compare gives what the terms changed, line by line, in the order of a
// reader's questions: how much was served, how long it waited, how late it
// made what depends on it, what it cost, and what the clauses did.
func Compare(runs []Run) []Row {
	t := table{runs: resultsOf(runs)}
	t.work()
	t.waits()
	t.deliveries()
	t.costs()
	t.shares()
	t.clauses()
	return t.rows
}

func resultsOf(runs []Run) []replay.Result {
	var out []replay.Result
	for _, r := range runs {
		out = append(out, r.Result)
	}
	return out
}

// currency gives the one that was spent, "" where nothing was.
func currency(runs []replay.Result) string {
	for _, r := range runs {
		if c := r.Spend.Currency(); c != "" {
			return string(c)
		}
	}
	return ""
}

type table struct {
	runs []replay.Result
	rows []Row
}

// add appends a row; show prints its figures, and their differences where diff
// is set.
func (t *table) add(name string, head, diff bool, figure func(replay.Result) float64, show shower) {
	if !diff {
		t.append(name, head, figure, show, nil)
		return
	}
	t.append(name, head, figure, show, show)
}

// parts appends a row of parts of a whole, whose differences are points.
func (t *table) parts(name string, head bool, figure func(replay.Result) float64) {
	t.append(name, head, figure, percents, apart)
}

func (t *table) append(name string, head bool, figure func(replay.Result) float64, show, change shower) {
	var values, changes []float64
	for _, r := range t.runs {
		values = append(values, figure(r))
		changes = append(changes, figure(r)-values[0])
	}
	row := Row{Name: name, Head: head, Values: show(values), Change: make([]string, len(values))}
	if change != nil {
		for i, s := range change(changes[1:]) {
			row.Change[i+1] = signed(s, changes[i+1] > 0)
		}
	}
	t.rows = append(t.rows, row)
}

func (t *table) work() {
	hours := func(seconds func(replay.Result) int64) func(replay.Result) float64 {
		return func(r replay.Result) float64 { return replay.Hours(seconds(r)) }
	}
	of := func(seconds func(replay.Result) int64) func(replay.Result) float64 {
		return func(r replay.Result) float64 { return part(seconds(r), r.GPUSeconds) }
	}
	served := func(r replay.Result) int64 { return r.ServedGPUSeconds }
	waiting := func(r replay.Result) int64 { return r.WaitingGPUSeconds }
	unserved := func(r replay.Result) int64 { return r.UnservedGPUSeconds }
	t.add("accelerator-hours demanded", true, false, hours(func(r replay.Result) int64 { return r.GPUSeconds }), evenly(summed))
	t.add("  served", false, true, hours(served), evenly(summed))
	t.add("  waiting at the end", false, true, hours(waiting), evenly(summed))
	t.add("  unserved", false, true, hours(unserved), evenly(summed))
	t.parts("  served, of what was demanded", false, of(served))
}

func (t *table) waits() {
	wait := func(seconds func(replay.Wait) int64) func(replay.Result) float64 {
		return func(r replay.Result) float64 { return float64(seconds(r.Wait)) }
	}
	show := evenly(waited)
	t.add("wait to start: half within", true, true, wait(func(w replay.Wait) int64 { return w.P50 }), show)
	t.add("  95 of 100 within", false, true, wait(func(w replay.Wait) int64 { return w.P95 }), show)
	t.add("  longest", false, true, wait(func(w replay.Wait) int64 { return w.Max }), show)
}

func (t *table) deliveries() {
	if len(t.runs[0].Deliveries) == 0 {
		return
	}
	t.add("deliveries promised", true, false, func(r replay.Result) float64 { return float64(len(r.Deliveries)) }, counted)
	t.add("  in time", false, true, func(r replay.Result) float64 { return float64(inTime(r)) }, counted)
	t.add("  never, by the end", false, true, func(r replay.Result) float64 { return float64(never(r)) }, counted)
	t.add("  mean delay (to the end if never)", false, true, MeanDelay, evenly(in("d")))
}

func inTime(r replay.Result) (n int) {
	for _, d := range r.Deliveries {
		if d.Ready != nil && d.Late <= 0 {
			n++
		}
	}
	return n
}

func never(r replay.Result) (n int) {
	for _, d := range r.Deliveries {
		if d.Ready == nil {
			n++
		}
	}
	return n
}

// MeanDelay gives by how many days deliveries were late on average. One in
// time counts as zero, one that never came as late up to the end of the replay.
func MeanDelay(r replay.Result) float64 { return part(delay(r), int64(len(r.Deliveries))) }

// delay gives by how many days deliveries were late, all together.
func delay(r replay.Result) (days int64) {
	for _, d := range r.Deliveries {
		days += max(d.Late, 0)
	}
	return days
}

func (t *table) costs() {
	show := evenly(priced(currency(t.runs)))
	t.add("spend", true, true, func(r replay.Result) float64 { return amount(r.Spend.Money) }, show)
	t.add("  per served accelerator-hour", false, true, func(r replay.Result) float64 {
		if r.ServedGPUSeconds == 0 {
			return 0
		}
		return amount(r.Spend.Money) / replay.Hours(r.ServedGPUSeconds)
	}, show)
}

func (t *table) shares() {
	for i, p := range t.runs[0].Providers {
		t.parts("served by "+string(p.Provider), i == 0, func(r replay.Result) float64 { return r.Providers[i].Share })
	}
}

func (t *table) clauses() {
	for i, ref := range commitments(t.runs) {
		t.rows = append(t.rows, Row{Name: "drawn: " + string(ref.Clause), Head: i == 0, Values: t.drawn(ref), Change: make([]string, len(t.runs))})
	}
	count := func(name string, head bool, n func(replay.Refusals) int64) {
		t.add(name, head, true, func(r replay.Result) float64 { return float64(n(r.Refusals)) }, counted)
	}
	count("first refusals run", true, func(f replay.Refusals) int64 { return f.Opened })
	count("  matched by the holder", false, func(f replay.Refusals) int64 { return f.Matched })
	count("  released to the third party", false, func(f replay.Refusals) int64 { return f.Released })
	t.add("purchases", false, true, func(r replay.Result) float64 { return float64(len(r.Purchases)) }, counted)
}

// commitments gives every commitment any run knows, in the order met.
func commitments(runs []replay.Result) []offtake.ClauseRef {
	var out []offtake.ClauseRef
	seen := map[offtake.ClauseRef]bool{}
	for _, r := range runs {
		for _, c := range r.Commitments {
			if !seen[c.Clause] {
				seen[c.Clause] = true
				out = append(out, c.Clause)
			}
		}
	}
	return out
}

// drawn gives what each run drew of a commitment, of how much.
func (t *table) drawn(ref offtake.ClauseRef) []string {
	var drawn []quantity
	out := make([]string, len(t.runs))
	for i, r := range t.runs {
		out[i] = "none"
		if c, ok := commitment(r, ref); ok {
			drawn = append(drawn, levelled(c.Drawn))
			out[i] = " of " + short(c.Committed.Float())
		}
	}
	texts := even(drawn)
	for i, s := range out {
		if s != "none" {
			out[i], texts = texts[0]+s, texts[1:]
		}
	}
	return out
}

// commitment gives how a run drew a commitment, where it knows it.
func commitment(r replay.Result, ref offtake.ClauseRef) (replay.Drawn, bool) {
	for _, c := range r.Commitments {
		if c.Clause == ref {
			return c, true
		}
	}
	return replay.Drawn{}, false
}

// levelled gives a level in its measure: money, or hours.
func levelled(l replay.Level) quantity {
	if c := l.Money.Currency(); c != "" {
		return priced(string(c))(l.Float())
	}
	q := sized(l.Float(), 0.9995)
	q.after += " h"
	return q
}

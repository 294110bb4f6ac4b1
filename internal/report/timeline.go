package report

import (
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/chronology"
)

// A timeline draws the course of one process over time: what was done as marks,
// the deadlines as bars from when they were set to when they fall, and the
// quantity in its parts as they split and end.
type timeline struct {
	process   *chronology.Process
	entries   []chronology.Entry
	deadlines []*chronology.Deadline
	until     time.Time
	x         scale
	y         float64 // how far down it is drawn
}

// The columns of a timeline: names, the time, and what became of it.
const (
	timelineWidth = 760
	timeFrom      = 148.0
	timeTo        = 588.0
	fateFrom      = 598.0
	deadlineRow   = 25.0
	quantityBand  = 168.0
)

// stateLooks says how a part in a state is drawn and called.
var stateLooks = map[offtake.ProcessState]struct{ class, name string }{
	offtake.Assessing:        {"full p7", "being assessed"},
	offtake.NotifyDue:        {"full p3", "notice owed"},
	offtake.Deficient:        {"full p3", "notice owed"},
	offtake.Open:             {"full p0", "open to holders"},
	offtake.Allocating:       {"full p0", "further round"},
	offtake.IsTolled:         {"area unserved", "stands still"},
	offtake.IsUndetermined:   {"area unserved", "in question"},
	offtake.IsDisputed:       {"area unserved", "in dispute"},
	offtake.Contracting:      {"full p2", "bound"},
	offtake.InTail:           {"full p6", "released"},
	offtake.IsOffered:        {"full p3", "offer made"},
	offtake.IsAnnounced:      {"full p0", "announced"},
	offtake.InHeadStart:      {"full p2", "head start"},
	offtake.IsFulfilled:      {"full p4", "fulfilled"},
	offtake.ClosedThirdParty: {"full p5", "closed"},
	offtake.IsBreached:       {"full p1", "breached"},
	offtake.NotTriggered:     {"full gone", "not triggered"},
	offtake.IsSuperseded:     {"full gone", "superseded"},
	offtake.IsWithdrawn:      {"full gone", "withdrawn"},
	offtake.IsTailExpired:    {"full gone", "expired"},
	offtake.IsWaived:         {"full gone", "waived"},
}

func (t *timeline) draw(id, title, desc string) template.HTML {
	t.span()
	lanes := t.lanes()
	height := 52 + 18*float64(lanes) + deadlineRow*float64(len(t.deadlines)) + 16 + quantityBand + 34
	p := newPen(id, title, desc, timelineWidth, int(math.Ceil(height)))
	t.drawAxis(p, 16, height-28)
	t.y = 30
	t.drawActs(p)
	t.y += 8
	for _, d := range t.deadlines {
		t.drawDeadline(p, d)
	}
	t.y += 16
	t.drawParts(p)
	return p.done()
}

// span finds the time that is shown: from the first act to the end, and on to
// the deadlines, but for those that lie out of all proportion.
func (t *timeline) span() {
	from, to := t.process.Opened, t.until
	for _, e := range t.entries {
		if !e.At.IsZero() && e.At.Before(from) {
			from = e.At
		}
	}
	far := to.Add(max(400*24*time.Hour, 2*to.Sub(from)))
	for _, d := range t.deadlines {
		if by := d.By(); by.After(to) && by.Before(far) {
			to = by
		}
	}
	room := max(to.Sub(from)/40, time.Hour)
	t.x = scale{seconds(from.Add(-room)), seconds(to.Add(room)), timeFrom, timeTo}
}

func seconds(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }

// at gives where an instant is drawn; what lies beyond is drawn at the edge.
func (t *timeline) at(i time.Time) float64 {
	return math.Max(timeFrom, math.Min(timeTo, t.x.at(seconds(i))))
}

// A step of the axis is so many days or months from one mark to the next.
var axisSteps = []struct {
	days, months int
	layout       string
}{
	{1, 0, "2 Jan"}, {2, 0, "2 Jan"}, {7, 0, "2 Jan"}, {14, 0, "2 Jan"}, {0, 1, "Jan 2006"}, {0, 3, "Jan 2006"}, {0, 12, "2006"},
	{0, 60, "2006"}, {0, 240, "2006"}, {0, 1200, "2006"}, {0, 12000, "2006"},
}

// drawAxis marks days, weeks, months or years by the clocks of the process.
func (t *timeline) drawAxis(p *pen, top, bottom float64) {
	first := t.process.Clock(time.Unix(int64(t.x.low), 0))
	days := (t.x.high - t.x.low) / 86400
	for _, s := range axisSteps {
		if size := float64(s.days) + 30.4*float64(s.months); days/size > 8 {
			continue
		}
		at := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, first.Location())
		if s.months > 0 {
			at = time.Date(first.Year(), 1, 1, 0, 0, 0, 0, first.Location())
		} else if s.days >= 7 {
			at = at.AddDate(0, 0, -(int(at.Weekday())+6)%7) // a Monday
		}
		for n := 0; n < 64 && seconds(at) <= t.x.high; n++ {
			if x := t.x.at(seconds(at)); x >= timeFrom && x <= timeTo-12 {
				p.line("grid", x, top, x, bottom)
				p.text("tick", "middle", x, bottom+16, at.Format(s.layout))
			}
			at = at.AddDate(0, s.months, s.days)
		}
		break
	}
	p.line("axis", timeFrom, bottom, timeTo, bottom)
	end := t.at(t.until)
	p.line("end", end, top, end, bottom)
	anchor := "middle"
	if end > timeTo-40 {
		anchor = "end"
	}
	p.text("end", anchor, end, top-4, "as of "+t.process.Clock(t.until).Format("2 Jan 2006"))
}

// mark is where an entry is drawn: in a row below those too close before it.
type mark struct {
	entry chronology.Entry
	x     float64
	lane  int
}

func (t *timeline) marks() (all []mark) {
	var last []float64 // by lane
	for _, e := range t.entries {
		if e.At.IsZero() {
			continue
		}
		m := mark{entry: e, x: t.at(e.At)}
		for m.lane < len(last) && m.x-last[m.lane] < 30 {
			m.lane++
		}
		if m.lane == len(last) {
			last = append(last, 0)
		}
		last[m.lane] = m.x
		all = append(all, m)
	}
	return all
}

func (t *timeline) lanes() (n int) {
	for _, m := range t.marks() {
		n = max(n, m.lane+1)
	}
	return n
}

// The shapes of what was done.
const (
	takenMark  = 0 // a dot
	offMark    = 1 // a square: rejected, or not conforming
	passedMark = 3 // a diamond
)

func looks(e chronology.Entry) (shape int, class string) {
	switch {
	case e.Passed():
		return passedMark, "full demand"
	case e.Taken():
		return takenMark, "full v1"
	}
	return offMark, "open v2"
}

func (t *timeline) drawActs(p *pen) {
	lanes := 0
	if len(t.entries) > 0 {
		p.text("name", "start", 6, t.y+6, "acts")
	}
	for _, m := range t.marks() {
		y := t.y + 2 + 18*float64(m.lane)
		shape, class := looks(m.entry)
		tip := strconv.Itoa(m.entry.N) + ". " + m.entry.Heading() + "\n" + m.entry.Said
		p.mark(shape, class, m.x, y, tip)
		p.text("end", "start", m.x+7, y+4, strconv.Itoa(m.entry.N))
		lanes = max(lanes, m.lane+1)
	}
	t.y += 18 * float64(lanes)
}

// drawDeadline draws one deadline: how long it ran, hatched where time stood
// still, hollow where it ended before its time, and a stroke where it falls.
func (t *timeline) drawDeadline(p *pen, d *chronology.Deadline) {
	y := t.y
	t.y += deadlineRow
	p.text("name", "start", 6, y+13, clip(deadlineName(d), 22))
	what, at := d.Ended()
	end := t.until
	if what != "" {
		end = at
	}
	tip := d.Sentence() + "\n" + d.Basis
	from, to := t.at(d.Began()), t.at(end)
	by := t.at(d.By())
	if by > to {
		p.rect("hollow", to, y+3, by-to, 13, tip)
	}
	p.rect("full "+fates[d.Status()], from, y+3, math.Max(to-from, 2), 13, tip)
	for i, m := range d.Course {
		if m.What == chronology.Stopped {
			on := end
			if i+1 < len(d.Course) {
				on = d.Course[i+1].At
			}
			p.rect("area unserved", t.at(m.At), y+3, t.at(on)-t.at(m.At), 13, m.Why)
		}
	}
	for _, m := range d.Course[:len(d.Course)-1] {
		if was := t.at(m.By); was != by {
			p.line("axis", was, y+1, was, y+18) // where it was before it moved
		}
	}
	if !d.Still() {
		p.line("due", by, y, by, y+19)
	}
	p.text("end", "start", fateFrom, y+13, t.fate(d))
}

// fates are the colours of what became of deadlines.
var fates = map[chronology.What]string{
	chronology.Runs: "p0", chronology.Stopped: "p0", chronology.Met: "p4", chronology.Moot: "p7", chronology.Fell: "p1",
}

// deadlineName gives the name of a deadline beside its bar.
func deadlineName(d *chronology.Deadline) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(d.ID, string(d.Process)), "/")
	name := strings.NewReplacer("/", " ", "_", " ", "rank-", "rank ", "round-1", "", "round-2", "again").Replace(rest)
	return strings.TrimSpace(name)
}

// clip shortens a name to so many characters.
func clip(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}

// fate says in a few words how a deadline stands.
func (t *timeline) fate(d *chronology.Deadline) string {
	switch what, at := d.Ended(); what {
	case chronology.Met, chronology.Moot:
		return string(what) + " " + t.day(at) + ", due " + t.day(d.By())
	case chronology.Fell:
		return "fell " + t.day(at)
	}
	if d.Still() {
		return "time stands still"
	}
	return "due " + t.process.Clock(d.By()).Format("2 Jan 2006, 15:04")
}

func (t *timeline) day(at time.Time) string { return t.process.Clock(at).Format("2 Jan") }

// A band is a part of the quantity in one state for a while.
type band struct {
	part     chronology.Part
	from, to time.Time
	below    int64 // the quantity drawn above it
	whole    int64 // of all parts
	last     bool  // it stands at the end
}

// bands gives what is drawn of the parts; one that does not change is one band.
func (t *timeline) bands() (all []band) {
	course := t.process.Course
	var running []band
	for i, picture := range course {
		to := t.until
		if i+1 < len(course) {
			to = course[i+1].At
		}
		var now []band
		var below, whole int64
		for _, q := range picture.Parts {
			whole += q.Quantity
		}
		for _, q := range picture.Parts {
			b := band{part: q, from: picture.At, to: to, below: below, whole: whole}
			same := func(o band) bool { return o.part == q && o.below == below && o.whole == whole }
			if n := slices.IndexFunc(running, same); n >= 0 {
				b.from = running[n].from
				running = slices.Delete(running, n, n+1)
			}
			now = append(now, b)
			below += q.Quantity
		}
		all = append(all, running...)
		running = now
	}
	for i := range running {
		running[i].last = true
	}
	return append(all, running...)
}

// divides says what it is that is drawn in parts: a product has no quantity.
func (t *timeline) divides() string {
	if course := t.process.Course; len(course) > 0 && course[0].Parts[0].Product != "" {
		return "product"
	}
	return "quantity"
}

func (t *timeline) drawParts(p *pen) {
	if len(t.process.Course) == 0 {
		return
	}
	p.text("name", "start", 6, t.y+13, "the "+t.divides())
	var most int64
	bands := t.bands()
	for _, b := range bands {
		most = max(most, b.whole)
	}
	y := scale{0, float64(max(most, 1)), t.y, t.y + quantityBand}
	var ends []label
	for _, b := range bands {
		look := stateLooks[b.part.State]
		x, to := t.at(b.from), t.at(b.to)
		if b.last {
			to = math.Max(to, x+10) // what ended with the log is to be seen
		}
		top, bottom := y.at(float64(b.below)), y.at(float64(b.below+b.part.Quantity))
		words := b.part.What() + " " + look.name
		short := words
		if b.part.Party != "" {
			words += ", " + string(b.part.Party)
		}
		p.rect("part "+look.class, x, top, math.Max(to-x, 1), bottom-top, words+" from "+t.process.Local(b.from))
		for _, inside := range []string{words, short} {
			if fits := to-x > 7.9*float64(len([]rune(inside)))+10; bottom-top >= 16 && fits {
				p.text("inside "+lastWord(look.class), "start", x+6, (top+bottom)/2+4, inside)
				break
			}
		}
		if b.last {
			ends = append(ends, label{(top+bottom)/2 + 4, clip(words, 27)})
		}
	}
	for _, l := range pushedApart(ends, 14) {
		p.text("end", "start", fateFrom, l.y, l.words)
	}
	t.y += quantityBand
}

func lastWord(s string) string { return s[strings.LastIndex(s, " ")+1:] }

// A label is a word beside a drawing.
type label struct {
	y     float64
	words string
}

// pushedApart pushes labels apart that would meet.
func pushedApart(all []label, least float64) []label {
	slices.SortStableFunc(all, func(a, b label) int {
		switch {
		case a.y < b.y:
			return -1
		case a.y > b.y:
			return 1
		}
		return 0
	})
	for i := 1; i < len(all); i++ {
		all[i].y = math.Max(all[i].y, all[i-1].y+least)
	}
	return all
}

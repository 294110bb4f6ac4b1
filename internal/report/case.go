package report

import (
	_ "embed"
	"html"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/chronology"
)

//go:embed case.html
var caseText string

//go:embed case.css
var caseStyle string

var caseTemplate = template.Must(template.Must(template.New("case").Funcs(template.FuncMap{"whole": whole}).Parse(partsText)).Parse(caseText))

var moments = regexp.MustCompile(`\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?`)

// whole keeps the dates of a text on one line each. The text is escaped first,
// which leaves dates as they are.
func whole(text string) template.HTML {
	return template.HTML(moments.ReplaceAllString(html.EscapeString(text), `<span class="whole">$0</span>`))
}

// WriteCase writes the page of a case that was played: for each process its
// timeline with the tables behind it, and the story beside it. The same case
// gives the same bytes.
func WriteCase(w io.Writer, c *chronology.Chronology) error {
	return caseTemplate.Execute(w, caseOf(c))
}

type caseView struct {
	Style     template.CSS
	Title     string
	Lead      string
	Until     string
	Turns     []turnView
	Processes []processView
	Strays    []entryView // acts that are of no process
}

// A turnView is whose turn it is in a process.
type turnView struct {
	ID, Name, Clause, State string
	Next                    []string
}

type processView struct {
	ID, Name, Clause, State, Why string
	After                        string
	Drawing                      template.HTML
	Legend                       []legend
	Deadlines, Parts             figure // their tables
	Story                        []entryView
}

type entryView struct {
	chronology.Entry
	Stamp   string
	Process []chronology.Reached
	Mark    template.HTML
	Outcome string
}

func caseOf(c *chronology.Chronology) caseView {
	v := caseView{
		Style: template.CSS(pageStyle + caseStyle), Title: "A case of the book " + string(c.Book) + ", told",
		Lead: caseLead(c), Until: c.Local,
	}
	stories, strays := storiesOf(c)
	deadlines := map[offtake.ProcessID][]*chronology.Deadline{}
	for _, d := range c.Deadlines {
		deadlines[d.Process] = append(deadlines[d.Process], d)
	}
	for i := range c.Processes {
		p := &c.Processes[i]
		id := "p" + strconv.Itoa(i+1)
		turn := turnView{ID: id, Name: p.Shown(), Clause: p.Clause.String(), State: chronology.States(p.State)}
		for _, n := range p.Next {
			turn.Next = append(turn.Next, n.Text)
		}
		v.Turns = append(v.Turns, turn)
		t := timeline{process: p, entries: stories[i], deadlines: deadlines[p.ID], until: c.Until}
		v.Processes = append(v.Processes, t.view(id, turn))
	}
	for _, e := range strays {
		v.Strays = append(v.Strays, viewOf(e))
	}
	return v
}

// caseLead says in a sentence what the case is made of.
func caseLead(c *chronology.Chronology) string {
	acts, passed := int64(0), int64(0)
	for _, e := range c.Entries {
		if e.Passed() {
			passed++
			continue
		}
		acts++
	}
	words := numbered(acts, "act")
	if passed > 0 {
		words += " and " + numbered(passed, "deadline") + " that passed"
	}
	return words + ", in " + numbered(int64(len(c.Processes)), "process") +
		", up to " + c.Local + "."
}

func numbered(n int64, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case thing == "process":
		return grouped(n) + " processes"
	}
	return grouped(n) + " " + thing + "s"
}

// storiesOf gives what was done in each process, in its order; and what reached
// none and is of no opportunity either.
func storiesOf(c *chronology.Chronology) (stories [][]chronology.Entry, strays []chronology.Entry) {
	place := map[offtake.ProcessID]int{}
	of := map[offtake.OpportunityID][]int{}
	for i, p := range c.Processes {
		place[p.ID] = i
		of[p.Opportunity] = append(of[p.Opportunity], i)
	}
	stories = make([][]chronology.Entry, len(c.Processes))
	for _, e := range c.Entries {
		reached := false
		for _, r := range e.ByProcess() {
			if i, ok := place[r.Process]; ok {
				stories[i], reached = append(stories[i], e), true
			}
		}
		if reached {
			continue
		}
		// An act that changed nothing is told where the offer then stood.
		at := -1
		for _, i := range of[e.Over] {
			if at < 0 || !c.Processes[i].Opened.After(e.At) {
				at = i
			}
		}
		if at < 0 {
			strays = append(strays, e)
			continue
		}
		stories[at] = append(stories[at], e)
	}
	return stories, strays
}

func (t *timeline) view(id string, turn turnView) processView {
	v := processView{
		ID: id, Name: turn.Name, Clause: turn.Clause, State: turn.State, Why: t.process.Why, After: t.process.Succeeds(),
		Deadlines: t.deadlineTable(), Parts: t.partTable(), Legend: timelineLegend(t),
	}
	desc := "Marks show acts and deadlines that passed, numbered as in the story; bars show deadlines from when they were set; below is the " + t.divides() + " and how it stands. The tables below say the same."
	v.Drawing = t.draw(id+"-chart", "Timeline of "+turn.Name, desc)
	for _, e := range t.entries {
		mine := viewOf(e)
		mine.Process = slices.DeleteFunc(mine.Process, func(r chronology.Reached) bool {
			return r.Process != "" && r.Process != t.process.ID
		})
		v.Story = append(v.Story, mine)
	}
	return v
}

func viewOf(e chronology.Entry) entryView {
	shape, class := looks(e)
	out := entryView{Entry: e, Process: e.ByProcess(), Outcome: string(e.Outcome)}
	if !e.At.IsZero() {
		out.Stamp = offtake.Stamp(e.At)
	}
	if e.Passed() {
		out.Outcome = "passed"
	}
	out.Mark = keyMark(shape, class)
	return out
}

// timelineLegend says what the marks and colours of a timeline mean, those that
// it has.
func timelineLegend(t *timeline) (all []legend) {
	kinds := []struct {
		name, class string
		shape       int
		is          func(chronology.Entry) bool
	}{
		{"act taken", "full v1", takenMark, chronology.Entry.Taken},
		{"act rejected or not conforming", "open v2", offMark, func(e chronology.Entry) bool { return !e.Taken() && !e.Passed() }},
		{"deadline that passed", "full demand", passedMark, chronology.Entry.Passed},
	}
	for _, k := range kinds {
		if slices.ContainsFunc(t.entries, k.is) {
			all = append(all, legend{Name: k.name, Mark: keyMark(k.shape, k.class)})
		}
	}
	for _, f := range []struct {
		what chronology.What
		name string
	}{
		{chronology.Runs, "runs"}, {chronology.Met, "met"}, {chronology.Fell, "fell"}, {chronology.Moot, "moot"},
	} {
		if slices.ContainsFunc(t.deadlines, func(d *chronology.Deadline) bool { return d.Status() == f.what }) {
			all = append(all, legend{Name: "deadline: " + f.name, Class: fates[f.what]})
		}
	}
	stood := func(d *chronology.Deadline) bool {
		return slices.ContainsFunc(d.Course, func(m chronology.Move) bool { return m.What == chronology.Stopped })
	}
	tolled := func(p chronology.Picture) bool {
		return slices.ContainsFunc(p.Parts, func(q chronology.Part) bool { return q.State == offtake.IsTolled })
	}
	if slices.ContainsFunc(t.deadlines, stood) || slices.ContainsFunc(t.process.Course, tolled) {
		all = append(all, legend{Name: "time stands still", Class: "unserved"})
	}
	var seen []string
	for _, picture := range t.process.Course {
		for _, q := range picture.Parts {
			look := stateLooks[q.State]
			if q.State == offtake.IsTolled {
				continue // the hatching is explained
			}
			if name := t.divides() + ": " + look.name; !slices.Contains(seen, name) {
				seen = append(seen, name)
				all = append(all, legend{Name: name, Class: lastWord(look.class)})
			}
		}
	}
	return all
}

// deadlineTable is the table behind the bars.
func (t *timeline) deadlineTable() figure {
	f := figure{Title: "deadlines", Head: []string{"deadline", "set", "falls", "what became of it", "who does what", "rests on"}}
	for _, d := range t.deadlines {
		fate := string(d.Status())
		if what, at := d.Ended(); what != "" {
			fate += ", " + t.minute(at) + ": " + d.Course[len(d.Course)-1].Why
		}
		falls := t.minute(d.By())
		if n := moved(d); n > 0 {
			falls += ", moved " + strconv.Itoa(n) + "×"
		}
		f.Body = append(f.Body, []string{deadlineName(d), t.minute(d.Began()), falls, fate, d.Does, d.Basis})
	}
	return f
}

func moved(d *chronology.Deadline) (n int) {
	for _, m := range d.Course {
		if m.What == chronology.Moved {
			n++
		}
	}
	return n
}

// partTable is the table behind the quantity.
func (t *timeline) partTable() figure {
	f := figure{Title: "parts", Head: []string{"from", t.divides(), "stands", "holder"}}
	for _, picture := range t.process.Course {
		for _, q := range picture.Parts {
			f.Body = append(f.Body, []string{t.minute(picture.At), q.What(), chronology.States(q.State), string(q.Party)})
		}
	}
	return f
}

func (t *timeline) minute(at time.Time) string {
	return t.process.Clock(at).Format("2006-01-02 15:04")
}

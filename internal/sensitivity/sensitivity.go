// Package sensitivity asks how far an answer hangs on what was invented: it
// changes the invented numbers of a book to half and to double, group by
// group, and measures again.
//
// Which numbers are invented is not this package's judgement. It is written in
// the book, in comments that package provenance reads, and every number so
// marked is either varied or named among those left alone, with the reason.
// Numbers of one kind move together, since nobody asks what one of fourteen
// campaigns would change: all campaigns' sizes, all the lead times, all that
// one supplier has to sell. A number that has no half (a date, a choice, a
// rank) is left alone.
package sensitivity

import (
	"io/fs"
	"sort"
	"strings"

	"github.com/offtake-dev/offtake/internal/provenance"
)

// A Knob is a group of invented numbers that are varied together.
type Knob struct {
	Name    string
	Numbers []provenance.Number
}

// Left is a group of invented numbers that is not varied, and why.
type Left struct {
	Name    string
	Numbers int
	Why     string
}

// Knobs sorts the invented numbers of a book's text into what is varied and
// what is left alone, each by name.
func Knobs(all []provenance.Number) (varied []Knob, left []Left) {
	groups, alone := map[string]*Knob{}, map[string]*Left{}
	for _, n := range all {
		if !n.Invented() {
			continue
		}
		name := group(n)
		why := fixed(n)
		if _, ok := n.Scaled(2, 1); why == "" && !ok {
			why = "it has no double"
		}
		if why != "" {
			if alone[name+why] == nil {
				alone[name+why] = &Left{Name: name, Why: why}
			}
			alone[name+why].Numbers++
			continue
		}
		if groups[name] == nil {
			groups[name] = &Knob{Name: name}
		}
		groups[name].Numbers = append(groups[name].Numbers, n)
	}
	for _, k := range groups {
		varied = append(varied, *k)
	}
	for _, l := range alone {
		left = append(left, *l)
	}
	sort.Slice(varied, func(i, j int) bool { return varied[i].Name < varied[j].Name })
	sort.Slice(left, func(i, j int) bool { return left[i].Name+left[i].Why < left[j].Name+left[j].Why })
	return varied, left
}

// fixed says why a number is not varied, or "".
func fixed(n provenance.Number) string {
	switch key := n.Key(); {
	case strings.Count(n.Text, "-") == 2:
		return "a date has no half"
	case strings.Contains(n.Text, ":"):
		return "a time of day has no half"
	case key == "rank" || key == "weight" || key == "order":
		return "with one holder or by its place in an order it changes nothing"
	case key == "seed":
		return "it names a draw and measures nothing"
	case key == "per" || strings.HasSuffix(n.Path, "accelerator.h100"):
		return "it is the unit of the number beside it"
	case strings.Contains(n.Path, "venture."):
		return "what a venture delivers is varied where it is supply"
	case strings.Contains(n.Path, "sizes.") || strings.Contains(n.Path, "durations."):
		return "the size of the load is varied by its scale"
	case strings.HasPrefix(n.Document, "Book"):
		return "it declares a word"
	}
	return ""
}

// group names what a number belongs to, in words a reader of the book knows.
func group(n provenance.Number) string {
	kind, name, _ := strings.Cut(n.Document, " ")
	path := strings.Split(n.Path, ".")
	switch {
	case kind == "Agreement":
		if at := last(path, "clauses"); at >= 0 && at+2 < len(path) {
			clause, body := path[at+1], path[at+2:]
			if len(body) > 1 {
				return strings.ReplaceAll(clause, "-", " ") + ": " + words(body[1:])
			}
			return strings.ReplaceAll(clause, "-", " ") + ": " + words(body)
		}
	case kind == "Supply" && n.Key() == "quantity":
		return "what " + name + " has to sell"
	case kind == "Supply" && n.Key() == "price":
		return "invented prices"
	case kind == "Supply":
		return "suppliers: " + n.Key()
	case kind == "Demand" && path[0] == "profile":
		return family(name) + ": " + words(path[1:])
	case kind == "Demand" && path[0] == "accelerator":
		return "speed of " + n.Key()
	case kind == "Demand":
		return family(name) + ": " + words(path)
	case kind == "Scenario" && path[0] == "actors":
		return "time to answer: " + answerer(n.Shown)
	case kind == "Scenario":
		return words(path)
	}
	return n.Document + ": " + words(path)
}

func last(path []string, word string) int {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == word {
			return i
		}
	}
	return -1
}

func words(path []string) string {
	return strings.ReplaceAll(strings.Join(path, " "), "_", " ")
}

// family names demands that belong together by the first word of their names:
// campaign-a and campaign-b are campaigns.
func family(name string) string {
	first, _, _ := strings.Cut(name, "-")
	switch first {
	case "campaign":
		return "campaigns"
	case "small":
		return "small jobs"
	}
	return strings.ReplaceAll(name, "-", " ")
}

// answerer tells a holder from a provider by the line that gives its time.
func answerer(line string) string {
	if strings.Contains(line, "party:") {
		return "holder"
	}
	return "providers"
}

// At gives the book's text with a knob's numbers times num/den. A number that
// has no such multiple stays as it is; false means that none has.
func (k Knob) At(fsys fs.FS, num, den int64) (fs.FS, bool) {
	changed := map[string][]byte{}
	moved := false
	for rest := k.Numbers; len(rest) > 0; {
		file := rest[0].File
		n := 1
		for n < len(rest) && rest[n].File == file {
			n++
		}
		was, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, false
		}
		text, some := scaled(was, rest[:n], num, den)
		if some {
			changed[file], moved = text, true
		}
		rest = rest[n:]
	}
	return overlay{fsys, changed}, moved
}

// scaled rewrites the numbers of one file, which stand in the order of the text.
func scaled(was []byte, numbers []provenance.Number, num, den int64) (out []byte, some bool) {
	from := 0
	for _, n := range numbers {
		text, ok := n.Scaled(num, den)
		if !ok || n.Offset+len(n.Text) > len(was) {
			continue
		}
		out = append(append(out, was[from:n.Offset]...), text...)
		from, some = n.Offset+len(n.Text), true
	}
	return append(out, was[from:]...), some
}

package prices

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
)

// A Report says what became of every row of a list: Rows = Used + the rows of
// Skipped.
type Report struct {
	Rows         int // or items
	Used         int // that are in an offer
	Offers       int // fewer than Used where a price stayed the same for several dates
	Rounded      int // offers whose price does not divide into a finite decimal
	Skipped      []Skipped
	Providers    []offtake.ProviderName    // what a book must declare to load the offers
	Accelerators []offtake.AcceleratorDecl // likewise
	Regions      []offtake.Region          // likewise, where it declares regions at all
}

// Skipped is what no offer was made of, and why.
type Skipped struct {
	What string // the list's own name for it
	Why  string
	Rows int
	Line int // of the first
}

// finish counts the offers and collects the words they use.
func (l *list) finish(supplies []offtake.Supply) Report {
	r := l.report
	r.Skipped = l.skipped
	slices.SortStableFunc(r.Skipped, func(a, b Skipped) int { return cmp.Or(cmp.Compare(a.Why, b.Why), cmp.Compare(a.What, b.What)) })
	for _, s := range supplies {
		r.Providers = append(r.Providers, s.Provider)
		r.Offers += len(s.Offers)
		for _, o := range s.Offers {
			if o.Region != "" {
				r.Regions = append(r.Regions, o.Region)
			}
			if i := slices.IndexFunc(Catalogue, func(a offtake.AcceleratorDecl) bool { return a.Name == o.Accelerator }); !slices.Contains(r.Accelerators, Catalogue[i]) {
				r.Accelerators = append(r.Accelerators, Catalogue[i])
			}
		}
	}
	slices.Sort(r.Regions)
	r.Regions = slices.Compact(r.Regions)
	slices.SortFunc(r.Accelerators, func(a, b offtake.AcceleratorDecl) int { return cmp.Compare(a.Name, b.Name) })
	return r
}

// Lines says what became of the list, for people: one line for the whole, then
// for each reason why rows were left out a line, and below it what they were.
func (r Report) Lines() []string {
	head := fmt.Sprintf("%d rows: %d in %d offers, %d left out", r.Rows, r.Used, r.Offers, r.Rows-r.Used)
	if r.Rounded > 0 {
		head += fmt.Sprintf("; the prices of %d offers are rounded", r.Rounded)
	}
	lines := []string{head}
	for i := 0; i < len(r.Skipped); {
		why, rows := r.Skipped[i].Why, 0
		var whats []string
		for ; i < len(r.Skipped) && r.Skipped[i].Why == why; i++ {
			rows += r.Skipped[i].Rows
			whats = append(whats, fmt.Sprintf("%s (%d, from line %d)", r.Skipped[i].What, r.Skipped[i].Rows, r.Skipped[i].Line))
		}
		lines = append(lines, fmt.Sprintf("%d left out because %s:", rows, why))
		lines = append(lines, wrapped(whats)...)
	}
	return lines
}

// wrapped puts words on indented lines of about a hundred columns.
func wrapped(words []string) []string {
	lines := []string{"  " + words[0]}
	for _, w := range words[1:] {
		last := &lines[len(lines)-1]
		if len(*last)+len(w) > 98 {
			*last += ","
			lines = append(lines, "  "+w)
			continue
		}
		*last += ", " + w
	}
	return lines
}

// Declarations gives, as comments of a YAML file, what the Book must declare for
// the offers to load. What it cannot know, such as whose a provider is, is left to
// the reader.
func (r Report) Declarations() []byte {
	var b strings.Builder
	b.WriteString("# The Book that loads these offers declares\n# currency: USD\n# providers:\n")
	for _, p := range r.Providers {
		fmt.Fprintf(&b, "#   %s: {party: ...}\n", p)
	}
	b.WriteString("# accelerators:\n")
	for _, a := range r.Accelerators {
		fmt.Fprintf(&b, "#   %s: {per_node: %d", a.Name, a.PerNode)
		if a.Lot > 0 {
			fmt.Fprintf(&b, ", lot: %d", a.Lot)
		}
		b.WriteString("}\n")
	}
	if len(r.Regions) > 0 {
		b.WriteString("# and, where it declares regions,\n# regions:\n")
		for _, name := range r.Regions {
			fmt.Fprintf(&b, "#   %s: {}\n", name)
		}
	}
	return []byte(b.String())
}

package rights

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// A dim is a dimension of the boxes that clauses are compiled to. Route is not
// one: it follows from the provider, and a scope that bounds it bounds the
// providers. Licensee is not one either: it is the party of a `use`.
type dim int

const (
	provider dim = iota
	party
	purpose
	product
	accelerator
	quantity
	region
	site
	term
	start
	capacity
	asset
	customer
	dims // how many there are
)

var dimNames = [dims]offtake.Dimension{
	offtake.DimProvider, offtake.DimParty, offtake.DimPurpose, offtake.DimProduct, offtake.DimAccelerator,
	offtake.DimQuantity, offtake.DimRegion, offtake.DimSite, offtake.DimTerm, offtake.DimStart,
	offtake.DimCapacity, offtake.DimAsset, offtake.DimCustomer,
}

// A vocabulary numbers the values of a dimension. Closed ones have a cell for
// each declared word. Open ones have a cell for each word some clause uses, one
// for every prefix that a clause writes with a *, and one for any other word.
// Ordered ones have a cell for each stretch between the bounds that clauses
// set. After the last cell comes the one for having no value at all.
type vocabulary struct {
	names    []string // of words: by cell
	cells    map[string]cell
	prefixes []string // open only, longest first
	open     bool
	ordered  bool
	cuts     []int64     // where a new cell begins, ascending
	times    []time.Time // the same for instants
	size     cell        // cells without the one for no value
}

// none is the cell of having no value.
func (v *vocabulary) none() cell { return v.size }

func closed[T ~string](words []T) *vocabulary {
	v := &vocabulary{cells: map[string]cell{}}
	for _, w := range words {
		v.add(string(w))
	}
	v.size = cell(len(v.names))
	return v
}

func (v *vocabulary) add(w string) {
	if _, ok := v.cells[w]; !ok {
		v.cells[w] = cell(len(v.names))
		v.names = append(v.names, w)
	}
}

// free makes an open vocabulary of the words that clauses use.
func free(words []string) *vocabulary {
	slices.Sort(words)
	v := &vocabulary{cells: map[string]cell{}, open: true}
	for _, w := range words {
		if p, ok := strings.CutSuffix(w, "*"); ok && p != "" {
			v.prefixes = append(v.prefixes, p)
		}
		if w != "*" {
			v.add(w)
		}
	}
	slices.SortFunc(v.prefixes, func(a, b string) int { return len(b) - len(a) })
	v.names = append(v.names, "")
	v.size = cell(len(v.names))
	return v
}

// word gives the cell of a word; false where the vocabulary is closed to it.
func (v *vocabulary) word(w string) (cell, bool) {
	if c, ok := v.cells[w]; ok && !strings.HasSuffix(w, "*") {
		return c, true
	}
	for _, p := range v.prefixes {
		if strings.HasPrefix(w, p) {
			return v.cells[p+"*"], true
		}
	}
	return v.size - 1, v.open
}

// pattern gives the cells of the words that a scope's entry covers.
func (v *vocabulary) pattern(w string) (out []cell) {
	prefix, many := strings.CutSuffix(w, "*")
	if !many {
		if c, ok := v.cells[w]; ok {
			return []cell{c}
		}
		return nil
	}
	for c, name := range v.names {
		if strings.HasPrefix(name, prefix) {
			out = append(out, cell(c))
		}
	}
	return out
}

// wordSet gives the cells that a scope's list covers: everything where nothing is listed.
func wordSet[T ~string](v *vocabulary, words []T) set {
	if words == nil {
		return set{}
	}
	s := listed(v.size)
	for _, w := range words {
		for _, c := range v.pattern(string(w)) {
			s.bits[c>>6] |= 1 << (c & 63)
		}
	}
	return s
}

// numbers makes an ordered vocabulary from the bounds that clauses set.
func numbers(cuts []int64, least int64) *vocabulary {
	slices.Sort(cuts)
	cuts = slices.DeleteFunc(slices.Compact(cuts), func(c int64) bool { return c <= least })
	return &vocabulary{ordered: true, cuts: cuts, size: cell(len(cuts)) + 1}
}

func instants(times []time.Time) *vocabulary {
	times = sortedTimes(times)
	return &vocabulary{ordered: true, times: times, size: cell(len(times)) + 1}
}

func (v *vocabulary) number(n int64) cell {
	return cell(sort.Search(len(v.cuts), func(i int) bool { return v.cuts[i] > n }))
}

func (v *vocabulary) instant(t time.Time) cell {
	return cell(sort.Search(len(v.times), func(i int) bool { return v.times[i].After(t) }))
}

// say gives an example of the cell's values, "" for having none.
func (v *vocabulary) say(d dim, c cell) string {
	switch {
	case c == v.none():
		return ""
	case d == quantity && c == 0:
		return "1"
	case d == quantity:
		return strconv.FormatInt(v.cuts[c-1], 10)
	case d == term && c == 0:
		return "PT0H"
	case d == term:
		return offtake.Duration{Unit: offtake.Elapsed, Time: time.Duration(v.cuts[c-1]) * time.Second}.String()
	case d == start && c == 0 && len(v.times) == 0:
		return ""
	case d == start && c == 0:
		return offtake.Stamp(v.times[0].Add(-time.Second))
	case d == start:
		return offtake.Stamp(v.times[c-1])
	}
	if prefix, ok := strings.CutSuffix(v.names[c], "*"); ok {
		return prefix + "other"
	}
	if v.open && v.names[c] == "" {
		return "another"
	}
	return v.names[c]
}

func sortedTimes(ts []time.Time) []time.Time {
	slices.SortFunc(ts, time.Time.Compare)
	return slices.CompactFunc(ts, time.Time.Equal)
}

// lengthOf gives a duration's length in seconds, counted from 1 January 2001: a
// Monday, and the first day of the Gregorian calendar's 400 years. A business
// day is Monday to Friday here, without holidays.
func lengthOf(d offtake.Duration) int64 {
	const day = 86_400
	from := offtake.Date{Year: 2001, Month: time.January, Day: 1}
	n := int64(d.Count)
	switch d.Unit {
	case offtake.Days:
		return n * day
	case offtake.Weeks:
		return n * 7 * day
	case offtake.BusinessDays:
		return (n/5*7 + n%5) * day
	case offtake.Months:
		return between(from, from.AddMonths(d.Count))
	case offtake.Years:
		return between(from, from.AddMonths(12*d.Count))
	}
	return int64(d.Time / time.Second)
}

func between(a, b offtake.Date) int64 {
	return time.Date(b.Year, b.Month, b.Day, 0, 0, 0, 0, time.UTC).Unix() -
		time.Date(a.Year, a.Month, a.Day, 0, 0, 0, 0, time.UTC).Unix()
}

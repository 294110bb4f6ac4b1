package rights

import (
	"strconv"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// A space is a box and the versions of the terms during which it counts: the
// requests that a clause covers while it is in force.
type space struct {
	box
	from, until int32
}

func (l *Law) space(t *clauseTerm, b box) space {
	s := space{box: b}
	if t.life.never() {
		return s
	}
	s.from, s.until = l.versionsOf(t.life)
	return s
}

func (s *space) empty() bool { return s.from >= s.until || s.box.empty() }

func (s *space) meets(t *space) bool {
	return max(s.from, t.from) < min(s.until, t.until) && s.box.meets(&t.box)
}

func (s *space) and(t *space) space {
	return space{box: s.box.and(&t.box), from: max(s.from, t.from), until: min(s.until, t.until)}
}

// optional says of a dimension that a request may have no value in it.
func (d dim) optional() bool { return d.lacking(false) || d == region || d == site }

// lacking says of a dimension that what is not stated of it may be nothing at
// all: a training job is for no product, and most requests are no named
// customer's. Capacity is always somewhere, said or not.
// A use is always of some asset.
func (d dim) lacking(use bool) bool { return d == product || d == customer || d == asset && !use }

// uncovered reports whether s has requests that none of the covers cover. It
// gives up when the budget is spent, and then says that there may be some.
//
// What a cover leaves of s is cut into spaces that do not meet: the time
// before and after it, and then in one dimension after the other what lies
// outside, with the dimensions already done held inside.
func (l *Law) uncovered(s *space, covers []*space, budget *int) bool {
	for len(covers) > 0 && !s.meets(covers[0]) {
		covers = covers[1:]
	}
	if len(covers) == 0 {
		return !s.empty()
	}
	if *budget--; *budget < 0 {
		return true
	}
	c, rest, part := covers[0], covers[1:], *s
	for _, span := range [][2]int32{{s.from, c.from}, {c.until, s.until}} {
		part.from, part.until = max(s.from, span[0]), min(s.until, span[1])
		if part.from < part.until && l.uncovered(&part, rest, budget) {
			return true
		}
	}
	part.from, part.until = max(s.from, c.from), min(s.until, c.until)
	for d := range dims {
		if !c.box[d].bounded {
			continue
		}
		for _, outside := range s.box[d].without(c.box[d], l.words[d].size, d.optional()) {
			part.box[d] = outside
			if l.uncovered(&part, rest, budget) {
				return true
			}
		}
		part.box[d] = s.box[d].and(c.box[d])
	}
	return false
}

// example gives one concrete request of a space and an instant for it.
func (l *Law) example(s *space) (f offtake.Facts, at time.Time) {
	said := func(d dim) string {
		if !s.box[d].bounded {
			return ""
		}
		c := s.box[d].first(0, l.words[d].size)
		if c < 0 {
			return ""
		}
		return l.words[d].say(d, c)
	}
	f = offtake.Facts{
		Provider: offtake.ProviderName(said(provider)), Party: offtake.PartyName(said(party)),
		Product: offtake.Product(said(product)), Accelerator: offtake.Accelerator(said(accelerator)),
		Region: offtake.Region(said(region)), Site: offtake.Site(said(site)), Capacity: offtake.Capacity(said(capacity)),
		Asset: offtake.Asset(said(asset)), Customer: offtake.Customer(said(customer)),
	}
	if p := said(purpose); p != "" {
		f.Purposes = []offtake.Purpose{offtake.Purpose(p)}
	}
	f.Quantity, _ = strconv.ParseInt(said(quantity), 10, 64)
	f.Term, _ = offtake.ParseDuration(said(term))
	if w := said(start); w != "" {
		f.Start, _ = offtake.ParseWhen(w)
	}
	return f, l.instantOf(int(s.from))
}

// witness writes an example as the facts that `ask` takes, at an instant.
func (l *Law) witness(s *space, at time.Time) string {
	f, _ := l.example(s)
	var out []string
	add := func(d offtake.Dimension, v string) {
		if v != "" {
			out = append(out, "--"+string(d)+" "+v)
		}
	}
	add(offtake.DimProvider, string(f.Provider))
	add(offtake.DimParty, string(f.Party))
	for _, p := range f.Purposes {
		add(offtake.DimPurpose, string(p))
	}
	add(offtake.DimProduct, string(f.Product))
	add(offtake.DimAccelerator, string(f.Accelerator))
	if f.Quantity > 0 {
		add(offtake.DimQuantity, strconv.FormatInt(f.Quantity, 10))
	}
	add(offtake.DimRegion, string(f.Region))
	add(offtake.DimSite, string(f.Site))
	add(offtake.DimTerm, f.Term.String())
	add(offtake.DimStart, f.Start.String())
	add(offtake.DimCapacity, string(f.Capacity))
	add(offtake.DimAsset, string(f.Asset))
	add(offtake.DimCustomer, string(f.Customer))
	return strings.Join(append(out, "--at "+offtake.Stamp(at)), " ")
}

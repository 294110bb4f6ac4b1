package rights

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// unsigned names the parties whose signature an amendment needs and lacks, in
// the order the book declares them.
//
// It needs everyone whose right it takes away, by removing or replacing a
// clause that has not run out or by consenting past one, and everyone it puts
// under a duty. Whether a change is to somebody's advantage is not weighed.
func (h *history) unsigned(d *deal, m *offtake.Amendment, at time.Time) []offtake.PartyName {
	needed := map[offtake.PartyName]bool{}
	need := func(ps []offtake.PartyName) {
		for _, p := range ps {
			needed[p] = p != "" && !slices.Contains(m.SignedBy, p)
		}
	}
	taken := func(name offtake.ClauseName) {
		t := h.find(offtake.ClauseRef{Agreement: d.agreement.Name, Clause: name})
		if t != nil && (t.life.until.IsZero() || t.life.until.After(at)) {
			need(h.protected(t.clause.Body, d, 0))
		}
	}
	for _, name := range m.Remove {
		taken(name)
	}
	for i := range m.Clauses {
		taken(m.Clauses[i].Name)
		need(h.burdened(m.Clauses[i].Body, d))
		if c, ok := m.Clauses[i].Body.(offtake.Consent); ok {
			need(h.lifted(c, d, m))
		}
	}
	var missing []offtake.PartyName
	for _, p := range h.book.Parties {
		if needed[p.Name] {
			missing = append(missing, p.Name)
		}
	}
	return missing
}

// lifted names whom the clauses that a consent lifts protect. A clause that the
// same amendment brings is looked up there first.
func (h *history) lifted(c offtake.Consent, d *deal, m *offtake.Amendment) (out []offtake.PartyName) {
	for _, ref := range c.Lifts {
		i := -1
		if ref.Agreement == d.agreement.Name {
			i = slices.IndexFunc(m.Clauses, func(c offtake.Clause) bool { return c.Name == ref.Clause })
		}
		if i >= 0 {
			out = append(out, h.protected(m.Clauses[i].Body, d, 1)...)
		} else if t := h.find(ref); t != nil {
			out = append(out, h.protected(t.clause.Body, t.deal, 1)...)
		}
	}
	return out
}

// protected names whose right a clause is: who loses something when it goes.
func (h *history) protected(body offtake.Body, d *deal, depth int) []offtake.PartyName {
	switch b := body.(type) {
	case offtake.Exclusivity:
		return h.supplier(b.Provider)
	case offtake.FirstRefusal:
		var out []offtake.PartyName
		for _, holder := range b.Holders {
			out = append(out, holder.Party)
		}
		return out
	case offtake.FirstOffer:
		return []offtake.PartyName{b.Holder}
	case offtake.FirstPlacement:
		return h.supplier(b.Provider)
	case offtake.Consent:
		var out []offtake.PartyName
		for _, ref := range b.Lifts {
			if t := h.find(ref); t != nil && depth == 0 {
				out = append(out, h.burdened(t.clause.Body, t.deal)...)
			}
		}
		return out
	case offtake.Commitment:
		return h.supplier(b.Provider)
	case offtake.Reservation:
		return append(h.supplier(b.Provider), h.book.Buyer)
	case offtake.Rate:
		return []offtake.PartyName{h.book.Buyer}
	case offtake.Licence:
		return []offtake.PartyName{b.Licensee}
	case offtake.MostFavoured:
		return []offtake.PartyName{b.Beneficiary}
	case offtake.Venture:
		return venturers(b)
	}
	return nil // a determination's decider and a record's parties lose no right
}

// burdened names whom a clause puts under a duty.
func (h *history) burdened(body offtake.Body, d *deal) []offtake.PartyName {
	switch b := body.(type) {
	case offtake.Exclusivity, offtake.FirstOffer, offtake.FirstPlacement, offtake.Commitment:
		return []offtake.PartyName{h.book.Buyer}
	case offtake.FirstRefusal:
		return []offtake.PartyName{b.Grantor}
	case offtake.Reservation:
		return append(h.supplier(b.Provider), h.book.Buyer)
	case offtake.Rate:
		return h.supplier(b.Provider)
	case offtake.Licence:
		return []offtake.PartyName{b.Licensor}
	case offtake.MostFavoured:
		return slices.DeleteFunc(slices.Clone(d.agreement.Parties), func(p offtake.PartyName) bool { return p == b.Beneficiary })
	case offtake.Venture:
		return venturers(b)
	}
	return nil
}

func (h *history) supplier(name offtake.ProviderName) []offtake.PartyName {
	p, _ := h.book.Provider(name)
	return []offtake.PartyName{p.Party}
}

func venturers(v offtake.Venture) []offtake.PartyName {
	out := []offtake.PartyName{v.Operator}
	for _, p := range v.Partners {
		out = append(out, p.Party)
	}
	return out
}

func unsignedFinding(d *deal, m *offtake.Amendment, missing []offtake.PartyName) offtake.Finding {
	return offtake.Finding{
		Severity: offtake.Lint, Pos: m.Pos, Code: "amendment-unsigned",
		Message: sprintf("amendment %q of %q is not signed by %s and changes nothing: everyone it takes a right from or puts under a duty signs",
			m.Name, d.agreement.Name, listing(missing)),
		Hint: "add them to signed_by once they have signed",
	}
}

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func quoted(s string) string { return strconv.Quote(s) }

// listing writes names as a sentence does: "a", "b" and "c".
func listing[T ~string](names []T) string {
	var b strings.Builder
	for i, n := range names {
		switch {
		case i > 0 && i == len(names)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(quoted(string(n)))
	}
	return b.String()
}

// stampDay writes an instant as a date where it is the start of a day in the
// agreement's calendar, as an RFC 3339 instant elsewhere.
func (d *deal) stampDay(t time.Time) string {
	if d.calendar != nil {
		if day := d.calendar.Day(t); d.calendar.Start(day).Equal(t) {
			return day.String()
		}
	}
	return offtake.Stamp(t)
}

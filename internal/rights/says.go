package rights

import (
	"strings"

	"github.com/offtake-dev/offtake"
)

// says is the sentence that a reason gives for a row: what the clause does and
// how long.
func (l *Law) says(table int, t *clauseTerm) string {
	var what string
	switch body := t.clause.Body.(type) {
	case offtake.Exclusivity:
		what = "only " + string(body.Provider) + " may supply " + covers(body.Scope)
	case offtake.FirstRefusal:
		what = string(body.Grantor) + " must offer a third party's terms first to " + holders(body) + " for " + covers(body.Scope)
	case offtake.FirstOffer:
		what = string(body.Holder) + " must be asked for its offer first for " + covers(body.Scope)
	case offtake.FirstPlacement:
		if table == excuses {
			return string(body.Unless.By) + " has said what excuses from it: " + l.says(placements, t)
		}
		what = "ships first on " + string(body.Provider) + " for " + body.HeadStart.Words() + ": " + covers(body.Scope)
	case offtake.Consent:
		what = "consent lifts " + refs(body.Lifts) + " for " + covers(body.Scope) + unasked(body.Limit)
	case offtake.Licence:
		what = licenceSays(table, body)
	}
	return what + t.lasting()
}

// unasked says what bounds a consent and is no fact of a question.
func unasked(limit offtake.ConsentLimit) string {
	var out []string
	if !limit.Money.IsZero() {
		out = append(out, limit.Money.String())
	}
	if limit.Megawatts != 0 {
		out = append(out, limit.Megawatts.String()+" megawatts")
	}
	if out == nil {
		return ""
	}
	return ", up to " + strings.Join(out, " and ") + " in all (not held against the question)"
}

func licenceSays(table int, c offtake.Licence) string {
	assets := strings.Join(appendWords(nil, c.Assets), ", ")
	switch {
	case table == shutouts:
		return string(c.Licensor) + " licenses " + assets + " to " + string(c.Licensee) + " exclusively for " + covers(c.Scope)
	case table == owners:
		return string(c.Licensor) + " is the licensor of " + assets
	case table == foreigns:
		return assets + " may be used only under a licence of " + string(c.Licensor)
	}
	return string(c.Licensor) + " licenses " + assets + " to " + string(c.Licensee) + " for " + covers(c.Scope)
}

// lasting says from when until when a clause is in force.
func (t *clauseTerm) lasting() string {
	s := ", from " + t.deal.stampDay(t.life.from)
	if !t.life.until.IsZero() {
		s += " until " + t.deal.stampDay(t.life.until)
	}
	if len(t.hangs) > 0 {
		s += ", until " + refs(t.hangs) + " is answered yes"
	}
	return s
}

func refs(rs []offtake.ClauseRef) string {
	var out []string
	for _, r := range rs {
		out = append(out, r.String())
	}
	return strings.Join(out, " or ")
}

func holders(f offtake.FirstRefusal) string {
	var out []string
	for _, h := range f.Holders {
		out = append(out, string(h.Party))
	}
	return strings.Join(out, ", ")
}

// covers says what a scope covers.
func covers(s offtake.Scope) string {
	var out []string
	add := func(name string, words []string) {
		if words != nil {
			out = append(out, name+" "+strings.Join(words, " or "))
		}
	}
	add("purpose", appendWords(nil, s.Purposes))
	add("product", appendWords(nil, s.Products))
	add("asset", appendWords(nil, s.Assets))
	add("provider", appendWords(nil, s.Providers))
	add("accelerator", appendWords(nil, s.Accelerators))
	add("region", appendWords(nil, s.Regions))
	add("site", appendWords(nil, s.Sites))
	add("customer", appendWords(nil, s.Customers))
	if s.Capacity != "" {
		out = append(out, string(s.Capacity)+" capacity")
	}
	if s.Route != "" {
		out = append(out, "route "+string(s.Route))
	}
	if s.Quantity.AtLeast > 0 {
		out = append(out, sprintf("at least %d accelerators", s.Quantity.AtLeast))
	}
	if s.Quantity.AtMost > 0 {
		out = append(out, sprintf("at most %d accelerators", s.Quantity.AtMost))
	}
	if !s.Term.AtLeast.IsZero() {
		out = append(out, "a term of at least "+s.Term.AtLeast.Words())
	}
	if !s.Term.AtMost.IsZero() {
		out = append(out, "a term of at most "+s.Term.AtMost.Words())
	}
	if !s.Start.From.IsZero() {
		out = append(out, "a start from "+s.Start.From.String())
	}
	if !s.Start.Until.IsZero() {
		out = append(out, "a start before "+s.Start.Until.String())
	}
	if len(out) == 0 {
		return "everything"
	}
	return strings.Join(out, ", ")
}

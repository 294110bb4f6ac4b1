package rights

import (
	"slices"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// The dumb twin reads the book anew for every question, clause by clause, and
// tries every value of whatever is not known.

type twin struct {
	b  *offtake.Book
	at time.Time
}

func utc(w offtake.When) time.Time {
	if !w.Date.IsZero() {
		return time.Date(w.Date.Year, w.Date.Month, w.Date.Day, 0, 0, 0, 0, time.UTC)
	}
	return w.Instant
}

// clauses gives those in force at an instant but for open questions.
func (tw twin) clauses(at time.Time) (out []offtake.Clause) {
	a := tw.b.Agreements[0]
	if at.Before(utc(a.Effective)) || !at.Before(utc(a.Until)) {
		return nil
	}
	list := slices.Clone(a.Clauses)
	for _, m := range a.Amendments {
		if at.Before(utc(m.Effective)) {
			continue
		}
		for _, c := range m.Clauses {
			list = slices.DeleteFunc(list, func(o offtake.Clause) bool { return o.Name == c.Name })
		}
		list = slices.DeleteFunc(list, func(o offtake.Clause) bool { return slices.Contains(m.Remove, o.Name) })
		list = append(list, m.Clauses...)
	}
	for _, c := range list {
		if !at.Before(utc(c.From)) && !tw.ended(c.Until, at) {
			out = append(out, c)
		}
	}
	return out
}

// ever gives the clauses in force at any time, by what has been stated so far.
func (tw twin) ever() (out []offtake.Clause) {
	known := twin{sofar(tw.b, tw.at), tw.at}
	a := tw.b.Agreements[0]
	times := []time.Time{utc(a.Effective), utc(a.Amendments[0].Effective)}
	for _, day := range someDays {
		times = append(times, utc(on(day)))
	}
	for _, at := range times {
		out = append(out, known.clauses(at)...)
	}
	return out
}

// sofar gives the book without what is stated after an instant.
func sofar(b *offtake.Book, at time.Time) *offtake.Book {
	less := *b
	less.Statements = slices.DeleteFunc(slices.Clone(b.Statements), func(s offtake.Statement) bool { return utc(s.At).After(at) })
	return &less
}

func (tw twin) ended(u offtake.Until, at time.Time) bool {
	if !u.At.IsZero() && !at.Before(utc(u.At)) {
		return true
	}
	if !u.Determined.IsZero() && tw.heard(u.Determined, at, offtake.SaysYes) {
		return true
	}
	return slices.ContainsFunc(u.FirstOf, func(u offtake.Until) bool { return tw.ended(u, at) })
}

func (tw twin) heard(r offtake.ClauseRef, at time.Time, says ...offtake.Says) bool {
	return slices.ContainsFunc(tw.b.Statements, func(s offtake.Statement) bool {
		return s.Of == r && s.By == "pc" && slices.Contains(says, s.Says) && !at.Before(utc(s.At)) && utc(s.At).Before(utc(tw.b.Agreements[0].Until))
	})
}

// open reports whether "held" is in force and has no answer.
func (tw twin) open() bool {
	held := offtake.ClauseRef{Agreement: "deal", Clause: "held"}
	inForce := slices.ContainsFunc(tw.clauses(tw.at), func(c offtake.Clause) bool { return c.Name == "held" })
	return inForce && !tw.heard(held, tw.at, offtake.SaysYes, offtake.SaysNo)
}

func hangsOnHeld(u offtake.Until) bool {
	return u.Determined.Clause == "held" || slices.ContainsFunc(u.FirstOf, hangsOnHeld)
}

func (tw twin) inForce(answeredYes bool) (out []offtake.Clause) {
	for _, c := range tw.clauses(tw.at) {
		if !answeredYes || !hangsOnHeld(c.Until) {
			out = append(out, c)
		}
	}
	return out
}

func isIn[T comparable](list []T, v T) bool {
	var none T
	return list == nil || v != none && slices.Contains(list, v)
}

func (tw twin) covers(s offtake.Scope, f offtake.Facts, all bool) bool {
	region := s.Regions == nil || f.Region != "" && slices.ContainsFunc(s.Regions, func(p offtake.Region) bool {
		prefix, many := strings.CutSuffix(string(p), "*")
		return many && strings.HasPrefix(string(f.Region), prefix) || p == f.Region
	})
	purpose := s.Purposes == nil || all && len(f.Purposes) > 0
	for _, p := range f.Purposes {
		if all {
			purpose = purpose && isIn(s.Purposes, p)
		} else {
			purpose = purpose || slices.Contains(s.Purposes, p)
		}
	}
	by, known := tw.b.Provider(f.Provider)
	route := s.Route == "" || known && by.BuiltByBuyer == (s.Route == offtake.Build)
	quantity := (s.Quantity.AtLeast == 0 || f.Quantity >= s.Quantity.AtLeast) && (s.Quantity.AtMost == 0 || f.Quantity <= s.Quantity.AtMost) &&
		(s.Quantity == offtake.Bounds{} || f.Quantity > 0)
	term := s.Term == offtake.DurationBounds{} || !f.Term.IsZero() &&
		(s.Term.AtLeast.IsZero() || twinLength(f.Term) >= twinLength(s.Term.AtLeast)) &&
		(s.Term.AtMost.IsZero() || twinLength(f.Term) <= twinLength(s.Term.AtMost))
	start := s.Start.IsZero() || !f.Start.IsZero() && !utc(f.Start).Before(utc(s.Start.From)) &&
		(s.Start.Until.IsZero() || utc(f.Start).Before(utc(s.Start.Until)))
	return region && purpose && route && quantity && term && start &&
		isIn(s.Products, f.Product) && isIn(s.Assets, f.Asset) && isIn(s.Providers, f.Provider) &&
		isIn(s.Accelerators, f.Accelerator) && isIn(s.Sites, f.Site) && isIn(s.Customers, f.Customer) &&
		(s.Capacity == "" || s.Capacity == f.Capacity)
}

// twinLength knows the lengths of the few terms that random books use.
func twinLength(d offtake.Duration) time.Duration {
	const day = 24 * time.Hour
	if d.Unit == offtake.Elapsed {
		return d.Time
	}
	return map[string]time.Duration{"P1M": 31 * day, "P31D": 31 * day, "P1Y": 365 * day,
		"P365D": 365 * day, "P260BD": 364 * day, "P364D": 364 * day, "P100D": 100 * day, "P5Y": 1826 * day}[d.String()]
}

// decide answers when everything is known. The answer is a verdict and, where
// it is conditional, the duties.
func (tw twin) decide(ask offtake.Ask, f offtake.Facts, quantityStated bool, yes bool) string {
	clauses := tw.inForce(yes)
	if ask == offtake.Use {
		return tw.decideUse(clauses, f)
	}
	lifted := func(name offtake.ClauseName) bool {
		for _, c := range clauses {
			body, ok := c.Body.(offtake.Consent)
			counts := ask == offtake.Procure || quantityStated
			inside := body.Limit.Quantity == 0 || !counts || f.Quantity <= body.Limit.Quantity
			if ask == offtake.Procure && body.Limit.Quantity > 0 && f.Quantity == 0 {
				inside = false
			}
			if ok && slices.Contains(body.Lifts, offtake.ClauseRef{Agreement: "deal", Clause: name}) && inside && tw.covers(body.Scope, f, true) {
				return true
			}
		}
		return false
	}
	var duties []string
	owe := func(do offtake.DutyName, to offtake.PartyName, c offtake.Clause) {
		if duty := string(do) + " " + string(to) + " " + string(c.Name); !slices.Contains(duties, duty) {
			duties = append(duties, duty)
		}
	}
	by, known := tw.b.Provider(f.Provider)
	for _, c := range clauses {
		if lifted(c.Name) || !known {
			continue
		}
		switch body := c.Body.(type) {
		case offtake.Exclusivity:
			if body.Provider != f.Provider && tw.covers(body.Scope, f, false) {
				return "forbidden"
			}
		case offtake.FirstOffer:
			if ask == offtake.Procure && f.Party == "us" && !tw.b.Affiliated(by.Party, body.Holder) && tw.covers(body.Scope, f, false) {
				owe(offtake.AskFirst, body.Holder, c)
			}
		case offtake.FirstRefusal:
			third := by.Party
			if f.Party != body.Grantor {
				third = f.Party
			}
			if ask != offtake.Procure || f.Party != body.Grantor && by.Party != body.Grantor || !tw.covers(body.Scope, f, false) {
				continue
			}
			for _, h := range body.Holders {
				if !slices.ContainsFunc(body.Holders, func(o offtake.Holder) bool { return tw.b.Affiliated(o.Party, third) && o.Rank <= h.Rank }) {
					owe(offtake.OfferFirst, h.Party, c)
				}
			}
		case offtake.FirstPlacement:
			if ask != offtake.Procure && f.Product != "" && body.Provider != f.Provider && tw.covers(body.Scope, f, false) && !tw.excused(body, c, f.Product) {
				to, _ := tw.b.Provider(body.Provider)
				owe(offtake.PlaceFirst, to.Party, c)
			}
		}
	}
	if duties == nil {
		return "permitted"
	}
	slices.Sort(duties)
	return "conditional: " + strings.Join(duties, ", ")
}

func (tw twin) excused(f offtake.FirstPlacement, c offtake.Clause, p offtake.Product) bool {
	for _, says := range f.Unless.Statements {
		said := slices.ContainsFunc(tw.b.Statements, func(s offtake.Statement) bool {
			at := utc(s.At)
			clauses := tw.clauses(at)
			then := slices.IndexFunc(clauses, func(o offtake.Clause) bool { return o.Name == c.Name })
			if then < 0 {
				return false
			}
			body, ok := clauses[then].Body.(offtake.FirstPlacement)
			return ok && slices.Contains(body.Unless.Statements, s.Says) && s.By == body.Unless.By &&
				s.Of.Clause == c.Name && s.Says == says && !tw.at.Before(at) && (s.Products == nil || slices.Contains(s.Products, p))
		})
		if !said {
			return false
		}
	}
	return len(f.Unless.Statements) > 0
}

func (tw twin) decideUse(clauses []offtake.Clause, f offtake.Facts) string {
	user := f.Licensee
	if user == "" {
		user = f.Party
	}
	if p, ok := tw.b.Product(f.Product); user == "" && ok {
		user = p.Party
	}
	if user == "" {
		user = "us"
	}
	granted, shut, owned, foreign := false, false, false, false
	for _, c := range clauses {
		body, ok := c.Body.(offtake.Licence)
		if !ok || !isIn(body.Assets, f.Asset) {
			continue
		}
		granted = granted || body.Licensee == user && tw.covers(body.Scope, f, true)
		shut = shut || body.Exclusive && body.Licensee != user && tw.covers(body.Scope, f, false)
	}
	for _, c := range tw.ever() {
		if body, ok := c.Body.(offtake.Licence); ok && isIn(body.Assets, f.Asset) {
			owned = owned || body.Licensor == user
			foreign = foreign || body.Licensor != "us"
		}
	}
	if owned || user == "us" && !foreign || !shut && granted {
		return "permitted"
	}
	return "forbidden"
}

// A point is one assignment of everything that is not known.
type point struct {
	f   offtake.Facts
	yes bool
	key []int // which value of each dimension it has
}

// points tries every value of every fact left open.
func (tw twin) points(ask offtake.Ask, f offtake.Facts) ([]point, []string) {
	ps, names := []point{{f: f}}, []string{}
	vary := func(name string, n int, set func(*point, int)) {
		var out []point
		for _, p := range ps {
			for i := range n {
				q := p
				q.key = append(slices.Clone(p.key), i)
				set(&q, i)
				out = append(out, q)
			}
		}
		ps, names = out, append(names, name)
	}
	left := func(d offtake.Dimension, known bool) bool { return !known && !slices.Contains(f.Absent, d) }
	if left(offtake.DimProvider, f.Provider != "") {
		var by []offtake.ProviderName
		for _, p := range tw.b.Providers {
			if f.Route == "" || p.BuiltByBuyer == (f.Route == offtake.Build) {
				by = append(by, p.Name)
			}
		}
		vary("provider", len(by), func(p *point, i int) { p.f.Provider = by[i] })
	}
	if left(offtake.DimPurpose, f.Purposes != nil) {
		if p, _ := tw.b.Product(f.Product); p.Purpose != "" {
			ps[0].f.Purposes = []offtake.Purpose{p.Purpose}
			for i := range ps {
				ps[i].f.Purposes = ps[0].f.Purposes
			}
		} else {
			vary("purpose", len(somePurposes), func(p *point, i int) { p.f.Purposes = somePurposes[i : i+1] })
		}
	}
	if left(offtake.DimProduct, f.Product != "") {
		all := append(slices.Clone(someProducts), "")
		vary("product", len(all), func(p *point, i int) { p.f.Product = all[i] })
	}
	if left(offtake.DimAccelerator, f.Accelerator != "") {
		vary("accelerator", len(someAccels), func(p *point, i int) { p.f.Accelerator = someAccels[i] })
	}
	if left(offtake.DimQuantity, f.Quantity > 0) {
		all := []int64{1, 2, 6, 7, 8, 9, 10, 99, 100, 101}
		vary("quantity", len(all), func(p *point, i int) { p.f.Quantity = all[i] })
	}
	if left(offtake.DimRegion, f.Region != "") {
		all := someRegions
		if tw.b.Regions == nil {
			all = append(slices.Clone(all), "us-other", "ap-south", "moon")
		}
		vary("region", len(all), func(p *point, i int) { p.f.Region = all[i] })
	}
	if left(offtake.DimSite, f.Site != "") {
		all := []offtake.Site{"abilene", "elsewhere"}
		vary("site", len(all), func(p *point, i int) { p.f.Site = all[i] })
	}
	if left(offtake.DimTerm, !f.Term.IsZero()) {
		all := []string{"PT1H", "P1M", "P100D", "P364D", "PT8740H", "P1Y", "P5Y"}
		vary("term", len(all), func(p *point, i int) { p.f.Term = duration(all[i]) })
	}
	if left(offtake.DimStart, !f.Start.IsZero()) {
		all := append([]string{"2024-01-01"}, someDays...)
		vary("start", len(all), func(p *point, i int) { p.f.Start = on(all[i]) })
	}
	if ask == offtake.Use && f.Capacity == "" {
		all := []offtake.Capacity{offtake.NewCapacity, offtake.HeldCapacity}
		vary("capacity", len(all), func(p *point, i int) { p.f.Capacity = all[i] })
	}
	if left(offtake.DimAsset, f.Asset != "") {
		all := append(slices.Clone(someAssets), "m3")
		if ask != offtake.Use {
			all = append(all, "")
		}
		vary("asset", len(all), func(p *point, i int) { p.f.Asset = all[i] })
	}
	if left(offtake.DimCustomer, f.Customer != "") {
		all := slices.Clone(someCustomers)
		if tw.b.Customers == nil {
			all = append(all, "somebody")
		}
		all = append(all, "")
		vary("customer", len(all), func(p *point, i int) { p.f.Customer = all[i] })
	}
	if tw.open() {
		vary("deal/held", 2, func(p *point, i int) { p.yes = i == 1 })
	}
	return ps, names
}

// answer gives the answer and what is missing, by trying everything.
func (tw twin) answer(ask offtake.Ask, f offtake.Facts) (string, []string) {
	if f.Capacity == "" && ask != offtake.Use {
		f.Capacity = offtake.HeldCapacity
		if ask == offtake.Procure {
			f.Capacity = offtake.NewCapacity
		}
	}
	if f.Party == "" && ask != offtake.Use {
		f.Party = "us"
	}
	stated := f.Quantity > 0
	ps, names := tw.points(ask, f)
	answers := make([]string, len(ps))
	agree := true
	for i, p := range ps {
		answers[i] = tw.decide(ask, p.f, stated, p.yes)
		agree = agree && answers[i] == answers[0]
	}
	if agree {
		return answers[0], nil
	}
	matters := map[int]bool{}
	for i, p := range ps {
		for j, q := range ps[:i] {
			if answers[i] == answers[j] {
				continue
			}
			if d := onlyDifference(p.key, q.key); d >= 0 {
				matters[d] = true
			}
		}
	}
	var missing []string
	for d, name := range names {
		if matters[d] {
			missing = append(missing, name)
		}
	}
	return "undetermined", missing
}

func onlyDifference(a, b []int) int {
	found := -1
	for d := range a {
		if a[d] == b[d] {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = d
	}
	return found
}

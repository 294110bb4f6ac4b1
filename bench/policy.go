package bench

import (
	"fmt"
	"strings"

	"github.com/offtake-dev/offtake"
)

// An engine answers `procure` with every fact stated. It puts the facts into
// its own form first, which is not measured: neither is it with ours.
type engine interface {
	prepare(offtake.Facts) (question, error)
}

// A question answers itself, as often as wanted.
type question func() (offtake.Verdict, error)

// A syntax writes one condition on one fact. The facts have the names of the
// dimensions; the term is a number of months.
type syntax struct {
	oneOf   func(fact string, words []string) string
	atLeast func(fact string, n int64) string
	atMost  func(fact string, n int64) string
	not     func(fact, word string) string
}

// A rule is a clause that restricts: it holds where all of its conditions do,
// unless all conditions of one of its consents do.
type rule struct {
	name       string
	ban        bool // forbidden; otherwise conditional
	conditions []string
	consents   [][]string
}

// rules writes the clauses of a generated book that `procure` reads. No party
// of such a book has affiliates, so a third party is any other provider.
func rules(b *offtake.Book, s syntax) (out []rule) {
	lifted := map[offtake.ClauseName][][]string{}
	for _, c := range b.Agreements[0].Clauses {
		if body, ok := c.Body.(offtake.Consent); ok {
			for _, ref := range body.Lifts {
				lifted[ref.Clause] = append(lifted[ref.Clause], s.conditions(body.Scope))
			}
		}
	}
	providerOf := map[offtake.PartyName]string{}
	for _, p := range b.Providers {
		providerOf[p.Party] = string(p.Name)
	}
	for _, c := range b.Agreements[0].Clauses {
		r := rule{name: string(c.Name), consents: lifted[c.Name]}
		switch body := c.Body.(type) {
		case offtake.Exclusivity:
			r.ban = true
			r.conditions = append([]string{s.not("provider", string(body.Provider))}, s.conditions(body.Scope)...)
		case offtake.FirstRefusal:
			r.conditions = append([]string{s.not("provider", string(body.Holders[0].Provider))}, s.conditions(body.Scope)...)
		case offtake.FirstOffer:
			r.conditions = append([]string{s.not("provider", providerOf[body.Holder])}, s.conditions(body.Scope)...)
		default:
			continue
		}
		out = append(out, r)
	}
	return out
}

func (s syntax) conditions(scope offtake.Scope) (out []string) {
	out = append(out, listed(s, "purpose", scope.Purposes)...)
	out = append(out, listed(s, "product", scope.Products)...)
	out = append(out, listed(s, "accelerator", scope.Accelerators)...)
	out = append(out, listed(s, "region", scope.Regions)...)
	out = append(out, listed(s, "site", scope.Sites)...)
	out = append(out, listed(s, "customer", scope.Customers)...)
	if scope.Quantity.AtLeast > 0 {
		out = append(out, s.atLeast("quantity", scope.Quantity.AtLeast))
	}
	if scope.Quantity.AtMost > 0 {
		out = append(out, s.atMost("quantity", scope.Quantity.AtMost))
	}
	if n := scope.Term.AtLeast.Count; n > 0 {
		out = append(out, s.atLeast("term", int64(n)))
	}
	if len(out) == 0 {
		out = append(out, s.atLeast("quantity", 1)) // everything
	}
	return out
}

func listed[T ~string](s syntax, fact string, words []T) []string {
	if words == nil {
		return nil
	}
	var quoted []string
	for _, w := range words {
		quoted = append(quoted, fmt.Sprintf("%q", w))
	}
	return []string{s.oneOf(fact, quoted)}
}

// all joins conditions of the C family.
func all(conditions []string) string { return "(" + strings.Join(conditions, " && ") + ")" }

func anyOf(consents [][]string) string {
	var out []string
	for _, c := range consents {
		out = append(out, all(c))
	}
	return strings.Join(out, " || ")
}

// input gives the facts by name.
func input(f offtake.Facts) map[string]any {
	return map[string]any{
		"provider": string(f.Provider), "purpose": string(f.Purposes[0]), "product": string(f.Product),
		"accelerator": string(f.Accelerator), "region": string(f.Region), "site": string(f.Site),
		"customer": string(f.Customer), "quantity": f.Quantity, "term": int64(f.Term.Count),
	}
}

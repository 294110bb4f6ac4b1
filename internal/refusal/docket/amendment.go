package docket

import (
	"fmt"
	"strings"

	"github.com/offtake-dev/offtake"
)

// consent reads "build lifts=new purpose=training share=training:60%", and also
// product= and provider=.
func (c *Case) consent(words []string) (err error) {
	var body offtake.Consent
	for _, w := range words[1:] {
		key, v, _ := strings.Cut(w, "=")
		switch key {
		case "lifts":
			body.Lifts = append(body.Lifts, ref(v))
		case "purpose":
			body.Scope.Purposes = list[offtake.Purpose](v)
		case "product":
			body.Scope.Products = list[offtake.Product](v)
		case "provider":
			body.Scope.Providers = list[offtake.ProviderName](v)
		case "share":
			purpose, pct, _ := strings.Cut(v, ":")
			body.Share = offtake.ConsentShare{Purposes: []offtake.Purpose{offtake.Purpose(purpose)}, Unit: offtake.GPUHours, Window: duration("P30D")}
			body.Share.AtLeast, err = offtake.ParsePercent(pct)
		default:
			err = fmt.Errorf("no consent field %q", key)
		}
		if err != nil {
			return err
		}
	}
	c.Clauses = append(c.Clauses, clause(offtake.ClauseName(words[0]), body))
	return nil
}

// amendment reads "june on=2025-06-10 signed=openai,microsoft processes=apply",
// and then either removes=new or what the clause new says from then on; with
// becomes=first_offer it is of another kind from then on.
func (c *Case) amendment(words []string) (err error) {
	m := offtake.Amendment{Name: offtake.AmendmentName(words[0])}
	changed := c.Clauses[0]
	for _, w := range words[1:] {
		key, v, _ := strings.Cut(w, "=")
		switch key {
		case "on":
			m.Effective, err = offtake.ParseWhen(v)
		case "signed":
			m.SignedBy = list[offtake.PartyName](v)
		case "processes":
			m.OpenProcesses = offtake.OpenProcesses(v)
		case "removes":
			m.Remove = list[offtake.ClauseName](v)
		case "becomes":
			changed.Body, err = plain(v)
		default:
			err = set(&changed, []string{w})
		}
		if err != nil {
			return err
		}
	}
	if m.Remove == nil {
		m.Clauses = []offtake.Clause{changed}
	}
	c.Amendments = append(c.Amendments, m)
	return nil
}

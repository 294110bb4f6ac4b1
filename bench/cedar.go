package bench

import (
	"fmt"
	"strings"

	"github.com/cedar-policy/cedar-go"

	"github.com/offtake-dev/offtake"
)

// cedarEngine asks twice where it has to: whether buying is forbidden, and
// whether it is before the holders were asked.
type cedarEngine struct{ policies *cedar.PolicySet }

func newCedar(b *offtake.Book) (engine, error) {
	s := syntax{
		oneOf: func(f string, w []string) string {
			return "[" + strings.Join(w, ", ") + "].contains(context." + f + ")"
		},
		atLeast: func(f string, n int64) string { return fmt.Sprintf("context.%s >= %d", f, n) },
		atMost:  func(f string, n int64) string { return fmt.Sprintf("context.%s <= %d", f, n) },
		not:     func(f, w string) string { return fmt.Sprintf("context.%s != %q", f, w) },
	}
	var text strings.Builder
	text.WriteString("permit (principal, action, resource);\n")
	for _, r := range rules(b, s) {
		action := "procure-unasked"
		if r.ban {
			action = "procure"
		}
		fmt.Fprintf(&text, "forbid (principal, action == Action::%q, resource) when { %s }", action, all(r.conditions))
		if len(r.consents) > 0 {
			fmt.Fprintf(&text, " unless { %s }", anyOf(r.consents))
		}
		text.WriteString(";\n")
	}
	policies, err := cedar.NewPolicySetFromBytes("book.cedar", []byte(text.String()))
	return cedarEngine{policies}, err
}

func (e cedarEngine) ask(f offtake.Facts) (offtake.Verdict, error) {
	context := cedar.RecordMap{}
	for name, v := range input(f) {
		switch v := v.(type) {
		case string:
			context[cedar.String(name)] = cedar.String(v)
		case int64:
			context[cedar.String(name)] = cedar.Long(v)
		}
	}
	req := cedar.Request{
		Principal: cedar.NewEntityUID("Party", "buyer"), Action: cedar.NewEntityUID("Action", "procure"),
		Resource: cedar.NewEntityUID("Capacity", "new"), Context: cedar.NewRecord(context),
	}
	if decision, _ := cedar.Authorize(e.policies, cedar.EntityMap{}, req); decision == cedar.Deny {
		return offtake.Prohibited, nil
	}
	req.Action = cedar.NewEntityUID("Action", "procure-unasked")
	if decision, _ := cedar.Authorize(e.policies, cedar.EntityMap{}, req); decision == cedar.Deny {
		return offtake.Conditional, nil
	}
	return offtake.Permitted, nil
}

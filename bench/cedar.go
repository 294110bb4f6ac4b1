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

func (e cedarEngine) prepare(f offtake.Facts) (question, error) {
	facts := cedar.RecordMap{}
	for name, v := range input(f) {
		switch v := v.(type) {
		case string:
			facts[cedar.String(name)] = cedar.String(v)
		case int64:
			facts[cedar.String(name)] = cedar.Long(v)
		}
	}
	buying := cedar.Request{
		Principal: cedar.NewEntityUID("Party", "buyer"), Action: cedar.NewEntityUID("Action", "procure"),
		Resource: cedar.NewEntityUID("Capacity", "new"), Context: cedar.NewRecord(facts),
	}
	unasked := buying
	unasked.Action = cedar.NewEntityUID("Action", "procure-unasked")
	return func() (offtake.Verdict, error) { return e.ask(buying, unasked), nil }, nil
}

func (e cedarEngine) ask(buying, unasked cedar.Request) offtake.Verdict {
	if decision, _ := cedar.Authorize(e.policies, cedar.EntityMap{}, buying); decision == cedar.Deny {
		return offtake.Prohibited
	}
	if decision, _ := cedar.Authorize(e.policies, cedar.EntityMap{}, unasked); decision == cedar.Deny {
		return offtake.Conditional
	}
	return offtake.Permitted
}

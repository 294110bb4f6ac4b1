package bench

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/offtake-dev/offtake"
)

// opaEngine has a rule a clause, in the order of the answers.
type opaEngine struct{ query rego.PreparedEvalQuery }

func newOPA(b *offtake.Book) (engine, error) {
	s := syntax{
		oneOf:   func(f string, w []string) string { return "input." + f + " in {" + strings.Join(w, ", ") + "}" },
		atLeast: func(f string, n int64) string { return fmt.Sprintf("input.%s >= %d", f, n) },
		atMost:  func(f string, n int64) string { return fmt.Sprintf("input.%s <= %d", f, n) },
		not:     func(f, w string) string { return fmt.Sprintf("input.%s != %q", f, w) },
	}
	var text strings.Builder
	text.WriteString("package offtake\n\ndefault forbidden := false\n\ndefault conditional := false\n\n" +
		"verdict := \"forbidden\" if { forbidden } else := \"conditional\" if { conditional } else := \"permitted\"\n\n")
	for _, r := range rules(b, s) {
		head := "conditional"
		if r.ban {
			head = "forbidden"
		}
		conditions := r.conditions
		if len(r.consents) > 0 {
			conditions = append(conditions, "not lifted_"+r.name)
		}
		fmt.Fprintf(&text, "%s if { %s }\n", head, strings.Join(conditions, "; "))
		for _, c := range r.consents {
			fmt.Fprintf(&text, "lifted_%s if { %s }\n", r.name, strings.Join(c, "; "))
		}
	}
	query, err := rego.New(rego.Query("x = data.offtake.verdict"), rego.Module("book.rego", text.String())).PrepareForEval(context.Background())
	return opaEngine{query}, err
}

func (e opaEngine) prepare(f offtake.Facts) (question, error) {
	facts, err := ast.InterfaceToValue(input(f))
	return func() (offtake.Verdict, error) { return e.ask(facts) }, err
}

func (e opaEngine) ask(facts ast.Value) (offtake.Verdict, error) {
	out, err := e.query.Eval(context.Background(), rego.EvalParsedInput(facts))
	if err != nil || len(out) != 1 {
		return "", fmt.Errorf("%d results: %w", len(out), err)
	}
	verdict, _ := out[0].Bindings["x"].(string)
	return offtake.Verdict(verdict), nil
}

package bench

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"

	"github.com/offtake-dev/offtake"
)

// celEngine has a program a clause, and runs them until one holds.
type celEngine struct{ bans, rights []cel.Program }

func newCEL(b *offtake.Book) (engine, error) {
	s := syntax{
		oneOf:   func(f string, w []string) string { return f + " in [" + strings.Join(w, ", ") + "]" },
		atLeast: func(f string, n int64) string { return fmt.Sprintf("%s >= %d", f, n) },
		atMost:  func(f string, n int64) string { return fmt.Sprintf("%s <= %d", f, n) },
		not:     func(f, w string) string { return fmt.Sprintf("%s != %q", f, w) },
	}
	var options []cel.EnvOption
	for _, name := range []string{"provider", "purpose", "product", "accelerator", "region", "site", "customer"} {
		options = append(options, cel.Variable(name, cel.StringType))
	}
	options = append(options, cel.Variable("quantity", cel.IntType), cel.Variable("term", cel.IntType))
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, err
	}
	var e celEngine
	for _, r := range rules(b, s) {
		text := all(r.conditions)
		if len(r.consents) > 0 {
			text += " && !(" + anyOf(r.consents) + ")"
		}
		ast, issues := env.Compile(text)
		if issues.Err() != nil {
			return nil, issues.Err()
		}
		program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
		if err != nil {
			return nil, err
		}
		if r.ban {
			e.bans = append(e.bans, program)
		} else {
			e.rights = append(e.rights, program)
		}
	}
	return e, nil
}

func (e celEngine) prepare(f offtake.Facts) (question, error) {
	facts, err := cel.NewActivation(input(f))
	return func() (offtake.Verdict, error) { return e.ask(facts) }, err
}

func (e celEngine) ask(facts cel.Activation) (offtake.Verdict, error) {
	for _, step := range []struct {
		programs []cel.Program
		verdict  offtake.Verdict
	}{{e.bans, offtake.Prohibited}, {e.rights, offtake.Conditional}} {
		for _, p := range step.programs {
			out, _, err := p.Eval(facts)
			if err != nil {
				return "", err
			}
			if out.Value() == true {
				return step.verdict, nil
			}
		}
	}
	return offtake.Permitted, nil
}

package book_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
)

func TestAFirstRefusalIsToldInSentences(t *testing.T) {
	b, _ := read(example)
	got := book.DescribeClause(b, b.Agreements[0].Amendments[0].Clauses[0])
	for _, want := range []string{
		"Before OpenAI takes a third party's offer of region us-*, new capacity, Microsoft may match it.",
		"The answer is due 15 business days from a complete notice.",
		"After release the third party must be signed within 90 days, and the deal closed within 60 days of signature.",
		"A right passed over returns for the next offer (continuing).",
		"It ends at the first of: 2030-01-01 or when microsoft-openai/agi is answered yes.",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("the description lacks %q:\n%s", want, strings.Join(got, "\n"))
		}
	}
}

func TestACommitmentIsToldInSentences(t *testing.T) {
	b, _ := read(example)
	hour, _ := offtake.ParseDuration("PT1H")
	amount, _ := offtake.ParseMoney("USD 500B")
	got := strings.Join(book.DescribeClause(b, offtake.Clause{Body: offtake.Commitment{
		Provider: "azure", Measure: offtake.Spend, Amount: offtake.Amount{Money: amount}, Interval: hour, Counts: offtake.OnUsage,
		Services: []string{"compute", "storage"}, Shortfall: offtake.ShortfallInvoice, Carry: offtake.Carry{Rule: "none"},
	}}), "\n")
	for _, want := range []string{"to spend USD 500B in each hour,", "Only compute and storage count.", "What is not taken is invoiced.", "What is taken beyond it is not carried over."} {
		if !strings.Contains(got, want) {
			t.Errorf("the description lacks %q:\n%s", want, got)
		}
	}
}

// Changing any field of any clause changes what is said of it, so nothing a
// clause holds is left unsaid.
func TestEveryFieldIsStated(t *testing.T) {
	b, _ := read(example)
	a := b.Agreements[0]
	for _, c := range append(a.Clauses, a.Amendments[0].Clauses...) {
		said := strings.Join(book.DescribeClause(b, c), "\n")
		body := reflect.New(reflect.TypeOf(c.Body)).Elem()
		body.Set(reflect.ValueOf(c.Body))
		for _, m := range mutations(c.Body.Kind(), body) {
			undo := reflect.New(body.Type()).Elem()
			undo.Set(body)
			m.change()
			changed := c
			changed.Body = body.Interface().(offtake.Body)
			if strings.Join(book.DescribeClause(b, changed), "\n") == said {
				t.Errorf("clause %s: changing %s changes nothing that is said:\n%s", c.Name, m.field, said)
			}
			m.undo()
		}
	}
}

type mutation struct {
	field        string
	change, undo func()
}

// mutations gives a change of every field that is set.
func mutations(name string, v reflect.Value) []mutation {
	if v.IsZero() && v.Kind() != reflect.Bool {
		return nil
	}
	old := reflect.New(v.Type()).Elem()
	old.Set(v)
	set := func(to any) []mutation {
		return []mutation{{name, func() { v.Set(reflect.ValueOf(to).Convert(v.Type())) }, func() { v.Set(old) }}}
	}
	switch x := v.Interface().(type) {
	case offtake.Pos:
		return nil
	case offtake.Money:
		return set(x.Add(offtake.MoneyOf("USD", 77)))
	case offtake.Duration:
		return set(offtake.Duration{Unit: offtake.Days, Count: 77})
	case offtake.When:
		return set(offtake.When{Date: offtake.Date{Year: 1999, Month: 1, Day: 1}})
	case offtake.TimeOfDay:
		return set(offtake.TimeOfDay{Minutes: 77, Set: true})
	}
	var out []mutation
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			out = append(out, mutations(name+"."+v.Type().Field(i).Name, v.Field(i))...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			out = append(out, mutations(name, v.Index(i))...)
		}
	case reflect.String:
		return set(v.String() + "-changed")
	case reflect.Bool:
		return set(!v.Bool())
	case reflect.Int, reflect.Int64:
		return set(v.Int() + 10_000)
	case reflect.Uint8:
		return set(v.Uint() + 1)
	}
	return out
}

func TestAnAmendmentIsToldAsChanges(t *testing.T) {
	b, _ := read(example)
	before := b.Agreements[0].Amendments[0].Clauses
	after := slices.Clone(before)
	f := after[0].Body.(offtake.FirstRefusal)
	f.Tail.SignBy = offtake.Duration{Unit: offtake.Days, Count: 60}
	f.Determiner = ""
	f.Tolerance = append(f.Tolerance, offtake.Tolerance{Dimension: "term", Within: 20_000})
	after[0].Body = f
	after = append(after[:1], after[2:]...)
	after = append(after, offtake.Clause{Name: "new", Body: offtake.Exclusivity{Provider: "oci"}})
	var got []string
	for _, c := range book.Diff(before, after) {
		got = append(got, string(c.Clause)+" "+c.What)
		for _, f := range c.Fields {
			got = append(got, "  "+f.String())
		}
	}
	want := []string{
		"new-capacity replaced",
		"  first_refusal.tail.sign_by: 90 days → 60 days",
		"  first_refusal.tolerance.term: now 2%",
		"  first_refusal.determiner: no longer panel",
		"api removed",
		"new added",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if got := book.Diff(before, before); got != nil {
		t.Errorf("the same clauses differ: %v", got)
	}
}

package book_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/book/booktest"
	"github.com/santhosh-tekuri/jsonschema/v6"
	yaml "go.yaml.in/yaml/v4"
)

const published = "../schema/offtake.schema.json"

func TestThePublishedSchemaIsCurrent(t *testing.T) {
	want := book.Schema()
	if *book.Update {
		if err := os.MkdirAll("../schema", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(published, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(published)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("schema/offtake.schema.json is stale (%v); run go generate ./book", err)
	}
}

func validator(t *testing.T) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(book.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("offtake.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("offtake.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plain turns YAML into what a JSON Schema sees: days and times are text.
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(n.Content[0])
	case yaml.MappingNode:
		m := make(map[string]any)
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = plain(c)
		}
		return list
	}
	switch n.Tag {
	case "!!int", "!!float":
		return json.Number(n.Value)
	case "!!bool":
		return n.Value == "true"
	case "!!null":
		return nil
	}
	return n.Value
}

// accepts reports what the schema says against the documents of a text.
func accepts(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	for _, doc := range strings.Split(text, "\n---\n") {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(doc), &n); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(plain(&n)); err != nil {
			return err
		}
	}
	return nil
}

func TestTheSchemaAcceptsWhatReads(t *testing.T) {
	s := validator(t)
	if err := accepts(t, s, example); err != nil {
		t.Errorf("the example: %v", err)
	}
	for seed := range uint64(40) {
		text := string(book.Format(booktest.Book(booktest.Seeded(seed), 20)))
		if err := accepts(t, s, text); err != nil {
			t.Fatalf("generated book %d: %v\n%s", seed, err, text)
		}
	}
}

func TestTheSchemaRefusesWhatIsWrong(t *testing.T) {
	s := validator(t)
	for _, c := range []struct{ name, old, new string }{
		{"an unknown kind", "kind: Statement", "kind: Statment"},
		{"an unknown key", "divisible: lots", "divisable: lots"},
		{"an unknown key of a clause", "    source: where", "    sauce: where"},
		{"a missing name", "name: panel-on-agi\n", ""},
		{"a missing choice", "          survival: continuing\n", ""},
		{"a missing tail", "close_by: P60D", ""},
		{"money without a currency", "worth: USD 40M", "worth: 40M"},
		{"money as a number", "worth: USD 40M", "worth: 40"},
		{"a duration in words", "window: P15BD", "window: 15 days"},
		{"a date in words", "earliest: 2025-03-01", "earliest: March"},
		{"a percentage without its sign", "tolerance: {price: 2%}", "tolerance: {price: 2}"},
		{"a quantity with a fraction", "quantity: 1008", "quantity: 1008.5"},
		{"a quantity in quotes", "quantity: 1008", `quantity: "1008"`},
		{"a quantity of nothing", "quantity: 1008", "quantity: 0"},
		{"yes for true", "all_or_none: false", "all_or_none: no thanks"},
		{"a word for a list", "purposes: [training, research, api, product]", "purposes: training"},
		{"an empty list", "regions: [us-*]", "regions: []"},
		{"a word twice", "regions: [us-*]", "regions: [us-*, us-*]"},
		{"a word of another list", "direction: supply_side", "direction: sideways"},
		{"a clause without a body", "    exclusivity: {provider: azure, scope: {}}\n", ""},
		{"a clause with two bodies", "    exclusivity: {provider: azure, scope: {}}\n", "    exclusivity: {provider: azure, scope: {}}\n    recorded: {parties: [openai], about: other}\n"},
		{"a time of day without quotes of its own", `cutoff: "17:00"`, `cutoff: "5 pm"`},
		{"a name with a space", "name: spring-training", "name: spring training"},
	} {
		text := strings.Replace(example, c.old, c.new, 1)
		if text == example {
			t.Errorf("%s: %q is not in the example", c.name, c.old)
		} else if accepts(t, s, text) == nil {
			t.Errorf("%s: the schema accepts it", c.name)
		} else if _, findings := read(text); len(mistakes(findings)) == 0 {
			t.Errorf("%s: the schema refuses it and Read does not", c.name)
		}
	}
}

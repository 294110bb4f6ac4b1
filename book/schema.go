package book

import (
	"encoding/json"
	"strings"

	"github.com/invopop/jsonschema"
	yaml "go.yaml.in/yaml/v4"
)

//go:generate go test -run TestThePublishedSchemaIsCurrent -update .

// Schema gives the JSON Schema of every document of the language: what an
// editor completes and explains. It is published as schema/offtake.schema.json.
// What it accepts may still be refused by [Read], which also knows names.
func Schema() []byte {
	d := &defs{parts: make(jsonschema.Definitions)}
	root := &jsonschema.Schema{
		Version:     jsonschema.Version,
		ID:          "https://github.com/offtake-dev/offtake/schema/offtake.schema.json",
		Title:       "Offtake contract language",
		Description: "A document of a book of compute contracts; its kind comes first.",
	}
	for _, k := range kinds {
		root.OneOf = append(root.OneOf, d.once(k.name, func() *jsonschema.Schema { return k.schema(d) }))
	}
	root.Definitions = d.parts
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil // shapes make only what JSON can hold
	}
	return append(text, '\n')
}

// shared makes a shape one part of the schema, which its fields refer to.
func shared[T any](name string, s shape[T]) shape[T] {
	schema := s.schema
	s.schema = func(d *defs) *jsonschema.Schema {
		return d.once(name, func() *jsonschema.Schema { return schema(d) })
	}
	return s
}

// defs are the parts of a schema that are used in several places.
type defs struct {
	parts jsonschema.Definitions
}

// once gives a reference to a part, which is made when it is first asked for.
func (d *defs) once(name string, make func() *jsonschema.Schema) *jsonschema.Schema {
	if _, ok := d.parts[name]; !ok {
		d.parts[name] = &jsonschema.Schema{} // so that a part may contain itself
		d.parts[name] = make()
	}
	return &jsonschema.Schema{Ref: "#/$defs/" + name}
}

func objectSchema[T any](d *defs, name string, fields []field[T]) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, f := range fields {
		p := f.schema(d)
		p = describe(p, f.doc, f.why)
		s.Properties.Set(f.key, p)
		if f.need != optional {
			s.Required = append(s.Required, f.key)
		}
	}
	return s
}

// describe says what a field means, for an editor to show.
func describe(s *jsonschema.Schema, doc, why string) *jsonschema.Schema {
	text := strings.ToUpper(doc[:1]) + doc[1:] + "."
	if why != "" {
		text += " Required: " + why + "."
	}
	s.Description = text
	return s
}

func documentSchema(kind, doc string, s *jsonschema.Schema) *jsonschema.Schema {
	props := jsonschema.NewProperties()
	props.Set("kind", &jsonschema.Schema{Const: kind, Description: doc})
	props.Set("name", &jsonschema.Schema{Type: "string", Pattern: namePattern, Description: "Its name; kind and name come first."})
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		props.Set(p.Key, p.Value)
	}
	s.Properties = props
	s.Required = append([]string{"kind", "name"}, s.Required...)
	s.Description = doc
	return s
}

// flowIfShort writes a list of single values on one line.
func flowIfShort(n *yaml.Node) *yaml.Node {
	for _, c := range n.Content {
		if c.Kind != yaml.ScalarNode {
			return n
		}
	}
	n.Style = yaml.FlowStyle
	return n
}

// clauseSchema is a clause with exactly one body.
func clauseSchema(d *defs) *jsonschema.Schema {
	return d.once("clause", func() *jsonschema.Schema {
		s := clause.schema(d)
		for _, kind := range bodyNames() {
			s.OneOf = append(s.OneOf, &jsonschema.Schema{Required: []string{kind}})
		}
		return s
	})
}

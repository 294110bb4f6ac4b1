package book

import (
	"fmt"

	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

// A Change is what became of one clause between two sets of terms.
type Change struct {
	Clause offtake.ClauseName
	What   string          // "added", "removed" or "replaced"
	Was    *offtake.Clause // nil where it was added
	Is     *offtake.Clause // nil where it was removed
	Fields []FieldChange   // of a replaced clause, in the order of its fields
}

// A FieldChange is a field of a replaced clause that reads otherwise now.
// Was or Is is "" where the field is not written.
type FieldChange struct {
	Field string // "first_refusal.tail.sign_by"
	Was   string
	Is    string
}

// String gives the change as a person says it.
func (f FieldChange) String() string {
	switch {
	case f.Was == "":
		return fmt.Sprintf("%s: now %s", f.Field, f.Is)
	case f.Is == "":
		return fmt.Sprintf("%s: no longer %s", f.Field, f.Was)
	}
	return fmt.Sprintf("%s: %s → %s", f.Field, f.Was, f.Is)
}

// Diff tells what became of the clauses of one agreement: those removed or
// replaced in the order they had, then those added. Where a clause stands in
// the text is no difference.
func Diff(before, after []offtake.Clause) []Change {
	now := make(map[offtake.ClauseName]*offtake.Clause, len(after))
	for i := range after {
		now[after[i].Name] = &after[i]
	}
	was := make(map[offtake.ClauseName]bool, len(before))
	var out []Change
	for i := range before {
		old := &before[i]
		was[old.Name] = true
		is := now[old.Name]
		if is == nil {
			out = append(out, Change{Clause: old.Name, What: "removed", Was: old})
			continue
		}
		if fields := fieldChanges("", clause.write(*old), clause.write(*is)); fields != nil {
			out = append(out, Change{Clause: old.Name, What: "replaced", Was: old, Is: is, Fields: fields})
		}
	}
	for i := range after {
		if !was[after[i].Name] {
			out = append(out, Change{Clause: after[i].Name, What: "added", Is: &after[i]})
		}
	}
	return out
}

// fieldChanges compares what two clauses print, key by key.
func fieldChanges(path string, was, is *yaml.Node) []FieldChange {
	if was.Kind != yaml.MappingNode || is.Kind != yaml.MappingNode {
		if a, b := oneLine(was), oneLine(is); a != b {
			return []FieldChange{{path, a, b}}
		}
		return nil
	}
	below := func(key string) string {
		if path == "" {
			return key
		}
		return path + "." + key
	}
	var out []FieldChange
	for i := 0; i+1 < len(was.Content); i += 2 {
		key := was.Content[i].Value
		if now := value(is, key); now != nil {
			out = append(out, fieldChanges(below(key), was.Content[i+1], now)...)
		} else {
			out = append(out, FieldChange{Field: below(key), Was: oneLine(was.Content[i+1])})
		}
	}
	for i := 0; i+1 < len(is.Content); i += 2 {
		if key := is.Content[i].Value; value(was, key) == nil {
			out = append(out, FieldChange{Field: below(key), Is: oneLine(is.Content[i+1])})
		}
	}
	return out
}

// oneLine says a value on one line: a duration in words, anything else as it
// would be written.
func oneLine(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		if d, err := offtake.ParseDuration(n.Value); err == nil {
			return d.Words()
		}
		return n.Value
	}
	out := "["
	if n.Kind == yaml.MappingNode {
		out = "{"
	}
	for i, c := range n.Content {
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 1:
			out += ": "
		case i > 0:
			out += ", "
		}
		out += oneLine(c)
	}
	if n.Kind == yaml.MappingNode {
		return out + "}"
	}
	return out + "]"
}

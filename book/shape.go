package book

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/invopop/jsonschema"
	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

// A shape is how one word of package offtake is written: how it is read, with
// every mistake reported at its place, how it is printed back, and what an
// editor may be told about it. Reading, printing, the schema and the reference
// come from the same shape and cannot drift apart.
type shape[T any] struct {
	want   string // what a reader should have found: "a provider"
	read   func(r *reader, n *yaml.Node, v *T)
	write  func(v T) *yaml.Node
	schema func(d *defs) *jsonschema.Schema
	parts  []*group // the groups of keys it is made of, for the reference
}

// A group is what the reference tells of a group of keys.
type group struct {
	name   string
	fields []fieldInfo
}

// A fieldInfo is what the reference tells of one key.
type fieldInfo struct {
	key, doc, why, want string
	need                need
	parts               []*group
}

// need says whether a field may be left out.
type need uint8

const (
	optional need = iota
	required
	chosen // required because law and practice disagree on it
)

// A field is one key of a group, bound to a place in T.
type field[T any] struct {
	key    string
	doc    string // what it means, a sentence without its full stop
	why    string // what a required choice is about
	need   need
	want   string
	read   func(r *reader, n *yaml.Node, v *T)
	write  func(v *T) *yaml.Node
	schema func(d *defs) *jsonschema.Schema
	parts  []*group
}

func bind[T, F any](n need, key string, at func(*T) *F, s shape[F], doc, why string) field[T] {
	return field[T]{
		key: key, doc: doc, why: why, need: n, want: s.want, parts: s.parts,
		read: func(r *reader, n *yaml.Node, v *T) { s.read(r, n, at(v)) },
		write: func(v *T) *yaml.Node {
			if n == optional && reflect.ValueOf(at(v)).Elem().IsZero() {
				return nil
			}
			return s.write(*at(v))
		},
		schema: s.schema,
	}
}

// leftOut says when an optional field that is bound to more than its own place
// is not printed.
func (f field[T]) leftOut(is func(v *T) bool) field[T] {
	write := f.write
	f.write = func(v *T) *yaml.Node {
		if is(v) {
			return nil
		}
		return write(v)
	}
	return f
}

// placed keeps where the field's value was written.
func (f field[T]) placed(at func(v *T) *offtake.Pos) field[T] {
	read := f.read
	f.read = func(r *reader, n *yaml.Node, v *T) {
		*at(v) = r.pos(n)
		read(r, n, v)
	}
	return f
}

// opt is a field that may be left out.
func opt[T, F any](key string, at func(*T) *F, s shape[F], doc string) field[T] {
	return bind(optional, key, at, s, doc, "")
}

// req is a field that must be there.
func req[T, F any](key string, at func(*T) *F, s shape[F], doc string) field[T] {
	return bind(required, key, at, s, doc, "")
}

// choice is a field that must be there because its absence would be a legal
// default; why says what the choice is about and what the options mean.
func choice[T, F any](key string, at func(*T) *F, s shape[F], doc, why string) field[T] {
	return bind(chosen, key, at, s, doc, why)
}

// object is a group of keys. check, which may be nil, looks at the keys
// together once each has been read; a key left out or wrong is zero there.
func object[T any](name string, check func(r *reader, n *yaml.Node, v *T), fields ...field[T]) shape[T] {
	keys := make([]string, len(fields))
	told := &group{name: name}
	for i, f := range fields {
		keys[i] = f.key
		told.fields = append(told.fields, fieldInfo{f.key, f.doc, f.why, f.want, f.need, f.parts})
	}
	return shape[T]{
		want: "a group of keys (" + listed(keys, 6) + ")", parts: []*group{told},
		read: func(r *reader, n *yaml.Node, v *T) {
			if n.Kind != yaml.MappingNode {
				r.wrong(n, "wrong-type", "%s where %s is expected", sort(n), "a group of keys ("+listed(keys, 6)+")")
				return
			}
			readFields(r, n, v, name, keys, fields)
			if check != nil {
				outer := r.key
				r.key = name
				check(r, n, v)
				r.key = outer
			}
		},
		write: func(v T) *yaml.Node {
			n := &yaml.Node{Kind: yaml.MappingNode}
			for _, f := range fields {
				if val := f.write(&v); val != nil {
					n.Content = append(n.Content, word(f.key), val)
				}
			}
			return n
		},
		schema: func(d *defs) *jsonschema.Schema { return objectSchema(d, name, fields) },
	}
}

func readFields[T any](r *reader, n *yaml.Node, v *T, name string, keys []string, fields []field[T]) {
	outer := r.key
	defer func() { r.key = outer }()
	seen := make([]bool, len(fields))
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, val := n.Content[i], n.Content[i+1]
		at := slices.Index(keys, k.Value)
		switch {
		case k.Kind != yaml.ScalarNode || at < 0:
			r.key = name
			r.unknownKey(k, name, keys)
		case seen[at]:
			r.mistake(r.pos(k), "duplicate-key", "key %q of %s is written twice", k.Value, name)
		default:
			seen[at] = true
			r.key = k.Value
			fields[at].read(r, val, v)
		}
	}
	for i, f := range fields {
		switch {
		case seen[i]:
		case f.need == required:
			r.missing(n, name, f.key, f.want, "")
		case f.need == chosen:
			r.unchosen(n, name, f.key, f.want, f.why)
		}
	}
}

func (r *reader) unknownKey(k *yaml.Node, name string, keys []string) {
	if k.Kind != yaml.ScalarNode {
		r.mistake(r.pos(k), "unknown-key", "%s of %s: %s where a key is expected", "key", name, sort(k))
		return
	}
	if r.full() {
		return
	}
	r.report(offtake.Finding{Pos: r.pos(k), Code: "unknown-key",
		Message: fmt.Sprintf("key %q is not known in %s; expected %s", clip(k.Value), name, listed(keys, 40)),
		Hint:    didYouMean(k.Value, keys)})
}

// missing reports a field that is required here; why says what for.
func (r *reader) missing(n *yaml.Node, name, key, want, why string) {
	if r.full() {
		return
	}
	r.report(offtake.Finding{Pos: r.pos(n), Code: "missing-field", Hint: why,
		Message: fmt.Sprintf("%s lacks %q, which is required: %s", name, key, want)})
}

// unchosen reports a field that has no default because law and practice
// disagree on it.
func (r *reader) unchosen(n *yaml.Node, name, key, want, why string) {
	if r.full() {
		return
	}
	r.report(offtake.Finding{Pos: r.pos(n), Code: "missing-choice", Hint: why,
		Message: fmt.Sprintf("%s lacks %q, which has no default: %s", name, key, want)})
}

// listOf is a list with at least one item.
func listOf[T any](item shape[T]) shape[[]T] {
	s := anyListOf(item)
	inner := s.read
	s.read = func(r *reader, n *yaml.Node, v *[]T) {
		if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
			r.wrong(n, "empty-value", "an empty list where %s is expected", s.want)
			return
		}
		inner(r, n, v)
	}
	inner2 := s.schema
	s.schema = func(d *defs) *jsonschema.Schema {
		out := inner2(d)
		one := uint64(1)
		out.MinItems = &one
		return out
	}
	return s
}

// anyListOf is a list that may be empty, which is the same as none.
func anyListOf[T any](item shape[T]) shape[[]T] {
	want := "a list, each " + item.want
	return shape[[]T]{
		want: want, parts: item.parts,
		read: func(r *reader, n *yaml.Node, v *[]T) {
			if n.Kind != yaml.SequenceNode {
				r.wrong(n, "wrong-type", "%s where %s is expected", sort(n), want)
				return
			}
			out := make([]T, len(n.Content))
			for i, c := range n.Content {
				item.read(r, c, &out[i])
			}
			if len(out) > 0 {
				*v = out
			}
		},
		write: func(v []T) *yaml.Node {
			n := &yaml.Node{Kind: yaml.SequenceNode}
			for _, x := range v {
				n.Content = append(n.Content, item.write(x))
			}
			return flowIfShort(n)
		},
		schema: func(d *defs) *jsonschema.Schema {
			return &jsonschema.Schema{Type: "array", Items: item.schema(d)}
		},
	}
}

// setOf is a list with at least one item and none twice.
func setOf[T comparable](item shape[T]) shape[[]T] { return distinct(listOf(item)) }

// distinct refuses items that occur twice.
func distinct[T comparable](s shape[[]T]) shape[[]T] {
	inner := s.read
	s.read = func(r *reader, n *yaml.Node, v *[]T) {
		inner(r, n, v)
		seen := make(map[T]bool, len(*v))
		var none T
		for i, x := range *v {
			if seen[x] && x != none {
				r.wrong(n.Content[i], "duplicate", "%q is listed twice", fmt.Sprint(x))
			}
			seen[x] = true
		}
	}
	schema := s.schema
	s.schema = func(d *defs) *jsonschema.Schema {
		out := schema(d)
		out.UniqueItems = true
		return out
	}
	return s
}

// entriesOf is a group whose keys are names: each entry is one T that carries
// its own name. name is where T keeps it, and says where in the text it stood.
func entriesOf[T any, N ~string](of string, entry shape[T], name func(v *T) *N, placed func(v *T) *offtake.Pos) shape[[]T] {
	want := "a group of " + of + " by name"
	return shape[[]T]{
		want: want, parts: entry.parts,
		read: func(r *reader, n *yaml.Node, v *[]T) {
			if n.Kind != yaml.MappingNode {
				r.wrong(n, "wrong-type", "%s where %s is expected", sort(n), want)
				return
			}
			seen := make(map[string]bool, len(n.Content)/2)
			out := make([]T, 0, len(n.Content)/2)
			for i := 0; i+1 < len(n.Content); i += 2 {
				k, val := n.Content[i], n.Content[i+1]
				if !r.nameOf(k, of) {
					continue
				}
				if seen[k.Value] {
					r.mistake(r.pos(k), "duplicate-name", "%q is declared twice in %s", clip(k.Value), of)
				}
				seen[k.Value] = true
				var x T
				*name(&x) = N(k.Value)
				if placed != nil {
					*placed(&x) = r.pos(k)
				}
				entry.read(r, val, &x)
				out = append(out, x)
			}
			if len(out) > 0 {
				*v = out
			}
		},
		write: func(v []T) *yaml.Node {
			n := &yaml.Node{Kind: yaml.MappingNode}
			for _, x := range v {
				n.Content = append(n.Content, text(string(*name(&x))), entry.write(x))
			}
			return n
		},
		schema: func(d *defs) *jsonschema.Schema {
			return &jsonschema.Schema{Type: "object", AdditionalProperties: entry.schema(d),
				PropertyNames: &jsonschema.Schema{Pattern: namePattern}}
		},
	}
}

// orNames also allows a plain list of names where a group by name is meant.
func orNames[T any, N ~string](s shape[[]T], of string, name func(v *T) *N, placed func(v *T) *offtake.Pos) shape[[]T] {
	group := s.read
	s.want += ", or a list of names"
	s.read = func(r *reader, n *yaml.Node, v *[]T) {
		if n.Kind != yaml.SequenceNode {
			group(r, n, v)
			return
		}
		seen := make(map[string]bool, len(n.Content))
		for _, c := range n.Content {
			if !r.nameOf(c, of) {
				continue
			}
			if seen[c.Value] {
				r.mistake(r.pos(c), "duplicate-name", "%q is declared twice in %s", clip(c.Value), of)
			}
			seen[c.Value] = true
			var x T
			*name(&x), *placed(&x) = N(c.Value), r.pos(c)
			*v = append(*v, x)
		}
	}
	schema := s.schema
	s.schema = func(d *defs) *jsonschema.Schema {
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{schema(d),
			{Type: "array", Items: &jsonschema.Schema{Type: "string", Pattern: namePattern}, UniqueItems: true}}}
	}
	return s
}

// either reads a single value one way and anything else another; asValue says
// which way a T is written.
func either[T any](single, group shape[T], asValue func(v T) bool) shape[T] {
	return shape[T]{
		want: single.want + ", or " + group.want, parts: group.parts,
		read: func(r *reader, n *yaml.Node, v *T) {
			if n.Kind == yaml.ScalarNode {
				single.read(r, n, v)
				return
			}
			group.read(r, n, v)
		},
		write: func(v T) *yaml.Node {
			if asValue(v) {
				return single.write(v)
			}
			return group.write(v)
		},
		schema: func(d *defs) *jsonschema.Schema {
			return &jsonschema.Schema{OneOf: []*jsonschema.Schema{single.schema(d), group.schema(d)}}
		},
	}
}

// orByName also allows a group by name where a list is meant whose items carry
// their name under the given key.
func orByName[T any](s shape[[]T], name string) shape[[]T] {
	read, schema := s.read, s.schema
	s.read = func(r *reader, n *yaml.Node, v *[]T) {
		if n.Kind == yaml.MappingNode {
			n = listByName(n, name)
		}
		read(r, n, v)
	}
	s.schema = func(d *defs) *jsonschema.Schema {
		list := schema(d)
		group := *schema(d).Items
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{list,
			{Type: "object", MinProperties: list.MinItems, AdditionalProperties: without(&group, name)}}}
	}
	return s
}

func listByName(n *yaml.Node, name string) *yaml.Node {
	list := *n
	list.Kind, list.Content = yaml.SequenceNode, nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], *n.Content[i+1]
		if v.Kind == yaml.MappingNode {
			key := *k
			key.Value = name
			v.Content = append([]*yaml.Node{&key, k}, v.Content...)
		}
		list.Content = append(list.Content, &v)
	}
	return &list
}

// without takes one property out of a group's schema.
func without(s *jsonschema.Schema, key string) *jsonschema.Schema {
	s.Properties.Delete(key)
	s.Required = slices.DeleteFunc(s.Required, func(k string) bool { return k == key })
	return s
}

package wire

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/offtake-dev/offtake"
)

// termsOf makes the codec of an offer's terms: the fields they have, and beside
// them every further term under its own key.
func termsOf() codec {
	p := planOf(reflect.TypeFor[offtake.OfferTerms]())
	return codec{
		append: func(dst []byte, v reflect.Value) ([]byte, error) { return appendTerms(dst, p, v) },
		parse:  func(v jsontext.Value, into reflect.Value) error { return parseTerms(v, p, into) },
		empty: func(v reflect.Value) bool {
			return len(further(v)) == 0 && !slices.ContainsFunc(p.fields, func(f field) bool {
				return !f.codec.empty(v.FieldByIndex(f.index))
			})
		},
	}
}

func further(v reflect.Value) []offtake.OtherTerm { return v.Interface().(offtake.OfferTerms).Other }

func appendTerms(dst []byte, p *plan, v reflect.Value) ([]byte, error) {
	dst, err := p.append(append(dst, '{'), v)
	if err != nil {
		return nil, err
	}
	for _, o := range further(v) {
		// A key may be any text, so it is quoted as one.
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		if dst, err = appendString(dst, o.Key); err != nil {
			return nil, err
		}
		if dst, err = appendFigure(append(dst, ':'), o.Value); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func appendFigure(dst []byte, f offtake.Figure) ([]byte, error) {
	if f.Is == offtake.NumberFigure {
		return append(dst, f.String()...), nil
	}
	return appendString(dst, f.String())
}

func parseTerms(v jsontext.Value, p *plan, into reflect.Value) error {
	if v.Kind() != '{' {
		return wrongKind(v, "an object of terms")
	}
	members, err := object(v, make([]member, 0, 16))
	if err != nil {
		return err
	}
	var others []offtake.OtherTerm
	for _, m := range members {
		if f := p.field(m.key); f != nil {
			if err := f.parse(m.value, into); err != nil {
				return err
			}
			continue
		}
		figure, err := parseFigure(m.value)
		if err != nil {
			return within(clip(m.key), err)
		}
		others = append(others, offtake.OtherTerm{Key: m.key, Value: figure})
	}
	slices.SortFunc(others, func(a, b offtake.OtherTerm) int { return cmp.Compare(a.Key, b.Key) })
	into.FieldByName("Other").Set(reflect.ValueOf(others))
	return nil
}

// parseFigure reads the value of a further term: a string, or a bare number.
func parseFigure(v jsontext.Value) (offtake.Figure, error) {
	switch v.Kind() {
	case '0':
		return offtake.ParseFigure(string(v))
	case '"':
		s, err := text(v)
		if err != nil || s == "" {
			return offtake.Figure{}, err
		}
		return offtake.ParseFigure(s)
	}
	return offtake.Figure{}, wrongKind(v, "money, a percentage, a duration or a number")
}

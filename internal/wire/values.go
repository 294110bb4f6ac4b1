package wire

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/offtake-dev/offtake"
)

// A codec writes and reads the values of one type.
type codec struct {
	append func(dst []byte, v reflect.Value) ([]byte, error)
	parse  func(v jsontext.Value, into reflect.Value) error
	empty  func(v reflect.Value) bool // a value that is left out
}

// written makes the codec of a type that is written as a string.
func written[T any](empty func(T) bool, show func(T) string, read func(string) (T, error)) codec {
	return codec{
		append: func(dst []byte, v reflect.Value) ([]byte, error) {
			s := show(v.Interface().(T))
			// Only amounts get long, and of those the longest are not read.
			if len(s) > 40 {
				if _, err := read(s); err != nil {
					return nil, err
				}
			}
			return appendString(dst, s)
		},
		parse: func(v jsontext.Value, into reflect.Value) error {
			s, err := text(v)
			if err != nil {
				return err
			}
			t, err := read(s)
			if err != nil {
				return err
			}
			into.Set(reflect.ValueOf(t))
			return nil
		},
		empty: func(v reflect.Value) bool { return empty(v.Interface().(T)) },
	}
}

// words have their own way of being written.
var words = map[reflect.Type]codec{
	reflect.TypeFor[offtake.Money]():     written(unsetMoney, offtake.Money.String, offtake.ParseMoney),
	reflect.TypeFor[offtake.Accrual]():   written(unsetAccrual, offtake.Accrual.Exact, offtake.ParseAccrual),
	reflect.TypeFor[offtake.Duration]():  written(offtake.Duration.IsZero, offtake.Duration.String, offtake.ParseDuration),
	reflect.TypeFor[offtake.When]():      written(offtake.When.IsZero, offtake.When.String, offtake.ParseWhen),
	reflect.TypeFor[offtake.Date]():      written(offtake.Date.IsZero, offtake.Date.String, offtake.ParseDate),
	reflect.TypeFor[offtake.ClauseRef](): written(offtake.ClauseRef.IsZero, offtake.ClauseRef.String, parseClause),
	reflect.TypeFor[offtake.Percent]():   written(func(p offtake.Percent) bool { return p == 0 }, offtake.Percent.String, offtake.ParsePercent),
	reflect.TypeFor[time.Time]():         instants,
	reflect.TypeFor[offtake.Stated]():    stated,
}

func unsetMoney(m offtake.Money) bool     { return m.Currency() == "" && m.IsZero() }
func unsetAccrual(a offtake.Accrual) bool { return a.Currency() == "" && a.IsZero() }

func parseClause(s string) (offtake.ClauseRef, error) { return offtake.ParseClauseRef(s, "") }

// codecOf gives the codec of a type, or of what it is made of.
func codecOf(t reflect.Type) codec {
	if c, ok := words[t]; ok {
		return c
	}
	switch t {
	case reflect.TypeFor[offtake.OfferTerms]():
		return termsOf()
	case reflect.TypeFor[[]offtake.PurposeShare]():
		return shares
	case labelsType:
		return labels
	case eventType:
		return nested
	}
	switch t.Kind() {
	case reflect.String:
		if identity[t] {
			return texts
		}
		return names
	case reflect.Int64:
		return numbers
	case reflect.Bool:
		return truths
	case reflect.Slice:
		return listOf(codecOf(t.Elem()))
	case reflect.Struct:
		return structOf(planOf(t))
	}
	panic("wire: no way to write " + t.String())
}

// parseNested and appendNested are ParseEvent and AppendEvent, which cannot be named
// here: they know the events by what codecOf gives.
var (
	parseNested  func(line []byte) (offtake.Event, error)
	appendNested func(dst []byte, e offtake.Event) ([]byte, error)
)

func init() { parseNested, appendNested = ParseEvent, AppendEvent }

// nested is an event within another.
var nested = codec{
	append: func(dst []byte, v reflect.Value) ([]byte, error) {
		e, _ := v.Interface().(offtake.Event)
		return appendNested(dst, e)
	},
	parse: func(v jsontext.Value, into reflect.Value) error {
		e, err := parseNested(v)
		if err == nil {
			into.Set(reflect.ValueOf(e))
		}
		return err
	},
	empty: isZero,
}

// shares are an object with a percentage under each purpose, in the order of
// the purposes.
var shares = codec{
	append: func(dst []byte, v reflect.Value) (_ []byte, err error) {
		dst = append(dst, '{')
		for i, s := range v.Interface().([]offtake.PurposeShare) {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = appendString(dst, string(s.Purpose)); err != nil {
				return nil, err
			}
			if dst, err = appendString(append(dst, ':'), s.Share.String()); err != nil {
				return nil, err
			}
		}
		return append(dst, '}'), nil
	},
	parse: func(v jsontext.Value, into reflect.Value) error {
		if v.Kind() != '{' {
			return wrongKind(v, "an object with a percentage under each purpose")
		}
		members, err := object(v, make([]member, 0, 16))
		if err != nil {
			return err
		}
		all := make([]offtake.PurposeShare, 0, len(members))
		for _, m := range members {
			s, err := text(m.value)
			if err != nil {
				return within(m.key, err)
			}
			p, err := offtake.ParsePercent(s)
			if err != nil {
				return within(m.key, err)
			}
			all = append(all, offtake.PurposeShare{Purpose: offtake.Purpose(m.key), Share: p})
		}
		slices.SortFunc(all, func(a, b offtake.PurposeShare) int { return cmp.Compare(a.Purpose, b.Purpose) })
		into.Set(reflect.ValueOf(all))
		return nil
	},
	empty: func(v reflect.Value) bool { return v.IsNil() },
}

// labels are an object with a value under each key, in the order of the keys.
var labels = codec{
	append: func(dst []byte, v reflect.Value) (_ []byte, err error) {
		dst = append(dst, '{')
		for i, l := range v.Interface().([]offtake.Label) {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = appendString(dst, l.Key); err != nil {
				return nil, err
			}
			if dst, err = appendString(append(dst, ':'), l.Value); err != nil {
				return nil, err
			}
		}
		return append(dst, '}'), nil
	},
	parse: func(v jsontext.Value, into reflect.Value) error {
		if v.Kind() != '{' {
			return wrongKind(v, "an object with a value under each key")
		}
		members, err := object(v, make([]member, 0, 8))
		if err != nil {
			return err
		}
		all := make([]offtake.Label, 0, len(members))
		for _, m := range members {
			s, err := text(m.value)
			if err != nil {
				return within(m.key, err)
			}
			all = append(all, offtake.Label{Key: m.key, Value: s})
		}
		slices.SortFunc(all, func(a, b offtake.Label) int { return cmp.Compare(a.Key, b.Key) })
		into.Set(reflect.ValueOf(all))
		return nil
	},
	empty: func(v reflect.Value) bool { return v.IsNil() },
}

func isZero(v reflect.Value) bool { return v.IsZero() }

var texts = codec{
	append: func(dst []byte, v reflect.Value) ([]byte, error) { return appendString(dst, v.String()) },
	parse: func(v jsontext.Value, into reflect.Value) error {
		s, err := text(v)
		into.SetString(s)
		return err
	},
	empty: isZero,
}

// identity are the types of which every value is another.
var identity = map[reflect.Type]bool{
	reflect.TypeFor[offtake.ActID](): true, reflect.TypeFor[offtake.OpportunityID](): true, reflect.TypeFor[offtake.ProcessID](): true,
	reflect.TypeFor[offtake.ReservationID](): true, reflect.TypeFor[offtake.JobID](): true,
}

// names are texts of which the same few come again and again: parties, providers,
// contents, words.
var names = codec{
	append: texts.append,
	parse: func(v jsontext.Value, into reflect.Value) error {
		if s, ok := spokenBefore(v); ok {
			into.SetString(s)
			return nil
		}
		s, err := text(v)
		into.SetString(remembered(s))
		return err
	},
	empty: isZero,
}

var numbers = codec{
	append: func(dst []byte, v reflect.Value) ([]byte, error) { return strconv.AppendInt(dst, v.Int(), 10), nil },
	parse: func(v jsontext.Value, into reflect.Value) error {
		n, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil {
			return wrongKind(v, "a whole number of at most 64 bits")
		}
		into.SetInt(n)
		return nil
	},
	empty: isZero,
}

// quantity reads a number of accelerators. Where none is said all are meant, so
// that a 0 that was said must not be read as none.
func quantity(v jsontext.Value, into reflect.Value) error {
	err := numbers.parse(v, into)
	if err == nil && into.Int() == 0 {
		return offtake.Refuse(offtake.Invalid, "%s is not above zero; leave the key out where everything is meant", v)
	}
	return err
}

var truths = codec{
	append: func(dst []byte, v reflect.Value) ([]byte, error) { return strconv.AppendBool(dst, v.Bool()), nil },
	parse: func(v jsontext.Value, into reflect.Value) error {
		yes, err := truth(v)
		into.SetBool(yes)
		return err
	},
	empty: isZero,
}

// stated is true or false, and left out where neither was said.
var stated = codec{
	append: func(dst []byte, v reflect.Value) ([]byte, error) {
		return strconv.AppendBool(dst, v.Interface().(offtake.Stated).Yes()), nil
	},
	parse: func(v jsontext.Value, into reflect.Value) error {
		yes, err := truth(v)
		into.Set(reflect.ValueOf(offtake.State(yes)))
		return err
	},
	empty: isZero,
}

func truth(v jsontext.Value) (bool, error) {
	if k := v.Kind(); k != 't' && k != 'f' {
		return false, wrongKind(v, "true or false")
	}
	return v.Kind() == 't', nil
}

var instants = codec{
	append: func(dst []byte, v reflect.Value) ([]byte, error) {
		return appendInstant(dst, v.Interface().(time.Time))
	},
	parse: func(v jsontext.Value, into reflect.Value) error {
		s, err := text(v)
		if err != nil {
			return err
		}
		t, err := offtake.ParseInstant(s)
		into.Set(reflect.ValueOf(t))
		return err
	},
	empty: func(v reflect.Value) bool { return v.Interface().(time.Time).IsZero() },
}

// listOf writes a list; an empty one is not the same as none.
func listOf(one codec) codec {
	return codec{
		append: func(dst []byte, v reflect.Value) (_ []byte, err error) {
			dst = append(dst, '[')
			for i := range v.Len() {
				if i > 0 {
					dst = append(dst, ',')
				}
				if dst, err = one.append(dst, v.Index(i)); err != nil {
					return nil, err
				}
			}
			return append(dst, ']'), nil
		},
		parse: func(v jsontext.Value, into reflect.Value) error {
			if v.Kind() != '[' {
				return wrongKind(v, "a list")
			}
			items, err := array(v)
			if err != nil {
				return err
			}
			all := reflect.MakeSlice(into.Type(), len(items), len(items))
			for i, item := range items {
				if err := one.parse(item, all.Index(i)); err != nil {
					return err
				}
			}
			into.Set(all)
			return nil
		},
		empty: func(v reflect.Value) bool { return v.IsNil() },
	}
}

func structOf(p *plan) codec {
	return codec{
		append: func(dst []byte, v reflect.Value) ([]byte, error) {
			dst, err := p.append(append(dst, '{'), v)
			return append(dst, '}'), err
		},
		parse: func(v jsontext.Value, into reflect.Value) error {
			if v.Kind() != '{' {
				return wrongKind(v, "an object")
			}
			members, err := object(v, make([]member, 0, 16))
			if err != nil {
				return err
			}
			return p.parseInto(into, members, "object")
		},
		empty: isZero,
	}
}

// appendKey writes a key, after a comma where it is not the first.
func appendKey(dst []byte, key string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, key...)
	return append(dst, '"', ':')
}

// appendString writes a string. Plain text, which nearly all of it is, needs no
// second look.
func appendString(dst []byte, s string) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			out, err := jsontext.AppendQuote(dst, s)
			if err != nil {
				return nil, offtake.Refuse(offtake.Invalid, "text %q is not UTF-8", clip(s))
			}
			return out, nil
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"'), nil
}

// appendInstant writes an instant as offtake.Stamp does, within the years that
// can be read back.
func appendInstant(dst []byte, t time.Time) ([]byte, error) {
	t = t.UTC()
	if y := t.Year(); y < 1900 || y > 9999 {
		return nil, offtake.Refuse(offtake.Invalid, "instant %s is not within the years 1900 to 9999", t)
	}
	dst = append(dst, '"')
	dst = t.AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"'), nil
}

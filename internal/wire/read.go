package wire

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/offtake-dev/offtake"
)

// A reader is a decoder that is used again: making one costs more than reading
// a short object with it.
type reader struct {
	dec  jsontext.Decoder
	text bytes.Reader
}

var readers = sync.Pool{New: func() any { return new(reader) }}

func (r *reader) on(text []byte) *jsontext.Decoder {
	r.text.Reset(text)
	r.dec.Reset(&r.text)
	return &r.dec
}

// object splits an object into its members. Values are parts of line. What is
// not one object and nothing else is an error, as is a key that comes twice. The
// members are appended to those given.
func object(line []byte, members []member) ([]member, error) {
	r := readers.Get().(*reader)
	defer readers.Put(r)
	dec := r.on(line)
	if err := open(dec, '{'); err != nil {
		return nil, err
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		v, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		end := dec.InputOffset()
		members = append(members, member{key, line[end-int64(len(v)) : end : end]})
	}
	return members, closed(dec)
}

// array splits an array into its values, which are parts of v.
func array(v jsontext.Value) ([]jsontext.Value, error) {
	r := readers.Get().(*reader)
	defer readers.Put(r)
	dec := r.on(v)
	if err := open(dec, '['); err != nil {
		return nil, err
	}
	items := []jsontext.Value{}
	for dec.PeekKind() != ']' {
		item, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		end := dec.InputOffset()
		items = append(items, jsontext.Value(v[end-int64(len(item)):end:end]))
	}
	return items, closed(dec)
}

func open(dec *jsontext.Decoder, want jsontext.Kind) error {
	tok, err := dec.ReadToken()
	switch {
	case err != nil:
		return err
	case tok.Kind() != want:
		return offtake.Refuse(offtake.Invalid, "%s stands where %s was expected", kindWord(tok.Kind()), kindWord(want))
	}
	return nil
}

// closed reads the end of an object or array and of the text.
func closed(dec *jsontext.Decoder) error {
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	switch _, err := dec.ReadToken(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return offtake.Refuse(offtake.Invalid, "more text follows the end of the object at byte %d", dec.InputOffset())
}

// text reads a string.
func text(v jsontext.Value) (string, error) {
	if v.Kind() != '"' {
		return "", wrongKind(v, "a string")
	}
	b, err := jsontext.AppendUnquote(nil, v)
	return string(b), err
}

func wrongKind(v jsontext.Value, want string) error {
	hint := ""
	if v.Kind() == 'n' {
		hint = "; leave out a key that has no value"
	}
	return offtake.Refuse(offtake.Invalid, "%s is %s, expected %s%s", clip(string(v)), kindWord(v.Kind()), want, hint)
}

func kindWord(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "text that is not JSON"
}

// refuseSyntax says that a line is not what it should be at all.
func refuseSyntax(what string, err error) error {
	if errors.Is(err, io.EOF) {
		return offtake.Refuse(offtake.Invalid, "%s is empty, expected one JSON object", what)
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return offtake.Refuse(offtake.Invalid, "%s has the key %q twice", what, clip(syntax.JSONPointer.LastToken()))
		}
		return offtake.Refuse(offtake.Invalid, "%s is not one JSON object: byte %d: %w", what, syntax.ByteOffset, syntax.Err)
	}
	return offtake.Refuse(offtake.Invalid, "%s is not one JSON object: %w", what, err)
}

// within says under which key something was wrong.
func within(key string, err error) error {
	return offtake.Refuse(offtake.Invalid, "%s: %w", key, err)
}

// clip shortens hostile input for an error message.
func clip(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}

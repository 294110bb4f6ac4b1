package traces

import (
	"strings"

	"github.com/offtake-dev/offtake"
)

// A Spec names a trace and how to take it: FILE[:purpose=,accelerator=,scale=].
type Spec struct {
	File        string
	Format      string // "": told from the file's first line
	Purpose     offtake.Purpose
	Accelerator offtake.Accelerator
	Scale       offtake.Factor
}

// ParseSpec reads what `--demand` is given. Left out, the purpose is training,
// the accelerator h100 and the scale 1.
//
// The options follow the last colon, if what follows it begins with a letter
// or comma list that has an equals sign in it; so a file's name may hold colons, and
// "odd:name=1.csv:scale=1" names the file "odd:name=1.csv".
func ParseSpec(s string) (Spec, error) {
	out := Spec{File: s, Purpose: "training", Accelerator: "h100", Scale: offtake.One}
	colon := strings.LastIndexByte(s, ':')
	if colon < 0 || !strings.Contains(s[colon:], "=") || strings.ContainsAny(s[colon:], `/\`) {
		return out, out.named()
	}
	out.File = s[:colon]
	given := map[string]bool{}
	for _, opt := range strings.Split(s[colon+1:], ",") {
		key, value, ok := strings.Cut(opt, "=")
		if !ok || value == "" {
			return Spec{}, offtake.Refuse(offtake.Invalid, "demand option %q is not a key and a value, written as scale=2", clip(opt))
		}
		if given[key] {
			return Spec{}, offtake.Refuse(offtake.Invalid, "demand option %q is there twice", key)
		}
		given[key] = true
		if err := out.set(key, value); err != nil {
			return Spec{}, err
		}
	}
	return out, out.named()
}

func (s *Spec) set(key, value string) (err error) {
	switch key {
	case "purpose":
		s.Purpose = offtake.Purpose(value)
	case "accelerator":
		s.Accelerator = offtake.Accelerator(value)
	case "scale":
		if s.Scale, err = offtake.ParseFactor(value); err != nil {
			return offtake.Refuse(offtake.Invalid, "demand scale %q is not a positive number with at most six decimals, written as 2 or 0.5", clip(value))
		}
	default:
		return offtake.Refuse(offtake.Invalid, "demand option %q is not purpose, accelerator or scale", clip(key))
	}
	return nil
}

func (s *Spec) named() error {
	if s.File == "" {
		return offtake.Refuse(offtake.Invalid, "demand names no file; it is written as FILE or FILE:purpose=training,accelerator=h100,scale=1")
	}
	return nil
}

package offtake

import (
	"errors"
	"fmt"
)

// A Kind classes a refusal by what the caller should do about it. Kinds are
// part of the API: add at the end, never reorder or reuse.
type Kind uint8

// The kinds of refusal.
const (
	_            Kind = iota
	Internal          // a bug or a broken disk: read the log
	Invalid           // the request can never be right: change it
	NotFound          // the thing named does not exist: check the name
	Forbidden         // a clause or a role stands in the way: read the clause
	TooLate           // a deadline has passed: start again
	Conflict          // the state has moved on: read it and retry
	NotSupported      // the book asks for what cannot be carried out yet
)

var kindNames = [...]string{"unknown", "internal", "invalid", "not found", "forbidden", "too late", "conflict", "not supported yet"}

// String gives the kind's name in lower case.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[0]
}

// An Error is a refusal: a kind for the machine and a reason for the person.
type Error struct {
	Kind   Kind
	Reason string // thing, value, rule; lower case, no full stop
	Cause  error  // what was underneath, if anything
}

// Error gives the reason.
func (e *Error) Error() string { return e.Reason }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Refuse makes an Error. A %w in format records the cause as fmt.Errorf does.
func Refuse(kind Kind, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Reason: err.Error(), Cause: errors.Unwrap(err)}
}

// KindOf gives the kind of the first Error in err's chain, or Internal for an
// error that carries none. KindOf(nil) is the zero Kind.
func KindOf(err error) Kind {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

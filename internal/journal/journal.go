// Package journal is the record of a book: every act that was taken, with the
// events that followed and the version of the code that decided. State is folded
// from it and from nothing else.
//
// A journal is a list of entries that only grows. Its version is how many there
// are. A writer says at which version it decided; if the journal has moved on,
// what it decided may no longer follow, and nothing is written. That one rule
// makes a single writer safe against a second one it does not know of.
//
// The package decides nothing about what entries mean. Memory keeps them in
// memory, compressed; package journaltest is the suite that every journal
// passes.
package journal

import (
	"bytes"
	"iter"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/wire"
)

// A Version counts the entries of a journal. An empty journal is at version 0.
type Version int64

// A Journal keeps entries in the order in which they were appended. All methods
// may be called at any time from any number of goroutines.
type Journal interface {
	// Append writes the entries after the first expected ones, all or none, and
	// gives the version reached. No entries at all is a way to check a version.
	// The journal keeps no part of what it is given.
	//
	// A refusal of kind Conflict means that the journal is at another version:
	// nothing was written; read on from there, decide again, and retry. Kind
	// Invalid means that an entry cannot be written at all: nothing was written.
	// Kind Internal means that the store failed, and leaves open whether the
	// entries were written: ask Landed before anything else is done.
	Append(expected Version, entries []wire.Entry) (Version, error)

	// Read gives the entries after the first from, in order, as far as they were
	// written when it was called; what is appended while it runs is not seen. An
	// error ends it. Reading from a version not reached yet is a refusal of kind
	// NotFound, from below 0 of kind Invalid. The caller owns what it is given.
	Read(from Version) iter.Seq2[wire.Entry, error]
}

// Landed finds out what became of an Append that failed with kind Internal. It
// gives the version reached and true if exactly these entries stand after the
// first expected ones, and false if they do not: then they were not written and
// never will be, and Append may be tried again at that version or, where the
// journal has moved on, will be refused with Conflict.
func Landed(j Journal, expected Version, entries []wire.Entry) (Version, bool, error) {
	reached := expected
	var want, got []byte
	var err error
	for e, readErr := range j.Read(expected) {
		if int(reached-expected) == len(entries) {
			break
		}
		if readErr != nil {
			return expected, false, readErr
		}
		if want, err = wire.AppendEntry(want[:0], &entries[reached-expected]); err != nil {
			return expected, false, err
		}
		if got, err = wire.AppendEntry(got[:0], &e); err != nil {
			return expected, false, err
		}
		if !bytes.Equal(want, got) {
			return expected, false, nil
		}
		reached++
	}
	if int(reached-expected) < len(entries) {
		return expected, false, nil
	}
	return reached, true, nil
}

// moved says that a writer decided on what is no longer the end of the journal.
func moved(expected, at Version) error {
	return offtake.Refuse(offtake.Conflict, "journal is at version %d, not at %d: read on from there and decide again", at, expected)
}

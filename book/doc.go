// Package book reads the contract language: a folder of YAML files becomes the
// words of package offtake, or a list of everything that is wrong with it.
//
// # Shapes
//
// Each word of the language has one shape: how it is read, how it is printed
// back, and what an editor may be told about it. A group of keys is a list of
// fields, each bound to its place in the Go type with its meaning beside it.
// The reader, [Format], the JSON Schema and the reference all come from the
// same shapes, so they cannot say different things. A field that law and
// practice disagree on has no default: a book that leaves it out does not
// load, and the mistake says what the choice is about.
//
// # What is refused before it is parsed
//
// A file is measured, checked to be UTF-8 text, and cut into documents; each
// document is scanned once for its nesting, the number of its values, and for
// anchors, aliases, tags and merge keys. Only what passes is shown to the YAML
// parser, so a hostile file costs no more than its bytes.
//
// # Positions and mistakes
//
// Documents are read one at a time and forgotten. Names are noted with their
// places and settled at the end, because the Book that declares them may come
// last. Clauses that refer to one another are settled at the version of the
// terms where the reference stands. All mistakes are reported, in the order of
// the text, each with file, line, column, what was written and what was
// expected.
//
// # What it refuses to know
//
// Whether a time zone or a holiday set exists is for package civil to say;
// what clauses mean together, whether they contradict, and whose signature an
// amendment lacks, for package rights.
package book

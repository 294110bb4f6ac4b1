// Package refusaltest checks the first-refusal process from outside. It holds
// two things that know the words of the trade and nothing of how the process
// is carried out: a [Twin], which plays a log of acts by the letter of the
// process's reference, and the [Laws], which hold a history against what must
// never break.
//
// Everything here is dumb on purpose. Deadlines are found by walking from day to
// day, lots are handed out one at a time, and a toll is a list of hours. Where
// the twin and the process disagree, one of them reads the reference wrongly.
//
// Left out are the things that concern more than one clause or one opportunity,
// or the past: amendments, evidence, aggregation, rights that are subject to
// others, and the readings of a consent's purposes.
package refusaltest

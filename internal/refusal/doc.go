// Package refusal runs one first-refusal process: the course of one right over
// one opportunity, from the third party's offer to the part's end.
//
// A process is pure. [Open] and [Decide] say which events follow from an act,
// or refuse it; [Apply] folds an event and cannot fail; [Due] gives the next
// deadline as an act. No clock is read: time comes in with acts. Deadlines are
// counted by internal/civil when they start to run and stand in the events, so
// folding a log never counts again and a mended count never rewrites the past.
//
// A process runs under a [Contract]: the clause, its rules of time and its
// reach as they were when the process opened. Whatever happens to the book
// later, the contract stays, unless an amendment applies to open processes and
// every holder has signed it.
//
// A process consists of parts, each a quantity with a state of its own. Before
// anyone is bound there is one part, the whole. A signature of the third party
// for less splits the released part.
//
// Carried out are rights of one holder that takes everything or nothing, with
// strict notices, a window, revisions before and after release, and a tail in
// two stages. [Supported] names whatever else a clause asks for. What depends
// on the terms of the single offer (extras without a value, a term the table of
// signs does not have) is refused by the act that would need it. Nothing a
// clause says is ignored.
//
// The package refuses to know why an offer is inside a clause's scope, what a
// consent lifts, and what the buyer does with a release: that is the market's.
package refusal

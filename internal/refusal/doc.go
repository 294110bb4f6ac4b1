// Package refusal runs one first-refusal process: the course of one right over
// one opportunity, from the third party's offer to the part's end. A first offer
// and a first placement run on the same parts; what is theirs alone is in
// firstoffer.go and placement.go.
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
// anyone is bound there is one part, the whole; then each holder that is bound
// has one, and the rest is another. Time stands still by part: for a cause that
// the clause lists, or for a question that only the determiner may answer.
//
// An act is decided step by step: what follows is folded as it is found, so that
// a rank that ends, the round that opens and what is released rest on each
// other. How lots are shared is in allot.go, how ranks take turns in rank.go.
//
// The package refuses to know why an offer is inside a clause's scope, what a
// consent lifts, and what the buyer does with a release: that is the market's.
package refusal

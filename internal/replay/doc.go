// Package replay sends demand through a book on a virtual clock: jobs arrive,
// are placed on held capacity or wait, capacity is bought under the terms, and
// what is used draws commitments down.
//
// It knows no law. Whatever takes effect does so as an act that the market has
// taken, and goes into the journal with its events: a replay can decide badly,
// never unlawfully. Four others decide with it: traces says which jobs arrive,
// dispatch where each may run and at which cost, buying what to ask the market
// for, and actors what counterparties answer.
//
// The clock jumps from one thing that happens to the next: a job that arrives
// or ends, a timer, or a deadline of the market. What falls on one instant is
// ordered by rank, see rankOf. Work starts on whole seconds only, so that usage
// is whole accelerator-seconds.
//
// So that looking for room asks nobody, the scheduler keeps pools of held
// capacity as the market's events tell of them. They are a mirror, and the
// market checks every placement against its own books: one it refuses by a
// clause is tried elsewhere, one it refuses for any other reason is a mistake
// of this package and ends the replay.
//
// Every accelerator-second demanded is at any time in exactly one place: served,
// unserved, running or waiting. Same book, same demand and same seed give the
// same bytes: no map is walked in its own order, and there is no clock and no
// chance but the profiles' seeds.
package replay

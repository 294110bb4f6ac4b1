// Package market is where a book has force. Whatever is bought, placed or
// counted is an act sent to a [State], which takes it only as every clause
// allows.
//
// The market routes: opportunities, first-refusal processes and awards are
// deal's, reservations and placements holding's, usage and charges account's.
// It keeps only the rules that span them:
//
//   - an offer is taken (awarded, or signed with a bound holder) only where the
//     book permits the purchase at that instant and every first refusal that met
//     the offer is cleared; what was bought becomes a reservation;
//   - work is placed only where the book permits it at that instant. It stays
//     when terms change later, and so does what was reserved;
//   - what a consent allows is counted: capacity and money bought under it
//     against its limit, usage of that capacity against its share.
//
// A State is folded from acts and the events that followed from them, and from
// nothing else: [State.Decide] changes nothing, [State.Apply] cannot fail.
// Received instants never decrease, and a deadline that is due goes before any
// later act: [State.Due] gives it as an act. A State is not safe for concurrent
// use.
//
// An act is known by its id: repeated it has no effect, and the same id with
// other content is refused. Jobs and batches of usage, of which there are
// millions, are known by their own names instead.
//
// The package refuses to know the time, the wish to buy, and where a job had
// best go.
package market

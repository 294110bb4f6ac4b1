// Package replay sends demand through a book on a virtual clock: jobs arrive,
// are placed on held capacity or wait, capacity is bought under the terms, and
// what is used draws commitments down.
//
// It knows no law. Whatever takes effect does so as an act that the market has
// taken: a replay can decide badly, never unlawfully. Same book, same demand
// and same seed give the same bytes.
package replay

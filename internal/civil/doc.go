// Package civil is legal time: which days count, when a notice counts as
// received, and at which instant a window ends.
//
// A [Calendar] is a place with its business days, its cut-off and the time it
// opens. [Rules] are a calendar and the choices a clause makes. A [Window] is
// a duration that starts with a notice, or with any other act, under rules,
// and may be tolled. Its deadline, the units left of it and the [Count] that
// explains it come from one walk over the days.
//
// Days are civil: they are counted on the calendar, never as 24 hours, and one
// unit is never turned into another. An instant is found only at the very end,
// when the last day is known, and by two rules about clocks: a civil time that
// a clock change skips is the first instant after the gap, and one that
// happens twice is the later.
//
// The data of the world's time zones is inside this package, so that a
// deadline is the same on every machine: neither the system's zone files nor
// ZONEINFO nor the local zone of the process is ever read. A version of the
// data is part of a version of this package ([ZoneData]).
//
// The package refuses to know the time. It reads no clock, and everything it
// makes is a value that never changes, safe to use from many goroutines.
package civil

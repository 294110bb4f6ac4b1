// Package traces turns demand into jobs: files that list them, profiles that
// draw them, and campaigns that are one job or a row of lots.
//
// A trace file is somebody else's and may be wrong in any way. It is read line
// by line to its end, and what is wrong with it is one error that names the
// file, each line and what was expected there; a trace is never half taken.
// Jobs out of order are no mistake, since logs are often written when a job
// ends: they are sorted by submission, and a note says so.
//
// A profile draws from the generator PCG of math/rand/v2, seeded by its own
// seed, its demand's name and the replay's seed, so that its jobs depend on no
// other demand and on no order of reading.
package traces

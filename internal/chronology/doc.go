// Package chronology tells a written case: the dated list of what was done, what
// became of it and what followed; every deadline with its course, from when it
// was set to when it fell, was met or became moot; and how each process stands
// at the end, and whose turn it is.
//
// It decides nothing. It folds the log of a case as the deals do, and puts into
// words what stands in it: each act, each event and each deadline has a sentence,
// and a deadline has the clause it rests on and the count of its days, as
// internal/civil counts them. The words are typed entries, from which the text,
// the calendar file and the page are drawn; a further kind of process needs
// sentences only.
//
// A deadline has a name that does not change when the log grows: its process,
// which deadline it is, and whose or which rank's; and a number where the same
// one is set again. That a deadline moved, ended before its time or stands again
// is a revision of it; revisions are counted, and never fall.
//
// The same case gives the same chronology: there is no clock here.
package chronology

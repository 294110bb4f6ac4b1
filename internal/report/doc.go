// Package report shows what replays came to: a comparison in plain text for
// the terminal, and one HTML page with charts that needs nothing but itself. It
// shows a written case in the same way: the timeline of each process, with its
// story.
//
// It decides nothing and computes little. Every figure is taken from a
// replay's result, or is a sum, a part or a difference of such; where one is
// rounded, it is rounded for the eye only. The same results give the same
// bytes: there is no clock and no random name in a page.
//
// The charts are SVG drawn here, and not by a chart library, because a page
// that people argue over must read in print, in the dark and aloud: shapes
// take their colours from the page's style sheet, lines differ in dashes as
// well as in colour, each chart carries a title and a description for screen
// readers, and under each chart stands its table.
package report

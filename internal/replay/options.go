package replay

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/traces"
)

// Options say what to replay.
type Options struct {
	Setup  market.Setup // the book, its law, and the terms to hold throughout
	From   time.Time    // zero: the last amendment, or else the first change of terms
	To     time.Time    // zero: when the last job has ended
	Seed   int64
	Demand []traces.Spec // takes the place of all demand in the book, if there is any
	// Open gives a trace by its name; left out, there are none.
	Open func(name string) (io.ReadCloser, error)

	Decisions io.Writer          // JSON Lines of every decision; nil: none
	Progress  func(done float64) // part of the way, from 0 to 1, once a day of the replay; may be nil
	Notes     func(note string)  // what a user should know of how the demand was taken; may be nil
	Journal   journal.Journal    // where acts and events are written; nil: in memory, and gone afterwards
	MaxYears  int                // without To, the replay ends after so many years at the latest; 0: 30
}

// Run carries out a replay. A book that holds what cannot be carried out yet
// between From and To is refused before anything happens.
func Run(ctx context.Context, o Options) (*Result, error) {
	r, err := prepare(o)
	if err != nil {
		return nil, err
	}
	if err := r.run(ctx); err != nil {
		return nil, err
	}
	return r.result(), nil
}

// begin gives the start of the replay, a whole second.
func (o Options) begin() (time.Time, error) {
	from := o.From
	if from.IsZero() {
		from = o.Setup.Law.LastAmendment()
	}
	if changes := o.Setup.Law.Changes(); from.IsZero() && len(changes) > 0 {
		from = changes[0]
	}
	if from.IsZero() {
		return from, offtake.Refuse(offtake.Invalid, "book %q has no amendment and no clause to start from; say --from", o.Setup.Book.Name)
	}
	from = from.UTC().Truncate(time.Second)
	if !o.To.IsZero() && !from.Before(o.To) {
		return from, offtake.Refuse(offtake.Invalid, "replay ends at %s, not after its start %s", offtake.Stamp(o.To), offtake.Stamp(from))
	}
	return from, nil
}

// latest gives the instant at which the replay ends, or by which it must.
func (o Options) latest(from time.Time) (time.Time, error) {
	switch {
	case o.To.IsZero():
		return from.AddDate(cmp.Or(o.MaxYears, 30), 0, 0), nil
	case o.To.After(from.AddDate(200, 0, 0)):
		return o.To, offtake.Refuse(offtake.Invalid, "replay from %s to %s is longer than 200 years", offtake.Stamp(from), offtake.Stamp(o.To))
	}
	return o.To, nil
}

package market

import (
	"github.com/offtake-dev/offtake/internal/drawdown"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/queue"
	"github.com/offtake-dev/offtake/internal/rights"
)

// Work that waits. Where it runs is proposed by dispatch; here it is known, and held to
// what was submitted.

// Queue gives the work that was submitted. It must not be changed.
func (s *State) Queue() *queue.Queue { return s.queue }

// Book gives the book whose terms are in force. It must not be changed.
func (s *State) Book() *offtake.Book { return s.law.Book }

// Rights gives the law of the book, and the terms in force at an instant.
func (s *State) Rights(at time.Time) (*rights.Law, *rights.Terms) { return s.law.Rights, s.law.At(at) }

// Measured gives what has been measured of consents and of first placements for work
// of a product.
func (s *State) Measured(at time.Time, p offtake.Product) rights.Measured {
	return s.free(s.consents.measured(s.law, at, at, offtake.Money{}, built{}), p)
}

// Draws gives the commitment that a charge with these facts would draw on at an
// instant, and whether that is unmet.
func (s *State) Draws(f offtake.Facts, at time.Time) (offtake.ClauseRef, bool) {
	c := s.law.CommitmentsAt(at).Draws(&drawdown.Charge{Facts: f, At: at}, func(c *drawdown.Commitment) bool {
		return !c.Open(s.accounts.Ledger(), at)
	})
	if c == nil {
		return offtake.ClauseRef{}, false
	}
	return c.Clause, c.Open(s.accounts.Ledger(), at)
}

// submit puts work into the queue.
func (s *State) submit(a offtake.Act, d offtake.SubmitJob) ([]offtake.Event, error) {
	switch {
	case a.By != s.law.Book.Buyer:
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the buyer whose capacity is held", a.By, s.law.Book.Buyer)
	case d.Job == "":
		return nil, offtake.Refuse(offtake.Invalid, "job has no name")
	case d.Accelerator == "":
		return nil, offtake.Refuse(offtake.Invalid, "job %q names no accelerator", d.Job)
	case d.Quantity <= 0 || d.Quantity > mostAccelerators:
		return nil, offtake.Refuse(offtake.Invalid, "job %q needs %d accelerators; the number is from 1 to %d", d.Job, d.Quantity, int64(mostAccelerators))
	case d.Length.Length() <= 0:
		return nil, offtake.Refuse(offtake.Invalid, "job %q says no length above zero; say how long it needs them at the longest, as PT6H or P2D", d.Job)
	case s.held.Known(d.Job):
		if _, submitted := s.queue.Job(d.Job); !submitted {
			return nil, offtake.Refuse(offtake.Conflict, "job %q has been, and its name is used", d.Job)
		}
	}
	class := jobClass{quantity: d.Quantity, purpose: d.Purpose, product: d.Product, asset: d.Asset, customer: d.Customer}
	f := class.facts(placeOf(d.Accelerator))
	if _, err := s.law.Rights.Question(offtake.Place, f); err != nil {
		return nil, err
	}
	isNew, err := s.queue.Submit(offtake.JobSubmitted(d))
	if err != nil || !isNew {
		return nil, err
	}
	return []offtake.Event{offtake.JobSubmitted(d)}, nil
}

// cancel takes work that waits out of the queue, and ends work that runs.
func (s *State) cancel(a offtake.Act, d offtake.CancelJob) ([]offtake.Event, error) {
	if a.By != s.law.Book.Buyer {
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the buyer whose jobs these are", a.By, s.law.Book.Buyer)
	}
	if s.queue.Waits(d.Job) {
		return []offtake.Event{offtake.JobCancelled(d)}, nil
	}
	changes, err := s.held.Finish(d.Job)
	switch {
	case offtake.KindOf(err) == offtake.NotFound:
		return nil, offtake.Refuse(offtake.NotFound, "job %q was never submitted", d.Job)
	case err != nil:
		return nil, err
	case !changes:
		return nil, offtake.Refuse(offtake.Conflict, "job %q has ended already", d.Job)
	}
	return []offtake.Event{offtake.JobFinished(d)}, nil
}

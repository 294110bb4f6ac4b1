package replay

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// refuseShortfalls refuses a replay during which a commitment falls due: what a
// shortfall costs cannot be carried out yet. Without To, how far the replay gets
// shows as it goes, and it is refused when the clock comes there.
func (r *replay) refuseShortfalls() error {
	changes := []time.Time{r.from}
	if r.Setup.TermsAt.IsZero() {
		for _, t := range r.Setup.Law.Changes() {
			if t.After(r.from) && t.Before(r.at(r.end)) {
				changes = append(changes, t)
			}
		}
	}
	for i, t := range changes {
		until := r.at(r.end)
		if i+1 < len(changes) {
			until = changes[i+1]
		}
		for _, s := range r.Setup.Law.InForce(r.terms(t)) {
			body, ok := s.Clause.Body.(offtake.Commitment)
			if !ok {
				continue
			}
			for _, d := range shortfalls(body) {
				at := r.Setup.Law.Resolve(s.Ref.Agreement, d.at)
				if !at.After(t) || at.After(until) || !at.Before(r.at(r.end)) {
					continue
				}
				err := offtake.Refuse(offtake.NotSupported, "%s: clause %s, %s: a shortfall that falls due inside the replay, at %s, is not supported yet", s.Clause.Pos, s.Ref, d.field, offtake.Stamp(at))
				if !r.To.IsZero() {
					return err
				}
				r.clock.at(r.tick(at), rankDay, func() { r.fail(err) })
			}
		}
	}
	return nil
}

// dueAt is when a part of a commitment falls due, and the field that says so.
type dueAt struct {
	at    offtake.When
	field string
}

func shortfalls(c offtake.Commitment) (out []dueAt) {
	for _, m := range c.Milestones {
		if m.Shortfall != "" {
			out = append(out, dueAt{m.By, "milestones.shortfall"})
		}
	}
	if c.Shortfall != "" && !c.Period.Until.IsZero() {
		out = append(out, dueAt{c.Period.Until, "shortfall"})
	}
	return out
}

// refuseOffers refuses offers that the buyer could take and whose terms cannot
// be carried out yet.
func (r *replay) refuseOffers() error {
	if !r.buyer.Buys() {
		return nil
	}
	for _, s := range r.book.Supplies {
		for _, o := range s.Offers {
			ended := func(w offtake.When) bool { return !w.IsZero() && !r.Setup.Law.Resolve("", w).After(r.from) }
			later := !o.From.IsZero() && !r.Setup.Law.Resolve("", o.From).Before(r.at(r.end))
			if o.EndsAt == "" || o.Quantity == 0 || ended(o.Until) || ended(o.Expires) || later {
				continue
			}
			return offtake.Refuse(offtake.NotSupported, "%s: offer of supply %q, ends_at: a time of day at which it ends is not supported yet", o.Pos, s.Name)
		}
	}
	return nil
}

// noteTooLate tells of campaigns that had to be done before the replay begins.
func (r *replay) noteTooLate() {
	if r.Notes == nil || len(r.Demand) > 0 {
		return
	}
	for _, d := range r.book.Demands {
		if d.LatestFinish.IsZero() {
			continue
		}
		if at := r.Setup.Law.Resolve("", d.LatestFinish); !at.After(r.from) {
			r.Notes("demand " + string(d.Name) + " had to be done by " + offtake.Stamp(at) + ", before the replay begins: it is unserved")
		}
	}
}

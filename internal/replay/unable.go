package replay

import (
	"slices"
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

// A shipment is the first work for a product on a provider.
type shipment struct {
	product  offtake.Product
	provider offtake.ProviderName
}

// A headStart is what a first placement gives its provider.
type headStart struct {
	clause offtake.ClauseRef
	pos    offtake.Pos
	lasts  offtake.Duration
}

// ship watches the head starts that begin when a product first runs on the
// provider it has to be on first: where one would end while it still binds, the
// replay is refused, because its end is not carried out yet.
func (r *replay) ship(p offtake.Product, by offtake.ProviderName) {
	if p == "" || r.shipped[shipment{p, by}] {
		return
	}
	if r.shipped == nil {
		r.shipped = map[shipment]bool{}
	}
	r.shipped[shipment{p, by}] = true
	for _, c := range r.headStarts(p, by) {
		at := r.tick(r.add(r.at(r.now), c.lasts))
		r.clock.at(max(at, r.now+1), rankDay, func() {
			for _, still := range r.headStarts(p, by) {
				if still.clause == c.clause {
					r.fail(offtake.Refuse(offtake.NotSupported, "%s: clause %s, head_start: its end for product %q inside the replay, at %s, is not supported yet",
						c.pos, c.clause, p, offtake.Stamp(r.at(r.now))))
				}
			}
		})
	}
}

// headStarts gives the first placements that bind a product now and have it on
// a provider first. One that all the statements it asks for excuse binds no more.
func (r *replay) headStarts(p offtake.Product, by offtake.ProviderName) (out []headStart) {
	now := r.terms(r.at(r.now))
	for _, s := range r.Setup.Law.InForce(now) {
		body, ok := s.Clause.Body.(offtake.FirstPlacement)
		if !ok || body.Provider != by || body.Scope.Products != nil && !slices.Contains(body.Scope.Products, p) {
			continue
		}
		excused := len(body.Unless.Statements) > 0
		for _, says := range body.Unless.Statements {
			excused = excused && slices.ContainsFunc(r.book.Statements, func(st offtake.Statement) bool {
				made := !r.Setup.Law.Resolve("", st.At).After(now)
				return made && st.Of == s.Ref && st.By == body.Unless.By && st.Says == says && (st.Products == nil || slices.Contains(st.Products, p))
			})
		}
		if !excused {
			out = append(out, headStart{s.Ref, s.Clause.Pos, body.HeadStart})
		}
	}
	return out
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

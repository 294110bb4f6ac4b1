package market

import (
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/terms"
	"github.com/offtake-dev/offtake/internal/tenure"
)

// reservations gives what the book's own reservation clauses hold, in the
// order they come into force. A clause's reservation is held while both its
// window runs and the clause is in force, under the clause's name; a clause
// that an amendment replaces or brings back holds under that name and the
// number of the version. The later steps of a ramp are parts of their own, under
// the name and their number.
func reservations(l *terms.Law) (out []offtake.CapacityReserved) {
	seen := map[partOf]int{} // versions so far
	open := map[partOf]int{} // index in out of the one that goes on
	for _, from := range instants(l) {
		inForce := map[partOf]bool{}
		for _, s := range l.InForce(from) {
			body, ok := s.Clause.Body.(offtake.Reservation)
			if !ok || supportedReservation(l.Book, s.Ref, s.Clause, body) != nil {
				continue
			}
			for step, r := range heldBy(l, s.Ref, body, from) {
				part := partOf{s.Ref, step}
				inForce[part] = true
				if i, goesOn := open[part]; goesOn && sameCapacity(out[i], r) {
					continue
				}
				seen[part]++
				name := reservationName(s.Ref, seen[part])
				if r.Reservation = name; step > 0 {
					r.Reservation += offtake.ReservationID("/" + strconv.Itoa(step+1))
					r.Of = name
				}
				if i, goesOn := open[part]; goesOn {
					out[i].Until = earlier(out[i].Until, from)
				}
				open[part] = len(out)
				out = append(out, r)
			}
		}
		for part, i := range open {
			if !inForce[part] {
				out[i].Until = earlier(out[i].Until, from)
				delete(open, part)
			}
		}
	}
	return out
}

// partOf is a step of a clause's reservation.
type partOf struct {
	ref  offtake.ClauseRef
	step int
}

// instants gives those at which reservations may begin or end by the law.
func instants(l *terms.Law) []time.Time {
	if !l.Pinned.IsZero() {
		return []time.Time{l.Pinned}
	}
	return l.Changes()
}

func heldBy(l *terms.Law, ref offtake.ClauseRef, r offtake.Reservation, inForce time.Time) (parts []offtake.CapacityReserved) {
	dates := l.Dates(ref.Agreement)
	for _, step := range tenure.Steps(&r, dates) {
		from := step.From
		if from.Before(inForce) && l.Pinned.IsZero() {
			from = inForce
		}
		parts = append(parts, offtake.CapacityReserved{
			Provider: r.Provider, Accelerator: r.Accelerator, Region: r.Region, Site: r.Site, Quantity: step.Quantity,
			From: from, Until: tenure.End(&r, dates),
			Price: r.Price, Kind: offtake.Reserved, UnusedCharge: r.UnusedCharge, Opportunity: r.Under,
		})
	}
	return parts
}

// sameCapacity reports whether a version of a clause holds what the one before
// it did, so that nothing ends and nothing begins.
func sameCapacity(a, b offtake.CapacityReserved) bool {
	return a.Provider == b.Provider && a.Accelerator == b.Accelerator && a.Region == b.Region && a.Site == b.Site &&
		a.Quantity == b.Quantity && a.Until.Equal(b.Until) && a.Price.Cmp(b.Price) == 0 && a.UnusedCharge == b.UnusedCharge
}

func reservationName(ref offtake.ClauseRef, version int) offtake.ReservationID {
	if version == 1 {
		return offtake.ReservationID(ref.String())
	}
	return offtake.ReservationID(ref.String() + "#" + strconv.Itoa(version))
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

package market

import (
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/terms"
)

// reservations gives what the book's own reservation clauses hold, in the
// order they come into force. A clause's reservation is held while both its
// window runs and the clause is in force, under the clause's name; a clause
// that an amendment replaces or brings back holds under that name and the
// number of the version.
func reservations(l *terms.Law) (out []offtake.CapacityReserved) {
	seen := map[offtake.ClauseRef]int{} // versions so far
	open := map[offtake.ClauseRef]int{} // index in out of the one that goes on
	for _, from := range instants(l) {
		inForce := map[offtake.ClauseRef]bool{}
		for _, s := range l.InForce(from) {
			body, ok := s.Clause.Body.(offtake.Reservation)
			if !ok || supportedReservation(l.Book, s.Ref, s.Clause, body) != nil {
				continue
			}
			inForce[s.Ref] = true
			r := heldBy(l, s.Ref, body, from)
			if i, goesOn := open[s.Ref]; goesOn && sameCapacity(out[i], r) {
				continue
			}
			seen[s.Ref]++
			r.Reservation = reservationName(s.Ref, seen[s.Ref])
			if i, goesOn := open[s.Ref]; goesOn {
				out[i].Until = earlier(out[i].Until, from)
			}
			open[s.Ref] = len(out)
			out = append(out, r)
		}
		for ref, i := range open {
			if !inForce[ref] {
				out[i].Until = earlier(out[i].Until, from)
				delete(open, ref)
			}
		}
	}
	return out
}

// instants gives those at which reservations may begin or end by the law.
func instants(l *terms.Law) []time.Time {
	if !l.Pinned.IsZero() {
		return []time.Time{l.Pinned}
	}
	return l.Changes()
}

func heldBy(l *terms.Law, ref offtake.ClauseRef, r offtake.Reservation, inForce time.Time) offtake.CapacityReserved {
	from := l.Rights.Resolve(ref.Agreement, r.Window.From)
	if from.Before(inForce) && l.Pinned.IsZero() {
		from = inForce
	}
	return offtake.CapacityReserved{
		Provider: r.Provider, Accelerator: r.Accelerator, Region: r.Region, Site: r.Site, Quantity: r.Quantity,
		From: from, Until: l.Rights.Resolve(ref.Agreement, r.Window.Until),
		Price: r.Price, Kind: offtake.Reserved, UnusedCharge: r.UnusedCharge, Opportunity: r.Under,
	}
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

package market

import (
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/account"
	"github.com/offtake-dev/offtake/internal/market/claim"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/market/holding"
	"github.com/offtake-dev/offtake/internal/market/queue"
	"github.com/offtake-dev/offtake/internal/market/quote"
	"github.com/offtake-dev/offtake/internal/market/terms"
	"github.com/offtake-dev/offtake/internal/market/venture"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/tenure"
)

// A Snapshot is what a State is restored from.
type Snapshot struct {
	Now      time.Time
	Seen     []SeenSnapshot
	Deals    deal.Snapshot
	Held     holding.Snapshot
	Queue    queue.Snapshot
	Quotes   []quote.Snapshot
	Accounts account.Snapshot
	Consents []ConsentSnapshot
	Ventures venture.Snapshot
	Claims   claim.Snapshot
	Tenures  TenureSnapshot
	ByBook   []offtake.ReservationID
}

// A TenureSnapshot is what has become of reservations and commitments.
type TenureSnapshot struct {
	Cancelled map[string][]tenure.Cancellation
	Late      map[offtake.ReservationID]time.Time
	Delivered map[offtake.ReservationID]offtake.CapacityDelivered
}

// A SeenSnapshot is an act that was taken.
type SeenSnapshot struct {
	Act     offtake.ActID
	Content [sha256.Size]byte
}

// A ConsentSnapshot is what was done under a consent.
type ConsentSnapshot struct {
	Consent  offtake.ClauseRef
	Quantity int64
	Money    offtake.Money
	Built    []built
	Usage    []UseSnapshot
}

// A UseSnapshot is what was used on a day for a purpose.
type UseSnapshot struct {
	Day     offtake.Date
	Purpose offtake.Purpose
	Seconds int64
	Spend   offtake.Accrual
}

// Snapshot gives what the State is restored from, which is of no use once more is
// folded. Books are those that were in force one after the other.
func (s *State) Snapshot(books []*offtake.Book) Snapshot {
	out := Snapshot{
		Now: s.now, Held: s.held.Snapshot(), Queue: s.queue.Snapshot(), Quotes: s.quotes.Snapshot(), Accounts: s.accounts.Snapshot(), ByBook: s.byBook,
		Deals: s.deals.Snapshot(func(c *refusal.Contract) int { return slices.Index(books, c.Book) }),
	}
	out.Ventures, out.Claims = s.ventures.Snapshot(), s.claims.Snapshot()
	out.Tenures = TenureSnapshot{s.tenures.cancelled, s.tenures.late, s.tenures.delivered}
	for id, content := range s.seen {
		out.Seen = append(out.Seen, SeenSnapshot{id, content})
	}
	for ref, n := range s.consents.counted {
		c := ConsentSnapshot{Consent: ref, Quantity: n.quantity, Money: n.money, Built: slices.Clone(n.built)}
		for _, u := range n.usage {
			c.Usage = append(c.Usage, UseSnapshot{u.day, u.purpose, u.seconds, u.spend})
		}
		out.Consents = append(out.Consents, c)
	}
	return out
}

// Restore makes a State of a snapshot, under the books that were in force one after the
// other, the last of them now.
func Restore(from Snapshot, setups []Setup) (*State, error) {
	laws, dealt := make([]*terms.Law, len(setups)), make([]deal.Law, len(setups))
	for i, setup := range setups {
		laws[i] = newLaw(setup)
		dealt[i] = laws[i]
	}
	deals, err := deal.Restore(from.Deals, dealt)
	if err != nil {
		return nil, err
	}
	s := &State{
		law: laws[len(laws)-1], laws: laws, now: from.Now, seen: make(map[offtake.ActID][sha256.Size]byte, len(from.Seen)),
		deals: deals, held: holding.Restore(from.Held), queue: queue.Restore(from.Queue), quotes: quote.Restore(from.Quotes),
		accounts: account.Restore(from.Accounts), consents: newConsents(), byBook: from.ByBook, names: map[named]error{},
	}
	s.ventures, s.claims = venture.Restore(from.Ventures), claim.Restore(from.Claims)
	s.tenures = newTenures()
	maps.Copy(s.tenures.cancelled, from.Tenures.Cancelled)
	maps.Copy(s.tenures.late, from.Tenures.Late)
	maps.Copy(s.tenures.delivered, from.Tenures.Delivered)
	for _, l := range laws { // what is open under an older book is measured as well
		s.tell(l)
	}
	for _, a := range from.Seen {
		s.seen[a.Act] = a.Content
	}
	for _, c := range from.Consents {
		n := s.consents.of(c.Consent)
		n.quantity, n.money, n.built = c.Quantity, c.Money, c.Built
		for _, u := range c.Usage {
			n.usage = append(n.usage, dayOfUse{u.Day, u.Purpose, u.Seconds, u.Spend})
		}
	}
	return s, nil
}

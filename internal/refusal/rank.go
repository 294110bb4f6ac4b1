package refusal

import (
	"cmp"
	"slices"

	"github.com/offtake-dev/offtake"
)

// concurrent reports whether all ranks answer in one window.
func (c *Contract) concurrent() bool { return c.Right.Ranks.Mode == "concurrent" }

// lot gives the number of accelerators that may be taken at a time.
func (p *Process) lot() int64 {
	if p.Contract.Right.Lot > 0 {
		return p.Contract.Right.Lot
	}
	x, _ := p.Contract.Book.Accelerator(p.Terms.Accelerator)
	return max(x.Lot, x.PerNode, 1)
}

// openNext offers what a part has left to the first rank that was never asked
// and, after a holder that failed, is junior to it. It reports whether there
// was one.
func (s *step) openNext(i int) bool {
	p := s.p
	rank, after, anew := int64(0), int64(0), p.Parts[i].Was == offtake.IsWithdrawn
	if r := p.Parts[i].Offer; r != nil {
		after, anew = r.Rank, r.Anew
	}
	var asked []offtake.PartyName
	for _, seat := range p.Seats {
		switch {
		case anew && (int64(seat.Rank) <= after || after != 0 && p.Contract.concurrent()), !anew && seat.Asked, rank != 0 && int64(seat.Rank) != rank && !p.Contract.concurrent():
		default:
			if rank == 0 {
				rank = int64(seat.Rank)
			}
			asked = append(asked, seat.Party)
		}
	}
	if rank == 0 || p.Parts[i].left() == 0 {
		return false
	}
	length, answer := p.window(s.a, rank)
	s.follow(offtake.RankOpened{Process: p.ID, Part: int64(i + 1), Rank: rank, Round: 1, Asked: asked, Window: length, Answer: answer})
	return true
}

// complete reports whether a round is over before its time: all have answered
// and nobody waits for the deadline.
func (p *Process) complete(r *Round) bool {
	if len(r.Answers) < len(r.Asked) {
		return false
	}
	return r.N == 2 || len(p.Contract.Right.Holders) == 1 || p.Contract.Right.Ranks.NextStarts != "on_deadline"
}

// closeRank shares what was offered among those that took some of it, seniors
// first, and goes on to the next rank, the second round or the end.
func (s *step) closeRank(i int) {
	p := s.p
	q := p.Parts[i]
	s.follow(offtake.RankClosed{Process: p.ID, Part: int64(i + 1), Takings: p.shared(q)})
	if p.Parts[i].left() > 0 && q.Offer.N == 1 {
		if s.openNext(i) || s.openRound(i) {
			return
		}
	}
	s.conclude(i)
}

// shared gives what each holder gets that took some of what a part had left.
func (p *Process) shared(q Part) (takings []offtake.Taking) {
	left, lot := q.left(), p.lot()
	for from := 0; from < len(p.Seats); {
		to := from
		for to < len(p.Seats) && p.Seats[to].Rank == p.Seats[from].Rank {
			to++
		}
		got := p.sharedInRank(q.Offer, p.Seats[from:to], left, lot)
		for _, t := range got {
			left -= t.Quantity
		}
		takings = append(takings, got...)
		from = to
	}
	return takings
}

func (p *Process) sharedInRank(r *Round, seats []Seat, offered, lot int64) (takings []offtake.Taking) {
	var by []offtake.PartyName
	var claims []claim
	var most []int64
	for _, seat := range seats {
		if a, ok := r.answerOf(seat.Party); ok && a.Quantity > 0 {
			by = append(by, seat.Party)
			most = append(most, min(a.Quantity, offered))
			claims = append(claims, claim{weight: seat.Weight, most: lotsOf(min(a.Quantity, offered), lot)})
		}
	}
	if len(by) == 0 || offered == 0 {
		return nil
	}
	if p.Contract.Right.Partial == offtake.NoPartial && r.N == 1 {
		first := 0
		for n, c := range claims {
			if c.weight > claims[first].weight {
				first = n
			}
		}
		return []offtake.Taking{{Party: by[first], Quantity: offered}}
	}
	got, _ := allotted(offered, lot, allot(lotsOf(offered, lot), claims), most)
	for n, quantity := range got {
		if quantity > 0 {
			takings = append(takings, offtake.Taking{Party: by[n], Quantity: quantity})
		}
	}
	return takings
}

// openRound offers what is left after all ranks to the holders that took at
// least their full share, where the clause has such a round.
func (s *step) openRound(i int) bool {
	p := s.p
	r := p.Parts[i].Offer
	if p.Contract.Right.Undersubscribed.IsZero() || r.Lapsed {
		return false
	}
	var asked []offtake.PartyName
	for n, share := range p.fullShares(p.Parts[i].Quantity) {
		if kept := r.kept(p.Seats[n].Party); kept > 0 && kept >= share {
			asked = append(asked, p.Seats[n].Party)
		}
	}
	if len(asked) == 0 {
		return false
	}
	length := p.Contract.Right.Undersubscribed
	answer, _ := p.Contract.Rules.Notice(s.a.At, length).Deadline()
	s.follow(offtake.RankOpened{Process: p.ID, Part: int64(i + 1), Rank: r.Rank, Round: 2, Asked: asked, Window: length, Answer: answer})
	return true
}

// fullShares gives what each seat would get of a quantity if all holders of
// the clause took all they could.
func (p *Process) fullShares(quantity int64) []int64 {
	lot := p.lot()
	var claims []claim
	for _, seat := range p.Seats {
		claims = append(claims, claim{weight: seat.Weight, most: lotsOf(quantity, lot)})
	}
	for _, h := range p.Contract.Right.Holders[min(len(claims), len(p.Contract.Right.Holders)):] { // who is not asked: the seats are those senior to it
		claims = append(claims, claim{weight: h.Weight, most: lotsOf(quantity, lot)})
	}
	got, _ := allotted(quantity, lot, allot(lotsOf(quantity, lot), claims), slices.Repeat([]int64{quantity}, len(claims)))
	return got[:len(p.Seats)]
}

// conclude binds the holders to what they got of a part and releases the rest;
// all of it where only the whole counts and is not taken.
func (s *step) conclude(i int) {
	p := s.p
	q := p.Parts[i]
	takings := slices.Clone(q.Offer.Kept)
	if q.left() > 0 && p.Contract.Right.AllOrNone {
		takings = nil
	}
	slices.SortStableFunc(takings, func(a, b offtake.Taking) int { return p.seat(a.Party) - p.seat(b.Party) })
	rest := q.Quantity
	for _, t := range takings {
		rest -= t.Quantity
	}
	if len(takings) > 0 {
		within := p.Contract.Right.Definitive
		s.follow(offtake.Bound{Process: p.ID, Part: int64(i + 1), Takings: takings, Within: within, Definitive: p.Contract.after(s.a.At, within)})
	}
	if rest == 0 {
		return
	}
	_, time := s.a.Deed.(offtake.Deadline)
	switch {
	case len(takings) == 0 && len(q.Offer.Kept) > 0:
		s.release(i, "what was taken falls short of the whole, and only the whole counts")
	case len(takings) == 0 && time:
		s.release(i, "the time of "+p.holders()+" ended and nobody took it")
	default:
		s.release(i, "")
	}
}

// release lets the third party have a part, and a signature that waited for it
// take effect.
func (s *step) release(i int, why string) {
	p := s.p
	s.follow(offtake.Released{
		Process: p.ID, Part: int64(i + 1), Quantity: p.Parts[i].Quantity,
		SignBy: p.Contract.after(s.a.At, p.Contract.Right.Tail.SignBy), Why: why,
	})
	s.effect()
}

// effect lets a signature that waited for a release take effect, where what it is
// for is released and its terms are permitted. One that named no quantity is for
// all that is released.
func (s *step) effect() {
	p := s.p
	w := p.Waiting
	if w == nil || p.Released() == 0 {
		return
	}
	terms := *w.Terms
	terms.Quantity = cmp.Or(w.Quantity, p.stillOffered())
	switch why, key := p.unclear(terms); {
	case why != "":
	case key != "":
		s.follow(offtake.ThirdPartySigned{Process: p.ID, Quantity: w.Quantity, Terms: terms, Conditional: true, Asked: true, Waited: true})
		s.doubt(key, nil)
	default:
		s.signed(terms, offtake.ThirdPartySigned{Waited: true})
	}
}

// signed lets a signature take effect.
func (s *step) signed(terms offtake.OfferTerms, e offtake.ThirdPartySigned) {
	e.Process, e.Quantity, e.Terms = s.p.ID, terms.Quantity, terms
	e.CloseBy = s.p.Contract.after(s.a.At, s.p.Contract.Right.Tail.CloseBy)
	s.follow(e)
}

// lapse frees what a holder was bound to and failed, or so much of it: the juniors never asked
// are, and where there are none it is released.
func (s *step) lapse(i int, quantity int64, why string) {
	p := s.p
	party := p.Parts[i].Party
	part := quantity != 0 && quantity != p.Parts[i].Quantity
	if !part {
		quantity = 0
	}
	s.follow(offtake.Lapsed{Process: p.ID, Part: int64(i + 1), Party: party, Quantity: quantity, Why: string(party) + " " + why})
	if part {
		i++ // behind what it is still bound to
	}
	switch {
	case p.Served.IsZero(): // a new notice is owed for the rest, and so for this
		s.follow(offtake.NoticeFoundDeficient{Process: p.ID})
	case !s.openNext(i):
		s.release(i, "")
	}
}

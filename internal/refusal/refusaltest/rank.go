package refusaltest

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

func (p *process) atOnce() bool { return p.t.right.Ranks.Mode == "concurrent" }

// openFirst opens the window of the first rank, or of all at once.
func (p *process) openFirst(q *part, at time.Time) {
	p.openRank(q, int64(p.seats[0].Rank), at, nil, false)
}

// openRank asks the holders of a rank about a part, from an instant that is
// taken as the receipt of the notice.
func (p *process) openRank(q *part, rank int64, at time.Time, kept map[offtake.PartyName]int64, lapsed bool) {
	r := &round{rank: rank, lapsed: lapsed, kept: kept, answers: map[offtake.PartyName]int64{}}
	for _, s := range p.seats {
		if int64(s.Rank) == rank || p.atOnce() {
			r.asked = append(r.asked, s.Party)
			s.asked = true
		}
	}
	q.move(offtake.Open, at)
	q.round = r
	p.rank, p.round = rank, 1
	p.run(q, offtake.DueAnswer, p.window(rank, at), at, true)
}

// window gives what a rank has.
func (p *process) window(rank int64, at time.Time) offtake.Duration {
	length := p.t.right.WindowOf(int(rank))
	if p.atOnce() {
		for _, h := range p.t.right.Holders {
			length = p.longer(length, p.t.right.WindowOf(h.Rank), at)
		}
	}
	if !p.after || rank > p.asked {
		return length
	}
	if !p.t.right.Retrigger.IsZero() {
		length = p.t.right.Retrigger
	}
	if rank == p.leftRank && p.left != (offtake.Duration{}) {
		length = p.longer(length, p.left, at)
	}
	return length
}

// longer gives the window that ends later.
func (p *process) longer(a, b offtake.Duration, at time.Time) offtake.Duration {
	x, y := &clock{from: at, length: a, notice: true}, &clock{from: at, length: b, notice: true}
	p.t.days.count(x)
	p.t.days.count(y)
	if y.by.After(x.by) {
		return b
	}
	return a
}

// endRound: all have answered, or their time is up.
func (p *process) endRound(q *part, at time.Time) {
	r := q.round
	kept := map[offtake.PartyName]int64{}
	for party, n := range r.kept {
		kept[party] += n
	}
	left := q.offered()
	for party, n := range p.takings(q) {
		if n > 0 {
			kept[party] += n
			left -= n
		}
	}
	if next := p.nextRank(r); left > 0 && next > 0 {
		p.openRank(q, next, at, kept, r.lapsed)
		return
	}
	if asked := p.full(kept); left > 0 && !r.further && !r.lapsed && len(asked) > 0 && !p.t.right.Undersubscribed.IsZero() {
		q.move(offtake.Allocating, at)
		q.round = &round{rank: r.rank, further: true, asked: asked, answers: map[offtake.PartyName]int64{}, kept: kept}
		p.round = 2
		p.run(q, offtake.DueAnswer, p.t.right.Undersubscribed, at, true)
		return
	}
	p.bind(q, kept, left, at)
}

// nextRank gives the first junior rank that was never asked, 0 where there is none.
func (p *process) nextRank(r *round) int64 {
	for _, s := range p.seats {
		if !r.further && int64(s.Rank) > r.rank && !s.asked {
			return int64(s.Rank)
		}
	}
	return 0
}

// full gives the holders that took at least their full share: what they would
// get of the whole offer if every holder of the clause took all it can.
func (p *process) full(kept map[offtake.PartyName]int64) (asked []offtake.PartyName) {
	lots := p.lots(p.quantity())
	var claims []*claim
	for _, h := range p.t.right.Holders {
		claims = append(claims, &claim{weight: h.Weight, most: lots})
	}
	hand(claims, lots)
	share := make([]int64, len(claims))
	last := 0
	for i, c := range claims {
		share[i] = c.got * p.unit()
		if c.got > 0 {
			last = i
		}
	}
	share[last] += p.quantity() - lots*p.unit()
	for _, s := range p.seats {
		if n := kept[s.Party]; n > 0 && n >= share[s.place] {
			asked = append(asked, s.Party)
		}
	}
	return asked
}

// unit is what may be taken at a time.
func (p *process) unit() int64 {
	if p.t.right.Partial != offtake.InLots {
		return p.quantity()
	}
	return p.lot()
}

// lots gives how many lots there are; the last takes what is smaller than one.
func (p *process) lots(n int64) int64 {
	if p.t.right.Partial != offtake.InLots {
		return 1
	}
	return max(n/p.lot(), 1)
}

// A claim is what a holder may get, and gets, of some lots.
type claim struct {
	party     offtake.PartyName
	weight    int64
	most, got int64
}

// takings shares what is offered of a part among those that accepted: seniors
// first, then by weight.
func (p *process) takings(q *part) map[offtake.PartyName]int64 {
	got := map[offtake.PartyName]int64{}
	left := q.offered()
	for i, first := range p.seats {
		var claims []*claim
		for _, s := range p.seats {
			if n := q.round.answers[s.Party]; s.Rank == first.Rank && n > 0 {
				claims = append(claims, &claim{party: s.Party, weight: s.Weight, most: n})
			}
		}
		again := i > 0 && p.seats[i-1].Rank == first.Rank
		if !again && left > 0 && len(claims) > 0 {
			left -= p.share(claims, left, got)
		}
	}
	return got
}

// share hands out a rank's part of what is left, in numbers of accelerators.
func (p *process) share(claims []*claim, left int64, got map[offtake.PartyName]int64) (gone int64) {
	if p.t.right.Partial != offtake.InLots {
		best := claims[0]
		for _, c := range claims {
			if c.weight > best.weight {
				best = c
			}
		}
		got[best.party] = left
		return left
	}
	lot, lots := p.lot(), p.lots(left)
	accepted := map[*claim]int64{}
	for _, c := range claims {
		accepted[c] = c.most
		c.most = min(p.lots(c.most), lots)
	}
	hand(claims, lots)
	for _, c := range claims {
		got[c.party] = c.got * lot
		gone += c.got * lot
	}
	if handed := gone / lot; handed == lots { // the last lot has what is smaller than one
		for i := len(claims) - 1; i >= 0; i-- {
			if c := claims[i]; c.got > 0 && accepted[c] >= c.got*lot+left-gone {
				got[c.party] += left - gone
				return left
			}
		}
	}
	return gone
}

// hand gives lots out by weight and largest remainder. Who gets all that it took is
// taken out first, one after the other, and the rest is for the others.
func hand(claims []*claim, lots int64) {
	open := slices.Clone(claims)
	for again := true; again; {
		again = false
		for i, c := range open {
			if lots*c.weight >= c.most*weightOf(open) {
				c.got = c.most
				lots -= c.most
				open, again = slices.Delete(open, i, i+1), true
				break
			}
		}
	}
	rest := make([]int64, len(open))
	weight := weightOf(open)
	spare := lots
	for i, c := range open {
		c.got, rest[i] = lots*c.weight/weight, lots*c.weight%weight
		spare -= c.got
	}
	for ; spare > 0 && len(open) > 0; spare-- {
		largest := 0
		for i := range open {
			if rest[i] > rest[largest] {
				largest = i
			}
		}
		open[largest].got++
		rest[largest] = -1
	}
}

func weightOf(claims []*claim) (sum int64) {
	for _, c := range claims {
		sum += c.weight
	}
	return sum
}

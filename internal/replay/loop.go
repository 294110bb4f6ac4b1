package replay

import (
	"context"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/actors"
	"github.com/offtake-dev/offtake/internal/buying"
	"github.com/offtake-dev/offtake/internal/civil"
	"github.com/offtake-dev/offtake/internal/dispatch"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/traces"
	"github.com/offtake-dev/offtake/internal/wire"
)

// code names the decider in the journal.
const code = "replay"

// second is one second of the replay in ticks.
const second = int64(time.Second)

// replay is a replay under way.
type replay struct {
	Options
	book   *offtake.Book
	from   time.Time
	end    int64 // the tick at which it ends; not inside
	now    int64 // tick
	cal    *civil.Calendar
	set    *traces.Set
	market *market.State
	stage  *actors.Stage
	buyer  *buying.Buyer

	journal journal.Journal
	version journal.Version
	entries []wire.Entry // not yet written
	acts    int64

	sched   scheduler
	clock   timers
	tally   tally
	changed []*pool // to be filled when nothing more happens at this instant
	blocked map[placing]offtake.ClauseRef
	met     map[offtake.ClauseRef]bool // commitments that are drawn in full
	shipped map[shipment]bool

	all        []*held // reservations that still have usage to report
	upcoming   int     // reservations that have not begun
	dayStart   int64   // second
	snapped    int64   // tick of the last snapshot
	orders     map[offtake.OpportunityID]*order
	byProcess  map[offtake.ProcessID]*order
	placed     int64 // orders, for their names
	standing   []standing
	deliveries []*delivery
	byDemand   map[offtake.DemandName]*delivery
	reached    map[reachKey]*reach
	out        Result
	dec        *decisions
	ended      bool
	last       int64 // tick at which the last job ended
	err        error
}

// placing is a kind of work in a pool.
type placing struct{ work, pool int }

func prepare(o Options) (*replay, error) {
	from, err := o.begin()
	if err != nil {
		return nil, err
	}
	latest, err := o.latest(from)
	if err != nil {
		return nil, err
	}
	until := o.To
	if until.IsZero() { // how far it will get shows as it goes: see termsChange
		until = from
	}
	if err := market.Supported(o.Setup, from, until); err != nil {
		return nil, err
	}
	r := &replay{
		Options: o, book: o.Setup.Book, from: from, end: int64(latest.Sub(from)),
		cal: o.Setup.Law.Calendar(""), journal: o.Journal, market: market.New(o.Setup), tally: newTally(),
		blocked: map[placing]offtake.ClauseRef{}, met: map[offtake.ClauseRef]bool{},
		orders: map[offtake.OpportunityID]*order{}, byProcess: map[offtake.ProcessID]*order{},
		reached: map[reachKey]*reach{}, byDemand: map[offtake.DemandName]*delivery{},
	}
	if r.journal == nil {
		r.journal = &journal.Memory{}
	}
	r.sched = scheduler{lines: map[lineKey]*line{}, rank: r.rankPools, start: r.startJob, stamp: 1}
	r.set, err = r.demand()
	if err != nil {
		return nil, err
	}
	for _, n := range r.set.Notes {
		if o.Notes != nil {
			o.Notes(n)
		}
	}
	return r, r.stageAll()
}

// demand reads the book's demand, or what takes its place.
func (r *replay) demand() (*traces.Set, error) {
	env := traces.Env{From: r.from, To: r.To, Seed: r.Seed, Open: r.Open, Known: r.known, Resolve: func(w offtake.When) time.Time {
		return r.Setup.Law.Resolve("", w)
	}}
	if len(r.Demand) > 0 {
		for _, s := range r.Demand {
			if err := r.declared(s); err != nil {
				return nil, err
			}
		}
		return traces.FromFiles(r.Demand, env)
	}
	return traces.FromBook(r.book, env)
}

// declared refuses words on the command line that the book does not have.
func (r *replay) declared(s traces.Spec) error {
	if _, ok := r.book.Accelerator(s.Accelerator); !ok {
		return offtake.Refuse(offtake.NotFound, "accelerator %q of demand %s is not declared in the book", s.Accelerator, s.File)
	}
	for _, p := range r.book.Purposes {
		if p == s.Purpose {
			return nil
		}
	}
	return offtake.Refuse(offtake.NotFound, "purpose %q of demand %s is not declared in the book", s.Purpose, s.File)
}

// stageAll sets up everything that moves.
func (r *replay) stageAll() error {
	var scenario offtake.Scenario
	if len(r.book.Scenarios) > 1 {
		return offtake.Refuse(offtake.NotSupported, "book %q has %d scenarios: choosing one is not supported yet", r.book.Name, len(r.book.Scenarios))
	}
	if len(r.book.Scenarios) == 1 {
		scenario = r.book.Scenarios[0]
	}
	resolve := func(w offtake.When) time.Time { return r.Setup.Law.Resolve("", w) }
	r.stage = actors.New(r.book, scenario, resolve)
	r.buyer = buying.New(r.book, r.Setup.Law, scenario.Buying, r.add)
	for i, w := range r.set.Works {
		if err := r.known(w); err != nil {
			return err
		}
		r.sched.works = append(r.sched.works, &work{index: i, demand: w.Demand, Work: dispatch.Work{
			Purpose: w.Purpose, Product: w.Product, Asset: w.Asset, Customer: w.Customer,
			Accelerators: w.Accelerators, Regions: w.Regions,
		}})
	}
	if r.Decisions != nil {
		r.dec = newDecisions(r.Decisions, r.from, r.Setup.TermsAt)
	}
	for _, p := range r.market.Holdings().Pools() {
		for _, h := range p.Held {
			r.reserved(h.CapacityReserved, nil)
		}
	}
	if err := r.refuseShortfalls(); err != nil {
		return err
	}
	if err := r.refuseOffers(); err != nil {
		return err
	}
	r.noteTooLate()
	r.stageTerms()
	r.stageDays()
	r.stageDeliveries()
	if r.buyer.Buys() {
		r.clock.at(0, rankLook, r.look)
	}
	return nil
}

// known refuses work in words that the book does not have, which rows of a
// trace can bring in.
func (r *replay) known(w traces.Work) error {
	q := dispatch.Work{Purpose: w.Purpose, Product: w.Product, Asset: w.Asset, Customer: w.Customer}
	for _, s := range w.Accelerators {
		f := q.Facts(dispatch.Pool{Accelerator: s.Accelerator})
		if _, err := r.Setup.Law.Question(offtake.Place, f); err != nil {
			return err
		}
	}
	return nil
}

// terms gives the instant whose terms hold at a tick.
func (r *replay) terms(at time.Time) time.Time {
	if !r.Setup.TermsAt.IsZero() {
		return r.Setup.TermsAt
	}
	return at
}

// stageTerms lets the terms change where the law says they do, unless they are held.
func (r *replay) stageTerms() {
	if !r.Setup.TermsAt.IsZero() {
		return
	}
	for _, t := range r.Setup.Law.Changes() {
		if t.After(r.from) && t.Before(r.at(r.end)) {
			r.clock.at(r.tick(t), rankTerms, r.termsChange)
		}
	}
	for _, a := range r.book.Agreements {
		for _, m := range a.Amendments {
			at, signed, _ := r.Setup.Law.Effective(a.Name, m.Name)
			if signed && at.After(r.from) && at.Before(r.at(r.end)) {
				r.clock.at(r.tick(at), rankTerms, func() { r.amend(a.Name, m.Name) })
			}
		}
	}
}

// termsChange ranks every pool again, and fills them from the next whole second on.
func (r *replay) termsChange() {
	if err := market.Supported(r.Setup, r.at(r.now), r.at(r.now)); err != nil {
		r.fail(err)
	}
	clear(r.shipped)
	r.reconsider()
}

// reconsider lets what waits be judged anew everywhere.
func (r *replay) reconsider() {
	clear(r.blocked)
	r.sched.stamp++
	r.clock.at(whole(r.now), rankBegin, func() {
		for _, p := range r.sched.pools {
			p.head = nil
			r.changed = append(r.changed, p)
		}
	})
}

// whole gives the tick of the next whole second: work starts on those only.
func whole(tick int64) int64 { return (tick + second - 1) / second * second }

// tick and at turn instants into nanoseconds of the replay and back.
func (r *replay) tick(t time.Time) int64     { return int64(t.Sub(r.from)) }
func (r *replay) at(tick int64) time.Time    { return r.from.Add(time.Duration(tick)) }
func (r *replay) second(sec int64) time.Time { return r.from.Add(time.Duration(sec) * time.Second) }

// add gives an instant so much later by the book's calendar: the same time of
// day for civil units.
func (r *replay) add(t time.Time, d offtake.Duration) time.Time {
	if d.IsZero() {
		return t
	}
	if d.Unit == offtake.Elapsed {
		return t.Add(d.Time)
	}
	day := r.cal.Day(t)
	into := t.Sub(r.cal.Start(day))
	switch d.Unit {
	case offtake.Weeks:
		day = day.AddDays(7 * d.Count)
	case offtake.Months:
		day = day.AddMonths(d.Count)
	case offtake.Years:
		day = day.AddMonths(12 * d.Count)
	case offtake.BusinessDays:
		for range d.Count {
			day = r.cal.NextBusinessDay(day)
		}
	default:
		day = day.AddDays(d.Count)
	}
	return r.cal.Start(day).Add(into)
}

// run is the loop: whatever comes next, until nothing does.
func (r *replay) run(ctx context.Context) error {
	for n := 0; !r.ended && r.err == nil; n++ {
		if n&0xfff == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if r.To.IsZero() && r.done() {
			r.now = r.last
			break
		}
		next := r.next()
		if len(r.changed) > 0 && (next.tick != r.now || next.rank > rankBegin) {
			r.fillChanged()
			continue
		}
		if next.tick >= r.end {
			r.now = r.end
			break
		}
		r.now = next.tick
		r.sched.now = next.tick / second
		r.do(next)
	}
	if r.err == nil {
		r.close()
	}
	return r.err
}

// step is what happens next: of which rank, and for a finish in which pool.
type step struct {
	tick int64
	rank rankOf
	pool *pool
}

// next gives the next step. Of what falls on one instant the lower rank comes
// first.
func (r *replay) next() (s step) {
	s.tick, s.rank = r.clock.next()
	sooner := func(tick int64, rank rankOf) bool {
		return tick < s.tick || tick == s.tick && rank < s.rank
	}
	if at, _, ok := r.market.Due(); ok {
		if t := max(r.tick(at), r.now); sooner(t, rankDeadline) {
			s = step{t, rankDeadline, nil}
		}
	}
	if at, ok := r.set.Peek(); ok && at <= r.end/second && sooner(at*second, rankArrive) {
		s = step{at * second, rankArrive, nil}
	}
	for _, p := range r.sched.pools {
		if len(p.running) > 0 {
			if t := r.sched.runs.all[p.running[0]].end * second; sooner(t, rankFinish) {
				s = step{t, rankFinish, p}
			}
		}
	}
	return s
}

func (r *replay) do(s step) {
	switch {
	case s.rank == rankFinish:
		r.finish(s.pool)
	case s.rank == rankArrive:
		r.arriveNext()
	case s.rank == rankDeadline:
		_, act, _ := r.market.Due()
		r.take(act)
	default:
		r.clock.pop().do()
	}
}

// fillChanged starts what waits for room, where room has come up.
func (r *replay) fillChanged() {
	pools := r.changed
	r.changed = nil
	for _, p := range pools {
		r.sched.fill(p)
	}
	r.sched.settle()
}

// done reports whether the last job has ended.
func (r *replay) done() bool {
	_, more := r.set.Peek()
	return !more && r.tally.waiting == 0 && r.tally.running == 0
}

// send has an act taken by the market and written into the journal. An act that
// is refused changes nothing.
func (r *replay) send(a offtake.Act) ([]offtake.Event, error) {
	if a.ID == "" {
		switch a.Deed.(type) {
		case offtake.PlaceJob, offtake.FinishJob, offtake.UsageReport:
		default:
			r.acts++
			a.ID = offtake.ActID("r" + strconv.FormatInt(r.acts, 10))
		}
	}
	events, err := r.market.Decide(a)
	if err != nil {
		return nil, err
	}
	r.market.Apply(a, events)
	r.entries = append(r.entries, wire.Entry{Code: code, Act: a, Events: events})
	if len(r.entries) >= 256 {
		r.write()
	}
	return events, nil
}

func (r *replay) write() {
	v, err := r.journal.Append(r.version, r.entries)
	if err != nil {
		r.fail(err)
	}
	r.version = v
	clear(r.entries)
	r.entries = r.entries[:0]
}

func (r *replay) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

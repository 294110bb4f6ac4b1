package replay_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
)

// The walk reads the decisions of a replay and nothing else of it, and holds
// every placement and purchase against the clauses as the book has them. It
// knows the words, what instant a date means, and no other code of the house.
type walk struct {
	t       tb
	book    *offtake.Book
	resolve func(offtake.When) time.Time
	pinned  time.Time

	capacity map[string]*walked
	asked    map[string][]*walkedProcess // by opportunity: whom the purchase had to be offered first
	term     map[string]offtake.Duration // by opportunity, of its offer
	bought   map[offtake.ClauseRef]int64 // accelerators, by the consent they were bought under
	ends     []walkedEnd                 // of placements that run
	placed   map[string]bool
	ran      map[string]time.Time // a product where it had to be first, since when
	jobs     int
	spend    offtake.Accrual
}

// walked is a reservation as the decisions, or the book, tell of it.
type walked struct {
	provider, accelerator, region, site string
	quantity, used                      int64
	from, until                         time.Time
	price                               offtake.Money
	byUse                               bool
}

// walkedProcess is a first refusal being run, as the decisions tell of it.
type walkedProcess struct {
	id, clause, state string
	right             offtake.FirstRefusal // as it was when the process opened
}

// cleared reports whether the process leaves the third party's offer free.
func (p *walkedProcess) cleared() bool {
	return p.state == "released" || p.state == "waived" || p.state == "not_triggered"
}

type walkedEnd struct {
	at          time.Time
	reservation string
	n           int64
}

// clauses gives those in force at an instant, found by reading the text from
// the top.
func (w *walk) clauses(at time.Time) map[offtake.ClauseRef]offtake.Clause {
	if !w.pinned.IsZero() {
		at = w.pinned
	}
	out := map[offtake.ClauseRef]offtake.Clause{}
	for _, a := range w.book.Agreements {
		if at.Before(w.resolve(a.Effective)) || !a.Until.IsZero() && !at.Before(w.resolve(a.Until)) {
			continue
		}
		now := map[offtake.ClauseName]offtake.Clause{}
		for _, c := range a.Clauses {
			now[c.Name] = c
		}
		amendments := slices.Clone(a.Amendments)
		slices.SortStableFunc(amendments, func(x, y offtake.Amendment) int { return w.resolve(x.Effective).Compare(w.resolve(y.Effective)) })
		for _, m := range amendments {
			if at.Before(w.resolve(m.Effective)) {
				continue
			}
			for _, name := range m.Remove {
				delete(now, name)
			}
			for _, c := range m.Clauses {
				now[c.Name] = c
			}
		}
		for name, c := range now {
			if !c.From.IsZero() && at.Before(w.resolve(c.From)) || w.over(c.Until, at) {
				continue
			}
			out[offtake.ClauseRef{Agreement: a.Name, Clause: name}] = c
		}
	}
	return out
}

func (w *walk) over(u offtake.Until, at time.Time) bool {
	if !u.At.IsZero() && !at.Before(w.resolve(u.At)) {
		return true
	}
	if slices.ContainsFunc(u.FirstOf, func(f offtake.Until) bool { return w.over(f, at) }) {
		return true
	}
	return !u.Determined.IsZero() && slices.ContainsFunc(w.book.Statements, func(s offtake.Statement) bool {
		return s.Of == u.Determined && s.Says == offtake.SaysYes && !at.Before(w.resolve(s.At))
	})
}

// forbids finds a clause that forbids what the facts say.
func (w *walk) forbids(f offtake.Facts, at time.Time) (offtake.ClauseRef, bool) {
	inForce := w.clauses(at)
	for ref, c := range inForce {
		if _, asks := c.Body.(offtake.FirstRefusal); asks || !w.restricts(ref, c.Body, f, at) {
			continue
		}
		if _, lifted := w.lifting(inForce, ref, f); !lifted {
			return ref, true
		}
	}
	return offtake.ClauseRef{}, false
}

// restricts reports whether a clause stands in the way of what the facts say,
// unless a consent lifts it or, of a first refusal, its holders were asked.
func (w *walk) restricts(ref offtake.ClauseRef, body offtake.Body, f offtake.Facts, at time.Time) bool {
	switch b := body.(type) {
	case offtake.Exclusivity:
		return b.Provider != f.Provider && b.Scope.Matches(f)
	case offtake.FirstPlacement:
		return f.Capacity == offtake.HeldCapacity && f.Product != "" && b.Provider != f.Provider && b.Scope.Matches(f) && !w.excused(b, ref, f.Product, at) && !w.headStartOver(b, f.Product, at)
	case offtake.FirstRefusal:
		return f.Capacity == offtake.NewCapacity && b.Grantor == w.book.Buyer && !w.holds(b, f.Provider) && b.Scope.Matches(f)
	}
	return false
}

// holds reports whether a provider is a holder's: what it sells is no third
// party's.
func (w *walk) holds(r offtake.FirstRefusal, name offtake.ProviderName) bool {
	p, _ := w.book.Provider(name)
	return slices.ContainsFunc(r.Holders, func(h offtake.Holder) bool { return h.Provider == name || h.Party == p.Party })
}

// lifting finds a consent that lifts a clause, the first by name. What is bought
// must fit into what the purchases before have left of its limit; what is held
// is not bought again.
func (w *walk) lifting(inForce map[offtake.ClauseRef]offtake.Clause, ref offtake.ClauseRef, f offtake.Facts) (found offtake.ClauseRef, ok bool) {
	for name, c := range inForce {
		b, is := c.Body.(offtake.Consent)
		if !is || !slices.Contains(b.Lifts, ref) || !b.Scope.Matches(f) || ok && name.String() > found.String() {
			continue
		}
		if b.Limit.Quantity == 0 || f.Capacity != offtake.NewCapacity || w.bought[name]+f.Quantity <= b.Limit.Quantity {
			found, ok = name, true
		}
	}
	return found, ok
}

// excused reports whether every statement that frees a product has been made.
func (w *walk) excused(b offtake.FirstPlacement, ref offtake.ClauseRef, p offtake.Product, at time.Time) bool {
	for _, need := range b.Unless.Statements {
		if !slices.ContainsFunc(w.book.Statements, func(s offtake.Statement) bool {
			return s.Of == ref && s.By == b.Unless.By && s.Says == need && slices.Contains(s.Products, p) && !at.Before(w.resolve(s.At))
		}) {
			return false
		}
	}
	return len(b.Unless.Statements) > 0
}

// headStartOver reports whether a product first ran where it had to first so long
// ago that it may run elsewhere. It counts whole days from that day on.
func (w *walk) headStartOver(b offtake.FirstPlacement, p offtake.Product, at time.Time) bool {
	first, ran := w.ran[string(p)+" on "+string(b.Provider)]
	if !ran || b.HeadStart.Unit != offtake.Days {
		return ran && b.HeadStart.Unit != offtake.Days
	}
	return !at.Before(first.AddDate(0, 0, b.HeadStart.Count).Truncate(24 * time.Hour))
}

// begin holds what the book's own reservation clauses say.
func (w *walk) begin(from time.Time) {
	w.capacity, w.placed, w.ran = map[string]*walked{}, map[string]bool{}, map[string]time.Time{}
	w.asked, w.term, w.bought = map[string][]*walkedProcess{}, map[string]offtake.Duration{}, map[offtake.ClauseRef]int64{}
	w.own(from)
	for _, a := range w.book.Agreements {
		for _, t := range append(effectives(a.Amendments), a.Effective) {
			if at := w.resolve(t); at.After(from) && w.pinned.IsZero() {
				w.own(at)
			}
		}
	}
}

func effectives(ms []offtake.Amendment) (out []offtake.When) {
	for _, m := range ms {
		out = append(out, m.Effective)
	}
	return out
}

func (w *walk) own(at time.Time) {
	for ref, c := range w.clauses(at) {
		if r, ok := c.Body.(offtake.Reservation); ok && w.capacity[ref.String()] == nil {
			w.capacity[ref.String()] = &walked{
				provider: string(r.Provider), accelerator: string(r.Accelerator), region: string(r.Region), site: string(r.Site),
				quantity: r.Quantity, from: w.resolve(r.Window.From), until: w.resolve(r.Window.Until), price: r.Price, byUse: r.UnusedCharge == 0,
			}
		}
	}
}

// follow walks over the decisions.
func (w *walk) follow(r told) {
	w.begin(r.From)
	for i, l := range r.lines {
		switch l["decision"] {
		case "offer.received":
			w.offer(l)
		case "process.opened":
			w.open(i, l)
		case "accepted", "fulfilled", "released", "waived", "withdrawn", "tail.expired":
			w.step(i, l)
		case "reserved":
			w.reserved(i, l)
		case "place":
			w.place(i, l, r.To)
		}
	}
	for _, c := range w.capacity {
		if !c.byUse {
			w.spend = w.spend.Add(offtake.Accrue(c.price, c.quantity*seconds(later(c.from, r.From), earlier(c.until, r.To))))
		}
	}
}

func seconds(from, until time.Time) int64 { return max(int64(until.Sub(from)/time.Second), 0) }
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func word(l map[string]any, key string) string { s, _ := l[key].(string); return s }

func (w *walk) offer(l map[string]any) {
	term, err := offtake.ParseDuration(word(l, "term"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.term[word(l, "opportunity")] = term
}

func (w *walk) open(i int, l map[string]any) {
	p := &walkedProcess{id: word(l, "process"), clause: word(l, "clause"), state: word(l, "state")}
	for ref, c := range w.clauses(instant(w.t, l["at"])) {
		if ref.String() != p.clause {
			continue
		}
		switch right := c.Body.(type) {
		case offtake.FirstRefusal:
			p.right = right
		case offtake.FirstPlacement: // it is held against every place
			return
		}
	}
	if p.right.Grantor == "" {
		w.t.Errorf("decision %d: process %s runs %s, which is no first refusal in force", i+1, p.id, p.clause)
	}
	opportunity, _, _ := strings.Cut(p.id, "#")
	w.asked[opportunity] = append(w.asked[opportunity], p)
}

func (w *walk) step(i int, l map[string]any) {
	opportunity, _, _ := strings.Cut(word(l, "process"), "#")
	for _, p := range w.asked[opportunity] {
		if p.id == word(l, "process") {
			p.state = word(l, "decision")
			return
		}
	}
	w.t.Errorf("decision %d: process %s is %s and was never opened", i+1, l["process"], l["decision"])
}

// offeredFirst checks that nobody with a right to match was passed by, and
// counts what is bought against the consents that spared it.
func (w *walk) offeredFirst(where, opportunity string, f offtake.Facts, at time.Time) {
	state := map[string]string{}
	for _, p := range w.asked[opportunity] {
		state[p.clause] = p.state
		if !p.cleared() && !w.holds(p.right, f.Provider) {
			w.t.Errorf("%s while process %s is %s", where, p.id, p.state)
		}
	}
	inForce := w.clauses(at)
	under := map[offtake.ClauseRef]bool{}
	for ref, c := range inForce {
		if !w.restricts(ref, c.Body, f, at) {
			continue
		}
		consent, lifted := w.lifting(inForce, ref, f)
		under[consent] = lifted
		if _, asks := c.Body.(offtake.FirstRefusal); !asks || lifted {
			continue
		}
		// Nothing spares this purchase, so "not triggered" is no clearance here.
		if s := state[ref.String()]; s != "released" && s != "waived" {
			w.t.Errorf("%s, which %s lets its holder match first; its process is %q", where, ref, s)
		}
	}
	for consent, lifted := range under {
		if lifted {
			w.bought[consent] += f.Quantity
		}
	}
}

func (w *walk) reserved(i int, l map[string]any) {
	price, err := offtake.ParseMoney(word(l, "price"))
	if err != nil {
		w.t.Fatal(err)
	}
	c := &walked{
		provider: word(l, "provider"), accelerator: word(l, "accelerator"), region: word(l, "region"), site: word(l, "site"),
		quantity: int64(l["quantity"].(float64)), from: instant(w.t, l["from"]), until: instant(w.t, l["until"]), price: price,
		byUse: l["kind"] == "on_demand" || l["kind"] == "spot",
	}
	w.capacity[word(l, "reservation")] = c
	at := instant(w.t, l["at"])
	f := offtake.Facts{
		Provider: offtake.ProviderName(c.provider), Accelerator: offtake.Accelerator(c.accelerator), Region: offtake.Region(c.region),
		Site: offtake.Site(c.site), Quantity: c.quantity, Capacity: offtake.NewCapacity, Route: w.route(c.provider),
		Purposes: []offtake.Purpose{offtake.Purpose(word(l, "purpose"))}, Start: offtake.When{Instant: c.from},
		Term: w.term[word(l, "opportunity")],
	}
	where := fmt.Sprintf("decision %d: %d of %s bought of %s at %s", i+1, c.quantity, c.accelerator, c.provider, offtake.Stamp(at))
	if ref, bad := w.forbids(f, at); bad {
		w.t.Errorf("%s, which %s forbids", where, ref)
	}
	w.offeredFirst(where, word(l, "opportunity"), f, at)
}

func (w *walk) route(provider string) offtake.Route {
	if p, _ := w.book.Provider(offtake.ProviderName(provider)); p.BuiltByBuyer {
		return offtake.Build
	}
	return offtake.Cloud
}

// place checks that the job is new, that a clause does not forbid it, and that
// there is room in what it takes until it ends.
func (w *walk) place(i int, l map[string]any, end time.Time) {
	at, until := instant(w.t, l["at"]), instant(w.t, l["until"])
	where := fmt.Sprintf("decision %d: job %s at %s", i+1, l["job"], offtake.Stamp(at))
	if w.placed[word(l, "job")] {
		w.t.Errorf("%s is placed twice", where)
	}
	w.placed[word(l, "job")] = true
	w.jobs++
	f := offtake.Facts{
		Provider: offtake.ProviderName(word(l, "provider")), Accelerator: offtake.Accelerator(word(l, "accelerator")),
		Region: offtake.Region(word(l, "region")), Site: offtake.Site(word(l, "site")), Quantity: int64(l["accelerators"].(float64)),
		Capacity: offtake.HeldCapacity, Route: w.route(word(l, "provider")), Product: offtake.Product(word(l, "product")),
		Purposes: []offtake.Purpose{offtake.Purpose(word(l, "purpose"))}, Asset: offtake.Asset(word(l, "asset")), Customer: offtake.Customer(word(l, "customer")),
	}
	if ref, bad := w.forbids(f, at); bad {
		w.t.Errorf("%s runs on %s, which %s forbids", where, f.Provider, ref)
	}
	for _, c := range w.clauses(at) {
		b, is := c.Body.(offtake.FirstPlacement)
		ran := string(f.Product) + " on " + string(f.Provider)
		if _, known := w.ran[ran]; is && b.Provider == f.Provider && f.Product != "" && !known {
			w.ran[ran] = at
		}
	}
	w.finish(at)
	var n int64
	for _, part := range l["reservations"].([]any) {
		p := part.(map[string]any)
		c := w.capacity[word(p, "id")]
		took := int64(p["accelerators"].(float64))
		n += took
		switch {
		case c == nil:
			w.t.Fatalf("%s takes from %s, which is not held", where, p["id"])
		case at.Before(c.from) || until.After(c.until):
			w.t.Errorf("%s runs to %s in %s, held from %s to %s", where, offtake.Stamp(until), p["id"], offtake.Stamp(c.from), offtake.Stamp(c.until))
		case c.provider != word(l, "provider") || c.accelerator != word(l, "accelerator") || c.region != word(l, "region") || c.site != word(l, "site"):
			w.t.Errorf("%s takes from %s, which is elsewhere", where, p["id"])
		}
		if c.used += took; c.used > c.quantity {
			w.t.Errorf("%s fills %s to %d of %d", where, p["id"], c.used, c.quantity)
		}
		if c.byUse {
			w.spend = w.spend.Add(offtake.Accrue(c.price, took*seconds(at, earlier(until, end))))
		}
		w.ends = append(w.ends, walkedEnd{until, word(p, "id"), took})
	}
	if n != f.Quantity {
		w.t.Errorf("%s takes %d of the %d it asks for", where, n, f.Quantity)
	}
}

// finish frees what has ended by an instant.
func (w *walk) finish(at time.Time) {
	w.ends = slices.DeleteFunc(w.ends, func(e walkedEnd) bool {
		if e.at.After(at) {
			return false
		}
		w.capacity[e.reservation].used -= e.n
		return true
	})
}

// sumOf counts jobs and GPU-seconds of the rows of a trace.
type sumOf struct{ jobs, seconds int64 }

// balanced checks the sums that must hold whatever was decided.
func balanced(t tb, r told, want sumOf) {
	t.Helper()
	if r.Jobs != want.jobs || r.GPUSeconds != want.seconds {
		t.Errorf("demanded are %d jobs of %d GPU-seconds, want %d of %d", r.Jobs, r.GPUSeconds, want.jobs, want.seconds)
	}
	if sum := r.ServedGPUSeconds + r.WaitingGPUSeconds + r.UnservedGPUSeconds; sum != r.GPUSeconds {
		t.Errorf("served %d + waiting %d + unserved %d = %d, want %d", r.ServedGPUSeconds, r.WaitingGPUSeconds, r.UnservedGPUSeconds, sum, r.GPUSeconds)
	}
	if sum := r.ServedJobs + r.RunningJobs + r.WaitingJobs + r.UnservedJobs; sum != r.Jobs {
		t.Errorf("jobs served, running, waiting and unserved are %d together, want %d", sum, r.Jobs)
	}
	var by int64
	for _, p := range r.Providers {
		by += p.GPUSeconds
	}
	if by != r.ServedGPUSeconds {
		t.Errorf("the providers served %d GPU-seconds, want %d", by, r.ServedGPUSeconds)
	}
	for _, n := range []int64{r.ServedGPUSeconds, r.WaitingGPUSeconds, r.UnservedGPUSeconds, r.WaitingJobs, r.UnservedJobs, r.Wait.P50} {
		if n < 0 {
			t.Errorf("%+v holds a number below zero", r.Result)
		}
	}
	if len(r.of("place")) != int(r.ServedJobs+r.RunningJobs) || len(r.of("unserved")) != int(r.UnservedJobs) || len(r.of("waiting")) != int(r.WaitingJobs) {
		t.Errorf("decisions tell of %d placed, %d waiting and %d unserved jobs, the result of %d, %d and %d",
			len(r.of("place")), len(r.of("waiting")), len(r.of("unserved")), r.ServedJobs+r.RunningJobs, r.WaitingJobs, r.UnservedJobs)
	}
}

// walked over, a replay has broken no clause and spent what its decisions cost.
func walkOver(t tb, b *offtake.Book, r told, resolve func(offtake.When) time.Time) {
	t.Helper()
	w := &walk{t: t, book: b, resolve: resolve, pinned: r.Terms}
	w.follow(r)
	spend, _ := w.spend.Round()
	if cmp.Compare(spend.Sub(r.Spend.Money).Sign(), 0) != 0 {
		t.Errorf("the decisions cost %s, the replay spent %s", spend, r.Spend)
	}
}

// heard is a tb that only remembers whether it was told of a mistake.
type heard struct{ lines []string }

func (h *heard) Helper()                   {}
func (h *heard) Error(a ...any)            { h.lines = append(h.lines, fmt.Sprint(a...)) }
func (h *heard) Errorf(f string, a ...any) { h.lines = append(h.lines, fmt.Sprintf(f, a...)) }
func (h *heard) Fatal(a ...any)            { panic(fmt.Sprint(a...)) }
func (h *heard) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }
func (h *heard) has(what string) bool      { return strings.Contains(strings.Join(h.lines, "\n"), what) }

// A walk that sees nothing proves nothing: each of these lies is seen.
func TestTheWalkSeesWhatIsWrong(t *testing.T) {
	placed := read(t, base+`  only-north: {text: Only north., exclusivity: {provider: north, scope: {}}}
`+held("cluster", "north", "h100", 16, "2025-01-20")+held("theirs", "south", "h100", 16, "2025-01-20"))
	asked := read(t, base+refusalClause+supply("south", 64, "3")+scenario("{party: north, answers: passes, after: P2BD}"))
	matched := read(t, base+refusalClause+supply("south", 64, "3")+scenario("{party: north, answers: matches, after: P2BD}"))
	spared := read(t, base+refusalClause+spare("match", 24)+supply("south", 64, "3")+scenario(""))
	allowed := read(t, base+`  only-north: {text: Only north., exclusivity: {provider: north, scope: {capacity: new}}}
`+spare("only-north", 24)+supply("south", 64, "3")+scenario(""))
	for _, c := range []struct {
		name, want string
		book       *offtake.Book
		lie        func(w *told)
	}{
		{"the truth of a placement", "", placed, func(*told) {}},
		{"another provider", "which deal/only-north forbids", placed, func(w *told) {
			w.of("place")[0]["provider"] = "south"
			w.of("place")[0]["reservations"].([]any)[0].(map[string]any)["id"] = "deal/theirs"
		}},
		{"more than is held", "fills deal/cluster to 17 of 16", placed, func(w *told) {
			w.of("place")[0]["accelerators"] = 17.0
			w.of("place")[0]["reservations"].([]any)[0].(map[string]any)["accelerators"] = 17.0
		}},
		{"longer than it is held", "held from", placed, func(w *told) { w.of("place")[0]["until"] = "2025-02-01T00:00:00Z" }},
		{"fewer than it asks for", "takes 8 of the 9 it asks for", placed, func(w *told) { w.of("place")[0]["accelerators"] = 9.0 }},
		{"elsewhere", "which is elsewhere", placed, func(w *told) { w.of("place")[0]["region"] = "there" }},

		{"the truth of a release", "", asked, func(*told) {}},
		{"never released", "while process buy-1#1 is notify_due", asked, func(w *told) { w.drop("released") }},
		{"released too late", "while process buy-1#1 is notify_due", asked, func(w *told) {
			released := w.of("released")
			w.drop("released")
			w.lines = append(w.lines, released...)
		}},
		{"released, and the time to sign run out", "while process buy-1#1 is tail.expired", asked, func(w *told) { w.of("third_party.signed")[0]["decision"] = "tail.expired" }},
		{"called not triggered", `lets its holder match first; its process is "not_triggered"`, asked, func(w *told) {
			w.drop("released")
			w.of("process.opened")[0]["state"] = "not_triggered"
		}},
		{"no process at all", `deal/match lets its holder match first; its process is ""`, asked, func(w *told) { w.drop("process.opened", "released") }},
		{"another's process", "is released and was never opened", asked, func(w *told) { w.of("released")[0]["process"] = "buy-2#1" }},
		{"a process under no right", "runs deal/note, which is no first refusal in force", asked, func(w *told) { w.of("process.opened")[0]["clause"] = "deal/note" }},

		{"the truth of a match", "", matched, func(*told) {}},
		{"matched, and bought of the third party", "while process buy-1#1 is fulfilled", matched, func(w *told) { w.of("reserved")[0]["provider"] = "south" }},

		{"the truth of a right lifted within a limit", "", spared, func(*told) {}},
		{"lifted beyond its limit at once", `deal/match lets its holder match first; its process is "not_triggered"`, spared, func(w *told) { w.of("reserved")[0]["quantity"] = 25.0 }},
		{"lifted beyond its limit with what was bought before", `deal/match lets its holder match first; its process is "not_triggered"`, spared, func(w *told) { w.of("reserved")[0]["quantity"] = 17.0 }},
		{"the truth of an exclusivity lifted within a limit", "", allowed, func(*told) {}},
		{"allowed beyond its limit with what was bought before", "which deal/only-north forbids", allowed, func(w *told) { w.of("reserved")[0]["quantity"] = 17.0 }},
	} {
		w := tell(t, c.book, jobs("a 0 60 8", "b 200000 200000 8", "c 250000 60 8"), nil)
		c.lie(&w)
		var h heard
		walkOver(&h, c.book, w, utc)
		if (c.want == "") != (len(h.lines) == 0) || !h.has(c.want) {
			t.Errorf("%s: the walk says %q, want %q", c.name, h.lines, c.want)
		}
	}
}

// spare is a consent to buy so many of south whatever a clause says.
func spare(clause offtake.ClauseName, n int) string {
	return fmt.Sprintf("  spare-%[1]s: {text: South may sell some., consent: {lifts: [%[1]s], scope: {capacity: new, provider: [south]}, limit: {quantity: %[2]d}}}\n", clause, n)
}

// drop leaves decisions out of what is told.
func (w *told) drop(decisions ...string) {
	w.lines = slices.DeleteFunc(w.lines, func(l map[string]any) bool { return slices.Contains(decisions, word(l, "decision")) })
}

package refusal_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/refusal/docket"
	"github.com/offtake-dev/offtake/internal/refusal/refusaltest"
)

// TestSearch tries every sequence of up to seven acts of an alphabet, each at
// four instants: as soon as it can, just before the next deadline, at it, and
// just after it. States that are equal are looked at once. Every act that is
// taken and every deadline that falls is held against the laws.
func TestSearch(t *testing.T) {
	if testing.Short() {
		t.Skip("searching hundreds of thousands of states takes a while")
	}
	const least = 800_000
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // states are kept, and little else
	s := newSearch(t, searched(t))
	for depth := 1; depth <= 7; depth++ {
		s.deeper(depth == 7)
		t.Logf("%d acts: %d states, %d steps", depth, len(s.seen), s.steps)
	}
	if len(s.seen) < least {
		t.Errorf("%d distinct states were visited, want at least %d", len(s.seen), least)
	}
}

// searched is the clause: two holders in two ranks over two lots, with much of
// what a clause can ask for.
func searched(t *testing.T) offtake.FirstRefusal {
	f := plain(t).Right
	f.Holders = []offtake.Holder{
		{Party: "microsoft", Provider: "azure", Rank: 1, Weight: 1}, {Party: "crusoe", Provider: "crusoe", Rank: 2, Weight: 1},
	}
	f.Ranks = offtake.Ranks{Mode: "sequential", NextStarts: "on_response"}
	f.Partial, f.Undersubscribed = offtake.InLots, duration("P3BD")
	f.Window, f.Definitive, f.Retrigger = duration("P3BD"), duration("P2BD"), duration("P2BD")
	f.Notice.Deficiency, f.Notice.ObjectionWithin = offtake.InquiryDuty, duration("P1BD")
	f.DeliveryGate, f.DeliveryGrace = true, duration("P30D")
	f.Tolling, f.Determiner = []string{"war"}, "panel"
	f.Tail = offtake.Tail{SignBy: duration("P5D"), CloseBy: duration("P2D")}
	return f
}

// alphabet are the acts, by party.
func alphabet() (acts []offtake.Act) {
	offer := docket.Offer()
	offer.Quantity = 144
	for _, a := range []struct {
		by   offtake.PartyName
		deed offtake.Deed
	}{
		{"openai", offtake.OfferReceive{Terms: offer}},
		{"openai", offtake.NoticeServe{Contents: docket.Plain().Notice.Contents}},
		{"openai", offtake.NoticeServe{Contents: slices.DeleteFunc(slices.Clone(docket.Plain().Notice.Contents), func(c offtake.Content) bool { return c == "price" })}},
		{"microsoft", offtake.Accept{}},
		{"microsoft", offtake.Accept{Quantity: 72}},
		{"crusoe", offtake.Accept{}},
		{"crusoe", offtake.Accept{Quantity: 72}},
		{"microsoft", offtake.Decline{}},
		{"crusoe", offtake.Decline{}},
		{"microsoft", offtake.NoticeObject{Missing: []offtake.Content{"price"}}},
		{"crusoe", offtake.NoticeObject{Question: offtake.DoubtGoodFaith}},
		{"panel", offtake.Determine{Answer: offtake.ForHolder}},
		{"panel", offtake.Determine{Answer: offtake.ForGrantor}},
		{"openai", offtake.Toll{Cause: "war"}},
		{"microsoft", offtake.Resume{}},
		{"openai", offtake.OfferRevise{Terms: offtake.OfferTerms{Price: money("USD 9.00")}}},
		{"openai", offtake.OfferWithdraw{}},
		{"openai", offtake.ThirdPartySign{}},
		{"openai", offtake.ThirdPartySign{Terms: offtake.OfferTerms{Quantity: 72}, Conditional: true}},
		{"openai", offtake.ThirdPartyClose{}},
		{"openai", offtake.DefinitiveSign{Party: "microsoft"}},
		{"crusoe", offtake.Deliver{}},
		{"openai", offtake.HolderDefault{Party: "microsoft"}},
	} {
		acts = append(acts, offtake.Act{ID: offtake.ActID(fmt.Sprint(a.by, " ", a.deed.Name(), " ", len(acts))), By: a.by, Opportunity: "o", Deed: a.deed})
	}
	return acts
}

// A search goes breadth first through the states of a clause.
type search struct {
	t     *testing.T
	laws  *refusaltest.Laws
	acts  []offtake.Act
	seen  map[[16]byte]struct{}
	front []node
	steps int

	stands []refusaltest.Standing // of the state that is being left
}

// A node is a state with how it was reached.
type node struct {
	board
	path *path
}

// A path is the acts that lead to a state, the last first.
type path struct {
	act  offtake.Act
	from *path
}

func newSearch(t *testing.T, f offtake.FirstRefusal) *search {
	c := contract(t, f)
	days := plainDays(f.Time)
	s := &search{t: t, laws: &refusaltest.Laws{Right: f, Book: c.Book, Days: days, Dates: days}, acts: alphabet(), seen: map[[16]byte]struct{}{}}
	s.front = []node{{board: board{contract: c, now: time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC)}}}
	return s
}

// deeper lets one more act happen in every state of the front. After the last
// one nobody goes on.
func (s *search) deeper(last bool) {
	front := s.front
	s.front = nil
	for i := 0; i < len(front); i++ {
		n := front[i]
		s.stands = standingsOf(n.ps)
		due, falls, ok := n.due()
		if ok && due.Before(n.now) { // several fell together
			if next, reached := s.step(&n, falls); reached {
				next.now = n.now
				front = append(front, next)
			}
			continue
		}
		for _, at := range instants(n.now, due, ok) {
			for _, a := range s.acts {
				a.At = at
				if next, reached := s.step(&n, a); reached && !last {
					s.front = append(s.front, next)
				}
			}
		}
		if ok { // or nobody acts, and the deadline falls
			if next, reached := s.step(&n, falls); reached {
				next.now = next.now.Add(1)
				front = append(front, next)
			}
		}
	}
}

// instants are those at which an act is tried: at once, between, just before the
// next deadline and at it. What comes just after it starts from the state in
// which it has fallen.
func instants(now, due time.Time, ok bool) []time.Time {
	if !ok {
		return []time.Time{now}
	}
	var at []time.Time
	for _, t := range []time.Time{now, due.Add(-1), due} {
		if !t.Before(now) && (len(at) == 0 || t.After(at[len(at)-1])) {
			at = append(at, t)
		}
	}
	return at
}

// step takes an act, or lets a deadline fall, and holds what follows against the
// laws. It reports whether that is a state nobody has been in.
func (s *search) step(n *node, a offtake.Act) (node, bool) {
	events, err := n.decide(a)
	if err != nil {
		return node{}, false
	}
	s.steps++
	next := node{board: n.after(a, events), path: &path{a, n.path}}
	key := next.key()
	s.hold(n, &next, a, events)
	if _, known := s.seen[key]; known {
		return node{}, false
	}
	s.seen[key] = struct{}{}
	return next, true
}

func (s *search) hold(n, next *node, a offtake.Act, events []offtake.Event) {
	after := refusaltest.Step{Act: a, Outcome: refusaltest.Taken, Events: events, After: standingsOf(next.ps)}
	if err := s.laws.Step(s.stands, &after); err != nil {
		var acts []offtake.Act
		for p := next.path; p != nil; p = p.from {
			acts = append([]offtake.Act{p.act}, acts...)
		}
		s.t.Fatalf("%s%v", told(s.laws.Right, acts), err)
	}
}

// key tells states apart: by everything a process holds that can matter for
// what follows. Where all windows are of business days an instant matters by its
// day, and by whether it comes before, at or after the cut-off; what is kept only
// to be shown does not matter at all.
func (b *board) key() (k [16]byte) {
	text := make([]byte, 0, 1024)
	for i := range b.ps {
		p := b.ps[i]
		text = append(text, string(p.State())...)
		p.Why, p.Opened, p.Triggered, p.Served = "", time.Time{}, known(p.Triggered), known(p.Served)
		p.Folded = 0
		p.Seats = slices.Clone(p.Seats)
		for n := range p.Seats {
			p.Seats[n].Until = time.Time{}
		}
		p.Parts = slices.Clone(p.Parts)
		for n := range p.Parts {
			text = append(text, b.order(&p.Parts[n], b.ps[i].Parts)...)
		}
		text = canonical(text, reflect.ValueOf(&p).Elem())
	}
	sum := sha256.Sum256(text)
	copy(k[:], sum[:])
	return k
}

func known(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Unix(0, 0)
}

// order takes out of a part since when it stands so, but for its place among the
// others and, where that can be undone, whether it is now.
func (b *board) order(q *refusal.Part, all []refusal.Part) []byte {
	before, same := byte(0), byte(0)
	for _, other := range all {
		if other.Since.Before(q.Since) {
			before++
		}
		if other.Since.Equal(q.Since) {
			same++
		}
	}
	now := byte(0)
	if q.State == offtake.IsWithdrawn && q.Since.Equal(b.now) {
		now = 1
	} else {
		q.Was = ""
	}
	q.Since = time.Time{}
	if refusal.Final(q.State) && now == 0 {
		q.Clock, q.Offer, q.Signed = &refusal.Clock{}, nil, nil
	}
	if q.Signed != nil {
		signed := *q.Signed
		signed.At = time.Time{}
		q.Signed = &signed
	}
	return []byte{before, same, now}
}

// phase gives an instant as its day and its place about the cut-off.
func phase(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	n, known := phases[t.UnixNano()]
	if !known {
		y, m, d := t.In(losAngeles).Date()
		cutoff := time.Date(y, m, d, 17, 0, 0, 0, losAngeles)
		n = uint64(y*10000+int(m)*100+d)*4 + uint64(1+t.Compare(cutoff))
		phases[t.UnixNano()] = n
	}
	return n
}

var phases = map[int64]uint64{} // there are few

var losAngeles = func() *time.Location {
	cal, _ := docket.Calendars.Get("us-business")
	return cal.Location()
}()

var (
	instantType = reflect.TypeFor[time.Time]()
	termsType   = reflect.TypeFor[offtake.OfferTerms]()
)

// canonical writes a value that can be addressed.
func canonical(to []byte, v reflect.Value) []byte {
	switch v.Type() {
	case instantType:
		return binary.BigEndian.AppendUint64(to, phase(*v.Addr().Interface().(*time.Time)))
	case termsType: // of which the alphabet changes just these
		t := v.Addr().Interface().(*offtake.OfferTerms)
		return append(binary.BigEndian.AppendUint64(to, uint64(t.Quantity)), t.Price.Number()...)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || v.Type().Elem().Name() == "Contract" {
			return append(to, '0')
		}
		return canonical(append(to, 'p'), v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			to = canonical(to, v.Field(i))
		}
		return append(to, ';')
	case reflect.Slice:
		to = append(to, '[', byte(v.Len()))
		for i := range v.Len() {
			to = canonical(to, v.Index(i))
		}
		return to
	case reflect.String:
		return append(append(to, v.String()...), 0)
	case reflect.Bool:
		if v.Bool() {
			return append(to, 1)
		}
		return append(to, 2)
	case reflect.Uint8:
		return append(to, byte(v.Uint()))
	}
	return binary.BigEndian.AppendUint32(to, uint32(v.Int()))
}

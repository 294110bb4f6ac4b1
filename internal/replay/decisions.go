package replay

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/buying"
	"github.com/offtake-dev/offtake/internal/dispatch"
)

// decisions writes one JSON object a line for everything that was decided, in
// the order in which it was. The first error is kept and ends the writing.
type decisions struct {
	out   *bufio.Writer
	from  time.Time
	terms string // held throughout; "": they change
	line  []byte
	days  int64 // of the date in date
	date  []byte

	rejected map[rejection][]byte
	stamp    int64
	err      error
}

// rejection is what the providers not chosen have in common: the kind of work,
// the candidate chosen, which others had room, and the ranking.
type rejection struct {
	work   *work
	chosen int
	fits   uint64 // of the first 64 candidates, those that had room
}

func newDecisions(w io.Writer, from, terms time.Time) *decisions {
	d := &decisions{out: bufio.NewWriterSize(w, 256<<10), from: from, days: -1, rejected: map[rejection][]byte{}}
	if !terms.IsZero() {
		d.terms = offtake.Stamp(terms)
	}
	return d
}

func (d *decisions) flush() error {
	if d.err == nil {
		d.err = d.out.Flush()
	}
	return d.err
}

// begin starts a line at a tick of the replay.
func (d *decisions) begin(tick int64, what string) {
	d.line = append(d.line[:0], `{"at":"`...)
	d.line = d.instant(d.line, tick/second)
	if tick%second != 0 { // a deadline at a day's end is one of its last nanosecond
		d.line = append(d.line[:len(d.line)-1], strings.TrimRight(fmt.Sprintf(".%09d", tick%second), "0")...)
		d.line = append(d.line, 'Z')
	}
	d.line = append(d.line, '"')
	d.text("terms", d.terms)
	d.text("decision", what)
}

func (d *decisions) end() {
	if d.err == nil {
		_, d.err = d.out.Write(append(d.line, '}', '\n'))
	}
}

// instant writes the instant of a second, keeping the day it last wrote.
func (d *decisions) instant(b []byte, sec int64) []byte {
	unix := d.from.Unix() + sec
	if day := unix / 86400; day != d.days {
		d.days = day
		d.date = time.Unix(day*86400, 0).UTC().AppendFormat(d.date[:0], time.DateOnly)
	}
	b = append(append(b, d.date...), 'T')
	s := unix % 86400
	for i, n := range [3]int64{s / 3600, s / 60 % 60, s % 60} {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, byte('0'+n/10), byte('0'+n%10))
	}
	return append(b, 'Z')
}

func (d *decisions) text(key, value string) {
	if value != "" {
		d.line = append(d.line, `,"`...)
		d.line = append(d.line, key...)
		d.line = append(d.line, `":`...)
		d.line = quoted(d.line, value)
	}
}

func (d *decisions) number(key string, n int64) {
	d.line = append(d.line, `,"`...)
	d.line = append(d.line, key...)
	d.line = append(d.line, `":`...)
	d.line = strconv.AppendInt(d.line, n, 10)
}

// quoted writes a JSON string. Names are nearly always plain.
func quoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c < 0x20:
			b = append(b, `\u00`...)
			b = append(b, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	return append(b, '"')
}

// job writes what identifies a job and decides where it may run.
func (d *decisions) job(id offtake.JobID, w *work, n int64) {
	d.text("job", string(id))
	d.number("accelerators", n)
	d.text("purpose", string(w.Purpose))
	d.text("product", string(w.Product))
	d.text("asset", string(w.Asset))
	d.text("customer", string(w.Customer))
}

// place writes where a job went, why it may, and why nowhere else.
func (d *decisions) place(job *run, parts []part, w *work, c *dispatch.Candidate, pools []*pool, fits uint64) {
	d.begin(job.start*second, "place")
	d.job(job.id, w, job.n)
	d.text("provider", string(job.pool.Provider))
	d.text("accelerator", string(job.pool.Accelerator))
	d.text("region", string(job.pool.Region))
	d.text("site", string(job.pool.Site))
	d.line = append(d.line, `,"until":"`...)
	d.line = d.instant(d.line, job.end)
	d.line = append(d.line, `","reservations":[`...)
	for i, t := range parts {
		if i > 0 {
			d.line = append(d.line, ',')
		}
		d.line = quoted(append(d.line, `{"id":`...), string(t.id))
		d.number("accelerators", t.n)
		d.line = append(d.line, `,"price":"`...)
		d.line = append(d.line, t.shown()...)
		d.line = append(d.line, '"', '}')
	}
	d.line = append(d.line, ']')
	d.text("commitment", c.Draws.String())
	if len(c.Because) > 0 {
		d.line = append(d.line, `,"because":[`...)
		for i, ref := range c.Because {
			if i > 0 {
				d.line = append(d.line, ',')
			}
			d.line = quoted(d.line, ref.String())
		}
		d.line = append(d.line, ']')
	}
	d.line = append(d.line, d.others(w, c, pools, fits)...)
	d.end()
}

// others writes the providers not chosen, each with its cause. It is the same
// for all work of a kind in a pool until pools are ranked again.
func (d *decisions) others(w *work, c *dispatch.Candidate, pools []*pool, fits uint64) []byte {
	if d.stamp != w.stamp {
		clear(d.rejected)
		d.stamp = w.stamp
	}
	chosen := w.on[c.Pool]
	key := rejection{w, chosen, fits}
	if b, ok := d.rejected[key]; ok {
		return b
	}
	b := []byte(`,"rejected":[`)
	add := func(p offtake.ProviderName, cause dispatch.Cause, clause offtake.ClauseRef) {
		if len(b) > len(`,"rejected":[`) {
			b = append(b, ',')
		}
		b = quoted(append(b, `{"provider":`...), string(p))
		b = quoted(append(b, `,"cause":`...), string(cause))
		if !clause.IsZero() {
			b = quoted(append(b, `,"clause":`...), clause.String())
		}
		b = append(b, '}')
	}
	seen := map[offtake.ProviderName]bool{pools[c.Pool].Provider: true}
	room := map[offtake.ProviderName]bool{}
	for i, other := range w.choice.Candidates {
		room[pools[other.Pool].Provider] = room[pools[other.Pool].Provider] || i > chosen && fits>>i&1 == 1
	}
	for _, other := range w.choice.Candidates {
		p := pools[other.Pool].Provider
		switch {
		case seen[p]:
			continue
		case room[p]: // and it came after the one chosen
			add(p, dispatch.TooDear, offtake.ClauseRef{})
		default:
			add(p, dispatch.NoCapacity, offtake.ClauseRef{})
		}
		seen[p] = true
	}
	for _, other := range w.choice.Barred {
		add(other.Provider, other.Cause, other.Clause)
	}
	b = append(b, ']')
	d.rejected[key] = b
	return b
}

// shown gives the price of a reservation in words, made once.
func (h *held) shown() string {
	if h.priced == "" {
		h.priced = h.price.String()
	}
	return h.priced
}

func (d *decisions) unserved(tick int64, e *entry, cause string, clause offtake.ClauseRef) {
	d.begin(tick, "unserved")
	d.job(e.id, e.work, e.n)
	d.text("cause", cause)
	d.text("clause", clause.String())
	d.end()
}

func (d *decisions) waiting(tick int64, e *entry) {
	d.begin(tick, "waiting")
	d.job(e.id, e.work, e.n)
	d.end()
}

func (d *decisions) passedOver(tick int64, x buying.Refused) {
	d.begin(tick, "passed_over")
	d.text("provider", string(x.Provider))
	d.text("accelerator", string(x.Accelerator))
	d.number("quantity", x.Quantity)
	d.text("purpose", string(x.Purpose))
	d.text("question", string(x.Question))
	d.text("missing", x.Missing)
	d.text("clause", x.Clause.String())
	d.end()
}

// note writes pairs of keys and values.
func (d *decisions) note(tick int64, what string, pairs ...string) {
	d.begin(tick, what)
	for i := 0; i+1 < len(pairs); i += 2 {
		d.text(pairs[i], pairs[i+1])
	}
	d.end()
}

// event writes a step on the way to capacity.
func (d *decisions) event(tick int64, e offtake.Event) {
	d.begin(tick, e.Event())
	process := func(id offtake.ProcessID) { d.text("process", string(id)) }
	switch e := e.(type) {
	case offtake.OfferReceived:
		d.text("opportunity", string(e.Opportunity))
		d.offer(e.Terms)
	case offtake.ProductAnnounced:
		d.text("opportunity", string(e.Opportunity))
		d.text("product", string(e.Product))
	case offtake.ProductShipped:
		process(e.Process)
		d.text("provider", string(e.Provider))
		d.text("head_start_until", offtake.Stamp(e.Until))
	case offtake.HeadStartOver:
		process(e.Process)
	case offtake.OfferMade:
		process(e.Process)
		d.text("by", string(e.By))
		d.offer(e.Terms)
	case offtake.ProcessOpened:
		process(e.Process)
		d.text("clause", e.Clause.String())
		d.text("state", string(e.State))
		d.text("why", e.Why)
	case offtake.NoticeServed:
		process(e.Process)
	case offtake.RankOpened:
		process(e.Process)
		d.number("rank", e.Rank)
		d.number("round", e.Round)
		d.text("answer_by", offtake.Stamp(e.Answer))
	case offtake.Bound:
		process(e.Process)
		d.text("sign_by", offtake.Stamp(e.Definitive))
	case offtake.Lapsed:
		process(e.Process)
		d.text("by", string(e.Party))
		d.text("why", e.Why)
	case offtake.Declined:
		process(e.Process)
		d.text("by", string(e.By))
		d.text("reason", e.Reason)
	case offtake.Accepted:
		process(e.Process)
		d.text("by", string(e.By))
		d.number("quantity", e.Quantity)
	case offtake.Released:
		process(e.Process)
		d.number("quantity", e.Quantity)
		d.text("sign_by", offtake.Stamp(e.SignBy))
	case offtake.Fulfilled:
		process(e.Process)
		d.text("by", string(e.Party))
	case offtake.Waived:
		process(e.Process)
		d.text("why", e.Why)
	case offtake.Withdrawn:
		process(e.Process)
		d.text("why", e.Why)
	case offtake.TailExpired:
		process(e.Process)
	case offtake.ThirdPartySigned:
		process(e.Process)
		d.number("quantity", e.Quantity)
	case offtake.ThirdPartyClosed:
		process(e.Process)
	case offtake.Awarded:
		d.text("opportunity", string(e.Opportunity))
		d.number("quantity", e.Quantity)
	case offtake.CapacityReserved:
		d.reserved(e)
	}
	d.end()
}

func (d *decisions) offer(t offtake.OfferTerms) {
	d.text("provider", string(t.Provider))
	d.text("accelerator", string(t.Accelerator))
	d.number("quantity", t.Quantity)
	d.text("region", string(t.Region))
	d.text("site", string(t.Site))
	d.text("price", t.Price.String())
	d.text("term", t.Term.String())
	d.text("delivery", t.Delivery.String())
	d.text("kind", string(t.Kind))
	if len(t.Purposes) > 0 {
		d.text("purpose", string(t.Purposes[0]))
	}
}

func (d *decisions) reserved(e offtake.CapacityReserved) {
	d.text("reservation", string(e.Reservation))
	d.text("opportunity", string(e.Opportunity))
	d.text("provider", string(e.Provider))
	d.text("accelerator", string(e.Accelerator))
	d.number("quantity", e.Quantity)
	d.text("region", string(e.Region))
	d.text("site", string(e.Site))
	d.text("price", e.Price.String())
	d.text("kind", string(e.Kind))
	d.text("from", offtake.Stamp(e.From))
	d.text("until", offtake.Stamp(e.Until))
	if len(e.Purposes) > 0 {
		d.text("purpose", string(e.Purposes[0]))
	}
}

package traces

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
)

// A profile draws jobs: arrivals by chance at a rate that is constant within
// an hour, or evenly spaced in that rate; sizes and durations independently.
type profile struct {
	name    string
	draw    *rand.Rand
	regular bool
	work    int

	start  time.Time // of the period; growth counts from here
	origin int64     // start, in seconds from the start of the replay
	end    int64     // in seconds from the start of the replay

	perHour float64 // arrivals in an average hour, before growth
	weights [24]float64
	grow    float64
	per     offtake.Duration
	steps   int     // growths so far
	stepAt  int64   // when the next one comes
	growth  float64 // so far

	hour  int64   // the hour the walk is in, from the period's start
	left  float64 // arrivals still to come in it, in mean
	room  float64 // of the hour, in seconds
	count int64

	sizes     []share
	durations []share
	scale     offtake.Factor
}

// A share is one of several outcomes, with the sum of shares up to it.
type share struct {
	upTo  float64
	value int64
	from  float64 // durations only: the logarithms of the bounds
	to    float64
}

func newProfile(d offtake.Demand, env Env) (*profile, error) {
	src := d.Profile
	p := &profile{
		name: string(d.Name), regular: src.Regular, scale: src.Scale, growth: 1,
		draw:  rand.New(rand.NewPCG(nameSeed(d.Name)+uint64(src.Seed)*0x9e3779b97f4a7c15, uint64(env.Seed))),
		start: env.From, end: Never,
		perHour: float64(src.PerDay) / offtake.One / 24,
		grow:    1 + float64(src.Growth.By)/offtake.One,
		per:     src.Growth.Per,
	}
	if !src.Period.From.IsZero() {
		p.start = env.Resolve(src.Period.From)
	}
	p.origin = seconds(p.start.Sub(env.From))
	for _, until := range []time.Time{env.To, resolved(src.Period.Until, env)} {
		if !until.IsZero() {
			p.end = min(p.end, seconds(until.Sub(env.From)))
		}
	}
	if p.end == Never {
		return nil, offtake.Refuse(offtake.Invalid, "%s: profile of demand %q has no end; give it period.until, or the replay --to", d.Pos, d.Name)
	}
	var err error
	if p.sizes, err = sizeShares(src, p.scale); err == nil {
		p.durations, err = durationShares(src)
	}
	if err != nil || p.perHour <= 0 {
		return nil, offtake.Refuse(offtake.Invalid, "%s: profile of demand %q needs arrivals, sizes and durations, with shares above 0%%, sizes up to %d and durations of at least a second: %w", d.Pos, d.Name, MaxAccelerators, err)
	}
	p.weigh(src.Hourly)
	if err := p.bounded(d); err != nil {
		return nil, err
	}
	p.stepAt = p.nextStep()
	p.hour = -1
	p.enterHour()
	return p, nil
}

// maxPerHour bounds what a profile may grow to.
const maxPerHour = 10_000_000

// bounded walks the growth to the end, so that a slip of a digit is refused and
// does not fill the memory.
func (p *profile) bounded(d offtake.Demand) error {
	if p.per.Unit == offtake.Elapsed && p.per.Time < time.Hour {
		return offtake.Refuse(offtake.Invalid, "%s: profile of demand %q grows every %s; the least is PT1H", d.Pos, d.Name, p.per)
	}
	rate := p.perHour * slices.Max(p.weights[:])
	for at := p.nextStep(); at+p.origin < p.end && at != Never; at = p.nextStep() {
		p.steps++
		if rate *= p.grow; rate > maxPerHour {
			break
		}
	}
	p.steps = 0
	if rate > maxPerHour {
		return offtake.Refuse(offtake.Invalid, "%s: profile of demand %q comes to more than %d arrivals an hour", d.Pos, d.Name, maxPerHour)
	}
	return nil
}

func resolved(w offtake.When, env Env) time.Time {
	if w.IsZero() {
		return time.Time{}
	}
	return env.Resolve(w)
}

func nameSeed(name offtake.DemandName) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return h.Sum64()
}

// weigh turns the weights of the hours into factors that average one.
func (p *profile) weigh(hourly []int64) {
	var sum float64
	for _, w := range hourly {
		sum += float64(w)
	}
	for h := range p.weights {
		p.weights[h] = 1
		if len(hourly) == 24 && sum > 0 {
			p.weights[h] = float64(hourly[h]) * 24 / sum
		}
	}
}

var errShares = offtake.Refuse(offtake.Invalid, "shares are missing or out of range")

func sizeShares(src *offtake.Profile, scale offtake.Factor) ([]share, error) {
	var out []share
	var sum float64
	for _, s := range src.Sizes {
		n, ok := scaled(s.Accelerators, scale)
		if !ok || s.Accelerators < 1 {
			return nil, errShares
		}
		sum += float64(s.Share)
		out = append(out, share{upTo: sum, value: n})
	}
	return out, whole(out, sum)
}

func durationShares(src *offtake.Profile) ([]share, error) {
	var out []share
	var sum, from float64
	for _, s := range src.Durations {
		// "From zero" begins at one second: a logarithm has no zero.
		to := s.AtMost.Time.Seconds()
		if s.AtMost.Unit != offtake.Elapsed || to < 1 || to > MaxSeconds {
			return nil, errShares
		}
		sum += float64(s.Share)
		out = append(out, share{upTo: sum, from: from, to: math.Log(to)})
		from = math.Log(to)
	}
	return out, whole(out, sum)
}

// whole makes the shares add up to exactly one.
func whole(shares []share, sum float64) error {
	if len(shares) == 0 || sum <= 0 {
		return errShares
	}
	for i := range shares {
		shares[i].upTo /= sum
	}
	shares[len(shares)-1].upTo = 1
	return nil
}

func (p *profile) nextStep() int64 {
	if p.per.IsZero() || p.grow == 1 {
		return Never
	}
	n := p.steps + 1
	var at time.Time
	switch p.per.Unit {
	case offtake.Elapsed:
		if p.per.Time <= 0 || int64(n) > math.MaxInt64/int64(p.per.Time) {
			return Never
		}
		at = p.start.Add(time.Duration(n) * p.per.Time)
	case offtake.Weeks:
		at = p.start.AddDate(0, 0, 7*n*p.per.Count)
	case offtake.Months:
		at = addMonths(p.start, n*p.per.Count)
	case offtake.Years:
		at = addMonths(p.start, 12*n*p.per.Count)
	default:
		at = p.start.AddDate(0, 0, n*p.per.Count)
	}
	if p.per.Unit != offtake.Elapsed && p.per.Count <= 0 {
		return Never
	}
	return seconds(at.Sub(p.start))
}

// addMonths moves by civil months of UTC, clamped at a month's end.
func addMonths(t time.Time, n int) time.Time {
	t = t.UTC()
	d := offtake.DateOf(t).AddMonths(n)
	return time.Date(d.Year, d.Month, d.Day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// enterHour moves to the next hour and says what may arrive in it.
func (p *profile) enterHour() {
	p.hour++
	from := p.hour * 3600
	for from >= p.stepAt {
		p.growth *= p.grow
		p.steps++
		p.stepAt = p.nextStep()
	}
	p.room = 3600
	p.left = p.perHour * p.growth * p.weights[p.start.Add(time.Duration(from)*time.Second).UTC().Hour()]
}

func (p *profile) next() (Job, bool) {
	for {
		at, ok := p.arrival()
		if !ok {
			return Job{}, false
		}
		p.count++
		j := Job{At: at + p.origin, Accelerators: p.size(), Seconds: p.duration(), Deadline: Never, Work: p.work}
		if j.At < 0 { // the period began before the replay
			continue
		}
		j.ID = offtake.JobID(p.name + "#" + strconv.FormatInt(p.count, 10))
		return j, true
	}
}

// arrival walks through the hours until a mean of one arrival, or a drawn one,
// has passed.
func (p *profile) arrival() (int64, bool) {
	gap := 1.0
	if !p.regular {
		gap = p.draw.ExpFloat64()
	} else if p.count == 0 {
		gap = 0.5
	}
	for gap > p.left {
		gap -= p.left
		p.enterHour()
		if p.hour*3600+p.origin >= p.end {
			return 0, false
		}
	}
	p.room -= p.room * (gap / p.left)
	p.left -= gap
	at := p.hour*3600 + min(int64(3600-p.room), 3599)
	return at, at+p.origin < p.end
}

func (p *profile) size() int64 { return pick(p.sizes, p.draw.Float64()).value }

// duration is even on a logarithmic scale inside its share, and at least a second.
func (p *profile) duration() int64 {
	s := pick(p.durations, p.draw.Float64())
	d := int64(math.Round(math.Exp(s.from + float64(p.draw.Float64()*(s.to-s.from)))))
	return max(d, 1)
}

func pick(shares []share, u float64) share {
	for _, s := range shares {
		if u < s.upTo {
			return s
		}
	}
	return shares[len(shares)-1]
}

// Package tenure knows how much capacity a reservation holds and for how long: its
// steps, its end, what delay costs and what it costs to give it up. It is arithmetic
// over the words of a clause; it refuses to know what has happened.
package tenure

import (
	"time"

	"github.com/offtake-dev/offtake"
)

// A Calendar says what instants the dates and durations of an agreement mean.
type Calendar interface {
	Resolve(offtake.When) time.Time
	After(time.Time, offtake.Duration) time.Time
}

// A Step is capacity that is held from an instant on, beside what was held before.
type Step struct {
	From     time.Time
	Quantity int64
}

// Steps gives the parts in which a reservation is held: one, or one for each step of
// its ramp, which the clause counts from the beginning.
func Steps(r *offtake.Reservation, cal Calendar) (steps []Step) {
	from := cal.Resolve(r.Window.From)
	if len(r.Ramp) == 0 {
		return []Step{{from, r.Quantity}}
	}
	var held int64
	for _, s := range r.Ramp {
		on := cal.Resolve(s.On)
		if on.Before(from) {
			on = from
		}
		steps = append(steps, Step{on, s.Quantity - held})
		held = s.Quantity
	}
	return steps
}

// End gives when a reservation ends: at the last time of day at which it may, no later
// than its window does.
func End(r *offtake.Reservation, cal Calendar) time.Time {
	return Snapped(cal.Resolve(r.Window.Until), r.EndsAt)
}

// Snapped gives the last time of day in UTC, written as 11:30Z, that is not after an
// instant; the instant itself where there is no time of day.
func Snapped(until time.Time, endsAt string) time.Time {
	of, err := time.Parse("15:04Z", endsAt)
	if err != nil {
		return until
	}
	day := until.UTC().Truncate(24 * time.Hour)
	at := day.Add(time.Duration(of.Hour())*time.Hour + time.Duration(of.Minute())*time.Minute)
	if at.After(until) {
		at = at.AddDate(0, 0, -1)
	}
	return at
}

// Extended gives when a reservation ends that is prolonged by steps, and until when
// that must be said.
func Extended(r *offtake.Reservation, until time.Time, steps int64, cal Calendar) (end, notice time.Time) {
	step := r.Extend.Step
	step.Count *= int(steps)
	step.Time *= time.Duration(steps)
	return Snapped(cal.After(until, step), r.EndsAt), Before(until, r.Extend.Notice, cal)
}

// Before gives the last instant from which a duration ends no later than another
// instant.
func Before(t time.Time, d offtake.Duration, cal Calendar) time.Time {
	if d.IsZero() {
		return t
	}
	if d.Unit == offtake.Elapsed {
		return t.Add(-d.Time)
	}
	// By days back until it fits: what a business day or a month is only the calendar knows.
	from := t.Add(-cal.After(t, d).Sub(t))
	for cal.After(from, d).After(t) {
		from = from.AddDate(0, 0, -1)
	}
	for next := from.AddDate(0, 0, 1); !cal.After(next, d).After(t); next = from.AddDate(0, 0, 1) {
		from = next
	}
	return from
}

// Delay gives how many days have begun, by an instant, after what was due is in time
// no more, and the damages for them.
func Delay(d *offtake.Delivery, due, at time.Time, cal Calendar) (days int64, damages offtake.Money) {
	inTime := due
	if !d.Tolerance.IsZero() {
		inTime = cal.After(due, d.Tolerance)
	}
	if late := at.Sub(inTime); late > 0 {
		days = int64((late + 24*time.Hour - 1) / (24 * time.Hour))
	}
	damages = d.Damages.PerDay.Times(days)
	if d.Damages.Cap.Currency() != "" && damages.Cmp(d.Damages.Cap) > 0 {
		damages = d.Damages.Cap
	}
	return days, damages
}

// A Cancellation is something given up.
type Cancellation struct {
	At    time.Time
	Value offtake.Money
	Fee   offtake.Money
}

// Cancel says from when on something of a value may be given up that is said at an
// instant, and for what fee. Made are those before, of the same clause.
func Cancel(c *offtake.Cancel, value offtake.Money, at time.Time, made []Cancellation, cal Calendar) (from time.Time, fee offtake.Money, err error) {
	if !c.Allowed {
		return from, fee, offtake.Refuse(offtake.Forbidden, "its cancel is none")
	}
	if c.Cap.Currency() != "" {
		sum := value
		for _, m := range made {
			if cal.After(m.At, c.Rolling).After(at) {
				sum = sum.Add(m.Value)
			}
		}
		if sum.Cmp(c.Cap) > 0 {
			return from, fee, offtake.Refuse(offtake.Forbidden, "%s would be cancelled within %s, more than its cap of %s", sum, c.Rolling, c.Cap)
		}
	}
	if from = at; !c.Notice.IsZero() {
		from = cal.After(at, c.Notice)
	}
	return from, value.Share(c.Fee), nil
}

// A Purchase is capacity about to be bought.
type Purchase struct {
	Quantity    int64
	From, Until time.Time
}

// Sells says whether a product of a provider is sold as a purchase would have it, when
// it is ordered at an instant: in that number, that length and so long ahead.
func Sells(o *offtake.SupplyOffer, p Purchase, at time.Time, cal Calendar) error {
	if b := o.PerOrder; b.AtLeast > 0 && p.Quantity < b.AtLeast || b.AtMost > 0 && p.Quantity > b.AtMost {
		return offtake.Refuse(offtake.Invalid, "%d accelerators are not from %d to %d, which one order has", p.Quantity, b.AtLeast, b.AtMost)
	}
	if most := o.OrderAhead.AtMost; !most.IsZero() && p.From.After(cal.After(at, most)) {
		return offtake.Refuse(offtake.Invalid, "start %s is more than %s ahead", offtake.Stamp(p.From), most)
	}
	if least := o.OrderAhead.AtLeast; !least.IsZero() && p.From.Before(cal.After(at, least)) {
		return offtake.Refuse(offtake.Invalid, "start %s is less than %s ahead", offtake.Stamp(p.From), least)
	}
	if len(o.Lasts) > 0 && !lasts(o, p, cal) {
		return offtake.Refuse(offtake.Invalid, "%s to %s is none of the lengths it is sold for", offtake.Stamp(p.From), offtake.Stamp(p.Until))
	}
	return nil
}

// lasts reports whether a length is one of those sold: whole steps, each group of them
// counted from the beginning. An end at a time of day cuts the last step short.
func lasts(o *offtake.SupplyOffer, p Purchase, cal Calendar) bool {
	for _, s := range o.Lasts {
		last := cal.After(p.From, s.Until)
		for n := 1; ; n++ {
			step := s.Step
			step.Count *= n
			step.Time *= time.Duration(n)
			end := cal.After(p.From, step)
			if end.After(last) || !end.After(p.From) || end.After(p.Until.AddDate(0, 0, 2)) {
				break
			}
			if Snapped(end, o.EndsAt).Equal(p.Until) {
				return true
			}
		}
	}
	return false
}

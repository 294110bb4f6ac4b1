package prices

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// overTime turns a list collected many times into prices that follow each other:
// from the date one is first seen until the date that shows another, or none.
func overTime(prices []listed) []listed {
	dates := make([]time.Time, 0, len(prices))
	for _, p := range prices {
		dates = append(dates, p.seen.Instant)
	}
	slices.SortFunc(dates, time.Time.Compare)
	dates = slices.CompactFunc(dates, time.Time.Equal)
	prices = slices.Clone(prices)
	slices.SortStableFunc(prices, func(a, b listed) int {
		return cmp.Or(cmp.Compare(a.item, b.item), cmp.Compare(a.region, b.region), a.seen.Instant.Compare(b.seen.Instant))
	})
	var out []listed
	var last int // which date the last price of out was last seen on
	for _, p := range prices {
		on, _ := slices.BinarySearchFunc(dates, p.seen.Instant, time.Time.Compare)
		if n := len(out) - 1; n >= 0 && sameItem(out[n], p) && out[n].price.Cmp(p.price) == 0 && on <= last+1 {
			out[n].until, last = after(dates, on), on
			continue
		}
		p.from, p.until = p.seen, after(dates, on)
		out, last = append(out, p), on
	}
	return out
}

func sameItem(a, b listed) bool { return a.item == b.item && a.region == b.region }

// after gives the date after the i-th, or none where it is the last.
func after(dates []time.Time, i int) offtake.When {
	if i+1 < len(dates) {
		return offtake.When{Instant: dates[i+1]}
	}
	return offtake.When{}
}

package drawdown_test

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/drawdown"
)

func TestAForecastGoesOnAtItsPace(t *testing.T) {
	c := drawdown.New(ref("spend"), spend(), utc{})
	var l drawdown.Ledger
	for d := range 40 {
		dollars := int64(14) // of which weekends have none
		if w := day(d).Weekday(); w == time.Saturday || w == time.Sunday {
			dollars = 0
		}
		l.Draw(c.Clause, drawdown.Entry{At: day(d), Cost: cost(dollars)})
	}
	daily := c.Daily(&l, day(40), 60)
	for name, pace := range map[string]drawdown.Pace{"present": drawdown.Present(daily), "seasonal": drawdown.Seasonal(daily, day(40))} {
		f := c.Forecast(&l, day(40), pace, []time.Time{day(54)})
		now := c.Standing(&l, day(40))
		if got := f.Level[0].Amount.Sub(now.Drawn).Ratio(cost(1)); math.Abs(got-140) > 0.01 {
			t.Errorf("%s: two weeks draw USD %.2f more, want 140", name, got)
		}
		if f.Met.IsZero() == (f.End.Remaining.Sign() <= 0) {
			t.Errorf("%s: met at %s, and %s remains", name, f.Met, f.End.Remaining)
		}
	}
	seasonal := drawdown.Seasonal(daily, day(40))
	if sunday := seasonal(time.Date(2025, 3, 2, 0, 0, 0, 0, time.UTC)); !sunday.IsZero() {
		t.Errorf("a Sunday draws %s, want nothing", sunday)
	}
}

// The last day is the last one: from then on the most a day is enough, and a day later
// it is not.
func TestTheLastDay(t *testing.T) {
	c := drawdown.New(ref("spend"), spend(), utc{})
	var l drawdown.Ledger
	l.Draw(c.Clause, drawdown.Entry{At: day(1), Cost: cost(100)})
	none := func(time.Time) offtake.Accrual { return offtake.Accrual{} }
	last, can := c.LastDay(&l, day(10), none, cost(30))
	if want := day(70); !can || !last.Equal(want) { // 900 at 30 a day take 30 of the 100 days
		t.Errorf("the last day is %s (%t), want %s", last, can, want)
	}
	if _, can := c.LastDay(&l, day(71), none, cost(30)); can {
		t.Error("a day later it still can")
	}
	if _, can := c.LastDay(&l, day(10), none, cost(0)); can {
		t.Error("it can with nothing to take")
	}
}

// Back-tested on the traces: of each the GPU-seconds that begin in a week, forecast from
// all weeks before. The error is reported; a pace that is far off on all would fail.
func TestForecastsAgainstTheTraces(t *testing.T) {
	var errors [2]float64
	traces := 0.0
	for n := 1; n <= 6; n++ {
		days, ok := trace(t, "../../../shared/data/jobs/cluster0"+strconv.Itoa(n)+".csv")
		if !ok {
			t.Skip("the traces, ../shared/data/jobs, are not here")
		}
		c := drawdown.New(ref("hours"), spend(func(c *offtake.Commitment) {
			c.Measure, c.Amount, c.Period.Until = offtake.GPUHours, offtake.Amount{Quantity: 1 << 40}, on(1000)
		}), utc{})
		var l drawdown.Ledger
		for d, seconds := range days {
			l.Draw(c.Clause, drawdown.Entry{At: day(d), Used: seconds})
		}
		var off [2]float64
		weeks := 0.0
		for at := 28; at+7 <= len(days); at += 7 {
			var actual int64
			for _, s := range days[at : at+7] {
				actual += s
			}
			daily := c.Daily(&l, day(at), at)
			for i, pace := range []drawdown.Pace{drawdown.Present(daily), drawdown.Seasonal(daily, day(at))} {
				var sum offtake.Accrual
				for d := range 7 {
					sum = sum.Add(pace(day(at + d)))
				}
				got := sum.Ratio(offtake.Accrue(offtake.MoneyOf("", 1), 1))
				off[i] += math.Abs(got-float64(actual)) / math.Max(float64(actual), 1)
			}
			weeks++
		}
		t.Logf("cluster %d: a week ahead the present pace is off by %.0f%%, the seasonal by %.0f%%, over %.0f weeks", n, 100*off[0]/weeks, 100*off[1]/weeks, weeks)
		for i := range off {
			errors[i] += math.Min(off[i]/weeks, 5)
		}
		traces++
	}
	t.Logf("over the six: %.0f%% and %.0f%%", 100*errors[0]/traces, 100*errors[1]/traces)
	if errors[0]/traces > 2 || errors[1]/traces > 2 {
		t.Error("forecasts are off by more than twice what comes")
	}
}

// trace adds up the GPU-seconds of jobs by the day they come.
func trace(t *testing.T, file string) (days []int64, ok bool) {
	f, err := os.Open(file)
	if os.IsNotExist(err) {
		return nil, false
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := func(s string) int64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return int64(v)
	}
	for _, r := range rows[1:] {
		d := int(number(r[1]) / 86400)
		for len(days) <= d {
			days = append(days, 0)
		}
		days[d] += number(r[2]) * number(r[3])
	}
	return days, true
}

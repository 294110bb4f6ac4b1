package traces

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
)

func percent(n int64) offtake.Percent { return offtake.Percent(n * offtake.One / 100) }

func hours(n int) offtake.Duration {
	return offtake.Duration{Unit: offtake.Elapsed, Time: time.Duration(n) * time.Hour}
}

// small is a profile of a hundred jobs a day.
func small() offtake.Demand {
	return offtake.Demand{
		Name: "small", Purpose: "training", Accelerators: []offtake.Speed{{Accelerator: "h100", Factor: offtake.One}},
		Profile: &offtake.Profile{
			PerDay:    100 * offtake.One,
			Sizes:     []offtake.SizeShare{{Accelerators: 1, Share: percent(75)}, {Accelerators: 8, Share: percent(25)}},
			Durations: []offtake.DurationShare{{AtMost: hours(1), Share: percent(50)}, {AtMost: hours(10), Share: percent(50)}},
		},
	}
}

func drawn(t *testing.T, seed int64, days int, ds ...offtake.Demand) []Job {
	t.Helper()
	resolve := func(w offtake.When) time.Time {
		if !w.Date.IsZero() {
			return time.Date(w.Date.Year, w.Date.Month, w.Date.Day, 0, 0, 0, 0, time.UTC)
		}
		return w.Instant
	}
	s, err := FromBook(&offtake.Book{Demands: ds}, Env{From: start, To: start.AddDate(0, 0, days), Seed: seed, Resolve: resolve})
	if err != nil {
		t.Fatal(err)
	}
	return all(t, s)
}

func TestAProfileDrawsWhatItsFiguresSay(t *testing.T) {
	jobs := drawn(t, 1, 1000, small())
	if n := float64(len(jobs)); math.Abs(n-100_000) > 1500 {
		t.Errorf("1,000 days of 100 jobs gave %v", n)
	}
	var eights, short int
	for _, j := range jobs {
		if j.Accelerators == 8 {
			eights++
		}
		if j.Seconds <= 3600 {
			short++
		}
		if j.Seconds < 1 || j.Seconds > 36000 {
			t.Fatalf("a job lasts %d seconds", j.Seconds)
		}
	}
	if got := float64(eights) / float64(len(jobs)); math.Abs(got-0.25) > 0.01 {
		t.Errorf("jobs of 8 are a part of %.3f, want 0.25", got)
	}
	if got := float64(short) / float64(len(jobs)); math.Abs(got-0.5) > 0.01 {
		t.Errorf("jobs up to an hour are a part of %.3f, want 0.5", got)
	}
}

func TestAProfileDependsOnItsSeedsAndItsNameOnly(t *testing.T) {
	alone := drawn(t, 1, 10, small())
	if again := drawn(t, 1, 10, small()); !slices.Equal(alone, again) {
		t.Error("the same seed drew other jobs")
	}
	if other := drawn(t, 2, 10, small()); slices.Equal(alone, other) {
		t.Error("another seed drew the same jobs")
	}
	second := small()
	second.Name = "second"
	var mine []Job
	for _, j := range drawn(t, 1, 10, second, small()) {
		if j.ID[:5] == "small" {
			mine = append(mine, j)
		}
	}
	if len(mine) != len(alone) {
		t.Fatalf("beside another demand there are %d jobs, want %d", len(mine), len(alone))
	}
	for i := range mine {
		if mine[i].ID != alone[i].ID || mine[i].At != alone[i].At || mine[i].Seconds != alone[i].Seconds {
			t.Fatalf("job %d is %+v beside another demand, and %+v alone", i, mine[i], alone[i])
		}
	}
}

func TestRegularArrivalsAreEvenlySpaced(t *testing.T) {
	d := small()
	d.Profile.PerDay, d.Profile.Regular = 24*offtake.One, true
	jobs := drawn(t, 1, 2, d)
	if len(jobs) != 48 {
		t.Fatalf("two days of one an hour gave %d jobs, want 48", len(jobs))
	}
	for i, j := range jobs {
		if want := int64(i)*3600 + 1800; j.At != want {
			t.Errorf("job %d arrives at second %d, want %d", i, j.At, want)
		}
	}
}

func TestArrivalsGrowAtEachStepAndCompound(t *testing.T) {
	d := small()
	d.Profile.Regular = true
	d.Profile.Growth = offtake.Growth{By: percent(100), Per: offtake.Duration{Unit: offtake.Days, Count: 1}}
	var byDay [3]int
	for _, j := range drawn(t, 1, 3, d) {
		byDay[j.At/86400]++
	}
	if byDay != [3]int{100, 200, 400} {
		t.Errorf("jobs by day are %v, want 100, 200, 400", byDay)
	}
}

func TestHoursWeighByTheClockOfUTC(t *testing.T) {
	d := small()
	d.Profile.Hourly = make([]int64, 24)
	d.Profile.Hourly[9] = 7
	for _, j := range drawn(t, 1, 5, d) {
		if h := start.Add(time.Duration(j.At) * time.Second).Hour(); h != 9 {
			t.Fatalf("a job arrives in hour %d, want 9 only", h)
		}
	}
}

func TestAProfileThatBeganEarlierDrawsTheSameJobs(t *testing.T) {
	d := small()
	d.Profile.Period.From = offtake.When{Instant: start.AddDate(0, 0, -10)}
	early := drawn(t, 1, 5, d)
	if early[0].At < 0 || early[0].At > 86400 {
		t.Errorf("the first job arrives at second %d", early[0].At)
	}
	if early[0].ID == "small#1" {
		t.Error("jobs of before the replay were drawn as its first")
	}
}

func TestAProfileWithoutEndIsRefused(t *testing.T) {
	_, err := FromBook(&offtake.Book{Demands: []offtake.Demand{small()}}, Env{From: start})
	if err == nil || offtake.KindOf(err) != offtake.Invalid {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestAProfileThatExplodesIsRefused(t *testing.T) {
	d := small()
	d.Profile.Growth = offtake.Growth{By: percent(900), Per: hours(1)}
	if _, err := FromBook(&offtake.Book{Demands: []offtake.Demand{d}}, Env{From: start, To: start.AddDate(50, 0, 0)}); err == nil {
		t.Error("tenfold an hour for fifty years is taken")
	}
}

func TestACampaignIsOneJobOrItsLots(t *testing.T) {
	whole := offtake.Demand{Name: "spring", Quantity: 1008, Hours: 2, Earliest: offtake.When{Instant: start.Add(time.Hour)}, LatestFinish: offtake.When{Instant: start.Add(5 * time.Hour)}}
	if got := drawn(t, 1, 1, whole); len(got) != 1 || got[0] != (Job{ID: "spring", At: 3600, Seconds: 7200, Accelerators: 1008, Deadline: 18000}) {
		t.Errorf("got %+v", got)
	}
	lots := whole
	lots.InLots, lots.Quantity = true, 20
	lots.Accelerators = []offtake.Speed{{Accelerator: "h100", Factor: offtake.One}}
	b := &offtake.Book{Demands: []offtake.Demand{lots}, Accelerators: []offtake.AcceleratorDecl{{Name: "h100", PerNode: 8}}}
	s, err := FromBook(b, Env{From: start, Resolve: func(w offtake.When) time.Time { return w.Instant }})
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int64
	for _, j := range all(t, s) {
		sizes = append(sizes, j.Accelerators)
	}
	if !slices.Equal(sizes, []int64{8, 8, 4}) {
		t.Errorf("20 in lots of 8 are %v, want 8, 8, 4", sizes)
	}
}

func TestACampaignBeyondAllBoundsIsRefused(t *testing.T) {
	for _, d := range []offtake.Demand{{Name: "a", Quantity: 1 << 40, Hours: 1}, {Name: "b", Quantity: 1, Hours: 1 << 40}, {Name: "c", Quantity: 1}} {
		if _, err := FromBook(&offtake.Book{Demands: []offtake.Demand{d}}, Env{From: start}); offtake.KindOf(err) != offtake.Invalid {
			t.Errorf("%d accelerators for %d hours: got %v, want a refusal", d.Quantity, d.Hours, err)
		}
	}
}

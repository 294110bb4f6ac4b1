package traces

import (
	"math"
	"math/bits"

	"github.com/offtake-dev/offtake"
)

// A Job is one piece of work: so many accelerators at once, all or nothing.
type Job struct {
	ID           offtake.JobID
	At           int64 // seconds from the start of the replay
	Seconds      int64 // it runs on the accelerator it was measured on
	Accelerators int64
	Deadline     int64 // seconds from the start by which it must have ended; Never where nothing says so
	Work         int   // index into Set.Works
}

// Never is the deadline of a job that has none.
const Never = math.MaxInt64

// GPUSeconds gives the work that the job demands.
func (j Job) GPUSeconds() int64 { return j.Accelerators * j.Seconds }

// The most that one job may ask for. They keep sums of many jobs inside 64 bits.
const (
	MaxAccelerators = 10_000_000
	MaxSeconds      = 100 * 366 * 86_400 // a hundred years
	MaxSubmitted    = 100 * 366 * 86_400
	MaxGPUSeconds   = math.MaxInt64 / 4 // of all jobs together
)

// Work is what jobs of one kind have in common: everything that decides where
// they may run but their size and length.
type Work struct {
	Demand       offtake.DemandName // "" for a trace given on the command line
	Purpose      offtake.Purpose
	Product      offtake.Product
	Asset        offtake.Asset
	Customer     offtake.Customer
	Accelerators []offtake.Speed
	Regions      []offtake.Region
	Labels       []offtake.Label
}

// scaled multiplies a job's accelerators: rounded half up, at least one. It
// reports whether the result is one a job may have.
func scaled(accelerators int64, by offtake.Factor) (int64, bool) {
	if by == 0 || by == offtake.One {
		return accelerators, accelerators <= MaxAccelerators
	}
	hi, lo := bits.Mul64(uint64(accelerators), uint64(by))
	lo, carry := bits.Add64(lo, offtake.One/2, 0)
	if hi += carry; hi >= offtake.One {
		return 0, false
	}
	n, _ := bits.Div64(hi, lo, offtake.One)
	return max(int64(min(n, MaxAccelerators+1)), 1), n <= MaxAccelerators
}

package replay

import (
	"encoding/json"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Result is what a replay came to. Its JSON keys are part of the command
// line; docs/REPLAY.md gives each one's meaning.
//
// Work is counted in demanded accelerator-seconds: the accelerators a job asks
// for times the seconds it would take on the accelerator it was measured on,
// whatever accelerator runs it. GPUSeconds is exactly the sum of Served,
// Waiting and Unserved.
type Result struct {
	Book  offtake.BookName
	Terms time.Time // zero: the terms moved with the clock
	From  time.Time
	To    time.Time
	Seed  int64

	Jobs         int64
	ServedJobs   int64 // those that ended
	RunningJobs  int64 // cut off by To
	WaitingJobs  int64 // not started by To
	UnservedJobs int64

	GPUSeconds         int64
	ServedGPUSeconds   int64
	WaitingGPUSeconds  int64 // of jobs not started, and what is left of those cut off by To
	UnservedGPUSeconds int64

	Wait  Wait
	Spend Amount

	Providers   []ProviderShare // in book order; all of them
	Commitments []Drawn         // by agreement, then clause, in book order
	Refusals    Refusals
	Purchases   []Purchase // in the order they were made
	Deliveries  []Delivery // of demand that says what waits for it, in book order
	Days        []Day
}

// Wait is how long work waited to start, in seconds, by nearest rank over all
// jobs that started and all still waiting at the end, which count with what
// they have waited so far. Unserved jobs are not in it.
type Wait struct {
	P50 int64 `json:"p50"`
	P95 int64 `json:"p95"`
	Max int64 `json:"max"`
}

// An Amount is money that prints itself as "USD 98.32".
type Amount struct{ offtake.Money }

// MarshalText gives "USD 98.32".
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// A ProviderShare is what one provider did.
type ProviderShare struct {
	Provider   offtake.ProviderName `json:"provider"`
	Jobs       int64                `json:"jobs"`           // started there
	GPUSeconds int64                `json:"gpu_seconds"`    // served there, in demanded units
	GPUHours   float64              `json:"gpu_hours"`      //
	Share      float64              `json:"share"`          // of all that was served, 0 to 1
	HeldHours  float64              `json:"held_gpu_hours"` // accelerator-hours of capacity held
	UsedHours  float64              `json:"used_gpu_hours"` // of which were used
	Peak       int64                `json:"peak"`           // the most accelerators held at a day's end
	Spend      Amount               `json:"spend"`
}

// Drawn is how far a commitment was drawn.
type Drawn struct {
	Clause    offtake.ClauseRef
	Provider  offtake.ProviderName
	Measure   offtake.Measure
	Committed Level
	Drawn     Level
	Remaining Level // never below zero
}

// A Level is an amount of a commitment: money, or accelerator-hours.
type Level struct {
	Money    offtake.Money // where the measure is spend
	GPUHours float64       // otherwise
}

// Float gives the level as a number for charts.
func (l Level) Float() float64 {
	if l.Money.Currency() == "" {
		return l.GPUHours
	}
	return l.Money.Ratio(offtake.MoneyOf(l.Money.Currency(), 1))
}

// MarshalJSON gives "USD 98.32", or a number of accelerator-hours.
func (l Level) MarshalJSON() ([]byte, error) {
	if l.Money.Currency() != "" {
		return json.Marshal(l.Money.String())
	}
	return json.Marshal(l.GPUHours)
}

// Refusals counts the first-refusal processes that ran, by how they stand at
// the end. Opened counts those in which a notice was owed.
type Refusals struct {
	Opened       int64 `json:"opened"`
	NotTriggered int64 `json:"not_triggered"`
	Matched      int64 `json:"matched"`  // the holder signed
	Released     int64 `json:"released"` // the third party signed
	Waived       int64 `json:"waived"`   // given up by an amendment
	Breached     int64 `json:"breached"`
	Lapsed       int64 `json:"lapsed"`  // withdrawn, expired or superseded
	Pending      int64 `json:"pending"` // still running
}

// A Purchase is capacity bought, and how the way to it was cleared.
type Purchase struct {
	At          time.Time             `json:"at"` // when it was signed
	Asked       time.Time             `json:"asked"`
	Opportunity offtake.OpportunityID `json:"opportunity"`
	Provider    offtake.ProviderName  `json:"provider"`
	Accelerator offtake.Accelerator   `json:"accelerator"`
	Region      offtake.Region        `json:"region,omitempty"`
	Site        offtake.Site          `json:"site,omitempty"`
	Quantity    int64                 `json:"quantity"`
	Price       Amount                `json:"price"` // per accelerator-hour
	Kind        offtake.OfferKind     `json:"kind"`
	From        time.Time             `json:"from"`
	Until       time.Time             `json:"until"`
	Way         Way                   `json:"way"`
}

// A Way says how a purchase came to be permitted.
type Way string

// The ways.
const (
	Free     Way = "free"     // no right stood in the way
	Released Way = "released" // every holder passed, or let its window end
	Matched  Way = "matched"  // a holder took the third party's terms
)

// A Delivery is something that waits for work: when it was due and when the
// work was done.
type Delivery struct {
	Demand  offtake.DemandName `json:"demand"`
	Product offtake.Product    `json:"product"`
	Due     time.Time          `json:"due"`
	Ready   *time.Time         `json:"ready"`     // nil: not by the end of the replay
	Late    int64              `json:"late_days"` // whole days begun after Due; counted to the end where it is not ready
	Cause   string             `json:"cause,omitempty"`
}

// A Day is where things stood when it ended (in UTC).
type Day struct {
	Date     offtake.Date
	Held     []int64 // accelerators, by provider as in Result.Providers
	Used     []int64 // of which work ran on
	Waiting  int64   // accelerators asked for by work that waits
	Jobs     int64   // jobs that wait
	Arrived  int64   // GPU-seconds demanded so far
	Served   int64   // GPU-seconds served so far by jobs that ended
	Unserved int64   // GPU-seconds given up so far
	Spend    Amount
	Drawn    []Level // by commitment as in Result.Commitments
}

// Hours turns accelerator-seconds into hours for showing.
func Hours(seconds int64) float64 { return float64(seconds) / 3600 }

type drawnJSON struct {
	Clause    string               `json:"clause"`
	Provider  offtake.ProviderName `json:"provider"`
	Measure   offtake.Measure      `json:"measure"`
	Committed Level                `json:"committed"`
	Drawn     Level                `json:"drawn"`
	Remaining Level                `json:"remaining"`
}

// MarshalJSON gives the commitment with its clause as agreement/clause.
func (d Drawn) MarshalJSON() ([]byte, error) {
	return json.Marshal(drawnJSON{d.Clause.String(), d.Provider, d.Measure, d.Committed, d.Drawn, d.Remaining})
}

type dayJSON struct {
	Date     string  `json:"date"`
	Held     []int64 `json:"held"`
	Used     []int64 `json:"used"`
	Waiting  int64   `json:"waiting"`
	Jobs     int64   `json:"waiting_jobs"`
	Arrived  int64   `json:"arrived_gpu_seconds"`
	Served   int64   `json:"served_gpu_seconds"`
	Unserved int64   `json:"unserved_gpu_seconds"`
	Spend    Amount  `json:"spend"`
	Drawn    []Level `json:"drawn"`
}

// MarshalJSON gives the day with its date as 2025-01-21.
func (d Day) MarshalJSON() ([]byte, error) {
	return json.Marshal(dayJSON{d.Date.String(), d.Held, d.Used, d.Waiting, d.Jobs, d.Arrived, d.Served, d.Unserved, d.Spend, d.Drawn})
}

type resultJSON struct {
	Book  offtake.BookName `json:"book"`
	Terms *time.Time       `json:"terms"`
	From  time.Time        `json:"from"`
	To    time.Time        `json:"to"`
	Seed  int64            `json:"seed"`

	Jobs         int64 `json:"jobs"`
	ServedJobs   int64 `json:"served_jobs"`
	RunningJobs  int64 `json:"running_jobs"`
	WaitingJobs  int64 `json:"waiting_jobs"`
	UnservedJobs int64 `json:"unserved_jobs"`

	GPUHours         float64 `json:"gpu_hours"`
	ServedGPUHours   float64 `json:"served_gpu_hours"`
	WaitingGPUHours  float64 `json:"waiting_gpu_hours"`
	UnservedGPUHours float64 `json:"unserved_gpu_hours"`

	GPUSeconds         int64 `json:"gpu_seconds"`
	ServedGPUSeconds   int64 `json:"served_gpu_seconds"`
	WaitingGPUSeconds  int64 `json:"waiting_gpu_seconds"`
	UnservedGPUSeconds int64 `json:"unserved_gpu_seconds"`

	Wait        Wait            `json:"wait_seconds"`
	Spend       Amount          `json:"spend"`
	Providers   []ProviderShare `json:"providers"`
	Commitments []Drawn         `json:"commitments"`
	Refusals    Refusals        `json:"refusals"`
	Purchases   []Purchase      `json:"purchases"`
	Deliveries  []Delivery      `json:"deliveries"`
	Days        []Day           `json:"days"`
}

// MarshalJSON gives the result as `offtake replay --output json` prints it.
func (r Result) MarshalJSON() ([]byte, error) {
	out := resultJSON{
		Book: r.Book, From: r.From, To: r.To, Seed: r.Seed,
		Jobs: r.Jobs, ServedJobs: r.ServedJobs, RunningJobs: r.RunningJobs, WaitingJobs: r.WaitingJobs, UnservedJobs: r.UnservedJobs,
		GPUHours: Hours(r.GPUSeconds), ServedGPUHours: Hours(r.ServedGPUSeconds),
		WaitingGPUHours: Hours(r.WaitingGPUSeconds), UnservedGPUHours: Hours(r.UnservedGPUSeconds),
		GPUSeconds: r.GPUSeconds, ServedGPUSeconds: r.ServedGPUSeconds,
		WaitingGPUSeconds: r.WaitingGPUSeconds, UnservedGPUSeconds: r.UnservedGPUSeconds,
		Wait: r.Wait, Spend: r.Spend, Refusals: r.Refusals,
		Providers: some(r.Providers), Commitments: some(r.Commitments), Purchases: some(r.Purchases),
		Deliveries: some(r.Deliveries), Days: some(r.Days),
	}
	if !r.Terms.IsZero() {
		out.Terms = &r.Terms
	}
	return json.Marshal(out)
}

// some makes a nil slice an empty one, so that JSON never says null for it.
func some[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

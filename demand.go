package offtake

// A Demand is work that needs compute: one campaign of Quantity accelerators
// for Hours, or a Trace, or a Profile.
type Demand struct {
	Name         DemandName
	Purpose      Purpose
	Product      Product // "" where the work is for none
	Asset        Asset
	Customer     Customer
	Accelerators []Speed // acceptable accelerators, in the order written
	Quantity     int64   // at once, all or nothing unless InLots
	InLots       bool
	Hours        int64
	Earliest     When
	LatestFinish When // zero: none
	Regions      []Region
	Worth        Money // what is lost if it does not run; zero: not said
	Delivers     Delivers
	Trace        *Trace
	Profile      *Profile
	Labels       []Label
	Pos          Pos
}

// A Speed is how fast work runs on an accelerator, relative to the one it was
// measured on.
type Speed struct {
	Accelerator Accelerator
	Factor      Factor
}

// Delivers is what waits for the work.
type Delivers struct {
	Product Product
	Due     When
}

// A Label is carried from demand, keys and usage to placements and statements.
type Label struct {
	Key   string
	Value string
}

// A Trace is a file of jobs. Its second 0 is the start of the replay.
type Trace struct {
	File        string // below the book's folder
	Format      string // "elasticflow", "philly", "offtake"
	Purpose     Purpose
	Accelerator Accelerator
	Scale       Factor // of every job's accelerators
}

// A Profile describes jobs by distributions and draws them by seed: arrivals
// at a mean rate, each with a size and a duration drawn independently.
type Profile struct {
	Seed      int64
	Period    Period  // zero bounds: the replay's
	PerDay    Factor  // mean arrivals a day at the start of the period
	Regular   bool    // evenly spaced instead of by chance
	Hourly    []int64 // 24 weights of the hours of a UTC day; nil: all alike
	Growth    Growth  // of the arrivals
	Sizes     []SizeShare
	Durations []DurationShare
	Scale     Factor // of every job's accelerators; 0: one
}

// Growth multiplies by 1+By every Per, compounding; the zero Growth is none.
type Growth struct {
	By  Percent
	Per Duration
}

// A SizeShare says that jobs of this many accelerators are this part of all.
type SizeShare struct {
	Accelerators int64
	Share        Percent
}

// A DurationShare says that this part of all jobs lasts from the previous
// share's AtMost (or zero) to this one's, evenly on a logarithmic scale.
type DurationShare struct {
	AtMost Duration // Elapsed
	Share  Percent
}

// A Scenario says how counterparties behave where no person acts, and when the
// buyer asks for how much.
type Scenario struct {
	Name   ScenarioName
	Actors []Actor
	Buying Buying
	Pos    Pos
}

// An Actor answers for a party (a holder) or a provider.
type Actor struct {
	Party    PartyName // one of Party and Provider is set
	Provider ProviderName
	Answers  Behaviour
	After    Duration // from the question to the answer, by the book's calendar
}

// A Behaviour is how somebody answers.
type Behaviour string

// The behaviours.
const (
	Matches              Behaviour = "matches"
	Passes               Behaviour = "passes"
	Silent               Behaviour = "silent"
	MatchesWhileCapacity Behaviour = "matches_while_capacity"
)

// Buying is the buyer's policy. The zero Buying buys nothing.
type Buying struct {
	Every   Duration // how often the buyer looks; Elapsed or civil days
	Waiting Duration // it asks for work that has waited this long
	Ahead   Duration // and for dated work that starts within this
	Cover   Percent  // of the shortage it asks for; over 100% keeps headroom
	AtLeast int64    // accelerators in one purchase
	AtMost  int64    // 0: no bound
	Term    Duration // for how long it buys
}

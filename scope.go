package offtake

// A Scope is a box: it names, per dimension, the values it covers. A dimension
// left out (nil, or a zero bound) covers everything. Because scopes are boxes,
// overlap, cover and contradiction can be decided exactly.
type Scope struct {
	Purposes     []Purpose
	Products     []Product
	Assets       []Asset
	Providers    []ProviderName
	Accelerators []Accelerator
	Regions      []Region // names, or a prefix ending in *
	Sites        []Site
	Customers    []Customer
	Capacity     Capacity
	Route        Route
	Quantity     Bounds         // accelerators
	Term         DurationBounds // of the purchase
	Start        Period         // of the purchase
}

// Capacity says whether capacity is being bought or already contracted.
type Capacity string

// The two kinds of capacity; "" is either, or not known.
const (
	NewCapacity  Capacity = "new"
	HeldCapacity Capacity = "held"
)

// Route says whether capacity is bought from a provider or built by the buyer.
type Route string

// The two routes; "" is either, or not known.
const (
	Cloud Route = "cloud"
	Build Route = "build"
)

// Bounds are inclusive; 0 leaves a side open.
type Bounds struct {
	AtLeast int64
	AtMost  int64
}

// DurationBounds are inclusive; the zero Duration leaves a side open.
// Durations of different units compare by their length counted from one fixed
// civil day, see docs/LANGUAGE.md.
type DurationBounds struct {
	AtLeast Duration
	AtMost  Duration
}

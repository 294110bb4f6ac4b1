package book

import (
	"fmt"

	"github.com/invopop/jsonschema"
	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

type aDemand = offtake.Demand

var demandDocument = document("Demand", "Work that needs compute: one campaign, a trace of jobs, or a profile that draws them.", object("Demand", checkDemand,
	opt("purpose", func(v *aDemand) *offtake.Purpose { return &v.Purpose }, named[offtake.Purpose](purpose), "what it is for; required, for a trace here or in the trace"),
	opt("product", func(v *aDemand) *offtake.Product { return &v.Product }, named[offtake.Product](product), "the product it is for"),
	opt("asset", func(v *aDemand) *offtake.Asset { return &v.Asset }, named[offtake.Asset](asset), "the model or other asset it runs"),
	opt("customer", func(v *aDemand) *offtake.Customer { return &v.Customer }, named[offtake.Customer](customer), "the customer it is for"),
	opt("accelerator", func(v *aDemand) *[]offtake.Speed { return &v.Accelerators }, speeds, "the accelerators it can run on, with their speed relative to the one it was measured on; required, for a trace here or in the trace"),
	opt("quantity", func(v *aDemand) *int64 { return &v.Quantity }, quantity, "accelerators at once, all or nothing unless divisible; required for a campaign"),
	opt("divisible", func(v *aDemand) *bool { return &v.InLots }, lots, "lots: it may run on fewer, in whole lots; left out, all or nothing"),
	opt("hours", func(v *aDemand) *int64 { return &v.Hours }, quantity, "how long it runs on the full quantity at speed 1; required for a campaign"),
	opt("earliest", func(v *aDemand) *offtake.When { return &v.Earliest }, moment, "when it may start; required for a campaign"),
	opt("latest_finish", func(v *aDemand) *offtake.When { return &v.LatestFinish }, moment, "when it must be done; left out, at no time"),
	opt("regions", func(v *aDemand) *[]offtake.Region { return &v.Regions }, setOf(regions), "where it may run; left out, anywhere"),
	opt("worth", func(v *aDemand) *offtake.Money { return &v.Worth }, money, "what is lost if it does not run"),
	opt("delivers", func(v *aDemand) *offtake.Delivers { return &v.Delivers }, object("delivers", nil,
		req("product", func(v *offtake.Delivers) *offtake.Product { return &v.Product }, named[offtake.Product](product), "the product that waits for it"),
		req("due", func(v *offtake.Delivers) *offtake.When { return &v.Due }, moment, "when the product is due"),
	), "what waits for it"),
	opt("trace", func(v *aDemand) **offtake.Trace { return &v.Trace }, pointer(trace), "a file of jobs, instead of a campaign"),
	opt("profile", func(v *aDemand) **offtake.Profile { return &v.Profile }, pointer(profile), "distributions that jobs are drawn from, instead of a campaign"),
	opt("labels", func(v *aDemand) *[]offtake.Label { return &v.Labels }, labels, "carried to placements and statements"),
), func(r *reader, v offtake.Demand) { r.book.Demands = append(r.book.Demands, v) },
	func(v *aDemand) (*offtake.DemandName, *offtake.Pos) { return &v.Name, &v.Pos },
	func(b *offtake.Book) []offtake.Demand { return b.Demands })

var campaignKeys = []string{"quantity", "hours", "earliest"}

func checkDemand(r *reader, n *yaml.Node, v *aDemand) {
	r.inOrder(at(n, "latest_finish"), v.Earliest, v.LatestFinish)
	traced, drawn := value(n, "trace") != nil, value(n, "profile") != nil
	if traced && drawn {
		r.wrong(at(n, "profile"), "both-given", "trace and profile are both written; a demand is one of a campaign, a trace and a profile")
	}
	for _, key := range append(campaignKeys, "latest_finish", "divisible", "delivers", "worth") {
		if k := value(n, key); k != nil && (traced || drawn) {
			r.wrong(k, "contradiction", "%s belongs to a campaign; the jobs of a trace or profile bring their own", key)
		}
	}
	if !traced && !drawn {
		for _, key := range campaignKeys {
			if value(n, key) == nil {
				r.missing(n, "Demand", key, map[string]string{"quantity": quantity.want, "hours": quantity.want, "earliest": moment.want}[key],
					"a campaign has quantity, hours and earliest; other demand has a trace or a profile")
			}
		}
	}
	for _, key := range []string{"purpose", "accelerator"} {
		if value(n, key) == nil && (!traced || value(at(n, "trace"), key) == nil) {
			r.missing(n, "Demand", key, map[string]string{"purpose": purpose.want(), "accelerator": speeds.want}[key], "")
		}
	}
}

// speeds are accelerators with their speed, or one accelerator at speed 1.
var speeds = either(
	shape[[]offtake.Speed]{
		want: accelerator.want(),
		read: func(r *reader, n *yaml.Node, v *[]offtake.Speed) {
			one := []offtake.Speed{{Factor: offtake.One}}
			named[offtake.Accelerator](accelerator).read(r, n, &one[0].Accelerator)
			*v = one
		},
		write:  func(v []offtake.Speed) *yaml.Node { return str(v[0].Accelerator) },
		schema: func(d *defs) *jsonschema.Schema { return named[offtake.Accelerator](accelerator).schema(d) },
	},
	entriesOf("accelerators", shape[offtake.Speed]{
		want: factor.want,
		read: func(r *reader, n *yaml.Node, v *offtake.Speed) {
			r.use(accelerator, string(v.Accelerator), n)
			factor.read(r, n, &v.Factor)
		},
		write:  func(v offtake.Speed) *yaml.Node { return factor.write(v.Factor) },
		schema: factor.schema,
	}, func(v *offtake.Speed) *offtake.Accelerator { return &v.Accelerator }, nil),
	func(v []offtake.Speed) bool { return len(v) == 1 && v[0].Factor == offtake.One })

// lots is the word under `divisible`.
var lots = leaf("lots", func(s string) (bool, error) {
	if s != "lots" {
		return false, offtake.Refuse(offtake.Invalid, "divisible %q is not lots", clip(s))
	}
	return true, nil
}, func(bool) *yaml.Node { return word("lots") }, &jsonschema.Schema{Type: "string", Enum: []any{"lots"}})

// pointer is a shape whose absence is nil.
func pointer[T any](s shape[T]) shape[*T] {
	return shape[*T]{
		want: s.want, parts: s.parts,
		read: func(r *reader, n *yaml.Node, v **T) {
			*v = new(T)
			s.read(r, n, *v)
		},
		write:  func(v *T) *yaml.Node { return s.write(*v) },
		schema: s.schema,
	}
}

var labels = entriesOf("labels", shape[offtake.Label]{
	want:   prose.want,
	read:   func(r *reader, n *yaml.Node, v *offtake.Label) { prose.read(r, n, &v.Value) },
	write:  func(v offtake.Label) *yaml.Node { return text(v.Value) },
	schema: prose.schema,
}, func(v *offtake.Label) *string { return &v.Key }, nil)

var trace = object("trace", func(r *reader, n *yaml.Node, v *offtake.Trace) {
	if v.Scale == 0 {
		v.Scale = offtake.One
	}
	if v.File != "" {
		r.mustExist(at(n, "file"), v.File)
	}
},
	req("file", func(v *offtake.Trace) *string { return &v.File }, filePath, "the file, below the book's folder"),
	req("format", func(v *offtake.Trace) *string { return &v.Format }, oneOf("elasticflow", "philly", "offtake"), "how it is written"),
	opt("purpose", func(v *offtake.Trace) *offtake.Purpose { return &v.Purpose }, named[offtake.Purpose](purpose), "what its jobs are for"),
	opt("accelerator", func(v *offtake.Trace) *offtake.Accelerator { return &v.Accelerator }, named[offtake.Accelerator](accelerator), "what its jobs run on"),
	opt("scale", func(v *offtake.Trace) *offtake.Factor { return &v.Scale }, factor, "of every job's accelerators; left out, 1"),
)

type aProfile = offtake.Profile

var profile = object("profile", checkProfile,
	req("seed", func(v *aProfile) *int64 { return &v.Seed }, whole[int64](0, maxWhole), "the same seed draws the same jobs"),
	opt("period", func(v *aProfile) *offtake.Period { return &v.Period }, period(), "when jobs arrive; left out, as long as the replay lasts"),
	req("per_day", func(v *aProfile) *offtake.Factor { return &v.PerDay }, factor, "how many jobs arrive on a day at the beginning, on average"),
	opt("arrivals", func(v *aProfile) *bool { return &v.Regular }, arrivals, "random: by chance (the default); regular: evenly spaced"),
	opt("hourly", func(v *aProfile) *[]int64 { return &v.Hourly }, listOf(whole[int64](0, 1_000_000)), "24 weights of the hours of a UTC day; left out, all alike"),
	opt("growth", func(v *aProfile) *offtake.Growth { return &v.Growth }, object("growth", nil,
		req("by", func(v *offtake.Growth) *offtake.Percent { return &v.By }, percent(0, 10*offtake.One), "how much more"),
		req("per", func(v *offtake.Growth) *offtake.Duration { return &v.Per }, span, "every so often, compounding"),
	), "of the arrivals; left out, there is none"),
	req("sizes", func(v *aProfile) *[]offtake.SizeShare { return &v.Sizes }, listOf(object("size", nil,
		req("accelerators", func(v *offtake.SizeShare) *int64 { return &v.Accelerators }, quantity, "of one job"),
		req("share", func(v *offtake.SizeShare) *offtake.Percent { return &v.Share }, part, "of all jobs"),
	)), "the sizes of jobs; the shares are 100% together"),
	req("durations", func(v *aProfile) *[]offtake.DurationShare { return &v.Durations }, listOf(object("duration", nil,
		req("at_most", func(v *offtake.DurationShare) *offtake.Duration { return &v.AtMost }, elapsed, "from the one before it (or nothing) to this, evenly on a logarithmic scale"),
		req("share", func(v *offtake.DurationShare) *offtake.Percent { return &v.Share }, part, "of all jobs"),
	)), "how long jobs last, from the shortest; the shares are 100% together"),
	opt("scale", func(v *aProfile) *offtake.Factor { return &v.Scale }, factor, "of every job's accelerators; left out, 1"),
)

var elapsed = duration("elapsed time such as PT48H", func(d offtake.Duration) error {
	if d.Unit != offtake.Elapsed || d.Time == 0 {
		return offtake.Refuse(offtake.Invalid, "duration %q is not elapsed time", d)
	}
	return nil
})

var arrivals = leaf("one of random, regular", func(s string) (bool, error) {
	if s != "random" && s != "regular" {
		return false, offtake.Refuse(offtake.Invalid, "arrivals %q are not known", clip(s))
	}
	return s == "regular", nil
}, func(v bool) *yaml.Node { return word(map[bool]string{true: "regular", false: "random"}[v]) },
	&jsonschema.Schema{Type: "string", Enum: []any{"random", "regular"}})

func checkProfile(r *reader, n *yaml.Node, v *aProfile) {
	if v.Hourly != nil && len(v.Hourly) != 24 {
		r.wrong(at(n, "hourly"), "wrong-value", "%d weights are written, and a day has 24 hours", len(v.Hourly))
	}
	var hours int64
	for _, w := range v.Hourly {
		hours += w
	}
	if len(v.Hourly) == 24 && hours == 0 {
		r.wrong(at(n, "hourly"), "out-of-range", "all 24 weights are 0, so no job would arrive")
	}
	var sizes, durations offtake.Percent
	for _, s := range v.Sizes {
		sizes += s.Share
	}
	for i, s := range v.Durations {
		durations += s.Share
		if i > 0 && s.AtMost.Time > 0 && s.AtMost.Time <= v.Durations[i-1].AtMost.Time {
			r.wrong(at(n, "durations"), "out-of-order", "at_most %s is not longer than the one before it, %s", s.AtMost, v.Durations[i-1].AtMost)
		}
	}
	for _, sum := range []struct {
		key string
		is  offtake.Percent
	}{{"sizes", sizes}, {"durations", durations}} {
		if list := value(n, sum.key); list != nil && sum.is != offtake.One {
			r.wrong(list, "out-of-range", "the shares of %s are %s together, not 100%%", sum.key, sum.is)
		}
	}
}

var scenarioDocument = document("Scenario", "How counterparties behave where no person acts, and when the buyer asks for how much.", object("Scenario", checkScenario,
	opt("actors", func(v *offtake.Scenario) *[]offtake.Actor { return &v.Actors }, listOf(actor), "who answers how; anyone left out is silent"),
	opt("buying", func(v *offtake.Scenario) *offtake.Buying { return &v.Buying }, buying, "when the buyer asks for how much; left out, it buys nothing"),
), func(r *reader, v offtake.Scenario) { r.book.Scenarios = append(r.book.Scenarios, v) },
	func(v *offtake.Scenario) (*offtake.ScenarioName, *offtake.Pos) { return &v.Name, &v.Pos },
	func(b *offtake.Book) []offtake.Scenario { return b.Scenarios })

func checkScenario(r *reader, n *yaml.Node, v *offtake.Scenario) {
	list := at(n, "actors")
	seen := make(map[string]bool)
	for i, a := range v.Actors {
		key := fmt.Sprintf("%s/%s", a.Party, a.Provider)
		if seen[key] && key != "/" {
			r.wrong(list.Content[i], "duplicate", "actor %q answers twice", string(a.Party)+string(a.Provider))
		}
		seen[key] = true
	}
}

var actor = object("actor", func(r *reader, n *yaml.Node, v *offtake.Actor) {
	if (value(n, "party") == nil) == (value(n, "provider") == nil) {
		r.wrong(n, "missing-field", "an actor is either a party (a holder) or a provider; write one of them")
	}
	if after := value(n, "after"); v.Answers == offtake.Silent && after != nil {
		r.wrong(after, "contradiction", "after has no meaning for an actor that is silent")
	}
},
	opt("party", func(v *offtake.Actor) *offtake.PartyName { return &v.Party }, aParty, "the holder that answers; this or provider is required"),
	opt("provider", func(v *offtake.Actor) *offtake.ProviderName { return &v.Provider }, aProvider, "the provider that answers; this or party is required"),
	req("answers", func(v *offtake.Actor) *offtake.Behaviour { return &v.Answers }, oneOf(offtake.Matches, offtake.Passes, offtake.Silent, offtake.MatchesWhileCapacity), "how"),
	opt("after", func(v *offtake.Actor) *offtake.Duration { return &v.After }, spanOrNone, "how long it takes, by the book's calendar; left out, no time"),
)

var buying = object("buying", func(r *reader, n *yaml.Node, v *offtake.Buying) {
	if v.AtMost > 0 && v.AtMost < v.AtLeast {
		r.wrong(at(n, "at_most"), "empty-period", "at_most %d is below at_least %d", v.AtMost, v.AtLeast)
	}
},
	req("every", func(v *offtake.Buying) *offtake.Duration { return &v.Every }, span, "how often the buyer looks"),
	opt("waiting", func(v *offtake.Buying) *offtake.Duration { return &v.Waiting }, spanOrNone, "it asks for work that has waited this long; left out, at once"),
	opt("ahead", func(v *offtake.Buying) *offtake.Duration { return &v.Ahead }, spanOrNone, "and for dated work that starts within this; left out, for none"),
	req("cover", func(v *offtake.Buying) *offtake.Percent { return &v.Cover }, percent(1, 10*offtake.One), "of the shortage it asks for; over 100% keeps headroom"),
	opt("at_least", func(v *offtake.Buying) *int64 { return &v.AtLeast }, quantity, "accelerators in one purchase"),
	opt("at_most", func(v *offtake.Buying) *int64 { return &v.AtMost }, quantity, "accelerators in one purchase; left out, no bound"),
	req("term", func(v *offtake.Buying) *offtake.Duration { return &v.Term }, span, "for how long it buys"),
)

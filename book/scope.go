package book

import (
	"strings"

	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

// scope is a box; see language reference, "Scope".
var scope = shared("scope", scopeOf("scope"))

// useScope is the scope of a licence: products and purposes.
var useScope = also(scopeOf("scope"), func(r *reader, n *yaml.Node, v *offtake.Scope) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k := n.Content[i]; k.Value != "product" && k.Value != "purpose" {
			r.wrong(k, "wrong-dimension", "%q does not bound a licence; its scope has product and purpose", k.Value)
		}
	}
})

func scopeOf(name string) shape[offtake.Scope] {
	type s = offtake.Scope
	return object(name, nil,
		opt("purpose", func(v *s) *[]offtake.Purpose { return &v.Purposes }, setOf(named[offtake.Purpose](purpose)), "the purposes covered"),
		opt("product", func(v *s) *[]offtake.Product { return &v.Products }, setOf(named[offtake.Product](product)), "the products covered"),
		opt("asset", func(v *s) *[]offtake.Asset { return &v.Assets }, setOf(named[offtake.Asset](asset)), "the models and other assets covered"),
		opt("provider", func(v *s) *[]offtake.ProviderName { return &v.Providers }, setOf(named[offtake.ProviderName](provider)), "the providers covered"),
		opt("accelerator", func(v *s) *[]offtake.Accelerator { return &v.Accelerators }, setOf(named[offtake.Accelerator](accelerator)), "the accelerators covered"),
		opt("region", func(v *s) *[]offtake.Region { return &v.Regions }, setOf(regions), "the regions covered; a name may end in * for every region that begins so"),
		opt("site", func(v *s) *[]offtake.Site { return &v.Sites }, setOf(named[offtake.Site](site)), "the sites covered"),
		opt("customer", func(v *s) *[]offtake.Customer { return &v.Customers }, setOf(named[offtake.Customer](customer)), "the customers covered"),
		opt("capacity", func(v *s) *offtake.Capacity { return &v.Capacity }, oneOf(offtake.NewCapacity, offtake.HeldCapacity), "new: being bought; held: already contracted"),
		opt("route", func(v *s) *offtake.Route { return &v.Route }, oneOf(offtake.Cloud, offtake.Build), "cloud: bought from a provider; build: built by the buyer"),
		opt("quantity", func(v *s) *offtake.Bounds { return &v.Quantity }, bounds, "accelerators in one request"),
		opt("term", func(v *s) *offtake.DurationBounds { return &v.Term }, durationBounds, "how long the purchase lasts"),
		opt("start", func(v *s) *offtake.Period { return &v.Start }, period(), "when the purchase begins"),
	)
}

// regions is a region's name, or the beginning of several.
var regions = also(leaf("a region, or the beginning of several followed by *", func(s string) (offtake.Region, error) {
	if head, _ := strings.CutSuffix(s, "*"); !offtake.IsName(head) && s != "*" {
		return "", offtake.Refuse(offtake.Invalid, "region %q is not one word, with * at its end only", clip(s))
	}
	return offtake.Region(s), nil
}, str[offtake.Region], pattern(`^[^\s/*#]{0,128}\*?$`, "us-*")),
	func(r *reader, n *yaml.Node, v *offtake.Region) { r.use(region, string(*v), n) })

// bounds are inclusive, in accelerators.
var bounds = object("quantity", func(r *reader, n *yaml.Node, v *offtake.Bounds) {
	switch {
	case len(n.Content) == 0:
		r.wrong(n, "empty-value", "neither at_least nor at_most is written")
	case v.AtMost > 0 && v.AtMost < v.AtLeast:
		r.wrong(at(n, "at_most"), "empty-period", "at_most %d is below at_least %d, so nothing is inside", v.AtMost, v.AtLeast)
	}
},
	opt("at_least", func(v *offtake.Bounds) *int64 { return &v.AtLeast }, quantity, "the least, itself inside"),
	opt("at_most", func(v *offtake.Bounds) *int64 { return &v.AtMost }, quantity, "the most, itself inside"),
)

// durationBounds are inclusive.
var durationBounds = object("bounds", func(r *reader, n *yaml.Node, v *offtake.DurationBounds) {
	a, b := v.AtLeast, v.AtMost
	switch {
	case len(n.Content) == 0:
		r.wrong(n, "empty-value", "neither at_least nor at_most is written")
	case !a.IsZero() && a.Unit == b.Unit && (b.Count < a.Count || b.Time < a.Time):
		r.wrong(at(n, "at_most"), "empty-period", "at_most %s is below at_least %s, so nothing is inside", b, a)
	}
},
	opt("at_least", func(v *offtake.DurationBounds) *offtake.Duration { return &v.AtLeast }, span, "the shortest, itself inside"),
	opt("at_most", func(v *offtake.DurationBounds) *offtake.Duration { return &v.AtMost }, span, "the longest, itself inside"),
)

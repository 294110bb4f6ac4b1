package booktest

import (
	"fmt"
	"time"

	"github.com/offtake-dev/offtake"
)

func (m maker) supply() offtake.Supply {
	s := offtake.Supply{Name: "list", Provider: "north"}
	for range 1 + m.IntN(4) {
		o := offtake.SupplyOffer{
			Accelerator: pick(m, chips...), Region: pick(m, "", regions[0]), Site: pick(m, "", offtake.Site("abilene")), Price: m.money(), Quantity: pick[int64](m, 0, 100_000_000),
			Kind: pick(m, offtake.OnDemand, offtake.Spot, offtake.Block, offtake.Reserved, offtake.Quoted), EndsAt: pick(m, "", "11:30Z"), Pay: pick(m, "", "upfront"),
			Expires: opt(m, func() offtake.When { return m.when(2026) }), AllOrNone: m.maybe(), Lead: opt(m, m.duration), Source: opt(m, m.prose),
			Confidential: some(m, offtake.Content("price"), "site"), PerOrder: opt(m, func() offtake.Bounds { return offtake.Bounds{AtLeast: 8, AtMost: 512} }),
			OrderAhead: opt(m, func() offtake.DurationBounds { return offtake.DurationBounds{AtMost: m.duration()} }),
			Lasts:      opt(m, func() []offtake.LengthStep { return []offtake.LengthStep{{Step: m.duration(), Until: m.duration()}} }),
		}
		if m.maybe() {
			o.From, o.Until = m.when(2025), m.when(2027)
		}
		s.Offers = append(s.Offers, o)
	}
	return s
}

func (m maker) campaign() offtake.Demand {
	return offtake.Demand{
		Name: "campaign", Purpose: pick(m, purposes...), Product: pick(m, "", products[0]), Asset: pick(m, "", assets[0]), Customer: pick(m, "", offtake.Customer("state")),
		Accelerators: []offtake.Speed{{Accelerator: "h100", Factor: offtake.One}, {Accelerator: "gb200", Factor: m.factor()}}[:1+m.IntN(2)],
		Quantity:     m.quantity(), InLots: m.maybe(), Hours: m.quantity(), Earliest: m.when(2025), LatestFinish: opt(m, func() offtake.When { return m.when(2026) }),
		Regions: some(m, offtake.Region("us-*")), Worth: opt(m, m.money), Delivers: opt(m, func() offtake.Delivers { return offtake.Delivers{Product: "chat", Due: m.when(2026)} }),
		Labels: opt(m, m.labels),
	}
}

func (m maker) labels() []offtake.Label {
	return []offtake.Label{{Key: "team", Value: m.prose()}, {Key: "project", Value: "x"}}
}

func (m maker) profile() offtake.Demand {
	p := &offtake.Profile{
		Seed: int64(m.IntN(1000)), Period: opt(m, m.period), PerDay: m.factor(), Regular: m.maybe(), Scale: opt(m, m.factor),
		Growth:    opt(m, func() offtake.Growth { return offtake.Growth{By: m.percent(), Per: m.duration()} }),
		Sizes:     []offtake.SizeShare{{Accelerators: 1, Share: 600_000}, {Accelerators: 8, Share: 400_000}},
		Durations: []offtake.DurationShare{{AtMost: offtake.Duration{Unit: offtake.Elapsed, Time: time.Hour}, Share: offtake.One}},
	}
	if m.maybe() {
		p.Hourly = make([]int64, 24)
		p.Hourly[m.IntN(24)] = 7
	}
	return offtake.Demand{Name: "small-jobs", Purpose: "research", Accelerators: []offtake.Speed{{Accelerator: "h100", Factor: offtake.One}}, Profile: p}
}

func (m maker) serving() offtake.Serving {
	s := offtake.Serving{Name: "api", StaleAfter: opt(m, m.duration)}
	for i := range 1 + m.IntN(3) {
		s.Deployments = append(s.Deployments, offtake.Deployment{
			Name: fmt.Sprint("deployment-", i), Asset: "model-1", Provider: "north", Region: pick(m, "", regions[0]), Purpose: pick(m, "", purposes[2]),
			Mode: pick(m, "provisioned", "per_token"), Dialect: pick(m, "openai", "azure"), Upstream: "https://example.com/v1",
			Credential: pick(m, offtake.Credential{}, offtake.Credential{Env: "KEY"}, offtake.Credential{File: "secrets/key"}),
			Priority:   int64(m.IntN(3)), Weight: int64(m.IntN(3)), SpillOn: some[int64](m, 429, 503),
		})
	}
	limits := []offtake.UseLimit{{Product: "chat", Requests: m.quantity(), Tokens: opt(m, m.quantity), Money: opt(m, m.money), Per: m.duration()}}
	s.Keys = []offtake.Key{{Name: "k1", Party: "acme", Product: "chat", Hash: "sha256:00ff", Limits: limits, Labels: opt(m, m.labels)}}
	s.Limits = opt(m, func() []offtake.UseLimit { return limits })
	s.Aliases = []offtake.Alias{{Name: "latest", Asset: "model-1"}}
	price := func() offtake.PerTokens {
		return offtake.PerTokens{Money: m.money(), Tokens: pick[int64](m, 1, 1000, 1_000_000, 1500)}
	}
	s.Prices = []offtake.TokenPrice{{Asset: "model-1", Provider: "north", Input: price(), Cached: opt(m, price), Output: price(), From: opt(m, func() offtake.When { return m.when(2025) })}}
	return s
}

func (m maker) scenario() offtake.Scenario {
	return offtake.Scenario{Name: "usual",
		Actors: []offtake.Actor{
			{Party: "northwind", Answers: pick(m, offtake.Matches, offtake.Passes, offtake.MatchesWhileCapacity), After: opt(m, m.duration)},
			{Provider: "con", Answers: offtake.Silent},
		},
		Buying: opt(m, func() offtake.Buying {
			return offtake.Buying{Every: m.duration(), Waiting: m.duration(), Ahead: m.duration(), Cover: m.percent(), AtLeast: 8, AtMost: pick[int64](m, 0, 1000), Term: m.duration()}
		}),
	}
}

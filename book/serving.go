package book

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

type aServing = offtake.Serving

var servingDocument = document("Serving", "What answers API requests, who may ask, and at what price.", object("Serving", checkServing,
	opt("deployments", func(v *aServing) *[]offtake.Deployment { return &v.Deployments }, listOf(deployment), "what answers"),
	opt("keys", func(v *aServing) *[]offtake.Key { return &v.Keys }, listOf(key), "who may ask"),
	opt("limits", func(v *aServing) *[]offtake.UseLimit { return &v.Limits }, listOf(useLimit), "how much a product may use"),
	opt("aliases", func(v *aServing) *[]offtake.Alias { return &v.Aliases }, aliases, "other names for assets"),
	opt("stale_after", func(v *aServing) *offtake.Duration { return &v.StaleAfter }, span, "how long terms learnt from a broker are relied on"),
	opt("prices", func(v *aServing) *[]offtake.TokenPrice { return &v.Prices }, listOf(tokenPrice), "what tokens cost"),
), func(r *reader, v offtake.Serving) { r.book.Servings = append(r.book.Servings, v) },
	func(v *aServing) (*string, *offtake.Pos) { return &v.Name, &v.Pos },
	func(b *offtake.Book) []offtake.Serving { return b.Servings })

var deployment = object("deployment", nil,
	req("name", func(v *offtake.Deployment) *string { return &v.Name }, freeName[string]("a name"), "its name, used once"),
	req("asset", func(v *offtake.Deployment) *offtake.Asset { return &v.Asset }, named[offtake.Asset](asset), "the model it answers for"),
	req("provider", func(v *offtake.Deployment) *offtake.ProviderName { return &v.Provider }, aProvider, "where it runs"),
	opt("region", func(v *offtake.Deployment) *offtake.Region { return &v.Region }, named[offtake.Region](region), "in which region"),
	opt("purpose", func(v *offtake.Deployment) *offtake.Purpose { return &v.Purpose }, named[offtake.Purpose](purpose), "what it is for"),
	req("mode", func(v *offtake.Deployment) *string { return &v.Mode }, oneOf("provisioned", "per_token"), "provisioned: capacity held for it; per_token: paid as used"),
	req("dialect", func(v *offtake.Deployment) *string { return &v.Dialect }, oneOf("openai", "azure"), "the API its upstream speaks"),
	req("upstream", func(v *offtake.Deployment) *string { return &v.Upstream }, prose, "the address it is reached at"),
	opt("credential", func(v *offtake.Deployment) *offtake.Credential { return &v.Credential }, object("credential", checkCredential,
		opt("env", func(v *offtake.Credential) *string { return &v.Env }, freeName[string]("a variable of the environment"), "the variable that holds it"),
		opt("file", func(v *offtake.Credential) *string { return &v.File }, prose, "the file that holds it"),
	), "where its secret is found; never the secret itself"),
	opt("priority", func(v *offtake.Deployment) *int64 { return &v.Priority }, whole[int64](0, 1_000_000), "lower answers first; left out, 0"),
	opt("weight", func(v *offtake.Deployment) *int64 { return &v.Weight }, whole[int64](0, 1_000_000), "its share among equals"),
	opt("spill_on", func(v *offtake.Deployment) *[]int64 { return &v.SpillOn }, setOf(whole[int64](400, 599)), "HTTP statuses that send a request on to the next deployment"),
)

func checkCredential(r *reader, n *yaml.Node, v *offtake.Credential) {
	if (value(n, "env") == nil) == (value(n, "file") == nil) {
		r.wrong(n, "missing-field", "a credential is found in env or in a file; write one of them")
	}
}

var key = object("key", nil,
	req("name", func(v *offtake.Key) *string { return &v.Name }, freeName[string]("a name"), "its name, used once"),
	req("party", func(v *offtake.Key) *offtake.PartyName { return &v.Party }, aParty, "whose key it is"),
	req("product", func(v *offtake.Key) *offtake.Product { return &v.Product }, named[offtake.Product](product), "the product it asks for"),
	req("hash", func(v *offtake.Key) *string { return &v.Hash }, prose, "the hash it is known by"),
	opt("limits", func(v *offtake.Key) *[]offtake.UseLimit { return &v.Limits }, listOf(useLimit), "how much it may use"),
	opt("labels", func(v *offtake.Key) *[]offtake.Label { return &v.Labels }, labels, "carried to statements"),
)

var useLimit = object("limit of use", func(r *reader, n *yaml.Node, v *offtake.UseLimit) {
	if value(n, "requests") == nil && value(n, "tokens") == nil && value(n, "money") == nil {
		r.wrong(n, "missing-field", "a limit without requests, tokens or money limits nothing")
	}
},
	opt("product", func(v *offtake.UseLimit) *offtake.Product { return &v.Product }, named[offtake.Product](product), "the product it is for; left out, all"),
	opt("requests", func(v *offtake.UseLimit) *int64 { return &v.Requests }, quantity, "requests"),
	opt("tokens", func(v *offtake.UseLimit) *int64 { return &v.Tokens }, quantity, "tokens, in and out"),
	opt("money", func(v *offtake.UseLimit) *offtake.Money { return &v.Money }, money, "money"),
	req("per", func(v *offtake.UseLimit) *offtake.Duration { return &v.Per }, span, "in each of these"),
)

var aliases = entriesOf("aliases", shape[offtake.Alias]{
	want:   asset.want(),
	read:   func(r *reader, n *yaml.Node, v *offtake.Alias) { named[offtake.Asset](asset).read(r, n, &v.Asset) },
	write:  func(v offtake.Alias) *yaml.Node { return str(v.Asset) },
	schema: named[offtake.Asset](asset).schema,
}, func(v *offtake.Alias) *string { return &v.Name }, nil)

var tokenPrice = object("price", func(r *reader, n *yaml.Node, v *offtake.TokenPrice) {
	if value(n, "input") == nil && value(n, "output") == nil {
		r.wrong(n, "missing-field", "a price has input, output or both")
	}
},
	req("asset", func(v *offtake.TokenPrice) *offtake.Asset { return &v.Asset }, named[offtake.Asset](asset), "the model"),
	req("provider", func(v *offtake.TokenPrice) *offtake.ProviderName { return &v.Provider }, aProvider, "where it runs"),
	opt("input", func(v *offtake.TokenPrice) *offtake.PerTokens { return &v.Input }, perTokens, "of what is read"),
	opt("cached", func(v *offtake.TokenPrice) *offtake.PerTokens { return &v.Cached }, perTokens, "of what is read from a cache"),
	opt("output", func(v *offtake.TokenPrice) *offtake.PerTokens { return &v.Output }, perTokens, "of what is written"),
	opt("from", func(v *offtake.TokenPrice) *offtake.When { return &v.From }, moment, "from when"),
)

// perTokens is money for a number of tokens.
var perTokens = also(leaf("a price such as USD 2.50 per 1M tokens", parsePerTokens, func(v offtake.PerTokens) *yaml.Node {
	return word(fmt.Sprintf("%s per %s tokens", v.Money, tokenCount(v.Tokens)))
}, pattern(`^[A-Z]{3} [0-9]+(\.[0-9]+)?[KMBT]? per [1-9][0-9]{0,11}[KM]? tokens$`, "USD 2.50 per 1M tokens")),
	func(r *reader, n *yaml.Node, v *offtake.PerTokens) { r.use(currency, string(v.Money.Currency()), n) })

func parsePerTokens(s string) (offtake.PerTokens, error) {
	bad := offtake.Refuse(offtake.Invalid, "price %q is not money per a number of tokens", clip(s))
	amount, rest, ok := strings.Cut(s, " per ")
	count, ends := strings.CutSuffix(rest, " tokens")
	m, err := offtake.ParseMoney(amount)
	if !ok || !ends || err != nil || m.Sign() < 0 {
		return offtake.PerTokens{}, bad
	}
	times := int64(1)
	for suffix, x := range map[string]int64{"K": 1000, "M": 1_000_000} {
		if n, ok := strings.CutSuffix(count, suffix); ok {
			count, times = n, x
		}
	}
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil || n < 1 || n > maxWhole/times || strconv.FormatInt(n, 10) != count {
		return offtake.PerTokens{}, bad
	}
	return offtake.PerTokens{Money: m, Tokens: n * times}, nil
}

func tokenCount(n int64) string {
	switch {
	case n%1_000_000 == 0:
		return strconv.FormatInt(n/1_000_000, 10) + "M"
	case n%1000 == 0:
		return strconv.FormatInt(n/1000, 10) + "K"
	}
	return strconv.FormatInt(n, 10)
}

func checkServing(r *reader, n *yaml.Node, v *aServing) {
	twice := func(list, what string, name func(i int) string, count int) {
		seen := make(map[string]bool)
		for i := range count {
			if s := name(i); s != "" && seen[s] {
				r.wrong(at(at(n, list).Content[i], "name"), "duplicate-name", "%s %q is declared twice", what, s)
			} else {
				seen[s] = true
			}
		}
	}
	twice("deployments", "deployment", func(i int) string { return v.Deployments[i].Name }, len(v.Deployments))
	twice("keys", "key", func(i int) string { return v.Keys[i].Name }, len(v.Keys))
}

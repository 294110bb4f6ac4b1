package offtake

// A Serving says what answers API requests, who may ask, and at what price.
type Serving struct {
	Name        string
	Deployments []Deployment
	Keys        []Key
	Limits      []UseLimit
	Aliases     []Alias
	StaleAfter  Duration
	Prices      []TokenPrice
	Pos         Pos
}

// A Deployment answers requests for one asset.
type Deployment struct {
	Name       string
	Asset      Asset
	Provider   ProviderName
	Region     Region
	Purpose    Purpose
	Mode       string // "provisioned", "per_token"
	Dialect    string // "openai", "azure"
	Upstream   string
	Credential Credential
	Priority   int64
	Weight     int64
	SpillOn    []int64 // HTTP statuses that send a request on to the next deployment
}

// A Credential names where a secret is found; never the secret.
type Credential struct {
	Env  string
	File string
}

// A Key is an API key, known by its hash only.
type Key struct {
	Name    string
	Party   PartyName
	Product Product
	Hash    string
	Limits  []UseLimit
	Labels  []Label
}

// A UseLimit bounds requests, tokens or money in a time.
type UseLimit struct {
	Product  Product
	Requests int64
	Tokens   int64
	Money    Money
	Per      Duration
}

// An Alias is another name for an asset.
type Alias struct {
	Name  string
	Asset Asset
}

// A TokenPrice is what tokens of an asset cost on a provider from a time on.
type TokenPrice struct {
	Asset    Asset
	Provider ProviderName
	Input    PerTokens
	Cached   PerTokens
	Output   PerTokens
	From     When
}

// PerTokens is money for a number of tokens: USD 2.50 per 1M tokens. The zero
// value says that no price was given.
type PerTokens struct {
	Money  Money
	Tokens int64
}

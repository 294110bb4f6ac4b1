// Package access says who may speak for whom: tokens, each of a person of a party,
// for a few scopes, until it expires or is revoked; and invitations, each good for
// one token.
//
// A secret is told once and kept as its hash. The package refuses to know what a
// scope allows.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Scope is what a token is for.
type Scope string

// The scopes.
const (
	Read  Scope = "read"  // see what its party may see
	Act   Scope = "act"   // act for its party
	Jobs  Scope = "jobs"  // submit and cancel work
	Usage Scope = "usage" // report usage
	Audit Scope = "audit" // see everything
	Admin Scope = "admin" // tokens, the book, the clock, backups
)

// Scopes are all there are.
var Scopes = []Scope{Read, Act, Jobs, Usage, Audit, Admin}

// A Token is a key, without its secret.
type Token struct {
	ID      string            `json:"id"`
	Hash    string            `json:"hash"` // of the secret
	Party   offtake.PartyName `json:"party"`
	Person  string            `json:"person"`
	Scopes  []Scope           `json:"scopes"`
	Created time.Time         `json:"created"`
	Expires time.Time         `json:"expires"` // zero: never
	Revoked time.Time         `json:"revoked"` // zero: not
	Invites bool              `json:"invites"` // it is an invitation, and no token yet
}

// May reports whether the token is for a scope.
func (t Token) May(s Scope) bool { return slices.Contains(t.Scopes, s) }

// A Keeper keeps tokens.
type Keeper interface {
	// Keep puts a value on a shelf, in place of what is there.
	Keep(shelf, key string, value []byte) error
	// Kept gives all values of a shelf by their keys.
	Kept(shelf string) (map[string][]byte, error)
}

const shelf = "tokens"

// A Gate knows all tokens. It is safe for concurrent use.
type Gate struct {
	keeper Keeper
	mu     sync.RWMutex
	byHash map[string]*Token
}

// Open reads the tokens that a keeper has.
func Open(k Keeper) (*Gate, error) {
	kept, err := k.Kept(shelf)
	if err != nil {
		return nil, err
	}
	g := &Gate{keeper: k, byHash: map[string]*Token{}}
	for _, text := range kept {
		t := new(Token)
		if err := json.Unmarshal(text, t); err != nil {
			return nil, offtake.Refuse(offtake.Internal, "a token cannot be read: %w", err)
		}
		g.byHash[t.Hash] = t
	}
	return g, nil
}

// Tokens gives all tokens, the newest first.
func (g *Gate) Tokens() (all []Token) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, t := range g.byHash {
		all = append(all, *t)
	}
	slices.SortFunc(all, func(a, b Token) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all
}

// prefix tells secrets of ours from others, for those who look for leaked ones.
const prefix = "offtake_"

func newSecret() string {
	var b [20]byte
	_, _ = rand.Read(b[:])
	return prefix + strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Issue makes a token, or an invitation, and gives its secret.
func (g *Gate) Issue(t Token, now time.Time) (secret string, _ Token, err error) {
	switch {
	case t.Person == "" && !t.Invites:
		return "", t, offtake.Refuse(offtake.Invalid, "token names no person")
	case len(t.Scopes) == 0:
		return "", t, offtake.Refuse(offtake.Invalid, "token has no scope, one of %s", Scopes)
	case !t.Expires.IsZero() && !t.Expires.After(now):
		return "", t, offtake.Refuse(offtake.Invalid, "token expires at %s, which is over", offtake.Stamp(t.Expires))
	}
	for _, s := range t.Scopes {
		if !slices.Contains(Scopes, s) {
			return "", t, offtake.Refuse(offtake.Invalid, "scope %.40q is not one of %s", s, Scopes)
		}
	}
	secret = newSecret()
	t.Hash = hashOf(secret)
	t.ID, t.Created = t.Hash[:12], now.UTC()
	return secret, t, g.put(t)
}

func (g *Gate) put(t Token) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := g.keeper.Keep(shelf, t.ID, text); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.byHash[t.Hash] = &t
	return nil
}

// Check gives the token of a secret.
func (g *Gate) Check(secret string, now time.Time) (Token, error) {
	t, err := g.good(secret, now)
	if err == nil && t.Invites {
		err = offtake.Refuse(offtake.Forbidden, "this is an invitation; redeem it for a token")
	}
	return t, err
}

func (g *Gate) good(secret string, now time.Time) (Token, error) {
	g.mu.RLock()
	t, ok := g.byHash[hashOf(secret)]
	g.mu.RUnlock()
	switch {
	case !ok:
		return Token{}, offtake.Refuse(offtake.Forbidden, "token is not known")
	case !t.Revoked.IsZero():
		return Token{}, offtake.Refuse(offtake.Forbidden, "token was revoked")
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		return Token{}, offtake.Refuse(offtake.Forbidden, "token expired at %s", offtake.Stamp(t.Expires))
	}
	return *t, nil
}

// Revoke ends a token or an invitation.
func (g *Gate) Revoke(id string, now time.Time) error {
	g.mu.RLock()
	var found *Token
	for _, t := range g.byHash {
		if t.ID == id {
			found = t
		}
	}
	g.mu.RUnlock()
	switch {
	case found == nil:
		return offtake.Refuse(offtake.NotFound, "token %.40q does not exist", id)
	case !found.Revoked.IsZero():
		return nil
	}
	revoked := *found
	revoked.Revoked = now.UTC()
	return g.put(revoked)
}

// Redeem makes a token of an invitation, which is then spent.
func (g *Gate) Redeem(secret, person string, now time.Time) (string, Token, error) {
	t, err := g.good(secret, now)
	switch {
	case err != nil:
		return "", Token{}, err
	case !t.Invites:
		return "", Token{}, offtake.Refuse(offtake.Conflict, "this is a token already, and no invitation")
	case person == "":
		return "", Token{}, offtake.Refuse(offtake.Invalid, "token names no person")
	}
	spent := t
	spent.Revoked = now.UTC()
	if !g.spend(t.Hash, spent) {
		return "", Token{}, offtake.Refuse(offtake.Forbidden, "token was revoked")
	}
	if err := g.put(spent); err != nil {
		return "", Token{}, err
	}
	return g.Issue(Token{Party: t.Party, Person: person, Scopes: t.Scopes}, now)
}

// spend marks an invitation as spent, for the one who comes first.
func (g *Gate) spend(hash string, spent Token) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.byHash[hash]; !t.Revoked.IsZero() {
		return false
	}
	g.byHash[hash] = &spent
	return true
}

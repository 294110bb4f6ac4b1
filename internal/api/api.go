// Package api is the broker's door: JSON over HTTP.
//
// Every operation stands in one table with the scopes that may use it. Who calls is
// known by a token; what it sees and does is its party's. Refusals are problems as
// RFC 9457 has them, whose status follows from the kind of the refusal. The types of
// bodies are those of package client; acts are written as in a log.
//
// The package decides nothing: acts go to the desk, and reads come from views.
package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/mod/sumdb/note"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/access"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/desk"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/views"
)

// A Store is what the API reads and keeps beside the desk.
type Store interface {
	desk.Store
	journal.Blobs
	journal.Outbox
	access.Keeper
	Backup(ctx context.Context, path string) error
}

// Options say what an API serves.
type Options struct {
	Desk     *desk.Desk
	Store    Store
	Gate     *access.Gate
	Now      func() time.Time // the world's clock, by which tokens expire
	Version  string           // of the program
	Rehearse *desk.Rehearsal  // the desk's clock, where it is not the world's
	Backups  string           // the folder that backups are written to
	Key      Key              // that signs checkpoints of the log
	Rate     float64          // requests a second that a token may make; 0: as many as it likes
	Log      *slog.Logger
}

// A Key signs checkpoints, and Public is what they are checked with.
type Key struct {
	Signer note.Signer
	Public string
}

// An API serves one broker.
type API struct {
	Options
	secret []byte // from which notices have their names
	ops    []Operation
	huma   huma.API
	handle http.Handler
	meters *meters
	meter  meter

	tokenLimits, strangers *limits // the first nil: none
}

// An Operation is one line of the table of what there is.
type Operation struct {
	Method string
	Path   string
	Scopes []access.Scope // who may; none: anybody, without a token
}

// limits of a request.
const (
	mostBody  = 1 << 20
	mostTime  = 30 * time.Second
	mostBlob  = 25 << 20
	mostFiles = 40 << 20 // of a book
)

// New makes the API of a desk.
func New(o Options) (*API, error) {
	a := &API{Options: o}
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	var err error
	if a.secret, err = secretOf(o.Store); err != nil {
		return nil, err
	}
	config := huma.DefaultConfig("Offtake", o.Version)
	config.Info.Description = "Compute contracts, executable. Nothing here is legal advice."
	config.CreateHooks = nil // no links to schemas in what is told
	config.DocsPath = ""     // which would load scripts from elsewhere
	config.RejectUnknownQueryParameters = true
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	mux := http.NewServeMux()
	a.huma = humago.New(mux, config)
	a.meters = a.newMeters()
	a.strangers = newLimits(strangerRate, strangerBurst)
	if o.Rate > 0 {
		a.tokenLimits = newLimits(o.Rate, int(max(10, 2*o.Rate)))
	}
	a.register()
	a.handle = a.around(elsewhere(mux))
	return a, nil
}

const secretShelf = "secrets"

// secretOf gives the secret of a broker, drawn when it is first asked for.
func secretOf(k access.Keeper) ([]byte, error) {
	kept, err := k.Kept(secretShelf)
	if err != nil {
		return nil, err
	}
	if secret, ok := kept["notices"]; ok {
		return secret, nil
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	return secret, k.Keep(secretShelf, "notices", secret)
}

// ServeHTTP serves a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handle.ServeHTTP(w, r) }

// Operations gives the table of what there is.
func (a *API) Operations() []Operation { return slices.Clone(a.ops) }

// around guards every request.
func (a *API) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		w := &recorder{ResponseWriter: to}
		defer func() {
			if p := recover(); p != nil {
				a.Log.Error("a request failed", "method", r.Method, "path", r.URL.Path, "panic", fmt.Sprint(p))
				writeProblem(w, http.StatusInternalServerError, "the request failed inside the broker; its log says why")
			}
			a.meters.count(r.Pattern, w.status, time.Since(begin))
			a.Log.Debug("request", "method", r.Method, "path", r.URL.Path, "status", w.status, "took", time.Since(begin))
		}()
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// elsewhere answers what is asked for where there is nothing, or in a way that it is not,
// with a problem.
func elsewhere(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		answer := &unsent{header: http.Header{}}
		h.ServeHTTP(answer, r)
		if allow := answer.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
		}
		status := answer.status
		if status < 400 { // a redirect to where there is nothing either
			status = http.StatusNotFound
		}
		writeProblem(w, status, "there is nothing here by this method and path; /openapi.json says what there is")
	})
}

// An unsent answer is one of which only the head matters.
type unsent struct {
	header http.Header
	status int
}

func (u *unsent) Header() http.Header         { return u.header }
func (u *unsent) WriteHeader(status int)      { u.status = status }
func (u *unsent) Write(b []byte) (int, error) { return len(b), nil }

func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"title":%q,"status":%d,"detail":%q}`+"\n", http.StatusText(status), status, detail)
}

// statusOf is the one table from a kind of refusal to a status.
func statusOf(k offtake.Kind) int {
	switch k {
	case offtake.Invalid:
		return http.StatusUnprocessableEntity
	case offtake.NotFound:
		return http.StatusNotFound
	case offtake.Forbidden:
		return http.StatusForbidden
	case offtake.TooLate, offtake.Conflict:
		return http.StatusConflict
	case offtake.NotSupported:
		return http.StatusNotImplemented
	}
	return http.StatusServiceUnavailable
}

// problem tells a refusal.
func problem(err error) error {
	if err == nil {
		return nil
	}
	k := offtake.KindOf(err)
	return &huma.ErrorModel{
		Type: "urn:offtake:" + strings.ReplaceAll(k.String(), " ", "-"), Title: k.String(),
		Status: statusOf(k), Detail: err.Error(),
	}
}

type tokenKey struct{}

// tokenOf gives who calls.
func tokenOf(ctx context.Context) access.Token {
	t, _ := ctx.Value(tokenKey{}).(access.Token)
	return t
}

// reader gives for whom a state is told.
func (a *API) reader(ctx context.Context) views.Reader {
	t := tokenOf(ctx)
	r := views.Reader{Party: t.Party, All: t.May(access.Audit), Secret: a.secret}
	a.Desk.Read(func(s *broker.State) {
		if b := s.Book(); b != nil && b.Buyer == t.Party {
			r.All = true
		}
	})
	return r
}

// add puts an operation into the table.
func add[I, O any](a *API, op huma.Operation, scopes []access.Scope, do func(context.Context, *I) (*O, error)) {
	a.ops = append(a.ops, Operation{op.Method, op.Path, scopes})
	a.guard(&op, scopes)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		return out, problem(err)
	})
}

// guard lets only those through who may.
func (a *API) guard(op *huma.Operation, scopes []access.Scope) {
	if op.OperationID == "" {
		op.OperationID = strings.Trim(strings.NewReplacer("/v1/", "-", "/", "-", "{", "", "}", "").Replace(strings.ToLower(op.Method)+op.Path), "-")
	}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = mostBody
	}
	op.BodyReadTimeout = mostTime
	if len(scopes) == 0 {
		op.Middlewares = append(op.Middlewares, func(c huma.Context, next func(huma.Context)) {
			if c.Method() != http.MethodGet && !a.strangers.allow(hostOf(c.RemoteAddr())) {
				c.SetHeader("Retry-After", "10")
				_ = huma.WriteErr(a.huma, c, tooMany, "too many requests without a token; wait")
				return
			}
			next(c)
		})
		return
	}
	op.Security = []map[string][]string{{"token": {}}}
	op.Middlewares = append(op.Middlewares, func(c huma.Context, next func(huma.Context)) {
		t, err := a.known(c)
		switch {
		case err != nil && !a.strangers.allow(hostOf(c.RemoteAddr())):
			c.SetHeader("Retry-After", "10")
			_ = huma.WriteErr(a.huma, c, tooMany, "too many requests without a token that is good; wait")
			return
		case err != nil:
			c.SetHeader("WWW-Authenticate", "Bearer")
			_ = huma.WriteErr(a.huma, c, http.StatusUnauthorized, err.Error())
			return
		case a.tokenLimits != nil && !a.tokenLimits.allow(t.ID):
			c.SetHeader("Retry-After", "1")
			_ = huma.WriteErr(a.huma, c, tooMany, fmt.Sprintf("your token may make %g requests a second; wait", a.Rate))
			return
		case !slices.ContainsFunc(scopes, t.May):
			_ = huma.WriteErr(a.huma, c, http.StatusForbidden, fmt.Sprintf("this needs a token of scope %v, and yours has %v", scopes, t.Scopes))
			return
		}
		next(huma.WithContext(c, context.WithValue(c.Context(), tokenKey{}, t)))
	})
}

// known gives the token of a request.
func (a *API) known(c huma.Context) (access.Token, error) {
	secret, ok := strings.CutPrefix(c.Header("Authorization"), "Bearer ")
	if !ok {
		return access.Token{}, offtake.Refuse(offtake.Forbidden, "send a token, as Authorization: Bearer offtake_...")
	}
	return a.Gate.Check(secret, a.Now())
}

var (
	readers = []access.Scope{access.Read, access.Audit, access.Admin}
	actors  = []access.Scope{access.Act}
	admins  = []access.Scope{access.Admin}
	// operators see how the program does.
	operators = []access.Scope{access.Admin, access.Audit}
	// schedulers submit work and see it.
	schedulers = append([]access.Scope{access.Jobs}, readers...)
)

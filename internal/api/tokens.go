package api

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/access"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal"
)

func journalVersion(n int64) journal.Version { return journal.Version(n) }

func writerOf(w io.Writer) http.ResponseWriter {
	rw, _ := w.(http.ResponseWriter)
	return rw
}

func (a *API) registerAccess() {
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/tokens", Summary: "All tokens, without their secrets"}, admins, a.tokens)
	add(a, huma.Operation{Method: http.MethodPost, Path: "/v1/tokens", Summary: "Make a token of a person"}, admins, a.issue(false))
	add(a, huma.Operation{Method: http.MethodDelete, Path: "/v1/tokens/{id}", Summary: "Revoke a token or an invitation"}, admins, a.revoke)
	add(a, huma.Operation{Method: http.MethodPost, Path: "/v1/invitations", Summary: "Invite a person of a party: a secret that is good for one token"}, admins, a.issue(true))
	add(a, huma.Operation{Method: http.MethodPost, Path: "/v1/invitations/redeem", Summary: "Make a token of an invitation"}, nil, a.redeem)
	add(a, huma.Operation{Method: http.MethodPost, Path: "/v1/clock", Summary: "Put the clock of a rehearsal forward"}, admins, a.forward)
	add(a, huma.Operation{Method: http.MethodPost, Path: "/v1/backup", Summary: "Copy the database, while it is in use, to a new file beside it"}, admins, a.backup)
}

func tokenView(t access.Token) client.Token {
	out := client.Token{ID: t.ID, Party: string(t.Party), Person: t.Person, Created: t.Created, Invites: t.Invites, Scopes: []string{}}
	for _, s := range t.Scopes {
		out.Scopes = append(out.Scopes, string(s))
	}
	if !t.Expires.IsZero() {
		out.Expires = &t.Expires
	}
	if !t.Revoked.IsZero() {
		out.Revoked = &t.Revoked
	}
	return out
}

func (a *API) tokens(context.Context, *nothing) (*body[[]client.Token], error) {
	out := []client.Token{}
	for _, t := range a.Gate.Tokens() {
		out = append(out, tokenView(t))
	}
	return answer(out), nil
}

type newToken struct{ Body client.NewToken }

func (a *API) issue(invites bool) func(context.Context, *newToken) (*body[client.Issued], error) {
	return func(_ context.Context, in *newToken) (*body[client.Issued], error) {
		t := access.Token{Party: offtake.PartyName(in.Body.Party), Person: in.Body.Person, Invites: invites}
		for _, s := range in.Body.Scopes {
			t.Scopes = append(t.Scopes, access.Scope(s))
		}
		if in.Body.Expires != "" {
			d, err := offtake.ParseDuration(in.Body.Expires)
			if err != nil {
				return nil, offtake.Refuse(offtake.Invalid, "expires: %w", err)
			}
			t.Expires = after(a.Now(), d)
		}
		if err := a.knownParty(t.Party); err != nil {
			return nil, err
		}
		secret, t, err := a.Gate.Issue(t, a.Now())
		return answer(client.Issued{Token: tokenView(t), Secret: secret}), err
	}
}

// after gives when a duration from an instant ends; business days are days.
func after(from time.Time, d offtake.Duration) time.Time {
	switch d.Unit {
	case offtake.Elapsed:
		return from.Add(d.Time)
	case offtake.Weeks:
		return from.AddDate(0, 0, 7*d.Count)
	case offtake.Months:
		return from.AddDate(0, d.Count, 0)
	case offtake.Years:
		return from.AddDate(d.Count, 0, 0)
	}
	return from.AddDate(0, 0, d.Count)
}

func (a *API) knownParty(party offtake.PartyName) (err error) {
	a.Desk.Read(func(s *broker.State) {
		if b := s.Book(); b != nil {
			if _, known := b.Party(party); !known {
				err = offtake.Refuse(offtake.NotFound, "party %.60q is not declared in the book", party)
			}
		}
	})
	return err
}

type byID struct {
	ID string `path:"id" maxLength:"100"`
}

func (a *API) revoke(_ context.Context, in *byID) (*nothing, error) {
	return nil, a.Gate.Revoke(in.ID, a.Now())
}

type redeemIn struct{ Body client.Redeem }

func (a *API) redeem(_ context.Context, in *redeemIn) (*body[client.Issued], error) {
	secret, t, err := a.Gate.Redeem(in.Body.Secret, in.Body.Person, a.Now())
	return answer(client.Issued{Token: tokenView(t), Secret: secret}), err
}

type backupIn struct {
	Body struct {
		File string `json:"file" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$" maxLength:"100" doc:"the name of the new file, beside the database"`
	}
}

func (a *API) backup(ctx context.Context, in *backupIn) (*nothing, error) {
	return nil, a.Store.Backup(ctx, filepath.Join(a.Backups, in.Body.File))
}

type clockIn struct {
	Body struct {
		Forward time.Time `json:"forward" doc:"to when; a rehearsal's clock is never put back"`
	}
}

// forward puts the clock of a rehearsal forward, and lets pass what falls due.
func (a *API) forward(ctx context.Context, in *clockIn) (*body[client.Status], error) {
	if a.Rehearse == nil {
		return nil, offtake.Refuse(offtake.Conflict, "this is no rehearsal: the clock is the world's")
	}
	a.Rehearse.Forward(in.Body.Forward)
	a.Desk.Look(ctx)
	r := a.reader(ctx)
	var out client.Status
	a.Desk.Read(func(s *broker.State) { out = a.status(s, r) })
	return answer(out), nil
}

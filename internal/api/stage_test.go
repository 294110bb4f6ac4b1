package api_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/access"
	"github.com/offtake-dev/offtake/internal/api"
	"github.com/offtake-dev/offtake/internal/desk"
	"github.com/offtake-dev/offtake/internal/journal/sqlite"
	"github.com/offtake-dev/offtake/internal/versions"
	"github.com/offtake-dev/offtake/internal/wire"
	"github.com/offtake-dev/offtake/internal/work"
	"golang.org/x/mod/sumdb/note"
)

// A stage is an API over the example book, with a token for everybody.
type stage struct {
	*testing.T
	*api.API
	desk   *desk.Desk
	clock  *desk.Rehearsal
	tokens map[string]string
}

func staged(t *testing.T) *stage {
	t.Helper()
	dir := t.TempDir()
	db, err := sqlite.Open(filepath.Join(dir, "book.db"))
	if err != nil {
		t.Fatal(err)
	}
	clock := desk.NewRehearsal(time.Date(2025, 6, 3, 17, 0, 0, 0, time.UTC))
	d, err := desk.Open(db, desk.Options{Code: "test", Clock: clock, Start: work.Start})
	if err != nil {
		t.Fatal(err)
	}
	gate, err := access.Open(db)
	if err != nil {
		t.Fatal(err)
	}
	a, err := api.New(api.Options{Desk: d, Store: db, Gate: gate, Now: time.Now, Version: "test", Rehearse: clock, Backups: dir, Key: newKey(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close(); db.Close() })
	s := &stage{T: t, API: a, desk: d, clock: clock, tokens: map[string]string{}}
	for who, token := range map[string]access.Token{
		"admin":     {Party: "openai", Scopes: access.Scopes},
		"buyer":     {Party: "openai", Scopes: []access.Scope{access.Read, access.Act}},
		"scheduler": {Party: "openai", Scopes: []access.Scope{access.Jobs}},
		"meter":     {Party: "openai", Scopes: []access.Scope{access.Usage}},
		"microsoft": {Party: "microsoft", Scopes: []access.Scope{access.Read, access.Act}},
		"watcher":   {Party: "microsoft", Scopes: []access.Scope{access.Read}},
		"oracle":    {Party: "oracle", Scopes: []access.Scope{access.Read, access.Act}},
		"auditor":   {Party: "panel", Scopes: []access.Scope{access.Audit}},
	} {
		token.Person = who
		secret, _, err := gate.Issue(token, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		s.tokens[who] = secret
	}
	files, _ := versions.Files(os.DirFS("../../examples/openai"))
	line, err := wire.AppendAct(nil, &offtake.Act{At: time.Unix(0, 0), Deed: offtake.BookPush{Hash: versions.Hash(files), Files: files}})
	if err != nil {
		t.Fatal(err)
	}
	s.want(http.StatusOK, "admin", "POST", "/v1/acts", strings.Replace(string(line), `"at":"1970-01-01T00:00:00Z",`, "", 1))
	return s
}

// newKey draws a key that signs the log of a test.
func newKey(t *testing.T) api.Key {
	secret, public, err := note.GenerateKey(rand.Reader, "offtake/openai")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return api.Key{Signer: signer, Public: public}
}

// call sends a request for somebody and gives the answer.
func (s *stage) call(who, method, path, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token, ok := s.tokens[who]; ok {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	return w
}

// want wants a status and gives the body.
func (s *stage) want(status int, who, method, path, body string) string {
	s.Helper()
	w := s.call(who, method, path, body)
	if w.Code != status {
		s.Fatalf("%s %s of %s: %d %s, want %d", method, path, who, w.Code, clip(w.Body.String()), status)
	}
	return w.Body.String()
}

func clip(s string) string { return s[:min(len(s), 600)] }

// get reads an answer.
func get[T any](s *stage, who, path string) (out T) {
	s.Helper()
	text := s.want(http.StatusOK, who, "GET", path, "")
	strict := json.NewDecoder(bytes.NewReader([]byte(text)))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&out); err != nil {
		s.Fatalf("GET %s of %s: %v in %s", path, who, err, clip(text))
	}
	return out
}

func offer(id string, quantity int) string {
	return fmt.Sprintf(`{"id":%q,"act":"offer.receive","opportunity":%q,"terms":{"provider":"oci","accelerator":"gb200","quantity":%d,"region":"us-south","price":"USD 8.00","term":"P5Y","delivery":"2026-01-01","purpose":["training"]}}`, id, id, quantity)
}

func notice(id string) string {
	return fmt.Sprintf(`{"id":"notice-%s","act":"notice.serve","opportunity":%q,"contents":["provider","quantity","accelerator","price","term","delivery"]}`, id, id)
}

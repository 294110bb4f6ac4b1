package main

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/api"
	"github.com/offtake-dev/offtake/internal/journal/sqlite"
)

// The key that signs checkpoints of a record lies in a file beside the database, not in
// it: a copy of the database cannot sign.

const keyShelf = "keys"

// signingKey gives the key of a database's record. The first start makes it; later ones
// want the same, unless a new one is asked for.
func signingKey(db *sqlite.DB, path, name string, anew bool) (api.Key, error) {
	kept, err := db.Kept(keyShelf)
	if err != nil {
		return api.Key{}, err
	}
	public := string(kept["log"])
	secret, err := os.ReadFile(path)
	switch {
	case anew, errors.Is(err, fs.ErrNotExist) && public == "":
		return newSigningKey(db, path, name)
	case err != nil:
		return api.Key{}, offtake.Refuse(offtake.Invalid, "key that signs the record: %w; put the file back, or start with --new-key, and tell who checks the record", err)
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(secret)))
	if err != nil {
		return api.Key{}, offtake.Refuse(offtake.Invalid, "file %q is no key that signs a record: %w", path, err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil || verifier.KeyHash() != signer.KeyHash() || verifier.Name() != signer.Name() {
		return api.Key{}, offtake.Refuse(offtake.Conflict, "key in %q is not the one that signs this record; put that one back, or start with --new-key, and tell who checks the record", path)
	}
	return api.Key{Signer: signer, Public: public}, nil
}

func newSigningKey(db *sqlite.DB, path, name string) (api.Key, error) {
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return api.Key{}, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return api.Key{}, err
	}
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		return api.Key{}, err
	}
	if err := os.WriteFile(strings.TrimSuffix(path, ".key")+".pub", []byte(public+"\n"), 0o644); err != nil {
		return api.Key{}, err
	}
	return api.Key{Signer: signer, Public: public}, db.Keep(keyShelf, "log", []byte(public))
}

package journal_test

import (
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/offtake-dev/offtake/internal/journal"
)

// The hash of a row is what docs/OPERATIONS.md says, so that others can compute it.
func TestTheHashOfARow(t *testing.T) {
	r := journal.Row{Salt: journal.Salt{1, 2}, Done: []byte("done"), Veil: journal.Salt{3, 4}, Followed: []byte("followed")}
	consequence := sha256.Sum256(slices.Concat(r.Veil[:], r.Followed))
	want := sha256.Sum256(slices.Concat([]byte{0}, r.Salt[:], r.Done, consequence[:]))
	if got := r.Leaf(); got != want {
		t.Errorf("the hash is %x, want %x", got, want)
	}
}

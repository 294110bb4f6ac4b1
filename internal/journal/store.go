package journal

import (
	"crypto/sha256"
	"iter"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/wire"
	"golang.org/x/mod/sumdb/tlog"
)

// A Store is a journal that outlives the program, and what is written in one
// transaction with it. Every row is a leaf of a transparency log.
//
// The contract of [Journal] holds for Commit as for Append.
type Store interface {
	Journal

	// Commit appends entries and writes the effects that follow from them, all or
	// nothing. An effect whose key is there already is left as it is.
	Commit(expected Version, b Batch) (Version, error)

	// Rows gives what Read gives, as it was written.
	Rows(from Version) iter.Seq2[Row, error]

	// ReadHashes gives stored hashes of the tree over the rows by their index, as
	// [tlog.StoredHashIndex] counts them. One that is not there is an error.
	ReadHashes(indexes []int64) ([]tlog.Hash, error)

	// Close ends all use of the store.
	Close() error
}

// A Batch is what one transaction writes.
type Batch struct {
	Entries []wire.Entry
	Effects []Effect
}

// A Row is an entry as it was written: what was done, and what followed. Its hash
// stands for both, and does not tell either to who cannot see it. Who is shown what
// was done sees that it is in the log without learning what followed, which may be
// about others.
type Row struct {
	Salt     Salt   // of what was done
	Done     []byte // of the codec
	Veil     Salt   // of what followed
	Followed []byte // of the codec: what it was about, and the list of events
}

// A Salt is drawn anew for every row by what writes it.
type Salt [16]byte

// Leaf gives the row's hash in the tree.
func (r Row) Leaf() tlog.Hash { return LeafOf(r.Salt, r.Done, r.Consequence()) }

// Consequence stands for what followed: SHA-256 of the veil and the list of events.
func (r Row) Consequence() tlog.Hash {
	h := sha256.New()
	h.Write(r.Veil[:])
	h.Write(r.Followed)
	return tlog.Hash(h.Sum(nil))
}

// LeafOf gives the hash of a row in the tree: SHA-256 of a zero byte (as RFC 6962 has
// it for a leaf), the salt, what was done, and the hash that stands for what followed.
func LeafOf(salt Salt, done []byte, consequence tlog.Hash) tlog.Hash {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(salt[:])
	h.Write(done)
	h.Write(consequence[:])
	return tlog.Hash(h.Sum(nil))
}

// Entry reads the row.
func (r Row) Entry() (wire.Entry, error) {
	e, err := wire.ParseDone(r.Done)
	if err == nil {
		err = wire.ParseFollowed(r.Followed, &e)
	}
	return e, err
}

// Snapshots keep states that were folded, so that a start need not fold all. A
// snapshot may be lost at any time.
type Snapshots interface {
	// SaveSnapshot keeps the state as of a version that was reached, in a form that
	// whoever saves it names: states of another form are never given back, nor one of
	// another record. It may replace older ones.
	SaveSnapshot(form string, at Version, state []byte) error
	// Snapshot gives the latest state of a form as of a version or an earlier one;
	// 0 and nothing where there is none.
	Snapshot(form string, until Version) (Version, []byte, error)
}

// An Effect is something to be done in the world because of what was decided. It is
// done at least once, and known by its key.
type Effect struct {
	Key   string            // what it is, for ever: "notice/oci-1#1/microsoft"
	Kind  string            // "notice", "reminder"
	To    offtake.PartyName // "": to no party
	Due   time.Time         // not before
	Body  []byte            // JSON
	Tries int64
	Done  time.Time // zero: not yet
	Why   string    // it was not, the last time
}

// An Outbox gives effects to whoever carries them out.
type Outbox interface {
	// Pending gives effects that are due and not done, the earliest first.
	Pending(now time.Time, most int) ([]Effect, error)
	// NextDue gives when the next effect that is not done is due; zero: there is none.
	NextDue() (time.Time, error)
	// Settle says what became of an effect: it was done at an instant, or it was not
	// for a reason and is due again later. An effect that is done stays so. What comes
	// after it is kept with that, all or nothing; what is there already stays.
	Settle(key string, done, again time.Time, why string, next ...Effect) error
	// Effects gives those to a party that are done, the latest due first; "" asks for
	// those to everybody.
	Effects(to offtake.PartyName, most int) ([]Effect, error)
	// Moot drops the effects of these keys that are not done.
	Moot(keys []string) error
}

// A Blob is content that acts refer to by its hash.
type Blob struct {
	Hash  offtake.Hash // SHA-256 of Data
	Name  string       // as whoever sent it called it
	Media string       // its media type
	By    offtake.PartyName
	At    time.Time // when it came
	Data  []byte
}

// Blobs keep content by its hash.
type Blobs interface {
	// PutBlob keeps content. What is there already stays as it is.
	PutBlob(b Blob) error
	// Blob gives content, or a refusal of kind NotFound.
	Blob(hash offtake.Hash) (Blob, error)
	// ReadBlob reads of content from an offset on, as io.ReaderAt does.
	ReadBlob(hash offtake.Hash, p []byte, offset int64) (int, error)
}

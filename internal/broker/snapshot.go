package broker

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market"
)

// A snapshot is a State written down, so that a start need not fold everything. It is a
// cache: whoever keeps one may lose it, and one of another form is of no use.
//
// What was sent stands first, as its length in eight bytes and digests with their
// versions one after the other; the rest follows as CBOR. Each is most of what there is
// to read, and they are read at once.
type snapshot struct {
	Versions []version
	Pushed   []Pushed
	Doubted  string
	Now      time.Time
	Recorded time.Time
	Folded   int64
	Notices  []notice
	Attached map[offtake.Hash][]offtake.PartyName
	Market   *market.Snapshot
}

// version is a Version, whose book and law are read from its files again.
type version struct {
	Number int64
	Hash   offtake.Hash
	Files  []offtake.BookFile
	From   time.Time
}

// notice is a Notice.
type notice struct {
	Served offtake.NoticeServed
	At     time.Time
	By     offtake.PartyName
	Files  []offtake.Hash
}

// lenSent is how long a digest is with its version.
const lenSent = len(digest{}) + 8

// written keeps nothing apart from something empty, and instants to the nanosecond.
var written = func() cbor.EncMode {
	m, err := cbor.EncOptions{Time: cbor.TimeRFC3339Nano, NilContainers: cbor.NilContainerAsNull}.EncMode()
	if err != nil {
		panic(err) // these options go together
	}
	return m
}()

// read reads lists as long as they are.
var read = func() cbor.DecMode {
	m, err := cbor.DecOptions{FieldNameMatching: cbor.FieldNameMatchingCaseSensitive, MaxArrayElements: 1<<31 - 1, MaxMapPairs: 1<<31 - 1}.DecMode()
	if err != nil {
		panic(err) // these options go together
	}
	return m
}()

// Form names the form of snapshots: it is another where anything in them is.
var Form = func() string {
	h := sha256.New()
	describe(h, reflect.TypeFor[snapshot](), map[reflect.Type]bool{})
	return hex.EncodeToString(h.Sum(nil)[:8])
}()

// describe writes a type down, with all that it is made of.
func describe(w io.Writer, t reflect.Type, seen map[reflect.Type]bool) {
	fmt.Fprintln(w, t, t.Kind())
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Struct:
		for f := range t.Fields() {
			if f.IsExported() {
				fmt.Fprint(w, f.Name, " ")
				describe(w, f.Type, seen)
			}
		}
	case reflect.Map:
		describe(w, t.Key(), seen)
		describe(w, t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		describe(w, t.Elem(), seen)
	}
}

// Snapshot writes the State down.
func (s *State) Snapshot() ([]byte, error) {
	out := snapshot{
		Pushed: s.pushed, Doubted: s.doubted, Now: s.now, Recorded: s.recorded, Folded: s.folded, Attached: s.attached,
	}
	var books []*offtake.Book
	for _, v := range s.versions {
		out.Versions = append(out.Versions, version{v.Number, v.Hash, v.Files, v.From})
		books = append(books, v.Book)
	}
	for _, n := range s.notices {
		out.Notices = append(out.Notices, notice{n.NoticeServed, n.At, n.By, n.Files})
	}
	if s.market != nil {
		m := s.market.Snapshot(books)
		out.Market = &m
	}
	text := binary.BigEndian.AppendUint64(nil, uint64(len(s.sent)*lenSent))
	for id, at := range s.sent {
		text = binary.BigEndian.AppendUint64(append(text, id[:]...), uint64(at))
	}
	rest, err := written.Marshal(out)
	return append(text, rest...), err
}

// sentOf reads what was sent.
func sentOf(text []byte) map[digest]int64 {
	sent := make(map[digest]int64, len(text)/lenSent)
	for ; len(text) > 0; text = text[lenSent:] {
		sent[digest(text)] = int64(binary.BigEndian.Uint64(text[len(digest{}):]))
	}
	return sent
}

// Restore makes a State of a snapshot.
func Restore(text []byte) (*State, error) {
	if len(text) < 8 {
		return nil, offtake.Refuse(offtake.Internal, "snapshot is cut short")
	}
	length, rest := binary.BigEndian.Uint64(text), text[8:]
	if length > uint64(len(rest)) || length%uint64(lenSent) != 0 {
		return nil, offtake.Refuse(offtake.Internal, "snapshot is cut short, or does not say what was sent")
	}
	sent := make(chan map[digest]int64, 1)
	go func() { sent <- sentOf(rest[:length]) }()
	var from snapshot
	err := read.Unmarshal(rest[length:], &from)
	var s *State
	if err == nil {
		s, err = restored(from)
	}
	if err != nil {
		return nil, offtake.Refuse(offtake.Internal, "snapshot cannot be read: %w", err)
	}
	s.sent = <-sent
	return s, nil
}

// restored makes a State of a snapshot, but for what was sent.
func restored(from snapshot) (*State, error) {
	s := &State{
		pushed: from.Pushed, doubted: from.Doubted, now: from.Now, recorded: from.Recorded, folded: from.Folded, attached: from.Attached,
	}
	if s.attached == nil {
		s.attached = map[offtake.Hash][]offtake.PartyName{}
	}
	for _, n := range from.Notices {
		s.notices = append(s.notices, Notice{n.Served, n.At, n.By, n.Files})
	}
	var setups []market.Setup
	for _, v := range from.Versions {
		b, law, err := Load(v.Files)
		if err != nil {
			return nil, err
		}
		s.versions = append(s.versions, Version{v.Number, v.Hash, v.Files, v.From, b, law})
		setups = append(setups, market.Setup{Book: b, Law: law})
	}
	if from.Market == nil {
		return s, nil
	}
	if len(setups) == 0 {
		return nil, errors.New("it has a market and no book")
	}
	var err error
	s.market, err = market.Restore(*from.Market, setups)
	return s, err
}

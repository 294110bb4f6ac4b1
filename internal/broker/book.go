package broker

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/versions"
)

// A Version is a book that was adopted.
type Version struct {
	Number int64 // from 1
	Hash   offtake.Hash
	Files  []offtake.BookFile
	From   time.Time // since when it is the book
	Book   *offtake.Book
	Law    *rights.Law
}

// A Pushed version waits for signatures.
type Pushed struct {
	offtake.BookPushed
	At     time.Time
	Signed []offtake.PartyName
}

// Open gives who has not signed it yet.
func (p Pushed) Open() (missing []offtake.PartyName) {
	for _, party := range p.Needs {
		if !slices.Contains(p.Signed, party) {
			missing = append(missing, party)
		}
	}
	return missing
}

// Book gives the book that holds now, or nil.
func (s *State) Book() *offtake.Book {
	if v := s.Version(); v != nil {
		return v.Book
	}
	return nil
}

// Version gives the version of the book that holds now, or nil. It must not be
// changed.
func (s *State) Version() *Version {
	if len(s.versions) == 0 {
		return nil
	}
	return &s.versions[len(s.versions)-1]
}

// Versions gives all that were adopted, in order. They must not be changed.
func (s *State) Versions() []Version { return s.versions }

// Pushed gives the versions that wait, in the order in which they were pushed.
func (s *State) Pushed() []Pushed { return slices.Clone(s.pushed) }

// Load reads a version of a book from its files. What is wrong with it is a refusal
// that names the first mistake and says how many there are.
func Load(files []offtake.BookFile) (*offtake.Book, *rights.Law, error) {
	if err := versions.Valid(files); err != nil {
		return nil, nil, err
	}
	b, found := book.Read(versions.FS(files))
	if err := mistakes(found); err != nil {
		return nil, nil, err
	}
	law, found := rights.Compile(b)
	if err := mistakes(found); err != nil {
		return nil, nil, err
	}
	return b, law, nil
}

func mistakes(found []offtake.Finding) error {
	found = slices.DeleteFunc(slices.Clone(found), func(f offtake.Finding) bool { return f.Severity != offtake.Mistake })
	switch len(found) {
	case 0:
		return nil
	case 1:
		return offtake.Refuse(offtake.Invalid, "book does not load: %s", found[0])
	}
	return offtake.Refuse(offtake.Invalid, "book does not load: %s, and %d more; see offtake check", found[0], len(found)-1)
}

// push puts a version forward. The first is adopted at once, as is one that takes
// from nobody and burdens nobody but who pushes it.
func (s *State) push(a offtake.Act, d offtake.BookPush) ([]offtake.Event, error) {
	if hash := versions.Hash(d.Files); hash != d.Hash {
		return nil, offtake.Refuse(offtake.Invalid, "hash %.70q is not that of the files, which is %q", d.Hash, hash)
	}
	b, law, err := Load(d.Files)
	if err != nil {
		return nil, err
	}
	pushed := offtake.BookPushed{Hash: d.Hash, By: a.By, Files: d.Files}
	if now := s.Version(); now != nil {
		if err := s.mayPush(a, d.Hash, b); err != nil {
			return nil, err
		}
		pushed.Needs = versions.Needs(versions.Compare(versions.Version{Book: now.Book, Law: now.Law}, versions.Version{Book: b, Law: law}), a.By)
	} else if a.By != b.Buyer {
		return nil, offtake.Refuse(offtake.Forbidden, "%q is not %q, the buyer of the book", a.By, b.Buyer)
	}
	if err := market.Supported(market.Setup{Book: b, Law: law}, a.At, endOfTime); err != nil {
		return nil, err
	}
	events := []offtake.Event{pushed}
	if len(pushed.Needs) == 0 {
		events = append(events, s.adopted(d.Hash)...)
	}
	return events, nil
}

// endOfTime is after everything that a book can say.
var endOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

func (s *State) mayPush(a offtake.Act, hash offtake.Hash, b *offtake.Book) error {
	now := s.Version()
	switch {
	case a.By != now.Book.Buyer:
		return offtake.Refuse(offtake.Forbidden, "%q is not %q, whose broker this is", a.By, now.Book.Buyer)
	case b.Buyer != now.Book.Buyer:
		return offtake.Refuse(offtake.Invalid, "book is that of %q, and the broker that of %q", b.Buyer, now.Book.Buyer)
	case hash == now.Hash:
		return offtake.Refuse(offtake.Conflict, "book is version %d already, which holds now", now.Number)
	case s.waiting(hash) != nil:
		return offtake.Refuse(offtake.Conflict, "book was pushed already, and waits for %q", s.waiting(hash).Open())
	}
	return nil
}

func (s *State) waiting(hash offtake.Hash) *Pushed {
	for i := range s.pushed {
		if s.pushed[i].Hash == hash {
			return &s.pushed[i]
		}
	}
	return nil
}

// adopted makes a version the book. What else waits was compared with another book,
// and must be pushed again.
func (s *State) adopted(hash offtake.Hash) []offtake.Event {
	events := []offtake.Event{offtake.BookAdopted{Hash: hash, Number: int64(len(s.versions)) + 1}}
	for _, p := range s.pushed {
		if p.Hash != hash {
			events = append(events, offtake.BookDropped{Hash: p.Hash})
		}
	}
	return events
}

// sign is a party's consent to a version. A second one has no effect.
func (s *State) sign(a offtake.Act, d offtake.BookSign) ([]offtake.Event, error) {
	p := s.waiting(d.Hash)
	switch {
	case p == nil:
		return nil, offtake.Refuse(offtake.NotFound, "book %.70q waits for no signature", d.Hash)
	case !slices.Contains(p.Needs, a.By):
		return nil, offtake.Refuse(offtake.Forbidden, "book %q needs no signature of %q", d.Hash, a.By)
	case slices.Contains(p.Signed, a.By):
		return nil, nil
	}
	events := []offtake.Event{offtake.BookSigned{Hash: d.Hash, By: a.By}}
	if len(p.Open()) == 1 {
		events = append(events, s.adopted(d.Hash)...)
	}
	return events, nil
}

// drop takes a version back: who pushed it does, or who was asked to sign it refuses.
func (s *State) drop(a offtake.Act, d offtake.BookDrop) ([]offtake.Event, error) {
	p := s.waiting(d.Hash)
	switch {
	case p == nil:
		return nil, offtake.Refuse(offtake.NotFound, "book %.70q waits for no signature", d.Hash)
	case a.By != p.By && !slices.Contains(p.Needs, a.By):
		return nil, offtake.Refuse(offtake.Forbidden, "book %q was not put forward by %q, nor does it need its signature", d.Hash, a.By)
	}
	return []offtake.Event{offtake.BookDropped(d)}, nil
}

func (s *State) signed(e offtake.BookSigned) {
	if p := s.waiting(e.Hash); p != nil {
		p.Signed = append(p.Signed, e.By)
	}
}

func (s *State) dropped(hash offtake.Hash) {
	s.pushed = slices.DeleteFunc(s.pushed, func(p Pushed) bool { return p.Hash == hash })
}

func (s *State) adopt(e offtake.BookAdopted, at time.Time) error {
	p := s.waiting(e.Hash)
	if p == nil {
		return offtake.Refuse(offtake.Internal, "book %q was adopted and never pushed", e.Hash)
	}
	b, law, err := Load(p.Files)
	if err != nil {
		return offtake.Refuse(offtake.Internal, "version %d of the book cannot be read by this code: %w", e.Number, err)
	}
	s.versions = append(s.versions, Version{Number: e.Number, Hash: e.Hash, Files: p.Files, From: at, Book: b, Law: law})
	s.dropped(e.Hash)
	setup := market.Setup{Book: b, Law: law}
	if s.market == nil {
		s.market = market.New(setup)
		return nil
	}
	s.market.Forward(at)
	s.market.Adopt(setup)
	return nil
}

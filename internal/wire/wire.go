// Package wire is the one codec for acts and events: a written case, the
// journal and every later door read and write the same JSON lines.
//
// An act is one object. It carries id, at, by, act, and where they are known
// clause and opportunity, and beside them the fields of its deed:
//
//	{"id":"a3","at":"2025-06-10T18:00:00Z","by":"microsoft","act":"accept","opportunity":"oci-1","quantity":432,"conditions":[]}
//
// An event is one object with its word under "event" and its fields beside it.
// An entry is what a journal keeps of one act: the version of the code that
// decided, the act, the events that followed and, of a running broker, how the act
// came.
//
// Reading is strict. A key that is not part of the act, a key that comes twice,
// a null, text after the object, bytes that are not UTF-8 and a value of another
// kind are refused with the key, the value and what was expected. The one
// exception is an offer's terms, where a key without a field of its own is a
// further term and must hold a figure. What is left out is what the words call
// unset; an empty list is not the same as none.
//
// Keys are the names of the fields in snake case; the words themselves carry no
// tags. Deeds and events that occur once per job are written by hand for speed,
// and a test holds them to the bytes of the general writer. Writing the same
// value twice gives the same bytes.
package wire

import (
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/offtake-dev/offtake"
)

// An Entry is what a journal keeps of one act.
type Entry struct {
	Code    string // the version of the code that decided
	Act     offtake.Act
	Events  []offtake.Event
	Receipt offtake.Receipt // how the act came to a running broker; zero: it came to none
}

// AppendAct writes an act on one line, without the line's end.
func AppendAct(dst []byte, a *offtake.Act) ([]byte, error) {
	dst = append(dst, '{')
	dst, err := appendHead(dst, a)
	if err != nil {
		return nil, err
	}
	if dst, ok, err := appendHotDeed(dst, a.Deed); ok {
		return append(dst, '}'), err
	}
	if dst, err = deeds.append(dst, a.Deed); err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}

// appendHead writes what every act carries.
func appendHead(dst []byte, a *offtake.Act) (_ []byte, err error) {
	if a.Deed == nil {
		return nil, offtake.Refuse(offtake.Invalid, "act %q does nothing", a.ID)
	}
	if a.ID != "" {
		if dst, err = appendString(appendKey(dst, "id"), string(a.ID)); err != nil {
			return nil, err
		}
	}
	if dst, err = appendInstant(appendKey(dst, "at"), a.At); err != nil {
		return nil, err
	}
	if a.By != "" {
		if dst, err = appendString(appendKey(dst, "by"), string(a.By)); err != nil {
			return nil, err
		}
	}
	if dst, err = appendString(appendKey(dst, "act"), a.Deed.Name()); err != nil {
		return nil, err
	}
	if !a.Clause.IsZero() {
		if dst, err = appendString(appendKey(dst, "clause"), a.Clause.String()); err != nil {
			return nil, err
		}
	}
	if a.Opportunity != "" {
		return appendString(appendKey(dst, "opportunity"), string(a.Opportunity))
	}
	return dst, nil
}

// AppendEvent writes an event on one line, without the line's end.
func AppendEvent(dst []byte, e offtake.Event) ([]byte, error) {
	if e == nil {
		return nil, offtake.Refuse(offtake.Invalid, "there is no event to write")
	}
	dst, err := appendString(append(dst, `{"event":`...), e.Event())
	if err != nil {
		return nil, err
	}
	if dst, ok, err := appendHotEvent(dst, e); ok {
		return append(dst, '}'), err
	}
	if dst, err = events.append(dst, e); err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}

// AppendEntry writes an entry on one line, without the line's end: what was done, and
// then what followed.
func AppendEntry(dst []byte, e *Entry) (_ []byte, err error) {
	if dst, err = appendDone(dst, e, &e.Act); err != nil {
		return nil, err
	}
	dst = append(dst[:len(dst)-1], `,"events":`...)
	if dst, err = appendEvents(dst, e.Events); err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}

// AppendDone writes of an entry what was done. What it was about, whose name may say
// more than who acted knows, stands with what followed.
func AppendDone(dst []byte, e *Entry) ([]byte, error) {
	act := e.Act
	act.Opportunity = ""
	return appendDone(dst, e, &act)
}

func appendDone(dst []byte, e *Entry, act *offtake.Act) (_ []byte, err error) {
	dst = append(dst, `{"code":`...)
	if dst, err = appendString(dst, e.Code); err != nil {
		return nil, err
	}
	if dst, err = AppendAct(append(dst, `,"act":`...), act); err != nil {
		return nil, err
	}
	if r := reflect.ValueOf(&e.Receipt).Elem(); !r.IsZero() {
		if dst, err = receipts.append(append(dst, `,"receipt":{`...), r); err != nil {
			return nil, err
		}
		dst = append(dst, '}')
	}
	return append(dst, '}'), nil
}

// AppendFollowed writes of an entry what it was about, and what followed.
func AppendFollowed(dst []byte, e *Entry) (_ []byte, err error) {
	dst = append(dst, '{')
	if e.Act.Opportunity != "" {
		if dst, err = appendString(append(dst, `"about":`...), string(e.Act.Opportunity)); err != nil {
			return nil, err
		}
		dst = append(dst, ',')
	}
	if dst, err = appendEvents(append(dst, `"events":`...), e.Events); err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}

func appendEvents(dst []byte, events []offtake.Event) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, ev := range events {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = AppendEvent(dst, ev); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

// ParseAct reads one act.
func ParseAct(line []byte) (offtake.Act, error) { return parseAct(line, deeds) }

// ParseStep reads one act of a written case. It reads those that only a running
// broker knows too, and names the others where it does not know one.
func ParseStep(line []byte) (offtake.Act, error) { return parseAct(line, steps) }

func parseAct(line []byte, deeds *registry) (offtake.Act, error) {
	var a offtake.Act
	members, err := object(line, make([]member, 0, 16))
	if err != nil {
		return a, refuseSyntax("act", err)
	}
	name, rest, err := word(members, "act", deeds)
	if err != nil {
		return a, err
	}
	plan := deeds.plans[name]
	deed := reflect.New(plan.of).Elem()
	head := reflect.ValueOf(&a).Elem()
	for _, m := range rest {
		f, into := plan.field(m.key), deed
		if h := heads.field(m.key); h != nil {
			f, into = h, head
		}
		if f == nil {
			known := append(heads.keys(), plan.keys()...)
			return a, offtake.Refuse(offtake.Invalid, "key %q is not part of act %q, which has %s", clip(m.key), name, strings.Join(known, ", "))
		}
		if err := f.parse(m.value, into); err != nil {
			return a, within(name, err)
		}
	}
	if a.At.IsZero() {
		return a, offtake.Refuse(offtake.Invalid, "act %q has no \"at\", the instant it was received, written as 2025-03-01T08:00:00Z", name)
	}
	a.Deed = deed.Interface().(offtake.Deed)
	return a, nil
}

// ParseEvent reads one event.
func ParseEvent(line []byte) (offtake.Event, error) {
	members, err := object(line, make([]member, 0, 16))
	if err != nil {
		return nil, refuseSyntax("event", err)
	}
	name, rest, err := word(members, "event", events)
	if err != nil {
		return nil, err
	}
	event := reflect.New(events.plans[name].of).Elem()
	if err := events.plans[name].parseInto(event, rest, "event "+name); err != nil {
		return nil, err
	}
	return event.Interface().(offtake.Event), nil
}

// ParseEntry reads one entry.
func ParseEntry(line []byte) (Entry, error) {
	members, err := object(line, make([]member, 0, 16))
	if err != nil {
		return Entry{}, refuseSyntax("entry", err)
	}
	if n := len(members); n > 0 && members[n-1].key == "events" {
		e, err := parseDone(members[:n-1])
		if err == nil {
			e.Events, err = parseEvents(members[n-1].value)
		}
		return e, err
	}
	return Entry{}, offtake.Refuse(offtake.Invalid, "entry has the keys %s, expected code, act, at most receipt, events, in this order", keysOf(members))
}

// ParseDone reads what was done of an entry; what it was about and what followed stand
// elsewhere.
func ParseDone(line []byte) (Entry, error) {
	members, err := object(line, make([]member, 0, 16))
	if err != nil {
		return Entry{}, refuseSyntax("entry", err)
	}
	return parseDone(members)
}

func parseDone(members []member) (e Entry, err error) {
	if keys := keysOf(members); keys != "code, act" && keys != "code, act, receipt" {
		return e, offtake.Refuse(offtake.Invalid, "entry has the keys %s beside its events, expected code, act and at most receipt, in this order", keys)
	}
	if e.Code, err = text(members[0].value); err != nil {
		return e, within("code", err)
	}
	if e.Act, err = ParseAct(members[1].value); err != nil || len(members) == 2 {
		return e, err
	}
	return e, parseReceipt(members[2].value, &e.Receipt)
}

// ParseFollowed reads what an entry was about, and what followed.
func ParseFollowed(line []byte, into *Entry) error {
	members, err := object(line, make([]member, 0, 2))
	if err != nil {
		return refuseSyntax("what followed", err)
	}
	if len(members) == 2 && members[0].key == "about" {
		about, err := text(members[0].value)
		if err != nil {
			return within("about", err)
		}
		into.Act.Opportunity = offtake.OpportunityID(about)
		members = members[1:]
	}
	if keys := keysOf(members); keys != "events" {
		return offtake.Refuse(offtake.Invalid, "what followed has the keys %s, expected at most about, events, in this order", keys)
	}
	into.Events, err = parseEvents(members[0].value)
	return err
}

func parseEvents(list []byte) (events []offtake.Event, err error) {
	items, err := array(list)
	if err != nil {
		return nil, within("events", err)
	}
	for _, item := range items {
		ev, err := ParseEvent(item)
		if err != nil {
			return nil, err
		}
		events = append(events, ev)
	}
	return events, nil
}

func keysOf(members []member) string {
	keys := make([]string, len(members))
	for i, m := range members {
		keys[i] = m.key
	}
	return clip(strings.Join(keys, ", "))
}

// parseReceipt reads how an act came. A receipt that says nothing is left out.
func parseReceipt(v jsontext.Value, into *offtake.Receipt) error {
	r := reflect.ValueOf(into).Elem()
	if err := structOf(receipts).parse(v, r); err != nil {
		return within("receipt", err)
	}
	if r.IsZero() {
		return offtake.Refuse(offtake.Invalid, "receipt: says nothing; leave it out")
	}
	return nil
}

// word takes the member that says what an object is out of its members.
func word(members []member, key string, known *registry) (string, []member, error) {
	i := slices.IndexFunc(members, func(m member) bool { return m.key == key })
	if i < 0 {
		return "", nil, offtake.Refuse(offtake.Invalid, "object has no %q, expected one of %s", key, strings.Join(known.names, ", "))
	}
	name, err := text(members[i].value)
	if err != nil {
		return "", nil, within(key, err)
	}
	if known.plans[name] == nil {
		return "", nil, offtake.Refuse(offtake.Invalid, "%s %q is not known, expected one of %s", key, clip(name), strings.Join(known.names, ", "))
	}
	return name, slices.Delete(members, i, i+1), nil
}

// A member is one key of an object with its value as it was written.
type member struct {
	key   string
	value jsontext.Value
}

// ReceiptJSON writes how an act came, or nothing where it came to no broker.
func ReceiptJSON(r *offtake.Receipt) ([]byte, error) {
	v := reflect.ValueOf(r).Elem()
	if v.IsZero() {
		return nil, nil
	}
	dst, err := receipts.append([]byte{'{'}, v)
	return append(dst, '}'), err
}

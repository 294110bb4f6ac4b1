package wire

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"pgregory.net/rapid"
)

// What is written by hand for speed has the bytes of the general writer.
func TestHotWritersAgreeWithThePlans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-z0-9#/-]{1,9}`), rapid.String())
		d := offtake.PlaceJob{
			Job:      offtake.JobID(word.Draw(t, "job")),
			Purpose:  offtake.Purpose(word.Draw(t, "purpose")),
			Product:  offtake.Product(word.Draw(t, "product")),
			Asset:    offtake.Asset(word.Draw(t, "asset")),
			Customer: offtake.Customer(word.Draw(t, "customer")),
		}
		if rapid.Bool().Draw(t, "has an end") {
			d.Until = time.Unix(rapid.Int64Range(0, 1e10).Draw(t, "until"), 0)
		}
		if rapid.Bool().Draw(t, "has parts") {
			d.Parts = []offtake.Taken{}
		}
		for range rapid.IntRange(0, 2).Draw(t, "parts") {
			d.Parts = append(d.Parts, offtake.Taken{
				Reservation: offtake.ReservationID(word.Draw(t, "reservation")),
				Quantity:    rapid.Int64Range(0, 9).Draw(t, "quantity"),
			})
		}
		sameBytes(t, appendHotDeed, deeds, offtake.Deed(d))
		sameBytes(t, appendHotDeed, deeds, offtake.Deed(offtake.FinishJob{Job: d.Job}))
		sameBytes(t, appendHotEvent, events, offtake.Event(offtake.JobPlaced(d)))
		sameBytes(t, appendHotEvent, events, offtake.Event(offtake.JobFinished{Job: d.Job}))
	})
}

func sameBytes[T any](t *rapid.T, fast func([]byte, T) ([]byte, bool, error), slow *registry, v T) {
	got, hot, gotErr := fast([]byte{'{'}, v)
	want, wantErr := slow.append([]byte{'{'}, v)
	if !hot || string(got) != string(want) || (gotErr == nil) != (wantErr == nil) {
		t.Fatalf("%T: by hand %s %v, by plan %s %v", v, got, gotErr, want, wantErr)
	}
}

func benchEntry(i int64) Entry {
	at := time.Unix(1_750_000_000+i*37, 0)
	d := offtake.PlaceJob{
		Job:     "cluster04/12345",
		Parts:   []offtake.Taken{{Reservation: "oci-1", Quantity: 8}},
		Until:   at.Add(time.Hour),
		Purpose: "training",
	}
	return Entry{
		Code:   "v1",
		Act:    offtake.Act{ID: "p12345", At: at, By: "openai", Deed: d},
		Events: []offtake.Event{offtake.JobPlaced(d)},
	}
}

func BenchmarkAppendPlacement(b *testing.B) {
	e := benchEntry(1)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = AppendEntry(buf[:0], &e)
	}
	b.SetBytes(int64(len(buf)))
}

func BenchmarkParsePlacement(b *testing.B) {
	e := benchEntry(1)
	line, err := AppendEntry(nil, &e)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, err := ParseEntry(line); err != nil {
			b.Fatal(err)
		}
	}
}

// Whatever the bytes, reading neither fails other than by a refusal nor gives
// anything that does not write back to an equal line.
func FuzzParseEntry(f *testing.F) {
	e := benchEntry(1)
	line, _ := AppendEntry(nil, &e)
	f.Add(line)
	f.Add([]byte(`{"code":"","act":{"at":"2025-06-03T17:00:00Z","act":"offer.revise","terms":{"equity":350,"x":"USD 1K"}},"events":[]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := ParseEntry(line)
		if err != nil {
			if offtake.KindOf(err) != offtake.Invalid {
				t.Fatalf("kind %s: %v", offtake.KindOf(err), err)
			}
			return
		}
		once, err := AppendEntry(nil, &e)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		again, err := ParseEntry(once)
		if err != nil {
			t.Fatalf("written but not read: %v", err)
		}
		if twice, err := AppendEntry(nil, &again); err != nil || string(twice) != string(once) {
			t.Fatalf("%v: %s, then %s", err, once, twice)
		}
	})
}

package sensitivity_test

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/offtake-dev/offtake/internal/provenance"
	"github.com/offtake-dev/offtake/internal/sensitivity"
)

// A text of two knobs whose figures are easily known: the sum of its numbers, and its negative.
var little = fstest.MapFS{"b.yaml": {Data: []byte("kind: Scenario\nname: s\nbuying:\n  at_least: 10   # invented\n  cover: 3%   # invented\n  term: P8D   # a source\n")}}

func sumOf(_ context.Context, book fs.FS) ([]float64, error) {
	text, err := fs.ReadFile(book, "b.yaml")
	total := 0.0
	for _, n := range provenance.Numbers("b.yaml", string(text)) {
		v, _ := strconv.ParseFloat(strings.Trim(n.Text, "PD%"), 64)
		total += v
	}
	if total > 25 {
		return nil, err // beyond a limit: no book any more
	}
	return []float64{total, -total}, err
}

func knobs(t *testing.T) []sensitivity.Knob {
	t.Helper()
	all, err := provenance.Read(little)
	if err != nil {
		t.Fatal(err)
	}
	varied, left := sensitivity.Knobs(all)
	if len(varied) != 2 || len(left) != 0 {
		t.Fatalf("%d knobs and %d left alone, want 2 and 0", len(varied), len(left))
	}
	return varied
}

// Each knob is turned alone, and the order of the answer is that of the knobs
// however many are measured at a time.
func TestRun(t *testing.T) {
	for _, atOnce := range []int{0, 1, 2, 7} {
		last := 0
		got, err := sensitivity.Run(t.Context(), little, knobs(t), atOnce, 2, sumOf, func(done, of int) {
			if done != last+1 || of != 4 {
				t.Errorf("progress %d of %d after %d", done, of, last)
			}
			last = done
		})
		want := [][]sensitivity.Move{{
			{Name: "buying at least", Numbers: 1, Half: 16, Double: math.NaN()},
			{Name: "buying cover", Numbers: 1, Half: 19.5, Double: 24},
		}, {
			{Name: "buying at least", Numbers: 1, Half: -16, Double: math.NaN()},
			{Name: "buying cover", Numbers: 1, Half: -19.5, Double: -24},
		}}
		if d := cmp.Diff(want, got, cmpopts.EquateNaNs()); d != "" || err != nil {
			t.Errorf("%d at once: %v %s", atOnce, err, d)
		}
	}
}

// The first failure ends it and is the one that is told.
func TestRunFails(t *testing.T) {
	broken := errors.New("the market is closed")
	_, err := sensitivity.Run(t.Context(), little, knobs(t), 2, 1, func(context.Context, fs.FS) ([]float64, error) { return nil, broken }, func(int, int) {})
	if !errors.Is(err, broken) {
		t.Errorf("Run = %v, want %v", err, broken)
	}
}

// A user who has seen enough stops it.
func TestRunIsStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := sensitivity.Run(ctx, little, knobs(t), 2, 2, sumOf, func(int, int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
}

// The swing is measured from the base, also where both ends lie on one side of it.
func TestSwing(t *testing.T) {
	for _, c := range []struct{ half, double, want float64 }{{8, 13, 5}, {12, 14, 4}, {math.NaN(), 9, 1}, {math.NaN(), math.NaN(), 0}} {
		if got := (sensitivity.Move{Half: c.half, Double: c.double}).Swing(10); got != c.want {
			t.Errorf("Swing of %v and %v about 10 = %v, want %v", c.half, c.double, got, c.want)
		}
	}
}

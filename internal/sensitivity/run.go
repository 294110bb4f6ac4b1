package sensitivity

import (
	"context"
	"io/fs"
	"math"
	"sync"
)

// A Move is how far the figure went when a knob was halved and doubled. NaN
// stands where there is no such book: the numbers have no half, or the text
// is no book with them.
type Move struct {
	Name    string
	Numbers int
	Half    float64
	Double  float64
}

// Swing is the distance between the farthest values, base included.
func (m Move) Swing(base float64) float64 {
	low, high := base, base
	for _, v := range []float64{m.Half, m.Double} {
		if !math.IsNaN(v) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	return high - low
}

// A Measure gives the figures of a book, always as many, or none where the
// text is no book any more: a number may be at its limit.
type Measure func(ctx context.Context, book fs.FS) ([]float64, error)

// Run measures every knob at half and at double, several at a time. For each
// of the figures it gives the moves, in the order of the knobs. A measure that
// fails stops it; each is told through progress when it is done.
func Run(ctx context.Context, fsys fs.FS, knobs []Knob, atOnce, figures int, measure Measure, progress func(done, of int)) ([][]Move, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	values := make([][]float64, 2*len(knobs)) // of each knob at half, then at double
	var mu sync.Mutex
	done := 0
	work := make(chan int)
	var all sync.WaitGroup
	for range max(atOnce, 1) {
		all.Go(func() {
			for i := range work {
				num, den := int64(1), int64(2)
				if i%2 == 1 {
					num, den = 2, 1
				}
				v, err := one(ctx, fsys, knobs[i/2], num, den, measure)
				if err != nil {
					cancel(err)
				}
				values[i] = v
				mu.Lock()
				done++
				progress(done, 2*len(knobs))
				mu.Unlock()
			}
		})
	}
	for i := range 2 * len(knobs) {
		if ctx.Err() != nil {
			break
		}
		work <- i
	}
	close(work)
	all.Wait()
	return moves(knobs, figures, values), context.Cause(ctx)
}

// moves sorts what was measured by figure.
func moves(knobs []Knob, figures int, values [][]float64) [][]Move {
	at := func(i, f int) float64 {
		if f < len(values[i]) {
			return values[i][f]
		}
		return math.NaN()
	}
	out := make([][]Move, figures)
	for f := range out {
		for i, k := range knobs {
			out[f] = append(out[f], Move{Name: k.Name, Numbers: len(k.Numbers), Half: at(2*i, f), Double: at(2*i+1, f)})
		}
	}
	return out
}

// one measures the book with a knob turned, and gives nothing where there is no such book.
func one(ctx context.Context, fsys fs.FS, k Knob, num, den int64, measure Measure) ([]float64, error) {
	turned, ok := k.At(fsys, num, den)
	if !ok || ctx.Err() != nil {
		return nil, nil
	}
	return measure(ctx, turned)
}

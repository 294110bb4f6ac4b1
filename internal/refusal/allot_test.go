package refusal

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// twinAllot does what allot does with fractions and a lot at a time.
func twinAllot(lots int64, claims []claim) []int64 {
	got := make([]int64, len(claims))
	for lots > 0 {
		weights := new(big.Rat)
		for i, c := range claims {
			if got[i] < c.most {
				weights.Add(weights, new(big.Rat).SetInt64(c.weight))
			}
		}
		if weights.Sign() == 0 {
			break
		}
		share := make([]int64, len(claims))
		type left struct {
			of int
			by *big.Rat
		}
		var remainders []left
		given := int64(0)
		for i, c := range claims {
			if got[i] >= c.most {
				continue
			}
			exact := new(big.Rat).Mul(new(big.Rat).SetInt64(lots), new(big.Rat).SetInt64(c.weight))
			exact.Quo(exact, weights)
			whole := new(big.Int).Quo(exact.Num(), exact.Denom()).Int64()
			share[i] = whole
			given += whole
			remainders = append(remainders, left{i, exact.Sub(exact, new(big.Rat).SetInt64(whole))})
		}
		slices.SortStableFunc(remainders, func(a, b left) int { return b.by.Cmp(a.by) })
		for _, r := range remainders[:lots-given] {
			share[r.of]++
		}
		back := int64(0)
		for i := range claims {
			for ; share[i] > 0; share[i]-- {
				if got[i] == claims[i].most {
					back++
				} else {
					got[i]++
				}
			}
		}
		lots = back
	}
	return got
}

func drawClaims(t *rapid.T) []claim {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) claim {
		return claim{weight: rapid.Int64Range(1, 7).Draw(t, "weight"), most: rapid.Int64Range(0, 30).Draw(t, "most")}
	}), 1, 5).Draw(t, "claims")
}

func TestAllotDoesAsItsTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lots, claims := rapid.Int64Range(0, 40).Draw(t, "lots"), drawClaims(t)
		if got, want := allot(lots, claims), twinAllot(lots, claims); !slices.Equal(got, want) {
			t.Fatalf("allot(%d, %v) = %v, the twin says %v", lots, claims, got, want)
		}
	})
}

// Nobody gets more than it claims, and nothing is left while somebody would
// take it.
func TestAllotLeavesNothingThatIsWanted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lots, claims := rapid.Int64Range(0, 1_000_000_000).Draw(t, "lots"), drawClaims(t)
		var sum, wanted int64
		for i, n := range allot(lots, claims) {
			if n < 0 || n > claims[i].most {
				t.Fatalf("allot(%d, %v) gives %d of at most %d", lots, claims, n, claims[i].most)
			}
			sum, wanted = sum+n, wanted+claims[i].most
		}
		if sum != min(lots, wanted) {
			t.Fatalf("allot(%d, %v) gives %d in all, want %d", lots, claims, sum, min(lots, wanted))
		}
	})
}

func TestAllot(t *testing.T) {
	for _, c := range []struct {
		is     string
		lots   int64
		claims []claim
		want   []int64
	}{
		{"by weight", 9, []claim{{2, 9}, {1, 9}}, []int64{6, 3}},
		{"the largest remainder gets the odd lot", 10, []claim{{2, 10}, {1, 10}}, []int64{7, 3}},
		{"of equal remainders the first", 3, []claim{{1, 3}, {1, 3}}, []int64{2, 1}},
		{"what a cap leaves is shared again", 10, []claim{{1, 1}, {1, 10}, {1, 10}}, []int64{1, 5, 4}},
		{"one alone gets what it took", 14, []claim{{5, 6}}, []int64{6}},
		{"nobody took anything", 14, []claim{{1, 0}}, []int64{0}},
	} {
		if got := allot(c.lots, c.claims); !slices.Equal(got, c.want) {
			t.Errorf("%s: allot(%d, %v) = %v, want %v", c.is, c.lots, c.claims, got, c.want)
		}
	}
}

func TestTheLastLotTakesWhatIsSmallerThanALot(t *testing.T) {
	for _, c := range []struct {
		quantity, lot int64
		lots, most    []int64
		want          string
	}{
		{1008, 72, []int64{6, 8}, []int64{1008, 1008}, "[432 576] 0"},
		{1010, 72, []int64{6, 8}, []int64{1010, 1010}, "[432 578] 0"},
		{1010, 72, []int64{14, 0}, []int64{1010, 0}, "[1010 0] 0"},
		{1010, 72, []int64{6, 7}, []int64{432, 504}, "[432 504] 74"},
		{1009, 72, []int64{13, 1}, []int64{1009, 72}, "[937 72] 0"},
		{1009, 72, []int64{13, 1}, []int64{936, 72}, "[936 72] 1"},
		{50, 72, []int64{1}, []int64{50}, "[50] 0"},
		{50, 72, []int64{0}, []int64{0}, "[0] 50"},
	} {
		got, left := allotted(c.quantity, c.lot, c.lots, c.most)
		if fmt.Sprint(got, left) != c.want {
			t.Errorf("%v lots of %d, %d in all: %v and %d left, want %s", c.lots, c.lot, c.quantity, got, left, c.want)
		}
	}
}

package refusal

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// twinAllot does what allot does with fractions, by the level up to which all are
// filled alike: the one at which what is given, no claim above its cap, is all there
// is. Then it makes the lots whole, one at a time.
func twinAllot(lots int64, claims []claim) []int64 {
	whole := func(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }
	given := func(level *big.Rat) (sum *big.Rat, each []*big.Rat) {
		sum = new(big.Rat)
		for _, c := range claims {
			share := new(big.Rat).Mul(level, whole(c.weight))
			if share.Cmp(whole(c.most)) > 0 {
				share = whole(c.most)
			}
			each = append(each, share)
			sum.Add(sum, share)
		}
		return sum, each
	}
	var caps []*big.Rat // the levels at which a claim is full, between which what is given grows evenly
	for _, c := range claims {
		caps = append(caps, new(big.Rat).Quo(whole(c.most), whole(c.weight)))
	}
	slices.SortFunc(caps, (*big.Rat).Cmp)
	level := new(big.Rat)
	for _, full := range caps {
		low, _ := given(level)
		high, _ := given(full)
		if high.Cmp(whole(lots)) > 0 {
			rise := new(big.Rat).Quo(new(big.Rat).Sub(whole(lots), low), new(big.Rat).Sub(high, low))
			level.Add(level, rise.Mul(rise, new(big.Rat).Sub(full, level)))
			break
		}
		level = full
	}
	_, each := given(level)
	got := make([]int64, len(claims))
	var remainders []int
	left := lots
	for i, share := range each {
		got[i] = new(big.Int).Quo(share.Num(), share.Denom()).Int64()
		left -= got[i]
		if share.Sub(share, whole(got[i])).Sign() > 0 {
			remainders = append(remainders, i)
		}
	}
	slices.SortStableFunc(remainders, func(i, j int) int { return each[j].Cmp(each[i]) })
	for _, i := range remainders[:min(left, int64(len(remainders)))] {
		got[i]++
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
		{"lots are made whole once, after the caps", 10, []claim{{1, 10}, {1, 10}, {1, 2}}, []int64{4, 4, 2}},
		{"a cap that only what was shared again reaches", 12, []claim{{1, 1}, {1, 4}, {2, 12}}, []int64{1, 4, 7}},
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

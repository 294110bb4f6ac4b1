package replay

import "testing"

func TestPercentilesAreByNearestRank(t *testing.T) {
	for _, c := range []struct {
		waits []int64
		want  Wait
	}{
		{nil, Wait{}},
		{[]int64{7}, Wait{7, 7, 7}},
		{[]int64{0, 9}, Wait{0, 9, 9}},
		{[]int64{0, 0, 0, 9}, Wait{0, 9, 9}},
		{[]int64{3, 1, 2}, Wait{2, 3, 3}},
	} {
		var tl tally
		for _, w := range c.waits {
			tl.waited(w)
		}
		if got := tl.percentiles(); got != c.want {
			t.Errorf("of %v they are %+v, want %+v", c.waits, got, c.want)
		}
	}
	var tl tally
	for i := int64(20_000); i > 0; i-- { // 1 to 20,000, over many chunks
		tl.waited(i)
	}
	if got, want := tl.percentiles(), (Wait{10_000, 19_000, 20_000}); got != want {
		t.Errorf("of 1 to 20,000 they are %+v, want %+v", got, want)
	}
}

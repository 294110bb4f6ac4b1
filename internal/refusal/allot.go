package refusal

import "math/bits"

// A claim is what a holder took of what was offered to it.
type claim struct {
	weight int64 // from 1
	most   int64 // lots
}

// allot shares lots among claims by weight. Nobody gets more than it claims;
// what a cap leaves is shared again among those who have not reached theirs.
// Lots are whole, and are made so once, when all who reach their cap are known: each
// gets the whole part of its share, and the lots that are left over go to the
// largest remainders, of equal ones to those that come first.
func allot(lots int64, claims []claim) []int64 {
	got := make([]int64, len(claims))
	open := make([]int, 0, len(claims))
	for i := range claims {
		open = append(open, i)
	}
	for {
		var weights int64
		for _, i := range open {
			weights += claims[i].weight
		}
		back := lots
		under := open[:0:0]
		for _, i := range open {
			if reaches(lots, claims[i], weights) {
				got[i] = claims[i].most
				back -= got[i]
				continue
			}
			under = append(under, i)
		}
		if len(under) == len(open) {
			break
		}
		lots, open = back, under
	}
	for n, share := range shares(lots, open, claims) {
		got[open[n]] = share
	}
	return got
}

// reaches reports whether a claim's share by weight is all that it claims, or more.
func reaches(lots int64, c claim, weights int64) bool {
	hi, lo := bits.Mul64(uint64(lots), uint64(c.weight))
	capHi, capLo := bits.Mul64(uint64(c.most), uint64(weights))
	return hi > capHi || hi == capHi && lo >= capLo
}

// shares splits lots by weight among some claims, by largest remainder.
func shares(lots int64, among []int, claims []claim) []int64 {
	var weights int64
	for _, i := range among {
		weights += claims[i].weight
	}
	out := make([]int64, len(among))
	rest := make([]uint64, len(among))
	left := lots
	for n, i := range among {
		hi, lo := bits.Mul64(uint64(lots), uint64(claims[i].weight))
		whole, remainder := bits.Div64(hi, lo, uint64(weights))
		out[n], rest[n] = int64(whole), remainder
		left -= int64(whole)
	}
	for ; left > 0 && len(among) > 0; left-- {
		most := -1
		for n, r := range rest {
			if r > 0 && (most < 0 || r > rest[most]) {
				most = n
			}
		}
		out[most]++
		rest[most] = 0
	}
	return out
}

// lotsOf gives how many lots a quantity has. What is smaller than a lot goes
// with the last one, so that even less than a lot is one.
func lotsOf(quantity, lot int64) int64 {
	if quantity == 0 {
		return 0
	}
	return max(quantity/lot, 1)
}

// allotted turns lots of a quantity back into accelerators, claim by claim and
// then what nobody took: the last lot, with the rest of the division, is the
// last of these that has room for it under what was accepted at the most.
func allotted(quantity, lot int64, lots, most []int64) (got []int64, left int64) {
	n := lotsOf(quantity, lot)
	got = make([]int64, len(lots))
	for i, l := range lots {
		n -= l
		got[i] = min(l*lot, quantity) // a single lot may be smaller than one
		left += got[i]
	}
	left = quantity - left
	for i := len(lots) - 1; i >= 0 && n == 0 && left > 0; i-- {
		if lots[i] > 0 && got[i]+left <= most[i] {
			got[i], left = got[i]+left, 0
		}
	}
	return got, left
}

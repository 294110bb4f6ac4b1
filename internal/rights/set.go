package rights

import "math/bits"

// A cell is one value of a dimension, or one class of values that no clause
// tells apart. The cells of a dimension are counted from 0.
type cell = int32

// unknown stands where a question does not state a dimension.
const unknown cell = -1

// A set is a set of cells of one dimension: bits where the dimension is made
// of words, the interval [lo, hi) where it is ordered. All of them is a set
// without a bound, which also holds the absence of a value.
type set struct {
	bounded bool
	lo, hi  cell
	bits    []uint64
}

func wordsFor(n int) int { return (n + 63) / 64 }

// listed gives the set of the cells given, out of size. It has room for one
// more, that of having no value.
func listed(size cell, cells ...cell) set {
	s := set{bounded: true, bits: make([]uint64, wordsFor(int(size)+1))}
	for _, c := range cells {
		s.bits[c>>6] |= 1 << (c & 63)
	}
	return s
}

func (s set) has(c cell) bool {
	switch {
	case !s.bounded:
		return true
	case s.bits != nil:
		return int(c>>6) < len(s.bits) && s.bits[c>>6]&(1<<(c&63)) != 0
	}
	return s.lo <= c && c < s.hi
}

func (s set) empty() bool {
	if !s.bounded {
		return false
	}
	for _, w := range s.bits {
		if w != 0 {
			return false
		}
	}
	return s.bits != nil || s.lo >= s.hi
}

// count gives how many cells out of size the set holds.
func (s set) count(size cell) (n int) {
	switch {
	case !s.bounded:
		return int(size)
	case s.bits == nil:
		return int(max(0, s.hi-s.lo))
	}
	for _, w := range s.bits {
		n += bits.OnesCount64(w)
	}
	return n
}

// and gives what both sets hold. Both are of one dimension.
func (s set) and(t set) set {
	switch {
	case !s.bounded:
		return t
	case !t.bounded:
		return s
	case s.bits == nil && t.bits == nil:
		lo := max(s.lo, t.lo)
		return set{bounded: true, lo: lo, hi: max(lo, min(s.hi, t.hi))}
	}
	out := set{bounded: true, bits: make([]uint64, len(s.bits))}
	for i := range out.bits {
		out.bits[i] = s.bits[i] & t.bits[i]
	}
	return out
}

// meets reports whether the sets hold a cell in common.
func (s set) meets(t set) bool {
	switch {
	case !s.bounded && !t.bounded:
		return true
	case !s.bounded:
		return !t.empty()
	case !t.bounded:
		return !s.empty()
	case s.bits == nil && t.bits == nil:
		return max(s.lo, t.lo) < min(s.hi, t.hi)
	}
	for i, w := range s.bits {
		if w&t.bits[i] != 0 {
			return true
		}
	}
	return false
}

// within reports whether t holds every cell of a set of words with a bound.
func (s set) within(t set) bool {
	if !s.bounded {
		return !t.bounded
	}
	for i, w := range s.bits {
		if t.bounded && w&^t.bits[i] != 0 {
			return false
		}
	}
	return true
}

// without gives the parts of s that t does not hold, at most two. With absent,
// having no value is one of the cells of a set without a bound.
func (s set) without(t set, size cell, absent bool) (out []set) {
	if !t.bounded {
		return nil
	}
	if t.bits == nil {
		if !s.bounded {
			s = set{bounded: true, hi: size}
		}
		for _, part := range []set{{bounded: true, lo: s.lo, hi: min(s.hi, t.lo)}, {bounded: true, lo: max(s.lo, t.hi), hi: s.hi}} {
			if !part.empty() {
				out = append(out, part)
			}
		}
		return out
	}
	part := listed(size)
	for c := range size + 1 {
		if s.has(c) && !t.has(c) && (c < size || absent) {
			part.bits[c>>6] |= 1 << (c & 63)
		}
	}
	if part.empty() {
		return nil
	}
	return []set{part}
}

// first gives the lowest cell of the set that is at least c, or -1.
func (s set) first(c, size cell) cell {
	for ; c < size; c++ {
		if s.has(c) {
			return c
		}
	}
	return -1
}

// mask writes the set's cells, out of size, as bits.
func (s set) mask(size cell) []uint64 {
	if s.bounded && s.bits != nil {
		return s.bits
	}
	out := make([]uint64, wordsFor(int(size)+1))
	for c := s.first(0, size); c >= 0; c = s.first(c+1, size) {
		out[c>>6] |= 1 << (c & 63)
	}
	return out
}

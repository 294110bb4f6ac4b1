package journal

import (
	"slices"

	"github.com/offtake-dev/offtake"
	"golang.org/x/mod/sumdb/tlog"
)

// tileHeight is how many levels of the tree a tile spans, as C2SP tlog-tiles has it.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// A Tile is 256 hashes that stand side by side in the tree: of leaves at level 0, of
// complete tiles of the level below it at any other.
type Tile struct {
	Level, N int64
	Hashes   []tlog.Hash
}

// Over gives the hash over a complete tile; that of another is of no meaning.
func (t Tile) Over() tlog.Hash {
	if n := len(t.Hashes); n == 0 || n&(n-1) != 0 {
		return tlog.Hash{}
	}
	return over(t.Hashes)
}

// A Tree is the tree over the rows of a journal. Complete tiles are kept by whoever
// stores the rows; the Tree keeps what is to the right of them, at most 255 hashes a
// level. The zero Tree is empty.
type Tree struct {
	size  int64
	edges [][]tlog.Hash // by level
}

// Size gives how many leaves there are.
func (t *Tree) Size() int64 { return t.size }

// Clone gives a tree that goes its own way.
func (t *Tree) Clone() *Tree {
	c := &Tree{size: t.size, edges: make([][]tlog.Hash, len(t.edges))}
	for i, edge := range t.edges {
		c.edges[i] = append(make([]tlog.Hash, 0, tileWidth), edge...)
	}
	return c
}

// Add adds a leaf and gives the tiles that it completes.
func (t *Tree) Add(leaf tlog.Hash) (full []Tile) {
	n := t.size
	t.size++
	for level := int64(0); ; level++ {
		if int(level) == len(t.edges) {
			t.edges = append(t.edges, make([]tlog.Hash, 0, tileWidth))
		}
		t.edges[level] = append(t.edges[level], leaf)
		if n >>= tileHeight; len(t.edges[level]) < tileWidth {
			return full
		}
		full = append(full, Tile{level, n, slices.Clone(t.edges[level])})
		leaf = over(t.edges[level])
		t.edges[level] = t.edges[level][:0]
	}
}

// Grow puts a complete tile, which is stored already, into the tree. Tiles come level
// by level from the top, those of a level in their order, and leaves after them.
func (t *Tree) Grow(level int64, hashes []tlog.Hash) {
	for int(level+1) >= len(t.edges) {
		t.edges = append(t.edges, make([]tlog.Hash, 0, tileWidth))
	}
	t.edges[level+1] = append(t.edges[level+1], over(hashes))
	t.size += tileWidth << (tileHeight * level)
}

// over gives the hash over hashes that stand side by side, of which there are a
// power of two.
func over(hashes []tlog.Hash) tlog.Hash {
	level := slices.Clone(hashes)
	for len(level) > 1 {
		for i := range len(level) / 2 {
			level[i] = tlog.NodeHash(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}

// Read gives stored hashes by their index. Complete tiles are asked of stored.
func (t *Tree) Read(indexes []int64, stored func(level, n int64) ([]tlog.Hash, error)) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= tlog.StoredHashCount(t.size) {
			return nil, offtake.Refuse(offtake.NotFound, "hash %d is not in a tree of %d leaves", index, t.size)
		}
		level, n := tlog.SplitStoredHashIndex(index)
		within := level % tileHeight
		tile := int64(level / tileHeight)
		first := n << within // among the hashes of the tile's level
		hashes, err := t.tile(tile, first>>tileHeight, stored)
		if err != nil {
			return nil, err
		}
		at := first % tileWidth
		if at+1<<within > int64(len(hashes)) {
			return nil, offtake.Refuse(offtake.Internal, "tile %d of level %d has %d hashes", first>>tileHeight, tile, len(hashes))
		}
		out[i] = over(hashes[at : at+1<<within])
	}
	return out, nil
}

// tile gives the hashes of a tile, complete or not.
func (t *Tree) tile(level, n int64, stored func(level, n int64) ([]tlog.Hash, error)) ([]tlog.Hash, error) {
	if n < t.size>>(tileHeight*(level+1)) {
		return stored(level, n)
	}
	return t.edges[level], nil
}

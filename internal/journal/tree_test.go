package journal_test

import (
	"fmt"
	"testing"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/journal"
	"golang.org/x/mod/sumdb/tlog"
)

// A tree in tiles has the hashes of one of which every hash is kept, also when it is
// put together again from its tiles and the leaves after them.
func TestATreeInTilesIsTheTree(t *testing.T) {
	var all []tlog.Hash // the twin
	kept := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
		for _, i := range indexes {
			out = append(out, all[i])
		}
		return out, nil
	})
	tree, tiles := new(journal.Tree), map[[2]int64][]tlog.Hash{}
	stored := func(level, n int64) ([]tlog.Hash, error) {
		hashes, ok := tiles[[2]int64{level, n}]
		if !ok {
			return nil, fmt.Errorf("there is no tile %d of level %d", n, level)
		}
		return hashes, nil
	}
	check := func(tree *journal.Tree, size int64) {
		t.Helper()
		got, err := tlog.TreeHash(size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) { return tree.Read(indexes, stored) }))
		want, _ := tlog.TreeHash(size, kept)
		if err != nil || got != want {
			t.Fatalf("the root at %d is %s, %v, want %s", size, got, err, want)
		}
	}
	const size = 70_000
	for n := range int64(size) {
		data := fmt.Appendf(nil, "leaf %d", n)
		more, err := tlog.StoredHashes(n, data, kept)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, more...)
		for _, full := range tree.Add(tlog.RecordHash(data)) {
			tiles[[2]int64{full.Level, full.N}] = full.Hashes
		}
		if n < 600 || n%997 == 0 || n > size-3 {
			check(tree, n+1)
			check(tree, n/2+1)
		}
	}
	for i, want := range all {
		if got, err := tree.Read([]int64{int64(i)}, stored); err != nil || got[0] != want {
			t.Fatalf("hash %d is %v, %v, want %s", i, got, err, want)
		}
	}
	for _, index := range []int64{-1, int64(len(all)), int64(len(all)) + 100} {
		if _, err := tree.Read([]int64{index}, stored); offtake.KindOf(err) != offtake.NotFound {
			t.Errorf("hash %d: %v", index, err)
		}
	}
	again := new(journal.Tree)
	again.Grow(1, tiles[[2]int64{1, 0}])
	for n := int64(256); n < size/256; n++ {
		again.Grow(0, tiles[[2]int64{0, n}])
	}
	for n := int64(size / 256 * 256); n < size; n++ {
		again.Add(tlog.RecordHash(fmt.Appendf(nil, "leaf %d", n)))
	}
	check(again, size)
	check(again.Clone(), size)
}

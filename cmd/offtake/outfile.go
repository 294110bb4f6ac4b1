package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/offtake-dev/offtake"
)

// An input is a file that a verb reads, and what it is to the verb.
type input struct{ file, is string }

// overwrites refuses to write over what a verb reads: one of these files, or a
// file of the book.
func overwrites(path, dir string, reads []input) error {
	is, err := os.Stat(path)
	if path == "" || err != nil {
		return nil // there is nothing yet
	}
	same := func(other string) bool {
		info, err := os.Stat(other)
		return err == nil && os.SameFile(is, info)
	}
	for _, r := range reads {
		if same(r.file) {
			return offtake.Refuse(offtake.Invalid, "%q is %s; write to another file", path, r.is)
		}
	}
	return filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".csv", ".json"}, filepath.Ext(file)) || !same(file) {
			return nil
		}
		return offtake.Refuse(offtake.Invalid, "%q is a file of the book; write to another file", path)
	})
}

// oneFile reports whether two paths lead to the same file, whether or not it is
// there yet.
func oneFile(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	ia, erra := os.Stat(a)
	ib, errb := os.Stat(b)
	return erra == nil && errb == nil && os.SameFile(ia, ib)
}

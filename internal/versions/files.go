package versions

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing/fstest"
	"unicode/utf8"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
)

// Hash stands for the files of a book: SHA-256 over each file in the order of the
// paths, the path and then the text, each after its length in bytes as eight bytes,
// the highest first.
func Hash(files []offtake.BookFile) offtake.Hash {
	h := sha256.New()
	for _, f := range sorted(files) {
		for _, part := range []string{f.Path, f.Text} {
			var length [8]byte
			binary.BigEndian.PutUint64(length[:], uint64(len(part)))
			h.Write(length[:])
			h.Write([]byte(part))
		}
	}
	return offtake.Hash(hex.EncodeToString(h.Sum(nil)))
}

func sorted(files []offtake.BookFile) []offtake.BookFile {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b offtake.BookFile) int { return strings.Compare(a.Path, b.Path) })
	return files
}

// longestPath bounds the path of a file.
const longestPath = 300

// Valid refuses files whose paths lead out of a folder, or that one folder cannot hold.
func Valid(files []offtake.BookFile) error {
	seen := map[string]bool{}
	for _, f := range files {
		switch {
		case !fs.ValidPath(f.Path) || f.Path == "." || len(f.Path) > longestPath || strings.ContainsAny(f.Path, "\\\x00"):
			return offtake.Refuse(offtake.Invalid, "file %.100q is no path within a book's folder", f.Path)
		case seen[f.Path]:
			return offtake.Refuse(offtake.Invalid, "file %.100q is there twice", f.Path)
		}
		seen[f.Path] = true
	}
	for _, f := range files {
		for dir := path.Dir(f.Path); dir != "."; dir = path.Dir(dir) {
			if seen[dir] {
				return offtake.Refuse(offtake.Invalid, "file %.100q is the folder of %.100q too", dir, f.Path)
			}
		}
	}
	return nil
}

// Files reads the book in a folder and gives the files that make it, in the order of
// their paths, with what there is to say about it. A file that the book names and
// that is no part of it, such as a trace of jobs, is there without its text.
func Files(dir fs.FS) (files []offtake.BookFile, findings []offtake.Finding) {
	r := &recorder{FS: dir, seen: map[string]bool{}}
	_, findings = book.Read(r)
	for name, opened := range r.seen {
		f := offtake.BookFile{Path: name}
		if opened {
			text, err := fs.ReadFile(dir, name)
			if err != nil || !utf8.Valid(text) {
				continue // which the findings say
			}
			f.Text = string(text)
		}
		files = append(files, f)
	}
	return sorted(files), findings
}

// A recorder remembers which files were asked for, and which of them were read.
type recorder struct {
	fs.FS
	seen map[string]bool
}

// Open implements [fs.FS].
func (r *recorder) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		r.seen[name] = true
	}
	return f, nil
}

// ReadDir implements [fs.ReadDirFS].
func (r *recorder) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(r.FS, name) }

// Stat implements [fs.StatFS].
func (r *recorder) Stat(name string) (fs.FileInfo, error) { return fs.Stat(r.FS, name) }

// ReadLink implements [fs.ReadLinkFS].
func (r *recorder) ReadLink(name string) (string, error) { return fs.ReadLink(r.FS, name) }

// Lstat implements [fs.ReadLinkFS].
func (r *recorder) Lstat(name string) (fs.FileInfo, error) {
	info, err := fs.Lstat(r.FS, name)
	if err == nil && info.Mode().IsRegular() && !r.seen[name] {
		r.seen[name] = false
	}
	return info, err
}

// FS gives files as a folder that a book can be read from.
func FS(files []offtake.BookFile) fs.FS {
	dir := fstest.MapFS{}
	for _, f := range files {
		dir[f.Path] = &fstest.MapFile{Data: []byte(f.Text)}
	}
	return dir
}

package book

import (
	"bytes"
	"embed"
	"io/fs"
	"strings"

	"github.com/offtake-dev/offtake"
)

//go:embed starter
var starter embed.FS

// Starter gives the files of a small, complete and commented book of the given
// name, by their paths below its folder. It checks clean. A name that a book
// cannot have is left out for a plain one.
func Starter(name string) map[string][]byte {
	if !offtake.IsName(name) || needsQuotes(name) {
		name = "my-book"
	}
	out := make(map[string][]byte)
	_ = fs.WalkDir(starter, "starter", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := starter.ReadFile(p)
		out[strings.TrimPrefix(p, "starter/")] = bytes.Replace(text, []byte("name: my-book"), []byte("name: "+name), 1)
		return err
	})
	return out
}

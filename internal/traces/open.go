package traces

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/offtake-dev/offtake"
)

// OpenFile opens a trace of this machine, and says what is wrong where it
// cannot.
func OpenFile(name string) (io.ReadCloser, error) {
	return open(name, os.Stat, os.Open)
}

// OpenBelow opens traces below a folder, as a book names them, and none
// outside it.
func OpenBelow(folder string) func(name string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		if !filepath.IsLocal(name) {
			return nil, offtake.Refuse(offtake.Invalid, "trace %q is not below the book's folder", name)
		}
		root, err := os.OpenRoot(folder)
		if err != nil {
			return nil, offtake.Refuse(offtake.NotFound, "folder %q cannot be read: %w", folder, bare(err))
		}
		defer func() { _ = root.Close() }()
		return open(name, root.Stat, root.Open)
	}
}

// open looks before it opens: a folder opens like a file and fails only when
// it is read.
func open(name string, stat func(string) (fs.FileInfo, error), file func(string) (*os.File, error)) (io.ReadCloser, error) {
	info, err := stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, offtake.Refuse(offtake.NotFound, "trace %q does not exist", name)
	case err != nil:
		return nil, offtake.Refuse(offtake.Invalid, "trace %q cannot be read: %w", name, bare(err))
	case info.IsDir():
		return nil, offtake.Refuse(offtake.Invalid, "trace %q is a folder, not a file", name)
	}
	f, err := file(name)
	if err != nil {
		return nil, offtake.Refuse(offtake.Invalid, "trace %q cannot be read: %w", name, bare(err))
	}
	return f, nil
}

// bare gives what went wrong without the call and the path, which the error
// around it names as they were given.
func bare(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

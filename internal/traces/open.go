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
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, offtake.Refuse(offtake.NotFound, "trace %q does not exist", name)
	case err != nil:
		return nil, offtake.Refuse(offtake.Invalid, "trace %q cannot be read: %w", name, err)
	case info.IsDir():
		return nil, offtake.Refuse(offtake.Invalid, "trace %q is a folder, not a file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, offtake.Refuse(offtake.Invalid, "trace %q cannot be read: %w", name, err)
	}
	return f, nil
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
			return nil, offtake.Refuse(offtake.NotFound, "folder %q cannot be read: %w", folder, err)
		}
		defer func() { _ = root.Close() }()
		f, err := root.Open(name)
		if err != nil {
			return nil, offtake.Refuse(offtake.NotFound, "trace %q below the book's folder cannot be read: %w", name, err)
		}
		return f, nil
	}
}

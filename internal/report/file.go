package report

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/offtake-dev/offtake"
)

// WriteFile makes the file at path hold what write writes, all of it or
// nothing: it writes beside it, in the same folder, and renames. Where writing
// fails (a full disk, a missing folder) the error names path, and neither a
// part of the file nor a trace of the attempt is left; a file that was there
// before stays as it was.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return offtake.Refuse(offtake.Invalid, "report %q is a folder, not a file to write", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".offtake-*")
	if err != nil {
		return unwritten(path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = unwritten(path, err)
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// unwritten names the file that was asked for in place of the one that was tried.
func unwritten(path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	kind := offtake.Internal
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		kind = offtake.Invalid
	}
	return offtake.Refuse(kind, "report %q was not written: %w", path, err)
}

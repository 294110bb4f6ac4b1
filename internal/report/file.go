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
// nothing: it writes beside it, in the same folder, and renames. A link is
// followed, and the file it leads to is the one written; a file that is there
// keeps its mode. What is there and is no regular file (a folder, a device, a
// pipe) is refused before write is called, because a rename would destroy it.
//
// Where the file cannot be written (a full disk, a missing folder) the error
// names path, and neither a part of the file nor a trace of the attempt is
// left; a file that was there before stays as it was. An error of write's own
// is returned as it is.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	target, mode, err := destination(path)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(target), ".offtake-*")
	if err != nil {
		return unwritten(path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(named{f, path}, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return f.Chmod(mode) },
		f.Sync,
		f.Close,
		func() error { return os.Rename(f.Name(), target) },
	} {
		if err := step(); err != nil {
			return unwritten(path, err)
		}
	}
	return nil
}

// named gives the errors of a file the name that the user knows it by, so that
// write may return them among its own.
type named struct {
	f    *os.File
	path string
}

func (n named) Write(b []byte) (int, error) {
	k, err := n.f.Write(b)
	if err != nil {
		err = unwritten(n.path, err)
	}
	return k, err
}

// destination gives the file that path leads to, and the mode it is to have.
func destination(path string) (target string, mode fs.FileMode, err error) {
	mode = 0o644
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Mode().IsRegular():
		mode = info.Mode().Perm()
	case err == nil:
		return "", 0, offtake.Refuse(offtake.Invalid, "%q is a %s: only a regular file can be written", path, nature(info.Mode()))
	case !errors.Is(err, fs.ErrNotExist):
		return "", 0, unwritten(path, err)
	}
	target, err = followed(path)
	if err != nil {
		return "", 0, unwritten(path, err)
	}
	return target, mode, nil
}

// followed gives where the links at the end of path lead, whether or not
// anything is there. It ends because os.Stat has refused links in a circle.
func followed(path string) (string, error) {
	for {
		to, err := os.Readlink(path)
		if err != nil {
			return path, nil // no link, or nothing yet
		}
		if !filepath.IsAbs(to) {
			dir, err := filepath.EvalSymlinks(filepath.Dir(path))
			if err != nil {
				return "", err
			}
			to = filepath.Join(dir, to)
		}
		path = to
	}
}

// nature says what something is that is no regular file.
func nature(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "folder"
	case m&fs.ModeNamedPipe != 0:
		return "pipe"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}

// unwritten names the file that was asked for in place of the one that was tried.
func unwritten(path string, err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	if at, ok := errors.AsType[*os.LinkError](err); ok {
		err = at.Err
	}
	kind := offtake.Internal
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		kind = offtake.Invalid
	}
	return offtake.Refuse(kind, "%q was not written: %w", path, err)
}

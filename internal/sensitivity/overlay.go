package sensitivity

import (
	"bytes"
	"io"
	"io/fs"
)

// An overlay is a folder in which some files have other contents.
type overlay struct {
	fs.FS
	changed map[string][]byte
}

// Open gives the changed contents where there are some.
func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.FS.Open(name)
	data, ok := o.changed[name]
	if err != nil || !ok {
		return f, err
	}
	info, err := f.Stat()
	f.Close()
	if err != nil {
		return nil, err
	}
	return &file{Reader: bytes.NewReader(data), info: resized{info, int64(len(data))}}, nil
}

type file struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }

var _ io.ReaderAt = (*file)(nil)

// resized is a file's information with the size of its new contents.
type resized struct {
	fs.FileInfo
	size int64
}

func (r resized) Size() int64 { return r.size }

package report_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/offtake-dev/offtake/internal/report"
)

// What cannot be written leaves nothing behind, and what stood there stays.
func TestWriteFileFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "r.html")
	if err := os.WriteFile(path, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	mistake := errors.New("neg.csv:2: duration -5 is below zero")
	err := report.WriteFile(path, func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 1<<20))
		return mistake
	})
	if err != mistake {
		t.Errorf("WriteFile = %v, want the writer's own error as it is: %v", err, mistake)
	}
	entries, _ := os.ReadDir(dir)
	got, _ := os.ReadFile(path)
	if len(entries) != 1 || string(got) != "before" {
		t.Errorf("after a failed write the folder holds %v and the file %q", entries, got)
	}
}

// A full disk, by a device that is always full.
func TestWriteFileOnFullDisk(t *testing.T) {
	dir := smallDisk(t)
	path := filepath.Join(dir, "r.html")
	err := report.WriteFile(path, func(w io.Writer) error {
		for range 64 {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return err
			}
		}
		return nil
	})
	if got, want := fmt.Sprint(err), fmt.Sprintf("%q was not written: no space left on device", path); got != want {
		t.Errorf("WriteFile on a full disk = %s, want %s", got, want)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("a failed write left %v behind", entries)
	}
}

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.html")
	for _, text := range []string{"first", "second"} {
		if err := report.WriteFile(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("the file holds %q, %v, want %q", got, err, text)
		}
	}
	missing := filepath.Join(t.TempDir(), "no", "r.html")
	want := fmt.Sprintf("%q was not written: no such file or directory", missing)
	if err := report.WriteFile(missing, nil); fmt.Sprint(err) != want {
		t.Errorf("WriteFile into a missing folder = %v, want %s", err, want)
	}
}

// A link stays a link, and the file it leads to is written, be it there or not.
func TestWriteFileThroughLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "a", "b"), 0o755); err != nil {
		t.Fatal(err)
	}
	// far is a/b by another name: .. from there leads to a, not to dir.
	links := [][2]string{{"a/b", "far"}, {"../r.html", "a/b/up.html"}, {"far/up.html", "twice.html"}, {filepath.Join(dir, "new.html"), "whole.html"}}
	for _, l := range links {
		if err := os.Symlink(l[0], filepath.Join(dir, l[1])); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range [][2]string{{"far/up.html", "a/r.html"}, {"twice.html", "a/r.html"}, {"whole.html", "new.html"}} {
		link, target := filepath.Join(dir, c[0]), filepath.Join(dir, c[1])
		if err := report.WriteFile(link, text(c[0])); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(target); err != nil || string(got) != c[0] {
			t.Errorf("written through %s, %s holds %q, %v", c[0], c[1], got, err)
		}
		if _, err := os.Readlink(link); err != nil {
			t.Errorf("%s is no link any more: %v", c[0], err)
		}
	}
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// What is there and is no file is refused unopened, and is still there. The
// writer fails in any case, so that a broken WriteFile cannot replace a device.
func TestWriteFileRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := syscall.Mkfifo(at("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", at("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	for link, target := range map[string]string{"device": os.DevNull, "link to a pipe": "pipe", "circle": "circle"} {
		if err := os.Symlink(target, at(link)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"": "is a folder: only a regular file can be written", "pipe": "is a pipe: only a regular file can be written",
		"socket": "is a socket: only a regular file can be written", "device": "is a device: only a regular file can be written",
		"link to a pipe": "is a pipe: only a regular file can be written", "circle": "was not written: too many levels of symbolic links",
	} {
		before, _ := os.Lstat(at(name))
		err := report.WriteFile(at(name), func(io.Writer) error { t.Errorf("%q was opened", name); return errors.New("stop") })
		if got, want := fmt.Sprint(err), fmt.Sprintf("%q %s", at(name), want); got != want {
			t.Errorf("WriteFile = %s, want %s", got, want)
		}
		if after, err := os.Lstat(at(name)); err != nil || !os.SameFile(before, after) {
			t.Errorf("%q is not what it was: %v", name, err)
		}
	}
}

// A file that only its owner may read stays so.
func TestWriteFileKeepsTheMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.html")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := report.WriteFile(path, text("new")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("the mode is %v, %v, want -rw-------", info.Mode(), err)
	}
}

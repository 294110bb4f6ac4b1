package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
)

func initCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Write a starter book",
		Long: `Init writes a small, complete and commented book into DIR, which must not
exist or be empty. Every company and number in it is invented; change them.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := format(cmd, "text", "json")
			if err != nil {
				return err
			}
			dir := args[0]
			if err := mustBeEmpty(dir); err != nil {
				return err
			}
			names, err := writeStarter(dir)
			if err != nil {
				return err
			}
			if f == "json" {
				return w.writeJSON(map[string]any{"dir": dir, "files": names})
			}
			fmt.Fprintf(w.err, "wrote %s into %s; next: offtake check %s\n", count(len(names), "file"), dir, dir)
			return nil
		},
	}
}

// mustBeEmpty refuses a folder that holds anything, so that nothing is overwritten.
func mustBeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case dir == "":
		return offtake.Refuse(offtake.Invalid, "folder %q has no name; name a new one", dir)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return offtake.Refuse(offtake.Invalid, "folder %q is not empty; name a new one", dir)
	}
	return nil
}

// writeStarter writes the starter book beside dir and then puts it in its
// place, so that a full disk leaves nothing half-written.
func writeStarter(dir string) (names []string, err error) {
	files := book.Starter(starterName(dir))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o777); err != nil {
		return nil, err
	}
	made, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), ".offtake-init-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(made)
	for _, name := range names {
		path := filepath.Join(made, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, files[name], 0o666); err != nil {
			return nil, err
		}
	}
	if err := os.Chmod(made, 0o755); err != nil {
		return nil, err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty folder
		return nil, err
	}
	return names, os.Rename(made, dir)
}

// starterName names the book after its folder.
func starterName(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return filepath.Base(dir)
	}
	return filepath.Base(abs)
}

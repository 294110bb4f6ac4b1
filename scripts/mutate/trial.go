package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// workers is how many patches are tried at a time: each builds and tests, which
// keeps more than one core busy.
const workers = 2

// A verdict is what became of a patch.
type verdict struct {
	patch patch
	by    string // the test that caught it first; "": none did
	how   string // where it did not just fail: "hangs", "runs out of memory"
	err   error  // why it proves nothing
	took  time.Duration
}

func (v verdict) caught() bool { return v.err == nil && v.by != "" }

func (v verdict) fault() string {
	if v.err != nil {
		return v.err.Error()
	}
	return "survived: " + v.patch.plants
}

func (v verdict) String() string {
	word, says := "caught  ", v.by
	switch {
	case v.err != nil:
		word, says = "ERROR   ", v.err.Error()
	case v.by == "":
		word, says = "SURVIVED", v.patch.plants
	case v.how != "":
		says += " (" + v.how + ")"
	}
	return fmt.Sprintf("%s %-32s %4.0fs  %s", word, v.patch.name, v.took.Seconds(), says)
}

// try makes the copies, sees that the tests pass without a patch, and tries the
// patches. What it tells comes in the order of their names.
func (p plan) try(ctx context.Context) ([]verdict, error) {
	patches, err := p.chosen()
	if err != nil {
		return nil, err
	}
	scratch, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(scratch) }() // an error leaves a folder among temporary ones
	files, err := p.files(p.root)
	if err != nil {
		return nil, err
	}
	var trees []tree
	for n := range min(workers, len(patches)) {
		t := tree{root: filepath.Join(scratch, fmt.Sprint("tree", n)), scratch: filepath.Join(scratch, fmt.Sprint("go", n))}
		if err := t.fill(p.root, files); err != nil {
			return nil, err
		}
		trees = append(trees, t)
	}
	suites, err := trees[0].suites(ctx, p, patches)
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	verdicts := p.all(ctx, trees, suites, patches)
	return verdicts, interrupted(ctx, nil)
}

func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	return err
}

// all tries the patches, each in whichever tree is free.
func (p plan) all(ctx context.Context, trees []tree, suites []suite, patches []patch) []verdict {
	verdicts := make([]verdict, len(patches))
	done := make([]chan struct{}, len(patches))
	next := make(chan int, len(patches))
	for i := range patches {
		done[i] = make(chan struct{})
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for _, t := range trees {
		wg.Go(func() {
			for i := range next {
				verdicts[i] = t.try(ctx, patches[i], suites)
				close(done[i])
			}
		})
	}
	for i := range patches {
		<-done[i]
		if ctx.Err() == nil {
			fmt.Fprintln(p.out, verdicts[i])
		}
	}
	wg.Wait()
	return verdicts
}

// A tree is a copy of the module, and a folder for what go makes meanwhile.
type tree struct{ root, scratch string }

// fill copies files into the tree. One that was deleted and is still tracked
// is left out.
func (t tree) fill(from string, files []string) error {
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(from, f))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		to := filepath.Join(t.root, f)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, text, 0o644); err != nil {
			return err
		}
	}
	return os.MkdirAll(t.scratch, 0o755)
}

// try plants a patch in the tree, looks who catches it, and takes it out again.
func (t tree) try(ctx context.Context, p patch, suites []suite) (v verdict) {
	start := time.Now()
	v.patch = p
	undo, err := t.plant(p)
	if err == nil {
		err = t.compiles(ctx, "build", "-trimpath", "./...")
	}
	if err == nil {
		v.by, v.how, err = t.firstToFail(ctx, p, suites)
	}
	v.err = errors.Join(err, undo())
	v.took = time.Since(start)
	return v
}

// plant makes the edits of a patch; undo puts back what stood there.
func (t tree) plant(p patch) (undo func() error, err error) {
	was := map[string][]byte{}
	undo = func() (err error) {
		for file, text := range was {
			err = errors.Join(err, os.WriteFile(file, text, 0o644))
		}
		return err
	}
	for _, e := range p.edits {
		file := filepath.Join(t.root, e.file)
		text, err := os.ReadFile(file)
		if err != nil {
			return undo, fmt.Errorf("does not apply: there is no file %s", e.file)
		}
		changed, err := e.in(string(text))
		if err != nil {
			return undo, fmt.Errorf("does not apply: %w", err)
		}
		if _, before := was[file]; !before {
			was[file] = text
		}
		if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
			return undo, err
		}
	}
	return undo, nil
}

// firstToFail runs the tests of one package after the other, those of the
// package that the patch changes before all others, and none that does not depend on
// what it changes. What takes long is run only
// where all that is short has passed.
func (t tree) firstToFail(ctx context.Context, p patch, suites []suite) (by, how string, err error) {
	own := func(s suite) bool { return p.touches(s.dir) }
	ordered := slices.DeleteFunc(slices.Clone(suites), func(s suite) bool { return !own(s) })
	for _, s := range suites {
		if s.always && !own(s) && slices.ContainsFunc(s.needs, p.touches) {
			ordered = append(ordered, s)
		}
	}
	for _, short := range []bool{true, false} {
		for _, s := range ordered {
			if by, how, err = t.test(ctx, s, short); by != "" || err != nil {
				return by, how, err
			}
		}
	}
	return "", "", nil
}

// touches reports whether the patch changes a file of a package's folder.
func (p patch) touches(dir string) bool {
	return slices.ContainsFunc(p.edits, func(e edit) bool { return filepath.ToSlash(filepath.Dir(e.file)) == dir })
}

// compiles runs a command of go that compiles.
func (t tree) compiles(ctx context.Context, args ...string) error {
	if _, err := t.goTool(ctx, args...); err != nil {
		return fmt.Errorf("does not compile: %w", err)
	}
	return nil
}

// goTool gives what a command of go prints, or what it complains of.
func (t tree) goTool(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = t.root
	cmd.Env = append(os.Environ(), "GOTMPDIR="+t.scratch)
	cmd.WaitDelay = time.Second // what it started may hold on to its output
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		said := strings.Join(strings.Fields(stderr.String()), " ")
		return "", fmt.Errorf("%w: %.300s", err, said)
	}
	return stdout.String(), nil
}

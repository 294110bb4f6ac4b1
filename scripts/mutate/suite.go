package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A suite is the tests of one package.
type suite struct {
	dir    string                 // of the package, from the root
	random bool                   // it draws what it tests, with rapid
	always bool                   // it is run for every patch of what it depends on; otherwise for those that change its package
	needs  []string               // the folders of the packages that it depends on
	limit  map[bool]time.Duration // of its short tests alone, and of all
}

// patience is how many times as long as without a patch a suite may take.
const patience = 10

// suites gives the tests that the patches need, with what each may take. They
// must pass without a patch: otherwise every patch would seem to be caught.
func (t tree) suites(ctx context.Context, p plan, patches []patch) (suites []suite, err error) {
	asked := slices.Clone(p.packages)
	for _, q := range patches {
		for _, e := range q.edits {
			if dir := path.Dir(e.file); t.has(dir) {
				asked = append(asked, "./"+dir)
			}
		}
	}
	for i, pattern := range asked {
		some, err := t.list(ctx, pattern)
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			if !slices.ContainsFunc(suites, func(other suite) bool { return other.dir == s.dir }) {
				s.always = i < len(p.packages)
				suites = append(suites, s)
			}
		}
	}
	for _, s := range suites {
		for _, short := range []bool{true, false} {
			start := time.Now()
			switch by, how, err := t.test(ctx, s, short); {
			case err != nil:
				return nil, err
			case by != "":
				return nil, fmt.Errorf("without a patch %s fails already %s", by, how)
			}
			s.limit[short] = max(p.least, patience*time.Since(start))
		}
	}
	return suites, nil
}

func (t tree) has(dir string) bool {
	_, err := os.Stat(filepath.Join(t.root, dir))
	return err == nil
}

// list gives the packages of a pattern that have tests.
func (t tree) list(ctx context.Context, pattern string) (suites []suite, err error) {
	out, err := t.goTool(ctx, "list", "-f", `{{if or .TestGoFiles .XTestGoFiles}}{{.Dir}}{{range .TestImports}} {{.}}{{end}}{{range .XTestImports}} {{.}}{{end}}{{end}}`, pattern)
	if err != nil {
		return nil, err
	}
	root, err := filepath.EvalSymlinks(t.root)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		dir, err := filepath.EvalSymlinks(words[0])
		if err != nil {
			return nil, err
		}
		if dir, err = filepath.Rel(root, dir); err != nil {
			return nil, err
		}
		suites = append(suites, suite{
			dir: filepath.ToSlash(dir), needs: t.needs(ctx, root, dir), random: slices.Contains(words, "pgregory.net/rapid"),
			limit: map[bool]time.Duration{true: time.Hour, false: time.Hour},
		})
	}
	return suites, nil
}

// needs gives the folders of what the tests of a package depend on, within the tree.
func (t tree) needs(ctx context.Context, root, dir string) (dirs []string) {
	out, err := t.goTool(ctx, "list", "-test", "-deps", "-f", "{{.Dir}}", "./"+filepath.ToSlash(dir))
	if err != nil {
		return nil // it does not build, which will be told
	}
	for line := range strings.Lines(out) {
		if rel, err := filepath.Rel(root, strings.TrimSpace(line)); err == nil && filepath.IsLocal(rel) {
			dirs = append(dirs, filepath.ToSlash(rel))
		}
	}
	return dirs
}

// test builds a suite and runs it until its first test fails. The mistake of a
// patch may be to go on for ever, and to gather memory meanwhile: either is
// bounded, and counts as caught.
func (t tree) test(ctx context.Context, s suite, short bool) (by, how string, err error) {
	binary := filepath.Join(t.scratch, "suite.test")
	if err := t.compiles(ctx, "test", "-c", "-trimpath", "-o", binary, "./"+s.dir); err != nil {
		return "", "", err
	}
	args := []string{
		"-c", `ulimit -v 8000000 2>/dev/null; exec "$@"`, "sh", binary, "-test.v", "-test.failfast",
		fmt.Sprint("-test.short=", short), "-test.timeout=" + s.limit[short].String(),
	}
	if s.random {
		args = append(args, "-rapid.nofailfile", "-rapid.shrinktime=0")
	}
	cmd := exec.CommandContext(ctx, "sh", args...)
	cmd.Dir = filepath.Join(t.root, s.dir)
	cmd.WaitDelay = time.Second
	said, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case err == nil:
		return "", "", nil
	case cmd.ProcessState == nil:
		return "", "", err
	}
	by, how = blame(string(said))
	return s.dir + " " + by, how, nil
}

var (
	failed = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)`)
	began  = regexp.MustCompile(`(?m)^=== (?:RUN|CONT) +(\S+)`)
)

// blame reads which test failed first, down to the case of a table. A program
// that was stopped or broke down names none: that is the one it was at.
func blame(said string) (by, how string) {
	switch {
	case strings.Contains(said, "panic: test timed out"):
		how = "hangs"
	case strings.Contains(said, "out of memory"):
		how = "runs out of memory"
	}
	for _, m := range failed.FindAllStringSubmatch(said, -1) {
		if by == "" || strings.HasPrefix(m[1], by+"/") {
			by = m[1]
		}
	}
	if all := began.FindAllStringSubmatch(said, -1); by == "" && len(all) > 0 {
		by = all[len(all)-1][1]
	}
	if by == "" {
		by = "before any test began"
	}
	return by, how
}

// Command mutate asks whether the tests of the first-refusal process and of the
// broker would notice a mistake. Each patch of a folder plants one; the command applies it to
// a copy of the tree, builds, and runs the tests until one fails.
//
// A patch that no test catches is a hole in the tests. One that no longer has a
// place to go, or does not compile, proves nothing. Any of these is told by name
// and makes the exit status 1; 2 is that there was nothing to ask: the tests
// fail without a patch, no patch has that name, or it was interrupted. When all
// patches were tried and caught, the table of a page is written anew.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	only := flag.String("only", "", "try the patches whose names match this regular `expression`, and leave the table as it is")
	page := flag.String("page", "", "fill the table of this `page` when all patches were tried and caught")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, plan{
		root: ".", patches: "testdata/mutants", only: *only, page: *page,
		packages: []string{"./internal/refusal/...", "./internal/play", "./internal/market/...",
			"./internal/work", "./internal/outgoing", "./internal/broker", "./internal/desk", "./internal/journal/...", "./internal/versions", "./internal/access", "./internal/api"},
		least: time.Minute, files: tracked, out: os.Stdout,
	})
	stop()
	os.Exit(status)
}

// A plan is what to try on what.
type plan struct {
	root     string                              // of the module
	patches  string                              // their folder, from the root
	packages []string                            // whose tests are run for every patch, in this order
	only     string                              // a regular expression of names; "": all
	page     string                              // with the table, from the root; "": none
	least    time.Duration                       // a test has at least so long before it counts as hanging
	files    func(root string) ([]string, error) // of which a copy is made
	out      io.Writer
}

func run(ctx context.Context, p plan) int {
	verdicts, err := p.try(ctx)
	if err != nil {
		fmt.Fprintln(p.out, err)
		return 2
	}
	if !slices.ContainsFunc(verdicts, func(v verdict) bool { return !v.caught() }) {
		if err := p.write(verdicts); err != nil {
			fmt.Fprintln(p.out, err)
			return 2
		}
		fmt.Fprintf(p.out, "%d mutants, all caught\n", len(verdicts))
		return 0
	}
	fmt.Fprintf(p.out, "%d mutants, and not all were caught:\n", len(verdicts))
	for _, v := range verdicts {
		if !v.caught() {
			fmt.Fprintf(p.out, "  %s: %s\n", v.patch.name, v.fault())
		}
	}
	return 1
}

// write fills the table of the page, unless only some patches were tried.
func (p plan) write(verdicts []verdict) error {
	if p.page == "" || p.only != "" {
		return nil
	}
	file := filepath.Join(p.root, p.page)
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	filled, err := fill(string(text), table(verdicts))
	if err != nil {
		return fmt.Errorf("%s: %w", p.page, err)
	}
	return os.WriteFile(file, []byte(filled), 0o644)
}

// chosen reads the patches to try, by name.
func (p plan) chosen() ([]patch, error) {
	want, err := regexp.Compile(p.only)
	if err != nil {
		return nil, err
	}
	all, err := readPatches(filepath.Join(p.root, p.patches))
	if err != nil {
		return nil, err
	}
	some := slices.DeleteFunc(all, func(q patch) bool { return !want.MatchString(q.name) })
	if len(some) == 0 {
		return nil, fmt.Errorf("no patch of %s has a name like %q", p.patches, p.only)
	}
	return some, nil
}

// tracked gives the files of a checkout as they stand in the working tree,
// those that are new and not ignored among them.
func tracked(root string) ([]string, error) {
	git := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
	git.Dir = root
	out, err := git.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("git ls-files: %s", exit.Stderr)
	}
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"), nil
}

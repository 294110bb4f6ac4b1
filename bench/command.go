package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/book/booktest"
)

// Command measures the program as its user starts it, from start to exit: one
// question to a book of 1,000 clauses, and a check of 10,000, a tenth of them
// first refusals. Times are the median of several runs, memory is the most of
// any. The reference is a program that only parses the same file as YAML.
func Command() ([]Row, error) {
	dir, err := os.MkdirTemp("", "offtake-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := build(dir); err != nil {
		return nil, err
	}
	var rows []Row
	for _, c := range []struct {
		name                    string
		book                    *offtake.Book
		args                    []string
		runs                    int
		milliseconds, megabytes float64
	}{
		{"offtake ask, 1,000 clauses", Book(1_000, seed), []string{"ask", "", "procure", "--at", "2025-06-01", "--provider", "provider-3", "--purpose", "purpose-1"}, 21, 300, 200},
		{"offtake check, 10,000 clauses", Book(10_000, seed), []string{"check", ""}, 7, 5_000, 1_000},
		{"offtake check, 10,000 clauses of every kind", everyKind(10_000), []string{"check", ""}, 7, 5_000, 1_000},
	} {
		file := filepath.Join(dir, strings.ReplaceAll(c.name, " ", "-"), "book.yaml")
		if err := writeBook(file, c.book); err != nil {
			return nil, err
		}
		c.args[1] = filepath.Dir(file)
		ours, err := measured(dir, c.runs, "offtake", c.args...)
		if err != nil {
			return nil, err
		}
		parse, err := measured(dir, c.runs, "parse", file)
		if err != nil {
			return nil, err
		}
		const of = "a YAML parse alone"
		rows = append(rows,
			Below(c.name+", start to exit", ours.Milliseconds, "ms", c.milliseconds).Beside(of, parse.Milliseconds),
			Below(c.name+", memory at its peak", ours.Megabytes, "MB", c.megabytes).Beside(of, parse.Megabytes))
	}
	return rows, nil
}

// build builds the program from its own module, and what measures it from this.
func build(dir string) error {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/offtake-dev/offtake").Output()
	if err != nil {
		return fmt.Errorf("where the program's source is: %w", err)
	}
	for _, b := range []struct{ from, pkg string }{
		{strings.TrimSpace(string(root)), "./cmd/offtake"},
		{"", "github.com/offtake-dev/offtake/bench/cmd/measure"},
		{"", "github.com/offtake-dev/offtake/bench/cmd/parse"},
	} {
		cmd := exec.Command("go", "build", "-trimpath", "-o", dir, b.pkg)
		cmd.Dir, cmd.Env = b.from, append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build of %s: %w\n%s", b.pkg, err, out)
		}
	}
	return nil
}

func writeBook(file string, b *offtake.Book) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, book.Format(b), 0o644)
}

// cost is what cmd/measure says of a run.
type cost struct {
	Milliseconds, Megabytes float64
	Status                  int
}

// measured runs a program of dir several times, after once that does not count.
func measured(dir string, runs int, program string, args ...string) (cost, error) {
	var times, sizes []float64
	for i := range runs + 1 {
		out, err := exec.Command(filepath.Join(dir, "measure"), append([]string{filepath.Join(dir, program)}, args...)...).Output()
		if err != nil {
			return cost{}, fmt.Errorf("measuring %s: %w", program, err)
		}
		var c cost
		if err := json.NewDecoder(bytes.NewReader(out)).Decode(&c); err != nil {
			return cost{}, err
		}
		if c.Status > 1 {
			return cost{}, fmt.Errorf("%s %s: exit status %d, want 0 or 1", program, strings.Join(args, " "), c.Status)
		}
		if i > 0 {
			times, sizes = append(times, c.Milliseconds), append(sizes, c.Megabytes)
		}
	}
	slices.Sort(times)
	return cost{Milliseconds: times[len(times)/2], Megabytes: slices.Max(sizes)}, nil
}

// everyKind generates a book with every kind of clause and every field, which
// loads: its exclusivities are for one provider, and its commitments in order.
func everyKind(n int) *offtake.Book {
	b := booktest.Book(booktest.Seeded(seed), n)
	order := int64(0)
	for i := range b.Agreements {
		for j := range b.Agreements[i].Clauses {
			c := &b.Agreements[i].Clauses[j]
			switch body := c.Body.(type) {
			case offtake.Exclusivity:
				body.Provider = "north"
				c.Body = body
			case offtake.Commitment:
				order++
				body.Order = order
				c.Body = body
			}
		}
	}
	return b
}

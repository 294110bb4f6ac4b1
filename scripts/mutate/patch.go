package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A patch plants one mistake.
type patch struct {
	name   string // of its file, without the ending
	plants string // the mistake, as a sentence
	breaks string // the law or rule
	edits  []edit
}

// An edit is a hunk of a patch: some lines that stand together become others.
type edit struct {
	file           string // from the root
	before, after  []string
	leading, trail int // how many lines of context stand before and after what changes
}

// readPatches reads the patches of a folder in the order of their names.
func readPatches(folder string) (patches []patch, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.patch"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		p, err := parsePatch(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		p.name = strings.TrimSuffix(filepath.Base(file), ".patch")
		patches = append(patches, p)
	}
	return patches, nil
}

// parsePatch reads a unified diff and the two lines that stand before it. The
// numbers of its lines say nothing: a hunk goes where its lines stand.
func parsePatch(text string) (p patch, err error) {
	file, inHunk := "", false
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "# breaks: "):
			p.breaks = strings.TrimPrefix(line, "# breaks: ")
		case strings.HasPrefix(line, "# "):
			p.plants = strings.TrimPrefix(line, "# ")
		case strings.HasPrefix(line, "--- "):
			inHunk = false
		case strings.HasPrefix(line, "+++ b/"):
			file = strings.TrimPrefix(line, "+++ b/")
		case strings.HasPrefix(line, "@@"):
			p.edits, inHunk = append(p.edits, edit{file: file}), true
		case inHunk:
			err = errors.Join(err, p.edits[len(p.edits)-1].line(line))
		default:
			err = errors.Join(err, fmt.Errorf("%q belongs to no hunk", line))
		}
	}
	switch {
	case err != nil:
		return p, err
	case p.plants == "" || p.breaks == "":
		return p, errors.New(`it does not begin with "# what is planted" and "# breaks: a law or rule"`)
	case len(p.edits) == 0 || slices.ContainsFunc(p.edits, func(e edit) bool { return e.file == "" || slices.Equal(e.before, e.after) }):
		return p, errors.New("it changes nothing")
	}
	return p, nil
}

// line takes one line of the hunk.
func (e *edit) line(line string) error {
	sign, rest := " ", ""
	if line != "" {
		sign, rest = line[:1], line[1:]
	}
	switch sign {
	case " ":
		e.before, e.after = append(e.before, rest), append(e.after, rest)
		e.trail++
		if e.trail == len(e.before) && e.trail == len(e.after) {
			e.leading = e.trail
		}
	case "-":
		e.before, e.trail = append(e.before, rest), 0
	case "+":
		e.after, e.trail = append(e.after, rest), 0
	default:
		return fmt.Errorf("a hunk has the line %q", line)
	}
	return nil
}

// in makes the edit in a text. Its lines must stand there in one place only; if
// they do not, the context before them, or that after them, may have changed.
func (e edit) in(text string) (string, error) {
	lines := strings.Split(text, "\n")
	for _, c := range []struct{ from, short int }{{0, 0}, {e.leading, 0}, {0, e.trail}} {
		before := e.before[c.from : len(e.before)-c.short]
		if at := places(lines, before); len(at) == 1 && len(before) > 0 {
			after := e.after[c.from : len(e.after)-c.short]
			return strings.Join(slices.Replace(lines, at[0], at[0]+len(before), after...), "\n"), nil
		}
	}
	return "", fmt.Errorf("%s has no place, or more than one, for a hunk with %q", e.file, strings.TrimSpace(e.before[min(e.leading, len(e.before)-1)]))
}

// places gives where some lines stand together.
func places(lines, some []string) (at []int) {
	for i := 0; i+len(some) <= len(lines); i++ {
		if slices.Equal(lines[i:i+len(some)], some) {
			at = append(at, i)
		}
	}
	return at
}

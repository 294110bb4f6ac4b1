package book

import (
	"fmt"
	"strings"
	"testing"

	yaml "go.yaml.in/yaml/v4"
)

// codes gives what the scanner finds, as line:col code.
func codes(text string) string {
	_, faults := scan([]byte(text))
	var out []string
	for _, f := range faults {
		out = append(out, fmt.Sprintf("%d:%d %s", f.line, f.col, f.code))
	}
	return strings.Join(out, ", ")
}

func TestWhatTheLanguageLeavesOutIsSeenInTheBytes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a: &x 1\nb: *x\n", "1:4 anchor, 2:4 alias"},
		{"a: !!str 1\nb: !local {c: 1}\n", "1:4 tag, 2:4 tag"},
		{"a: [&x 1, *x]\n", "1:5 anchor, 1:11 alias"},
		{"a:\n  - &x 1\n  - *x\n", "2:5 anchor, 3:5 alias"},
		{"&a a: 1\n", "1:1 anchor"},
		{"<<: {a: 1}\n", "1:1 merge-key"},
		{"a: {<<: {b: 1}}\n", "1:5 merge-key"},
		{"é: *x\n", "1:4 alias"},
		{"a:\n\tb: 1\n", "2:1 tab"},
		{"--- &a\nb: 1\n", "1:5 anchor"},
		{"? &a b\n: *a\n", "1:3 anchor, 2:3 alias"},
		{"a:\n  b\nc: *x\n", "3:4 alias"},
		{"a: 'b'\nc: *x\n", "2:4 alias"},
		{"a: \"b\n  c\"\nd: *x\n", "3:4 alias"},
		{"a: |\n  b\nd: *x\n", "3:4 alias"},
		{"a: [b,\n c]\nd: *x\n", "3:4 alias"},
		{"a: b # c\nd: *x\n", "2:4 alias"},
	} {
		if got := codes(c.text); got != c.want {
			t.Errorf("scan(%q) = %s; want %s", c.text, got, c.want)
		}
	}
}

func TestWhatOnlyLooksLikeItIsLeftAlone(t *testing.T) {
	for _, text := range []string{
		"region: [us-*, eu-*]\n", "a: b & c * d ! e\n", "a: \"*x &y !z <<: [[[\"\n", "a: '*x ''&y'\n", "a: b # *x &y\n# *x\n",
		"a: |\n  *x\n  &y\n  !z\n\n  <<: 1\n  \tb\n", "a: >-\n  *x\n", "- |\n *x\n- b\n", "- a: |\n    *x\n  b: 1\n",
		"a: this is\n  *important* words\n  & more\n  [of them\n", "a: [b\n *c]\n", "a:\n  first\n\n  *second\n", "a: x&y\n", "a: -*x\n",
		"a: http://x/*y\n", "a: \"x\\\"*y\"\n", "'*a': 1\n", "a: {b: 'c', d: \"e\"}\n", "--- |\n*x\n", "a: b\n\n\n", "a:   \n  - b\n  -   c\n",
	} {
		if got := codes(text); got != "" {
			t.Errorf("scan(%q) = %s; want nothing", text, got)
		}
	}
}

func TestNestingIsCountedInBlocksAndBrackets(t *testing.T) {
	blocks := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%sk:\n", strings.Repeat(" ", i))
		}
		return b.String()
	}
	for _, c := range []struct {
		name, text string
		deep       bool
	}{
		{"32 groups", blocks(32), false},
		{"33 groups", blocks(33), true},
		{"32 brackets", strings.Repeat("[", 32) + strings.Repeat("]", 32), false},
		{"33 brackets", strings.Repeat("[", 33) + strings.Repeat("]", 33), true},
		{"100,000 brackets", strings.Repeat("[", 100_000), true},
		{"100,000 braces", strings.Repeat("{a: ", 100_000), true},
		{"32 dashes", strings.Repeat("- ", 32) + "a", false},
		{"33 dashes", strings.Repeat("- ", 33) + "a", true},
		{"33 question marks", strings.Repeat("? ", 33) + "a", true},
		{"16 groups and 16 brackets", blocks(15) + strings.Repeat(" ", 15) + "k: " + strings.Repeat("[", 16) + strings.Repeat("]", 16), false},
		{"16 groups and 17 brackets", blocks(15) + strings.Repeat(" ", 15) + "k: " + strings.Repeat("[", 17) + strings.Repeat("]", 17), true},
		{"100 groups side by side", strings.Repeat("- a: {b: [c]}\n", 100), false},
		{"lists in the column of their key", strings.Repeat("a:\n- b: 1\n  c:\n  - d\n", 40), false},
		{"brackets in text", "a: \"" + strings.Repeat("[", 100) + "\"\nb: x" + strings.Repeat("[", 100) + "\n", false},
	} {
		got := strings.Contains(codes(c.text), "too-deep")
		if got != c.deep {
			t.Errorf("%s: too deep is %v; want %v", c.name, got, c.deep)
		}
	}
}

// depth gives how deep a parsed document is nested, and whether it has what
// the language leaves out.
func depth(n *yaml.Node) (deep int, refused bool) {
	refused = n.Kind == yaml.AliasNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0
	for _, c := range n.Content {
		d, bad := depth(c)
		deep, refused = max(deep, d), refused || bad
	}
	if n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode {
		deep++
	}
	return deep, refused
}

// FuzzScan holds the scanner to the parser: what it lets pass has no more
// nesting, anchors, aliases or tags than it saw.
func FuzzScan(f *testing.F) {
	for _, s := range []string{"a: &x [1, *x]\n", "- |\n a\n- 'b'\n", "a: b\n  c\n", "{a: [b, {c: d}]}", "? a\n: b\n", "- - - a\n", "\"a\":1", "{\"a\":*b}", "a: |2\n    b\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := newReader(nil)
		if !r.isText("f", []byte(s)) {
			return
		}
		for _, p := range cut([]byte(s)) {
			_, faults := scan(p.text)
			var n yaml.Node
			if len(faults) > 0 || yaml.Unmarshal(p.text, &n) != nil {
				continue
			}
			if deep, refused := depth(&n); deep > MaxNesting || refused {
				t.Errorf("scan(%q) lets pass nesting of %d, or an anchor, alias or tag: %v", p.text, deep, refused)
			}
		}
	})
}

func TestValuesAreCountedOnce(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"a: b\n", 3},
		{"a: [b, c]\n", 5},
		{"- {a: b, c: 'd'}\n- e\n", 7},
		{"a: |\n  b\n  c\n", 3},
		{"a: b\n  c\nd: \"e\"\n", 5},
	} {
		if got, _ := scan([]byte(c.text)); got != c.want {
			t.Errorf("scan(%q) counts %d values; want %d", c.text, got, c.want)
		}
	}
}

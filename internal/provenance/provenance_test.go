package provenance_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/offtake-dev/offtake/internal/provenance"
)

const sample = `# numbers in 3 lines of comment do not count
kind: Supply
name: azure-2
offers:
  - accelerator: h100        # no number, though it looks like one
    price: USD 12.29         # list price, June 2026
    quantity: 8064           # invented
    per_order: {at_least: 8, at_most: 64}   # invented
  - {accelerator: gb200, region: us-east-1, price: USD 27.04, source: "a list of 2026"}
---
kind: Agreement
name: a
clauses:
  c:
    text: A term of 12 months.
    source: a paper
    first_refusal:
      window: P15BD          # invented
      tail: {sign_by: P90D, close_by: {x: PT48H}}
      time: {cutoff: "17:00"}
effective: 2025-01-21
`

// Each number is found once, with its key and with its own mark before its clause's.
func TestNumbers(t *testing.T) {
	var got []string
	for _, n := range provenance.Numbers("f.yaml", sample) {
		got = append(got, n.Document+" | "+n.Path+" | "+n.Text+" | "+n.Mark)
		if at := sample[n.Offset : n.Offset+len(n.Text)]; at != n.Text {
			t.Errorf("at offset %d stands %q, want %q", n.Offset, at, n.Text)
		}
		if line := strings.Split(sample, "\n")[n.Line-1]; !strings.Contains(line, n.Shown) {
			t.Errorf("line %d is %q, want it to hold %q", n.Line, line, n.Shown)
		}
	}
	want := []string{
		"Supply azure-2 | offers.price | 12.29 | list price, June 2026",
		"Supply azure-2 | offers.quantity | 8064 | invented",
		"Supply azure-2 | offers.per_order.at_least | 8 | invented",
		"Supply azure-2 | offers.per_order.at_most | 64 | invented",
		"Supply azure-2 | offers.price | 27.04 | a list of 2026",
		"Agreement a | clauses.c.first_refusal.window | P15BD | invented",
		"Agreement a | clauses.c.first_refusal.tail.sign_by | P90D | a paper",
		"Agreement a | clauses.c.first_refusal.tail.close_by.x | PT48H | a paper",
		"Agreement a | clauses.c.first_refusal.time.cutoff | 17:00 | a paper",
		"Agreement a | effective | 2025-01-21 | ",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Only files of the book are read.
func TestRead(t *testing.T) {
	got, err := provenance.Read(fstest.MapFS{
		"b/x.yml": {Data: []byte("kind: A\nq: 1\n")}, "a.yaml": {Data: []byte("kind: A\nq: 2\n")}, "n.txt": {Data: []byte("q: 3\n")},
	})
	if err != nil || len(got) != 2 || got[0].Text != "2" || got[1].File != "b/x.yml" {
		t.Errorf("Read = %v, %v", got, err)
	}
}

// Half and double of what a book writes; "-" where there is none.
func TestScaled(t *testing.T) {
	for _, c := range []struct{ text, path, half, double string }{
		{"8064", "quantity", "4032", "16128"},
		{"5", "quantity", "3", "10"},
		{"1", "quantity", "-", "2"},
		{"6B", "amount", "3B", "12B"},
		{"12.29", "price", "6.145", "24.58"},
		{"5", "offers.price", "2.5", "10"},
		{"3%", "by", "1.5%", "6%"},
		{"2.5", "accelerator.gb200", "1.25", "5"},
		{"P15BD", "window", "P8BD", "P30BD"},
		{"P1D", "every", "-", "P2D"},
		{"P1Y", "term", "-", "P2Y"},
		{"PT48H", "waiting", "PT24H", "PT96H"},
		{"2025-01-21", "from", "-", "-"},
		{"17:00", "cutoff", "-", "-"},
		{"0%", "share", "-", "-"},
	} {
		n := provenance.Number{Text: c.text, Path: c.path}
		for _, side := range []struct {
			num, den int64
			want     string
		}{{1, 2, c.half}, {2, 1, c.double}} {
			got, ok := n.Scaled(side.num, side.den)
			if !ok {
				got = "-"
			}
			if got != side.want {
				t.Errorf("%s × %d/%d = %s, want %s", c.text, side.num, side.den, got, side.want)
			}
		}
	}
}

// Whatever the text, reading it ends, and every number stands where it is said to.
func FuzzNumbers(f *testing.F) {
	f.Add(sample)
	f.Add("- - {a: [1, {b: 2}, \"3\"], }: ]# 4\n\t- 5: 6\n---\nsource: 7\n  source: 8")
	f.Add("text: >-\n  In 12 months: 13.\nq: P1D # invented")
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range provenance.Numbers("f", text) {
			if text[n.Offset:n.Offset+len(n.Text)] != n.Text || n.Line < 1 {
				t.Errorf("%+v is not where it is said to be", n)
			}
			n.Scaled(1, 2)
			n.Scaled(2, 1)
		}
	})
}

// Prose over several lines is prose.
func TestProseIsNotNumbers(t *testing.T) {
	got := provenance.Numbers("f", "kind: A\ntext: >-\n  In 12 months\n  of 2025.\nq: 5\n")
	if len(got) != 1 || got[0].Text != "5" {
		t.Errorf("Numbers = %v, want 5 alone", got)
	}
}

// A line of a million numbers is read in one walk.
func TestLongLine(t *testing.T) {
	const n = 500_000
	got := provenance.Numbers("f", "kind: A\nq: ["+strings.Repeat("1,", n)+"]\n")
	if len(got) != n || got[n-1].Path != "q" {
		t.Errorf("%d numbers found, want %d", len(got), n)
	}
}

package report_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/offtake-dev/offtake/internal/report"
)

var keep = flag.String("keep", "", "write the page of made-up runs to this file, to be looked at")

func pageOf(t *testing.T, p report.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A page is one file that asks the network for nothing.
func TestPageStandsAlone(t *testing.T) {
	page := pageOf(t, fakePage())
	if *keep != "" {
		if err := os.WriteFile(*keep, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []string{"http:", "https:", "<script", "<link", "<img", "@import", "@font-face", "ZgotmplZ", "NaN", "Infinity"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, ref := range regexp.MustCompile(`url\(([^)]*)\)|src="([^"]*)"`).FindAllString(page, -1) {
		if !strings.HasPrefix(ref, "url(#") {
			t.Errorf("the page refers to %s", ref)
		}
	}
}

func TestSamePageSameBytes(t *testing.T) {
	if first, second := pageOf(t, fakePage()), pageOf(t, fakePage()); first != second {
		t.Error("the same results gave two different pages")
	}
}

// What the page says about the law it says once.
func TestNoLegalAdviceOnce(t *testing.T) {
	if n := strings.Count(pageOf(t, fakePage()), "Nothing here is legal advice."); n != 1 {
		t.Errorf("the page says %d times that nothing in it is legal advice, want 1", n)
	}
}

// Each chart is named, described and followed by its table; ids are unique and links lead somewhere.
func TestChartsCanBeReadAloud(t *testing.T) {
	page := pageOf(t, fakePage())
	charts := strings.Count(page, `role="img" aria-labelledby=`)
	if charts < 9 || strings.Count(page, "<desc id=") != charts {
		t.Errorf("%d charts and %d descriptions, want at least 9 and as many", charts, strings.Count(page, "<desc id="))
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("id %q stands twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?:href="#|aria-labelledby="|url\(#)([^")]+)`).FindAllStringSubmatch(page, -1) {
		for _, id := range strings.Fields(m[1]) {
			if !ids[id] {
				t.Errorf("%q leads to no id", id)
			}
		}
	}
	for _, title := range []string{"Capacity and demand", "Waiting", "Who served it", "What the shortage delayed", "Spend", "How it hangs on what was invented: served more", "How it hangs on what was invented: delay less"} {
		if !strings.Contains(page, "<summary>Table of "+title+"</summary>") {
			t.Errorf("chart %q has no table", title)
		}
	}
}

// Words from a book are shown, never obeyed.
func TestWordsAreEscaped(t *testing.T) {
	p := fakePage()
	p.Book = `<script>alert(1)</script>`
	p.Runs[0].Name = `"><svg onload=x>`
	p.Runs[0].Result.Providers[0].Provider = `</title><script>`
	p.Runs[0].Result.Deliveries[0].Demand = `<i>`
	page := pageOf(t, p)
	for _, bad := range []string{"<script>", "<svg onload", "<i>", "<b>"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q from a word of the book", bad)
		}
	}
}

// Every drawing is well-formed, and no coordinate lies outside it.
func TestDrawingsAreWellFormed(t *testing.T) {
	page := pageOf(t, fakePage())
	for _, svg := range regexp.MustCompile(`(?s)<svg [^>]*viewBox.*?</svg>`).FindAllString(page, -1) {
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%v in %.200s", err, svg)
			}
		}
		if m := regexp.MustCompile(` (?:x|y|cx|cy|x1|y1|x2|y2)="-`).FindString(svg); m != "" {
			t.Errorf("a coordinate %s is negative in %.120s", m, svg)
		}
	}
}

// One run, and runs with nothing in them, still make a page and a table.
func TestLittleToShow(t *testing.T) {
	p := fakePage()
	p.Runs = p.Runs[:1]
	p.Runs[0].Result.Days, p.Runs[0].Result.Deliveries, p.Runs[0].Result.Purchases = nil, nil, nil
	p.Numbers, p.Sensitivity, p.Left = nil, nil, nil
	if page := pageOf(t, p); strings.Contains(page, "NaN") || strings.Contains(page, "Assumptions") {
		t.Error("a page of little holds NaN or an empty section")
	}
	p.Runs[0].Result.GPUSeconds, p.Runs[0].Result.ServedGPUSeconds = 0, 0
	if page := pageOf(t, p); strings.Contains(page, "NaN") {
		t.Error("a page of nothing holds NaN")
	}
	var b bytes.Buffer
	if err := report.WriteText(&b, p.Runs); err != nil || strings.Contains(b.String(), "NaN") {
		t.Errorf("the table of nothing: %v\n%s", err, b.String())
	}
}

// The table fits a terminal, and its figures stand under each other.
func TestText(t *testing.T) {
	var b bytes.Buffer
	if err := report.WriteText(&b, fakePage().Runs); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > 100 {
			t.Errorf("a line is %d columns wide, want at most 100: %s", n, line)
		}
		if line != strings.TrimRight(line, " ") {
			t.Errorf("line ends in blanks: %q", line)
		}
	}
	if *keep != "" {
		t.Log("\n" + b.String())
	}
}

// With two runs the third column is the change.
func TestTextOfTwo(t *testing.T) {
	var b bytes.Buffer
	if err := report.WriteText(&b, fakePage().Runs[:2]); err != nil {
		t.Fatal(err)
	}
	if *keep != "" {
		t.Log("\n" + b.String())
	}
	for _, want := range []string{"change", "+31 pt", "58.0%", "89.0%"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table of two runs lacks %q:\n%s", want, b.String())
		}
	}
}

// The farthest mover comes first, and what has no book says so.
func TestMoves(t *testing.T) {
	const want = `invented numbers how many served more: delay less:
 at half at double at half at double
as written 31.0 pt 31.0 pt 54.6 d 54.6 d
campaigns: quantity 14 12.0 pt 24.0 pt 32.0 d 44.0 d
small jobs: scale 3 20.0 pt 38.0 pt 40.0 d 58.0 d
what stargate has to sell 4 22.0 pt 36.0 pt 42.0 d 56.0 d
new capacity: window 1 31.5 pt 29.0 pt 51.5 d 49.0 d
may build: share at least 1 31.0 pt no such book 51.0 d no such book
`
	var b bytes.Buffer
	if err := report.WriteMoves(&b, fakePage().Sensitivity); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(squeeze(want), squeeze(b.String())); d != "" {
		t.Error(d)
	}
}

// squeeze makes every run of blanks one, so that a test is about words.
func squeeze(s string) string { return regexp.MustCompile(` +`).ReplaceAllString(s, " ") }
